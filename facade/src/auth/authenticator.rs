//! The authenticator of a client, which sends its requests with its credentials.

use std::sync::Arc;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Request, Response};
use secrecy::ExposeSecret;

use super::digest::DigestSession;
use super::secrets::Secrets;
use super::service_account::ServiceAccount;
use super::token::AccessToken;
use super::token_provider::{TokenOrigin, TokenProvider};
use super::{Credentials, Kind, rejects_credentials};
use crate::error::{CHARS_IN_LINE, Error, ErrorKind, Result};
use crate::http::attempts::RequestCounter;
use crate::http::base_url::BaseUrl;
use crate::http::client::{HttpClient, fetch};
use crate::http::retry::Retrier;
use crate::model::text::cut;

/// Authenticates the requests of one client and sends them. Clones of the client share one.
#[derive(Debug)]
pub(crate) struct Authenticator {
    http: Arc<dyn HttpClient>,
    max_response_bytes: usize,
    scheme: Scheme,
    secrets: Arc<Secrets>,
    /// What is said of the credentials where they are rejected.
    rejection: String,
}

#[derive(Debug)]
enum Scheme {
    Anonymous,
    /// A token that cannot be replaced.
    Bearer(HeaderValue),
    /// Tokens that are obtained and replaced as needed.
    Token(Box<TokenProvider>),
    Digest(Box<DigestSession>),
}

impl Authenticator {
    /// # Errors
    ///
    /// `InvalidArgument` when a value of the credentials cannot be right.
    pub(crate) fn new(
        credentials: Credentials,
        http: Arc<dyn HttpClient>,
        base_url: &BaseUrl,
        retrier: &Arc<Retrier>,
        max_response_bytes: usize,
    ) -> Result<Self> {
        credentials.check()?;
        let what = match &credentials.kind {
            Kind::Anonymous => None,
            Kind::AccessToken(_) => Some("the access token"),
            Kind::ServiceAccount { .. } => Some("the access token of the service account"),
            Kind::TokenFn(_) => Some("the access token of the token function"),
            Kind::ApiKey { .. } => Some("the API key"),
        };
        let rejection = match what {
            Some(what) => format!("{} was rejected", credentials.named(what)),
            None => "no credentials were sent".to_owned(),
        };
        let account = credentials.named("the client id or the client secret");
        let secrets = Arc::new(Secrets::default());
        let provider = |origin| {
            let provider = TokenProvider::new(origin, Arc::clone(retrier), Arc::clone(&secrets));
            Scheme::Token(Box::new(provider))
        };
        let scheme = match credentials.kind {
            Kind::Anonymous => Scheme::Anonymous,
            Kind::AccessToken(token) => {
                secrets.add(&token);
                Scheme::Bearer(AccessToken::new(token.expose_secret()).authorization()?)
            }
            Kind::ServiceAccount {
                client_id,
                client_secret,
            } => {
                secrets.add_account(&client_id, &client_secret);
                provider(TokenOrigin::ServiceAccount(ServiceAccount {
                    http: Arc::clone(&http),
                    secrets: Arc::clone(&secrets),
                    base_url: base_url.clone(),
                    client_id,
                    client_secret,
                    name: account,
                }))
            }
            Kind::TokenFn(function) => provider(TokenOrigin::Function(function)),
            Kind::ApiKey {
                public_key,
                private_key,
            } => {
                secrets.add(&private_key);
                Scheme::Digest(Box::new(DigestSession::new(public_key, private_key)))
            }
        };
        Ok(Self {
            http,
            max_response_bytes,
            scheme,
            secrets,
            rejection,
        })
    }

    /// Sends `request` with authentication and returns the whole response, without any secret
    /// that it repeats.
    ///
    /// A request whose token is rejected is sent once more with a new token, and a request that
    /// is challenged again with a response to its challenge. Every request is counted, those for
    /// tokens excepted.
    ///
    /// # Errors
    ///
    /// `TokenRequest` when no token or challenge can be obtained, and those of the transport.
    pub(crate) async fn execute(
        &self,
        request: Request<Bytes>,
        counter: &RequestCounter,
    ) -> Result<Response<Bytes>> {
        let sent = match &self.scheme {
            Scheme::Anonymous => self.send(request, counter).await,
            Scheme::Bearer(header) => self.send(authorized(request, header), counter).await,
            Scheme::Token(provider) => self.execute_with_token(provider, request, counter).await,
            Scheme::Digest(session) => {
                let send = |request| self.send(request, counter);
                session.execute(&request, send).await
            }
        };
        sent.map_err(|error| self.secrets.remove_from_source(error))
    }

    /// Completes the error of a request: says which credentials were rejected.
    pub(crate) fn explain(&self, error: Error) -> Error {
        if error.kind() != ErrorKind::Unauthenticated {
            return error;
        }
        let excerpt = || {
            error
                .body_excerpt()
                .map(|excerpt| cut(excerpt, CHARS_IN_LINE))
        };
        let message = match error.detail().map(Into::into).or_else(excerpt) {
            Some(said) => format!("{}: {}", self.rejection, said.trim_end_matches('.')),
            None => self.rejection.clone(),
        };
        error.with_message(message)
    }

    /// Forgets the current token, and revokes it where Atlas issued it.
    pub(crate) async fn revoke_token(&self) -> Result<()> {
        let revoked = match &self.scheme {
            Scheme::Token(provider) => provider.revoke().await,
            _ => Ok(()),
        };
        revoked.map_err(|error| self.secrets.remove_from_source(error))
    }

    async fn execute_with_token(
        &self,
        provider: &TokenProvider,
        request: Request<Bytes>,
        counter: &RequestCounter,
    ) -> Result<Response<Bytes>> {
        let token = provider.authorize().await?;
        let response = self
            .send(authorized(request.clone(), &token.header), counter)
            .await?;
        if !rejects_credentials(&response) {
            return Ok(response);
        }
        // A token can be revoked before it expires.
        provider.invalidate(&token);
        let token = provider.authorize().await?;
        self.send(authorized(request, &token.header), counter).await
    }

    async fn send(
        &self,
        request: Request<Bytes>,
        counter: &RequestCounter,
    ) -> Result<Response<Bytes>> {
        counter.count();
        let response = fetch(&*self.http, request, self.max_response_bytes).await?;
        Ok(self.secrets.remove_from(response))
    }
}

fn authorized(mut request: Request<Bytes>, header: &HeaderValue) -> Request<Bytes> {
    request.headers_mut().insert(AUTHORIZATION, header.clone());
    request
}
