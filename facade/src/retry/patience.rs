//! What all clones of a client share about waiting.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::backoff::{Step, next_step};
use super::budget::RetryBudget;
use super::gate::RateGate;
use super::policy::RetryPolicy;
use super::timing::{Sleep, Timing};
use crate::error::Error;

/// Policy, budget, rate gate and clock of one client.
#[derive(Debug)]
pub(crate) struct Patience {
    policy: RetryPolicy,
    budget: RetryBudget,
    gate: RateGate,
    timing: Arc<dyn Timing>,
}

/// Whether to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// At this moment.
    Again(Instant),
    /// Not: report the failure.
    GiveUp,
}

impl Patience {
    pub(crate) fn new(policy: RetryPolicy, timing: Arc<dyn Timing>) -> Self {
        Self {
            budget: RetryBudget::new(policy.budget),
            gate: RateGate::default(),
            policy,
            timing,
        }
    }

    /// Waits while a rate limit holds every request of the client back.
    pub(crate) async fn hold_back(&self) {
        self.gate.pass(&*self.timing).await;
    }

    /// Notes a success.
    pub(crate) fn reward(&self) {
        self.budget.give_back();
    }

    /// Decides about the attempt after number `attempts`, which failed with `error`.
    pub(crate) fn after_failure(&self, attempts: u32, error: &Error) -> Verdict {
        let step = next_step(&self.policy, &*self.timing, attempts, error);
        let Step::Wait { page, everyone } = step else {
            return Verdict::GiveUp;
        };
        if let Some(everyone) = everyone {
            self.gate.close_until(self.timing.moment_in(everyone));
        }
        if self.budget.take() {
            Verdict::Again(self.timing.moment_in(page))
        } else {
            Verdict::GiveUp
        }
    }

    pub(crate) fn now(&self) -> Instant {
        self.timing.now()
    }

    pub(crate) fn wall_clock(&self) -> SystemTime {
        self.timing.wall_clock()
    }

    pub(crate) fn sleep_until(&self, moment: Instant) -> Sleep {
        self.timing.sleep_until(moment)
    }

    /// Wakes when `length` has passed from now.
    pub(crate) fn alarm_in(&self, length: Duration) -> Sleep {
        self.timing.sleep_until(self.timing.moment_in(length))
    }
}
