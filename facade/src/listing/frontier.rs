//! Whether there is more after a page, and how far ahead it is sensible to ask.

/// What one accepted page says about the rest of the set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sighting {
    /// The page, counted from 1.
    pub(crate) page: u64,
    /// Rows a page was asked for.
    pub(crate) page_size: u64,
    /// Rows that came.
    pub(crate) rows: u64,
    /// Different rows seen so far, this page included.
    pub(crate) seen: u64,
    /// Whether a `next` link was there.
    pub(crate) has_next: bool,
    /// Whether the server was asked to count, without which it sends neither total nor `next`.
    pub(crate) counted: bool,
    /// The server's count of the whole set: a hint, often wrong.
    pub(crate) total: Option<u64>,
}

impl Sighting {
    /// Whether to read on. Each sign is enough, since each is missing at times: `next` when
    /// counting is off, a full page at the end of a set, the count always.
    pub(crate) fn has_more(&self) -> bool {
        self.has_next || self.is_full() || self.is_worth_a_probe()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.rows >= self.page_size
    }

    /// Whether a page that looks like the last may not be: the count promises more, or the page
    /// was read without the means to say so. An empty page is answer enough: one probe, not a
    /// chase.
    fn is_worth_a_probe(&self) -> bool {
        let promised = self.total.is_some_and(|total| total > self.seen);
        self.rows > 0 && (promised || !self.counted)
    }

    /// The last page worth asking for before more is known; `None` where nothing bounds it.
    ///
    /// A right count names the last page, or the empty page that a full last page has to be
    /// followed by; where it is only a little off, one page more is enough to find out. A count
    /// that has been outrun says nothing.
    pub(crate) fn horizon(&self) -> Option<u64> {
        let is_last_for_all_one_knows = !self.has_next && !self.is_full();
        if is_last_for_all_one_knows && !self.counted {
            return Some(self.page + 1);
        }
        self.total
            .filter(|&total| total >= self.seen)
            .map(|total| (total / self.page_size).max(self.page) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Page 2 of 10 rows each, everything seen so far distinct.
    fn sighting(rows: u64, has_next: bool, total: Option<u64>) -> Sighting {
        Sighting {
            page: 2,
            page_size: 10,
            rows,
            seen: 10 + rows,
            has_next,
            counted: true,
            total,
        }
    }

    fn uncounted(rows: u64) -> Sighting {
        Sighting {
            counted: false,
            ..sighting(rows, false, None)
        }
    }

    #[test]
    fn each_sign_of_more_is_enough_and_none_is_the_end() {
        assert!(
            sighting(3, true, Some(0)).has_more(),
            "a short page with next"
        );
        assert!(
            sighting(0, true, None).has_more(),
            "an empty page with next"
        );
        assert!(sighting(10, false, Some(20)).has_more(), "a full page");
        assert!(sighting(11, false, None).has_more(), "an overfull page");
        assert!(
            sighting(3, false, Some(14)).has_more(),
            "a count of one more"
        );
        assert!(uncounted(3).has_more(), "nothing could have said so");
        assert!(!sighting(3, false, Some(13)).has_more());
        assert!(!sighting(3, false, None).has_more());
        assert!(
            !sighting(0, false, Some(99)).has_more(),
            "the probe came back empty"
        );
        assert!(!uncounted(0).has_more(), "the probe came back empty");
    }

    #[test]
    fn a_right_count_bounds_the_window_and_a_wrong_one_does_not() {
        assert_eq!(sighting(10, true, Some(25)).horizon(), Some(3));
        assert_eq!(
            sighting(10, true, Some(30)).horizon(),
            Some(4),
            "full, then empty"
        );
        assert_eq!(sighting(10, false, Some(20)).horizon(), Some(3));
        assert_eq!(sighting(3, false, Some(14)).horizon(), Some(3), "one probe");
        assert_eq!(uncounted(3).horizon(), Some(3), "one probe");
        assert_eq!(uncounted(10).horizon(), None);
        assert_eq!(sighting(10, true, Some(12)).horizon(), None, "outrun");
        assert_eq!(sighting(10, true, Some(0)).horizon(), None);
        assert_eq!(sighting(10, true, None).horizon(), None);
    }
}
