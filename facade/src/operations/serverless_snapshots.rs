//! `listServerlessBackups`: the snapshots of a serverless instance, the v1.0 endpoint.

use atlas_snapshots_generated::{Client, OpenEnum, types};
use chrono::{DateTime, Utc};

use super::operation::{ClusterPath, Operation, PageParts, Paging, Sent, endpoint_set, open};
use crate::http::bucket::BucketKey;
use crate::model::snapshot::Snapshot;
use crate::model::snapshot_fields::{Link, SnapshotSource};
use crate::paging::config::ListTarget;
use crate::paging::page::ItemKey;

#[derive(Debug)]
pub(crate) struct ServerlessSnapshots(pub(crate) ClusterPath);

impl Operation for ServerlessSnapshots {
    type Item = Snapshot;
    type Page = types::ServerlessSnapshotPage;
    type GeneratedItem = types::ServerlessSnapshot;

    const ID: &'static str = "listServerlessBackups";
    const PATH: &'static str =
        "/api/atlas/v1.0/groups/{groupId}/serverless/{clusterName}/backup/snapshots";

    fn documented_sunset() -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(1_769_040_000, 0) // 2026-01-22
    }

    fn bucket(&self) -> BucketKey {
        self.0.bucket(endpoint_set::BACKUPS)
    }

    fn target(&self) -> ListTarget {
        self.0.target(Self::ID)
    }

    async fn send(&self, client: &Client, paging: Paging) -> Sent<Self::Page> {
        let call = client
            .list_serverless_backups()
            .group_id(&*self.0.project)
            .cluster_name(&*self.0.cluster)
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
        let id = generated.id?.0;
        let links = generated.links.into_iter().flatten();
        let snapshot = Snapshot {
            created_at: generated.created_at.map(Into::into),
            expires_at: generated.expires_at.map(Into::into),
            frequency_type: generated.frequency_type.map(open),
            links: links.map(|link| Link::new(link.href, link.rel)).collect(),
            mongod_version: generated.mongod_version.map(|version| version.0),
            serverless_instance_name: generated.serverless_instance_name.map(|name| name.0),
            snapshot_type: generated.snapshot_type.map(open),
            storage_size_bytes: generated.storage_size_bytes,
            ..Snapshot::new(id, SnapshotSource::Serverless)
                .with_received_status(generated.status.as_ref().map(OpenEnum::as_str))
        };
        Some((ItemKey::of_id(snapshot.id().as_str()), snapshot))
    }
}
