//! Responses that are no page, pages that cannot be read, and broken connections: the items, the
//! errors and the number of requests.

use std::time::Duration;

use atlas_snapshots::{Basis, Completeness, Credentials, ErrorKind, ListRequest, Snapshot};
use atlas_snapshots_mock::{
    BodyFault, CannedResponse, ClusterKind, Fault, ItemFault, Links, MockAtlas, PageFault,
    ResponseFault, RetryAfter, TotalCount, When, WireFault,
};
use serde_json::json;

use crate::common::with_timeout;
use crate::harness::{
    FAULTY_PAGE, ITEMS, LIMIT, Outcome, client, for_both_apis, mock_with, read, request,
};

/// Faults that end the listing, with the kind and status of the error.
pub(crate) fn permanent() -> Vec<(ResponseFault, ErrorKind, u16)> {
    let error = |status, code: &str| ResponseFault::Error {
        status,
        code: code.to_owned(),
    };
    vec![
        (ResponseFault::Status(400), ErrorKind::BadRequest, 400),
        (ResponseFault::Status(401), ErrorKind::Unauthenticated, 401),
        (ResponseFault::Status(403), ErrorKind::PermissionDenied, 403),
        (ResponseFault::Status(404), ErrorKind::NotFound, 404),
        (ResponseFault::Status(410), ErrorKind::Gone, 410),
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
        (error(410, "VERSION_GONE"), ErrorKind::Gone, 410),
    ]
}

/// Faults that are retried, with the kind of the error where the retries do not help.
pub(crate) fn temporary() -> Vec<(Fault, ErrorKind)> {
    let html = |status| ResponseFault::Canned(CannedResponse::html(status, "<html>down</html>"));
    vec![
        (
            ResponseFault::RateLimited(RetryAfter::Absent).into(),
            ErrorKind::RateLimited,
        ),
        (
            ResponseFault::RateLimited(RetryAfter::Seconds(0)).into(),
            ErrorKind::RateLimited,
        ),
        (
            ResponseFault::RateLimited(RetryAfter::Date(Duration::ZERO)).into(),
            ErrorKind::RateLimited,
        ),
        (
            ResponseFault::TokenBucketEmpty(RetryAfter::Seconds(0)).into(),
            ErrorKind::RateLimited,
        ),
        (ResponseFault::Status(500).into(), ErrorKind::Server),
        (ResponseFault::ServerErrorText.into(), ErrorKind::Server),
        (html(502).into(), ErrorKind::Server),
        (html(503).into(), ErrorKind::Server),
        (ResponseFault::Status(504).into(), ErrorKind::Server),
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

/// Faults that make a page unreadable each time it is requested.
pub(crate) fn unreadable() -> Vec<(Fault, ErrorKind)> {
    vec![
        (BodyFault::Null.into(), ErrorKind::Decode),
        (BodyFault::Array.into(), ErrorKind::Decode),
        (BodyFault::Html.into(), ErrorKind::Decode),
        (BodyFault::FalseGzip.into(), ErrorKind::Protocol),
        (BodyFault::Padding(2 << 20).into(), ErrorKind::Protocol),
        (WireFault::EndlessBody.into(), ErrorKind::Protocol),
        (PageFault::NoResults.into(), ErrorKind::Decode),
        (PageFault::Results(json!(null)).into(), ErrorKind::Decode),
        (PageFault::Results(json!({})).into(), ErrorKind::Decode),
        (PageFault::Results(json!("items")).into(), ErrorKind::Decode),
    ]
}

/// Faults that do not keep a page from being read.
pub(crate) fn harmless() -> Vec<Fault> {
    let mut faults = vec![
        BodyFault::Gzip.into(),
        BodyFault::NoContentType.into(),
        BodyFault::ByteOrderMark.into(),
        BodyFault::NotUtf8.into(),
        BodyFault::Padding(1 << 16).into(),
        WireFault::Delay(Duration::from_millis(1)).into(),
        ResponseFault::CountTimeout.into(),
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

/// Every item came once and in order, without an error.
fn assert_whole(outcome: &Outcome, mock: &MockAtlas, case: &str) {
    let errors = &outcome.errors;
    assert_eq!(outcome.ids, mock.snapshot_ids(), "{case}: {errors:?}");
    assert!(errors.is_empty(), "{case}: {errors:?}");
}

async fn a_permanent_fault_ends_the_listing_after_one_request(api: ClusterKind) {
    for (fault, kind, status) in permanent() {
        let case = format!("{fault:?}");
        let mock = mock_with(api, fault, When::page(FAULTY_PAGE)).await;
        let outcome = read(request(&mock, client(&mock))).await;
        assert_eq!(outcome.ids, mock.snapshot_ids()[..10], "{case}");
        let error = &outcome.errors[0];
        assert_eq!(
            (error.kind(), error.status()),
            (kind, Some(status)),
            "{case}"
        );
        assert_eq!(
            (error.page(), error.delivered()),
            (Some(FAULTY_PAGE), Some(10)),
            "{case}"
        );
        assert_eq!(
            (mock.request_count(), outcome.completeness),
            (2, Completeness::Failed),
            "{case}"
        );
    }
}

async fn a_fault_that_a_retry_cures_is_not_reported(api: ClusterKind) {
    for (fault, _) in temporary() {
        let case = format!("{fault:?}");
        let mock = mock_with(api, fault, When::first(1).on_page(FAULTY_PAGE)).await;
        let outcome = read(request(&mock, client(&mock))).await;
        assert_whole(&outcome, &mock, &case);
        assert_eq!(mock.request_count(), 4, "{case}");
        assert_eq!(
            outcome.completeness,
            Completeness::Complete(Basis::NoChangeSeen),
            "{case}"
        );
    }
}

async fn a_fault_that_remains_is_reported_and_the_next_poll_continues(api: ClusterKind) {
    for (fault, kind) in temporary() {
        let case = format!("{fault:?}");
        let mock = mock_with(api, fault, When::first(2).on_page(FAULTY_PAGE)).await;
        let mut snapshots = request(&mock, client(&mock)).stream();
        let (mut ids, mut errors) = (Vec::new(), Vec::new());
        while let Some(item) = snapshots.next().await {
            match item {
                Ok(snapshot) => ids.push(snapshot.id().to_string()),
                Err(error) => errors.push(error),
            }
        }
        assert_eq!(ids, mock.snapshot_ids(), "{case}: {errors:?}");
        assert_eq!(errors.len(), 1, "{case}: {errors:?}");
        let error = &errors[0];
        assert_eq!(
            (error.kind(), error.is_retryable()),
            (kind, true),
            "{case}: {error}"
        );
        assert_eq!(
            (error.page(), error.attempts()),
            (Some(FAULTY_PAGE), Some(2)),
            "{case}"
        );
        assert_eq!(mock.request_count(), 5, "{case}");
    }
}

async fn an_unreadable_page_is_reported_after_one_request(api: ClusterKind) {
    for (fault, kind) in unreadable() {
        let case = format!("{fault:?}");
        let mock = mock_with(api, fault, When::page(FAULTY_PAGE)).await;
        let outcome = read(request(&mock, client(&mock))).await;
        assert_eq!(outcome.ids, mock.snapshot_ids()[..10], "{case}");
        let error = &outcome.errors[0];
        assert_eq!(
            (error.kind(), error.status()),
            (kind, Some(200)),
            "{case}: {error}"
        );
        assert!(
            error
                .body_excerpt()
                .is_none_or(|text| text.chars().count() <= 512),
            "{case}"
        );
        let requests = if error.is_retryable() { 3 } else { 2 };
        assert_eq!(mock.request_count(), requests, "{case}: {error}");
    }
}

async fn a_harmless_fault_costs_no_item(api: ClusterKind) {
    for fault in harmless() {
        let case = format!("{fault:?}");
        let mock = mock_with(api, fault, When::always()).await;
        let outcome = read(request(&mock, client(&mock))).await;
        assert_whole(&outcome, &mock, &case);
        assert!(mock.request_count() <= 5, "{case}");
    }
}

async fn an_invalid_field_costs_one_item_at_most(api: ClusterKind) {
    for fault in ItemFault::catalogue() {
        let case = format!("{fault:?}");
        let mock = mock_with(
            api,
            PageFault::Item { place: 3, fault },
            When::page(FAULTY_PAGE),
        )
        .await;
        let outcome = read(request(&mock, client(&mock))).await;
        let item_errors = outcome
            .errors
            .iter()
            .filter(|e| e.kind() == ErrorKind::InvalidItem)
            .count();
        assert_eq!(
            outcome.errors.len(),
            item_errors,
            "{case}: {:?}",
            outcome.errors
        );
        assert!(item_errors <= 1, "{case}: {:?}", outcome.errors);
        assert_eq!(outcome.ids.len(), ITEMS - item_errors, "{case}");
        for (index, id) in mock.snapshot_ids().iter().enumerate() {
            let has_fault = index == 13;
            assert!(has_fault || outcome.ids.contains(id), "{case}: {id}");
        }
        assert_eq!(mock.request_count(), 3, "{case}");
    }
}

async fn a_429_on_every_second_request_costs_at_most_two_requests_per_page(api: ClusterKind) {
    let mock = MockAtlas::builder()
        .kind(api)
        .snapshots(1_200)
        .fault(
            ResponseFault::RateLimited(RetryAfter::Seconds(0)),
            When::every(2),
        )
        .start()
        .await
        .unwrap();
    let outcome = read(request(&mock, client(&mock)).page_size(100)).await;
    assert_eq!(outcome.ids, mock.snapshot_ids());
    assert!(outcome.errors.is_empty());
    // Twelve full pages and the empty one behind them.
    assert!(mock.request_count() <= 2 * 13, "{}", mock.request_count());
}

async fn a_server_that_ignores_the_page_number_ends_the_listing_at_once(api: ClusterKind) {
    for max_in_flight in [1, 4] {
        let mock = mock_with(api, PageFault::Repeat(1), When::always()).await;
        let request = request(&mock, client(&mock)).max_in_flight(max_in_flight);
        let outcome = read(request).await;
        assert_eq!(outcome.ids, mock.snapshot_ids()[..10]);
        assert_eq!(outcome.errors[0].kind(), ErrorKind::PaginationLoop);
        assert!(
            mock.request_count() <= 1 + max_in_flight,
            "{}",
            mock.request_count()
        );
    }
}

async fn an_endless_server_is_read_up_to_the_page_limit(api: ClusterKind) {
    let mock = mock_with(api, PageFault::Endless, When::always()).await;
    let outcome = read(request(&mock, client(&mock)).page_limit(7)).await;
    assert_eq!(outcome.ids.len(), 70);
    assert_eq!(outcome.errors[0].kind(), ErrorKind::LimitExceeded);
    assert_eq!(mock.request_count(), 7);
}

async fn errors_have_the_true_number_of_attempts(api: ClusterKind) {
    let failing = |attempts| When::first(attempts).on_page(FAULTY_PAGE);
    let attempts_of = async |request: ListRequest<Snapshot>, kind| {
        let outcome = read(request).await;
        let error = &outcome.errors[0];
        assert_eq!((error.kind(), error.page()), (kind, Some(FAULTY_PAGE)));
        error.attempts()
    };
    let server_error = || ResponseFault::Status(503);

    let mock = mock_with(api, server_error(), failing(1)).await;
    let limited = request(&mock, client(&mock)).item_limit(15);
    let attempts = attempts_of(limited, ErrorKind::LimitExceeded).await;
    assert_eq!((attempts, mock.request_count()), (Some(2), 3));
    let limited = request(&mock, client(&mock)).page_limit(2);
    let attempts = attempts_of(limited, ErrorKind::LimitExceeded).await;
    assert_eq!((attempts, mock.request_count()), (Some(1), 5));

    let mock = mock_with(api, server_error(), failing(1)).await;
    let fault = ItemFault::set("id", 7);
    mock.add_fault(PageFault::Item { place: 3, fault }, When::page(FAULTY_PAGE));
    let attempts = attempts_of(request(&mock, client(&mock)), ErrorKind::InvalidItem).await;
    assert_eq!(attempts, Some(2));

    let hang = When::after(1).on_page(FAULTY_PAGE);
    let mock = mock_with(api, WireFault::Hang, hang).await;
    mock.add_fault(server_error(), failing(1));
    let without_timeouts = client(&mock).attempt_timeout(None).read_timeout(None);
    let late = request(&mock, without_timeouts).deadline(LIMIT);
    let attempts = attempts_of(late, ErrorKind::Deadline).await;
    assert_eq!((attempts, mock.request_count()), (Some(2), 3));

    // Each poll makes two attempts, which add up.
    let mock = mock_with(api, server_error(), failing(5)).await;
    let mut snapshots = request(&mock, client(&mock)).stream();
    let mut attempts = Vec::new();
    while let Some(snapshot) = snapshots.next().await {
        attempts.extend(snapshot.err().map(|error| error.attempts()));
    }
    assert_eq!(attempts, [Some(2), Some(4)]);
    assert_eq!(snapshots.summary().retries(), 5);
}

async fn a_slow_consumer_loses_nothing_to_timeouts(api: ClusterKind) {
    let mock = MockAtlas::builder()
        .kind(api)
        .snapshots(95)
        .start()
        .await
        .unwrap();
    let mut snapshots = request(&mock, client(&mock)).max_in_flight(8).stream();
    let mut ids = vec![snapshots.next().await.unwrap().unwrap().id().to_string()];
    with_timeout(mock.until(|mock| mock.request_count() == 9 && mock.in_flight() == 0)).await;
    // Longer than every timeout of the client.
    tokio::time::sleep(LIMIT + LIMIT / 2).await;
    while let Some(snapshot) = snapshots.next().await {
        ids.push(snapshot.unwrap().id().to_string());
    }
    assert_eq!(ids, mock.snapshot_ids());
    assert_eq!(mock.request_count(), 10, "no page is requested twice");
}

async fn dropping_the_stream_aborts_its_requests(api: ClusterKind) {
    let mock = mock_with(api, WireFault::Hang, When::page(FAULTY_PAGE)).await;
    let atlas = client(&mock).attempt_timeout(None).read_timeout(None);
    let mut snapshots = request(&mock, atlas).stream();
    snapshots.next().await.unwrap().unwrap();
    with_timeout(mock.until(|mock| mock.in_flight() == 1)).await;
    drop(snapshots);
    with_timeout(mock.until(|mock| mock.in_flight() == 0)).await;
}

async fn no_request_is_sent_to_another_host(api: ClusterKind) {
    let other = MockAtlas::builder().start().await.unwrap();
    let redirect = CannedResponse::new(302).header("location", other.snapshots_url());
    let links = json!({
        "results": [{"id": "000000000000000000000001"}],
        "links": [{"rel": "next", "href": other.snapshots_url()}],
    });
    for page in [redirect, CannedResponse::json(200, links)] {
        let mock = MockAtlas::builder()
            .kind(api)
            .page_response(1, page)
            .start()
            .await
            .unwrap();
        let atlas = client(&mock).credentials(Credentials::access_token("sesame"));
        read(request(&mock, atlas)).await;
        assert!(mock.requests()[0].authorization_is("Bearer sesame"));
    }
    assert_eq!(
        (other.request_count(), other.accepted_connections()),
        (0, 0)
    );
}

for_both_apis! {
    a_permanent_fault_ends_the_listing_after_one_request
    a_fault_that_a_retry_cures_is_not_reported
    a_fault_that_remains_is_reported_and_the_next_poll_continues
    an_unreadable_page_is_reported_after_one_request
    a_harmless_fault_costs_no_item
    an_invalid_field_costs_one_item_at_most
    a_429_on_every_second_request_costs_at_most_two_requests_per_page
    a_server_that_ignores_the_page_number_ends_the_listing_at_once
    an_endless_server_is_read_up_to_the_page_limit
    errors_have_the_true_number_of_attempts
    a_slow_consumer_loses_nothing_to_timeouts
    dropping_the_stream_aborts_its_requests
    no_request_is_sent_to_another_host
}
