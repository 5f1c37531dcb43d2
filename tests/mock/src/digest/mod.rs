//! Sign-in with an API key: the server's side of HTTP Digest (RFC 7616), with `qop=auth`.
//!
//! Written from the RFC, apart from what any client uses.

mod algorithm;
mod answer;
mod challenge;
mod challenge_fault;
mod directives;
mod nonces;

use std::sync::Mutex;
use std::time::Duration;

use axum::http::{Method, Uri};
use tokio::time::Instant;

pub use algorithm::DigestAlgorithm;
pub use challenge_fault::ChallengeFault;

use crate::fault::{Turns, When};
use crate::secret::Secret;
use crate::sign_in::Refusal;
use crate::state::lock;
use algorithm::Proof;
use answer::Answer;
use challenge::{REALM, Style};
use nonces::{Limits, Nonces};

/// The one API key there is.
#[derive(Debug, Clone)]
pub(crate) struct ApiKey {
    pub(crate) public: String,
    pub(crate) private: Secret,
}

/// How the server challenges and what it takes, with or without a key.
#[derive(Debug, Clone, Default)]
pub(crate) struct DigestSettings {
    style: Style,
    limits: Limits,
    faults: Turns<ChallengeFault>,
}

impl DigestSettings {
    pub(crate) fn algorithms(&mut self, algorithms: Vec<DigestAlgorithm>) {
        self.style.algorithms = algorithms;
    }

    pub(crate) fn in_one_header(&mut self) {
        self.style.in_one_header = true;
    }

    pub(crate) fn opaque(&mut self, opaque: String) {
        self.style.opaque = Some(opaque);
    }

    pub(crate) fn directive(&mut self, name: String, value: String) {
        self.style.directives.push((name, value));
    }

    pub(crate) fn nonce_lifetime(&mut self, lifetime: Duration) {
        self.limits.lifetime = Some(lifetime);
    }

    pub(crate) fn nonce_uses(&mut self, uses: usize) {
        self.limits.uses = Some(uses);
    }

    pub(crate) fn fault(&mut self, fault: ChallengeFault, when: When) {
        self.faults.add(fault, when);
    }
}

/// Challenges, and judges the answers.
#[derive(Debug)]
pub(crate) struct DigestServer {
    key: ApiKey,
    style: Style,
    limits: Limits,
    faults: Mutex<Turns<ChallengeFault>>,
    nonces: Mutex<Nonces>,
}

impl DigestServer {
    pub(crate) fn new(key: ApiKey, settings: DigestSettings) -> Self {
        let DigestSettings {
            style,
            limits,
            faults,
        } = settings;
        Self {
            key,
            style,
            limits,
            faults: Mutex::new(faults),
            nonces: Mutex::default(),
        }
    }

    /// The values of the `WWW-Authenticate` headers of a 401, with a fresh nonce.
    pub(crate) fn challenges(&self, stale: bool) -> Vec<String> {
        let nonce = lock(&self.nonces).issue(Instant::now());
        // Challenges are for no page in particular.
        match lock(&self.faults).due(0).into_iter().next() {
            Some(fault) => fault.headers(&self.style, &nonce, stale),
            None => self.style.headers(&nonce, stale),
        }
    }

    /// Judges what follows `Digest ` in an `Authorization` header.
    ///
    /// The hash comes before the nonce: only who holds the key is told that a nonce is stale.
    pub(crate) fn admit(
        &self,
        parameters: &str,
        method: &Method,
        uri: &Uri,
    ) -> Result<(), Refusal> {
        let answer = Answer::parse(parameters).ok_or(Refusal::Malformed)?;
        if answer.username != self.key.public {
            return Err(Refusal::UnknownUser);
        }
        if !is_target(&answer.uri, uri) {
            return Err(Refusal::WrongTarget);
        }
        let algorithm = self.style.algorithm(answer.algorithm.as_deref());
        let (Some(algorithm), true) = (
            algorithm,
            answer.realm == REALM && answer.opaque == self.style.opaque,
        ) else {
            return Err(Refusal::NotTheChallenge);
        };
        let expected = algorithm.response(&Proof {
            username: &self.key.public,
            realm: REALM,
            password: &self.key.private.0,
            method: method.as_str(),
            uri: &answer.uri,
            nonce: &answer.nonce,
            nc: &answer.nc,
            cnonce: &answer.cnonce,
        });
        if answer.response != expected {
            return Err(Refusal::WrongSecret);
        }
        lock(&self.nonces).spend(&answer.nonce, answer.count, self.limits, Instant::now())
    }

    pub(crate) fn expire_nonces(&self) {
        lock(&self.nonces).expire_all();
    }
}

/// Whether the `uri` signed is the one of the request line, to the letter: path and query as
/// received, neither decoded nor put in order.
fn is_target(signed: &str, received: &Uri) -> bool {
    received
        .path_and_query()
        .is_some_and(|target| target.as_str() == signed)
}
