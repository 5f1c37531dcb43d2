//! Lists that are decoded up to a bound, whatever a server sends.
//!
//! The elements of a list can take twenty times the memory of their JSON text and more, so that a
//! bound in bytes is not enough.

use std::{borrow::Cow, fmt, marker::PhantomData, ops::Deref};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, IgnoredAny, SeqAccess, Visitor},
};

/// The first `N` elements of a list. Decoding skips the others.
///
/// ```
/// use atlas_snapshots_generated::lists::First;
///
/// let list: First<u8, 2> = serde_json::from_str(r#"[1, 2, 300, "four"]"#)?;
/// assert_eq!(list[..], [1, 2]);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub type First<T, const N: usize> = List<T, N, false>;

/// A list of at most `N` elements. A longer one is an error, and decoding stops there.
///
/// ```
/// use atlas_snapshots_generated::lists::AtMost;
///
/// assert!(serde_json::from_str::<AtMost<u8, 2>>("[1, 2]").is_ok());
/// assert!(serde_json::from_str::<AtMost<u8, 2>>("[1, 2, 3]").is_err());
/// ```
pub type AtMost<T, const N: usize> = List<T, N, true>;

/// A list whose length is bounded while it is decoded: [`First`] or [`AtMost`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct List<T, const N: usize, const REFUSED: bool>(
    /// The elements.
    pub Vec<T>,
);

impl<T, const N: usize, const REFUSED: bool> Default for List<T, N, REFUSED> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const N: usize, const REFUSED: bool> Deref for List<T, N, REFUSED> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const N: usize, const REFUSED: bool> IntoIterator for List<T, N, REFUSED> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T, const N: usize, const REFUSED: bool> IntoIterator for &'a List<T, N, REFUSED> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'de, T, const N: usize, const REFUSED: bool> Deserialize<'de> for List<T, N, REFUSED>
where
    T: Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Elements(PhantomData))
    }
}

struct Elements<T, const N: usize, const REFUSED: bool>(PhantomData<T>);

impl<'de, T, const N: usize, const REFUSED: bool> Visitor<'de> for Elements<T, N, REFUSED>
where
    T: Deserialize<'de>,
{
    type Value = List<T, N, REFUSED>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while list.len() < N {
            match elements.next_element()? {
                Some(element) => list.push(element),
                None => return Ok(List(list)),
            }
        }
        while elements.next_element::<IgnoredAny>()?.is_some() {
            if REFUSED {
                return Err(A::Error::custom(format_args!("more than {N} elements")));
            }
        }
        Ok(List(list))
    }
}

/// The schema of a `Vec`, with `maxItems` for [`AtMost`].
impl<T: JsonSchema, const N: usize, const REFUSED: bool> JsonSchema for List<T, N, REFUSED> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Vec::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Vec::<T>::json_schema(generator);
        if REFUSED {
            schema.insert("maxItems".to_owned(), N.into());
        }
        schema
    }
}
