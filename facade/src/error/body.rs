//! The bodies of error responses, read leniently: the status has decided the kind before.

use std::fmt;

use atlas_snapshots_generated::lists::First;
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::model::text::{Shown, cut, printable};

/// The most characters of an undocumented body that an error keeps, without the ellipsis.
const EXCERPT_CHARS: usize = 511;

/// The most parameters, and the most fields, that an error keeps.
const LISTED: usize = 32;

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
#[derive(Clone, Default)]
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
        let read = Self::from(Fields::read(body));
        let says_nothing = read.error_code.is_none() && read.detail.is_none();
        Self {
            excerpt: says_nothing.then(|| excerpt(body)).flatten(),
            ..read
        }
    }

    /// Reads an error of the token endpoint: `{"error", "error_description"}`, or Atlas's own
    /// shape. No excerpt is kept, because the response to a secret may repeat it.
    pub(crate) fn read_oauth(body: &[u8]) -> Self {
        let mut fields = Fields::read(body);
        let (error, description) = (fields.error.take(), fields.error_description.take());
        let read = Self::from(fields);
        Self {
            error_code: read.error_code.or(error),
            detail: read.detail.or(description),
            ..read
        }
    }
}

impl fmt::Debug for ErrorBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parameters = self.parameters.iter().map(|text| Shown(text));
        let violations = self.field_violations.iter();
        let violations = violations.map(|it| (Shown(&it.field), Shown(&it.description)));
        f.debug_struct("ErrorBody")
            .field("error_code", &self.error_code.as_deref().map(Shown))
            .field("reason", &self.reason.as_deref().map(Shown))
            .field("detail", &self.detail.as_deref().map(Shown))
            .field("parameters", &parameters.collect::<Vec<_>>())
            .field("field_violations", &violations.collect::<Vec<_>>())
            .field("excerpt", &self.excerpt)
            .finish()
    }
}

/// The fields of all known shapes.
#[derive(Default)]
struct Fields {
    error_code: Option<String>,
    reason: Option<String>,
    detail: Option<String>,
    message: Option<String>,
    parameters: Vec<String>,
    field_violations: Vec<FieldViolation>,
    error: Option<String>,
    error_description: Option<String>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Name {
    ErrorCode,
    Reason,
    Detail,
    Message,
    Parameters,
    BadRequestDetail,
    Error,
    #[serde(rename = "error_description")]
    ErrorDescription,
    #[serde(other)]
    Other,
}

impl Fields {
    /// Reads up to the end or the first mistake. Of a body that was cut, the fields before the cut
    /// count.
    fn read(body: &[u8]) -> Self {
        let mut fields = Self::default();
        let _: Result<(), _> =
            serde_json::Deserializer::from_slice(body).deserialize_map(&mut fields);
        fields
    }
}

impl From<Fields> for ErrorBody {
    fn from(fields: Fields) -> Self {
        Self {
            error_code: fields.error_code,
            reason: fields.reason,
            // `message` is the name in the second, undocumented error shape.
            detail: fields.detail.or(fields.message),
            parameters: fields.parameters,
            field_violations: fields.field_violations,
            excerpt: None,
        }
    }
}

impl<'de> Visitor<'de> for &mut Fields {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key()? {
            let value: &RawValue = map.next_value()?;
            match name {
                Name::ErrorCode => self.error_code = text(value),
                Name::Reason => self.reason = text(value),
                Name::Detail => self.detail = text(value),
                Name::Message => self.message = text(value),
                Name::Error => self.error = text(value),
                Name::ErrorDescription => self.error_description = text(value),
                Name::Parameters => self.parameters = list(value).into_iter().map(plain).collect(),
                Name::BadRequestDetail => self.field_violations = violations(value),
                Name::Other => {}
            }
        }
        Ok(())
    }
}

fn text(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

/// The elements of a list; none of anything else.
fn list(value: &RawValue) -> First<&RawValue, LISTED> {
    First::deserialize(value).unwrap_or_default()
}

/// Strings as they are, anything else as JSON.
fn plain(value: &RawValue) -> String {
    text(value).unwrap_or_else(|| value.get().to_owned())
}

fn violations(detail: &RawValue) -> Vec<FieldViolation> {
    #[derive(Deserialize)]
    struct Detail<'a> {
        #[serde(borrow)]
        fields: &'a RawValue,
    }
    #[derive(Deserialize, Default)]
    struct Violation<'a> {
        #[serde(borrow)]
        field: Option<&'a RawValue>,
        #[serde(borrow)]
        description: Option<&'a RawValue>,
    }
    let detail = serde_json::from_str(detail.get());
    let listed = detail.map_or_else(|_| First::default(), |Detail { fields }| list(fields));
    let read = |value: &RawValue| {
        let violation: Violation<'_> = serde_json::from_str(value.get()).unwrap_or_default();
        FieldViolation {
            field: violation.field.map(plain).unwrap_or_default(),
            description: violation.description.map(plain).unwrap_or_default(),
        }
    };
    listed.into_iter().map(read).collect()
}

/// The start of a body as printable text; `None` when there is nothing to show.
pub(crate) fn excerpt(body: &[u8]) -> Option<String> {
    // Four bytes a character at most, and one more character: decode no more than can be shown.
    let head = &body[..body.len().min(EXCERPT_CHARS * 4 + 4)];
    let text = String::from_utf8_lossy(head);
    let text = printable(&cut(text.trim(), EXCERPT_CHARS));
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
    fn of_a_body_that_was_cut_the_fields_before_the_cut_count() {
        let body = br#"{"errorCode":"A","detail":"B","parameters":["C"],"reason":"D","#;
        for (length, [code, detail, parameter]) in [
            (body.len(), [true, true, true]),
            (
                br#"{"errorCode":"A","detail":"B","parameters":["C"#.len(),
                [true, true, false],
            ),
            (br#"{"errorCode":"A","detail":"#.len(), [true, false, false]),
            (br#"{"errorCode":"#.len(), [false, false, false]),
        ] {
            let read = ErrorBody::read(&body[..length]);
            assert_eq!(read.error_code.is_some(), code, "{length}");
            assert_eq!(read.detail.is_some(), detail, "{length}");
            assert_eq!(!read.parameters.is_empty(), parameter, "{length}");
            assert_eq!(read.excerpt.is_some(), !code, "{length}");
        }
        let invalid = ErrorBody::read(b"{\"errorCode\":\"A\",\"detail\":\"\xff\"}");
        assert_eq!(invalid.error_code.as_deref(), Some("A"));
        let oauth = ErrorBody::read_oauth(br#"{"error":"a","error_description":"b","x":"#);
        assert_eq!(oauth.error_code.as_deref(), Some("a"));
        assert_eq!(oauth.detail.as_deref(), Some("b"));
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
        assert_eq!(long, format!("{}…", "é".repeat(EXCERPT_CHARS)));
        assert!(ErrorBody::read(&[0xff, 0xfe]).excerpt.is_some());
    }
}
