//! What the server asks with: the `WWW-Authenticate` header of RFC 7616 §3.3.

use std::fmt::Write;

use super::DigestAlgorithm;

/// The realm of the service.
pub(super) const REALM: &str = "MMS Public API";

/// How challenges look, but for their nonce.
#[derive(Debug, Clone)]
pub(super) struct Style {
    /// One challenge each, in this order.
    pub(super) algorithms: Vec<DigestAlgorithm>,
    /// All challenges in one header, separated by commas.
    pub(super) in_one_header: bool,
    pub(super) opaque: Option<String>,
    /// More directives, by name and value.
    pub(super) directives: Vec<(String, String)>,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            algorithms: vec![DigestAlgorithm::Md5],
            in_one_header: false,
            opaque: None,
            directives: Vec::new(),
        }
    }
}

impl Style {
    /// The algorithm an answer means, if it is one of those offered. Unnamed, it is MD5.
    pub(super) fn algorithm(&self, name: Option<&str>) -> Option<DigestAlgorithm> {
        let meant = name.map_or(Some(DigestAlgorithm::Md5), |name| name.parse().ok())?;
        let unnamed = self.algorithms.is_empty() && meant == DigestAlgorithm::Md5;
        (unnamed || self.algorithms.contains(&meant)).then_some(meant)
    }

    /// The values of the headers to send.
    pub(super) fn headers(&self, nonce: &str, stale: bool) -> Vec<String> {
        let names = self
            .algorithms
            .iter()
            .map(|algorithm| Some(algorithm.name()));
        let mut challenges: Vec<_> = names
            .map(|name| self.challenge(Some(nonce), name, stale))
            .collect();
        if challenges.is_empty() {
            challenges.push(self.challenge(Some(nonce), None, stale));
        }
        if self.in_one_header {
            return vec![challenges.join(", ")];
        }
        challenges
    }

    /// One challenge, in the order of the service.
    pub(super) fn challenge(
        &self,
        nonce: Option<&str>,
        algorithm: Option<&str>,
        stale: bool,
    ) -> String {
        let mut text = format!("Digest realm=\"{REALM}\", domain=\"\"");
        // Writing to a string cannot fail.
        if let Some(nonce) = nonce {
            let _ = write!(text, ", nonce=\"{nonce}\"");
        }
        if let Some(algorithm) = algorithm {
            let _ = write!(text, ", algorithm={algorithm}");
        }
        let _ = write!(text, ", qop=\"auth\", stale={stale}");
        let opaque = self.opaque.as_ref().map(|opaque| ("opaque", opaque));
        let others = self.directives.iter().map(|(name, value)| (&**name, value));
        for (name, value) in opaque.into_iter().chain(others) {
            let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
            let _ = write!(text, ", {name}=\"{escaped}\"");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_asks_like_this() {
        assert_eq!(
            Style::default().headers("abc", false),
            [
                r#"Digest realm="MMS Public API", domain="", nonce="abc", algorithm=MD5, qop="auth", stale=false"#
            ]
        );
    }

    #[test]
    fn everything_optional_can_be_said() {
        let style = Style {
            algorithms: vec![DigestAlgorithm::Sha256, DigestAlgorithm::Md5],
            in_one_header: true,
            opaque: Some("o\"p".to_owned()),
            directives: vec![("charset".to_owned(), "UTF-8".to_owned())],
        };
        let [header] = style.headers("n", true).try_into().unwrap();
        let rest = r#"qop="auth", stale=true, opaque="o\"p", charset="UTF-8""#;
        let start = r#"Digest realm="MMS Public API", domain="", nonce="n""#;
        assert_eq!(
            header,
            format!("{start}, algorithm=SHA-256, {rest}, {start}, algorithm=MD5, {rest}")
        );
    }

    #[test]
    fn only_offered_algorithms_are_taken() {
        let offering = |algorithms: &[DigestAlgorithm]| Style {
            algorithms: algorithms.to_vec(),
            ..Style::default()
        };
        let (md5, sha256) = (DigestAlgorithm::Md5, DigestAlgorithm::Sha256);
        for (offered, named, meant) in [
            (&[md5][..], None, Some(md5)),
            (&[md5], Some("MD5"), Some(md5)),
            (&[md5], Some("SHA-256"), None),
            (&[sha256], None, None),
            (&[sha256, md5], Some("MD5"), Some(md5)),
            (&[sha256, md5], Some("SHA-256"), Some(sha256)),
            (&[sha256, md5], Some("MD5-sess"), None),
            (&[], None, Some(md5)),
            (&[], Some("MD5"), Some(md5)),
            (&[], Some("SHA-256"), None),
        ] {
            assert_eq!(
                offering(offered).algorithm(named),
                meant,
                "{offered:?} {named:?}"
            );
        }
        assert!(!offering(&[]).headers("n", false)[0].contains("algorithm"));
    }
}
