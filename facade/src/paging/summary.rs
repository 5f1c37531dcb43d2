//! The summary of a listing: what it has done so far, and how complete it is.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::http::headers::{RateLimit, ResponseNotices, parse_date};
use crate::model::completeness::{Completeness, EmptyReason};
use crate::model::text::Shown;

/// What a listing has done so far, and how complete it is. `Display` writes one line for a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    pub(crate) delivered: u64,
    pub(crate) pages: u64,
    pub(crate) requests: u64,
    pub(crate) retries: u64,
    pub(crate) resumed: bool,
    pub(crate) duplicates: u64,
    pub(crate) item_errors: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) skipped: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reported_total: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rate_limit: Option<RateLimit>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deprecation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sunset: Option<String>,
    pub(crate) past_sunset: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) empty_reason: Option<EmptyReason>,
    pub(crate) completeness: Completeness,
}

impl Summary {
    pub(crate) fn new() -> Self {
        Self {
            delivered: 0,
            pages: 0,
            requests: 0,
            retries: 0,
            resumed: false,
            duplicates: 0,
            item_errors: 0,
            skipped: 0,
            reported_total: None,
            rate_limit: None,
            deprecation: None,
            sunset: None,
            past_sunset: false,
            empty_reason: None,
            completeness: Completeness::InProgress,
        }
    }

    /// Takes over what a response says about the API. A response that says nothing changes
    /// nothing.
    pub(crate) fn take_notices(&mut self, notices: ResponseNotices) {
        self.rate_limit = notices.rate_limit.or(self.rate_limit);
        self.deprecation = notices.deprecation.or(self.deprecation.take());
        self.sunset = notices.sunset.or(self.sunset.take());
        self.past_sunset |= notices.past_sunset;
        self.empty_reason = notices.empty_reason.or(self.empty_reason);
    }

    /// The summary of this list and the one read after it.
    pub(crate) fn followed_by(&self, later: Self) -> Self {
        let total = self.reported_total.zip(later.reported_total);
        Self {
            delivered: self.delivered + later.delivered,
            pages: self.pages + later.pages,
            requests: self.requests + later.requests,
            retries: self.retries + later.retries,
            resumed: self.resumed || later.resumed,
            duplicates: self.duplicates + later.duplicates,
            item_errors: self.item_errors + later.item_errors,
            skipped: self.skipped + later.skipped,
            reported_total: total.map(|(first, second)| first.saturating_add(second)),
            rate_limit: later.rate_limit.or(self.rate_limit),
            deprecation: later.deprecation.or_else(|| self.deprecation.clone()),
            sunset: later.sunset.or_else(|| self.sunset.clone()),
            past_sunset: self.past_sunset || later.past_sunset,
            empty_reason: later.empty_reason.or(self.empty_reason),
            completeness: self.completeness.followed_by(later.completeness),
        }
    }

    /// How complete the listing is.
    #[must_use]
    pub fn completeness(&self) -> Completeness {
        self.completeness
    }

    /// Whether the listing reached its end and nothing suggests that an item is missing. The
    /// [`Basis`](crate::Basis) in [`completeness`](Self::completeness) says how much that means.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.completeness.is_complete()
    }

    /// Items yielded.
    #[must_use]
    pub fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Pages read, including an empty one at the end.
    #[must_use]
    pub fn pages(&self) -> u64 {
        self.pages
    }

    /// Requests sent for pages, including those whose response was not needed in the end, and
    /// those that were only challenged or that found the right API. Requests for access tokens
    /// are not counted.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// Attempts that repeated an earlier one for the same page.
    #[must_use]
    pub fn retries(&self) -> u64 {
        self.retries
    }

    /// Whether the listing was resumed from a checkpoint.
    #[must_use]
    pub fn resumed(&self) -> bool {
        self.resumed
    }

    /// Items that came again and were not yielded a second time.
    #[must_use]
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// Items that could not be read. Of one page, the first 20 were one error each, and the others
    /// one error together.
    #[must_use]
    pub fn item_errors(&self) -> u64 {
        self.item_errors
    }

    /// Items that the listing read and left out: the clusters that
    /// [`Atlas::clusters`](crate::Atlas::clusters) does not yield because Atlas uses them for itself.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// `totalCount` of the last response: an estimate, recorded both too high and too low.
    #[must_use]
    pub fn reported_total(&self) -> Option<u64> {
        self.reported_total
    }

    /// The rate limit as of the last response that had one.
    #[must_use]
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.rate_limit
    }

    /// The last `Deprecation` header, verbatim.
    #[must_use]
    pub fn deprecation(&self) -> Option<&str> {
        self.deprecation.as_deref()
    }

    /// The last `Sunset` header, verbatim.
    #[must_use]
    pub fn sunset(&self) -> Option<&str> {
        self.sunset.as_deref()
    }

    /// The date in [`deprecation`](Self::deprecation), if it has one.
    #[must_use]
    pub fn deprecated_since(&self) -> Option<DateTime<Utc>> {
        self.deprecation.as_deref().and_then(parse_date)
    }

    /// The date in [`sunset`](Self::sunset), if it has one.
    #[must_use]
    pub fn sunset_at(&self) -> Option<DateTime<Utc>> {
        self.sunset.as_deref().and_then(parse_date)
    }

    /// The reported total, where the listing has ended and yielded another number of items. A
    /// listing that was resumed yielded only the rest.
    fn unreached_total(&self) -> Option<Counted> {
        let ended = self.completeness.has_ended() && !self.resumed;
        let yielded = self.delivered + self.item_errors + self.skipped;
        let total = self
            .reported_total
            .filter(|&total| ended && total != yielded)?;
        Some(Counted(total, "item", "items"))
    }

    /// Why the cluster has no snapshots, where [`Atlas::snapshots`](crate::Atlas::snapshots) found
    /// that out: the list is empty, and the cluster is dedicated or Free.
    #[must_use]
    pub fn empty_reason(&self) -> Option<EmptyReason> {
        let is_empty = self.delivered == 0 && self.item_errors == 0;
        self.empty_reason.filter(|_| is_empty)
    }

    /// Whether the listing ended without any item, and its API is past its sunset. Such an API
    /// may respond with empty lists, so this does not show that there are no items.
    ///
    /// The sunset of the serverless API was announced for 2026-01-22.
    #[must_use]
    pub fn empty_after_sunset(&self) -> bool {
        let ended = self.completeness.is_complete();
        self.past_sunset && ended && !self.resumed && self.delivered == 0 && self.item_errors == 0
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let items = Counted(self.delivered, "item", "items");
        let pages = Counted(self.pages, "page", "pages");
        let requests = Counted(self.requests, "request", "requests");
        let completeness = self.completeness;
        write!(f, "{items} on {pages} in {requests}: {completeness}")?;
        if let Some(total) = self.unreached_total() {
            write!(f, "; the server reported {total}")?;
        }
        for extra in [
            Counted(self.retries, "retry", "retries"),
            Counted(self.duplicates, "duplicate dropped", "duplicates dropped"),
            Counted(self.item_errors, "unreadable item", "unreadable items"),
            Counted(self.skipped, "item left out", "items left out"),
        ] {
            if extra.0 > 0 {
                write!(f, "; {extra}")?;
            }
        }
        if let Some(sunset) = &self.sunset {
            write!(f, "; sunset {}", Shown(sunset))?;
        }
        if let Some(reason) = self.empty_reason() {
            write!(f, "; {reason}")?;
        }
        if self.empty_after_sunset() {
            f.write_str(
                "; an empty list of an API past its sunset does not show that there are no items",
            )?;
        }
        Ok(())
    }
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A number and what it counts, in singular and plural.
struct Counted(u64, &'static str, &'static str);

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.0 == 1 { self.1 } else { self.2 };
        write!(f, "{} {name}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::completeness::{Basis, IncompleteReason};

    #[test]
    fn a_summary_is_one_line_for_a_log() {
        let one = Summary {
            delivered: 1,
            pages: 1,
            requests: 1,
            completeness: Completeness::Complete(Basis::SinglePage),
            ..Summary::new()
        };
        assert_eq!(
            one.to_string(),
            "1 item on 1 page in 1 request: complete, single page"
        );
        let many = Summary {
            delivered: 1200,
            pages: 3,
            requests: 5,
            reported_total: Some(1300),
            retries: 2,
            duplicates: 1,
            item_errors: 1,
            sunset: Some("Thu, 1 Jul 2027 00:00:00 GMT".to_owned()),
            completeness: Completeness::PossiblyIncomplete(IncompleteReason::TotalChanged),
            ..Summary::new()
        };
        assert_eq!(
            many.to_string(),
            "1200 items on 3 pages in 5 requests: possibly incomplete: the total changed between \
             pages; the server reported 1300 items; 2 retries; 1 duplicate dropped; 1 unreadable item; sunset Thu, 1 Jul 2027 \
             00:00:00 GMT"
        );
        assert_eq!(many.sunset_at().unwrap().timestamp(), 1_814_400_000);
        let text = serde_json::to_string(&many).unwrap();
        assert_eq!(serde_json::from_str::<Summary>(&text).unwrap(), many);
    }

    #[test]
    fn the_latest_notices_are_kept_and_the_sunset_for_good() {
        let mut summary = Summary::new();
        let limit = RateLimit::new(Some(1200), 7);
        summary.take_notices(ResponseNotices {
            rate_limit: Some(limit),
            deprecation: Some("@1688169599".to_owned()),
            sunset: Some("Thu, 1 Jul 2027 00:00:00 GMT".to_owned()),
            past_sunset: true,
            empty_reason: None,
        });
        summary.take_notices(ResponseNotices::default());
        assert_eq!(summary.rate_limit(), Some(limit));
        assert_eq!(summary.deprecation(), Some("@1688169599"));
        assert_eq!(
            summary.deprecated_since().unwrap().timestamp(),
            1_688_169_599
        );
        assert_eq!(summary.sunset(), Some("Thu, 1 Jul 2027 00:00:00 GMT"));
        assert!(summary.past_sunset);
    }

    #[test]
    fn only_a_whole_listing_without_items_is_empty_after_sunset() {
        let empty = Summary {
            past_sunset: true,
            completeness: Completeness::Complete(Basis::SinglePage),
            ..Summary::new()
        };
        assert!(empty.empty_after_sunset());
        assert!(empty.to_string().contains("past its sunset"), "{empty}");
        for other in [
            Summary {
                past_sunset: false,
                ..empty.clone()
            },
            Summary {
                delivered: 1,
                ..empty.clone()
            },
            Summary {
                item_errors: 1,
                ..empty.clone()
            },
            Summary {
                resumed: true,
                ..empty.clone()
            },
            Summary {
                completeness: Completeness::InProgress,
                ..empty.clone()
            },
            Summary {
                completeness: Completeness::Failed,
                ..empty.clone()
            },
        ] {
            assert!(!other.empty_after_sunset(), "{other}");
        }
    }
}
