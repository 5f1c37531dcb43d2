//! List requests: what to list and how. Configuring one sends nothing.

use std::fmt;
use std::future::IntoFuture;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::collect::{Collect, CollectPartial, Collected};
use super::config::{Consistency, ListConfig, ListTarget};
use super::page::PageSource;
use super::sequence::{List, Sequence};
use super::stream::{ItemStream, PageStream};
use crate::error::Result;
use crate::http::retry::Retrier;
use crate::http::slots::Slots;
use crate::model::checkpoint::Checkpoint;
use crate::model::ids::InvalidValue;

/// The page sizes that Atlas serves (documented).
pub(crate) const PAGE_SIZES: RangeInclusive<u16> = 1..=500;

/// The upper bound is ours: more pages in flight only reach the rate limit sooner.
const IN_FLIGHT: RangeInclusive<usize> = 1..=64;

/// A listing that is being configured. [`collect`](Self::collect) or `.await` runs it and returns
/// all items, [`stream`](Self::stream) and [`pages`](Self::pages) yield them as they arrive.
///
/// Made by the methods of [`Atlas`](crate::Atlas), such as [`Atlas::snapshots`]. The defaults
/// suit most callers: pages of 500, four pages in flight, read again only on a sign of change. A value that breaks a rule
/// becomes an error of kind [`InvalidArgument`](crate::ErrorKind::InvalidArgument) when the
/// listing is first polled, before any request; the first such value is reported.
///
/// ```
/// # use atlas_snapshots_mock::{ClusterKind, MockAtlas};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mock = MockAtlas::builder().kind(ClusterKind::Flex).snapshots(250).start().await?;
/// # let atlas = atlas_snapshots::Atlas::builder().base_url(mock.base_url()).build()?;
/// # let (project, cluster) = (mock.project_id(), mock.cluster_name());
/// use atlas_snapshots::{Basis, Completeness, Consistency};
///
/// let snapshots = atlas
///     .snapshots(project, cluster)
///     .page_size(100)
///     .consistency(Consistency::verified())
///     .await?;
/// assert_eq!(snapshots.len(), 250);
/// assert_eq!(snapshots.summary().completeness(), Completeness::Complete(Basis::Verified));
/// # Ok(())
/// # }
/// ```
///
/// [`Atlas::snapshots`]: crate::Atlas::snapshots
#[must_use = "a list request does nothing until it is awaited or streamed"]
pub struct ListRequest<T> {
    source: Arc<dyn PageSource<T>>,
    /// The list to be read after that of `source`.
    second: Option<List<T>>,
    /// What the second list is replaced with on request.
    second_on_request: Option<List<T>>,
    /// Which items are left out.
    is_skipped: Option<fn(&T) -> bool>,
    retrier: Arc<Retrier>,
    config: ListConfig,
}

impl<T: Send + 'static> ListRequest<T> {
    pub(crate) fn new(
        source: Arc<dyn PageSource<T>>,
        retrier: Arc<Retrier>,
        target: ListTarget,
    ) -> Self {
        Self {
            source,
            second: None,
            second_on_request: None,
            is_skipped: None,
            retrier,
            config: ListConfig {
                target,
                page_size: *PAGE_SIZES.end(),
                max_in_flight: 4,
                page_limit: 100_000,
                item_limit: 1_000_000,
                deadline: None,
                consistency: Consistency::default(),
                resume_from: None,
                slots: Slots::default(),
                invalid: None,
            },
        }
    }

    /// Adds a list to be read after the first one, and what it is replaced with on request.
    pub(crate) fn then(mut self, second: List<T>, on_request: List<T>) -> Self {
        self.second = Some(second);
        self.second_on_request = Some(on_request);
        self
    }

    /// Replaces the second list with the one to be read on request.
    pub(crate) fn with_second_on_request(mut self) -> Self {
        self.second = self.second_on_request.take().or(self.second);
        self
    }

    /// Sets which items are left out.
    pub(crate) fn skipping(mut self, is_skipped: Option<fn(&T) -> bool>) -> Self {
        self.is_skipped = is_skipped;
        self
    }

    /// Takes over a value, or keeps the error of the first one that breaks its rule.
    pub(crate) fn checked<V>(
        mut self,
        value: Result<V, InvalidValue>,
        set: impl FnOnce(&mut Self, V),
    ) -> Self {
        match value {
            Ok(value) => set(&mut self, value),
            Err(invalid) => {
                self.config.invalid.get_or_insert(invalid);
            }
        }
        self
    }

    /// Sets how many items are requested per page: 1 to 500 (documented as `itemsPerPage`).
    ///
    /// The default is 500, so that most listings are a single request; Atlas's own default is
    /// 100.
    pub fn page_size(self, items: u16) -> Self {
        let checked = InvalidValue::check_range("page size", items, PAGE_SIZES);
        self.checked(checked, |this, items| this.config.page_size = items)
    }

    /// Sets how many pages are in flight at once after the first one: 1 to 64, default 4.
    ///
    /// The first page is always requested alone, because only its response says how many there
    /// are. Pages are yielded in order in any case. Memory is bounded by this many pages.
    pub fn max_in_flight(self, pages: usize) -> Self {
        let checked = InvalidValue::check_range("max in flight", pages, IN_FLIGHT);
        self.checked(checked, |this, pages| this.config.max_in_flight = pages)
    }

    /// Sets the most items to yield, as a protection against an endless server; at least 1,
    /// default 1,000,000.
    ///
    /// It also bounds memory: a listing keeps up to 32 bytes for every item it has yielded. A
    /// listing with more items ends with an error of kind
    /// [`LimitExceeded`](crate::ErrorKind::LimitExceeded).
    pub fn item_limit(self, items: u64) -> Self {
        let checked = at_least_one("item limit", items);
        self.checked(checked, |this, items| this.config.item_limit = items)
    }

    /// Sets the most pages to read, as a protection against an endless server; at least 1,
    /// default 100,000.
    ///
    /// A listing with more pages ends with an error of kind
    /// [`LimitExceeded`](crate::ErrorKind::LimitExceeded).
    pub fn page_limit(self, pages: u64) -> Self {
        let checked = at_least_one("page limit", pages);
        self.checked(checked, |this, pages| this.config.page_limit = pages)
    }

    /// Sets how long the whole listing may take from its first poll on, including retries and
    /// the consumer's own time; default no limit.
    ///
    /// After the deadline, waiting for a further page ends the listing with an error of kind
    /// [`Deadline`](crate::ErrorKind::Deadline). The items of a page that has arrived are still
    /// yielded.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.config.deadline = Some(limit);
        self
    }

    /// Sets how sure the listing is to be that it missed no item; default
    /// [`Consistency::adaptive`].
    pub fn consistency(mut self, consistency: Consistency) -> Self {
        self.config.consistency = consistency;
        self
    }

    /// Lists only what comes after a checkpoint of an earlier listing of the same target and
    /// page size.
    ///
    /// The page on which the earlier listing stopped is read again to find its last item. When
    /// that item has moved, it is searched for on the pages around, so that no item is yielded
    /// twice, and the end is [`PossiblyIncomplete`]. When it has left the set, the item in its
    /// place is the first one to be yielded. Items that entered the set before that place are not
    /// yielded. The search reads no page twice and none beyond [`page_limit`](Self::page_limit).
    ///
    /// A sign of change that the earlier listing saw counts for this one, too.
    ///
    /// A checkpoint of another target or page size is an error of kind
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument), and so is one combined with
    /// [`Consistency::verified`].
    ///
    /// [`PossiblyIncomplete`]: crate::Completeness::PossiblyIncomplete
    pub fn resume_from(mut self, checkpoint: Checkpoint) -> Self {
        self.config.resume_from = Some(checkpoint);
        self
    }

    /// Lists what the server picks for a moment, in whole seconds, or keeps the error that it picks
    /// nothing.
    pub(crate) fn picked_for(self, moment: DateTime<Utc>, refusal: &str) -> Self {
        let source = self.source.at(moment);
        let source = source.ok_or_else(|| InvalidValue::because(refusal));
        self.checked(source, |this, source| {
            this.source = source;
            let fields = &mut this.config.target.fields;
            fields.insert("pointInTime".to_owned(), moment.timestamp().to_string());
        })
    }

    /// Sends requests only in these slots.
    pub(crate) fn in_slots(mut self, slots: Slots) -> Self {
        self.config.slots = slots;
        self
    }

    /// A stream of the items. No request is sent before it is first polled.
    pub fn stream(self) -> ItemStream<T> {
        ItemStream::new(self.into_sequence())
    }

    /// A stream of the pages. No request is sent before it is first polled.
    pub fn pages(self) -> PageStream<T> {
        PageStream::new(self.into_sequence())
    }

    /// Reads all items, or fails with the first error, that of an unreadable item included.
    /// `.await` on the request does the same.
    ///
    /// The [`summary`](crate::Collected::summary) of the result says how complete it is. Only a
    /// [single pass](Consistency::single_pass) and a [resumed](Self::resume_from) listing succeed
    /// after a sign of change, and are
    /// [`PossiblyIncomplete`](crate::Completeness::PossiblyIncomplete) then.
    pub fn collect(self) -> Collect<T> {
        Collect::new(self.stream())
    }

    /// Reads as many items as possible and never fails. Unreadable items are skipped; the error
    /// that ended the listing early, if any, is part of the result.
    pub fn collect_partial(self) -> CollectPartial<T> {
        CollectPartial::new(self.stream())
    }

    fn into_sequence(mut self) -> Sequence<T> {
        let checkpoint = self.config.resume_from.clone();
        let of_second = |second: &List<T>| {
            let target = checkpoint.as_ref().map(Checkpoint::target);
            target == Some(&second.target.fields)
        };
        let second = self.second.take_if(|second| of_second(second));
        let is_behind_first = second.is_some();
        if let Some(second) = second {
            self.source = second.source;
            self.config.target = second.target;
        }
        let checked = self.config.check_resume();
        self = self.checked(checked, |_, ()| {});
        let sequence = Sequence::new(
            self.source,
            self.second,
            self.retrier,
            self.config,
            self.is_skipped,
        );
        match checkpoint {
            Some(checkpoint) if is_behind_first => sequence.behind_first(&checkpoint),
            _ => sequence,
        }
    }
}

fn at_least_one(what: &str, value: u64) -> Result<u64, InvalidValue> {
    if value > 0 {
        return Ok(value);
    }
    Err(InvalidValue::new(what, value, "must be at least 1"))
}

impl<T> Clone for ListRequest<T> {
    fn clone(&self) -> Self {
        Self {
            source: Arc::clone(&self.source),
            second: self.second.clone(),
            second_on_request: self.second_on_request.clone(),
            is_skipped: self.is_skipped,
            retrier: Arc::clone(&self.retrier),
            config: self.config.clone(),
        }
    }
}

impl<T> fmt::Debug for ListRequest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListRequest")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl<T: Send + 'static> IntoFuture for ListRequest<T> {
    type Output = Result<Collected<T>>;
    type IntoFuture = Collect<T>;

    fn into_future(self) -> Collect<T> {
        self.collect()
    }
}
