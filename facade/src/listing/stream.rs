//! The stream people hold.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::stream::{FusedStream, Stream};

use super::engine::{Batch, Engine};
use super::page::Row;
use super::summary::{Ending, Summary};
use crate::checkpoint::Checkpoint;
use crate::error::{Error, Result};
use crate::snapshot::Snapshot;

/// Every snapshot of one instance, page after page: **complete, or it says why not.**
///
/// Made by [`Listing::stream`](crate::Listing::stream). What it promises:
///
/// - **Lazy.** No request before the first poll, none after the end. The first page travels
///   alone; then up to [`Prefetch`](crate::Prefetch) pages are in flight, delivered in order.
/// - **Ends for a reason.** It reads on while a page is full, or carries a `next` link, or the
///   reported total promises more than was seen (for which one further page is tried). An
///   empty page with a `next` link does not end it.
/// - **Hints are hints.** The reported total bounds how far ahead pages are asked for, never
///   what is delivered. A wrong, absent or changing total gives the same snapshots.
/// - **No snapshot twice.** Ids already delivered are dropped. A page of which nothing is new
///   ends the listing with [`RepeatingServer`](crate::ErrorKind::RepeatingServer).
/// - **Signs of change are told.** Atlas pages by offset, so a set that changes between two
///   pages can hide a row. [`summary`](Self::summary) says whether the end vouches for
///   completeness; see [`Ending`](crate::Ending).
/// - **An error does not end it.** After `Some(Err(_))` the next poll asks for the failed page
///   again; nothing is lost or repeated. Errors that cannot pass by asking again (credentials,
///   permission, not found, withdrawn API, bad argument, repeating server, limits) are followed
///   by the end. Stopping at the first error, as `try_next().await?` does, is right too.
/// - **One bad row costs one row.** It is one `Err` of kind [`Row`](crate::ErrorKind::Row);
///   its neighbours arrive.
/// - **Cancel at will.** Dropping a `next()` future loses nothing. Dropping the stream aborts
///   its requests. Pages in flight make progress while the consumer is busy.
///
/// In requests: as many as pages, when the reported total is right and the last page is short;
/// a full last page takes one more. A wrong total costs at most as many as the prefetch width.
///
/// It must be polled inside a Tokio runtime.
#[must_use = "streams do nothing unless polled"]
pub struct Snapshots {
    engine: Engine,
    rows: Rows,
}

/// Rows of the page being handed out.
#[derive(Debug, Default)]
struct Rows {
    page: u64,
    in_order: bool,
    rest: VecDeque<(usize, Row)>,
}

impl From<Batch> for Rows {
    fn from(batch: Batch) -> Self {
        Self {
            page: batch.page,
            in_order: batch.in_order,
            rest: batch.rows.into(),
        }
    }
}

impl Snapshots {
    pub(crate) fn new(engine: Engine) -> Self {
        Self {
            engine,
            rows: Rows::default(),
        }
    }

    /// What the listing has done so far and, once it has ended, what it can vouch for.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = self.engine.summary();
        if !self.rows.rest.is_empty() {
            // The last page is in, but not all of it is out.
            summary.ending = Ending::Running;
        }
        summary
    }

    /// Where the listing stands: behind the last row handed out. See
    /// [`Listing::resume_from`](crate::Listing::resume_from).
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        self.engine.checkpoint()
    }

    fn hand_out(&mut self, index: usize, row: Row) -> Result<Snapshot> {
        let Rows { page, in_order, .. } = self.rows;
        self.engine.note_handed_out(page, in_order, index, &row);
        match row {
            Row::Good(snapshot) => Ok(snapshot),
            Row::Bad { error, .. } => Err(self.engine.locate(error, page, 1)),
        }
    }
}

impl Stream for Snapshots {
    type Item = Result<Snapshot, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some((index, row)) = this.rows.rest.pop_front() {
                return Poll::Ready(Some(this.hand_out(index, row)));
            }
            match ready!(this.engine.poll_page(cx)) {
                Some(Ok(batch)) => this.rows = batch.into(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let buffered = self.rows.rest.len();
        (buffered, self.engine.is_ended().then_some(buffered))
    }
}

impl FusedStream for Snapshots {
    fn is_terminated(&self) -> bool {
        self.rows.rest.is_empty() && self.engine.is_ended()
    }
}

impl fmt::Debug for Snapshots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshots")
            .field("summary", &self.summary())
            .finish_non_exhaustive()
    }
}
