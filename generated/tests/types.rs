//! Tests of the generated types with the documented and the recorded responses.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails panics"
)]

use std::fmt::Debug;

use atlas_snapshots_generated::lists::{AtMost, First};
use atlas_snapshots_generated::{OpenEnum, Timestamp, Vocabulary, types::*};
use chrono::{DateTime, FixedOffset, TimeZone, Utc};
use schemars::{JsonSchema, SchemaGenerator, schema_for};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, from_value, json, to_value};

fn decode<T: DeserializeOwned>(value: &Value) -> T {
    from_value(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

/// Decodes, and checks that encoding returns the same value.
fn round_trip<T: DeserializeOwned + Serialize>(value: &Value) -> T {
    let decoded = decode(value);
    assert_eq!(to_value(&decoded).unwrap(), *value);
    decoded
}

fn refuses<T: DeserializeOwned + Debug>(values: &[Value]) {
    for value in values {
        from_value::<T>(value.clone())
            .map(|read| panic!("{value} was decoded as {read:?}"))
            .unwrap_err();
    }
}

#[test]
fn the_documented_serverless_page_loses_nothing() {
    let link = json!({ "href": "https://cloud.mongodb.com/api/atlas", "rel": "self" });
    let page: ServerlessSnapshotPage = round_trip(&json!({
        "links": [link],
        "results": [{
            "createdAt": "2025-05-04T09:42:00Z",
            "expiresAt": "2025-05-04T09:42:00Z",
            "frequencyType": "hourly",
            "id": "32b6e34b3d91647abb20e7b8",
            "links": [link],
            "mongodVersion": "string",
            "serverlessInstanceName": "string",
            "snapshotType": "onDemand",
            "status": "queued",
            "storageSizeBytes": 42
        }],
        "totalCount": 42
    }));
    assert_eq!(page.total_count, Some(42));
    let snapshot = &page.results[0];
    assert_eq!(snapshot.snapshot_type, Some(SnapshotType::OnDemand.into()));
    assert_eq!(snapshot.status, Some(SnapshotStatus::Queued.into()));
    assert_eq!(snapshot.storage_size_bytes, Some(42));
}

/// In the recorded form: only the page has links, and a failed snapshot has its end.
#[test]
fn a_flex_page_loses_nothing() {
    let results: Vec<Value> = (1..=8)
        .map(|day| {
            json!({
                "expiration": format!("2026-10-{:02}T04:12:31Z", day + 8),
                "finishTime": format!("2026-10-{day:02}T04:17:44Z"),
                "id": format!("68df4b2f9c1e5a7d30b8f6{day:02}"),
                "mongoDBVersion": "8.0.15",
                "scheduledTime": format!("2026-10-{day:02}T04:12:31Z"),
                "startTime": format!("2026-10-{day:02}T04:13:27Z"),
                "status": if day == 3 { "FAILED" } else { "COMPLETED" }
            })
        })
        .collect();
    let links = json!([{ "href": "http://cloud.example/api?pageNum=1", "rel": "self" }]);
    let page: FlexSnapshotPage =
        round_trip(&json!({ "links": links, "results": results, "totalCount": 8 }));
    assert_eq!(page.results.len(), 8);
    assert_eq!(page.total_count, Some(8));
    assert_eq!(page.links.as_ref().unwrap().len(), 1);
    assert!(page.results.is_sorted_by_key(|item| item.scheduled_time));

    let failed = &page.results[2];
    assert_eq!(failed.status, Some(FlexSnapshotStatus::Failed.into()));
    assert_eq!(failed.id.as_ref().unwrap().0, "68df4b2f9c1e5a7d30b8f603");
    assert_eq!(failed.mongo_db_version.as_deref(), Some("8.0.15"));
    for (time, text) in [
        (failed.scheduled_time, "2026-10-03T04:12:31Z"),
        (failed.start_time, "2026-10-03T04:13:27Z"),
        (failed.finish_time, "2026-10-03T04:17:44Z"),
        (failed.expiration, "2026-10-11T04:12:31Z"),
    ] {
        assert_eq!(time.unwrap().to_string(), text);
    }
}

#[test]
fn only_a_page_is_decoded_as_a_page() {
    let others = [
        json!({}),
        json!({ "totalCount": 0 }),
        json!({ "results": null }),
        json!({ "status": 200, "content": { "results": [] } }),
        json!({ "error": 400, "errorCode": "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API" }),
        json!([]),
        json!(null),
    ];
    refuses::<ServerlessSnapshotPage>(&others);
    refuses::<FlexSnapshotPage>(&others);
}

#[test]
fn counts_and_links_of_a_page_are_decoded_leniently() {
    for count in [-1, 0, 2_147_483_648_i64, i64::MIN, i64::MAX] {
        let page = json!({ "results": [], "totalCount": count });
        let serverless: ServerlessSnapshotPage = decode(&page);
        let flex: FlexSnapshotPage = decode(&page);
        assert_eq!(
            (serverless.total_count, flex.total_count),
            (Some(count), Some(count))
        );
    }
    let null = json!({ "links": null, "results": [{ "links": null }], "totalCount": null });
    let absent = json!({ "results": [{}] });
    let serverless: ServerlessSnapshotPage = round_trip(&absent);
    assert_eq!(decode::<ServerlessSnapshotPage>(&null), serverless);
    assert_eq!((serverless.links, serverless.total_count), (None, None));
    assert_eq!(serverless.results[0].links, None);
    let flex: FlexSnapshotPage = round_trip(&absent);
    assert_eq!(decode::<FlexSnapshotPage>(&null), flex);
    assert_eq!((flex.links, flex.total_count), (None, None));
}

#[test]
fn lists_are_decoded_up_to_their_bounds() {
    let link = json!({ "rel": "self" });
    let odd = json!({ "rel": 7 });
    let links = |count| [vec![link.clone(); count], vec![odd.clone(); 100]].concat();
    let page = json!({ "results": [{ "links": links(16) }], "links": links(16) });
    let serverless: ServerlessSnapshotPage = decode(&page);
    let flex: FlexSnapshotPage = decode(&page);
    let of_item = serverless.results[0].links.clone();
    for links in [serverless.links, of_item, flex.links] {
        assert_eq!(links.unwrap().len(), 16);
    }
    refuses::<FlexSnapshotPage>(&[json!({ "results": [], "links": links(15) })]);
    let violation = json!({ "field": "a", "description": "b" });
    let detail: BadRequestDetail = decode(&json!({ "fields": vec![violation; 33] }));
    assert_eq!(detail.fields.unwrap().len(), 32);

    for (count, is_page) in [(10_000, true), (10_001, false)] {
        let page = json!({ "results": vec![json!({}); count] });
        assert_eq!(
            from_value::<FlexSnapshotPage>(page.clone()).is_ok(),
            is_page
        );
        let serverless = from_value::<ServerlessSnapshotPage>(page);
        let length = serverless.map(|page| page.results.len());
        assert_eq!(length.ok(), is_page.then_some(count));
    }
    // What follows is not even read.
    let endless = format!(r#"{{"results":[{}"#, "{},".repeat(10_001));
    let error = serde_json::from_str::<FlexSnapshotPage>(&endless).unwrap_err();
    let message = error.to_string();
    assert!(message.starts_with("more than 10000 elements"), "{message}");
}

#[test]
fn every_field_of_an_item_may_be_absent_or_null() {
    let null = json!({
        "createdAt": null, "expiresAt": null, "frequencyType": null, "id": null, "links": null,
        "mongodVersion": null, "serverlessInstanceName": null, "snapshotType": null, "status": null,
        "storageSizeBytes": null
    });
    let absent: ServerlessSnapshot = round_trip(&json!({}));
    assert_eq!(decode::<ServerlessSnapshot>(&null), absent);
    let null = json!({
        "expiration": null, "finishTime": null, "id": null, "mongoDBVersion": null,
        "scheduledTime": null, "startTime": null, "status": null
    });
    let absent: FlexSnapshot = round_trip(&json!({}));
    assert_eq!(decode::<FlexSnapshot>(&null), absent);

    let queued = json!({ "id": "a", "status": "queued", "storageSizeBytes": 0 });
    let queued: ServerlessSnapshot = round_trip(&queued);
    assert_eq!((queued.created_at, queued.mongod_version), (None, None));
    assert_eq!(queued.storage_size_bytes, Some(0));
    let pending =
        json!({ "id": "a", "scheduledTime": "2026-10-03T04:12:31Z", "status": "PENDING" });
    let pending: FlexSnapshot = round_trip(&pending);
    assert_eq!(pending.status, Some(FlexSnapshotStatus::Pending.into()));
    assert_eq!(pending.start_time.or(pending.finish_time), None);
    assert_eq!(pending.mongo_db_version, None);
}

#[test]
fn undocumented_values_and_fields_lose_nothing() {
    let odd: ServerlessSnapshot = round_trip(&json!({
        "frequencyType": "ondemand",
        "id": "not hexadecimal",
        "mongodVersion": "8.0.29-rc1",
        "serverlessInstanceName": "-odd-",
        "snapshotType": "fallback",
        "status": "COMPLETED",
        "storageSizeBytes": 5_497_558_138_880_i64
    }));
    assert_eq!(odd.status, Some(OpenEnum::Unknown("COMPLETED".to_owned())));
    for status in ["CANCELLED", "completed", "Completed", "inProgress", ""] {
        let item = json!({ "id": "-odd-", "mongoDBVersion": "9.1.0-rc0", "status": status });
        let odd: FlexSnapshot = round_trip(&item);
        assert_eq!(odd.status, Some(OpenEnum::Unknown(status.to_owned())));
    }
    let id = json!({ "id": "a" });
    let more = json!({ "id": "a", "pointInTime": { "x": [1] } });
    assert_eq!(decode::<ServerlessSnapshot>(&more), decode(&id));
    let more = json!({ "id": "a", "links": [{ "href": "x", "rel": "self" }] });
    assert_eq!(decode::<FlexSnapshot>(&more), decode(&id));
}

#[test]
fn the_documented_errors_lose_nothing() {
    let detail = "(This is just an example, the exception may not be related to this endpoint)";
    for (status, reason, code) in [
        (400, "Bad Request", "VALIDATION_ERROR"),
        (401, "Unauthorized", "NOT_ORG_GROUP_CREATOR"),
        (403, "Forbidden", "CANNOT_CHANGE_GROUP_NAME"),
        (404, "Not Found", "RESOURCE_NOT_FOUND"),
        (500, "Internal Server Error", "UNEXPECTED_ERROR"),
    ] {
        let body =
            json!({ "error": status, "detail": detail, "reason": reason, "errorCode": code });
        let error: ApiError = round_trip(&body);
        assert_eq!(error.error, Some(status));
        assert_eq!(error.error_code.as_deref(), Some(code));
    }
}

#[test]
fn recorded_errors_are_decoded() {
    let most_401s = json!({ "error": 401, "reason": "Unauthorized", "detail": "…" });
    assert_eq!(round_trip::<ApiError>(&most_401s).error_code, None);
    let second_form: ApiError = decode(&json!({
        "errorCode": "RATE_LIMITED", "message": "slow down", "status": "ERROR", "version": "1"
    }));
    assert_eq!(second_form.error, None);
    assert_eq!(second_form.error_code.as_deref(), Some("RATE_LIMITED"));

    for parameters in [
        json!(["Instance0"]),
        json!([]),
        json!(["a", 1, null]),
        json!([{ "documented": true }]),
        json!("bare"),
    ] {
        round_trip::<ApiError>(&json!({ "error": 404, "parameters": parameters }));
    }
    let violation = json!({ "field": "pageNum", "description": "must be positive" });
    let error: ApiError =
        round_trip(&json!({ "error": 400, "badRequestDetail": { "fields": [violation] } }));
    let violations = error.bad_request_detail.unwrap().fields.unwrap();
    assert_eq!(violations[0].field, "pageNum");
    assert_eq!(violations[0].description, "must be positive");
    for nothing in [
        json!({ "badRequestDetail": null, "detail": null, "parameters": null, "reason": null }),
        json!({ "badRequestDetail": {} }),
        json!({ "badRequestDetail": { "fields": null } }),
    ] {
        assert_eq!(decode::<ApiError>(&nothing).parameters, None);
    }
}

/// Checks every word of a vocabulary in both directions.
fn has_words<K: Vocabulary + PartialEq + Debug>(words: &[&str]) {
    assert_eq!(K::ALL.len(), words.len());
    for (known, word) in K::ALL.iter().zip(words) {
        let open: OpenEnum<K> = round_trip(&json!(word));
        assert_eq!(open, OpenEnum::Known(*known));
        assert_eq!(open.as_str(), *word);
        assert_eq!(open.to_string(), *word);
        assert_eq!(word.parse::<OpenEnum<K>>().unwrap(), open);
        assert_eq!(OpenEnum::from(*known), open);
        assert_eq!(open.known(), Some(*known));
    }
}

#[test]
fn open_enums_have_the_documented_words_and_keep_others() {
    has_words::<SnapshotStatus>(&["queued", "inProgress", "completed", "failed"]);
    has_words::<FlexSnapshotStatus>(&["PENDING", "QUEUED", "RUNNING", "FAILED", "COMPLETED"]);
    has_words::<SnapshotFrequency>(&["hourly", "daily", "weekly", "monthly"]);
    has_words::<SnapshotType>(&["onDemand", "scheduled"]);

    for word in [
        "COMPLETED",
        "Completed",
        " completed",
        "ondemand",
        "",
        "déjà",
    ] {
        let open: OpenEnum<SnapshotStatus> = round_trip(&json!(word));
        assert_eq!(open, OpenEnum::Unknown(word.to_owned()));
        assert_eq!(open.known(), None);
    }
    let failed: OpenEnum<SnapshotStatus> = serde_json::from_str(r#""\u0066ailed""#).unwrap();
    assert_eq!(failed, OpenEnum::Known(SnapshotStatus::Failed));
    assert_eq!(format!("{failed:>8}|"), "  failed|");
    refuses::<OpenEnum<SnapshotStatus>>(&[json!(1), json!(null), json!(["queued"]), json!({})]);
}

#[test]
fn the_schemas_of_the_own_types() {
    let mut generator = SchemaGenerator::default();
    let schema = OpenEnum::<SnapshotStatus>::json_schema(&mut generator);
    let known = json!({ "$ref": "#/$defs/SnapshotStatus" });
    assert_eq!(schema, json!({ "anyOf": [known, { "type": "string" }] }));
    assert_eq!(
        generator.definitions()["SnapshotStatus"]["enum"],
        json!(["queued", "inProgress", "completed", "failed"])
    );
    let schema = schema_for!(AtMost<String, 7>);
    assert_eq!(schema.get("maxItems"), Some(&json!(7)));
    assert_eq!(schema.get("items"), schema_for!(Vec<String>).get("items"));
    assert_eq!(schema_for!(First<String, 7>).get("maxItems"), None);
    let schema = schema_for!(Timestamp);
    assert_eq!(schema.get("type"), Some(&json!("string")));
    assert_eq!(schema.get("format"), Some(&json!("date-time")));
}

#[test]
fn every_form_of_a_time_is_decoded_and_encoded_in_one_form() {
    for (text, encoded) in [
        ("2026-08-02T17:05:10Z", "2026-08-02T17:05:10Z"),
        ("2026-08-02T17:05:10z", "2026-08-02T17:05:10Z"),
        ("2026-08-02t17:05:10Z", "2026-08-02T17:05:10Z"),
        ("2026-08-02T17:05:10+00:00", "2026-08-02T17:05:10Z"),
        ("2026-08-02T17:05:10-00:00", "2026-08-02T17:05:10Z"),
        ("2026-08-02T19:05:10+02:00", "2026-08-02T17:05:10Z"),
        ("2026-08-02T17:05:10+0000", "2026-08-02T17:05:10Z"),
        ("2026-08-02T19:05:10+0200", "2026-08-02T17:05:10Z"),
        ("2026-08-02T13:35:10-0330", "2026-08-02T17:05:10Z"),
        ("2026-08-02T19:05:10+02", "2026-08-02T17:05:10Z"),
        ("2026-08-02T17:05Z", "2026-08-02T17:05:00Z"),
        ("2026-08-02T19:05+0200", "2026-08-02T17:05:00Z"),
        ("2026-08-02T17:05:10.5Z", "2026-08-02T17:05:10.500Z"),
        ("2026-08-02T17:05:10,5Z", "2026-08-02T17:05:10.500Z"),
        ("2026-08-02T17:05:10.123456Z", "2026-08-02T17:05:10.123456Z"),
        (
            "2026-08-02T17:05:10.123456789+0000",
            "2026-08-02T17:05:10.123456789Z",
        ),
        ("1999-12-31T23:59:59.999-0100", "2000-01-01T00:59:59.999Z"),
    ] {
        let time: Timestamp = decode(&json!(text));
        assert_eq!(to_value(time).unwrap(), json!(encoded), "{text}");
        assert_eq!(time.to_string(), encoded, "{text}");
        assert_eq!(text.parse::<Timestamp>().unwrap(), time, "{text}");
    }
    refuses::<Timestamp>(&[
        json!(""),
        json!("string"),
        json!("2026-08-02"),
        json!("2026-08-02T17:05:10"),
        json!("2026-13-02T17:05:10Z"),
        json!("2026-02-30T17:05:10Z"),
        json!("2026-08-02T25:05:10Z"),
        json!("Sun, 2 Aug 2026 17:05:10 GMT"),
        json!(1_785_690_310),
        json!(null),
    ]);
    let epoch = DateTime::UNIX_EPOCH;
    assert_eq!(DateTime::from(Timestamp::from(epoch)), epoch);
}

/// Times from 1684 to 2255 with every offset of whole hours, as chrono writes them.
#[test]
fn any_time_survives_the_round_trip() {
    for step in 0..5_000_i64 {
        let time = Utc.timestamp_nanos((step - 2_500) * 3_600_123_456_789_012);
        let encoded = to_value(Timestamp(time)).unwrap();
        assert_eq!(decode::<Timestamp>(&encoded).0, time);

        let hours = i32::try_from(step % 27).unwrap() - 12;
        let local = time.with_timezone(&FixedOffset::east_opt(hours * 3_600).unwrap());
        for format in ["%Y-%m-%dT%H:%M:%S%.9f%z", "%Y-%m-%dT%H:%M:%S%.9f%:z"] {
            let text = local.format(format).to_string();
            assert_eq!(text.parse::<Timestamp>().unwrap().0, time, "{text}");
        }
    }
}
