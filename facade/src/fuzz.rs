//! The functions that the fuzz targets in `tests/fuzz` call. Compiled for them alone, and no part
//! of the API.

use std::time::{Duration, SystemTime};

use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue};

use crate::Error;
use crate::error::{ErrorBody, ErrorKind};
use crate::operations::decode::decode_leniently;
use crate::operations::serverless_snapshots::ServerlessSnapshots;

/// Decodes a page item by item: the number of readable and of unreadable items, or the error.
///
/// # Errors
///
/// Those of a page that cannot be read at all.
pub fn page(body: &[u8]) -> Result<(usize, usize), Error> {
    let items = decode_leniently::<ServerlessSnapshots>(body, 1)?.items;
    let readable = items.iter().filter(|item| item.content.is_ok()).count();
    Ok((readable, items.len() - readable))
}

/// The error of a response with this body.
#[must_use]
pub fn error_body(body: &[u8]) -> Error {
    Error::new(ErrorKind::Server)
        .with_status(500)
        .with_body(ErrorBody::read(body))
}

/// The wait of a `Retry-After` header with this value at the given second since 1970.
#[must_use]
pub fn retry_after(value: &[u8], second: u32) -> Option<Duration> {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(second.into());
    let mut headers = HeaderMap::new();
    headers.insert(RETRY_AFTER, HeaderValue::from_bytes(value).ok()?);
    crate::http::headers::retry_after(&headers, now)
}
