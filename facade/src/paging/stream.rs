//! Streams of the items and of the pages of a listing.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::stream::{FusedStream, Stream};
use serde::{Deserialize, Serialize};

use super::engine::Batch;
use super::page::{ReceivedItem, merge_counted};
use super::sequence::Sequence;
use super::summary::Summary;
use crate::error::{Error, Result};
use crate::http::headers::RateLimit;
use crate::model::checkpoint::Checkpoint;
use crate::model::completeness::Completeness;
use crate::model::invalid_item::InvalidItem;

/// The items of a listing, page after page: **complete, or it says why not.**
///
/// Made by [`ListRequest::stream`](crate::ListRequest::stream). What it guarantees:
///
/// - **Lazy.** No request is sent before the first poll, and none after the end. The first page
///   is requested alone; then up to [`max_in_flight`](crate::ListRequest::max_in_flight) pages
///   are in flight, yielded in order.
/// - **It reads to the end.** It reads on while a page is full, or has a `next` link, or the
///   total says that there is more; without a total, one further page is tried. A page that comes
///   empty although one of these promised items is requested again, up to twice, and if it stays
///   empty, the pages behind it are read. Three empty pages in a row end the listing.
/// - **Totals are hints.** The reported total bounds how far ahead pages are requested, never
///   what is yielded. A wrong, absent or changing total gives the same items.
/// - **Each item once.** Items with an id that was yielded before are dropped. A full page on
///   which no item is new ends the listing with
///   [`PaginationLoop`](crate::ErrorKind::PaginationLoop).
/// - **A set that changes is read again.** Atlas pages by offset, so a set that changes between two
///   pages can hide an item. On a sign of that, the set is read again until two passes agree, as
///   [`Consistency`](crate::Consistency) says, and items found late are yielded then. Where an item
///   may be missing all the same, the last item is an error of kind
///   [`PossiblyIncomplete`](crate::ErrorKind::PossiblyIncomplete). [`summary`](Self::summary) says
///   how complete the listing is; see [`Completeness`].
/// - **An error does not end it.** After `Some(Err(_))`, the next poll requests the failed page
///   again, after the wait that the server requested (at most 2 minutes) or a backoff; no item is
///   lost or repeated. Errors that another request cannot cure (credentials, permission, not
///   found, withdrawn API, invalid argument, pagination loop, limits) are followed by the end, and
///   so is the second failure to decode a page. Stopping at the first error, as
///   `try_next().await?` does, is correct too.
/// - **One unreadable item costs one item.** It is one `Err` of kind
///   [`InvalidItem`](crate::ErrorKind::InvalidItem); the other items of its page are yielded. From
///   the 21st such item of a page on, one `Err` is about all others.
/// - **It can be cancelled.** Dropping the future of [`next`](Self::next) loses nothing. Dropping
///   the stream aborts its requests. Pages in flight make progress while the consumer is busy.
///
/// It sends as many requests as there are pages when the set does not change, the reported total
/// is correct and the last page is short; a full last page takes one more. A wrong total costs at
/// most as many requests as there may be pages in flight, and four for pages requested again.
///
/// It must be polled inside a Tokio runtime with I/O and timer enabled. In another runtime than before
/// it requests the pages in flight again, since theirs may no longer run.
///
/// ```
/// # use atlas_snapshots_mock::{ClusterKind, MockAtlas};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mock = MockAtlas::builder().kind(ClusterKind::Flex).snapshots(1_200).start().await?;
/// # let atlas = atlas_snapshots::Atlas::builder().base_url(mock.base_url()).build()?;
/// # let (project, cluster) = (mock.project_id(), mock.cluster_name());
/// let mut snapshots = atlas.snapshots(project, cluster).stream();
/// while let Some(snapshot) = snapshots.try_next().await? {
///     println!("{} {:?}", snapshot.id(), snapshot.status());
/// }
/// assert!(snapshots.summary().is_complete());
/// # assert_eq!(snapshots.summary().delivered(), 1_200);
/// # Ok(())
/// # }
/// ```
#[must_use = "streams do nothing unless polled"]
pub struct ItemStream<T> {
    lists: Sequence<T>,
    page: BufferedPage<T>,
}

/// The page whose items are being yielded.
struct BufferedPage<T> {
    number: u64,
    attempts: u32,
    in_order: bool,
    items: VecDeque<ReceivedItem<T>>,
    /// How many of these are part of the error of another one.
    merged: usize,
}

impl<T: Send + 'static> ItemStream<T> {
    pub(super) fn new(lists: Sequence<T>) -> Self {
        Self {
            lists,
            page: BufferedPage {
                number: 0,
                attempts: 0,
                in_order: true,
                items: VecDeque::new(),
                merged: 0,
            },
        }
    }

    /// The next item, an error, or `None` at the end. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<T>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// The next item, or `None` at the end.
    ///
    /// # Errors
    ///
    /// Those of the next page or item; see [`ErrorKind`](crate::ErrorKind).
    pub async fn try_next(&mut self) -> Result<Option<T>> {
        self.next().await.transpose()
    }

    /// What the listing has done so far, and how complete it is.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = self.lists.summary();
        if !self.page.items.is_empty() {
            summary.completeness = Completeness::InProgress;
        }
        summary
    }

    /// How far the listing has come: up to and including the last item yielded. See
    /// [`ListRequest::resume_from`](crate::ListRequest::resume_from).
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        self.lists.checkpoint()
    }

    /// Yields an item, unless it is left out or part of the error of another one.
    fn yield_item(&mut self, item: ReceivedItem<T>) -> Option<Result<T>> {
        let page = &mut self.page;
        if !self.lists.record(page.number, page.in_order, &item) {
            return None;
        }
        Some(match item.content {
            Ok(item) => Ok(item),
            Err(Some(invalid)) => {
                let error = Error::from(*invalid);
                Err(self.lists.locate(error, page.number, page.attempts))
            }
            Err(None) => {
                page.merged -= 1;
                return None;
            }
        })
    }
}

// Items are moved, never pinned.
impl<T> Unpin for ItemStream<T> {}

impl<T: Send + 'static> Stream for ItemStream<T> {
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(item) = this.page.items.pop_front() {
                match this.yield_item(item) {
                    Some(yielded) => return Poll::Ready(Some(yielded)),
                    None => continue,
                }
            }
            match ready!(this.lists.poll_page(cx)) {
                Some(Ok(mut batch)) => {
                    let merged = merge_counted(batch.page, &mut batch.items);
                    this.page = BufferedPage {
                        number: batch.page,
                        attempts: batch.attempts,
                        in_order: batch.in_order,
                        items: batch.items.into(),
                        merged,
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let buffered = self.page.items.len() - self.page.merged;
        (buffered, self.lists.is_ended().then_some(buffered))
    }
}

impl<T: Send + 'static> FusedStream for ItemStream<T> {
    fn is_terminated(&self) -> bool {
        self.page.items.is_empty() && self.lists.is_ended()
    }
}

impl<T: Send + 'static> fmt::Debug for ItemStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemStream")
            .field("summary", &self.summary())
            .finish_non_exhaustive()
    }
}

/// One page of a listing, without the items that were yielded before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    number: u64,
    items: Vec<T>,
    item_errors: Vec<InvalidItem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reported_total: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rate_limit: Option<RateLimit>,
}

impl<T> Page<T> {
    /// The number of the page, counted from 1.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The items in the order of the server.
    #[must_use]
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// The items without the page.
    #[must_use]
    pub fn into_items(self) -> Vec<T> {
        self.items
    }

    /// An iterator over the items.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }

    /// The items of the page that could not be read: the first 20 one by one, and the others
    /// together.
    #[must_use]
    pub fn item_errors(&self) -> &[InvalidItem] {
        &self.item_errors
    }

    /// `totalCount` of the last response: an estimate.
    #[must_use]
    pub fn reported_total(&self) -> Option<u64> {
        self.reported_total
    }

    /// The rate limit as of the last response that had one.
    #[must_use]
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.rate_limit
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Page<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

/// The pages of a listing. Made by [`ListRequest::pages`](crate::ListRequest::pages).
///
/// It guarantees the same as [`ItemStream`], except that unreadable items are part of their page
/// instead of errors of the stream. An empty page in the middle or at the end is a page too. A
/// listing that reads again yields, after the last page, one page for each on which it found new
/// items.
#[must_use = "streams do nothing unless polled"]
pub struct PageStream<T> {
    lists: Sequence<T>,
}

impl<T: Send + 'static> PageStream<T> {
    pub(super) fn new(lists: Sequence<T>) -> Self {
        Self { lists }
    }

    /// The next page, an error, or `None` at the end. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<Page<T>>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// The next page, or `None` at the end.
    ///
    /// # Errors
    ///
    /// Those of the next page; see [`ErrorKind`](crate::ErrorKind).
    pub async fn try_next(&mut self) -> Result<Option<Page<T>>> {
        self.next().await.transpose()
    }

    /// What the listing has done so far, and how complete it is.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.lists.summary()
    }

    /// How far the listing has come: up to and including the last page yielded. See
    /// [`ListRequest::resume_from`](crate::ListRequest::resume_from).
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        self.lists.checkpoint()
    }

    fn yield_page(&mut self, mut batch: Batch<T>) -> Page<T> {
        merge_counted(batch.page, &mut batch.items);
        let mut items = Vec::with_capacity(batch.items.len());
        let mut item_errors = Vec::new();
        for item in batch.items {
            if !self.lists.record(batch.page, batch.in_order, &item) {
                continue;
            }
            match item.content {
                Ok(item) => items.push(item),
                Err(invalid) => item_errors.extend(invalid.map(|invalid| *invalid)),
            }
        }
        let summary = self.lists.summary();
        Page {
            number: batch.page,
            items,
            item_errors,
            reported_total: summary.reported_total(),
            rate_limit: summary.rate_limit(),
        }
    }
}

// Items are moved, never pinned.
impl<T> Unpin for PageStream<T> {}

impl<T: Send + 'static> Stream for PageStream<T> {
    type Item = Result<Page<T>>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let polled = ready!(this.lists.poll_page(cx));
        Poll::Ready(polled.map(|batch| batch.map(|batch| this.yield_page(batch))))
    }
}

impl<T: Send + 'static> FusedStream for PageStream<T> {
    fn is_terminated(&self) -> bool {
        self.lists.is_ended()
    }
}

impl<T: Send + 'static> fmt::Debug for PageStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageStream")
            .field("summary", &self.summary())
            .finish_non_exhaustive()
    }
}
