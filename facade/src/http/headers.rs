//! The response headers this library reads: rate limits, waits, and notices about the API.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};
use serde::{Deserialize, Serialize};

use crate::model::completeness::EmptyReason;

/// What a response says apart from the items of its page: most of it in headers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ResponseNotices {
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) deprecation: Option<String>,
    pub(crate) sunset: Option<String>,
    /// Whether the API is past its sunset.
    pub(crate) past_sunset: bool,
    /// Why the list is empty, where that was found out.
    pub(crate) empty_reason: Option<EmptyReason>,
}

impl ResponseNotices {
    /// Reads the headers. `documented_sunset` counts where the server sends no date.
    pub(crate) fn read(
        headers: &HeaderMap,
        documented_sunset: Option<DateTime<Utc>>,
        now: SystemTime,
    ) -> Self {
        let sunset = text(headers, "sunset");
        let ended = sunset.as_deref().and_then(parse_date).or(documented_sunset);
        Self {
            rate_limit: RateLimit::read(headers),
            deprecation: text(headers, "deprecation"),
            sunset,
            past_sunset: ended.is_some_and(|ended| ended <= DateTime::<Utc>::from(now)),
            empty_reason: None,
        }
    }
}

/// The state of Atlas's rate limit for these requests, as of the last response (recorded headers
/// `RateLimit-Limit` and `RateLimit-Remaining`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RateLimit {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
    remaining: u64,
}

impl RateLimit {
    pub(crate) fn new(limit: Option<u64>, remaining: u64) -> Self {
        Self { limit, remaining }
    }

    fn read(headers: &HeaderMap) -> Option<Self> {
        let number = |name| text(headers, name)?.parse().ok();
        Some(Self::new(
            number("ratelimit-limit"),
            number("ratelimit-remaining")?,
        ))
    }

    /// The number of requests that the full bucket allows, when Atlas sends it.
    #[must_use]
    pub fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// The number of requests left before Atlas responds with 429.
    #[must_use]
    pub fn remaining(&self) -> u64 {
        self.remaining
    }
}

/// Reads `Retry-After`: whole seconds, or a date, which means no wait when it is in the past.
///
/// A date is measured by the clock of the server, which its `Date` shows, and by `now` where there
/// is none.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = text(headers, RETRY_AFTER.as_str())?;
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    if value.starts_with('@') {
        return None;
    }
    let sent = text(headers, DATE.as_str()).and_then(|date| parse_date(&date));
    let now = sent.unwrap_or_else(|| DateTime::from(now));
    let wait = parse_date(&value)?.signed_duration_since(now);
    Some(wait.to_std().unwrap_or_default())
}

/// Reads the date of a header: an HTTP date, or `@` and the seconds since 1970 (RFC 9745).
///
/// HTTP dates come with one-digit days too, which the strict form of RFC 9110 forbids. `None` for
/// anything else, such as `true`.
pub(crate) fn parse_date(header: &str) -> Option<DateTime<Utc>> {
    match header.strip_prefix('@') {
        Some(seconds) => DateTime::from_timestamp(seconds.parse().ok()?, 0),
        None => DateTime::parse_from_rfc2822(header)
            .ok()
            .map(|date| date.to_utc()),
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    fn day(days: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(days * 86_400)
    }

    fn notices(pairs: &[(&'static str, &str)]) -> ResponseNotices {
        ResponseNotices::read(&headers(pairs), None, day(0))
    }

    #[test]
    fn dates_are_read_leniently() {
        let july = DateTime::from_timestamp(1_814_400_000, 0);
        for (header, expected) in [
            ("Thu, 01 Jul 2027 00:00:00 GMT", july),
            ("Thu, 1 Jul 2027 00:00:00 GMT", july),
            ("@1814400000", july),
            ("true", None),
            ("@soon", None),
            ("", None),
        ] {
            assert_eq!(parse_date(header), expected, "{header}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = day(21_000); // 2027-07-01
        for (value, seconds) in [
            ("0", Some(0)),
            (" 7 ", Some(7)),
            ("Thu, 01 Jul 2027 00:01:30 GMT", Some(90)),
            ("Thu, 1 Jul 2027 00:01:30 GMT", Some(90)),
            ("Wed, 30 Jun 2027 00:00:00 GMT", Some(0)),
            ("-1", None),
            ("1.5", None),
            ("@1814400090", None),
            ("soon", None),
            ("", None),
        ] {
            let wait = retry_after(&headers(&[("retry-after", value)]), now);
            assert_eq!(wait, seconds.map(Duration::from_secs), "{value}");
        }
        assert_eq!(retry_after(&headers(&[]), now), None);
    }

    #[test]
    fn the_date_of_retry_after_is_measured_by_the_clock_of_the_server() {
        let until = ("retry-after", "Thu, 01 Jul 2027 00:01:30 GMT");
        let wait = |date, clock| {
            let wait = retry_after(&headers(&[until, ("date", date)]), clock);
            wait.unwrap().as_secs()
        };
        for clock in [day(0), day(21_000), day(99_999)] {
            assert_eq!(wait("Thu, 01 Jul 2027 00:01:00 GMT", clock), 30);
            assert_eq!(wait("Wed, 30 Jun 2027 23:59:30 GMT", clock), 120);
            assert_eq!(wait("Thu, 01 Jul 2027 00:02:00 GMT", clock), 0);
        }
        assert_eq!(wait("today", day(21_000)), 90);
    }

    #[test]
    fn the_rate_limit_is_read_when_it_says_what_remains() {
        let limit = ("ratelimit-limit", "1200");
        let read = |remaining| notices(&[limit, ("ratelimit-remaining", remaining)]).rate_limit;
        assert_eq!(read("7"), Some(RateLimit::new(Some(1200), 7)));
        assert_eq!(read("7").unwrap().limit(), Some(1200));
        assert_eq!(read("-7"), None);
        let alone = notices(&[("ratelimit-remaining", "7")]).rate_limit;
        assert_eq!(alone, Some(RateLimit::new(None, 7)));
    }

    #[test]
    fn an_api_is_past_its_sunset_by_header_or_by_documentation() {
        let header = headers(&[("sunset", "Thu, 1 Jul 2027 00:00:00 GMT")]); // day 21,000
        let documented = Some(DateTime::<Utc>::from(day(20_475)));
        for (headers, documented, today, past) in [
            (&header, None, 20_999, false),
            (&header, None, 21_000, true),
            // The header takes precedence.
            (&header, documented, 20_999, false),
            (&headers(&[]), documented, 20_474, false),
            (&headers(&[]), documented, 20_475, true),
            (&headers(&[]), None, 99_999, false),
        ] {
            let read = ResponseNotices::read(headers, documented, day(today));
            assert_eq!(read.past_sunset, past, "{today}");
        }
    }

    #[test]
    fn notices_keep_their_text() {
        let notices = notices(&[
            ("deprecation", "@1688169599"),
            ("sunset", "Thu, 1 Jul 2027 00:00:00 GMT"),
        ]);
        assert_eq!(notices.deprecation.as_deref(), Some("@1688169599"));
        assert_eq!(
            notices.sunset.as_deref(),
            Some("Thu, 1 Jul 2027 00:00:00 GMT")
        );
    }
}
