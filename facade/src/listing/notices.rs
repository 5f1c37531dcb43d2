//! What answers say about the API itself, beside their pages.

/// What an answer says about the API itself, beside the page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notices {
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) deprecation: Option<String>,
    pub(crate) sunset: Option<String>,
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
