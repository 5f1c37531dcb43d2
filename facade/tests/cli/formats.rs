//! The formats for programs: every row, in order, readable by the tools of the format.

use std::collections::HashSet;

use atlas_snapshots_mock::{Dialect, MockAtlas};
use serde_json::{Value, json};

use crate::harness::{ids, list, run, start};

const CSV_HEADER: &str = "id,createdAt,expiresAt,frequencyType,mongodVersion,\
                          serverlessInstanceName,snapshotType,status,storageSizeBytes,\
                          source,scheduledAt,startedAt,finishedAt";

#[tokio::test]
async fn csv_prints_12345_rows_in_25_requests() {
    let atlas = start(MockAtlas::builder().snapshots(12_345)).await;
    let ran = run(list(&atlas, ["--output", "csv"])).await;

    assert_eq!(ran.code, Some(0));
    assert_eq!(ran.stdout.lines().next(), Some(CSV_HEADER));
    let mut reader = csv::Reader::from_reader(ran.stdout.as_bytes());
    let printed: Vec<String> = reader
        .records()
        .map(|record| record.unwrap()[0].to_owned())
        .collect();
    assert_eq!(printed, atlas.snapshot_ids());
    assert_eq!(printed.iter().collect::<HashSet<_>>().len(), 12_345);
    assert_eq!(atlas.request_count(), 25);
    assert_eq!(
        ran.stderr,
        "summary: 12345 snapshots on 25 pages in 25 requests: read to the end, unverified\n"
    );
}

#[tokio::test]
async fn ndjson_is_one_object_a_line_with_the_names_of_the_api() {
    let atlas = start(MockAtlas::builder().snapshots(1_200)).await;
    let ran = run(list(&atlas, ["--output", "ndjson"])).await;

    assert_eq!(ran.code, Some(0));
    let rows = ran.json_lines();
    assert_eq!(ids(&rows), atlas.snapshot_ids());
    assert_eq!(atlas.request_count(), 3);
    let mut names: Vec<_> = rows[0].as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(
        names,
        [
            "createdAt",
            "expiresAt",
            "frequencyType",
            "id",
            "links",
            "mongodVersion",
            "serverlessInstanceName",
            "snapshotType",
            "status",
            "storageSizeBytes"
        ]
    );
}

#[tokio::test]
async fn json_is_one_array_whatever_the_number_of_rows() {
    for count in [0, 1, 2, 1_200] {
        let atlas = start(MockAtlas::builder().snapshots(count)).await;
        let ran = run(list(&atlas, ["--output", "json"])).await;

        assert_eq!(ran.code, Some(0));
        let rows: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(ids(&rows), atlas.snapshot_ids());
        assert!(ran.stdout.ends_with("]\n"));
    }
}

#[tokio::test]
async fn an_empty_listing_is_an_empty_list_in_every_format() {
    let atlas = start(MockAtlas::builder()).await;
    let header = format!("{CSV_HEADER}\n");
    for (format, printed) in [("json", "[]\n"), ("ndjson", ""), ("csv", &header)] {
        let ran = run(list(&atlas, ["--output", format])).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), printed));
        assert!(ran.stderr.contains("0 snapshots"), "{}", ran.stderr);
    }
}

#[tokio::test]
async fn undocumented_values_and_absent_ones_pass_unchanged() {
    let atlas = start(
        MockAtlas::builder()
            .snapshots(12)
            .dialect(Dialect::Live)
            .seed(3),
    )
    .await;
    let rows = run(list(&atlas, ["--output", "ndjson"])).await.json_lines();
    assert_eq!(ids(&rows), atlas.snapshot_ids());
    // The first row is queued, and on demand.
    assert_eq!(rows[0].get("createdAt"), None);
    assert_eq!(rows[0]["frequencyType"], "ondemand");
    assert_eq!(rows[3]["mongodVersion"], "8.0.29-rc1");

    let csv = run(list(&atlas, ["--output", "csv"])).await.stdout;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let queued = reader.records().next().unwrap().unwrap();
    assert_eq!(&queued[1], "");
    assert_eq!(&queued[3], "ondemand");
    assert_eq!(&queued[4], "");
}

#[tokio::test]
async fn csv_quotes_what_would_break_a_line() {
    let version = "8.0, \"rc1\"\nodd";
    let rows = [json!({ "id": "32b6e34b3d91647abb20e7b8", "mongodVersion": version })];
    let atlas = start(MockAtlas::builder().rows(rows)).await;
    let ran = run(list(&atlas, ["--output", "csv"])).await;

    assert_eq!(
        ran.stdout,
        format!(
            "{CSV_HEADER}\n32b6e34b3d91647abb20e7b8,,,,\"8.0, \"\"rc1\"\"\nodd\",,,,,serverless,,,
"
        )
    );
    let mut reader = csv::Reader::from_reader(ran.stdout.as_bytes());
    assert_eq!(&reader.records().next().unwrap().unwrap()[4], version);
}

#[tokio::test]
async fn page_size_and_prefetch_reach_the_server() {
    let atlas = start(MockAtlas::builder().snapshots(100)).await;
    let ran = run(list(
        &atlas,
        ["--page-size", "15", "--prefetch", "1", "--output", "csv"],
    ))
    .await;

    assert_eq!(ran.code, Some(0));
    let requests = atlas.requests();
    assert_eq!(requests.len(), 7);
    assert!(requests.iter().all(|sent| sent.items_per_page == Some(15)));
    assert_eq!(atlas.peak_in_flight(), 1);
}
