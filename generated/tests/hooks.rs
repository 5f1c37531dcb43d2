//! What goes out, which way it takes, and what stays of the answer.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails panics"
)]

use std::{
    future::Future,
    io::{Read as _, Write as _},
    net::TcpListener,
    pin::Pin,
    sync::{Arc, Mutex},
};

use atlas_snapshots_generated::{Client, Error, Exchange, Hooks};
use reqwest::{Request, StatusCode, header::HeaderMap};

const JSON: &str = "application/json";
const VENDOR: &str = "application/vnd.atlas.2024-11-13+json";
const PAGE: &str = r#"{"results":[{"id":"32b6e34b3d91647abb20e7b8"}],"totalCount":1}"#;

/// Keeps what it is given; answers what it was told to.
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
        let hooks = Hooks::with_exchange(self.clone());
        Client::new_with_client("https://cloud.example", reqwest::Client::new(), hooks)
    }
}

impl Exchange for Script {
    fn exchange<'a>(
        &'a self,
        _: &'a reqwest::Client,
        request: Request,
        operation_id: &'static str,
    ) -> Pin<Box<dyn Future<Output = reqwest::Result<reqwest::Response>> + Send + 'a>> {
        self.seen.lock().unwrap().push(Seen {
            url: request.url().to_string(),
            headers: request.headers().clone(),
            operation_id,
        });
        let answer = http::Response::builder()
            .status(self.status)
            .header("Content-Type", self.content_type)
            .header("RateLimit-Remaining", "1199")
            .body(self.body)
            .unwrap();
        Box::pin(async move { Ok(answer.into()) })
    }
}

type Answer = Result<
    atlas_snapshots_generated::ResponseValue<
        atlas_snapshots_generated::types::ServerlessSnapshotPage,
    >,
    Error<atlas_snapshots_generated::types::ApiError>,
>;

fn list(client: &Client) -> impl Future<Output = Answer> + Send {
    client
        .list_serverless_backups()
        .group_id("32b6e34b3d91647abb20e7b8")
        .cluster_name("Instance0")
        .send()
}

#[tokio::test]
async fn the_exchange_sees_the_request_as_documented() {
    let script = Script::new(200, PAGE);
    let page = list(&script.client()).await.unwrap();
    assert_eq!(page.results.len(), 1);

    let seen = script.seen.lock().unwrap();
    assert_eq!(
        seen[0].url,
        "https://cloud.example/api/atlas/v1.0/groups/32b6e34b3d91647abb20e7b8/serverless/Instance0/backup/snapshots"
    );
    assert_eq!(seen[0].operation_id, "list_serverless_backups");
    assert_eq!(seen[0].headers["accept"], JSON);
    assert!(!seen[0].headers.contains_key("api-version"));
    assert_eq!(seen[0].headers.len(), 1);
}

#[tokio::test]
async fn flex_asks_for_the_documented_version() {
    let script = Script::new(200, PAGE);
    script
        .client()
        .list_flex_backups()
        .group_id("32b6e34b3d91647abb20e7b8")
        .name("Flex0")
        .items_per_page(500_u64)
        .send()
        .await
        .unwrap();

    let seen = script.seen.lock().unwrap();
    assert_eq!(
        seen[0].url,
        "https://cloud.example/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8/flexClusters/Flex0/backup/snapshots?itemsPerPage=500"
    );
    assert_eq!(seen[0].operation_id, "list_flex_backups");
    let accepted: Vec<_> = seen[0].headers.get_all("accept").iter().collect();
    assert_eq!(accepted, [VENDOR]);
    assert_eq!(seen[0].headers.len(), 1);
}

#[tokio::test]
async fn what_an_answer_calls_itself_does_not_matter() {
    for content_type in [
        VENDOR,
        "application/vnd.atlas.2024-11-13+json;charset=utf-8",
        "application/vnd.atlas.2030-01-01+json",
        JSON,
        "text/plain",
    ] {
        let client = Script::of_type(content_type, 200, PAGE).client();
        let flex = client.list_flex_backups();
        let flex = flex.group_id("32b6e34b3d91647abb20e7b8").name("Flex0");
        assert_eq!(flex.send().await.unwrap().results.len(), 1);
        assert_eq!(list(&client).await.unwrap().results.len(), 1);
    }
}

#[tokio::test]
async fn flex_types_two_more_failures() {
    for (status, code) in [(410, "VERSION_GONE"), (429, "RATE_LIMITED")] {
        let body = format!(r#"{{"error":{status},"errorCode":"{code}"}}"#).leak();
        let client = Script::new(status, body).client();
        let flex = client.list_flex_backups();
        let flex = flex.group_id("32b6e34b3d91647abb20e7b8").name("Flex0");
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
async fn the_query_carries_what_was_set_and_nothing_else() {
    let script = Script::new(200, PAGE);
    script
        .client()
        .list_serverless_backups()
        .group_id("32b6e34b3d91647abb20e7b8")
        .cluster_name("Instance0")
        .include_count(false)
        .items_per_page(500_u64)
        .page_num(3_u64)
        .send()
        .await
        .unwrap();
    let seen = script.seen.lock().unwrap();
    let (_, query) = seen[0].url.split_once('?').unwrap();
    assert_eq!(query, "includeCount=false&itemsPerPage=500&pageNum=3");
}

#[tokio::test]
async fn arguments_that_break_a_pattern_are_refused_before_any_request() {
    let script = Script::new(200, PAGE);
    let client = script.client();
    for (project, instance) in [
        ("", "Instance0"),
        ("32B6E34B3D91647ABB20E7B8", "Instance0"),
        ("32b6e34b3d91647abb20e7b8\n", "Instance0"),
        ("32b6e34b3d91647abb20e7b8", "../../secrets"),
        ("32b6e34b3d91647abb20e7b8", "-"),
        ("32b6e34b3d91647abb20e7b8", ""),
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
async fn the_head_of_an_undecodable_answer_is_kept() {
    for (status, body) in [
        (200, "{}"),
        (401, ""),
        (500, "Server Error"),
        (503, "<html>"),
    ] {
        let client = Script::new(status, body).client().observed();
        assert!(client.response_head().is_none());
        list(&client).await.unwrap_err();
        let head = client.response_head().unwrap();
        assert_eq!(head.status.as_u16(), status);
        assert_eq!(head.headers["ratelimit-remaining"], "1199");
    }
}

#[tokio::test]
async fn observed_clients_keep_their_heads_apart() {
    let client = Script::new(200, PAGE).client();
    let (one, other) = (client.observed(), client.observed());
    list(&one).await.unwrap();
    assert_eq!(one.response_head().unwrap().status, StatusCode::OK);
    assert!(other.response_head().is_none());
    assert!(client.response_head().is_none());
}

#[tokio::test]
async fn a_call_runs_on_any_thread() {
    let client = Script::new(200, PAGE).client();
    let page = tokio::spawn(async move { list(&client).await.map(|page| page.results.len()) });
    assert_eq!(page.await.unwrap().unwrap(), 1);
}

/// A server for one request; answers its address and, when joined, the request.
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
async fn without_an_exchange_the_client_itself_sends() {
    let (address, server) = serve_once();
    let client = Client::new_with_client(&address, reqwest::Client::new(), Hooks::new());
    assert_eq!(list(&client).await.unwrap().total_count, Some(1));
    assert_eq!(client.response_head().unwrap().status, StatusCode::OK);
    let request = server.join().unwrap().to_lowercase();
    assert!(request.contains("accept: application/json"));
    assert!(!request.contains("api-version"));
}

#[tokio::test]
async fn a_request_without_an_answer_leaves_no_head() {
    let (address, server) = serve_once();
    let client = Client::new_with_client(&address, reqwest::Client::new(), Hooks::new());
    list(&client).await.unwrap();
    server.join().unwrap();

    let refused = list(&client).await;
    assert!(matches!(refused, Err(Error::CommunicationError(_))));
    assert!(client.response_head().is_none());
}
