//! Responses: prepared ones, the documented errors, and the layout of bodies.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::auth::AuthFailure;
use crate::query::{ListQuery, Violation};
use crate::settings::Fidelity;

/// A complete response, sent exactly as given: status, headers, body.
///
/// ```
/// use atlas_snapshots_mock::CannedResponse;
/// use serde_json::json;
///
/// let gone = CannedResponse::json(410, json!({ "error": 410, "errorCode": "VERSION_GONE" }));
/// let page = CannedResponse::html(503, "<h1>Service Unavailable</h1>").header("Retry-After", "3");
/// # let _ = (gone, page);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CannedResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Vec<u8>,
    /// The reason for the request log.
    pub(crate) auth_failure: Option<AuthFailure>,
}

impl CannedResponse {
    /// An empty response without a content type.
    ///
    /// A status outside 100 to 999 becomes 500.
    #[must_use]
    pub fn new(status: u16) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers: Vec::new(),
            body: Vec::new(),
            auth_failure: None,
        }
    }

    /// A JSON response, `application/json`.
    #[must_use]
    pub fn json(status: u16, body: impl Into<Value>) -> Self {
        let response = Self::new(status).header("content-type", "application/json");
        response.body(body.into().to_string())
    }

    /// A plain text response, `text/plain`.
    #[must_use]
    pub fn text(status: u16, body: impl Into<String>) -> Self {
        let response = Self::new(status).header("content-type", "text/plain");
        response.body(body.into())
    }

    /// An HTML response, `text/html`, as proxies and load balancers send it.
    #[must_use]
    pub fn html(status: u16, body: impl Into<String>) -> Self {
        let response = Self::new(status).header("content-type", "text/html; charset=utf-8");
        response.body(body.into())
    }

    /// Adds a header. A name or a value that HTTP does not allow is left out.
    #[must_use]
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        if let (Ok(name), Ok(value)) = (name.as_ref().parse(), value.as_ref().parse()) {
            self.headers.push((name, value));
        }
        self
    }

    /// Sets the body: any bytes, in any encoding.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Adds a header in place of those of the same name, under the rules of
    /// [`header`](Self::header).
    pub(crate) fn set_header(&mut self, name: &str, value: &str) {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse()) {
            self.headers.retain(|(present, _)| *present != name);
            self.headers.push((name, value));
        }
    }

    /// A JSON text in the layout that `query` requests.
    pub(crate) fn laid_out(query: &ListQuery, mut status: StatusCode, mut json: String) -> Self {
        if query.envelope {
            // For clients that cannot read a status: it moves into the body, and HTTP reports 200.
            json = format!("{{\"status\":{},\"content\":{json}}}", status.as_u16());
            status = StatusCode::OK;
        }
        if query.pretty
            && let Ok(tree) = serde_json::from_str::<Value>(&json)
        {
            json = format!("{tree:#}");
        }
        let response = Self::new(status.as_u16()).header("content-type", "application/json");
        response.body(json)
    }
}

impl IntoResponse for CannedResponse {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers);
        if let Some(auth_failure) = self.auth_failure {
            response.extensions_mut().insert(auth_failure);
        }
        response
    }
}

/// The code of a 401 that adds nothing to its status.
const UNAUTHORIZED: &str = "UNAUTHORIZED";

/// `ApiError`, the body of every documented error, with its status.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    code: Cow<'static, str>,
    detail: String,
    /// The subjects of the detail, by name.
    parameters: Vec<(&'static str, Value)>,
    violations: Vec<Violation>,
    /// The reason for the request log.
    pub(crate) auth_failure: Option<AuthFailure>,
}

impl ApiError {
    pub(crate) fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            detail: detail.into(),
            parameters: Vec::new(),
            violations: Vec::new(),
            auth_failure: None,
        }
    }

    /// The error a status usually has.
    pub(crate) fn usual(status: StatusCode) -> Self {
        let code = match status.as_u16() {
            400 => "VALIDATION_ERROR".to_owned(),
            404 => "RESOURCE_NOT_FOUND".to_owned(),
            410 => "VERSION_GONE".to_owned(),
            429 => "RATE_LIMITED".to_owned(),
            500 => "UNEXPECTED_ERROR".to_owned(),
            _ => {
                let reason = status.canonical_reason().unwrap_or("UNKNOWN");
                reason.to_uppercase().replace([' ', '-'], "_")
            }
        };
        Self::new(status, code, "The request failed.")
    }

    pub(crate) fn unauthorized(auth_failure: AuthFailure) -> Self {
        let detail = "You are not authorized for this resource.";
        Self::new(StatusCode::UNAUTHORIZED, UNAUTHORIZED, detail).because(auth_failure)
    }

    pub(crate) fn rate_limited(code: &'static str) -> Self {
        let detail = "Too many requests. Try again later.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, code, detail)
    }

    pub(crate) fn not_found(code: &'static str, detail: String) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }

    /// 400 for path or query parameters.
    pub(crate) fn invalid(code: &'static str, place: &str, violations: Vec<Violation>) -> Self {
        let names: Vec<_> = violations.iter().map(|violation| violation.field).collect();
        let detail = format!("Invalid {place} parameters: {}.", names.join(", "));
        Self {
            violations,
            ..Self::new(StatusCode::BAD_REQUEST, code, detail)
        }
    }

    /// Adds an entry of `parameters`.
    pub(crate) fn about(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.parameters.push((name, value.into()));
        self
    }

    pub(crate) fn because(mut self, auth_failure: AuthFailure) -> Self {
        self.auth_failure = Some(auth_failure);
        self
    }

    /// The body, as `fidelity` has it.
    pub(crate) fn to_json(&self, fidelity: Fidelity) -> String {
        let mut body = Map::new();
        let mut set = |name: &str, value| body.insert(name.to_owned(), value);
        set("error", json!(self.status.as_u16()));
        set("reason", json!(self.status.canonical_reason()));
        set("detail", json!(self.detail));
        // The live service leaves the code out of a 401 unless it adds to the status.
        if fidelity == Fidelity::Documented || self.code != UNAUTHORIZED {
            // Documented as objects, recorded as bare strings.
            let parameters = self.parameters.iter().map(|(name, value)| match fidelity {
                Fidelity::Documented => json!({ *name: value }),
                Fidelity::Live => json!(value),
            });
            set("errorCode", json!(self.code));
            set("parameters", parameters.collect());
        }
        if !self.violations.is_empty() {
            let fields = self.violations.iter().map(|Violation { field, description }| {
                json!({ "field": field, "description": description })
            });
            set(
                "badRequestDetail",
                json!({ "fields": fields.collect::<Value>() }),
            );
        }
        Value::Object(body).to_string()
    }
}
