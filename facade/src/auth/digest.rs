//! HTTP Digest authentication (RFC 7616), with one challenge for many requests.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_auth::{ChallengeParser, ChallengeRef};
use md5::Md5;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::single_flight::SingleFlight;
use crate::error::{Error, ErrorKind, Result};

/// An API key and the server's current challenge.
pub(super) struct DigestSession {
    public_key: String,
    private_key: SecretString,
    state: Mutex<State>,
    /// The request that is sent without authorization to be challenged.
    pub(super) first: SingleFlight<NoChallenge>,
}

#[derive(Default)]
struct State {
    current: Option<Current>,
    /// Whether a request without authorization was accepted, or refused for another reason.
    is_unchallenged: bool,
}

/// Why it is not known whether the server challenges requests.
#[derive(Debug, Clone)]
pub(super) enum NoChallenge {
    /// No response, or a challenge that cannot be used.
    Failed(Error),
    /// A response that says nothing about it, such as 503.
    Busy(Response<Bytes>),
}

struct Current {
    challenge: Challenge,
    /// How often its nonce has been used.
    uses: u32,
    /// The number of the challenge, so that a rejection can be matched to it.
    generation: u64,
}

impl DigestSession {
    pub(super) fn new(public_key: String, private_key: SecretString) -> Self {
        Self {
            public_key,
            private_key,
            state: Mutex::default(),
            first: SingleFlight::default(),
        }
    }

    /// Whether requests can be sent at once: there is a challenge, or the server sends none.
    pub(super) fn is_ready(&self) -> bool {
        let state = self.lock();
        state.current.is_some() || state.is_unchallenged
    }

    /// Records that the server accepts requests without authorization, until it challenges one.
    pub(super) fn note_unchallenged(&self) {
        self.lock().is_unchallenged = true;
    }

    /// Authorizes `request` as it is, path and query included. Returns the number of the
    /// challenge that was used, or `None` where there is none yet.
    pub(super) fn authorize(&self, request: &mut Request<Bytes>) -> Result<Option<u64>> {
        let mut state = self.lock();
        let Some(current) = state.current.as_mut() else {
            return Ok(None);
        };
        current.uses = current.uses.checked_add(1).unwrap_or(1);
        let authorization = current.challenge.respond(&Inputs {
            username: &self.public_key,
            password: self.private_key.expose_secret(),
            method: request.method().as_str(),
            uri: request
                .uri()
                .path_and_query()
                .map_or("/", |uri| uri.as_str()),
            nonce_count: current.uses,
            client_nonce: &client_nonce(),
        });
        let mut header = HeaderValue::from_str(&authorization)
            .map_err(|_| failed("the response to the challenge cannot be sent in a header"))?;
        header.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, header);
        Ok(Some(current.generation))
    }

    /// Takes over the challenge of a 401 response to a request that used challenge number
    /// `used`, or none. Another request may have done so already, which is as good.
    ///
    /// # Errors
    ///
    /// `TokenRequest` when the response has no usable Digest challenge.
    pub(super) fn update_challenge(&self, headers: &HeaderMap, used: Option<u64>) -> Result<()> {
        let mut state = self.lock();
        let generation = state.current.as_ref().map(|current| current.generation);
        if generation > used {
            return Ok(());
        }
        let challenge = strongest(headers)?;
        state.current = Some(Current {
            challenge,
            uses: 0,
            generation: generation.unwrap_or(0) + 1,
        });
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The hash functions of the standard that are in use, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Algorithm {
    Md5,
    Sha256,
}

impl Algorithm {
    /// The hash of `parts`, colons between them, in hexadecimal.
    fn hash(self, parts: &[&str]) -> String {
        let text = parts.join(":");
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

/// A challenge of the server.
#[derive(Debug)]
struct Challenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Algorithm,
    /// As the server wrote it; omitted from the response where the server omitted it.
    algorithm_named: Option<String>,
    /// Whether the uses of the nonce are counted (`qop=auth`), as all but very old servers require.
    counts_uses: bool,
}

/// What goes into the response besides the challenge.
struct Inputs<'a> {
    username: &'a str,
    password: &'a str,
    method: &'a str,
    /// Path and query as sent.
    uri: &'a str,
    nonce_count: u32,
    client_nonce: &'a str,
}

impl Challenge {
    /// Reads a challenge. Unknown directives are ignored.
    fn read(challenge: &ChallengeRef<'_>) -> std::result::Result<Self, &'static str> {
        let directive = |name: &str| {
            let mut named = challenge.params.iter();
            let found = named.find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.to_unescaped())
        };
        let algorithm_named = directive("algorithm");
        let algorithm = match &algorithm_named {
            None => Algorithm::Md5,
            Some(name) if name.eq_ignore_ascii_case("MD5") => Algorithm::Md5,
            Some(name) if name.eq_ignore_ascii_case("SHA-256") => Algorithm::Sha256,
            Some(_) => return Err("its algorithm is unknown"),
        };
        let qualities = directive("qop");
        let has_auth = |given: &str| {
            given
                .split(',')
                .any(|q| q.trim().eq_ignore_ascii_case("auth"))
        };
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
        })
    }

    /// The `Authorization` header (RFC 7616 §3.4.1; without `qop`, RFC 2069).
    fn respond(&self, inputs: &Inputs<'_>) -> String {
        let hash = |parts: &[&str]| self.algorithm.hash(parts);
        let count = format!("{:08x}", inputs.nonce_count);
        let who = hash(&[inputs.username, &self.realm, inputs.password]);
        let what = hash(&[inputs.method, inputs.uri]);
        let response = if self.counts_uses {
            hash(&[
                &who,
                &self.nonce,
                &count,
                inputs.client_nonce,
                "auth",
                &what,
            ])
        } else {
            hash(&[&who, &self.nonce, &what])
        };
        let mut directives = vec![
            format!("username={}", quoted(inputs.username)),
            format!("realm={}", quoted(&self.realm)),
            format!("nonce={}", quoted(&self.nonce)),
            format!("uri={}", quoted(inputs.uri)),
            format!("response={}", quoted(&response)),
        ];
        if let Some(algorithm) = &self.algorithm_named {
            directives.push(format!("algorithm={algorithm}"));
        }
        if self.counts_uses {
            directives.push(format!("qop=auth, nc={count}"));
            directives.push(format!("cnonce={}", quoted(inputs.client_nonce)));
        }
        if let Some(opaque) = &self.opaque {
            directives.push(format!("opaque={}", quoted(opaque)));
        }
        format!("Digest {}", directives.join(", "))
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', r#"\""#))
}

/// 128 unpredictable bits: the standard library seeds its hashers from the system.
fn client_nonce() -> String {
    let half = || RandomState::new().hash_one(());
    format!("{:016x}{:016x}", half(), half())
}

/// The strongest challenge offered: SHA-256 before MD5, and the first of equals.
fn strongest(headers: &HeaderMap) -> Result<Challenge> {
    let (mut best, mut problem) = (None::<Challenge>, None);
    let values = headers.get_all(WWW_AUTHENTICATE).iter();
    for value in values.filter_map(|value| value.to_str().ok()) {
        for challenge in ChallengeParser::new(value) {
            let Ok(challenge) = challenge else {
                problem = Some("it is malformed");
                break;
            };
            if !challenge.scheme.eq_ignore_ascii_case("Digest") {
                continue;
            }
            match Challenge::read(&challenge) {
                Ok(read) => {
                    let better = |best: &Challenge| read.algorithm > best.algorithm;
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

fn failed(message: &str) -> Error {
    Error::new(ErrorKind::TokenRequest)
        .with_status(401)
        .with_message(message)
}

impl fmt::Debug for DigestSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DigestSession")
            .field("public_key", &self.public_key)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(WWW_AUTHENTICATE, value.parse().unwrap());
        }
        headers
    }

    fn session() -> DigestSession {
        DigestSession::new("public".to_owned(), "sesame".to_owned().into())
    }

    fn request(url: &str) -> Request<Bytes> {
        Request::get(url).body(Bytes::new()).unwrap()
    }

    fn authorized(session: &DigestSession, url: &str) -> String {
        let mut request = request(url);
        session.authorize(&mut request).unwrap().unwrap();
        let header = &request.headers()["authorization"];
        assert!(header.is_sensitive());
        header.to_str().unwrap().to_owned()
    }

    const ATLAS: &str = r#"Digest realm="MMS Public API", domain="", nonce="abc", algorithm=MD5, qop="auth", stale=false"#;

    #[test]
    fn without_a_challenge_nothing_is_authorized() {
        let mut request = request("http://localhost/x");
        assert_eq!(session().authorize(&mut request).unwrap(), None);
        assert!(request.headers().is_empty());
    }

    #[test]
    fn path_and_query_are_covered_and_the_nonce_is_counted() {
        let session = session();
        session
            .update_challenge(&challenge(&[ATLAS]), None)
            .unwrap();
        for count in ["00000001", "00000002", "00000003"] {
            let response = authorized(&session, "http://localhost/a/b?pageNum=2&itemsPerPage=500");
            assert!(
                response.contains(r#"uri="/a/b?pageNum=2&itemsPerPage=500""#),
                "{response}"
            );
            assert!(response.contains(&format!("nc={count}")), "{response}");
            assert!(response.contains(r#"nonce="abc""#) && response.contains("qop=auth"));
            assert!(!response.contains("sesame"));
        }
    }

    #[test]
    fn sha_256_is_preferred_wherever_it_stands() {
        let sha = ATLAS.replace("MD5", "SHA-256");
        for offered in [
            challenge(&[ATLAS, &sha]),
            challenge(&[&sha, ATLAS]),
            challenge(&[&format!("Basic realm=\"x\", {ATLAS}, {sha}")]),
        ] {
            let session = session();
            session.update_challenge(&offered, None).unwrap();
            assert!(authorized(&session, "http://localhost/").contains("algorithm=SHA-256"));
        }
    }

    #[test]
    fn unknown_directives_and_algorithms_are_ignored() {
        let odd = ATLAS.replace("MD5", "SHA3-512");
        let extended = ATLAS.replace("stale=false", "stale=false, shoe-size=\"43\"");
        let session = session();
        session
            .update_challenge(&challenge(&[&odd, &extended]), None)
            .unwrap();
        assert!(authorized(&session, "http://localhost/").contains("algorithm=MD5"));
    }

    #[test]
    fn a_challenge_taken_over_by_another_request_is_as_good() {
        let session = session();
        session
            .update_challenge(&challenge(&[ATLAS]), None)
            .unwrap();
        let first = session
            .authorize(&mut request("http://localhost/"))
            .unwrap();
        let renewed = challenge(&[&ATLAS.replace("abc", "def")]);
        session.update_challenge(&renewed, first).unwrap();
        session
            .update_challenge(&challenge(&[&ATLAS.replace("abc", "ghi")]), first)
            .unwrap();
        assert!(authorized(&session, "http://localhost/").contains(r#"nonce="def""#));
    }

    #[test]
    fn a_missing_or_malformed_challenge_is_an_error() {
        for (values, named) in [
            (&[][..], "does not use Digest"),
            (&["Basic realm=\"x\""], "does not use Digest"),
            (&["Bearer"], "does not use Digest"),
            (&["Digest"], "cannot be used"),
            (&["Digest realm=\"x\""], "nonce"),
            (&["Digest nonce=\"x\", qop=\"auth\""], "realm"),
            (
                &["Digest realm=\"x\", nonce=\"y\", qop=\"auth-int-only\""],
                "qop",
            ),
            (&["Digest realm=\"x"], "cannot be used"),
            (&["=,=,\"\""], "cannot be used"),
        ] {
            let error = session()
                .update_challenge(&challenge(values), None)
                .unwrap_err();
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
            let challenge = strongest(&challenge(&[&offered])).unwrap();
            let response = challenge.respond(&Inputs {
                username: "Mufasa",
                password,
                uri: "/dir/index.html",
                method: "GET",
                nonce_count: 1,
                client_nonce: cnonce,
            });
            assert!(
                response.contains(&format!("response=\"{expected}\"")),
                "{response}"
            );
        }
    }

    /// The example of RFC 2617, for a server that sends no `qop`, as RFC 2069 has it.
    #[test]
    fn servers_without_qop_get_the_old_response() {
        let offered = "Digest realm=\"testrealm@host.com\", \
             nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", \
             opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";
        let challenge = strongest(&challenge(&[offered])).unwrap();
        let response = challenge.respond(&Inputs {
            username: "Mufasa",
            password: "CircleOfLife",
            uri: "/dir/index.html",
            method: "GET",
            nonce_count: 1,
            client_nonce: "unused",
        });
        assert!(
            response.contains("response=\"1949323746fe6a43ef61f9606e7febea\""),
            "{response}"
        );
        assert!(!response.contains("qop") && !response.contains("algorithm"));
    }

    #[test]
    fn quotes_are_escaped_and_client_nonces_differ() {
        assert_eq!(quoted(r#"a"b\c"#), r#""a\"b\\c""#);
        let (one, other) = (client_nonce(), client_nonce());
        assert_eq!((one.len(), one == other), (32, false));
    }
}
