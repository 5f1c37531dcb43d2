//! Concurrency, rate limits, and how much is under way at a time.

use std::time::Duration;

use tokio::time::Instant;

use super::fake::{FakeOrganisation, LATENCY, Quirk, dedicated, project_id, read, row};
use crate::error::ErrorKind;
use crate::fleet::source::FleetSource;
use crate::http::retry_policy::RetryPolicy;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn no_more_requests_are_in_flight_than_set() {
    for concurrency in [1, 3, 64] {
        let server = FakeOrganisation::uniform(20, 10).start();
        let mut stream = server.fleet().concurrency(concurrency).stream();
        assert_eq!(read(&mut stream).await.0.len(), 200);
        assert_eq!(server.most_in_flight(), concurrency);
        assert_eq!(server.requests(), 1 + 40 + 200);
    }
}

#[tokio::test(start_paused = true)]
async fn no_project_waits_for_the_rate_limit_of_another() {
    let mut organisation = FakeOrganisation::uniform(10, 20);
    for cluster in 1..=20 {
        let path = format!("p1/c{cluster}");
        organisation = organisation.quirk(&path, Quirk::RateLimited(30 * SECOND));
    }
    let server = organisation.start();
    let mut stream = server.fleet().stream();
    let start = Instant::now();
    let mut others = 0;
    while others < 180 {
        let row = row(&stream.next().await.unwrap().unwrap());
        others += u32::from(!row.starts_with("p1/"));
    }
    // 221 requests side by side, and those that were rejected.
    assert!(start.elapsed() < 18 * LATENCY, "{:?}", start.elapsed());
    // Few are sent before the first is rejected, and none then.
    let rejected = server
        .log()
        .iter()
        .filter(|path| path.starts_with("p1/c"))
        .count();
    assert!(rejected <= 5, "{rejected}");
    let (rows, _) = read(&mut stream).await;
    assert_eq!(rows.len(), 20);
    assert!(start.elapsed() >= 30 * SECOND);
    assert!(stream.summary().is_complete(), "{}", stream.summary());
}

#[tokio::test(start_paused = true)]
async fn many_paused_projects_make_no_other_wait() {
    let mut organisation = FakeOrganisation::uniform(40, 16);
    for project in 1..=39 {
        for cluster in 1..=4 {
            let path = format!("p{project}/c{cluster}");
            organisation = organisation.quirk(&path, Quirk::RateLimited(20 * SECOND));
        }
    }
    let server = organisation.start();
    let mut stream = server.fleet().stream();
    let start = Instant::now();
    for _ in 0..16 {
        let row = row(&stream.next().await.unwrap().unwrap());
        assert!(row.starts_with("p40/"), "{row}");
    }
    assert!(start.elapsed() < 10 * SECOND, "{:?}", start.elapsed());
    assert_eq!(read(&mut stream).await.0.len(), 39 * 16);
    assert!(stream.summary().is_complete());
}

/// Requests that are rejected again and again would wait longer than one request may.
#[tokio::test(start_paused = true)]
async fn a_rate_limit_of_one_request_at_a_time_costs_each_cluster_few_attempts_and_fails_none() {
    for refill in [SECOND, 10 * SECOND] {
        let mut organisation = FakeOrganisation::uniform(3, 50);
        organisation.refill = Some(refill);
        let server = organisation.start();
        let mut stream = server.fleet().stream();
        let start = Instant::now();
        let (rows, _) = read(&mut stream).await;
        assert_eq!(rows.len(), 150);
        let summary = stream.summary();
        assert!(summary.is_complete(), "{summary}");
        // The projects do not wait for one another.
        let taken = start.elapsed().as_secs_f64() / refill.as_secs_f64();
        assert!((49.0..100.0).contains(&taken), "{taken}");
        let rejected = summary.retries();
        assert!(rejected < 2 * 150, "{rejected}");
    }
}

/// Of those that are rejected at first, the last one would wait longer than one request may.
#[tokio::test(start_paused = true)]
async fn a_cluster_whose_request_never_has_its_turn_is_listed_later() {
    let mut organisation = FakeOrganisation::uniform(1, 8);
    organisation.refill = Some(50 * SECOND);
    let server = organisation.start();
    let mut stream = server.fleet().stream();
    assert_eq!(read(&mut stream).await.0.len(), 8);
    let summary = stream.summary();
    assert!(summary.is_complete(), "{summary}");
    assert_eq!(summary.requests(), server.requests() as u64);
}

/// Nobody has a turn after the first one.
#[tokio::test(start_paused = true)]
async fn a_rate_limit_that_lets_nothing_through_ends() {
    for policy in [RetryPolicy::default(), RetryPolicy::none()] {
        let mut organisation = FakeOrganisation::uniform(1, 8);
        organisation.refill = Some(10_000 * SECOND);
        organisation.policy = policy;
        let server = organisation.start();
        let mut stream = server.fleet().stream();
        assert_eq!(read(&mut stream).await.0.len(), 8);
        let summary = stream.summary();
        assert_eq!((summary.failed_clusters(), summary.clusters()), (7, 8));
        // Each is requested once, since the server requests a wait that is too long.
        assert_eq!(server.requests(), 3 + 8);
    }
}

#[tokio::test(start_paused = true)]
async fn clusters_whose_requests_are_rejected_forever_fail() {
    let mut organisation = FakeOrganisation::uniform(1, 2);
    for path in ["p1/c1", "p1/c2"].repeat(30) {
        organisation = organisation.quirk(path, Quirk::RateLimited(30 * SECOND));
    }
    let server = organisation.start();
    let mut stream = server.fleet().stream();
    let failed = |path| format!("{path} {}", ErrorKind::RateLimited);
    let rows = read(&mut stream).await.0;
    assert_eq!(rows, ["p1/c1", "p1/c2"].map(failed));
}

/// A cluster that is not requested yet does not use up the longest wait of its request.
#[tokio::test(start_paused = true)]
async fn clusters_of_a_paused_project_wait_as_long_as_it_takes() {
    let server = FakeOrganisation::uniform(1, 2)
        .quirk("p1/other", Quirk::RateLimited(100 * SECOND))
        .quirk("p1/c1", Quirk::RateLimited(50 * SECOND))
        .start();
    let other = dedicated("other");
    let other = server.source().snapshots(&project_id(1), &other);
    let other = tokio::spawn(other.collect());
    tokio::time::sleep(SECOND).await;
    let start = Instant::now();
    let mut stream = server.fleet().stream();
    assert_eq!(read(&mut stream).await.0, ["p1/c1 2", "p1/c2 2"]);
    assert!(start.elapsed() >= 149 * SECOND);
    // It may have waited for both pauses, and that is longer than one request may.
    drop(other.await.unwrap());
}

/// The scheduler waits for a slot, too, and must not keep it when nothing can be started.
#[tokio::test(start_paused = true)]
async fn a_single_slot_goes_to_the_request_that_was_rejected() {
    let server = FakeOrganisation::uniform(1, 3)
        .quirk("p1/c1", Quirk::RateLimited(SECOND))
        .start();
    let mut stream = server.fleet().concurrency(1).stream();
    let read = tokio::time::timeout(60 * SECOND, read(&mut stream)).await;
    assert_eq!(read.unwrap().0, ["p1/c1 2", "p1/c2 2", "p1/c3 2"]);
}

#[tokio::test(start_paused = true)]
async fn no_more_is_requested_than_the_consumer_takes() {
    let server = FakeOrganisation::uniform(500, 10).start();
    let mut stream = server.fleet().concurrency(4).stream();
    for taken in 1..=100 {
        stream.next().await.unwrap().unwrap();
        // The consumer is slow.
        tokio::time::sleep(SECOND).await;
        assert_eq!(server.in_flight(), 0);
        let requests = server.requests();
        assert!(requests < taken + taken / 4 + 40, "{requests} of {taken}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_requested_before_the_first_poll_or_after_a_drop() {
    let server = FakeOrganisation::uniform(10, 20).start();
    let mut stream = server.fleet().stream();
    tokio::time::sleep(SECOND).await;
    assert_eq!(server.requests(), 0);
    stream.next().await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(server.in_flight(), 16);
    drop(stream);
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(server.in_flight(), 0);
    let requests = server.requests();
    tokio::time::sleep(60 * SECOND).await;
    assert_eq!(server.requests(), requests);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_future_of_the_next_report_loses_nothing() {
    let server = FakeOrganisation::uniform(4, 5).start();
    let mut stream = server.fleet().stream();
    let mut rows = 0;
    loop {
        let next = tokio::time::timeout(Duration::from_millis(7), stream.next());
        match next.await {
            Ok(Some(report)) => rows += usize::from(report.is_ok()),
            Ok(None) => break,
            Err(_) => {}
        }
    }
    assert_eq!(rows, 20);
    assert_eq!(server.requests(), 1 + 8 + 20);
    assert!(stream.summary().is_complete());
}
