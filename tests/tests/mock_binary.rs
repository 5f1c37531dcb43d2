//! The binary `mock-atlas`, as a script uses it.
#![cfg(feature = "cli")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// Killed when dropped, so that a failed test leaves no server behind.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mock-atlas"));
    command
        .env_remove("MOCK_ATLAS_TOKEN")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn start(command: &mut Command) -> (Server, BufReader<std::process::ChildStdout>, String) {
    let mut child = command.spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    (Server(child), stdout, line.trim_end().to_owned())
}

const LISTING: &str =
    "/api/atlas/v1.0/groups/32b6e34b3d91647abb20e7b8/serverless/Instance0/backup/snapshots";

#[tokio::test]
async fn the_first_line_is_the_base_url_and_sigterm_ends_it() {
    for signal in ["-INT", "-TERM"] {
        let (mut server, mut stdout, url) = start(command().args(["--count", "12345"]));
        let page = reqwest::get(format!("{url}{LISTING}?itemsPerPage=1"))
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(&page).unwrap()["totalCount"],
            12_345
        );

        let sent = Command::new("kill")
            .args([signal, &server.0.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
        assert!(server.0.wait().unwrap().success(), "ends cleanly");
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "nothing but the address");
    }
}

#[tokio::test]
async fn the_token_comes_from_the_environment() {
    let (_server, _stdout, url) = start(command().env("MOCK_ATLAS_TOKEN", "secret"));
    let client = reqwest::Client::new();
    let ask = client.get(format!("{url}{LISTING}"));
    assert_eq!(ask.try_clone().unwrap().send().await.unwrap().status(), 401);
    assert_eq!(
        ask.bearer_auth("secret").send().await.unwrap().status(),
        200
    );
}

#[tokio::test]
async fn faults_and_lies_are_flags() {
    let flags = [
        "--count",
        "5",
        "--total-count",
        "-2",
        "--links",
        "missing",
        "--rate-limit",
        "3",
    ];
    let faults = [
        "--fault",
        "503@nth:2",
        "--fault",
        "header:X-Fault=yes@after:1",
        "--live",
    ];
    let (_server, _stdout, url) = start(command().args(flags).args(faults));
    let ask = async || reqwest::get(format!("{url}{LISTING}")).await.unwrap();

    let first = ask().await;
    assert_eq!(first.headers()["ratelimit-remaining"], "2");
    assert_eq!(first.headers().get("x-fault"), None);
    let page: Value = serde_json::from_str(&first.text().await.unwrap()).unwrap();
    assert_eq!(
        (&page["totalCount"], page.get("links")),
        (&Value::from(3), None)
    );
    assert_eq!(
        page["results"][0].get("createdAt"),
        None,
        "live: queued, so not created yet"
    );

    let second = ask().await;
    assert_eq!(
        (
            second.status().as_u16(),
            second.headers()["x-fault"].to_str().unwrap()
        ),
        (503, "yes")
    );
    assert_eq!(ask().await.status(), 200);
    assert_eq!(ask().await.status(), 429);
}

#[test]
fn bad_settings_end_with_a_message() {
    for (arguments, code, message) in [
        (["--project", "xyz"], 1, "project id \"xyz\" does not match"),
        (["--port", "99999"], 2, "99999"),
        (["--cuont", "1"], 2, "--count"),
        (["--rate-limit", "0"], 2, "--rate-limit"),
        (["--fault", "hnag"], 2, "no fault is called \"hnag\""),
        (["--fault", "503@evry:2"], 2, "\"evry:2\" is no condition"),
    ] {
        let output = command().args(arguments).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{stderr}");
        assert!(stderr.contains(message), "{stderr}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn help_shows_how_to_try_it() {
    let output = command().arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    for part in [
        "--latency-ms",
        "MOCK_ATLAS_TOKEN",
        "curl",
        "base URL",
        "reset-in-body",
        "every:N",
    ] {
        assert!(help.contains(part), "{part} is missing from:\n{help}");
    }
}
