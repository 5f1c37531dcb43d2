//! Which failures are retried, when, and how often.

use std::time::SystemTime;

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

fn retrier(policy: RetryPolicy, share: f64) -> Retrier {
    Retrier::new(policy, Arc::new(FixedJitter(share)))
}

/// The wait in milliseconds after this failure, which follows others.
fn wait(share: f64, failures: u32, error: &Error) -> Option<u128> {
    let mut used = Used {
        failures: failures - 1,
        ..Used::default()
    };
    let wait = retrier(policy(), share).on_failure(&mut used, error);
    wait.map(|wait| wait.as_millis())
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
        assert_eq!(none.on_failure(&mut Used::default(), &error), None);
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
    let (retrier, mut used) = (retrier(policy(), 0.0), Used::default());
    assert!(retrier.on_failure(&mut used, &busy(40)).is_some());
    assert!(retrier.on_failure(&mut used, &busy(20)).is_some());
    assert!(retrier.on_failure(&mut used, &busy(1)).is_none());
}

/// Runs `attempts` that all fail with `error`, and returns their number, the seconds they
/// took, and the last error.
async fn exhaust(retrier: &Retrier, error: impl Fn(u32) -> Error) -> (u32, f64, Error) {
    let (start, mut attempts) = (Instant::now(), 0);
    let failed = retrier.run(|number| {
        attempts = number;
        std::future::ready(Err::<(), _>(error(number)))
    });
    let error = failed.await.unwrap_err();
    (attempts, start.elapsed().as_secs_f64(), error)
}

fn with_system_clock(policy: RetryPolicy) -> Retrier {
    Retrier::new(policy, Arc::new(SystemClock))
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
        let (attempts, seconds, error) = exhaust(&retrier, |_| limited.clone()).await;
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
    let (attempts, _, error) = exhaust(&retrier, |attempt| match attempt {
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
        retrier
            .run(|number| {
                retrier
                    .gate
                    .close_until(Instant::now() + Duration::from_secs(50));
                std::future::ready(if number == 1 {
                    Err(limited(50))
                } else {
                    Ok(())
                })
            })
            .await
    };
    let held_back = async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        let later = Instant::now() + Duration::from_secs(61);
        retrier.gate.close_until(later);
        exhaust(&retrier, |_| Error::new(ErrorKind::Server)).await
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
struct Bucket {
    /// The tokens taken since the start.
    taken: AtomicU32,
    requests: AtomicU32,
}

impl Bucket {
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
    let (bucket, start) = (Bucket::default(), Instant::now());
    let requests = (0..500).map(|_| retrier.run(|_| bucket.request(start)));
    for response in futures::future::join_all(requests).await {
        response.unwrap();
    }
    // All are sent once at first, and then few at a time.
    let requests = bucket.requests.load(Ordering::Relaxed);
    assert!(requests < 2_000, "{requests}");
}

#[tokio::test]
async fn retries_run_out_and_successes_earn_them_back() {
    let policy = policy().retry_budget(2);
    let retrier = Retrier::new(policy, Arc::new(FixedJitter(0.0)));
    let attempts_until_failure = async || {
        let mut attempts = 0;
        let failed = retrier.run(|number| {
            attempts = number;
            std::future::ready(Err::<(), _>(Error::new(ErrorKind::Server)))
        });
        failed.await.unwrap_err();
        attempts
    };
    let succeed = || retrier.run(|_| std::future::ready(Ok(())));
    succeed().await.unwrap();
    assert_eq!(attempts_until_failure().await, 3, "never beyond the budget");
    assert_eq!(attempts_until_failure().await, 1);
    succeed().await.unwrap();
    assert_eq!(attempts_until_failure().await, 2);
}

#[test]
fn a_reported_failure_is_repeated_after_a_backoff_or_the_wait_of_the_server() {
    let busy = || Error::new(ErrorKind::Server);
    for policy in [policy(), policy().max_retries(0)] {
        let pause = |share, error: Error, attempts| {
            let retrier = Retrier::new(policy.clone(), Arc::new(FixedJitter(share)));
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
