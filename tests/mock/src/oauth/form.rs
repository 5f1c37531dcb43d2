//! The body of a token request.

use axum::http::{HeaderMap, header};

/// Fields of an `application/x-www-form-urlencoded` body, decoded, in order.
#[derive(Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// `None` for a body that does not say it is a form.
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        let content_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        let essence = content_type.split(';').next()?.trim();
        essence
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
            .then(|| Self(form_urlencoded::parse(body).into_owned().collect()))
    }

    /// The field `name`; `None` also if it comes twice, which RFC 6749 forbids.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(key, _)| key == name);
        let (_, value) = values.next()?;
        values.next().is_none().then_some(value)
    }
}
