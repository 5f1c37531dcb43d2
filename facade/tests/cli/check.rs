//! `check` and `latest`: verdicts, exit codes and formats.

use std::time::SystemTime;

use atlas_snapshots_mock::{
    CannedResponse, Cluster, ClusterKind, MockAtlas, MockAtlasBuilder, ResponseFault, When,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use crate::harness::{Ran, program, project, run, start};

/// A completed snapshot of so many hours ago.
fn hours_ago(number: u32, hours: i64) -> Value {
    let time = Utc::now() - TimeDelta::hours(hours) - TimeDelta::seconds(5);
    json!({
        "id": format!("6a00000000000000000000{number:02}"),
        "status": "completed",
        "createdAt": time.to_rfc3339(),
        "expiresAt": (time + TimeDelta::days(8)).to_rfc3339(),
        "storageSizeBytes": 1000,
    })
}

fn queued(number: u32) -> Value {
    json!({ "id": format!("6a00000000000000000000{number:02}"), "status": "queued" })
}

/// One serverless instance with these snapshots.
fn of(items: Vec<Value>) -> MockAtlasBuilder {
    MockAtlas::builder().items(items)
}

fn check(atlas: &MockAtlas, arguments: &[&str]) -> Command {
    let mut command = program(["check", "--api", "serverless", "--max-retries", "0"]);
    command
        .args(project(atlas))
        .args(["--cluster", atlas.cluster_name()]);
    command.args(arguments);
    command
}

fn assert_state(ran: &Ran, code: i32, line: &str) {
    assert_eq!(ran.code, Some(code), "{ran:#?}");
    assert!(ran.stdout.starts_with(line), "{line} in {ran:#?}");
}

#[tokio::test]
async fn the_newest_completed_snapshot_decides_the_state() {
    let (hour, day, week) = (hours_ago(1, 1), hours_ago(2, 25), hours_ago(3, 7 * 24));
    let mut failed = hours_ago(4, 1);
    failed["status"] = json!("failed");
    for (items, arguments, code, line) in [
        (
            vec![hour.clone(), week.clone()],
            &["--max-age", "26h"][..],
            0,
            "OK - 1 of 1 clusters fresh |",
        ),
        // Positions mean nothing.
        (
            vec![week.clone(), hour.clone()],
            &["--max-age", "26h"],
            0,
            "OK",
        ),
        (
            vec![day.clone()],
            &["--max-age", "26h", "--warn-age", "24h"],
            1,
            "WARNING - 1 of 1 clusters fresh",
        ),
        (
            vec![week.clone()],
            &["--max-age", "26h"],
            2,
            "CRITICAL - 0 of 1 clusters fresh, 1 stale",
        ),
        (
            vec![failed, queued(5), week.clone()],
            &["--max-age", "26h"],
            2,
            "CRITICAL",
        ),
        (
            vec![queued(6)],
            &["--max-age", "26h"],
            2,
            "CRITICAL - 0 of 1 clusters fresh, 1 missing",
        ),
        (
            vec![hour.clone()],
            &["--max-age", "26h", "--min-completed", "2"],
            2,
            "CRITICAL",
        ),
        (
            vec![hour.clone(), week],
            &["--max-age", "26h", "--min-completed", "2"],
            0,
            "OK",
        ),
    ] {
        let atlas = start(of(items)).await;
        let ran = run(check(&atlas, arguments)).await;
        assert_state(&ran, code, line);
        let problems = usize::from(code > 0);
        assert_eq!(ran.stdout.lines().count(), 1 + problems, "{ran:#?}");
        assert_eq!(atlas.request_count(), 1);
    }
}

#[tokio::test]
async fn nothing_is_said_of_a_list_that_may_be_incomplete_unless_a_fresh_one_was_seen() {
    let old: Vec<_> = (0..20).map(|number| hours_ago(number, 100)).collect();
    let mut with_fresh = old.clone();
    with_fresh[0] = hours_ago(50, 1);
    let second_page = || (ResponseFault::Status(500), When::page(2));
    for (items, code, line) in [(old, 3, "UNKNOWN"), (with_fresh, 0, "OK")] {
        // The first page is full, and the second one fails.
        let page = json!({ "results": items, "totalCount": 900, "links": [{ "rel": "next" }] });
        let builder = MockAtlas::builder().page_response(1, CannedResponse::json(200, page));
        let (fault, when) = second_page();
        let atlas = start(builder.fault(fault, when)).await;
        let ran = run(check(&atlas, &["--max-age", "26h"])).await;
        assert_state(&ran, code, line);
    }
    let atlas = start(of(vec![]).sunset(atlas_snapshots_mock::Sunset::Empty)).await;
    assert_state(
        &run(check(&atlas, &["--max-age", "26h"])).await,
        3,
        "UNKNOWN",
    );
}

/// Fresh, free, backups off, and gone.
fn organisation() -> MockAtlasBuilder {
    MockAtlas::builder()
        .now(SystemTime::now())
        .project("Shop")
        .cluster(Cluster::dedicated("stock").snapshots(30))
        .cluster(Cluster::free("play"))
}

fn all_projects(atlas: &MockAtlas, arguments: &[&str]) -> Command {
    let mut command = program([
        "check",
        "--all-projects",
        "--max-age",
        "26h",
        "--max-retries",
        "0",
    ]);
    command
        .args(["--base-url", atlas.base_url()])
        .args(arguments);
    command
}

#[tokio::test]
async fn of_a_fleet_critical_outranks_unknown_and_unknown_warning() {
    let off = || Cluster::dedicated("off").backups(false);
    let gone = || Cluster::dedicated("gone").deleted();
    let hidden = || Cluster::flex("hidden").hidden_from_discovery();
    for (builder, arguments, code, named) in [
        (
            organisation(),
            &[][..],
            0,
            "OK - 1 of 1 clusters fresh, 1 free",
        ),
        (
            organisation().cluster(off()),
            &[],
            2,
            "CRITICAL: off of project Shop: no-backups",
        ),
        (
            organisation().cluster(gone()),
            &[],
            3,
            "UNKNOWN: gone of project Shop",
        ),
        (
            organisation().cluster(gone()).cluster(off()),
            &[],
            2,
            "UNKNOWN: gone of project Shop",
        ),
        (
            organisation().cluster(hidden()),
            &[],
            3,
            "Atlas counts 3 clusters and lists 2",
        ),
        (
            organisation(),
            &["--warn-age", "1s"],
            1,
            "WARNING: stock of project Shop",
        ),
        (
            organisation().cluster(gone()),
            &["--warn-age", "1s"],
            3,
            "WARNING: stock",
        ),
        (
            organisation(),
            &["--cluster", "nope"],
            3,
            "UNKNOWN: nope: there is no such cluster",
        ),
        (
            organisation().require_token("sesame"),
            &[],
            3,
            "UNKNOWN - 0 of 0 clusters fresh",
        ),
    ] {
        let atlas = start(builder).await;
        let ran = run(all_projects(&atlas, arguments)).await;
        assert_eq!(ran.code, Some(code), "{ran:#?}");
        assert!(ran.stdout.contains(named), "{named} in {ran:#?}");
        let states = ["OK", "WARNING", "CRITICAL", "UNKNOWN"];
        assert!(
            ran.stdout
                .starts_with(states[usize::try_from(code).unwrap()]),
            "{ran:#?}"
        );
        assert!(
            ran.stdout.lines().next().unwrap().contains(" | fresh="),
            "{ran:#?}"
        );
    }
}

#[tokio::test]
async fn rows_have_every_documented_field() {
    let atlas = start(organisation().cluster(Cluster::dedicated("gone").deleted())).await;
    let ran = run(all_projects(&atlas, &["--output", "json"])).await;
    let rows: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.code, rows.len()), (Some(3), 3), "{ran:#?}");
    for row in &rows {
        let mut names: Vec<_> = row.as_object().unwrap().keys().collect();
        names.sort();
        let expected = [
            "ageSeconds",
            "clusterKind",
            "clusterName",
            "newestCompletedAt",
            "projectId",
            "projectName",
            "reason",
            "snapshotId",
            "state",
            "verdict",
        ];
        assert_eq!(names, expected);
        let (verdict, state) = match row["clusterName"].as_str().unwrap() {
            "stock" => ("fresh", "ok"),
            "play" => ("no-backups", "ok"),
            _ => ("unknown", "unknown"),
        };
        assert_eq!(
            (&row["verdict"], &row["state"]),
            (&json!(verdict), &json!(state))
        );
        assert_eq!(row["ageSeconds"].is_null(), verdict != "fresh");
    }
    let ran = run(all_projects(&atlas, &["--output", "ndjson"])).await;
    assert_eq!(ran.json_lines().len(), 3);
    let ran = run(all_projects(&atlas, &["--output", "csv"])).await;
    let header = "projectId,projectName,clusterName,clusterKind,verdict,state,newestCompletedAt,\
                  ageSeconds,snapshotId,reason\n";
    assert!(ran.stdout.starts_with(header), "{ran:#?}");
}

#[tokio::test]
async fn metrics_are_gauges_and_the_file_is_replaced_at_once() {
    let atlas = start(organisation()).await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("atlas.prom");
    std::fs::write(&file, "old").unwrap();
    let path = file.to_str().unwrap();
    let ran = run(all_projects(
        &atlas,
        &["--output", "prometheus", "--output-file", path],
    ))
    .await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{ran:#?}");
    let metrics = std::fs::read_to_string(&file).unwrap();
    let id = atlas.project_id_of("Shop").unwrap();
    let labels = format!(r#"{{project_id="{id}",project="Shop",cluster="stock",kind="replicaSet""#);
    for expected in [
        format!("atlas_snapshot_newest_completed_timestamp_seconds{labels}}} "),
        format!("atlas_snapshot_newest_expiry_timestamp_seconds{labels}}} "),
        format!("atlas_snapshots{labels},status=\"completed\"}} "),
        format!("atlas_snapshots_bytes{labels}}} "),
        format!("atlas_snapshots_listing_complete{labels}}} 1\n"),
        format!("atlas_snapshots_verdict{labels},verdict=\"fresh\"}} 1\n"),
        "atlas_snapshots_run_requests 4\n".to_owned(),
        "atlas_snapshots_run_duration_seconds ".to_owned(),
    ] {
        assert!(metrics.contains(&expected), "{expected} in {metrics}");
    }
    let types = metrics.lines().filter(|line| line.starts_with("# TYPE"));
    assert!(types.clone().count() == 8 && types.clone().all(|line| line.ends_with(" gauge")));
    // No sample where there is no snapshot, and no count where the list could not be read.
    let samples_of = |metrics: &str, cluster: &str| {
        let label = format!("cluster=\"{cluster}\"");
        let samples = metrics.lines().filter(|line| line.contains(&label));
        let names = samples.map(|line| line.split('{').next().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(samples_of(&metrics, "play"), ["atlas_snapshots_verdict"]);
    let gone = organisation().cluster(Cluster::dedicated("gone").deleted());
    let gone = start(gone).await;
    let ran = run(all_projects(&gone, &["--output", "prometheus"])).await;
    let expected = [
        "atlas_snapshots_listing_complete",
        "atlas_snapshots_verdict",
    ];
    assert_eq!(
        (ran.code, &samples_of(&ran.stdout, "gone")[..]),
        (Some(3), &expected.map(String::from)[..])
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    // Of one cluster, too.
    let one = start(of(vec![hours_ago(1, 3)])).await;
    let ran = run(check(&one, &["--max-age", "26h", "--output", "prometheus"])).await;
    let requests = format!("atlas_snapshots_run_requests {}\n", one.requests().len());
    assert!(ran.stdout.contains(&requests), "{ran:#?}");
}

#[tokio::test]
async fn wrong_usage_is_unknown() {
    for (arguments, message) in [
        (&["check"][..], "required arguments were not provided"),
        (&["check", "--max-age", "soon"], "--max-age"),
        (&["-q", "check", "--nope|"], "'--nope/'"),
        (&["check", "--max-age", "1d"], "MONGODB_ATLAS_CLUSTER"),
    ] {
        let ran = run(program(arguments.iter().copied())).await;
        assert_eq!((ran.code, ran.stdout.lines().count()), (Some(3), 1));
        assert!(ran.stdout.starts_with("UNKNOWN - "), "{ran:#?}");
        assert!(ran.stdout.contains(message), "{ran:#?}");
        assert!(ran.stderr.starts_with("error: "), "{ran:#?}");
    }
    let ran = run(program(["check", "--max-age", "1d", "--output", "json"])).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""), "{ran:#?}");
    assert_eq!(run(program(["check", "--help"])).await.code, Some(0));
}

#[tokio::test]
async fn filters_leave_rows_out_and_hide_no_failure() {
    let mut failed = hours_ago(4, 3);
    failed["status"] = json!("failed");
    let items = vec![queued(9), hours_ago(3, 30), failed, hours_ago(2, 10)];
    let atlas = start(of(items)).await;
    let list = |arguments: &[&str]| {
        let mut command = program(["list", "--api", "serverless", "--output", "ndjson"]);
        command
            .args(project(&atlas))
            .args(["--cluster", atlas.cluster_name()]);
        command.args(["--max-retries", "0"]).args(arguments);
        command
    };
    for (arguments, expected) in [
        (&["--status", "completed"][..], &["03", "02"][..]),
        (&["--status", "failed", "--status", "queued"], &["09", "04"]),
        (&["--since", "1d"], &["04", "02"]),
        (&["--until", "1d"], &["03"]),
        (&["--since", "1d", "--status", "completed"], &["02"]),
        (
            &[
                "--since",
                "2020-01-01T00:00:00Z",
                "--until",
                "2020-01-02T00:00:00+02:00",
            ],
            &[],
        ),
    ] {
        let ran = run(list(arguments)).await;
        let rows = ran.json_lines();
        let ends: Vec<_> = rows
            .iter()
            .map(|row| &row["id"].as_str().unwrap()[22..])
            .collect();
        assert_eq!((ran.code, &ends[..]), (Some(0), expected), "{arguments:?}");
        assert!(ran.stderr.contains("4 items"), "{ran:#?}");
    }
    for arguments in [
        &["--status", "done"][..],
        &["--since", "soon"],
        &["--since", "1d", "--checkpoint", "x"],
    ] {
        assert_eq!(run(list(arguments)).await.code, Some(2), "{arguments:?}");
    }
    atlas.add_fault(ResponseFault::Status(503), When::always());
    assert_eq!(run(list(&["--status", "completed"])).await.code, Some(1));
}

#[tokio::test]
async fn latest_prints_one_completed_snapshot() {
    let items = vec![
        queued(9),
        hours_ago(3, 30),
        hours_ago(1, 2),
        hours_ago(2, 10),
    ];
    let created = |number: usize| items[number]["createdAt"].as_str().unwrap().to_owned();
    let time = created(3).parse::<DateTime<Utc>>().unwrap().to_rfc3339();
    let atlas = start(of(items.clone()).kind(ClusterKind::Serverless)).await;
    let latest = |arguments: &[&str]| {
        let mut command = program(["latest", "--api", "serverless"]);
        command
            .args(project(&atlas))
            .args(["--cluster", atlas.cluster_name()]);
        command.args(arguments);
        command
    };
    for (arguments, id) in [
        (&["--output", "id"][..], "6a0000000000000000000001"),
        (
            &["--output", "id", "--before", &time],
            "6a0000000000000000000002",
        ),
        (
            &["--output", "id", "--before", "1d"],
            "6a0000000000000000000003",
        ),
    ] {
        let ran = run(latest(arguments)).await;
        assert_eq!(
            (ran.code, ran.stdout),
            (Some(0), format!("{id}\n")),
            "{arguments:?}"
        );
    }
    let ran = run(latest(&["--output", "json"])).await;
    assert_eq!(ran.json_lines()[0]["id"], "6a0000000000000000000001");
    assert_eq!(ran.json_lines()[0]["clusterName"], "Instance0");
    assert_eq!(run(latest(&[])).await.stdout.lines().count(), 2);
    let ran = run(latest(&["--before", "2020-01-01T00:00:00Z"])).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(5), ""), "{ran:#?}");
    assert_eq!(run(latest(&["--before", "soon"])).await.code, Some(2));
}

#[tokio::test]
async fn wait_prints_the_snapshot_when_it_has_ended() {
    let cluster = || Cluster::dedicated("Cluster0").snapshots(1).progressing();
    let builder = || MockAtlas::builder().project("Shop").cluster(cluster());
    for flag in ["--snapshot", "--next"] {
        let atlas = start(builder()).await;
        let (project, ids) = (
            atlas.project_id_of("Shop").unwrap(),
            atlas.snapshot_ids_of("Shop", "Cluster0"),
        );
        let mut command = program(["wait", "--cluster", "Cluster0", "--project", project]);
        command.args([
            "--base-url",
            atlas.base_url(),
            "--interval",
            "1s",
            "--output",
            "id",
            flag,
        ]);
        if flag == "--snapshot" {
            command.arg(&ids[0]);
        }
        let ran = run(command).await;
        assert_eq!((ran.code, ran.stdout), (Some(0), format!("{}\n", ids[0])));
        for seen in ["queued", "inProgress", "completed"] {
            assert!(
                ran.stderr
                    .contains(&format!("waiting: {} is {seen}", ids[0])),
                "{}",
                ran.stderr
            );
        }
    }
    let atlas = start(builder()).await;
    let project = atlas.project_id_of("Shop").unwrap();
    let wait = |arguments: &[&str]| {
        let mut command = program(["wait", "--cluster", "Cluster0", "--project", project]);
        command
            .args(["--base-url", atlas.base_url(), "--interval", "1s"])
            .args(arguments);
        command
    };
    let missing = "000000000000000000000000";
    for (arguments, code) in [
        (&["--snapshot", missing][..], 5),
        (&["--next", "--timeout", "1ms"], 9),
        (&[], 2),
        (&["--next", "--snapshot", missing], 2),
        (&["--next", "--interval", "10ms"], 2),
        (&["--snapshot", "x"], 2),
    ] {
        let ran = run(wait(arguments)).await;
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(code), ""),
            "{arguments:?} {ran:#?}"
        );
    }
}
