//! Failures: what is reported, and what goes on.

use std::time::Duration;

use tokio::time::Instant;

use super::fake::{FakeOrganisation, LATENCY, Quirk, dedicated, read};
use crate::error::ErrorKind;
use crate::fleet::summary::FleetCompleteness;
use crate::http::retry_policy::RetryPolicy;

/// Fails with every attempt.
fn failing(organisation: FakeOrganisation, path: &str, kind: ErrorKind) -> FakeOrganisation {
    let attempts = 0..10;
    attempts.fold(organisation, |organisation, _| {
        organisation.quirk(path, Quirk::Fail(kind))
    })
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_fails_is_a_report_and_the_others_are_listed() {
    // Deleted since it was discovered, and a server that fails.
    for kind in [ErrorKind::NotFound, ErrorKind::Server] {
        let server = failing(FakeOrganisation::uniform(2, 2), "p1/c2", kind).start();
        let mut stream = server.fleet().stream();
        let (rows, failure) = read(&mut stream).await;
        assert_eq!(failure, None);
        let failed = format!("p1/c2 {kind}");
        assert_eq!(rows, ["p1/c1 2", &failed, "p2/c1 2", "p2/c2 2"]);
        let summary = stream.summary();
        assert_eq!(summary.completeness(), FleetCompleteness::Failed);
        assert_eq!((summary.failed_clusters(), summary.clusters()), (1, 4));
        assert_eq!(summary.requests(), server.requests() as u64);
        let retries = if kind == ErrorKind::Server { 4 } else { 0 };
        assert_eq!(summary.retries(), retries);
    }
}

#[tokio::test(start_paused = true)]
async fn a_project_whose_list_fails_is_a_report_and_what_was_found_is_listed() {
    let kind = ErrorKind::PermissionDenied;
    let organisation = FakeOrganisation::uniform(2, 1);
    let organisation = failing(organisation, "p1/flex", kind);
    let server = failing(organisation, "p2/clusters", kind).start();
    let mut stream = server.fleet().stream();
    let (rows, failure) = read(&mut stream).await;
    assert_eq!(failure, None);
    let failed = |project| format!("{project} {kind}");
    assert_eq!(rows, [failed("p1"), "p1/c1 2".to_owned(), failed("p2")]);
    let summary = stream.summary();
    assert_eq!(summary.completeness(), FleetCompleteness::Failed);
    assert_eq!(summary.failed_projects(), 2);
    // The error says more than the difference to the count.
    assert_eq!(summary.missing_clusters(), []);
}

#[tokio::test(start_paused = true)]
async fn where_projects_cannot_be_listed_the_error_is_the_last_item() {
    let kind = ErrorKind::Unauthenticated;
    let server = failing(FakeOrganisation::uniform(3, 1), "projects", kind).start();
    let mut stream = server.fleet().stream();
    assert_eq!(read(&mut stream).await, (vec![], Some(kind)));
    assert!(stream.next().await.is_none());
    assert_eq!(server.requests(), 1);
    let summary = stream.summary();
    assert_eq!(summary.completeness(), FleetCompleteness::Failed);
    assert_eq!(summary.requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_discovered_before_a_page_of_projects_fails_is_listed() {
    let mut organisation = FakeOrganisation::uniform(5, 2);
    organisation.policy = RetryPolicy::none();
    let server = organisation
        // Changes nothing, so that the second page fails.
        .quirk("projects", Quirk::RateLimited(Duration::ZERO))
        .start();
    let mut stream = server.fleet().stream();
    assert_eq!(
        read(&mut stream).await,
        (vec![], Some(ErrorKind::RateLimited))
    );
    let mut organisation = FakeOrganisation::uniform(5, 2);
    organisation.policy = RetryPolicy::none();
    let server = organisation
        .quirk("projects", Quirk::Unreadable)
        .quirk("projects", Quirk::Fail(ErrorKind::Server))
        .start();
    let mut stream = server.fleet().page_size(3).stream();
    let (rows, failure) = read(&mut stream).await;
    assert_eq!(rows, ["p2/c1 2", "p2/c2 2", "p3/c1 2", "p3/c2 2"]);
    assert_eq!(failure, Some(ErrorKind::Server));
}

#[tokio::test(start_paused = true)]
async fn an_invalid_setting_is_the_only_item_and_sends_nothing() {
    let server = FakeOrganisation::uniform(1, 1).start();
    for fleet in [
        server.fleet().concurrency(0),
        server.fleet().concurrency(129).page_size(0),
        server.fleet().page_size(501),
    ] {
        let mut stream = fleet.stream();
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(stream.next().await.is_none());
        assert_eq!(stream.summary().completeness(), FleetCompleteness::Failed);
    }
    assert_eq!(server.requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn after_the_deadline_everything_known_is_reported_and_nothing_is_sent() {
    let server = FakeOrganisation::uniform(10, 20).start();
    let deadline = LATENCY * 5 + LATENCY / 2;
    let mut stream = server.fleet().deadline(deadline).stream();
    let start = Instant::now();
    let (rows, failure) = read(&mut stream).await;
    assert_eq!(failure, Some(ErrorKind::Deadline));
    assert!(start.elapsed() <= deadline + Duration::from_millis(1));
    let late = format!(" {}", ErrorKind::Deadline);
    let failed = rows.iter().filter(|row| row.ends_with(&late)).count();
    let summary = stream.summary();
    assert_eq!(
        summary.failed_clusters() + summary.failed_projects(),
        failed as u64
    );
    let listed = rows.len() - failed;
    // One request for the projects, two rounds for the clusters of ten projects.
    assert!((16..=48).contains(&listed), "{listed}");
    let reported = summary.clusters() + summary.failed_projects();
    assert_eq!(rows.len() as u64, reported);
    let requests = server.requests();
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(server.in_flight(), 0);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(server.requests(), requests);
}

/// One list of the project arrives in time, the other one does not.
#[tokio::test(start_paused = true)]
async fn clusters_found_by_the_deadline_are_reported_and_not_requested_after_it() {
    let server = FakeOrganisation::uniform(1, 3)
        .quirk("p1/flex", Quirk::Slow(LATENCY * 100))
        .start();
    let mut stream = server.fleet().deadline(LATENCY * 10).stream();
    let (rows, failure) = read(&mut stream).await;
    let late = |path| format!("{path} {}", ErrorKind::Deadline);
    assert_eq!(rows, ["p1", "p1/c1", "p1/c2", "p1/c3"].map(late));
    assert_eq!(failure, Some(ErrorKind::Deadline));
    assert_eq!(server.requests(), 3);
    assert_eq!(stream.summary().requests(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_second_reading_of_a_project_has_the_deadline_of_the_whole() {
    let server = FakeOrganisation::uniform(1, 1)
        .with(|project| project.cluster_count = Some(2))
        .quirk("p1/flex", Quirk::Slow(LATENCY * 5))
        .quirk("p1/flex", Quirk::Slow(LATENCY * 100))
        .start();
    let mut stream = server.fleet().deadline(LATENCY * 10).stream();
    let start = Instant::now();
    let (_, failure) = read(&mut stream).await;
    assert_eq!(failure, Some(ErrorKind::Deadline));
    assert!(start.elapsed() <= LATENCY * 10 + Duration::from_millis(1));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_nothing_exceeds_changes_nothing() {
    let server = FakeOrganisation::default()
        .project([dedicated("a")])
        .start();
    let mut stream = server.fleet().deadline(LATENCY * 10).stream();
    assert_eq!(read(&mut stream).await, (vec!["p1/a 2".to_owned()], None));
    assert!(stream.summary().is_complete());
}

/// The lists of a project that is still to be discovered are not read any more.
#[tokio::test(start_paused = true)]
async fn a_project_under_way_at_the_deadline_is_a_report() {
    let server = FakeOrganisation::uniform(2, 1).start();
    let fleet = server.fleet().concurrency(1);
    let mut stream = fleet.deadline(LATENCY + LATENCY / 2).stream();
    let (rows, failure) = read(&mut stream).await;
    let late = ErrorKind::Deadline;
    assert_eq!(rows.first(), Some(&format!("p1 {late}")));
    assert_eq!(failure, Some(late));
}
