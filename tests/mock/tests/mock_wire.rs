//! Faults of the connection, as a client sees them that reads raw bytes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{self, ErrorKind};
use std::time::Duration;

use atlas_snapshots_mock::{AnswerFault, MockAtlas, When, WireFault};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

const HOUR: Duration = Duration::from_secs(3_600);

async fn start(fault: WireFault) -> MockAtlas {
    MockAtlas::builder()
        .snapshots(25)
        .fault(fault, When::first(1))
        .start()
        .await
        .unwrap()
}

/// Sends one request on a connection of its own. An answer that is whole after all ends it, so
/// that a fault that fails to happen fails the test, instead of leaving it waiting.
async fn send(atlas: &MockAtlas) -> TcpStream {
    let address = atlas.base_url().strip_prefix("http://").unwrap();
    let path = atlas.snapshots_url().replace(atlas.base_url(), "");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// An answer as far as it came, and how it ended.
struct Answer {
    head: String,
    body: Vec<u8>,
    end: io::Result<()>,
}

impl Answer {
    async fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        let end = stream.read_to_end(&mut bytes).await.map(|_| ());
        let head = bytes
            .windows(4)
            .position(|end| end == b"\r\n\r\n")
            .map_or(0, |at| at + 4);
        let body = bytes.split_off(head);
        Self {
            head: String::from_utf8(bytes).unwrap(),
            body,
            end,
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    fn content_length(&self) -> usize {
        self.header("content-length").unwrap().parse().unwrap()
    }
}

/// The same request again, now without a fault.
async fn assert_recovered(atlas: &MockAtlas) {
    let response = reqwest::get(atlas.snapshots_url()).await.unwrap();
    assert_eq!(response.status(), 200);
    let page: serde_json::Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    assert_eq!(page["results"].as_array().unwrap().len(), 25);
}

#[tokio::test]
async fn close_ends_the_connection_without_a_byte() {
    let atlas = start(WireFault::Close).await;
    let answer = Answer::read(send(&atlas).await).await;
    answer.end.unwrap();
    assert_eq!((answer.head.as_str(), answer.body.len()), ("", 0));
    assert_eq!(atlas.requests()[0].status, None);
    assert_recovered(&atlas).await;
    assert_eq!(atlas.requests()[1].status, Some(200));
}

#[tokio::test]
async fn reset_breaks_the_connection_without_a_byte() {
    let atlas = start(WireFault::Reset).await;
    let answer = Answer::read(send(&atlas).await).await;
    assert_eq!(answer.end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!((answer.head.as_str(), answer.body.len()), ("", 0));
    assert_eq!(atlas.requests()[0].status, None);
    assert_recovered(&atlas).await;
}

#[tokio::test]
async fn truncate_closes_before_the_promised_length() {
    let atlas = start(WireFault::Truncate).await;
    let answer = Answer::read(send(&atlas).await).await;
    answer.end.as_ref().unwrap();
    assert!(answer.head.starts_with("HTTP/1.1 200 OK"));
    assert_eq!(answer.body.len(), answer.content_length() / 2);
    assert!(answer.body.len() > 100);
    assert_eq!(atlas.requests()[0].status, Some(200));
    assert_recovered(&atlas).await;
}

#[tokio::test]
async fn truncate_chunked_closes_before_the_last_chunk() {
    let atlas = start(WireFault::TruncateChunked).await;
    let answer = Answer::read(send(&atlas).await).await;
    answer.end.as_ref().unwrap();
    assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
    assert_eq!(answer.header("content-length"), None);
    assert!(answer.body.len() > 100);
    assert!(!answer.body.ends_with(b"0\r\n\r\n"));
    assert_recovered(&atlas).await;
}

#[tokio::test]
async fn reset_in_body_breaks_after_half_of_it() {
    let atlas = start(WireFault::ResetInBody).await;
    let answer = Answer::read(send(&atlas).await).await;
    assert_eq!(
        answer.end.as_ref().unwrap_err().kind(),
        ErrorKind::ConnectionReset
    );
    assert!(answer.head.starts_with("HTTP/1.1 200 OK"));
    assert_eq!(answer.body.len(), answer.content_length() / 2);
    assert_recovered(&atlas).await;
}

#[tokio::test]
async fn other_connections_survive_a_cut() {
    let atlas = start(WireFault::Reset).await;
    let bystander = TcpStream::connect(atlas.base_url().strip_prefix("http://").unwrap())
        .await
        .unwrap();
    atlas.until(|atlas| atlas.open_connections() == 1).await;
    Answer::read(send(&atlas).await).await.end.unwrap_err();
    atlas.until(|atlas| atlas.open_connections() == 1).await;
    drop(bystander);
    atlas.until(|atlas| atlas.open_connections() == 0).await;
}

#[tokio::test(start_paused = true)]
async fn hang_takes_the_request_and_never_answers() {
    let atlas = start(WireFault::Hang).await;
    let answer = timeout(HOUR, Answer::read(send(&atlas).await));
    assert!(answer.await.is_err());
    atlas
        .until(|atlas| atlas.open_connections() == 0 && atlas.in_flight() == 0)
        .await;
    assert_eq!(atlas.request_count(), 1);
    assert_eq!(atlas.requests()[0].status, None);
}

#[tokio::test(start_paused = true)]
async fn stall_stops_in_the_middle_and_keeps_the_connection() {
    let atlas = start(WireFault::Stall).await;
    let mut stream = send(&atlas).await;
    let mut received = Vec::new();
    let silence = timeout(HOUR, stream.read_to_end(&mut received)).await;
    assert!(silence.is_err());
    let text = String::from_utf8(received).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let length: usize = head
        .to_lowercase()
        .split_once("content-length: ")
        .unwrap()
        .1
        .lines()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(body.len(), length / 2);
    assert_eq!(atlas.open_connections(), 1);
    drop(stream);
    atlas.until(|atlas| atlas.open_connections() == 0).await;
}

#[tokio::test(start_paused = true)]
async fn drip_sends_the_whole_body_a_byte_at_a_time() {
    let atlas = start(WireFault::Drip(Duration::from_secs(1))).await;
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
    let atlas = start(WireFault::EndlessBody).await;
    let mut stream = send(&atlas).await;
    let mut received = vec![0; 4 << 20];
    stream.read_exact(&mut received).await.unwrap();
    drop(stream);
    atlas.until(|atlas| atlas.open_connections() == 0).await;
}

#[tokio::test(start_paused = true)]
async fn delays_add_up_and_come_before_the_other_faults() {
    let atlas = start(WireFault::Delay(HOUR)).await;
    atlas.add_fault(WireFault::Delay(HOUR), When::first(1));
    atlas.add_fault(WireFault::Close, When::first(1));
    let began = Instant::now();
    let answer = Answer::read(send(&atlas).await).await;
    assert!(answer.head.is_empty());
    assert_eq!(began.elapsed().as_secs(), 2 * 3_600);
}

#[tokio::test]
async fn errors_travel_over_the_same_broken_wire() {
    let atlas = start(WireFault::Truncate).await;
    atlas.add_fault(AnswerFault::Status(500), When::first(1));
    let answer = Answer::read(send(&atlas).await).await;
    assert!(answer.head.starts_with("HTTP/1.1 500"));
    assert_eq!(answer.body.len(), answer.content_length() / 2);
}

#[tokio::test(start_paused = true)]
async fn shutdown_does_not_wait_for_what_would_never_end() {
    for fault in [
        WireFault::Hang,
        WireFault::Stall,
        WireFault::Drip(HOUR),
        WireFault::EndlessBody,
    ] {
        let atlas = start(fault).await;
        let answer = tokio::spawn(Answer::read(send(&atlas).await));
        atlas.until(|atlas| atlas.request_count() == 1).await;
        let began = Instant::now();
        atlas.shutdown().await;
        let answer = answer.await.unwrap();
        assert!(
            answer.end.is_ok() && began.elapsed() < Duration::from_secs(1),
            "{fault:?}"
        );
        assert!(
            !answer.body.ends_with(b"0\r\n\r\n"),
            "{fault:?} looks complete"
        );
    }
}
