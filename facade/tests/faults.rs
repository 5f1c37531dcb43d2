//! Every fault a server can play, over real sockets: what arrives, what it costs, how it ends.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod soon;

use std::num::NonZeroU32;
use std::time::Duration;

use atlas_snapshots::{
    Atlas, AtlasBuilder, Consistency, Ending, Error, ErrorKind, Listing, PageSize, Prefetch,
    RetryPolicy,
};
use atlas_snapshots_mock::{
    AnswerFault, BodyFault, CannedResponse, ClusterKind, DataChange, Fault, Links, MockAtlas,
    PageFault, RetryAfter, RowFault, TotalCount, When, WireFault,
};
use futures::StreamExt;
use serde_json::json;

use crate::soon::soon;

/// 25 rows in pages of 10: the fault strikes page 2.
const ROWS: usize = 25;
const STRUCK: u64 = 2;

/// Long enough for a loaded machine, short enough for a test.
const LIMIT: Duration = Duration::from_millis(600);

fn client(mock: &MockAtlas) -> AtlasBuilder {
    Atlas::builder()
        .base_url(mock.base_url())
        .read_timeout(LIMIT)
        .attempt_timeout(LIMIT)
        .max_response_bytes(1 << 20)
        .retry(
            RetryPolicy::default()
                .max_attempts(NonZeroU32::new(2).unwrap())
                .min_delay(Duration::ZERO)
                .max_delay(Duration::ZERO),
        )
}

fn listing(mock: &MockAtlas, client: AtlasBuilder) -> Listing {
    let atlas = client.build().unwrap();
    let project = mock.project_id().parse().unwrap();
    let cluster = mock.instance_name().parse().unwrap();
    let listing = if mock.snapshots_url().contains("flexClusters") {
        atlas.flex_snapshots(project, cluster)
    } else {
        atlas.serverless_snapshots(project, cluster)
    };
    listing
        .page_size(PageSize::new(10).unwrap())
        .prefetch(Prefetch::SEQUENTIAL)
}

/// What came of a listing that was polled until its end or its second error.
#[derive(Debug)]
struct Outcome {
    ids: Vec<String>,
    errors: Vec<Error>,
    ending: Ending,
}

async fn read(listing: Listing) -> Outcome {
    let mut snapshots = listing.stream();
    let (mut ids, mut errors) = (Vec::new(), Vec::new());
    while errors
        .iter()
        .filter(|e: &&Error| e.kind() != ErrorKind::Row)
        .count()
        < 1
    {
        match snapshots.next().await {
            Some(Ok(snapshot)) => ids.push(snapshot.id().to_string()),
            Some(Err(error)) => errors.push(error),
            None => break,
        }
    }
    Outcome {
        ids,
        errors,
        ending: snapshots.summary().ending(),
    }
}

async fn mock_with(api: ClusterKind, fault: impl Into<Fault>, when: When) -> MockAtlas {
    MockAtlas::builder()
        .kind(api)
        .snapshots(ROWS)
        .fault(fault, when)
        .start()
        .await
        .unwrap()
}

/// Faults that stop a page for good, and the kind and status they are told as.
fn refusals() -> Vec<(AnswerFault, ErrorKind, u16)> {
    let error = |status, code: &str| AnswerFault::Error {
        status,
        code: code.to_owned(),
    };
    vec![
        (AnswerFault::Status(400), ErrorKind::BadRequest, 400),
        (AnswerFault::Status(401), ErrorKind::Unauthenticated, 401),
        (AnswerFault::Status(403), ErrorKind::PermissionDenied, 403),
        (AnswerFault::Status(404), ErrorKind::NotFound, 404),
        (AnswerFault::Status(410), ErrorKind::Sunset, 410),
        (
            error(401, "USER_UNAUTHORIZED"),
            ErrorKind::PermissionDenied,
            401,
        ),
        (
            error(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST"),
            ErrorKind::IpNotAllowed,
            403,
        ),
        (error(404, "CLUSTER_NOT_FOUND"), ErrorKind::NotFound, 404),
        (error(410, "VERSION_GONE"), ErrorKind::Sunset, 410),
    ]
}

/// Faults that may pass, and the kind they are told as when they do not.
fn passing() -> Vec<(Fault, ErrorKind)> {
    let html = |status| AnswerFault::Canned(CannedResponse::html(status, "<html>down</html>"));
    vec![
        (
            AnswerFault::RateLimited(RetryAfter::Absent).into(),
            ErrorKind::RateLimited,
        ),
        (
            AnswerFault::RateLimited(RetryAfter::Seconds(0)).into(),
            ErrorKind::RateLimited,
        ),
        (
            AnswerFault::RateLimited(RetryAfter::Date(Duration::ZERO)).into(),
            ErrorKind::RateLimited,
        ),
        (
            AnswerFault::TokenBucketEmpty(RetryAfter::Seconds(0)).into(),
            ErrorKind::RateLimited,
        ),
        (AnswerFault::Status(500).into(), ErrorKind::Server),
        (AnswerFault::ServerErrorText.into(), ErrorKind::Server),
        (html(502).into(), ErrorKind::Server),
        (html(503).into(), ErrorKind::Server),
        (AnswerFault::Status(504).into(), ErrorKind::Server),
        (WireFault::Hang.into(), ErrorKind::Timeout),
        (WireFault::Stall.into(), ErrorKind::Timeout),
        (
            WireFault::Drip(Duration::from_millis(50)).into(),
            ErrorKind::Timeout,
        ),
        (WireFault::Close.into(), ErrorKind::Connect),
        (WireFault::Reset.into(), ErrorKind::Connect),
        (WireFault::ResetInBody.into(), ErrorKind::Protocol),
        (WireFault::Truncate.into(), ErrorKind::Protocol),
        (WireFault::TruncateChunked.into(), ErrorKind::Protocol),
        (BodyFault::CutShort.into(), ErrorKind::Protocol),
        (BodyFault::Empty.into(), ErrorKind::Protocol),
    ]
}

/// Faults that make a page unreadable, and will again.
fn unreadable() -> Vec<(Fault, ErrorKind)> {
    vec![
        (BodyFault::Null.into(), ErrorKind::Decode),
        (BodyFault::Array.into(), ErrorKind::Decode),
        (BodyFault::Html.into(), ErrorKind::Decode),
        (BodyFault::NotUtf8.into(), ErrorKind::Decode),
        (BodyFault::FalseGzip.into(), ErrorKind::Protocol),
        (BodyFault::Padding(2 << 20).into(), ErrorKind::Protocol),
        (WireFault::EndlessBody.into(), ErrorKind::Protocol),
        (PageFault::NoResults.into(), ErrorKind::Decode),
        (PageFault::Results(json!(null)).into(), ErrorKind::Decode),
        (PageFault::Results(json!({})).into(), ErrorKind::Decode),
        (PageFault::Results(json!("rows")).into(), ErrorKind::Decode),
    ]
}

/// Faults that are none to a client that can read.
fn harmless() -> Vec<Fault> {
    let mut faults = vec![
        BodyFault::Gzip.into(),
        BodyFault::NoContentType.into(),
        BodyFault::ByteOrderMark.into(),
        BodyFault::Padding(1 << 16).into(),
        WireFault::Delay(Duration::from_millis(1)).into(),
        AnswerFault::CountTimeout.into(),
        Fault::sunset(),
        Fault::rate_limit_headers(1200, 3),
        Fault::header("x-odd", "value"),
    ];
    for total in [
        TotalCount::Absent,
        TotalCount::Fixed(0),
        TotalCount::Fixed(-1),
    ] {
        faults.push(PageFault::TotalCount(total).into());
    }
    for links in [Links::Missing, Links::Foreign] {
        faults.push(PageFault::Links(links).into());
    }
    faults
}

async fn what_cannot_pass_ends_it_after_one_request(api: ClusterKind) {
    for (fault, kind, status) in refusals() {
        let told = format!("{fault:?}");
        let mock = mock_with(api, fault, When::page(STRUCK)).await;
        let outcome = read(listing(&mock, client(&mock))).await;
        assert_eq!(outcome.ids, mock.snapshot_ids()[..10], "{told}");
        let error = &outcome.errors[0];
        assert_eq!(
            (error.kind(), error.status()),
            (kind, Some(status)),
            "{told}"
        );
        assert_eq!(
            (error.page(), error.delivered()),
            (Some(STRUCK), Some(10)),
            "{told}"
        );
        assert_eq!(
            (mock.request_count(), outcome.ending),
            (2, Ending::Failed),
            "{told}"
        );
    }
}

async fn what_passes_is_never_noticed(api: ClusterKind) {
    for (fault, _) in passing() {
        let told = format!("{fault:?}");
        let mock = mock_with(api, fault, When::first(1).on_page(STRUCK)).await;
        let outcome = read(listing(&mock, client(&mock))).await;
        assert_eq!(
            outcome.ids,
            mock.snapshot_ids(),
            "{told}: {:?}",
            outcome.errors
        );
        assert!(outcome.errors.is_empty(), "{told}: {:?}", outcome.errors);
        assert_eq!(mock.request_count(), 4, "{told}");
        assert_eq!(outcome.ending, Ending::Unverified, "{told}");
    }
}

async fn what_does_not_pass_is_told_and_polling_again_goes_on(api: ClusterKind) {
    for (fault, kind) in passing() {
        let told = format!("{fault:?}");
        let mock = mock_with(api, fault, When::first(2).on_page(STRUCK)).await;
        let mut snapshots = listing(&mock, client(&mock)).stream();
        let (mut ids, mut errors) = (Vec::new(), Vec::new());
        while let Some(row) = snapshots.next().await {
            match row {
                Ok(snapshot) => ids.push(snapshot.id().to_string()),
                Err(error) => errors.push(error),
            }
        }
        assert_eq!(ids, mock.snapshot_ids(), "{told}: {errors:?}");
        assert_eq!(errors.len(), 1, "{told}: {errors:?}");
        let error = &errors[0];
        assert_eq!(
            (error.kind(), error.is_retryable()),
            (kind, true),
            "{told}: {error}"
        );
        assert_eq!(
            (error.page(), error.attempts()),
            (Some(STRUCK), Some(2)),
            "{told}"
        );
        assert_eq!(mock.request_count(), 5, "{told}");
    }
}

async fn an_unreadable_page_is_told_after_one_request(api: ClusterKind) {
    for (fault, kind) in unreadable() {
        let told = format!("{fault:?}");
        let mock = mock_with(api, fault, When::page(STRUCK)).await;
        let outcome = read(listing(&mock, client(&mock))).await;
        assert_eq!(outcome.ids, mock.snapshot_ids()[..10], "{told}");
        let error = &outcome.errors[0];
        assert_eq!(
            (error.kind(), error.status()),
            (kind, Some(200)),
            "{told}: {error}"
        );
        assert!(
            error
                .body_excerpt()
                .is_none_or(|text| text.chars().count() <= 512),
            "{told}"
        );
        let requests = if error.is_retryable() { 3 } else { 2 };
        assert_eq!(mock.request_count(), requests, "{told}: {error}");
    }
}

async fn what_is_harmless_costs_no_row(api: ClusterKind) {
    for fault in harmless() {
        let told = format!("{fault:?}");
        let mock = mock_with(api, fault, When::always()).await;
        let outcome = read(listing(&mock, client(&mock))).await;
        assert_eq!(
            outcome.ids,
            mock.snapshot_ids(),
            "{told}: {:?}",
            outcome.errors
        );
        assert!(outcome.errors.is_empty(), "{told}: {:?}", outcome.errors);
        assert!(mock.request_count() <= 5, "{told}");
    }
}

async fn an_odd_field_costs_one_row_at_most(api: ClusterKind) {
    for fault in RowFault::catalogue() {
        let told = format!("{fault:?}");
        let mock = mock_with(api, PageFault::Row { place: 3, fault }, When::page(STRUCK)).await;
        let outcome = read(listing(&mock, client(&mock))).await;
        let row_errors = outcome
            .errors
            .iter()
            .filter(|e| e.kind() == ErrorKind::Row)
            .count();
        assert_eq!(
            outcome.errors.len(),
            row_errors,
            "{told}: {:?}",
            outcome.errors
        );
        assert!(row_errors <= 1, "{told}: {:?}", outcome.errors);
        assert_eq!(outcome.ids.len(), ROWS - row_errors, "{told}");
        for (index, id) in mock.snapshot_ids().iter().enumerate() {
            let is_struck = index == 13;
            assert!(is_struck || outcome.ids.contains(id), "{told}: {id}");
        }
        assert_eq!(mock.request_count(), 3, "{told}");
    }
}

async fn pages_that_lack_rows_are_suspected(api: ClusterKind) {
    for fault in [PageFault::Empty, PageFault::Short(4)] {
        let told = format!("{fault:?}");
        let mock = mock_with(api, fault, When::page(STRUCK)).await;
        let outcome = read(listing(&mock, client(&mock))).await;
        assert!(outcome.errors.is_empty(), "{told}: {:?}", outcome.errors);
        assert!(
            matches!(outcome.ending, Ending::SuspectedGap { .. }),
            "{told}: {:?}",
            outcome.ending
        );
        assert_eq!(
            outcome.ids.last(),
            mock.snapshot_ids().last(),
            "it reads on: {told}"
        );
    }
}

async fn a_set_that_changes_is_suspected_and_verified_whole(api: ClusterKind) {
    for change in [
        DataChange::InsertHead(2),
        DataChange::InsertTail(2),
        DataChange::DeleteHead(2),
        DataChange::DeleteTail(2),
    ] {
        let told = format!("{change:?}");
        let when = || When::nth(1);
        let mock = mock_with(api, change, when()).await;
        let outcome = read(listing(&mock, client(&mock))).await;
        assert!(
            matches!(outcome.ending, Ending::SuspectedGap { .. }),
            "{told}: {:?}",
            outcome.ending
        );

        let mock = mock_with(api, change, when()).await;
        let verified = listing(&mock, client(&mock)).consistency(Consistency::verified());
        let outcome = read(verified).await;
        assert!(outcome.errors.is_empty(), "{told}: {:?}", outcome.errors);
        assert_eq!(outcome.ending, Ending::Verified, "{told}");
        for id in mock.surviving_ids() {
            assert_eq!(
                outcome.ids.iter().filter(|&have| *have == id).count(),
                1,
                "{told}: {id}"
            );
        }
    }
}

async fn deletion_at_the_head_after_every_page_of_5000_rows(api: ClusterKind) {
    let shrinking = || {
        MockAtlas::builder()
            .kind(api)
            .snapshots(5_000)
            .fault(DataChange::DeleteHead(1), When::first(11))
            .start()
    };
    let whole_pages = |mock: &MockAtlas| {
        listing(mock, client(mock).attempt_timeout(None)).page_size(PageSize::MAX)
    };

    let mock = shrinking().await.unwrap();
    let outcome = read(whole_pages(&mock)).await;
    assert!(
        matches!(outcome.ending, Ending::SuspectedGap { .. }),
        "{:?}",
        outcome.ending
    );
    let missed = mock
        .surviving_ids()
        .iter()
        .filter(|id| !outcome.ids.contains(id))
        .count();
    assert!(missed > 0, "the gap is real");

    let mock = shrinking().await.unwrap();
    let verified = whole_pages(&mock)
        .prefetch(Prefetch::default())
        .consistency(Consistency::verified());
    let outcome = read(verified).await;
    assert_eq!(outcome.ending, Ending::Verified);
    let distinct: std::collections::HashSet<_> = outcome.ids.iter().collect();
    assert_eq!(distinct.len(), outcome.ids.len(), "no row twice");
    assert!(mock.surviving_ids().iter().all(|id| distinct.contains(id)));
}

async fn a_429_on_every_second_request_costs_two_requests_a_page_at_most(api: ClusterKind) {
    let mock = MockAtlas::builder()
        .kind(api)
        .snapshots(1_200)
        .fault(
            AnswerFault::RateLimited(RetryAfter::Seconds(0)),
            When::every(2),
        )
        .start()
        .await
        .unwrap();
    let outcome = read(listing(&mock, client(&mock)).page_size(PageSize::new(100).unwrap())).await;
    assert_eq!(outcome.ids, mock.snapshot_ids());
    assert!(outcome.errors.is_empty());
    // Twelve full pages and the empty one behind them.
    assert!(mock.request_count() <= 2 * 13, "{}", mock.request_count());
}

async fn a_server_that_ignores_the_page_number_ends_it_at_once(api: ClusterKind) {
    for prefetch in [1, 4] {
        let mock = mock_with(api, PageFault::Repeat(1), When::always()).await;
        let listing = listing(&mock, client(&mock)).prefetch(Prefetch::new(prefetch).unwrap());
        let outcome = read(listing).await;
        assert_eq!(outcome.ids, mock.snapshot_ids()[..10]);
        assert_eq!(outcome.errors[0].kind(), ErrorKind::RepeatingServer);
        assert!(
            mock.request_count() <= 1 + prefetch,
            "{}",
            mock.request_count()
        );
    }
}

async fn an_endless_server_ends_at_the_limit(api: ClusterKind) {
    let mock = mock_with(api, PageFault::Endless, When::always()).await;
    let outcome = read(listing(&mock, client(&mock)).page_limit(7.try_into().unwrap())).await;
    assert_eq!(outcome.ids.len(), 70);
    assert_eq!(outcome.errors[0].kind(), ErrorKind::PageLimit);
    assert_eq!(mock.request_count(), 7);
}

async fn a_slow_consumer_loses_nothing_to_timeouts(api: ClusterKind) {
    let mock = MockAtlas::builder()
        .kind(api)
        .snapshots(95)
        .start()
        .await
        .unwrap();
    let mut snapshots = listing(&mock, client(&mock))
        .prefetch(Prefetch::new(8).unwrap())
        .stream();
    let mut ids = vec![snapshots.next().await.unwrap().unwrap().id().to_string()];
    soon(mock.until(|mock| mock.request_count() == 9 && mock.in_flight() == 0)).await;
    // Longer than any limit of the client.
    tokio::time::sleep(LIMIT + LIMIT / 2).await;
    while let Some(row) = snapshots.next().await {
        ids.push(row.unwrap().id().to_string());
    }
    assert_eq!(ids, mock.snapshot_ids());
    assert_eq!(mock.request_count(), 10, "nothing was asked for twice");
}

async fn dropping_it_mid_flight_leaves_no_request_behind(api: ClusterKind) {
    let mock = mock_with(api, WireFault::Hang, When::page(STRUCK)).await;
    let atlas = client(&mock).attempt_timeout(None).read_timeout(None);
    let mut snapshots = listing(&mock, atlas).stream();
    snapshots.next().await.unwrap().unwrap();
    soon(mock.until(|mock| mock.in_flight() == 1)).await;
    drop(snapshots);
    soon(mock.until(|mock| mock.in_flight() == 0)).await;
}

async fn another_host_never_sees_a_request(api: ClusterKind) {
    let elsewhere = MockAtlas::builder().start().await.unwrap();
    let redirect = CannedResponse::new(302).header("location", elsewhere.snapshots_url());
    let links = json!({
        "results": [{"id": "000000000000000000000001"}],
        "links": [{"rel": "next", "href": elsewhere.snapshots_url()}],
    });
    for page in [redirect, CannedResponse::json(200, links)] {
        let mock = MockAtlas::builder()
            .kind(api)
            .page_response(1, page)
            .start()
            .await
            .unwrap();
        let atlas = client(&mock).credentials(atlas_snapshots::Credentials::access_token("sesame"));
        read(listing(&mock, atlas)).await;
        assert!(mock.requests()[0].authorization_is("Bearer sesame"));
    }
    assert_eq!(
        (elsewhere.request_count(), elsewhere.accepted_connections()),
        (0, 0)
    );
}

/// Every test once for each API: there is one engine, and no second copy of it.
macro_rules! for_both_apis {
    ($($name:ident)+) => {
        mod serverless {
            use atlas_snapshots_mock::ClusterKind::Serverless;
            $(
                #[tokio::test]
                async fn $name() {
                    super::$name(Serverless).await;
                }
            )+
        }

        mod flex {
            use atlas_snapshots_mock::ClusterKind::Flex;
            $(
                #[tokio::test]
                async fn $name() {
                    super::$name(Flex).await;
                }
            )+
        }
    };
}

for_both_apis! {
    what_cannot_pass_ends_it_after_one_request
    what_passes_is_never_noticed
    what_does_not_pass_is_told_and_polling_again_goes_on
    an_unreadable_page_is_told_after_one_request
    what_is_harmless_costs_no_row
    an_odd_field_costs_one_row_at_most
    pages_that_lack_rows_are_suspected
    a_set_that_changes_is_suspected_and_verified_whole
    deletion_at_the_head_after_every_page_of_5000_rows
    a_429_on_every_second_request_costs_two_requests_a_page_at_most
    a_server_that_ignores_the_page_number_ends_it_at_once
    an_endless_server_ends_at_the_limit
    a_slow_consumer_loses_nothing_to_timeouts
    dropping_it_mid_flight_leaves_no_request_behind
    another_host_never_sees_a_request
}
