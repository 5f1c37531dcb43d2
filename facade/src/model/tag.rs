//! Tags of projects and clusters.

use serde::{Deserialize, Serialize};

/// A tag of a project or a cluster, such as `environment` = `production`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tag {
    key: String,
    #[serde(default)]
    value: String,
}

impl Tag {
    /// A tag with this key and value.
    #[must_use]
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
        }
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The value; empty if the server sent none.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}
