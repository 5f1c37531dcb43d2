//! The loop that sends requests again, within the retry budget and the rate limit of their bucket.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::attempts::{Attempts, RequestCounter};
use super::bucket::{Bucket, BucketKey, Buckets};
use super::clock::Clock;
use super::retry_policy::RetryPolicy;
use super::slots::{Slot, Slots};
use crate::error::{Error, ErrorKind, Result};

/// The shortest wait after a rate limit, whatever the policy says.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// The longest wait that a server can impose before a reported failure is repeated.
const LONGEST_PAUSE: Duration = Duration::from_secs(120);

/// Sends requests again as the policy says. All clones of a client share one.
#[derive(Debug)]
pub(crate) struct Retrier {
    policy: RetryPolicy,
    clock: Arc<dyn Clock>,
    buckets: Buckets,
}

impl Retrier {
    pub(crate) fn new(policy: RetryPolicy, clock: Arc<dyn Clock>) -> Self {
        Self {
            buckets: Buckets::new(policy.retry_budget),
            policy,
            clock,
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

    /// The pauses of a bucket.
    pub(crate) fn pauses(&self, bucket: &BucketKey) -> Pauses {
        let bucket = self.buckets.existing(bucket);
        bucket.map_or_else(Pauses::default, |bucket| Pauses {
            paused_for: bucket.gate.closed_for(self.clock.now()),
            count: bucket.gate.closings(),
        })
    }

    /// Sends one request of `bucket` with retries, outside of any limit of requests in flight.
    /// `attempt` sends it once. Dropping the future cancels it.
    pub(crate) async fn run<T, F>(
        self: &Arc<Self>,
        bucket: &BucketKey,
        attempts: &Attempts,
        attempt: impl Fn() -> F,
    ) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let counter = RequestCounter::default();
        let request = RetryLoop::new(self, Slots::default(), attempts, &counter);
        let admitted = async || {
            attempts.expect_next();
            request.admit(bucket).await?;
            attempt().await
        };
        request.run(admitted).await
    }
}

/// The pauses of a bucket after rate limits.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pauses {
    /// How long requests are paused yet; `None` where they may be sent.
    pub(crate) paused_for: Option<Duration>,
    /// How many pauses there were, as long as the bucket is remembered.
    pub(crate) count: u64,
}

/// The retries of one request. Clones are of the same request.
#[derive(Debug, Clone)]
pub(crate) struct RetryLoop {
    retrier: Arc<Retrier>,
    slots: Slots,
    attempts: Attempts,
    counter: RequestCounter,
    used: Arc<Mutex<Used>>,
}

/// What one request has used up of its policy.
#[derive(Debug, Default)]
struct Used {
    /// Attempts that failed otherwise than by a rate limit.
    failures: u32,
    /// Waits for a rate limit, of this request or of another one.
    pauses: u32,
    /// Waits that servers imposed.
    waited: Duration,
    /// The bucket of the attempt that was sent last.
    bucket: Option<Arc<Bucket>>,
    /// The number of the attempt that was sent last, and its error.
    failed: Option<(u32, Error)>,
    /// Whether the request may not wait as long as it would have to.
    is_refused: bool,
}

/// A request that may be sent. It is in flight until this is dropped.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// The number of the attempt, counted from 1.
    pub(crate) attempt: u32,
    _slot: Option<Slot>,
}

impl RetryLoop {
    pub(crate) fn new(
        retrier: &Arc<Retrier>,
        slots: Slots,
        attempts: &Attempts,
        counter: &RequestCounter,
    ) -> Self {
        Self {
            retrier: Arc::clone(retrier),
            slots,
            attempts: attempts.clone(),
            counter: counter.clone(),
            used: Arc::default(),
        }
    }

    /// Calls `attempt` until it succeeds, fails for good, or the policy ends the retries. Each
    /// attempt must be [admitted](Self::admit) before it is sent. Dropping the future cancels it.
    pub(crate) async fn run<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let mut number = 0;
        loop {
            number += 1;
            let error = match attempt().await {
                Ok(value) => {
                    if let Some(bucket) = &self.used().bucket {
                        bucket.record_success();
                    }
                    return Ok(value);
                }
                Err(error) => error,
            };
            let Some(wait) = self.on_failure(&error) else {
                return Err(error);
            };
            self.used().failed = Some((number, error));
            if !wait.is_zero() {
                self.sleep(wait).await;
            }
        }
    }

    /// Waits until a request of `bucket` may be sent, and for a slot. No slot is held while the
    /// bucket is waited for.
    ///
    /// # Errors
    ///
    /// Those of the last attempt, or of a request that was not sent, where this one may not wait
    /// as long as it would have to.
    pub(crate) async fn admit(&self, bucket: &BucketKey) -> Result<Admitted> {
        let clock = self.retrier.clock();
        let bucket = self.retrier.buckets.get(bucket, clock.now());
        let slot = loop {
            self.wait_for_rate_limit(&bucket).await?;
            let slot = self.slots.acquire().await;
            if bucket.gate.closed_for(clock.now()).is_none() {
                break slot;
            }
        };
        self.used().bucket = Some(bucket);
        Ok(Admitted {
            attempt: self.attempts.begin(&self.counter),
            _slot: slot,
        })
    }

    /// Waits until requests may be sent, and a random time longer, so that not all requests that
    /// wait are sent at once. The first of them that is rejected makes the others wait again.
    async fn wait_for_rate_limit(&self, bucket: &Bucket) -> Result<()> {
        let clock = self.retrier.clock();
        while let Some(closed_for) = bucket.gate.closed_for(clock.now()) {
            self.slots.take_first();
            self.sleep(self.pause(closed_for)?).await;
        }
        Ok(())
    }

    /// The wait of a request whose bucket is paused, which it uses up.
    fn pause(&self, closed_for: Duration) -> Result<Duration> {
        let mut used = self.used();
        let left = self.wait_left(&used);
        if closed_for > left {
            used.is_refused = true;
            let failed = used.failed.take();
            let error = failed.map_or_else(not_sent, |(_, error)| error);
            return Err(error.with_retry_after(Some(closed_for)));
        }
        used.pauses = used.pauses.saturating_add(1);
        let retrier = &self.retrier;
        let jitter = retrier.policy.jitter(retrier.clock(), used.pauses);
        let wait = closed_for.saturating_add(jitter).min(left);
        used.waited = used.waited.saturating_add(wait);
        Ok(wait)
    }

    async fn sleep(&self, wait: Duration) {
        report_wait(self.used().failed.as_ref(), wait);
        let clock = self.retrier.clock();
        clock.sleep_until(clock.moment_in(wait)).await;
    }

    /// How much longer a request may wait because of what servers say.
    fn wait_left(&self, used: &Used) -> Duration {
        let longest = self.retrier.policy.max_rate_limit_wait;
        longest.saturating_sub(used.waited)
    }

    /// The wait before the next attempt, or `None` where the failure is to be reported. After a
    /// rate limit the wait is that of the bucket.
    fn on_failure(&self, error: &Error) -> Option<Duration> {
        let Retrier { policy, clock, .. } = &*self.retrier;
        let mut used = self.used();
        if policy.max_retries == 0 || !error.is_retryable() || error.retries_done().is_some() {
            return None;
        }
        if used.is_refused {
            return None;
        }
        let bucket = Arc::clone(used.bucket.as_ref()?);
        let requested = error.retry_after().map(|wait| wait.max(policy.shortest()));
        if error.kind() == ErrorKind::RateLimited {
            let pause = requested.unwrap_or_else(|| policy.shortest());
            let pause = pause.max(SHORTEST_PAUSE);
            if pause > self.wait_left(&used) {
                return None;
            }
            bucket.gate.close_until(clock.moment_in(pause));
            return Some(Duration::ZERO);
        }
        used.failures += 1;
        if used.failures > policy.max_retries {
            return None;
        }
        let jitter = policy.jitter(&**clock, used.failures);
        let wait = match requested {
            Some(wait) if wait > self.wait_left(&used) => return None,
            Some(wait) => {
                used.waited = used.waited.saturating_add(wait);
                // Jitter is added to a requested wait, so that not all clients return at once.
                wait.saturating_add(jitter)
            }
            None => jitter.max(policy.shortest()),
        };
        bucket.take_retry().then_some(wait)
    }

    fn used(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reports the wait before an attempt, and the attempt before it, if there was one. The target and
/// the fields are documented in the README of the crate.
fn report_wait(failed: Option<&(u32, Error)>, wait: Duration) {
    let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    let Some((attempt, error)) = failed else {
        tracing::info!(
            target: "atlas_snapshots::retry",
            wait_ms,
            "waiting for the rate limit",
        );
        return;
    };
    tracing::warn!(
        target: "atlas_snapshots::retry",
        attempt,
        wait_ms,
        "error.type" = error.kind().as_str(),
        %error,
        "retrying",
    );
}

/// The error of a request that was not sent for as long as it may wait.
fn not_sent() -> Error {
    Error::new(ErrorKind::RateLimited)
        .with_message("the request was not sent, because others of this client were limited")
}

#[cfg(test)]
mod tests;
