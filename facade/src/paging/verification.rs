//! Further passes over the set, until two passes agree.
//!
//! A pass is a list of pages, each read at its own time, so one pass proves nothing about a set
//! that changes. Two equal passes do, **provided the second one reads its last page first and one
//! page at a time**: an item that one pass missed must have moved towards the first page between
//! two of its reads, and a reader that moves towards the first page meets it again. The test
//! `verification_order` enumerates small sets, and shows that other orders can agree and still
//! miss an item.

use super::signals::PageSignals;

/// A descending pass, and the pass it is compared with.
#[derive(Debug)]
pub(crate) struct Verification {
    /// Fingerprints of the pass before, first page first.
    previous: Vec<u64>,
    /// Fingerprints of this pass so far.
    current: Vec<Option<u64>>,
    /// Whether every page so far equals that of the pass before.
    agrees: bool,
    passes_left: u32,
}

/// What follows a page of a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// This page is to be read.
    Page(u64),
    /// The pass equals the one before: no item was missed.
    Agreed,
    /// The last pass allowed differs from the one before.
    Exhausted,
}

impl Verification {
    /// Verifies a first pass with these fingerprints by up to `passes` more.
    pub(crate) fn new(first_pass: Vec<u64>, passes: u32) -> Self {
        Self {
            current: vec![None; first_pass.len()],
            previous: first_pass,
            agrees: true,
            passes_left: passes,
        }
    }

    /// The page a pass begins with, which is its last one.
    pub(crate) fn first_page(&self) -> u64 {
        self.previous.len() as u64
    }

    /// Compares a page of this pass.
    pub(crate) fn on_page(&mut self, signals: &PageSignals, fingerprint: u64) -> Next {
        let index = usize::try_from(signals.page - 1).unwrap_or(usize::MAX);
        let is_top = index + 1 >= self.current.len();
        self.current.resize(self.current.len().max(index + 1), None);
        self.current[index] = Some(fingerprint);
        self.agrees &= self.previous.get(index) == Some(&fingerprint);
        if is_top && signals.has_more() {
            // The set has grown. This pass cannot agree any more, but it still finds new items,
            // and the next pass is compared with it.
            self.agrees = false;
            return Next::Page(signals.page + 1);
        }
        match self.current.iter().rposition(Option::is_none) {
            Some(unread) => Next::Page(unread as u64 + 1),
            None => self.finish(),
        }
    }

    fn finish(&mut self) -> Next {
        if self.agrees {
            return Next::Agreed;
        }
        self.passes_left = self.passes_left.saturating_sub(1);
        if self.passes_left == 0 {
            return Next::Exhausted;
        }
        self.previous = self.current.drain(..).flatten().collect();
        self.current = vec![None; self.previous.len()];
        self.agrees = true;
        Next::Page(self.first_page())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(page: u64) -> PageSignals {
        PageSignals {
            page,
            page_size: 2,
            items: 1,
            seen: 9,
            has_next: false,
            counted: true,
            total: Some(9),
        }
    }

    fn more(page: u64) -> PageSignals {
        PageSignals {
            has_next: true,
            ..last(page)
        }
    }

    #[test]
    fn it_reads_the_last_page_first_and_agrees_with_an_equal_pass() {
        let mut verification = Verification::new(vec![10, 20, 30], 1);
        assert_eq!(verification.first_page(), 3);
        assert_eq!(verification.on_page(&last(3), 30), Next::Page(2));
        assert_eq!(verification.on_page(&more(2), 20), Next::Page(1));
        assert_eq!(verification.on_page(&more(1), 10), Next::Agreed);
    }

    #[test]
    fn a_different_page_costs_another_pass_compared_with_this_one() {
        let mut verification = Verification::new(vec![10, 20], 2);
        assert_eq!(verification.on_page(&last(2), 21), Next::Page(1));
        assert_eq!(verification.on_page(&more(1), 10), Next::Page(2));
        assert_eq!(verification.on_page(&last(2), 21), Next::Page(1));
        assert_eq!(verification.on_page(&more(1), 10), Next::Agreed);
    }

    #[test]
    fn passes_run_out() {
        let mut verification = Verification::new(vec![10], 2);
        assert_eq!(verification.on_page(&last(1), 11), Next::Page(1));
        assert_eq!(verification.on_page(&last(1), 12), Next::Exhausted);
    }

    #[test]
    fn a_set_that_grew_is_read_to_its_new_end_and_once_more() {
        let mut verification = Verification::new(vec![10, 20], 2);
        assert_eq!(verification.on_page(&more(2), 20), Next::Page(3));
        assert_eq!(verification.on_page(&last(3), 30), Next::Page(1));
        assert_eq!(
            verification.on_page(&more(1), 10),
            Next::Page(3),
            "equal, but out of order"
        );
        assert_eq!(verification.on_page(&last(3), 30), Next::Page(2));
        assert_eq!(verification.on_page(&more(2), 20), Next::Page(1));
        assert_eq!(verification.on_page(&more(1), 10), Next::Agreed);
    }
}
