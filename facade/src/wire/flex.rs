//! `listFlexBackups`, the successor.

use atlas_snapshots_generated::{Client, OpenEnum, types};

use super::operation::{GeneratedPage, GeneratedRow, Given, Paging};
use crate::snapshot::{Snapshot, SnapshotId, SnapshotSource};

pub(super) async fn send(
    client: &Client,
    project: &str,
    cluster: &str,
    paging: Paging,
) -> Given<types::FlexSnapshotPage> {
    let call = client
        .list_flex_backups()
        .group_id(project)
        .name(cluster)
        .items_per_page(paging.page_size)
        .page_num(paging.page);
    match paging.include_count {
        Some(include_count) => call.include_count(include_count).send().await,
        None => call.send().await,
    }
}

impl GeneratedPage for types::FlexSnapshotPage {
    type Row = types::FlexSnapshot;

    fn into_parts(self) -> (Option<Vec<types::Link>>, Vec<Self::Row>, Option<i64>) {
        (self.links, self.results, self.total_count)
    }
}

impl GeneratedRow for types::FlexSnapshot {
    fn into_snapshot(self) -> Option<Snapshot> {
        let finished_at = self.finish_time.map(Into::into);
        Some(
            Snapshot {
                // A Flex snapshot is of the moment at which it is finished.
                created_at: finished_at,
                scheduled_at: self.scheduled_time.map(Into::into),
                started_at: self.start_time.map(Into::into),
                finished_at,
                expires_at: self.expiration.map(Into::into),
                mongod_version: self.mongo_db_version,
                ..Snapshot::new(SnapshotId::from(self.id?.0), SnapshotSource::Flex)
            }
            .with_status(self.status.as_ref().map(OpenEnum::as_str)),
        )
    }
}
