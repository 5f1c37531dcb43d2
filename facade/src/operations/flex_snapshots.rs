//! `listFlexBackups` and `getGroupFlexClusterBackupSnapshot`: the snapshots of a Flex cluster.

use atlas_snapshots_generated::{Client, OpenEnum, types};

use super::get::{GetOperation, SnapshotPath};
use super::operation::{ClusterPath, Operation, PageParts, Paging, Sent, endpoint_set};
use crate::http::bucket::BucketKey;
use crate::model::snapshot::Snapshot;
use crate::model::snapshot_fields::SnapshotSource;
use crate::paging::config::ListTarget;
use crate::paging::page::ItemKey;

#[derive(Debug)]
pub(crate) struct FlexSnapshots(pub(crate) ClusterPath);

impl Operation for FlexSnapshots {
    type Item = Snapshot;
    type Page = types::FlexSnapshotPage;
    type GeneratedItem = types::FlexSnapshot;

    const ID: &'static str = "listFlexBackups";
    const PATH: &'static str =
        "/api/atlas/v2/groups/{groupId}/flexClusters/{name}/backup/snapshots";

    fn bucket(&self) -> BucketKey {
        self.0.bucket(endpoint_set::FLEX)
    }

    fn target(&self) -> ListTarget {
        self.0.target(Self::ID)
    }

    async fn send(&self, client: &Client, paging: Paging) -> Sent<Self::Page> {
        let call = client
            .list_flex_backups()
            .group_id(&*self.0.project)
            .name(&*self.0.cluster)
            .items_per_page(paging.page_size)
            .page_num(paging.page);
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

/// One snapshot of a Flex cluster.
#[derive(Debug)]
pub(crate) struct FlexSnapshot(pub(crate) SnapshotPath);

impl GetOperation for FlexSnapshot {
    type Generated = types::FlexSnapshot;
    type Item = Snapshot;

    const ID: &'static str = "getGroupFlexClusterBackupSnapshot";
    const PATH: &'static str =
        "/api/atlas/v2/groups/{groupId}/flexClusters/{name}/backup/snapshots/{snapshotId}";

    fn bucket(&self) -> BucketKey {
        self.0.cluster.bucket(endpoint_set::FLEX)
    }

    async fn send(&self, client: &Client) -> Sent<Self::Generated> {
        client
            .get_group_flex_cluster_backup_snapshot()
            .group_id(&*self.0.cluster.project)
            .name(&*self.0.cluster.cluster)
            .snapshot_id(&*self.0.id)
            .send()
            .await
    }

    fn into_item(generated: Self::Generated) -> Option<Snapshot> {
        into_snapshot(generated)
    }
}

fn into_snapshot(generated: types::FlexSnapshot) -> Option<Snapshot> {
    let id = generated.id?.0;
    let finished_at = generated.finish_time.map(Into::into);
    Some(Snapshot {
        // A Flex snapshot is of the moment when it finished.
        created_at: finished_at,
        scheduled_at: generated.scheduled_time.map(Into::into),
        started_at: generated.start_time.map(Into::into),
        finished_at,
        expires_at: generated.expiration.map(Into::into),
        mongod_version: generated.mongo_db_version,
        ..Snapshot::new(id, SnapshotSource::Flex)
            .with_received_status(generated.status.as_ref().map(OpenEnum::as_str))
    })
}
