//! Signs requests in, whatever the credentials.

use std::sync::Arc;

use http::HeaderValue;
use secrecy::ExposeSecret;

use super::cache::{Origin, TokenCache};
use super::digest::DigestSession;
use super::service_account::ServiceAccount;
use super::token::AccessToken;
use super::{Credentials, Kind};
use crate::base_url::BaseUrl;
use crate::error::Result;
use crate::retry::Patience;

/// What signing in takes for one client.
#[derive(Debug)]
pub(crate) enum Signer {
    Anonymous,
    Static(HeaderValue),
    Cached(Box<TokenCache>),
    Digest(Arc<DigestSession>),
}

/// What lets one request in.
#[derive(Debug, Clone)]
pub(crate) enum Pass {
    None,
    /// A header, and the generation of its token where there can be another.
    Bearer {
        header: HeaderValue,
        generation: Option<u64>,
    },
    Digest(Arc<DigestSession>),
}

impl Pass {
    /// What must not be repeated, should a server echo it.
    pub(crate) fn secret(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Bearer { header, .. } => header.to_str().ok()?.strip_prefix("Bearer "),
            Self::Digest(session) => Some(session.private_key()),
        }
    }
}

impl Signer {
    pub(crate) fn new(
        credentials: Credentials,
        http: &reqwest::Client,
        base_url: &BaseUrl,
        patience: &Arc<Patience>,
    ) -> Result<Self> {
        let cached = |origin| Self::Cached(Box::new(TokenCache::new(origin, Arc::clone(patience))));
        Ok(match credentials.0 {
            Kind::Anonymous => Self::Anonymous,
            Kind::AccessToken(token) => {
                Self::Static(AccessToken::new(token.expose_secret()).authorization()?)
            }
            Kind::ServiceAccount {
                client_id,
                client_secret,
            } => cached(Origin::ServiceAccount(ServiceAccount {
                http: http.clone(),
                base_url: base_url.clone(),
                client_id,
                client_secret,
            })),
            Kind::TokenSource(source) => cached(Origin::Custom(source)),
            Kind::ApiKey {
                public_key,
                private_key,
            } => Self::Digest(Arc::new(DigestSession::new(public_key, private_key))),
        })
    }

    /// What the next request needs.
    pub(crate) async fn pass(&self) -> Result<Pass> {
        Ok(match self {
            Self::Anonymous => Pass::None,
            Self::Static(header) => Pass::Bearer {
                header: header.clone(),
                generation: None,
            },
            Self::Cached(cache) => {
                let (header, generation) = cache.authorization().await?;
                Pass::Bearer {
                    header,
                    generation: Some(generation),
                }
            }
            Self::Digest(session) => Pass::Digest(Arc::clone(session)),
        })
    }

    /// Takes note that Atlas refused `pass`. True when another can be had.
    pub(crate) async fn renew(&self, pass: &Pass) -> bool {
        match (self, pass) {
            (
                Self::Cached(cache),
                Pass::Bearer {
                    generation: Some(generation),
                    ..
                },
            ) => {
                cache.refuse(*generation).await;
                true
            }
            _ => false,
        }
    }

    pub(crate) async fn sign_out(&self) -> Result<()> {
        match self {
            Self::Cached(cache) => cache.sign_out().await,
            _ => Ok(()),
        }
    }
}
