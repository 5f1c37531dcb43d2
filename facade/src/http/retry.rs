//! The loop that sends requests again, with the retry budget and the rate limit of a client.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::clock::Clock;
use super::rate_gate::RateGate;
use super::retry_policy::RetryPolicy;
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
    /// Retries left.
    budget: Arc<AtomicU32>,
    gate: RateGate,
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
}

impl Retrier {
    pub(crate) fn new(policy: RetryPolicy, clock: Arc<dyn Clock>) -> Self {
        Self {
            budget: Arc::new(AtomicU32::new(policy.retry_budget)),
            policy,
            clock,
            gate: RateGate::default(),
        }
    }

    /// One for requests with a rate limit of their own, and the same budget.
    pub(crate) fn with_own_rate_limit(&self) -> Self {
        Self {
            policy: self.policy.clone(),
            clock: Arc::clone(&self.clock),
            budget: Arc::clone(&self.budget),
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
        let mut used = Used::default();
        let mut number = 0;
        let mut last: Option<Error> = None;
        loop {
            let failed = last.as_ref().map(|error| (number, error));
            if let Err(closed_for) = self.wait_for_rate_limit(&mut used, failed).await {
                let error = last.unwrap_or_else(not_sent);
                return Err(error.with_retry_after(Some(closed_for)));
            }
            number += 1;
            let error = match attempt(number).await {
                Ok(value) => {
                    self.record_success();
                    return Ok(value);
                }
                Err(error) => error,
            };
            let Some(wait) = self.on_failure(&mut used, &error) else {
                return Err(error);
            };
            if !wait.is_zero() {
                report_wait(Some((number, &error)), wait);
                self.clock.sleep_until(self.clock.moment_in(wait)).await;
            }
            last = Some(error);
        }
    }

    /// Waits until requests may be sent, and a random time longer, so that not all requests that
    /// wait are sent at once. The first of them that is rejected makes the others wait again.
    /// `failed` is the last attempt of this request, if there was one.
    ///
    /// # Errors
    ///
    /// How long no request may be sent, where this one may not wait that long.
    async fn wait_for_rate_limit(
        &self,
        used: &mut Used,
        failed: Option<(u32, &Error)>,
    ) -> Result<(), Duration> {
        while let Some(closed_for) = self.gate.closed_for(self.clock.now()) {
            let left = self.wait_left(used);
            if closed_for > left {
                return Err(closed_for);
            }
            used.pauses = used.pauses.saturating_add(1);
            let jitter = self.policy.jitter(&*self.clock, used.pauses);
            let wait = closed_for.saturating_add(jitter).min(left);
            used.waited = used.waited.saturating_add(wait);
            report_wait(failed, wait);
            self.clock.sleep_until(self.clock.moment_in(wait)).await;
        }
        Ok(())
    }

    /// How much longer a request may wait because of what servers say.
    fn wait_left(&self, used: &Used) -> Duration {
        let longest = self.policy.max_rate_limit_wait;
        longest.saturating_sub(used.waited)
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

    /// The wait before the next attempt, or `None` where the failure is to be reported. After a
    /// rate limit the wait is that of the gate.
    fn on_failure(&self, used: &mut Used, error: &Error) -> Option<Duration> {
        let policy = &self.policy;
        if policy.max_retries == 0 || !error.is_retryable() || error.retries_done().is_some() {
            return None;
        }
        let requested = error.retry_after().map(|wait| wait.max(policy.shortest()));
        if error.kind() == ErrorKind::RateLimited {
            let pause = requested.unwrap_or_else(|| policy.shortest());
            let pause = pause.max(SHORTEST_PAUSE);
            if pause > self.wait_left(used) {
                return None;
            }
            self.gate.close_until(self.clock.moment_in(pause));
            return Some(Duration::ZERO);
        }
        used.failures += 1;
        if used.failures > policy.max_retries {
            return None;
        }
        let jitter = policy.jitter(&*self.clock, used.failures);
        let wait = match requested {
            Some(wait) if wait > self.wait_left(used) => return None,
            Some(wait) => {
                used.waited = used.waited.saturating_add(wait);
                // Jitter is added to a requested wait, so that not all clients return at once.
                wait.saturating_add(jitter)
            }
            None => jitter.max(policy.shortest()),
        };
        let take = |left: u32| left.checked_sub(1);
        let taken = self
            .budget
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        taken.is_ok().then_some(wait)
    }
}

/// Reports the wait before an attempt, and the attempt before it, if there was one. The target and
/// the fields are documented in the README of the crate.
fn report_wait(failed: Option<(u32, &Error)>, wait: Duration) {
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
