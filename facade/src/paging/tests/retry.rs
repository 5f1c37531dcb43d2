//! Retries, rate limits and deadlines: what is sent again, when, and for which listings.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::fake::{FakeSource, Quirk, list, list_with, numbers, retrier};
use crate::http::headers::RateLimit;
use crate::http::slots::Slots;
use crate::{Basis, Completeness, ErrorKind, ListRequest, RetryPolicy};

const SECOND: Duration = Duration::from_secs(1);

/// Waits exactly one second before each retry.
fn policy() -> RetryPolicy {
    RetryPolicy::default()
        .base_delay(SECOND)
        .min_delay(SECOND)
        .max_delay(SECOND)
}

async fn yields(request: ListRequest<u64>, count: u64) {
    assert_eq!(request.await.unwrap().into_items(), numbers(count));
}

#[tokio::test(start_paused = true)]
async fn failures_that_pass_are_not_reported() {
    let source = Arc::new(
        FakeSource::of(45)
            .quirk(1, Quirk::Fail(ErrorKind::Timeout))
            .quirk(2, Quirk::Fail(ErrorKind::Server))
            .quirk(2, Quirk::Fail(ErrorKind::Connect))
            .quirk(5, Quirk::RateLimited(None)),
    );
    let mut stream = list_with(&source, &retrier(policy()))
        .max_in_flight(2)
        .stream();
    let delivered = stream.by_ref().try_collect::<Vec<_>>().await.unwrap();
    assert_eq!(delivered.len(), 45);
    let summary = stream.summary();
    assert_eq!(
        (summary.requests(), summary.retries(), summary.pages()),
        (9, 4, 5)
    );
    assert_eq!(
        summary.completeness(),
        Completeness::Complete(Basis::NoChangeSeen)
    );
    let mut requested = source.requested();
    requested.sort_unstable();
    assert_eq!(requested, [1, 1, 2, 2, 2, 3, 4, 5, 5]);
}

#[tokio::test(start_paused = true)]
async fn attempts_run_out_and_polling_again_grants_new_ones() {
    let mut source = FakeSource::of(5);
    for _ in 0..4 {
        source = source.quirk(1, Quirk::Fail(ErrorKind::Server));
    }
    let source = Arc::new(source);
    let policy = policy().max_retries(2);
    let start = Instant::now();
    let mut stream = list_with(&source, &retrier(policy)).stream();
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Server, Some(3))
    );
    assert_eq!(start.elapsed(), 2 * SECOND);
    assert_eq!(stream.count().await, 5);
    assert_eq!(source.requested(), [1, 1, 1, 1, 1]);
    assert_eq!(start.elapsed(), 4 * SECOND, "a wait before each attempt");
}

#[tokio::test(start_paused = true)]
async fn one_call_disables_retries() {
    let source = Arc::new(FakeSource::of(5).quirk(1, Quirk::RateLimited(Some(SECOND))));
    let mut stream = list_with(&source, &retrier(RetryPolicy::none())).stream();
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::RateLimited, Some(1))
    );
    assert_eq!(error.retry_after(), Some(SECOND));
    assert_eq!(source.requested(), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_holds_back_every_listing_of_the_client() {
    let source = Arc::new(FakeSource::of(5).quirk(1, Quirk::RateLimited(Some(30 * SECOND))));
    let retrier = retrier(policy());
    let first = list_with(&source, &retrier);
    let second = list_with(&source, &retrier);
    let start = Instant::now();
    let first = tokio::spawn(yields(first, 5));
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    assert_eq!(source.requested(), [1]);
    yields(second, 5).await;
    assert!(
        start.elapsed() >= 30 * SECOND,
        "the second listing waited too"
    );
    first.await.unwrap();
    assert!(start.elapsed() < 32 * SECOND);
    assert_eq!(source.requested().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_holds_back_no_listing_of_another_bucket() {
    let source = |shelf| FakeSource {
        shelf,
        ..FakeSource::of(5)
    };
    let limited = source("red").quirk(1, Quirk::RateLimited(Some(30 * SECOND)));
    let (limited, other) = (Arc::new(limited), Arc::new(source("blue")));
    let retrier = retrier(policy());
    let start = Instant::now();
    let first = tokio::spawn(yields(list_with(&limited, &retrier), 5));
    while limited.requested().is_empty() {
        tokio::task::yield_now().await;
    }
    yields(list_with(&other, &retrier), 5).await;
    assert_eq!(start.elapsed(), Duration::ZERO);
    first.await.unwrap();
    assert!(start.elapsed() >= 30 * SECOND);
}

/// One that is only about to be sent is no attempt.
#[tokio::test(start_paused = true)]
async fn a_request_that_waits_for_its_bucket_is_not_counted_as_an_attempt() {
    let source = Arc::new(FakeSource::of(5).quirk(1, Quirk::RateLimited(Some(30 * SECOND))));
    let mut stream = list_with(&source, &retrier(policy()))
        .deadline(10 * SECOND)
        .stream();
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Deadline, Some(1))
    );
    let summary = stream.summary();
    assert_eq!((summary.requests(), summary.retries()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn listings_that_share_slots_have_no_more_pages_in_flight() {
    let limit = Arc::new(Semaphore::new(3));
    let slots = Slots::new(limit);
    let source = Arc::new(FakeSource {
        delays: vec![1_000; 10],
        ..FakeSource::of(95)
    });
    let list = || {
        let request = list_with(&source, &retrier(policy())).max_in_flight(8);
        yields(request.in_slots(slots.clone()), 95)
    };
    let start = Instant::now();
    tokio::join!(list(), list(), list());
    assert_eq!(source.most_in_flight.load(Ordering::SeqCst), 3);
    assert_eq!(start.elapsed(), 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_policy_is_reported_and_not_waited() {
    let source = Arc::new(FakeSource::of(5).quirk(1, Quirk::RateLimited(Some(3600 * SECOND))));
    let start = Instant::now();
    let mut stream = list_with(&source, &retrier(policy())).stream();
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.retry_after(), Some(3600 * SECOND));
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_retry_budget_is_shared_and_earned_back() {
    let mut source = FakeSource::of(95);
    for _ in 0..3 {
        source = source.quirk(1, Quirk::Fail(ErrorKind::Server));
    }
    for page in 2..=8 {
        source = source.quirk(page, Quirk::Fail(ErrorKind::Server));
    }
    let source = Arc::new(source);
    let mut stream = list_with(&source, &retrier(policy().retry_budget(2))).stream();
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Server, Some(3))
    );
    // From here on every page fails once and succeeds once: each success earns its retry.
    assert_eq!(stream.try_collect::<Vec<_>>().await.unwrap().len(), 95);
}

#[tokio::test(start_paused = true)]
async fn where_counting_fails_the_page_is_requested_without() {
    for policy in [policy(), RetryPolicy::none()] {
        let source = Arc::new(FakeSource {
            counting_fails: true,
            ..FakeSource::of(25)
        });
        let start = Instant::now();
        yields(list_with(&source, &retrier(policy)), 25).await;
        // Once counting has failed it is not tried again. A short page that could not say
        // whether it is the last one costs one further request.
        assert_eq!(source.requested(), [1, 1, 2, 3, 4]);
        assert_eq!(source.counted(), [true, false, false, false, false]);
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn fewer_pages_are_in_flight_as_the_rate_limit_comes_near() {
    for (remaining, width) in [(0, 1), (1, 1), (3, 1), (4, 2), (9, 4), (1000, 8)] {
        let source = Arc::new(FakeSource {
            rate_limit: Some(RateLimit::new(Some(1200), remaining)),
            delays: vec![10; 30],
            ..FakeSource::of(295)
        });
        yields(list(&source, 10, 8), 295).await;
        let most = source.most_in_flight.load(Ordering::SeqCst);
        assert_eq!(most, width, "{remaining}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_the_listing_and_what_has_arrived_is_yielded() {
    let source = Arc::new(FakeSource {
        delays: vec![1000, 1000, 3000],
        ..FakeSource::of(25)
    });
    let start = Instant::now();
    let mut stream = list(&source, 10, 1).deadline(4 * SECOND).stream();
    let good = stream.by_ref().take(20).try_collect::<Vec<_>>().await;
    assert_eq!(good.unwrap().len(), 20);
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.page()), (ErrorKind::Deadline, Some(3)));
    assert_eq!(error.delivered(), Some(20));
    assert_eq!(start.elapsed(), 4 * SECOND);
    assert!(stream.next().await.is_none());
    assert_eq!(stream.summary().completeness(), Completeness::Failed);
    tokio::task::yield_now().await;
    assert_eq!(source.in_flight(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_cuts_a_long_wait_short() {
    let source = Arc::new(FakeSource::of(5).quirk(1, Quirk::RateLimited(Some(60 * SECOND))));
    let start = Instant::now();
    let mut stream = list_with(&source, &retrier(policy()))
        .deadline(5 * SECOND)
        .stream();
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Deadline);
    assert_eq!(start.elapsed(), 5 * SECOND);
    let last_failure = error.source().and_then(|source| source.downcast_ref());
    let kind = last_failure.map(crate::Error::kind);
    assert_eq!(kind, Some(ErrorKind::RateLimited));
}

/// Each of these overflowed the clock, and with it the task of a page or the consumer's own.
#[tokio::test(start_paused = true)]
async fn no_limit_is_too_long_for_the_clock() {
    let source = Arc::new(FakeSource::of(5));
    yields(list(&source, 10, 1).deadline(Duration::MAX), 5).await;

    let endless = policy()
        .base_delay(Duration::MAX)
        .max_delay(Duration::MAX)
        .max_rate_limit_wait(Duration::MAX);
    for quirk in [
        Quirk::RateLimited(Some(Duration::MAX)),
        Quirk::RateLimited(None),
        Quirk::Fail(ErrorKind::Server),
    ] {
        let source = Arc::new(FakeSource::of(5).quirk(1, quirk));
        let mut stream = list_with(&source, &retrier(endless.clone()))
            .deadline(3600 * SECOND)
            .stream();
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Deadline);
        assert_eq!(source.requested(), [1]);
    }
}

/// A consumer that polls on through every error sent thousands of requests a second.
#[tokio::test(start_paused = true)]
async fn polling_on_after_an_error_is_paced() {
    let mut source = FakeSource::of(5);
    for _ in 0..20 {
        source = source.quirk(1, Quirk::Fail(ErrorKind::Server));
    }
    let source = Arc::new(source);
    let policy = RetryPolicy::none();
    let start = Instant::now();
    let mut stream = list_with(&source, &retrier(policy)).stream();
    let mut errors = 0;
    while let Some(item) = stream.next().await {
        errors += u32::from(item.is_err());
    }
    assert_eq!((errors, source.requested().len()), (20, 21));
    // The shortest wait is 100 ms. The longest doubles up to 20 s.
    assert!(start.elapsed() > 20 * Duration::from_millis(100));
    assert!(start.elapsed() < 16 * 20 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn polling_on_after_a_rate_limit_waits_as_long_as_the_server_says_up_to_two_minutes() {
    for (requested, waited) in [(7, 7), (3600, 120)] {
        let limit = Quirk::RateLimited(Some(requested * SECOND));
        let source = Arc::new(FakeSource::of(5).quirk(1, limit));
        let start = Instant::now();
        let mut stream = list_with(&source, &retrier(RetryPolicy::none())).stream();
        assert!(stream.next().await.unwrap().is_err());
        assert_eq!(start.elapsed(), Duration::ZERO);
        assert_eq!(stream.count().await, 5);
        assert_eq!(start.elapsed(), waited * SECOND);
    }
}

/// The consumer's own time counts.
#[tokio::test(start_paused = true)]
async fn polling_on_late_waits_no_longer() {
    let limit = Quirk::RateLimited(Some(7 * SECOND));
    let source = Arc::new(FakeSource::of(5).quirk(1, limit));
    let start = Instant::now();
    let mut stream = list_with(&source, &retrier(RetryPolicy::none())).stream();
    assert!(stream.next().await.unwrap().is_err());
    tokio::time::sleep(10 * SECOND).await;
    assert_eq!(stream.count().await, 5);
    assert_eq!(start.elapsed(), 10 * SECOND);
}
