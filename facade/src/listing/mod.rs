//! The heart: a listing that is complete, or says why not.

mod consistency;
mod delivered_ids;
mod engine;
mod fetcher;
mod frontier;
mod ledger;
mod notices;
mod page;
mod pages;
mod scope;
mod search;
mod stream;
mod summary;
mod verification;
mod window;

#[cfg(test)]
mod tests;

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use crate::arguments::{PageSize, Prefetch};
use crate::checkpoint::Checkpoint;
use crate::retry::Patience;

pub use consistency::Consistency;
use engine::{Engine, Plan};
use fetcher::Fetcher;
pub use notices::RateLimit;
pub(crate) use notices::{Notices, moment};
pub(crate) use page::{PageAnswer, PageFuture, PageRequest, PageSource, RequestMeter, Row};
pub use pages::{Page, Pages};
pub(crate) use scope::Scope;
pub use stream::Snapshots;
pub use summary::{Ending, Summary};

/// A listing to be: what to list, and how. [`stream`](Self::stream) starts it.
///
/// Made by [`Atlas::serverless_snapshots`](crate::Atlas::serverless_snapshots). The defaults
/// suit nearly everyone: pages of 500, a window of 4, one reading.
///
/// ```
/// use atlas_snapshots::{Atlas, Consistency, Credentials, PageSize, Prefetch};
///
/// let atlas = Atlas::builder()
///     .credentials(Credentials::access_token("an-access-token"))
///     .build()?;
/// let snapshots = atlas
///     .serverless_snapshots("32b6e34b3d91647abb20e7b8".parse()?, "Instance0".parse()?)
///     .page_size(PageSize::new(100)?)
///     .prefetch(Prefetch::SEQUENTIAL)
///     .consistency(Consistency::verified())
///     .stream();
/// # let _ = snapshots;
/// # Ok::<(), atlas_snapshots::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "a listing does nothing until it is streamed"]
pub struct Listing {
    source: Arc<dyn PageSource>,
    patience: Arc<Patience>,
    plan: Plan,
}

/// Far beyond any real set; see [`Listing::page_limit`].
const DEFAULT_PAGE_LIMIT: u64 = 100_000;

/// Far beyond any real set; see [`Listing::item_limit`].
const DEFAULT_ITEM_LIMIT: u64 = 1_000_000;

impl Listing {
    pub(crate) fn new(source: Arc<dyn PageSource>, patience: Arc<Patience>, scope: Scope) -> Self {
        Self {
            source,
            patience,
            plan: Plan {
                scope,
                prefetch: Prefetch::default().get(),
                page_limit: DEFAULT_PAGE_LIMIT,
                item_limit: DEFAULT_ITEM_LIMIT,
                deadline: None,
                consistency: Consistency::default(),
                resume_from: None,
            },
        }
    }

    /// Snapshots a request; default 500, the largest.
    pub fn page_size(mut self, page_size: PageSize) -> Self {
        self.plan.scope.page_size = page_size;
        self
    }

    /// Pages in flight after the first; default 4.
    pub fn prefetch(mut self, prefetch: Prefetch) -> Self {
        self.plan.prefetch = prefetch.get();
        self
    }

    /// How sure to be that nothing was missed; default [`Consistency::Observed`].
    pub fn consistency(mut self, consistency: Consistency) -> Self {
        self.plan.consistency = consistency;
        self
    }

    /// The longest the whole listing may take from its first poll on, retries and the consumer's
    /// own time included; default no limit.
    ///
    /// Past it, waiting for a further page ends the listing with
    /// [`ErrorKind::Deadline`](crate::ErrorKind::Deadline); the rows of the page at hand are
    /// still handed out.
    pub fn deadline(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.plan.deadline = limit.into();
        self
    }

    /// The most pages to read before giving up on an endless server; default 100,000.
    ///
    /// A listing with more ends in [`ErrorKind::PageLimit`](crate::ErrorKind::PageLimit), never
    /// silently.
    pub fn page_limit(mut self, pages: NonZeroU64) -> Self {
        self.plan.page_limit = pages.get();
        self
    }

    /// The most snapshots to deliver before giving up on an endless server; default 1,000,000.
    ///
    /// It bounds memory too: a listing keeps 16 to 32 bytes for every snapshot delivered. A
    /// listing with more ends in [`ErrorKind::PageLimit`](crate::ErrorKind::PageLimit), never
    /// silently.
    pub fn item_limit(mut self, snapshots: NonZeroU64) -> Self {
        self.plan.item_limit = snapshots.get();
        self
    }

    /// Goes on where an earlier listing of the same instance and page size stopped.
    ///
    /// The page on which that one stopped is read again, to find its last row. When that row has
    /// moved, it is looked for on the pages around, so that nothing is delivered twice; the end
    /// is then a [`SuspectedGap`](Ending::SuspectedGap). When it has left the set, the row that
    /// took its place is the first to be delivered. Snapshots that entered the set before that
    /// row are not delivered. Looking for the row reads no page twice and none beyond
    /// [`page_limit`](Self::page_limit).
    ///
    /// A sign of change that the earlier listing had seen counts for this one, too.
    ///
    /// A checkpoint of another API, project, instance or page size, or one combined with
    /// [`Consistency::Verified`], makes the first poll an
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) error, before any request.
    pub fn resume_from(mut self, checkpoint: Checkpoint) -> Self {
        self.plan.resume_from = Some(checkpoint);
        self
    }

    /// The stream of snapshots. No request is made before it is first polled.
    pub fn stream(self) -> Snapshots {
        Snapshots::new(self.engine())
    }

    /// The stream of pages. No request is made before it is first polled.
    pub fn pages(self) -> Pages {
        Pages::new(self.engine())
    }

    fn engine(self) -> Engine {
        let page_size = self.plan.scope.page_size.get();
        Engine::new(
            Fetcher::new(self.source, self.patience, page_size),
            self.plan,
        )
    }
}
