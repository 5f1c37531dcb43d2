//! What every request passes on its way to the operation, and what meets the others.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Method, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};

use crate::error_body::ApiError;
use crate::fault::Unsent;
use crate::listing::{list_flex_snapshots, list_snapshots};
use crate::log::Ticket;
use crate::oauth::{LoggedTokenRequest, token_router};
use crate::path::{flex_snapshots_path, snapshots_path};
use crate::presentation::Presentation;
use crate::request_log::LoggedRequest;
use crate::server::ConnectionNumber;
use crate::sign_in::authenticate;
use crate::state::{MockState, SharedState, lock};

pub(crate) fn router(state: &SharedState) -> Router {
    let mut router = Router::new()
        .route(
            &snapshots_path("{groupId}", "{clusterName}"),
            get(list_snapshots),
        )
        .route(
            &flex_snapshots_path("{groupId}", "{name}"),
            get(list_flex_snapshots),
        )
        .fallback(unknown_path)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn_with_state(
            Arc::clone(state),
            authenticate,
        ));
    // Outside that layer: whoever asks for a token has none yet.
    if let Some(server) = &state.sign_in.tokens {
        let tokens = token_router(Arc::clone(state), Arc::clone(server));
        router = router.merge(tokens.method_not_allowed_fallback(method_not_allowed));
    }
    router
        .layer(middleware::from_fn_with_state(Arc::clone(state), observe))
        .with_state(Arc::clone(state))
}

/// Middleware: logs the request, waits out the latency, notes how it ended.
async fn observe(
    State(state): State<SharedState>,
    Extension(ConnectionNumber(connection)): Extension<ConnectionNumber>,
    mut request: Request,
    next: Next,
) -> Response {
    let entry = LogEntry::open(&state, &mut request, connection);
    let _in_flight = state.hold(|state| &state.in_flight);
    if !state.latency.is_zero() {
        tokio::time::sleep(state.latency).await;
    }
    let response = next.run(request).await;
    entry.close(&state, &response);
    response
}

/// A request in the log it belongs to.
enum LogEntry {
    Request(Ticket<LoggedRequest>),
    Token(Ticket<LoggedTokenRequest>),
}

impl LogEntry {
    fn open(state: &MockState, request: &mut Request, connection: usize) -> Self {
        let record = LoggedRequest::record(request, connection);
        let Some(endpoint) = state.sign_in.token_endpoint(request.uri().path()) else {
            return Self::Request(lock(&state.log).push(record));
        };
        let entry = LoggedTokenRequest::new(endpoint, record);
        let ticket = lock(&state.token_log).push(entry);
        // The endpoint adds what the form says.
        request.extensions_mut().insert(ticket);
        Self::Token(ticket)
    }

    fn close(&self, state: &MockState, response: &Response) {
        let (parts, status) = (response.extensions(), response.status().as_u16());
        let end = |entry: &mut LoggedRequest| {
            entry.status = parts.get::<Unsent>().is_none().then_some(status);
            entry.refusal = parts.get().copied();
        };
        match *self {
            Self::Request(ticket) => lock(&state.log).amend(ticket, end),
            Self::Token(ticket) => {
                lock(&state.token_log).amend(ticket, |entry| end(&mut entry.request));
            }
        }
    }
}

async fn unknown_path(State(state): State<SharedState>, uri: Uri) -> Response {
    let error = ApiError::unknown_path(uri.path());
    Presentation::of(&uri)
        .error(&error, state.dialect)
        .into_response()
}

async fn method_not_allowed(
    State(state): State<SharedState>,
    method: Method,
    uri: Uri,
) -> Response {
    let error = ApiError::method_not_allowed(method.as_str());
    Presentation::of(&uri)
        .error(&error, state.dialect)
        .into_response()
}
