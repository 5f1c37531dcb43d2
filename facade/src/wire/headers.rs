//! The response headers that mean something to a listing.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use http::HeaderMap;

use super::operation::Api;
use crate::listing::{Notices, RateLimit, moment};

/// What an answer says about the API itself, beside the page.
pub(crate) fn notices(headers: &HeaderMap, api: Api, now: SystemTime) -> Notices {
    let sunset = text(headers, "sunset");
    let ended = sunset
        .as_deref()
        .and_then(moment)
        .or(api.documented_sunset());
    Notices {
        rate_limit: rate_limit(headers),
        deprecation: text(headers, "deprecation"),
        sunset,
        past_sunset: ended.is_some_and(|ended| ended <= DateTime::<Utc>::from(now)),
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
    use std::time::Duration;

    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn the_rate_limit_is_read_when_it_is_whole() {
        let both = headers(&[("ratelimit-limit", "1200"), ("ratelimit-remaining", "7")]);
        assert_eq!(
            notices(&both, Api::Flex, SystemTime::UNIX_EPOCH).rate_limit,
            Some(RateLimit::new(Some(1200), 7))
        );
        assert_eq!(
            notices(&both, Api::Flex, SystemTime::UNIX_EPOCH)
                .rate_limit
                .unwrap()
                .limit(),
            Some(1200)
        );
        let odd = headers(&[("ratelimit-limit", "1200"), ("ratelimit-remaining", "-7")]);
        assert_eq!(
            notices(&odd, Api::Flex, SystemTime::UNIX_EPOCH).rate_limit,
            None
        );
    }

    #[test]
    fn an_api_is_past_its_sunset_by_header_or_by_documentation() {
        let day = |days: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(days * 86_400);
        let header = headers(&[("sunset", "Thu, 1 Jul 2027 00:00:00 GMT")]); // day 21,000
        for (headers, api, today, past) in [
            (&header, Api::Flex, 20_999, false),
            (&header, Api::Flex, 21_000, true),
            // Documented: 2026-01-22, day 20,475. What the server says goes first.
            (&header, Api::Serverless, 20_999, false),
            (&headers(&[]), Api::Serverless, 20_474, false),
            (&headers(&[]), Api::Serverless, 20_475, true),
            (&headers(&[]), Api::Flex, 99_999, false),
        ] {
            assert_eq!(
                notices(headers, api, day(today)).past_sunset,
                past,
                "{api:?} {today}"
            );
        }
    }

    #[test]
    fn sunset_notices_keep_their_text() {
        let both = headers(&[
            ("deprecation", "@1688169599"),
            ("sunset", "Thu, 1 Jul 2027 00:00:00 GMT"),
        ]);
        let notices = notices(&both, Api::Flex, SystemTime::UNIX_EPOCH);
        assert_eq!(notices.deprecation.as_deref(), Some("@1688169599"));
        assert_eq!(
            notices.sunset.as_deref(),
            Some("Thu, 1 Jul 2027 00:00:00 GMT")
        );
    }
}
