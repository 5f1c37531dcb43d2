//! The signals of a page about the rest of the set: whether there is more, and how far to read ahead.

/// The signals of one accepted page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageSignals {
    /// The page, counted from 1.
    pub(crate) page: u64,
    /// Items requested per page.
    pub(crate) page_size: u64,
    /// Items received.
    pub(crate) items: u64,
    /// Different items seen so far, including this page.
    pub(crate) seen: u64,
    /// Whether there was a `next` link.
    pub(crate) has_next: bool,
    /// Whether a count was requested, without which the server sends neither total nor `next`.
    pub(crate) counted: bool,
    /// The server's count of the whole set, which is a hint and often wrong.
    pub(crate) total: Option<u64>,
}

impl PageSignals {
    /// Whether to read on. Each signal is enough, since each one is missing at times: `next` when
    /// counting is off, a full page at the end of a set, the count always.
    pub(crate) fn has_more(&self) -> bool {
        self.has_next || self.is_full() || self.is_worth_a_probe()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.items >= self.page_size
    }

    /// Whether a page that looks like the last one may not be: the count says more, or the
    /// count was not requested. An empty page is never followed by a probe.
    fn is_worth_a_probe(&self) -> bool {
        let promised = self.total.is_some_and(|total| total > self.seen);
        self.items > 0 && (promised || !self.counted)
    }

    /// The last page to request before more is known; `None` where nothing bounds it.
    ///
    /// A correct count names the last page, or the empty page that follows a full last page;
    /// where it is only a little off, one more page is enough to find out. A count below the
    /// items seen says nothing.
    pub(crate) fn last_expected_page(&self) -> Option<u64> {
        let looks_last = !self.has_next && !self.is_full();
        if looks_last && !self.counted {
            return Some(self.page + 1);
        }
        self.total
            .filter(|&total| total >= self.seen)
            .map(|total| (total / self.page_size).max(self.page).saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Page 2 with 10 items requested per page, all items so far different.
    fn signals(items: u64, has_next: bool, total: Option<u64>) -> PageSignals {
        PageSignals {
            page: 2,
            page_size: 10,
            items,
            seen: 10 + items,
            has_next,
            counted: true,
            total,
        }
    }

    fn uncounted(items: u64) -> PageSignals {
        PageSignals {
            counted: false,
            ..signals(items, false, None)
        }
    }

    #[test]
    fn each_signal_of_more_is_enough_and_none_is_the_end() {
        assert!(
            signals(3, true, Some(0)).has_more(),
            "a short page with next"
        );
        assert!(signals(0, true, None).has_more(), "an empty page with next");
        assert!(signals(10, false, Some(20)).has_more(), "a full page");
        assert!(signals(11, false, None).has_more(), "an overfull page");
        assert!(
            signals(3, false, Some(14)).has_more(),
            "a count of one more"
        );
        assert!(uncounted(3).has_more(), "nothing could have said so");
        assert!(!signals(3, false, Some(13)).has_more());
        assert!(!signals(3, false, None).has_more());
        assert!(
            !signals(0, false, Some(99)).has_more(),
            "the probe was empty"
        );
        assert!(!uncounted(0).has_more(), "the probe was empty");
    }

    #[test]
    fn a_correct_count_bounds_the_pages_in_flight_and_a_wrong_one_does_not() {
        let last = |items, has_next, total| signals(items, has_next, total).last_expected_page();
        assert_eq!(last(10, true, Some(25)), Some(3));
        assert_eq!(last(10, true, Some(30)), Some(4), "full, then empty");
        assert_eq!(last(10, false, Some(20)), Some(3));
        assert_eq!(last(3, false, Some(14)), Some(3), "one probe");
        assert_eq!(uncounted(3).last_expected_page(), Some(3), "one probe");
        assert_eq!(uncounted(10).last_expected_page(), None);
        assert_eq!(last(10, true, Some(12)), None, "below the items seen");
        assert_eq!(last(10, true, Some(0)), None);
        assert_eq!(last(10, true, None), None);
    }
}
