//! Looking for the row a checkpoint ends with, in a set that may have changed since.

use std::collections::HashSet;

use super::page::{Row, fingerprint};
use crate::checkpoint::Seam;

/// A search that starts where the row was and widens in both directions.
///
/// Rows that left the set since move it towards the front, rows that entered move it towards
/// the end.
#[derive(Debug)]
pub(crate) struct Search {
    seam: Seam,
    distance: u64,
    towards_front: bool,
    /// The last page there is, once it has been seen.
    end: Option<u64>,
    /// Fingerprints of the pages looked at.
    looked_at: HashSet<u64>,
    gave_up: bool,
}

/// What a page means for the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Delivery goes on on this page, behind so many rows.
    Here {
        known: usize,
        /// Whether the row, or its place, is not where it was.
        moved: bool,
    },
    /// Read this page next.
    Elsewhere(u64),
    /// The page is the same as another: the server does not turn them.
    Repeated,
}

impl Search {
    pub(crate) fn for_seam(seam: Seam) -> Self {
        Self {
            seam,
            distance: 0,
            towards_front: false,
            end: None,
            looked_at: HashSet::new(),
            gave_up: false,
        }
    }

    /// The page to begin with: where the row was.
    pub(crate) fn first_page(&self) -> u64 {
        self.seam.page
    }

    /// Looks at a page; `is_last` when nothing seems to follow it.
    pub(crate) fn look_at(&mut self, page: u64, rows: &[Row], is_last: bool) -> Found {
        let at = rows
            .iter()
            .position(|row| row.id() == Some(self.seam.last_id.as_str()));
        if let Some(at) = at {
            return Found::Here {
                known: at + 1,
                moved: (page, at) != (self.seam.page, self.seam.row),
            };
        }
        if self.gave_up {
            // The row has left the set, and the one behind it has taken its place.
            return Found::Here {
                known: self.seam.row.min(rows.len()),
                moved: true,
            };
        }
        if !rows.is_empty() && !self.looked_at.insert(fingerprint(rows)) {
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
            let front = self.seam.page.checked_sub(self.distance).filter(|&p| p > 0);
            let back = Some(self.seam.page.saturating_add(self.distance))
                .filter(|&page| self.end.is_none_or(|end| page <= end));
            let next = if self.towards_front { front } else { back };
            match next {
                Some(page) => return page,
                None if front.is_none() && back.is_none() => {
                    self.gave_up = true;
                    return self.seam.page;
                }
                None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, ErrorKind};

    fn row(id: &str) -> Row {
        Row::Bad {
            id: Some(id.to_owned()),
            error: Error::new(ErrorKind::Row),
        }
    }

    fn search(page: u64) -> Search {
        Search::for_seam(Seam {
            page,
            row: 1,
            last_id: "x".to_owned(),
        })
    }

    #[test]
    fn a_row_in_its_place_is_found_at_once() {
        let rows = [row("a"), row("x"), row("b")];
        let found = search(3).look_at(3, &rows, false);
        assert_eq!(
            found,
            Found::Here {
                known: 2,
                moved: false
            }
        );
        let found = search(2).look_at(3, &rows, false);
        assert_eq!(
            found,
            Found::Here {
                known: 2,
                moved: true
            }
        );
    }

    #[test]
    fn the_search_widens_until_both_ends_and_then_settles_for_the_place() {
        let mut search = search(3);
        let mut asked = vec![search.first_page()];
        let settled = loop {
            let page = *asked.last().unwrap();
            let (a, b) = (format!("a{page}"), format!("b{page}"));
            match search.look_at(page, &[row(&a), row(&b)], page == 5) {
                Found::Elsewhere(page) => asked.push(page),
                found => break found,
            }
        };
        assert_eq!(asked, [3, 2, 4, 1, 5, 3]);
        assert_eq!(
            settled,
            Found::Here {
                known: 1,
                moved: true
            }
        );
    }

    #[test]
    fn empty_pages_are_alike_and_others_are_not() {
        let mut search = search(3);
        assert_eq!(search.look_at(3, &[], false), Found::Elsewhere(2));
        assert_eq!(search.look_at(2, &[], false), Found::Elsewhere(4));
        assert_eq!(search.look_at(4, &[row("a")], false), Found::Elsewhere(1));
        assert_eq!(search.look_at(1, &[row("a")], false), Found::Repeated);
    }

    #[test]
    fn a_set_that_shrank_to_nothing_ends_the_search() {
        let mut search = search(1);
        assert_eq!(search.look_at(1, &[], true), Found::Elsewhere(1));
        assert_eq!(
            search.look_at(1, &[], true),
            Found::Here {
                known: 0,
                moved: true
            }
        );
    }
}
