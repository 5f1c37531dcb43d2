//! Faults: the deviations a mock can be configured to make, one enum for each stage of a response.
//!
//! The stages are the response ([`ResponseFault`]), the page ([`PageFault`]) and its items
//! ([`ItemFault`]), the bytes of the body ([`BodyFault`]), the headers, the connection
//! ([`WireFault`]), and the data behind the pages ([`DataChange`]). Faults of different stages
//! combine: a gzipped 429, sent a byte a second.
//!
//! Each fault names the event that it stands for: *recorded* is what the live service has been seen
//! to send, and everything else happens between it and a client, or is what a broken server would do.

use std::io::{self, Write};
use std::time::{Duration, SystemTime};

use axum::http::{StatusCode, header};
use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::page::{Page, PagePlan, Results};
use crate::query::ListQuery;
use crate::response::{ApiError, CannedResponse};
use crate::settings::{Links, TotalCount};

/// One fault. The enum of every stage converts into it, so that
/// [`MockAtlasBuilder::fault`](crate::MockAtlasBuilder::fault) takes any of them.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// A response in place of the page.
    Response(ResponseFault),
    /// A page of the right shape with wrong content.
    Page(PageFault),
    /// A body that contradicts its headers.
    Body(BodyFault),
    /// Headers to add, by name and value; they replace headers of the same name.
    Headers(Vec<(String, String)>),
    /// A connection that does not carry the response as it should.
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
    /// one-digit days, as the service writes them. Strict parsers of HTTP dates reject those.
    #[must_use]
    pub fn sunset() -> Self {
        let header = |name: &str, date: &str| (name.to_owned(), date.to_owned());
        Self::Headers(vec![
            header("Deprecation", "Mon, 3 Nov 2025 00:00:00 GMT"),
            header("Sunset", "Thu, 1 Jan 2026 00:00:00 GMT"),
        ])
    }

    /// `RateLimit-Limit` and `RateLimit-Remaining` with these values. For a limit that counts, see
    /// [`MockAtlasBuilder::rate_limit`](crate::MockAtlasBuilder::rate_limit).
    #[must_use]
    pub fn rate_limit_headers(limit: u64, remaining: u64) -> Self {
        Self::Headers(vec![
            ("RateLimit-Limit".to_owned(), limit.to_string()),
            ("RateLimit-Remaining".to_owned(), remaining.to_string()),
        ])
    }
}

macro_rules! stages {
    ($($stage:ident: $fault:ty),*) => {$(
        impl From<$fault> for Fault {
            fn from(fault: $fault) -> Self {
                Self::$stage(fault)
            }
        }
    )*};
}

stages!(Response: ResponseFault, Page: PageFault, Body: BodyFault, Wire: WireFault, Data: DataChange);

impl From<CannedResponse> for Fault {
    fn from(response: CannedResponse) -> Self {
        Self::Response(ResponseFault::Canned(response))
    }
}

/// A response in place of the page. If several apply to a request, the first one is sent.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ResponseFault {
    /// This status with the body it usually has: HTML for 502, 503 and 504, which come from a
    /// proxy; for the others an `ApiError` with a fitting code, such as `VALIDATION_ERROR` (400),
    /// `RESOURCE_NOT_FOUND` (404), `VERSION_GONE` (410), `RATE_LIMITED` (429) or
    /// `UNEXPECTED_ERROR` (500). A 401 carries the challenges of the required credentials.
    /// Recorded: single 401s and 403s in the middle of a run, 500s, and the 503 of a proxy.
    Status(u16),
    /// This status with an `ApiError` of this code, such as 402 `ACCOUNT_SUSPENDED` for an account
    /// that has not been paid, or 403 `ORG_REQUIRES_ACCESS_LIST`.
    Error {
        /// The HTTP status, which is also the `error` of the body.
        status: u16,
        /// The `errorCode`.
        code: String,
    },
    /// 429 `RATE_LIMITED`. Recorded, of the limit of a user.
    RateLimited(RetryAfter),
    /// 429 `RATE_LIMITED_TOKEN_BUCKET`. Recorded, of the limit of a project on a set of endpoints:
    /// other programs have used it up.
    TokenBucketEmpty(RetryAfter),
    /// 500 `TIMEOUT_WHILE_PAGING`, but only for requests that include the count. Recorded: counting
    /// took too long, and the message says to retry with `includeCount=false`.
    CountTimeout,
    /// 500 with the text `Server Error`. Recorded: the service failed before it could say how.
    ServerErrorText,
    /// Any response: what a proxy, a gateway or a captive portal sends in place of the service.
    Canned(CannedResponse),
}

/// The `Retry-After` of a 429.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RetryAfter {
    /// No such header (the default).
    #[default]
    Absent,
    /// Whole seconds; the service has been recorded to send `0`.
    Seconds(u64),
    /// An HTTP date this long after the response, by the clock of the system, cut to the second.
    Date(Duration),
}

impl RetryAfter {
    fn add_to(self, response: CannedResponse) -> CannedResponse {
        let value = match self {
            Self::Absent => return response,
            Self::Seconds(seconds) => seconds.to_string(),
            Self::Date(delay) => DateTime::<Utc>::from(SystemTime::now() + delay)
                .format("%a, %d %b %Y %H:%M:%S GMT")
                .to_string(),
        };
        response.header("Retry-After", value)
    }
}

impl ResponseFault {
    /// The response to `query`, or `None` if the fault does not apply to it; `error` renders
    /// errors.
    pub(crate) fn response(
        &self,
        query: &ListQuery,
        error: &dyn Fn(&ApiError) -> CannedResponse,
    ) -> Option<CannedResponse> {
        let code =
            |status| StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let rate_limited =
            |code, after: RetryAfter| after.add_to(error(&ApiError::rate_limited(code)));
        Some(match self {
            Self::Status(status @ 502..=504) => {
                let title = code(*status).to_string();
                let page = format!(
                    "<html>\r\n<head><title>{title}</title></head>\r\n\
                     <body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
                );
                CannedResponse::html(*status, page)
            }
            Self::Status(status) => error(&ApiError::usual(code(*status))),
            Self::Error { status, code: text } => error(&ApiError::new(
                code(*status),
                text.clone(),
                "The request failed.",
            )),
            Self::RateLimited(after) => rate_limited("RATE_LIMITED", *after),
            Self::TokenBucketEmpty(after) => rate_limited("RATE_LIMITED_TOKEN_BUCKET", *after),
            Self::CountTimeout if !query.include_count => return None,
            Self::CountTimeout => error(&ApiError::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "TIMEOUT_WHILE_PAGING",
                "Counting the results took too long. Retry with includeCount=false.",
            )),
            Self::ServerErrorText => CannedResponse::text(500, "Server Error"),
            Self::Canned(response) => response.clone(),
        })
    }
}

/// A page of the right shape with wrong content. Several combine.
///
/// ```
/// use atlas_snapshots_mock::{Links, MockAtlas, PageFault, TotalCount, When};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // Pages of 50 without `next` and without a count, the second one empty once.
/// let atlas = MockAtlas::builder()
///     .snapshots(1_200)
///     .links(Links::NeverNext)
///     .total_count(TotalCount::Absent)
///     .fault(PageFault::MaxPageSize(50), When::always())
///     .fault(PageFault::Empty, When::first(1).on_page(2))
///     .start()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum PageFault {
    /// No items, though links and count are those of the full page. No other page has the missing
    /// items. The items of the page were filtered out after they had been counted. For empty and short pages that lose nothing, see
    /// [`MockAtlasBuilder::hidden`](crate::MockAtlasBuilder::hidden).
    Empty,
    /// Only this number of items; the others are lost. Recorded: 98 of 100 items, with more pages
    /// after them.
    Short(usize),
    /// Pages of at most this number of items, whichever number was requested. Nothing is lost: the
    /// pages are more, and each begins where the one before it ends. The limit of the server is
    /// lower than the documented one.
    MaxPageSize(u64),
    /// The page of this number, whichever was requested: its items and its links. A cache ignores
    /// the query, or the server the number of the page.
    Repeat(u64),
    /// The listing never ends: places past the end hold generated items, new on every page, and
    /// there is always a `next`. A server that links each page to a next one.
    Endless,
    /// Another `totalCount`. Recorded: an estimate that is too high, and 0.
    TotalCount(TotalCount),
    /// Other links. Recorded: hosts that are not the one that was asked, and full pages without
    /// `next`.
    Links(Links),
    /// No `results`: the `{}` of a gateway.
    NoResults,
    /// This value in place of the array of `results`: `null`, an object, a text. Some servers write
    /// `null` for an empty list.
    Results(Value),
    /// One odd item among good ones. Recorded: values that no documentation names, and items
    /// without most of their fields.
    Item {
        /// Its place on the page, counted from 0. Places past the end are ignored.
        place: usize,
        /// The change of the item.
        fault: ItemFault,
    },
}

impl PageFault {
    /// Changes what is read, before the page is read.
    pub(crate) fn plan(&self, plan: &mut PagePlan<'_>) {
        match self {
            Self::MaxPageSize(max) => {
                plan.query.items_per_page = plan.query.items_per_page.min(*max);
            }
            Self::Repeat(page) => plan.query.page_num = *page,
            Self::Endless => plan.endless = true,
            Self::TotalCount(total_count) => plan.total_count = *total_count,
            Self::Links(links) => plan.links = *links,
            _ => {}
        }
    }

    /// Changes what is sent, after the page is read.
    pub(crate) fn edit(&self, page: &mut Page) {
        match (self, &mut page.results) {
            (Self::NoResults, results) => *results = Results::Missing,
            (Self::Results(value), results) => *results = Results::Other(value.to_string()),
            (Self::Empty, Results::Items(items)) => items.clear(),
            (Self::Short(len), Results::Items(items)) => items.truncate(*len),
            (Self::Item { place, fault }, Results::Items(items)) => {
                if let Some(item) = items.get_mut(*place) {
                    *item = fault.apply(item);
                }
            }
            _ => {}
        }
    }
}

/// A change of one item.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ItemFault {
    /// This field has this value.
    Set {
        /// Name of the field, `status` for example.
        field: String,
        /// Any JSON.
        value: Value,
    },
    /// This field is missing.
    Remove {
        /// Name of the field.
        field: String,
    },
    /// This value in place of the item.
    Replace(Value),
}

impl ItemFault {
    /// Sets a field.
    #[must_use]
    pub fn set(field: impl Into<String>, value: impl Into<Value>) -> Self {
        let (field, value) = (field.into(), value.into());
        Self::Set { field, value }
    }

    /// Removes a field.
    #[must_use]
    pub fn remove(field: impl Into<String>) -> Self {
        let field = field.into();
        Self::Remove { field }
    }

    /// Odd values of every documented field, and odd items: a list to run a decoder against.
    ///
    /// Some are legal and merely unexpected (a new enum value, an absent field), some violate the
    /// documentation. A client decides which ones it accepts, but none of them may cost it the
    /// other items of the page.
    ///
    /// ```
    /// use atlas_snapshots_mock::{MockAtlas, PageFault, ItemFault, When};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// for fault in ItemFault::catalogue() {
    ///     let odd = PageFault::Item { place: 1, fault };
    ///     let atlas = MockAtlas::builder().snapshots(3).fault(odd, When::always()).start().await?;
    ///     // … list it, and expect snapshots 0 and 2 at least.
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn catalogue() -> Vec<Self> {
        let dates = json!([
            null,
            "",
            "yesterday",
            "2026-02-30T00:00:00Z",
            "2026-01-20",
            "2026-01-20T12:00:00",
            "2026-01-20T12:00:00.123456789+05:30",
            "0000-00-00T00:00:00Z",
            1_768_910_400
        ]);
        let odd_values = json!({
            "id": [null, "", "not an id", 7, {}],
            "createdAt": dates,
            "expiresAt": dates,
            "frequencyType": [null, "", "yearly", 7, []],
            "snapshotType": [null, "", "fallback", 7, []],
            "status": [null, "", "PENDING", 7, []],
            "mongodVersion": [null, "", "string", "8.0.29-rc1", 8.0],
            "serverlessInstanceName": [null, "", "not a name", 7],
            "storageSizeBytes": [null, -1, 42.5, 1e300, u64::MAX, "42", true],
            "links": [null, {}, "self", [null], [{ "rel": "self" }]],
        });
        let mut faults = vec![Self::set("addedTomorrow", json!({ "nested": [1, 2, 3] }))];
        for (field, values) in odd_values.as_object().into_iter().flatten() {
            let values = values.as_array().into_iter().flatten();
            faults.extend(values.map(|value| Self::set(field, value.clone())));
            faults.push(Self::remove(field));
        }
        let odd_items = [
            json!(null),
            json!({}),
            json!([]),
            json!("item"),
            json!(7),
            json!(true),
        ];
        faults.extend(odd_items.map(Self::Replace));
        faults
    }

    /// The JSON of the item with the change.
    fn apply(&self, item: &str) -> String {
        let mut item: Value = serde_json::from_str(item).unwrap_or_default();
        match (self, item.as_object_mut()) {
            (Self::Replace(value), _) => return value.to_string(),
            (Self::Set { field, value }, Some(fields)) => {
                fields.insert(field.clone(), value.clone());
            }
            (Self::Remove { field }, Some(fields)) => {
                fields.remove(field);
            }
            // A literal item that is no object has no fields.
            (_, None) => {}
        }
        item.to_string()
    }
}

/// A body that contradicts its headers, though HTTP delivers all of it. Applies to errors too: an
/// empty 401 is [`ResponseFault::Status`] and [`Empty`](Self::Empty).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyFault {
    /// Compressed, and labelled so, whether or not the request accepts it: a proxy that compresses.
    Gzip,
    /// Labelled `Content-Encoding: gzip`, but not compressed: a proxy that decompresses, and keeps
    /// the header.
    FalseGzip,
    /// No content type. For a wrong one, see [`Fault::header`]. Recorded: errors whose type is not
    /// that of a page.
    NoContentType,
    /// A byte that is not UTF-8 inside the first string: damaged on the way, or in the database.
    NotUtf8,
    /// A byte order mark before the JSON: a gateway that writes text files.
    ByteOrderMark,
    /// No bytes. Recorded for 401.
    Empty,
    /// `null`, still labelled as JSON: a gateway without a value to send.
    Null,
    /// `[]`, still labelled as JSON: a service that sends a list where others send a page.
    Array,
    /// HTML with the status and the content type of the page, as captive portals send it.
    Html,
    /// The first half of the JSON, in a response that is complete by HTTP: a proxy that was cut off
    /// itself.
    CutShort,
    /// This number of spaces after the JSON: still valid, but as large as a listing could be.
    Padding(usize),
}

impl BodyFault {
    pub(crate) fn apply(&self, reply: &mut CannedResponse) {
        let body = &mut reply.body;
        match self {
            Self::Gzip => {
                if let Ok(compressed) = gzip(body) {
                    *body = compressed;
                    reply.set_header("content-encoding", "gzip");
                }
            }
            Self::FalseGzip => reply.set_header("content-encoding", "gzip"),
            Self::NoContentType => {
                reply
                    .headers
                    .retain(|(name, _)| *name != header::CONTENT_TYPE);
            }
            Self::NotUtf8 => {
                let quote = body.iter().position(|byte| *byte == b'"');
                body.insert(quote.map_or(body.len(), |quote| quote + 1), 0xff);
            }
            Self::ByteOrderMark => drop(body.splice(..0, *b"\xef\xbb\xbf")),
            Self::Empty => body.clear(),
            Self::Null => *body = b"null".to_vec(),
            Self::Array => *body = b"[]".to_vec(),
            Self::Html => *body = b"<html><body><h1>Please sign in</h1></body></html>".to_vec(),
            Self::CutShort => body.truncate(body.len() / 2),
            Self::Padding(bytes) => body.resize(body.len() + bytes, b' '),
        }
    }
}

fn gzip(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}

/// A connection that does not carry the response as it should. If several apply to a request, the
/// delays add up, and the first of the others takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WireFault {
    /// The response is this much later: a service under load. The page is read before the wait.
    Delay(Duration),
    /// The request is received, and there is never a response: the service hangs, or a firewall
    /// drops its packets.
    Hang,
    /// The connection is closed (FIN) in place of a response: a server that restarts, or that has
    /// just ended an idle connection.
    Close,
    /// The connection is reset (RST) in place of a response: a load balancer that has forgotten it.
    Reset,
    /// The connection is closed in the middle of a body whose `Content-Length` promises more: a
    /// server that stops.
    Truncate,
    /// The connection is closed in the middle of a chunked body: likewise.
    TruncateChunked,
    /// The connection is reset in the middle of the body: a server that crashes.
    ResetInBody,
    /// Half of the body, then nothing more on an open connection: a network that is gone.
    Stall,
    /// The body a byte at a time, with a pause after each: a bad line, which no limit on the time
    /// between two bytes notices.
    Drip(Duration),
    /// The body, then spaces without end, chunked: what would fill the memory of a client.
    EndlessBody,
}

/// A change of the data right after a page was read, and before the next one is.
///
/// Paging by number cannot hide this: an item that enters at the head repeats the last item of a
/// page on the next one, an item that leaves at the head skips one. New items are generated, with
/// ids never used before; at the head they are newer than all others, at the tail older.
///
/// ```
/// use atlas_snapshots_mock::{DataChange, MockAtlas, When};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let atlas = MockAtlas::builder()
///     .snapshots(5_000)
///     .fault(DataChange::DeleteHead(1), When::always())
///     .start()
///     .await?;
/// reqwest::get(atlas.snapshots_url()).await?;
/// assert_eq!(atlas.snapshot_ids().len(), 4_999);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DataChange {
    /// Inserts this number of new items before the first: a snapshot is taken, and the newest come
    /// first.
    InsertHead(usize),
    /// Inserts this number of new items after the last: a snapshot is taken, and the oldest come
    /// first, as recorded of Flex clusters.
    InsertTail(usize),
    /// Deletes the first items: this number, or all if there are fewer. Snapshots expire, and the
    /// oldest come first.
    DeleteHead(usize),
    /// Deletes the last items: this number, or all if there are fewer. Snapshots expire, and the
    /// newest come first.
    DeleteTail(usize),
}
