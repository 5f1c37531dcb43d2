//! Projects and clusters as they are configured.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::rate_limit::TokenBucket;
use crate::settings::ClusterKind;
use crate::snapshots::{hash, scramble};

/// A cluster of a [project](crate::MockAtlasBuilder::project), with its settings.
///
/// ```
/// use atlas_snapshots_mock::Cluster;
///
/// let orders = Cluster::dedicated("orders").snapshots(40).tag("env", "prod");
/// let cache = Cluster::flex("cache").backups(false);
/// let playground = Cluster::free("playground").snapshots_error(400, "FEATURE_UNSUPPORTED");
/// # let _ = (orders, cache, playground);
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a cluster has no effect until it is added to a builder"]
pub struct Cluster {
    pub(crate) name: String,
    pub(crate) kind: ClusterKind,
    pub(crate) snapshots: Option<usize>,
    backups: Option<bool>,
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) internal_role: Option<String>,
    #[serde(default)]
    pub(crate) paused: bool,
    pub(crate) state: Option<String>,
    #[serde(default)]
    pub(crate) presence: Presence,
    #[serde(default)]
    pub(crate) progressing: bool,
    pub(crate) snapshots_error: Option<(u16, String)>,
}

/// Where a cluster is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Presence {
    #[default]
    Listed,
    /// Not in the lists of clusters.
    Hidden,
    /// Only in the lists of clusters.
    Deleted,
    /// Only with its backups.
    Retained,
}

impl Cluster {
    /// A cluster of any kind, with backups unless it is a Free one.
    pub fn new(kind: ClusterKind, name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind,
            snapshots: None,
            backups: None,
            tags: BTreeMap::new(),
            internal_role: None,
            paused: false,
            state: None,
            presence: Presence::Listed,
            progressing: false,
            snapshots_error: None,
        }
    }

    /// A dedicated replica set.
    pub fn dedicated(name: impl Into<String>) -> Self {
        Self::new(ClusterKind::ReplicaSet, name)
    }

    /// A dedicated sharded cluster.
    pub fn sharded(name: impl Into<String>) -> Self {
        Self::new(ClusterKind::Sharded, name)
    }

    /// A dedicated global cluster.
    pub fn geo_sharded(name: impl Into<String>) -> Self {
        Self::new(ClusterKind::GeoSharded, name)
    }

    /// A Flex cluster.
    pub fn flex(name: impl Into<String>) -> Self {
        Self::new(ClusterKind::Flex, name)
    }

    /// A Free cluster (M0), which has no backups.
    pub fn free(name: impl Into<String>) -> Self {
        Self::new(ClusterKind::Free, name)
    }

    /// A serverless instance, which no operation of discovery lists.
    pub fn serverless(name: impl Into<String>) -> Self {
        Self::new(ClusterKind::Serverless, name)
    }

    /// The number of snapshots (default: that of the [builder](crate::MockAtlasBuilder::snapshots), or 8;
    /// none without backups).
    pub fn snapshots(mut self, count: usize) -> Self {
        self.snapshots = Some(count);
        self
    }

    /// Turns backups off: `backupEnabled` is false, and the list of snapshots is empty.
    pub fn backups(mut self, enabled: bool) -> Self {
        self.backups = Some(enabled);
        self
    }

    /// Adds a tag.
    pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.insert(key.into(), value.into());
        self
    }

    /// Makes it a cluster of Atlas itself, with this `internalClusterRole`: `SYSTEM_CLUSTER` for
    /// example. Discovery lists it.
    pub fn internal(mut self, role: impl Into<String>) -> Self {
        self.internal_role = Some(role.into());
        self
    }

    /// Whether the cluster is paused.
    pub fn paused(mut self, paused: bool) -> Self {
        self.paused = paused;
        self
    }

    /// The `stateName` (default: `IDLE`).
    pub fn state(mut self, name: impl Into<String>) -> Self {
        self.state = Some(name.into());
        self
    }

    /// Leaves the cluster out of the lists of clusters; `clusterCount` still counts it.
    pub fn hidden_from_discovery(mut self) -> Self {
        self.presence = Presence::Hidden;
        self
    }

    /// Deletes the cluster between discovery and the listing of its snapshots: it is listed and
    /// counted, and requests for its snapshots receive 404 `CLUSTER_NOT_FOUND`.
    pub fn deleted(mut self) -> Self {
        self.presence = Presence::Deleted;
        self
    }

    /// Makes it a deleted dedicated cluster with retained backups, which is listed only with
    /// `includeDeletedWithRetainedBackups` and not counted.
    pub fn retained(mut self) -> Self {
        self.presence = Presence::Retained;
        self
    }

    /// Makes the newest snapshot progress: it is queued, then in progress, then completed, one step
    /// further each time it was sent, in a page or by itself.
    pub fn progressing(mut self) -> Self {
        self.progressing = true;
        self
    }

    /// Responds to requests for its snapshots with this error, as Atlas may for a Free cluster
    /// (400 or 403 `FEATURE_UNSUPPORTED`) or one without backups (404 `BACKUP_CONFIG_NOT_FOUND`).
    pub fn snapshots_error(mut self, status: u16, code: impl Into<String>) -> Self {
        self.snapshots_error = Some((status, code.into()));
        self
    }

    pub(crate) fn has_backups(&self) -> bool {
        self.backups.unwrap_or(self.kind != ClusterKind::Free)
    }
}

/// A project, with its clusters in the order of their lists.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Project {
    pub(crate) name: String,
    pub(crate) id: Option<String>,
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) cluster_count: Option<usize>,
    pub(crate) rate_limit: Option<TokenBucket>,
    #[serde(default)]
    pub(crate) clusters: Vec<Cluster>,
}

impl Project {
    pub(crate) fn new(name: impl Into<String>, id: Option<String>) -> Self {
        Self {
            name: name.into(),
            id,
            tags: BTreeMap::new(),
            cluster_count: None,
            rate_limit: None,
            clusters: Vec::new(),
        }
    }

    /// The configured id, or one made from the name.
    pub(crate) fn id(&self) -> String {
        self.id.clone().unwrap_or_else(|| {
            let hash = hash(&self.name);
            // An `ObjectId` of the years 2021 to 2029.
            format!("{:08x}{:016x}", 0x6000_0000 | (hash >> 36), scramble(hash))
        })
    }

    /// The number of clusters as `listGroups` reports it.
    pub(crate) fn cluster_count(&self) -> usize {
        let counted = self
            .clusters
            .iter()
            .filter(|cluster| cluster.presence != Presence::Retained);
        self.cluster_count.unwrap_or_else(|| counted.count())
    }
}
