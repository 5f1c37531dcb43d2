//! OAuth 2 client credentials, as Atlas speaks it (documented at `/api/oauth/token`).

use std::time::Duration;

use http::header::{CONTENT_TYPE, RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::token::AccessToken;
use crate::base_url::BaseUrl;
use crate::error::{Error, ErrorBody, ErrorKind, Result};
use crate::http_client::{Received, network_failure, receive, retry_after};
use crate::retry::{Patience, Verdict};

/// No token answer is anywhere near this long.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// A service account, and where it signs in.
#[derive(Debug)]
pub(crate) struct ServiceAccount {
    pub(crate) http: reqwest::Client,
    pub(crate) base_url: BaseUrl,
    pub(crate) client_id: String,
    pub(crate) client_secret: SecretString,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    /// Seconds; recorded as a number, read from text as well, ignored when absurd.
    #[serde(default)]
    expires_in: Value,
}

impl ServiceAccount {
    /// A new token, with as much patience as for a page.
    pub(crate) async fn token(&self, patience: &Patience) -> Result<AccessToken> {
        let mut attempts = 0;
        loop {
            patience.hold_back().await;
            attempts += 1;
            let error = match self.request_token(patience).await {
                Ok(token) => return Ok(token),
                Err(error) => error,
            };
            match patience.after_failure(attempts, &error) {
                Verdict::Again(moment) => patience.sleep_until(moment).await,
                Verdict::GiveUp => return Err(error),
            }
        }
    }

    async fn request_token(&self, patience: &Patience) -> Result<AccessToken> {
        let form = [("grant_type", "client_credentials")];
        let received = self.post("/api/oauth/token", &form).await?;
        if received.status != 200 {
            let secret = self.client_secret.expose_secret();
            return Err(refused(&received, patience).without(secret));
        }
        // A 200 that cannot be read may still hold a token: nothing of it is shown.
        let answer: TokenAnswer = serde_json::from_slice(&received.body).map_err(|_| {
            Error::new(ErrorKind::Auth)
                .with_status(200)
                .with_message("the token endpoint answered no token")
        })?;
        let token = AccessToken::new(answer.access_token);
        Ok(match seconds(&answer.expires_in) {
            Some(seconds) => token.expires_in(Duration::from_secs(seconds)),
            None => token,
        })
    }

    /// Tells Atlas that `token` is no longer needed.
    pub(crate) async fn revoke(&self, token: &AccessToken) -> Result<()> {
        let form = [
            ("token", token.expose()),
            ("token_type_hint", "access_token"),
        ];
        let received = self.post("/api/oauth/revoke", &form).await?;
        if (200..300).contains(&received.status) {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Auth)
            .with_status(received.status)
            .with_message("the token could not be revoked; it expires by itself"))
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Result<Received> {
        let body = Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self
            .http
            .post(format!("{}{path}", self.base_url))
            .basic_auth(&self.client_id, Some(self.client_secret.expose_secret()))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        receive(request, MAX_BODY_BYTES)
            .await
            .map_err(|cause| network_failure(cause).while_doing("signing in"))
    }
}

fn seconds(value: &Value) -> Option<u64> {
    value
        .as_u64()
        .or_else(|| value.as_str()?.trim().parse().ok())
}

/// What the token endpoint said no with. Rate limits and failures of the service pass; anything
/// else is about the account.
fn refused(received: &Received, patience: &Patience) -> Error {
    let body = ErrorBody::read_oauth(&received.body);
    let message = match body.error_code.as_deref() {
        Some("invalid_client" | "unauthorized_client") => {
            "the client id or the client secret is not accepted"
        }
        Some("access_denied") => "Atlas issues no further token to this service account",
        _ => "the token endpoint refused to issue a token",
    };
    let message = match &body.detail {
        Some(detail) => format!("{message}: {detail}"),
        None => message.to_owned(),
    };
    let wait = received.headers.get(RETRY_AFTER);
    let wait = wait.and_then(|value| retry_after(value, patience.wall_clock()));
    let error = Error::new(ErrorKind::Auth)
        .with_status(received.status)
        .with_message(message)
        .with_body(body)
        .with_retry_after(wait);
    if received.status == 429 || received.status >= 500 {
        error.retryable()
    } else {
        error
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lifetimes_are_read_where_they_make_sense() {
        for (value, expected) in [
            (json!(3600), Some(3600)),
            (json!("3600"), Some(3600)),
            (json!(0), Some(0)),
            (json!(-1), None),
            (json!(1.5), None),
            (json!(null), None),
            (json!({}), None),
        ] {
            assert_eq!(seconds(&value), expected, "{value}");
        }
    }
}
