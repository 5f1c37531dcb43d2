//! One listing of two lists, the second read after the first.
//!
//! Each list has an [`Engine`] of its own, so that everything a listing guarantees holds for each of
//! them: its end, its total, the pages that are read again. This module adds what concerns both: an
//! item of both is yielded once, the doubt about the first list is kept until the second one was
//! read, and the summary is about both.

use std::collections::HashSet;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::time::Instant;

use super::config::{ListConfig, ListTarget};
use super::engine::{Batch, Engine};
use super::page::{ItemKey, PageSource, ReceivedItem};
use super::summary::Summary;
use crate::error::{Error, ErrorKind, Result};
use crate::http::retry::Retrier;
use crate::model::checkpoint::Checkpoint;
use crate::model::completeness::{Basis, Completeness};

/// A list and where its pages come from.
#[derive(Debug)]
pub(crate) struct List<T> {
    pub(crate) source: Arc<dyn PageSource<T>>,
    pub(crate) target: ListTarget,
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        Self {
            source: Arc::clone(&self.source),
            target: self.target.clone(),
        }
    }
}

/// Reads one list, or two.
pub(super) struct Sequence<T> {
    /// Reads the list that is being read.
    engine: Engine<T>,
    /// The list to be read after it.
    second: Option<List<T>>,
    /// The settings of the second list, except for its target.
    config: ListConfig,
    retrier: Arc<Retrier>,
    /// Which items are not yielded.
    is_skipped: Option<fn(&T) -> bool>,
    skipped: u64,
    /// The items of the first list, where there is a second one.
    keys: HashSet<ItemKey>,
    /// Items of both lists.
    repeated: u64,
    /// The first list, once the second one is read.
    first: Option<Summary>,
    /// The error that says that an item of the first list may be missing.
    doubt: Option<Error>,
    deadline: Option<Instant>,
}

impl<T: Send + 'static> Sequence<T> {
    /// Reads the list of `config` from `source`, and then the second one. A checkpoint of the second
    /// one resumes there.
    pub(super) fn new(
        source: Arc<dyn PageSource<T>>,
        second: Option<List<T>>,
        retrier: Arc<Retrier>,
        config: ListConfig,
        is_skipped: Option<fn(&T) -> bool>,
    ) -> Self {
        let settings = ListConfig {
            resume_from: None,
            invalid: None,
            ..config.clone()
        };
        let engine = Engine::new(source.for_listing(), Arc::clone(&retrier), config);
        Self {
            engine,
            second,
            config: settings,
            retrier,
            is_skipped,
            skipped: 0,
            keys: HashSet::new(),
            repeated: 0,
            first: None,
            doubt: None,
            deadline: None,
        }
    }

    /// The same where an earlier listing has read the first list.
    pub(super) fn behind_first(mut self, checkpoint: &Checkpoint) -> Self {
        let reason = checkpoint.reason;
        self.first = Some(Summary {
            resumed: true,
            completeness: reason.map_or(
                Completeness::Complete(Basis::SinglePage),
                Completeness::PossiblyIncomplete,
            ),
            ..Summary::new()
        });
        self
    }

    /// The next page in order, an error, or `None` at the end.
    pub(super) fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Batch<T>>>> {
        if let (None, Some(length)) = (self.deadline, self.config.deadline) {
            self.deadline = Some(self.retrier.clock().moment_in(length));
        }
        loop {
            match ready!(self.engine.poll_page(cx)) {
                Some(Ok(batch)) => return Poll::Ready(Some(Ok(batch))),
                Some(Err(error)) if error.kind() == ErrorKind::PossiblyIncomplete => {
                    self.doubt.get_or_insert(error);
                }
                Some(Err(error)) => {
                    if self.engine.is_ended() {
                        self.second = None;
                        self.doubt = None;
                    }
                    return Poll::Ready(Some(Err(self.adjust(error))));
                }
                None => {}
            }
            if !self.start_second() {
                let doubt = self.doubt.take();
                return Poll::Ready(doubt.map(|error| Err(self.adjust(error))));
            }
        }
    }

    /// Begins with the second list; false where there is none left.
    fn start_second(&mut self) -> bool {
        let Some(second) = self.second.take() else {
            return false;
        };
        self.first = Some(self.engine.summary());
        let now = self.retrier.clock().now();
        let left = |moment: Instant| moment.saturating_duration_since(now);
        let config = ListConfig {
            target: second.target,
            deadline: self.deadline.map(left),
            ..self.config.clone()
        };
        let source = second.source.for_listing();
        self.engine = Engine::new(source, Arc::clone(&self.retrier), config);
        true
    }

    /// Whether every further poll returns `None`.
    pub(super) fn is_ended(&self) -> bool {
        self.engine.is_ended() && self.second.is_none() && self.doubt.is_none()
    }

    /// Records that an item of a batch was read, as an item or as an error; false where it is not to
    /// be yielded.
    pub(super) fn record(&mut self, page: u64, in_order: bool, item: &ReceivedItem<T>) -> bool {
        self.engine.record(page, in_order, item);
        let Ok(content) = &item.content else {
            return true;
        };
        if self.second.is_some() {
            self.keys.insert(item.key.clone());
        } else if self.keys.contains(&item.key) {
            self.repeated += 1;
            return false;
        }
        let is_skipped = self.is_skipped.is_some_and(|skips| skips(content));
        self.skipped += u64::from(is_skipped);
        !is_skipped
    }

    pub(super) fn checkpoint(&self) -> Checkpoint {
        let mut checkpoint = self.engine.checkpoint();
        if let Some(Completeness::PossiblyIncomplete(reason)) =
            self.first.as_ref().map(|first| first.completeness)
        {
            checkpoint.reason.get_or_insert(reason);
        }
        checkpoint
    }

    /// Adds to an error where in the listing it occurred.
    pub(super) fn locate(&self, error: Error, page: u64, attempts: u32) -> Error {
        self.adjust(self.engine.locate(error, page, attempts))
    }

    /// Lets an error of one list be about both.
    fn adjust(&self, error: Error) -> Error {
        error.with_progress(self.summary().delivered, self.checkpoint())
    }
}

impl<T> Sequence<T> {
    pub(super) fn summary(&self) -> Summary {
        let mut summary = self.engine.summary();
        if self.second.is_some() && summary.completeness.has_ended() {
            summary.completeness = Completeness::InProgress;
        }
        if let Some(first) = &self.first {
            summary = first.followed_by(summary);
        }
        summary.delivered = summary
            .delivered
            .saturating_sub(self.skipped + self.repeated);
        summary.duplicates += self.repeated;
        summary.skipped = self.skipped;
        summary
    }
}
