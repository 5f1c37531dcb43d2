//! Service accounts: OAuth 2.0 client credentials (documented at `/api/oauth/token`).

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Request, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::token::AccessToken;
use crate::error::{Error, ErrorBody, ErrorKind, Result};
use crate::http::base_url::BaseUrl;
use crate::http::client::{HttpClient, fetch};
use crate::http::headers::retry_after;

/// Far beyond the length of any token response.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// A service account, and the deployment that issues its tokens.
pub(super) struct ServiceAccount {
    pub(super) http: Arc<dyn HttpClient>,
    pub(super) base_url: BaseUrl,
    pub(super) client_id: String,
    pub(super) client_secret: SecretString,
}

#[derive(Deserialize)]
struct TokenResponse {
    access_token: String,
    /// Seconds. Recorded as a number; read from text as well, and ignored where it is neither.
    #[serde(default)]
    expires_in: Value,
}

impl ServiceAccount {
    /// Requests a new token, once.
    pub(super) async fn request_token(&self, now: SystemTime) -> Result<AccessToken> {
        let form = [("grant_type", "client_credentials")];
        let purpose = "requesting an access token";
        let response = self.post("/api/oauth/token", &form, purpose).await?;
        if response.status() != 200 {
            return Err(rejection(&response, now));
        }
        // Nothing of a body that cannot be read is shown: it may contain a token.
        let body: TokenResponse = serde_json::from_slice(response.body()).map_err(|_| {
            Error::new(ErrorKind::TokenRequest)
                .with_status(200)
                .with_message("the response of the token endpoint has no token")
        })?;
        let token = AccessToken::new(body.access_token);
        Ok(match seconds(&body.expires_in) {
            Some(seconds) => token.expires_in(Duration::from_secs(seconds)),
            None => token,
        })
    }

    /// Revokes `token`, so that it does not count against the account's limit.
    pub(super) async fn revoke(&self, token: &AccessToken) -> Result<()> {
        let form = [
            ("token", token.expose()),
            ("token_type_hint", "access_token"),
        ];
        let purpose = "revoking the access token";
        let response = self.post("/api/oauth/revoke", &form, purpose).await?;
        if response.status().is_success() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::TokenRequest)
            .with_status(response.status().as_u16())
            .with_message("the token could not be revoked; it expires by itself"))
    }

    /// Sends a form. `purpose` is what the message of an error says about the request.
    async fn post(
        &self,
        path: &str,
        form: &[(&str, &str)],
        purpose: &str,
    ) -> Result<Response<Bytes>> {
        let body = Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::post(format!("{}{path}", self.base_url))
            .header(AUTHORIZATION, self.basic_authorization()?)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body.into())
            .map_err(|cause| Error::new(ErrorKind::Internal).with_source(cause))?;
        fetch(&*self.http, request, MAX_BODY_BYTES)
            .await
            .map_err(|error| {
                // A response that is too large says nothing about the request for a page.
                let kind = if error.is_retryable() || error.status().is_none() {
                    error.kind()
                } else {
                    ErrorKind::TokenRequest
                };
                error.with_kind(kind).while_doing(purpose)
            })
    }

    fn basic_authorization(&self) -> Result<HeaderValue> {
        let secret = self.client_secret.expose_secret();
        let encoded = BASE64_STANDARD.encode(format!("{}:{secret}", self.client_id));
        let mut header = HeaderValue::from_str(&format!("Basic {encoded}"))
            .map_err(|cause| Error::new(ErrorKind::Internal).with_source(cause))?;
        header.set_sensitive(true);
        Ok(header)
    }
}

fn seconds(value: &Value) -> Option<u64> {
    value
        .as_u64()
        .or_else(|| value.as_str()?.trim().parse().ok())
}

/// Why the token endpoint issued no token. Rate limits, timeouts and server errors are retryable;
/// everything else is about the account.
fn rejection(response: &Response<Bytes>, now: SystemTime) -> Error {
    let status = response.status().as_u16();
    let body = ErrorBody::read_oauth(response.body());
    let message = match body.error_code.as_deref() {
        Some("invalid_client" | "unauthorized_client") => {
            "the client id or the client secret was rejected"
        }
        Some("access_denied") => "Atlas issues no further token to this service account",
        _ => "the token endpoint issued no token",
    };
    let message = match &body.detail {
        Some(detail) => format!("{message}: {detail}"),
        None => message.to_owned(),
    };
    let kind = match status {
        429 => ErrorKind::RateLimited,
        _ => ErrorKind::TokenRequest,
    };
    Error::new(kind)
        .with_status(status)
        .with_message(message)
        .with_body(body)
        .with_retry_after(retry_after(response.headers(), now))
        .with_retryable(matches!(status, 408 | 429 | 500..))
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
