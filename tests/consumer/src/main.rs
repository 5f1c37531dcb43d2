//! A program outside the workspace that counts the recent snapshots of a cluster.

use std::error::Error;

use atlas_snapshots::{Atlas, Basis, Completeness, Credentials, ListRequest, Snapshot};
use atlas_snapshots_mock::{ClusterKind, MockAtlas};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

/// How many of these snapshots were created within the last hours.
fn created_within(snapshots: &[Snapshot], hours: i64) -> usize {
    let since = Utc::now() - TimeDelta::hours(hours);
    let recent = |snapshot: &&Snapshot| snapshot.created_at().is_some_and(|time| time >= since);
    snapshots.iter().filter(recent).count()
}

/// An item as Atlas sends it for a snapshot that finished this many hours ago.
fn item(id: &str, hours_ago: i64) -> Value {
    let finished = Utc::now() - TimeDelta::hours(hours_ago);
    json!({ "id": id, "finishTime": finished.to_rfc3339(), "status": "COMPLETED" })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mock = MockAtlas::builder()
        .kind(ClusterKind::Flex)
        .items([
            item("32b6e34b3d91647abb20e7b8", 72),
            item("32b6e34b3d91647abb20e7b9", 20),
            item("32b6e34b3d91647abb20e7ba", 2),
        ])
        .start()
        .await?;
    let (project, cluster) = (mock.project_id(), mock.cluster_name());

    let atlas = Atlas::builder().base_url(mock.base_url()).build()?;
    for snapshot in atlas.snapshots(project, cluster).collect().await? {
        println!("{} {:?}", snapshot.id(), snapshot.status());
    }

    let request: ListRequest<Snapshot> = atlas.snapshots(project, cluster).page_size(2);
    let snapshots = request.clone().await?;
    let recent = created_within(&snapshots, 24);
    assert_eq!((snapshots.len(), recent), (3, 2));
    let completeness = snapshots.summary().completeness();
    assert_eq!(completeness, Completeness::Complete(Basis::NoChangeSeen));

    let mut stream = request.clone().stream();
    let first = stream.try_next().await?;
    assert_eq!(first.as_ref(), snapshots.first());
    let checkpoint = serde_json::to_string(&stream.checkpoint())?;
    let rest = request.resume_from(serde_json::from_str(&checkpoint)?);
    assert_eq!(rest.await?.items(), &snapshots[1..]);

    let text = serde_json::to_string(&snapshots[0])?;
    assert_eq!(serde_json::from_str::<Snapshot>(&text)?, snapshots[0]);

    // The default base URL requires TLS, which is a default feature.
    Atlas::builder()
        .credentials(Credentials::anonymous())
        .build()?;

    let total = snapshots.len();
    println!("{recent} of {total} snapshots are from the last 24 hours");
    Ok(())
}
