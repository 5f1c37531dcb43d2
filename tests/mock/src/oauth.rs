//! The OAuth 2 endpoints of a service account: client credentials (RFC 6749 §4.4) and revocation
//! (RFC 7009).

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::auth::{AuthFailure, authorization, random_token};
use crate::connection::Connection;
use crate::fault::Fault;
use crate::mock::{MockState, SharedState, lock};
use crate::query::ListQuery;
use crate::request_log::{LogEntry, Secret};
use crate::response::{ApiError, CannedResponse};
use crate::schedule::{ActiveFaults, Requested, Schedule};

/// The two endpoints of a service account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenEndpoint {
    /// `/api/oauth/token`, which issues tokens.
    Issue,
    /// `/api/oauth/revoke`, which revokes them.
    Revoke,
}

impl TokenEndpoint {
    pub(crate) const ALL: [Self; 2] = [Self::Issue, Self::Revoke];

    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Issue => "/api/oauth/token",
            Self::Revoke => "/api/oauth/revoke",
        }
    }
}

/// The `expires_in` of a token response, in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ExpiresIn {
    /// The lifetime of the token in whole seconds (the default).
    #[default]
    Exact,
    /// No `expires_in`, which the standard only recommends.
    Absent,
    /// Always this: the number as a text, which some servers send, a wrong one, a `null`.
    Fixed(Value),
}

/// The lifetime and the number of tokens, and the faults of their endpoints.
#[derive(Debug, Clone)]
pub(crate) struct TokenSettings {
    pub(crate) lifetime: Duration,
    pub(crate) expires_in: ExpiresIn,
    pub(crate) limit: usize,
    pub(crate) faults: Schedule<Fault>,
    pub(crate) revoke_faults: Schedule<Fault>,
}

impl Default for TokenSettings {
    fn default() -> Self {
        Self {
            lifetime: Duration::from_secs(3_600),
            expires_in: ExpiresIn::Exact,
            // The limit of the service.
            limit: 100,
            faults: Schedule::default(),
            revoke_faults: Schedule::default(),
        }
    }
}

/// All tokens ever issued, since one that is expired differs from one never issued.
#[derive(Default)]
pub(crate) struct Tokens(HashMap<String, Token>);

struct Token {
    issued: Instant,
    lifetime: Duration,
    /// Why it ended early.
    ended: Option<AuthFailure>,
}

impl Token {
    fn check(&self) -> Result<(), AuthFailure> {
        match self.ended {
            Some(ended) => Err(ended),
            None if self.issued.elapsed() >= self.lifetime => Err(AuthFailure::ExpiredToken),
            None => Ok(()),
        }
    }
}

impl Tokens {
    /// The number of valid tokens.
    pub(crate) fn live(&self) -> usize {
        let live = self.0.values().filter(|token| token.check().is_ok());
        live.count()
    }

    pub(crate) fn expire_all(&mut self) {
        for token in self.0.values_mut() {
            token.ended.get_or_insert(AuthFailure::ExpiredToken);
        }
    }
}

/// Without the tokens, which are secrets.
impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tokens", self.0.len())
    }
}

/// The handler of both endpoints.
pub(crate) async fn token_request(
    State(state): State<SharedState>,
    Extension(entry): Extension<LogEntry>,
    Extension(connection): Extension<Connection>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Form::read(&headers, &body);
    let field = |name| form.as_ref().and_then(|form| form.field(name));
    let is_revocation = {
        let mut entry = lock(&entry);
        entry.grant_type = field("grant_type").map(ToOwned::to_owned);
        entry.token_type_hint = field("token_type_hint").map(ToOwned::to_owned);
        entry.token = field("token").map(|token| Secret(token.to_owned()));
        entry.token_endpoint == Some(TokenEndpoint::Revoke)
    };
    if let Err(auth_failure) = state.check_account(&headers) {
        return CannedResponse {
            auth_failure: Some(auth_failure),
            ..error(
                401,
                "invalid_client",
                "No service account has this id and secret",
            )
            .header("www-authenticate", "Basic realm=\"MMS Public API\"")
        }
        .into_response();
    }
    let problem = match (field("grant_type"), field("token")) {
        _ if form.is_none() => Some("the body must be a form"),
        (_, None) if is_revocation => Some("token is needed, once"),
        (None, _) if !is_revocation => Some("grant_type is needed, once"),
        (Some(grant), _) if !is_revocation && grant != "client_credentials" => {
            let problem = "Only client_credentials is supported";
            return error(400, "unsupported_grant_type", problem).into_response();
        }
        _ => None,
    };
    if let Some(problem) = problem {
        return error(400, "invalid_request", problem).into_response();
    }
    let schedule = if is_revocation {
        &state.revoke_faults
    } else {
        &state.token_faults
    };
    // Token requests belong to no page.
    let faults = ActiveFaults(lock(schedule).next(Requested::NO_OPERATION));
    let query = ListQuery::DEFAULT;
    // Without the challenges of the listing.
    let error = |error: &ApiError| {
        CannedResponse::laid_out(&query, error.status, error.to_json(state.settings.fidelity))
    };
    let reply = faults.response(&query, &error).unwrap_or_else(|| {
        if !is_revocation {
            return state.issue_token();
        }
        // An unknown token counts as revoked (RFC 7009); the hint is not needed.
        let mut tokens = lock(&state.tokens);
        if let Some(token) = field("token").and_then(|token| tokens.0.get_mut(token)) {
            token.ended.get_or_insert(AuthFailure::RevokedToken);
        }
        CannedResponse::new(200)
    });
    faults.deliver(reply, connection).await
}

impl MockState {
    /// The endpoint at this path, if there is a service account.
    pub(crate) fn token_endpoint(&self, path: &str) -> Option<TokenEndpoint> {
        self.settings.auth.service_account.as_ref()?;
        let mut endpoints = TokenEndpoint::ALL.into_iter();
        endpoints.find(|endpoint| endpoint.path() == path)
    }

    pub(crate) fn check_token(&self, token: &str) -> Result<(), AuthFailure> {
        let tokens = lock(&self.tokens);
        tokens
            .0
            .get(token)
            .ok_or(AuthFailure::UnknownToken)?
            .check()
    }

    /// Checks `Authorization: Basic`, with id and secret literally, as the service documents, or
    /// form-encoded first (RFC 6749 §2.3.1). For real ones both are the same.
    fn check_account(&self, headers: &HeaderMap) -> Result<(), AuthFailure> {
        let (id, secret) = self
            .settings
            .auth
            .service_account
            .as_ref()
            .ok_or(AuthFailure::UnknownUser)?;
        let (scheme, rest) = authorization(headers)?;
        if !scheme.eq_ignore_ascii_case("Basic") {
            return Err(AuthFailure::UnknownScheme);
        }
        let decoded = STANDARD.decode(rest).map_err(|_| AuthFailure::Malformed)?;
        let decoded = String::from_utf8(decoded).map_err(|_| AuthFailure::Malformed)?;
        let (sent_id, sent_secret) = decoded.split_once(':').ok_or(AuthFailure::Malformed)?;
        let is = |sent: &str, known: &str| {
            let mut encoded = form_urlencoded::byte_serialize(known.as_bytes());
            sent == known || encoded.by_ref().collect::<String>() == sent
        };
        if !is(sent_id, id) {
            return Err(AuthFailure::UnknownUser);
        }
        if !is(sent_secret, &secret.0) {
            return Err(AuthFailure::WrongSecret);
        }
        Ok(())
    }

    fn issue_token(&self) -> CannedResponse {
        let settings = &self.settings.auth.tokens;
        // Locked until the insertion, or two requests could share the last place.
        let mut tokens = lock(&self.tokens);
        if tokens.live() >= settings.limit {
            return error(403, "access_denied", "Access Token limit reached");
        }
        let token = random_token();
        let mut body = json!({ "access_token": token, "token_type": "Bearer" });
        match &settings.expires_in {
            ExpiresIn::Exact => body["expires_in"] = settings.lifetime.as_secs().into(),
            ExpiresIn::Absent => {}
            ExpiresIn::Fixed(value) => body["expires_in"] = value.clone(),
        }
        let entry = Token {
            issued: Instant::now(),
            lifetime: settings.lifetime,
            ended: None,
        };
        tokens.0.insert(token, entry);
        // Required by RFC 6749 for a response with a token.
        CannedResponse::json(200, body).header("cache-control", "no-store")
    }
}

/// An error of RFC 6749.
fn error(status: u16, code: &str, description: &str) -> CannedResponse {
    let body = json!({ "error": code, "error_description": description });
    CannedResponse::json(status, body).header("cache-control", "no-store")
}

/// The fields of an `application/x-www-form-urlencoded` body, decoded, in order.
struct Form(Vec<(String, String)>);

impl Form {
    /// `None` for a body of another content type.
    fn read(headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        let content_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        let essence = content_type.split(';').next()?.trim();
        let is_form = essence.eq_ignore_ascii_case("application/x-www-form-urlencoded");
        is_form.then(|| Self(form_urlencoded::parse(body).into_owned().collect()))
    }

    /// The field `name`; `None` also if it is repeated, which RFC 6749 forbids.
    fn field(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(key, _)| key == name);
        let (_, value) = values.next()?;
        values.next().is_none().then_some(value)
    }
}
