//! The token is never shown, however the program ends.

use atlas_snapshots_mock::{CannedResponse, MockAtlas, MockAtlasBuilder};
use tokio::process::Command;

use crate::harness::{list, program, run, start};

const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.open-sesame";

fn with_token(mut command: Command) -> Command {
    command
        .env("MONGODB_ATLAS_ACCESS_TOKEN", TOKEN)
        .env("RUST_BACKTRACE", "1")
        .env("RUST_LOG", "trace");
    command
}

async fn assert_silent(command: Command, code: i32) {
    let ran = run(with_token(command)).await;
    assert_eq!(ran.code, Some(code), "{ran:#?}");
    for part in TOKEN.split('.') {
        assert!(!ran.stdout.contains(part), "{}", ran.stdout);
        assert!(!ran.stderr.contains(part), "{}", ran.stderr);
    }
}

#[tokio::test]
async fn whatever_the_server_answers() {
    let page_1 = |response| MockAtlas::builder().page_response(1, response);
    let atlases: [(MockAtlasBuilder, i32); 6] = [
        (MockAtlas::builder().snapshots(3).require_token(TOKEN), 0),
        (MockAtlas::builder().require_token("another"), 4),
        (page_1(CannedResponse::html(503, "<h1>Unavailable</h1>")), 1),
        (page_1(CannedResponse::text(200, "not a page")), 1),
        (
            page_1(CannedResponse::new(302).header("Location", "https://elsewhere.invalid/")),
            1,
        ),
        (MockAtlas::builder().rows([serde_json::json!("odd")]), 1),
    ];
    for (builder, code) in atlases {
        let atlas = start(builder).await;
        for format in ["table", "json", "ndjson", "csv"] {
            assert_silent(list(&atlas, ["--output", format]), code).await;
        }
    }
}

#[tokio::test]
async fn whatever_is_wrong_with_the_arguments() {
    let project = "32b6e34b3d91647abb20e7b8";
    for arguments in [
        vec!["list", "--help"],
        vec!["list"],
        vec!["list", "--instance", "a_b"],
        vec!["list", "--instance", "a", "--project", "b"],
        vec![
            "list",
            "--instance",
            "a",
            "--project",
            project,
            "--base-url",
            "nonsense",
        ],
        // Whoever tries it finds that there is no such flag.
        vec!["list", "--instance", "a", "--access-token", TOKEN],
    ] {
        let code = if arguments.contains(&"--help") { 0 } else { 2 };
        assert_silent(program(arguments), code).await;
    }
}

#[tokio::test]
async fn nor_a_password_in_the_base_url() {
    let url = format!("https://me:{TOKEN}@cloud.mongodb.com");
    let project = "32b6e34b3d91647abb20e7b8";
    let arguments = [
        "list",
        "--instance",
        "a",
        "--project",
        project,
        "--base-url",
        &url,
    ];
    assert_silent(program(arguments), 2).await;
}
