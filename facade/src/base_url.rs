//! Where Atlas is.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use crate::error::{Error, Result};

/// The public Atlas service (documented server).
const ATLAS: &str = "cloud.mongodb.com";

/// Where Atlas is: scheme, host and optional path prefix, without a trailing slash.
///
/// `https` everywhere; plain `http` to loopback hosts only. The default is the public service,
/// `https://cloud.mongodb.com` (documented).
///
/// ```
/// # use atlas_snapshots::BaseUrl;
/// assert_eq!(BaseUrl::default().as_str(), "https://cloud.mongodb.com");
/// assert!("http://127.0.0.1:8080".parse::<BaseUrl>()?.is_loopback());
/// assert!("https://cloud.mongodb.com/".parse::<BaseUrl>().is_err());
/// # Ok::<(), atlas_snapshots::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BaseUrl {
    text: String,
    host: String,
    port: Option<u16>,
    is_loopback: bool,
}

impl FromStr for BaseUrl {
    type Err = Error;

    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument), naming the URL and the
    /// rule it breaks.
    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text, false)
    }
}

impl BaseUrl {
    /// Checks `text`, plain `http` to distant hosts included or not.
    pub(crate) fn parse(text: &str, plain_http_allowed: bool) -> Result<Self> {
        let refuse = |rule: &str| Err(Error::invalid("base URL", redacted(text), rule));
        let Ok(url) = Url::parse(text) else {
            return refuse("must be a URL with scheme and host, such as https://cloud.mongodb.com");
        };
        // `host:1234` parses as a URL whose scheme is `host`.
        if !matches!(url.scheme(), "http" | "https") {
            return refuse("must start with https:// (or http:// for a loopback host)");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("must not contain a user name or password");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("must not have a query or fragment");
        }
        if text.ends_with('/') {
            return refuse("must not end with a slash");
        }
        let is_loopback = is_loopback(&url);
        if url.scheme() == "http" && !is_loopback && !plain_http_allowed {
            return refuse("must use https:// unless the host is loopback");
        }
        Ok(Self {
            text: text.to_owned(),
            host: url.host_str().unwrap_or_default().to_owned(),
            port: url.port_or_known_default(),
            is_loopback,
        })
    }

    /// The text as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn needs_tls(&self) -> bool {
        self.text.starts_with("https")
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether the host is this machine: `localhost`, `127.0.0.0/8` or `::1`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.is_loopback
    }
}

impl Default for BaseUrl {
    fn default() -> Self {
        Self {
            text: format!("https://{ATLAS}"),
            host: ATLAS.to_owned(),
            port: Some(443),
            is_loopback: false,
        }
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A URL may carry a password by mistake: what stands before an `@` is not repeated.
pub(crate) fn redacted(text: &str) -> String {
    match (text.find("://"), text.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => {
            format!("{}***{}", &text[..scheme + 3], &text[at..])
        }
        (None, Some(at)) => format!("***{}", &text[at..]),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn https_anywhere_and_http_to_loopback_are_accepted() {
        for good in [
            "https://cloud.mongodb.com",
            "https://cloud.mongodbgov.com",
            "https://gateway.example:8443/atlas",
            "http://127.0.0.1:8080",
            "http://127.1.2.3",
            "http://localhost:1",
            "http://[::1]:8080",
        ] {
            assert_eq!(good.parse::<BaseUrl>().unwrap().as_str(), good);
        }
        assert_eq!(
            BaseUrl::default(),
            "https://cloud.mongodb.com".parse().unwrap()
        );
    }

    #[test]
    fn each_malformed_url_is_refused_with_its_rule() {
        for (bad, rule) in [
            ("", "scheme and host"),
            ("cloud.mongodb.com", "scheme and host"),
            ("cloud.mongodb.com:443", "must start with https://"),
            ("ftp://cloud.mongodb.com", "must start with https://"),
            ("https://", "scheme and host"),
            ("https://cloud.mongodb.com/", "must not end with a slash"),
            (
                "https://cloud.mongodb.com/api/",
                "must not end with a slash",
            ),
            ("https://cloud.mongodb.com?x=1", "query or fragment"),
            ("https://cloud.mongodb.com#x", "query or fragment"),
            ("http://cloud.mongodb.com", "must use https://"),
            ("http://localhost.example", "must use https://"),
            ("http://128.0.0.1", "must use https://"),
        ] {
            let error = bad.parse::<BaseUrl>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{bad}");
            let message = error.to_string();
            assert!(message.contains(rule), "{message}");
            assert!(message.contains(&format!("{bad:?}")), "{message}");
        }
    }

    #[test]
    fn a_password_in_the_url_is_refused_and_not_repeated() {
        for bad in [
            "https://me:sesame@host",
            "me:sesame@host",
            "ftp://me:sesame@h",
        ] {
            let message = bad.parse::<BaseUrl>().unwrap_err().to_string();
            assert!(!message.contains("sesame"), "{message}");
        }
    }
}
