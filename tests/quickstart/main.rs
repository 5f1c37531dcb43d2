//! Lists the clusters of an organisation with their newest snapshots.
//!
//! `cargo run -p quickstart` needs no account: it lists a mock Atlas that runs inside this
//! program. To list your own organisation, set the variables of your credentials, such as
//! `MONGODB_ATLAS_CLIENT_ID` and `MONGODB_ATLAS_CLIENT_SECRET`.
#![allow(clippy::print_stdout, reason = "an example prints what it does")]

use std::error::Error;
use std::process::ExitCode;
use std::time::SystemTime;

use atlas_snapshots::chrono::{DateTime, Utc};
use atlas_snapshots::{
    Atlas, Cluster, Credentials, FleetReport, FleetSummary, Project, Result, Snapshot,
    SnapshotStatus,
};
use atlas_snapshots_mock::{Cluster as MockCluster, MockAtlas};

/// Lists all clusters, in the order in which they have been read.
async fn list(atlas: &Atlas) -> Result<FleetSummary> {
    println!("PROJECT       CLUSTER       KIND        SNAPSHOTS  NEWEST COMPLETED      AGE");
    let mut fleet = atlas.fleet().stream();
    while let Some(report) = fleet.try_next().await? {
        match report {
            FleetReport::Cluster {
                project,
                cluster,
                listing,
            } => {
                let snapshots = listing.collected();
                let newest = newest_completed(snapshots);
                print_line(&project, &cluster, &snapshots.len().to_string(), newest);
                if let Some(error) = listing.error() {
                    println!("    {error}");
                }
            }
            FleetReport::WithoutBackups { project, cluster } => {
                print_line(&project, &cluster, "no backups", None);
            }
            FleetReport::Project { error, .. } => println!("    {error}"),
            _ => {}
        }
    }
    // What failed, and what may be missing.
    println!("\n{}", fleet.summary());
    Ok(fleet.summary())
}

/// When the newest completed snapshot was taken. Only the id of a snapshot is always present: one
/// that is queued, for example, has no date yet.
fn newest_completed(snapshots: &[Snapshot]) -> Option<DateTime<Utc>> {
    let is_completed = |snapshot: &&Snapshot| snapshot.status() == Some(&SnapshotStatus::Completed);
    let completed = snapshots.iter().filter(is_completed);
    completed.filter_map(Snapshot::created_at).max()
}

fn print_line(project: &Project, cluster: &Cluster, found: &str, newest: Option<DateTime<Utc>>) {
    let project = project.name().unwrap_or(project.id());
    let name = cluster.name().unwrap_or(cluster.id());
    let kind = cluster.kind().map_or("", |kind| kind.as_str());
    let (newest, age) = match newest {
        None => ("-".to_owned(), "-".to_owned()),
        Some(newest) => {
            let hours = (Utc::now() - newest).num_hours();
            (
                newest.format("%Y-%m-%d %H:%M:%S").to_string(),
                format!("{hours} h"),
            )
        }
    };
    println!("{project:<12}  {name:<12}  {kind:<10}  {found:>10}  {newest:<19}  {age:>6}");
}

/// An organisation of two projects, with a cluster of each kind.
async fn mock() -> std::result::Result<MockAtlas, Box<dyn Error>> {
    let builder = MockAtlas::builder()
        .now(SystemTime::now())
        .project("Shop")
        .flex("cart")
        .cluster(MockCluster::dedicated("stock").snapshots(40))
        .cluster(MockCluster::sharded("orders").snapshots(700))
        .free("playground")
        .project("Labs")
        .cluster(MockCluster::dedicated("metrics").snapshots(12))
        .cluster(MockCluster::geo_sharded("events").snapshots(25));
    Ok(builder.start().await?)
}

async fn run() -> std::result::Result<(), Box<dyn Error>> {
    if Credentials::from_env().is_ok() {
        list(&Atlas::from_env()?).await?;
        return Ok(());
    }
    let mock = mock().await?;
    let url = mock.base_url();
    println!("There are no credentials in the environment. Listing a mock at {url}\n");
    let summary = list(&Atlas::builder().base_url(url).build()?).await?;
    let requests = mock.request_count();
    println!("The mock received {requests} requests.");
    assert_eq!((summary.snapshots(), requests), (785, 11));
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // `Display` is one line that says what to do next.
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
