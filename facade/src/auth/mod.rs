//! Who the client is to Atlas, and how it proves it.

mod cache;
mod digest;
mod from_env;
mod service_account;
mod signer;
mod token;

use std::fmt;
use std::sync::Arc;

use secrecy::SecretString;

pub(crate) use digest::DigestSession;
pub(crate) use signer::{Pass, Signer};
pub use token::{AccessToken, TokenFuture, TokenSource};

/// How requests are signed in.
///
/// `Debug` shows which kind it is and never a secret. All clones of a client share what signing in
/// yields: one token, or one Digest session.
///
/// ```
/// # use atlas_snapshots::Credentials;
/// let credentials = Credentials::service_account("mdb_sa_id_0123", "mdb_sa_sk_4567");
/// assert!(!format!("{credentials:?}").contains("4567"));
/// ```
#[derive(Clone)]
pub struct Credentials(pub(crate) Kind);

#[derive(Clone)]
pub(crate) enum Kind {
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
    TokenSource(Arc<dyn TokenSource>),
}

impl Credentials {
    /// A service account: its id and secret buy an access token (OAuth 2 client credentials at
    /// `/api/oauth/token`), which is kept, shared and renewed before it expires.
    ///
    /// Where Atlas stops accepting the token before that, it is renewed once and the request
    /// repeated once.
    ///
    /// ```
    /// # use atlas_snapshots::{Atlas, Credentials};
    /// # use futures::TryStreamExt;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mock = atlas_snapshots_mock::MockAtlas::builder().snapshots(1_000).service_account("mdb_sa_id_0123", "mdb_sa_sk_4567").start().await?;
    /// # let (base_url, project, instance) = (mock.base_url(), mock.project_id(), mock.instance_name());
    /// let atlas = Atlas::builder()
    ///     .base_url(base_url)
    ///     .credentials(Credentials::service_account("mdb_sa_id_0123", "mdb_sa_sk_4567"))
    ///     .build()?;
    /// let listing = atlas.serverless_snapshots(project.parse()?, instance.parse()?);
    /// let snapshots: Vec<_> = listing.stream().try_collect().await?;
    /// assert_eq!(snapshots.len(), 1_000);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn service_account(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        Self(Kind::ServiceAccount {
            client_id: client_id.into(),
            client_secret: client_secret.into().into(),
        })
    }

    /// A programmatic API key (HTTP Digest). A listing of *n* pages takes *n* + 1 requests: the
    /// first is challenged, and the challenge serves all that follow.
    ///
    /// ```
    /// # use atlas_snapshots::{Atlas, Credentials};
    /// # use futures::TryStreamExt;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mock = atlas_snapshots_mock::MockAtlas::builder().snapshots(1_000).require_api_key("public", "private").start().await?;
    /// # let (base_url, project, instance) = (mock.base_url(), mock.project_id(), mock.instance_name());
    /// let atlas = Atlas::builder()
    ///     .base_url(base_url)
    ///     .credentials(Credentials::api_key("public", "private"))
    ///     .build()?;
    /// let listing = atlas.serverless_snapshots(project.parse()?, instance.parse()?);
    /// let snapshots: Vec<_> = listing.stream().try_collect().await?;
    /// assert_eq!(snapshots.len(), 1_000);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn api_key(public_key: impl Into<String>, private_key: impl Into<String>) -> Self {
        Self(Kind::ApiKey {
            public_key: public_key.into(),
            private_key: private_key.into().into(),
        })
    }

    /// An access token that something else has obtained and will renew; Atlas issues them for
    /// one hour.
    ///
    /// A token that cannot be sent in a header is refused by
    /// [`AtlasBuilder::build`](crate::AtlasBuilder::build).
    ///
    /// ```
    /// # use atlas_snapshots::{Atlas, Credentials};
    /// # use futures::TryStreamExt;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mock = atlas_snapshots_mock::MockAtlas::builder().snapshots(1_000).require_token("an-access-token").start().await?;
    /// # let (base_url, project, instance) = (mock.base_url(), mock.project_id(), mock.instance_name());
    /// let atlas = Atlas::builder()
    ///     .base_url(base_url)
    ///     .credentials(Credentials::access_token("an-access-token"))
    ///     .build()?;
    /// let listing = atlas.serverless_snapshots(project.parse()?, instance.parse()?);
    /// let snapshots: Vec<_> = listing.stream().try_collect().await?;
    /// assert_eq!(snapshots.len(), 1_000);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn access_token(token: impl Into<String>) -> Self {
        Self(Kind::AccessToken(token.into().into()))
    }

    /// Access tokens from wherever yours come from: a vault, a sidecar. They are kept, shared and
    /// renewed like those of a service account.
    #[must_use]
    pub fn token_source(source: impl TokenSource) -> Self {
        Self(Kind::TokenSource(Arc::new(source)))
    }

    /// Sends nothing; for a mock, or a gateway that signs requests itself.
    #[must_use]
    pub fn anonymous() -> Self {
        Self(Kind::Anonymous)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Anonymous => f.write_str("Credentials::Anonymous"),
            Kind::AccessToken(_) => f.write_str("Credentials::AccessToken(***)"),
            Kind::ServiceAccount { client_id, .. } => {
                write!(f, "Credentials::ServiceAccount({client_id:?}, ***)")
            }
            Kind::ApiKey { public_key, .. } => {
                write!(f, "Credentials::ApiKey({public_key:?}, ***)")
            }
            Kind::TokenSource(source) => write!(f, "Credentials::TokenSource({source:?})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
