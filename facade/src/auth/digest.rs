//! HTTP Digest authentication (RFC 7616) for the requests of one client.
//!
//! Requests share a challenge, so that most of them take one request. A request that is
//! challenged responds to its own challenge, which others share from then on only if it served.

use std::fmt;
use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Request, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::RwLock;

use super::challenge::{Challenge, Inputs, failed};
use super::rejects_credentials;
use super::single_flight::SingleFlight;
use crate::error::{Error, Result};

/// How many challenges of its own a request responds to while the server calls each of them stale.
const MOST_CHALLENGES: u32 = 3;

/// An API key and the server's current challenge.
pub(super) struct DigestSession {
    public_key: String,
    private_key: SecretString,
    state: Mutex<State>,
    /// The request that is sent without authorization to be challenged.
    first: SingleFlight<Shared>,
    /// Held by all requests together, or by one alone where they disturb one another.
    turn: RwLock<()>,
}

#[derive(Default)]
struct State {
    /// The challenge that requests share. The server has accepted a response to it.
    current: Option<Current>,
    /// Whether a request without authorization was accepted, or refused for another reason.
    is_unchallenged: bool,
    /// Whether requests are sent one at a time.
    is_sequential: bool,
}

struct Current {
    challenge: Challenge,
    /// How often its nonce has been used.
    uses: u32,
}

/// What became of a request.
enum Outcome {
    /// The server accepted its authorization, or required none.
    Accepted(Response<Bytes>),
    /// The server rejected the key.
    Rejected(Response<Bytes>),
    /// The server rejected its nonces, though not the key.
    Stale(Response<Bytes>),
}

/// An outcome that is that of all requests waiting for a challenge.
#[derive(Debug, Clone)]
enum Shared {
    /// No response, or a challenge that cannot be used.
    Failed(Error),
    /// A rejected key, or a response that says nothing about it, such as 503.
    Response(Response<Bytes>),
}

impl DigestSession {
    pub(super) fn new(public_key: String, private_key: SecretString) -> Self {
        Self {
            public_key,
            private_key,
            state: Mutex::default(),
            first: SingleFlight::default(),
            turn: RwLock::default(),
        }
    }

    /// Sends `request` with `send` as often as its authorization takes.
    ///
    /// A server may accept a nonce once, on one connection, with ascending counts, or only until
    /// it issues the next one. Where a request does not get through beside others for that
    /// reason, it and all later ones are sent one at a time.
    pub(super) async fn execute<F>(
        &self,
        request: &Request<Bytes>,
        send: impl Fn(Request<Bytes>) -> F,
    ) -> Result<Response<Bytes>>
    where
        F: Future<Output = Result<Response<Bytes>>>,
    {
        if !self.state().is_sequential {
            let _turn = self.turn.read().await;
            match self.attempt(request, &send).await? {
                Outcome::Accepted(response) | Outcome::Rejected(response) => return Ok(response),
                Outcome::Stale(_) => {
                    tracing::debug!(
                        "the server rejects fresh nonces; sending one request at a time"
                    );
                    self.state().is_sequential = true;
                }
            }
        }
        let _turn = self.turn.write().await;
        match self.attempt(request, &send).await? {
            Outcome::Accepted(response) | Outcome::Rejected(response) => Ok(response),
            Outcome::Stale(response) => match rejection(&response) {
                Some(Ok(challenge)) if challenge.is_stale => Err(failed(
                    "the server calls each response to its challenges stale",
                )),
                _ => Ok(response),
            },
        }
    }

    async fn attempt<F>(
        &self,
        request: &Request<Bytes>,
        send: &impl Fn(Request<Bytes>) -> F,
    ) -> Result<Outcome>
    where
        F: Future<Output = Result<Response<Bytes>>>,
    {
        let ready = || self.is_ready().then_some(None);
        let first = || async { self.first_attempt(request, send).await.map(Some) };
        match self.first.run(ready, first).await {
            Ok(None) => {}
            Ok(Some(outcome)) => return Ok(outcome),
            Err(Shared::Failed(error)) => return Err(error),
            Err(Shared::Response(response)) => return Ok(Outcome::Rejected(response)),
        }
        let mut authorized = request.clone();
        let is_authorized = self.authorize(&mut authorized)?;
        let response = send(authorized).await?;
        let challenge = match rejection(&response) {
            Some(Ok(challenge)) => challenge,
            Some(Err(error)) if !is_authorized => return Err(error),
            // The response itself says more.
            _ => return Ok(Outcome::Accepted(response)),
        };
        self.respond(request, challenge, send).await
    }

    /// Sends a request without authorization while the others wait.
    async fn first_attempt<F>(
        &self,
        request: &Request<Bytes>,
        send: &impl Fn(Request<Bytes>) -> F,
    ) -> Result<Outcome, Shared>
    where
        F: Future<Output = Result<Response<Bytes>>>,
    {
        let response = send(request.clone()).await.map_err(Shared::Failed)?;
        match response.status() {
            StatusCode::UNAUTHORIZED => {}
            status if is_temporary(status) => return Err(Shared::Response(response)),
            _ => {
                self.state().is_unchallenged = true;
                return Ok(Outcome::Accepted(response));
            }
        }
        let challenge = Challenge::strongest(response.headers()).map_err(Shared::Failed)?;
        let outcome = self.respond(request, challenge, send).await;
        match outcome.map_err(Shared::Failed)? {
            Outcome::Rejected(response) => Err(Shared::Response(response)),
            outcome => Ok(outcome),
        }
    }

    /// Sends `request` with a response to its own challenge, which no other request uses before.
    async fn respond<F>(
        &self,
        request: &Request<Bytes>,
        mut challenge: Challenge,
        send: &impl Fn(Request<Bytes>) -> F,
    ) -> Result<Outcome>
    where
        F: Future<Output = Result<Response<Bytes>>>,
    {
        let mut challenges = 0;
        loop {
            let mut authorized = request.clone();
            self.add_header(&mut authorized, &challenge, 1)?;
            let response = send(authorized).await?;
            challenges += 1;
            match rejection(&response) {
                None => {
                    self.state().current = Some(Current { challenge, uses: 1 });
                    return Ok(Outcome::Accepted(response));
                }
                Some(Ok(next)) if next.is_stale && challenges < MOST_CHALLENGES => challenge = next,
                // A key that was accepted before is rejected for its nonce, said or not.
                Some(Ok(next)) if next.is_stale || self.state().current.is_some() => {
                    return Ok(Outcome::Stale(response));
                }
                Some(_) => return Ok(Outcome::Rejected(response)),
            }
        }
    }

    /// Whether requests can be sent at once: there is a challenge, or the server sends none.
    fn is_ready(&self) -> bool {
        let state = self.state();
        state.current.is_some() || state.is_unchallenged
    }

    /// Authorizes `request` with the shared challenge. False where there is none.
    fn authorize(&self, request: &mut Request<Bytes>) -> Result<bool> {
        let mut state = self.state();
        let Some(current) = state.current.as_mut() else {
            return Ok(false);
        };
        current.uses = current.uses.checked_add(1).unwrap_or(1);
        self.add_header(request, &current.challenge, current.uses)?;
        Ok(true)
    }

    /// Authorizes `request` as it is, path and query included.
    fn add_header(
        &self,
        request: &mut Request<Bytes>,
        challenge: &Challenge,
        nonce_count: u32,
    ) -> Result<()> {
        let uri = request.uri().path_and_query();
        let header = challenge.respond(&Inputs {
            username: &self.public_key,
            password: self.private_key.expose_secret(),
            method: request.method().as_str(),
            uri: uri.map_or("/", |uri| uri.as_str()),
            nonce_count,
            client_nonce: &client_nonce(),
        });
        let mut header = HeaderValue::from_bytes(&header)
            .map_err(|_| failed("the response to the challenge cannot be sent in a header"))?;
        header.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, header);
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The challenge of a response that rejects the authorization of its request, or an error where
/// it has none that can be used. `None` for a response that is about something else.
fn rejection(response: &Response<Bytes>) -> Option<Result<Challenge>> {
    if response.status() != StatusCode::UNAUTHORIZED {
        return None;
    }
    let challenge = Challenge::strongest(response.headers());
    let is_stale = challenge.as_ref().is_ok_and(|challenge| challenge.is_stale);
    (is_stale || rejects_credentials(response)).then_some(challenge)
}

/// Whether a response says nothing about the request, because the server could not handle it.
fn is_temporary(status: StatusCode) -> bool {
    let temporary = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
    status.is_server_error() || temporary.contains(&status)
}

/// 128 unpredictable bits: the standard library seeds its hashers from the system.
fn client_nonce() -> String {
    let half = || RandomState::new().hash_one(());
    format!("{:016x}{:016x}", half(), half())
}

impl fmt::Debug for DigestSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DigestSession")
            .field("public_key", &self.public_key)
            .finish_non_exhaustive()
    }
}
