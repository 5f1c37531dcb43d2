//! Who may ask.

use std::fmt;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error_body::ApiError;
use crate::presentation::Presentation;
use crate::state::SharedState;

/// What the mock asks of a request before it looks at anything else.
#[derive(Clone, Default)]
pub(crate) enum Credentials {
    /// Nothing.
    #[default]
    None,
    /// `Authorization: Bearer …` with this token.
    Bearer(String),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Bearer(_) => "Bearer (not shown)",
        })
    }
}

impl Credentials {
    fn admit(&self, headers: &HeaderMap) -> bool {
        match self {
            Self::None => true,
            Self::Bearer(token) => headers
                .get(header::AUTHORIZATION)
                .and_then(|value| value.as_bytes().split_at_checked("Bearer ".len()))
                .is_some_and(|(scheme, sent)| {
                    scheme.eq_ignore_ascii_case(b"Bearer ") && sent == token.as_bytes()
                }),
        }
    }
}

/// Middleware: 401 for requests without the required credentials.
pub(crate) async fn authenticate(
    State(state): State<SharedState>,
    request: Request,
    next: Next,
) -> Response {
    if state.credentials.admit(request.headers()) {
        return next.run(request).await;
    }
    Presentation::of(request.uri())
        .error(&ApiError::unauthorized(), state.dialect)
        .header("www-authenticate", "Bearer")
        .into_response()
}
