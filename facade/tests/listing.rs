//! Listings over real sockets: the items, and the requests that were sent for them.

#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::collections::HashSet;
use std::error::Error;
use std::fmt::Debug;
use std::time::Duration;

use atlas_snapshots::{
    Atlas, Basis, Checkpoint, ClusterName, Collect, Collected, Completeness, Credentials,
    ErrorKind, IncompleteReason, InvalidItem, ItemStream, ListRequest, Page, PageStream, ProjectId,
    RateLimit, RetryPolicy, Snapshot, SnapshotStatus, Summary,
};
use atlas_snapshots_mock::{
    CannedResponse, ClusterKind, Fault, ItemFault, Links, MockAtlas, PageFault, TotalCount, When,
};
use futures::StreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::common::with_timeout;

fn client(mock: &MockAtlas) -> Atlas {
    Atlas::builder().base_url(mock.base_url()).build().unwrap()
}

fn request(mock: &MockAtlas) -> ListRequest<Snapshot> {
    client(mock).serverless_snapshots(mock.project_id(), mock.cluster_name())
}

async fn ids(request: ListRequest<Snapshot>) -> Vec<String> {
    let listed = request.await.unwrap();
    listed.iter().map(|item| item.id().to_string()).collect()
}

/// The page numbers of the requests, in order of arrival.
fn pages_requested(mock: &MockAtlas) -> Vec<Option<u64>> {
    let requests = mock.requests();
    requests.iter().map(|request| request.page_num).collect()
}

#[tokio::test]
async fn twelve_hundred_snapshots_take_three_requests() {
    let mock = MockAtlas::builder().snapshots(1200).start().await.unwrap();
    let mut snapshots = request(&mock).stream();
    assert_eq!(
        mock.request_count(),
        0,
        "no request is sent before the first poll"
    );

    let mut delivered = Vec::new();
    while let Some(snapshot) = snapshots.try_next().await.unwrap() {
        delivered.push(snapshot.id().to_string());
    }
    assert_eq!(delivered, mock.snapshot_ids());
    assert_eq!(mock.request_count(), 3);
    assert!(snapshots.next().await.is_none());
    assert_eq!(mock.request_count(), 3, "no request is sent after the end");

    let summary = snapshots.summary();
    assert_eq!(
        (summary.delivered(), summary.pages(), summary.requests()),
        (1200, 3, 3)
    );
    assert_eq!(
        summary.completeness(),
        Completeness::Complete(Basis::NoChangeSeen)
    );
    assert_eq!(
        summary.to_string(),
        "1200 items on 3 pages in 3 requests: complete, no change seen"
    );
}

#[tokio::test]
async fn a_request_has_the_documented_parameters_and_headers_and_no_other_parameter() {
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
    let request = atlas.serverless_snapshots(mock.project_id(), mock.cluster_name());
    assert_eq!(ids(request).await.len(), 3);

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
async fn page_size_and_pages_in_flight_are_as_configured() {
    let mock = MockAtlas::builder()
        .snapshots(95)
        .latency(Duration::from_millis(20))
        .start()
        .await
        .unwrap();
    let request = request(&mock).page_size(10).max_in_flight(3);
    assert_eq!(ids(request).await, mock.snapshot_ids());
    let mut pages = pages_requested(&mock);
    pages.sort_unstable();
    assert_eq!(pages, (1..=10).map(Some).collect::<Vec<_>>());
    assert!(
        mock.requests()
            .iter()
            .all(|request| request.items_per_page == Some(10))
    );
    assert_eq!(mock.peak_in_flight(), 3);
}

#[tokio::test]
async fn wrong_totals_and_links_change_no_item() {
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
            Links::AlwaysNext,
            Links::Foreign,
        ] {
            let mock = MockAtlas::builder()
                .snapshots(95)
                .total_count(total)
                .links(links)
                .start()
                .await
                .unwrap();
            let at_once = RetryPolicy::default().max_delay(Duration::ZERO);
            let atlas = Atlas::builder().base_url(mock.base_url());
            let atlas = atlas.retry_policy(at_once).build().unwrap();
            let request = atlas.serverless_snapshots(mock.project_id(), mock.cluster_name());
            let case = format!("{total:?} {links:?}");
            let listed = request.page_size(10).collect_partial().await;
            let ids = listed.collected().iter().map(|item| item.id().as_str());
            assert_eq!(ids.collect::<Vec<_>>(), mock.snapshot_ids(), "{case}");
            // A total that is far too high is a sign of a gap, and the set is read twice.
            let is_far_too_high = total == TotalCount::Fixed(i64::MAX);
            let passes = 1 + usize::from(is_far_too_high);
            assert_eq!(listed.error().is_some(), is_far_too_high, "{case}");
            assert!(mock.request_count() <= passes * (10 + 12), "{case}");
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
    let request = request(&mock).page_size(10);
    assert_eq!(ids(request).await.len(), 25);
    assert_eq!(pages_requested(&mock), [Some(1), Some(2), Some(3)]);
}

/// The page documented as an example: a version that does not match its documented pattern, and
/// a total of 42 for one item.
#[tokio::test]
async fn the_documented_example_is_read_completely() {
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
    let items = request(&mock).await.unwrap().into_items();
    assert_eq!(items.len(), 1);
    // Every documented field is serialized under its documented name.
    let mut documented = page["results"][0].clone();
    documented["source"] = json!("serverless");
    assert_eq!(serde_json::to_value(&items[0]).unwrap(), documented);
    assert_eq!(items[0].created_at(), items[0].expires_at());
    assert_eq!(items[0].storage_size_bytes(), Some(42));
    // The total says that there are 41 more, for which one further page is tried.
    assert_eq!(pages_requested(&mock), [Some(1), Some(2)]);
}

#[tokio::test]
async fn recorded_items_are_read_completely() {
    let items = json!([
        {"id": "000000000000000000000001", "status": "queued", "storageSizeBytes": 0},
        {"id": "000000000000000000000002", "frequencyType": "ondemand", "status": "COMPLETED",
         "snapshotType": "copied", "mongodVersion": "8.0.29-rc1",
         "createdAt": "2026-08-02T17:05:10.123Z", "expiresAt": "2026-08-02T19:05:10+02:00",
         "storageSizeBytes": 5_000_000_000_i64, "serverlessInstanceName": null, "links": null,
         "somethingNew": {"deep": [1]}},
        {"id": "not-an-object-id"},
    ]);
    let mock = MockAtlas::builder()
        .items(items.as_array().unwrap().clone())
        .start()
        .await
        .unwrap();
    let listed = request(&mock).await.unwrap();
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
async fn clones_of_a_client_list_concurrently() {
    let mock = MockAtlas::builder().snapshots(1200).start().await.unwrap();
    let atlas = client(&mock);
    let tasks = (0..8).map(|_| {
        let request = atlas
            .clone()
            .serverless_snapshots(mock.project_id(), mock.cluster_name());
        tokio::spawn(ids(request))
    });
    for task in futures::future::join_all(tasks).await {
        let distinct: HashSet<_> = task.unwrap().into_iter().collect();
        assert_eq!(distinct.len(), 1200);
    }
    assert_eq!(mock.request_count(), 8 * 3);
}

#[tokio::test]
async fn dropping_the_stream_aborts_its_requests() {
    let mock = MockAtlas::builder()
        .snapshots(95)
        .latency(Duration::from_secs(3600))
        .start()
        .await
        .unwrap();
    let mut snapshots = request(&mock).stream();
    let poll = tokio::spawn(async move {
        let _ = snapshots.next().await;
    });
    with_timeout(mock.until(|mock| mock.in_flight() == 1)).await;
    poll.abort();
    with_timeout(mock.until(|mock| mock.in_flight() == 0)).await;
    assert_eq!(mock.request_count(), 1);
}

#[test]
fn requests_and_streams_can_be_sent_to_other_threads() {
    fn check<T: Send + Unpin + 'static>() {}
    fn check_shared<T: Clone + Send + Sync + 'static>() {}
    check::<ItemStream<Snapshot>>();
    check::<PageStream<Snapshot>>();
    check::<Collect<Snapshot>>();
    check_shared::<ListRequest<Snapshot>>();
    check_shared::<Atlas>();
}

#[tokio::test]
async fn a_timeout_of_any_length_is_accepted() {
    let mock = MockAtlas::builder().snapshots(5).start().await.unwrap();
    let atlas = Atlas::builder()
        .base_url(mock.base_url())
        .connect_timeout(Duration::MAX)
        .read_timeout(Duration::MAX)
        .attempt_timeout(Duration::MAX)
        .build()
        .unwrap();
    let request = atlas.serverless_snapshots(mock.project_id(), mock.cluster_name());
    assert_eq!(ids(request).await, mock.snapshot_ids());
}

/// Pages that decode strictly and pages that do not are read in different ways.
#[tokio::test]
async fn the_headers_of_a_page_with_an_unreadable_item_are_read_too() {
    for item_errors in [0, 1] {
        let mut builder = MockAtlas::builder()
            .snapshots(5)
            .fault(Fault::sunset(), When::always())
            .fault(Fault::rate_limit_headers(1200, 7), When::always());
        if item_errors > 0 {
            let fault = ItemFault::set("createdAt", "yesterday");
            builder = builder.fault(PageFault::Item { place: 2, fault }, When::always());
        }
        let mock = builder.start().await.unwrap();
        let mut snapshots = request(&mock).stream();
        let items: Vec<_> = snapshots.by_ref().collect().await;
        assert_eq!(items.len(), 5);
        let summary = snapshots.summary();
        assert_eq!(summary.item_errors(), item_errors);
        assert!(summary.sunset_at().is_some() && summary.deprecation().is_some());
        let limit = summary.rate_limit().unwrap();
        assert_eq!((limit.limit(), limit.remaining()), (Some(1200), 7));
    }
}

#[tokio::test]
async fn awaiting_a_request_returns_items_and_summary() {
    let mock = MockAtlas::builder().snapshots(1_200).start().await.unwrap();
    let listed = request(&mock).await.unwrap();
    assert_eq!(listed.len(), 1_200);
    let ids: Vec<_> = listed.iter().map(|item| item.id().as_str()).collect();
    assert_eq!(ids, mock.snapshot_ids());
    assert!(listed.item_errors().is_empty());

    let summary = listed.summary();
    assert_eq!((summary.delivered(), summary.requests()), (1_200, 3));
    assert_eq!(
        summary.completeness(),
        Completeness::Complete(Basis::NoChangeSeen)
    );
    assert_eq!(mock.request_count(), 3);
    assert_eq!(listed.into_iter().count(), 1_200);
}

#[tokio::test]
async fn project_and_cluster_can_be_any_kind_of_text() {
    let mock = MockAtlas::builder()
        .kind(ClusterKind::Flex)
        .snapshots(3)
        .start()
        .await
        .unwrap();
    let atlas = client(&mock);
    let project_id: ProjectId = mock.project_id().parse().unwrap();
    let cluster_name: ClusterName = mock.cluster_name().parse().unwrap();
    let (project, cluster) = (project_id.to_string(), cluster_name.to_string());
    for request in [
        atlas.snapshots(mock.project_id(), mock.cluster_name()),
        atlas.snapshots(&project, &cluster),
        atlas.snapshots(&project_id, &cluster_name),
        atlas.snapshots(&project_id, mock.cluster_name()),
        atlas.snapshots(project, cluster),
        atlas.snapshots(project_id, cluster_name),
    ] {
        assert_eq!(request.await.unwrap().len(), 3);
    }
    assert_eq!(mock.request_count(), 6);
}

#[tokio::test]
async fn a_base_url_may_end_with_a_slash() {
    let mock = MockAtlas::builder().snapshots(3).start().await.unwrap();
    for slashes in ["/", "//"] {
        let base_url = format!("{}{slashes}", mock.base_url());
        let atlas = Atlas::builder().base_url(base_url).build().unwrap();
        let request = atlas.serverless_snapshots(mock.project_id(), mock.cluster_name());
        assert_eq!(request.await.unwrap().len(), 3);
    }
    let requests = mock.requests();
    assert!(
        requests
            .iter()
            .all(|request| request.path.starts_with("/api/"))
    );
}

/// The argument of `resume_from` decides the type that `from_str` reads.
#[tokio::test]
async fn a_listing_is_resumed_from_a_checkpoint_in_json() -> Result<(), Box<dyn Error>> {
    let mock = MockAtlas::builder().snapshots(25).start().await?;
    let mut snapshots = request(&mock).page_size(10).stream();
    for _ in 0..12 {
        snapshots.try_next().await?;
    }
    let text = serde_json::to_string(&snapshots.checkpoint())?;
    drop(snapshots);

    let request = request(&mock).page_size(10);
    let rest = request.resume_from(serde_json::from_str(&text)?).await?;
    assert_eq!(
        rest.iter()
            .map(|item| item.id().as_str())
            .collect::<Vec<_>>(),
        mock.snapshot_ids()[12..]
    );
    assert!(rest.summary().resumed());

    let from_value = serde_json::from_str::<serde_json::Value>(&text)?;
    assert_eq!(from_value["version"], 2);
    assert_eq!(
        from_value["target"],
        json!({
            "operation": "listServerlessBackups",
            "project": mock.project_id(),
            "cluster": mock.cluster_name(),
        })
    );
    Ok(())
}

#[test]
fn a_checkpoint_of_version_1_is_refused_by_its_version() {
    let text = json!({
        "version": 1, "api": "serverless", "project": "32b6e34b3d91647abb20e7b8",
        "instance": "Instance0", "pageSize": 500, "page": 3, "row": 17,
        "lastId": "00000000000000000000002a", "reportedTotal": 1200,
    });
    let error = serde_json::from_value::<Checkpoint>(text).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the checkpoint has version 1, and this library reads version 2; list from the beginning \
         instead"
    );
}

#[tokio::test]
async fn a_checkpoint_of_another_target_is_an_error_before_any_request() {
    let mock = MockAtlas::builder().snapshots(25).start().await.unwrap();
    let mut snapshots = request(&mock).page_size(10).stream();
    snapshots.next().await.unwrap().unwrap();
    let checkpoint = snapshots.checkpoint();
    drop(snapshots);
    mock.clear_requests();
    let atlas = client(&mock);
    for (request, difference) in [
        (
            atlas.snapshots(mock.project_id(), mock.cluster_name()),
            "checkpoint's operation",
        ),
        (
            atlas.serverless_snapshots(mock.project_id(), "Other"),
            "checkpoint's cluster",
        ),
        (request(&mock).page_size(20), "checkpoint's page size"),
    ] {
        let request = request.resume_from(checkpoint.clone());
        let error = request.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().contains(difference), "{error}");
    }
    assert_eq!(mock.request_count(), 0);
}

/// What `value` serializes to. It must be equal when it is read back.
fn to_json<T>(value: &T) -> serde_json::Value
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value, "{text}");
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn results_serialize_and_read_back_equal() {
    let fault = ItemFault::set("createdAt", "yesterday");
    let mock = MockAtlas::builder()
        .snapshots(15)
        .fault(PageFault::Item { place: 2, fault }, When::page(1))
        .fault(Fault::sunset(), When::always())
        .fault(Fault::rate_limit_headers(1200, 7), When::always())
        .start()
        .await
        .unwrap();
    let partial = request(&mock).page_size(10).collect_partial().await;
    assert!(partial.error().is_none());

    let collected = to_json::<Collected<Snapshot>>(partial.collected());
    assert_eq!(collected["items"].as_array().unwrap().len(), 14);
    let summary = to_json::<Summary>(partial.collected().summary());
    assert_eq!(collected["summary"], summary);
    assert_eq!(
        (&summary["delivered"], &summary["itemErrors"]),
        (&json!(14), &json!(1))
    );
    let unreadable = json!({"state": "possiblyIncomplete", "reason": "unreadableItems"});
    assert_eq!(summary["completeness"], unreadable);
    let completeness = partial.collected().summary().completeness();
    assert_eq!(to_json::<Completeness>(&completeness), unreadable);
    assert_eq!(
        completeness,
        Completeness::PossiblyIncomplete(IncompleteReason::UnreadableItems)
    );
    let rate_limit = partial.collected().summary().rate_limit().unwrap();
    assert_eq!(
        to_json::<RateLimit>(&rate_limit),
        json!({"limit": 1200, "remaining": 7})
    );
    let invalid = &partial.collected().item_errors()[0];
    assert_eq!(
        collected["itemErrors"],
        json!([to_json::<InvalidItem>(invalid)])
    );
    assert_eq!((invalid.page(), invalid.index()), (1, 2));

    let mut pages = request(&mock).page_size(10).pages();
    let page = pages.try_next().await.unwrap().unwrap();
    let written = to_json::<Page<Snapshot>>(&page);
    assert_eq!((&written["number"], page.items().len()), (&json!(1), 9));
    assert_eq!(written["itemErrors"], collected["itemErrors"]);

    for &kind in ErrorKind::KNOWN {
        assert_eq!(to_json::<ErrorKind>(&kind), kind.as_str());
    }
}
