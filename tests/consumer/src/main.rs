//! Counts the recent snapshots of a cluster, as a program outside the workspace would.

use std::error::Error;

use atlas_snapshots::{Atlas, Credentials, Snapshot};
use atlas_snapshots_mock::{ClusterKind, MockAtlas};
use chrono::{Duration, Utc};
use futures::TryStreamExt;
use serde_json::{Value, json};

/// How many of these snapshots were created within the last hours.
fn created_within(snapshots: &[Snapshot], hours: i64) -> usize {
    let since = Utc::now() - Duration::hours(hours);
    let recent = |snapshot: &&Snapshot| snapshot.created_at().is_some_and(|time| time >= since);
    snapshots.iter().filter(recent).count()
}

/// A row as Atlas sends it for a snapshot that was finished so many hours ago.
fn row(id: &str, hours_ago: i64) -> Value {
    let finished = Utc::now() - Duration::hours(hours_ago);
    json!({ "id": id, "finishTime": finished.to_rfc3339(), "status": "COMPLETED" })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mock = MockAtlas::builder()
        .kind(ClusterKind::Flex)
        .rows([
            row("32b6e34b3d91647abb20e7b8", 72),
            row("32b6e34b3d91647abb20e7b9", 20),
            row("32b6e34b3d91647abb20e7ba", 2),
        ])
        .start()
        .await?;

    let atlas = Atlas::builder().base_url(mock.base_url()).build()?;
    let (project, cluster) = (mock.project_id().parse()?, mock.instance_name().parse()?);
    let listing = atlas.snapshots(project, cluster).stream();
    let snapshots: Vec<Snapshot> = listing.try_collect().await?;
    let recent = created_within(&snapshots, 24);
    assert_eq!((snapshots.len(), recent), (3, 2));

    let text = serde_json::to_string(&snapshots[0])?;
    let value: Value = serde_json::from_str(&text)?;
    assert_eq!(value["id"], "32b6e34b3d91647abb20e7b8");
    assert_eq!(serde_json::from_value::<Snapshot>(value)?, snapshots[0]);

    // The default features bring TLS, which the default URL, https://cloud.mongodb.com, needs.
    Atlas::builder()
        .credentials(Credentials::anonymous())
        .build()?;

    println!(
        "{recent} of {} snapshots are from the last 24 hours",
        snapshots.len()
    );
    Ok(())
}
