//! Identifiers that are checked when they are made, and the error for a value that is refused.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A value that breaks a documented rule. [`Display`](fmt::Display) names the value and the rule.
///
/// It converts into an [`Error`](crate::Error) of kind
/// [`InvalidArgument`](crate::ErrorKind::InvalidArgument).
///
/// ```
/// use atlas_snapshots::ProjectId;
///
/// let invalid = ProjectId::new("not-an-id").unwrap_err();
/// assert_eq!(
///     invalid.to_string(),
///     "project id \"not-an-id\" must be 24 characters from a-f and 0-9",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidValue {
    message: String,
}

impl InvalidValue {
    /// A value that breaks `rule`. The value is quoted, so it must not be a secret.
    pub(crate) fn new(what: &str, value: impl fmt::Display, rule: &str) -> Self {
        let value = value.to_string();
        Self {
            message: format!("{what} {value:?} {rule}"),
        }
    }

    /// Values that do not go together, or one that is not to be repeated.
    pub(crate) fn because(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }

    /// Checks that `value` lies within `bounds`, as the rule says.
    pub(crate) fn check_range<N: PartialOrd + fmt::Display>(
        what: &str,
        value: N,
        bounds: std::ops::RangeInclusive<N>,
    ) -> Result<N, Self> {
        if bounds.contains(&value) {
            return Ok(value);
        }
        let rule = format!("must be {} to {}", bounds.start(), bounds.end());
        Err(Self::new(what, value, &rule))
    }
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for InvalidValue {}

/// Implements what every checked text has in common.
macro_rules! checked_text {
    ($name:ident, $what:literal, $rule:literal, $is_valid:expr) => {
        impl $name {
            /// Checks `text` and takes it over.
            ///
            /// # Errors
            ///
            /// [`InvalidValue`], which names the text and the rule it breaks.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidValue> {
                let text = text.into();
                let is_valid: fn(&str) -> bool = $is_valid;
                if is_valid(&text) {
                    Ok(Self(text))
                } else {
                    Err(InvalidValue::new($what, text, $rule))
                }
            }

            /// The text as given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidValue;

            fn from_str(text: &str) -> Result<Self, InvalidValue> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidValue;

            fn try_from(text: String) -> Result<Self, InvalidValue> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = InvalidValue;

            fn try_from(text: &str) -> Result<Self, InvalidValue> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

/// The id of an Atlas project, which the API calls a group: 24 lower-case hexadecimal characters
/// (documented pattern `^([a-f0-9]{24})$`). Deserializing checks it.
///
/// ```
/// # use atlas_snapshots::ProjectId;
/// let project: ProjectId = "32b6e34b3d91647abb20e7b8".parse()?;
/// assert_eq!(project.as_str(), "32b6e34b3d91647abb20e7b8");
/// assert!("32B6E34B3D91647ABB20E7B8".parse::<ProjectId>().is_err());
/// # Ok::<(), atlas_snapshots::InvalidValue>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProjectId(String);

checked_text!(
    ProjectId,
    "project id",
    "must be 24 characters from a-f and 0-9",
    is_object_id
);

/// Whether a text is 24 lower-case hexadecimal characters.
pub(crate) fn is_object_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|b| matches!(b, b'a'..=b'f' | b'0'..=b'9'))
}

/// The name of a cluster: letters, digits and hyphens, not starting with a hyphen (documented
/// pattern `^[a-zA-Z0-9][a-zA-Z0-9-]*$`). Deserializing checks it.
///
/// ```
/// # use atlas_snapshots::ClusterName;
/// let name: ClusterName = "Cluster0".parse()?;
/// assert_eq!(name.to_string(), "Cluster0");
/// assert!("my_cluster".parse::<ClusterName>().is_err());
/// # Ok::<(), atlas_snapshots::InvalidValue>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClusterName(String);

checked_text!(
    ClusterName,
    "cluster name",
    "must be letters, digits and hyphens, starting with a letter or digit",
    |text| !text.is_empty()
        && !text.starts_with('-')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
);

/// The id of a snapshot.
///
/// It is documented as 24 lower-case hexadecimal characters. Every text of the server is kept,
/// so nothing is checked.
///
/// ```
/// # use atlas_snapshots::SnapshotId;
/// let id = SnapshotId::from("32b6e34b3d91647abb20e7b8");
/// assert_eq!(format!("{id:>26}|"), "  32b6e34b3d91647abb20e7b8|");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SnapshotId(String);

impl SnapshotId {
    /// The id as received.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for SnapshotId {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for SnapshotId {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<SnapshotId> for String {
    fn from(id: SnapshotId) -> String {
        id.0
    }
}

impl AsRef<str> for SnapshotId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn project_ids_follow_the_documented_pattern() {
        assert!(ProjectId::new("0123456789abcdef01234567").is_ok());
        for bad in [
            "",
            "0123456789abcdef0123456",
            "0123456789abcdef012345678",
            "0123456789ABCDEF01234567",
            "0123456789abcdef0123456g",
            "0123456789abcdef0123456\n",
            "éééééééééééé",
        ] {
            let message = ProjectId::new(bad).unwrap_err().to_string();
            assert!(message.contains(&format!("{bad:?}")), "{message}");
            assert!(message.contains("24 characters"), "{message}");
        }
    }

    #[test]
    fn cluster_names_follow_the_documented_pattern() {
        for good in ["a", "0", "Cluster0", "a-", "A-b-9"] {
            assert!(ClusterName::new(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a_b", "a/b", "a b", "ä", "..", "a\n"] {
            let message = ClusterName::new(bad).unwrap_err().to_string();
            assert!(message.contains(&format!("{bad:?}")), "{message}");
        }
    }

    #[test]
    fn deserializing_an_id_checks_it() {
        let name: ClusterName = serde_json::from_str(r#""Cluster0""#).unwrap();
        assert_eq!(serde_json::to_string(&name).unwrap(), r#""Cluster0""#);
        let error = serde_json::from_str::<ClusterName>(r#""a/b""#).unwrap_err();
        assert!(error.to_string().contains("letters, digits"), "{error}");
        assert!(serde_json::from_str::<ProjectId>(r#""x""#).is_err());
    }

    #[test]
    fn ids_are_padded_like_any_text() {
        let project = ProjectId::new("0123456789abcdef01234567").unwrap();
        assert_eq!(format!("{project:26}|"), "0123456789abcdef01234567  |");
        let name = ClusterName::new("a").unwrap();
        assert_eq!(format!("{name:>3}|{name:<3}|"), "  a|a  |");
    }

    #[test]
    fn a_number_out_of_range_is_refused_with_its_bounds() {
        assert_eq!(
            InvalidValue::check_range("page size", 500, 1..=500),
            Ok(500)
        );
        for bad in [0, 501] {
            let refused = InvalidValue::check_range("page size", bad, 1..=500).unwrap_err();
            let message = format!("page size \"{bad}\" must be 1 to 500");
            assert_eq!(refused.to_string(), message);
        }
    }
}
