//! Exit codes, and the messages on standard error that go with them.

use std::net::TcpListener;

use atlas_snapshots_mock::{CannedResponse, MockAtlas};
use serde_json::{Value, json};

use crate::harness::{Ran, ids, list, program, run, start};

/// What a table ends with that is not whole.
const PARTIAL: &str = "(partial: the listing did not reach its end)";
const PARTIAL_LINE: &str = "\n(partial: the listing did not reach its end)\n";

const FORMATS: [&str; 4] = ["table", "json", "ndjson", "csv"];

fn assert_reports(ran: &Ran, expected: &str) {
    assert!(ran.stderr.contains(expected), "{expected:?} in {ran:#?}");
}

#[tokio::test]
async fn a_page_that_fails_keeps_the_rows_before_it() {
    let broken = CannedResponse::json(
        500,
        json!({ "error": 500, "errorCode": "UNEXPECTED_ERROR", "detail": "Out of order." }),
    );
    let atlas = start(
        MockAtlas::builder()
            .snapshots(1_200)
            .page_response(3, broken),
    )
    .await;
    let expected = &atlas.snapshot_ids()[..1_000];
    for format in FORMATS {
        let ran = run(list(&atlas, ["--output", format])).await;

        assert_eq!(ran.code, Some(1), "{format}");
        let printed: Vec<String> = match format {
            "json" => {
                // A part of a listing is no valid array.
                assert!(serde_json::from_str::<Value>(&ran.stdout).is_err());
                let closed = format!("{}]", ran.stdout);
                let rows: Vec<Value> = serde_json::from_str(&closed).unwrap();
                ids(&rows).into_iter().map(str::to_owned).collect()
            }
            "ndjson" => {
                let rows = ran.json_lines();
                ids(&rows).into_iter().map(str::to_owned).collect()
            }
            // Below a header, the id comes first.
            _ => ran
                .stdout
                .lines()
                .skip(1)
                .filter(|line| *line != PARTIAL)
                .map(|line| line[..24].to_owned())
                .collect(),
        };
        assert_eq!(printed, expected, "{format}");
        assert_eq!(ran.stdout.ends_with(PARTIAL_LINE), format == "table");
        assert_reports(&ran, ", page 3: ");
        assert_reports(&ran, "500 UNEXPECTED_ERROR");
        assert_reports(&ran, "Out of order");
        assert_reports(&ran, "\n  printed: 1000 rows\n");
        let target = format!(
            "\n  listing: Instance0 of project {} at {}\n",
            atlas.project_id(),
            atlas.base_url()
        );
        assert_reports(&ran, &target);
    }
}

#[tokio::test]
async fn each_rejection_is_reported_and_prints_no_empty_list() {
    for (status, code, expected, exit) in [
        (400, "VALIDATION_ERROR", "request rejected", 1),
        (401, "NO_CURRENT_USER", "no credentials were sent", 4),
        (401, "NOT_ORG_GROUP_CREATOR", "Project Read Only", 4),
        (401, "USER_UNAUTHORIZED", "Project Read Only", 4),
        (403, "CANNOT_CHANGE_GROUP_NAME", "Project Read Only", 4),
        (402, "ACCOUNT_SUSPENDED", "billing of the organization", 1),
        (403, "IP_ADDRESS_NOT_ON_ACCESS_LIST", "access list", 4),
        (404, "CLUSTER_NOT_FOUND", "not found", 5),
        (410, "VERSION_GONE", "API withdrawn", 7),
        (429, "RATE_LIMITED", "rate limited", 6),
        (500, "UNEXPECTED_ERROR", "server error", 1),
    ] {
        let refusal = CannedResponse::json(status, json!({ "error": status, "errorCode": code }));
        let atlas = start(MockAtlas::builder().snapshots(9).page_response(1, refusal)).await;
        for format in FORMATS {
            let ran = run(list(&atlas, ["--output", format])).await;

            assert_eq!(
                (ran.code, ran.stdout.as_str()),
                (Some(exit), ""),
                "{status}"
            );
            assert_reports(&ran, ", page 1: ");
            assert_reports(&ran, &format!("({status} {code})"));
            assert_reports(&ran, expected);
            assert_reports(&ran, "\n  printed: 0 rows\n");
        }
    }
}

#[tokio::test]
async fn an_unknown_cluster_is_not_an_empty_one() {
    let atlas = start(MockAtlas::builder().snapshots(9)).await;
    let ran = run(list(&atlas, ["--output", "json"])).await;
    assert_eq!(ran.code, Some(0));

    let mut command = program(["list", "--cluster", "Other", "--api", "serverless"]);
    command
        .args(["--project", atlas.project_id()])
        .args(["--base-url", atlas.base_url()]);
    let ran = run(command).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(5), ""));
    assert_reports(&ran, "SERVERLESS_INSTANCE_NOT_FOUND");
}

#[tokio::test]
async fn a_failed_connection_is_reported_with_its_causes() {
    // Bound once and closed: nothing listens there.
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("http://127.0.0.1:{port}");
    let project = "32b6e34b3d91647abb20e7b8";
    let ran = run(program([
        "list",
        "--project",
        project,
        "--cluster",
        "Cluster0",
        "--base-url",
        &url,
    ]))
    .await;

    assert_eq!((ran.code, ran.stdout.as_str()), (Some(8), ""));
    assert_reports(&ran, ", page 1: connection failed");
    assert_reports(&ran, "\n  caused by: ");
    assert_reports(&ran, &url);
}

#[tokio::test]
async fn an_item_that_cannot_be_read_costs_that_item_and_the_exit_code() {
    let atlas = start(MockAtlas::builder().items([
        json!({ "id": "000000000000000000000001" }),
        json!({ "id": "000000000000000000000002", "createdAt": "yesterday" }),
        json!({ "id": "000000000000000000000003" }),
        json!(17),
        json!({ "id": "000000000000000000000005" }),
    ]))
    .await;
    let ran = run(list(&atlas, ["--output", "ndjson"])).await;

    assert_eq!(ran.code, Some(1));
    assert_eq!(
        ids(&ran.json_lines()),
        [
            "000000000000000000000001",
            "000000000000000000000003",
            "000000000000000000000005"
        ]
    );
    let errors: Vec<_> = ran
        .stderr
        .lines()
        .filter(|line| {
            line.starts_with("error: Instance0") && line.contains(", page 1: unreadable item")
        })
        .collect();
    assert_eq!(errors.len(), 2, "{}", ran.stderr);
    assert!(errors[0].contains("000000000000000000000002"));
    assert_reports(&ran, "summary: 3 items");
    assert_reports(&ran, "2 unreadable items");

    // What lacks an item does not look whole.
    let ran = run(list(&atlas, ["--output", "json"])).await;
    assert!(serde_json::from_str::<Value>(&ran.stdout).is_err());
    assert!(serde_json::from_str::<Value>(&format!("{}]", ran.stdout)).is_ok());
    let ran = run(list(&atlas, ["--output", "table"])).await;
    assert!(ran.stdout.ends_with(PARTIAL_LINE), "{ran:#?}");
}

#[tokio::test]
async fn the_announced_end_of_the_api_is_reported() {
    let page = CannedResponse::json(200, json!({ "results": [], "totalCount": 0, "links": [] }))
        .header("Deprecation", "@1688169599")
        .header("Sunset", "Thu, 1 Jan 2026 00:00:00 GMT");
    let atlas = start(MockAtlas::builder().page_response(1, page)).await;
    let ran = run(list(&atlas, ["--output", "json"])).await;

    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "[]\n"));
    assert_reports(&ran, "Deprecation: @1688169599");
    assert_reports(&ran, "Sunset: Thu, 1 Jan 2026 00:00:00 GMT");
    assert_reports(&ran, "does not show that there are no snapshots");
}

#[tokio::test]
async fn the_text_of_a_server_stays_on_its_line() {
    let detail = "bad\r\nsummary: 9 items\u{1b}[2J\u{202e}\u{2028}\u{200b}\u{9b}";
    let refusal = CannedResponse::json(400, json!({ "error": 400, "detail": detail }));
    let atlas = start(MockAtlas::builder().page_response(1, refusal)).await;
    let ran = run(list(&atlas, [])).await;

    assert_eq!(ran.code, Some(1));
    assert_eq!(
        ran.stderr.matches("\nsummary: ").count(),
        1,
        "{}",
        ran.stderr
    );
    let unprintable = ['\u{1b}', '\r', '\u{202e}', '\u{2028}', '\u{200b}', '\u{9b}'];
    assert!(!ran.stderr.contains(unprintable), "{ran:#?}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_a_failure() {
    let atlas = start(MockAtlas::builder().snapshots(10)).await;
    for format in FORMATS {
        let full = std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let mut command = list(&atlas, ["--output", format]);
        command.stdout(full);
        let ran = run(command).await;

        assert_eq!(ran.code, Some(1), "{format}");
        assert_reports(
            &ran,
            "error: cannot write to standard output\n  caused by: ",
        );
    }
}

#[tokio::test]
async fn a_closed_pipe_hides_no_failure() {
    let broken = CannedResponse::text(500, "Server Error");
    let atlas = start(
        MockAtlas::builder()
            .snapshots(1_000)
            .page_response(2, broken),
    )
    .await;
    // Printed at the end, and so after the failure.
    let mut command = list(&atlas, ["--output", "table"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    command.stdout(writer);
    let ran = run(command).await;

    assert_eq!(ran.code, Some(1));
    assert_reports(&ran, ", page 2: server error (500)");
    assert_reports(&ran, "\n  printed: 0 rows\n");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_loopback_host_needs_no_certificates() {
    let atlas = start(MockAtlas::builder().snapshots(10)).await;
    let mut command = list(&atlas, ["--output", "ndjson"]);
    command
        .env("SSL_CERT_FILE", "/nonexistent")
        .env("SSL_CERT_DIR", "/nonexistent");
    let ran = run(command).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(ran.json_lines().len(), 10);
}

#[cfg(all(target_os = "linux", feature = "rustls", not(feature = "native-tls")))]
#[tokio::test]
async fn missing_certificates_are_reported_with_the_causes() {
    let mut command = program(["list", "--cluster", "Cluster0"]);
    command
        .args(["--project", "32b6e34b3d91647abb20e7b8"])
        .args(["--base-url", "https://127.0.0.1:1"])
        .env("SSL_CERT_FILE", "/dev/null")
        .env("SSL_CERT_DIR", "/nonexistent");
    let ran = run(command).await;

    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran:#?}");
    assert_reports(&ran, "error: internal error: the HTTP client cannot");
    assert_reports(&ran, "certificate authorities of this system");
    assert_reports(&ran, "\n  caused by: ");
    assert_reports(&ran, "CA certificates");
}
