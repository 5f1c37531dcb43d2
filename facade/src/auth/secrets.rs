//! The secrets of a client, which are replaced in every text of a server.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};

use crate::error::{Error, redact};
use crate::model::invalid_item::InvalidItem;

/// The most secrets kept. An older token has expired before a server could repeat it.
const MOST: usize = 8;

/// The secrets that a client has sent: its key or client secret, and its latest tokens.
#[derive(Default)]
pub(crate) struct Secrets(Mutex<VecDeque<SecretString>>);

impl Secrets {
    pub(crate) fn add(&self, secret: &SecretString) {
        let mut secrets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if secrets.len() == MOST {
            // The first one is the key or client secret.
            secrets.remove(1);
        }
        secrets.push_back(secret.clone());
    }

    /// Replaces every secret in the texts of a server that `error` carries.
    pub(crate) fn redact(&self, error: Error) -> Error {
        let secrets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        secrets
            .iter()
            .fold(error, |error, secret| error.without(secret.expose_secret()))
    }

    /// Replaces every secret in the texts of an item.
    pub(crate) fn redact_item(&self, item: &mut InvalidItem) {
        let secrets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = item.id.as_mut();
        for text in [&mut item.reason, &mut item.raw].into_iter().chain(id) {
            for secret in secrets.iter().map(ExposeSecret::expose_secret) {
                redact(text, secret);
            }
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn the_first_and_the_latest_secrets_are_replaced() {
        let secrets = Secrets::default();
        for number in 0..20 {
            secrets.add(&format!("secret-{number:02}").into());
        }
        let text = "secret-00 secret-01 secret-19";
        let error = secrets.redact(Error::new(ErrorKind::Server).with_message(text));
        assert_eq!(error.to_string(), "server error: *** secret-01 ***");
        assert!(!format!("{secrets:?}").contains("secret-"));

        let mut item = InvalidItem {
            page: 1,
            index: 0,
            id: Some("secret-19".to_owned()),
            reason: "invalid type: string \"secret-00\"".to_owned(),
            raw: "secret-19".to_owned(),
            count: 1,
        };
        secrets.redact_item(&mut item);
        assert!(!format!("{item} {item:?}").contains("secret-"));
    }
}
