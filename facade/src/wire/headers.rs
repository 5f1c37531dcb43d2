//! The response headers that mean something to a listing.

use http::HeaderMap;

use crate::listing::{Notices, RateLimit};

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
    fn the_rate_limit_is_read_when_it_is_whole() {
        let both = headers(&[("ratelimit-limit", "1200"), ("ratelimit-remaining", "7")]);
        assert_eq!(
            notices(&both).rate_limit,
            Some(RateLimit::new(Some(1200), 7))
        );
        assert_eq!(notices(&both).rate_limit.unwrap().limit(), Some(1200));
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
