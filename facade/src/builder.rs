//! Where Atlas is, who is asking, and how long to wait.

use std::env::consts::{ARCH, OS};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::auth::{Credentials, Signer};
use crate::base_url::{BaseUrl, redacted};
use crate::client::Atlas;
use crate::error::{Error, ErrorKind, Result};
use crate::retry::{FOREVER, Patience, RetryPolicy, SystemTiming, Timing};
use crate::wire::WireSettings;

/// Whether this build can speak https.
const HAS_TLS: bool = cfg!(any(feature = "rustls", feature = "native-tls"));

const NAME: &str = concat!("atlas-snapshots/", env!("CARGO_PKG_VERSION"));

/// Configures an [`Atlas`]; everything is checked by [`build`](Self::build).
#[derive(Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct AtlasBuilder {
    base_url: Option<String>,
    credentials: Option<Credentials>,
    connect_timeout: Option<Duration>,
    read_timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
    max_response_bytes: usize,
    retry: RetryPolicy,
    user_agent: Option<String>,
    proxy: Option<String>,
    root_certificates: Vec<Vec<u8>>,
    plain_http_allowed: bool,
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
            user_agent: None,
            proxy: None,
            root_certificates: Vec::new(),
            plain_http_allowed: false,
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

    /// The program on whose behalf requests are made, such as `backup-watch/1.2`; told to Atlas
    /// behind this library's own name and version, and the system's.
    pub fn user_agent(mut self, program: impl Into<String>) -> Self {
        self.user_agent = Some(program.into());
        self
    }

    /// The proxy to go through, such as `http://proxy.example:3128`; default the one that the
    /// environment names (`HTTPS_PROXY`, `NO_PROXY`). Loopback hosts are reached directly unless
    /// one is set here.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// A certificate authority to trust beside the platform's, in PEM form. May be called
    /// repeatedly.
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// Lets credentials and answers travel unencrypted to a host that is not this machine, where
    /// anybody on the way can read and change them. For test networks.
    pub fn danger_allow_plain_http(mut self) -> Self {
        self.plain_http_allowed = true;
        self
    }

    /// Checks everything and makes the client. No request is sent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) when the base URL is
    /// malformed, has a trailing slash, or is plain `http` to a host that is not loopback; when
    /// credentials are missing for such a host or cannot be sent in a header; when proxy, user
    /// agent or a root certificate is malformed; when the base URL is `https` and this crate was
    /// built with neither the feature `rustls` nor `native-tls`.
    /// [`ErrorKind::Internal`](crate::ErrorKind::Internal) when TLS cannot be set up.
    pub fn build(self) -> Result<Atlas> {
        let base_url = match &self.base_url {
            Some(text) => BaseUrl::parse(text, self.plain_http_allowed)?,
            None => BaseUrl::default(),
        };
        if base_url.needs_tls() && !HAS_TLS {
            return Err(Error::invalid(
                "base URL",
                base_url,
                "needs TLS; build atlas-snapshots with the feature rustls or native-tls",
            ));
        }
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
            choices: Arc::default(),
        })
    }

    fn http_client(&self, is_loopback: bool) -> Result<reqwest::Client> {
        let mut http = reqwest::Client::builder()
            .user_agent(self.full_user_agent()?)
            // Credentials never travel to where a redirect points.
            .redirect(reqwest::redirect::Policy::none())
            // Attempts are counted and reported, so none may happen unseen.
            .retry(reqwest::retry::never());
        if let Some(url) = &self.proxy {
            let proxy = reqwest::Proxy::all(url).map_err(|cause| {
                // The URL may hold a password, and so may the cause.
                drop(cause);
                refuse("the proxy must be a URL, such as http://proxy.example:3128")
            })?;
            http = http.proxy(proxy);
        } else if is_loopback {
            // No proxy leads to this machine.
            http = http.no_proxy();
        }
        http = self.trust(http)?;
        if let Some(limit) = self.connect_timeout.and_then(within_reach) {
            http = http.connect_timeout(limit);
        }
        if let Some(limit) = self.read_timeout.and_then(within_reach) {
            http = http.read_timeout(limit);
        }
        if let Some(limit) = self.attempt_timeout.and_then(within_reach) {
            http = http.timeout(limit);
        }
        http.build().map_err(|cause| {
            Error::new(ErrorKind::Internal)
                .with_message("the HTTP client cannot be set up")
                .with_source(cause)
        })
    }

    fn full_user_agent(&self) -> Result<http::HeaderValue> {
        let mut full = format!("{NAME} ({OS}; {ARCH})");
        if let Some(program) = &self.user_agent {
            full = format!("{full} {program}");
        }
        http::HeaderValue::from_str(&full)
            .map_err(|_| refuse("the user agent must be printable ASCII"))
    }

    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    fn trust(&self, http: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder> {
        let malformed = "a root certificate must be one or more certificates in PEM form";
        let mut certificates = Vec::new();
        for pem in &self.root_certificates {
            let bundle = reqwest::Certificate::from_pem_bundle(pem)
                .map_err(|cause| refuse(malformed).with_source(cause))?;
            if bundle.is_empty() {
                return Err(refuse(malformed));
            }
            certificates.extend(bundle);
        }
        if certificates.is_empty() {
            return Ok(http);
        }
        Ok(http.tls_certs_merge(certificates))
    }

    #[cfg(not(any(feature = "rustls", feature = "native-tls")))]
    fn trust(&self, http: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder> {
        if self.root_certificates.is_empty() {
            return Ok(http);
        }
        Err(refuse(
            "a root certificate needs the feature rustls or native-tls",
        ))
    }
}

/// A limit beyond what every clock can tell is none; the HTTP client would panic.
fn within_reach(limit: Duration) -> Option<Duration> {
    Some(limit).filter(|&limit| limit < FOREVER)
}

fn refuse(message: &str) -> Error {
    Error::new(ErrorKind::InvalidArgument).with_message(message)
}

impl fmt::Debug for AtlasBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Either URL may hold a password.
        let base_url = self.base_url.as_deref().map(redacted);
        let proxy = self.proxy.as_deref().map(redacted);
        f.debug_struct("AtlasBuilder")
            .field("base_url", &base_url)
            .field("credentials", &self.credentials)
            .field("connect_timeout", &self.connect_timeout)
            .field("read_timeout", &self.read_timeout)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("max_response_bytes", &self.max_response_bytes)
            .field("retry", &self.retry)
            .field("user_agent", &self.user_agent)
            .field("proxy", &proxy)
            .field("root_certificates", &self.root_certificates.len())
            .field("plain_http_allowed", &self.plain_http_allowed)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(builder: AtlasBuilder) -> String {
        let error = builder
            .credentials(Credentials::anonymous())
            .build()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        format!("{error} {error:?}")
    }

    #[test]
    fn malformed_settings_are_refused_and_passwords_not_repeated() {
        let builder = Atlas::builder;
        for (refused, named) in [
            (builder().proxy("::sesame@"), "proxy must be a URL"),
            (builder().user_agent("one\ntwo"), "printable ASCII"),
            (builder().root_certificate("no certificate"), "PEM form"),
            (
                builder().base_url("https://me:sesame@host"),
                "user name or password",
            ),
        ] {
            let shown = format!("{refused:?}");
            let message = refusal(refused);
            assert!(message.contains(named), "{message}");
            assert!(
                !message.contains("sesame") && !shown.contains(":sesame"),
                "{message} {shown}"
            );
        }
    }

    #[test]
    fn the_user_agent_names_library_system_and_program() {
        let atlas = Atlas::builder().user_agent("backup-watch/1.2");
        let full = atlas.full_user_agent().unwrap();
        let version = env!("CARGO_PKG_VERSION");
        let expected = format!("atlas-snapshots/{version} ({OS}; {ARCH}) backup-watch/1.2");
        assert_eq!(full, *expected);
    }

    #[test]
    fn an_https_url_needs_a_build_with_tls() {
        let atlas = Atlas::builder().credentials(Credentials::anonymous());
        let built = atlas.base_url("https://127.0.0.1").build();
        if HAS_TLS {
            assert!(built.is_ok());
        } else {
            let error = built.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            assert!(error.to_string().contains("feature rustls or native-tls"));
        }
    }

    #[test]
    fn plain_http_to_a_distant_host_has_to_be_asked_for() {
        let plain = || Atlas::builder().base_url("http://atlas.example");
        assert!(refusal(plain()).contains("must use https://"));
        let allowed = plain().danger_allow_plain_http();
        assert!(
            allowed
                .credentials(Credentials::anonymous())
                .build()
                .is_ok()
        );
        // To nobody by default, and never without credentials being said.
        assert!(plain().danger_allow_plain_http().build().is_err());
    }
}
