//! What the fuzz targets in `tests/fuzz` call. Compiled for them alone, and no part of the API.

use std::time::{Duration, SystemTime};

use http::HeaderValue;

use crate::Error;
use crate::error::{ErrorBody, ErrorKind};
use crate::listing::Row;

/// Reads a page as a listing would: how many rows are good and bad, or the error.
///
/// # Errors
///
/// Those of a page that cannot be read at all.
pub fn page(body: &[u8]) -> Result<(usize, usize), Error> {
    let rows = crate::wire::read_page(body)?.rows;
    let good = rows
        .iter()
        .filter(|row| matches!(row, Row::Good(_)))
        .count();
    Ok((good, rows.len() - good))
}

/// The error that a refusal with this body becomes.
#[must_use]
pub fn error_body(body: &[u8]) -> Error {
    Error::new(ErrorKind::Server)
        .with_status(500)
        .with_body(ErrorBody::read(body))
}

/// What `Retry-After` with this value means at the given second of the epoch.
#[must_use]
pub fn retry_after(value: &[u8], second: u32) -> Option<Duration> {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(second.into());
    crate::http_client::retry_after(&HeaderValue::from_bytes(value).ok()?, now)
}
