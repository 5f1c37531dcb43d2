//! Runtimes that are shut down, that change within a listing, or that lack a driver.

#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::time::Duration;

use atlas_snapshots::{Atlas, AtlasBuilder, Error, ErrorKind, ListRequest, RetryPolicy, Snapshot};
use atlas_snapshots_mock::{MockAtlas, When, WireFault};
use tokio::runtime::{Builder, Runtime};

use crate::common::with_timeout;

/// A mock with 45 snapshots, and the runtime that it is served on.
fn mock() -> (Runtime, MockAtlas) {
    let runtime = multi_threaded();
    let mock = runtime.block_on(MockAtlas::builder().snapshots(45).start());
    (runtime, mock.unwrap())
}

fn multi_threaded() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(1).enable_all().build().unwrap()
}

fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn client(mock: &MockAtlas) -> AtlasBuilder {
    Atlas::builder()
        .base_url(mock.base_url())
        .retry_policy(RetryPolicy::none())
}

fn request(mock: &MockAtlas, atlas: &Atlas) -> ListRequest<Snapshot> {
    atlas
        .serverless_snapshots(mock.project_id(), mock.cluster_name())
        .page_size(10)
}

#[test]
fn a_listing_goes_on_in_another_runtime_when_its_own_is_shut_down() {
    for (start, end) in [
        (
            multi_threaded as fn() -> Runtime,
            multi_threaded as fn() -> Runtime,
        ),
        (multi_threaded, current_thread),
        (current_thread, multi_threaded),
        (current_thread, current_thread),
    ] {
        let (_served_on, mock) = mock();
        let atlas = client(&mock).build().unwrap();
        let mut stream = request(&mock, &atlas)
            .deadline(Duration::from_secs(3600))
            .stream();
        let mut ids = Vec::new();
        let first = start();
        let item = first.block_on(stream.next()).unwrap().unwrap();
        ids.push(item.id().to_string());
        drop(first);
        end().block_on(with_timeout(async {
            while let Some(item) = stream.try_next().await.unwrap() {
                ids.push(item.id().to_string());
            }
        }));
        assert_eq!(ids, mock.snapshot_ids());
    }
}

#[test]
fn a_deadline_applies_in_another_runtime_too() {
    let (_served_on, mock) = mock();
    mock.add_fault(WireFault::Hang, When::page(2));
    let atlas = client(&mock).build().unwrap();
    let mut stream = request(&mock, &atlas)
        .deadline(Duration::from_millis(500))
        .stream();
    let first = current_thread();
    first.block_on(stream.next()).unwrap().unwrap();
    drop(first);
    let error = current_thread().block_on(with_timeout(async {
        while stream.try_next().await?.is_some() {}
        Ok::<_, Error>(())
    }));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Deadline);
}

#[test]
fn a_listing_goes_on_in_another_runtime_while_nothing_runs_in_its_own() {
    let (_served_on, mock) = mock();
    // A connection of the first runtime does not respond.
    let atlas = client(&mock)
        .attempt_timeout(Duration::from_millis(500))
        .retry_policy(RetryPolicy::default().max_delay(Duration::ZERO));
    let atlas = atlas.build().unwrap();
    let mut stream = request(&mock, &atlas).stream();
    let (first, second) = (current_thread(), current_thread());
    first.block_on(stream.next()).unwrap().unwrap();
    let rest = second.block_on(with_timeout(async {
        let mut rest = 0;
        while stream.try_next().await.unwrap().is_some() {
            rest += 1;
        }
        rest
    }));
    assert_eq!(rest, 44);
}

#[test]
fn a_client_can_be_used_in_one_runtime_after_another() {
    let (_served_on, mock) = mock();
    let atlas = client(&mock).build().unwrap();
    for _ in 0..3 {
        let listed = current_thread().block_on(with_timeout(request(&mock, &atlas).collect()));
        assert_eq!(listed.unwrap().len(), 45);
    }
}

#[test]
fn a_runtime_without_a_timer_is_an_error_and_not_a_panic() {
    let (_served_on, mock) = mock();
    let atlas = client(&mock).build().unwrap();
    let runtime = Builder::new_current_thread().enable_io().build().unwrap();
    let plain = || request(&mock, &atlas);
    for request in [plain(), plain().deadline(Duration::from_secs(3600))] {
        let error = runtime.block_on(request.collect()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().contains("enable_time"), "{error}");
    }
    assert_eq!(mock.request_count(), 0);
}

#[test]
fn a_runtime_without_input_and_output_is_an_error_and_not_a_panic() {
    let (_served_on, mock) = mock();
    let atlas = client(&mock).build().unwrap();
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let error = runtime
        .block_on(request(&mock, &atlas).collect())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("enable_io"), "{cause}");
}
