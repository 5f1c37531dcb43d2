//! Snapshots.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use super::ids::SnapshotId;
use super::snapshot_fields::{
    CloudProvider, ClusterFields, ConfigServerType, FrequencyType, Link, SnapshotClusterType,
    SnapshotMember, SnapshotSource, SnapshotStatus, SnapshotType,
};

/// One snapshot of a cluster.
///
/// Only the id is always present: Atlas marks no field as required, and a queued snapshot has
/// neither date nor version. A field that one API does not have is `None`.
///
/// It serializes to the field names of the cluster API and the serverless API, with the API as
/// `source`. A Flex snapshot has `scheduledAt`, `startedAt` and `finishedAt` in addition;
/// `rawStatus` is present where the server's text for the status differs from
/// [`SnapshotStatus::as_str`].
///
/// ```
/// use atlas_snapshots::{Snapshot, SnapshotStatus};
///
/// let queued: Snapshot = serde_json::from_str(
///     r#"{"id": "32b6e34b3d91647abb20e7b8", "status": "queued", "storageSizeBytes": 0}"#,
/// )?;
/// assert_eq!(queued.status(), Some(&SnapshotStatus::Queued));
/// assert_eq!(queued.created_at(), None);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Tests of your own code can make one with [`Snapshot::new`] and the `with_` methods:
///
/// ```
/// use atlas_snapshots::chrono::{TimeDelta, Utc};
/// use atlas_snapshots::{Snapshot, SnapshotSource, SnapshotStatus};
///
/// let yesterday = Utc::now() - TimeDelta::days(1);
/// let snapshot = Snapshot::new("32b6e34b3d91647abb20e7b8", SnapshotSource::Flex)
///     .with_status(SnapshotStatus::Completed)
///     .with_created_at(yesterday);
/// assert_eq!(snapshot.created_at(), Some(yesterday));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
#[allow(clippy::struct_field_names, reason = "the names are Atlas's own")]
pub struct Snapshot {
    pub(crate) id: SnapshotId,
    #[serde(default)]
    pub(crate) source: SnapshotSource,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) created_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scheduled_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) started_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) finished_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) frequency_type: Option<FrequencyType>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) links: Vec<Link>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mongod_version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) serverless_instance_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) snapshot_type: Option<SnapshotType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<SnapshotStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) raw_status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) storage_size_bytes: Option<i64>,
    /// Not part of each snapshot, which would be half as large again.
    #[serde(
        flatten,
        default,
        deserialize_with = "if_any",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) cluster: Option<Box<ClusterFields>>,
}

/// The fields that only dedicated clusters have; `None` where there is none of them.
fn if_any<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Box<ClusterFields>>, D::Error> {
    let fields = Box::<ClusterFields>::deserialize(deserializer)?;
    Ok((*fields != ClusterFields::default()).then_some(fields))
}

/// Writes a method for each field that sets it.
macro_rules! setters {
    ($($(#[$doc:meta])* $setter:ident($field:ident: $type:ty);)+) => {
        impl Snapshot {
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
    /// Sets [`created_at`](Self::created_at).
    with_created_at(created_at: DateTime<Utc>);
    /// Sets [`scheduled_at`](Self::scheduled_at).
    with_scheduled_at(scheduled_at: DateTime<Utc>);
    /// Sets [`started_at`](Self::started_at).
    with_started_at(started_at: DateTime<Utc>);
    /// Sets [`finished_at`](Self::finished_at).
    with_finished_at(finished_at: DateTime<Utc>);
    /// Sets [`expires_at`](Self::expires_at).
    with_expires_at(expires_at: DateTime<Utc>);
    /// Sets [`frequency_type`](Self::frequency_type).
    with_frequency_type(frequency_type: FrequencyType);
    /// Sets [`mongod_version`](Self::mongod_version).
    with_mongod_version(mongod_version: &str);
    /// Sets [`serverless_instance_name`](Self::serverless_instance_name).
    with_serverless_instance_name(serverless_instance_name: &str);
    /// Sets [`snapshot_type`](Self::snapshot_type).
    with_snapshot_type(snapshot_type: SnapshotType);
    /// Sets [`status`](Self::status).
    with_status(status: SnapshotStatus);
    /// Sets [`storage_size_bytes`](Self::storage_size_bytes).
    with_storage_size_bytes(storage_size_bytes: i64);
}

/// The same for the fields that only dedicated clusters have.
macro_rules! cluster_setters {
    ($($(#[$doc:meta])* $setter:ident($field:ident: $type:ty);)+) => {
        impl Snapshot {
            $($(#[$doc])*
            #[must_use]
            pub fn $setter(mut self, $field: $type) -> Self {
                self.cluster.get_or_insert_default().$field = $field.into();
                self
            })+
        }
    };
}

cluster_setters! {
    /// Sets [`cluster_type`](Self::cluster_type).
    with_cluster_type(cluster_type: SnapshotClusterType);
    /// Sets [`cloud_provider`](Self::cloud_provider).
    with_cloud_provider(cloud_provider: CloudProvider);
    /// Sets [`config_server_type`](Self::config_server_type).
    with_config_server_type(config_server_type: ConfigServerType);
    /// Sets [`copy_regions`](Self::copy_regions).
    with_copy_regions(copy_regions: Vec<String>);
    /// Sets [`policy_items`](Self::policy_items).
    with_policy_items(policy_items: Vec<String>);
    /// Sets [`members`](Self::members).
    with_members(members: Vec<SnapshotMember>);
    /// Sets [`snapshot_ids`](Self::snapshot_ids).
    with_snapshot_ids(snapshot_ids: Vec<SnapshotId>);
}

impl Snapshot {
    /// Sets [`description`](Self::description).
    #[must_use]
    pub fn with_description(mut self, description: &str) -> Self {
        self.cluster.get_or_insert_default().description = Some(description.to_owned());
        self
    }

    /// Sets [`replica_set_name`](Self::replica_set_name).
    #[must_use]
    pub fn with_replica_set_name(mut self, replica_set_name: &str) -> Self {
        self.cluster.get_or_insert_default().replica_set_name = Some(replica_set_name.to_owned());
        self
    }

    /// Sets [`master_key_uuid`](Self::master_key_uuid).
    #[must_use]
    pub fn with_master_key_uuid(mut self, master_key_uuid: &str) -> Self {
        self.cluster.get_or_insert_default().master_key_uuid = Some(master_key_uuid.to_owned());
        self
    }

    /// A snapshot of which only the id and the API are known. The `with_` methods set the rest.
    #[must_use]
    pub fn new(id: impl Into<SnapshotId>, source: SnapshotSource) -> Self {
        Self {
            id: id.into(),
            source,
            created_at: None,
            scheduled_at: None,
            started_at: None,
            finished_at: None,
            expires_at: None,
            frequency_type: None,
            links: Vec::new(),
            mongod_version: None,
            serverless_instance_name: None,
            snapshot_type: None,
            status: None,
            raw_status: None,
            storage_size_bytes: None,
            cluster: None,
        }
    }

    /// Sets the status to what a server sent, and keeps the server's text where it differs.
    pub(crate) fn with_received_status(mut self, text: Option<&str>) -> Self {
        self.status = text.map(SnapshotStatus::from);
        let ours = self.status.as_ref().map(SnapshotStatus::as_str);
        self.raw_status = text.filter(|_| ours != text).map(str::to_owned);
        self
    }

    /// The id of the snapshot.
    #[must_use]
    pub fn id(&self) -> &SnapshotId {
        &self.id
    }

    /// The API that listed the snapshot.
    #[must_use]
    pub fn source(&self) -> SnapshotSource {
        self.source
    }

    /// When the snapshot was taken: `createdAt`, or `finishTime` of Flex.
    /// `None` while it is queued.
    #[must_use]
    pub fn created_at(&self) -> Option<DateTime<Utc>> {
        self.created_at
    }

    /// When the snapshot was scheduled to start (`scheduledTime`); Flex only.
    #[must_use]
    pub fn scheduled_at(&self) -> Option<DateTime<Utc>> {
        self.scheduled_at
    }

    /// When the snapshot started (`startTime`); Flex only.
    #[must_use]
    pub fn started_at(&self) -> Option<DateTime<Utc>> {
        self.started_at
    }

    /// When the snapshot completed or failed (`finishTime`); Flex only.
    #[must_use]
    pub fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.finished_at
    }

    /// When Atlas deletes the snapshot (`expiresAt`, or `expiration` of Flex).
    #[must_use]
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.expires_at
    }

    /// How often the backup policy takes such a snapshot; not with Flex.
    #[must_use]
    pub fn frequency_type(&self) -> Option<&FrequencyType> {
        self.frequency_type.as_ref()
    }

    /// Links to related resources, as received; not with Flex.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The `mongod` version of the snapshot, such as `8.0.29` or `8.0.29-rc1`; `None` while it
    /// is queued.
    #[must_use]
    pub fn mongod_version(&self) -> Option<&str> {
        self.mongod_version.as_deref()
    }

    /// The serverless instance of the snapshot; serverless only.
    #[must_use]
    pub fn serverless_instance_name(&self) -> Option<&str> {
        self.serverless_instance_name.as_deref()
    }

    /// What caused the snapshot; not with Flex.
    #[must_use]
    pub fn snapshot_type(&self) -> Option<&SnapshotType> {
        self.snapshot_type.as_ref()
    }

    /// The status of the snapshot.
    #[must_use]
    pub fn status(&self) -> Option<&SnapshotStatus> {
        self.status.as_ref()
    }

    /// The status as the server sent it, such as `PENDING`.
    #[must_use]
    pub fn raw_status(&self) -> Option<&str> {
        let ours = self.status.as_ref().map(SnapshotStatus::as_str);
        self.raw_status.as_deref().or(ours)
    }

    /// The size of the snapshot in bytes; not with Flex. Atlas sends 0 while the snapshot is
    /// queued and its size is not known.
    #[must_use]
    pub fn storage_size_bytes(&self) -> Option<i64> {
        self.storage_size_bytes
    }

    /// What the snapshot is of (`type`); dedicated clusters only.
    #[must_use]
    pub fn cluster_type(&self) -> Option<&SnapshotClusterType> {
        self.cluster.as_deref()?.cluster_type.as_ref()
    }

    /// What the person who requested the snapshot wrote; dedicated clusters only.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.cluster.as_deref()?.description.as_deref()
    }

    /// The cloud that stores the snapshot; dedicated clusters only, and absent for sharded ones, whose
    /// [`members`](Self::members) have it.
    #[must_use]
    pub fn cloud_provider(&self) -> Option<&CloudProvider> {
        self.cluster.as_deref()?.cloud_provider.as_ref()
    }

    /// The regions that the snapshot was copied to; dedicated clusters only.
    #[must_use]
    pub fn copy_regions(&self) -> &[String] {
        let fields = self.cluster.as_deref();
        fields.map_or(&[], |fields| &fields.copy_regions)
    }

    /// The replica set of which the snapshot was taken; dedicated clusters only.
    #[must_use]
    pub fn replica_set_name(&self) -> Option<&str> {
        self.cluster.as_deref()?.replica_set_name.as_deref()
    }

    /// The id of the key that encrypts the snapshot, where the customer manages it; dedicated
    /// clusters only.
    #[must_use]
    pub fn master_key_uuid(&self) -> Option<&str> {
        self.cluster.as_deref()?.master_key_uuid.as_deref()
    }

    /// The ids of the parts of the backup policy that took the snapshot; dedicated clusters only.
    #[must_use]
    pub fn policy_items(&self) -> &[String] {
        let fields = self.cluster.as_deref();
        fields.map_or(&[], |fields| &fields.policy_items)
    }

    /// Where the cluster keeps its configuration; sharded clusters only.
    #[must_use]
    pub fn config_server_type(&self) -> Option<&ConfigServerType> {
        self.cluster.as_deref()?.config_server_type.as_ref()
    }

    /// The snapshots of the shards and config servers; sharded clusters only.
    #[must_use]
    pub fn members(&self) -> &[SnapshotMember] {
        let fields = self.cluster.as_deref();
        fields.map_or(&[], |fields| &fields.members)
    }

    /// The ids of the snapshots of the shards and config servers; sharded clusters only.
    #[must_use]
    pub fn snapshot_ids(&self) -> &[SnapshotId] {
        let fields = self.cluster.as_deref();
        fields.map_or(&[], |fields| &fields.snapshot_ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statuses_of_flex_are_mapped_and_kept() {
        for (word, status) in [
            ("PENDING", SnapshotStatus::Queued),
            ("QUEUED", SnapshotStatus::Queued),
            ("RUNNING", SnapshotStatus::InProgress),
            ("COMPLETED", SnapshotStatus::Completed),
            ("FAILED", SnapshotStatus::Failed),
            ("queued", SnapshotStatus::Queued),
            ("Queued", SnapshotStatus::Unknown("Queued".into())),
        ] {
            let snapshot =
                Snapshot::new("x", SnapshotSource::Flex).with_received_status(Some(word));
            assert_eq!(snapshot.status(), Some(&status));
            assert_eq!(snapshot.raw_status(), Some(word));
        }
    }

    fn reads_back(json: &str) -> Snapshot {
        let snapshot: Snapshot = serde_json::from_str(json).unwrap();
        let written = serde_json::to_string(&snapshot).unwrap();
        assert_eq!(written, json);
        snapshot
    }

    #[test]
    fn a_snapshot_serializes_to_the_documented_names_and_back() {
        reads_back(
            r#"{"id":"32b6e34b3d91647abb20e7b8","source":"serverless","createdAt":"2025-05-04T09:42:00Z","expiresAt":"2025-05-05T09:42:00Z","frequencyType":"hourly","links":[{"href":"https://cloud.mongodb.com/api/atlas","rel":"self"}],"mongodVersion":"8.0.29-rc1","serverlessInstanceName":"Instance0","snapshotType":"onDemand","status":"completed","storageSizeBytes":5000000000}"#,
        );
        let sharded = reads_back(
            r#"{"id":"32b6e34b3d91647abb20e7b8","source":"cluster","frequencyType":"yearly","snapshotType":"fallback","type":"shardedCluster","description":"before the move","cloudProvider":"AWS","copyRegions":["EU_WEST_1"],"replicaSetName":"atlas-0","masterKeyUUID":"72659f08-8b3c-4913-bb4e-a8a68e036502","policyItems":["32b6e34b3d91647abb20e7b9"],"configServerType":"EMBEDDED","members":[{"id":"32b6e34b3d91647abb20e7ba","cloudProvider":"GCP","replicaSetName":"shard-0"}],"snapshotIds":["32b6e34b3d91647abb20e7ba"]}"#,
        );
        let member = SnapshotMember::new("32b6e34b3d91647abb20e7ba", CloudProvider::Gcp, "shard-0");
        assert_eq!(
            (
                member.id(),
                member.cloud_provider(),
                member.replica_set_name()
            ),
            (
                sharded.snapshot_ids().first(),
                Some(&CloudProvider::Gcp),
                Some("shard-0")
            ),
        );
        let made = Snapshot::new("32b6e34b3d91647abb20e7b8", SnapshotSource::Cluster)
            .with_frequency_type(FrequencyType::Yearly)
            .with_snapshot_type(SnapshotType::Fallback)
            .with_cluster_type(SnapshotClusterType::ShardedCluster)
            .with_description("before the move")
            .with_cloud_provider(CloudProvider::Aws)
            .with_copy_regions(vec!["EU_WEST_1".to_owned()])
            .with_replica_set_name("atlas-0")
            .with_master_key_uuid("72659f08-8b3c-4913-bb4e-a8a68e036502")
            .with_policy_items(vec!["32b6e34b3d91647abb20e7b9".to_owned()])
            .with_config_server_type(ConfigServerType::Embedded)
            .with_members(vec![member])
            .with_snapshot_ids(vec!["32b6e34b3d91647abb20e7ba".into()]);
        assert_eq!(made, sharded);
        assert_eq!(
            made.cluster_type(),
            Some(&SnapshotClusterType::ShardedCluster)
        );
        assert_eq!(made.description(), Some("before the move"));
        assert_eq!(made.cloud_provider(), Some(&CloudProvider::Aws));
        assert_eq!(made.copy_regions(), ["EU_WEST_1"]);
        assert_eq!(made.replica_set_name(), Some("atlas-0"));
        assert!(made.master_key_uuid().is_some());
        assert_eq!(made.policy_items().len(), 1);
        assert_eq!(made.config_server_type(), Some(&ConfigServerType::Embedded));
        assert_eq!(made.members().len(), 1);
    }
}
