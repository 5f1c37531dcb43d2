//! *Return All Snapshots of One Serverless Instance*, the documented endpoint.

use atlas_snapshots_generated::{Client, OpenEnum, Vocabulary, types};

use super::operation::{GeneratedPage, GeneratedRow, Given, Paging};
use crate::snapshot::{Link, Snapshot, SnapshotId, SnapshotSource};

pub(super) async fn send(
    client: &Client,
    project: &str,
    cluster: &str,
    paging: Paging,
) -> Given<types::ServerlessSnapshotPage> {
    let call = client
        .list_serverless_backups()
        .group_id(project)
        .cluster_name(cluster)
        .items_per_page(paging.page_size)
        .page_num(paging.page);
    match paging.include_count {
        Some(include_count) => call.include_count(include_count).send().await,
        None => call.send().await,
    }
}

impl GeneratedPage for types::ServerlessSnapshotPage {
    type Row = types::ServerlessSnapshot;

    fn into_parts(self) -> (Option<Vec<types::Link>>, Vec<Self::Row>, Option<i64>) {
        (self.links, self.results, self.total_count)
    }
}

impl GeneratedRow for types::ServerlessSnapshot {
    fn into_snapshot(self) -> Option<Snapshot> {
        let created_at = self.created_at.map(Into::into);
        let links = self.links.into_iter().flatten();
        Some(
            Snapshot {
                created_at,
                expires_at: self.expires_at.map(Into::into),
                frequency_type: self.frequency_type.map(open),
                links: links.map(|link| Link::new(link.href, link.rel)).collect(),
                mongod_version: self.mongod_version.map(|version| version.0),
                serverless_instance_name: self.serverless_instance_name.map(|name| name.0),
                snapshot_type: self.snapshot_type.map(open),
                storage_size_bytes: self.storage_size_bytes,
                ..Snapshot::new(SnapshotId::from(self.id?.0), SnapshotSource::Serverless)
            }
            .with_status(self.status.as_ref().map(OpenEnum::as_str)),
        )
    }
}

/// The domain has open enums of its own, so that no generated type is public.
fn open<K: Vocabulary, D: for<'a> From<&'a str> + From<String>>(value: OpenEnum<K>) -> D {
    match value {
        OpenEnum::Known(known) => known.word().into(),
        OpenEnum::Unknown(text) => text.into(),
    }
}
