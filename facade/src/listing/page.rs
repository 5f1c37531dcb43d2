//! What is asked of a source of pages, and what it answers.

use std::fmt::Debug;
use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{BadRow, Error, Result};
use crate::snapshot::Snapshot;

use super::frontier::Sighting;
use super::notices::Notices;

/// Where pages come from: the network in production, a script in the engine's tests.
pub(crate) trait PageSource: Debug + Send + Sync {
    /// Fetches one page. Dropping the future cancels the request.
    fn fetch(self: Arc<Self>, request: PageRequest) -> PageFuture;
}

/// A page on its way; owned, so that it can travel in a task of its own.
pub(crate) type PageFuture = Pin<Box<dyn Future<Output = Result<PageAnswer>> + Send>>;

/// Counts the requests of a listing, where they are really sent: a page can take several.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestMeter(Arc<AtomicU64>);

impl RequestMeter {
    pub(crate) fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One page to ask for.
#[derive(Debug, Clone)]
pub(crate) struct PageRequest {
    /// Counted from 1.
    pub(crate) page: u64,
    /// Rows a page.
    pub(crate) page_size: u16,
    /// Whether the server shall count the whole set.
    pub(crate) include_count: bool,
    /// Which attempt at this page it is, counted from 1.
    pub(crate) attempt: u32,
    pub(crate) meter: RequestMeter,
}

/// One page as answered.
#[derive(Debug, Default)]
pub(crate) struct PageAnswer {
    pub(crate) rows: Vec<Row>,
    /// Whether a `next` link was there; where it points is of no interest.
    pub(crate) has_next: bool,
    /// As sent: absent, negative and wrong are all possible.
    pub(crate) total_count: Option<i64>,
    /// Whether the server was asked to count.
    pub(crate) counted: bool,
    pub(crate) notices: Notices,
}

impl PageAnswer {
    /// Whether this page, taken by itself, looks as if another followed.
    pub(crate) fn looks_followed(&self, page: u64, page_size: u16) -> bool {
        let (rows, page_size) = (self.rows.len() as u64, u64::from(page_size));
        let before = page.saturating_sub(1).saturating_mul(page_size);
        let sighting = Sighting {
            page,
            page_size,
            rows,
            seen: before + rows,
            has_next: self.has_next,
            counted: self.counted,
            total: self.total_count.and_then(|count| u64::try_from(count).ok()),
        };
        sighting.has_more()
    }
}

/// One row of a page.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "nearly every row is good; a box for each would cost more"
)]
pub(crate) enum Row {
    Good(Snapshot),
    /// Unreadable, but perhaps for its id.
    Bad {
        id: Option<String>,
        error: Error,
    },
}

impl Row {
    pub(crate) fn id(&self) -> Option<&str> {
        match self {
            Self::Good(snapshot) => Some(snapshot.id().as_str()),
            Self::Bad { id, .. } => id.as_deref(),
        }
    }

    /// What tells this row from others: its id, or its raw text where it has none.
    fn identity(&self) -> &str {
        match self {
            Self::Bad { id: None, error } => error.row().map_or("", BadRow::raw),
            _ => self.id().unwrap_or_default(),
        }
    }
}

/// Equal for the same rows in the same order.
pub(crate) fn fingerprint<'a>(rows: impl IntoIterator<Item = &'a Row>) -> u64 {
    let mut hasher = DefaultHasher::new();
    for row in rows {
        row.identity().hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_looks_followed_when_the_count_promises_more_than_its_own_last_row() {
        let row = || Row::Bad {
            id: None,
            error: Error::new(crate::ErrorKind::Row),
        };
        let with_total = |total_count| PageAnswer {
            rows: vec![row(), row()],
            total_count: Some(total_count),
            counted: true,
            ..PageAnswer::default()
        };
        // Rows 21 and 22, on page 3 of 10 rows each.
        assert!(with_total(23).looks_followed(3, 10));
        assert!(!with_total(22).looks_followed(3, 10));
        assert!(with_total(22).looks_followed(3, 2), "a full page");
    }

    #[test]
    fn a_fingerprint_tells_rows_and_their_order_apart() {
        let print = |texts: &[&str]| {
            let rows: Vec<Row> = texts
                .iter()
                .map(|text| Row::Bad {
                    id: None,
                    error: Error::new(crate::ErrorKind::Row)
                        .with_row(BadRow::new(0, (*text).to_owned())),
                })
                .collect();
            fingerprint(&rows)
        };
        assert_eq!(print(&["1", "2"]), print(&["1", "2"]));
        assert_ne!(print(&["1", "2"]), print(&["2", "1"]));
        assert_ne!(print(&["1"]), print(&["2"]));
    }
}
