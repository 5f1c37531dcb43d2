//! The functions that the fuzz targets in `tests/fuzz` call. Compiled for them alone, and no part
//! of the API.

use std::time::{Duration, SystemTime};

use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue};

use crate::Error;
use crate::auth::challenge::{Challenge, Inputs};
use crate::auth::service_account::read_token;
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

/// The response to a challenge with this header for the user `Mufasa`, if it can be used.
#[must_use]
pub fn challenge(value: &[u8], password: &str) -> Option<Vec<u8>> {
    let mut headers = HeaderMap::new();
    headers.insert(WWW_AUTHENTICATE, HeaderValue::from_bytes(value).ok()?);
    let challenge = Challenge::strongest(&headers).ok()?;
    Some(challenge.respond(&Inputs {
        username: "Mufasa",
        password,
        method: "GET",
        uri: "/",
        nonce_count: 1,
        client_nonce: "0a4f113b",
    }))
}

/// The access token in a response of the token endpoint with this body, if there is one.
#[must_use]
pub fn token(body: &[u8]) -> Option<String> {
    read_token(body).map(|token| token.access_token)
}
