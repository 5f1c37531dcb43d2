//! The state machine of a listing: which page to ask for next, and what to make of its answer.
//!
//! ```text
//!            ┌─────────────────── a page failed ──────────────┐
//!            ▼                                                │
//! Idle ─► Awaiting ─► (page accepted: hand out, go on) ─► Awaiting ─► Ended
//!            ▲                  │                                       ▲
//!   poll again                  └── a limit was reached ─► Condemned ───┘
//!            │
//!       Interrupted ◄── a page failed, the consumer was told
//! ```
//!
//! While `Awaiting`, the [`Phase`] tells what a page that arrives is for: to find where an earlier
//! listing stopped, to be delivered, or to be compared with an earlier reading.

use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tracing::Span;

use super::consistency::Consistency;
use super::fetcher::Fetcher;
use super::frontier::Sighting;
use super::ledger::{Entry, Ledger};
use super::page::{PageAnswer, Row, fingerprint};
use super::scope::Scope;
use super::search::{Found, Search};
use super::summary::{Ending, Summary};
use super::verification::{Next, Verification};
use super::window::{Landing, Window};
use crate::checkpoint::{Checkpoint, Seam};
use crate::error::{Error, ErrorKind, Position, Result};
use crate::gap_evidence::GapEvidence;
use crate::retry::Sleep;

/// What a listing is asked to do.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) scope: Scope,
    pub(crate) prefetch: usize,
    pub(crate) page_limit: u64,
    pub(crate) item_limit: u64,
    pub(crate) deadline: Option<Duration>,
    pub(crate) consistency: Consistency,
    pub(crate) resume_from: Option<Checkpoint>,
}

/// An accepted page: its rows, less those delivered before.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) page: u64,
    /// Each with its position on the page.
    pub(crate) rows: Vec<(usize, Row)>,
    /// Whether a listing can be resumed behind these rows; not so for late finds.
    pub(crate) in_order: bool,
}

/// Reads pages in order and decides after each whether, and how far, to go on.
pub(crate) struct Engine {
    plan: Plan,
    state: State,
    phase: Phase,
    fetcher: Arc<Fetcher>,
    window: Window,
    ledger: Ledger,
    /// Fingerprints of the pages delivered; kept only to be verified.
    first_pass: Vec<u64>,
    /// The last row handed out.
    seam: Option<Seam>,
    alarm: Option<Sleep>,
    span: Span,
    summary: Summary,
}

/// Where a listing stands between two polls.
#[derive(Debug)]
enum State {
    /// Nothing asked for yet.
    Idle,
    /// At least one page is in flight, the front of the window being the next in order.
    Awaiting,
    /// The next page in order failed and the consumer has been told. The window behind it is
    /// kept; the next poll asks for the page again.
    Interrupted { page: u64, attempts: u32 },
    /// Everything up to a limit was handed out; this error is owed before the end.
    Condemned { page: u64, error: Error },
    /// Nothing more will come.
    Ended,
}

/// What the pages in flight are for.
#[derive(Debug)]
enum Phase {
    /// To find the row a checkpoint ends with; one page at a time.
    Seeking(Search),
    /// To be delivered, front to end, with prefetch.
    Delivering,
    /// To be compared with an earlier reading, end to front; one page at a time.
    Verifying(Verification),
}

impl Engine {
    pub(crate) fn new(fetcher: Fetcher, plan: Plan) -> Self {
        let fetcher = Arc::new(fetcher);
        let span = tracing::debug_span!(
            "list_snapshots",
            atlas.project = %plan.scope.project,
            atlas.instance = %plan.scope.instance,
            atlas.page_size = plan.scope.page_size.get(),
        );
        Self {
            state: State::Idle,
            phase: Phase::Delivering,
            window: Window::new(Arc::clone(&fetcher), span.clone()),
            span,
            ledger: Ledger::new(plan.scope.page_size.get()),
            first_pass: Vec::new(),
            seam: None,
            alarm: None,
            summary: Summary::new(),
            fetcher,
            plan,
        }
    }

    /// The next page in order, an error, or `None` at the end.
    pub(crate) fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Batch>>> {
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Idle => {
                    if let Err(error) = self.start() {
                        return Poll::Ready(Some(Err(self.fail(error))));
                    }
                    self.state = State::Awaiting;
                }
                State::Interrupted { page, attempts } => {
                    if let Err(error) = self.window.push_front(page, attempts) {
                        return Poll::Ready(Some(Err(self.fail(error))));
                    }
                    self.summary.ending = Ending::Running;
                    self.state = State::Awaiting;
                }
                State::Awaiting => {
                    self.state = State::Awaiting;
                    if let Some(late) = self.poll_deadline(cx) {
                        return Poll::Ready(Some(Err(late)));
                    }
                    let landing = ready!(self.window.poll_front(cx));
                    if let Some(batch) = self.land(landing).transpose() {
                        return Poll::Ready(Some(batch));
                    }
                }
                State::Condemned { page, error } => {
                    let error = self.locate(error, page, 1);
                    return Poll::Ready(Some(Err(self.fail(error))));
                }
                State::Ended => return Poll::Ready(None),
            }
        }
    }

    /// Whether polling will only ever give `None`.
    pub(crate) fn is_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    /// Notes a row of `batch` as handed out: a snapshot, or the error in its place.
    pub(crate) fn note_handed_out(&mut self, page: u64, in_order: bool, index: usize, row: &Row) {
        match row {
            Row::Good(_) => self.summary.delivered += 1,
            Row::Bad { .. } => self.summary.row_errors += 1,
        }
        if let (true, Some(id)) = (in_order, row.id()) {
            self.seam = Some(Seam {
                page,
                row: index,
                last_id: id.to_owned(),
            });
        }
    }

    pub(crate) fn checkpoint(&self) -> Checkpoint {
        // One that has not been looked at yet is still where the listing stands.
        self.plan.resume_from.clone().unwrap_or_else(|| Checkpoint {
            seam: self.seam.clone(),
            reported_total: self.ledger.total(),
            evidence: self.ledger.evidence(),
            ..self.plan.scope.beginning()
        })
    }

    pub(crate) fn summary(&self) -> Summary {
        Summary {
            requests: self.fetcher.requests(),
            retries: self.fetcher.retries(),
            duplicates: self.ledger.duplicates(),
            reported_total: self.ledger.total(),
            ..self.summary.clone()
        }
    }

    /// Tells an error where in the listing it happened.
    pub(crate) fn locate(&self, error: Error, page: u64, attempts: u32) -> Error {
        error.at(Position {
            page,
            delivered: self.summary.delivered,
            attempts,
            checkpoint: self.checkpoint(),
        })
    }

    fn start(&mut self) -> Result<()> {
        let first = match self.plan.resume_from.take() {
            None => 1,
            Some(checkpoint) => self.prepare_to_resume(checkpoint)?,
        };
        if first > self.plan.page_limit {
            return Err(self.locate(self.page_limit_reached(), first, 0));
        }
        self.window.push_back(first)?;
        self.alarm = self
            .plan
            .deadline
            .map(|deadline| self.fetcher.patience().alarm_in(deadline));
        Ok(())
    }

    fn prepare_to_resume(&mut self, checkpoint: Checkpoint) -> Result<u64> {
        if matches!(self.plan.consistency, Consistency::Verified { .. }) {
            return Err(Error::new(ErrorKind::InvalidArgument).with_message(
                "a verified listing cannot be resumed: it has to read everything itself",
            ));
        }
        self.plan.scope.check(&checkpoint)?;
        let Some(seam) = checkpoint.seam else {
            return Ok(1);
        };
        self.summary.resumed = true;
        self.seam = Some(seam.clone());
        self.ledger.remember_total(checkpoint.reported_total);
        if let Some(evidence) = checkpoint.evidence {
            self.ledger.suspect(evidence);
        }
        let search = Search::for_seam(seam);
        let first = search.first_page();
        self.phase = Phase::Seeking(search);
        Ok(first)
    }

    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Option<Error> {
        let alarm = self.alarm.as_mut()?;
        if alarm.as_mut().poll(cx).is_pending() {
            return None;
        }
        self.alarm = None;
        let page = self.window.first_page().unwrap_or_default();
        let error = self.locate(Error::new(ErrorKind::Deadline), page, 1);
        Some(self.fail(error))
    }

    /// Ends the listing with `error`.
    fn fail(&mut self, error: Error) -> Error {
        self.window.clear();
        self.state = State::Ended;
        self.summary.ending = Ending::Failed;
        self.span
            .in_scope(|| tracing::debug!(%error, "listing failed"));
        error
    }

    /// Makes what there is to make of a page; `None` when it has nothing to hand out.
    fn land(&mut self, landing: Option<Landing>) -> Result<Option<Batch>> {
        // Nothing in flight contradicts the state; better an error than a hang.
        let Some(landing) = landing else {
            return Err(self.fail(Error::new(ErrorKind::Internal)));
        };
        let (page, attempts) = (landing.page, landing.attempts);
        match landing.result {
            Ok(answer) => self.accept(page, answer).map_err(|error| {
                let error = self.locate(error, page, attempts);
                self.fail(error)
            }),
            Err(error) if error.ends_listing() => {
                let error = self.locate(error, page, attempts);
                Err(self.fail(error))
            }
            Err(error) => {
                self.summary.ending = Ending::Failed;
                self.state = State::Interrupted { page, attempts };
                Err(self.locate(error, page, attempts))
            }
        }
    }

    fn accept(&mut self, page: u64, mut answer: PageAnswer) -> Result<Option<Batch>> {
        self.summary.pages += 1;
        self.summary
            .take_notice(std::mem::take(&mut answer.notices));
        match &mut self.phase {
            Phase::Delivering => self.deliver(page, answer, 0).map(Some),
            Phase::Seeking(search) => {
                let is_last = !answer.looks_followed(page, self.plan.scope.page_size.get());
                match search.look_at(page, &answer.rows, is_last) {
                    Found::Elsewhere(next) if next > self.plan.page_limit => {
                        self.condemn(page, self.page_limit_reached());
                        Ok(None)
                    }
                    Found::Elsewhere(next) => self.ask_for(next).map(|()| None),
                    Found::Repeated => Err(Error::new(ErrorKind::RepeatingServer)
                        .with_message("the page has the same rows as another page")),
                    Found::Here { known, moved } => {
                        if moved {
                            self.ledger.suspect(GapEvidence::SeamMoved);
                        }
                        self.ledger.start_at(page);
                        self.phase = Phase::Delivering;
                        self.deliver(page, answer, known).map(Some)
                    }
                }
            }
            Phase::Verifying(_) => self.compare(page, answer),
        }
    }

    /// Hands out a page of which the first `known` rows were delivered by an earlier listing.
    fn deliver(&mut self, page: u64, answer: PageAnswer, known: usize) -> Result<Batch> {
        let received = answer.rows.len();
        if matches!(self.plan.consistency, Consistency::Verified { .. }) {
            self.first_pass.push(fingerprint(&answer.rows));
        }
        let Entry { fresh, sighting } = self.ledger.enter(page, answer, known);
        if received > known && fresh.is_empty() {
            return Err(Error::new(ErrorKind::RepeatingServer).with_message(format!(
                "all {received} rows of the page were delivered before"
            )));
        }
        let rows = self.within_limit(page, fresh);
        if matches!(self.state, State::Condemned { .. }) {
            // Over the limit: nothing more to ask for.
        } else if !sighting.has_more() {
            self.conclude()?;
        } else if page >= self.plan.page_limit {
            self.condemn(page, self.page_limit_reached());
        } else {
            self.top_up(&sighting)?;
        }
        Ok(Batch {
            page,
            rows,
            in_order: true,
        })
    }

    /// Compares a page with an earlier reading; only rows that one missed are handed out.
    fn compare(&mut self, page: u64, answer: PageAnswer) -> Result<Option<Batch>> {
        let Phase::Verifying(verification) = &mut self.phase else {
            return Err(Error::new(ErrorKind::Internal));
        };
        let fingerprint = fingerprint(&answer.rows);
        let Entry { fresh, sighting } = self.ledger.reread(page, answer);
        let next = verification.enter(&sighting, fingerprint);
        let rows = self.within_limit(page, fresh);
        if !matches!(self.state, State::Condemned { .. }) {
            match next {
                Next::Page(next) if next > self.plan.page_limit => {
                    self.condemn(page, self.page_limit_reached());
                }
                Next::Page(next) => self.ask_for(next)?,
                Next::Agreed => self.end(Ending::Verified),
                Next::Exhausted => {
                    let error = Error::new(ErrorKind::Unsettled)
                        .with_message("the set kept changing while it was read again");
                    self.condemn(page, error);
                }
            }
        }
        Ok((!rows.is_empty()).then_some(Batch {
            page,
            rows,
            in_order: false,
        }))
    }

    /// Ends the reading in order: with what it can vouch for, or by verifying it.
    fn conclude(&mut self) -> Result<()> {
        let is_one_read = self.summary.pages == 1 && !self.summary.resumed;
        match self.plan.consistency {
            _ if is_one_read => self.end(Ending::Complete),
            Consistency::Verified { max_passes } => {
                self.window.clear();
                let first_pass = std::mem::take(&mut self.first_pass);
                let verification = Verification::of(first_pass, max_passes.get());
                let first = verification.first_page();
                self.phase = Phase::Verifying(verification);
                self.ask_for(first)?;
            }
            Consistency::Observed => self.end(match self.ledger.evidence() {
                Some(evidence) => Ending::SuspectedGap { evidence },
                None => Ending::Unverified,
            }),
        }
        Ok(())
    }

    fn ask_for(&mut self, page: u64) -> Result<()> {
        self.window.push_back(page)
    }

    /// Fills the window as far as the page just accepted makes sensible.
    fn top_up(&mut self, sighting: &Sighting) -> Result<()> {
        let horizon = sighting
            .horizon()
            .unwrap_or(u64::MAX)
            .min(self.plan.page_limit);
        let width = self.width();
        let mut next = self.window.last_page().unwrap_or(sighting.page) + 1;
        while self.window.len() < width && next <= horizon {
            self.window.push_back(next)?;
            next += 1;
        }
        Ok(())
    }

    /// Pages to have in flight: fewer as the server's token bucket runs dry. Others draw from the
    /// same bucket, so half of what is left is spoken for.
    fn width(&self) -> usize {
        let left = self.summary.rate_limit.map(|limit| limit.remaining() / 2);
        let left = left.and_then(|left| usize::try_from(left).ok());
        self.plan.prefetch.min(left.unwrap_or(usize::MAX)).max(1)
    }

    /// Cuts rows off beyond the item limit, and ends the listing there.
    fn within_limit(&mut self, page: u64, mut rows: Vec<(usize, Row)>) -> Vec<(usize, Row)> {
        let limit = self.plan.item_limit;
        let surplus = self.ledger.entered().saturating_sub(limit);
        if surplus > 0 {
            let kept = (rows.len() as u64).saturating_sub(surplus);
            rows.truncate(usize::try_from(kept).unwrap_or(usize::MAX));
            let error = Error::new(ErrorKind::PageLimit);
            self.condemn(
                page,
                error.with_message(format!("more than {limit} snapshots")),
            );
        }
        rows
    }

    fn page_limit_reached(&self) -> Error {
        Error::new(ErrorKind::PageLimit)
            .with_message(format!("more than {} pages", self.plan.page_limit))
    }

    fn condemn(&mut self, page: u64, error: Error) {
        self.window.clear();
        self.state = State::Condemned { page, error };
    }

    fn end(&mut self, ending: Ending) {
        self.window.clear();
        self.alarm = None;
        self.state = State::Ended;
        self.summary.ending = ending;
    }
}

impl Drop for Engine {
    /// Only now have all rows been handed out that ever will be.
    fn drop(&mut self) {
        self.span
            .in_scope(|| tracing::debug!(summary = %self.summary(), "listing closed"));
    }
}
