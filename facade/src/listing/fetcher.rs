//! Fetches one page with patience: again where that may help, and not counting where counting fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::page::{PageAnswer, PageRequest, PageSource, RequestMeter};
use crate::error::Result;
use crate::retry::{Patience, Verdict};

/// The code of a failure that only asking for a count brings about (recorded).
const COUNTING_FAILED: &str = "TIMEOUT_WHILE_PAGING";

/// Asks a source for pages on behalf of one listing.
#[derive(Debug)]
pub(crate) struct Fetcher {
    source: Arc<dyn PageSource>,
    patience: Arc<Patience>,
    page_size: u16,
    /// Cleared for good once counting has failed: it would fail for every page.
    counting: AtomicBool,
    meter: RequestMeter,
    retries: AtomicU64,
}

/// What came of a page after all attempts.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) attempts: u32,
    pub(crate) result: Result<PageAnswer>,
}

impl Fetcher {
    pub(crate) fn new(
        source: Arc<dyn PageSource>,
        patience: Arc<Patience>,
        page_size: u16,
    ) -> Self {
        Self {
            source,
            patience,
            page_size,
            counting: AtomicBool::new(true),
            meter: RequestMeter::default(),
            retries: AtomicU64::new(0),
        }
    }

    /// Requests made so far.
    pub(crate) fn requests(&self) -> u64 {
        self.meter.read()
    }

    /// How many attempts repeated an earlier one for the same page.
    pub(crate) fn retries(&self) -> u64 {
        self.retries.load(Ordering::Relaxed)
    }

    pub(crate) fn patience(&self) -> &Patience {
        &self.patience
    }

    /// Fetches a page, as often as patience allows. Dropping the future cancels the request.
    pub(crate) async fn fetch(self: Arc<Self>, page: u64) -> Fetched {
        let mut attempts = 0;
        loop {
            self.patience.hold_back().await;
            attempts += 1;
            let include_count = self.counting.load(Ordering::Relaxed);
            let request = PageRequest {
                page,
                page_size: self.page_size,
                include_count,
                attempt: attempts,
                meter: self.meter.clone(),
            };
            let error = match self.attempt(request).await {
                Ok(answer) => {
                    self.patience.reward();
                    let result = Ok(answer);
                    return Fetched { attempts, result };
                }
                Err(error) => error,
            };
            if include_count && error.error_code() == Some(COUNTING_FAILED) {
                tracing::debug!(page, "counting failed; asking without");
                self.counting.store(false, Ordering::Relaxed);
                continue;
            }
            match self.patience.after_failure(attempts, &error) {
                Verdict::Again(moment) => {
                    tracing::debug!(page, attempts, %error, "trying again");
                    self.patience.sleep_until(moment).await;
                }
                Verdict::GiveUp => {
                    let result = Err(error);
                    return Fetched { attempts, result };
                }
            }
        }
    }

    async fn attempt(&self, request: PageRequest) -> Result<PageAnswer> {
        if request.attempt > 1 {
            self.retries.fetch_add(1, Ordering::Relaxed);
        }
        Arc::clone(&self.source).fetch(request).await
    }
}
