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
        .env_remove("MOCK_ATLAS_API_KEY")
        .env_remove("MOCK_ATLAS_SERVICE_ACCOUNT")
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
async fn an_api_key_comes_from_the_environment_and_its_settings_from_flags() {
    let flags = "--digest-algorithms SHA-256,MD5 --challenges-in-one-header --nonce-uses 0 \
                 --opaque o --challenge-directive charset=UTF-8 --challenge-fault missing@nth:2 \
                 --nonce-lifetime 9";
    let key = ("MOCK_ATLAS_API_KEY", "public:private");
    let flags = flags.split(' ').filter(|flag| !flag.is_empty());
    let (_server, _stdout, url) = start(command().env(key.0, key.1).args(flags));
    let ask = async || reqwest::get(format!("{url}{LISTING}")).await.unwrap();

    let first = ask().await;
    assert_eq!(first.status(), 401);
    let challenge = first.headers()["www-authenticate"].to_str().unwrap();
    for (part, times) in [
        ("Digest realm=", 2),
        ("algorithm=SHA-256, ", 1),
        ("algorithm=MD5, ", 1),
        ("opaque=\"o\"", 2),
        ("charset=\"UTF-8\"", 2),
    ] {
        assert_eq!(
            challenge.matches(part).count(),
            times,
            "{part} in {challenge}"
        );
    }
    assert!(challenge.find("SHA-256") < challenge.find("MD5"));
    assert_eq!(ask().await.headers().get("www-authenticate"), None);
    assert!(ask().await.headers().contains_key("www-authenticate"));
}

#[tokio::test]
async fn a_service_account_comes_from_the_environment_and_its_settings_from_flags() {
    let flags = "--expires-in =0 --token-limit 2 --token-lifetime 3600 --token-fault 503@first:1 \
                 --revoke-fault 502@first:1";
    let flags = flags.split(' ').filter(|flag| !flag.is_empty());
    let mut command = command();
    command
        .env("MOCK_ATLAS_SERVICE_ACCOUNT", "id:sec:ret")
        .args(flags);
    let (_server, _stdout, url) = start(&mut command);
    let client = reqwest::Client::new();
    let post = async |path: &str, form: String| {
        let request = client.post(format!("{url}/api/oauth/{path}")).body(form);
        let request = request.basic_auth("id", Some("sec:ret"));
        let form = "application/x-www-form-urlencoded";
        request.header("content-type", form).send().await.unwrap()
    };
    let token = async || post("token", "grant_type=client_credentials".to_owned()).await;

    assert_eq!(token().await.status(), 503);
    let answer: Value = serde_json::from_str(&token().await.text().await.unwrap()).unwrap();
    assert_eq!(answer["expires_in"], 0);
    let bearer = answer["access_token"].as_str().unwrap();
    let list = async || {
        let request = client.get(format!("{url}{LISTING}")).bearer_auth(bearer);
        request.send().await.unwrap().status()
    };
    assert_eq!(list().await, 200);
    assert_eq!(token().await.status(), 200);
    assert_eq!(token().await.status(), 403);
    let revoke = async || post("revoke", format!("token={bearer}")).await.status();
    assert_eq!(revoke().await, 502);
    assert_eq!(list().await, 200);
    assert_eq!(revoke().await, 200);
    assert_eq!(list().await, 401);
}

#[tokio::test]
async fn lifetimes_are_seconds() {
    let (_server, _stdout, url) = start(
        command()
            .env("MOCK_ATLAS_SERVICE_ACCOUNT", "id:secret")
            .args(["--token-lifetime", "77"]),
    );
    let request = reqwest::Client::new().post(format!("{url}/api/oauth/token"));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let request = request.basic_auth("id", Some("secret"));
    let answer = request
        .body("grant_type=client_credentials")
        .send()
        .await
        .unwrap();
    let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(answer["expires_in"], 77);
}

#[tokio::test]
async fn right_credentials_can_be_not_enough() {
    for (flag, status, code) in [
        ("--ip-block", 403, "IP_ADDRESS_NOT_ON_ACCESS_LIST"),
        ("--missing-role", 401, "USER_UNAUTHORIZED"),
    ] {
        let (_server, _stdout, url) = start(command().arg(flag));
        let answer = reqwest::get(format!("{url}{LISTING}")).await.unwrap();
        assert_eq!(answer.status(), status);
        let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!(answer["errorCode"], code);
    }
}

#[test]
fn secrets_of_the_wrong_form_are_refused_and_not_shown() {
    for variable in ["MOCK_ATLAS_API_KEY", "MOCK_ATLAS_SERVICE_ACCOUNT"] {
        for value in ["sesame", ":sesame", "sesame:", ":", ""] {
            let output = command().env(variable, value).output().unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(1), "{stderr}");
            assert!(
                stderr.contains(variable) && !stderr.contains("sesame"),
                "{stderr}"
            );
            assert!(output.stdout.is_empty());
        }
    }
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
        (
            ["--nonce-uses", "1"],
            1,
            "need MOCK_ATLAS_API_KEY=PUBLIC:PRIVATE",
        ),
        (
            ["--token-limit", "1"],
            1,
            "need MOCK_ATLAS_SERVICE_ACCOUNT=ID:SECRET",
        ),
        (["--digest-algorithms", "SHA-1"], 2, "takes MD5 or SHA-256"),
        (
            ["--challenge-fault", "misisng"],
            2,
            "takes missing, garbage",
        ),
        (["--challenge-directive", "charset"], 2, "NAME=VALUE"),
        (["--expires-in", "soon"], 2, "exact, absent or =JSON"),
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
        "MOCK_ATLAS_API_KEY=PUBLIC:PRIVATE",
        "MOCK_ATLAS_SERVICE_ACCOUNT=ID:SECRET",
        "curl --digest",
        "--missing-role",
        "base URL",
        "reset-in-body",
        "every:N",
    ] {
        assert!(help.contains(part), "{part} is missing from:\n{help}");
    }
}
