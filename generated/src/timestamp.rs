//! Times, decoded fast and leniently.

use std::{
    borrow::Cow,
    fmt::{self, Display},
    str::FromStr,
};

use chrono::{DateTime, FixedOffset, ParseError, SecondsFormat, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A point in time, in UTC.
///
/// The `Deserialize` of chrono uses its general-purpose parser, which is slower and refuses offsets
/// such as `+0000`. Times take most of the decoding time of a page, so this type tries the fast
/// RFC 3339 parser first, and the other forms of ISO 8601 after it.
///
/// ```
/// use atlas_snapshots_generated::Timestamp;
///
/// let taken: Timestamp = "2025-05-04T11:42:00.500+0200".parse()?;
/// assert_eq!(taken.to_string(), "2025-05-04T09:42:00.500Z");
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub DateTime<Utc>);

impl From<DateTime<Utc>> for Timestamp {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time)
    }
}

impl From<Timestamp> for DateTime<Utc> {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.0
    }
}

impl FromStr for Timestamp {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        DateTime::parse_from_rfc3339(text)
            .or_else(|strict| parse_iso8601(text).ok_or(strict))
            .map(|time| Self(time.to_utc()))
    }
}

/// Parses the forms that ISO 8601 allows in addition to RFC 3339: an offset without a colon or without
/// minutes, a comma before the fraction, no seconds. Text without an offset is an error.
#[cold]
fn parse_iso8601(text: &str) -> Option<DateTime<FixedOffset>> {
    let text = text.replace(',', ".");
    ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z"]
        .into_iter()
        .find_map(|format| DateTime::parse_from_str(&text, format).ok())
}

/// RFC 3339 with `Z`, and the fraction of the second if there is one.
impl Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Iso8601)
    }
}

struct Iso8601;

impl de::Visitor<'_> for Iso8601 {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an ISO 8601 date and time with an offset")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
        text.parse()
            .map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

impl JsonSchema for Timestamp {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Timestamp".into()
    }

    fn schema_id() -> Cow<'static, str> {
        concat!(module_path!(), "::Timestamp").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}
