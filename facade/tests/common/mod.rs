//! Helpers of the integration tests.

#![allow(
    dead_code,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "every test program uses some of the helpers, and a test that cannot go on fails"
)]

use std::future::Future;
use std::time::Duration;

use atlas_snapshots::{Atlas, ListRequest, Snapshot};
use atlas_snapshots_mock::MockAtlas;
use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// Fails a test that would never end. No test needs a second, and the limit is below the client's
/// own timeouts, which start at 30 s.
pub(crate) async fn with_timeout<F: Future>(future: F) -> F::Output {
    let limited = tokio::time::timeout(Duration::from_secs(20), future).await;
    limited.expect("the future does not complete")
}

/// The snapshots of the mock's cluster by the serverless API, 100 to a page.
pub(crate) fn listing(mock: &MockAtlas, atlas: &Atlas) -> ListRequest<Snapshot> {
    atlas
        .serverless_snapshots(mock.project_id(), mock.cluster_name())
        .page_size(100)
}

/// The API of each request, in order of arrival.
pub(crate) fn apis_requested(mock: &MockAtlas) -> Vec<&'static str> {
    let api = |path: &str| match path {
        _ if path.contains("/flexClusters/") => "flex",
        _ if path.contains("/serverless/") => "serverless",
        _ => "cluster",
    };
    let requests = mock.requests();
    requests.iter().map(|request| api(&request.path)).collect()
}

/// Reads the request line and the headers of a request, for servers that stand in for the mock.
/// `None` where the client closed the connection before their end.
pub(crate) async fn request_head(stream: &mut (impl AsyncBufRead + Unpin)) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await.unwrap() == 0 {
            return None;
        }
    }
    Some(head)
}
