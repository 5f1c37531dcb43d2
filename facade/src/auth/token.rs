//! Access tokens and the functions that obtain them.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::model::ids::InvalidValue;

/// A token that Atlas accepts as `Authorization: Bearer …`. `Debug` does not show it.
#[derive(Debug, Clone)]
pub struct AccessToken {
    pub(super) token: SecretString,
    pub(super) lifetime: Option<Duration>,
}

impl AccessToken {
    /// A token of unknown lifetime. It is used until Atlas rejects it.
    #[must_use]
    pub fn new(token: impl Into<String>) -> Self {
        Self {
            token: token.into().into(),
            lifetime: None,
        }
    }

    /// Sets how long the token is valid from now on. It is replaced a little earlier. Zero means
    /// unknown.
    #[must_use]
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime).filter(|lifetime| !lifetime.is_zero());
        self
    }

    pub(super) fn expose(&self) -> &str {
        self.token.expose_secret()
    }

    /// The `Authorization` header, marked sensitive. The message of the error has no token.
    pub(super) fn authorization(&self) -> Result<HeaderValue, InvalidValue> {
        let unusable = |rule: &str| Err(InvalidValue::because(format!("the access token {rule}")));
        let token = self.token.expose_secret();
        if token.is_empty() {
            return unusable("is empty");
        }
        if !token.bytes().all(|b| b.is_ascii_graphic()) {
            return unusable("must be printable ASCII without spaces");
        }
        let Ok(mut header) = HeaderValue::from_str(&format!("Bearer {token}")) else {
            return unusable("cannot be sent in a header");
        };
        header.set_sensitive(true);
        Ok(header)
    }
}

/// Why a token function failed; see [`Credentials::token_fn`](crate::Credentials::token_fn).
///
/// Every error converts into one with `?`, as a failure that lasts.
pub struct TokenError {
    pub(super) cause: Box<dyn StdError + Send + Sync>,
    pub(super) is_temporary: bool,
}

impl TokenError {
    /// A failure that would occur again. It is reported at once.
    #[must_use]
    pub fn permanent(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            cause: cause.into(),
            is_temporary: false,
        }
    }

    /// A failure that may not occur again. The function is called again as the
    /// [`RetryPolicy`](crate::RetryPolicy) says.
    #[must_use]
    pub fn temporary(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            is_temporary: true,
            ..Self::permanent(cause)
        }
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for TokenError {
    fn from(cause: E) -> Self {
        Self::permanent(cause)
    }
}

impl fmt::Debug for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenError")
            .field("cause", &self.cause)
            .field("is_temporary", &self.is_temporary)
            .finish()
    }
}

/// A function that obtains an access token.
pub(super) type TokenFn = Arc<
    dyn Fn() -> Pin<Box<dyn Future<Output = std::result::Result<AccessToken, TokenError>> + Send>>
        + Send
        + Sync,
>;

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
            assert!(!format!("{error} {error:?} {token:?}").contains("same"));
        }
    }

    #[test]
    fn a_lifetime_of_zero_is_no_lifetime() {
        let token = AccessToken::new("t").expires_in(Duration::ZERO);
        assert_eq!(token.lifetime, None);
    }
}
