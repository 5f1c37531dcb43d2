//! Pages in flight: one task per page, with retries, in order of their numbers.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::runtime::{Handle, Id};
use tokio::task::JoinError;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, Span};

use super::page::{Fetched, PageRequest, PageSource};
use crate::error::{Error, ErrorKind, Result};
use crate::http::client::RequestCounter;
use crate::http::clock::{Clock, current_runtime};
use crate::http::retry::Retrier;

/// The code of a failure that occurs only when the server counts the whole set (recorded).
const COUNTING_FAILED: &str = "TIMEOUT_WHILE_PAGING";

/// Fetches the pages of one listing, with retries.
#[derive(Debug)]
pub(crate) struct Fetcher<T> {
    source: Arc<dyn PageSource<T>>,
    retrier: Arc<Retrier>,
    page_size: u16,
    /// Cleared for the rest of the listing once counting has failed.
    counting: AtomicBool,
    counter: RequestCounter,
    retries: AtomicU64,
}

/// The attempts to read one page, recorded while they are made.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attempts(Arc<AttemptLog>);

#[derive(Debug, Default)]
struct AttemptLog {
    count: AtomicU32,
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

    /// Counts one more and returns its number.
    fn next(&self) -> u32 {
        self.0.count.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Counts further ones that were made elsewhere.
    fn add(&self, attempts: u32) {
        self.0.count.fetch_add(attempts, Ordering::Relaxed);
    }

    fn record(&self, failure: &Error) {
        *self.lock() = Some(failure.clone());
    }

    fn lock(&self) -> MutexGuard<'_, Option<Error>> {
        let last_failure = self.0.last_failure.lock();
        last_failure.unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Fetcher<T> {
    pub(crate) fn new(
        source: Arc<dyn PageSource<T>>,
        retrier: Arc<Retrier>,
        page_size: u16,
    ) -> Self {
        Self {
            source,
            retrier,
            page_size,
            counting: AtomicBool::new(true),
            counter: RequestCounter::default(),
            retries: AtomicU64::new(0),
        }
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        self.retrier.clock()
    }

    /// Requests sent so far.
    pub(crate) fn requests(&self) -> u64 {
        self.counter.get()
    }

    /// Attempts so far that repeated an earlier one for the same page.
    pub(crate) fn retries(&self) -> u64 {
        self.retries.load(Ordering::Relaxed)
    }

    /// The moment from which a page may be requested again whose error was reported.
    pub(crate) fn retry_moment(&self, error: &Error, attempts: &Attempts) -> Instant {
        let wait = self.retrier.pause_after(error, attempts.get());
        self.clock().moment_in(wait)
    }

    /// The moment for repetition number `repetition` of a request whose response is doubtful.
    pub(crate) fn backoff_moment(&self, repetition: u32) -> Instant {
        self.clock().moment_in(self.retrier.backoff(repetition))
    }

    async fn fetch(self: Arc<Self>, order: PageOrder) -> Result<Fetched<T>> {
        if let Some(moment) = order.not_before {
            self.clock().sleep_until(moment).await;
        }
        self.retrier.run(|_| self.attempt(&order)).await
    }

    /// Fetches a page once, or twice where counting fails.
    async fn attempt(&self, order: &PageOrder) -> Result<Fetched<T>> {
        let counted = self.counting.load(Ordering::Relaxed);
        let fetched = self.request(order, counted).await;
        let counting_failed = |error: &Error| error.error_code() == Some(COUNTING_FAILED);
        if counted && fetched.as_ref().is_err_and(counting_failed) {
            tracing::debug!("counting failed; listing without a count");
            self.counting.store(false, Ordering::Relaxed);
            return self.request(order, false).await;
        }
        fetched
    }

    async fn request(&self, order: &PageOrder, counted: bool) -> Result<Fetched<T>> {
        let attempt = order.attempts.next();
        if attempt > 1 {
            self.retries.fetch_add(1, Ordering::Relaxed);
        }
        let request = PageRequest {
            page: order.page,
            page_size: self.page_size,
            include_count: counted,
            known_body: order.known_body,
            attempt,
            counter: self.counter.clone(),
        };
        let mut fetched = match Arc::clone(&self.source).fetch(request).await {
            Ok(fetched) => fetched,
            Err(error) => {
                // What the request needs, such as a token, is retried by itself.
                let retries = error.retries_done().unwrap_or(0);
                order.attempts.add(retries);
                self.retries.fetch_add(retries.into(), Ordering::Relaxed);
                order.attempts.record(&error);
                return Err(error);
            }
        };
        if let Fetched::Page(page) = &mut fetched {
            // The server sends 0 where it was not to count.
            page.total = page.total.filter(|_| counted);
        }
        Ok(fetched)
    }
}

/// A page to be requested.
#[derive(Debug, Clone)]
pub(crate) struct PageOrder {
    page: u64,
    attempts: Attempts,
    not_before: Option<Instant>,
    known_body: Option<u64>,
}

impl PageOrder {
    /// Requests a page for the first time.
    pub(crate) fn new(page: u64) -> Self {
        Self {
            page,
            attempts: Attempts::default(),
            not_before: None,
            known_body: None,
        }
    }

    /// The page need not be decoded where its body has this hash.
    pub(crate) fn with_known_body(self, known_body: Option<u64>) -> Self {
        Self { known_body, ..self }
    }

    /// Requests a page again after these attempts, at this moment.
    pub(crate) fn again(page: u64, attempts: Attempts, not_before: Instant) -> Self {
        Self {
            attempts,
            not_before: Some(not_before),
            ..Self::new(page)
        }
    }
}

/// The pages requested and not yet taken. The first one is the next in order.
///
/// Dropping it aborts their tasks and with them their requests.
#[derive(Debug)]
pub(crate) struct InFlight<T> {
    fetcher: Arc<Fetcher<T>>,
    /// The span of the listing.
    span: Span,
    pages: VecDeque<PageTask<T>>,
}

#[derive(Debug)]
struct PageTask<T> {
    order: PageOrder,
    /// The runtime of the task.
    runtime: Id,
    task: AbortOnDropHandle<Result<Fetched<T>>>,
}

impl<T> PageTask<T> {
    /// Whether the listing is polled in another runtime, while its own may no longer run.
    fn is_elsewhere(&self) -> bool {
        Handle::try_current().is_ok_and(|current| current.id() != self.runtime)
    }
}

/// A page that is no longer in flight.
#[derive(Debug)]
pub(crate) struct FinishedPage<T> {
    pub(crate) page: u64,
    pub(crate) attempts: Attempts,
    pub(crate) result: Result<Fetched<T>>,
}

impl<T: Send + 'static> InFlight<T> {
    pub(crate) fn new(fetcher: Arc<Fetcher<T>>, span: Span) -> Self {
        Self {
            fetcher,
            span,
            pages: VecDeque::new(),
        }
    }

    /// The next page in order and the attempts to read it so far.
    pub(crate) fn first(&self) -> Option<(u64, &Attempts)> {
        let first = self.pages.front()?;
        Some((first.order.page, &first.order.attempts))
    }

    pub(crate) fn last_page(&self) -> Option<u64> {
        self.pages.back().map(|last| last.order.page)
    }

    pub(crate) fn len(&self) -> usize {
        self.pages.len()
    }

    /// Requests a page behind all others.
    pub(crate) fn push_back(&mut self, order: PageOrder) -> Result<()> {
        let task = self.spawn(order)?;
        self.pages.push_back(task);
        Ok(())
    }

    /// Requests a page that is the next in order.
    pub(crate) fn push_front(&mut self, order: PageOrder) -> Result<()> {
        let task = self.spawn(order)?;
        self.pages.push_front(task);
        Ok(())
    }

    fn spawn(&self, order: PageOrder) -> Result<PageTask<T>> {
        let runtime = current_runtime()?;
        let fetch = Arc::clone(&self.fetcher).fetch(order.clone());
        let span = tracing::debug_span!(parent: &self.span, "read_page", atlas.page = order.page);
        Ok(PageTask {
            order,
            runtime: runtime.id(),
            task: AbortOnDropHandle::new(runtime.spawn(fetch.instrument(span))),
        })
    }

    /// Waits for the next page in order; `None` when no page is in flight.
    pub(crate) fn poll_first(&mut self, cx: &mut Context<'_>) -> Poll<Option<FinishedPage<T>>> {
        let Some(first) = self.pages.front_mut() else {
            return Poll::Ready(None);
        };
        let order = first.order.clone();
        let result = match Pin::new(&mut first.task).poll(cx) {
            Poll::Ready(Ok(result)) => result,
            Poll::Ready(Err(cause)) if cause.is_panic() => Err(did_not_finish(cause)),
            _ if first.is_elsewhere() => match self.spawn(order.clone()) {
                Ok(task) => {
                    self.pages.pop_front();
                    self.pages.push_front(task);
                    return self.poll_first(cx);
                }
                Err(error) => Err(error),
            },
            Poll::Ready(Err(cause)) => Err(did_not_finish(cause)),
            Poll::Pending => return Poll::Pending,
        };
        self.pages.pop_front();
        Poll::Ready(Some(FinishedPage {
            page: order.page,
            attempts: order.attempts,
            result,
        }))
    }

    /// Aborts all pages in flight.
    pub(crate) fn clear(&mut self) {
        self.pages.clear();
    }
}

fn did_not_finish(cause: JoinError) -> Error {
    Error::new(ErrorKind::Internal)
        .with_message("the task of a page did not finish")
        .with_source(cause)
}
