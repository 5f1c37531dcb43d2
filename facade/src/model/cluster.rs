//! Clusters.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::snapshot_fields::{CloudProvider, Link};
use super::tag::Tag;
use super::text_enum::open_enum;

open_enum! {
    /// The kind of a cluster. It determines the API that lists the snapshots of the cluster.
    ///
    /// ```
    /// # use atlas_snapshots::ClusterKind;
    /// assert_eq!(ClusterKind::from("geoSharded"), ClusterKind::GeoSharded);
    /// assert_eq!(ClusterKind::Flex.to_string(), "flex");
    /// ```
    ClusterKind {
        /// A dedicated replica set.
        ReplicaSet = "replicaSet" or "REPLICASET",
        /// A dedicated sharded cluster.
        Sharded = "sharded" or "SHARDED",
        /// A dedicated global cluster, whose shards are in zones.
        GeoSharded = "geoSharded" or "GEOSHARDED",
        /// A Flex cluster.
        Flex = "flex",
        /// A free cluster (M0), which has no backups.
        Free = "free",
        /// A serverless instance. Atlas has had none since January 2026.
        Serverless = "serverless",
    }
}

open_enum! {
    /// What a cluster is doing (`stateName`).
    ClusterState {
        /// Nothing but its work.
        Idle = "IDLE",
        /// It is being created.
        Creating = "CREATING",
        /// It is being changed.
        Updating = "UPDATING",
        /// It is being deleted.
        Deleting = "DELETING",
        /// It is being repaired.
        Repairing = "REPAIRING",
    }
}

open_enum! {
    /// What Atlas itself uses a cluster for (`internalClusterRole`).
    InternalClusterRole {
        /// Nothing: it is a cluster of the customer.
        None = "NONE",
        /// A part of Atlas runs on it.
        System = "SYSTEM_CLUSTER",
        /// It is a copy of another cluster, for Atlas's own purposes.
        Shadow = "INTERNAL_SHADOW_CLUSTER",
    }
}

/// The part of a cluster that is in one region. A sharded cluster has one for each shard or zone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ClusterRegion {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) provider: Option<CloudProvider>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) zone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) instance_size: Option<String>,
}

impl ClusterRegion {
    /// The region of a provider, such as `EU_WEST_1` of AWS.
    #[must_use]
    pub fn new(provider: CloudProvider, name: impl Into<String>) -> Self {
        Self {
            provider: Some(provider),
            name: Some(name.into()),
            zone: None,
            instance_size: None,
        }
    }

    /// The cloud provider. Of a cluster on shared hosts, it is the provider of the hosts
    /// (`backingProviderName`).
    #[must_use]
    pub fn provider(&self) -> Option<&CloudProvider> {
        self.provider.as_ref()
    }

    /// The name of the region at the provider (`regionName`), such as `EU_WEST_1`.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The zone of a global cluster (`zoneName`).
    #[must_use]
    pub fn zone(&self) -> Option<&str> {
        self.zone.as_deref()
    }

    /// The size of the electable nodes (`instanceSize`), such as `M30`.
    #[must_use]
    pub fn instance_size(&self) -> Option<&str> {
        self.instance_size.as_deref()
    }
}

/// A cluster of a project. Listed by [`Atlas::clusters`](crate::Atlas::clusters).
///
/// Only the id is always present. It serializes to camel case, with the texts of the enums as
/// their `as_str` returns them.
///
/// ```
/// use atlas_snapshots::{Cluster, ClusterKind};
///
/// let cluster = Cluster::new("67cff1ad0c93e25b7846d0e1")
///     .with_name("Cluster0")
///     .with_kind(ClusterKind::ReplicaSet)
///     .with_backups_enabled(true);
/// assert_eq!(cluster.name(), Some("Cluster0"));
/// assert_eq!(cluster.backups_enabled(), Some(true));
/// assert!(!cluster.is_internal());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Cluster {
    pub(crate) id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) project_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<ClusterKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<ClusterState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) paused: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) backups_enabled: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) point_in_time_enabled: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retain_backups: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) created_at: Option<DateTime<Utc>>,
    #[serde(
        rename = "mongoDBVersion",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) mongodb_version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) version_release_system: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) regions: Vec<ClusterRegion>,
    #[serde(
        rename = "diskSizeGB",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) disk_size_gb: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) termination_protection_enabled: Option<bool>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<Tag>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) internal_role: Option<InternalClusterRole>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) links: Vec<Link>,
}

/// Writes a method for each field that sets it.
macro_rules! setters {
    ($($(#[$doc:meta])* $setter:ident($field:ident: $type:ty);)+) => {
        impl Cluster {
            $($(#[$doc])*
            #[must_use]
            pub fn $setter(mut self, $field: $type) -> Self {
                self.$field = Some($field.into());
                self
            })+
        }
    };
}

setters! {
    /// Sets [`project_id`](Self::project_id).
    with_project_id(project_id: &str);
    /// Sets [`name`](Self::name).
    with_name(name: &str);
    /// Sets [`kind`](Self::kind).
    with_kind(kind: ClusterKind);
    /// Sets [`state`](Self::state).
    with_state(state: ClusterState);
    /// Sets [`paused`](Self::paused).
    with_paused(paused: bool);
    /// Sets [`backups_enabled`](Self::backups_enabled).
    with_backups_enabled(backups_enabled: bool);
    /// Sets [`point_in_time_enabled`](Self::point_in_time_enabled).
    with_point_in_time_enabled(point_in_time_enabled: bool);
    /// Sets [`retain_backups`](Self::retain_backups).
    with_retain_backups(retain_backups: bool);
    /// Sets [`created_at`](Self::created_at).
    with_created_at(created_at: DateTime<Utc>);
    /// Sets [`mongodb_version`](Self::mongodb_version).
    with_mongodb_version(mongodb_version: &str);
    /// Sets [`internal_role`](Self::internal_role).
    with_internal_role(internal_role: InternalClusterRole);
}

impl Cluster {
    /// A cluster of which only the id is known. The `with_` methods set the rest.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            project_id: None,
            name: None,
            kind: None,
            state: None,
            paused: None,
            backups_enabled: None,
            point_in_time_enabled: None,
            retain_backups: None,
            created_at: None,
            mongodb_version: None,
            version_release_system: None,
            regions: Vec::new(),
            disk_size_gb: None,
            termination_protection_enabled: None,
            tags: Vec::new(),
            internal_role: None,
            links: Vec::new(),
        }
    }

    /// Sets [`regions`](Self::regions).
    #[must_use]
    pub fn with_regions(mut self, regions: Vec<ClusterRegion>) -> Self {
        self.regions = regions;
        self
    }

    /// Sets [`tags`](Self::tags).
    #[must_use]
    pub fn with_tags(mut self, tags: Vec<Tag>) -> Self {
        self.tags = tags;
        self
    }

    /// The id of the cluster (documented as 24 lower-case hexadecimal characters), as received.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The id of the project to which the cluster belongs (`groupId`).
    #[must_use]
    pub fn project_id(&self) -> Option<&str> {
        self.project_id.as_deref()
    }

    /// The name of the cluster, which is unique within its project.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The kind of the cluster.
    #[must_use]
    pub fn kind(&self) -> Option<&ClusterKind> {
        self.kind.as_ref()
    }

    /// What the cluster is doing (`stateName`).
    #[must_use]
    pub fn state(&self) -> Option<&ClusterState> {
        self.state.as_ref()
    }

    /// Whether the cluster is paused; not with Flex.
    #[must_use]
    pub fn paused(&self) -> Option<bool> {
        self.paused
    }

    /// Whether Atlas takes snapshots of the cluster: `backupEnabled`, or `backupSettings.enabled`
    /// of Flex. Free clusters have no backups.
    #[must_use]
    pub fn backups_enabled(&self) -> Option<bool> {
        self.backups_enabled
    }

    /// Whether the cluster can be restored to any point in time (`pitEnabled`); not with Flex.
    #[must_use]
    pub fn point_in_time_enabled(&self) -> Option<bool> {
        self.point_in_time_enabled
    }

    /// Whether the snapshots are kept after the cluster is deleted (`retainBackups`); not with
    /// Flex.
    #[must_use]
    pub fn retain_backups(&self) -> Option<bool> {
        self.retain_backups
    }

    /// When the cluster was created (`createDate`).
    #[must_use]
    pub fn created_at(&self) -> Option<DateTime<Utc>> {
        self.created_at
    }

    /// The MongoDB version of the cluster, such as `8.0.15` (`mongoDBVersion`).
    #[must_use]
    pub fn mongodb_version(&self) -> Option<&str> {
        self.mongodb_version.as_deref()
    }

    /// The releases of MongoDB that the cluster follows (`versionReleaseSystem`), as received;
    /// Flex only.
    #[must_use]
    pub fn version_release_system(&self) -> Option<&str> {
        self.version_release_system.as_deref()
    }

    /// The regions of the cluster with their providers, each once, in the order of the server; at
    /// most 256.
    #[must_use]
    pub fn regions(&self) -> &[ClusterRegion] {
        &self.regions
    }

    /// The capacity of the storage in gigabytes (`diskSizeGB`); Flex only.
    #[must_use]
    pub fn disk_size_gb(&self) -> Option<f64> {
        self.disk_size_gb
    }

    /// Whether the cluster is protected from deletion (`terminationProtectionEnabled`); Flex
    /// only.
    #[must_use]
    pub fn termination_protection_enabled(&self) -> Option<bool> {
        self.termination_protection_enabled
    }

    /// The tags of the cluster.
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

    /// What Atlas itself uses the cluster for (`internalClusterRole`); not with Flex.
    #[must_use]
    pub fn internal_role(&self) -> Option<&InternalClusterRole> {
        self.internal_role.as_ref()
    }

    /// Whether Atlas uses the cluster for itself: whether it has an
    /// [`internal_role`](Self::internal_role) other than `NONE`.
    #[must_use]
    pub fn is_internal(&self) -> bool {
        let role = self.internal_role.as_ref();
        role.is_some_and(|role| *role != InternalClusterRole::None)
    }

    /// Links to related resources, as received; Flex only. This library never follows links.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.links
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_value_reads_back_as_itself() {
        for value in ClusterKind::KNOWN {
            assert_eq!(&ClusterKind::from(value.as_str()), value);
        }
        for value in ClusterState::KNOWN {
            assert_eq!(&ClusterState::from(value.as_str()), value);
        }
        for value in InternalClusterRole::KNOWN {
            assert_eq!(&InternalClusterRole::from(value.as_str()), value);
        }
    }

    #[test]
    fn a_cluster_serializes_to_camel_case_and_back() {
        let json = r#"{"id":"67cff1ad0c93e25b7846d0e1","projectId":"32b6e34b3d91647abb20e7b8","name":"Cluster0","kind":"geoSharded","state":"IDLE","paused":false,"backupsEnabled":true,"pointInTimeEnabled":true,"retainBackups":false,"createdAt":"2025-03-11T08:20:45Z","mongoDBVersion":"8.0.15","versionReleaseSystem":"LTS","regions":[{"provider":"AWS","name":"EU_CENTRAL_1","zone":"Zone 1","instanceSize":"M30"}],"diskSizeGB":5.0,"terminationProtectionEnabled":false,"tags":[{"key":"environment","value":"production"}],"internalRole":"NONE","links":[{"rel":"self"}]}"#;
        let cluster: Cluster = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&cluster).unwrap(), json);
        let bare = serde_json::to_string(&Cluster::new("x")).unwrap();
        assert_eq!(bare, r#"{"id":"x"}"#);
    }

    #[test]
    fn a_cluster_with_any_internal_role_but_none_is_internal() {
        let cluster = Cluster::new("x");
        assert!(!cluster.is_internal());
        for (role, is_internal) in [
            ("NONE", false),
            ("SYSTEM_CLUSTER", true),
            ("INTERNAL_SHADOW_CLUSTER", true),
            ("ANOTHER", true),
        ] {
            let cluster = cluster.clone().with_internal_role(role.into());
            assert_eq!(cluster.is_internal(), is_internal, "{role}");
        }
    }
}
