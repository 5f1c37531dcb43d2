//! A token bucket, as the service limits each set of operations.

use std::time::Duration;

use tokio::time::Instant;

/// What a request that was let through is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Budget {
    pub(crate) limit: u32,
    /// Whole tokens left.
    pub(crate) remaining: u128,
}

/// Full at first; every request takes a token, and time brings them back, evenly.
///
/// Kept as the time it would take to be full again: exact, where fractions of tokens are not.
#[derive(Debug, Clone)]
pub(crate) struct TokenBucket {
    capacity: u32,
    /// How long an empty bucket takes to be full again.
    refill: Duration,
    /// How long this one takes.
    debt: Duration,
    /// `None` before the first request: the mock's runtime may not be running yet.
    counted: Option<Instant>,
}

impl TokenBucket {
    /// A capacity of 0 counts as 1: a bucket that never holds a token is no rate limit.
    pub(crate) fn new(capacity: u32, refill: Duration) -> Self {
        Self {
            capacity: capacity.max(1),
            refill,
            debt: Duration::ZERO,
            counted: None,
        }
    }

    /// Takes a token: what is left then, or how long until there is one.
    pub(crate) fn take(&mut self, now: Instant) -> Result<Budget, Duration> {
        let elapsed = self.counted.map_or(Duration::ZERO, |counted| now - counted);
        self.counted = Some(now);
        self.debt = self.debt.saturating_sub(elapsed);
        let price = self.refill / self.capacity;
        let Some(left) = self.refill.checked_sub(self.debt + price) else {
            return Err((self.debt + price).saturating_sub(self.refill));
        };
        self.debt += price;
        // A bucket that refills at once is always full.
        let remaining = left.as_nanos().checked_div(price.as_nanos());
        Ok(Budget {
            limit: self.capacity,
            remaining: remaining.unwrap_or(self.capacity.into()),
        })
    }
}
