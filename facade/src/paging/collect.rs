//! Listings as a whole: all items together with the summary.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::stream::Stream;
use serde::{Deserialize, Serialize};

use super::stream::ItemStream;
use super::summary::Summary;
use crate::error::{Error, ErrorKind, Result};
use crate::model::completeness::Completeness;
use crate::model::invalid_item::InvalidItem;

/// All items of a listing, and its summary. It dereferences to a slice of the items.
///
/// Returned by [`ListRequest::collect`](crate::ListRequest::collect).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Collected<T> {
    items: Vec<T>,
    item_errors: Vec<InvalidItem>,
    summary: Summary,
}

impl<T> Collected<T> {
    /// The items, in the order of the server.
    #[must_use]
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// The items without the summary.
    #[must_use]
    pub fn into_items(self) -> Vec<T> {
        self.items
    }

    /// The items that could not be read: of each page the first 20 one by one, and the others
    /// together. Always empty after [`collect`](crate::ListRequest::collect), which fails instead.
    #[must_use]
    pub fn item_errors(&self) -> &[InvalidItem] {
        &self.item_errors
    }

    /// What the listing did, and how complete it is.
    #[must_use]
    pub fn summary(&self) -> &Summary {
        &self.summary
    }
}

impl<T> Deref for Collected<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T> IntoIterator for Collected<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Collected<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

/// What could be read of a listing, and the error that ended it early, if any.
///
/// Returned by [`ListRequest::collect_partial`](crate::ListRequest::collect_partial).
#[derive(Debug)]
pub struct Partial<T> {
    /// The items that were read, those that could not be read, and the summary.
    pub collected: Collected<T>,
    /// The error that ended the listing; `None` when it reached its end. Its
    /// [`checkpoint`](Error::checkpoint) resumes the listing.
    pub error: Option<Error>,
}

impl<T> Partial<T> {
    /// A listing of which nothing was requested.
    pub(crate) fn not_requested(error: Error) -> Self {
        let mut summary = Summary::new();
        summary.completeness = Completeness::Failed;
        Self {
            collected: Collected {
                items: Vec::new(),
                item_errors: Vec::new(),
                summary,
            },
            error: Some(error),
        }
    }

    /// The items that were read, those that could not be read, and the summary.
    #[must_use]
    pub fn collected(&self) -> &Collected<T> {
        &self.collected
    }

    /// The error that ended the listing; `None` when it reached its end.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }
}

/// The items read so far.
struct Collector<T> {
    stream: ItemStream<T>,
    items: Vec<T>,
    item_errors: Vec<InvalidItem>,
}

impl<T: Send + 'static> Collector<T> {
    fn new(stream: ItemStream<T>) -> Self {
        Self {
            stream,
            items: Vec::new(),
            item_errors: Vec::new(),
        }
    }

    /// Reads up to the end or an error.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        while let Some(item) = ready!(Pin::new(&mut self.stream).poll_next(cx)) {
            self.items.push(item?);
        }
        Poll::Ready(Ok(()))
    }

    fn finish(&mut self) -> Collected<T> {
        Collected {
            items: std::mem::take(&mut self.items),
            item_errors: std::mem::take(&mut self.item_errors),
            summary: self.stream.summary(),
        }
    }
}

/// The future of [`ListRequest::collect`](crate::ListRequest::collect).
#[must_use = "futures do nothing unless polled"]
pub struct Collect<T>(Collector<T>);

/// The future of [`ListRequest::collect_partial`](crate::ListRequest::collect_partial).
#[must_use = "futures do nothing unless polled"]
pub struct CollectPartial<T>(Collector<T>);

impl<T: Send + 'static> Collect<T> {
    pub(super) fn new(stream: ItemStream<T>) -> Self {
        Self(Collector::new(stream))
    }
}

impl<T: Send + 'static> CollectPartial<T> {
    pub(super) fn new(stream: ItemStream<T>) -> Self {
        Self(Collector::new(stream))
    }
}

// Items are moved, never pinned.
impl<T> Unpin for Collect<T> {}
impl<T> Unpin for CollectPartial<T> {}

impl<T: Send + 'static> Future for Collect<T> {
    type Output = Result<Collected<T>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let result = ready!(self.0.poll(cx));
        Poll::Ready(result.map(|()| self.0.finish()))
    }
}

impl<T: Send + 'static> Future for CollectPartial<T> {
    type Output = Partial<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let error = match ready!(self.0.poll(cx)) {
                Err(error) if error.kind() == ErrorKind::InvalidItem => {
                    self.0.item_errors.extend(error.into_invalid_item());
                    continue;
                }
                result => result.err(),
            };
            return Poll::Ready(Partial {
                collected: self.0.finish(),
                error,
            });
        }
    }
}

impl<T> fmt::Debug for Collect<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collect").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for CollectPartial<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CollectPartial").finish_non_exhaustive()
    }
}
