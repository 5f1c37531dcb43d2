//! Waiting for a snapshot, on a paused clock: what is requested, and when.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::error::Error as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atlas_snapshots::{Atlas, Error, ErrorKind, RetryPolicy, SnapshotStatus, WaitStatus};
use atlas_snapshots_mock::{
    BodyFault, CannedResponse, Cluster, ClusterKind, DataChange, MockAtlas, ResponseFault,
    RetryAfter, When,
};
use serde_json::{Value, json};
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);
const ID: &str = "6a0000000000000000000001";

/// One cluster, `it`, in one project.
async fn start(cluster: Cluster) -> (MockAtlas, Atlas) {
    let mock = MockAtlas::builder().project("Shop").cluster(cluster);
    let mock = mock.start().await.unwrap();
    let atlas = client(mock.base_url());
    (mock, atlas)
}

/// A client without time limits of its own, which would pass as soon as everything waits.
fn client(base_url: &str) -> Atlas {
    Atlas::builder()
        .base_url(base_url)
        .connect_timeout(None)
        .read_timeout(None)
        .attempt_timeout(None)
        .retry_policy(RetryPolicy::none())
        .build()
        .unwrap()
}

fn flex() -> Cluster {
    Cluster::flex("it").snapshots(8)
}

fn project(mock: &MockAtlas) -> &str {
    mock.project_id_of("Shop").unwrap()
}

/// The id of the newest snapshot of a Flex cluster, which lists it last.
fn newest(mock: &MockAtlas) -> String {
    mock.snapshot_ids_of("Shop", "it").last().unwrap().clone()
}

/// For each request, whether it was for the list or for a snapshot, and the status of the response.
fn requested(mock: &MockAtlas) -> Vec<(&'static str, u16)> {
    let what = |path: &str| {
        if path.ends_with("/snapshots") {
            "list"
        } else {
            "one"
        }
    };
    let requests = mock.requests();
    let requests = requests.iter().map(|request| {
        let status = request.status.unwrap_or_default();
        (what(&request.path), status)
    });
    requests.collect()
}

/// A log of what a wait reports, and the function that writes it.
fn log() -> (
    Arc<Mutex<Vec<String>>>,
    impl Fn(&WaitStatus<'_>) + Send + Sync + 'static,
) {
    let log = Arc::new(Mutex::new(Vec::new()));
    let written = Arc::clone(&log);
    let write = move |status: &WaitStatus<'_>| {
        let line = match status {
            WaitStatus::NoneYet => "none".to_owned(),
            WaitStatus::Seen(snapshot) => snapshot.status().unwrap().to_string(),
            WaitStatus::Failed { error, wait } => {
                format!("{}, {} s", error.kind().as_str(), wait.as_secs())
            }
            _ => panic!("an unknown status"),
        };
        written.lock().unwrap().push(line);
    };
    (log, write)
}

fn source_of(error: &Error) -> Option<&Error> {
    error.source()?.downcast_ref()
}

#[tokio::test(start_paused = true)]
async fn one_snapshot_is_requested_in_every_interval_until_it_is_completed() {
    let (mock, atlas) = start(flex().progressing()).await;
    let id = newest(&mock);
    let (log, write) = log();
    let begin = Instant::now();
    let wait = atlas.wait_for(project(&mock), "it", &id).on_status(write);
    assert_eq!(mock.request_count(), 0);
    let snapshot = wait.await.unwrap();
    assert_eq!(snapshot.status(), Some(&SnapshotStatus::Completed));
    assert_eq!(snapshot.id().as_str(), id);
    assert_eq!(requested(&mock), [("one", 200); 3]);
    assert_eq!(begin.elapsed().as_secs(), 60);
    assert_eq!(*log.lock().unwrap(), ["queued", "inProgress", "completed"]);
}

#[tokio::test(start_paused = true)]
async fn the_api_of_a_cluster_is_found_once_in_a_wait() {
    let cluster = Cluster::dedicated("it").snapshots(3).progressing();
    let (mock, atlas) = start(cluster).await;
    let id = mock.snapshot_ids_of("Shop", "it").first().unwrap().clone();
    let wait = atlas.wait_for(project(&mock), "it", id);
    let snapshot = wait.interval(5 * SECOND).await.unwrap();
    assert_eq!(snapshot.status(), Some(&SnapshotStatus::Completed));
    let flex = ("one", 400);
    let expected = [flex, ("one", 200), ("one", 200), ("one", 200)];
    assert_eq!(requested(&mock), expected);
}

#[tokio::test(start_paused = true)]
async fn a_failed_snapshot_is_a_result_and_no_error() {
    let (mock, atlas) = start(flex()).await;
    // The second snapshot of the mock has failed.
    let id = mock.snapshot_ids_of("Shop", "it")[1].clone();
    let snapshot = atlas.wait_for(project(&mock), "it", id).await.unwrap();
    assert_eq!(snapshot.status(), Some(&SnapshotStatus::Failed));
    assert_eq!(mock.request_count(), 1);
}

#[tokio::test(start_paused = true)]
async fn failures_that_may_pass_are_survived_with_a_growing_interval() {
    let (mock, atlas) = start(flex().progressing()).await;
    mock.add_fault(ResponseFault::Status(503), When::first(5));
    let (log, write) = log();
    let wait = atlas.wait_for(project(&mock), "it", newest(&mock));
    let snapshot = wait.on_status(write).await.unwrap();
    assert_eq!(snapshot.status(), Some(&SnapshotStatus::Completed));
    let waits = [30, 60, 120, 240, 300].map(|seconds| format!("server, {seconds} s"));
    let log = log.lock().unwrap();
    assert_eq!(log[..5], waits);
    assert_eq!(log[5..], ["queued", "inProgress", "completed"]);
}

#[tokio::test(start_paused = true)]
async fn the_wait_that_a_server_requests_is_kept_up_to_five_minutes() {
    let (mock, atlas) = start(flex()).await;
    let limited = |seconds| ResponseFault::RateLimited(RetryAfter::Seconds(seconds));
    mock.add_fault(limited(45), When::nth(1));
    mock.add_fault(limited(9_000), When::nth(2));
    let (log, write) = log();
    let wait = atlas.wait_for(project(&mock), "it", newest(&mock));
    wait.on_status(write).await.unwrap();
    let log = log.lock().unwrap();
    assert_eq!(log[..2], ["rateLimited, 45 s", "rateLimited, 300 s"]);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_fails_is_tried_again_until_the_timeout() {
    let (mock, _) = start(flex()).await;
    let (project, id) = (project(&mock).to_owned(), newest(&mock));
    let base_url = mock.base_url().to_owned();
    mock.shutdown().await;
    let begin = Instant::now();
    let wait = client(&base_url).wait_for(&project, "it", id);
    let error = wait.timeout(100 * SECOND).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Deadline);
    assert_eq!(begin.elapsed().as_secs(), 100);
    assert_eq!(source_of(&error).unwrap().kind(), ErrorKind::Connect);
    let line = format!("deadline exceeded: it in project {project}: nothing was seen after 100s");
    assert_eq!(error.to_string(), line);
}

#[tokio::test(start_paused = true)]
async fn the_timeout_says_what_was_seen_and_has_the_last_failure_as_its_source() {
    // A failure before the last success is not why the wait ended.
    for (when, source) in [(When::nth(1), None), (When::after(2), Some(502))] {
        // The third snapshot of the mock is running, and remains so.
        let (mock, atlas) = start(flex()).await;
        let id = mock.snapshot_ids_of("Shop", "it")[2].clone();
        mock.add_fault(ResponseFault::Status(502), when);
        let begin = Instant::now();
        let wait = atlas.wait_for(project(&mock), "it", &id);
        let error = wait.timeout(75 * SECOND).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Deadline);
        let seen = format!("snapshot {id} was inProgress after 75s");
        assert!(error.to_string().ends_with(&seen), "{error}");
        assert_eq!(begin.elapsed().as_secs(), 75);
        assert_eq!(mock.request_count(), 3);
        assert_eq!(source_of(&error).and_then(Error::status), source);
    }
}

#[tokio::test(start_paused = true)]
async fn the_timeout_ends_a_request_that_hangs() {
    let mock = MockAtlas::builder().project("Shop").cluster(flex());
    let mock = mock.latency(9_999 * SECOND).start().await.unwrap();
    let begin = Instant::now();
    let wait = client(mock.base_url()).wait_for(project(&mock), "it", ID);
    let error = wait.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Deadline);
    assert_eq!(begin.elapsed().as_secs(), 3_600);
}

#[tokio::test(start_paused = true)]
async fn an_error_that_does_not_pass_ends_the_wait_at_once() {
    let (mock, atlas) = start(flex()).await;
    let project = project(&mock);
    let begin = Instant::now();
    for wait in [
        atlas.wait_for(project, "it", ID),
        atlas.wait_for(project, "other", ID),
        atlas.wait_for_next(project, "other"),
    ] {
        let error = wait.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    }
    assert_eq!(begin.elapsed().as_secs(), 0);

    // Not even one that could be sporadic, where nothing has succeeded before.
    mock.clear_requests();
    mock.add_fault(ResponseFault::Status(403), When::always());
    mock.add_fault(BodyFault::Empty, When::always());
    let error = atlas.wait_for(project, "it", newest(&mock)).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::PermissionDenied);
    assert_eq!(mock.request_count(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_403_without_a_code_in_the_middle_is_survived_and_two_are_not() {
    for (fails, requests) in [(1, 4), (2, 3)] {
        let (mock, atlas) = start(flex().progressing()).await;
        for nth in 2..2 + fails {
            mock.add_fault(ResponseFault::Status(403), When::nth(nth));
            mock.add_fault(BodyFault::Empty, When::nth(nth));
        }
        let outcome = atlas.wait_for(project(&mock), "it", newest(&mock)).await;
        assert_eq!(mock.request_count(), requests);
        match outcome {
            Ok(_) => assert_eq!(fails, 1),
            Err(error) => assert_eq!(
                (fails, error.kind()),
                (2, ErrorKind::PermissionDenied),
                "{error}"
            ),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn invalid_values_are_an_error_before_any_request() {
    let (mock, atlas) = start(flex()).await;
    let project = project(&mock);
    for wait in [
        atlas.wait_for("x", "it", ID),
        atlas.wait_for(project, "_", ID),
        atlas.wait_for(project, "it", "../x"),
        atlas.wait_for_next("x", "it"),
        atlas.wait_for_next(project, "_"),
        atlas.wait_for(project, "it", ID).interval(SECOND / 2),
    ] {
        let error = wait.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    }
    assert_eq!(mock.request_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_next_snapshot_is_the_one_that_was_queued_at_the_start() {
    let (mock, atlas) = start(Cluster::flex("it").snapshots(1).progressing()).await;
    let (log, write) = log();
    let wait = atlas.wait_for_next(project(&mock), "it").on_status(write);
    let begin = Instant::now();
    let snapshot = wait.await.unwrap();
    assert_eq!(snapshot.id().as_str(), newest(&mock));
    assert_eq!(snapshot.status(), Some(&SnapshotStatus::Completed));
    assert_eq!(
        requested(&mock),
        [("list", 200), ("one", 200), ("one", 200)]
    );
    assert_eq!(begin.elapsed().as_secs(), 60);
    assert_eq!(*log.lock().unwrap(), ["queued", "inProgress", "completed"]);
}

#[tokio::test(start_paused = true)]
async fn the_next_snapshot_is_the_first_one_that_was_not_listed_at_the_start() {
    // The first two snapshots of the mock have final statuses, the third one is running, and the
    // fourth one is queued.
    let mock = MockAtlas::builder()
        .kind(ClusterKind::Flex)
        .snapshots(2)
        .fault(ResponseFault::Status(500), When::nth(1))
        .fault(DataChange::InsertTail(2), When::nth(3))
        .start()
        .await
        .unwrap();
    let completed = json!({ "id": ID, "status": "COMPLETED" });
    mock.add_fault(CannedResponse::json(200, completed), When::nth(6));
    let (log, write) = log();
    let begin = Instant::now();
    let wait = client(mock.base_url()).wait_for_next(mock.project_id(), mock.cluster_name());
    let snapshot = wait.on_status(write).await.unwrap();
    assert_eq!(snapshot.status(), Some(&SnapshotStatus::Completed));
    assert_eq!(begin.elapsed().as_secs(), 150);
    let list = ("list", 200);
    let one = ("one", 200);
    let expected = [("list", 500), list, list, list, one, one];
    assert_eq!(requested(&mock), expected);
    let running = &mock.snapshot_ids()[2];
    assert!(mock.requests()[4].path.ends_with(running));
    let expected = [
        "server, 30 s",
        "none",
        "none",
        "inProgress",
        "inProgress",
        "completed",
    ];
    assert_eq!(*log.lock().unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_next_snapshot_that_is_listed_as_completed_needs_no_other_request() {
    let mock = MockAtlas::builder()
        .kind(ClusterKind::Flex)
        .items(items(["COMPLETED", "FAILED"]))
        .start()
        .await
        .unwrap();
    let more = json!({ "results": items(["COMPLETED", "FAILED", "COMPLETED"]), "totalCount": 3 });
    mock.add_fault(CannedResponse::json(200, more), When::nth(2));
    let wait = client(mock.base_url()).wait_for_next(mock.project_id(), mock.cluster_name());
    let snapshot = wait.await.unwrap();
    assert_eq!(snapshot.id().as_str(), "6a0000000000000000000002");
    assert_eq!(requested(&mock), [("list", 200); 2]);
}

#[tokio::test(start_paused = true)]
async fn of_several_snapshots_that_are_pending_the_running_one_is_the_next() {
    let mock = MockAtlas::builder()
        .kind(ClusterKind::Flex)
        .items(items(["COMPLETED", "QUEUED", "PENDING", "RUNNING"]))
        .start()
        .await
        .unwrap();
    let wait = client(mock.base_url()).wait_for_next(mock.project_id(), mock.cluster_name());
    wait.timeout(40 * SECOND).await.unwrap_err();
    assert_eq!(requested(&mock), [("list", 200), ("one", 200)]);
    let path = &mock.requests()[1].path;
    assert!(path.ends_with("6a0000000000000000000003"), "{path}");
}

/// Flex snapshots in these statuses. One that is queued has no date.
fn items<const N: usize>(statuses: [&str; N]) -> Vec<Value> {
    let item = |(number, status): (usize, &str)| {
        let mut item =
            json!({ "id": format!("6a00000000000000000000{number:02}"), "status": status });
        if !matches!(status, "QUEUED" | "PENDING") {
            item["startTime"] = json!(format!("2026-11-20T{number:02}:00:00Z"));
        }
        item
    };
    statuses.into_iter().enumerate().map(item).collect()
}
