//! How far a listing has come in order, as its checkpoint says.

use super::page::{ItemKey, ReceivedItem};
use crate::model::checkpoint::Cursor;

/// The items delivered in order by a listing and those it resumes.
#[derive(Debug, Default)]
pub(super) struct Progress {
    items: u64,
    last: Option<LastItem>,
}

/// The last item with an id, which another listing can find again.
#[derive(Debug)]
struct LastItem {
    page: u64,
    index: usize,
    key: ItemKey,
    /// Items up to and including this one.
    items: u64,
}

impl Progress {
    /// Begins behind the cursor of a checkpoint, where the listings before have come.
    pub(super) fn resume(cursor: &Cursor, items: u64) -> Self {
        let last = LastItem {
            page: cursor.page,
            index: cursor.index,
            key: ItemKey::of_id(&cursor.last_id),
            items,
        };
        Self {
            items,
            last: Some(last),
        }
    }

    /// Records that an item is delivered in order.
    pub(super) fn record<T>(&mut self, page: u64, item: &ReceivedItem<T>) {
        self.items = self.items.saturating_add(1);
        if !matches!(item.key, ItemKey::Unnamed(_)) {
            self.last = Some(LastItem {
                page,
                index: item.index,
                key: item.key.clone(),
                items: self.items,
            });
        }
    }

    pub(super) fn cursor(&self) -> Option<Cursor> {
        let last = self.last.as_ref()?;
        Some(Cursor {
            page: last.page,
            index: last.index,
            last_id: last.key.id()?,
        })
    }

    /// Items up to and including that of the cursor.
    pub(super) fn items_up_to_cursor(&self) -> u64 {
        self.last.as_ref().map_or(0, |last| last.items)
    }
}
