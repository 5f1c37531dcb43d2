use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use axum::http::HeaderMap;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::client::ServiceAccount;
use super::expires_in::ExpiresIn;
use super::logged::TokenEndpoint;
use super::tokens::Tokens;
use crate::fault::{DueFaults, FaultRule, Script};
use crate::query::ListQuery;
use crate::sign_in::Refusal;
use crate::state::lock;

/// What faults take a token request for: one for no page there is.
pub(super) const NO_PAGE: ListQuery = ListQuery {
    page_num: 0,
    ..ListQuery::DEFAULT
};

/// What the service allows.
const TOKEN_LIMIT: usize = 100;

/// How tokens are issued and taken back, with or without an account to do so for.
#[derive(Debug, Clone)]
pub(crate) struct TokenSettings {
    pub(crate) lifetime: Duration,
    pub(crate) expires_in: ExpiresIn,
    pub(crate) limit: usize,
    pub(crate) faults: Script,
    pub(crate) revoke_faults: Script,
}

impl Default for TokenSettings {
    fn default() -> Self {
        Self {
            lifetime: Duration::from_secs(3_600),
            expires_in: ExpiresIn::Exact,
            limit: TOKEN_LIMIT,
            faults: Script::default(),
            revoke_faults: Script::default(),
        }
    }
}

/// Issues tokens to one service account, and knows them again.
pub(crate) struct TokenServer {
    account: ServiceAccount,
    lifetime: Duration,
    expires_in: ExpiresIn,
    limit: usize,
    faults: Mutex<Script>,
    revoke_faults: Mutex<Script>,
    tokens: Mutex<Tokens>,
}

/// As many tokens are good as may be.
pub(super) struct LimitReached;

impl TokenServer {
    pub(crate) fn new(account: ServiceAccount, settings: TokenSettings) -> Self {
        Self {
            account,
            lifetime: settings.lifetime,
            expires_in: settings.expires_in,
            limit: settings.limit,
            faults: Mutex::new(settings.faults),
            revoke_faults: Mutex::new(settings.revoke_faults),
            tokens: Mutex::default(),
        }
    }

    pub(super) fn check_account(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        self.account.check(headers)
    }

    /// Counts a valid request, and takes the faults due to it.
    pub(super) fn due(&self, endpoint: TokenEndpoint) -> DueFaults {
        let script = match endpoint {
            TokenEndpoint::Issue => &self.faults,
            TokenEndpoint::Revoke => &self.revoke_faults,
        };
        lock(script).due(&NO_PAGE)
    }

    /// A new token, as the body to send.
    pub(super) fn issue(&self) -> Result<Value, LimitReached> {
        let now = Instant::now();
        // One lock for both, or two requests could share the last place.
        let mut tokens = lock(&self.tokens);
        if tokens.live(now) >= self.limit {
            return Err(LimitReached);
        }
        let token = tokens.issue(self.lifetime, now);
        let mut body = json!({ "access_token": token.0, "token_type": "Bearer" });
        if let Some(expires_in) = self.expires_in.of(self.lifetime) {
            body["expires_in"] = expires_in;
        }
        Ok(body)
    }

    pub(super) fn revoke(&self, token: &str) {
        lock(&self.tokens).revoke(token);
    }

    pub(crate) fn check(&self, token: &str) -> Result<(), Refusal> {
        lock(&self.tokens).check(token, Instant::now())
    }

    pub(crate) fn live_tokens(&self) -> usize {
        lock(&self.tokens).live(Instant::now())
    }

    pub(crate) fn expire_tokens(&self) {
        lock(&self.tokens).expire_all();
    }

    pub(crate) fn add_fault(&self, rule: FaultRule) {
        lock(&self.faults).add(rule);
    }

    pub(crate) fn clear_faults(&self) {
        lock(&self.faults).clear();
        lock(&self.revoke_faults).clear();
    }
}

/// Without the tokens, which are as good as a secret.
impl fmt::Debug for TokenServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenServer")
            .field("account", &self.account)
            .field("live_tokens", &self.live_tokens())
            .finish_non_exhaustive()
    }
}
