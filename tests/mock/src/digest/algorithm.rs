use std::str::FromStr;

use md5::Md5;
use sha2::{Digest, Sha256};

use crate::fault::ParseFaultError;

/// A hash function of HTTP Digest.
///
/// As text: `MD5`, `SHA-256`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DigestAlgorithm {
    /// MD5, which the service uses.
    Md5,
    /// SHA-256, which RFC 7616 prefers.
    Sha256,
}

impl DigestAlgorithm {
    /// The name on the wire.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }

    /// `H(data)` of RFC 7616, in lower-case hexadecimal.
    fn hash(self, data: &str) -> String {
        match self {
            Self::Md5 => hex(&Md5::digest(data)),
            Self::Sha256 => hex(&Sha256::digest(data)),
        }
    }

    /// The `response` of RFC 7616 §3.4.1, for `qop=auth`.
    pub(super) fn response(self, proof: &Proof<'_>) -> String {
        let Proof {
            username,
            realm,
            password,
            method,
            uri,
            nonce,
            nc,
            cnonce,
        } = proof;
        let a1 = self.hash(&format!("{username}:{realm}:{password}"));
        let a2 = self.hash(&format!("{method}:{uri}"));
        self.hash(&format!("{a1}:{nonce}:{nc}:{cnonce}:auth:{a2}"))
    }
}

/// What a response is made from.
pub(super) struct Proof<'a> {
    pub(super) username: &'a str,
    pub(super) realm: &'a str,
    pub(super) password: &'a str,
    pub(super) method: &'a str,
    pub(super) uri: &'a str,
    pub(super) nonce: &'a str,
    /// As sent, with its leading zeros.
    pub(super) nc: &'a str,
    pub(super) cnonce: &'a str,
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    digits.collect::<Vec<_>>().concat()
}

impl FromStr for DigestAlgorithm {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Md5, Self::Sha256]
            .into_iter()
            .find(|algorithm| algorithm.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| ParseFaultError::value("algorithm", text, "MD5 or SHA-256"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7616 §3.9.1.
    const MUFASA: Proof<'_> = Proof {
        username: "Mufasa",
        realm: "http-auth@example.org",
        password: "Circle of Life",
        method: "GET",
        uri: "/dir/index.html",
        nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        nc: "00000001",
        cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    };

    #[test]
    fn the_examples_of_rfc_7616_come_out() {
        assert_eq!(
            DigestAlgorithm::Md5.response(&MUFASA),
            "8ca523f5e9506fed4657c9700eebdbec"
        );
        assert_eq!(
            DigestAlgorithm::Sha256.response(&MUFASA),
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
        );
    }

    /// RFC 2617 §3.5, whose request RFC 7616 answers the same way.
    #[test]
    fn the_example_of_rfc_2617_comes_out() {
        let proof = Proof {
            realm: "testrealm@host.com",
            password: "Circle Of Life",
            nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
            cnonce: "0a4f113b",
            ..MUFASA
        };
        assert_eq!(
            DigestAlgorithm::Md5.response(&proof),
            "6629fae49393a05397450978507c4ef1"
        );
    }

    #[test]
    fn every_part_changes_the_response() {
        let response = |proof| DigestAlgorithm::Sha256.response(&proof);
        let original = response(MUFASA);
        for (part, changed) in [
            (
                "username",
                Proof {
                    username: "x",
                    ..MUFASA
                },
            ),
            (
                "realm",
                Proof {
                    realm: "x",
                    ..MUFASA
                },
            ),
            (
                "password",
                Proof {
                    password: "x",
                    ..MUFASA
                },
            ),
            (
                "method",
                Proof {
                    method: "x",
                    ..MUFASA
                },
            ),
            ("uri", Proof { uri: "x", ..MUFASA }),
            (
                "nonce",
                Proof {
                    nonce: "x",
                    ..MUFASA
                },
            ),
            ("nc", Proof { nc: "x", ..MUFASA }),
            (
                "cnonce",
                Proof {
                    cnonce: "x",
                    ..MUFASA
                },
            ),
        ] {
            assert_ne!(response(changed), original, "{part}");
        }
    }
}
