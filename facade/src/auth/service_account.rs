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

use super::secrets::Secrets;
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
    pub(super) secrets: Arc<Secrets>,
    pub(super) base_url: BaseUrl,
    pub(super) client_id: String,
    pub(super) client_secret: SecretString,
    /// What a message calls the id and the secret.
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(crate) struct TokenResponse {
    pub(crate) access_token: String,
    /// Required by RFC 6749, and `Bearer` where it is absent, as in other clients.
    #[serde(default)]
    token_type: Value,
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
            return Err(self.rejection(&self.secrets.remove_from(response), now));
        }
        let unusable = |message| {
            Error::new(ErrorKind::TokenRequest)
                .with_status(200)
                .with_message(message)
        };
        // Nothing of a body that cannot be read is shown: it may contain a token.
        let body = read_token(response.body())
            .ok_or_else(|| unusable("the response of the token endpoint has no token"))?;
        if !is_bearer(&body.token_type) {
            return Err(unusable(
                "the token endpoint issued a token of another type than Bearer",
            ));
        }
        let token = AccessToken::new(body.access_token);
        Ok(match seconds(&body.expires_in) {
            Some(seconds) => token.expires_in(Duration::from_secs(seconds)),
            None => token,
        })
    }

    /// Why the token endpoint issued no token.
    fn rejection(&self, response: &Response<Bytes>, now: SystemTime) -> Error {
        let status = response.status().as_u16();
        let body = ErrorBody::read_oauth(response.body());
        let kind = kind_of(status, &body);
        let rejected = format!("{} was rejected", self.name);
        let message = match (kind, status, body.error_code.as_deref()) {
            (ErrorKind::RateLimited, ..) => "the token endpoint limits requests",
            (ErrorKind::Server | ErrorKind::Timeout, ..) => "the token endpoint failed",
            (ErrorKind::Protocol, 300..400, _) => {
                "the token endpoint redirects, and redirects are not followed"
            }
            (ErrorKind::TokenRequest, _, Some("access_denied")) => {
                "Atlas issues no further token to this service account"
            }
            (ErrorKind::TokenRequest, 401, _)
            | (_, _, Some("invalid_client" | "unauthorized_client")) => &rejected,
            (ErrorKind::TokenRequest, 404 | 405 | 410, _) => {
                "there is no token endpoint at the base URL"
            }
            _ => "the token endpoint issued no token",
        };
        let message = match &body.detail {
            Some(detail) => format!("{message}: {detail}"),
            None => message.to_owned(),
        };
        Error::new(kind)
            .with_status(status)
            .with_message(message)
            .with_body(body)
            .with_retry_after(retry_after(response.headers(), now))
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
        let body = ErrorBody::read_oauth(response.body());
        let kind = kind_of(response.status().as_u16(), &body);
        Err(Error::new(kind)
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

/// Reads the response of the token endpoint. A decoder would also read an array, field by field.
pub(crate) fn read_token(body: &[u8]) -> Option<TokenResponse> {
    let is_object = body.trim_ascii_start().starts_with(b"{");
    serde_json::from_slice(body).ok().filter(|_| is_object)
}

fn is_bearer(token_type: &Value) -> bool {
    match token_type {
        Value::Null => true,
        Value::String(name) => name.eq_ignore_ascii_case("bearer"),
        _ => false,
    }
}

/// The kind of an error of the token endpoint: that of the same response to any other request,
/// but for what is about the account alone.
fn kind_of(status: u16, body: &ErrorBody) -> ErrorKind {
    use ErrorKind as Kind;
    match ErrorKind::of_response(status, body.error_code.as_deref()) {
        Kind::Unauthenticated
        | Kind::PermissionDenied
        | Kind::BadRequest
        | Kind::NotFound
        | Kind::Gone => Kind::TokenRequest,
        kind => kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_token_is_a_bearer_token_in_an_object() {
        for (body, expected) in [
            (r#"{"access_token":"a","token_type":"Bearer"}"#, Some(true)),
            (r#" {"access_token":"a","token_type":"bearer"}"#, Some(true)),
            (r#"{"access_token":"a","token_type":null}"#, Some(true)),
            (r#"{"access_token":"a"}"#, Some(true)),
            (r#"{"access_token":"a","token_type":"mac"}"#, Some(false)),
            (r#"{"access_token":"a","token_type":""}"#, Some(false)),
            (
                r#"{"access_token":"a","token_type":["Bearer"]}"#,
                Some(false),
            ),
            (r#"["a","Bearer",3600]"#, None),
            (r#"[{"access_token":"a"}]"#, None),
            (r#"{"access_token":["a"]}"#, None),
            (r#"{"token_type":"Bearer"}"#, None),
            ("null", None),
            ("", None),
        ] {
            let read = read_token(body.as_bytes()).map(|token| is_bearer(&token.token_type));
            assert_eq!(read, expected, "{body}");
        }
    }

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
