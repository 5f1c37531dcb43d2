//! The HTTP layer, which knows nothing of Atlas: base URL, bounded responses, headers, retries and
//! the clock.

pub(crate) mod attempts;
pub(crate) mod base_url;
pub(crate) mod bucket;
pub(crate) mod client;
pub(crate) mod clock;
pub(crate) mod headers;
pub(crate) mod proxy;
mod rate_gate;
pub(crate) mod retry;
pub(crate) mod retry_policy;
pub(crate) mod slots;
mod transport_error;
