//! How a service account proves who it is.

use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::secret::Secret;
use crate::sign_in::{Refusal, authorization};

/// The one service account there is.
#[derive(Debug, Clone)]
pub(crate) struct ServiceAccount {
    pub(crate) id: String,
    pub(crate) secret: Secret,
}

impl ServiceAccount {
    /// Checks `Authorization: Basic`, with id and secret as they are, as the service documents, or
    /// form-encoded first, as RFC 6749 §2.3.1 has it. For real ones that is the same.
    pub(super) fn check(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let (scheme, rest) = authorization(headers)?;
        if !scheme.eq_ignore_ascii_case("Basic") {
            return Err(Refusal::UnknownScheme);
        }
        let decoded = STANDARD.decode(rest).map_err(|_| Refusal::Malformed)?;
        let decoded = String::from_utf8(decoded).map_err(|_| Refusal::Malformed)?;
        let (id, secret) = decoded.split_once(':').ok_or(Refusal::Malformed)?;
        if !is(id, &self.id) {
            return Err(Refusal::UnknownUser);
        }
        if !is(secret, &self.secret.0) {
            return Err(Refusal::WrongSecret);
        }
        Ok(())
    }
}

fn is(sent: &str, known: &str) -> bool {
    sent == known || sent == form_urlencoded::byte_serialize(known.as_bytes()).collect::<String>()
}

#[cfg(test)]
mod tests {
    use axum::http::header::AUTHORIZATION;

    use super::*;

    fn account() -> ServiceAccount {
        ServiceAccount {
            id: "id".to_owned(),
            secret: Secret("a:b c".to_owned()),
        }
    }

    fn check(value: &str) -> Result<(), Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, value.parse().unwrap());
        account().check(&headers)
    }

    #[test]
    fn id_and_secret_are_basic_credentials() {
        let basic = |text: &str| check(&format!("Basic {}", STANDARD.encode(text)));
        assert_eq!(basic("id:a:b c"), Ok(()));
        assert_eq!(basic("id:a%3Ab+c"), Ok(()), "form-encoded");
        assert_eq!(basic("id:a:b"), Err(Refusal::WrongSecret));
        assert_eq!(basic("id:"), Err(Refusal::WrongSecret));
        assert_eq!(basic("i:a:b c"), Err(Refusal::UnknownUser));
        assert_eq!(basic("id"), Err(Refusal::Malformed));
    }

    /// `id:a:b c`, encoded by hand.
    #[test]
    fn the_encoding_is_base64() {
        assert_eq!(check("Basic aWQ6YTpiIGM="), Ok(()));
        assert_eq!(check("basic aWQ6YTpiIGM="), Ok(()));
        assert_eq!(check("Basic aWQ6YTpiIGM"), Err(Refusal::Malformed));
        assert_eq!(check("Basic id:a:b c"), Err(Refusal::Malformed));
        assert_eq!(check("Basic /w=="), Err(Refusal::Malformed), "not UTF-8");
        assert_eq!(check("Bearer aWQ6YTpiIGM="), Err(Refusal::UnknownScheme));
    }
}
