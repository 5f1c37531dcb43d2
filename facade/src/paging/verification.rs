//! Further passes over the set, until two passes agree.
//!
//! A pass is a list of pages, each read at its own time, so one pass proves nothing about a set
//! that changes. Two equal passes do, **provided the second one reads its last page first and one
//! page at a time**: an item that one pass missed must have moved towards the first page between
//! two of its reads, and a reader that moves towards the first page meets it again. The test
//! `verification_order` enumerates small sets, and shows that other orders can agree and still
//! miss an item.
//!
//! Where the set may have grown, the pages behind the last one are read first, and the pass begins
//! on the last of them.

/// A descending pass, and the pass it is compared with.
#[derive(Debug)]
pub(crate) struct Verification {
    /// The pass before, first page first, with at most one empty page at its end.
    previous: Vec<PassPage>,
    /// This pass so far.
    current: Vec<Option<PassPage>>,
    /// The page that came empty in this pass and is read a second time.
    reread: Option<u64>,
    /// The page that this pass began on so far.
    top: Option<PassPage>,
    /// Whether the page behind the last one repeats another.
    is_end_known: bool,
    passes_left: u32,
}

/// What is kept of a page to compare it with the same page of another pass.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PassPage {
    pub(crate) items: u64,
    /// A hash of the items in their order.
    pub(crate) fingerprint: u64,
    /// A hash of the whole response body.
    pub(crate) body_hash: u64,
    pub(crate) has_next: bool,
    pub(crate) total: Option<u64>,
}

impl PartialEq for PassPage {
    /// Compares the items alone.
    fn eq(&self, other: &Self) -> bool {
        (self.items, self.fingerprint) == (other.items, other.fingerprint)
    }
}

/// What follows a page of a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// This page is to be read.
    Page(u64),
    /// The same page is to be read again: it was empty, and had items before.
    SamePage,
    /// The pass equals the one before and has this many items. It may have an empty page between
    /// others.
    Agreed { items: u64, has_gap: bool },
    /// The last pass allowed differs from the one before.
    Exhausted,
}

impl Verification {
    /// Verifies a first pass by up to `passes` more.
    pub(crate) fn new(first_pass: Vec<PassPage>, passes: u32) -> Self {
        let mut verification = Self {
            previous: Vec::new(),
            current: Vec::new(),
            reread: None,
            top: None,
            is_end_known: false,
            passes_left: passes,
        };
        verification.compare_with(first_pass);
        verification
    }

    fn compare_with(&mut self, mut pass: Vec<PassPage>) {
        while let [.., PassPage { items: 0, .. }, PassPage { items: 0, .. }] = pass[..] {
            pass.pop();
        }
        self.current = vec![None; pass.len()];
        self.previous = pass;
    }

    /// The page a pass begins with, which is its last one.
    pub(crate) fn first_page(&self) -> u64 {
        self.previous.len().max(1) as u64
    }

    /// The page as it was in the pass before.
    pub(crate) fn previous(&self, page: u64) -> Option<PassPage> {
        let index = usize::try_from(page.checked_sub(1)?).ok()?;
        self.previous.get(index).copied()
    }

    /// How many items the pass before had.
    pub(crate) fn previous_items(&self) -> u64 {
        self.previous.iter().map(|page| page.items).sum()
    }

    /// Compares a page of this pass. `may_follow` says that there may be another page behind it.
    pub(crate) fn on_page(&mut self, page: u64, content: PassPage, may_follow: bool) -> Next {
        let index = usize::try_from(page.saturating_sub(1)).unwrap_or(usize::MAX);
        if content.items == 0 {
            let had_items = self.previous(page).is_some_and(|before| before.items > 0);
            if had_items && self.reread != Some(page) {
                self.reread = Some(page);
                return Next::SamePage;
            }
        }
        if index >= self.current.len() {
            // The pass begins here, or in front of a repeated page: pages read before it are read
            // again.
            self.is_end_known = self.is_repeat(&content);
            let pages = index.saturating_add(usize::from(!self.is_end_known));
            self.current = vec![None; pages];
        }
        let is_top = index + 1 == self.current.len();
        if let Some(current) = self.current.get_mut(index) {
            *current = Some(content);
        }
        if is_top && content.items > 0 && may_follow && !self.is_end_known {
            self.top = Some(content);
            return Next::Page(page + 1);
        }
        match self.current.iter().rposition(Option::is_none) {
            Some(unread) => Next::Page(unread as u64 + 1),
            None => self.finish(),
        }
    }

    /// Whether a page behind the others has the items of another one, as with a server that repeats
    /// a page for ever.
    fn is_repeat(&self, content: &PassPage) -> bool {
        let is_empty = content.items == 0;
        !is_empty && (self.top.as_ref() == Some(content) || self.previous.contains(content))
    }

    fn finish(&mut self) -> Next {
        self.reread = None;
        self.top = None;
        self.is_end_known = false;
        let pass: Vec<PassPage> = self.current.drain(..).flatten().collect();
        if without_end(&pass) == without_end(&self.previous) {
            let items = pass.iter().map(|page| page.items).sum();
            let has_gap = without_end(&pass).iter().any(|page| page.items == 0);
            return Next::Agreed { items, has_gap };
        }
        self.passes_left = self.passes_left.saturating_sub(1);
        if self.passes_left == 0 {
            return Next::Exhausted;
        }
        self.compare_with(pass);
        Next::Page(self.first_page())
    }
}

/// A pass without the empty pages at its end.
fn without_end(pass: &[PassPage]) -> &[PassPage] {
    let last = pass.iter().rposition(|page| page.items > 0);
    &pass[..last.map_or(0, |last| last + 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two passes are enough for every test but those of passes.
    fn verification(fingerprints: &[u64], passes: u32) -> Verification {
        let pages = fingerprints.iter().map(|&fingerprint| page(fingerprint));
        Verification::new(pages.collect(), passes)
    }

    /// A page of two items; 0 stands for an empty one.
    fn page(fingerprint: u64) -> PassPage {
        PassPage {
            items: if fingerprint == 0 { 0 } else { 2 },
            fingerprint,
            body_hash: 0,
            has_next: false,
            total: None,
        }
    }

    /// Reads pages in the order the pass asks for them, each with its fingerprint and whether a
    /// page may follow, and returns what follows each.
    fn read(verification: &mut Verification, pages: &[(u64, u64, bool)]) -> Vec<Next> {
        pages
            .iter()
            .map(|&(number, fingerprint, may_follow)| {
                verification.on_page(number, page(fingerprint), may_follow)
            })
            .collect()
    }

    use Next::{Agreed, Exhausted, Page, SamePage};

    /// Two equal passes without a gap.
    fn agreed(items: u64) -> Next {
        Agreed {
            items,
            has_gap: false,
        }
    }

    #[test]
    fn it_reads_the_last_page_first_and_agrees_with_an_equal_pass() {
        let mut verification = verification(&[10, 20, 30], 1);
        assert_eq!(verification.first_page(), 3);
        let pages = [(3, 30, false), (2, 20, true), (1, 10, true)];
        let agreed = agreed(6);
        assert_eq!(read(&mut verification, &pages), [Page(2), Page(1), agreed]);
    }

    #[test]
    fn a_different_page_costs_another_pass_compared_with_this_one() {
        let mut verification = verification(&[10, 20], 2);
        let pages = [(2, 21, false), (1, 10, true), (2, 21, false), (1, 10, true)];
        let agreed = agreed(4);
        assert_eq!(
            read(&mut verification, &pages),
            [Page(1), Page(2), Page(1), agreed]
        );
    }

    #[test]
    fn passes_run_out() {
        let mut verification = verification(&[10], 2);
        let pages = [(1, 11, false), (1, 12, false)];
        assert_eq!(read(&mut verification, &pages), [Page(1), Exhausted]);
    }

    #[test]
    fn a_set_that_grew_is_read_from_its_new_end_and_once_more() {
        let mut verification = verification(&[10, 20], 2);
        let pages = [(2, 20, true), (3, 30, false), (2, 20, true), (1, 10, true)];
        let from_the_end = [Page(3), Page(2), Page(1), Page(3)];
        assert_eq!(read(&mut verification, &pages), from_the_end);
        let pages = [(3, 30, false), (2, 20, true), (1, 10, true)];
        let agreed = agreed(6);
        assert_eq!(read(&mut verification, &pages), [Page(2), Page(1), agreed]);
    }

    #[test]
    fn an_empty_page_at_the_end_is_read_first_and_those_behind_it_are_not() {
        let mut verification = verification(&[10, 20, 0, 0], 2);
        assert_eq!(verification.first_page(), 3);
        let pages = [(3, 0, true), (2, 20, true), (1, 10, true)];
        let agreed = agreed(4);
        assert_eq!(read(&mut verification, &pages), [Page(2), Page(1), agreed]);
    }

    #[test]
    fn an_empty_page_behind_the_last_one_is_no_difference() {
        let mut verification = verification(&[10, 20], 2);
        let pages = [(2, 20, true), (3, 0, true), (2, 20, true), (1, 10, true)];
        let agreed = agreed(4);
        let from_the_end = [Page(3), Page(2), Page(1), agreed];
        assert_eq!(read(&mut verification, &pages), from_the_end);
    }

    #[test]
    fn a_page_that_comes_empty_and_had_items_is_read_once_more() {
        let mut verification = verification(&[10, 20, 30], 2);
        let pages = [(3, 30, false), (2, 0, false), (2, 20, true), (1, 10, true)];
        let agreed = agreed(6);
        assert_eq!(
            read(&mut verification, &pages),
            [Page(2), SamePage, Page(1), agreed]
        );
    }

    #[test]
    fn a_page_that_stays_empty_is_compared_as_it_is() {
        let mut verification = verification(&[10, 20, 30], 2);
        let pages = [(3, 30, false), (2, 0, false), (2, 0, false), (1, 10, true)];
        let read_again = [Page(2), SamePage, Page(1), Page(3)];
        assert_eq!(read(&mut verification, &pages), read_again);
        let pages = [(3, 30, false), (2, 0, false), (1, 10, true)];
        let agreed = Agreed {
            items: 4,
            has_gap: true,
        };
        assert_eq!(read(&mut verification, &pages), [Page(2), Page(1), agreed]);
    }

    #[test]
    fn a_page_that_is_repeated_for_ever_is_not_followed() {
        let mut verification = verification(&[10, 20], 2);
        let pages = [(2, 20, true), (3, 30, true), (4, 30, true), (3, 30, true)];
        let from_the_end = [Page(3), Page(4), Page(3), Page(2)];
        assert_eq!(read(&mut verification, &pages), from_the_end);
        let mut verification = self::verification(&[10, 10], 2);
        let pages = [(2, 10, true), (3, 10, true), (2, 10, true), (1, 10, true)];
        let agreed = agreed(4);
        let from_the_end = [Page(3), Page(2), Page(1), agreed];
        assert_eq!(read(&mut verification, &pages), from_the_end);
    }

    #[test]
    fn an_empty_set_is_one_empty_page() {
        let mut verification = verification(&[0, 0], 2);
        assert_eq!(verification.first_page(), 1);
        let pages = [(1, 0, false)];
        assert_eq!(read(&mut verification, &pages), [agreed(0)]);
    }
}
