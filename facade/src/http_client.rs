//! What pages and tokens have in common on the network.

use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue};
use reqwest::{RequestBuilder, Response};

use crate::error::{Error, ErrorKind};

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// Empty when it was larger than the limit.
    pub(crate) body: Bytes,
}

/// Sends `request` and reads the answer, of which at most `limit` bytes of body.
pub(crate) async fn receive(request: RequestBuilder, limit: usize) -> reqwest::Result<Received> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = read_body(response, limit).await?.unwrap_or_default();
    Ok(Received {
        status,
        headers,
        body,
    })
}

/// The most memory set aside on a mere announcement of length.
const FIRST_ALLOCATION: usize = 1 << 20;

/// The whole body, or `None` when it is larger than `limit`.
pub(crate) async fn read_body(
    mut response: Response,
    limit: usize,
) -> reqwest::Result<Option<Bytes>> {
    let announced = response.content_length().unwrap_or(0);
    if announced > limit as u64 {
        return Ok(None);
    }
    // Most answers are one chunk, which then needs no copy.
    let Some(first) = response.chunk().await? else {
        return Ok(Some(Bytes::new()));
    };
    let mut next = response.chunk().await?;
    if next.is_none() && first.len() <= limit {
        return Ok(Some(first));
    }
    // What a server announces is not yet worth memory.
    let announced = usize::try_from(announced).unwrap_or(0);
    let mut body = BytesMut::with_capacity(announced.min(FIRST_ALLOCATION));
    body.extend_from_slice(&first);
    while let Some(chunk) = next {
        if body.len() + chunk.len() > limit {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
        next = response.chunk().await?;
    }
    Ok((body.len() <= limit).then(|| body.freeze()))
}

/// Why no answer came, or not all of it.
pub(crate) fn network_failure(cause: reqwest::Error) -> Error {
    let (kind, message) = if cause.is_timeout() && cause.is_connect() {
        (ErrorKind::Timeout, Some("no connection in time"))
    } else if cause.is_timeout() {
        (ErrorKind::Timeout, Some("no answer in time"))
    } else if cause.is_body() || cause.is_decode() {
        (ErrorKind::Protocol, Some("the body was cut short"))
    } else {
        (ErrorKind::Connect, None)
    };
    let error = Error::new(kind)
        .retryable()
        .with_source(cause.without_url());
    match message {
        Some(message) => error.with_message(message),
        None => error,
    }
}

/// `Retry-After`: whole seconds, or a date, of which one in the past means "at once".
///
/// Dates come with one-digit days too, which the strict form of RFC 9110 forbids.
pub(crate) fn retry_after(value: &HeaderValue, now: SystemTime) -> Option<Duration> {
    let text = value.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = DateTime::parse_from_rfc2822(text).ok()?;
    let wait = moment.signed_duration_since(DateTime::<Utc>::from(now));
    Some(wait.to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_814_400_000); // 2027-07-01
        for (text, seconds) in [
            ("0", Some(0)),
            (" 7 ", Some(7)),
            ("Thu, 01 Jul 2027 00:01:30 GMT", Some(90)),
            ("Thu, 1 Jul 2027 00:01:30 GMT", Some(90)),
            ("Wed, 30 Jun 2027 00:00:00 GMT", Some(0)),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            let wait = retry_after(&text.parse().unwrap(), now);
            assert_eq!(wait, seconds.map(Duration::from_secs), "{text}");
        }
    }
}
