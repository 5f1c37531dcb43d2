use std::fmt;

use axum::extract::Request;
use axum::http::{HeaderMap, header};

use crate::query::saturating_integer;
use crate::sign_in::Refusal;

/// One request as the mock received it, and the status it answered.
///
/// The value of `Authorization` is kept out of the fields and out of `Debug`, so that a failed
/// assertion does not print a token; compare it with [`authorization_is`](Self::authorization_is).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// `GET`, and whatever else a client tried.
    pub method: String,
    /// The path as sent, still percent-encoded, without the query.
    pub path: String,
    /// Query parameters, decoded, in the order sent, repetitions included.
    pub query: Vec<(String, String)>,
    /// The first `pageNum` sent, if it is a number; numbers beyond 64 bits read as `u64::MAX`.
    pub page_num: Option<u64>,
    /// The first `itemsPerPage` sent, if it is a number; numbers beyond 64 bits read as `u64::MAX`.
    pub items_per_page: Option<u64>,
    /// All headers but `Authorization`, names in lower case; bytes that are not UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
    /// Which connection it came on, counted from 0 in order of acceptance. Requests that
    /// reuse a connection share the number.
    pub connection: usize,
    /// The status answered. `None` while the answer is being prepared, and for good when the
    /// client left before or a fault cut the connection instead.
    pub status: Option<u16>,
    /// Why the mock refused the credentials, or did not find them enough. A
    /// [fault](crate::Fault) is no such reason, whatever its status.
    pub refusal: Option<Refusal>,
    authorization: Option<Secret>,
}

impl LoggedRequest {
    pub(crate) fn record(request: &Request, connection: usize) -> Self {
        let query = query_pairs(request.uri().query());
        let number = |name: &str| {
            let sent = query.iter().find(|(key, _)| key == name);
            sent.and_then(|(_, value)| saturating_integer(value))
        };
        let authorization = request.headers().get(header::AUTHORIZATION);
        Self {
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            page_num: number("pageNum"),
            items_per_page: number("itemsPerPage"),
            query,
            headers: readable(request.headers()),
            connection,
            status: None,
            refusal: None,
            authorization: authorization
                .map(|value| Secret(String::from_utf8_lossy(value.as_bytes()).into_owned())),
        }
    }

    /// The first value of the header `name`, in any case. Never `Authorization`.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The first value of the query parameter `name`.
    #[must_use]
    pub fn query_value(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The scheme of the `Authorization` header as sent, `Bearer` for example; `None` without
    /// the header, or if its value is a single word.
    #[must_use]
    pub fn authorization_scheme(&self) -> Option<&str> {
        self.authorization.as_ref()?.scheme()
    }

    /// Whether the whole value of the `Authorization` header is `expected`.
    #[must_use]
    pub fn authorization_is(&self, expected: &str) -> bool {
        self.authorization
            .as_ref()
            .is_some_and(|secret| secret.0 == expected)
    }
}

/// Decoded query parameters, in order.
pub(crate) fn query_pairs(query: Option<&str>) -> Vec<(String, String)> {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .into_owned()
        .collect()
}

fn readable(headers: &HeaderMap) -> Vec<(String, String)> {
    let shown = headers
        .iter()
        .filter(|(name, _)| *name != header::AUTHORIZATION);
    shown
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect()
}

#[derive(Clone)]
struct Secret(String);

impl Secret {
    /// A single word is no scheme: it may be the token itself.
    fn scheme(&self) -> Option<&str> {
        self.0.split_once(' ').map(|(scheme, _)| scheme)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (not shown)", self.scheme().unwrap_or_default())
    }
}
