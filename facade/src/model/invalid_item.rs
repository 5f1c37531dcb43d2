//! An item that could not be read.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::text::Shown;

/// The most unreadable items of a page that are kept one by one.
pub(crate) const KEPT: usize = 20;

/// An item of a page that could not be read. The other items of its page are not affected.
///
/// Of one page, the first 20 such items are kept one by one, and one more of these stands for all
/// others; [`count`](Self::count) is their number.
///
/// A stream yields it as an [`Error`](crate::Error) of kind
/// [`InvalidItem`](crate::ErrorKind::InvalidItem), whose
/// [`invalid_item`](crate::Error::invalid_item) is this; pages and collections have it in their
/// `item_errors`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InvalidItem {
    pub(crate) page: u64,
    pub(crate) index: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    pub(crate) reason: String,
    pub(crate) raw: String,
    #[serde(default = "one")]
    pub(crate) count: u64,
}

fn one() -> u64 {
    1
}

impl InvalidItem {
    /// Stands for `count` items of a page that are not kept one by one, the last of them at
    /// `index`.
    pub(crate) fn further(page: u64, index: usize, count: u64) -> Self {
        Self {
            page,
            index,
            id: None,
            reason: format!("only the first {KEPT} of a page are reported one by one"),
            raw: String::new(),
            count,
        }
    }

    /// The page the item was on, counted from 1.
    #[must_use]
    pub fn page(&self) -> u64 {
        self.page
    }

    /// The position of the item on its page, counted from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The item's id, where that much could be read.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// How many items this is about: 1, or the number of those of the page that are not kept one
    /// by one. Of these, [`index`](Self::index) is that of the last one, and nothing else is known.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Why the item could not be read, in at most 501 characters: the field, and its line and
    /// column in the JSON text of the item. The value is in [`raw`](Self::raw) alone.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The item's JSON text, as received; of a long one the first 2,048 characters and an ellipsis.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }
}

impl fmt::Display for InvalidItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            1 => write!(f, "item {}", self.index)?,
            count => write!(f, "{count} more items")?,
        }
        if let Some(id) = &self.id {
            write!(f, " with id {}", Shown(id))?;
        }
        write!(f, " cannot be read: {}", Shown(&self.reason))
    }
}
