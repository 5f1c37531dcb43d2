//! Tokens issued, and what became of them.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::secret::{Secret, unguessable};
use crate::sign_in::Refusal;

/// All tokens there ever were: one that is over must still be told from one made up.
#[derive(Default)]
pub(super) struct Tokens(HashMap<String, Token>);

struct Token {
    issued: Instant,
    lifetime: Duration,
    /// Why it is over before its time.
    ended: Option<Refusal>,
}

impl Token {
    fn check(&self, now: Instant) -> Result<(), Refusal> {
        match self.ended {
            Some(ended) => Err(ended),
            None if now - self.issued >= self.lifetime => Err(Refusal::ExpiredToken),
            None => Ok(()),
        }
    }
}

impl Tokens {
    pub(super) fn issue(&mut self, lifetime: Duration, now: Instant) -> Secret {
        let token = unguessable();
        let entry = Token {
            issued: now,
            lifetime,
            ended: None,
        };
        self.0.insert(token.clone(), entry);
        Secret(token)
    }

    pub(super) fn check(&self, token: &str, now: Instant) -> Result<(), Refusal> {
        let token = self.0.get(token).ok_or(Refusal::UnknownToken)?;
        token.check(now)
    }

    /// How many are good now.
    pub(super) fn live(&self, now: Instant) -> usize {
        let live = self.0.values().filter(|token| token.check(now).is_ok());
        live.count()
    }

    /// Ends one token; one that is over already, or unknown, is left alone.
    pub(super) fn revoke(&mut self, token: &str) {
        if let Some(token) = self.0.get_mut(token) {
            token.ended.get_or_insert(Refusal::RevokedToken);
        }
    }

    pub(super) fn expire_all(&mut self) {
        for token in self.0.values_mut() {
            token.ended.get_or_insert(Refusal::ExpiredToken);
        }
    }
}
