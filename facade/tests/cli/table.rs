//! The format for people.

use atlas_snapshots_mock::MockAtlas;
use serde_json::json;

use crate::harness::{list, run, start};

#[tokio::test]
async fn in_a_pipe_each_snapshot_is_one_plain_line() {
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
async fn a_narrow_table_leaves_out_columns_and_says_which() {
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
            ran.stderr.starts_with("notice: no room for INSTANCE"),
            "{}",
            ran.stderr
        );
    }
}

#[tokio::test]
async fn a_server_cannot_command_the_terminal() {
    let rows = [json!({
        "id": "32b6e34b3d91647abb20e7b8",
        "status": "\u{1b}[2Jgone\r\nforged line",
    })];
    let atlas = start(MockAtlas::builder().rows(rows)).await;
    let ran = run(list(&atlas, [])).await;

    assert_eq!(ran.stdout.lines().count(), 2);
    let controls = ran.stdout.chars().filter(|c| c.is_control() && *c != '\n');
    assert_eq!(controls.count(), 0);
}

#[tokio::test]
async fn absent_values_are_dashes() {
    let rows = [json!({ "id": "32b6e34b3d91647abb20e7b8" })];
    let atlas = start(MockAtlas::builder().rows(rows)).await;
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
async fn a_value_of_any_length_fits() {
    let rows = [json!({ "id": "32b6e34b3d91647abb20e7b8", "status": "é".repeat(100_000) })];
    let atlas = start(MockAtlas::builder().rows(rows)).await;
    let ran = run(list(&atlas, [])).await;

    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stdout.matches('é').count(), 100);
    assert!(ran.stdout.contains("é…"));
}
