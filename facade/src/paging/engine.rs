//! The state machine of a listing: which page to request next, and what a response means.
//!
//! ```text
//!           ┌──────────────── a page failed for good ───────────────┐
//!           │                                                       ▼
//! Idle ─► Reading ─► (page accepted: yield its items) ─► Reading ─► Ended
//!           ▲  │                     │                              ▲
//!  next poll│  │ a page failed       └─ a limit was reached ─► FailAfterBatch
//!           │  ▼
//!        Interrupted
//! ```
//!
//! While `Reading`, the [`Phase`] says what a page is for: to find where an earlier listing
//! stopped, to be delivered, or to be compared with an earlier pass.

use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tracing::Span;

use super::config::{ListConfig, Mode};
use super::fetch::{Attempts, Fetched, Fetcher, FinishedPage, InFlight};
use super::page::{ItemKey, PageSource, ReceivedItem, fingerprint};
use super::resume::{Found, ResumeSearch};
use super::seen_items::SeenItems;
use super::signals::PageSignals;
use super::summary::Summary;
use super::verification::{Next, Verification};
use crate::error::{Error, ErrorKind, Position, Result};
use crate::http::clock::Sleep;
use crate::http::retry::Retrier;
use crate::model::checkpoint::{Checkpoint, Cursor};
use crate::model::completeness::{Basis, Completeness, IncompleteReason};

/// The most passes after the first one.
const MAX_PASSES: u32 = 8;

/// An accepted page: its items without those delivered before.
#[derive(Debug)]
pub(super) struct Batch<T> {
    pub(super) page: u64,
    pub(super) attempts: u32,
    pub(super) items: Vec<ReceivedItem<T>>,
    /// Whether a listing can be resumed behind these items. Not so for items found late.
    pub(super) in_order: bool,
}

/// Reads pages in order and decides after each one whether, and how far, to read on.
pub(super) struct Engine<T> {
    config: ListConfig,
    state: State,
    phase: Phase,
    fetcher: Arc<Fetcher<T>>,
    in_flight: InFlight<T>,
    seen: SeenItems,
    /// Fingerprints of the pages delivered, kept where they may be compared.
    first_pass: Vec<u64>,
    last_item: Option<LastItem>,
    /// Items delivered in order by this listing and those it resumes.
    items_seen: u64,
    /// How many items the first pass has, once it is over and the set is read again.
    first_pass_items: Option<u64>,
    deadline: Option<Sleep>,
    span: Span,
    summary: Summary,
}

/// The last item with an id that was delivered in order.
#[derive(Debug)]
struct LastItem {
    page: u64,
    index: usize,
    key: ItemKey,
    /// Items seen up to and including this one.
    items_seen: u64,
}

/// The state of a listing between two polls.
#[derive(Debug)]
enum State {
    /// Nothing has been requested.
    Idle,
    /// At least one page is in flight, and the first one is the next in order.
    Reading,
    /// The next page in order failed, and its error was returned. The pages in flight behind it
    /// are kept. The next poll requests the page again.
    Interrupted { page: u64, attempts: Attempts },
    /// Everything up to a limit was returned. The next poll returns this error, which ends the
    /// listing.
    FailAfterBatch(Error),
    /// Nothing more will come.
    Ended,
}

/// What the pages in flight are for.
#[derive(Debug)]
enum Phase {
    /// To find the item a checkpoint ends with, one page at a time.
    Searching(ResumeSearch),
    /// To be delivered, first page to last, with several pages in flight.
    Delivering,
    /// To be compared with an earlier pass, last page to first, one page at a time.
    Verifying(Verification),
}

/// An accepted page and what it took to read it.
#[derive(Debug, Clone, Copy)]
struct PageRef {
    page: u64,
    attempts: u32,
}

impl<T: Send + 'static> Engine<T> {
    pub(super) fn new(
        source: Arc<dyn PageSource<T>>,
        retrier: Arc<Retrier>,
        config: ListConfig,
    ) -> Self {
        let fetcher = Arc::new(Fetcher::new(source, retrier, config.page_size));
        let span = tracing::debug_span!(
            "list",
            atlas.target = %config.target.description,
            atlas.page_size = config.page_size,
        );
        Self {
            state: State::Idle,
            phase: Phase::Delivering,
            in_flight: InFlight::new(Arc::clone(&fetcher), span.clone()),
            seen: SeenItems::new(config.page_size),
            first_pass: Vec::new(),
            last_item: None,
            items_seen: 0,
            first_pass_items: None,
            deadline: None,
            span,
            summary: Summary::new(),
            fetcher,
            config,
        }
    }

    /// The next page in order, an error, or `None` at the end.
    pub(super) fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Batch<T>>>> {
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Idle => {
                    if let Err(error) = self.start() {
                        return Poll::Ready(Some(Err(self.fail(error))));
                    }
                }
                State::Interrupted { page, attempts } => {
                    if let Err(error) = self.in_flight.push_front(page, attempts) {
                        return Poll::Ready(Some(Err(self.fail(error))));
                    }
                    self.summary.completeness = Completeness::InProgress;
                    self.state = State::Reading;
                }
                State::Reading => {
                    self.state = State::Reading;
                    if let Some(error) = self.poll_deadline(cx) {
                        return Poll::Ready(Some(Err(error)));
                    }
                    let finished = ready!(self.in_flight.poll_first(cx));
                    if let Some(batch) = self.on_finished(finished).transpose() {
                        return Poll::Ready(Some(batch));
                    }
                }
                State::FailAfterBatch(error) => {
                    // Located when it occurred, and everything has been delivered since.
                    let (page, attempts) = (error.page(), error.attempts());
                    let error = self.locate(
                        error,
                        page.unwrap_or_default(),
                        attempts.unwrap_or_default(),
                    );
                    return Poll::Ready(Some(Err(self.fail(error))));
                }
                State::Ended => return Poll::Ready(None),
            }
        }
    }

    /// Whether every further poll returns `None`.
    pub(super) fn is_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    /// Records that an item of a batch is delivered, as an item or as an error.
    pub(super) fn record(&mut self, page: u64, in_order: bool, item: &ReceivedItem<T>) {
        match &item.content {
            Ok(_) => self.summary.delivered += 1,
            Err(_) => self.summary.item_errors += 1,
        }
        if in_order {
            self.items_seen = self.items_seen.saturating_add(1);
            if !matches!(item.key, ItemKey::Unnamed(_)) {
                self.last_item = Some(LastItem {
                    page,
                    index: item.index,
                    key: item.key.clone(),
                    items_seen: self.items_seen,
                });
            }
        }
    }

    pub(super) fn checkpoint(&self) -> Checkpoint {
        // Before the first poll, the listing is where the checkpoint it resumes is.
        if let Some(checkpoint) = &self.config.resume_from {
            return checkpoint.clone();
        }
        let cursor = self.last_item.as_ref().and_then(|last| {
            Some(Cursor {
                page: last.page,
                index: last.index,
                last_id: last.key.id()?,
            })
        });
        let unreadable = self.summary.item_errors > 0;
        let recorded = self.summary.delivered + self.summary.item_errors;
        Checkpoint {
            cursor,
            items_seen: self.last_item.as_ref().map_or(0, |last| last.items_seen),
            reported_total: self.seen.total(),
            reason: if unreadable {
                Some(IncompleteReason::UnreadableItems)
            } else {
                self.seen.reason()
            },
            read_to_end: self.first_pass_items.is_some_and(|items| recorded >= items),
            ..Checkpoint::start(self.config.target.fields.clone(), self.config.page_size)
        }
    }

    /// Adds to an error where in the listing it occurred.
    pub(super) fn locate(&self, error: Error, page: u64, attempts: u32) -> Error {
        error.at(Position {
            target: self.config.target.description.clone(),
            page,
            delivered: self.summary.delivered,
            attempts,
            checkpoint: self.checkpoint(),
        })
    }

    fn start(&mut self) -> Result<()> {
        if let Some(invalid) = self.config.invalid.take() {
            return Err(invalid.into());
        }
        let first = match self.config.resume_from.take() {
            None => 1,
            Some(checkpoint) if checkpoint.read_to_end => {
                self.resume_at_end(checkpoint);
                return Ok(());
            }
            Some(checkpoint) => self.prepare_to_resume(checkpoint),
        };
        if first > self.config.page_limit {
            return Err(self.locate(self.page_limit_exceeded(), first, 0));
        }
        self.in_flight.push_back(first)?;
        self.state = State::Reading;
        self.deadline = self.config.deadline.map(|deadline| {
            let clock = self.fetcher.clock();
            clock.sleep_until(clock.moment_in(deadline))
        });
        Ok(())
    }

    /// Takes over a checkpoint and returns the page to read first.
    fn prepare_to_resume(&mut self, checkpoint: Checkpoint) -> u64 {
        let Some(cursor) = checkpoint.cursor else {
            return 1;
        };
        self.summary.resumed = true;
        self.last_item = Some(LastItem {
            page: cursor.page,
            index: cursor.index,
            key: ItemKey::of_id(&cursor.last_id),
            items_seen: checkpoint.items_seen,
        });
        self.items_seen = checkpoint.items_seen;
        self.seen.restore_total(checkpoint.reported_total);
        if let Some(reason) = checkpoint.reason {
            self.seen.note(reason);
        }
        let search = ResumeSearch::new(cursor, checkpoint.items_seen, self.config.page_size);
        let first = search.first_page();
        self.phase = Phase::Searching(search);
        first
    }

    /// Ends a listing that has nothing left to read in order. Which items the earlier one found
    /// late is not known, so none are searched for.
    fn resume_at_end(&mut self, checkpoint: Checkpoint) {
        let reason = checkpoint.reason.unwrap_or(IncompleteReason::NotConverged);
        self.prepare_to_resume(checkpoint);
        self.first_pass_items = Some(0);
        self.summary.resumed = true;
        self.end(Completeness::PossiblyIncomplete(reason));
    }

    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Option<Error> {
        let deadline = self.deadline.as_mut()?;
        if deadline.as_mut().poll(cx).is_pending() {
            return None;
        }
        self.deadline = None;
        let (page, attempts) = self.in_flight.first().unwrap_or_default();
        let error = self.locate(Error::new(ErrorKind::Deadline), page, attempts);
        Some(self.fail(error))
    }

    /// Ends the listing with `error`.
    fn fail(&mut self, error: Error) -> Error {
        self.end(match error.kind() {
            ErrorKind::PossiblyIncomplete => {
                Completeness::PossiblyIncomplete(IncompleteReason::NotConverged)
            }
            _ => Completeness::Failed,
        });
        self.span
            .in_scope(|| tracing::debug!(%error, "listing failed"));
        error
    }

    /// Handles a page that is no longer in flight; `None` when it has nothing to deliver.
    fn on_finished(&mut self, finished: Option<FinishedPage<T>>) -> Result<Option<Batch<T>>> {
        // No page in flight contradicts the state. An error is better than to wait forever.
        let Some(finished) = finished else {
            return Err(self.fail(Error::new(ErrorKind::Internal)));
        };
        let page = PageRef {
            page: finished.page,
            attempts: finished.attempts.get(),
        };
        match finished.result {
            Ok(fetched) => self.on_page(page, fetched).map_err(|error| {
                let error = self.locate(error, page.page, page.attempts);
                self.fail(error)
            }),
            Err(error) => {
                let ends_listing = error.ends_listing();
                let error = self.locate(error, page.page, page.attempts);
                if ends_listing {
                    return Err(self.fail(error));
                }
                self.summary.completeness = Completeness::Failed;
                self.state = State::Interrupted {
                    page: page.page,
                    attempts: finished.attempts,
                };
                Err(error)
            }
        }
    }

    fn on_page(&mut self, at: PageRef, mut fetched: Fetched<T>) -> Result<Option<Batch<T>>> {
        self.summary.pages += 1;
        self.summary
            .take_notices(std::mem::take(&mut fetched.response.notices));
        match &mut self.phase {
            Phase::Delivering => self.deliver(at, fetched, 0).map(Some),
            Phase::Searching(search) => {
                let before = search.items_before(at.page);
                let is_last = !looks_followed(before, at.page, self.config.page_size, &fetched);
                match search.on_page(at.page, &fetched.response.items, is_last) {
                    Found::Elsewhere(next) if next > self.config.page_limit => {
                        self.fail_after_batch(at, self.page_limit_exceeded());
                        Ok(None)
                    }
                    Found::Elsewhere(next) => self.in_flight.push_back(next).map(|()| None),
                    Found::Repeated => Err(Error::new(ErrorKind::PaginationLoop)
                        .with_message("the page has the same items as another page")),
                    Found::Here { known, moved } => {
                        if moved {
                            self.seen.note(IncompleteReason::ResumePointMoved);
                        }
                        self.seen.start_at(before);
                        self.phase = Phase::Delivering;
                        self.deliver(at, fetched, known).map(Some)
                    }
                }
            }
            Phase::Verifying(_) => self.compare(at, fetched),
        }
    }

    /// Delivers a page, of which the first `known` items were delivered by an earlier listing.
    fn deliver(&mut self, at: PageRef, fetched: Fetched<T>, known: usize) -> Result<Batch<T>> {
        let Fetched {
            mut response,
            counted,
        } = fetched;
        let received = response.items.len();
        if self.config.consistency.0 != Mode::SinglePass {
            self.first_pass.push(fingerprint(&response.items));
        }
        let signals = self.seen.accept(at.page, &mut response, known, counted);
        if received > known && response.items.is_empty() {
            let message = format!("all {received} items of the page were delivered before");
            return Err(Error::new(ErrorKind::PaginationLoop).with_message(message));
        }
        if self.truncate_to_limit(at, &mut response.items) {
            // The error follows the items.
        } else if !signals.has_more() {
            self.finish()?;
        } else if at.page >= self.config.page_limit {
            self.fail_after_batch(at, self.page_limit_exceeded());
        } else {
            self.fill_window(&signals)?;
        }
        Ok(Batch {
            page: at.page,
            attempts: at.attempts,
            items: response.items,
            in_order: true,
        })
    }

    /// Compares a page with an earlier pass. Only items that were missed before are delivered.
    fn compare(&mut self, at: PageRef, fetched: Fetched<T>) -> Result<Option<Batch<T>>> {
        let Phase::Verifying(verification) = &mut self.phase else {
            return Err(Error::new(ErrorKind::Internal));
        };
        let Fetched {
            mut response,
            counted,
        } = fetched;
        let fingerprint = fingerprint(&response.items);
        let signals = self.seen.accept_again(at.page, &mut response, counted);
        let next = verification.on_page(&signals, fingerprint);
        if !self.truncate_to_limit(at, &mut response.items) {
            match next {
                Next::Page(next) if next > self.config.page_limit => {
                    self.fail_after_batch(at, self.page_limit_exceeded());
                }
                Next::Page(next) => self.in_flight.push_back(next)?,
                Next::Agreed => self.end(Completeness::Complete(Basis::Verified)),
                Next::Exhausted => {
                    let error = Error::new(ErrorKind::PossiblyIncomplete)
                        .with_message("the set kept changing while it was read again");
                    self.fail_after_batch(at, error);
                }
            }
        }
        Ok((!response.items.is_empty()).then_some(Batch {
            page: at.page,
            attempts: at.attempts,
            items: response.items,
            in_order: false,
        }))
    }

    /// Ends the first pass: the listing ends, or the set is read again.
    fn finish(&mut self) -> Result<()> {
        if self.summary.pages == 1 && !self.summary.resumed {
            // One consistent read, even with a sign of change on it.
            self.end(Completeness::Complete(Basis::SinglePage));
            return Ok(());
        }
        let sign = self.seen.reason();
        let read_again = match self.config.consistency.0 {
            Mode::SinglePass => false,
            Mode::Adaptive => sign.is_some() && !self.summary.resumed,
            Mode::Verified => true,
        };
        if read_again {
            self.first_pass_items = Some(self.seen.accepted());
            self.in_flight.clear();
            let first_pass = std::mem::take(&mut self.first_pass);
            let verification = Verification::new(first_pass, MAX_PASSES);
            let first = verification.first_page();
            self.phase = Phase::Verifying(verification);
            return self.in_flight.push_back(first);
        }
        self.end(match sign {
            Some(reason) => Completeness::PossiblyIncomplete(reason),
            None => Completeness::Complete(Basis::NoChangeSeen),
        });
        Ok(())
    }

    /// Requests as many pages as are useful after the one just accepted.
    fn fill_window(&mut self, signals: &PageSignals) -> Result<()> {
        let last = signals.last_expected_page().unwrap_or(u64::MAX);
        let last = last.min(self.config.page_limit);
        let width = self.window_width();
        let mut next = self.in_flight.last_page().unwrap_or(signals.page) + 1;
        while self.in_flight.len() < width && next <= last {
            self.in_flight.push_back(next)?;
            next += 1;
        }
        Ok(())
    }

    /// How many pages to have in flight: fewer as the rate limit comes near. Other clients share
    /// the limit, so only half of what remains is used.
    fn window_width(&self) -> usize {
        let remaining = self.summary.rate_limit.map(|limit| limit.remaining() / 2);
        let remaining = remaining.and_then(|half| usize::try_from(half).ok());
        let width = self.config.max_in_flight;
        width.min(remaining.unwrap_or(usize::MAX)).max(1)
    }

    /// Drops items beyond the item limit, and ends the listing after the others. False when there
    /// are none.
    fn truncate_to_limit(&mut self, at: PageRef, items: &mut Vec<ReceivedItem<T>>) -> bool {
        let limit = self.config.item_limit;
        let surplus = self.seen.accepted().saturating_sub(limit);
        if surplus == 0 {
            return false;
        }
        let kept = (items.len() as u64).saturating_sub(surplus);
        items.truncate(usize::try_from(kept).unwrap_or(usize::MAX));
        let error = Error::new(ErrorKind::LimitExceeded);
        self.fail_after_batch(at, error.with_message(format!("more than {limit} items")));
        true
    }

    fn page_limit_exceeded(&self) -> Error {
        let message = format!("more than {} pages", self.config.page_limit);
        Error::new(ErrorKind::LimitExceeded).with_message(message)
    }

    fn fail_after_batch(&mut self, at: PageRef, error: Error) {
        self.in_flight.clear();
        let error = self.locate(error, at.page, at.attempts);
        self.state = State::FailAfterBatch(error);
    }

    fn end(&mut self, completeness: Completeness) {
        self.in_flight.clear();
        self.deadline = None;
        self.state = State::Ended;
        self.summary.completeness = completeness;
    }
}

impl<T> Engine<T> {
    pub(super) fn summary(&self) -> Summary {
        let reached_end = !matches!(
            self.summary.completeness,
            Completeness::InProgress | Completeness::Failed
        );
        let unreadable = reached_end && self.summary.item_errors > 0;
        Summary {
            requests: self.fetcher.requests(),
            retries: self.fetcher.retries(),
            duplicates: self.seen.duplicates(),
            reported_total: self.seen.total(),
            completeness: if unreadable {
                Completeness::PossiblyIncomplete(IncompleteReason::UnreadableItems)
            } else {
                self.summary.completeness
            },
            ..self.summary.clone()
        }
    }
}

/// Whether a page with this many items before it looks as if another one followed it.
fn looks_followed<T>(before: u64, page: u64, page_size: u16, fetched: &Fetched<T>) -> bool {
    let items = fetched.response.items.len() as u64;
    let signals = PageSignals {
        page,
        page_size: page_size.into(),
        items,
        seen: before.saturating_add(items),
        has_next: fetched.response.has_next,
        counted: fetched.counted,
        total: fetched.response.total,
    };
    signals.has_more()
}

impl<T> Drop for Engine<T> {
    /// Only now have all items been delivered that ever will be.
    fn drop(&mut self) {
        let summary = self.summary();
        let (delivered, requests) = (summary.delivered, summary.requests);
        let completeness = summary.completeness;
        self.span.in_scope(|| {
            tracing::debug!(delivered, requests, %completeness, "listing closed");
        });
    }
}
