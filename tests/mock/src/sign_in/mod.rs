//! Who may ask: the three ways to sign in, and what can be wrong with who did.

mod builder;
mod middleware;
mod refusal;

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};

pub(crate) use middleware::{authenticate, refuse};
pub use refusal::Refusal;

use crate::canned::CannedResponse;
use crate::digest::{ApiKey, DigestServer, DigestSettings};
use crate::error_body::ApiError;
use crate::oauth::{ServiceAccount, TokenEndpoint, TokenServer, TokenSettings};
use crate::secret::Secret;

/// What the builder was told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    token: Option<Secret>,
    api_key: Option<ApiKey>,
    digest: DigestSettings,
    service_account: Option<ServiceAccount>,
    tokens: TokenSettings,
    ip_blocked: bool,
    role_missing: bool,
}

/// The same at work. The default asks nothing of anybody.
#[derive(Debug, Default)]
pub(crate) struct SignIn {
    /// One token that never expires.
    token: Option<Secret>,
    pub(crate) digest: Option<DigestServer>,
    pub(crate) tokens: Option<Arc<TokenServer>>,
    ip_blocked: bool,
    pub(crate) role_missing: bool,
}

impl SignIn {
    pub(crate) fn new(settings: Settings) -> Self {
        let Settings {
            token,
            api_key,
            digest,
            service_account,
            tokens,
            ip_blocked,
            role_missing,
        } = settings;
        Self {
            token,
            digest: api_key.map(|key| DigestServer::new(key, digest)),
            tokens: service_account.map(|account| Arc::new(TokenServer::new(account, tokens))),
            ip_blocked,
            role_missing,
        }
    }

    fn takes_tokens(&self) -> bool {
        self.token.is_some() || self.tokens.is_some()
    }

    /// Which endpoint of the service account, if there is one, has this path.
    pub(crate) fn token_endpoint(&self, path: &str) -> Option<TokenEndpoint> {
        self.tokens.as_ref()?;
        TokenEndpoint::ALL
            .into_iter()
            .find(|endpoint| endpoint.path() == path)
    }

    /// Whether the credentials are right, before anything else is looked at.
    fn admit(&self, request: &Request) -> Result<(), Refusal> {
        if !self.takes_tokens() && self.digest.is_none() {
            return Ok(());
        }
        let (scheme, rest) = authorization(request.headers())?;
        if scheme.eq_ignore_ascii_case("Bearer") && self.takes_tokens() {
            return self.admit_token(rest);
        }
        match &self.digest {
            Some(digest) if scheme.eq_ignore_ascii_case("Digest") => {
                digest.admit(rest, request.method(), request.uri())
            }
            _ => Err(Refusal::UnknownScheme),
        }
    }

    fn admit_token(&self, token: &str) -> Result<(), Refusal> {
        if self.token.as_ref().is_some_and(|known| known.0 == token) {
            return Ok(());
        }
        let tokens = self.tokens.as_ref().ok_or(Refusal::UnknownToken)?;
        tokens.check(token)
    }

    /// Adds to a 401 what this sign-in asks for.
    pub(crate) fn challenge(&self, reply: CannedResponse, error: &ApiError) -> CannedResponse {
        if error.status != StatusCode::UNAUTHORIZED {
            return reply;
        }
        let stale = error.refusal.is_some_and(Refusal::is_stale);
        let digest = self.digest.as_ref().map(|digest| digest.challenges(stale));
        let mut challenges = digest.unwrap_or_default();
        if self.takes_tokens() {
            challenges.push("Bearer".to_owned());
        }
        challenges.iter().fold(reply, |reply, challenge| {
            reply.header(header::WWW_AUTHENTICATE, challenge)
        })
    }
}

/// The scheme of the one `Authorization` header, and what follows it.
pub(crate) fn authorization(headers: &HeaderMap) -> Result<(&str, &str), Refusal> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let value = sent.next().ok_or(Refusal::NoCredentials)?;
    let text = str::from_utf8(value.as_bytes()).ok();
    let parts = text.and_then(|text| text.split_once(' '));
    match sent.next() {
        None => parts.ok_or(Refusal::Malformed),
        Some(_) => Err(Refusal::Malformed),
    }
}
