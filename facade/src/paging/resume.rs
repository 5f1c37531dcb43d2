//! The search for the item a checkpoint ends with, in a set that may have changed since.

use std::collections::HashSet;

use super::page::{ItemKey, ReceivedItem, fingerprint};
use crate::model::checkpoint::Cursor;

/// A search that starts on the page of the cursor and widens in both directions.
///
/// Items that left the set since then move the item towards the first page, and items that
/// entered it move it towards the last one. Where the page of the cursor is behind the end of the
/// set, the end is found first, by the total and by halving what is left.
#[derive(Debug)]
pub(crate) struct ResumeSearch {
    cursor: Cursor,
    /// Items seen up to and including that of the cursor.
    items_seen: u64,
    page_size: u16,
    last_key: ItemKey,
    /// The pages read.
    read: HashSet<u64>,
    /// Fingerprints of those with items.
    fingerprints: HashSet<u64>,
    /// The last page that may have items.
    last_page: u64,
    /// The last page that had items; 0 for none.
    last_filled: u64,
    /// How far from the cursor the search has come.
    distance: u64,
    gave_up: bool,
}

/// What a page says about the end of the set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EndSignals {
    pub(crate) has_next: bool,
    pub(crate) total: Option<u64>,
}

/// What a page means for the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// The listing continues on this page, behind this many items.
    Here {
        known: usize,
        /// Whether the item, or its place, is not where it was.
        moved: bool,
    },
    /// This page is to be read next.
    Elsewhere(u64),
    /// The page equals another one: the server ignores the page number.
    Repeated,
}

impl ResumeSearch {
    pub(crate) fn new(cursor: Cursor, items_seen: u64, page_size: u16) -> Self {
        Self {
            last_key: ItemKey::of_id(&cursor.last_id),
            cursor,
            items_seen,
            page_size,
            read: HashSet::new(),
            fingerprints: HashSet::new(),
            last_page: u64::MAX,
            last_filled: 0,
            distance: 0,
            gave_up: false,
        }
    }

    /// The page to begin with, where the item was.
    pub(crate) fn first_page(&self) -> u64 {
        self.cursor.page
    }

    /// How many items are before a page. A server may send fewer per page than requested, so that
    /// the pages before the cursor say how many, if there are any.
    pub(crate) fn items_before(&self, page: u64) -> u64 {
        let (pages, known_pages) = (page - 1, self.cursor.page - 1);
        if known_pages == 0 {
            return pages.saturating_mul(self.page_size.into());
        }
        let on_its_page = (self.cursor.index as u64).saturating_add(1);
        let known_items = self.items_seen.saturating_sub(on_its_page);
        known_items.saturating_mul(pages) / known_pages
    }

    /// Looks at a page.
    pub(crate) fn on_page<T>(
        &mut self,
        page: u64,
        items: &[ReceivedItem<T>],
        signals: EndSignals,
    ) -> Found {
        let position = items.iter().position(|item| item.key == self.last_key);
        if let Some(position) = position {
            return Found::Here {
                known: position + 1,
                moved: (page, position) != (self.cursor.page, self.cursor.index),
            };
        }
        if self.gave_up {
            // The item has left the set, and the one behind it is in its place.
            return Found::Here {
                known: self.cursor.index.min(items.len()),
                moved: true,
            };
        }
        if !items.is_empty() && !self.fingerprints.insert(fingerprint(items)) {
            return Found::Repeated;
        }
        self.read.insert(page);
        self.look_for_end(page, items.len(), signals);
        let next = self.next_page();
        self.gave_up = next.is_none();
        Found::Elsewhere(next.unwrap_or(self.cursor.page))
    }

    fn look_for_end(&mut self, page: u64, items: usize, signals: EndSignals) {
        let last_page = if items > 0 {
            self.last_filled = self.last_filled.max(page);
            let seen = self.items_before(page).saturating_add(items as u64);
            let is_short = items < usize::from(self.page_size) && !signals.has_next;
            (is_short && signals.total == Some(seen)).then_some(page)
        } else {
            // A total is an estimate, so one page more than it says may have items.
            let by_total = signals.total.map(|total| total / self.per_page() + 2);
            Some(page.saturating_sub(1).min(by_total.unwrap_or(u64::MAX)))
        };
        self.last_page = self.last_page.min(last_page.unwrap_or(u64::MAX));
    }

    /// How many items the pages before the cursor have on average.
    fn per_page(&self) -> u64 {
        let pages = self.cursor.page.saturating_sub(1).max(1);
        (self.items_before(pages + 1) / pages).max(1)
    }

    /// The page to read next; `None` when there is none left.
    fn next_page(&mut self) -> Option<u64> {
        if self.last_page < self.cursor.page && self.last_filled < self.last_page {
            let unknown = self.last_page - self.last_filled;
            return Some(self.last_filled + unknown.div_ceil(2));
        }
        let behind_the_end = self.cursor.page.saturating_sub(self.last_page);
        self.distance = self.distance.max(behind_the_end);
        loop {
            let front = self.cursor.page.checked_sub(self.distance);
            let front = front.filter(|&page| page > 0);
            let back = self.cursor.page.checked_add(self.distance);
            let back = back.filter(|&page| page <= self.last_page);
            let is_unread = |page: &u64| *page <= self.last_page && !self.read.contains(page);
            if let Some(page) = [front, back].into_iter().flatten().find(is_unread) {
                return Some(page);
            }
            if front.is_none() && back.is_none() {
                return None;
            }
            self.distance += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::page::items_of;
    use super::*;

    /// Nothing is said about the end.
    const OPEN: EndSignals = EndSignals {
        has_next: true,
        total: None,
    };

    fn search(page: u64) -> ResumeSearch {
        let cursor = Cursor {
            page,
            index: 1,
            last_id: "x".to_owned(),
        };
        ResumeSearch::new(cursor, (page - 1) * 5 + 2, 10)
    }

    #[test]
    fn the_items_before_a_page_follow_from_the_pages_before_the_cursor() {
        let five_per_page = search(3);
        let before: Vec<_> = (1..=4)
            .map(|page| five_per_page.items_before(page))
            .collect();
        assert_eq!(before, [0, 5, 10, 15]);
        assert_eq!(search(1).items_before(3), 20, "as requested");
    }

    #[test]
    fn no_place_that_a_checkpoint_can_name_overflows() {
        for page in [1, 2, u64::MAX] {
            let cursor = Cursor {
                page,
                index: usize::MAX,
                last_id: "x".to_owned(),
            };
            let mut search = ResumeSearch::new(cursor, u64::MAX, 10);
            search.items_before(u64::MAX);
            search.on_page(page, &items_of(&["a"]), OPEN);
            search.on_page(page, &items_of(&[]), OPEN);
        }
    }

    #[test]
    fn an_item_in_its_place_is_found_at_once() {
        let page = items_of(&["a", "x", "b"]);
        for (searched_on, moved) in [(3, false), (2, true)] {
            let found = search(searched_on).on_page(3, &page, OPEN);
            assert_eq!(found, Found::Here { known: 2, moved });
        }
    }

    /// Searches a set of pages with two items each, of which none is the one searched for. Returns
    /// the pages requested.
    fn search_through(cursor_page: u64, pages: u64, counted: bool) -> Vec<u64> {
        let mut search = search(cursor_page);
        let mut requested = vec![search.first_page()];
        loop {
            let page = *requested.last().unwrap();
            let ids = [format!("a{page}"), format!("b{page}")];
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            let items = items_of(if page <= pages { &ids } else { &[] });
            let signals = EndSignals {
                has_next: page < pages,
                total: counted.then_some(pages * 5),
            };
            match search.on_page(page, &items, signals) {
                Found::Elsewhere(page) => requested.push(page),
                found => {
                    assert!(matches!(found, Found::Here { moved: true, .. }));
                    return requested;
                }
            }
        }
    }

    #[test]
    fn the_search_widens_to_both_ends_and_then_uses_the_place() {
        assert_eq!(search_through(3, 5, false), [3, 2, 4, 1, 5, 6, 3]);
    }

    #[test]
    fn the_search_reads_few_pages_behind_the_end_of_the_set() {
        assert_eq!(
            search_through(100_000, 1, true),
            [100_000, 2, 1, 100_000],
            "the total names the end"
        );
        let halved = search_through(100_000, 3, false);
        assert!(halved.len() < 24, "{halved:?}");
        assert!(halved.contains(&2), "every page with items is read");
    }

    #[test]
    fn only_pages_with_items_can_repeat() {
        let mut search = search(3);
        assert_eq!(
            search.on_page::<()>(3, &[], OPEN),
            Found::Elsewhere(1),
            "halfway to the first page"
        );
        let page = items_of(&["a"]);
        assert_eq!(search.on_page(1, &page, OPEN), Found::Elsewhere(2));
        assert_eq!(search.on_page(2, &page, OPEN), Found::Repeated);
    }

    #[test]
    fn an_empty_set_ends_the_search() {
        let mut search = search(1);
        assert_eq!(search.on_page::<()>(1, &[], OPEN), Found::Elsewhere(1));
        assert_eq!(
            search.on_page::<()>(1, &[], OPEN),
            Found::Here {
                known: 0,
                moved: true
            }
        );
    }
}
