//! Enums that accept undocumented values.
//!
//! With a closed Rust enum, one undocumented value loses its whole page. The overlay therefore
//! wraps every enum of a response in [`OpenEnum`].

use std::{
    borrow::Cow,
    convert::Infallible,
    fmt::{self, Debug, Display},
    marker::PhantomData,
    str::FromStr,
};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The documented values of an enum.
///
/// The generated code implements this trait for every enum in [`types`](crate::types).
pub trait Vocabulary: Copy + 'static {
    /// Every documented value, in the order of the documentation.
    const ALL: &'static [Self];

    /// The text of this value in JSON.
    #[must_use]
    fn word(self) -> &'static str;

    /// The value with this text, which is case-sensitive.
    #[must_use]
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.word() == word)
    }
}

/// A documented value, or the text of an undocumented one.
///
/// ```
/// use atlas_snapshots_generated::{OpenEnum, types::SnapshotStatus};
///
/// let status: OpenEnum<SnapshotStatus> = serde_json::from_str(r#""completed""#)?;
/// assert_eq!(status, OpenEnum::Known(SnapshotStatus::Completed));
///
/// let status: OpenEnum<SnapshotStatus> = serde_json::from_str(r#""COMPLETED""#)?;
/// assert_eq!(status, OpenEnum::Unknown("COMPLETED".to_owned()));
/// assert_eq!(serde_json::to_string(&status)?, r#""COMPLETED""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OpenEnum<K> {
    /// A documented value.
    Known(K),
    /// The text of any other value, as received.
    Unknown(String),
}

impl<K: Vocabulary> OpenEnum<K> {
    /// The text of this value in JSON.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(known) => known.word(),
            Self::Unknown(text) => text,
        }
    }

    /// The documented value; `None` for an undocumented one.
    #[must_use]
    pub fn known(&self) -> Option<K> {
        match self {
            Self::Known(known) => Some(*known),
            Self::Unknown(_) => None,
        }
    }
}

impl<K> From<K> for OpenEnum<K> {
    fn from(known: K) -> Self {
        Self::Known(known)
    }
}

impl<K: Vocabulary> FromStr for OpenEnum<K> {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(K::from_word(text).map_or_else(|| Self::Unknown(text.to_owned()), Self::Known))
    }
}

impl<K: Vocabulary> Display for OpenEnum<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<K: Vocabulary> Serialize for OpenEnum<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, K: Vocabulary> Deserialize<'de> for OpenEnum<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A visitor compares the text in place, so that a documented value allocates nothing.
        deserializer.deserialize_str(Words(PhantomData))
    }
}

struct Words<K>(PhantomData<K>);

impl<K: Vocabulary> de::Visitor<'_> for Words<K> {
    type Value = OpenEnum<K>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<OpenEnum<K>, E> {
        text.parse().map_err(|never: Infallible| match never {})
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<OpenEnum<K>, E> {
        Ok(K::from_word(&text).map_or_else(|| OpenEnum::Unknown(text), OpenEnum::Known))
    }
}

/// `anyOf: [<the documented enum>, {type: string}]`: any string is valid, and the schema still has the
/// documented values.
impl<K: JsonSchema> JsonSchema for OpenEnum<K> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Open_{}", K::schema_name()).into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("{}::OpenEnum<{}>", module_path!(), K::schema_id()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let documented = generator.subschema_for::<K>();
        json_schema!({ "anyOf": [documented, { "type": "string" }] })
    }
}
