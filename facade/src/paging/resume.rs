//! The search for the item a checkpoint ends with, in a set that may have changed since.

use std::collections::HashSet;

use super::page::{ItemKey, ReceivedItem, fingerprint};
use crate::model::checkpoint::Cursor;

/// A search that starts on the page of the cursor and widens in both directions.
///
/// Items that left the set since then move the item towards the first page, and items that
/// entered it move it towards the last one.
#[derive(Debug)]
pub(crate) struct ResumeSearch {
    cursor: Cursor,
    /// Items seen up to and including that of the cursor.
    items_seen: u64,
    page_size: u16,
    last_key: ItemKey,
    distance: u64,
    towards_front: bool,
    /// The last page, once it is known.
    end: Option<u64>,
    /// Fingerprints of the pages read.
    read: HashSet<u64>,
    gave_up: bool,
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
            distance: 0,
            towards_front: false,
            end: None,
            read: HashSet::new(),
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
        let on_its_page = self.cursor.index as u64 + 1;
        let known_items = self.items_seen.saturating_sub(on_its_page);
        known_items.saturating_mul(pages) / known_pages
    }

    /// Looks at a page. `is_last` says that no page seems to follow it.
    pub(crate) fn on_page<T>(
        &mut self,
        page: u64,
        items: &[ReceivedItem<T>],
        is_last: bool,
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
        if !items.is_empty() && !self.read.insert(fingerprint(items)) {
            return Found::Repeated;
        }
        if is_last {
            self.end = Some(self.end.map_or(page, |end| end.min(page)));
        }
        Found::Elsewhere(self.next_page())
    }

    fn next_page(&mut self) -> u64 {
        loop {
            self.towards_front = !self.towards_front;
            self.distance += u64::from(self.towards_front);
            let front = self
                .cursor
                .page
                .checked_sub(self.distance)
                .filter(|&p| p > 0);
            let back = Some(self.cursor.page.saturating_add(self.distance))
                .filter(|&page| self.end.is_none_or(|end| page <= end));
            let next = if self.towards_front { front } else { back };
            match next {
                Some(page) => return page,
                None if front.is_none() && back.is_none() => {
                    self.gave_up = true;
                    return self.cursor.page;
                }
                None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::page::items_of;
    use super::*;

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
    fn an_item_in_its_place_is_found_at_once() {
        let page = items_of(&["a", "x", "b"]);
        for (searched_on, moved) in [(3, false), (2, true)] {
            let found = search(searched_on).on_page(3, &page, false);
            assert_eq!(found, Found::Here { known: 2, moved });
        }
    }

    #[test]
    fn the_search_widens_to_both_ends_and_then_uses_the_place() {
        let mut search = search(3);
        let mut requested = vec![search.first_page()];
        let found = loop {
            let page = *requested.last().unwrap();
            let (a, b) = (format!("a{page}"), format!("b{page}"));
            match search.on_page(page, &items_of(&[&a, &b]), page == 5) {
                Found::Elsewhere(page) => requested.push(page),
                found => break found,
            }
        };
        assert_eq!(requested, [3, 2, 4, 1, 5, 3]);
        assert_eq!(
            found,
            Found::Here {
                known: 1,
                moved: true
            }
        );
    }

    #[test]
    fn only_pages_with_items_can_repeat() {
        let mut search = search(3);
        assert_eq!(search.on_page::<()>(3, &[], false), Found::Elsewhere(2));
        assert_eq!(search.on_page::<()>(2, &[], false), Found::Elsewhere(4));
        let page = items_of(&["a"]);
        assert_eq!(search.on_page(4, &page, false), Found::Elsewhere(1));
        assert_eq!(search.on_page(1, &page, false), Found::Repeated);
    }

    #[test]
    fn an_empty_set_ends_the_search() {
        let mut search = search(1);
        assert_eq!(search.on_page::<()>(1, &[], true), Found::Elsewhere(1));
        assert_eq!(
            search.on_page::<()>(1, &[], true),
            Found::Here {
                known: 0,
                moved: true
            }
        );
    }
}
