//! What a listing has done so far, and what it can vouch for.

use std::fmt;

use chrono::{DateTime, Utc};

use super::notices::{Notices, RateLimit, moment};
use crate::gap_evidence::GapEvidence;

/// How a listing stands, and what it can vouch for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ending {
    /// Not at its end: more to poll.
    Running,
    /// Everything came on one page, which is one consistent read: complete.
    Complete,
    /// Two readings of the whole set agreed, the second from the end to the front: every snapshot
    /// that was there throughout has been delivered. See
    /// [`Consistency::Verified`](crate::Consistency::Verified).
    Verified,
    /// Several pages were read to the end without a sign of change. Atlas gives no way to see
    /// every change, so this is likely complete, and not vouched for.
    Unverified,
    /// Read to the end, with evidence that the set changed meanwhile: list again to be sure.
    SuspectedGap {
        /// The first evidence seen.
        evidence: GapEvidence,
    },
    /// Stopped by an error: what was delivered is good, what follows is unknown.
    Failed,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Running => f.write_str("still running"),
            Self::Complete => f.write_str("complete"),
            Self::Verified => f.write_str("complete, verified"),
            Self::Unverified => f.write_str("read to the end, unverified"),
            Self::SuspectedGap { evidence } => {
                write!(f, "read to the end, gap suspected: {evidence}")
            }
            Self::Failed => f.write_str("failed"),
        }
    }
}

/// What a listing has done so far. `Display` is one line, fit for a log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    pub(crate) delivered: u64,
    pub(crate) pages: u64,
    pub(crate) requests: u64,
    pub(crate) retries: u64,
    pub(crate) resumed: bool,
    pub(crate) duplicates: u64,
    pub(crate) row_errors: u64,
    pub(crate) reported_total: Option<u64>,
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) deprecation: Option<String>,
    pub(crate) sunset: Option<String>,
    pub(crate) past_sunset: bool,
    pub(crate) ending: Ending,
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
            row_errors: 0,
            reported_total: None,
            rate_limit: None,
            deprecation: None,
            sunset: None,
            past_sunset: false,
            ending: Ending::Running,
        }
    }

    /// Keeps what an answer said about the API itself.
    pub(crate) fn take_notice(&mut self, notices: Notices) {
        self.rate_limit = notices.rate_limit.or(self.rate_limit);
        self.deprecation = notices.deprecation.or(self.deprecation.take());
        self.sunset = notices.sunset.or(self.sunset.take());
        self.past_sunset |= notices.past_sunset;
    }

    /// Snapshots handed out.
    #[must_use]
    pub fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Pages read and accepted, including an empty one at the end.
    #[must_use]
    pub fn pages(&self) -> u64 {
        self.pages
    }

    /// Requests sent for pages, including those whose answers were not needed in the end, and
    /// those that only brought a challenge or found the right API. Requests for access tokens are
    /// not among them.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// How many of the requests repeated an earlier one for the same page.
    #[must_use]
    pub fn retries(&self) -> u64 {
        self.retries
    }

    /// Whether the listing went on where an earlier one had stopped.
    #[must_use]
    pub fn resumed(&self) -> bool {
        self.resumed
    }

    /// Rows that came again and were not delivered a second time.
    #[must_use]
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// Rows that could not be read, each of which was one error of the stream.
    #[must_use]
    pub fn row_errors(&self) -> u64 {
        self.row_errors
    }

    /// `totalCount` as last heard: an estimate, recorded both too high and too low.
    #[must_use]
    pub fn reported_total(&self) -> Option<u64> {
        self.reported_total
    }

    /// The rate limit as last heard.
    #[must_use]
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.rate_limit
    }

    /// The `Deprecation` header as last heard, verbatim.
    #[must_use]
    pub fn deprecation(&self) -> Option<&str> {
        self.deprecation.as_deref()
    }

    /// The `Sunset` header as last heard, verbatim. "No snapshots" from a sunset API proves
    /// nothing.
    #[must_use]
    pub fn sunset(&self) -> Option<&str> {
        self.sunset.as_deref()
    }

    /// The moment in [`deprecation`](Self::deprecation), where it names one.
    #[must_use]
    pub fn deprecated_since(&self) -> Option<DateTime<Utc>> {
        self.deprecation.as_deref().and_then(moment)
    }

    /// The moment in [`sunset`](Self::sunset), where it names one.
    #[must_use]
    pub fn sunset_at(&self) -> Option<DateTime<Utc>> {
        self.sunset.as_deref().and_then(moment)
    }

    /// Whether "no snapshots" proves little, because it comes from an API past its announced
    /// end, which may go on to answer with nothing in it. The serverless API's end was announced
    /// for 2026-01-22; its successor is [`Atlas::flex_snapshots`](crate::Atlas::flex_snapshots).
    #[must_use]
    pub fn is_doubtfully_empty(&self) -> bool {
        self.delivered == 0 && self.row_errors == 0 && self.past_sunset
    }

    /// How the listing stands.
    #[must_use]
    pub fn ending(&self) -> Ending {
        self.ending
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let snapshots = Counted(self.delivered, "snapshot", "snapshots");
        let pages = Counted(self.pages, "page", "pages");
        let requests = Counted(self.requests, "request", "requests");
        write!(f, "{snapshots} on {pages} in {requests}: {}", self.ending)?;
        for extra in [
            Counted(self.retries, "retry", "retries"),
            Counted(self.duplicates, "duplicate dropped", "duplicates dropped"),
            Counted(self.row_errors, "unreadable row", "unreadable rows"),
        ] {
            if extra.0 > 0 {
                write!(f, "; {extra}")?;
            }
        }
        if let Some(sunset) = &self.sunset {
            write!(f, "; sunset {sunset}")?;
        }
        if self.is_doubtfully_empty() {
            f.write_str("; none from an API past its sunset proves little, ask listFlexBackups")?;
        }
        Ok(())
    }
}

/// A number and what it counts, in the singular and in the plural.
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

    #[test]
    fn a_summary_is_one_line_fit_for_a_log() {
        let one = Summary {
            delivered: 1,
            pages: 1,
            requests: 1,
            ending: Ending::Complete,
            ..Summary::new()
        };
        assert_eq!(
            one.to_string(),
            "1 snapshot on 1 page in 1 request: complete"
        );
        let evidence = GapEvidence::CountChanged;
        let many = Summary {
            delivered: 1200,
            pages: 3,
            requests: 5,
            retries: 2,
            duplicates: 1,
            row_errors: 1,
            sunset: Some("Thu, 1 Jul 2027 00:00:00 GMT".to_owned()),
            ending: Ending::SuspectedGap { evidence },
            ..Summary::new()
        };
        assert_eq!(
            many.to_string(),
            "1200 snapshots on 3 pages in 5 requests: read to the end, gap suspected: the total \
             changed between pages; 2 retries; 1 duplicate dropped; 1 unreadable row; sunset Thu, \
             1 Jul 2027 00:00:00 GMT"
        );
        assert_eq!(many.sunset_at().unwrap().timestamp(), 1_814_400_000);
        assert!(!many.is_doubtfully_empty());
        let none = Summary {
            delivered: 0,
            row_errors: 0,
            past_sunset: true,
            ..many
        };
        assert!(none.is_doubtfully_empty());
        assert!(none.to_string().contains("proves little"), "{none}");
    }

    #[test]
    fn what_was_last_heard_is_kept_and_the_sunset_for_good() {
        let mut summary = Summary::new();
        let limit = RateLimit::new(Some(1200), 7);
        summary.take_notice(Notices {
            rate_limit: Some(limit),
            deprecation: Some("@1688169599".to_owned()),
            sunset: Some("Thu, 1 Jul 2027 00:00:00 GMT".to_owned()),
            past_sunset: true,
        });
        // An answer that says nothing takes nothing back.
        summary.take_notice(Notices::default());
        assert_eq!(summary.rate_limit(), Some(limit));
        assert_eq!(summary.deprecation(), Some("@1688169599"));
        assert_eq!(
            summary.deprecated_since().unwrap().timestamp(),
            1_688_169_599
        );
        assert_eq!(summary.sunset(), Some("Thu, 1 Jul 2027 00:00:00 GMT"));
        assert!(summary.is_doubtfully_empty());
    }

    #[test]
    fn only_nothing_at_all_from_an_api_past_its_sunset_is_doubtful() {
        for (delivered, row_errors, past_sunset) in
            [(0, 0, false), (2, 0, true), (0, 2, true), (2, 2, false)]
        {
            let summary = Summary {
                delivered,
                row_errors,
                past_sunset,
                ..Summary::new()
            };
            assert_eq!(
                (summary.delivered(), summary.row_errors()),
                (delivered, row_errors)
            );
            assert!(!summary.is_doubtfully_empty(), "{summary}");
        }
    }
}
