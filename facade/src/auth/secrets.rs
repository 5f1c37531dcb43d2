//! The secrets of a client, which are removed from every response before anything reads it.

use std::fmt;
use std::ops::Range;
use std::sync::{PoisonError, RwLock, RwLockWriteGuard};

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use bytes::Bytes;
use http::{HeaderValue, Response};
use secrecy::{ExposeSecret, SecretString};

use super::encoding::Encoding;
use crate::error::Error;

/// The tokens kept: the current one, and the one before, of which responses can still be on their
/// way.
const TOKENS: usize = 2;

/// The shortest secret that is looked for. Shorter ones occur in ordinary texts.
const SHORTEST: usize = 4;

/// The most encodings around a secret, such as a URL in JSON in a text of JSON.
const DEPTH: u32 = 3;

const REPLACEMENT: &[u8] = b"***";

/// What a client sends and nobody may see: its key, its client secret, and its latest tokens.
#[derive(Default)]
pub(crate) struct Secrets(RwLock<Needles>);

#[derive(Default)]
struct Needles {
    lasting: Vec<SecretString>,
    /// The latest one first.
    tokens: Vec<SecretString>,
    /// Finds all of them; `None` where there are none.
    finder: Option<AhoCorasick>,
}

impl Secrets {
    /// Adds a secret that the client has for good.
    pub(crate) fn add(&self, secret: &SecretString) {
        let secret = secret.expose_secret();
        self.write().add_lasting(secret);
        // As forms write it.
        self.write().add_lasting(&secret.replace(' ', "+"));
    }

    /// Adds a client secret, also as it is sent in the `Authorization` header.
    pub(crate) fn add_account(&self, id: &str, secret: &SecretString) {
        self.add(secret);
        let pair = format!("{id}:{}", secret.expose_secret());
        self.write()
            .add_lasting(&BASE64_STANDARD_NO_PAD.encode(pair));
    }

    /// Adds a token, in place of the oldest one where there are too many.
    pub(crate) fn add_token(&self, token: &SecretString) {
        let mut needles = self.write();
        if needles.is_new(token.expose_secret()) {
            needles.tokens.truncate(TOKENS - 1);
            needles.tokens.insert(0, token.clone());
            needles.update();
        }
    }

    fn write(&self) -> RwLockWriteGuard<'_, Needles> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces every secret in the headers and the body of a response, so that nothing that is
    /// made of them contains one.
    pub(crate) fn remove_from(&self, mut response: Response<Bytes>) -> Response<Bytes> {
        let needles = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut is_found = false;
        for value in response.headers_mut().values_mut() {
            if let Some(clean) = needles.removed_from(value.as_bytes()) {
                is_found = true;
                let other = HeaderValue::from_static("***");
                *value = HeaderValue::from_bytes(&clean).unwrap_or(other);
            }
        }
        if let Some(clean) = needles.removed_from(response.body()) {
            is_found = true;
            *response.body_mut() = clean.into();
        }
        if is_found {
            tracing::warn!("a response repeats a secret of this client, which is replaced by ***");
        }
        response
    }

    /// Drops the source of `error` where it contains a secret: it may quote what a server sent.
    pub(crate) fn remove_from_source(&self, error: Error) -> Error {
        let needles = self.0.read().unwrap_or_else(PoisonError::into_inner);
        error.without_source_if(|text| needles.removed_from(text.as_bytes()).is_some())
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(***)")
    }
}

impl Needles {
    fn add_lasting(&mut self, secret: &str) {
        if self.is_new(secret) {
            self.lasting.push(secret.into());
            self.update();
        }
    }

    /// Whether a secret is long enough, and not there yet.
    fn is_new(&self, secret: &str) -> bool {
        secret.len() >= SHORTEST && self.iter().all(|known| known != secret)
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        let secrets = self.lasting.iter().chain(&self.tokens);
        secrets.map(ExposeSecret::expose_secret)
    }

    fn update(&mut self) {
        let mut builder = AhoCorasick::builder();
        builder.kind(Some(AhoCorasickKind::ContiguousNFA));
        builder.match_kind(MatchKind::LeftmostLongest);
        // An error means secrets of gigabytes, which no header can carry.
        self.finder = builder.build(self.iter()).ok();
    }

    /// `text` without the secrets; `None` where it contains none.
    fn removed_from(&self, text: &[u8]) -> Option<Vec<u8>> {
        let found = self.find(text, DEPTH);
        if found.is_empty() {
            return None;
        }
        let mut clean = Vec::with_capacity(text.len());
        let mut end = 0;
        for range in found {
            clean.extend_from_slice(&text[end..range.start]);
            clean.extend_from_slice(REPLACEMENT);
            end = range.end;
        }
        clean.extend_from_slice(&text[end..]);
        Some(clean)
    }

    /// Where `text` contains secrets, in order and without overlaps, as they are or below as many
    /// encodings as `depth` says.
    fn find(&self, text: &[u8], depth: u32) -> Vec<Range<usize>> {
        let Some(finder) = &self.finder else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let mut start = 0;
        // One secret can overlap another one.
        while let Some(next) = finder.find(Input::new(text).range(start..)) {
            found.push(next.range());
            start = next.start() + 1;
        }
        if depth > 0 && Encoding::is_used_in(text) {
            for encoding in [Encoding::Json, Encoding::Url] {
                if let Some(decoded) = encoding.decode(text) {
                    let mut within = self.find(&decoded, depth - 1);
                    encoding.locate(text, &mut within);
                    found.append(&mut within);
                }
            }
        }
        found.sort_unstable_by_key(|range| range.start);
        found.dedup_by(|next, range| {
            let is_overlap = next.start < range.end;
            if is_overlap {
                range.end = range.end.max(next.end);
            }
            is_overlap
        });
        found
    }
}

#[cfg(test)]
mod tests {
    use http::header::{LOCATION, SERVER};

    use super::*;
    use crate::error::ErrorKind;

    fn removed(secrets: &Secrets, text: &str) -> String {
        let response = Response::new(Bytes::copy_from_slice(text.as_bytes()));
        let clean = secrets.remove_from(response).into_body();
        String::from_utf8(clean.into()).unwrap()
    }

    fn with(secret: &str) -> Secrets {
        let secrets = Secrets::default();
        secrets.add(&secret.into());
        secrets
    }

    #[test]
    fn a_secret_is_found_however_json_or_a_url_escape_it() {
        let secrets = with("a\"/b\\c%41 ü\u{1f600}\n");
        for written in [
            "a\"/b\\c%41 ü\u{1f600}\n",
            r#"a\"/b\\c%41 ü😀\n"#,
            r#"a\"\/b\\c%41 ü😀\n"#,
            r"\u0061\u0022\u002f\u0062\u005C\u0063\u0025\u0034\u0031\u0020\u00fc\ud83d\uDE00\u000a",
            "a%22%2Fb%5Cc%2541%20%C3%BC%F0%9F%98%80%0A",
            "a%22%2fb%5cc%2541+%c3%bc%f0%9f%98%80%0a",
            "%61%22%2F%62%5C%63%25%34%31%20%C3%BC%F0%9F%98%80%0A",
            // JSON in JSON, a URL in JSON, JSON in a URL, and all of it in JSON.
            r#"a\\\"/b\\\\c%41 ü😀\\n"#,
            r"a%22\/b%5Cc%2541%20ü😀\u00250A",
            "a%5C%22/b%5C%5Cc%2541%20ü😀%5Cn",
            r"a\u00255C%22/b%5C%5Cc%2541%20ü😀\u00255Cn",
        ] {
            let text = format!("\\u %4 \\<{written}> a {written}");
            let text = removed(&secrets, &text);
            assert_eq!(text, "\\u %4 \\<***> a ***", "{written}");
        }
        for other in [
            "a",
            r"a\u002",
            "a%22%2",
            r"\ud83d",
            r"\ud83d\u0000",
            "%",
            "\\",
        ] {
            assert_eq!(removed(&secrets, other), other);
        }
    }

    #[test]
    fn the_header_of_a_service_account_is_found_with_and_without_padding_and_in_a_url() {
        let secrets = Secrets::default();
        secrets.add_account("id", &"open??sesame>>".into());
        for written in [
            "aWQ6b3Blbj8/c2VzYW1lPj4",
            "aWQ6b3Blbj8%2Fc2VzYW1lPj4",
            r"aWQ6b3Blbj8\/c2VzYW1lPj4",
            "open??sesame>>",
        ] {
            assert_eq!(removed(&secrets, &format!("{written}=")), "***=");
        }
    }

    #[test]
    fn headers_and_body_are_searched_and_everything_else_is_left_as_it_is() {
        let secrets = with("sesame");
        let response = Response::builder()
            .status(302)
            .header(LOCATION, "https://other.example/%73esame?sesame")
            .header(SERVER, "nginx")
            .body(Bytes::from_static(b"no sesamesesame, \xff sesam"))
            .unwrap();
        let clean = secrets.remove_from(response);
        assert_eq!(clean.status(), 302);
        assert_eq!(clean.headers()[LOCATION], "https://other.example/***?***");
        assert_eq!(clean.headers()[SERVER], "nginx");
        assert_eq!(&clean.body()[..], b"no ******, \xff sesam");
    }

    #[test]
    fn lasting_secrets_and_the_latest_tokens_are_replaced() {
        let secrets = with("lasting");
        for number in 0..10 {
            for _ in 0..3 {
                secrets.add_token(&format!("token-{number}").into());
            }
        }
        let text = "lasting token-6 token-7 token-8 token-9";
        assert_eq!(removed(&secrets, text), "*** token-6 token-7 *** ***");
        assert_eq!(format!("{secrets:?}"), "Secrets(***)");
    }

    #[test]
    fn a_secret_within_another_one_is_replaced_with_it() {
        let secrets = with("sesame");
        secrets.add(&"open sesame!".into());
        secrets.add(&"me! now".into());
        assert_eq!(
            removed(&secrets, "<open sesame! now> <sesame>"),
            "<***> <***>"
        );
    }

    #[test]
    fn a_secret_that_is_too_short_is_not_looked_for() {
        for secret in ["", "a b"] {
            assert_eq!(removed(&with(secret), "a b"), "a b");
        }
        assert_eq!(removed(&with("a bc"), "<a bc> <a+bc>"), "<***> <***>");
    }

    #[test]
    fn a_source_that_contains_a_secret_is_dropped() {
        use std::error::Error as _;

        let secrets = with("ses\"ame");
        let error = |source: &str| {
            let cause = std::io::Error::other(source);
            let error = Error::new(ErrorKind::Connect).with_source(cause);
            secrets.remove_from_source(error)
        };
        assert!(error("GOAWAY: ses\"ame").source().is_none());
        assert!(error("GOAWAY: ses\\\"ame").source().is_none());
        assert!(error("GOAWAY: sesame").source().is_some());
    }
}
