//! The rows of snapshots.

use std::borrow::Cow;
use std::rc::Rc;

use atlas_snapshots::{
    Cluster, ClusterKind, Project, Snapshot, SnapshotClusterType, SnapshotSource,
};
use serde::{Serialize, Serializer};

use super::row::{Column, InTable, Row, date};

/// A snapshot and its cluster.
#[derive(Debug)]
pub(crate) struct SnapshotRow {
    pub(crate) cluster: Rc<RowCluster>,
    pub(crate) snapshot: Snapshot,
}

/// What the rows of a cluster have in common.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RowCluster {
    project_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    project_name: Option<String>,
    #[serde(rename = "clusterName")]
    name: String,
    /// As discovered.
    #[serde(skip)]
    kind: Option<ClusterKind>,
}

impl RowCluster {
    /// A cluster that was named, of which nothing else is known.
    pub(crate) fn named(project_id: &str, name: &str) -> Rc<Self> {
        Rc::new(Self {
            project_id: project_id.to_owned(),
            project_name: None,
            name: name.to_owned(),
            kind: None,
        })
    }

    pub(crate) fn discovered(project: &Project, cluster: &Cluster) -> Rc<Self> {
        Rc::new(Self {
            project_id: project.id().to_owned(),
            project_name: project.name().map(str::to_owned),
            name: cluster.name().unwrap_or_else(|| cluster.id()).to_owned(),
            kind: cluster.kind().cloned(),
        })
    }
}

impl SnapshotRow {
    /// The kind of the cluster: as discovered, or else as its snapshots show it.
    fn kind(&self) -> Option<Cow<'_, ClusterKind>> {
        let discovered = self.cluster.kind.as_ref().map(Cow::Borrowed);
        discovered.or_else(|| kind_of(&self.snapshot).map(Cow::Owned))
    }
}

/// The kind of the cluster of a snapshot, as far as the snapshot shows it.
pub(crate) fn kind_of(snapshot: &Snapshot) -> Option<ClusterKind> {
    Some(match (snapshot.source(), snapshot.cluster_type()) {
        (SnapshotSource::Flex, _) => ClusterKind::Flex,
        (SnapshotSource::Serverless, _) => ClusterKind::Serverless,
        (_, Some(SnapshotClusterType::ReplicaSet)) => ClusterKind::ReplicaSet,
        (_, Some(SnapshotClusterType::ShardedCluster)) => ClusterKind::Sharded,
        _ => return None,
    })
}

impl Serialize for SnapshotRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Fields<'a> {
            #[serde(flatten)]
            snapshot: &'a Snapshot,
            #[serde(flatten)]
            cluster: &'a RowCluster,
            #[serde(skip_serializing_if = "Option::is_none")]
            cluster_kind: Option<Cow<'a, ClusterKind>>,
        }
        let fields = Fields {
            snapshot: &self.snapshot,
            cluster: &self.cluster,
            cluster_kind: self.kind(),
        };
        fields.serialize(serializer)
    }
}

impl Row for SnapshotRow {
    const COLUMNS: &'static [Column<Self>] = &COLUMNS;

    const DISPENSABLE: &'static [&'static str] = &[
        "INSTANCE",
        "VERSION",
        "STARTED",
        "SCHEDULED",
        "FREQUENCY",
        "EXPIRES",
        "TYPE",
        "KIND",
    ];
}

/// The id, then the fields of the serverless API in their documented order, then what Flex adds,
/// then the cluster, then what dedicated clusters add. Links have no column: they only repeat what
/// was requested.
const COLUMNS: [Column<SnapshotRow>; 26] = [
    Column {
        name: "id",
        title: "ID",
        in_table: InTable::Always,
        value: |row| Some(row.snapshot.id().as_str().into()),
    },
    Column {
        name: "createdAt",
        title: "CREATED",
        in_table: InTable::Always,
        value: |row| row.snapshot.created_at().map(date),
    },
    Column {
        name: "expiresAt",
        title: "EXPIRES",
        in_table: InTable::Always,
        value: |row| row.snapshot.expires_at().map(date),
    },
    Column {
        name: "frequencyType",
        title: "FREQUENCY",
        in_table: InTable::Filled,
        value: |row| row.snapshot.frequency_type().map(|f| f.as_str().into()),
    },
    Column {
        name: "mongodVersion",
        title: "VERSION",
        in_table: InTable::Always,
        value: |row| row.snapshot.mongod_version().map(Cow::from),
    },
    Column {
        name: "serverlessInstanceName",
        title: "INSTANCE",
        in_table: InTable::Filled,
        value: |row| row.snapshot.serverless_instance_name().map(Cow::from),
    },
    Column {
        name: "snapshotType",
        title: "TYPE",
        in_table: InTable::Filled,
        value: |row| row.snapshot.snapshot_type().map(|t| t.as_str().into()),
    },
    Column {
        name: "status",
        title: "STATUS",
        in_table: InTable::Always,
        value: |row| row.snapshot.status().map(|s| s.as_str().into()),
    },
    Column {
        name: "storageSizeBytes",
        title: "BYTES",
        in_table: InTable::Filled,
        value: |row| {
            row.snapshot
                .storage_size_bytes()
                .map(|n| n.to_string().into())
        },
    },
    Column {
        name: "source",
        title: "SOURCE",
        in_table: InTable::Never,
        value: |row| Some(row.snapshot.source().as_str().into()),
    },
    Column {
        name: "scheduledAt",
        title: "SCHEDULED",
        in_table: InTable::Filled,
        value: |row| row.snapshot.scheduled_at().map(date),
    },
    Column {
        name: "startedAt",
        title: "STARTED",
        in_table: InTable::Filled,
        value: |row| row.snapshot.started_at().map(date),
    },
    Column {
        name: "finishedAt",
        title: "FINISHED",
        in_table: InTable::Never,
        value: |row| row.snapshot.finished_at().map(date),
    },
    Column {
        name: "projectId",
        title: "PROJECT ID",
        in_table: InTable::Never,
        value: |row| Some(row.cluster.project_id.as_str().into()),
    },
    Column {
        name: "projectName",
        title: "PROJECT",
        in_table: InTable::OfProjects,
        value: |row| row.cluster.project_name.as_deref().map(Cow::from),
    },
    Column {
        name: "clusterName",
        title: "CLUSTER",
        in_table: InTable::OfClusters,
        value: |row| Some(row.cluster.name.as_str().into()),
    },
    Column {
        name: "clusterKind",
        title: "KIND",
        in_table: InTable::OfClusters,
        value: |row| row.kind().map(|kind| kind.as_str().to_owned().into()),
    },
    Column {
        name: "type",
        title: "OF",
        in_table: InTable::Never,
        value: |row| row.snapshot.cluster_type().map(|t| t.as_str().into()),
    },
    Column {
        name: "description",
        title: "DESCRIPTION",
        in_table: InTable::Never,
        value: |row| row.snapshot.description().map(Cow::from),
    },
    Column {
        name: "cloudProvider",
        title: "CLOUD",
        in_table: InTable::Never,
        value: |row| row.snapshot.cloud_provider().map(|p| p.as_str().into()),
    },
    Column {
        name: "copyRegions",
        title: "COPIES",
        in_table: InTable::Never,
        value: |row| joined(row.snapshot.copy_regions()),
    },
    Column {
        name: "replicaSetName",
        title: "REPLICA SET",
        in_table: InTable::Never,
        value: |row| row.snapshot.replica_set_name().map(Cow::from),
    },
    Column {
        name: "masterKeyUUID",
        title: "KEY",
        in_table: InTable::Never,
        value: |row| row.snapshot.master_key_uuid().map(Cow::from),
    },
    Column {
        name: "policyItems",
        title: "POLICY",
        in_table: InTable::Never,
        value: |row| joined(row.snapshot.policy_items()),
    },
    Column {
        name: "configServerType",
        title: "CONFIG",
        in_table: InTable::Never,
        value: |row| row.snapshot.config_server_type().map(|t| t.as_str().into()),
    },
    Column {
        name: "snapshotIds",
        title: "PARTS",
        in_table: InTable::Never,
        value: |row| joined(row.snapshot.snapshot_ids()),
    },
];

/// A list in one cell; `None` without any element.
fn joined<T: AsRef<str>>(texts: &[T]) -> Option<Cow<'static, str>> {
    let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
    (!texts.is_empty()).then(|| texts.join(" ").into())
}
