//! Listings over real sockets: what arrives, and which requests were made for it.

#![allow(clippy::unwrap_used, missing_docs)]

mod soon;

use std::collections::HashSet;
use std::time::Duration;

use atlas_snapshots::{
    Atlas, Credentials, Ending, Listing, PageSize, Prefetch, SnapshotStatus, Snapshots,
};
use atlas_snapshots_mock::{
    CannedResponse, Fault, Links, MockAtlas, PageFault, RowFault, TotalCount, When,
};
use futures::{StreamExt, TryStreamExt};
use serde_json::json;

use crate::soon::soon;

fn listing(mock: &MockAtlas) -> Listing {
    let atlas = Atlas::builder().base_url(mock.base_url()).build().unwrap();
    atlas.serverless_snapshots(
        mock.project_id().parse().unwrap(),
        mock.instance_name().parse().unwrap(),
    )
}

async fn ids(snapshots: Snapshots) -> Vec<String> {
    snapshots
        .map_ok(|snapshot| snapshot.id().to_string())
        .try_collect()
        .await
        .unwrap()
}

fn pages_asked(mock: &MockAtlas) -> Vec<Option<u64>> {
    mock.requests()
        .iter()
        .map(|request| request.page_num)
        .collect()
}

#[tokio::test]
async fn twelve_hundred_snapshots_take_three_requests() {
    let mock = MockAtlas::builder().snapshots(1200).start().await.unwrap();
    let mut snapshots = listing(&mock).stream();
    assert_eq!(
        mock.request_count(),
        0,
        "nothing is asked before the first poll"
    );

    let mut delivered = Vec::new();
    while let Some(snapshot) = snapshots.try_next().await.unwrap() {
        delivered.push(snapshot.id().to_string());
    }
    assert_eq!(delivered, mock.snapshot_ids());
    assert_eq!(mock.request_count(), 3);
    assert!(snapshots.next().await.is_none());
    assert_eq!(mock.request_count(), 3, "nothing is asked after the end");

    let summary = snapshots.summary();
    assert_eq!(
        (summary.delivered(), summary.pages(), summary.requests()),
        (1200, 3, 3)
    );
    assert_eq!(summary.ending(), Ending::Unverified);
    assert_eq!(
        summary.to_string(),
        "1200 snapshots on 3 pages in 3 requests: read to the end, unverified"
    );
}

#[tokio::test]
async fn a_request_carries_what_is_documented_and_nothing_else() {
    let mock = MockAtlas::builder()
        .snapshots(3)
        .require_token("open-sesame")
        .start()
        .await
        .unwrap();
    let atlas = Atlas::builder()
        .base_url(mock.base_url())
        .credentials(Credentials::access_token("open-sesame"))
        .build()
        .unwrap();
    let listing = atlas.serverless_snapshots(
        mock.project_id().parse().unwrap(),
        mock.instance_name().parse().unwrap(),
    );
    assert_eq!(ids(listing.stream()).await.len(), 3);

    let requests = mock.requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!(request.method, "GET");
    assert!(request.authorization_is("Bearer open-sesame"));
    let query: Vec<_> = request
        .query
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(query, [("itemsPerPage", "500"), ("pageNum", "1")]);
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(request.header("api-version"), None);
    let user_agent = request.header("user-agent").unwrap();
    assert!(
        user_agent.starts_with(concat!("atlas-snapshots/", env!("CARGO_PKG_VERSION"), " (")),
        "{user_agent}"
    );
}

#[tokio::test]
async fn page_size_and_prefetch_are_obeyed() {
    let mock = MockAtlas::builder()
        .snapshots(95)
        .latency(Duration::from_millis(20))
        .start()
        .await
        .unwrap();
    let listing = listing(&mock)
        .page_size(PageSize::new(10).unwrap())
        .prefetch(Prefetch::new(3).unwrap());
    assert_eq!(ids(listing.stream()).await, mock.snapshot_ids());
    let mut asked = pages_asked(&mock);
    asked.sort_unstable();
    assert_eq!(asked, (1..=10).map(Some).collect::<Vec<_>>());
    assert!(
        mock.requests()
            .iter()
            .all(|request| request.items_per_page == Some(10))
    );
    assert_eq!(mock.peak_in_flight(), 3);
}

#[tokio::test]
async fn lies_about_total_and_links_change_no_row() {
    for total in [
        TotalCount::Exact,
        TotalCount::Absent,
        TotalCount::Fixed(0),
        TotalCount::Fixed(-5),
        TotalCount::Fixed(i64::MAX),
        TotalCount::Offset(-40),
        TotalCount::Offset(1),
    ] {
        for links in [
            Links::Documented,
            Links::Missing,
            Links::NeverNext,
            Links::Foreign,
        ] {
            let mock = MockAtlas::builder()
                .snapshots(95)
                .total_count(total)
                .links(links)
                .start()
                .await
                .unwrap();
            let listing = listing(&mock).page_size(PageSize::new(10).unwrap());
            let told = format!("{total:?} {links:?}");
            assert_eq!(ids(listing.stream()).await, mock.snapshot_ids(), "{told}");
            assert!(mock.request_count() <= 10 + 4, "{told}");
        }
    }
}

#[tokio::test]
async fn a_foreign_next_link_is_never_followed() {
    let mock = MockAtlas::builder()
        .snapshots(25)
        .links(Links::Foreign)
        .start()
        .await
        .unwrap();
    let listing = listing(&mock).page_size(PageSize::new(10).unwrap());
    assert_eq!(ids(listing.stream()).await.len(), 25);
    assert_eq!(pages_asked(&mock), [Some(1), Some(2), Some(3)]);
}

/// The page documented as an example: a version that breaks its own pattern, and a total of 42
/// for one row.
#[tokio::test]
async fn the_documented_example_lists_whole() {
    let page = json!({
        "links": [{"href": "https://cloud.mongodb.com/api/atlas", "rel": "self"}],
        "results": [{
            "createdAt": "2025-05-04T09:42:00Z", "expiresAt": "2025-05-04T09:42:00Z",
            "frequencyType": "hourly", "id": "32b6e34b3d91647abb20e7b8",
            "links": [{"href": "https://cloud.mongodb.com/api/atlas", "rel": "self"}],
            "mongodVersion": "string", "serverlessInstanceName": "string",
            "snapshotType": "onDemand", "status": "queued", "storageSizeBytes": 42,
        }],
        "totalCount": 42,
    });
    let mock = MockAtlas::builder()
        .page_response(1, CannedResponse::json(200, page.clone()))
        .start()
        .await
        .unwrap();
    let rows: Vec<_> = listing(&mock).stream().try_collect().await.unwrap();
    assert_eq!(rows.len(), 1);
    // Every documented field is there, under its documented name.
    assert_eq!(serde_json::to_value(&rows[0]).unwrap(), page["results"][0]);
    assert_eq!(rows[0].created_at(), rows[0].expires_at());
    assert_eq!(rows[0].storage_size_bytes(), Some(42));
    // The count promised 41 more: one probe, and no more.
    assert_eq!(pages_asked(&mock), [Some(1), Some(2)]);
}

#[tokio::test]
async fn real_world_rows_lose_nothing() {
    let rows = json!([
        {"id": "000000000000000000000001", "status": "queued", "storageSizeBytes": 0},
        {"id": "000000000000000000000002", "frequencyType": "ondemand", "status": "COMPLETED",
         "snapshotType": "copied", "mongodVersion": "8.0.29-rc1",
         "createdAt": "2026-08-02T17:05:10.123Z", "expiresAt": "2026-08-02T19:05:10+02:00",
         "storageSizeBytes": 5_000_000_000_i64, "serverlessInstanceName": null, "links": null,
         "somethingNew": {"deep": [1]}},
        {"id": "not-an-object-id"},
    ]);
    let mock = MockAtlas::builder()
        .rows(rows.as_array().unwrap().clone())
        .start()
        .await
        .unwrap();
    let listed: Vec<_> = listing(&mock).stream().try_collect().await.unwrap();
    assert_eq!(mock.request_count(), 1);

    assert_eq!(listed[0].created_at(), None);
    assert_eq!(listed[0].mongod_version(), None);
    let second = &listed[1];
    assert_eq!(second.frequency_type().unwrap().as_str(), "ondemand");
    assert_eq!(second.status(), Some(&SnapshotStatus::Completed));
    assert_eq!(second.raw_status(), Some("COMPLETED"));
    assert_eq!(second.snapshot_type().unwrap().as_str(), "copied");
    assert_eq!(second.mongod_version(), Some("8.0.29-rc1"));
    assert_eq!(
        second.created_at().unwrap().timestamp_millis(),
        1_785_690_310_123
    );
    assert_eq!(second.expires_at().unwrap().timestamp(), 1_785_690_310);
    assert_eq!(second.storage_size_bytes(), Some(5_000_000_000));
    assert_eq!(listed[2].id().as_str(), "not-an-object-id");
}

#[tokio::test]
async fn clones_of_a_client_list_side_by_side() {
    let mock = MockAtlas::builder().snapshots(1200).start().await.unwrap();
    let atlas = Atlas::builder().base_url(mock.base_url()).build().unwrap();
    let tasks = (0..8).map(|_| {
        let listing = atlas.clone().serverless_snapshots(
            mock.project_id().parse().unwrap(),
            mock.instance_name().parse().unwrap(),
        );
        tokio::spawn(ids(listing.stream()))
    });
    for task in futures::future::join_all(tasks).await {
        let distinct: HashSet<_> = task.unwrap().into_iter().collect();
        assert_eq!(distinct.len(), 1200);
    }
    assert_eq!(mock.request_count(), 8 * 3);
}

#[tokio::test]
async fn dropping_the_stream_closes_its_requests() {
    let mock = MockAtlas::builder()
        .snapshots(95)
        .latency(Duration::from_secs(3600))
        .start()
        .await
        .unwrap();
    let mut snapshots = listing(&mock).stream();
    let poll = tokio::spawn(async move {
        let _ = snapshots.next().await;
    });
    soon(mock.until(|mock| mock.in_flight() == 1)).await;
    poll.abort();
    soon(mock.until(|mock| mock.in_flight() == 0)).await;
    assert_eq!(mock.request_count(), 1);
}

#[test]
fn the_stream_can_go_anywhere() {
    fn check<T: Send + Unpin + 'static>() {}
    fn share<T: Clone + Send + Sync + 'static>() {}
    check::<Snapshots>();
    check::<Listing>();
    share::<Atlas>();
}

#[tokio::test]
async fn no_timeout_is_too_long_for_the_clock() {
    let mock = MockAtlas::builder().snapshots(5).start().await.unwrap();
    let atlas = Atlas::builder()
        .base_url(mock.base_url())
        .connect_timeout(Duration::MAX)
        .read_timeout(Duration::MAX)
        .attempt_timeout(Duration::MAX)
        .build()
        .unwrap();
    let listing = atlas.serverless_snapshots(
        mock.project_id().parse().unwrap(),
        mock.instance_name().parse().unwrap(),
    );
    assert_eq!(ids(listing.stream()).await, mock.snapshot_ids());
}

/// Pages that decode whole and pages that do not are read in different ways.
#[tokio::test]
async fn what_an_answer_says_of_the_api_is_heard_beside_a_bad_row_too() {
    for row_errors in [0, 1] {
        let mut builder = MockAtlas::builder()
            .snapshots(5)
            .fault(Fault::sunset(), When::always())
            .fault(Fault::rate_limit_headers(1200, 7), When::always());
        if row_errors > 0 {
            let fault = RowFault::set("createdAt", "yesterday");
            builder = builder.fault(PageFault::Row { place: 2, fault }, When::always());
        }
        let mock = builder.start().await.unwrap();
        let mut snapshots = listing(&mock).stream();
        let rows: Vec<_> = snapshots.by_ref().collect().await;
        assert_eq!(rows.len(), 5);
        let summary = snapshots.summary();
        assert_eq!(summary.row_errors(), row_errors);
        assert!(summary.sunset_at().is_some() && summary.deprecation().is_some());
        let limit = summary.rate_limit().unwrap();
        assert_eq!((limit.limit(), limit.remaining()), (Some(1200), 7));
    }
}
