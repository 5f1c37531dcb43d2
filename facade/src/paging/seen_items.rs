//! The items that a listing has seen.

use super::id_set::IdSet;
use super::page::{ItemKey, ReceivedItem};

/// The keys of the items of one listing.
#[derive(Debug, Default)]
pub(crate) struct SeenItems {
    ids: IdSet,
    /// Items that were new to this listing.
    accepted: u64,
    duplicates: u64,
}

/// Makes a fingerprint depend on the order of the hashes in it; any large odd number does.
const ORDER: u64 = 0x9e37_79b9_7f4a_7c15;

/// What a page had before the items seen earlier were taken out of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageContent {
    /// Items received.
    pub(crate) items: u64,
    /// Items among them that the set has besides those seen before.
    pub(crate) new: u64,
    /// Whether every item was seen before.
    pub(crate) is_repeat: bool,
    /// A hash that is equal for the same items in the same order.
    pub(crate) fingerprint: u64,
}

impl SeenItems {
    /// Accepts a page of the first pass, of which the first `known` items were delivered by an
    /// earlier listing. Only items to be delivered are left.
    pub(crate) fn accept<T>(
        &mut self,
        items: &mut Vec<ReceivedItem<T>>,
        known: usize,
    ) -> PageContent {
        // Two items without ids can be equal and still be two.
        let content = self.retain(items, |item, is_first| {
            is_first || matches!(item.key, ItemKey::Unnamed(_))
        });
        items.retain(|item| item.index >= known);
        self.accepted += items.len() as u64;
        self.duplicates += content.items - content.new;
        content
    }

    /// Accepts a page that was read before, so that an item that comes again is no sign. Only new
    /// items are left.
    pub(crate) fn accept_again<T>(&mut self, items: &mut Vec<ReceivedItem<T>>) -> PageContent {
        let content = self.retain(items, |_, is_first| is_first);
        self.accepted += content.new;
        content
    }

    /// Leaves the items for which `is_new` holds, given whether their key came for the first time.
    fn retain<T>(
        &mut self,
        items: &mut Vec<ReceivedItem<T>>,
        is_new: impl Fn(&ReceivedItem<T>, bool) -> bool,
    ) -> PageContent {
        let received = items.len() as u64;
        let (mut fingerprint, mut first_times) = (0_u64, 0_u64);
        items.retain(|item| {
            let (is_first, hash) = self.ids.insert(&item.key);
            fingerprint = fingerprint.wrapping_mul(ORDER).wrapping_add(hash);
            first_times += u64::from(is_first);
            is_new(item, is_first)
        });
        PageContent {
            items: received,
            new: items.len() as u64,
            is_repeat: received > 0 && first_times == 0,
            fingerprint,
        }
    }

    /// Items that were new to this listing.
    pub(crate) fn accepted(&self) -> u64 {
        self.accepted
    }

    /// Items that came again in the first pass.
    pub(crate) fn duplicates(&self) -> u64 {
        self.duplicates
    }
}

#[cfg(test)]
mod tests {
    use super::super::page::items_of;
    use super::*;

    fn unnamed(texts: &[&str]) -> Vec<ReceivedItem<()>> {
        let items = texts.iter().enumerate().map(|(index, text)| ReceivedItem {
            index,
            key: ItemKey::of_json(text),
            content: Ok(()),
        });
        items.collect()
    }

    #[test]
    fn equal_items_without_ids_are_two_until_they_are_read_again() {
        let mut seen = SeenItems::default();
        let mut first = unnamed(&["7", "7"]);
        let content = seen.accept(&mut first, 0);
        assert_eq!((first.len(), content.new), (2, 2));
        assert!(!content.is_repeat);
        let mut again = unnamed(&["7", "7", "8"]);
        seen.accept_again(&mut again);
        assert_eq!(again.len(), 1, "only what is new");
        assert_eq!(again[0].index, 2);
        assert_eq!(seen.accepted(), 3);
    }

    #[test]
    fn a_page_of_known_items_is_a_repeat_with_ids_and_without() {
        for page in [items_of(&["a", "b"]), unnamed(&["7", "8"])] {
            let mut seen = SeenItems::default();
            let again = |page: &[ReceivedItem<()>]| {
                let keys = page.iter().map(|item| item.key.clone());
                let items = keys.enumerate().map(|(index, key)| ReceivedItem {
                    index,
                    key,
                    content: Ok(()),
                });
                items.collect::<Vec<_>>()
            };
            let first = seen.accept(&mut again(&page), 0);
            let second = seen.accept(&mut again(&page), 0);
            assert!(!first.is_repeat && second.is_repeat);
            assert_eq!(first.fingerprint, second.fingerprint);
        }
        let nothing = SeenItems::default().accept::<()>(&mut Vec::new(), 0);
        assert!(!nothing.is_repeat);
    }

    #[test]
    fn a_fingerprint_tells_items_and_their_order_apart() {
        let mut seen = SeenItems::default();
        let mut fingerprint = |ids: &[&str]| seen.accept(&mut items_of(ids), 0).fingerprint;
        let one_two = fingerprint(&["1", "2"]);
        assert_eq!(fingerprint(&["1", "2"]), one_two);
        assert_ne!(fingerprint(&["2", "1"]), one_two);
        assert_ne!(fingerprint(&["1"]), fingerprint(&["2"]));
        assert_ne!(fingerprint(&["1"]), fingerprint(&[]));
    }

    #[test]
    fn items_delivered_before_are_neither_new_nor_repeated() {
        let mut seen = SeenItems::default();
        let mut page = items_of(&["a", "b", "c"]);
        let content = seen.accept(&mut page, 2);
        assert_eq!((page.len(), content.items, content.new), (1, 3, 3));
        assert_eq!((seen.accepted(), seen.duplicates()), (1, 0));
    }
}
