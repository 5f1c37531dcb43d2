//! `POST /api/oauth/token` and `POST /api/oauth/revoke`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Router};
use serde_json::json;

use super::form::Form;
use super::logged::{LoggedTokenRequest, TokenEndpoint};
use super::server::{LimitReached, NO_PAGE, TokenServer};
use crate::canned::CannedResponse;
use crate::log::Ticket;
use crate::secret::Secret;
use crate::sign_in::{Refusal, SignIn};
use crate::state::{SharedState, lock};
use crate::wire::Cutter;

pub(crate) fn token_router(state: SharedState, server: Arc<TokenServer>) -> Router<SharedState> {
    Router::new()
        .route(TokenEndpoint::Issue.path(), post(issue))
        .route(TokenEndpoint::Revoke.path(), post(revoke))
        .with_state(Office { state, server })
}

#[derive(Clone)]
struct Office {
    state: SharedState,
    server: Arc<TokenServer>,
}

async fn issue(
    State(office): State<Office>,
    Extension(ticket): Extension<Ticket<LoggedTokenRequest>>,
    Extension(cutter): Extension<Cutter>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = match office.receive(ticket, &headers, &body) {
        Ok(form) => form,
        Err(refused) => return refused.into_response(),
    };
    match form.field("grant_type") {
        Some("client_credentials") => {}
        Some(_) => return unsupported_grant_type().into_response(),
        None => return invalid_request("grant_type is needed, once").into_response(),
    }
    let issue = || match office.server.issue() {
        // As RFC 6749 demands of an answer with a token in it.
        Ok(body) => CannedResponse::json(200, body).header("cache-control", "no-store"),
        Err(LimitReached) => error(
            StatusCode::FORBIDDEN,
            "access_denied",
            "Access Token limit reached",
        ),
    };
    office.deliver(TokenEndpoint::Issue, issue, cutter).await
}

async fn revoke(
    State(office): State<Office>,
    Extension(ticket): Extension<Ticket<LoggedTokenRequest>>,
    Extension(cutter): Extension<Cutter>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = match office.receive(ticket, &headers, &body) {
        Ok(form) => form,
        Err(refused) => return refused.into_response(),
    };
    let Some(token) = form.field("token") else {
        return invalid_request("token is needed, once").into_response();
    };
    let revoke = || {
        // RFC 7009: an unknown token is revoked as well as can be, and hints are but hints.
        office.server.revoke(token);
        CannedResponse::new(200)
    };
    office.deliver(TokenEndpoint::Revoke, revoke, cutter).await
}

impl Office {
    /// Logs the form, and checks who sends it.
    fn receive(
        &self,
        ticket: Ticket<LoggedTokenRequest>,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Form, Refused> {
        let form = Form::read(headers, body);
        if let Some(form) = &form {
            let field = |name| form.field(name).map(ToOwned::to_owned);
            lock(&self.state.token_log).amend(ticket, |entry| {
                entry.grant_type = field("grant_type");
                entry.token_type_hint = field("token_type_hint");
                entry.token = field("token").map(Secret);
            });
        }
        if let Err(refusal) = self.server.check_account(headers) {
            return Err(Refused(invalid_client(), Some(refusal)));
        }
        form.ok_or_else(|| Refused(invalid_request("the body must be a form"), None))
    }

    /// Hands over what `act` makes, or what the faults put in its place.
    async fn deliver(
        &self,
        endpoint: TokenEndpoint,
        act: impl FnOnce() -> CannedResponse,
        cutter: Cutter,
    ) -> Response {
        let faults = self.server.due(endpoint);
        // Faults are written for the listing; here they ask for none of its sign-ins.
        let instead = faults.answer(&NO_PAGE, self.state.dialect, &SignIn::default());
        let reply = instead.unwrap_or_else(act);
        faults.deliver(reply, cutter, self.state.stop.clone()).await
    }
}

/// The answer to a request that comes to nothing, and what was wrong with its credentials.
struct Refused(CannedResponse, Option<Refusal>);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        if let Some(refusal) = self.1 {
            response.extensions_mut().insert(refusal);
        }
        response
    }
}

fn error(status: StatusCode, code: &str, description: &str) -> CannedResponse {
    let body = json!({ "error": code, "error_description": description });
    CannedResponse::json(status.as_u16(), body).header("cache-control", "no-store")
}

fn invalid_client() -> CannedResponse {
    error(
        StatusCode::UNAUTHORIZED,
        "invalid_client",
        "No service account has this id and secret",
    )
    .header("www-authenticate", "Basic realm=\"MMS Public API\"")
}

fn invalid_request(problem: &str) -> CannedResponse {
    error(StatusCode::BAD_REQUEST, "invalid_request", problem)
}

fn unsupported_grant_type() -> CannedResponse {
    error(
        StatusCode::BAD_REQUEST,
        "unsupported_grant_type",
        "Only client_credentials is known",
    )
}
