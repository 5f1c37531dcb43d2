//! The same listing, page by page.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::stream::{FusedStream, Stream};

use super::engine::{Batch, Engine};
use super::notices::RateLimit;
use super::page::Row;
use super::summary::Summary;
use crate::checkpoint::Checkpoint;
use crate::error::{Error, Result};
use crate::snapshot::Snapshot;

/// One page of a listing, less the snapshots delivered before.
#[derive(Debug)]
#[non_exhaustive]
pub struct Page {
    number: u64,
    snapshots: Vec<Snapshot>,
    row_errors: Vec<Error>,
    reported_total: Option<u64>,
    rate_limit: Option<RateLimit>,
}

impl Page {
    /// Which page, counted from 1.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Its snapshots in the server's order, less those delivered before.
    #[must_use]
    pub fn snapshots(&self) -> &[Snapshot] {
        &self.snapshots
    }

    /// Takes the snapshots out.
    #[must_use]
    pub fn into_snapshots(self) -> Vec<Snapshot> {
        self.snapshots
    }

    /// One error of kind [`Row`](crate::ErrorKind::Row) for each row that could not be read.
    #[must_use]
    pub fn row_errors(&self) -> &[Error] {
        &self.row_errors
    }

    /// `totalCount` as last heard: an estimate.
    #[must_use]
    pub fn reported_total(&self) -> Option<u64> {
        self.reported_total
    }

    /// The rate limit as last heard.
    #[must_use]
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.rate_limit
    }
}

/// The pages of one instance's snapshots. Made by [`Listing::pages`](crate::Listing::pages).
///
/// The same engine as [`Snapshots`](crate::Snapshots), with the same promises; only rows that
/// cannot be read are part of their page here instead of errors of the stream. An empty page in
/// the middle or at the end is a page too. A [verified](crate::Consistency::Verified) listing
/// adds, behind the last page, a page for each one on which it found snapshots late.
#[must_use = "streams do nothing unless polled"]
pub struct Pages {
    engine: Engine,
}

impl Pages {
    pub(crate) fn new(engine: Engine) -> Self {
        Self { engine }
    }

    /// What the listing has done so far and, once it has ended, what it can vouch for.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.engine.summary()
    }

    /// Where the listing stands: behind the last page handed out. See
    /// [`Listing::resume_from`](crate::Listing::resume_from).
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        self.engine.checkpoint()
    }

    fn hand_out(&mut self, batch: Batch) -> Page {
        let number = batch.page;
        let (mut snapshots, mut row_errors) = (Vec::with_capacity(batch.rows.len()), Vec::new());
        for (index, row) in batch.rows {
            self.engine
                .note_handed_out(number, batch.in_order, index, &row);
            match row {
                Row::Good(snapshot) => snapshots.push(snapshot),
                Row::Bad { error, .. } => row_errors.push(self.engine.locate(error, number, 1)),
            }
        }
        let summary = self.engine.summary();
        Page {
            number,
            snapshots,
            row_errors,
            reported_total: summary.reported_total(),
            rate_limit: summary.rate_limit(),
        }
    }
}

impl Stream for Pages {
    type Item = Result<Page>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let polled = ready!(this.engine.poll_page(cx));
        Poll::Ready(polled.map(|batch| batch.map(|batch| this.hand_out(batch))))
    }
}

impl FusedStream for Pages {
    fn is_terminated(&self) -> bool {
        self.engine.is_ended()
    }
}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("summary", &self.summary())
            .finish_non_exhaustive()
    }
}
