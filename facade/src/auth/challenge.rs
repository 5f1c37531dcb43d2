//! Digest challenges of a server, and the responses to them (RFC 7616).

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;
use http_auth::{ChallengeParser, ChallengeRef};
use md5::Md5;
use percent_encoding::{AsciiSet, percent_decode_str, percent_encode};
use sha2::{Digest, Sha256};

use crate::error::{Error, ErrorKind, Result};

/// What is encoded besides bytes that are not ASCII, so that decoding restores every value.
const PERCENT: &AsciiSet = &AsciiSet::EMPTY.add(b'%');

/// The hash functions of the standard that are in use, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Algorithm {
    Md5,
    Sha256,
}

impl Algorithm {
    /// The hash of `parts`, colons between them, in hexadecimal.
    fn hash(self, parts: &[&[u8]]) -> String {
        let text = parts.join(&b':');
        match self {
            Self::Md5 => hex(&Md5::digest(text)),
            Self::Sha256 => hex(&Sha256::digest(text)),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    nibbles
        .map(|nibble| char::from(DIGITS[usize::from(nibble)]))
        .collect()
}

/// A challenge of the server. Its values are bytes, which go back as they came: a realm need not
/// be ASCII, and it is the server that knows its encoding.
#[derive(Debug)]
pub(crate) struct Challenge {
    realm: Vec<u8>,
    nonce: Vec<u8>,
    opaque: Option<Vec<u8>>,
    algorithm: Algorithm,
    /// As the server wrote it; omitted from the response where the server omitted it.
    algorithm_named: Option<Vec<u8>>,
    /// Whether the uses of the nonce are counted (`qop=auth`), as all but very old servers require.
    counts_uses: bool,
    /// Whether the request was rejected for its nonce alone.
    pub(crate) is_stale: bool,
}

/// What goes into the response besides the challenge.
pub(crate) struct Inputs<'a> {
    pub(crate) username: &'a str,
    pub(crate) password: &'a str,
    pub(crate) method: &'a str,
    /// Path and query as sent.
    pub(crate) uri: &'a str,
    pub(crate) nonce_count: u32,
    pub(crate) client_nonce: &'a str,
}

impl Challenge {
    /// The strongest challenge offered: SHA-256 before MD5, and the first of equals.
    ///
    /// # Errors
    ///
    /// `TokenRequest` when there is no Digest challenge that can be used.
    pub(crate) fn strongest(headers: &HeaderMap) -> Result<Self> {
        let (mut best, mut problem) = (None::<Self>, None);
        for value in headers.get_all(WWW_AUTHENTICATE) {
            // The parser takes nothing but ASCII.
            let value = percent_encode(value.as_bytes(), PERCENT).to_string();
            for challenge in ChallengeParser::new(&value) {
                let Ok(challenge) = challenge else {
                    problem = Some("it is malformed");
                    break;
                };
                if !challenge.scheme.eq_ignore_ascii_case("Digest") {
                    continue;
                }
                match Self::read(&challenge) {
                    Ok(read) => {
                        let better = |best: &Self| read.algorithm > best.algorithm;
                        if best.as_ref().is_none_or(better) {
                            best = Some(read);
                        }
                    }
                    Err(why) => problem = Some(why),
                }
            }
        }
        best.ok_or_else(|| match problem {
            Some(why) => failed(&format!("the server's challenge cannot be used: {why}")),
            None => failed("the server does not use Digest authentication; check the base URL"),
        })
    }

    /// Reads a challenge. Unknown directives are ignored.
    fn read(challenge: &ChallengeRef<'_>) -> std::result::Result<Self, &'static str> {
        let directive = |name: &str| -> Option<Vec<u8>> {
            let mut named = challenge.params.iter();
            let (_, value) = named.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
            Some(percent_decode_str(&value.to_unescaped()).collect())
        };
        let algorithm_named = directive("algorithm");
        let algorithm = match &algorithm_named {
            None => Algorithm::Md5,
            Some(name) if name.eq_ignore_ascii_case(b"MD5") => Algorithm::Md5,
            Some(name) if name.eq_ignore_ascii_case(b"SHA-256") => Algorithm::Sha256,
            Some(_) => return Err("its algorithm is unknown"),
        };
        let qualities = directive("qop");
        let is_auth = |quality: &[u8]| quality.trim_ascii().eq_ignore_ascii_case(b"auth");
        let has_auth = |given: &[u8]| given.split(|byte| *byte == b',').any(is_auth);
        if qualities.as_deref().is_some_and(|given| !has_auth(given)) {
            return Err("its qop is not auth");
        }
        Ok(Self {
            realm: directive("realm").ok_or("it has no realm")?,
            nonce: directive("nonce").ok_or("it has no nonce")?,
            opaque: directive("opaque"),
            algorithm,
            algorithm_named,
            counts_uses: qualities.is_some(),
            is_stale: directive("stale").is_some_and(|stale| stale.eq_ignore_ascii_case(b"true")),
        })
    }

    /// The `Authorization` header (RFC 7616 §3.4.1; without `qop`, RFC 2069).
    pub(crate) fn respond(&self, inputs: &Inputs<'_>) -> Vec<u8> {
        let hash = |parts: &[&[u8]]| self.algorithm.hash(parts);
        let bytes = str::as_bytes;
        let count = format!("{:08x}", inputs.nonce_count);
        let who = hash(&[bytes(inputs.username), &self.realm, bytes(inputs.password)]);
        let what = hash(&[bytes(inputs.method), bytes(inputs.uri)]);
        let response = if self.counts_uses {
            hash(&[
                bytes(&who),
                &self.nonce,
                bytes(&count),
                bytes(inputs.client_nonce),
                b"auth",
                bytes(&what),
            ])
        } else {
            hash(&[bytes(&who), &self.nonce, bytes(&what)])
        };
        let mut directives = vec![
            quoted("username", bytes(inputs.username)),
            quoted("realm", &self.realm),
            quoted("nonce", &self.nonce),
            quoted("uri", bytes(inputs.uri)),
            quoted("response", bytes(&response)),
        ];
        if let Some(algorithm) = &self.algorithm_named {
            directives.push([b"algorithm=", &**algorithm].concat());
        }
        if self.counts_uses {
            directives.push(format!("qop=auth, nc={count}").into());
            directives.push(quoted("cnonce", bytes(inputs.client_nonce)));
        }
        if let Some(opaque) = &self.opaque {
            directives.push(quoted("opaque", opaque));
        }
        [b"Digest ", &*directives.join(&b", "[..])].concat()
    }
}

fn quoted(name: &str, value: &[u8]) -> Vec<u8> {
    let mut directive = format!("{name}=\"").into_bytes();
    for byte in value {
        if matches!(byte, b'"' | b'\\') {
            directive.push(b'\\');
        }
        directive.push(*byte);
    }
    directive.push(b'"');
    directive
}

pub(super) fn failed(message: &str) -> Error {
    Error::new(ErrorKind::TokenRequest)
        .with_status(401)
        .with_message(message)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(values: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(WWW_AUTHENTICATE, HeaderValue::from_bytes(value).unwrap());
        }
        headers
    }

    /// The response of `Mufasa` to a challenge.
    fn respond(offered: &[&[u8]], password: &str, client_nonce: &str) -> Vec<u8> {
        let challenge = Challenge::strongest(&headers(offered)).unwrap();
        challenge.respond(&Inputs {
            username: "Mufasa",
            password,
            uri: "/dir/index.html",
            method: "GET",
            nonce_count: 1,
            client_nonce,
        })
    }

    fn text(offered: &[&[u8]]) -> String {
        String::from_utf8(respond(offered, "sesame", "0a4f113b")).unwrap()
    }

    const ATLAS: &str = r#"Digest realm="MMS Public API", domain="", nonce="abc", algorithm=MD5, qop="auth", stale=false"#;

    #[test]
    fn sha_256_is_preferred_wherever_it_stands() {
        let sha = ATLAS.replace("MD5", "SHA-256");
        let (md5, sha) = (ATLAS.as_bytes(), sha.as_bytes());
        for offered in [
            &[md5, sha][..],
            &[sha, md5],
            &[&[b"Basic realm=\"x\", ", md5, b", ", sha].concat()],
            &[&[sha, b", Negotiate, ", md5, b",Basic"].concat()],
        ] {
            assert!(text(offered).contains("algorithm=SHA-256"));
        }
    }

    #[test]
    fn unknown_directives_and_algorithms_are_ignored() {
        let odd = ATLAS.replace("MD5", "SHA3-512");
        let extended = ATLAS.replace("stale=false", "stale=false, shoe-size=\"43\"");
        let response = text(&[odd.as_bytes(), extended.as_bytes()]);
        assert!(response.contains("algorithm=MD5"));
    }

    #[test]
    fn stale_is_read_as_it_is_written() {
        for (stale, expected) in [
            ("stale=true", true),
            ("stale=\"TRUE\"", true),
            ("stale=false", false),
            ("stale=1", false),
            ("opaque=\"\"", false),
        ] {
            let offered = ATLAS.replace("stale=false", stale);
            let challenge = Challenge::strongest(&headers(&[offered.as_bytes()])).unwrap();
            assert_eq!(challenge.is_stale, expected, "{stale}");
        }
    }

    #[test]
    fn values_that_are_not_ascii_go_back_as_they_came() {
        for realm in [
            "Zürich".as_bytes(),
            b"Z\xfcrich",
            b"\xff\xfe",
            "10 % für \"dich\"\\".as_bytes(),
            b"%C3%BC",
        ] {
            let offered = [
                &quoted("Digest realm", realm),
                &b", nonce=\"\xfc\", charset=UTF-8"[..],
            ];
            let response = respond(&[&offered.concat()], "sesame", "");
            let who = Algorithm::Md5.hash(&[b"Mufasa", realm, b"sesame"]);
            let what = Algorithm::Md5.hash(&[b"GET", b"/dir/index.html"]);
            let hash = Algorithm::Md5.hash(&[who.as_bytes(), b"\xfc", what.as_bytes()]);
            let parts = [
                &b"Digest username=\"Mufasa\", "[..],
                &quoted("realm", realm),
                b", nonce=\"\xfc\", uri=\"/dir/index.html\", ",
                &quoted("response", hash.as_bytes()),
            ];
            assert_eq!(response, parts.concat());
        }
    }

    #[test]
    fn a_missing_or_malformed_challenge_is_an_error() {
        for (values, named) in [
            (&[][..], "does not use Digest"),
            (&[&b"Basic realm=\"x\""[..]], "does not use Digest"),
            (&[b"Bearer"], "does not use Digest"),
            (&[b"\xff"], "does not use Digest"),
            (&[b"Digest"], "cannot be used"),
            (&[b"Digest realm=\"x\""], "nonce"),
            (&[b"Digest nonce=\"x\", qop=\"auth\""], "realm"),
            (
                &[b"Digest realm=\"x\", nonce=\"y\", qop=\"auth-int-only\""],
                "qop",
            ),
            (&[b"Digest realm=\"x"], "cannot be used"),
            (&[b"=,=,\"\""], "cannot be used"),
        ] {
            let error = Challenge::strongest(&headers(values)).unwrap_err();
            assert_eq!(
                (error.kind(), error.status()),
                (ErrorKind::TokenRequest, Some(401))
            );
            assert!(error.to_string().contains(named), "{values:?}: {error}");
        }
    }

    /// The examples of RFC 7616 §3.9.1 (MD5 and SHA-256) and RFC 2617 §3.5.
    #[test]
    fn the_examples_of_the_standards_come_out() {
        let rfc7616 = |algorithm: &str| {
            format!(
                "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", \
                 algorithm={algorithm}, nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
                 opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
            )
        };
        let rfc2617 = "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", \
             nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", \
             opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";
        let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        for (offered, password, cnonce, expected) in [
            (
                rfc7616("MD5"),
                "Circle of Life",
                cnonce,
                "8ca523f5e9506fed4657c9700eebdbec",
            ),
            (
                rfc7616("SHA-256"),
                "Circle of Life",
                cnonce,
                "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
            ),
            (
                rfc2617.to_owned(),
                "Circle Of Life",
                "0a4f113b",
                "6629fae49393a05397450978507c4ef1",
            ),
        ] {
            let response = respond(&[offered.as_bytes()], password, cnonce);
            let response = String::from_utf8(response).unwrap();
            assert!(
                response.contains(&format!("response=\"{expected}\"")),
                "{response}"
            );
        }
    }

    /// The example of RFC 2617, for a server that sends no `qop`, as RFC 2069 has it.
    #[test]
    fn servers_without_qop_get_the_old_response() {
        let offered = b"Digest realm=\"testrealm@host.com\", \
             nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", \
             opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";
        let response = respond(&[offered], "CircleOfLife", "unused");
        let response = String::from_utf8(response).unwrap();
        assert!(
            response.contains("response=\"1949323746fe6a43ef61f9606e7febea\""),
            "{response}"
        );
        assert!(!response.contains("qop") && !response.contains("algorithm"));
    }

    #[test]
    fn quotes_are_escaped() {
        assert_eq!(quoted("x", br#"a"b\c"#), br#"x="a\"b\\c""#);
    }
}
