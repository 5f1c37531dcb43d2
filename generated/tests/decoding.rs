//! What the documentation shows and what the live service really sends, against the generated types.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails panics"
)]

use atlas_snapshots_generated::{
    OpenEnum,
    types::{ApiError, ServerlessSnapshot, ServerlessSnapshotPage, SnapshotStatus, SnapshotType},
};
use serde_json::{Value, from_value, json, to_value};

fn page(value: Value) -> ServerlessSnapshotPage {
    from_value(value).unwrap()
}

fn row(value: Value) -> ServerlessSnapshot {
    from_value(value).unwrap()
}

fn error(value: Value) -> ApiError {
    from_value(value).unwrap()
}

fn documented_page() -> Value {
    json!({
        "links": [{ "href": "https://cloud.mongodb.com/api/atlas", "rel": "self" }],
        "results": [{
            "createdAt": "2025-05-04T09:42:00Z",
            "expiresAt": "2025-05-04T09:42:00Z",
            "frequencyType": "hourly",
            "id": "32b6e34b3d91647abb20e7b8",
            "links": [{ "href": "https://cloud.mongodb.com/api/atlas", "rel": "self" }],
            "mongodVersion": "string",
            "serverlessInstanceName": "string",
            "snapshotType": "onDemand",
            "status": "queued",
            "storageSizeBytes": 42
        }],
        "totalCount": 42
    })
}

#[test]
fn the_documented_page_loses_nothing() {
    let page = page(documented_page());
    assert_eq!(page.total_count, Some(42));
    let snapshot = &page.results[0];
    assert_eq!(snapshot.snapshot_type, Some(SnapshotType::OnDemand.into()));
    assert_eq!(snapshot.status, Some(SnapshotStatus::Queued.into()));
    assert_eq!(snapshot.storage_size_bytes, Some(42));
    assert_eq!(to_value(&page).unwrap(), documented_page());
}

#[test]
fn the_documented_errors_lose_nothing() {
    let example = "(This is just an example, the exception may not be related to this endpoint)";
    for (status, reason, code, more) in [
        (
            400,
            "Bad Request",
            "VALIDATION_ERROR",
            " No provider AWS exists.",
        ),
        (401, "Unauthorized", "NOT_ORG_GROUP_CREATOR", ""),
        (403, "Forbidden", "CANNOT_CHANGE_GROUP_NAME", ""),
        (
            404,
            "Not Found",
            "RESOURCE_NOT_FOUND",
            " Cannot find resource AWS",
        ),
        (500, "Internal Server Error", "UNEXPECTED_ERROR", ""),
    ] {
        let body = json!({
            "error": status,
            "detail": format!("{example}{more}"),
            "reason": reason,
            "errorCode": code
        });
        let decoded = error(body.clone());
        assert_eq!(decoded.error, Some(status));
        assert_eq!(decoded.error_code.as_deref(), Some(code));
        assert_eq!(to_value(&decoded).unwrap(), body);
    }
}

#[test]
fn an_empty_object_is_not_an_empty_page() {
    for value in [
        json!({}),
        json!({ "totalCount": 0 }),
        json!({ "results": null }),
        json!({ "status": 200, "content": { "results": [] } }),
        json!([]),
        json!(null),
    ] {
        from_value::<ServerlessSnapshotPage>(value.clone())
            .map(|page| panic!("{value} was read as {page:?}"))
            .unwrap_err();
    }
    assert!(page(json!({ "results": [] })).results.is_empty());
}

#[test]
fn a_wrong_count_is_only_a_wrong_count() {
    for count in [-1, 0, 2_147_483_648_i64, i64::MIN, i64::MAX] {
        let page = page(json!({ "results": [], "totalCount": count }));
        assert_eq!(page.total_count, Some(count));
    }
    assert_eq!(page(json!({ "results": [] })).total_count, None);
    assert_eq!(
        page(json!({ "results": [], "totalCount": null })).total_count,
        None
    );
}

#[test]
fn null_links_lose_nothing() {
    let page = page(json!({ "links": null, "results": [{ "id": "a", "links": null }] }));
    assert_eq!(page.links, None);
    assert_eq!(page.results[0].links, None);
}

#[test]
fn undocumented_values_keep_their_text() {
    let snapshot = row(json!({
        "frequencyType": "ondemand",
        "snapshotType": "fallback",
        "status": "COMPLETED",
        "mongodVersion": "8.0.29-rc1",
        "id": "not hexadecimal",
        "serverlessInstanceName": "-odd-"
    }));
    assert_eq!(snapshot.frequency_type.unwrap().as_str(), "ondemand");
    assert_eq!(snapshot.snapshot_type.unwrap().as_str(), "fallback");
    assert_eq!(
        snapshot.status,
        Some(OpenEnum::Unknown("COMPLETED".to_owned()))
    );
    assert_eq!(snapshot.mongod_version.unwrap().0, "8.0.29-rc1");
    assert_eq!(snapshot.id.unwrap().0, "not hexadecimal");
    assert_eq!(snapshot.serverless_instance_name.unwrap().0, "-odd-");
}

#[test]
fn a_queued_snapshot_has_no_date_yet() {
    let snapshot = row(json!({ "id": "a", "status": "queued", "storageSizeBytes": 0 }));
    assert_eq!(snapshot.created_at, None);
    assert_eq!(snapshot.mongod_version, None);
    assert_eq!(snapshot.storage_size_bytes, Some(0));
}

#[test]
fn every_field_of_a_row_may_be_absent_or_null() {
    let absent = row(json!({}));
    let null = row(json!({
        "createdAt": null, "expiresAt": null, "frequencyType": null, "id": null, "links": null,
        "mongodVersion": null, "serverlessInstanceName": null, "snapshotType": null, "status": null,
        "storageSizeBytes": null
    }));
    assert_eq!(absent, null);
    assert_eq!(to_value(&null).unwrap(), json!({}));
}

#[test]
fn fields_nobody_documented_are_ignored() {
    let snapshot = row(json!({ "id": "a", "pointInTime": { "x": [1] } }));
    assert_eq!(snapshot.id.unwrap().0, "a");
}

#[test]
fn sizes_exceed_32_bits() {
    let snapshot = row(json!({ "storageSizeBytes": 5_497_558_138_880_i64 }));
    assert_eq!(snapshot.storage_size_bytes, Some(5_497_558_138_880));
}

#[test]
fn an_error_decodes_without_its_required_fields() {
    let most_real_401s = error(json!({ "error": 401, "reason": "Unauthorized", "detail": "…" }));
    assert_eq!(most_real_401s.error_code, None);

    let second_shape = error(json!({
        "errorCode": "RATE_LIMITED", "message": "slow down", "status": "ERROR", "version": "1"
    }));
    assert_eq!(second_shape.error, None);
    assert_eq!(second_shape.error_code.as_deref(), Some("RATE_LIMITED"));
}

#[test]
fn error_parameters_are_any_json() {
    for parameters in [
        json!(["Instance0"]),
        json!([]),
        json!(["a", 1, null]),
        json!([{ "documented": true }]),
        json!("bare"),
    ] {
        let decoded = error(json!({ "error": 404, "parameters": parameters.clone() }));
        assert_eq!(decoded.parameters, Some(parameters));
    }
    assert_eq!(error(json!({ "parameters": null })).parameters, None);
}

#[test]
fn field_violations_are_read() {
    let decoded = error(json!({
        "error": 400,
        "detail": null,
        "reason": null,
        "badRequestDetail": { "fields": [{ "field": "pageNum", "description": "must be positive" }] }
    }));
    let violations = decoded.bad_request_detail.unwrap().fields.unwrap();
    assert_eq!(violations[0].field, "pageNum");
    assert_eq!(violations[0].description, "must be positive");

    for nothing in [json!(null), json!({}), json!({ "fields": null })] {
        error(json!({ "badRequestDetail": nothing }));
    }
}
