//! The bodies of error responses, read leniently: the status has decided the kind before.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The most characters of an undocumented body that an error keeps.
const EXCERPT_CHARS: usize = 512;

/// One field of a request that Atlas rejected, from `badRequestDetail.fields` (documented).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FieldViolation {
    field: String,
    description: String,
}

impl FieldViolation {
    /// The name of the field; empty when Atlas left it out.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// Why the field was rejected, as Atlas describes it; empty when Atlas left it out.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }
}

/// The fields of an error body, read one by one, so that an odd one never hides another.
#[derive(Debug, Clone, Default)]
pub(crate) struct ErrorBody {
    pub(crate) error_code: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) detail: Option<String>,
    pub(crate) parameters: Vec<String>,
    pub(crate) field_violations: Vec<FieldViolation>,
    /// Kept only where the body has neither a code nor a detail.
    pub(crate) excerpt: Option<String>,
}

impl ErrorBody {
    pub(crate) fn read(body: &[u8]) -> Self {
        let read = match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Self::from_fields(&fields),
            _ => Self::default(),
        };
        let says_nothing = read.error_code.is_none() && read.detail.is_none();
        Self {
            excerpt: says_nothing.then(|| excerpt(body)).flatten(),
            ..read
        }
    }

    /// Reads an error of the token endpoint: `{"error", "error_description"}`, or Atlas's own
    /// shape. No excerpt is kept, because the response to a secret may repeat it.
    pub(crate) fn read_oauth(body: &[u8]) -> Self {
        let Ok(Value::Object(fields)) = serde_json::from_slice(body) else {
            return Self::default();
        };
        let text = |name: &str| fields.get(name)?.as_str().map(str::to_owned);
        let read = Self::from_fields(&fields);
        Self {
            error_code: read.error_code.or_else(|| text("error")),
            detail: read.detail.or_else(|| text("error_description")),
            ..read
        }
    }

    /// Every text of the server.
    pub(crate) fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let single = [
            &mut self.error_code,
            &mut self.reason,
            &mut self.detail,
            &mut self.excerpt,
        ];
        let violations = self.field_violations.iter_mut();
        single
            .into_iter()
            .flatten()
            .chain(&mut self.parameters)
            .chain(violations.flat_map(|v| [&mut v.field, &mut v.description]))
    }

    fn from_fields(fields: &Map<String, Value>) -> Self {
        let text = |name: &str| fields.get(name)?.as_str().map(str::to_owned);
        Self {
            error_code: text("errorCode"),
            reason: text("reason"),
            // `message` is the name in the second, undocumented error shape.
            detail: text("detail").or_else(|| text("message")),
            parameters: list(fields.get("parameters")).iter().map(plain).collect(),
            field_violations: list(fields.get("badRequestDetail").and_then(|d| d.get("fields")))
                .iter()
                .map(violation)
                .collect(),
            excerpt: None,
        }
    }
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Strings as they are, anything else as JSON.
fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn violation(value: &Value) -> FieldViolation {
    let text = |name: &str| value.get(name).map(plain).unwrap_or_default();
    FieldViolation {
        field: text("field"),
        description: text("description"),
    }
}

/// The start of a body as printable text; `None` when there is nothing to show.
pub(crate) fn excerpt(body: &[u8]) -> Option<String> {
    // Four bytes a character at most: decode no more than can be shown.
    let head = &body[..body.len().min(EXCERPT_CHARS * 4)];
    let text: String = String::from_utf8_lossy(head)
        .trim()
        .chars()
        .take(EXCERPT_CHARS)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_documented_body_is_read_whole() {
        let body = ErrorBody::read(
            br#"{"error":400,"errorCode":"VALIDATION_ERROR","reason":"Bad Request","detail":"No.",
                "parameters":["a",7,{"k":1}],
                "badRequestDetail":{"fields":[{"field":"pageNum","description":"too small"}]}}"#,
        );
        assert_eq!(body.error_code.as_deref(), Some("VALIDATION_ERROR"));
        assert_eq!(body.reason.as_deref(), Some("Bad Request"));
        assert_eq!(body.detail.as_deref(), Some("No."));
        assert_eq!(body.parameters, ["a", "7", r#"{"k":1}"#]);
        assert_eq!(body.field_violations[0].field(), "pageNum");
        assert_eq!(body.field_violations[0].description(), "too small");
        assert_eq!(body.excerpt, None);
    }

    #[test]
    fn a_body_without_code_keeps_its_detail() {
        let body = ErrorBody::read(
            br#"{"error":401,"reason":"Unauthorized","detail":"You are not authorized.","parameters":null}"#,
        );
        assert_eq!(body.error_code, None);
        assert_eq!(body.detail.as_deref(), Some("You are not authorized."));
        assert!(body.parameters.is_empty());
    }

    #[test]
    fn the_second_error_shape_is_read() {
        let body = ErrorBody::read(
            br#"{"errorCode":"OOPS","message":"broken","status":"ERROR","version":"1"}"#,
        );
        assert_eq!(body.error_code.as_deref(), Some("OOPS"));
        assert_eq!(body.detail.as_deref(), Some("broken"));
    }

    #[test]
    fn one_odd_field_hides_no_other() {
        let body = ErrorBody::read(
            br#"{"errorCode":7,"detail":"still here","parameters":{},"badRequestDetail":{"fields":[3,{}]}}"#,
        );
        assert_eq!(body.error_code, None);
        assert_eq!(body.detail.as_deref(), Some("still here"));
        assert_eq!(body.field_violations.len(), 2);
    }

    #[test]
    fn bodies_that_are_no_json_object_leave_a_bounded_printable_excerpt() {
        assert_eq!(ErrorBody::read(b"").excerpt, None);
        assert_eq!(
            ErrorBody::read(b"Server Error\n").excerpt.as_deref(),
            Some("Server Error")
        );
        assert_eq!(
            ErrorBody::read(b"<html>\x07</html>").excerpt.as_deref(),
            Some("<html> </html>")
        );
        let long = ErrorBody::read("é".repeat(100_000).as_bytes())
            .excerpt
            .unwrap();
        assert_eq!(long.chars().count(), EXCERPT_CHARS);
        assert!(ErrorBody::read(&[0xff, 0xfe]).excerpt.is_some());
    }
}
