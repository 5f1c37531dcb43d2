//! The types of a snapshot's fields.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ids::SnapshotId;
use super::text_enum::{closed_enum, open_enum};

open_enum! {
    /// How often the backup policy takes such a snapshot.
    ///
    /// ```
    /// # use atlas_snapshots::FrequencyType;
    /// assert_eq!(FrequencyType::from("daily"), FrequencyType::Daily);
    /// // Atlas sends this value, although it is not documented.
    /// assert_eq!(FrequencyType::from("ondemand").as_str(), "ondemand");
    /// ```
    FrequencyType {
        /// Every few hours.
        Hourly = "hourly",
        /// Every day.
        Daily = "daily",
        /// Every week.
        Weekly = "weekly",
        /// Every month.
        Monthly = "monthly",
        /// Every year; clusters only.
        Yearly = "yearly",
    }
}

open_enum! {
    /// What caused a snapshot.
    SnapshotType {
        /// A person or program requested it.
        OnDemand = "onDemand",
        /// The backup policy took it.
        Scheduled = "scheduled",
        /// Atlas took it in place of one that it could not take as planned; clusters only.
        Fallback = "fallback",
    }
}

open_enum! {
    /// The status of a snapshot. The values of all APIs map to these.
    ///
    /// ```
    /// # use atlas_snapshots::SnapshotStatus;
    /// assert_eq!(SnapshotStatus::from("PENDING"), SnapshotStatus::Queued);
    /// assert_eq!(SnapshotStatus::from("completed"), SnapshotStatus::from("COMPLETED"));
    /// assert_eq!(SnapshotStatus::from("ARCHIVED").as_str(), "ARCHIVED");
    /// ```
    SnapshotStatus {
        /// The snapshot has not started; its date, version and size are not known yet. Flex
        /// sends `PENDING` or `QUEUED`.
        Queued = "queued" or "QUEUED" or "PENDING",
        /// The snapshot is being taken. Flex sends `RUNNING`.
        InProgress = "inProgress" or "RUNNING",
        /// The snapshot is complete and can be restored.
        Completed = "completed" or "COMPLETED",
        /// The snapshot failed.
        Failed = "failed" or "FAILED",
    }
}

impl SnapshotStatus {
    /// Whether the status is final: completed or failed.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }
}

/// A link as Atlas sends it. This library never follows links.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Link {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    href: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rel: Option<String>,
}

impl Link {
    pub(crate) fn new(href: Option<String>, rel: Option<String>) -> Self {
        Self { href, rel }
    }

    /// Where the link points; may name a foreign host or plain `http`.
    #[must_use]
    pub fn href(&self) -> Option<&str> {
        self.href.as_deref()
    }

    /// What the link is, such as `self`.
    #[must_use]
    pub fn rel(&self) -> Option<&str> {
        self.rel.as_deref()
    }
}

open_enum! {
    /// What a snapshot of a dedicated cluster is of (`type`).
    SnapshotClusterType {
        /// A replica set.
        ReplicaSet = "replicaSet",
        /// A sharded cluster, whose [members](crate::Snapshot::members) are its shards.
        ShardedCluster = "shardedCluster",
    }
}

open_enum! {
    /// The cloud that stores a snapshot.
    CloudProvider {
        /// Amazon Web Services.
        Aws = "AWS",
        /// Microsoft Azure.
        Azure = "AZURE",
        /// Google Cloud.
        Gcp = "GCP",
    }
}

open_enum! {
    /// Where a sharded cluster keeps its configuration.
    ConfigServerType {
        /// On one of the shards.
        Embedded = "EMBEDDED",
        /// On servers of its own.
        Dedicated = "DEDICATED",
    }
}

/// The snapshot of one shard, or of the config servers, of a sharded cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotMember {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<SnapshotId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cloud_provider: Option<CloudProvider>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) replica_set_name: Option<String>,
}

impl SnapshotMember {
    /// A member, for tests of your own code.
    #[must_use]
    pub fn new(
        id: impl Into<SnapshotId>,
        cloud_provider: CloudProvider,
        replica_set_name: &str,
    ) -> Self {
        Self {
            id: Some(id.into()),
            cloud_provider: Some(cloud_provider),
            replica_set_name: Some(replica_set_name.to_owned()),
        }
    }

    /// The id of the member's snapshot.
    #[must_use]
    pub fn id(&self) -> Option<&SnapshotId> {
        self.id.as_ref()
    }

    /// The cloud that stores it.
    #[must_use]
    pub fn cloud_provider(&self) -> Option<&CloudProvider> {
        self.cloud_provider.as_ref()
    }

    /// The replica set of the shard or of the config servers.
    #[must_use]
    pub fn replica_set_name(&self) -> Option<&str> {
        self.replica_set_name.as_deref()
    }
}

/// The fields that only snapshots of dedicated clusters have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names, reason = "the names are Atlas's own")]
pub(crate) struct ClusterFields {
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub(crate) cluster_type: Option<SnapshotClusterType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cloud_provider: Option<CloudProvider>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) copy_regions: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) replica_set_name: Option<String>,
    #[serde(
        rename = "masterKeyUUID",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) master_key_uuid: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) policy_items: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) config_server_type: Option<ConfigServerType>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) members: Vec<SnapshotMember>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) snapshot_ids: Vec<SnapshotId>,
}

closed_enum! {
    /// Which API listed a snapshot.
    #[derive(Default)]
    SnapshotSource {
        /// *Return All Snapshots of One Serverless Instance*, v1.0.
        #[default]
        Serverless = "serverless",
        /// `listFlexBackups`, v2.
        Flex = "flex",
        /// `listGroupClusterBackupSnapshots`, v2: dedicated clusters.
        Cluster = "cluster",
    }
}

impl fmt::Display for SnapshotSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_value_reads_back_as_itself() {
        fn check<T: for<'a> From<&'a str> + PartialEq + fmt::Debug>(
            known: &[T],
            text: fn(&T) -> &str,
        ) {
            for value in known {
                assert_eq!(&T::from(text(value)), value);
            }
        }
        check(FrequencyType::KNOWN, FrequencyType::as_str);
        check(SnapshotType::KNOWN, SnapshotType::as_str);
        check(SnapshotStatus::KNOWN, SnapshotStatus::as_str);
        check(SnapshotClusterType::KNOWN, SnapshotClusterType::as_str);
        check(CloudProvider::KNOWN, CloudProvider::as_str);
        check(ConfigServerType::KNOWN, ConfigServerType::as_str);
    }

    #[test]
    fn undocumented_values_keep_their_text() {
        let status: SnapshotStatus = serde_json::from_str(r#""ARCHIVED""#).unwrap();
        assert_eq!(status, SnapshotStatus::Unknown("ARCHIVED".into()));
        assert_eq!(status.to_string(), "ARCHIVED");
        assert_eq!(serde_json::to_string(&status).unwrap(), r#""ARCHIVED""#);
        assert!(!status.is_terminal());
    }
}
