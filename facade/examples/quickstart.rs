//! Lists all snapshots of a cluster.
//!
//! `cargo run --example quickstart` needs no account: it lists the 1,200 snapshots of a mock
//! Atlas that runs inside this program. To list your own cluster, set `MONGODB_ATLAS_PROJECT_ID`,
//! `MONGODB_ATLAS_CLUSTER` (or give the name of the cluster as an argument), and the variables of
//! your credentials, such as `MONGODB_ATLAS_CLIENT_ID` and `MONGODB_ATLAS_CLIENT_SECRET`.
#![allow(clippy::print_stdout, reason = "an example prints what it does")]

use std::env;
use std::error::Error;
use std::process::ExitCode;

use atlas_snapshots::{Atlas, Result, Snapshot, SnapshotStatus, Summary};
use atlas_snapshots_mock::{ClusterKind, MockAtlas};

/// Lists the snapshots of a cluster as they arrive.
async fn list(atlas: &Atlas, project_id: &str, cluster: &str) -> Result<Summary> {
    println!("    #  ID                        CREATED                  STATUS");
    let mut snapshots = atlas.snapshots(project_id, cluster).stream();
    let mut number = 0;
    while let Some(snapshot) = snapshots.try_next().await? {
        number += 1;
        // Every snapshot is read here, and only some of them are printed.
        if number <= 10 || number % 100 == 0 {
            print_line(number, &snapshot);
        }
    }
    let summary = snapshots.summary();
    println!("\n{summary}");
    Ok(summary)
}

fn print_line(number: u64, snapshot: &Snapshot) {
    // Only the id is always present: a queued snapshot, for example, may have no date yet.
    let created = snapshot.created_at().map(|time| time.to_string());
    println!(
        "{number:>5}  {}  {:<23}  {}",
        snapshot.id(),
        created.as_deref().unwrap_or("-"),
        snapshot.status().map_or("-", SnapshotStatus::as_str),
    );
}

/// Lists a mock, and compares the summary with the requests that the mock received.
async fn list_mock() -> Result<(), Box<dyn Error>> {
    let mock = MockAtlas::builder()
        .kind(ClusterKind::Flex)
        .snapshots(1_200)
        .start()
        .await?;
    println!(
        "No project and cluster are set. Listing a mock at {}\n",
        mock.base_url()
    );

    let atlas = Atlas::builder().base_url(mock.base_url()).build()?;
    let summary = list(&atlas, mock.project_id(), mock.cluster_name()).await?;

    println!("The mock received {} requests:", mock.request_count());
    for request in mock.requests() {
        let value = |name| request.query_value(name).unwrap_or("?");
        println!(
            "  pageNum={} itemsPerPage={}",
            value("pageNum"),
            value("itemsPerPage")
        );
    }
    assert_eq!((summary.delivered(), summary.requests()), (1_200, 3));
    assert_eq!(mock.request_count(), 3);
    Ok(())
}

async fn run() -> Result<(), Box<dyn Error>> {
    let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let project_id = variable("MONGODB_ATLAS_PROJECT_ID");
    let argument = env::args().nth(1);
    let cluster = argument.or_else(|| variable("MONGODB_ATLAS_CLUSTER"));
    if let (Some(project_id), Some(cluster)) = (project_id, cluster) {
        list(&Atlas::from_env()?, &project_id, &cluster).await?;
        Ok(())
    } else {
        list_mock().await
    }
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
