//! An item that could not be read.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An item of a page that could not be read. The other items of its page are not affected.
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
}

impl InvalidItem {
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

    /// Why the item could not be read.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The item's JSON text, as received.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }
}

impl fmt::Display for InvalidItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "item {}", self.index)?;
        if let Some(id) = &self.id {
            write!(f, " with id {id}")?;
        }
        write!(f, " cannot be read: {}", self.reason)
    }
}
