//! How long an organisation takes, compared with its requests side by side.
//!
//! `cargo bench -p atlas-snapshots --bench fleet`. Each benchmark prints the optimum,
//! ⌈requests / concurrency⌉ round trips of 50 ms, and fails where a run takes more requests.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark that cannot run fails"
)]

use std::time::Duration;

use atlas_snapshots::{Atlas, FleetReport};
use atlas_snapshots_mock::{Cluster, MockAtlas};
use divan::Bencher;
use tokio::runtime::Runtime;

const LATENCY: Duration = Duration::from_millis(50);
const CONCURRENCY: usize = 16;
const CLUSTERS: usize = 1_000;

fn main() {
    divan::main();
}

/// An organisation of 1,000 clusters in this many projects.
fn organisation(projects: usize) -> (Runtime, MockAtlas) {
    let runtime = Runtime::new().unwrap();
    let mut builder = MockAtlas::builder().latency(LATENCY);
    for project in 0..projects {
        builder = builder.project(format!("project-{project}"));
        for cluster in 0..CLUSTERS / projects {
            let name = format!("cluster-{cluster}");
            builder = builder.cluster(if cluster % 2 == 0 {
                Cluster::dedicated(name)
            } else {
                Cluster::flex(name)
            });
        }
    }
    let mock = runtime.block_on(builder.start()).unwrap();
    (runtime, mock)
}

async fn listed(mock: &MockAtlas) -> usize {
    let atlas = Atlas::builder().base_url(mock.base_url()).build().unwrap();
    let mut fleet = atlas.fleet().concurrency(CONCURRENCY).stream();
    let mut listed = 0;
    while let Some(report) = fleet.try_next().await.unwrap() {
        if let FleetReport::Cluster { listing, .. } = report {
            listed += usize::from(listing.error().is_none());
        }
    }
    assert!(fleet.summary().is_complete());
    listed
}

#[divan::bench(args = [4, 40, 250], sample_count = 5, sample_size = 1)]
fn clusters_1000_in_projects(bencher: Bencher<'_, '_>, projects: usize) {
    let (runtime, mock) = organisation(projects);
    let requests = 1 + projects * 2 + CLUSTERS;
    let optimum = LATENCY * u32::try_from(requests.div_ceil(CONCURRENCY)).unwrap();
    println!("{requests} requests, optimum {optimum:?}");
    bencher.bench(|| {
        mock.clear_requests();
        assert_eq!(runtime.block_on(listed(&mock)), CLUSTERS);
        assert_eq!(mock.request_count(), requests);
    });
}
