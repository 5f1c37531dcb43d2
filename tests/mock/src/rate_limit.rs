//! The token buckets of the rate limit.

use std::collections::HashMap;
use std::time::Duration;

use serde::Deserialize;
use tokio::time::Instant;

use crate::operation::EndpointSet;

/// The buckets in use: one for each set of endpoints and project.
pub(crate) type Buckets = HashMap<(EndpointSet, Option<String>), TokenBucket>;

/// A bucket that is full at first. Every request takes a token, and time refills it evenly.
///
/// Its content is stored as the time until it is full, which is exact, unlike fractions of tokens.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "u32")]
pub(crate) struct TokenBucket {
    pub(crate) capacity: u32,
    /// The time from empty to full.
    pub(crate) refill: Duration,
    /// The time from now to full.
    debt: Duration,
    /// `None` before the first request: the runtime of the mock may not be running yet.
    updated: Option<Instant>,
}

/// The bucket of a limit of requests a minute.
impl From<u32> for TokenBucket {
    fn from(capacity: u32) -> Self {
        Self::new(capacity, Duration::from_secs(60))
    }
}

impl TokenBucket {
    /// A bucket of at least one token: one that never holds any would be no rate limit.
    pub(crate) fn new(capacity: u32, refill: Duration) -> Self {
        Self {
            capacity: capacity.max(1),
            refill,
            debt: Duration::ZERO,
            updated: None,
        }
    }

    /// Takes a token, and returns the number of whole tokens left, or the time until the next one.
    pub(crate) fn take(&mut self, now: Instant) -> Result<u128, Duration> {
        let elapsed = self.updated.map_or(Duration::ZERO, |updated| now - updated);
        self.updated = Some(now);
        self.debt = self.debt.saturating_sub(elapsed);
        let price = self.refill / self.capacity;
        let Some(left) = self.refill.checked_sub(self.debt + price) else {
            return Err((self.debt + price).saturating_sub(self.refill));
        };
        self.debt += price;
        // A bucket that refills at once is always full.
        let remaining = left.as_nanos().checked_div(price.as_nanos());
        Ok(remaining.unwrap_or(self.capacity.into()))
    }
}
