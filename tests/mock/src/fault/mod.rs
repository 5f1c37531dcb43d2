//! What the mock does wrong, and when.
//!
//! An answer comes into being in stages, and so do its faults, one enum a stage: the answer
//! ([`AnswerFault`]), the page ([`PageFault`]) and its rows ([`RowFault`]), the bytes of the
//! body ([`BodyFault`]), the headers, the wire ([`WireFault`]), and the data behind it all
//! ([`DataChange`]). Faults of different stages add up: `429`, gzipped, a byte a second.

mod answer;
mod body;
mod data;
mod due;
mod page;
mod parse;
mod row;
mod rule;
mod script;
mod turns;
mod when;
mod wire;

pub use answer::{AnswerFault, RetryAfter};
pub use body::BodyFault;
pub use data::DataChange;
pub use page::PageFault;
pub use parse::ParseFaultError;
pub use row::RowFault;
pub use rule::FaultRule;
pub use when::When;
pub use wire::WireFault;

pub(crate) use due::DueFaults;
pub(crate) use script::Script;
pub(crate) use turns::Turns;
pub(crate) use wire::Unsent;

use crate::canned::CannedResponse;

/// One thing that goes wrong. Every stage converts into it, so that
/// [`MockAtlasBuilder::fault`](crate::MockAtlasBuilder::fault) takes any of them as it is.
///
/// As text (of the flag `--fault`, or [`FromStr`](std::str::FromStr)):
///
/// | text | fault |
/// |---|---|
/// | `503` | [`AnswerFault::Status`] |
/// | `403:IP_ADDRESS_NOT_ON_ACCESS_LIST` | [`AnswerFault::Error`] |
/// | `rate-limit`, `rate-limit:SECONDS`, `rate-limit:date+SECONDS` | [`AnswerFault::RateLimited`] without `Retry-After`, in seconds, as a date |
/// | `token-bucket`, `token-bucket:SECONDS`, `token-bucket:date+SECONDS` | [`AnswerFault::TokenBucketEmpty`], likewise |
/// | `count-timeout` | [`AnswerFault::CountTimeout`] |
/// | `server-error-text` | [`AnswerFault::ServerErrorText`] |
/// | `empty-page`, `short-page:ROWS`, `repeat-page:PAGE`, `endless-pages` | [`PageFault::Empty`], [`Short`](PageFault::Short), [`Repeat`](PageFault::Repeat), [`Endless`](PageFault::Endless) |
/// | `total-count:absent`, `total-count:=5`, `total-count:+5`, `total-count:-5` | [`PageFault::TotalCount`] |
/// | `links:missing`, `links:never-next`, `links:always-next`, `links:foreign` | [`PageFault::Links`] |
/// | `no-results`, `results:JSON` | [`PageFault::NoResults`], [`Results`](PageFault::Results) |
/// | `row:PLACE:FIELD=JSON`, `row:PLACE:-FIELD`, `row:PLACE:=JSON` | [`PageFault::Row`], setting a field, removing one, replacing the row |
/// | `gzip`, `false-gzip`, `not-utf8`, `bom`, `cut-json`, `padding:BYTES` | [`BodyFault::Gzip`] and so on |
/// | `empty-body`, `null`, `array`, `html` | [`BodyFault::Empty`], [`Null`](BodyFault::Null), [`Array`](BodyFault::Array), [`Html`](BodyFault::Html) |
/// | `header:NAME=VALUE`, `no-content-type`, `sunset` | [`Fault::header`], [`BodyFault::NoContentType`], [`Fault::sunset`] |
/// | `delay:MS`, `hang`, `close`, `reset` | [`WireFault::Delay`] and so on, before the answer |
/// | `truncate`, `truncate-chunked`, `reset-in-body`, `stall`, `drip:MS`, `endless-body` | the same, inside the body |
/// | `insert-head:ROWS`, `insert-tail:ROWS`, `delete-head:ROWS`, `delete-tail:ROWS` | [`DataChange::InsertHead`] and so on |
///
/// ```
/// use atlas_snapshots_mock::{AnswerFault, Fault, WireFault};
///
/// assert_eq!("503".parse(), Ok(Fault::from(AnswerFault::Status(503))));
/// assert_eq!("hang".parse(), Ok(Fault::from(WireFault::Hang)));
/// assert_eq!("hnag".parse::<Fault>().unwrap_err().to_string(), "no fault is called \"hnag\"");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// Something else in place of the page.
    Answer(AnswerFault),
    /// A page of the right shape with the wrong content, or nearly.
    Page(PageFault),
    /// A body that is not what its headers say.
    Body(BodyFault),
    /// Headers to add, by name and value; they replace headers of the same name.
    Headers(Vec<(String, String)>),
    /// A connection that does not carry the answer as it should.
    Wire(WireFault),
    /// Data that changes between this request and the next.
    Data(DataChange),
}

impl Fault {
    /// Adds a header, or replaces it. Names and values HTTP does not allow are left out.
    #[must_use]
    pub fn header(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::Headers(vec![(name.into(), value.into())])
    }

    /// The notices of an operation at the end of its life: `Deprecation` and `Sunset`, with
    /// one-digit days, as the service writes them. Strict parsers of HTTP dates refuse those.
    #[must_use]
    pub fn sunset() -> Self {
        let header = |name: &str, date: &str| (name.to_owned(), date.to_owned());
        Self::Headers(vec![
            header("Deprecation", "Mon, 3 Nov 2025 00:00:00 GMT"),
            header("Sunset", "Thu, 1 Jan 2026 00:00:00 GMT"),
        ])
    }

    /// `RateLimit-Limit` and `RateLimit-Remaining` with these values, whatever was asked. For a
    /// limit that counts, see [`MockAtlasBuilder::rate_limit`](crate::MockAtlasBuilder::rate_limit).
    #[must_use]
    pub fn rate_limit_headers(limit: u64, remaining: u64) -> Self {
        Self::Headers(vec![
            ("RateLimit-Limit".to_owned(), limit.to_string()),
            ("RateLimit-Remaining".to_owned(), remaining.to_string()),
        ])
    }
}

impl From<AnswerFault> for Fault {
    fn from(fault: AnswerFault) -> Self {
        Self::Answer(fault)
    }
}

impl From<CannedResponse> for Fault {
    fn from(response: CannedResponse) -> Self {
        Self::Answer(AnswerFault::Canned(response))
    }
}

impl From<PageFault> for Fault {
    fn from(fault: PageFault) -> Self {
        Self::Page(fault)
    }
}

impl From<BodyFault> for Fault {
    fn from(fault: BodyFault) -> Self {
        Self::Body(fault)
    }
}

impl From<WireFault> for Fault {
    fn from(fault: WireFault) -> Self {
        Self::Wire(fault)
    }
}

impl From<DataChange> for Fault {
    fn from(change: DataChange) -> Self {
        Self::Data(change)
    }
}
