//! Lists every snapshot of a cluster.
//!
//! `cargo run --example quickstart` needs no account: it lists the 1,200 snapshots of a mock
//! Atlas that runs inside this program. To list your own, set `MONGODB_ATLAS_PROJECT_ID`,
//! `MONGODB_ATLAS_CLUSTER` (or give the cluster's name as an argument), and the variables of
//! your credentials, such as `MONGODB_ATLAS_CLIENT_ID` and `MONGODB_ATLAS_CLIENT_SECRET`.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::env;
use std::error::Error;
use std::process::ExitCode;

use atlas_snapshots::{Atlas, Credentials, Listing, Result, Snapshot, SnapshotStatus, Summary};
use atlas_snapshots_mock::{ClusterKind, MockAtlas};
use futures::TryStreamExt;

/// The heart of it: a listing becomes a stream, and the stream is read to its end.
async fn print(listing: Listing) -> Result<Summary> {
    println!("    #  ID                        CREATED                  STATUS");
    let mut snapshots = listing.stream();
    let mut number = 0;
    while let Some(snapshot) = snapshots.try_next().await? {
        number += 1;
        // Every snapshot arrives here; the terminal is spared most of them.
        if number <= 10 || number % 100 == 0 {
            print_row(number, &snapshot);
        }
    }
    let summary = snapshots.summary();
    println!("\n{summary}");
    Ok(summary)
}

fn print_row(number: u64, snapshot: &Snapshot) {
    // Only the id is always there: a queued snapshot, for one, may have no date yet.
    let created = snapshot.created_at().map(|time| time.to_string());
    println!(
        "{number:>5}  {}  {:<23}  {}",
        snapshot.id(),
        created.as_deref().unwrap_or("-"),
        snapshot.status().map_or("-", SnapshotStatus::as_str),
    );
}

/// A listing of Atlas itself, if the environment says which.
fn own_listing() -> Result<Option<Listing>> {
    let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let (Some(project), Some(cluster)) = (
        variable("MONGODB_ATLAS_PROJECT_ID"),
        env::args()
            .nth(1)
            .or_else(|| variable("MONGODB_ATLAS_CLUSTER")),
    ) else {
        return Ok(None);
    };
    let credentials = Credentials::from_env()?;
    let atlas = Atlas::builder().credentials(credentials).build()?;
    let listing = atlas.snapshots(project.parse()?, cluster.parse()?);
    Ok(Some(listing))
}

/// Lists a mock, and compares notes with it.
async fn list_mock() -> Result<(), Box<dyn Error>> {
    let mock = MockAtlas::builder()
        .kind(ClusterKind::Flex)
        .snapshots(1_200)
        .start()
        .await?;
    println!("No account given: listing a mock at {}\n", mock.base_url());

    let atlas = Atlas::builder().base_url(mock.base_url()).build()?;
    let (project, cluster) = (mock.project_id().parse()?, mock.instance_name().parse()?);
    let summary = print(atlas.snapshots(project, cluster)).await?;

    println!(
        "The mock's log agrees: {} requests, in order of arrival",
        mock.request_count()
    );
    for request in mock.requests() {
        let sent = |name| request.query_value(name).unwrap_or("?");
        println!(
            "  pageNum={} itemsPerPage={}",
            sent("pageNum"),
            sent("itemsPerPage")
        );
    }
    assert_eq!((summary.delivered(), summary.requests()), (1_200, 3));
    assert_eq!(mock.request_count(), 3);
    Ok(())
}

async fn run() -> Result<(), Box<dyn Error>> {
    if let Some(listing) = own_listing()? {
        print(listing).await?;
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
            // One line that says what to do, which `Debug` would not be.
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
