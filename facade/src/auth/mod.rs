//! Credentials, and everything that authenticates a request, behind `Authenticator::execute`.

pub(crate) mod authenticator;
pub(crate) mod challenge;
mod digest;
mod encoding;
pub(crate) mod environment;
mod secrets;
pub(crate) mod service_account;
mod single_flight;
mod token;
mod token_provider;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use http::{Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};

use crate::error::{ErrorBody, ErrorKind};
use crate::model::ids::InvalidValue;
use crate::model::text::Shown;
use token::TokenFn;
pub use token::{AccessToken, TokenError};

/// The credentials of a client.
///
/// `Debug` shows the kind and never a secret. Where a response repeats a secret of the client, or the
/// `Authorization` header made of it, it is replaced by `***` before anything reads the response:
/// the items of a page have it no more than errors. It is recognized in JSON and in URLs, too, with
/// any of its characters escaped. A secret of fewer than 4 bytes is not looked for.
///
/// All clones of a client share what the credentials
/// yield: one token, or one Digest challenge.
///
/// ```
/// # use atlas_snapshots::Credentials;
/// let credentials = Credentials::service_account("mdb_sa_id_0123", "mdb_sa_sk_4567");
/// assert!(!format!("{credentials:?}").contains("4567"));
/// ```
#[derive(Clone)]
pub struct Credentials {
    kind: Kind,
    /// The environment variables that they were read from, in the order of their values.
    variables: &'static [&'static str],
}

#[derive(Clone)]
enum Kind {
    Anonymous,
    AccessToken(SecretString),
    ServiceAccount {
        client_id: String,
        client_secret: SecretString,
    },
    ApiKey {
        public_key: String,
        private_key: SecretString,
    },
    TokenFn(TokenFn),
}

impl Credentials {
    /// A service account. Its id and secret are exchanged for an access token (OAuth 2.0 client
    /// credentials at `/api/oauth/token`), which is kept, shared and replaced before it expires.
    ///
    /// When Atlas rejects the token before that, it is replaced and the request is sent once
    /// more.
    ///
    /// ```
    /// # use atlas_snapshots::{Atlas, Credentials};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mock = atlas_snapshots_mock::MockAtlas::builder().kind(atlas_snapshots_mock::ClusterKind::Flex).snapshots(1_000).service_account("mdb_sa_id_0123", "mdb_sa_sk_4567").start().await?;
    /// # let (base_url, project, cluster) = (mock.base_url(), mock.project_id(), mock.cluster_name());
    /// let atlas = Atlas::builder()
    ///     .base_url(base_url)
    ///     .credentials(Credentials::service_account("mdb_sa_id_0123", "mdb_sa_sk_4567"))
    ///     .build()?;
    /// let snapshots = atlas.snapshots(project, cluster).await?;
    /// assert_eq!(snapshots.len(), 1_000);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn service_account(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        Self::new(Kind::ServiceAccount {
            client_id: client_id.into(),
            client_secret: client_secret.into().into(),
        })
    }

    /// A programmatic API key (HTTP Digest authentication). A listing of *n* pages takes *n* + 1
    /// requests: the first one is challenged, and the challenge is used for all others. A server
    /// that does not challenge the first request is sent the others without authentication, until
    /// it challenges one of them. A server whose challenges last for fewer requests sends one more
    /// often; where it rejects those, too, as stale, all requests of the client are sent one at a
    /// time.
    ///
    /// ```
    /// # use atlas_snapshots::{Atlas, Credentials};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mock = atlas_snapshots_mock::MockAtlas::builder().kind(atlas_snapshots_mock::ClusterKind::Flex).snapshots(1_000).require_api_key("public", "private").start().await?;
    /// # let (base_url, project, cluster) = (mock.base_url(), mock.project_id(), mock.cluster_name());
    /// let atlas = Atlas::builder()
    ///     .base_url(base_url)
    ///     .credentials(Credentials::api_key("public", "private"))
    ///     .build()?;
    /// let snapshots = atlas.snapshots(project, cluster).await?;
    /// assert_eq!(snapshots.len(), 1_000);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn api_key(public_key: impl Into<String>, private_key: impl Into<String>) -> Self {
        Self::new(Kind::ApiKey {
            public_key: public_key.into(),
            private_key: private_key.into().into(),
        })
    }

    /// An access token that was obtained elsewhere. Atlas issues them for one hour.
    ///
    /// A token that cannot be sent in a header is an error of
    /// [`AtlasBuilder::build`](crate::AtlasBuilder::build).
    ///
    /// ```
    /// # use atlas_snapshots::{Atlas, Credentials};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mock = atlas_snapshots_mock::MockAtlas::builder().kind(atlas_snapshots_mock::ClusterKind::Flex).snapshots(1_000).require_token("an-access-token").start().await?;
    /// # let (base_url, project, cluster) = (mock.base_url(), mock.project_id(), mock.cluster_name());
    /// let atlas = Atlas::builder()
    ///     .base_url(base_url)
    ///     .credentials(Credentials::access_token("an-access-token"))
    ///     .build()?;
    /// let snapshots = atlas.snapshots(project, cluster).await?;
    /// assert_eq!(snapshots.len(), 1_000);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn access_token(token: impl Into<String>) -> Self {
        Self::new(Kind::AccessToken(token.into().into()))
    }

    /// Access tokens from a function, for example from a vault or a sidecar. They are kept,
    /// shared and replaced like those of a service account.
    ///
    /// The function is called when there is no token, when the current one is about to expire,
    /// and once when Atlas rejects it; never twice at the same time. Its failure becomes an error
    /// of kind [`TokenRequest`](crate::ErrorKind::TokenRequest) with the cause as source, for all
    /// requests that wait for the token. It is reported at once, unless it is
    /// [`TokenError::temporary`], which is retried.
    ///
    /// ```
    /// use atlas_snapshots::{AccessToken, Credentials};
    ///
    /// let credentials = Credentials::token_fn(|| async {
    ///     let token = std::fs::read_to_string("/run/secrets/atlas-token")?;
    ///     Ok(AccessToken::new(token.trim()))
    /// });
    /// # let _ = credentials;
    /// ```
    #[must_use]
    pub fn token_fn<F, Fut>(function: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<AccessToken, TokenError>> + Send + 'static,
    {
        Self::new(Kind::TokenFn(Arc::new(move || Box::pin(function()))))
    }

    /// No credentials, for a mock or for a gateway that authenticates the requests.
    #[must_use]
    pub fn anonymous() -> Self {
        Self::new(Kind::Anonymous)
    }

    fn new(kind: Kind) -> Self {
        Self {
            kind,
            variables: &[],
        }
    }

    /// Records the environment variables that the values were read from.
    fn read_from(self, variables: &'static [&'static str]) -> Self {
        Self { variables, ..self }
    }

    /// What a message calls these credentials: `what`, and the variables they were read from.
    fn named(&self, what: &str) -> String {
        match self.variables {
            [] => what.to_owned(),
            variables => format!("{what} ({})", variables.join(", ")),
        }
    }

    /// Checks the values. One that was read from a file may end with a line break, and the server
    /// would reject it without saying why.
    ///
    /// # Errors
    ///
    /// [`InvalidValue`], which names the value or its variable, and does not repeat it.
    fn check(&self) -> Result<(), InvalidValue> {
        let values = match &self.kind {
            Kind::Anonymous | Kind::TokenFn(_) => return Ok(()),
            Kind::AccessToken(token) => {
                let authorization = AccessToken::new(token.expose_secret()).authorization();
                return authorization
                    .map(drop)
                    .map_err(|error| match self.variables {
                        [variable] => InvalidValue::because(format!("{variable}: {error}")),
                        _ => error,
                    });
            }
            Kind::ServiceAccount {
                client_id,
                client_secret,
            } => [
                ("the client id", client_id.as_str()),
                ("the client secret", client_secret.expose_secret()),
            ],
            Kind::ApiKey {
                public_key,
                private_key,
            } => [
                ("the public key", public_key.as_str()),
                ("the private key", private_key.expose_secret()),
            ],
        };
        for (index, (name, value)) in values.into_iter().enumerate() {
            let is_odd = |c: char| c.is_control() || c == BYTE_ORDER_MARK;
            let rule = if value.is_empty() {
                "must not be empty"
            } else if value.trim() != value || value.contains(is_odd) {
                "must not have white space around it or contain control characters"
            } else {
                continue;
            };
            let name = self.variables.get(index).unwrap_or(&name);
            return Err(InvalidValue::because(format!("{name} {rule}")));
        }
        Ok(())
    }
}

/// What some editors write at the start of a file.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Whether a response rejects the credentials. A missing role is another matter.
fn rejects_credentials(response: &Response<Bytes>) -> bool {
    response.status() == StatusCode::UNAUTHORIZED && {
        let body = ErrorBody::read(response.body());
        let kind = ErrorKind::of_response(401, body.error_code.as_deref());
        kind == ErrorKind::Unauthenticated
    }
}

/// Names the credentials and the environment variables that they came from, without a secret.
impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match &self.kind {
            Kind::Anonymous => "no credentials".to_owned(),
            Kind::AccessToken(_) => "an access token".to_owned(),
            Kind::ServiceAccount { client_id, .. } => {
                format!("the service account {}", Shown(client_id))
            }
            Kind::TokenFn(_) => "a token function".to_owned(),
            Kind::ApiKey { public_key, .. } => format!("the API key {}", Shown(public_key)),
        };
        f.write_str(&self.named(&what))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Anonymous => f.write_str("Credentials::Anonymous"),
            Kind::AccessToken(_) => f.write_str("Credentials::AccessToken(***)"),
            Kind::ServiceAccount { client_id, .. } => {
                write!(f, "Credentials::ServiceAccount({client_id:?}, ***)")
            }
            Kind::ApiKey { public_key, .. } => {
                write!(f, "Credentials::ApiKey({public_key:?}, ***)")
            }
            Kind::TokenFn(_) => f.write_str("Credentials::TokenFn(***)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_with_white_space_around_them_are_refused_by_name() {
        let rule = "must not have white space around it or contain control characters";
        let account = |id: &str, secret: &str| Credentials::service_account(id, secret);
        for (credentials, refused) in [
            (account("id", "sesame"), None),
            (account("id", "open sesame"), None),
            (account("id\n", "sesame"), Some(("the client id", rule))),
            (
                account("id", "sesame\r\n"),
                Some(("the client secret", rule)),
            ),
            (
                account("id", "sesame\u{a0}"),
                Some(("the client secret", rule)),
            ),
            (
                account("id", "\u{feff}sesame"),
                Some(("the client secret", rule)),
            ),
            (
                account("id", "open\nsesame"),
                Some(("the client secret", rule)),
            ),
            (
                account("id", ""),
                Some(("the client secret", "must not be empty")),
            ),
            (
                Credentials::api_key(" p", "sesame"),
                Some(("the public key", rule)),
            ),
            (
                Credentials::api_key("p", "sesame "),
                Some(("the private key", rule)),
            ),
            (
                Credentials::api_key("p", "sesame ").read_from(&["A", "B"]),
                Some(("B", rule)),
            ),
            (
                Credentials::access_token("sesame\n"),
                Some(("the access token", "must be printable ASCII without spaces")),
            ),
        ] {
            let refused = refused.map(|(name, rule)| format!("{name} {rule}"));
            let error = credentials.check().err().map(|error| error.to_string());
            assert_eq!(error, refused, "{credentials:?}");
        }
    }

    #[test]
    fn debug_names_the_kind_and_no_secret() {
        for (credentials, shown) in [
            (Credentials::anonymous(), "Credentials::Anonymous"),
            (
                Credentials::access_token("sesame"),
                "Credentials::AccessToken(***)",
            ),
            (
                Credentials::service_account("id", "sesame"),
                "Credentials::ServiceAccount(\"id\", ***)",
            ),
            (
                Credentials::api_key("public", "sesame"),
                "Credentials::ApiKey(\"public\", ***)",
            ),
        ] {
            assert_eq!(format!("{credentials:?}"), shown);
        }
    }
}
