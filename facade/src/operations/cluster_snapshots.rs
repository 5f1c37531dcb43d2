//! `listGroupClusterBackupSnapshots` and `getGroupClusterBackupSnapshot`: the snapshots of a
//! dedicated cluster.

use atlas_snapshots_generated::{Client, OpenEnum, types};
use chrono::{DateTime, Utc};

use super::get::{GetOperation, SnapshotPath};
use super::operation::{ClusterPath, Operation, PageParts, Paging, Sent, endpoint_set, open};
use crate::http::bucket::BucketKey;
use crate::model::snapshot::Snapshot;
use crate::model::snapshot_fields::{ClusterFields, Link, SnapshotMember, SnapshotSource};
use crate::paging::config::ListTarget;
use crate::paging::page::ItemKey;
use crate::paging::request::ListRequest;

#[derive(Debug)]
pub(crate) struct ClusterSnapshots {
    pub(crate) cluster: ClusterPath,
    /// The moment for which the server is to pick the snapshot to restore.
    pub(crate) point_in_time: Option<DateTime<Utc>>,
}

impl Operation for ClusterSnapshots {
    type Item = Snapshot;
    type Page = types::ClusterSnapshotPage;
    type GeneratedItem = types::ClusterSnapshot;

    const ID: &'static str = "listGroupClusterBackupSnapshots";
    const PATH: &'static str =
        "/api/atlas/v2/groups/{groupId}/clusters/{clusterName}/backup/snapshots";

    fn bucket(&self) -> BucketKey {
        self.cluster.bucket(endpoint_set::BACKUPS)
    }

    fn target(&self) -> ListTarget {
        self.cluster.target(Self::ID)
    }

    fn at(&self, moment: DateTime<Utc>) -> Option<Self> {
        Some(Self {
            cluster: self.cluster.clone(),
            point_in_time: Some(moment),
        })
    }

    async fn send(&self, client: &Client, paging: Paging) -> Sent<Self::Page> {
        let mut call = client
            .list_group_cluster_backup_snapshots()
            .group_id(&*self.cluster.project)
            .cluster_name(&*self.cluster.cluster)
            .items_per_page(paging.page_size)
            .page_num(paging.page);
        if let Some(moment) = self.point_in_time {
            call = call.point_in_time_utc_seconds(moment.timestamp());
        }
        match paging.include_count {
            Some(include_count) => call.include_count(include_count).send().await,
            None => call.send().await,
        }
    }

    fn into_parts(page: Self::Page) -> PageParts<Self::GeneratedItem> {
        PageParts {
            links: page.links.unwrap_or_default().0,
            items: page.results.0,
            total_count: page.total_count,
        }
    }

    fn into_item(generated: Self::GeneratedItem) -> Option<(ItemKey, Snapshot)> {
        let snapshot = into_snapshot(generated)?;
        Some((ItemKey::of_id(snapshot.id().as_str()), snapshot))
    }
}

impl ListRequest<Snapshot> {
    /// Lists what the server picks to restore a dedicated cluster to this moment: the closest
    /// snapshot before it (documented as `pointInTimeUtcSeconds`, in whole seconds).
    ///
    /// Only dedicated clusters have it. [`Atlas::snapshots`](crate::Atlas::snapshots) then sends the
    /// request to their API alone, whose error says so where the cluster is another one. A listing
    /// of another API is an error of kind [`InvalidArgument`](crate::ErrorKind::InvalidArgument).
    pub fn at(self, moment: DateTime<Utc>) -> Self {
        let refusal = "only the API of dedicated clusters picks a snapshot for a moment";
        self.picked_for(moment, refusal)
    }
}

/// One snapshot of a dedicated cluster.
#[derive(Debug)]
pub(crate) struct ClusterSnapshot(pub(crate) SnapshotPath);

impl GetOperation for ClusterSnapshot {
    type Generated = types::ClusterSnapshot;
    type Item = Snapshot;

    const ID: &'static str = "getGroupClusterBackupSnapshot";
    const PATH: &'static str =
        "/api/atlas/v2/groups/{groupId}/clusters/{clusterName}/backup/snapshots/{snapshotId}";

    fn bucket(&self) -> BucketKey {
        self.0.cluster.bucket(endpoint_set::BACKUPS)
    }

    async fn send(&self, client: &Client) -> Sent<Self::Generated> {
        client
            .get_group_cluster_backup_snapshot()
            .group_id(&*self.0.cluster.project)
            .cluster_name(&*self.0.cluster.cluster)
            .snapshot_id(&*self.0.id)
            .send()
            .await
    }

    fn into_item(generated: Self::Generated) -> Option<Snapshot> {
        into_snapshot(generated)
    }
}

fn into_snapshot(generated: types::ClusterSnapshot) -> Option<Snapshot> {
    let id = generated.id?.0;
    let links = generated.links.into_iter().flatten();
    let members = generated.members.into_iter().flatten();
    let policy_items = generated.policy_items.into_iter().flatten();
    let snapshot_ids = generated.snapshot_ids.into_iter().flatten();
    let cluster = ClusterFields {
        cluster_type: generated.type_.map(open),
        description: generated.description,
        cloud_provider: generated.cloud_provider.map(open),
        copy_regions: generated.copy_regions.unwrap_or_default().0,
        replica_set_name: generated.replica_set_name,
        master_key_uuid: generated.master_key_uuid,
        policy_items: policy_items.map(|id| id.0).collect(),
        config_server_type: generated.config_server_type.map(open),
        members: members.map(into_member).collect(),
        snapshot_ids: snapshot_ids.map(|id| id.0.into()).collect(),
    };
    Some(Snapshot {
        created_at: generated.created_at.map(Into::into),
        expires_at: generated.expires_at.map(Into::into),
        frequency_type: generated.frequency_type.map(open),
        links: links.map(|link| Link::new(link.href, link.rel)).collect(),
        mongod_version: generated.mongod_version.map(|version| version.0),
        snapshot_type: generated.snapshot_type.map(open),
        storage_size_bytes: generated.storage_size_bytes,
        cluster: (cluster != ClusterFields::default()).then(|| Box::new(cluster)),
        ..Snapshot::new(id, SnapshotSource::Cluster)
            .with_received_status(generated.status.as_ref().map(OpenEnum::as_str))
    })
}

fn into_member(generated: types::ClusterSnapshotMember) -> SnapshotMember {
    SnapshotMember {
        id: generated.id.map(|id| id.0.into()),
        cloud_provider: generated.cloud_provider.map(open),
        replica_set_name: generated.replica_set_name,
    }
}
