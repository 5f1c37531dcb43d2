use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// A whole answer, said in advance: status, headers, body, exactly as given.
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
}

impl CannedResponse {
    /// An empty answer without a content type.
    ///
    /// A status outside 100 to 999 becomes 500.
    #[must_use]
    pub fn new(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// A JSON answer, `application/json`.
    #[must_use]
    pub fn json(status: u16, body: impl Into<Value>) -> Self {
        Self::new(status)
            .header("content-type", "application/json")
            .body(body.into().to_string())
    }

    /// A plain text answer, `text/plain`.
    #[must_use]
    pub fn text(status: u16, body: impl Into<String>) -> Self {
        Self::new(status)
            .header("content-type", "text/plain")
            .body(body.into())
    }

    /// An HTML answer, `text/html`, as proxies and load balancers give.
    #[must_use]
    pub fn html(status: u16, body: impl Into<String>) -> Self {
        Self::new(status)
            .header("content-type", "text/html; charset=utf-8")
            .body(body.into())
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

    /// Replaces headers of the same name.
    pub(crate) fn set_header(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.retain(|(present, _)| *present != name);
        self.headers.push((name, value));
    }
}

impl IntoResponse for CannedResponse {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers);
        response
    }
}
