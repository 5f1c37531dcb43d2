//! The Flex API, and the automatic choice of API.

#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::sync::{Arc, Mutex};

use atlas_snapshots::{
    Atlas, Basis, Completeness, ErrorKind, ListRequest, RetryPolicy, Snapshot, SnapshotSource,
    SnapshotStatus,
};
use atlas_snapshots_mock::{ClusterKind, MockAtlas, MockAtlasBuilder, Sunset};
use serde_json::{Value, json};
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::common::{apis_requested, request_head};

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
async fn a_serverless_instance_costs_one_additional_request_once_for_a_client() {
    let mock = start(MockAtlas::builder().snapshots(1_200)).await;
    let atlas = client(&mock);
    let listed = automatic(&mock, &atlas).await.unwrap();
    assert_eq!(listed.len(), 1_200);
    assert_eq!(
        apis_requested(&mock),
        ["flex", "serverless", "serverless", "serverless"]
    );
    assert_eq!(
        listed.summary().requests(),
        4,
        "the request to the other API is counted"
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

const NOT_FLEX: &str = "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API";
const PROJECT: &str = "32b6e34b3d91647abb20e7b8";

/// What an API responds to every request, until it is changed.
#[derive(Debug, Clone)]
enum Reply {
    /// One of so many pages of so many snapshots.
    Page { items: usize, pages: usize },
    /// A status with a code.
    Error(u16, &'static str),
}

/// A server whose two APIs respond as a test says, and the requests it received.
#[derive(Debug, Clone)]
struct TwoApis {
    base_url: String,
    state: Arc<Mutex<TwoApisState>>,
}

#[derive(Debug)]
struct TwoApisState {
    flex: Reply,
    serverless: Reply,
    requests: Vec<String>,
}

impl TwoApis {
    async fn start(flex: Reply, serverless: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let apis = Self {
            base_url: format!("http://{}", listener.local_addr().unwrap()),
            state: Arc::new(Mutex::new(TwoApisState {
                flex,
                serverless,
                requests: Vec::new(),
            })),
        };
        let server = apis.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = server.clone();
                tokio::spawn(async move {
                    let mut stream = BufReader::new(stream);
                    while let Some(head) = request_head(&mut stream).await {
                        let response = server.respond(&head);
                        stream.write_all(response.as_bytes()).await.unwrap();
                    }
                });
            }
        });
        apis
    }

    fn respond(&self, head: &str) -> String {
        let mut state = self.state.lock().unwrap();
        let page = head.split("pageNum=").nth(1).unwrap();
        let page: usize = page.split(['&', ' ']).next().unwrap().parse().unwrap();
        let (api, id, reply) = if head.contains("/v2/") {
            ("flex", 'f', state.flex.clone())
        } else {
            ("serverless", 'a', state.serverless.clone())
        };
        state.requests.push(format!("{api} {page}"));
        let (status, body) = match reply {
            Reply::Page { items, pages } => {
                let on_page = if page > pages { 0 } else { items };
                let ids = (0..on_page).map(|item| format!("{id}{:023x}", page * 1000 + item));
                let results: Vec<_> = ids.map(|id| json!({ "id": id })).collect();
                (
                    200,
                    json!({ "results": results, "totalCount": items * pages }),
                )
            }
            Reply::Error(status, code) => (status, json!({ "errorCode": code })),
        };
        let body = body.to_string();
        let length = body.len();
        format!("HTTP/1.1 {status} -\r\ncontent-length: {length}\r\n\r\n{body}")
    }

    fn set(&self, flex: Reply, serverless: Reply) {
        let mut state = self.state.lock().unwrap();
        (state.flex, state.serverless) = (flex, serverless);
    }

    /// The API and the page of each request since the last call.
    fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().requests)
    }

    fn client(&self) -> Atlas {
        let builder = Atlas::builder().base_url(&self.base_url);
        builder.retry_policy(RetryPolicy::none()).build().unwrap()
    }
}

fn page_of(items: usize) -> Reply {
    Reply::Page { items, pages: 1 }
}

#[tokio::test]
async fn a_cluster_that_flex_does_not_find_costs_one_additional_request_once_too() {
    let apis = TwoApis::start(Reply::Error(404, "CLUSTER_NOT_FOUND"), page_of(1)).await;
    let atlas = apis.client();
    for requests in [&["flex 1", "serverless 1"][..], &["serverless 1"]] {
        assert_eq!(atlas.snapshots(PROJECT, "Cluster0").await.unwrap().len(), 1);
        assert_eq!(apis.requests(), requests);
    }
}

#[tokio::test]
async fn an_empty_list_past_the_sunset_decides_no_api() {
    // While a cluster is being made, Flex does not know it, and the withdrawn API lists nothing.
    let apis = TwoApis::start(Reply::Error(404, "CLUSTER_NOT_FOUND"), page_of(0)).await;
    let atlas = apis.client();
    let listed = atlas.snapshots(PROJECT, "Cluster0").await.unwrap();
    assert_eq!(listed.len(), 0);
    assert!(listed.summary().empty_after_sunset());
    assert_eq!(apis.requests(), ["flex 1", "serverless 1"]);

    apis.set(page_of(3), page_of(0));
    for _ in 0..2 {
        assert_eq!(atlas.snapshots(PROJECT, "Cluster0").await.unwrap().len(), 3);
        assert_eq!(apis.requests(), ["flex 1"]);
    }
}

#[tokio::test]
async fn the_api_of_a_cluster_that_was_migrated_is_detected_again_once() {
    let gone = [
        page_of(0),
        Reply::Error(404, "SERVERLESS_INSTANCE_NOT_FOUND"),
        Reply::Error(410, "VERSION_GONE"),
        Reply::Error(400, "CANNOT_USE_CLUSTER_IN_SERVERLESS_INSTANCE_API"),
        Reply::Error(400, "NOT_SERVERLESS_TENANT_CLUSTER"),
    ];
    for gone in gone {
        let apis = TwoApis::start(Reply::Error(400, NOT_FLEX), page_of(2)).await;
        let atlas = apis.client();
        let list = || atlas.snapshots(PROJECT, "Cluster0").collect();
        assert_eq!(list().await.unwrap().len(), 2);
        apis.requests();

        // Migrated: each API is requested once, and the new one from then on.
        apis.set(page_of(3), gone.clone());
        assert_eq!(list().await.unwrap().len(), 3, "{gone:?}");
        assert_eq!(apis.requests(), ["serverless 1", "flex 1"], "{gone:?}");
        assert_eq!(list().await.unwrap().len(), 3);
        assert_eq!(apis.requests(), ["flex 1"], "{gone:?}");

        // And back, or replaced by a cluster of another kind.
        apis.set(Reply::Error(400, NOT_FLEX), page_of(2));
        assert_eq!(list().await.unwrap().len(), 2);
        assert_eq!(apis.requests(), ["flex 1", "serverless 1"]);
    }
}

#[tokio::test]
async fn a_deleted_cluster_is_requested_from_each_api_once_for_each_listing() {
    let apis = TwoApis::start(page_of(1), page_of(0)).await;
    let atlas = apis.client();
    let list = || atlas.snapshots(PROJECT, "Cluster0").collect();
    assert_eq!(list().await.unwrap().len(), 1);
    apis.requests();
    let not_found = Reply::Error(404, "CLUSTER_NOT_FOUND");
    apis.set(not_found.clone(), not_found);
    for _ in 0..2 {
        let error = list().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("neither"), "{error}");
        assert_eq!(apis.requests(), ["flex 1", "serverless 1"]);
    }
}

#[tokio::test]
async fn an_api_that_refuses_the_cluster_is_not_remembered() {
    let withdrawn = Reply::Error(410, "VERSION_GONE");
    let apis = TwoApis::start(Reply::Error(400, NOT_FLEX), withdrawn).await;
    let atlas = apis.client();
    for _ in 0..2 {
        let error = atlas.snapshots(PROJECT, "Cluster0").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Gone, "{error}");
        assert_eq!(apis.requests(), ["flex 1", "serverless 1"]);
    }
    // Another failure says nothing about the cluster, and neither API is forgotten for it.
    apis.set(page_of(1), Reply::Error(503, "UNAVAILABLE"));
    assert_eq!(atlas.snapshots(PROJECT, "Cluster0").await.unwrap().len(), 1);
    apis.requests();
    apis.set(Reply::Error(503, "UNAVAILABLE"), page_of(1));
    for _ in 0..2 {
        let error = atlas.snapshots(PROJECT, "Cluster0").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Server, "{error}");
        assert_eq!(apis.requests(), ["flex 1"]);
    }
}

#[tokio::test]
async fn a_listing_in_progress_never_mixes_two_apis() {
    let page = Reply::Page {
        items: 10,
        pages: 4,
    };
    let apis = TwoApis::start(Reply::Error(400, NOT_FLEX), page.clone()).await;
    let atlas = apis.client();
    let request = atlas.snapshots(PROJECT, "Cluster0").page_size(10);
    let mut interrupted = request.clone().max_in_flight(1).stream();
    let mut read_on = request.clone().max_in_flight(1).stream();
    for stream in [&mut interrupted, &mut read_on] {
        stream.next().await.unwrap().unwrap();
        // The second page is read ahead.
        while !apis.requests().contains(&"serverless 2".to_owned()) {
            tokio::task::yield_now().await;
        }
    }

    apis.set(
        page_of(7),
        Reply::Error(404, "SERVERLESS_INSTANCE_NOT_FOUND"),
    );
    let mut items = 1;
    let error = loop {
        match interrupted.next().await.unwrap() {
            Ok(snapshot) => assert_eq!(snapshot.source(), SnapshotSource::Serverless),
            Err(error) => break error,
        }
        items += 1;
    };
    assert_eq!((error.kind(), items % 10), (ErrorKind::NotFound, 0));
    assert!(!apis.requests().contains(&"flex 1".to_owned()));

    // The next listing finds the new API, and the one that had begun before keeps its own.
    assert_eq!(request.await.unwrap().len(), 7);
    assert_eq!(apis.requests().last().unwrap(), "flex 1");
    apis.set(page_of(7), page);
    while let Some(snapshot) = read_on.next().await {
        assert_eq!(snapshot.unwrap().source(), SnapshotSource::Serverless);
    }
    let requests = apis.requests();
    let is_serverless = |request: &String| request.starts_with("serverless");
    assert!(!requests.is_empty());
    assert!(requests.iter().all(is_serverless), "{requests:?}");
}

#[tokio::test]
async fn a_name_that_neither_api_finds_is_requested_from_both_again() {
    let mock = start(MockAtlas::builder().cluster_name("Other")).await;
    let atlas = client(&mock);
    for requests in [2, 4] {
        let request = atlas.snapshots(mock.project_id(), "Instance0");
        let error = request.await.unwrap_err();
        assert!(error.to_string().contains("neither"), "{error}");
        assert_eq!(mock.request_count(), requests, "it may exist by now");
    }
}

#[tokio::test]
async fn the_responses_of_both_apis_become_one_error() {
    let plain = MockAtlas::builder;
    let other = || plain().cluster_name("Other");
    for (builder, kind, message, requests) in [
        (
            plain().sunset(Sunset::Gone),
            ErrorKind::Gone,
            "is withdrawn",
            2,
        ),
        (
            plain().sunset(Sunset::NotFound),
            ErrorKind::NotFound,
            "neither a Flex cluster",
            2,
        ),
        (
            other(),
            ErrorKind::NotFound,
            "neither a Flex cluster nor a serverless instance of this name",
            2,
        ),
        (
            other().sunset(Sunset::Gone),
            ErrorKind::NotFound,
            "no Flex cluster of this name",
            2,
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
