//! A common purse of retries, so that many listings together do not hammer a failing service.

use std::sync::atomic::{AtomicU32, Ordering};

/// Retries left to all clones of a client.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    left: AtomicU32,
    full: u32,
}

impl RetryBudget {
    pub(crate) fn new(full: u32) -> Self {
        Self {
            left: AtomicU32::new(full),
            full,
        }
    }

    /// Takes one retry; false when none is left.
    pub(crate) fn take(&self) -> bool {
        let one_less = |left: u32| left.checked_sub(1);
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less)
            .is_ok()
    }

    /// A success gives one retry back.
    pub(crate) fn give_back(&self) {
        let one_more = |left: u32| (left < self.full).then(|| left + 1);
        // Full already: nothing to give.
        let _ = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_run_out_and_successes_earn_them_back() {
        let budget = RetryBudget::new(2);
        budget.give_back();
        assert!(budget.take() && budget.take());
        assert!(!budget.take(), "never more than the full budget");
        budget.give_back();
        assert!(budget.take() && !budget.take());
        assert!(!RetryBudget::new(0).take());
    }
}
