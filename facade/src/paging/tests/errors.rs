//! Errors of a listing: after which it continues, after which it ends, and what they report.

use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, stream::FusedStream};

use super::fake::{
    FakeSource, Next, Quirk, Total, list, list_with, numbers, read_through, retrier,
};
use crate::{
    Basis, Completeness, Consistency, ErrorKind, IncompleteReason, ListRequest, RetryPolicy,
};

type Configure = fn(ListRequest<u64>) -> ListRequest<u64>;

#[tokio::test(start_paused = true)]
async fn polling_again_requests_the_failed_page_again_and_loses_nothing() {
    let source = FakeSource::of(45)
        .quirk(1, Quirk::Fail(ErrorKind::Connect))
        .quirk(3, Quirk::Fail(ErrorKind::Server))
        .quirk(3, Quirk::Fail(ErrorKind::Decode))
        .quirk(5, Quirk::Panic);
    let source = Arc::new(source);
    let (delivered, errors, summary) = read_through(list(&source, 10, 2)).await;
    assert_eq!(delivered, numbers(45));
    let reported: Vec<_> = errors
        .iter()
        .map(|e| (e.kind(), e.page(), e.delivered(), e.attempts()))
        .collect();
    assert_eq!(
        reported,
        [
            (ErrorKind::Connect, Some(1), Some(0), Some(1)),
            (ErrorKind::Server, Some(3), Some(20), Some(1)),
            (ErrorKind::Decode, Some(3), Some(20), Some(2)),
            (ErrorKind::Internal, Some(5), Some(40), Some(1)),
        ]
    );
    assert_eq!(
        summary.completeness(),
        Completeness::Complete(Basis::NoChangeSeen)
    );
    // The page behind the failed one was in flight and is not requested again.
    let mut requested = source.requested();
    requested.sort_unstable();
    assert_eq!(requested, [1, 1, 2, 3, 3, 3, 4, 5, 5]);
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_stops_at_an_error_has_failed_until_it_is_polled_again() {
    let source = Arc::new(FakeSource::of(45).quirk(2, Quirk::Fail(ErrorKind::Timeout)));
    let mut stream = list(&source, 10, 2).stream();
    let good = stream.by_ref().take(10).count().await;
    assert_eq!(good, 10);
    assert!(stream.next().await.unwrap().is_err());
    assert_eq!(stream.summary().completeness(), Completeness::Failed);
    assert!(!stream.is_terminated());
    stream.next().await.unwrap().unwrap();
    assert_eq!(stream.summary().completeness(), Completeness::InProgress);
}

#[tokio::test(start_paused = true)]
async fn errors_that_another_request_cannot_cure_end_it() {
    for kind in [
        ErrorKind::InvalidArgument,
        ErrorKind::BadRequest,
        ErrorKind::Unauthenticated,
        ErrorKind::TokenRequest,
        ErrorKind::PermissionDenied,
        ErrorKind::IpNotAllowed,
        ErrorKind::NotFound,
        ErrorKind::Gone,
    ] {
        let source = Arc::new(FakeSource::of(45).quirk(2, Quirk::Fail(kind)));
        let (delivered, errors, summary) = read_through(list(&source, 10, 2)).await;
        assert_eq!(delivered, numbers(10));
        assert_eq!(errors.len(), 1);
        assert_eq!((errors[0].kind(), errors[0].page()), (kind, Some(2)));
        assert_eq!(summary.completeness(), Completeness::Failed);
        assert_eq!(source.requested(), [1, 2, 3]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_that_is_retryable_does_not_end_it_whatever_its_kind() {
    let quirk = Quirk::FailForNow(ErrorKind::TokenRequest);
    let source = Arc::new(FakeSource::of(45).quirk(2, quirk));
    let (delivered, errors, summary) = read_through(list(&source, 10, 1)).await;
    assert_eq!(delivered, numbers(45));
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].kind(), ErrorKind::TokenRequest);
    assert!(summary.is_complete());
    assert_eq!(source.requested(), [1, 2, 2, 3, 4, 5]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_repeats_a_page_ends_it_within_the_pages_in_flight() {
    for max_in_flight in [1, 2, 8] {
        let source = Arc::new(FakeSource {
            always_page: Some(1),
            ..FakeSource::of(95)
        });
        let (delivered, errors, summary) = read_through(list(&source, 10, max_in_flight)).await;
        assert_eq!(delivered, numbers(10));
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].kind(), ErrorKind::PaginationLoop);
        assert_eq!(
            (errors[0].page(), errors[0].delivered()),
            (Some(2), Some(10))
        );
        assert_eq!(summary.completeness(), Completeness::Failed);
        assert_eq!(source.requested().len(), 1 + max_in_flight);
    }
}

#[tokio::test(start_paused = true)]
async fn an_endless_server_ends_at_the_page_limit() {
    let source = Arc::new(FakeSource {
        next: Next::UpTo(u64::MAX),
        total: Total::Absent,
        ..FakeSource::of(1_000)
    });
    let (delivered, errors, summary) = read_through(list(&source, 10, 4).page_limit(9)).await;
    assert_eq!(delivered, numbers(90));
    assert_eq!(errors.len(), 1);
    assert_eq!(
        errors[0].to_string(),
        "the shelf, page 9: listing limit reached: more than 9 pages; raise the limit if the set \
         really is that large (90 delivered before)"
    );
    assert_eq!(summary.completeness(), Completeness::Failed);
    assert_eq!(source.requested(), numbers(9));
}

#[tokio::test(start_paused = true)]
async fn the_item_limit_is_exact_and_reported() {
    for (limit, delivers, fails) in [
        (44, 44, true),
        (45, 45, false),
        (40, 40, true),
        (1, 1, true),
    ] {
        let source = Arc::new(FakeSource::of(45));
        let (delivered, errors, _) = read_through(list(&source, 10, 1).item_limit(limit)).await;
        assert_eq!(delivered, numbers(delivers));
        assert_eq!(errors.len(), usize::from(fails), "{limit}");
        if fails {
            assert_eq!(errors[0].kind(), ErrorKind::LimitExceeded);
            assert_eq!(errors[0].delivered(), Some(limit));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_unreadable_item_costs_one_item_and_leaves_the_listing_incomplete() {
    let source = Arc::new(FakeSource::of(25).quirk(2, Quirk::Unreadable));
    let (delivered, errors, summary) = read_through(list(&source, 10, 2)).await;
    let readable = numbers(25).into_iter().filter(|&number| number != 11);
    assert_eq!(delivered, readable.collect::<Vec<_>>());
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].kind(), ErrorKind::InvalidItem);
    assert_eq!(
        (errors[0].page(), errors[0].delivered()),
        (Some(2), Some(10))
    );
    let invalid = errors[0].invalid_item().unwrap();
    assert_eq!(
        (invalid.page(), invalid.index(), invalid.id()),
        (2, 0, None)
    );
    assert_eq!(summary.item_errors(), 1);
    assert_eq!(
        summary.completeness(),
        Completeness::PossiblyIncomplete(IncompleteReason::UnreadableItems)
    );
    assert_eq!(source.requested(), numbers(3));
}

#[test]
fn polling_outside_a_runtime_is_an_error_and_not_a_panic() {
    let source = Arc::new(FakeSource::of(1));
    let (delivered, errors, summary) =
        futures::executor::block_on(read_through(list(&source, 10, 1)));
    assert!(delivered.is_empty());
    assert_eq!(errors[0].kind(), ErrorKind::InvalidArgument);
    assert!(errors[0].to_string().contains("Tokio runtime"));
    assert_eq!(summary.completeness(), Completeness::Failed);
}

#[tokio::test(start_paused = true)]
async fn a_value_that_breaks_its_rule_is_reported_at_the_first_poll_without_a_request() {
    let cases: [(Configure, &str); 9] = [
        (|list| list.page_size(0), "page size \"0\" must be 1 to 500"),
        (|list| list.page_size(501), "page size \"501\""),
        (|list| list.max_in_flight(0), "max in flight \"0\""),
        (
            |list| list.max_in_flight(65),
            "max in flight \"65\" must be 1 to 64",
        ),
        (
            |list| list.item_limit(0),
            "item limit \"0\" must be at least 1",
        ),
        (
            |list| list.page_limit(0),
            "page limit \"0\" must be at least 1",
        ),
        (
            |list| list.item_limit(0).page_size(0).max_in_flight(65),
            "item limit \"0\"",
        ),
        (|list| list.page_size(0).page_size(10), "page size \"0\""),
        (|list| list.page_size(501).clone(), "page size \"501\""),
    ];
    for (configure, named) in cases {
        let source = Arc::new(FakeSource::of(45));
        let request = configure(list(&source, 10, 1));
        assert!(format!("{request:?}").contains("invalid: Some"));
        for request in [request.clone(), request.clone()] {
            let (delivered, errors, summary) = read_through(request).await;
            assert!(delivered.is_empty());
            assert_eq!(errors.len(), 1, "{named}");
            assert_eq!(errors[0].kind(), ErrorKind::InvalidArgument);
            assert!(errors[0].to_string().contains(named), "{}", errors[0]);
            assert_eq!(summary.completeness(), Completeness::Failed);
        }
        assert!(request.clone().pages().next().await.unwrap().is_err());
        assert!(request.collect_partial().await.error.is_some());
        assert!(source.requested().is_empty(), "{named}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_bounds_of_every_value_are_allowed() {
    let source = Arc::new(FakeSource::of(45));
    for request in [
        list(&source, 1, 64),
        list(&source, 500, 1),
        list(&source, 10, 1).item_limit(45).page_limit(5),
    ] {
        assert_eq!(request.await.unwrap().into_items(), numbers(45));
    }
}

#[tokio::test(start_paused = true)]
async fn every_error_reports_all_attempts_for_its_page() {
    let second = Duration::from_secs(1);
    let policy = RetryPolicy::default()
        .base_delay(second)
        .min_delay(second)
        .max_delay(second);
    let fails = || Quirk::Fail(ErrorKind::Server);
    // Page 2 is read at the third attempt.
    let source = || FakeSource::of(45).quirk(2, fails()).quirk(2, fails());
    let repeating = FakeSource {
        always_page: Some(1),
        ..source()
    };
    let waiting = source().quirk(2, Quirk::RateLimited(Some(60 * second)));
    let cases: [(FakeSource, Configure, ErrorKind); 6] = [
        (
            source().quirk(2, Quirk::Unreadable),
            |list| list,
            ErrorKind::InvalidItem,
        ),
        (
            waiting,
            |list| list.deadline(Duration::from_secs(30)),
            ErrorKind::Deadline,
        ),
        (
            source(),
            |list| list.page_limit(2),
            ErrorKind::LimitExceeded,
        ),
        (
            source(),
            |list| list.item_limit(15),
            ErrorKind::LimitExceeded,
        ),
        (repeating, |list| list, ErrorKind::PaginationLoop),
        (
            source().quirk(2, Quirk::Fail(ErrorKind::NotFound)),
            |list| list.consistency(Consistency::adaptive()),
            ErrorKind::NotFound,
        ),
    ];
    for (source, configure, kind) in cases {
        let source = Arc::new(source);
        let request = configure(list_with(&source, &retrier(policy.clone())));
        let (_, errors, summary) = read_through(request).await;
        assert_eq!(errors.len(), 1, "{kind:?}");
        assert_eq!((errors[0].kind(), errors[0].page()), (kind, Some(2)));
        assert_eq!(errors[0].attempts(), Some(3), "{kind:?}");
        let requested = source.requested();
        let attempts = requested.iter().filter(|&&page| page == 2).count();
        assert_eq!(attempts, 3, "{kind:?}");
        assert_eq!(summary.retries(), 2);
    }
}

/// The error of a limit is created with its page, and the items of the page are yielded first.
#[tokio::test(start_paused = true)]
async fn the_error_of_a_limit_has_the_checkpoint_behind_the_last_item() {
    for limited in [
        |list: ListRequest<u64>| list.item_limit(15),
        |list: ListRequest<u64>| list.page_limit(2),
    ] {
        let source = Arc::new(FakeSource::of(45));
        let (mut delivered, errors, _) = read_through(limited(list(&source, 10, 1))).await;
        assert_eq!(errors[0].delivered(), Some(delivered.len() as u64));
        let checkpoint = errors[0].checkpoint().unwrap().clone();
        assert_eq!(checkpoint.items_seen(), delivered.len() as u64);
        let rest = list(&source, 10, 1).resume_from(checkpoint).await.unwrap();
        delivered.extend(&rest);
        assert_eq!(delivered, numbers(45));
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_cannot_be_decoded_twice_ends_it() {
    let fails = |source: FakeSource, page| source.quirk(page, Quirk::Fail(ErrorKind::Decode));
    let twice = fails(fails(FakeSource::of(25), 2), 2);
    let source = Arc::new(twice);
    let (delivered, errors, summary) = read_through(list(&source, 10, 1)).await;
    assert_eq!((delivered, errors.len()), (numbers(10), 2));
    assert_eq!(summary.completeness(), Completeness::Failed);
    assert_eq!(source.requested(), [1, 2, 2]);

    let two_pages = fails(fails(FakeSource::of(25), 2), 3);
    let source = Arc::new(two_pages);
    let (delivered, errors, summary) = read_through(list(&source, 10, 1)).await;
    assert_eq!((delivered, errors.len()), (numbers(25), 2));
    assert!(summary.is_complete());
}
