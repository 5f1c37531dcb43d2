//! The items a listing has seen, and the signs that the set changed meanwhile.

use std::collections::HashSet;

use super::page::{ItemKey, PageResponse};
use super::signals::PageSignals;
use crate::model::completeness::IncompleteReason;

/// The items and signs of one listing.
#[derive(Debug)]
pub(crate) struct SeenItems {
    page_size: u64,
    /// Ids of the documented form take 12 bytes each.
    object_ids: HashSet<[u8; 12]>,
    other_ids: HashSet<Box<str>>,
    unnamed: HashSet<u64>,
    /// Different items seen so far, including those of the listings before this one.
    seen: u64,
    /// Items that were new to this listing.
    accepted: u64,
    duplicates: u64,
    total: Option<u64>,
    /// Whether a page so far was shorter than requested; a sign once items follow it.
    was_short: bool,
    reason: Option<IncompleteReason>,
}

impl SeenItems {
    pub(crate) fn new(page_size: u16) -> Self {
        Self {
            page_size: u64::from(page_size),
            object_ids: HashSet::new(),
            other_ids: HashSet::new(),
            unnamed: HashSet::new(),
            seen: 0,
            accepted: 0,
            duplicates: 0,
            total: None,
            was_short: false,
            reason: None,
        }
    }

    /// Takes over the total that an earlier listing received, to compare it with the next one.
    pub(crate) fn restore_total(&mut self, total: Option<u64>) {
        self.total = total;
    }

    /// Counts the items before the page to be accepted first as seen by an earlier listing.
    pub(crate) fn start_at(&mut self, items: u64) {
        self.seen = items;
    }

    /// Accepts a page, of which the first `known` items were delivered by an earlier listing.
    /// Only new items are left in the response.
    pub(crate) fn accept<T>(
        &mut self,
        page: u64,
        response: &mut PageResponse<T>,
        known: usize,
        counted: bool,
    ) -> PageSignals {
        let received = response.items.len();
        response.items.retain(|item| {
            // Two items without ids can be equal and still be two.
            let is_new = self.insert(&item.key) || matches!(item.key, ItemKey::Unnamed(_));
            self.seen = self.seen.saturating_add(is_new.into());
            is_new && item.index >= known
        });
        self.accepted += response.items.len() as u64;
        let signals = self.signals(page, response, received, counted);
        let repeated = received.saturating_sub(response.items.len() + known) as u64;
        self.duplicates += repeated;
        self.look_for_change(&signals, repeated);
        signals
    }

    /// Accepts a page that was read before, so that an item that comes again is no sign. Only new
    /// items are left in the response.
    pub(crate) fn accept_again<T>(
        &mut self,
        page: u64,
        response: &mut PageResponse<T>,
        counted: bool,
    ) -> PageSignals {
        let received = response.items.len();
        response.items.retain(|item| self.insert(&item.key));
        self.seen = self.seen.saturating_add(response.items.len() as u64);
        self.accepted += response.items.len() as u64;
        let signals = self.signals(page, response, received, counted);
        self.total = signals.total.or(self.total);
        signals
    }

    fn signals<T>(
        &self,
        page: u64,
        response: &PageResponse<T>,
        received: usize,
        counted: bool,
    ) -> PageSignals {
        PageSignals {
            page,
            page_size: self.page_size,
            items: received as u64,
            seen: self.seen,
            has_next: response.has_next,
            counted,
            total: response.total,
        }
    }

    /// Remembers an item; false when it was known before.
    fn insert(&mut self, key: &ItemKey) -> bool {
        match key {
            ItemKey::ObjectId(bytes) => self.object_ids.insert(*bytes),
            ItemKey::Text(id) => self.other_ids.insert(id.clone()),
            ItemKey::Unnamed(hash) => self.unnamed.insert(*hash),
        }
    }

    fn look_for_change(&mut self, signals: &PageSignals, repeated: u64) {
        if repeated > 0 {
            self.note(IncompleteReason::DuplicateItem);
        }
        if let (Some(before), Some(now)) = (self.total, signals.total)
            && before != now
        {
            self.note(IncompleteReason::TotalChanged);
        }
        if self.was_short && signals.items > 0 {
            self.note(IncompleteReason::EmptyPage);
        }
        self.was_short |= !signals.is_full();
        self.total = signals.total.or(self.total);
    }

    /// Notes a sign that an item may be missing. The first one is kept.
    pub(crate) fn note(&mut self, reason: IncompleteReason) {
        self.reason.get_or_insert(reason);
    }

    pub(crate) fn reason(&self) -> Option<IncompleteReason> {
        self.reason
    }

    pub(crate) fn accepted(&self) -> u64 {
        self.accepted
    }

    pub(crate) fn duplicates(&self) -> u64 {
        self.duplicates
    }

    pub(crate) fn total(&self) -> Option<u64> {
        self.total
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::page::ReceivedItem;
    use super::*;
    use crate::http::headers::ResponseNotices;

    fn page_of(keys: Vec<ItemKey>) -> PageResponse<()> {
        let item = |(index, key)| ReceivedItem {
            index,
            key,
            content: Ok(()),
        };
        PageResponse {
            items: keys.into_iter().enumerate().map(item).collect(),
            has_next: false,
            total: None,
            notices: ResponseNotices::default(),
        }
    }

    fn unnamed(texts: &[&str]) -> PageResponse<()> {
        page_of(texts.iter().map(|text| ItemKey::of_json(text)).collect())
    }

    #[test]
    fn equal_items_without_ids_are_two_until_they_are_read_again() {
        let mut seen = SeenItems::new(10);
        let mut first = unnamed(&["7", "7"]);
        seen.accept(1, &mut first, 0, true);
        assert_eq!(first.items.len(), 2);
        let mut again = unnamed(&["7", "7", "8"]);
        seen.accept_again(1, &mut again, true);
        assert_eq!(again.items.len(), 1, "only what is new");
        assert_eq!(again.items[0].index, 2);
        assert_eq!(seen.accepted(), 3);
    }

    #[test]
    fn items_delivered_before_are_neither_new_nor_repeated() {
        let mut seen = SeenItems::new(3);
        seen.start_at(6);
        let mut page = page_of(["a", "b", "c"].map(ItemKey::of_id).into());
        let signals = seen.accept(3, &mut page, 2, true);
        assert_eq!(page.items.len(), 1);
        assert_eq!((signals.items, signals.seen), (3, 9));
        assert_eq!((seen.duplicates(), seen.reason()), (0, None));
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_set_of_texts(
            ids in prop::collection::vec("[a-f0-9]{23,25}|[A-Fa-f0-9]{24}|.{0,3}", 0..50),
        ) {
            let (mut seen, mut model) = (SeenItems::new(10), HashSet::new());
            for id in ids {
                prop_assert_eq!(seen.insert(&ItemKey::of_id(&id)), model.insert(id));
            }
        }
    }
}
