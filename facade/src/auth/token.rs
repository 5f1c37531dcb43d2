//! Access tokens, and where they come from.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::error::{Error, ErrorKind, Result};

/// A token that Atlas accepts as `Authorization: Bearer …`. `Debug` does not show it.
#[derive(Debug, Clone)]
pub struct AccessToken {
    token: SecretString,
    lifetime: Option<Duration>,
}

impl AccessToken {
    /// A token of unknown lifetime: it is used until Atlas refuses it.
    #[must_use]
    pub fn new(token: impl Into<String>) -> Self {
        Self {
            token: token.into().into(),
            lifetime: None,
        }
    }

    /// How long the token is good from now on; it is renewed a little earlier. Zero counts as
    /// unknown.
    #[must_use]
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime).filter(|lifetime| !lifetime.is_zero());
        self
    }

    pub(crate) fn lifetime(&self) -> Option<Duration> {
        self.lifetime
    }

    pub(crate) fn expose(&self) -> &str {
        self.token.expose_secret()
    }

    /// The `Authorization` header to send, marked sensitive.
    pub(crate) fn authorization(&self) -> Result<HeaderValue> {
        let token = self.token.expose_secret();
        if token.is_empty() {
            return Err(unusable("is empty"));
        }
        if !token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(unusable("must be printable ASCII without spaces"));
        }
        let mut header = HeaderValue::from_str(&format!("Bearer {token}"))
            .map_err(|_| unusable("cannot be sent in a header"))?;
        header.set_sensitive(true);
        Ok(header)
    }
}

/// The token itself stays out of the message.
fn unusable(rule: &str) -> Error {
    Error::new(ErrorKind::InvalidArgument).with_message(format!("the access token {rule}"))
}

/// An access token on its way.
pub type TokenFuture<'a> = Pin<
    Box<
        dyn Future<Output = std::result::Result<AccessToken, Box<dyn StdError + Send + Sync>>>
            + Send
            + 'a,
    >,
>;

/// Where access tokens come from when they come from elsewhere than Atlas.
///
/// Called when there is no token, when the last one is about to expire, and once when Atlas
/// refuses it; never twice at the same time. Its errors become
/// [`ErrorKind::Auth`](crate::ErrorKind::Auth), with the cause as source. `Debug` is shown, so it
/// must not contain a secret.
///
/// ```
/// use atlas_snapshots::{AccessToken, Credentials, TokenFuture, TokenSource};
///
/// #[derive(Debug)]
/// struct TokenFile;
///
/// impl TokenSource for TokenFile {
///     fn fetch(&self) -> TokenFuture<'_> {
///         Box::pin(async {
///             let token = std::fs::read_to_string("/run/secrets/atlas-token")?;
///             Ok(AccessToken::new(token.trim()))
///         })
///     }
/// }
///
/// let credentials = Credentials::token_source(TokenFile);
/// # let _ = credentials;
/// ```
pub trait TokenSource: fmt::Debug + Send + Sync + 'static {
    /// Gets a token that is good now.
    fn fetch(&self) -> TokenFuture<'_>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_becomes_a_sensitive_bearer_header() {
        let header = AccessToken::new("abc.def").authorization().unwrap();
        assert_eq!(header, "Bearer abc.def");
        assert!(header.is_sensitive());
    }

    #[test]
    fn an_unusable_token_is_refused_without_being_shown() {
        for token in ["", "sesame\n", "open sesame", "sésame"] {
            let token = AccessToken::new(token);
            let error = token.authorization().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            assert!(!format!("{error} {error:?} {token:?}").contains("same"));
        }
    }

    #[test]
    fn a_lifetime_of_zero_is_no_lifetime() {
        let token = AccessToken::new("t").expires_in(Duration::ZERO);
        assert_eq!(token.lifetime(), None);
    }
}
