//! The spans and events of a listing, which contain no secret, and the events of a wait.

#![allow(clippy::unwrap_used, missing_docs)]

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atlas_snapshots::{Atlas, Credentials, RetryPolicy};
use atlas_snapshots_mock::{Cluster, MockAtlas, ResponseFault, RetryAfter, When};
use tracing_subscriber::fmt::format::FmtSpan;

/// An event that a thread without a subscriber meets first is off for all others.
static ONE_TEST_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_listing_has_spans_for_itself_its_pages_and_its_requests_and_they_have_no_secret() {
    let _alone = ONE_TEST_AT_A_TIME.lock().await;
    let written = Written::default();
    let writer = written.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_span_events(FmtSpan::CLOSE)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);

    let mock = MockAtlas::builder()
        .snapshots(15)
        .require_token("open-sesame")
        .fault(
            ResponseFault::RateLimited(RetryAfter::Seconds(0)),
            When::nth(2),
        )
        .start()
        .await
        .unwrap();
    let atlas = Atlas::builder()
        .base_url(mock.base_url())
        .credentials(Credentials::access_token("open-sesame"))
        .retry_policy(RetryPolicy::default().max_delay(Duration::ZERO))
        .build()
        .unwrap();
    let listed = atlas
        .serverless_snapshots(mock.project_id(), mock.cluster_name())
        .page_size(10)
        .await
        .unwrap();
    assert_eq!(listed.len(), 15);
    drop(guard);

    let log = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    let ours: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("atlas_snapshots"))
        .collect();
    let attempts: Vec<&&str> = ours
        .iter()
        .filter(|line| line.contains("request{"))
        .filter(|line| line.contains(": close"))
        .collect();
    assert_eq!(attempts.len(), 3, "{log}");
    for attempt in &attempts {
        for field in [
            "list{atlas.target=Instance0 in project 32b6e34b3d91647abb20e7b8 atlas.page_size=10}:\
             read_page{atlas.page=",
            "atlas.operation=\"listServerlessBackups\"",
            "http.request.method=\"GET\"",
            "server.address=\"127.0.0.1\"",
            "server.port=",
            "url.template=\"/api/atlas/v1.0/groups/{groupId}/",
        ] {
            assert!(attempt.contains(field), "{field} not in {attempt}");
        }
    }
    let having = |parts: &[&str]| {
        attempts
            .iter()
            .filter(|line| parts.iter().all(|part| line.contains(part)))
            .count()
    };
    assert_eq!(
        having(&["atlas.page=1", "resend_count=0", "status_code=200"]),
        1,
        "{log}"
    );
    assert_eq!(
        having(&[
            "atlas.page=2",
            "resend_count=0",
            "status_code=429",
            "error.type=\"rateLimited\""
        ]),
        1,
        "{log}"
    );
    assert_eq!(
        having(&["atlas.page=2", "resend_count=1", "status_code=200"]),
        1,
        "{log}"
    );
    assert!(ours.iter().any(|line| line.contains("retrying")), "{log}");
    let closed = "listing closed delivered=15 requests=3 completeness=complete, no change seen";
    assert!(ours.iter().any(|line| line.contains(closed)), "{log}");
    assert!(!log.contains("sesame"), "{log}");
}

#[tokio::test(start_paused = true)]
async fn what_a_wait_sees_is_emitted_as_events() {
    let _alone = ONE_TEST_AT_A_TIME.lock().await;
    let written = Written::default();
    let writer = written.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);

    let cluster = Cluster::flex("it").snapshots(1).progressing();
    let mock = MockAtlas::builder().project("Shop").cluster(cluster);
    let mock = mock.start().await.unwrap();
    mock.add_fault(ResponseFault::Status(503), When::nth(2));
    let atlas = Atlas::builder()
        .base_url(mock.base_url())
        .connect_timeout(None)
        .read_timeout(None)
        .attempt_timeout(None)
        .retry_policy(RetryPolicy::none())
        .build()
        .unwrap();
    let id = &mock.snapshot_ids_of("Shop", "it")[0];
    let project = mock.project_id_of("Shop").unwrap();
    atlas.wait_for(project, "it", id).await.unwrap();
    drop(guard);

    let log = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    let target = "atlas_snapshots::wait: ";
    let events = log.lines().filter_map(|line| line.split_once(target));
    let events: Vec<_> = events.map(|(level, event)| (level.trim(), event)).collect();
    let seen = |status| format!("waiting for a snapshot status={status} atlas.snapshot={id}");
    let failed = "a request failed, and another one follows wait_ms=30000 error.type=\"server\"";
    assert_eq!(events.len(), 4, "{log}");
    assert_eq!(events[0], ("INFO", &*seen("queued")));
    assert_eq!(events[1].0, "WARN");
    assert!(events[1].1.starts_with(failed), "{log}");
    assert_eq!(events[2], ("INFO", &*seen("inProgress")));
    assert_eq!(events[3], ("INFO", &*seen("completed")));
}
