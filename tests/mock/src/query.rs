//! The query parameters of the listing: defaults, bounds, and every violation at once.

use crate::error_body::Violation;

/// Largest `itemsPerPage` the documentation allows.
const MAX_ITEMS_PER_PAGE: u64 = 500;

/// The query of a listing, with the documented default for what is absent or invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ListQuery {
    pub(crate) envelope: bool,
    pub(crate) pretty: bool,
    pub(crate) include_count: bool,
    pub(crate) items_per_page: u64,
    /// Saturates: numbers beyond 64 bits are valid, and mean a page past any end.
    pub(crate) page_num: u64,
}

impl ListQuery {
    /// What an empty query means.
    pub(crate) const DEFAULT: Self = Self {
        envelope: false,
        pretty: false,
        include_count: true,
        items_per_page: 100,
        page_num: 1,
    };

    /// Reads decoded pairs. Unknown parameters are ignored, as the service does.
    ///
    /// Violations come beside the query, not instead of it: an error is still answered in the
    /// envelope and the layout the request asked for.
    pub(crate) fn read(pairs: &[(String, String)]) -> (Self, Vec<Violation>) {
        let mut reader = Reader {
            pairs,
            violations: Vec::new(),
        };
        let default = Self::DEFAULT;
        let query = Self {
            envelope: reader.boolean("envelope", default.envelope),
            pretty: reader.boolean("pretty", default.pretty),
            include_count: reader.boolean("includeCount", default.include_count),
            items_per_page: reader.integer(
                "itemsPerPage",
                default.items_per_page,
                MAX_ITEMS_PER_PAGE,
            ),
            page_num: reader.integer("pageNum", default.page_num, u64::MAX),
        };
        (query, reader.violations)
    }
}

/// A decimal integer of any length, saturating at [`u64::MAX`]; `None` for anything else.
pub(crate) fn saturating_integer(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

struct Reader<'a> {
    pairs: &'a [(String, String)],
    violations: Vec<Violation>,
}

impl<'a> Reader<'a> {
    fn boolean(&mut self, name: &'static str, default: bool) -> bool {
        match self.single(name) {
            None => default,
            Some("true") => true,
            Some("false") => false,
            Some(other) => self.reject(
                name,
                format!("must be true or false, not {other:?}"),
                default,
            ),
        }
    }

    fn integer(&mut self, name: &'static str, default: u64, max: u64) -> u64 {
        let Some(text) = self.single(name) else {
            return default;
        };
        let is_negative = text
            .strip_prefix('-')
            .is_some_and(|rest| saturating_integer(rest).is_some());
        match saturating_integer(text) {
            Some(number) if (1..=max).contains(&number) => number,
            Some(0) => self.reject(name, "must be at least 1".to_owned(), default),
            Some(_) => self.reject(name, format!("must be at most {max}"), default),
            None if is_negative => self.reject(name, "must be at least 1".to_owned(), default),
            None => self.reject(name, format!("must be an integer, not {text:?}"), default),
        }
    }

    /// The one value of `name`; a second one is a violation.
    fn single(&mut self, name: &'static str) -> Option<&'a str> {
        let mut values = self
            .pairs
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() {
            return self.reject(name, "must not be repeated".to_owned(), None);
        }
        first
    }

    fn reject<T>(&mut self, field: &'static str, description: String, default: T) -> T {
        self.violations.push(Violation { field, description });
        default
    }
}
