//! The response headers that mean something to a listing.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue};

use crate::listing::{Notices, RateLimit};

/// `Retry-After`: whole seconds, or a date, of which one in the past means "at once".
///
/// Dates come with one-digit days too, which the strict form of RFC 9110 forbids.
pub(crate) fn retry_after(value: &HeaderValue, now: SystemTime) -> Option<Duration> {
    let text = value.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = DateTime::parse_from_rfc2822(text).ok()?;
    let wait = moment.signed_duration_since(DateTime::<Utc>::from(now));
    Some(wait.to_std().unwrap_or_default())
}

/// What an answer says about the API itself, beside the page.
pub(crate) fn notices(headers: &HeaderMap) -> Notices {
    Notices {
        rate_limit: rate_limit(headers),
        deprecation: text(headers, "deprecation"),
        sunset: text(headers, "sunset"),
    }
}

fn rate_limit(headers: &HeaderMap) -> Option<RateLimit> {
    let number = |name| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let remaining = number("ratelimit-remaining")?;
    Some(RateLimit::new(number("ratelimit-limit"), remaining))
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

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_814_400_000); // 2027-07-01
        for (text, seconds) in [
            ("0", Some(0)),
            (" 7 ", Some(7)),
            ("Thu, 01 Jul 2027 00:01:30 GMT", Some(90)),
            ("Thu, 1 Jul 2027 00:01:30 GMT", Some(90)),
            ("Wed, 30 Jun 2027 00:00:00 GMT", Some(0)),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            let wait = retry_after(&text.parse().unwrap(), now);
            assert_eq!(wait, seconds.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn the_rate_limit_is_read_when_it_is_whole() {
        let both = headers(&[("ratelimit-limit", "1200"), ("ratelimit-remaining", "7")]);
        assert_eq!(
            notices(&both).rate_limit,
            Some(RateLimit::new(Some(1200), 7))
        );
        let odd = headers(&[("ratelimit-limit", "1200"), ("ratelimit-remaining", "-7")]);
        assert_eq!(notices(&odd).rate_limit, None);
    }

    #[test]
    fn sunset_notices_keep_their_text() {
        let both = headers(&[
            ("deprecation", "@1688169599"),
            ("sunset", "Thu, 1 Jul 2027 00:00:00 GMT"),
        ]);
        let notices = notices(&both);
        assert_eq!(notices.deprecation.as_deref(), Some("@1688169599"));
        assert_eq!(
            notices.sunset.as_deref(),
            Some("Thu, 1 Jul 2027 00:00:00 GMT")
        );
    }
}
