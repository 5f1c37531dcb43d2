//! Retry policy, retry budget and rate limit of a client, and the loop that applies them.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::clock::{Clock, Sleep};
use crate::error::{Error, ErrorKind, Result};

/// The longest wait that a server can impose before a reported failure is repeated.
const LONGEST_PAUSE: Duration = Duration::from_secs(120);

/// When and how often a failed request is sent again before its error is reported.
///
/// Retried are: 408, 429, every 5xx, connection failures, timeouts, and bodies that were cut short. Every other error would occur again. The wait before retry *n* is random between
/// zero and `base_delay × 2ⁿ⁻¹` ("full jitter"), at least [`min_delay`](Self::min_delay), at most
/// [`max_delay`](Self::max_delay). Where the server says how long to wait (`Retry-After`), the
/// wait is that long plus jitter; beyond [`max_retry_after`](Self::max_retry_after) the error is
/// reported with that time instead.
///
/// All clones of a client share one [`retry_budget`](Self::retry_budget), which bounds the load
/// on a failing service. A 429 pauses every request of the client.
///
/// ```
/// use std::time::Duration;
/// use atlas_snapshots::{Atlas, Credentials, RetryPolicy};
///
/// let policy = RetryPolicy::default()
///     .max_retries(9)
///     .max_delay(Duration::from_secs(60));
/// let atlas = Atlas::builder()
///     .credentials(Credentials::access_token("an-access-token"))
///     .retry_policy(policy) // or RetryPolicy::none()
///     .build()?;
/// # Ok::<(), atlas_snapshots::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a policy does nothing until it is given to a client"]
pub struct RetryPolicy {
    max_retries: u32,
    base_delay: Duration,
    min_delay: Duration,
    max_delay: Duration,
    max_retry_after: Duration,
    retry_budget: u32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_retries: 4,
            base_delay: Duration::from_millis(500),
            min_delay: Duration::from_millis(100),
            max_delay: Duration::from_secs(20),
            max_retry_after: Duration::from_secs(120),
            retry_budget: 100,
        }
    }
}

impl RetryPolicy {
    /// No retries: every failure is reported at once.
    pub fn none() -> Self {
        Self::default().max_retries(0)
    }

    /// How often a request is sent again before its failure is reported; default 4, 0 for never.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// The longest wait before the first retry, doubled for each further one; default 500 ms.
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// The shortest wait before any retry, also where the server requests none; default 100 ms.
    pub fn min_delay(mut self, delay: Duration) -> Self {
        self.min_delay = delay;
        self
    }

    /// The longest wait where the server requests none; default 20 s. It takes precedence over
    /// [`min_delay`](Self::min_delay).
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// The longest `Retry-After` to wait for; default 2 minutes. A longer one is reported as an
    /// error with [`Error::retry_after`](crate::Error::retry_after).
    pub fn max_retry_after(mut self, delay: Duration) -> Self {
        self.max_retry_after = delay;
        self
    }

    /// The number of retries that all clones of a client may make before successes earn further
    /// ones; default 100. Each retry takes one, and each successful request gives one back.
    pub fn retry_budget(mut self, retries: u32) -> Self {
        self.retry_budget = retries;
        self
    }

    /// Decides what follows after attempt number `attempt` failed with `error`.
    fn decide(&self, clock: &dyn Clock, attempt: u32, error: &Error) -> RetryDecision {
        let requested = error.retry_after();
        let too_long = requested.is_some_and(|wait| wait > self.max_retry_after);
        if !error.is_retryable() || attempt > self.max_retries || too_long {
            return RetryDecision::Fail;
        }
        let jitter = self.jitter(clock, attempt);
        let shortest = self.shortest();
        // Jitter is added to a requested wait, so that not all clients return at once.
        let wait = match requested {
            Some(wait) => wait.max(shortest).saturating_add(jitter),
            None => jitter.max(shortest),
        };
        let is_rate_limit = error.kind() == ErrorKind::RateLimited;
        RetryDecision::Retry {
            wait,
            pause: is_rate_limit.then(|| requested.map_or(wait, |wait| wait.max(shortest))),
        }
    }

    /// The random part of the wait after attempt number `attempt`.
    fn jitter(&self, clock: &dyn Clock, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1).min(31);
        let longest = self.base_delay.saturating_mul(1 << doublings);
        clock.jitter(longest.min(self.max_delay))
    }

    /// The shortest wait before a request is sent again.
    fn shortest(&self) -> Duration {
        self.min_delay.min(self.max_delay)
    }
}

/// What follows after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RetryDecision {
    Retry {
        /// The wait before the next attempt.
        wait: Duration,
        /// The pause of every other request of the client, after a rate limit.
        pause: Option<Duration>,
    },
    Fail,
}

/// Sends requests again as the policy says. All clones of a client share one.
#[derive(Debug)]
pub(crate) struct Retrier {
    policy: RetryPolicy,
    clock: Arc<dyn Clock>,
    /// Retries left.
    budget: AtomicU32,
    gate: RateGate,
}

impl Retrier {
    pub(crate) fn new(policy: RetryPolicy, clock: Arc<dyn Clock>) -> Self {
        Self {
            budget: AtomicU32::new(policy.retry_budget),
            policy,
            clock,
            gate: RateGate::default(),
        }
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The wait before a request is repeated whose `error` was reported after `attempts`
    /// attempts: what the server requested, up to two minutes, or a backoff. It applies with
    /// retries off too.
    pub(crate) fn pause_after(&self, error: &Error, attempts: u32) -> Duration {
        match error.retry_after() {
            Some(wait) => wait.min(LONGEST_PAUSE).max(self.policy.shortest()),
            None => self.backoff(attempts),
        }
    }

    /// The wait after attempt number `attempt`.
    pub(crate) fn backoff(&self, attempt: u32) -> Duration {
        let jitter = self.policy.jitter(&*self.clock, attempt);
        jitter.max(self.policy.shortest())
    }

    /// Calls `attempt` until it succeeds, fails for good, or the policy ends the retries, with
    /// the number of the attempt, counted from 1. Dropping the future cancels the attempt.
    pub(crate) async fn run<T, F>(&self, mut attempt: impl FnMut(u32) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let mut number = 0;
        loop {
            self.wait_for_rate_limit().await;
            number += 1;
            let error = match attempt(number).await {
                Ok(value) => {
                    self.record_success();
                    return Ok(value);
                }
                Err(error) => error,
            };
            let Some(wait) = self.on_failure(number, &error) else {
                return Err(error);
            };
            tracing::debug!(attempt = number, %error, "retrying");
            wait.await;
        }
    }

    async fn wait_for_rate_limit(&self) {
        self.gate.wait(&*self.clock).await;
    }

    /// Gives one retry back to the budget.
    fn record_success(&self) {
        let full = self.policy.retry_budget;
        let refund = |left: u32| (left < full).then(|| left + 1);
        // An error means that the budget is full.
        let _ = self
            .budget
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, refund);
    }

    /// The wait before the next attempt, or `None` where the failure is to be reported.
    fn on_failure(&self, attempt: u32, error: &Error) -> Option<Sleep> {
        let decision = self.policy.decide(&*self.clock, attempt, error);
        let RetryDecision::Retry { wait, pause } = decision else {
            return None;
        };
        if let Some(pause) = pause {
            self.gate.close_until(self.clock.moment_in(pause));
        }
        let take = |left: u32| left.checked_sub(1);
        self.budget
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
            .ok()
            .map(|_| self.clock.sleep_until(self.clock.moment_in(wait)))
    }
}

/// Pauses all requests of a client until a moment, after a 429.
#[derive(Debug, Default)]
struct RateGate {
    closed_until: Mutex<Option<Instant>>,
}

impl RateGate {
    /// Pauses requests until `moment`, or longer if they are paused longer already.
    fn close_until(&self, moment: Instant) {
        let mut closed_until = self.lock();
        *closed_until = (*closed_until).max(Some(moment));
    }

    /// Waits until requests may be sent. The pause may be extended meanwhile.
    async fn wait(&self, clock: &dyn Clock) {
        while let Some(moment) = self.opens_after(clock.now()) {
            clock.sleep_until(moment).await;
        }
    }

    fn opens_after(&self, now: Instant) -> Option<Instant> {
        self.lock().filter(|&moment| moment > now)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.closed_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::http::clock::SystemClock;

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
            .max_retry_after(Duration::from_secs(60))
    }

    /// The wait and the pause in milliseconds.
    fn wait(share: f64, attempt: u32, error: &Error) -> Option<(u128, Option<u128>)> {
        match policy().decide(&FixedJitter(share), attempt, error) {
            RetryDecision::Retry { wait, pause } => {
                Some((wait.as_millis(), pause.map(|pause| pause.as_millis())))
            }
            RetryDecision::Fail => None,
        }
    }

    #[test]
    fn waits_double_up_to_the_longest_and_never_fall_below_the_shortest() {
        let error = Error::new(ErrorKind::Server);
        let longest: Vec<_> = (1..=6).map(|n| wait(1.0, n, &error).unwrap().0).collect();
        assert_eq!(longest, [100, 200, 400, 800, 1000, 1000]);
        let half: Vec<_> = (1..=3).map(|n| wait(0.5, n, &error).unwrap().0).collect();
        assert_eq!(half, [50, 100, 200]);
        assert_eq!(wait(0.0, 1, &error), Some((30, None)));
        assert_eq!(wait(1.0, 39, &error), Some((1000, None)), "no overflow");
    }

    #[test]
    fn the_number_of_retries_is_exact() {
        let error = Error::new(ErrorKind::Connect);
        assert!(wait(1.0, 39, &error).is_some());
        assert!(wait(1.0, 40, &error).is_none());
        let none = RetryPolicy::none().decide(&FixedJitter(0.0), 1, &error);
        assert_eq!(none, RetryDecision::Fail);
    }

    #[test]
    fn only_errors_that_may_not_occur_again_are_retried() {
        for &kind in ErrorKind::KNOWN {
            let retried = matches!(
                kind,
                ErrorKind::RateLimited
                    | ErrorKind::Server
                    | ErrorKind::Timeout
                    | ErrorKind::Connect
            );
            let error = Error::new(kind);
            assert_eq!(wait(1.0, 1, &error).is_some(), retried, "{kind:?}");
        }
        let cut_short = Error::new(ErrorKind::Protocol).with_retryable(true);
        assert!(wait(1.0, 1, &cut_short).is_some());
    }

    #[test]
    fn a_requested_wait_is_respected_up_to_a_limit_and_pauses_all_requests() {
        let limited = |seconds| {
            Error::new(ErrorKind::RateLimited).with_retry_after(Some(Duration::from_secs(seconds)))
        };
        assert_eq!(wait(1.0, 1, &limited(7)), Some((7100, Some(7000))));
        assert_eq!(wait(0.0, 1, &limited(0)), Some((30, Some(30))));
        assert_eq!(wait(1.0, 1, &limited(60)), Some((60_100, Some(60_000))));
        assert_eq!(wait(1.0, 1, &limited(61)), None);
        let without = Error::new(ErrorKind::RateLimited);
        assert_eq!(wait(1.0, 2, &without), Some((200, Some(200))));
        let busy = Error::new(ErrorKind::Server).with_retry_after(Some(Duration::from_secs(3)));
        assert_eq!(wait(1.0, 1, &busy), Some((3100, None)));
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
        let limited = |seconds| {
            Error::new(ErrorKind::RateLimited).with_retry_after(Some(Duration::from_secs(seconds)))
        };
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

    #[tokio::test(start_paused = true)]
    async fn requests_are_paused_until_the_latest_moment() {
        let gate = RateGate::default();
        let start = Instant::now();
        gate.wait(&SystemClock).await;
        assert_eq!(start.elapsed(), Duration::ZERO);

        gate.close_until(start + Duration::from_secs(5));
        gate.close_until(start + Duration::from_secs(2));
        gate.wait(&SystemClock).await;
        assert_eq!(start.elapsed(), Duration::from_secs(5));
    }

    #[tokio::test(start_paused = true)]
    async fn extending_a_pause_holds_back_those_who_wait() {
        let gate = RateGate::default();
        let start = Instant::now();
        gate.close_until(start + Duration::from_secs(5));
        tokio::join!(gate.wait(&SystemClock), async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            gate.close_until(start + Duration::from_secs(9));
        });
        assert_eq!(start.elapsed(), Duration::from_secs(9));
    }
}
