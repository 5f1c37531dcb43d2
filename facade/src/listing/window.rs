//! Pages in flight: a task each, so that they make progress while the consumer is busy.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::runtime::Handle;
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, Span};

use super::fetcher::{Fetched, Fetcher};
use super::page::PageAnswer;
use crate::error::{Error, ErrorKind, Result};

/// Pages asked for and not yet taken; the front is the next in order.
///
/// Dropping the window aborts its tasks, and with them their requests.
#[derive(Debug)]
pub(crate) struct Window {
    fetcher: Arc<Fetcher>,
    /// Of the listing; every page is told of inside it.
    span: Span,
    flights: VecDeque<Flight>,
}

#[derive(Debug)]
struct Flight {
    page: u64,
    /// Attempts that earlier flights of the same page made.
    attempts: u32,
    task: AbortOnDropHandle<Fetched>,
}

/// What came of the front page.
#[derive(Debug)]
pub(crate) struct Landing {
    pub(crate) page: u64,
    pub(crate) attempts: u32,
    pub(crate) result: Result<PageAnswer>,
}

impl Window {
    pub(crate) fn new(fetcher: Arc<Fetcher>, span: Span) -> Self {
        Self {
            fetcher,
            span,
            flights: VecDeque::new(),
        }
    }

    /// The next page in order, if any is in flight.
    pub(crate) fn first_page(&self) -> Option<u64> {
        self.flights.front().map(|flight| flight.page)
    }

    /// The last page asked for, if any is in flight.
    pub(crate) fn last_page(&self) -> Option<u64> {
        self.flights.back().map(|flight| flight.page)
    }

    pub(crate) fn len(&self) -> usize {
        self.flights.len()
    }

    /// Asks for a page behind all that are in flight.
    pub(crate) fn push_back(&mut self, page: u64) -> Result<()> {
        let flight = self.launch(page, 0)?;
        self.flights.push_back(flight);
        Ok(())
    }

    /// Asks again for a page that failed after so many attempts; it is the next in order.
    pub(crate) fn push_front(&mut self, page: u64, attempts: u32) -> Result<()> {
        let flight = self.launch(page, attempts)?;
        self.flights.push_front(flight);
        Ok(())
    }

    fn launch(&self, page: u64, attempts: u32) -> Result<Flight> {
        let runtime = Handle::try_current().map_err(|_| {
            Error::new(ErrorKind::InvalidArgument)
                .with_message("a listing must be polled inside a Tokio runtime")
        })?;
        let fetch = Arc::clone(&self.fetcher).fetch(page);
        let task = runtime.spawn(fetch.instrument(self.span.clone()));
        Ok(Flight {
            page,
            attempts,
            task: AbortOnDropHandle::new(task),
        })
    }

    /// Waits for the front page; `None` when nothing is in flight.
    pub(crate) fn poll_front(&mut self, cx: &mut Context<'_>) -> Poll<Option<Landing>> {
        let Some(front) = self.flights.front_mut() else {
            return Poll::Ready(None);
        };
        let fetched = ready!(Pin::new(&mut front.task).poll(cx)).unwrap_or_else(|broken| Fetched {
            attempts: 1,
            result: Err(Error::new(ErrorKind::Internal)
                .with_message("the task of a page did not finish")
                .with_source(broken)),
        });
        let landing = Landing {
            page: front.page,
            attempts: front.attempts + fetched.attempts,
            result: fetched.result,
        };
        self.flights.pop_front();
        Poll::Ready(Some(landing))
    }

    /// Gives up every page in flight.
    pub(crate) fn clear(&mut self) {
        self.flights.clear();
    }
}
