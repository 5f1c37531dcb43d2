//! What the successor sends, against its generated types.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails panics"
)]

use atlas_snapshots_generated::{
    OpenEnum,
    types::{FlexSnapshot, FlexSnapshotPage, FlexSnapshotStatus},
};
use serde_json::{Value, from_value, json, to_value};

fn page(value: Value) -> FlexSnapshotPage {
    from_value(value).unwrap()
}

fn row(value: Value) -> FlexSnapshot {
    from_value(value).unwrap()
}

/// Eight days of a daily schedule, oldest first, in the shape of a recorded answer: links of the page
/// alone, and a failed snapshot with the moment it was given up.
fn eight_days() -> Value {
    let rows: Vec<Value> = (1..=8)
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
    json!({
        "links": [{
            "href": "http://cloud.example/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8/flexClusters/Flex0/backup/snapshots?pageNum=1&itemsPerPage=100",
            "rel": "self"
        }],
        "results": rows,
        "totalCount": 8
    })
}

#[test]
fn the_recorded_shape_loses_nothing() {
    let page = page(eight_days());
    assert_eq!(page.results.len(), 8);
    assert_eq!(page.total_count, Some(8));
    assert_eq!(page.links.as_ref().unwrap().len(), 1);
    assert!(page.results.is_sorted_by_key(|row| row.scheduled_time));
    assert_eq!(to_value(&page).unwrap(), eight_days());
}

#[test]
fn a_failed_snapshot_still_has_its_end() {
    let page = page(eight_days());
    let failed = &page.results[2];
    assert_eq!(failed.status, Some(FlexSnapshotStatus::Failed.into()));
    assert_eq!(failed.id.as_ref().unwrap().0, "68df4b2f9c1e5a7d30b8f603");
    assert_eq!(failed.mongo_db_version.as_deref(), Some("8.0.15"));
    let times = [
        failed.scheduled_time,
        failed.start_time,
        failed.finish_time,
        failed.expiration,
    ];
    assert_eq!(
        times.map(|time| time.unwrap().to_string()),
        [
            "2026-10-03T04:12:31Z",
            "2026-10-03T04:13:27Z",
            "2026-10-03T04:17:44Z",
            "2026-10-11T04:12:31Z"
        ]
    );
}

#[test]
fn a_snapshot_that_has_not_begun_has_a_schedule_alone() {
    let pending = row(json!({
        "id": "68df4b2f9c1e5a7d30b8f612",
        "scheduledTime": "2026-10-03T04:12:31Z",
        "status": "PENDING"
    }));
    assert_eq!(pending.status, Some(FlexSnapshotStatus::Pending.into()));
    assert!(pending.scheduled_time.is_some());
    assert_eq!(pending.start_time.or(pending.finish_time), None);
    assert_eq!(pending.mongo_db_version, None);
}

#[test]
fn undocumented_values_keep_their_text() {
    for status in ["CANCELLED", "completed", "Completed", "inProgress", ""] {
        let value = json!({ "status": status });
        let odd = row(value.clone());
        assert_eq!(odd.status, Some(OpenEnum::Unknown(status.to_owned())));
        assert_eq!(to_value(&odd).unwrap(), value);
    }
    let odd = row(json!({ "id": "not hexadecimal", "mongoDBVersion": "9.1.0-rc0" }));
    assert_eq!(odd.id.unwrap().0, "not hexadecimal");
    assert_eq!(odd.mongo_db_version.as_deref(), Some("9.1.0-rc0"));
}

#[test]
fn every_field_of_a_row_may_be_absent_or_null() {
    let null = row(json!({
        "expiration": null, "finishTime": null, "id": null, "mongoDBVersion": null,
        "scheduledTime": null, "startTime": null, "status": null
    }));
    assert_eq!(row(json!({})), null);
    assert_eq!(to_value(&null).unwrap(), json!({}));
}

#[test]
fn null_and_absent_members_of_a_page_cost_nothing() {
    let bare = page(json!({ "results": [{}] }));
    let null = page(json!({ "results": [{}], "links": null, "totalCount": null }));
    assert_eq!(bare, null);
    assert_eq!(bare.total_count, None);
    assert_eq!(bare.links, None);
}

#[test]
fn links_of_a_row_are_ignored() {
    let linked = row(json!({ "id": "a", "links": [{ "href": "x", "rel": "self" }] }));
    assert_eq!(linked, row(json!({ "id": "a" })));
}

#[test]
fn a_wrong_count_is_only_a_wrong_count() {
    for count in [-1, 0, 2_147_483_648_i64, i64::MAX] {
        let page = page(json!({ "results": [], "totalCount": count }));
        assert_eq!(page.total_count, Some(count));
    }
}

#[test]
fn only_a_page_is_a_page() {
    for value in [
        json!({}),
        json!({ "totalCount": 0 }),
        json!({ "results": null }),
        json!({ "status": 200, "content": { "results": [] } }),
        json!({ "error": 400, "errorCode": "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API" }),
        json!(null),
    ] {
        from_value::<FlexSnapshotPage>(value.clone())
            .map(|page| panic!("{value} was read as {page:?}"))
            .unwrap_err();
    }
}
