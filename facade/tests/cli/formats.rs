//! The output formats: every row, in order, readable by the tools of the format.

use std::collections::HashSet;

use atlas_snapshots_mock::{Fidelity, MockAtlas};
use serde_json::{Value, json};

#[cfg(target_os = "linux")]
use crate::harness::on_terminal;
use crate::harness::{ids, list, run, start};

const CSV_HEADER: &str = "id,createdAt,expiresAt,frequencyType,mongodVersion,\
                          serverlessInstanceName,snapshotType,status,storageSizeBytes,\
                          source,scheduledAt,startedAt,finishedAt,\
                          projectId,projectName,clusterName,clusterKind,type,description,\
                          cloudProvider,copyRegions,replicaSetName,masterKeyUUID,policyItems,\
                          configServerType,snapshotIds";

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
        "summary: 12345 items on 25 pages in 25 requests: complete, no change seen\n"
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
            "clusterKind",
            "clusterName",
            "createdAt",
            "expiresAt",
            "frequencyType",
            "id",
            "links",
            "mongodVersion",
            "projectId",
            "serverlessInstanceName",
            "snapshotType",
            "source",
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
        assert!(ran.stderr.contains("0 items"), "{}", ran.stderr);
    }
}

#[tokio::test]
async fn undocumented_values_and_absent_ones_pass_unchanged() {
    let atlas = start(
        MockAtlas::builder()
            .snapshots(12)
            .fidelity(Fidelity::Live)
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
    let atlas = start(MockAtlas::builder().items(rows)).await;
    let ran = run(list(&atlas, ["--output", "csv"])).await;

    assert_eq!(
        ran.stdout,
        format!(
            "{CSV_HEADER}\n32b6e34b3d91647abb20e7b8,,,,\"8.0, \"\"rc1\"\"\nodd\",,,,,serverless,,,,\
             32b6e34b3d91647abb20e7b8,,Instance0,serverless,,,,,,,,,\n"
        )
    );
    let mut reader = csv::Reader::from_reader(ran.stdout.as_bytes());
    assert_eq!(&reader.records().next().unwrap().unwrap()[4], version);
}

#[tokio::test]
async fn page_size_and_pages_in_flight_reach_the_server() {
    for flag in ["--max-in-flight", "--prefetch"] {
        let atlas = start(MockAtlas::builder().snapshots(100)).await;
        let arguments = ["--page-size", "15", flag, "1", "--output", "csv"];
        let ran = run(list(&atlas, arguments)).await;

        assert_eq!(ran.code, Some(0), "{ran:#?}");
        let requests = atlas.requests();
        assert_eq!(requests.len(), 7);
        assert!(requests.iter().all(|sent| sent.items_per_page == Some(15)));
        assert_eq!(atlas.peak_in_flight(), 1, "{flag}");
    }
}

#[tokio::test]
async fn in_a_pipe_each_row_of_a_table_is_one_plain_line() {
    let atlas = start(MockAtlas::builder().snapshots(1_200)).await;
    let ran = run(list(&atlas, [])).await;

    assert_eq!(ran.code, Some(0));
    let mut lines = ran.stdout.lines();
    let titles: Vec<_> = lines.next().unwrap().split_whitespace().collect();
    assert_eq!(
        titles,
        [
            "ID",
            "CREATED",
            "EXPIRES",
            "FREQUENCY",
            "VERSION",
            "INSTANCE",
            "TYPE",
            "STATUS",
            "BYTES"
        ]
    );
    let ids: Vec<_> = lines
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    assert_eq!(ids, atlas.snapshot_ids());
    assert!(!ran.stdout.contains('\u{1b}'));
}

#[tokio::test]
async fn the_columns_of_a_long_table_are_as_wide_as_its_widest_cells() {
    let row = |number: usize, status: &str| json!({ "id": format!("{number:024x}"), "mongodVersion": "8.0", "status": status });
    let mut rows: Vec<_> = (0..2_100).map(|number| row(number, "queued")).collect();
    rows.push(row(2_100, "a status of many words"));
    let atlas = start(MockAtlas::builder().items(rows)).await;
    let mut narrow = list(&atlas, []);
    narrow.env("COLUMNS", "60");
    for command in [list(&atlas, []), narrow] {
        let ran = run(command).await;
        let lines: Vec<_> = ran.stdout.lines().collect();
        // In the narrow table, the ids take two lines each.
        let starts: HashSet<_> = lines
            .iter()
            .filter_map(|line| line.find("queued"))
            .collect();
        assert_eq!(starts.len(), 1, "{}", ran.stdout);
        let title = lines[0].find("STATUS").unwrap();
        assert!(starts.contains(&title));
        assert_eq!(
            lines.iter().filter(|line| line.starts_with("ID")).count(),
            1
        );
    }
}

#[tokio::test]
async fn a_narrow_table_leaves_out_columns_and_names_them() {
    let atlas = start(MockAtlas::builder().snapshots(20)).await;
    for width in [40, 80, 100, 120] {
        let mut command = list(&atlas, ["--output", "table"]);
        command.env("COLUMNS", width.to_string());
        let ran = run(command).await;

        assert_eq!(ran.code, Some(0));
        let widest = ran.stdout.lines().map(|line| line.chars().count()).max();
        assert!(widest.unwrap() <= width, "{}", ran.stdout);
        assert!(!ran.stdout.contains("INSTANCE"));
        assert!(
            ran.stderr.starts_with("notice: no space for INSTANCE"),
            "{}",
            ran.stderr
        );
    }
}

#[tokio::test]
async fn a_server_cannot_send_commands_to_the_terminal() {
    let rows = [json!({
        "id": "32b6e34b3d91647abb20e7b8",
        "status": "\u{1b}[2Jgone\r\nforged line",
    })];
    let atlas = start(MockAtlas::builder().items(rows)).await;
    let ran = run(list(&atlas, [])).await;

    assert_eq!(ran.stdout.lines().count(), 2);
    let controls = ran.stdout.chars().filter(|c| c.is_control() && *c != '\n');
    assert_eq!(controls.count(), 0);
}

#[tokio::test]
async fn absent_values_are_dashes_in_a_table() {
    let rows = [json!({ "id": "32b6e34b3d91647abb20e7b8" })];
    let atlas = start(MockAtlas::builder().items(rows)).await;
    let ran = run(list(&atlas, [])).await;

    let row: Vec<_> = ran
        .stdout
        .lines()
        .nth(1)
        .unwrap()
        .split_whitespace()
        .collect();
    assert_eq!(row, ["32b6e34b3d91647abb20e7b8", "-", "-", "-", "-"]);
}

#[tokio::test]
async fn a_value_of_any_length_fits_into_a_table() {
    let rows = [json!({ "id": "32b6e34b3d91647abb20e7b8", "status": "é".repeat(100_000) })];
    let atlas = start(MockAtlas::builder().items(rows)).await;
    let ran = run(list(&atlas, [])).await;

    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stdout.matches('é').count(), 100);
    assert!(ran.stdout.contains("é…"));
}

/// Text that controls a terminal, reorders what is around it, ends a line for some programs, or is
/// invisible.
const UNPRINTABLE: &str = "\u{1b}[2J\u{7f}\u{9b}\u{202e}\u{2066}\u{2028}\u{200b}\u{feff}\u{e0001}";

#[tokio::test]
async fn json_escapes_what_is_not_printable_and_a_table_replaces_it() {
    let rows = [json!({ "id": "32b6e34b3d91647abb20e7b8", "status": UNPRINTABLE })];
    let atlas = start(MockAtlas::builder().items(rows)).await;
    let is_unprintable = |c: char| UNPRINTABLE.contains(c) && !"[2J".contains(c);
    for format in ["json", "ndjson", "table"] {
        let ran = run(list(&atlas, ["--output", format])).await;
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        assert!(!ran.stdout.contains(is_unprintable), "{ran:#?}");
        if format == "ndjson" {
            assert_eq!(ran.json_lines()[0]["status"], UNPRINTABLE);
        }
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn values_of_csv_are_as_received_but_on_a_terminal() {
    let rows = [json!({ "id": "32b6e34b3d91647abb20e7b8", "status": UNPRINTABLE })];
    let atlas = start(MockAtlas::builder().items(rows)).await;
    let csv = list(&atlas, ["--output", "csv"]);
    let on_a_terminal = run(on_terminal(&csv)).await.stdout;
    assert!(on_a_terminal.contains("32b6e34b3d91647abb20e7b8"));
    assert!(!on_a_terminal.contains(['\u{1b}', '\u{202e}', '\u{200b}']));
    let in_a_pipe = run(csv).await.stdout;
    assert!(in_a_pipe.contains(UNPRINTABLE), "{in_a_pipe}");
}

#[tokio::test]
async fn csv_for_spreadsheets_has_no_formulas() {
    let formulas = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"];
    let plain = ["8.0.4", "a=1", "'=1", ""];
    let version =
        |version: &&str, id: usize| json!({ "id": format!("{id:024}"), "mongodVersion": version });
    let all = formulas.iter().chain(&plain);
    let rows = all.enumerate().map(|(id, text)| version(text, id));
    let atlas = start(MockAtlas::builder().items(rows.collect::<Vec<_>>())).await;
    for (flag, prefix) in [(None, ""), (Some("--csv-safe"), "'")] {
        let mut command = list(&atlas, ["--output", "csv"]);
        command.args(flag);
        let ran = run(command).await;
        let mut reader = csv::Reader::from_reader(ran.stdout.as_bytes());
        let printed: Vec<String> = reader
            .records()
            .map(|record| record.unwrap()[4].to_owned())
            .collect();
        let expected = formulas.iter().map(|text| format!("{prefix}{text}"));
        let expected = expected.chain(plain.map(str::to_owned));
        assert_eq!(printed, expected.collect::<Vec<_>>());
    }
    let ran = run(list(&atlas, ["--csv-safe", "--output", "json"])).await;
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("--csv-safe needs --output csv"));
}
