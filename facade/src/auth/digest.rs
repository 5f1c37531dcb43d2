//! HTTP Digest (RFC 7616): one challenge for many requests.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, HeaderValue};
use http_auth::digest::Algorithm;
use http_auth::{ChallengeParser, DigestClient, PasswordParams};
use reqwest::Request;
use secrecy::{ExposeSecret, SecretString};
use url::Position;

use crate::error::{Error, ErrorKind, Result};

/// An API key and the challenge it currently answers.
pub(crate) struct DigestSession {
    public_key: String,
    private_key: SecretString,
    challenge: Mutex<Option<Challenge>>,
    /// Held by the one request that goes out unsigned to be challenged, while others wait.
    pub(crate) first: tokio::sync::Mutex<()>,
}

struct Challenge {
    client: DigestClient,
    /// Counts the challenges, so that a refusal can say which one it is about.
    generation: u64,
}

impl DigestSession {
    pub(crate) fn new(public_key: String, private_key: SecretString) -> Self {
        Self {
            public_key,
            private_key,
            challenge: Mutex::new(None),
            first: tokio::sync::Mutex::new(()),
        }
    }

    pub(crate) fn has_challenge(&self) -> bool {
        self.lock().is_some()
    }

    /// Signs `request` as it stands, path and query included. Gives the generation of the
    /// challenge answered, or `None` when there is no challenge yet.
    pub(crate) fn sign(&self, request: &mut Request) -> Result<Option<u64>> {
        let mut challenge = self.lock();
        let Some(challenge) = challenge.as_mut() else {
            return Ok(None);
        };
        let uri = request.url()[Position::BeforePath..Position::AfterQuery].to_owned();
        let answer = challenge
            .client
            .respond(&PasswordParams {
                username: &self.public_key,
                password: self.private_key.expose_secret(),
                uri: &uri,
                method: request.method().as_str(),
                body: Some(&[]),
            })
            .map_err(|why| failed(&format!("the challenge cannot be answered: {why}")))?;
        let mut header = HeaderValue::from_str(&answer)
            .map_err(|_| failed("the answer to the challenge cannot be sent in a header"))?;
        header.set_sensitive(true);
        request
            .headers_mut()
            .insert(http::header::AUTHORIZATION, header);
        Ok(Some(challenge.generation))
    }

    /// Takes up the challenge of a 401 to a request that answered generation `answered`, or was
    /// not signed. Another request may have done so already, which serves as well.
    ///
    /// # Errors
    ///
    /// `Auth` when there is no Digest challenge that can be answered.
    pub(crate) fn take_up(&self, headers: &HeaderMap, answered: Option<u64>) -> Result<()> {
        let mut current = self.lock();
        let generation = current.as_ref().map(|challenge| challenge.generation);
        if generation > answered {
            return Ok(());
        }
        let client = strongest(headers)?;
        *current = Some(Challenge {
            client,
            generation: generation.unwrap_or(0) + 1,
        });
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Challenge>> {
        self.challenge
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn private_key(&self) -> &str {
        self.private_key.expose_secret()
    }
}

/// The strongest challenge offered: SHA-256 before MD5.
fn strongest(headers: &HeaderMap) -> Result<DigestClient> {
    let (mut best, mut problem) = (None::<DigestClient>, None);
    let values = headers.get_all(WWW_AUTHENTICATE).iter();
    for value in values.filter_map(|value| value.to_str().ok()) {
        for challenge in ChallengeParser::new(value) {
            let Ok(challenge) = challenge else {
                problem = Some("it is malformed".to_owned());
                break;
            };
            if !challenge.scheme.eq_ignore_ascii_case("Digest") {
                continue;
            }
            match DigestClient::try_from(&challenge) {
                Ok(client) => {
                    if best
                        .as_ref()
                        .is_none_or(|best| strength(&client) > strength(best))
                    {
                        best = Some(client);
                    }
                }
                Err(why) => problem = Some(why),
            }
        }
    }
    best.ok_or_else(|| match problem {
        Some(why) => failed(&format!("the server's challenge cannot be used: {why}")),
        None => failed("the server asks for no Digest sign-in; is the base URL right?"),
    })
}

fn strength(client: &DigestClient) -> u8 {
    match client.algorithm() {
        Algorithm::Md5 => 0,
        _ => 1,
    }
}

fn failed(message: &str) -> Error {
    Error::new(ErrorKind::Auth)
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

    fn request(url: &str) -> Request {
        Request::new(reqwest::Method::GET, url.parse().unwrap())
    }

    fn signed(session: &DigestSession, url: &str) -> String {
        let mut request = request(url);
        session.sign(&mut request).unwrap().unwrap();
        let header = &request.headers()["authorization"];
        assert!(header.is_sensitive());
        header.to_str().unwrap().to_owned()
    }

    const ATLAS: &str = r#"Digest realm="MMS Public API", domain="", nonce="abc", algorithm=MD5, qop="auth", stale=false"#;

    #[test]
    fn without_a_challenge_nothing_is_signed() {
        let mut request = request("http://localhost/x");
        assert_eq!(session().sign(&mut request).unwrap(), None);
        assert!(request.headers().is_empty());
    }

    #[test]
    fn path_and_query_are_signed_and_the_nonce_is_counted() {
        let session = session();
        session.take_up(&challenge(&[ATLAS]), None).unwrap();
        for count in ["00000001", "00000002", "00000003"] {
            let answer = signed(&session, "http://localhost/a/b?pageNum=2&itemsPerPage=500");
            assert!(
                answer.contains(r#"uri="/a/b?pageNum=2&itemsPerPage=500""#),
                "{answer}"
            );
            assert!(answer.contains(&format!("nc={count}")), "{answer}");
            assert!(answer.contains(r#"nonce="abc""#) && answer.contains("qop=auth"));
            assert!(!answer.contains("sesame"));
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
            session.take_up(&offered, None).unwrap();
            assert!(signed(&session, "http://localhost/").contains("algorithm=SHA-256"));
        }
    }

    #[test]
    fn unknown_directives_and_algorithms_are_passed_over() {
        let odd = ATLAS.replace("MD5", "SHA3-512");
        let extended = ATLAS.replace("stale=false", "stale=false, shoe-size=\"43\"");
        let session = session();
        session
            .take_up(&challenge(&[&odd, &extended]), None)
            .unwrap();
        assert!(signed(&session, "http://localhost/").contains("algorithm=MD5"));
    }

    #[test]
    fn a_challenge_taken_up_by_another_request_serves_too() {
        let session = session();
        session.take_up(&challenge(&[ATLAS]), None).unwrap();
        let first = session.sign(&mut request("http://localhost/")).unwrap();
        let renewed = challenge(&[&ATLAS.replace("abc", "def")]);
        session.take_up(&renewed, first).unwrap();
        session
            .take_up(&challenge(&[&ATLAS.replace("abc", "ghi")]), first)
            .unwrap();
        assert!(signed(&session, "http://localhost/").contains(r#"nonce="def""#));
    }

    #[test]
    fn a_missing_or_malformed_challenge_is_an_error() {
        for (values, named) in [
            (&[][..], "no Digest sign-in"),
            (&["Basic realm=\"x\""], "no Digest sign-in"),
            (&["Bearer"], "no Digest sign-in"),
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
            let error = session().take_up(&challenge(values), None).unwrap_err();
            assert_eq!((error.kind(), error.status()), (ErrorKind::Auth, Some(401)));
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
        for (offered, password, cnonce, response) in [
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
            let mut client = strongest(&challenge(&[&offered])).unwrap();
            let answer = client
                .respond_with_testing_cnonce(
                    &PasswordParams {
                        username: "Mufasa",
                        password,
                        uri: "/dir/index.html",
                        method: "GET",
                        body: None,
                    },
                    cnonce,
                )
                .unwrap();
            assert!(
                answer.contains(&format!("response=\"{response}\"")),
                "{answer}"
            );
        }
    }
}
