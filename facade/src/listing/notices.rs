//! What answers say about the API itself, beside their pages.

use chrono::{DateTime, Utc};

/// What an answer says about the API itself, beside the page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notices {
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) deprecation: Option<String>,
    pub(crate) sunset: Option<String>,
    /// Whether the API is past its announced end.
    pub(crate) past_sunset: bool,
}

/// The state of Atlas's token bucket for these requests, as last heard (recorded headers
/// `RateLimit-Limit` and `RateLimit-Remaining`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    limit: Option<u64>,
    remaining: u64,
}

impl RateLimit {
    pub(crate) fn new(limit: Option<u64>, remaining: u64) -> Self {
        Self { limit, remaining }
    }

    /// Requests the full bucket allows, when Atlas says so.
    #[must_use]
    pub fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// Requests left before Atlas answers 429.
    #[must_use]
    pub fn remaining(&self) -> u64 {
        self.remaining
    }
}

/// Reads the moment in a `Sunset` or `Deprecation` header: an HTTP date, one-digit days
/// included, or `@` and seconds since 1970 (RFC 9745). `None` for anything else, such as `true`.
pub(crate) fn moment(header: &str) -> Option<DateTime<Utc>> {
    match header.strip_prefix('@') {
        Some(seconds) => DateTime::from_timestamp(seconds.parse().ok()?, 0),
        None => DateTime::parse_from_rfc2822(header)
            .ok()
            .map(|moment| moment.to_utc()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_leniently() {
        let july = DateTime::from_timestamp(1_814_400_000, 0);
        for (header, expected) in [
            ("Thu, 01 Jul 2027 00:00:00 GMT", july),
            ("Thu, 1 Jul 2027 00:00:00 GMT", july),
            ("@1814400000", july),
            ("true", None),
            ("@soon", None),
            ("", None),
        ] {
            assert_eq!(moment(header), expected, "{header}");
        }
    }
}
