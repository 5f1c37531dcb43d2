use std::ops::RangeInclusive;
use std::str::FromStr;

use super::parse::{ParseFaultError, number};

/// To which requests a fault applies.
///
/// Only valid, admitted requests count: one refused with 400, 401 or 404 is not "the first".
/// Requests are counted in order of arrival, among those for the pages named, so a condition on a
/// page is deterministic however many pages a client reads at once.
///
/// ```
/// use atlas_snapshots_mock::When;
///
/// let _ = When::every(2); // the 2nd, 4th, 6th … request
/// let _ = When::page(3); // every request for page 3
/// let _ = When::first(2).on_page(3); // the first two requests for page 3
/// let _ = When::first(1).of_each_page(); // every page fails once
/// assert_eq!("first:2,page:3".parse(), Ok(When::first(2).on_page(3)));
/// ```
///
/// As text: terms joined by commas, `always`, `first:N`, `after:N`, `nth:N`, `every:N`,
/// `page:N`, `pages:FIRST-LAST` and `each-page`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    turn: Turn,
    pages: RangeInclusive<u64>,
    each_page: bool,
}

/// Which ones of the requests counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Always,
    First(u64),
    After(u64),
    Nth(u64),
    Every(u64),
}

impl Turn {
    /// `number` counts from 1.
    fn has_come(self, number: u64) -> bool {
        match self {
            Self::Always => true,
            Self::First(count) => number <= count,
            Self::After(count) => number > count,
            Self::Nth(nth) => number == nth,
            // No number but 0 is a multiple of 0: every 0th is never.
            Self::Every(step) => number.is_multiple_of(step),
        }
    }
}

impl When {
    fn turn(turn: Turn) -> Self {
        Self {
            turn,
            pages: 0..=u64::MAX,
            each_page: false,
        }
    }

    /// Every request.
    #[must_use]
    pub fn always() -> Self {
        Self::turn(Turn::Always)
    }

    /// The first `count` requests.
    #[must_use]
    pub fn first(count: u64) -> Self {
        Self::turn(Turn::First(count))
    }

    /// Every request but the first `count`.
    #[must_use]
    pub fn after(count: u64) -> Self {
        Self::turn(Turn::After(count))
    }

    /// The `nth` request alone, counted from 1.
    #[must_use]
    pub fn nth(nth: u64) -> Self {
        Self::turn(Turn::Nth(nth))
    }

    /// Each request whose number, counted from 1, is a multiple of `step`. A step of 0 is never.
    #[must_use]
    pub fn every(step: u64) -> Self {
        Self::turn(Turn::Every(step))
    }

    /// Every request for this page number.
    #[must_use]
    pub fn page(page: u64) -> Self {
        Self::always().on_page(page)
    }

    /// Of the requests for this page number only.
    #[must_use]
    pub fn on_page(self, page: u64) -> Self {
        self.on_pages(page..=page)
    }

    /// Of the requests for these page numbers only, counted together.
    #[must_use]
    pub fn on_pages(mut self, pages: RangeInclusive<u64>) -> Self {
        self.pages = pages;
        self
    }

    /// Counts the requests for each page number on their own.
    #[must_use]
    pub fn of_each_page(mut self) -> Self {
        self.each_page = true;
        self
    }
}

/// How often each counter of one rule was asked.
#[derive(Debug, Clone, Default)]
pub(super) struct Counters(std::collections::HashMap<Option<u64>, u64>);

impl Counters {
    /// Counts a request for `page`, and says whether it is one of those meant.
    pub(super) fn admit(&mut self, when: &When, page: u64) -> bool {
        if !when.pages.contains(&page) {
            return false;
        }
        let count = self.0.entry(when.each_page.then_some(page)).or_default();
        *count += 1;
        when.turn.has_come(*count)
    }
}

impl FromStr for When {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split(',').try_fold(Self::always(), |mut when, term| {
            let (name, value) = term.split_once(':').unwrap_or((term, ""));
            let number = || number(name, value);
            match name {
                "always" if value.is_empty() => {}
                "each-page" if value.is_empty() => when.each_page = true,
                "first" => when.turn = Turn::First(number()?),
                "after" => when.turn = Turn::After(number()?),
                "nth" => when.turn = Turn::Nth(number()?),
                "every" => when.turn = Turn::Every(number()?),
                "page" => {
                    let page = number()?;
                    when.pages = page..=page;
                }
                "pages" => {
                    let range = value
                        .split_once('-')
                        .and_then(|(first, last)| Some(first.parse().ok()?..=last.parse().ok()?));
                    when.pages =
                        range.ok_or_else(|| ParseFaultError::value(name, value, "FIRST-LAST"))?;
                }
                _ => return Err(ParseFaultError::UnknownCondition(term.to_owned())),
            }
            Ok(when)
        })
    }
}
