//! `x-rust-type`: the hand-written types that stand in for a schema in the generated code.

use serde_json::{Value, json};

use crate::spec::Node;
use crate::violation::Violation;

/// The format of a [`RustType::Timestamp`] for the validator.
pub(crate) const TIMESTAMP: &str = "timestamp";

/// What is known of a type that the overlay names.
pub(crate) enum RustType<'a> {
    /// Any string; the documented values are those of the schema given as its parameter.
    OpenEnum(Node<'a>),
    /// A `date-time` that also takes offsets as ISO 8601 writes them, such as `+0200`.
    Timestamp,
}

impl<'a> RustType<'a> {
    pub(crate) fn of(schema: &Node<'a>) -> Result<Option<Self>, Violation> {
        let Some(named) = schema.get("x-rust-type") else {
            return Ok(None);
        };
        match named.need_text("path")? {
            "atlas_snapshots_generated::OpenEnum" => {
                let parameters = named.need("parameters")?;
                let documented = parameters.elements().into_iter().next();
                documented.map_or_else(
                    || Err(parameters.violation("does not say which values are documented")),
                    |documented| Ok(Some(Self::OpenEnum(documented))),
                )
            }
            "atlas_snapshots_generated::Timestamp" => {
                match ["type", "format"].map(|keyword| schema.text(keyword)) {
                    [Some("string"), Some("date-time")] => Ok(Some(Self::Timestamp)),
                    _ => Err(schema.violation("is read as a Timestamp, but is no date-time")),
                }
            }
            other => {
                Err(named.violation(format!("names {other}, of which these suites know nothing")))
            }
        }
    }

    /// What it decodes, as a schema.
    pub(crate) fn accepted(&self) -> Value {
        match self {
            Self::OpenEnum(_) => json!({ "type": "string" }),
            Self::Timestamp => json!({ "type": "string", "format": TIMESTAMP }),
        }
    }
}

/// Whether a [`RustType::Timestamp`] takes this text.
pub(crate) fn is_timestamp(text: &str) -> bool {
    let is_rfc3339 = |text: &str| chrono::DateTime::parse_from_rfc3339(text).is_ok();
    let with_colon = || {
        let (rest, minutes) = text.split_at_checked(text.len().checked_sub(2)?)?;
        Some(format!("{rest}:{minutes}"))
    };
    is_rfc3339(text) || with_colon().is_some_and(|text| is_rfc3339(&text))
}
