//! Which failures are retried, when, and how often.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::*;
use crate::http::clock::{Sleep, SystemClock};

/// A clock whose jitter is always the same share of the longest wait.
#[derive(Debug)]
struct FixedJitter(f64);

impl Clock for FixedJitter {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn wall_clock(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep_until(&self, _: Instant) -> Sleep {
        Box::pin(std::future::ready(()))
    }

    fn jitter(&self, longest: Duration) -> Duration {
        longest.mul_f64(self.0)
    }
}

fn policy() -> RetryPolicy {
    RetryPolicy::default()
        .max_retries(39)
        .base_delay(Duration::from_millis(100))
        .min_delay(Duration::from_millis(30))
        .max_delay(Duration::from_secs(1))
        .max_rate_limit_wait(Duration::from_secs(60))
}

fn retrier(policy: RetryPolicy, share: f64) -> Arc<Retrier> {
    Arc::new(Retrier::new(policy, Arc::new(FixedJitter(share))))
}

static THINGS: BucketKey = BucketKey::of_endpoints("things");

/// A request that has been sent once.
fn sent(retrier: &Arc<Retrier>) -> RetryLoop {
    let request = unlimited(retrier);
    let bucket = retrier.buckets.get(&THINGS, Instant::now());
    request.used().bucket = Some(bucket);
    request
}

fn unlimited(retrier: &Arc<Retrier>) -> RetryLoop {
    in_slots(retrier, &Slots::default())
}

fn in_slots(retrier: &Arc<Retrier>, slots: &Slots) -> RetryLoop {
    let (attempts, counter) = (Attempts::default(), RequestCounter::default());
    RetryLoop::new(retrier, slots.clone(), &attempts, &counter)
}

/// The wait in milliseconds after this failure, which follows others.
fn wait(share: f64, failures: u32, error: &Error) -> Option<u128> {
    let request = sent(&retrier(policy(), share));
    request.used().failures = failures - 1;
    request.on_failure(error).map(|wait| wait.as_millis())
}

fn limited(seconds: u64) -> Error {
    Error::new(ErrorKind::RateLimited).with_retry_after(Some(Duration::from_secs(seconds)))
}

#[test]
fn waits_double_up_to_the_longest_and_never_fall_below_the_shortest() {
    let error = Error::new(ErrorKind::Server);
    let longest: Vec<_> = (1..=6).map(|n| wait(1.0, n, &error).unwrap()).collect();
    assert_eq!(longest, [100, 200, 400, 800, 1000, 1000]);
    let half: Vec<_> = (1..=3).map(|n| wait(0.5, n, &error).unwrap()).collect();
    assert_eq!(half, [50, 100, 200]);
    assert_eq!(wait(0.0, 1, &error), Some(30));
    assert_eq!(wait(1.0, 39, &error), Some(1000), "no overflow");
}

#[test]
fn the_number_of_retries_is_exact() {
    let error = Error::new(ErrorKind::Connect);
    assert!(wait(1.0, 39, &error).is_some());
    assert!(wait(1.0, 40, &error).is_none());
    let none = retrier(RetryPolicy::none(), 0.0);
    for error in [error, limited(1)] {
        assert_eq!(sent(&none).on_failure(&error), None);
    }
}

#[test]
fn only_errors_that_may_not_occur_again_are_retried() {
    for &kind in ErrorKind::KNOWN {
        let retried = matches!(
            kind,
            ErrorKind::RateLimited | ErrorKind::Server | ErrorKind::Timeout | ErrorKind::Connect
        );
        let error = Error::new(kind);
        assert_eq!(wait(1.0, 1, &error).is_some(), retried, "{kind:?}");
        let error = error.with_retries_done(0);
        assert_eq!(wait(1.0, 1, &error), None, "{kind:?}");
    }
    let cut_short = Error::new(ErrorKind::Protocol).with_retryable(true);
    assert!(wait(1.0, 1, &cut_short).is_some());
}

#[test]
fn a_requested_wait_is_respected_up_to_a_limit_in_all() {
    let busy = |seconds| {
        Error::new(ErrorKind::Server).with_retry_after(Some(Duration::from_secs(seconds)))
    };
    assert_eq!(wait(1.0, 1, &busy(3)), Some(3100));
    assert_eq!(wait(0.0, 1, &busy(0)), Some(30));
    assert_eq!(wait(1.0, 1, &busy(60)), Some(60_100));
    assert_eq!(wait(1.0, 1, &busy(61)), None);
    let request = sent(&retrier(policy(), 0.0));
    assert!(request.on_failure(&busy(40)).is_some());
    assert!(request.on_failure(&busy(20)).is_some());
    assert!(request.on_failure(&busy(1)).is_none());
}

/// Runs `attempts` that all fail with `error`, and returns their number, the seconds they
/// took, and the last error.
async fn exhaust(
    retrier: &Arc<Retrier>,
    bucket: &BucketKey,
    error: impl Fn(u32) -> Error,
) -> (u32, f64, Error) {
    let (start, attempts) = (Instant::now(), Attempts::default());
    let fail = || std::future::ready(Err::<(), _>(error(attempts.get())));
    let failed = retrier.run(bucket, &attempts, fail).await;
    let seconds = start.elapsed().as_secs_f64();
    (attempts.get(), seconds, failed.unwrap_err())
}

fn with_system_clock(policy: RetryPolicy) -> Arc<Retrier> {
    Arc::new(Retrier::new(policy, Arc::new(SystemClock)))
}

fn close(retrier: &Retrier, bucket: &BucketKey, seconds: u64) {
    let now = Instant::now();
    let bucket = retrier.buckets.get(bucket, now);
    bucket.gate.close_until(now + Duration::from_secs(seconds));
}

#[tokio::test(start_paused = true)]
async fn rate_limits_are_waited_for_two_minutes_in_all_and_cost_no_retry() {
    let policy = RetryPolicy::default().max_retries(1).retry_budget(0);
    // The wait of the server, or none; with the fewest and the most requests it can take.
    for (requested, fewest, most) in [
        (Some(120), 2, 2),
        (Some(50), 3, 3),
        (Some(7), 7, 18),
        (Some(0), 10, 40),
        (None, 10, 40),
        (Some(121), 1, 1),
    ] {
        let retrier = with_system_clock(policy.clone());
        let limited = requested.map_or_else(|| Error::new(ErrorKind::RateLimited), limited);
        let (attempts, seconds, error) = exhaust(&retrier, &THINGS, |_| limited.clone()).await;
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert_eq!(error.retry_after(), requested.map(Duration::from_secs));
        assert!(seconds <= 120.1, "{requested:?}: {seconds}");
        let expected = fewest..=most;
        assert!(expected.contains(&attempts), "{requested:?}: {attempts}");
    }
}

/// Their number would have no end, since rate limits cost no retry.
#[tokio::test(start_paused = true)]
async fn rate_limits_are_waited_for_even_by_a_policy_without_waits() {
    let policy = RetryPolicy::default()
        .base_delay(Duration::ZERO)
        .min_delay(Duration::ZERO)
        .max_delay(Duration::ZERO);
    let retrier = with_system_clock(policy);
    let (attempts, _, error) = exhaust(&retrier, &THINGS, |attempt| match attempt {
        2_000 => Error::new(ErrorKind::Internal),
        _ => limited(0),
    })
    .await;
    assert_eq!((attempts, error.kind()), (1_201, ErrorKind::RateLimited));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_others_hold_back_is_not_sent_and_reports_the_wait() {
    let retrier = with_system_clock(policy());
    let attempt = async {
        let attempts = Attempts::default();
        let limited_once = || {
            close(&retrier, &THINGS, 50);
            let is_first = attempts.get() == 1;
            std::future::ready(if is_first { Err(limited(50)) } else { Ok(()) })
        };
        retrier.run(&THINGS, &attempts, limited_once).await
    };
    let held_back = async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        close(&retrier, &THINGS, 61);
        exhaust(&retrier, &THINGS, |_| Error::new(ErrorKind::Server)).await
    };
    let (limited, (attempts, seconds, error)) = tokio::join!(attempt, held_back);
    assert_eq!((attempts, seconds), (0, 0.0));
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(61)));
    assert!(error.to_string().contains("the request was not sent"));
    // Its own error, with the wait that the others made longer.
    let wait = limited.unwrap_err().retry_after().unwrap();
    assert!(wait > Duration::from_secs(10), "{wait:?}");
}

/// A service that allows ten requests a second, and responds after 20 ms.
#[derive(Default)]
struct TokenBucket {
    /// The tokens taken since the start.
    taken: AtomicU32,
    requests: AtomicU32,
}

impl TokenBucket {
    async fn request(&self, start: Instant) -> Result<()> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(20)).await;
        let tokens = u32::try_from(start.elapsed().as_millis() / 100).unwrap() + 10;
        // It holds ten tokens at most.
        let taken = self
            .taken
            .load(Ordering::Relaxed)
            .max(tokens.saturating_sub(10));
        if taken == tokens {
            return Err(limited(1));
        }
        self.taken.store(taken + 1, Ordering::Relaxed);
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn five_hundred_requests_at_once_get_past_a_rate_limit() {
    let retrier = with_system_clock(RetryPolicy::default());
    let (bucket, start) = (TokenBucket::default(), Instant::now());
    let requests = (0..500).map(|_| async {
        let attempts = Attempts::default();
        let request = || bucket.request(start);
        retrier.run(&THINGS, &attempts, request).await
    });
    for response in futures::future::join_all(requests).await {
        response.unwrap();
    }
    // All are sent once at first, and then few at a time.
    let requests = bucket.requests.load(Ordering::Relaxed);
    assert!(requests < 2_000, "{requests}");
}

#[tokio::test]
async fn retries_of_a_bucket_run_out_and_its_successes_earn_them_back() {
    let retrier = retrier(policy().retry_budget(2), 0.0);
    let other = BucketKey::of_scope("other", "things");
    let attempts_until_failure = async |bucket| {
        let (attempts, ..) = exhaust(&retrier, bucket, |_| Error::new(ErrorKind::Server)).await;
        attempts
    };
    let succeed = async |bucket| {
        let succeeded = || std::future::ready(Ok(()));
        let attempts = Attempts::default();
        retrier.run(bucket, &attempts, succeeded).await.unwrap();
    };
    succeed(&THINGS).await;
    let exhausted = attempts_until_failure(&THINGS).await;
    assert_eq!(exhausted, 3, "never beyond the budget");
    assert_eq!(attempts_until_failure(&THINGS).await, 1);
    succeed(&other).await;
    assert_eq!(attempts_until_failure(&THINGS).await, 1);
    assert_eq!(attempts_until_failure(&other).await, 3);
    succeed(&THINGS).await;
    assert_eq!(attempts_until_failure(&THINGS).await, 2);
    assert_eq!(attempts_until_failure(&other).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_pauses_the_requests_of_its_bucket_alone() {
    let retrier = with_system_clock(RetryPolicy::default());
    let bucket = |scope, endpoints| BucketKey::of_scope(scope, endpoints);
    let limited_bucket = bucket("one", "things");
    let attempts = Attempts::default();
    let limited_once = || async {
        match attempts.get() {
            1 => Err(limited(30)),
            _ => Ok(()),
        }
    };
    let start = Instant::now();
    let limited = retrier.run(&limited_bucket, &attempts, limited_once);
    let others = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let same = Attempts::default();
        let succeed = || std::future::ready(Ok(start.elapsed().as_secs()));
        for other in [
            bucket("two", "things"),
            bucket("one", "others"),
            THINGS.clone(),
        ] {
            assert_eq!(retrier.pauses(&other).paused_for, None);
            assert_eq!(retrier.run(&other, &same, succeed).await.unwrap(), 1);
        }
        let paused_for = retrier.pauses(&limited_bucket).paused_for.unwrap();
        assert_eq!(paused_for, Duration::from_secs(29));
        let sent_at = retrier.run(&limited_bucket, &same, succeed).await.unwrap();
        assert!((30..32).contains(&sent_at), "{sent_at}");
    };
    let (limited, ()) = tokio::join!(limited, others);
    limited.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_request_that_waits_for_its_bucket_or_for_a_retry_holds_no_slot() {
    for error in [limited(30), Error::new(ErrorKind::Server)] {
        let retrier = with_system_clock(policy().min_delay(Duration::from_secs(1)));
        let limit = Arc::new(Semaphore::new(1));
        let slots = Slots::new(Arc::clone(&limit));
        let fails = AtomicU32::new(1);
        let send = async |bucket: BucketKey, error: Error| {
            let request = in_slots(&retrier, &slots);
            let attempt = || async {
                let _admitted = request.admit(&bucket).await?;
                assert_eq!(limit.available_permits(), 0);
                tokio::time::sleep(Duration::from_millis(100)).await;
                match fails.fetch_sub(1, Ordering::Relaxed) {
                    1 => Err(error.clone()),
                    _ => Ok(()),
                }
            };
            request.run(attempt).await.unwrap();
            Instant::now()
        };
        let start = Instant::now();
        let failing = send(THINGS.clone(), error.clone());
        let other = async {
            tokio::time::sleep(Duration::from_millis(150)).await;
            assert_eq!(limit.available_permits(), 1);
            send(BucketKey::of_endpoints("others"), error.clone()).await
        };
        let (failing, other) = tokio::join!(failing, other);
        assert_eq!(other - start, Duration::from_millis(250), "{error}");
        assert!(failing - start >= Duration::from_secs(1), "{error}");
        assert_eq!(limit.available_permits(), 1);
    }
}

/// The slot can take longer than the pause of the bucket that began meanwhile.
#[tokio::test(start_paused = true)]
async fn a_bucket_that_is_paused_while_a_slot_is_waited_for_is_waited_for_again() {
    let retrier = with_system_clock(policy());
    let limit = Arc::new(Semaphore::new(1));
    let slots = Slots::new(Arc::clone(&limit));
    let busy = slots.acquire().await.unwrap();
    let start = Instant::now();
    let request = in_slots(&retrier, &slots);
    let waiting = request.admit(&THINGS);
    let meanwhile = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        close(&retrier, &THINGS, 10);
        drop(busy);
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(limit.available_permits(), 1);
    };
    let (admitted, ()) = tokio::join!(waiting, meanwhile);
    assert_eq!(admitted.unwrap().attempt, 1);
    assert!(start.elapsed() >= Duration::from_secs(11));
}

#[tokio::test(start_paused = true)]
async fn the_slot_of_the_first_request_is_given_back_where_its_bucket_is_paused() {
    let retrier = with_system_clock(policy());
    let limit = Arc::new(Semaphore::new(1));
    let first = Arc::clone(&limit).acquire_owned().await.unwrap();
    let slots = Slots::new(Arc::clone(&limit)).with_first(first);
    let request = in_slots(&retrier, &slots);
    close(&retrier, &THINGS, 10);
    let meanwhile = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(limit.available_permits(), 1);
    };
    let (admitted, ()) = tokio::join!(request.admit(&THINGS), meanwhile);
    let _admitted = admitted.unwrap();
    assert_eq!(limit.available_permits(), 0);
}

#[test]
fn a_reported_failure_is_repeated_after_a_backoff_or_the_wait_of_the_server() {
    let busy = || Error::new(ErrorKind::Server);
    for policy in [policy(), policy().max_retries(0)] {
        let pause = |share, error: Error, attempts| {
            let retrier = retrier(policy.clone(), share);
            retrier.pause_after(&error, attempts).as_millis()
        };
        let backoffs = [0, 1, 2, 5, u32::MAX].map(|attempts| pause(1.0, busy(), attempts));
        assert_eq!(backoffs, [100, 100, 200, 1000, 1000]);
        assert_eq!(pause(0.0, busy(), 1), 30, "never below the shortest");
        assert_eq!(pause(1.0, limited(0), 1), 30);
        assert_eq!(pause(1.0, limited(7), 1), 7_000);
        assert_eq!(pause(1.0, limited(3600), 1), 120_000);
    }
}
