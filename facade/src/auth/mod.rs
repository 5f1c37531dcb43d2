//! Who the client is to Atlas.

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::error::{Error, ErrorKind, Result};

/// How requests are signed in.
///
/// `Debug` shows which kind it is and never a secret.
///
/// ```
/// # use atlas_snapshots::Credentials;
/// let credentials = Credentials::access_token("eyJ…");
/// assert!(!format!("{credentials:?}").contains("eyJ"));
/// ```
#[derive(Debug, Clone)]
pub struct Credentials(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Anonymous,
    AccessToken(SecretString),
}

impl Credentials {
    /// Sends `Authorization: Bearer <token>`; for a service account's access token, which
    /// Atlas issues for one hour.
    ///
    /// A token that cannot be sent in a header is refused by
    /// [`AtlasBuilder::build`](crate::AtlasBuilder::build).
    #[must_use]
    pub fn access_token(token: impl Into<String>) -> Self {
        Self(Kind::AccessToken(token.into().into()))
    }

    /// Sends nothing; for a mock, or a gateway that signs requests itself.
    #[must_use]
    pub fn anonymous() -> Self {
        Self(Kind::Anonymous)
    }

    /// The `Authorization` header to send, marked sensitive.
    pub(crate) fn authorization(&self) -> Result<Option<HeaderValue>> {
        let Kind::AccessToken(token) = &self.0 else {
            return Ok(None);
        };
        let token = token.expose_secret();
        if token.is_empty() {
            return Err(unusable("is empty"));
        }
        if !token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(unusable("must be printable ASCII without spaces"));
        }
        let mut header = HeaderValue::from_str(&format!("Bearer {token}"))
            .map_err(|_| unusable("cannot be sent in a header"))?;
        header.set_sensitive(true);
        Ok(Some(header))
    }
}

/// The token itself stays out of the message.
fn unusable(rule: &str) -> Error {
    Error::new(ErrorKind::InvalidArgument).with_message(format!("the access token {rule}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_becomes_a_sensitive_bearer_header() {
        let header = Credentials::access_token("abc.def")
            .authorization()
            .unwrap()
            .unwrap();
        assert_eq!(header, "Bearer abc.def");
        assert!(header.is_sensitive());
    }

    #[test]
    fn anonymous_sends_nothing() {
        assert!(Credentials::anonymous().authorization().unwrap().is_none());
    }

    #[test]
    fn an_unusable_token_is_refused_without_being_shown() {
        for token in ["", "sesame\n", "open sesame", "sésame"] {
            let error = Credentials::access_token(token)
                .authorization()
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            assert!(!format!("{error} {error:?}").contains("same"));
        }
    }
}
