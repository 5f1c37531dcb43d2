//! What every request passes on its way to the operation, and what meets the others.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Method, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};

use crate::auth::authenticate;
use crate::error_body::ApiError;
use crate::fault::Unsent;
use crate::listing::list_snapshots;
use crate::path::snapshots_path;
use crate::presentation::Presentation;
use crate::request_log::LoggedRequest;
use crate::server::ConnectionNumber;
use crate::state::{SharedState, lock};

pub(crate) fn router(state: &SharedState) -> Router {
    Router::new()
        .route(
            &snapshots_path("{groupId}", "{clusterName}"),
            get(list_snapshots),
        )
        .fallback(unknown_path)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn_with_state(
            Arc::clone(state),
            authenticate,
        ))
        .layer(middleware::from_fn_with_state(Arc::clone(state), observe))
        .with_state(Arc::clone(state))
}

/// Middleware: logs the request, waits out the latency, notes the status answered.
async fn observe(
    State(state): State<SharedState>,
    Extension(ConnectionNumber(connection)): Extension<ConnectionNumber>,
    request: Request,
    next: Next,
) -> Response {
    let ticket = lock(&state.log).push(LoggedRequest::record(&request, connection));
    let _in_flight = state.hold(|state| &state.in_flight);
    if !state.latency.is_zero() {
        tokio::time::sleep(state.latency).await;
    }
    let response = next.run(request).await;
    if response.extensions().get::<Unsent>().is_none() {
        lock(&state.log).answered(ticket, response.status().as_u16());
    }
    response
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
