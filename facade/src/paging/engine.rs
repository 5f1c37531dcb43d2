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

use tokio::time::Instant;
use tracing::Span;

use super::config::{ListConfig, Mode};
use super::fetch::{Fetcher, FinishedPage, InFlight, PageOrder};
use super::first_pass::{FirstPass, PageSignals};
use super::page::{Fetched, PageResponse, PageSource, ReceivedItem};
use super::progress::Progress;
use super::resume::{EndSignals, Found, ResumeSearch};
use super::seen_items::SeenItems;
use super::summary::Summary;
use super::verification::{Next, PassPage, Verification};
use crate::error::{Error, ErrorKind, Position, Result};
use crate::http::attempts::Attempts;
use crate::http::clock::Sleep;
use crate::http::retry::Retrier;
use crate::model::checkpoint::Checkpoint;
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
    first_pass: FirstPass,
    /// The pages of the first pass, kept where they may be compared.
    pages: Vec<PassPage>,
    /// The total that the server sent last in a pass that reads again.
    last_total: Option<u64>,
    /// The page that could not be decoded when it was read last.
    undecodable: Option<u64>,
    progress: Progress,
    /// How many items the first pass has, once it is over and the set is read again.
    first_pass_items: Option<u64>,
    deadline: Option<Sleep>,
    span: Span,
    summary: Summary,
}

/// The state of a listing between two polls.
#[derive(Debug)]
enum State {
    /// Nothing has been requested.
    Idle,
    /// At least one page is in flight, and the first one is the next in order.
    Reading,
    /// The next page in order failed, and its error was returned. The pages in flight behind it
    /// are kept. The next poll requests the page again, but not before this moment.
    Interrupted { at: PageRef, not_before: Instant },
    /// Everything that can be read was returned. The next poll returns this error, which ends the
    /// listing like this.
    FailAfterBatch(Error, Completeness),
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

/// A page and what it took to read it.
#[derive(Debug, Clone)]
struct PageRef {
    page: u64,
    attempts: Attempts,
}

impl<T: Send + 'static> Engine<T> {
    pub(super) fn new(
        source: Arc<dyn PageSource<T>>,
        retrier: Arc<Retrier>,
        config: ListConfig,
    ) -> Self {
        let fetcher = Arc::new(Fetcher::new(
            source,
            retrier,
            config.page_size,
            config.slots.clone(),
        ));
        let span = tracing::debug_span!(
            "list",
            atlas.target = %config.target.description,
            atlas.page_size = config.page_size,
        );
        Self {
            state: State::Idle,
            phase: Phase::Delivering,
            in_flight: InFlight::new(Arc::clone(&fetcher), span.clone()),
            seen: SeenItems::default(),
            first_pass: FirstPass::new(config.page_size),
            pages: Vec::new(),
            last_total: None,
            undecodable: None,
            progress: Progress::default(),
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
                State::Interrupted { at, not_before } => {
                    let order = PageOrder::again(at.page, at.attempts, not_before);
                    if let Err(error) = self.in_flight.push_front(order) {
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
                State::FailAfterBatch(error, completeness) => {
                    // Located when it occurred, and everything has been delivered since.
                    let (page, attempts) = (error.page(), error.attempts());
                    let error = self.locate(
                        error,
                        page.unwrap_or_default(),
                        attempts.unwrap_or_default(),
                    );
                    return Poll::Ready(Some(Err(self.end_with(error, completeness))));
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
            self.progress.record(page, item);
        }
    }

    pub(super) fn checkpoint(&self) -> Checkpoint {
        // Before the first poll, the listing is where the checkpoint it resumes is.
        if let Some(checkpoint) = &self.config.resume_from {
            return checkpoint.clone();
        }
        let unreadable = self.summary.item_errors > 0;
        let recorded = self.summary.delivered + self.summary.item_errors;
        Checkpoint {
            cursor: self.progress.cursor(),
            items_seen: self.progress.items_up_to_cursor(),
            reported_total: self.first_pass.total(),
            reason: if unreadable {
                Some(IncompleteReason::UnreadableItems)
            } else {
                self.first_pass.reason()
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
        self.in_flight.push_back(PageOrder::new(first))?;
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
        self.progress = Progress::resume(&cursor, checkpoint.items_seen);
        self.summary.reported_total = checkpoint.reported_total;
        let (total, reason) = (checkpoint.reported_total, checkpoint.reason);
        self.first_pass.resume(total, reason);
        let search = ResumeSearch::new(cursor, checkpoint.items_seen, self.config.page_size);
        let first = search.first_page();
        self.first_pass.start_behind(search.items_before(first));
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
        let mut error = Error::new(ErrorKind::Deadline);
        if let Some((page, attempts)) = self.in_flight.first() {
            if let Some(failure) = attempts.last_failure() {
                error = error.with_source(failure);
            }
            error = self.locate(error, page, attempts.get());
        }
        Some(self.fail(error))
    }

    /// Ends the listing with `error`, which says nothing about what is missing.
    fn fail(&mut self, error: Error) -> Error {
        self.end_with(error, Completeness::Failed)
    }

    fn end_with(&mut self, error: Error, completeness: Completeness) -> Error {
        self.end(completeness);
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
        let at = PageRef {
            page: finished.page,
            attempts: finished.attempts,
        };
        match finished.result {
            Ok(fetched) => self.on_page(&at, fetched).map_err(|error| {
                let error = self.locate(error, at.page, at.attempts.get());
                self.fail(error)
            }),
            Err(error) => Err(self.on_error(at, error)),
        }
    }

    /// Interrupts the listing, or ends it where requesting the page again cannot help.
    fn on_error(&mut self, at: PageRef, error: Error) -> Error {
        let not_before = self.fetcher.retry_moment(&error, &at.attempts);
        let error = self.locate(error, at.page, at.attempts.get());
        let is_undecodable = error.kind() == ErrorKind::Decode;
        if error.ends_listing() || is_undecodable && self.undecodable == Some(at.page) {
            return self.fail(error);
        }
        self.undecodable = is_undecodable.then_some(at.page);
        self.summary.completeness = Completeness::Failed;
        self.state = State::Interrupted { at, not_before };
        error
    }

    fn on_page(&mut self, at: &PageRef, fetched: Fetched<T>) -> Result<Option<Batch<T>>> {
        self.undecodable = None;
        let mut page = match fetched {
            Fetched::Page(page) => page,
            Fetched::Unchanged(notices) => {
                self.summary.take_notices(notices);
                return self.on_unchanged(at).map(|()| None);
            }
        };
        self.summary.take_notices(std::mem::take(&mut page.notices));
        self.summary.reported_total = page.total.or(self.summary.reported_total);
        if let Phase::Verifying(_) = self.phase {
            return self.compare(at, page);
        }
        let items = page.items.len() as u64;
        if let Some(repetition) = self.first_pass.repetition(items, page.total) {
            return self.request_again(at, repetition).map(|()| None);
        }
        let Phase::Searching(search) = &mut self.phase else {
            return self.deliver(at, page, 0).map(Some);
        };
        let signals = EndSignals {
            has_next: page.has_next,
            total: page.total,
        };
        match search.on_page(at.page, &page.items, signals) {
            Found::Elsewhere(next) => {
                self.summary.pages += 1;
                self.first_pass.start_behind(search.items_before(next));
                if next > self.config.page_limit {
                    self.fail_after_batch(at, self.page_limit_exceeded(), Completeness::Failed);
                    return Ok(None);
                }
                self.in_flight
                    .push_back(PageOrder::new(next))
                    .map(|()| None)
            }
            Found::Repeated => Err(Error::new(ErrorKind::PaginationLoop)
                .with_message("the page has the same items as another page")),
            Found::Here { known, moved } => {
                if moved {
                    self.first_pass.note(IncompleteReason::ResumePointMoved);
                }
                self.phase = Phase::Delivering;
                self.deliver(at, page, known).map(Some)
            }
        }
    }

    /// Requests a page again that came empty although it should have items.
    fn request_again(&mut self, at: &PageRef, repetition: u32) -> Result<()> {
        tracing::info!(parent: &self.span, atlas.page = at.page, "requesting an empty page again");
        let not_before = self.fetcher.backoff_moment(repetition);
        let order = PageOrder::again(at.page, at.attempts.clone(), not_before);
        self.in_flight.push_front(order)
    }

    /// Delivers a page, of which the first `known` items were delivered by an earlier listing.
    fn deliver(&mut self, at: &PageRef, page: PageResponse<T>, known: usize) -> Result<Batch<T>> {
        self.summary.pages += 1;
        let (has_next, total) = (page.has_next, page.total);
        let mut items = page.items;
        let content = self.seen.accept(&mut items, known);
        if self.config.consistency.0 != Mode::SinglePass {
            self.pages.push(PassPage {
                items: content.items,
                fingerprint: content.fingerprint,
                body_hash: page.body_hash,
                has_next,
                total,
            });
        }
        let signals = PageSignals {
            page: at.page,
            items: content.items,
            new: content.new,
            is_repeat: content.is_repeat,
            has_next,
            total,
        };
        if content.is_repeat && self.first_pass.is_full(content.items) {
            let message = format!("all {} items of the page were seen before", content.items);
            return Err(Error::new(ErrorKind::PaginationLoop).with_message(message));
        }
        let has_more = self.first_pass.accept(&signals);
        if self.truncate_to_limit(at, &mut items) {
            // The error follows the items.
        } else if !has_more {
            self.finish()?;
        } else if at.page >= self.config.page_limit {
            self.fail_after_batch(at, self.page_limit_exceeded(), Completeness::Failed);
        } else {
            self.fill_window(&signals)?;
        }
        Ok(Batch {
            page: at.page,
            attempts: at.attempts.get(),
            items,
            in_order: true,
        })
    }

    /// Compares a page with an earlier pass. Only items that were missed before are delivered.
    fn compare(&mut self, at: &PageRef, page: PageResponse<T>) -> Result<Option<Batch<T>>> {
        let mut items = page.items;
        let content = self.seen.accept_again(&mut items);
        let is_beyond_limit = self.truncate_to_limit(at, &mut items);
        if !is_beyond_limit {
            self.continue_pass(
                at,
                PassPage {
                    items: content.items,
                    fingerprint: content.fingerprint,
                    body_hash: page.body_hash,
                    has_next: page.has_next,
                    total: page.total,
                },
            )?;
        }
        Ok((!items.is_empty()).then_some(Batch {
            page: at.page,
            attempts: at.attempts.get(),
            items,
            in_order: false,
        }))
    }

    /// Handles a page whose body is the same as in the pass before.
    fn on_unchanged(&mut self, at: &PageRef) -> Result<()> {
        let Phase::Verifying(verification) = &self.phase else {
            return Err(Error::new(ErrorKind::Internal));
        };
        let same = verification.previous(at.page);
        let same = same.ok_or_else(|| Error::new(ErrorKind::Internal))?;
        self.continue_pass(at, same)
    }

    fn continue_pass(&mut self, at: &PageRef, page: PassPage) -> Result<()> {
        let Phase::Verifying(verification) = &mut self.phase else {
            return Err(Error::new(ErrorKind::Internal));
        };
        self.last_total = page.total.or(self.last_total);
        // A total that is not what was read may be right.
        let seen = self.seen.accepted();
        let is_what_was_read = |total| total == seen || total == verification.previous_items();
        let may_follow = page.has_next
            || self.first_pass.is_whole(page.items)
            || !page.total.is_some_and(is_what_was_read);
        let next = verification.on_page(at.page, page, may_follow);
        self.summary.pages += u64::from(next != Next::SamePage);
        match next {
            Next::SamePage => self.request_again(at, 1)?,
            Next::Page(next) if next > self.config.page_limit => {
                self.fail_after_batch(at, self.page_limit_exceeded(), Completeness::Failed);
            }
            Next::Page(next) => self.push_pass_page(next)?,
            Next::Agreed { items, has_gap } => {
                // An item that is on two pages of the pass is one.
                let items = items.min(self.seen.accepted());
                let doubt = self.first_pass.doubt_about(items, has_gap, self.last_total);
                match doubt {
                    None => self.end(Completeness::Complete(Basis::Verified)),
                    Some(reason) => self.end_incomplete(at, reason),
                }
            }
            Next::Exhausted => self.end_incomplete(at, IncompleteReason::NotConverged),
        }
        Ok(())
    }

    /// Requests a page that is compared with the same page of the pass before.
    fn push_pass_page(&mut self, page: u64) -> Result<()> {
        let Phase::Verifying(verification) = &self.phase else {
            return Err(Error::new(ErrorKind::Internal));
        };
        let known_body = verification.previous(page).map(|page| page.body_hash);
        let order = PageOrder::new(page).with_known_body(known_body);
        self.in_flight.push_back(order)
    }

    /// Ends the first pass: the listing ends, or the set is read again.
    fn finish(&mut self) -> Result<()> {
        self.first_pass.finish();
        let sign = self.first_pass.reason();
        let is_single_page = self.summary.pages == 1 && !self.summary.resumed;
        let completeness = match sign {
            Some(reason) => Completeness::PossiblyIncomplete(reason),
            None if is_single_page => Completeness::Complete(Basis::SinglePage),
            None => Completeness::Complete(Basis::NoChangeSeen),
        };
        let read_again = match self.config.consistency.0 {
            Mode::SinglePass => false,
            Mode::Adaptive => sign.is_some() && !self.summary.resumed,
            Mode::Verified => sign.is_some() || !is_single_page,
        };
        if !read_again {
            self.end(completeness);
            return Ok(());
        }
        tracing::debug!(parent: &self.span, ?sign, "reading again");
        self.first_pass_items = Some(self.seen.accepted());
        self.in_flight.clear();
        let verification = Verification::new(std::mem::take(&mut self.pages), MAX_PASSES);
        let first = verification.first_page();
        self.phase = Phase::Verifying(verification);
        self.push_pass_page(first)
    }

    /// Requests as many pages as are useful after the one just accepted.
    fn fill_window(&mut self, signals: &PageSignals) -> Result<()> {
        let last = self.first_pass.last_expected_page(signals);
        let last = last.unwrap_or(u64::MAX);
        let last = last.min(self.config.page_limit);
        let width = self.window_width();
        let mut next = self.in_flight.last_page().unwrap_or(signals.page) + 1;
        while self.in_flight.len() < width && next <= last {
            self.in_flight.push_back(PageOrder::new(next))?;
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
    fn truncate_to_limit(&mut self, at: &PageRef, items: &mut Vec<ReceivedItem<T>>) -> bool {
        let limit = self.config.item_limit;
        let surplus = self.seen.accepted().saturating_sub(limit);
        if surplus == 0 {
            return false;
        }
        let kept = (items.len() as u64).saturating_sub(surplus);
        items.truncate(usize::try_from(kept).unwrap_or(usize::MAX));
        let error = Error::new(ErrorKind::LimitExceeded);
        let error = error.with_message(format!("more than {limit} items"));
        self.fail_after_batch(at, error, Completeness::Failed);
        true
    }

    fn page_limit_exceeded(&self) -> Error {
        let message = format!("more than {} pages", self.config.page_limit);
        Error::new(ErrorKind::LimitExceeded).with_message(message)
    }

    /// Ends the listing with an error after what was read, because an item may be missing.
    fn end_incomplete(&mut self, at: &PageRef, reason: IncompleteReason) {
        let error = Error::new(ErrorKind::PossiblyIncomplete).with_incomplete_reason(reason);
        self.fail_after_batch(at, error, Completeness::PossiblyIncomplete(reason));
    }

    fn fail_after_batch(&mut self, at: &PageRef, error: Error, completeness: Completeness) {
        self.in_flight.clear();
        let error = self.locate(error, at.page, at.attempts.get());
        self.state = State::FailAfterBatch(error, completeness);
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
        let ended = self.summary.completeness.has_ended();
        let unreadable = ended && self.summary.item_errors > 0;
        Summary {
            requests: self.fetcher.requests(),
            retries: self.fetcher.retries(),
            duplicates: self.seen.duplicates(),
            completeness: if unreadable {
                Completeness::PossiblyIncomplete(IncompleteReason::UnreadableItems)
            } else {
                self.summary.completeness
            },
            ..self.summary.clone()
        }
    }
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
