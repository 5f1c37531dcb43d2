//! The Flex API, and the automatic choice of API.

#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use atlas_snapshots::{
    Atlas, Basis, Completeness, ErrorKind, ListRequest, RetryPolicy, Snapshot, SnapshotSource,
    SnapshotStatus,
};
use atlas_snapshots_mock::{ClusterKind, MockAtlas, MockAtlasBuilder, Sunset};
use serde_json::{Value, json};

use crate::common::apis_requested;

fn client(mock: &MockAtlas) -> Atlas {
    let builder = Atlas::builder().base_url(mock.base_url());
    builder.retry_policy(RetryPolicy::none()).build().unwrap()
}

fn automatic(mock: &MockAtlas, atlas: &Atlas) -> ListRequest<Snapshot> {
    atlas.snapshots(mock.project_id(), mock.cluster_name())
}

fn flex(mock: &MockAtlas, atlas: &Atlas) -> ListRequest<Snapshot> {
    atlas.flex_snapshots(mock.project_id(), mock.cluster_name())
}

async fn start(builder: MockAtlasBuilder) -> MockAtlas {
    builder.start().await.unwrap()
}

/// Eight daily snapshots as the service lists them: oldest first, items without links.
fn eight_days() -> Vec<Value> {
    let status = |day| if day == 3 { "FAILED" } else { "COMPLETED" };
    let item = |day: usize| {
        json!({
            "id": format!("6a0000000000000000000{day:03}"),
            "scheduledTime": format!("2026-11-{day:02}T04:00:00Z"),
            "startTime": format!("2026-11-{day:02}T04:02:11Z"),
            "finishTime": format!("2026-11-{day:02}T04:03:59Z"),
            "expiration": format!("2026-11-{:02}T04:03:59Z", day + 8),
            "mongoDBVersion": "8.0.16",
            "status": status(day),
        })
    };
    (1..=8).map(item).collect()
}

#[tokio::test]
async fn both_methods_list_the_recorded_snapshots_of_a_flex_cluster() {
    let mock = start(
        MockAtlas::builder()
            .kind(ClusterKind::Flex)
            .items(eight_days()),
    )
    .await;
    let atlas = client(&mock);
    for request in [flex(&mock, &atlas), automatic(&mock, &atlas)] {
        mock.clear_requests();
        let snapshots = request.await.unwrap();
        assert_eq!(mock.request_count(), 1);
        let accept = "application/vnd.atlas.2024-11-13+json";
        assert_eq!(mock.requests()[0].header("accept"), Some(accept));
        assert_eq!(
            snapshots.summary().completeness(),
            Completeness::Complete(Basis::SinglePage)
        );

        assert_eq!(snapshots.len(), 8);
        let third = &snapshots[2];
        assert_eq!(third.source(), SnapshotSource::Flex);
        assert_eq!(third.status(), Some(&SnapshotStatus::Failed));
        assert_eq!(third.raw_status(), Some("FAILED"));
        assert_eq!(third.created_at(), third.finished_at());
        let times = [
            third.scheduled_at(),
            third.started_at(),
            third.finished_at(),
        ];
        assert!(times.is_sorted() && times.iter().all(Option::is_some));
        assert_eq!(third.mongod_version(), Some("8.0.16"));
        assert_eq!(
            (third.snapshot_type(), third.frequency_type()),
            (None, None)
        );
        assert_eq!((third.storage_size_bytes(), third.links().len()), (None, 0));
        assert!(third.expires_at() > third.created_at());
    }
}

#[tokio::test]
async fn a_flex_cluster_costs_no_additional_request() {
    let mock = start(
        MockAtlas::builder()
            .kind(ClusterKind::Flex)
            .snapshots(1_200),
    )
    .await;
    let listed = automatic(&mock, &client(&mock)).await.unwrap();
    let ids: Vec<_> = listed
        .iter()
        .map(|snapshot| snapshot.id().to_string())
        .collect();
    assert_eq!(ids, mock.snapshot_ids());
    assert_eq!(apis_requested(&mock), ["flex"; 3]);
}

#[tokio::test]
async fn a_serverless_instance_costs_two_additional_requests_once_for_a_client() {
    let mock = start(MockAtlas::builder().snapshots(1_200)).await;
    let atlas = client(&mock);
    let listed = automatic(&mock, &atlas).await.unwrap();
    assert_eq!(listed.len(), 1_200);
    assert_eq!(
        apis_requested(&mock),
        ["flex", "cluster", "serverless", "serverless", "serverless"]
    );
    assert_eq!(
        listed.summary().requests(),
        5,
        "the requests to the other APIs are counted"
    );

    mock.clear_requests();
    let again = automatic(&mock, &atlas.clone()).await.unwrap();
    assert!(
        again
            .iter()
            .all(|snapshot| snapshot.source() == SnapshotSource::Serverless)
    );
    assert_eq!(
        apis_requested(&mock),
        ["serverless"; 3],
        "clones share the choice"
    );
}

#[tokio::test]
async fn the_responses_of_all_apis_become_one_error() {
    let plain = MockAtlas::builder;
    let other = || plain().cluster_name("Other");
    for (builder, kind, message, requests) in [
        (
            plain().sunset(Sunset::Gone),
            ErrorKind::Gone,
            "the cluster is a serverless instance, and these are withdrawn",
            3,
        ),
        (
            plain().sunset(Sunset::NotFound),
            ErrorKind::NotFound,
            "the cluster is a serverless instance, and these are withdrawn",
            3,
        ),
        (
            other(),
            ErrorKind::NotFound,
            "there is no cluster of this name in the project",
            3,
        ),
        (
            other().sunset(Sunset::Gone),
            ErrorKind::NotFound,
            "there is no cluster of this name in the project",
            3,
        ),
        (
            plain().project_id("000000000000000000000000"),
            ErrorKind::NotFound,
            "GROUP_NOT_FOUND",
            1,
        ),
        (
            plain().block_ip(),
            ErrorKind::IpNotAllowed,
            "access list",
            1,
        ),
        (
            plain().missing_role(),
            ErrorKind::PermissionDenied,
            "Project Read Only",
            1,
        ),
    ] {
        let mock = start(builder).await;
        let request = client(&mock).snapshots("32b6e34b3d91647abb20e7b8", "Instance0");
        let error = request.await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(message), "{error}");
        assert_eq!(mock.request_count(), requests, "{error}");
    }
}

#[tokio::test]
async fn the_flex_api_rejects_a_cluster_of_another_kind() {
    let serverless = start(MockAtlas::builder().snapshots(3)).await;
    let error = flex(&serverless, &client(&serverless)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadRequest);
    assert_eq!(
        error.error_code(),
        Some("CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API")
    );
}

#[tokio::test]
async fn an_empty_list_of_an_api_past_its_sunset_is_reported() {
    let empty = start(MockAtlas::builder().snapshots(3).sunset(Sunset::Empty)).await;
    let listed = automatic(&empty, &client(&empty)).await.unwrap();
    assert_eq!(listed.len(), 0);
    let summary = listed.summary();
    assert!(summary.empty_after_sunset());
    let warning = "an empty list of an API past its sunset does not show that there are no items";
    assert!(summary.to_string().contains(warning), "{summary}");

    let none = start(MockAtlas::builder().kind(ClusterKind::Flex)).await;
    let listed = flex(&none, &client(&none)).await.unwrap();
    assert_eq!(listed.len(), 0);
    assert!(!listed.summary().empty_after_sunset());
}
