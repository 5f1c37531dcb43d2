//! The cost of a listing, compared with a loop written by hand.
//!
//! `cargo bench -p atlas-snapshots` runs everything against the mock in this process. The mock's
//! own work is part of each figure, the same for all, so compare ratios and not times.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark that cannot run fails"
)]

use std::time::Duration;

use atlas_snapshots::{Atlas, Consistency, Snapshot};
use atlas_snapshots_mock::{CannedResponse, MockAtlas};
use divan::Bencher;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const PAGES: usize = 20;
const PAGE_SIZE: usize = 500;

fn main() {
    divan::main();
}

/// A runtime, and a mock whose pages are built beforehand, so that serving them costs little.
fn canned(latency: Duration) -> (Runtime, MockAtlas) {
    let runtime = Runtime::new().unwrap();
    let mock = runtime.block_on(async {
        let items = (0..PAGES * PAGE_SIZE).map(item).collect::<Vec<_>>();
        let mut builder = MockAtlas::builder().latency(latency);
        for (index, items) in items.chunks(PAGE_SIZE).enumerate() {
            // The last page is one item short, so that no page after it is requested.
            let items = &items[..items.len() - usize::from(index + 1 == PAGES)];
            let mut links = vec![json!({"href": "http://localhost/", "rel": "self"})];
            if index + 1 < PAGES {
                links.push(json!({"href": "http://localhost/", "rel": "next"}));
            }
            let page =
                json!({"links": links, "results": items, "totalCount": PAGES * PAGE_SIZE - 1});
            builder = builder.page_response(index as u64 + 1, CannedResponse::json(200, page));
        }
        builder.start().await.unwrap()
    });
    (runtime, mock)
}

fn item(number: usize) -> Value {
    json!({
        "createdAt": "2026-08-02T17:05:10Z", "expiresAt": "2026-08-04T17:05:10Z",
        "frequencyType": "hourly", "id": format!("{number:024x}"),
        "links": [{"href": "https://cloud.mongodb.com/api/atlas", "rel": "self"}],
        "mongodVersion": "8.0.29", "serverlessInstanceName": "Instance0",
        "snapshotType": "scheduled", "status": "completed", "storageSizeBytes": 5_000_000_000_i64,
    })
}

async fn listed(mock: &MockAtlas, max_in_flight: usize, consistency: Consistency) -> usize {
    let atlas = Atlas::builder().base_url(mock.base_url()).build().unwrap();
    let snapshots = atlas
        .serverless_snapshots(mock.project_id(), mock.cluster_name())
        .max_in_flight(max_in_flight)
        .consistency(consistency)
        .await
        .unwrap();
    snapshots.len()
}

/// A loop that takes the first short page for the last one.
async fn by_hand(mock: &MockAtlas) -> usize {
    #[derive(serde::Deserialize)]
    struct Page {
        results: Vec<Snapshot>,
    }
    let http = reqwest::Client::new();
    let mut all = Vec::new();
    for page in 1.. {
        let url = format!(
            "{}?itemsPerPage={PAGE_SIZE}&pageNum={page}",
            mock.snapshots_url()
        );
        let page: Page = http.get(url).send().await.unwrap().json().await.unwrap();
        let is_last = page.results.len() < PAGE_SIZE;
        all.extend(page.results);
        if is_last {
            break;
        }
    }
    all.len()
}

/// Processing time: no latency, one page at a time.
mod work {
    use super::{Bencher, Consistency, Duration, PAGE_SIZE, PAGES, by_hand, canned, listed};

    #[divan::bench]
    fn by_hand_with_reqwest(bencher: Bencher<'_, '_>) {
        let (runtime, mock) = canned(Duration::ZERO);
        bencher.bench(|| assert_eq!(runtime.block_on(by_hand(&mock)), PAGES * PAGE_SIZE - 1));
    }

    #[divan::bench]
    fn listing(bencher: Bencher<'_, '_>) {
        let (runtime, mock) = canned(Duration::ZERO);
        bencher.bench(|| {
            let listed = runtime.block_on(listed(&mock, 1, Consistency::single_pass()));
            assert_eq!(listed, PAGES * PAGE_SIZE - 1);
        });
    }

    #[divan::bench]
    fn verified_listing(bencher: Bencher<'_, '_>) {
        let (runtime, mock) = canned(Duration::ZERO);
        bencher.bench(|| {
            let listed = runtime.block_on(listed(&mock, 1, Consistency::verified()));
            assert_eq!(listed, PAGES * PAGE_SIZE - 1);
        });
    }
}

/// Waiting time: 50 ms per round trip. The optimum is 50 ms × (1 + ⌈19 / pages in flight⌉).
mod waiting {
    use super::{Bencher, Consistency, Duration, PAGE_SIZE, PAGES, canned, listed};

    #[divan::bench(args = [1, 4, 8, 16], sample_count = 10, sample_size = 1)]
    fn pages_in_flight(bencher: Bencher<'_, '_>, max_in_flight: usize) {
        let (runtime, mock) = canned(Duration::from_millis(50));
        bencher.bench(|| {
            let listed = runtime.block_on(listed(&mock, max_in_flight, Consistency::single_pass()));
            assert_eq!(listed, PAGES * PAGE_SIZE - 1);
        });
    }
}
