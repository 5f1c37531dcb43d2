//! The base URL of an Atlas deployment.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use crate::model::ids::InvalidValue;

/// The public Atlas service (documented server).
const ATLAS: &str = "https://cloud.mongodb.com";

/// The most characters of a base URL. Servers refuse a request line of about 8,000.
const MAX_CHARS: usize = 2_000;

/// The base URL of an Atlas deployment: scheme, host and optional path prefix.
///
/// `https` is accepted for every host, plain `http` for loopback hosts only. Slashes at the end
/// are removed. It has at most 2,000 characters. The default is the public service, `https://cloud.mongodb.com` (documented).
///
/// ```
/// # use atlas_snapshots::BaseUrl;
/// assert_eq!(BaseUrl::default().as_str(), "https://cloud.mongodb.com");
/// assert_eq!("https://cloud.mongodb.com/".parse::<BaseUrl>()?, BaseUrl::default());
/// assert!("http://127.0.0.1:8080".parse::<BaseUrl>()?.is_loopback());
/// # Ok::<(), atlas_snapshots::InvalidValue>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BaseUrl {
    text: String,
    host: String,
    port: Option<u16>,
    is_https: bool,
    is_loopback: bool,
}

impl FromStr for BaseUrl {
    type Err = InvalidValue;

    /// # Errors
    ///
    /// [`InvalidValue`], which names the rule that the URL breaks. It does not repeat the URL,
    /// which may contain a secret.
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        Self::parse(text, false)
    }
}

impl BaseUrl {
    /// Checks `text`, with plain `http` to any host or only to loopback hosts.
    pub(crate) fn parse(text: &str, plain_http_allowed: bool) -> Result<Self, InvalidValue> {
        // Nothing of the URL is repeated: whatever is wrong with it, it may contain a secret.
        let refuse = |rule: &str| Err(InvalidValue::because(format!("the base URL {rule}")));
        if text.chars().count() > MAX_CHARS {
            return refuse(&format!("must have at most {MAX_CHARS} characters"));
        }
        // The parser would drop them, or read a backslash as a slash.
        if text.contains(is_misread) {
            return refuse("must not contain white space, control characters or backslashes");
        }
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
        // The parser allows more, such as `;token=…`.
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if url
            .domain()
            .is_some_and(|name| !name.chars().all(is_of_name))
        {
            return refuse("must have a valid host name");
        }
        let is_loopback = is_loopback(&url);
        if url.scheme() == "http" && !is_loopback && !plain_http_allowed {
            return refuse("must use https:// unless the host is loopback");
        }
        Ok(Self {
            text: url.as_str().trim_end_matches('/').to_owned(),
            host: url.host_str().unwrap_or_default().to_owned(),
            port: url.port_or_known_default(),
            is_https: url.scheme() == "https",
            is_loopback,
        })
    }

    /// The URL without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the host is this machine: `localhost`, `127.0.0.0/8` or `::1`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.is_loopback
    }

    pub(crate) fn is_https(&self) -> bool {
        self.is_https
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn port(&self) -> Option<u16> {
        self.port
    }
}

impl Default for BaseUrl {
    fn default() -> Self {
        Self {
            text: ATLAS.to_owned(),
            host: ATLAS.trim_start_matches("https://").to_owned(),
            port: Some(443),
            is_https: true,
            is_loopback: false,
        }
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
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

/// Whether parsers of URLs disagree about a character.
pub(super) fn is_misread(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == '\\'
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn slashes_at_the_end_are_removed() {
        for (given, normalized) in [
            ("https://cloud.mongodb.com/", "https://cloud.mongodb.com"),
            (
                "https://gateway.example/atlas//",
                "https://gateway.example/atlas",
            ),
            ("HTTPS://Cloud.MongoDB.com:443", "https://cloud.mongodb.com"),
        ] {
            assert_eq!(given.parse::<BaseUrl>().unwrap().as_str(), normalized);
        }
    }

    #[test]
    fn each_malformed_url_is_refused_with_its_rule() {
        for (bad, rule) in [
            ("", "scheme and host"),
            ("cloud.mongodb.com", "scheme and host"),
            ("cloud.mongodb.com:443", "must start with https://"),
            ("ftp://cloud.mongodb.com", "must start with https://"),
            ("https://", "scheme and host"),
            (" https://cloud.mongodb.com", "white space"),
            ("https://cloud.mongodb.com\n", "white space"),
            ("https://cloud.mon\tgodb.com", "white space"),
            ("https://cloud.mongodb.com/a b", "white space"),
            ("https://cloud.mongodb.com/\u{a0}", "white space"),
            ("https:\\\\cloud.mongodb.com", "backslashes"),
            (
                "https://cloud.mongodb.com\\@elsewhere.example",
                "backslashes",
            ),
            ("https://cloud.mongodb.com?x=1", "query or fragment"),
            ("https://cloud.mongodb.com#x", "query or fragment"),
            ("http://cloud.mongodb.com", "must use https://"),
            ("http://localhost.example", "must use https://"),
            ("http://128.0.0.1", "must use https://"),
        ] {
            let message = bad.parse::<BaseUrl>().unwrap_err().to_string();
            assert!(message.contains(rule), "{message}");
        }
    }

    #[test]
    fn a_url_that_is_too_long_is_refused_and_not_repeated() {
        let of = |chars: usize| {
            let host = "https://host/";
            format!("{host}{}", "a".repeat(chars - host.len())).parse::<BaseUrl>()
        };
        assert!(of(2_000).is_ok());
        let message = of(2_001).unwrap_err().to_string();
        assert_eq!(message, "the base URL must have at most 2000 characters");
    }

    #[test]
    fn a_refused_url_is_not_repeated() {
        for bad in [
            "https://me:sesame@host",
            "https://sesame@host",
            "https:/me:sesame@host",
            "https:me:sesame@host",
            "me:sesame@host",
            "ftp://me:sesame@h",
            "https://host?token=sesame",
            "https://host/?token=sesame",
            "https://host#sesame",
            "https://host/ sesame",
            "https://host;token=sesame",
            "https://host\\?token=sesame",
            "host?token=sesame",
            "sesame",
        ] {
            let error = bad.parse::<BaseUrl>().unwrap_err();
            assert!(!format!("{error} {error:?}").contains("sesame"), "{error}");
        }
    }
}
