//! The rules of the first pass: when a page follows, when an empty page is requested again, and
//! which signs show that an item may be missing.
//!
//! Every signal of a server is wrong or absent at times, so each of them is enough to read on, and
//! none of them alone ends a listing:
//!
//! - `next` is missing while nothing is counted, and some servers send it on every page.
//! - A full page can be the last one. A short page can be followed by others: some servers send
//!   fewer items than requested on every page.
//! - The total is an estimate. It is *usable* while it is not below the number of items seen; any
//!   other is treated as absent.

use crate::model::completeness::IncompleteReason;

/// Three empty pages in a row end a listing, whatever the server says about more.
const MAX_EMPTY_RUN: u32 = 3;

/// What a page says about the set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageSignals {
    /// The page, counted from 1.
    pub(crate) page: u64,
    /// Items received.
    pub(crate) items: u64,
    /// Items among them that the set has besides those seen before.
    pub(crate) new: u64,
    /// Whether every item was seen before. Items without ids that are equal can be new and seen.
    pub(crate) is_repeat: bool,
    /// Whether there was a `next` link.
    pub(crate) has_next: bool,
    /// The server's count of the whole set, where it was requested.
    pub(crate) total: Option<u64>,
}

/// What the pages so far say about the rest of the set.
#[derive(Debug)]
pub(crate) struct FirstPass {
    page_size: u64,
    /// Different items seen, including those of the listings before this one.
    seen: u64,
    /// The last usable total.
    total: Option<u64>,
    lengths: PageLengths,
    /// What the page before said about the next one; `None` before the first page.
    promise: Option<Promise>,
    /// How often the current page came empty and was requested again.
    empty_reads: u32,
    empty_run: EmptyRun,
    /// Whether a page that should have had items was empty.
    has_hole: bool,
    reason: Option<IncompleteReason>,
}

/// Why the next page should have items.
#[derive(Debug, Clone, Copy, Default)]
struct Promise {
    by_next: bool,
    by_count: bool,
    /// The page was full, and there was no total at all.
    by_length: bool,
}

impl Promise {
    fn is_made(self) -> bool {
        self.by_next || self.by_count || self.by_length
    }
}

/// The empty pages since the last one with items.
#[derive(Debug, Clone, Copy, Default)]
struct EmptyRun {
    pages: u32,
    /// Whether the total promised items on one of them.
    by_count: bool,
}

/// The lengths of the pages with items.
#[derive(Debug, Default)]
struct PageLengths {
    longest: u64,
    last: u64,
    /// The shortest page that was followed by another one.
    shortest_inside: Option<u64>,
}

impl PageLengths {
    fn add(&mut self, items: u64) {
        if self.longest > 0 {
            let shortest = self.shortest_inside.unwrap_or(u64::MAX);
            self.shortest_inside = Some(shortest.min(self.last));
        }
        self.last = items;
        self.longest = self.longest.max(items);
    }

    /// Whether a page that was followed by another one was shorter than the longest.
    fn are_uneven(&self) -> bool {
        self.shortest_inside
            .is_some_and(|shortest| shortest < self.longest)
    }

    /// The items of a whole page: as many as requested, or as the server sends at most.
    fn whole_page(&self, page_size: u64) -> u64 {
        match self.shortest_inside {
            Some(_) => self.longest.min(page_size),
            None => page_size,
        }
    }
}

impl FirstPass {
    pub(crate) fn new(page_size: u16) -> Self {
        Self {
            page_size: u64::from(page_size).max(1),
            seen: 0,
            total: None,
            lengths: PageLengths::default(),
            promise: None,
            empty_reads: 0,
            empty_run: EmptyRun::default(),
            has_hole: false,
            reason: None,
        }
    }

    /// Takes over the total and the reason for doubt of the listing that this one resumes.
    pub(crate) fn resume(&mut self, total: Option<u64>, reason: Option<IncompleteReason>) {
        self.total = total;
        self.reason = reason;
    }

    /// Begins on a page with this many items before it, all seen by an earlier listing.
    pub(crate) fn start_behind(&mut self, items: u64) {
        self.seen = items;
        self.promise = None;
        self.empty_reads = 0;
    }

    /// Whether a page is empty although items were promised, so that it is to be requested again:
    /// twice for the first empty page of a run, once for those behind it.
    ///
    /// Returns the number of the repetition, counted from 1.
    pub(crate) fn repetition(&mut self, items: u64, total: Option<u64>) -> Option<u32> {
        if items > 0 {
            return None;
        }
        let seen = self.seen;
        let promise = self.promise.get_or_insert_with(|| Promise {
            by_count: total.is_some_and(|total| total > seen),
            ..Promise::default()
        });
        let most = if self.empty_run.pages == 0 { 2 } else { 1 };
        if !promise.is_made() || self.empty_reads >= most {
            return None;
        }
        self.empty_reads += 1;
        Some(self.empty_reads)
    }

    /// Accepts a page. Returns whether another one is to be read.
    pub(crate) fn accept(&mut self, signals: &PageSignals) -> bool {
        self.empty_reads = 0;
        self.seen = self.seen.saturating_add(signals.new);
        if signals.new < signals.items || signals.is_repeat {
            self.note(IncompleteReason::DuplicateItem);
        }
        let usable = signals.total.filter(|&total| total >= self.seen);
        if usable.is_some() {
            if self.total.is_some() && self.total != usable {
                self.note(IncompleteReason::TotalChanged);
            }
            self.total = usable;
        }
        if signals.items > 0 {
            self.accept_items(signals, usable.is_some())
        } else {
            self.accept_empty(signals)
        }
    }

    fn accept_items(&mut self, signals: &PageSignals, is_counted: bool) -> bool {
        if self.empty_run.pages > 0 {
            self.note_hole();
        }
        self.empty_run = EmptyRun::default();
        self.lengths.add(signals.items);
        let by_count = self.expects_more();
        let is_whole = self.is_whole(signals.items);
        self.promise = Some(Promise {
            by_next: signals.has_next,
            by_count: is_whole && by_count,
            by_length: is_whole && self.total.is_none(),
        });
        // Where nothing is counted, one further page shows whether this one was the last.
        let may_follow = signals.has_next || self.is_full(signals.items) || by_count || !is_counted;
        !signals.is_repeat && may_follow
    }

    fn accept_empty(&mut self, signals: &PageSignals) -> bool {
        let promise = self.promise.unwrap_or_default();
        self.empty_run.pages += 1;
        self.empty_run.by_count |= promise.by_count;
        let is_inside = promise.is_made() || self.empty_run.pages > 1 && self.empty_run.by_count;
        let by_count = self.expects_more();
        self.promise = Some(Promise {
            by_next: signals.has_next,
            by_count: self.empty_run.by_count && by_count,
            by_length: false,
        });
        self.empty_run.pages < MAX_EMPTY_RUN && (signals.has_next || is_inside && by_count)
    }

    /// Looks for the signs that only the end of the pass shows.
    pub(crate) fn finish(&mut self) {
        if self.empty_run.by_count {
            self.note_hole();
        }
        let missing = self.total.unwrap_or(0).saturating_sub(self.seen);
        if self.is_whole(missing) || missing > 0 && self.lengths.are_uneven() {
            self.note(IncompleteReason::TotalNotReached);
        }
    }

    /// What shows that an item is missing although two passes agree: one pass has `items`, with an
    /// empty page between others where it `has_gap`, and the last total was `total`.
    pub(crate) fn doubt_about(
        &self,
        items: u64,
        has_gap: bool,
        total: Option<u64>,
    ) -> Option<IncompleteReason> {
        let total = total.or(self.total);
        let missing = total.unwrap_or(0).saturating_sub(items);
        if has_gap && total != Some(items) || self.has_hole && missing > 0 {
            return Some(IncompleteReason::EmptyPage);
        }
        self.is_whole(missing)
            .then_some(IncompleteReason::TotalNotReached)
    }

    /// The last page to request before more is known, after `signals` were accepted; `None` where
    /// nothing bounds it.
    ///
    /// A correct total names the last page, or the empty page that follows a full last page. Where
    /// it is only a little off, one more page is enough to find out.
    pub(crate) fn last_expected_page(&self, signals: &PageSignals) -> Option<u64> {
        if signals.items == 0 {
            let left = MAX_EMPTY_RUN.saturating_sub(self.empty_run.pages);
            return Some(signals.page.saturating_add(left.into()));
        }
        if !signals.has_next && !self.is_whole(signals.items) {
            return Some(signals.page.saturating_add(1));
        }
        let total = self.total.filter(|&total| total >= self.seen)?;
        let last = if self.lengths.longest >= self.page_size {
            (total / self.page_size).saturating_add(1)
        } else {
            total.div_ceil(self.lengths.longest.max(1))
        };
        Some(last.max(signals.page.saturating_add(1)))
    }

    /// Whether a page has as many items as requested.
    pub(crate) fn is_full(&self, items: u64) -> bool {
        items >= self.page_size
    }

    /// Whether so many items are a whole page: as many as requested, or as the server sends at
    /// most.
    pub(crate) fn is_whole(&self, items: u64) -> bool {
        items >= self.lengths.whole_page(self.page_size)
    }

    /// Whether the last usable total is higher than the number of items seen.
    fn expects_more(&self) -> bool {
        self.total.is_some_and(|total| total > self.seen)
    }

    fn note_hole(&mut self) {
        self.has_hole = true;
        self.note(IncompleteReason::EmptyPage);
    }

    /// Notes a sign that an item may be missing. The first one is kept.
    pub(crate) fn note(&mut self, reason: IncompleteReason) {
        self.reason.get_or_insert(reason);
    }

    pub(crate) fn reason(&self) -> Option<IncompleteReason> {
        self.reason
    }

    /// The last usable total.
    pub(crate) fn total(&self) -> Option<u64> {
        self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: u64 = 10;

    /// A page of new items.
    fn page(page: u64, items: u64, has_next: bool, total: Option<u64>) -> PageSignals {
        PageSignals {
            page,
            items,
            new: items,
            is_repeat: false,
            has_next,
            total,
        }
    }

    fn first_pass() -> FirstPass {
        FirstPass::new(10)
    }

    /// Whether a page follows a first page of `items`.
    fn follows(items: u64, has_next: bool, total: Option<u64>) -> bool {
        first_pass().accept(&page(1, items, has_next, total))
    }

    #[test]
    fn each_signal_of_more_is_enough_and_a_total_that_is_reached_is_the_end() {
        assert!(follows(3, true, Some(3)), "a short page with next");
        assert!(follows(SIZE, false, Some(SIZE)), "a full page");
        assert!(follows(11, false, Some(11)), "an overfull page");
        assert!(follows(3, false, Some(4)), "a total of one more");
        assert!(follows(3, false, None), "no total");
        assert!(follows(3, false, Some(2)), "a total that is not usable");
        assert!(!follows(3, false, Some(3)));
        assert!(
            !follows(0, false, None),
            "an empty page that nothing promised"
        );
    }

    #[test]
    fn a_page_of_known_items_ends_it_and_is_a_sign() {
        let mut pass = first_pass();
        pass.accept(&page(1, SIZE, true, Some(30)));
        let repeat = PageSignals {
            new: 0,
            is_repeat: true,
            ..page(2, 3, true, Some(30))
        };
        assert!(!pass.accept(&repeat));
        assert_eq!(pass.reason(), Some(IncompleteReason::DuplicateItem));
    }

    #[test]
    fn only_usable_totals_are_compared() {
        let reason = |totals: [Option<u64>; 3]| {
            let mut pass = first_pass();
            for (number, total) in (1..).zip(totals) {
                pass.accept(&page(number, SIZE, true, total));
            }
            (pass.reason(), pass.total())
        };
        let changed = Some(IncompleteReason::TotalChanged);
        assert_eq!(reason([Some(30), None, Some(30)]), (None, Some(30)));
        assert_eq!(reason([Some(40), Some(3), Some(40)]), (None, Some(40)));
        assert_eq!(reason([Some(40), Some(41), None]), (changed, Some(41)));
    }

    /// How often an empty second page is requested again, and a third one behind it.
    fn repetitions(first: PageSignals, total: Option<u64>, has_next: bool) -> [u32; 2] {
        let mut pass = first_pass();
        pass.accept(&first);
        [2, 3].map(|number| {
            let again = (0..9).map_while(|_| pass.repetition(0, total)).count();
            pass.accept(&page(number, 0, has_next, total));
            u32::try_from(again).unwrap()
        })
    }

    #[test]
    fn a_promised_empty_page_is_requested_twice_more_and_the_next_one_once() {
        let full = |total| page(1, SIZE, false, total);
        assert_eq!(repetitions(full(Some(30)), Some(30), false), [2, 1]);
        assert_eq!(repetitions(full(None), None, false), [2, 0], "no total");
        let linked = page(1, 3, true, Some(3));
        assert_eq!(repetitions(linked, Some(3), true), [2, 1]);
        assert_eq!(repetitions(linked, Some(3), false), [2, 0]);
        assert_eq!(repetitions(full(Some(10)), Some(10), false), [0, 0]);
        let short = page(1, 3, false, Some(4));
        assert_eq!(repetitions(short, Some(4), false), [0, 0], "a probe");
    }

    #[test]
    fn an_empty_first_page_is_promised_by_a_total_above_the_items_before_it() {
        assert_eq!(first_pass().repetition(0, Some(1)), Some(1));
        assert_eq!(first_pass().repetition(0, Some(0)), None);
        assert_eq!(first_pass().repetition(0, None), None);
        let mut resumed = first_pass();
        resumed.start_behind(20);
        assert_eq!(resumed.repetition(0, Some(20)), None);
        resumed.start_behind(20);
        assert_eq!(resumed.repetition(0, Some(21)), Some(1));
    }

    /// The reason for doubt after these pages, at the end.
    fn reason_after(pages: &[PageSignals]) -> Option<IncompleteReason> {
        let mut pass = first_pass();
        for signals in pages {
            pass.repetition(signals.items, signals.total);
            pass.accept(signals);
        }
        pass.finish();
        pass.reason()
    }

    #[test]
    fn empty_pages_are_a_sign_unless_only_next_promised_them_at_the_end() {
        let sign = Some(IncompleteReason::EmptyPage);
        let linked = |number, items| page(number, items, true, Some(13));
        assert_eq!(
            reason_after(&[linked(1, SIZE), linked(2, 3), linked(3, 0), linked(4, 0)]),
            None
        );
        assert_eq!(
            reason_after(&[linked(1, SIZE), linked(2, 0), linked(3, 3)]),
            sign
        );
        let counted = |number, items| page(number, items, false, Some(20));
        assert_eq!(reason_after(&[counted(1, SIZE), counted(2, 0)]), sign);
        assert_eq!(
            reason_after(&[counted(1, SIZE), counted(2, SIZE), counted(3, 0)]),
            None
        );
    }

    #[test]
    fn three_empty_pages_in_a_row_end_it() {
        let mut pass = first_pass();
        let total = Some(1_000);
        let more = [SIZE, 0, 0, 0].map(|items| pass.accept(&page(1, items, true, total)));
        assert_eq!(more, [true, true, true, false]);
    }

    #[test]
    fn a_total_that_is_not_reached_is_a_sign_from_a_page_on_or_between_uneven_pages() {
        let sign = Some(IncompleteReason::TotalNotReached);
        let pages = |lengths: [u64; 3], total| {
            let pages = (1..).zip(lengths);
            let pages: Vec<_> = pages
                .map(|(n, items)| page(n, items, true, total))
                .collect();
            reason_after(&pages)
        };
        assert_eq!(pages([10, 10, 3], Some(32)), None);
        assert_eq!(pages([10, 10, 3], Some(33)), sign);
        assert_eq!(pages([10, 9, 4], Some(24)), sign, "uneven");
        assert_eq!(pages([5, 5, 2], Some(16)), None, "five are a whole page");
        assert_eq!(pages([5, 5, 2], Some(17)), sign);
        assert_eq!(reason_after(&[page(1, 1, false, Some(2))]), None);
    }

    #[test]
    fn two_equal_passes_are_doubted_where_the_total_says_that_a_page_is_missing() {
        let mut pass = first_pass();
        pass.accept(&page(1, SIZE, true, Some(25)));
        pass.accept(&page(2, SIZE, true, Some(25)));
        assert_eq!(pass.doubt_about(20, false, Some(25)), None);
        let missing = Some(IncompleteReason::TotalNotReached);
        assert_eq!(pass.doubt_about(20, false, Some(30)), missing);
        assert_eq!(
            pass.doubt_about(10, false, None),
            missing,
            "the total stands"
        );
        pass.accept(&page(3, 0, true, Some(25)));
        pass.accept(&page(4, 3, false, Some(25)));
        let empty = Some(IncompleteReason::EmptyPage);
        assert_eq!(pass.doubt_about(23, false, Some(25)), empty);
        assert_eq!(pass.doubt_about(23, false, Some(23)), None);
        assert_eq!(pass.doubt_about(23, true, Some(23)), None);
        assert_eq!(pass.doubt_about(26, true, None), empty, "no usable total");
    }

    #[test]
    fn a_usable_total_bounds_the_pages_in_flight() {
        let last = |items, has_next, total| {
            let mut pass = first_pass();
            let signals = page(1, items, has_next, total);
            pass.accept(&signals);
            pass.last_expected_page(&signals)
        };
        assert_eq!(last(SIZE, true, Some(25)), Some(3));
        assert_eq!(last(SIZE, true, Some(30)), Some(4), "full, then empty");
        assert_eq!(last(SIZE, false, Some(10)), Some(2));
        assert_eq!(last(5, true, Some(25)), Some(5), "five per page");
        assert_eq!(last(3, false, Some(400)), Some(2), "one probe");
        assert_eq!(last(3, false, None), Some(2), "one probe");
        assert_eq!(last(SIZE, true, None), None);
        assert_eq!(last(SIZE, true, Some(9)), None, "not usable");
        assert_eq!(last(SIZE, true, Some(u64::MAX)), Some(u64::MAX / 10 + 1));
        assert_eq!(last(0, true, None), Some(3), "up to three empty pages");
    }
}
