//! What all requests share.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::cluster::{ClusterKind, Sunset};
use crate::dialect::Dialect;
use crate::fault::Script;
use crate::links::Links;
use crate::log::Log;
use crate::oauth::LoggedTokenRequest;
use crate::rate_limit::TokenBucket;
use crate::request_log::LoggedRequest;
use crate::rows::Rows;
use crate::sign_in::SignIn;
use crate::stop::StopSignal;
use crate::total_count::TotalCount;

pub(crate) type SharedState = Arc<MockState>;

/// Settings, fixed at the start, and what changes as requests come.
pub(crate) struct MockState {
    pub(crate) base_url: String,
    pub(crate) project: String,
    pub(crate) instance: String,
    pub(crate) kind: ClusterKind,
    pub(crate) sunset: Option<Sunset>,
    pub(crate) dialect: Dialect,
    pub(crate) latency: Duration,
    pub(crate) sign_in: SignIn,
    pub(crate) total_count: TotalCount,
    pub(crate) links: Links,
    pub(crate) rows: Mutex<Rows>,
    pub(crate) rate_limit: Option<Mutex<TokenBucket>>,
    pub(crate) script: Mutex<Script>,
    pub(crate) log: Mutex<Log<LoggedRequest>>,
    pub(crate) token_log: Mutex<Log<LoggedTokenRequest>>,
    pub(crate) connections: Gauge,
    pub(crate) in_flight: Gauge,
    /// Notified whenever a log or a gauge changes.
    pub(crate) changed: Notify,
    pub(crate) stop: StopSignal,
}

impl MockState {
    /// Counts one more on a gauge of this state until the result is dropped.
    pub(crate) fn hold(self: &Arc<Self>, gauge: fn(&Self) -> &Gauge) -> Held {
        let number = gauge(self).rise();
        self.changed.notify_waiters();
        Held {
            state: Arc::clone(self),
            gauge,
            number,
        }
    }
}

/// How many there are now, were at most, and were in all.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    now: AtomicUsize,
    peak: AtomicUsize,
    total: AtomicUsize,
}

impl Gauge {
    fn rise(&self) -> usize {
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.peak.fetch_max(now, Ordering::Relaxed);
        self.total.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn now(&self) -> usize {
        self.now.load(Ordering::Relaxed)
    }

    pub(crate) fn peak(&self) -> usize {
        self.peak.load(Ordering::Relaxed)
    }

    pub(crate) fn total(&self) -> usize {
        self.total.load(Ordering::Relaxed)
    }
}

/// Lowers the gauge when dropped, however the holder ended.
pub(crate) struct Held {
    state: SharedState,
    gauge: fn(&MockState) -> &Gauge,
    /// How many were counted before this one.
    pub(crate) number: usize,
}

impl Drop for Held {
    fn drop(&mut self) {
        (self.gauge)(&self.state)
            .now
            .fetch_sub(1, Ordering::Relaxed);
        self.state.changed.notify_waiters();
    }
}

/// Locks even after a panic elsewhere: the mock's data stays readable for the failing test.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
