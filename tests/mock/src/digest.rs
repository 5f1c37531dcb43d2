//! The server side of HTTP Digest (RFC 7616) with `qop=auth`, for API keys.
//!
//! It is written from the RFC and shares no code with any client.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use axum::http::{Method, Uri};
use md5::Md5;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::auth::{AuthFailure, random_token};
use crate::mock::{MockState, lock};
use crate::schedule::{Requested, Schedule};

/// The realm of the service.
const REALM: &str = "MMS Public API";

/// A hash function of HTTP Digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum DigestAlgorithm {
    /// MD5, which the service uses.
    #[cfg_attr(feature = "cli", value(name = "MD5"))]
    Md5,
    /// SHA-256, which RFC 7616 prefers.
    #[cfg_attr(feature = "cli", value(name = "SHA-256"))]
    Sha256,
}

impl DigestAlgorithm {
    fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }

    /// `H(data)` of RFC 7616, in lower-case hexadecimal.
    fn hash(self, data: &str) -> String {
        let hash = match self {
            Self::Md5 => Md5::digest(data).to_vec(),
            Self::Sha256 => Sha256::digest(data).to_vec(),
        };
        let digits = hash.iter().map(|byte| format!("{byte:02x}"));
        digits.collect::<Vec<_>>().concat()
    }
}

/// A challenge that no client can respond to, as broken proxies and gateways send it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChallengeFault {
    /// No Digest challenge: a 401 of something in between.
    Missing,
    /// A quoted string that never ends: a header that was cut off.
    Garbage,
    /// Everything but the nonce.
    NoNonce,
    /// Only an algorithm that no RFC defines for Digest, `SHA3-512`: a server newer than its clients.
    UnknownAlgorithm,
    /// This value of `WWW-Authenticate`. A value HTTP does not allow is left out.
    Literal(String),
}

/// The content of challenges, and how long their nonces are valid.
#[derive(Debug, Clone)]
pub(crate) struct DigestSettings {
    /// One challenge each, in this order; if empty, one that does not name its algorithm.
    pub(crate) algorithms: Vec<DigestAlgorithm>,
    pub(crate) in_one_header: bool,
    pub(crate) opaque: Option<String>,
    /// More directives, by name and value.
    pub(crate) directives: Vec<(String, String)>,
    pub(crate) nonce_lifetime: Option<Duration>,
    pub(crate) nonce_uses: Option<usize>,
    pub(crate) faults: Schedule<ChallengeFault>,
}

impl Default for DigestSettings {
    fn default() -> Self {
        Self {
            algorithms: vec![DigestAlgorithm::Md5],
            in_one_header: false,
            opaque: None,
            directives: Vec::new(),
            nonce_lifetime: None,
            nonce_uses: None,
            faults: Schedule::default(),
        }
    }
}

impl DigestSettings {
    /// One challenge, with the directives in the order of the service.
    fn challenge(&self, nonce: Option<&str>, algorithm: Option<&str>, stale: bool) -> String {
        let mut parts = vec![
            format!("Digest realm=\"{REALM}\""),
            "domain=\"\"".to_owned(),
        ];
        parts.extend(nonce.map(|nonce| format!("nonce=\"{nonce}\"")));
        parts.extend(algorithm.map(|name| format!("algorithm={name}")));
        parts.extend(["qop=\"auth\"".to_owned(), format!("stale={stale}")]);
        let opaque = self.opaque.iter().map(|opaque| ("opaque", opaque));
        let others = self.directives.iter().map(|(name, value)| (&**name, value));
        parts.extend(opaque.chain(others).map(|(name, value)| {
            let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
            format!("{name}=\"{escaped}\"")
        }));
        parts.join(", ")
    }

    /// The algorithm named in a response, if the challenges offer it. Unnamed, it is MD5.
    fn offered(&self, name: Option<&str>) -> Option<DigestAlgorithm> {
        let name = name.unwrap_or("MD5");
        let unnamed = [DigestAlgorithm::Md5];
        let offered = match self.algorithms.as_slice() {
            [] => &unnamed,
            named => named,
        };
        let mut offered = offered.iter();
        offered
            .find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
            .copied()
    }
}

/// All nonces ever issued, since one that is used up differs from one never issued.
pub(crate) type Nonces = HashMap<String, Nonce>;

/// An issued nonce.
#[derive(Debug)]
pub(crate) struct Nonce {
    issued: Instant,
    pub(crate) expired: bool,
    /// The counts it was used with, in any order.
    counts: HashSet<u32>,
}

impl MockState {
    /// The values of the `WWW-Authenticate` headers of a 401, with a new nonce.
    pub(crate) fn challenges(&self, stale: bool) -> Vec<String> {
        let settings = &self.settings.auth.digest;
        let nonce = random_token();
        let entry = Nonce {
            issued: Instant::now(),
            expired: false,
            counts: HashSet::new(),
        };
        lock(&self.nonces).insert(nonce.clone(), entry);
        let challenge = |name: Option<&str>| settings.challenge(Some(&nonce), name, stale);
        // Challenges belong to no page.
        match lock(&self.challenge_faults)
            .next(Requested::NO_OPERATION)
            .into_iter()
            .next()
        {
            None => {}
            Some(ChallengeFault::Missing) => return Vec::new(),
            Some(ChallengeFault::Garbage) => {
                return vec![format!("Digest realm=\"{REALM}, nonce=,, qop")];
            }
            Some(ChallengeFault::NoNonce) => {
                return vec![settings.challenge(None, Some("MD5"), stale)];
            }
            Some(ChallengeFault::UnknownAlgorithm) => return vec![challenge(Some("SHA3-512"))],
            Some(ChallengeFault::Literal(header)) => return vec![header],
        }
        if settings.algorithms.is_empty() {
            return vec![challenge(None)];
        }
        let algorithms = settings.algorithms.iter();
        let all: Vec<_> = algorithms
            .map(|algorithm| challenge(Some(algorithm.name())))
            .collect();
        if settings.in_one_header {
            return vec![all.join(", ")];
        }
        all
    }

    /// Checks the part of an `Authorization` header after `Digest `.
    ///
    /// The hash is checked before the nonce: only a client with the key learns that a nonce is
    /// stale.
    pub(crate) fn check_digest(
        &self,
        user: &str,
        secret: &str,
        parameters: &str,
        method: &Method,
        uri: &Uri,
    ) -> Result<(), AuthFailure> {
        let settings = &self.settings.auth.digest;
        let parameters = parse(parameters).ok_or(AuthFailure::Malformed)?;
        let sent = Signature::read(&parameters).ok_or(AuthFailure::Malformed)?;
        if sent.username != user {
            return Err(AuthFailure::UnknownUser);
        }
        // Path and query exactly as received, neither decoded nor reordered.
        if uri
            .path_and_query()
            .is_none_or(|target| target.as_str() != sent.uri)
        {
            return Err(AuthFailure::WrongTarget);
        }
        let algorithm = settings
            .offered(sent.algorithm)
            .ok_or(AuthFailure::WrongChallenge)?;
        if sent.realm != REALM || sent.opaque != settings.opaque.as_deref() {
            return Err(AuthFailure::WrongChallenge);
        }
        if sent.response != sent.expected(algorithm, secret, method.as_str()) {
            return Err(AuthFailure::WrongSecret);
        }
        let mut nonces = lock(&self.nonces);
        let nonce = nonces
            .get_mut(sent.nonce)
            .ok_or(AuthFailure::UnknownNonce)?;
        let lifetime = settings.nonce_lifetime;
        let is_old = lifetime.is_some_and(|lifetime| nonce.issued.elapsed() >= lifetime);
        let is_used_up = settings
            .nonce_uses
            .is_some_and(|uses| nonce.counts.len() >= uses);
        if nonce.expired || is_old || is_used_up {
            return Err(AuthFailure::StaleNonce);
        }
        if !nonce.counts.insert(sent.count) {
            return Err(AuthFailure::Replay);
        }
        Ok(())
    }
}

/// The parameters of a client's response to a challenge (RFC 7616 §3.4).
struct Signature<'a> {
    username: &'a str,
    realm: &'a str,
    nonce: &'a str,
    uri: &'a str,
    response: &'a str,
    cnonce: &'a str,
    /// As sent, with leading zeros.
    nc: &'a str,
    /// The value of `nc`.
    count: u32,
    algorithm: Option<&'a str>,
    opaque: Option<&'a str>,
}

impl<'a> Signature<'a> {
    /// `None` if a parameter is missing, malformed, or quoted against the RFC.
    fn read(parameters: &'a Parameters) -> Option<Self> {
        let get = |name: &str, quoted: bool| match parameters.get(name) {
            Some((value, is_quoted)) if *is_quoted == quoted => Some(value.as_str()),
            _ => None,
        };
        let optional = |name: &str, quoted: bool| match get(name, quoted) {
            None if parameters.contains_key(name) => None,
            value => Some(value),
        };
        // Eight hexadecimal digits in lower case; counting starts at 1.
        let nc = get("nc", false).filter(|nc| {
            nc.len() == 8
                && nc
                    .bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        })?;
        let count = u32::from_str_radix(nc, 16)
            .ok()
            .filter(|count| *count > 0)?;
        get("qop", false).filter(|qop| *qop == "auth")?;
        Some(Self {
            username: get("username", true)?,
            realm: get("realm", true)?,
            nonce: get("nonce", true)?,
            uri: get("uri", true)?,
            response: get("response", true)?,
            cnonce: get("cnonce", true)?,
            nc,
            count,
            algorithm: optional("algorithm", false)?,
            opaque: optional("opaque", true)?,
        })
    }

    /// The correct `response` (RFC 7616 §3.4.1).
    fn expected(&self, algorithm: DigestAlgorithm, secret: &str, method: &str) -> String {
        let Self {
            username,
            realm,
            nonce,
            uri,
            cnonce,
            nc,
            ..
        } = self;
        let a1 = algorithm.hash(&format!("{username}:{realm}:{secret}"));
        let a2 = algorithm.hash(&format!("{method}:{uri}"));
        algorithm.hash(&format!("{a1}:{nonce}:{nc}:{cnonce}:auth:{a2}"))
    }
}

/// Values by name in lower case, each with whether it is quoted.
type Parameters = HashMap<String, (String, bool)>;

/// Parses the parameters of an `Authorization` header (RFC 9110 §11.4): `None` for text that is
/// malformed or repeats a name.
fn parse(mut text: &str) -> Option<Parameters> {
    const BLANK: [char; 2] = [' ', '\t'];
    let mut parameters = Parameters::new();
    loop {
        let (name, rest) = split_token(text.trim_start_matches(BLANK))?;
        let rest = rest.trim_start_matches(BLANK).strip_prefix('=')?;
        let rest = rest.trim_start_matches(BLANK);
        let (value, is_quoted, rest) = if let Some(rest) = rest.strip_prefix('"') {
            let (value, rest) = split_quoted(rest)?;
            (value, true, rest)
        } else {
            let (value, rest) = split_token(rest)?;
            (value.to_owned(), false, rest)
        };
        let name = name.to_ascii_lowercase();
        if parameters.insert(name, (value, is_quoted)).is_some() {
            return None;
        }
        text = rest.trim_start_matches(BLANK);
        if text.is_empty() {
            return Some(parameters);
        }
        text = text.strip_prefix(',')?;
    }
}

fn split_token(text: &str) -> Option<(&str, &str)> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let end = text.bytes().position(|byte| !is_token(byte));
    let (token, rest) = text.split_at(end.unwrap_or(text.len()));
    (!token.is_empty()).then_some((token, rest))
}

/// The text before the closing quote, unescaped, and the text after it.
fn split_quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next()? {
            '"' => return Some((value, characters.as_str())),
            '\\' => value.push(characters.next()?),
            character => value.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_match_the_examples_of_rfc_7616() {
        let parameters = parse(
            r#"username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html",
            nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, qop=auth,
            cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", response="""#
                .replace('\n', "")
                .as_str(),
        )
        .unwrap();
        let signature = Signature::read(&parameters).unwrap();
        for (algorithm, expected) in [
            (DigestAlgorithm::Md5, "8ca523f5e9506fed4657c9700eebdbec"),
            (
                DigestAlgorithm::Sha256,
                "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
            ),
        ] {
            let response = signature.expected(algorithm, "Circle of Life", "GET");
            assert_eq!(response, expected);
        }
    }

    #[test]
    fn malformed_parameters_are_rejected() {
        let parameters = parse("  A=b , c = \"d, \\\"e\\\"\",f=\"\"  ").unwrap();
        assert_eq!(parameters["a"], ("b".to_owned(), false));
        assert_eq!(parameters["c"], ("d, \"e\"".to_owned(), true));
        assert_eq!(parameters["f"], (String::new(), true));
        for text in [
            "", "a", "a=", "=b", "a=b c=d", "a=\"b", "a=\"b\\", "a=\"b\"c", "a=b,,c=d", ",a=b",
            "a=b, A=c", "a=b@", "ä=b",
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
