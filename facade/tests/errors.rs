//! Error responses, unreadable responses and invalid arguments, over real sockets.

#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use atlas_snapshots::{
    Atlas, AtlasBuilder, Credentials, Error, ErrorKind, ListRequest, RetryPolicy, Snapshot,
};
use atlas_snapshots_mock::{BodyFault, CannedResponse, MockAtlas, When};
use futures::StreamExt;
use serde_json::json;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::common::{request_head, with_timeout};

/// A client that reports every failure at once.
fn atlas(mock: &MockAtlas) -> AtlasBuilder {
    Atlas::builder()
        .base_url(mock.base_url())
        .retry_policy(RetryPolicy::none())
}

/// The first error of a listing of the mock's cluster.
async fn error_of(mock: &MockAtlas, atlas: AtlasBuilder) -> Error {
    let atlas = atlas.build().unwrap();
    let mut snapshots = request(mock, &atlas).stream();
    snapshots.next().await.unwrap().unwrap_err()
}

fn request(mock: &MockAtlas, atlas: &Atlas) -> ListRequest<Snapshot> {
    atlas.serverless_snapshots(mock.project_id(), mock.cluster_name())
}

async fn error_for(response: CannedResponse) -> Error {
    let mock = MockAtlas::builder()
        .page_response(1, response)
        .start()
        .await
        .unwrap();
    let error = error_of(&mock, atlas(&mock)).await;
    assert_eq!(mock.request_count(), 1);
    assert_eq!(
        (error.page(), error.delivered(), error.attempts()),
        (Some(1), Some(0), Some(1))
    );
    error
}

#[tokio::test]
async fn every_documented_error_has_its_kind_and_keeps_its_body() {
    let detail = "(This is just an example, the exception may not be related to this endpoint) \
                  No provider AWS exists.";
    for (status, code, reason, kind) in [
        (
            400,
            "VALIDATION_ERROR",
            "Bad Request",
            ErrorKind::BadRequest,
        ),
        (
            401,
            "NOT_ORG_GROUP_CREATOR",
            "Unauthorized",
            ErrorKind::PermissionDenied,
        ),
        (
            401,
            "NO_CURRENT_USER",
            "Unauthorized",
            ErrorKind::Unauthenticated,
        ),
        (
            402,
            "ACCOUNT_SUSPENDED",
            "Payment Required",
            ErrorKind::PaymentRequired,
        ),
        (
            403,
            "ORG_REQUIRES_ACCESS_LIST",
            "Forbidden",
            ErrorKind::IpNotAllowed,
        ),
        (
            403,
            "CANNOT_CHANGE_GROUP_NAME",
            "Forbidden",
            ErrorKind::PermissionDenied,
        ),
        (404, "RESOURCE_NOT_FOUND", "Not Found", ErrorKind::NotFound),
        (
            500,
            "UNEXPECTED_ERROR",
            "Internal Server Error",
            ErrorKind::Server,
        ),
    ] {
        let body = json!({"error": status, "detail": detail, "reason": reason, "errorCode": code});
        let error = error_for(CannedResponse::json(status, body)).await;
        assert_eq!(error.kind(), kind);
        assert_eq!(error.status(), Some(status));
        assert_eq!(error.error_code(), Some(code));
        assert_eq!(error.reason(), Some(reason));
        assert_eq!(error.detail(), Some(detail));
        assert_eq!(error.body_excerpt(), None);
        let line = error.to_string();
        for part in [&*status.to_string(), code, "page 1"] {
            assert!(line.contains(part), "{line}");
        }
        assert!(!line.contains('\n'));
    }
}

#[tokio::test]
async fn undocumented_error_bodies_never_hide_the_status() {
    for (response, kind, code, excerpt) in [
        (
            CannedResponse::json(
                401,
                json!({"error": 401, "reason": "Unauthorized", "detail": "No."}),
            ),
            ErrorKind::Unauthenticated,
            None,
            None,
        ),
        (
            CannedResponse::new(401),
            ErrorKind::Unauthenticated,
            None,
            None,
        ),
        (
            CannedResponse::json(
                401,
                json!({"error": 401, "errorCode": "USER_UNAUTHORIZED", "parameters": null}),
            ),
            ErrorKind::PermissionDenied,
            Some("USER_UNAUTHORIZED"),
            None,
        ),
        (
            CannedResponse::json(
                403,
                json!({"errorCode": "IP_ADDRESS_NOT_ON_ACCESS_LIST", "parameters": ["192.0.2.1", 7]}),
            ),
            ErrorKind::IpNotAllowed,
            Some("IP_ADDRESS_NOT_ON_ACCESS_LIST"),
            None,
        ),
        (
            CannedResponse::json(410, json!({"error": 410, "errorCode": "VERSION_GONE"})),
            ErrorKind::Gone,
            Some("VERSION_GONE"),
            None,
        ),
        (
            CannedResponse::json(
                500,
                json!({"errorCode": "X", "message": "m", "status": "ERROR", "version": "1"}),
            ),
            ErrorKind::Server,
            Some("X"),
            None,
        ),
        (
            CannedResponse::text(500, "Server Error"),
            ErrorKind::Server,
            None,
            Some("Server Error"),
        ),
        (
            CannedResponse::html(503, "<html>down</html>"),
            ErrorKind::Server,
            None,
            Some("<html>down</html>"),
        ),
        (
            CannedResponse::json(429, json!({"errorCode": "RATE_LIMITED"})),
            ErrorKind::RateLimited,
            Some("RATE_LIMITED"),
            None,
        ),
        (
            CannedResponse::json(409, json!({"errorCode": "CONFLICT"})),
            ErrorKind::BadRequest,
            Some("CONFLICT"),
            None,
        ),
        (CannedResponse::new(204), ErrorKind::Protocol, None, None),
    ] {
        let error = error_for(response).await;
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.error_code(), code, "{error}");
        assert_eq!(error.body_excerpt(), excerpt, "{error}");
        assert!(error.status().is_some(), "{error}");
    }
}

#[tokio::test]
async fn a_200_response_that_is_not_a_page_is_reported_by_its_cause() {
    for (response, kind, retryable) in [
        (
            CannedResponse::html(200, "<html>login</html>"),
            ErrorKind::Decode,
            false,
        ),
        (
            CannedResponse::json(200, json!(null)),
            ErrorKind::Decode,
            false,
        ),
        (
            CannedResponse::json(200, json!([])),
            ErrorKind::Decode,
            false,
        ),
        (
            CannedResponse::json(200, json!({})),
            ErrorKind::Decode,
            false,
        ),
        (
            CannedResponse::json(200, json!({"results": null})),
            ErrorKind::Decode,
            false,
        ),
        (
            CannedResponse::json(200, json!({"results": {}})),
            ErrorKind::Decode,
            false,
        ),
        (CannedResponse::new(200), ErrorKind::Protocol, true),
        (
            CannedResponse::new(200).body("{\"results\": ["),
            ErrorKind::Protocol,
            true,
        ),
        (
            CannedResponse::new(200).body(b"{\"results\": \xff".to_vec()),
            ErrorKind::Decode,
            false,
        ),
    ] {
        let error = error_for(response).await;
        assert_eq!(
            (error.kind(), error.is_retryable()),
            (kind, retryable),
            "{error}"
        );
        assert_eq!(error.status(), Some(200), "{error}");
        assert!(error.source().is_some(), "{error}");
    }
}

/// Found by the fuzz target `page`: the decoder takes an array for the object whose fields it
/// lists, so that `[null, [], 5]` was a complete listing without snapshots.
#[tokio::test]
async fn an_array_that_looks_like_the_fields_of_a_page_is_not_a_page() {
    for page in [
        json!([null, [], 5]),
        json!([[{"id": "000000000000000000000001"}]]),
        json!([null, [{"id": "000000000000000000000001"}, 7], 2]),
    ] {
        let error = error_for(CannedResponse::json(200, page.clone())).await;
        assert_eq!(error.kind(), ErrorKind::Decode, "{page}");
        assert_eq!(error.body_excerpt(), Some(&*page.to_string()));
    }
}

#[tokio::test]
async fn a_page_behind_a_byte_order_mark_is_read() {
    let mock = MockAtlas::builder()
        .page_response(
            1,
            CannedResponse::new(200).body(
                b"\xef\xbb\xbf{\"results\":[{\"id\":\"000000000000000000000001\"}]}".to_vec(),
            ),
        )
        .start()
        .await
        .unwrap();
    let atlas = atlas(&mock).build().unwrap();
    assert_eq!(request(&mock, &atlas).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_server_decides_on_unknown_projects_and_clusters_and_missing_credentials() {
    let mock = MockAtlas::builder()
        .require_token("open-sesame")
        .start()
        .await
        .unwrap();
    let error = error_of(&mock, atlas(&mock)).await;
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);

    let with_token = atlas(&mock)
        .credentials(Credentials::access_token("open-sesame"))
        .build()
        .unwrap();
    for (project, cluster, code) in [
        ("000000000000000000000000", "Instance0", "GROUP_NOT_FOUND"),
        (
            mock.project_id(),
            "Instance9",
            "SERVERLESS_INSTANCE_NOT_FOUND",
        ),
    ] {
        let mut snapshots = with_token.serverless_snapshots(project, cluster).stream();
        let error = snapshots.next().await.unwrap().unwrap_err();
        assert_eq!(
            (error.kind(), error.error_code()),
            (ErrorKind::NotFound, Some(code))
        );
        assert!(
            snapshots.next().await.is_none(),
            "not found ends the listing"
        );
    }
    assert_eq!(mock.request_count(), 3);
}

#[tokio::test]
async fn the_rejected_fields_are_reported() {
    let body = json!({
        "error": 400, "errorCode": "VALIDATION_ERROR",
        "badRequestDetail": {"fields": [{"field": "pageNum", "description": "must be positive"}]},
    });
    let error = error_for(CannedResponse::json(400, body)).await;
    let violations: Vec<_> = error
        .field_violations()
        .iter()
        .map(|violation| (violation.field(), violation.description()))
        .collect();
    assert_eq!(violations, [("pageNum", "must be positive")]);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = MockAtlas::builder().snapshots(1).start().await.unwrap();
    let response = CannedResponse::new(307).header("location", target.snapshots_url());
    let error = error_for(response).await;
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Protocol, Some(307))
    );
    assert!(
        error.to_string().contains(&target.snapshots_url()),
        "{error}"
    );
    assert_eq!(target.request_count(), 0);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    // In one chunk, and in many.
    for padding in [0, 100_000] {
        let body = json!({"results": [], "padding": "x".repeat(padding)});
        let length = body.to_string().len();
        let plain = MockAtlas::builder().page_response(1, CannedResponse::json(200, body));
        // Decompressed, it arrives without an announced length.
        let unannounced = plain.clone().fault(BodyFault::Gzip, When::always());
        for builder in [plain, unannounced] {
            let mock = builder.start().await.unwrap();
            let error = error_of(&mock, atlas(&mock).max_response_bytes(length - 1)).await;
            assert_eq!(
                (error.kind(), error.status()),
                (ErrorKind::Protocol, Some(200))
            );
            assert!(!error.is_retryable());
            assert!(
                error
                    .to_string()
                    .contains("larger than this client accepts")
            );

            let atlas = atlas(&mock).max_response_bytes(length).build().unwrap();
            assert!(request(&mock, &atlas).stream().next().await.is_none());
            assert_eq!(mock.request_count(), 2);
        }
    }
}

#[tokio::test]
async fn a_server_that_never_responds_is_a_timeout() {
    let mock = MockAtlas::builder()
        .latency(Duration::from_secs(3600))
        .start()
        .await
        .unwrap();
    let limit = Duration::from_millis(50);
    for slow in [
        atlas(&mock).read_timeout(limit),
        atlas(&mock).attempt_timeout(limit),
    ] {
        let error = error_of(&mock, slow).await;
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::Timeout, None),
            "{error}"
        );
        assert!(error.is_retryable());
    }
}

#[tokio::test]
async fn a_refused_connection_is_a_connect_error() {
    let mock = MockAtlas::builder().start().await.unwrap();
    let atlas = atlas(&mock);
    let (project, cluster) = (mock.project_id().to_owned(), mock.cluster_name().to_owned());
    mock.shutdown().await;
    let request = atlas
        .build()
        .unwrap()
        .serverless_snapshots(project, cluster);
    let error = request.stream().next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Connect, None));
    assert!(error.is_retryable());
    // The causes are in the chain of sources and are not repeated in the line.
    let mut lines = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        lines.push(cause.to_string());
        source = cause.source();
    }
    assert!(lines.len() > 1, "{lines:?}");
    for (index, line) in lines.iter().enumerate() {
        assert!(
            lines[index + 1..]
                .iter()
                .all(|cause| !line.contains(cause.as_str())),
            "{lines:?}"
        );
    }
}

/// A server that responds with these bytes to every request, and the number of requests so far.
async fn serve(response: &'static str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            request_head(&mut stream).await.unwrap();
            counter.fetch_add(1, Ordering::SeqCst);
            stream.write_all(response.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    (base_url, requests)
}

/// The first error of a listing with one retry.
async fn error_with_a_retry(base_url: &str) -> Error {
    let policy = RetryPolicy::default()
        .max_retries(1)
        .max_delay(Duration::ZERO);
    let atlas = Atlas::builder().base_url(base_url).retry_policy(policy);
    let atlas = atlas.build().unwrap();
    let request = atlas.serverless_snapshots("32b6e34b3d91647abb20e7b8", "Instance0");
    with_timeout(request.collect()).await.unwrap_err()
}

#[tokio::test]
async fn a_response_that_is_not_http_is_reported_and_not_requested_again() {
    for response in [
        "SSH-2.0-OpenSSH_9.6\r\n\r\n",
        "<html>hello</html>\r\n\r\n",
        "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 9999 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}",
    ] {
        let (base_url, requests) = serve(response).await;
        let error = error_with_a_retry(&base_url).await;
        assert_eq!(error.kind(), ErrorKind::Protocol, "{response}: {error}");
        assert!(!error.is_retryable(), "{response}");
        assert!(error.to_string().contains("not valid HTTP"), "{error}");
        assert!(error.source().is_some());
        assert_eq!(requests.load(Ordering::SeqCst), 1, "{response}");
    }
}

#[tokio::test]
async fn a_response_that_breaks_off_is_requested_again() {
    for (response, kind) in [
        ("", ErrorKind::Connect),
        ("HTTP/1.1 200 OK\r\nconte", ErrorKind::Connect),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{",
            ErrorKind::Protocol,
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n",
            ErrorKind::Protocol,
        ),
        (
            "HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n",
            ErrorKind::Timeout,
        ),
    ] {
        let (base_url, requests) = serve(response).await;
        let error = error_with_a_retry(&base_url).await;
        assert_eq!(error.kind(), kind, "{response}: {error}");
        assert!(error.is_retryable(), "{response}");
        assert_eq!(requests.load(Ordering::SeqCst), 2, "{response}");
    }
}

#[tokio::test]
async fn the_error_of_a_page_in_the_middle_says_where_it_occurred() {
    let mock = MockAtlas::builder()
        .snapshots(25)
        .page_response(2, CannedResponse::html(502, "<html>bad gateway</html>"))
        .start()
        .await
        .unwrap();
    let mut snapshots = atlas(&mock)
        .build()
        .unwrap()
        .serverless_snapshots(mock.project_id(), mock.cluster_name())
        .page_size(10)
        .stream();
    for _ in 0..10 {
        snapshots.next().await.unwrap().unwrap();
    }
    let error = snapshots.next().await.unwrap().unwrap_err();
    assert_eq!(
        error.to_string(),
        "Instance0 in project 32b6e34b3d91647abb20e7b8, page 2: server error (502): <html>bad gateway</html> (10 delivered before)"
    );
}

#[tokio::test]
async fn unreadable_items_are_reported_with_their_json_text() {
    let items = [
        json!({"id": "000000000000000000000001"}),
        json!({"id": "000000000000000000000002", "createdAt": "yesterday"}),
        json!({"status": "completed"}),
        json!(7),
        json!({"id": "000000000000000000000005"}),
    ];
    let mock = MockAtlas::builder()
        .items(items.clone())
        .start()
        .await
        .unwrap();
    let snapshots = atlas(&mock)
        .build()
        .unwrap()
        .serverless_snapshots(mock.project_id(), mock.cluster_name())
        .stream();
    let listed: Vec<_> = snapshots.collect().await;
    assert_eq!(mock.request_count(), 1);
    assert_eq!(listed.len(), 5);
    assert!(listed[0].is_ok() && listed[4].is_ok());
    for (index, listed) in listed.iter().enumerate().take(4).skip(1) {
        let error = listed.as_ref().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidItem);
        let item = error.invalid_item().unwrap();
        assert_eq!((item.page(), item.index()), (1, index));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(item.raw()).unwrap(),
            items[index]
        );
    }
    let line = listed[1].as_ref().unwrap_err().to_string();
    assert!(
        line.contains("item 1 with id 000000000000000000000002"),
        "{line}"
    );
}

#[tokio::test]
async fn a_malformed_project_id_or_cluster_name_is_an_error_before_any_request() {
    let mock = MockAtlas::builder().start().await.unwrap();
    let atlas = atlas(&mock).build().unwrap();
    let project_rule = "must be 24 characters from a-f and 0-9";
    let cluster_rule = "must be letters, digits and hyphens, starting with a letter or digit";
    for (project, cluster, message) in [
        (
            "not-an-id",
            mock.cluster_name(),
            format!("invalid argument: project id \"not-an-id\" {project_rule}"),
        ),
        (
            mock.project_id(),
            "../other",
            format!("invalid argument: cluster name \"../other\" {cluster_rule}"),
        ),
        (
            "",
            "",
            format!("invalid argument: project id \"\" {project_rule}"),
        ),
    ] {
        for request in [
            atlas.snapshots(project, cluster),
            atlas.flex_snapshots(project, cluster),
            atlas.serverless_snapshots(project, cluster),
        ] {
            let mut snapshots = request.clone().stream();
            let error = snapshots.next().await.unwrap().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            assert_eq!(error.to_string(), message);
            assert!(!error.is_retryable());
            assert!(snapshots.next().await.is_none(), "{message}");
            assert_eq!(request.await.unwrap_err().to_string(), message);
        }
    }
    // The first value that breaks a rule is reported.
    let request = atlas.snapshots("not-an-id", "Cluster0").page_size(501);
    let error = request.await.unwrap_err();
    assert!(error.to_string().contains("project id"), "{error}");
    assert_eq!((mock.request_count(), mock.accepted_connections()), (0, 0));
}

#[test]
fn a_client_with_invalid_values_is_not_built() {
    let build = |base_url: &str| {
        Atlas::builder()
            .base_url(base_url)
            .credentials(Credentials::access_token("t"))
            .build()
    };
    for (built, named) in [
        (build("cloud.mongodb.com"), "cloud.mongodb.com"),
        (build("http://cloud.mongodb.com"), "https://"),
        (Atlas::builder().build(), "credentials"),
        (
            Atlas::builder()
                .credentials(Credentials::access_token("a b"))
                .build(),
            "access token",
        ),
    ] {
        let error = built.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().contains(named), "{error}");
        assert!(!error.is_retryable());
    }
    assert!(
        Atlas::builder()
            .credentials(Credentials::anonymous())
            .build()
            .is_ok()
    );
}
