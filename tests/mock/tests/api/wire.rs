//! Tests of connections: their faults, their reuse, and their end.

use std::io::ErrorKind;
use std::time::Duration;

use atlas_snapshots_mock::{MockAtlas, ResponseFault, When, WireFault};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::client::{Reply, address, list, mock, open, parse, path, read, start};

const HOUR: Duration = Duration::from_secs(3_600);

/// A mock with this fault of the first request.
async fn faulty(fault: WireFault) -> MockAtlas {
    start(mock(25).fault(fault, When::first(1))).await
}

async fn send(atlas: &MockAtlas) -> TcpStream {
    open(atlas, &format!("GET {}", path(atlas)), &[], "").await
}

#[tokio::test]
async fn connections_break_before_or_inside_the_response() {
    const RESET: Option<ErrorKind> = Some(ErrorKind::ConnectionReset);
    for (fault, end, status) in [
        (WireFault::Close, None, None),
        (WireFault::Reset, RESET, None),
        (WireFault::Truncate, None, Some(200)),
        (WireFault::TruncateChunked, None, Some(200)),
        (WireFault::ResetInBody, RESET, Some(200)),
    ] {
        let atlas = faulty(fault).await;
        let reply = list(&atlas, "").await;
        assert_eq!(
            reply.end.as_ref().err().map(std::io::Error::kind),
            end,
            "{fault:?}"
        );
        assert_eq!(reply.status, status.unwrap_or(0), "{fault:?}");
        assert_eq!(atlas.requests()[0].status, status);
        if fault == WireFault::TruncateChunked {
            assert_eq!(reply.header("transfer-encoding"), Some("chunked"));
            assert!(reply.body.len() > 100 && !reply.body.ends_with(b"0\r\n\r\n"));
        } else if status.is_some() {
            assert!(reply.body.len() > 100);
            assert_eq!(reply.body.len(), reply.content_length() / 2, "{fault:?}");
        }
        assert_eq!(list(&atlas, "").await.ids().len(), 25, "without the fault");
    }
}

#[tokio::test]
async fn a_large_page_is_cut_in_half_too() {
    let atlas = start(mock(500).fault(WireFault::ResetInBody, When::always())).await;
    let reply = list(&atlas, "itemsPerPage=500").await;
    assert_eq!(reply.body.len(), reply.content_length() / 2);
}

#[tokio::test]
async fn other_connections_survive_a_cut() {
    let atlas = faulty(WireFault::Reset).await;
    let other = TcpStream::connect(address(&atlas)).await.unwrap();
    atlas.until(|atlas| atlas.open_connections() == 1).await;
    list(&atlas, "").await.end.unwrap_err();
    atlas.until(|atlas| atlas.open_connections() == 1).await;
    drop(other);
    atlas.until(|atlas| atlas.open_connections() == 0).await;
}

#[tokio::test(start_paused = true)]
async fn hang_receives_the_request_and_sends_nothing() {
    let atlas = faulty(WireFault::Hang).await;
    assert!(timeout(HOUR, list(&atlas, "")).await.is_err());
    atlas
        .until(|atlas| atlas.open_connections() == 0 && atlas.in_flight() == 0)
        .await;
    assert_eq!(
        (atlas.request_count(), atlas.requests()[0].status),
        (1, None)
    );
}

#[tokio::test(start_paused = true)]
async fn stall_stops_in_the_middle_and_keeps_the_connection() {
    let atlas = faulty(WireFault::Stall).await;
    let mut stream = send(&atlas).await;
    let mut received = Vec::new();
    assert!(
        timeout(HOUR, stream.read_to_end(&mut received))
            .await
            .is_err()
    );
    let reply = parse(received, Ok(()));
    assert_eq!(reply.body.len(), reply.content_length() / 2);
    assert_eq!(atlas.open_connections(), 1);
    drop(stream);
    atlas.until(|atlas| atlas.open_connections() == 0).await;
}

#[tokio::test(start_paused = true)]
async fn drip_sends_the_whole_body_a_byte_at_a_time() {
    let atlas = faulty(WireFault::Drip(Duration::from_secs(1))).await;
    let began = Instant::now();
    let mut response = reqwest::get(atlas.snapshots_url()).await.unwrap();
    let length = response.content_length().unwrap();
    let (mut body, mut pieces) = (Vec::new(), 0);
    while let Some(piece) = response.chunk().await.unwrap() {
        body.extend_from_slice(&piece);
        pieces += 1;
    }
    assert_eq!((body.len() as u64, pieces), (length, length));
    assert!(
        began.elapsed() >= Duration::from_secs(length - 1),
        "on the paused clock"
    );
    assert!(serde_json::from_slice::<serde_json::Value>(&body).is_ok());
}

#[tokio::test]
async fn an_endless_body_goes_on_until_the_client_leaves() {
    let atlas = faulty(WireFault::EndlessBody).await;
    let mut stream = send(&atlas).await;
    stream.read_exact(&mut vec![0; 4 << 20]).await.unwrap();
    drop(stream);
    atlas.until(|atlas| atlas.open_connections() == 0).await;
}

#[tokio::test(start_paused = true)]
async fn delays_add_up_and_precede_other_faults() {
    let atlas = faulty(WireFault::Delay(HOUR)).await;
    atlas.add_fault(WireFault::Delay(HOUR), When::first(1));
    atlas.add_fault(WireFault::Truncate, When::first(1));
    atlas.add_fault(ResponseFault::Status(500), When::first(1));
    let began = Instant::now();
    let reply = list(&atlas, "").await;
    assert_eq!(reply.status, 500, "errors use the same connection");
    assert_eq!(reply.body.len(), reply.content_length() / 2);
    assert_eq!(began.elapsed(), 2 * HOUR);
}

#[tokio::test(start_paused = true)]
async fn shutdown_does_not_wait_for_responses_without_an_end() {
    let endless = [
        WireFault::Hang,
        WireFault::Stall,
        WireFault::Drip(HOUR),
        WireFault::EndlessBody,
        // Longer than the grace period.
        WireFault::Delay(HOUR),
    ];
    for fault in endless {
        let atlas = faulty(fault).await;
        let reply: tokio::task::JoinHandle<Reply> = tokio::spawn(read(send(&atlas).await));
        atlas
            .until(|atlas| atlas.in_flight() == 1 || atlas.request_count() == 1)
            .await;
        let began = Instant::now();
        atlas.shutdown().await;
        let reply = reply.await.unwrap();
        assert!(
            reply.end.is_ok() && began.elapsed() <= Duration::from_secs(1),
            "{fault:?}"
        );
        assert!(
            !reply.body.ends_with(b"0\r\n\r\n"),
            "{fault:?} looks complete"
        );
    }
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request() {
    let atlas = start(mock(3)).await;
    let client = reqwest::Client::new();
    for _ in 0..3 {
        let response = client.get(atlas.snapshots_url()).send().await.unwrap();
        response.text().await.unwrap();
    }
    assert_eq!(atlas.accepted_connections(), 1);
    assert!(
        atlas
            .requests()
            .iter()
            .all(|request| request.connection == 0)
    );
    drop(client);
    atlas.until(|atlas| atlas.open_connections() == 0).await;
}

#[tokio::test]
async fn a_client_that_leaves_ends_its_request() {
    let atlas = start(mock(0).latency(HOUR)).await;
    let stream = send(&atlas).await;
    atlas.until(|atlas| atlas.in_flight() == 1).await;
    drop(stream);
    atlas
        .until(|atlas| atlas.in_flight() == 0 && atlas.open_connections() == 0)
        .await;
    assert_eq!(atlas.requests()[0].status, None);
}

#[tokio::test]
async fn shutdown_finishes_responses_under_way_and_frees_the_port() {
    for is_dropped in [false, true] {
        let atlas = start(mock(3).latency(Duration::from_millis(20))).await;
        let mut idle = TcpStream::connect(address(&atlas)).await.unwrap();
        let url = atlas.snapshots_url();
        let reply = tokio::spawn(read(send(&atlas).await));
        atlas
            .until(|atlas| atlas.in_flight() == 1 && atlas.open_connections() == 2)
            .await;
        if is_dropped {
            drop(atlas);
        } else {
            atlas.shutdown().await;
        }
        assert_eq!(reply.await.unwrap().status, 200);
        assert_eq!(idle.read(&mut [0]).await.unwrap(), 0, "closed");
        assert!(reqwest::get(url).await.unwrap_err().is_connect());
    }
}

#[tokio::test(start_paused = true)]
async fn a_cleared_request_does_not_change_the_log_of_the_next() {
    let builder = mock(0).fault(WireFault::Delay(HOUR), When::page(1));
    let atlas = start(builder.fault(WireFault::Hang, When::page(2))).await;
    let slow = tokio::spawn(read(send(&atlas).await));
    atlas.until(|atlas| atlas.request_count() == 1).await;
    atlas.clear_requests();
    let line = format!("GET {}?pageNum=2", path(&atlas));
    let hung = open(&atlas, &line, &[], "").await;
    assert_eq!(slow.await.unwrap().status, 200);
    atlas.until(|atlas| atlas.request_count() == 1).await;
    assert_eq!(
        atlas.requests()[0].status,
        None,
        "the response was to the request before"
    );
    drop(hung);
}
