//! Tests of the hooks: the request that is sent, the transport that sends it, and the response.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails panics"
)]

use std::{
    future::Future,
    io::{ErrorKind, Read as _, Write as _},
    net::TcpListener,
    pin::Pin,
    sync::{Arc, Mutex},
};

use atlas_snapshots_generated::{Client, Error, Hooks, ResponseValue, Transport, types};
use progenitor_client::{ClientHooks as _, OperationInfo};
use reqwest::{Request, Response, header::HeaderMap};

const JSON: &str = "application/json";
const VENDOR: &str = "application/vnd.atlas.2024-11-13+json";
const PROJECT: &str = "32b6e34b3d91647abb20e7b8";
const PAGE: &str = r#"{"results":[{"id":"32b6e34b3d91647abb20e7b8"}],"totalCount":1}"#;

type TransportFuture<'a> = Pin<Box<dyn Future<Output = Result<Response, String>> + Send + 'a>>;

/// Records the requests, and returns the same response to each.
#[derive(Debug)]
struct Script {
    status: u16,
    content_type: &'static str,
    body: &'static str,
    seen: Mutex<Vec<Seen>>,
}

#[derive(Debug)]
struct Seen {
    url: String,
    headers: HeaderMap,
    operation_id: &'static str,
}

impl Script {
    fn new(status: u16, body: &'static str) -> Arc<Self> {
        Self::of_type(JSON, status, body)
    }

    fn of_type(content_type: &'static str, status: u16, body: &'static str) -> Arc<Self> {
        Arc::new(Self {
            status,
            content_type,
            body,
            seen: Mutex::default(),
        })
    }

    fn client(self: &Arc<Self>) -> Client {
        client("https://cloud.example", self.clone())
    }
}

impl Transport for Script {
    fn execute<'a>(
        &'a self,
        request: &'a Request,
        operation_id: &'static str,
    ) -> TransportFuture<'a> {
        self.seen.lock().unwrap().push(Seen {
            url: request.url().to_string(),
            headers: request.headers().clone(),
            operation_id,
        });
        let response = http::Response::builder()
            .status(self.status)
            .header("Content-Type", self.content_type)
            .header("RateLimit-Remaining", "1199")
            .body(self.body)
            .unwrap();
        Box::pin(async move { Ok(response.into()) })
    }
}

/// Fails every request with the same text.
#[derive(Debug)]
struct Failing(&'static str);

impl Transport for Failing {
    fn execute<'a>(&'a self, _: &'a Request, _: &'static str) -> TransportFuture<'a> {
        Box::pin(async { Err(self.0.to_owned()) })
    }
}

/// Returns a page whose one snapshot has the path of the request as its id, after several yields.
#[derive(Debug)]
struct Echo;

impl Transport for Echo {
    fn execute<'a>(&'a self, request: &'a Request, _: &'static str) -> TransportFuture<'a> {
        Box::pin(async move {
            for _ in 0..request.url().path().len() % 7 {
                tokio::task::yield_now().await;
            }
            let page = format!(r#"{{"results":[{{"id":"{}"}}]}}"#, request.url().path());
            Ok(http::Response::new(page).into())
        })
    }
}

fn client(base_url: &str, transport: Arc<dyn Transport>) -> Client {
    let hooks = Hooks::with_transport(transport);
    Client::new_with_client(base_url, reqwest::Client::new(), hooks)
}

type Sent = Result<ResponseValue<types::ServerlessSnapshotPage>, Error<types::ApiError>>;

fn list(client: &Client) -> impl Future<Output = Sent> + Send {
    list_cluster(client, "Instance0")
}

fn list_cluster(client: &Client, cluster: &str) -> impl Future<Output = Sent> + Send {
    client
        .list_serverless_backups()
        .group_id(PROJECT)
        .cluster_name(cluster)
        .send()
}

/// The id that [`Echo`] returns for a cluster.
fn echo_of(cluster: &str) -> String {
    format!("/api/atlas/v1.0/groups/{PROJECT}/serverless/{cluster}/backup/snapshots")
}

fn id_of(page: &types::ServerlessSnapshotPage) -> &str {
    page.results[0].id.as_ref().unwrap()
}

fn is_two_at_a_time<E>(error: &Error<E>) -> bool {
    matches!(error, Error::Custom(text) if text == "two calls at a time on one client")
}

#[tokio::test]
async fn the_transport_receives_the_documented_requests() {
    let script = Script::new(200, PAGE);
    let client = script.client();
    assert_eq!(list(&client).await.unwrap().results.len(), 1);
    let serverless = client.list_serverless_backups().group_id(PROJECT);
    let serverless = serverless.cluster_name("Instance0").include_count(false);
    let serverless = serverless.items_per_page(500_u64).page_num(3_u64);
    serverless.send().await.unwrap();
    let flex = client.list_flex_backups().group_id(PROJECT).name("Flex0");
    flex.items_per_page(500_u64).send().await.unwrap();

    let serverless =
        "v1.0/groups/32b6e34b3d91647abb20e7b8/serverless/Instance0/backup/snapshots".to_owned();
    let query = "?includeCount=false&itemsPerPage=500&pageNum=3";
    let flex =
        "v2/groups/32b6e34b3d91647abb20e7b8/flexClusters/Flex0/backup/snapshots?itemsPerPage=500";
    let expected = [
        ("list_serverless_backups", JSON, serverless.clone()),
        ("list_serverless_backups", JSON, serverless + query),
        ("list_flex_backups", VENDOR, flex.to_owned()),
    ];
    let seen = script.seen.lock().unwrap();
    assert_eq!(seen.len(), expected.len());
    for (seen, (operation_id, media_type, path)) in seen.iter().zip(expected) {
        assert_eq!(seen.operation_id, operation_id);
        assert_eq!(seen.url, format!("https://cloud.example/api/atlas/{path}"));
        // Without `api-version`.
        assert_eq!(seen.headers.len(), 1);
        assert_eq!(seen.headers["accept"], media_type);
    }
}

/// The paths of the other operations, with the version of each in `Accept`.
#[tokio::test]
async fn each_operation_requests_its_documented_version() {
    let script = Script::new(200, PAGE);
    let client = script.client();
    let snapshots = client.list_group_cluster_backup_snapshots();
    let snapshots = snapshots.group_id(PROJECT).cluster_name("Cluster0");
    let snapshots = snapshots
        .point_in_time_utc_seconds(5_i64)
        .items_per_page(500_u64);
    snapshots
        .oplog_ts(6_i64)
        .oplog_inc(7_i64)
        .send()
        .await
        .unwrap();
    let clusters = client.list_group_clusters().group_id(PROJECT);
    let clusters = clusters.include_deleted_with_retained_backups(true);
    clusters.page_num(2_u64).send().await.unwrap();
    let flex = client.list_group_flex_clusters().group_id(PROJECT);
    flex.include_count(true).send().await.unwrap();
    client.list_groups().page_num(2_u64).send().await.unwrap();

    let project = format!("groups/{PROJECT}");
    let expected = [
        (
            "list_group_cluster_backup_snapshots",
            "2023-01-01",
            format!(
                "{project}/clusters/Cluster0/backup/snapshots?itemsPerPage=500&oplogInc=7&oplogTs=6&\
                 pointInTimeUtcSeconds=5"
            ),
        ),
        (
            "list_group_clusters",
            "2024-08-05",
            format!("{project}/clusters?includeDeletedWithRetainedBackups=true&pageNum=2"),
        ),
        (
            "list_group_flex_clusters",
            "2024-11-13",
            format!("{project}/flexClusters?includeCount=true"),
        ),
        ("list_groups", "2023-01-01", "groups?pageNum=2".to_owned()),
    ];
    let seen = script.seen.lock().unwrap();
    assert_eq!(seen.len(), expected.len());
    for (seen, (operation_id, version, path)) in seen.iter().zip(expected) {
        assert_eq!(seen.operation_id, operation_id);
        assert_eq!(
            seen.url,
            format!("https://cloud.example/api/atlas/v2/{path}")
        );
        let media_type = format!("application/vnd.atlas.{version}+json");
        assert_eq!(seen.headers["accept"], media_type.as_str());
    }
}

#[tokio::test]
async fn one_snapshot_is_requested_by_its_id() {
    const SNAPSHOT: &str = "68e09caf52d4183bc96e07a1";
    let script = Script::new(200, r#"{"id":"68e09caf52d4183bc96e07a1"}"#);
    let client = script.client();
    let cluster = client.get_group_cluster_backup_snapshot().group_id(PROJECT);
    let cluster = cluster.cluster_name("Cluster0").snapshot_id(SNAPSHOT);
    let cluster = cluster.send().await.unwrap().into_inner();
    assert_eq!(cluster.id.unwrap().0, SNAPSHOT);
    let flex = client.get_group_flex_cluster_backup_snapshot();
    let flex = flex.group_id(PROJECT).name("Flex0").snapshot_id(SNAPSHOT);
    let flex = flex.send().await.unwrap().into_inner();
    assert_eq!(flex.id.unwrap().0, SNAPSHOT);
    for id in ["", "68E09CAF52D4183BC96E07A1", "../x"] {
        let flex = client.get_group_flex_cluster_backup_snapshot();
        let flex = flex.group_id(PROJECT).name("Flex0").snapshot_id(id);
        let refused = flex.send().await;
        assert!(matches!(refused, Err(Error::InvalidRequest(_))), "{id:?}");
    }

    let seen = script.seen.lock().unwrap();
    let project = format!("https://cloud.example/api/atlas/v2/groups/{PROJECT}");
    let expected = [
        (format!("{project}/clusters/Cluster0"), "2023-01-01"),
        (format!("{project}/flexClusters/Flex0"), "2024-11-13"),
    ];
    assert_eq!(seen.len(), expected.len());
    for (seen, (cluster, version)) in seen.iter().zip(expected) {
        assert_eq!(seen.url, format!("{cluster}/backup/snapshots/{SNAPSHOT}"));
        let media_type = format!("application/vnd.atlas.{version}+json");
        assert_eq!(seen.headers["accept"], media_type.as_str());
    }
}

#[tokio::test]
async fn the_media_type_of_a_response_does_not_matter() {
    for content_type in [
        VENDOR,
        "application/vnd.atlas.2024-11-13+json;charset=utf-8",
        "application/vnd.atlas.2030-01-01+json",
        JSON,
        "text/plain",
    ] {
        let client = Script::of_type(content_type, 200, PAGE).client();
        let flex = client.list_flex_backups().group_id(PROJECT).name("Flex0");
        assert_eq!(flex.send().await.unwrap().results.len(), 1);
        assert_eq!(list(&client).await.unwrap().results.len(), 1);
    }
}

#[tokio::test]
async fn flex_has_two_more_typed_errors() {
    for (status, code) in [(410, "VERSION_GONE"), (429, "RATE_LIMITED")] {
        let body = format!(r#"{{"error":{status},"errorCode":"{code}"}}"#).leak();
        let client = Script::new(status, body).client();
        let flex = client.list_flex_backups().group_id(PROJECT).name("Flex0");
        let Err(Error::ErrorResponse(failure)) = flex.send().await else {
            panic!("{status} is documented")
        };
        assert_eq!(failure.error_code.as_deref(), Some(code));
        assert_eq!(failure.headers()["ratelimit-remaining"], "1199");
        assert!(matches!(
            list(&client).await,
            Err(Error::UnexpectedResponse(_))
        ));
    }
}

#[tokio::test]
async fn an_untyped_response_keeps_its_head_or_its_body() {
    let undecodable = [(200, "{}"), (401, ""), (500, "Server Error")];
    for (status, body) in undecodable {
        let failed = list(&Script::new(status, body).client()).await;
        let Err(Error::InvalidResponsePayload(bytes, _)) = failed else {
            panic!("{status}: {failed:?}")
        };
        assert_eq!(bytes, body);
    }
    let failed = list(&Script::new(503, "<html>").client()).await;
    let Err(Error::UnexpectedResponse(response)) = failed else {
        panic!("{failed:?}")
    };
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["ratelimit-remaining"], "1199");
}

#[tokio::test]
async fn arguments_that_break_a_pattern_are_refused_before_any_request() {
    let script = Script::new(200, PAGE);
    let client = script.client();
    for (project, instance) in [
        ("", "Instance0"),
        ("32B6E34B3D91647ABB20E7B8", "Instance0"),
        ("32b6e34b3d91647abb20e7b8\n", "Instance0"),
        (PROJECT, "../../secrets"),
        (PROJECT, "-"),
        (PROJECT, ""),
    ] {
        let refused = client
            .list_serverless_backups()
            .group_id(project)
            .cluster_name(instance)
            .send()
            .await;
        assert!(
            matches!(refused, Err(Error::InvalidRequest(_))),
            "{project:?} {instance:?}"
        );
    }
    assert!(script.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_error_of_a_transport_ends_the_call_without_a_network_request() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let failing = client(&base_url, Arc::new(Failing("no token")));
    // The second call is not affected by the first one.
    for _ in 0..2 {
        let failed = list(&failing).await;
        assert!(matches!(failed, Err(Error::Custom(text)) if text == "no token"));
    }
    let connected = listener.accept().unwrap_err();
    assert_eq!(connected.kind(), ErrorKind::WouldBlock);
}

#[tokio::test]
async fn calls_that_wait_at_the_same_time_receive_their_own_responses() {
    let client = client("https://cloud.example", Arc::new(Echo));
    let clusters = ["A", "Cluster1", "Cluster-12", "C-1"];
    let calls = clusters.map(|cluster| list_cluster(&client, cluster));
    let [first, second, third, fourth] = calls;
    let pages = tokio::join!(first, second, third, fourth);
    let pages = [pages.0, pages.1, pages.2, pages.3];
    for (page, cluster) in pages.iter().zip(clusters) {
        assert_eq!(id_of(page.as_ref().unwrap()), echo_of(cluster));
    }
}

#[tokio::test]
async fn a_response_that_was_not_taken_yet_is_not_replaced() {
    let client = client("https://cloud.example", Arc::new(Echo));
    let operation = OperationInfo {
        operation_id: "list_serverless_backups",
    };
    let request = |path| {
        let url = format!("https://cloud.example{path}");
        Request::new(reqwest::Method::GET, url.parse().unwrap())
    };
    let (mut one, mut other) = (request("/one"), request("/other"));
    client.pre::<()>(&mut one, &operation).await.unwrap();
    let refused = client.pre::<()>(&mut other, &operation).await.unwrap_err();
    assert!(is_two_at_a_time(&refused), "{refused:?}");

    // Clones share the transport, and nothing of a call.
    let page = list_cluster(&client.clone(), "Clone0").await.unwrap();
    assert_eq!(id_of(&page), echo_of("Clone0"));

    let response = client.exec(one, &operation).await.unwrap();
    let body = response.text().await.unwrap();
    assert_eq!(body, r#"{"results":[{"id":"/one"}]}"#);
}

#[test]
fn calls_on_several_threads_never_take_the_response_of_another() {
    let client = client("https://cloud.example", Arc::new(Echo));
    let list_often = |cluster: &str| {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            for _ in 0..200 {
                match list_cluster(&client, cluster).await {
                    Ok(page) => assert_eq!(id_of(&page), echo_of(cluster)),
                    Err(error) => assert!(is_two_at_a_time(&error), "{error:?}"),
                }
            }
        });
    };
    std::thread::scope(|scope| {
        for cluster in ["A", "Cluster1", "Cluster-12", "C-1"] {
            scope.spawn(move || list_often(cluster));
        }
    });
}

#[tokio::test]
async fn a_call_runs_on_any_thread() {
    let client = Script::new(200, PAGE).client();
    let page = tokio::spawn(async move { list(&client).await.map(|page| page.results.len()) });
    assert_eq!(page.await.unwrap().unwrap(), 1);
}

/// A server for one request. It returns its address and, when joined, the request.
fn serve_once() -> (String, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            request.extend(byte);
        }
        let length = PAGE.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{PAGE}"
        )
        .unwrap();
        String::from_utf8(request).unwrap()
    });
    (address, server)
}

#[tokio::test]
async fn without_a_transport_the_http_client_sends_the_request() {
    let (address, server) = serve_once();
    let client = Client::new_with_client(&address, reqwest::Client::new(), Hooks::new());
    assert_eq!(list(&client).await.unwrap().total_count, Some(1));
    let request = server.join().unwrap().to_lowercase();
    assert!(request.contains("accept: application/json"));
    assert!(!request.contains("api-version"));

    // The server is stopped.
    let failed = list(&client).await;
    assert!(matches!(failed, Err(Error::CommunicationError(_))));
}
