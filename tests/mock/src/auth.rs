//! Authentication: the credentials a request may carry, and the responses to those that do not
//! suffice.

use std::hash::{BuildHasher, RandomState};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::digest::DigestSettings;
use crate::mock::{MockState, SharedState};
use crate::oauth::TokenSettings;
use crate::query::ListQuery;
use crate::request_log::Secret;
use crate::response::{ApiError, CannedResponse};

/// Why credentials were rejected, or were insufficient.
///
/// The response does not contain the reason; the log does, for a test that checks it. See
/// [`LoggedRequest::auth_failure`](crate::LoggedRequest::auth_failure).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthFailure {
    /// No `Authorization` header.
    NoCredentials,
    /// A scheme this mock does not require.
    UnknownScheme,
    /// Several `Authorization` headers, or one that breaks the rules of its scheme.
    Malformed,
    /// Not the public key, or not the client id.
    UnknownUser,
    /// Not the private key, or not the client secret; with Digest, any unexpected hash.
    WrongSecret,
    /// Digest: the signed path and query are not exactly those requested.
    WrongTarget,
    /// Digest: realm, algorithm or opaque are not those of the challenge.
    WrongChallenge,
    /// Digest: correct but for a nonce that was never issued. The response has `stale=true`.
    UnknownNonce,
    /// Digest: correct but for a nonce that is expired or used up. The response has `stale=true`.
    StaleNonce,
    /// Digest: correct but for a count that its nonce was already used with.
    Replay,
    /// Bearer: a token that was never issued.
    UnknownToken,
    /// Bearer: an expired token.
    ExpiredToken,
    /// Bearer: a revoked token.
    RevokedToken,
    /// Correct credentials, from an [address not allowed](crate::MockAtlasBuilder::block_ip).
    IpNotAllowed,
    /// Correct credentials, [without the role](crate::MockAtlasBuilder::missing_role) needed.
    MissingRole,
}

/// The credentials that the mock requires; any of them is enough.
#[derive(Debug, Clone, Default)]
pub(crate) struct AuthSettings {
    /// A token that never expires.
    pub(crate) token: Option<Secret>,
    /// Public and private key.
    pub(crate) api_key: Option<(String, Secret)>,
    /// Client id and client secret.
    pub(crate) service_account: Option<(String, Secret)>,
    pub(crate) digest: DigestSettings,
    pub(crate) tokens: TokenSettings,
    pub(crate) ip_blocked: bool,
    pub(crate) role_missing: bool,
}

impl AuthSettings {
    fn accepts_tokens(&self) -> bool {
        self.token.is_some() || self.service_account.is_some()
    }
}

/// The address of every client, since all connections come over loopback.
const CLIENT: &str = "127.0.0.1";

/// Middleware that rejects requests without the required credentials (401), and those from a
/// blocked address (403).
pub(crate) async fn authenticate(
    State(state): State<SharedState>,
    request: Request,
    next: Next,
) -> Response {
    let error = match state.check_credentials(&request) {
        Err(auth_failure) => ApiError::unauthorized(auth_failure),
        Ok(()) if state.settings.auth.ip_blocked => ApiError::new(
            StatusCode::FORBIDDEN,
            "IP_ADDRESS_NOT_ON_ACCESS_LIST",
            format!("The access list of these credentials does not contain {CLIENT}."),
        )
        .about("ipAddress", CLIENT)
        .because(AuthFailure::IpNotAllowed),
        Ok(()) => return next.run(request).await,
    };
    let (query, _) = ListQuery::read(None, request.uri().query());
    state.error(query, &error).into_response()
}

impl MockState {
    fn check_credentials(&self, request: &Request) -> Result<(), AuthFailure> {
        let settings = &self.settings.auth;
        if !settings.accepts_tokens() && settings.api_key.is_none() {
            return Ok(());
        }
        let (scheme, rest) = authorization(request.headers())?;
        if scheme.eq_ignore_ascii_case("Bearer") && settings.accepts_tokens() {
            let is_static = settings.token.as_ref().is_some_and(|token| token.0 == rest);
            return if is_static {
                Ok(())
            } else {
                self.check_token(rest)
            };
        }
        match &settings.api_key {
            Some((user, secret)) if scheme.eq_ignore_ascii_case("Digest") => {
                self.check_digest(user, &secret.0, rest, request.method(), request.uri())
            }
            _ => Err(AuthFailure::UnknownScheme),
        }
    }

    /// The response to a failed request, in the layout of its query. A 401 carries the challenges
    /// of all required credentials, and no envelope: clients ignore challenges of a 200.
    pub(crate) fn error(&self, query: ListQuery, error: &ApiError) -> CannedResponse {
        let settings = &self.settings.auth;
        let is_challenge = error.status == StatusCode::UNAUTHORIZED;
        let query = ListQuery {
            envelope: query.envelope && !is_challenge,
            ..query
        };
        let body = error.to_json(self.settings.fidelity);
        let mut response = CannedResponse::laid_out(&query, error.status, body);
        response.auth_failure = error.auth_failure;
        if !is_challenge {
            return response;
        }
        let mut challenges = Vec::new();
        if settings.api_key.is_some() {
            let unusable_nonce = Some(AuthFailure::UnknownNonce) == error.auth_failure
                || Some(AuthFailure::StaleNonce) == error.auth_failure;
            challenges = self.challenges(unusable_nonce);
        }
        if settings.accepts_tokens() {
            challenges.push("Bearer".to_owned());
        }
        challenges
            .into_iter()
            .fold(response, |response, challenge| {
                response.header("www-authenticate", challenge)
            })
    }
}

/// The scheme of the only `Authorization` header, and the rest of its value.
pub(crate) fn authorization(headers: &HeaderMap) -> Result<(&str, &str), AuthFailure> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let value = sent.next().ok_or(AuthFailure::NoCredentials)?;
    let text = str::from_utf8(value.as_bytes()).ok();
    let parts = text.and_then(|text| text.split_once(' '));
    match sent.next() {
        None => parts.ok_or(AuthFailure::Malformed),
        Some(_) => Err(AuthFailure::Malformed),
    }
}

/// 32 hexadecimal digits, different every time.
///
/// The keys the standard library makes for its hash maps are random enough for loopback.
pub(crate) fn random_token() -> String {
    let half = || RandomState::new().hash_one(());
    format!("{:016x}{:016x}", half(), half())
}
