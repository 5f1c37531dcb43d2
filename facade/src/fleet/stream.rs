//! The stream of a fleet.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::stream::{FusedStream, Stream};

use super::report::FleetReport;
use super::scheduler::Scheduler;
use super::summary::FleetSummary;
use crate::error::Result;

/// The clusters of a fleet with their snapshots, in the order in which they could be read.
///
/// Made by [`FleetRequest::stream`](crate::FleetRequest::stream). What it guarantees:
///
/// - **Nothing is left out silently.** Every cluster that is selected is one [`FleetReport`]. What
///   fails is a report, too: the other clusters are listed all the same. [`summary`](Self::summary)
///   says how complete the fleet is.
/// - **Found is compared with counted.** Where fewer clusters are found than a project counts, its
///   lists are read once more, and a difference that stays is named by the summary.
/// - **An `Err` is the last item.** It is about the fleet as a whole: the projects could not be
///   listed, the deadline has passed, or a setting is invalid. What has been discovered before it
///   is yielded first.
/// - **As few requests as possible.** One per 500 projects, two per project with clusters, and one
///   per cluster with backups and up to 499 snapshots; more only for retries, on a sign that an
///   item may be missing, and where a project counts more clusters than are found.
/// - **Bounded concurrency.** At most [`concurrency`](crate::FleetRequest::concurrency) requests
///   are in flight, and a request that waits for a rate limit is not in flight. A rate limit
///   pauses the requests of one project; those of the others are sent meanwhile.
/// - **Bounded memory.** It does not grow with the number of clusters: no more is requested than
///   the consumer takes.
/// - **It can be cancelled.** Dropping the future of [`next`](Self::next) loses nothing. Dropping
///   the stream aborts its requests. Requests in flight make progress while the consumer is busy.
///
/// It must be polled inside a Tokio runtime with I/O and timer enabled.
#[must_use = "streams do nothing unless polled"]
pub struct FleetStream {
    scheduler: Scheduler,
}

impl FleetStream {
    pub(super) fn new(scheduler: Scheduler) -> Self {
        Self { scheduler }
    }

    /// The next report, an error, or `None` at the end. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<FleetReport>> {
        poll_fn(|cx| self.scheduler.poll_next(cx)).await
    }

    /// The next report, or `None` at the end.
    ///
    /// # Errors
    ///
    /// Those of the fleet as a whole: those of the list of projects,
    /// [`Deadline`](crate::ErrorKind::Deadline) and
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument).
    pub async fn try_next(&mut self) -> Result<Option<FleetReport>> {
        self.next().await.transpose()
    }

    /// What the fleet has found so far, and how complete it is.
    #[must_use]
    pub fn summary(&self) -> FleetSummary {
        self.scheduler.summary()
    }
}

impl Stream for FleetStream {
    type Item = Result<FleetReport>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().scheduler.poll_next(cx)
    }
}

impl FusedStream for FleetStream {
    fn is_terminated(&self) -> bool {
        self.scheduler.is_ended()
    }
}

impl fmt::Debug for FleetStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FleetStream")
            .field("summary", &self.summary())
            .finish_non_exhaustive()
    }
}
