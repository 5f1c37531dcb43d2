//! HTTP Digest on the client's side, spelled out: nothing of it is shared with the mock.

use atlas_snapshots_mock::{MockAtlas, MockAtlasBuilder};
use md5::Md5;
use sha2::{Digest, Sha256};

use crate::raw::{Answer, path, send, unsigned};

pub(crate) fn guarded() -> MockAtlasBuilder {
    MockAtlas::builder()
        .snapshots(3)
        .require_api_key("public", "private")
}

pub(crate) async fn start() -> MockAtlas {
    guarded().start().await.unwrap()
}

/// A nonce, from the challenge of a request without credentials.
pub(crate) async fn nonce(atlas: &MockAtlas) -> String {
    nonce_in(&unsigned(atlas).await)
}

pub(crate) fn nonce_in(answer: &Answer) -> String {
    let challenge = answer.header("www-authenticate").unwrap();
    let (_, rest) = challenge.split_once("nonce=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

pub(crate) fn is_stale(answer: &Answer) -> bool {
    assert_eq!(answer.status, 401);
    let challenge = answer.header("www-authenticate").unwrap();
    assert_ne!(
        challenge.contains("stale=true"),
        challenge.contains("stale=false"),
        "{challenge}"
    );
    challenge.contains("stale=true")
}

/// What is signed, and what is said about it; each can be wrong on its own.
#[derive(Clone)]
pub(crate) struct Signature {
    pub(crate) user: &'static str,
    pub(crate) secret: &'static str,
    pub(crate) realm: &'static str,
    pub(crate) nonce: String,
    pub(crate) count: u32,
    pub(crate) algorithm: Option<&'static str>,
    pub(crate) opaque: Option<&'static str>,
    pub(crate) method: &'static str,
    /// The `uri` parameter.
    pub(crate) uri: String,
}

impl Signature {
    /// A right one, for the listing without a query.
    pub(crate) fn of(atlas: &MockAtlas, nonce: &str, count: u32) -> Self {
        Self {
            user: "public",
            secret: "private",
            realm: "MMS Public API",
            nonce: nonce.to_owned(),
            count,
            algorithm: Some("MD5"),
            opaque: None,
            method: "GET",
            uri: path(atlas),
        }
    }

    fn hash(&self, text: &str) -> String {
        if self.algorithm == Some("SHA-256") {
            return hex(&Sha256::digest(text));
        }
        hex(&Md5::digest(text))
    }

    pub(crate) fn header(&self) -> String {
        let Self {
            user,
            secret,
            realm,
            nonce,
            count,
            method,
            uri,
            ..
        } = self;
        let who = self.hash(&format!("{user}:{realm}:{secret}"));
        let what = self.hash(&format!("{method}:{uri}"));
        let response = self.hash(&format!("{who}:{nonce}:{count:08x}:0a4f113b:auth:{what}"));
        let mut header = format!(
            "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", \
             qop=auth, nc={count:08x}, cnonce=\"0a4f113b\", response=\"{response}\""
        );
        if let Some(algorithm) = self.algorithm {
            header.extend([", algorithm=", algorithm]);
        }
        if let Some(opaque) = self.opaque {
            header.extend([", opaque=\"", opaque, "\""]);
        }
        header
    }

    /// Asks for `target` with this signature, whatever it is for.
    pub(crate) async fn ask(&self, atlas: &MockAtlas, target: &str) -> Answer {
        let line = format!("GET {target}");
        send(atlas, &line, &[("Authorization", &self.header())], "").await
    }

    /// Asks for the listing.
    pub(crate) async fn send(&self, atlas: &MockAtlas) -> Answer {
        self.ask(atlas, &path(atlas)).await
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    digits.collect::<Vec<_>>().concat()
}
