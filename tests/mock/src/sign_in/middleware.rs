use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error_body::ApiError;
use crate::presentation::Presentation;
use crate::state::SharedState;

/// Who asks: every client of the mock comes over loopback.
const CLIENT: &str = "127.0.0.1";

/// Middleware: 401 for requests without the required credentials, 403 for addresses that may not
/// use them.
pub(crate) async fn authenticate(
    State(state): State<SharedState>,
    request: Request,
    next: Next,
) -> Response {
    let error = match state.sign_in.admit(&request) {
        Err(refusal) => ApiError::unauthorized(refusal),
        Ok(()) if state.sign_in.ip_blocked => ApiError::ip_not_allowed(CLIENT),
        Ok(()) => return next.run(request).await,
    };
    let mut presentation = Presentation::of(request.uri());
    if error.status == StatusCode::UNAUTHORIZED {
        // A challenge under the 200 of an envelope would challenge nobody.
        presentation = presentation.bare();
    }
    let reply = presentation.error(&error, state.dialect);
    refuse(state.sign_in.challenge(reply, &error), &error)
}

/// Sends the reply to a failed request, with the reason for the log.
pub(crate) fn refuse(reply: impl IntoResponse, error: &ApiError) -> Response {
    let mut response = reply.into_response();
    if let Some(refusal) = error.refusal {
        response.extensions_mut().insert(refusal);
    }
    response
}
