//! The client: where Atlas is, who is asking, and how long to wait.

use std::sync::Arc;
use std::time::Duration;

use crate::arguments::{ClusterName, PageSize, ProjectId};
use crate::auth::{Credentials, Signer};
use crate::base_url::BaseUrl;
use crate::error::{Error, ErrorKind, Result};
use crate::listing::{Listing, Scope};
use crate::retry::{Patience, RetryPolicy, SystemTiming, Timing};
use crate::wire::{ServerlessPages, WireSettings};

const USER_AGENT: &str = concat!("atlas-snapshots/", env!("CARGO_PKG_VERSION"));

/// A client of Atlas. Cheap to clone; clones share connections, rate limits and the retry budget.
///
/// ```
/// use atlas_snapshots::{Atlas, Credentials};
///
/// let atlas = Atlas::builder()
///     .credentials(Credentials::access_token("an-access-token"))
///     .build()?;
/// # Ok::<(), atlas_snapshots::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Atlas {
    settings: Arc<WireSettings>,
    patience: Arc<Patience>,
}

impl Atlas {
    /// Starts a client for `https://cloud.mongodb.com`.
    pub fn builder() -> AtlasBuilder {
        AtlasBuilder::default()
    }

    /// Lists every snapshot of one serverless instance (documented operation
    /// `listServerlessBackups`).
    ///
    /// Also answers for Flex clusters made through `createServerlessInstance` or migrated from
    /// serverless. Atlas announced the end of this API for 2026-01-22; an instance that "has no
    /// snapshots" after that date proves little, and
    /// [`ErrorKind::Sunset`](crate::ErrorKind::Sunset) is how a withdrawn API answers.
    pub fn serverless_snapshots(&self, project: ProjectId, instance: ClusterName) -> Listing {
        let scope = Scope {
            project: project.clone(),
            instance: instance.clone(),
            page_size: PageSize::default(),
        };
        let source = ServerlessPages::new(Arc::clone(&self.settings), project, instance);
        Listing::new(Arc::new(source), Arc::clone(&self.patience), scope)
    }
}

impl Atlas {
    /// Forgets the access token of a service account or token source, and has Atlas revoke the
    /// one it issued, so that it does not count against the account's limit until it expires.
    /// Nothing to do for other credentials. The client stays usable: it would sign in anew.
    ///
    /// # Errors
    ///
    /// Those of the request to revoke. The token is forgotten all the same, and expires by itself.
    pub async fn sign_out(&self) -> Result<()> {
        self.settings.signer.sign_out().await
    }
}

/// Configures an [`Atlas`]; everything is checked by [`build`](Self::build).
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct AtlasBuilder {
    base_url: Option<String>,
    credentials: Option<Credentials>,
    connect_timeout: Option<Duration>,
    read_timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
    max_response_bytes: usize,
    retry: RetryPolicy,
}

impl Default for AtlasBuilder {
    fn default() -> Self {
        Self {
            base_url: None,
            credentials: None,
            connect_timeout: Some(Duration::from_secs(10)),
            read_timeout: Some(Duration::from_secs(30)),
            attempt_timeout: Some(Duration::from_secs(60)),
            max_response_bytes: 32 * 1024 * 1024,
            retry: RetryPolicy::default(),
        }
    }
}

impl AtlasBuilder {
    /// Where Atlas is; default `https://cloud.mongodb.com`. The rules are those of
    /// [`BaseUrl`](crate::BaseUrl). A loopback host is reached directly, whatever proxy the
    /// environment names.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(base_url.into());
        self
    }

    /// How to sign in. Needed for every host but loopback ones; say
    /// [`Credentials::anonymous`] where something else signs the requests.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// How long to wait for a connection; default 10 s, `None` for no limit.
    pub fn connect_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.connect_timeout = limit.into();
        self
    }

    /// How long to wait for the next bytes of an answer; default 30 s, `None` for no limit.
    pub fn read_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.read_timeout = limit.into();
        self
    }

    /// How long one request may take, from connecting to the last byte; default 60 s, `None`
    /// for no limit.
    pub fn attempt_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.attempt_timeout = limit.into();
        self
    }

    /// The largest answer accepted, in bytes after decompression; default 32 MiB, some hundred
    /// times a full page.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// When and how often to try again; default [`RetryPolicy::default`]. Switch it off with
    /// [`RetryPolicy::none`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Checks everything and makes the client. No request is sent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) when the base URL is
    /// malformed, has a trailing slash, or is plain `http` to a host that is not loopback; when
    /// credentials are missing for such a host or cannot be sent in a header.
    /// [`ErrorKind::Internal`](crate::ErrorKind::Internal) when TLS cannot be set up.
    pub fn build(self) -> Result<Atlas> {
        let base_url = match &self.base_url {
            Some(text) => text.parse()?,
            None => BaseUrl::default(),
        };
        let credentials = match self.credentials.clone() {
            Some(credentials) => credentials,
            None if base_url.is_loopback() => Credentials::anonymous(),
            None => {
                return Err(Error::invalid(
                    "base URL",
                    base_url,
                    "needs credentials; set them on the builder",
                ));
            }
        };
        let timing: Arc<dyn Timing> = Arc::new(SystemTiming);
        let http = self.http_client(base_url.is_loopback())?;
        let patience = Arc::new(Patience::new(self.retry, Arc::clone(&timing)));
        let settings = WireSettings {
            signer: Signer::new(credentials, &http, &base_url, &patience)?,
            http,
            base_url,
            max_body_bytes: self.max_response_bytes,
            timing,
        };
        Ok(Atlas {
            settings: Arc::new(settings),
            patience,
        })
    }

    fn http_client(&self, is_loopback: bool) -> Result<reqwest::Client> {
        let mut http = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            // Credentials never travel to where a redirect points.
            .redirect(reqwest::redirect::Policy::none())
            // Attempts are counted and reported, so none may happen unseen.
            .retry(reqwest::retry::never());
        if is_loopback {
            // No proxy leads to this machine.
            http = http.no_proxy();
        }
        if let Some(limit) = self.connect_timeout {
            http = http.connect_timeout(limit);
        }
        if let Some(limit) = self.read_timeout {
            http = http.read_timeout(limit);
        }
        if let Some(limit) = self.attempt_timeout {
            http = http.timeout(limit);
        }
        http.build().map_err(|cause| {
            Error::new(ErrorKind::Internal)
                .with_message("the HTTP client cannot be set up")
                .with_source(cause)
        })
    }
}
