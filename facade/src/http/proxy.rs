//! Proxies: which URLs can be used, and which one the environment names.
//!
//! The HTTP client ignores a proxy that it cannot use, and would connect directly.

use std::ffi::OsString;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

use super::base_url::{BaseUrl, is_misread};
use crate::model::ids::InvalidValue;

/// Checks the URL of a proxy, which the message calls `name`. It may contain a password and is
/// not repeated.
pub(crate) fn check(name: &str, url: &str) -> Result<(), InvalidValue> {
    let refuse = |rule: &str| Err(InvalidValue::because(format!("{name} {rule}")));
    if url.contains(is_misread) {
        return refuse("must not contain white space, control characters or backslashes");
    }
    // Without a scheme, it is http.
    let scheme = url.split_once("://").map_or("http", |(scheme, _)| scheme);
    let is_supported = ["http", "https"].contains(&&*scheme.to_ascii_lowercase());
    let matcher = Matcher::builder().all(url).build();
    if is_supported && matcher.intercept(&Uri::from_static("https://a")).is_some() {
        return Ok(());
    }
    refuse("must be an http:// or https:// URL, such as http://proxy.example:3128")
}

/// Checks the proxy that the environment names for requests to `base_url`, if any.
pub(crate) fn check_environment(
    base_url: &BaseUrl,
    variables: impl Fn(&str) -> Option<OsString>,
) -> Result<(), InvalidValue> {
    // The first of the names that is set counts, even where it is empty.
    let first = |names: [&'static str; 2]| {
        let found = names.map(|name| (name, variables(name)));
        let (name, value) = found.into_iter().find(|(_, value)| value.is_some())?;
        Some((name, value.filter(|value| !value.is_empty())?))
    };
    let names = if base_url.is_https() {
        ["HTTPS_PROXY", "https_proxy"]
    } else {
        ["HTTP_PROXY", "http_proxy"]
    };
    let Some((name, url)) = first(names).or_else(|| first(["ALL_PROXY", "all_proxy"])) else {
        return Ok(());
    };
    // A CGI program uses no proxy: the header `Proxy` of a request would be `HTTP_PROXY`.
    let is_cgi = variables("REQUEST_METHOD").is_some();
    if is_cgi || is_exempt(base_url, first(["NO_PROXY", "no_proxy"])) {
        return Ok(());
    }
    match url.to_str() {
        Some(url) => check(name, url),
        None => Err(InvalidValue::because(format!("{name} is not valid UTF-8"))),
    }
}

/// Whether requests to `base_url` use no proxy.
fn is_exempt(base_url: &BaseUrl, no_proxy: Option<(&str, OsString)>) -> bool {
    let (Some((_, list)), Ok(uri)) = (no_proxy, base_url.as_str().parse::<Uri>()) else {
        return false;
    };
    let proxy = Matcher::builder()
        .all("http://a")
        .no(&*list.to_string_lossy());
    proxy.build().intercept(&uri).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_and_https_proxies_are_accepted() {
        for good in [
            "http://proxy.example:3128",
            "HTTPS://proxy.example",
            "http://user:sesame@proxy.example:3128/",
            "http://[::1]:3128",
            "proxy.example:3128",
            "localhost:3128",
            "proxy.example",
        ] {
            assert!(check("the proxy", good).is_ok(), "{good}");
        }
    }

    #[test]
    fn any_other_proxy_is_refused_and_not_repeated() {
        for (bad, rule) in [
            ("ftp://sesame.example", "http:// or https://"),
            ("socks5://sesame.example:1080", "http:// or https://"),
            ("socks5h://sesame.example", "http:// or https://"),
            ("htp://sesame.example", "http:// or https://"),
            ("://sesame.example", "http:// or https://"),
            ("http://", "http:// or https://"),
            ("", "http:// or https://"),
            (" http://sesame.example", "white space"),
            ("http://sesame.example\n", "white space"),
            ("http://user:pass word@sesame.example", "white space"),
            ("http:\\\\sesame.example", "backslashes"),
        ] {
            let error = check("the proxy", bad).unwrap_err();
            let message = format!("{error} {error:?}");
            assert!(message.contains("the proxy must"), "{bad}: {message}");
            assert!(message.contains(rule), "{bad}: {message}");
            assert!(!message.contains("sesame"), "{message}");
        }
    }

    #[test]
    fn the_proxy_of_the_environment_is_checked_where_it_would_be_used() {
        let (atlas, test) = ("https://cloud.mongodb.com", "http://atlas.example");
        let (good, bad) = ("http://proxy.example", "ftp://sesame.example");
        for (base_url, variables, refused) in [
            (atlas, &[][..], None),
            (atlas, &[("HTTPS_PROXY", good)], None),
            (atlas, &[("HTTPS_PROXY", "")], None),
            (atlas, &[("HTTPS_PROXY", bad)], Some("HTTPS_PROXY")),
            (atlas, &[("https_proxy", bad)], Some("https_proxy")),
            (atlas, &[("ALL_PROXY", bad)], Some("ALL_PROXY")),
            (atlas, &[("HTTP_PROXY", bad)], None),
            (test, &[("HTTP_PROXY", bad)], Some("HTTP_PROXY")),
            (test, &[("HTTPS_PROXY", bad)], None),
            // As the HTTP client reads them.
            (atlas, &[("HTTPS_PROXY", good), ("https_proxy", bad)], None),
            (atlas, &[("HTTPS_PROXY", good), ("ALL_PROXY", bad)], None),
            (atlas, &[("HTTPS_PROXY", ""), ("https_proxy", bad)], None),
            (
                atlas,
                &[("HTTPS_PROXY", ""), ("all_proxy", bad)],
                Some("all_proxy"),
            ),
            (
                atlas,
                &[("HTTPS_PROXY", bad), ("ALL_PROXY", good)],
                Some("HTTPS_PROXY"),
            ),
            (
                atlas,
                &[("HTTPS_PROXY", bad), ("NO_PROXY", ".mongodb.com")],
                None,
            ),
            (atlas, &[("HTTPS_PROXY", bad), ("no_proxy", "*")], None),
            (
                atlas,
                &[("HTTPS_PROXY", bad), ("NO_PROXY", "other.example")],
                Some("HTTPS_PROXY"),
            ),
            (
                atlas,
                &[("HTTPS_PROXY", bad), ("REQUEST_METHOD", "GET")],
                None,
            ),
        ] {
            let base_url = BaseUrl::parse(base_url, true).unwrap();
            let checked = check_environment(&base_url, |name| {
                let found = variables.iter().find(|(variable, _)| *variable == name);
                found.map(|(_, value)| OsString::from(value))
            });
            let message = checked.err().map(|error| error.to_string());
            let name = message
                .as_deref()
                .and_then(|message| message.split(' ').next());
            assert_eq!(name, refused, "{variables:?}");
        }
    }
}
