//! What is known of the attempts to send a request, while they are made.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::Error;

/// Counts the requests of a listing where they are sent, since one attempt can take several, and
/// the attempts that repeat an earlier one.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestCounter(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    requests: AtomicU64,
    retries: AtomicU64,
}

impl RequestCounter {
    pub(crate) fn count(&self) {
        self.0.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.requests.load(Ordering::Relaxed)
    }

    pub(crate) fn retries(&self) -> u64 {
        self.0.retries.load(Ordering::Relaxed)
    }

    fn add_retries(&self, retries: u32) {
        self.0.retries.fetch_add(retries.into(), Ordering::Relaxed);
    }
}

/// The attempts to send one request, recorded while they are made.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attempts(Arc<AttemptLog>);

#[derive(Debug, Default)]
struct AttemptLog {
    count: AtomicU32,
    /// Whether the current attempt has been counted. It can take several requests.
    is_counted: AtomicBool,
    last_failure: Mutex<Option<Error>>,
}

impl Attempts {
    pub(crate) fn get(&self) -> u32 {
        self.0.count.load(Ordering::Relaxed)
    }

    /// Why the last attempt failed that did.
    pub(crate) fn last_failure(&self) -> Option<Error> {
        self.lock().clone()
    }

    /// The next request that is sent begins another attempt.
    pub(crate) fn expect_next(&self) {
        self.0.is_counted.store(false, Ordering::Relaxed);
    }

    /// Counts the current attempt, where this has not been done, and returns its number.
    pub(super) fn begin(&self, counter: &RequestCounter) -> u32 {
        if self.0.is_counted.swap(true, Ordering::Relaxed) {
            return self.get();
        }
        let number = self.0.count.fetch_add(1, Ordering::Relaxed) + 1;
        counter.add_retries(u32::from(number > 1));
        number
    }

    /// Records a failure, and the retries that were made elsewhere for what the request needs.
    pub(crate) fn record(&self, failure: &Error, counter: &RequestCounter) {
        let retries = failure.retries_done().unwrap_or(0);
        self.0.count.fetch_add(retries, Ordering::Relaxed);
        counter.add_retries(retries);
        *self.lock() = Some(failure.clone());
    }

    fn lock(&self) -> MutexGuard<'_, Option<Error>> {
        let last_failure = self.0.last_failure.lock();
        last_failure.unwrap_or_else(PoisonError::into_inner)
    }
}
