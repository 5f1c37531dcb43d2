//! Pages in flight: one task per page, with retries, in order of their numbers.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::runtime::{Handle, Id};
use tokio::task::JoinError;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, Span};

use super::page::{Fetched, PageRequest, PageSource};
use crate::error::{Error, ErrorKind, Result};
use crate::http::attempts::{Attempts, RequestCounter};
use crate::http::clock::{Clock, current_runtime};
use crate::http::retry::{Retrier, RetryLoop};
use crate::http::slots::Slots;

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
    slots: Slots,
    counter: RequestCounter,
}

impl<T> Fetcher<T> {
    pub(crate) fn new(
        source: Arc<dyn PageSource<T>>,
        retrier: Arc<Retrier>,
        page_size: u16,
        slots: Slots,
    ) -> Self {
        Self {
            source,
            retrier,
            page_size,
            counting: AtomicBool::new(true),
            slots,
            counter: RequestCounter::default(),
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
        self.counter.retries()
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
        let slots = self.slots.clone();
        let retry_loop = RetryLoop::new(&self.retrier, slots, &order.attempts, &self.counter);
        retry_loop.run(|| self.attempt(&order, &retry_loop)).await
    }

    /// Fetches a page once, or twice where counting fails.
    async fn attempt(&self, order: &PageOrder, retry_loop: &RetryLoop) -> Result<Fetched<T>> {
        let counted = self.counting.load(Ordering::Relaxed);
        let fetched = self.request(order, retry_loop, counted).await;
        let counting_failed = |error: &Error| error.error_code() == Some(COUNTING_FAILED);
        if counted && fetched.as_ref().is_err_and(counting_failed) {
            tracing::debug!("counting failed; listing without a count");
            self.counting.store(false, Ordering::Relaxed);
            return self.request(order, retry_loop, false).await;
        }
        fetched
    }

    async fn request(
        &self,
        order: &PageOrder,
        retry_loop: &RetryLoop,
        counted: bool,
    ) -> Result<Fetched<T>> {
        order.attempts.expect_next();
        let request = PageRequest {
            page: order.page,
            page_size: self.page_size,
            include_count: counted,
            known_body: order.known_body,
            counter: self.counter.clone(),
            retry_loop: retry_loop.clone(),
        };
        let fetched = Arc::clone(&self.source).fetch(request).await;
        let mut fetched = fetched.inspect_err(|error| {
            // What the request needs, such as a token, is retried by itself.
            order.attempts.record(error, &self.counter);
        })?;
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
