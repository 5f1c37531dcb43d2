//! Patience: what is tried again, when, and for whom.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use tokio::time::Instant;

use super::fake::{FakeAtlas, Quirk, listing, listing_with, number};
use crate::listing::RateLimit;
use crate::listing::summary::Ending;
use crate::{ErrorKind, Listing, RetryPolicy};

const SECOND: Duration = Duration::from_secs(1);

/// Waits without chance, as long as full jitter may.
fn policy() -> RetryPolicy {
    RetryPolicy::default()
        .base_delay(SECOND)
        .min_delay(SECOND)
        .max_delay(SECOND)
}

async fn delivers(listing: Listing, count: u64) {
    let delivered: Vec<u64> = listing
        .stream()
        .map_ok(|snapshot| number(&snapshot))
        .try_collect()
        .await
        .unwrap();
    assert_eq!(delivered, (1..=count).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn passing_failures_are_not_even_noticed() {
    let atlas = Arc::new(
        FakeAtlas::of(45)
            .quirk(1, Quirk::Fail(ErrorKind::Timeout))
            .quirk(2, Quirk::Fail(ErrorKind::Server))
            .quirk(2, Quirk::Fail(ErrorKind::Connect))
            .quirk(5, Quirk::Limited(None)),
    );
    let mut snapshots = listing_with(&atlas, 10, 2, policy()).stream();
    let delivered = snapshots.by_ref().try_collect::<Vec<_>>().await.unwrap();
    assert_eq!(delivered.len(), 45);
    let summary = snapshots.summary();
    assert_eq!(
        (summary.requests(), summary.retries(), summary.pages()),
        (9, 4, 5)
    );
    assert_eq!(summary.ending(), Ending::Unverified);
    let mut asked = atlas.asked();
    asked.sort_unstable();
    assert_eq!(asked, [1, 1, 2, 2, 2, 3, 4, 5, 5]);
}

#[tokio::test(start_paused = true)]
async fn attempts_run_out_and_polling_again_grants_new_ones() {
    let mut atlas = FakeAtlas::of(5);
    for _ in 0..4 {
        atlas = atlas.quirk(1, Quirk::Fail(ErrorKind::Server));
    }
    let atlas = Arc::new(atlas);
    let policy = policy().max_attempts(NonZeroU32::new(3).unwrap());
    let start = Instant::now();
    let mut snapshots = listing_with(&atlas, 10, 1, policy).stream();
    let error = snapshots.next().await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Server, Some(3))
    );
    assert_eq!(start.elapsed(), 2 * SECOND);
    assert_eq!(snapshots.count().await, 5);
    assert_eq!(atlas.asked(), [1, 1, 1, 1, 1]);
    assert_eq!(start.elapsed(), 3 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn one_call_switches_retries_off() {
    let atlas = Arc::new(FakeAtlas::of(5).quirk(1, Quirk::Limited(Some(SECOND))));
    let mut snapshots = listing_with(&atlas, 10, 1, RetryPolicy::none()).stream();
    let error = snapshots.next().await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::RateLimited, Some(1))
    );
    assert_eq!(error.retry_after(), Some(SECOND));
    assert_eq!(atlas.asked(), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_holds_back_every_listing_of_the_client() {
    let atlas = Arc::new(FakeAtlas::of(5).quirk(1, Quirk::Limited(Some(30 * SECOND))));
    let first = listing_with(&atlas, 10, 1, policy());
    let second = Listing::new(
        Arc::clone(&atlas) as _,
        Arc::clone(&first.patience),
        first.plan.scope.clone(),
    );
    let start = Instant::now();
    let first = tokio::spawn(delivers(first, 5));
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    assert_eq!(atlas.asked(), [1]);
    delivers(second, 5).await;
    assert!(
        start.elapsed() >= 30 * SECOND,
        "the second listing waited too"
    );
    first.await.unwrap();
    assert!(start.elapsed() < 32 * SECOND);
    assert_eq!(atlas.asked().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_patience_is_told_and_not_waited() {
    let atlas = Arc::new(FakeAtlas::of(5).quirk(1, Quirk::Limited(Some(3600 * SECOND))));
    let start = Instant::now();
    let mut snapshots = listing_with(&atlas, 10, 1, policy()).stream();
    let error = snapshots.next().await.unwrap().unwrap_err();
    assert_eq!(error.retry_after(), Some(3600 * SECOND));
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_budget_is_shared_and_earned_back() {
    let mut atlas = FakeAtlas::of(95);
    for _ in 0..3 {
        atlas = atlas.quirk(1, Quirk::Fail(ErrorKind::Server));
    }
    for page in 2..=8 {
        atlas = atlas.quirk(page, Quirk::Fail(ErrorKind::Server));
    }
    let atlas = Arc::new(atlas);
    let mut snapshots = listing_with(&atlas, 10, 1, policy().budget(2)).stream();
    let error = snapshots.next().await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Server, Some(3))
    );
    // From here on every page fails once and succeeds once: it pays its own way.
    assert_eq!(snapshots.try_collect::<Vec<_>>().await.unwrap().len(), 95);
}

#[tokio::test(start_paused = true)]
async fn where_counting_fails_the_page_is_asked_for_without() {
    for policy in [policy(), RetryPolicy::none()] {
        let atlas = Arc::new(FakeAtlas {
            counting_fails: true,
            ..FakeAtlas::of(25)
        });
        let start = Instant::now();
        delivers(listing_with(&atlas, 10, 1, policy), 25).await;
        // Once counting has failed it is not tried again. A short page that could not say
        // whether it is the last earns one probe.
        assert_eq!(atlas.asked(), [1, 1, 2, 3, 4]);
        assert_eq!(atlas.counted(), [true, false, false, false, false]);
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn the_window_narrows_before_the_bucket_is_empty() {
    for (left, width) in [(0, 1), (1, 1), (3, 1), (4, 2), (9, 4), (1000, 8)] {
        let atlas = Arc::new(FakeAtlas {
            rate_limit: Some(RateLimit::new(Some(1200), left)),
            delays: vec![10; 30],
            ..FakeAtlas::of(295)
        });
        delivers(listing(&atlas, 10, 8), 295).await;
        assert_eq!(atlas.most_in_flight.load(Ordering::SeqCst), width, "{left}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_the_listing_and_hands_out_what_has_arrived() {
    let atlas = Arc::new(FakeAtlas {
        delays: vec![1000, 1000, 3000],
        ..FakeAtlas::of(25)
    });
    let start = Instant::now();
    let mut snapshots = listing(&atlas, 10, 1).deadline(4 * SECOND).stream();
    let good = snapshots.by_ref().take(20).try_collect::<Vec<_>>().await;
    assert_eq!(good.unwrap().len(), 20);
    let error = snapshots.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.page()), (ErrorKind::Deadline, Some(3)));
    assert_eq!(error.delivered(), Some(20));
    assert_eq!(start.elapsed(), 4 * SECOND);
    assert!(snapshots.next().await.is_none());
    assert_eq!(snapshots.summary().ending(), Ending::Failed);
    tokio::task::yield_now().await;
    assert_eq!(atlas.in_flight(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_cuts_a_long_wait_short() {
    let atlas = Arc::new(FakeAtlas::of(5).quirk(1, Quirk::Limited(Some(60 * SECOND))));
    let start = Instant::now();
    let mut snapshots = listing_with(&atlas, 10, 1, policy())
        .deadline(5 * SECOND)
        .stream();
    let error = snapshots.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Deadline);
    assert_eq!(start.elapsed(), 5 * SECOND);
}

/// Each of these overflowed the clock, and with it the task of a page or the consumer's own.
#[tokio::test(start_paused = true)]
async fn no_limit_is_too_long_for_the_clock() {
    let atlas = Arc::new(FakeAtlas::of(5));
    delivers(listing(&atlas, 10, 1).deadline(Duration::MAX), 5).await;

    let endless = policy()
        .base_delay(Duration::MAX)
        .max_delay(Duration::MAX)
        .max_retry_after(Duration::MAX);
    for quirk in [
        Quirk::Limited(Some(Duration::MAX)),
        Quirk::Limited(None),
        Quirk::Fail(ErrorKind::Server),
    ] {
        let atlas = Arc::new(FakeAtlas::of(5).quirk(1, quirk));
        let mut snapshots = listing_with(&atlas, 10, 1, endless.clone())
            .deadline(3600 * SECOND)
            .stream();
        let error = snapshots.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Deadline);
        assert_eq!(atlas.asked(), [1]);
    }
}
