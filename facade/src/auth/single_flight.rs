//! One operation for all that wait for its outcome.

use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Runs an operation for all callers at once: while it runs, others wait for its outcome.
///
/// It runs inside the future of the first caller. Where that is dropped, the next one that waits
/// runs the operation anew.
#[derive(Debug)]
pub(super) struct SingleFlight<E> {
    turn: tokio::sync::Mutex<()>,
    failures: Mutex<Failures<E>>,
}

#[derive(Debug)]
struct Failures<E> {
    count: u64,
    last: Option<E>,
}

impl<E> Default for SingleFlight<E> {
    fn default() -> Self {
        Self {
            turn: tokio::sync::Mutex::default(),
            failures: Mutex::new(Failures {
                count: 0,
                last: None,
            }),
        }
    }
}

impl<E: Clone> SingleFlight<E> {
    /// Returns what is there already, or else the outcome of `operation`.
    ///
    /// A success is what `existing` returns afterwards. A failure is that of every caller that
    /// has waited for it, so that an operation that hangs delays them all once.
    pub(super) async fn run<T, F>(
        &self,
        existing: impl Fn() -> Option<T>,
        operation: impl FnOnce() -> F,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        if let Some(value) = existing() {
            return Ok(value);
        }
        let failures_before = self.failures().count;
        let _turn = self.turn.lock().await;
        if let Some(value) = existing() {
            return Ok(value);
        }
        if let Some(failure) = self.failure_since(failures_before) {
            return Err(failure);
        }
        let outcome = operation().await;
        if let Err(failure) = &outcome {
            let mut failures = self.failures();
            failures.count += 1;
            failures.last = Some(failure.clone());
        }
        outcome
    }

    fn failure_since(&self, count: u64) -> Option<E> {
        let failures = self.failures();
        let last = failures.last.as_ref();
        last.filter(|_| failures.count > count).cloned()
    }

    fn failures(&self) -> MutexGuard<'_, Failures<E>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use futures::future::{join, join_all};

    use super::*;

    /// Every run takes a second and returns its number, as a success or a failure.
    #[derive(Default)]
    struct Numbered {
        flight: SingleFlight<u32>,
        runs: AtomicU32,
        existing: AtomicU32,
    }

    impl Numbered {
        async fn run(&self, succeeds: bool) -> Result<u32, u32> {
            let existing = || Some(self.existing.load(Ordering::SeqCst)).filter(|&run| run > 0);
            let operation = || async {
                let run = self.runs.fetch_add(1, Ordering::SeqCst) + 1;
                tokio::time::sleep(Duration::from_secs(1)).await;
                if succeeds {
                    self.existing.store(run, Ordering::SeqCst);
                    Ok(run)
                } else {
                    Err(run)
                }
            };
            self.flight.run(existing, operation).await
        }

        async fn run_many(&self, succeeds: bool) -> Vec<Result<u32, u32>> {
            join_all((0..64).map(|_| self.run(succeeds))).await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn all_that_wait_share_the_outcome() {
        let numbered = Numbered::default();
        assert_eq!(numbered.run_many(false).await, [Err(1); 64]);
        assert_eq!(
            numbered.run_many(false).await,
            [Err(2); 64],
            "failures do not last"
        );
        assert_eq!(numbered.run_many(true).await, [Ok(3); 64]);
        assert_eq!(numbered.run_many(false).await, [Ok(3); 64]);
        assert_eq!(numbered.runs.load(Ordering::SeqCst), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_comes_later_does_not_share_an_earlier_failure() {
        let numbered = Numbered::default();
        let later = async {
            tokio::time::sleep(Duration::from_millis(1500)).await;
            numbered.run(true).await
        };
        let (first, later) = join(numbered.run_many(false), later).await;
        assert_eq!((first, later), (vec![Err(1); 64], Ok(2)));
    }

    #[tokio::test(start_paused = true)]
    async fn where_the_first_caller_stops_waiting_the_next_one_takes_over() {
        let numbered = Numbered::default();
        let cancelled = tokio::time::timeout(Duration::from_millis(1), numbered.run(true));
        let (cancelled, others) = join(cancelled, numbered.run_many(true)).await;
        assert!(cancelled.is_err());
        assert_eq!(others, [Ok(2); 64]);
    }
}
