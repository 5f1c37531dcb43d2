use std::str::FromStr;

use super::challenge::Style;
use crate::fault::ParseFaultError;

/// A challenge no client can answer.
///
/// As text: `missing`, `garbage`, `no-nonce`, `unknown-algorithm`, or `=TEXT` for the header
/// itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChallengeFault {
    /// No Digest challenge at all.
    Missing,
    /// A quoted string that never ends.
    Garbage,
    /// Everything but the nonce.
    NoNonce,
    /// Only an algorithm that no RFC has for Digest: `SHA3-512`.
    UnknownAlgorithm,
    /// This value of `WWW-Authenticate`, whatever it is. A value HTTP does not allow is left out.
    Literal(String),
}

impl ChallengeFault {
    /// The values of the headers to send.
    pub(super) fn headers(&self, look: &Style, nonce: &str, stale: bool) -> Vec<String> {
        let header = match self {
            Self::Missing => return Vec::new(),
            Self::Garbage => "Digest realm=\"MMS Public API, nonce=,, qop".to_owned(),
            Self::NoNonce => look.challenge(None, Some("MD5"), stale),
            Self::UnknownAlgorithm => look.challenge(Some(nonce), Some("SHA3-512"), stale),
            Self::Literal(header) => header.clone(),
        };
        vec![header]
    }
}

impl FromStr for ChallengeFault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "missing" => Self::Missing,
            "garbage" => Self::Garbage,
            "no-nonce" => Self::NoNonce,
            "unknown-algorithm" => Self::UnknownAlgorithm,
            _ => {
                let expected = "missing, garbage, no-nonce, unknown-algorithm or =TEXT";
                let literal = text.strip_prefix('=');
                let literal =
                    literal.ok_or_else(|| ParseFaultError::value("challenge", text, expected))?;
                Self::Literal(literal.to_owned())
            }
        })
    }
}
