//! Lists the snapshots of every cluster that the credentials may see, and prints one line for each
//! cluster.
//!
//! `cargo run --example fleet`, with the variables of your credentials, such as
//! `MONGODB_ATLAS_CLIENT_ID` and `MONGODB_ATLAS_CLIENT_SECRET`. For a simulated organisation, set
//! `MONGODB_ATLAS_OPS_MANAGER_URL` to the address of `mock-atlas`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example prints what it does"
)]

use std::process::ExitCode;

use atlas_snapshots::{Atlas, FleetReport, FleetSummary, Result};

async fn list() -> Result<FleetSummary> {
    let mut fleet = Atlas::from_env()?.fleet().stream();
    while let Some(report) = fleet.try_next().await? {
        match report {
            FleetReport::Cluster {
                project,
                cluster,
                listing,
            } => {
                let (project, cluster) = (project.name(), cluster.name());
                let snapshots = listing.collected().len();
                match listing.error() {
                    None => println!("{project:?} {cluster:?}: {snapshots} snapshots"),
                    Some(error) => eprintln!("{project:?} {cluster:?}: {error}"),
                }
            }
            FleetReport::WithoutBackups { project, cluster } => {
                println!("{:?} {:?}: no backups", project.name(), cluster.name());
            }
            FleetReport::Project { project, error } => eprintln!("{:?}: {error}", project.name()),
            _ => {}
        }
    }
    Ok(fleet.summary())
}

#[tokio::main]
async fn main() -> ExitCode {
    match list().await {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::from(u8::from(!summary.is_complete()))
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
