//! The mock's connections: kept, counted, and closed when they should be.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use atlas_snapshots_mock::{MockAtlas, When, WireFault};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

fn address(atlas: &MockAtlas) -> &str {
    atlas.base_url().strip_prefix("http://").unwrap()
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request() {
    let atlas = MockAtlas::builder().snapshots(3).start().await.unwrap();
    let client = reqwest::Client::new();
    for _ in 0..3 {
        client
            .get(atlas.snapshots_url())
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
    }
    assert_eq!(atlas.accepted_connections(), 1);
    assert_eq!(
        atlas
            .requests()
            .iter()
            .map(|request| request.connection)
            .collect::<Vec<_>>(),
        [0, 0, 0]
    );
    drop(client);
    atlas.until(|atlas| atlas.open_connections() == 0).await;
}

#[tokio::test]
async fn a_client_that_leaves_ends_its_request() {
    let atlas = MockAtlas::builder()
        .latency(Duration::from_secs(3_600))
        .start()
        .await
        .unwrap();
    let request = tokio::spawn(reqwest::get(atlas.snapshots_url()));
    atlas.until(|atlas| atlas.in_flight() == 1).await;
    request.abort();
    atlas
        .until(|atlas| atlas.in_flight() == 0 && atlas.open_connections() == 0)
        .await;
    assert_eq!(atlas.requests()[0].status, None);
}

#[tokio::test]
async fn shutdown_finishes_what_is_under_way_and_closes_the_rest() {
    let atlas = MockAtlas::builder()
        .snapshots(3)
        .latency(Duration::from_millis(20))
        .start()
        .await
        .unwrap();
    let mut idle = TcpStream::connect(address(&atlas)).await.unwrap();
    let url = atlas.snapshots_url();
    let request = tokio::spawn(reqwest::get(url.clone()));
    atlas
        .until(|atlas| atlas.in_flight() == 1 && atlas.open_connections() == 2)
        .await;

    atlas.shutdown().await;
    assert_eq!(request.await.unwrap().unwrap().status(), 200);
    assert_eq!(idle.read(&mut [0]).await.unwrap(), 0, "closed");
    assert!(reqwest::get(url).await.unwrap_err().is_connect());
}

#[tokio::test]
async fn dropping_the_mock_frees_its_port() {
    let atlas = MockAtlas::builder().start().await.unwrap();
    let (url, mut idle) = (
        atlas.snapshots_url(),
        TcpStream::connect(address(&atlas)).await.unwrap(),
    );
    atlas.until(|atlas| atlas.open_connections() == 1).await;
    drop(atlas);
    assert_eq!(idle.read(&mut [0]).await.unwrap(), 0, "closed");
    assert!(reqwest::get(url).await.unwrap_err().is_connect());
}

#[tokio::test(start_paused = true)]
async fn an_answer_longer_than_the_grace_is_cut() {
    let atlas = MockAtlas::builder()
        .latency(Duration::from_secs(3_600))
        .start()
        .await
        .unwrap();
    let request = tokio::spawn(reqwest::get(atlas.snapshots_url()));
    atlas.until(|atlas| atlas.in_flight() == 1).await;
    atlas.shutdown().await;
    assert!(request.await.unwrap().is_err());
}

#[tokio::test(start_paused = true)]
async fn a_cleared_request_leaves_the_log_of_the_next_alone() {
    let atlas = MockAtlas::builder()
        .fault(WireFault::Delay(Duration::from_secs(60)), When::page(1))
        .fault(WireFault::Hang, When::page(2))
        .start()
        .await
        .unwrap();
    let slow = tokio::spawn(reqwest::get(atlas.snapshots_url()));
    atlas.until(|atlas| atlas.request_count() == 1).await;
    atlas.clear_requests();
    let hung = tokio::spawn(reqwest::get(format!("{}?pageNum=2", atlas.snapshots_url())));
    assert_eq!(slow.await.unwrap().unwrap().status(), 200);
    atlas.until(|atlas| atlas.request_count() == 1).await;
    assert_eq!(
        atlas.requests()[0].status,
        None,
        "the answer was to the request before"
    );
    hung.abort();
}
