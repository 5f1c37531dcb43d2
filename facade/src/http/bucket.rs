//! What requests share that the server counts together: the pause after a rate limit, and a retry
//! budget.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::rate_gate::RateGate;

/// Up to this many buckets, no idle ones are searched for.
const FEW: usize = 64;

/// Which requests share a bucket: those of one scope, such as a project, to one set of endpoints.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct BucketKey {
    scope: Option<Box<str>>,
    endpoints: &'static str,
}

impl BucketKey {
    /// The requests to these endpoints, whatever they are about.
    pub(crate) const fn of_endpoints(endpoints: &'static str) -> Self {
        Self {
            scope: None,
            endpoints,
        }
    }

    /// The requests to these endpoints that are about one scope.
    pub(crate) fn of_scope(scope: &str, endpoints: &'static str) -> Self {
        Self {
            scope: Some(scope.into()),
            endpoints,
        }
    }
}

/// The pause and the retry budget of the requests of one bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    pub(super) gate: RateGate,
    /// Retries left.
    budget: AtomicU32,
    /// The most retries that can be left.
    full: u32,
}

impl Bucket {
    fn new(retry_budget: u32) -> Self {
        Self {
            gate: RateGate::default(),
            budget: AtomicU32::new(retry_budget),
            full: retry_budget,
        }
    }

    /// Takes one retry, if any is left.
    pub(super) fn take_retry(&self) -> bool {
        let take = |left: u32| left.checked_sub(1);
        let taken = self
            .budget
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        taken.is_ok()
    }

    /// Gives one retry back.
    pub(super) fn record_success(&self) {
        let refund = |left: u32| (left < self.full).then(|| left + 1);
        // An error means that the budget is full.
        let _ = self
            .budget
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, refund);
    }

    /// Whether a new bucket would be the same.
    fn is_idle(&self, now: Instant) -> bool {
        self.budget.load(Ordering::Relaxed) == self.full && self.gate.closed_for(now).is_none()
    }
}

/// The buckets of a client. Those that are in no use are dropped as their number grows, so that it
/// does not grow with the number of scopes.
#[derive(Debug)]
pub(super) struct Buckets {
    retry_budget: u32,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    buckets: HashMap<BucketKey, Arc<Bucket>>,
    /// The number of buckets at which idle ones are dropped.
    limit: usize,
}

impl Buckets {
    pub(super) fn new(retry_budget: u32) -> Self {
        Self {
            retry_budget,
            state: Mutex::new(State {
                buckets: HashMap::new(),
                limit: FEW,
            }),
        }
    }

    /// The bucket, a new one where there is none.
    pub(super) fn get(&self, key: &BucketKey, now: Instant) -> Arc<Bucket> {
        let mut state = self.state();
        if let Some(bucket) = state.buckets.get(key) {
            return Arc::clone(bucket);
        }
        if state.buckets.len() >= state.limit {
            let in_use = |bucket: &Arc<Bucket>| Arc::strong_count(bucket) > 1;
            state
                .buckets
                .retain(|_, bucket| in_use(bucket) || !bucket.is_idle(now));
            state.limit = FEW.max(state.buckets.len() * 2);
        }
        let bucket = Arc::new(Bucket::new(self.retry_budget));
        state.buckets.insert(key.clone(), Arc::clone(&bucket));
        bucket
    }

    /// The bucket, if there is one.
    pub(super) fn existing(&self, key: &BucketKey) -> Option<Arc<Bucket>> {
        self.state().buckets.get(key).map(Arc::clone)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_number_of_buckets_does_not_grow_with_the_number_of_scopes() {
        let buckets = Buckets::new(2);
        let key = |number: u32| BucketKey::of_scope(&number.to_string(), "things");
        let now = Instant::now();
        let held = buckets.get(&key(0), now);
        let (paused, spent) = (buckets.get(&key(1), now), buckets.get(&key(2), now));
        paused.gate.close_until(now + Duration::from_secs(1));
        assert!(spent.take_retry());
        let kept = [&held, &paused, &spent].map(Arc::as_ptr);
        drop((paused, spent));
        let number = || buckets.state().buckets.len();
        for other in 3..10_000 {
            buckets.get(&key(other), now);
            assert!(number() <= FEW, "{}", number());
        }
        assert_eq!(
            [0, 1, 2].map(|same| Arc::as_ptr(&buckets.get(&key(same), now))),
            kept
        );
        // Later, only the one is kept that somebody holds.
        tokio::time::advance(Duration::from_secs(1)).await;
        buckets.get(&key(2), now).record_success();
        for other in 3..1_000 {
            buckets.get(&key(other), Instant::now());
        }
        let exists = |same| buckets.existing(&key(same)).is_some();
        assert_eq!([0, 1, 2].map(exists), [true, false, false]);
    }
}
