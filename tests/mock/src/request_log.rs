//! The log of the requests received.

use std::fmt;
use std::sync::{Arc, Mutex};

use axum::extract::{MatchedPath, Request};
use axum::http::header;

use crate::auth::AuthFailure;
use crate::oauth::TokenEndpoint;
use crate::operation::Operation;
use crate::query::{query_pairs, saturating_integer};

/// An entry of the log, which the response completes; an extension of every request.
pub(crate) type LogEntry = Arc<Mutex<LoggedRequest>>;

/// One request as the mock received it, and the status of its response.
///
/// The values of `Authorization` and of tokens are private and left out of `Debug`, so that a
/// failed assertion does not print a secret. Compare them with
/// [`authorization_is`](Self::authorization_is) and [`token_is`](Self::token_is).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// The method, in upper case as sent.
    pub method: String,
    /// The path as sent, still percent-encoded, without the query.
    pub path: String,
    /// The operation that the path names; `None` for another path.
    pub operation: Option<Operation>,
    /// The project id in the path, as sent.
    pub project_id: Option<String>,
    /// The name of the cluster in the path, as sent.
    pub cluster_name: Option<String>,
    /// Query parameters, decoded, in the order sent, repetitions included.
    pub query: Vec<(String, String)>,
    /// The first `pageNum` sent, if it is a number; numbers beyond 64 bits read as `u64::MAX`.
    pub page_num: Option<u64>,
    /// The first `itemsPerPage` sent, if it is a number; numbers beyond 64 bits read as `u64::MAX`.
    pub items_per_page: Option<u64>,
    /// All headers but `Authorization`, names in lower case; bytes that are not UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
    /// The number of the connection, counted from 0 in order of acceptance. Requests that reuse a
    /// connection share the number.
    pub connection: usize,
    /// The status of the response. `None` while the response is being prepared, and for good if
    /// the client left before or a fault cut the connection instead.
    pub status: Option<u16>,
    /// Why the mock rejected the credentials, or found them insufficient. `None` for a 401 or 403
    /// that is a [fault](crate::Fault).
    pub auth_failure: Option<AuthFailure>,
    /// The endpoint of a [token request](crate::MockAtlas::token_requests).
    pub token_endpoint: Option<TokenEndpoint>,
    /// The field `grant_type` of a token request, unless it was absent or repeated.
    pub grant_type: Option<String>,
    /// The field `token_type_hint` of a revocation, unless it was absent or repeated.
    pub token_type_hint: Option<String>,
    pub(crate) token: Option<Secret>,
    authorization: Option<Secret>,
}

impl LoggedRequest {
    pub(crate) fn record(
        request: &Request,
        connection: usize,
        token_endpoint: Option<TokenEndpoint>,
    ) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let query = query_pairs(request.uri().query());
        let number = |name| saturating_integer(first(&query, |key| key == name)?);
        let headers = request.headers().iter();
        let headers = headers.filter(|(name, _)| *name != header::AUTHORIZATION);
        let authorization = request.headers().get(header::AUTHORIZATION);
        let path = request.uri().path();
        let template = request.extensions().get::<MatchedPath>();
        let operation = template.and_then(|template| Operation::of_template(template.as_str()));
        let values = operation.map(|operation| operation.values(path));
        let mut values = values.unwrap_or_default().into_iter();
        Self {
            method: request.method().to_string(),
            path: path.to_owned(),
            operation,
            project_id: values.next(),
            cluster_name: values.next(),
            page_num: number("pageNum"),
            items_per_page: number("itemsPerPage"),
            query,
            headers: headers
                .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
                .collect(),
            connection,
            status: None,
            auth_failure: None,
            token_endpoint,
            grant_type: None,
            token_type_hint: None,
            token: None,
            authorization: authorization.map(|value| Secret(text(value.as_bytes()))),
        }
    }

    /// The first value of the header `name`, in any case. Never `Authorization`.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        first(&self.headers, |key| key.eq_ignore_ascii_case(name))
    }

    /// The first value of the query parameter `name`.
    #[must_use]
    pub fn query_value(&self, name: &str) -> Option<&str> {
        first(&self.query, |key| key == name)
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
        let authorization = self.authorization.as_ref();
        authorization.is_some_and(|secret| secret.0 == expected)
    }

    /// Whether the field `token` of a revocation is `expected`.
    #[must_use]
    pub fn token_is(&self, expected: &str) -> bool {
        self.token.as_ref().is_some_and(|token| token.0 == expected)
    }
}

fn first(pairs: &[(String, String)], is_wanted: impl Fn(&str) -> bool) -> Option<&str> {
    let found = pairs.iter().find(|(key, _)| is_wanted(key));
    found.map(|(_, value)| value.as_str())
}

/// Text that `Debug` does not show.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(pub(crate) String);

impl Secret {
    /// The first word of several. A single word may be the secret itself.
    fn scheme(&self) -> Option<&str> {
        self.0.split_once(' ').map(|(scheme, _)| scheme)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (not shown)", self.scheme().unwrap_or_default())
    }
}
