//! What a client answers to a challenge: the `Authorization` header of RFC 7616 §3.4.

use super::directives::Directives;

/// A well-formed answer; whether it is right is another question.
pub(super) struct Answer {
    pub(super) username: String,
    pub(super) realm: String,
    pub(super) nonce: String,
    pub(super) uri: String,
    pub(super) response: String,
    pub(super) cnonce: String,
    /// As sent, for the hash.
    pub(super) nc: String,
    /// The same as a number.
    pub(super) count: u32,
    pub(super) algorithm: Option<String>,
    pub(super) opaque: Option<String>,
}

impl Answer {
    /// Reads what follows `Digest `: `None` if anything is missing, malformed, or quoted where it
    /// must not be.
    pub(super) fn parse(parameters: &str) -> Option<Self> {
        let directives = Directives::parse(parameters)?;
        let quoted = |name| directives.quoted(name).map(ToOwned::to_owned);
        let token = |name| directives.token(name).map(ToOwned::to_owned);
        // May be left out, but not be of the wrong kind.
        let optional = |name, value: Option<String>| match value {
            None if directives.has(name) => None,
            value => Some(value),
        };
        if directives.token("qop")? != "auth" {
            return None;
        }
        let nc = token("nc")?;
        Some(Self {
            username: quoted("username")?,
            realm: quoted("realm")?,
            nonce: quoted("nonce")?,
            uri: quoted("uri")?,
            response: quoted("response")?,
            cnonce: quoted("cnonce")?,
            count: count(&nc)?,
            nc,
            algorithm: optional("algorithm", token("algorithm"))?,
            opaque: optional("opaque", quoted("opaque"))?,
        })
    }
}

/// Eight hexadecimal digits, in lower case; counting starts at 1.
fn count(nc: &str) -> Option<u32> {
    let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let digits = nc.len() == 8 && nc.bytes().all(is_digit);
    digits
        .then(|| u32::from_str_radix(nc, 16).ok())
        .flatten()
        .filter(|count| *count > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"username="u", realm="r", nonce="n", uri="/x?y=z", algorithm=MD5, nc=0000000a, cnonce="c", qop=auth, response="0123", opaque="o""#;

    #[test]
    fn a_whole_answer_is_read() {
        let answer = Answer::parse(WHOLE).unwrap();
        assert_eq!((answer.uri.as_str(), answer.count), ("/x?y=z", 10));
        assert_eq!(answer.algorithm.as_deref(), Some("MD5"));
        assert_eq!(answer.opaque.as_deref(), Some("o"));
    }

    #[test]
    fn algorithm_and_opaque_may_be_absent() {
        let text = WHOLE
            .replace("algorithm=MD5, ", "")
            .replace(", opaque=\"o\"", "");
        let answer = Answer::parse(&text).unwrap();
        assert_eq!((answer.algorithm, answer.opaque), (None, None));
    }

    #[test]
    fn anything_else_missing_or_misquoted_is_malformed() {
        for part in WHOLE.split(", ") {
            let (name, value) = part.split_once('=').unwrap();
            let misquoted = match value.strip_prefix('"') {
                Some(value) => format!("{name}={}", value.trim_end_matches('"')),
                None => format!("{name}=\"{value}\""),
            };
            assert!(
                Answer::parse(&WHOLE.replace(part, &misquoted)).is_none(),
                "{misquoted}"
            );
            if !["algorithm", "opaque"].contains(&name) {
                let renamed = WHOLE.replace(part, &format!("x-{part}"));
                assert!(Answer::parse(&renamed).is_none(), "{renamed}");
            }
        }
        for (right, wrong) in [
            ("qop=auth", "qop=auth-int"),
            ("nc=0000000a", "nc=a"),
            ("nc=0000000a", "nc=00000000"),
            ("nc=0000000a", "nc=0000000A"),
            ("nc=0000000a", "nc=+000000a"),
            ("nc=0000000a", "nc=00000000a"),
        ] {
            assert!(
                Answer::parse(&WHOLE.replace(right, wrong)).is_none(),
                "{wrong}"
            );
        }
    }
}
