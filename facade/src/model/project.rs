//! Projects.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::snapshot_fields::Link;
use super::tag::Tag;

/// A project, which the API calls a group. Listed by [`Atlas::projects`](crate::Atlas::projects).
///
/// Only the id is always present. It serializes to the field names of the API, except that a
/// `created` is a `createdAt`.
///
/// ```
/// use atlas_snapshots::{Project, Tag};
///
/// let project = Project::new("32b6e34b3d91647abb20e7b8")
///     .with_name("webshop")
///     .with_cluster_count(3)
///     .with_tags(vec![Tag::new("environment", "production")]);
/// assert_eq!(project.name(), Some("webshop"));
/// assert_eq!(project.tag("environment"), Some("production"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Project {
    pub(crate) id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) org_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) created_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cluster_count: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<Tag>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) region_usage_restrictions: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) with_default_alerts_settings: Option<bool>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) links: Vec<Link>,
}

impl Project {
    /// A project of which only the id is known. The `with_` methods set the rest.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: None,
            org_id: None,
            created_at: None,
            cluster_count: None,
            tags: Vec::new(),
            region_usage_restrictions: None,
            with_default_alerts_settings: None,
            links: Vec::new(),
        }
    }

    /// Sets [`name`](Self::name).
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets [`org_id`](Self::org_id).
    #[must_use]
    pub fn with_org_id(mut self, org_id: impl Into<String>) -> Self {
        self.org_id = Some(org_id.into());
        self
    }

    /// Sets [`created_at`](Self::created_at).
    #[must_use]
    pub fn with_created_at(mut self, created_at: DateTime<Utc>) -> Self {
        self.created_at = Some(created_at);
        self
    }

    /// Sets [`cluster_count`](Self::cluster_count).
    #[must_use]
    pub fn with_cluster_count(mut self, cluster_count: i64) -> Self {
        self.cluster_count = Some(cluster_count);
        self
    }

    /// Sets [`tags`](Self::tags).
    #[must_use]
    pub fn with_tags(mut self, tags: Vec<Tag>) -> Self {
        self.tags = tags;
        self
    }

    /// The id of the project (documented as 24 lower-case hexadecimal characters), as received.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name of the project.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The id of the organisation to which the project belongs (`orgId`).
    #[must_use]
    pub fn org_id(&self) -> Option<&str> {
        self.org_id.as_deref()
    }

    /// When the project was created (`created`).
    #[must_use]
    pub fn created_at(&self) -> Option<DateTime<Utc>> {
        self.created_at
    }

    /// The number of clusters that Atlas counts in the project (`clusterCount`). Flex and free
    /// clusters count, too (recorded).
    #[must_use]
    pub fn cluster_count(&self) -> Option<i64> {
        self.cluster_count
    }

    /// The tags of the project.
    #[must_use]
    pub fn tags(&self) -> &[Tag] {
        &self.tags
    }

    /// The value of the tag with this key.
    #[must_use]
    pub fn tag(&self, key: &str) -> Option<&str> {
        let tag = self.tags.iter().find(|tag| tag.key() == key)?;
        Some(tag.value())
    }

    /// The regions to which the project is restricted (`regionUsageRestrictions`), as received.
    #[must_use]
    pub fn region_usage_restrictions(&self) -> Option<&str> {
        self.region_usage_restrictions.as_deref()
    }

    /// Whether the project was created with the default alert settings
    /// (`withDefaultAlertsSettings`).
    #[must_use]
    pub fn default_alerts_settings(&self) -> Option<bool> {
        self.with_default_alerts_settings
    }

    /// Links to related resources, as received. This library never follows links.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.links
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_serializes_to_camel_case_and_back() {
        let json = r#"{"id":"32b6e34b3d91647abb20e7b8","name":"Übungen","orgId":"5f0a6c1e92d4b8370c15ea49","createdAt":"2024-02-19T09:31:07Z","clusterCount":3,"tags":[{"key":"environment","value":"production"}],"regionUsageRestrictions":"NONE","withDefaultAlertsSettings":true,"links":[{"href":"https://cloud.mongodb.com/api/atlas","rel":"self"}]}"#;
        let project: Project = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&project).unwrap(), json);
        let bare = Project::new("x");
        assert_eq!(serde_json::to_string(&bare).unwrap(), r#"{"id":"x"}"#);
        assert_eq!(bare.tag("environment"), None);
    }
}
