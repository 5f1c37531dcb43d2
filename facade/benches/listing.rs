//! What a listing costs, beside the loop one would write by hand.
//!
//! `cargo bench -p atlas-snapshots` runs everything against the mock in this process. The mock's
//! own work is part of each figure, the same for all, so compare ratios and not times.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark that cannot run shall say so"
)]

use std::time::Duration;

use atlas_snapshots::{Atlas, Consistency, Prefetch, Snapshot};
use atlas_snapshots_mock::{CannedResponse, MockAtlas};
use divan::Bencher;
use futures::TryStreamExt;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const PAGES: usize = 20;
const PAGE_SIZE: usize = 500;

fn main() {
    divan::main();
}

/// A runtime and a mock whose pages are written beforehand, so that serving them costs little.
fn canned(latency: Duration) -> (Runtime, MockAtlas) {
    let runtime = Runtime::new().unwrap();
    let mock = runtime.block_on(async {
        let rows = (0..PAGES * PAGE_SIZE).map(row).collect::<Vec<_>>();
        let mut builder = MockAtlas::builder().latency(latency);
        for (index, rows) in rows.chunks(PAGE_SIZE).enumerate() {
            // The last page comes one row short: no page behind it has to be asked for.
            let rows = &rows[..rows.len() - usize::from(index + 1 == PAGES)];
            let mut links = vec![json!({"href": "http://localhost/", "rel": "self"})];
            if index + 1 < PAGES {
                links.push(json!({"href": "http://localhost/", "rel": "next"}));
            }
            let page =
                json!({"links": links, "results": rows, "totalCount": PAGES * PAGE_SIZE - 1});
            builder = builder.page_response(index as u64 + 1, CannedResponse::json(200, page));
        }
        builder.start().await.unwrap()
    });
    (runtime, mock)
}

fn row(number: usize) -> Value {
    json!({
        "createdAt": "2026-08-02T17:05:10Z", "expiresAt": "2026-08-04T17:05:10Z",
        "frequencyType": "hourly", "id": format!("{number:024x}"),
        "links": [{"href": "https://cloud.mongodb.com/api/atlas", "rel": "self"}],
        "mongodVersion": "8.0.29", "serverlessInstanceName": "Instance0",
        "snapshotType": "scheduled", "status": "completed", "storageSizeBytes": 5_000_000_000_i64,
    })
}

async fn listed(mock: &MockAtlas, prefetch: usize, consistency: Consistency) -> usize {
    let atlas = Atlas::builder().base_url(mock.base_url()).build().unwrap();
    let snapshots: Vec<Snapshot> = atlas
        .serverless_snapshots(
            mock.project_id().parse().unwrap(),
            mock.instance_name().parse().unwrap(),
        )
        .prefetch(Prefetch::new(prefetch).unwrap())
        .consistency(consistency)
        .stream()
        .try_collect()
        .await
        .unwrap();
    snapshots.len()
}

/// The loop that trusts a short page to be the last.
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

/// Work: no latency, one page at a time.
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
            let listed = runtime.block_on(listed(&mock, 1, Consistency::Observed));
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

/// Waiting: 50 ms a round trip. Ideal is 50 ms × (1 + ⌈19 / prefetch⌉).
mod waiting {
    use super::{Bencher, Consistency, Duration, PAGE_SIZE, PAGES, canned, listed};

    #[divan::bench(args = [1, 4, 8, 16], sample_count = 10, sample_size = 1)]
    fn prefetch(bencher: Bencher<'_, '_>, prefetch: usize) {
        let (runtime, mock) = canned(Duration::from_millis(50));
        bencher.bench(|| {
            let listed = runtime.block_on(listed(&mock, prefetch, Consistency::Observed));
            assert_eq!(listed, PAGES * PAGE_SIZE - 1);
        });
    }
}
