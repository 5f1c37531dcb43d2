//! Tests of the program `mock-atlas`.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

/// A child that is killed when dropped, so that a failed test leaves no server behind.
struct Server {
    child: Child,
    stdout: BufReader<ChildStdout>,
    url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

/// The program with these arguments, and without the credentials of the environment.
fn command(arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mock-atlas"));
    for variable in ["TOKEN", "API_KEY", "SERVICE_ACCOUNT"] {
        command.env_remove(format!("MOCK_ATLAS_{variable}"));
    }
    command.args(arguments.split_whitespace());
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn start(command: &mut Command) -> Server {
    let mut child = command.spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut url = String::new();
    stdout.read_line(&mut url).unwrap();
    let url = url.trim_end().to_owned();
    Server { child, stdout, url }
}

async fn json(response: reqwest::Response) -> Value {
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

impl Server {
    fn listing(&self) -> String {
        let path = "api/atlas/v1.0/groups/32b6e34b3d91647abb20e7b8/serverless/Instance0/backup";
        format!("{}/{path}/snapshots", self.url)
    }

    async fn list(&self) -> reqwest::Response {
        reqwest::get(self.listing()).await.unwrap()
    }
}

#[tokio::test]
async fn the_only_line_is_the_base_url_and_signals_end_the_program() {
    for signal in ["-INT", "-TERM"] {
        let mut server = start(&mut command("--count 12345"));
        assert_eq!(json(server.list().await).await["totalCount"], 12_345);
        let id = server.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
        assert!(server.child.wait().unwrap().success(), "ends cleanly");
        let mut rest = String::new();
        server.stdout.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
    }
}

#[tokio::test]
async fn api_key_and_token_are_read_from_the_environment() {
    let flags = "--digest-algorithms sha-256,MD5 --challenges-in-one-header --nonce-uses 0 \
                 --opaque o --challenge-directive charset=UTF-8 --challenge-fault missing@nth:2 \
                 --nonce-lifetime 9";
    let mut command = command(flags);
    command
        .env("MOCK_ATLAS_API_KEY", "public:private")
        .env("MOCK_ATLAS_TOKEN", "secret");
    let server = start(&mut command);
    let first = server.list().await;
    assert_eq!(first.status(), 401);
    let challenges: Vec<_> = first.headers().get_all("www-authenticate").iter().collect();
    let challenge = challenges[0].to_str().unwrap();
    assert_eq!(
        (challenges.len(), challenge.matches("Digest realm=").count()),
        (2, 2)
    );
    assert!(challenge.find("algorithm=SHA-256, ").unwrap() < challenge.find("=MD5, ").unwrap());
    assert!(challenge.contains("opaque=\"o\"") && challenge.contains("charset=\"UTF-8\""));
    assert_eq!(server.list().await.headers()["www-authenticate"], "Bearer");

    let request = reqwest::Client::new()
        .get(server.listing())
        .bearer_auth("secret");
    assert_eq!(request.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_service_account_is_read_from_the_environment() {
    let flags = "--expires-in =0 --token-limit 2 --token-lifetime 3600 --token-fault 503@first:1 \
                 --revoke-fault 502@first:1";
    let server = start(command(flags).env("MOCK_ATLAS_SERVICE_ACCOUNT", "id:sec:ret"));
    let client = reqwest::Client::new();
    let post = async |path: &str, form: String| {
        let request = client
            .post(format!("{}/api/oauth/{path}", server.url))
            .body(form);
        let request = request.basic_auth("id", Some("sec:ret"));
        let form = "application/x-www-form-urlencoded";
        request.header("content-type", form).send().await.unwrap()
    };
    let token = async || post("token", "grant_type=client_credentials".to_owned()).await;

    assert_eq!(token().await.status(), 503);
    let body = json(token().await).await;
    assert_eq!(body["expires_in"], 0);
    let bearer = body["access_token"].as_str().unwrap();
    let list = async || {
        let request = client.get(server.listing()).bearer_auth(bearer);
        request.send().await.unwrap().status()
    };
    let revoke = async || post("revoke", format!("token={bearer}")).await.status();
    assert_eq!(token().await.status(), 200);
    assert_eq!(token().await.status(), 403);
    assert_eq!((revoke().await.as_u16(), list().await.as_u16()), (502, 200));
    assert_eq!((revoke().await.as_u16(), list().await.as_u16()), (200, 401));
}

#[test]
fn malformed_secrets_are_rejected_and_not_shown() {
    for variable in ["MOCK_ATLAS_API_KEY", "MOCK_ATLAS_SERVICE_ACCOUNT"] {
        for value in ["sesame", ":sesame", "sesame:", ""] {
            let output = command("").env(variable, value).output().unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert_eq!(
                (output.status.code(), output.stdout.len()),
                (Some(1), 0),
                "{stderr}"
            );
            assert!(
                stderr.contains(variable) && !stderr.contains("sesame"),
                "{stderr}"
            );
        }
    }
}

#[tokio::test]
async fn flags_choose_faults_and_content() {
    let flags = "--count 5 --total-count -2 --links missing --rate-limit 3 --live \
                 --fault 503@nth:2 --fault header:X-Fault=yes@after:1";
    let server = start(&mut command(flags));
    let first = server.list().await;
    assert_eq!(first.headers()["ratelimit-remaining"], "2");
    assert_eq!(first.headers().get("x-fault"), None);
    let page = json(first).await;
    assert_eq!(
        (&page["totalCount"], page.get("links")),
        (&Value::from(3), None)
    );
    assert_eq!(
        page["results"][0].get("createdAt"),
        None,
        "queued, as on the live service"
    );
    let second = server.list().await;
    assert_eq!(second.headers()["x-fault"], "yes");
    assert_eq!(second.status(), 503);
    assert_eq!(server.list().await.status(), 200);
    assert_eq!(server.list().await.status(), 429);

    for (flag, status, code) in [
        ("--ip-block", 403, "IP_ADDRESS_NOT_ON_ACCESS_LIST"),
        ("--missing-role", 401, "USER_UNAUTHORIZED"),
        ("--sunset gone", 410, "VERSION_GONE"),
        ("--kind flex", 400, "NOT_SERVERLESS_TENANT_CLUSTER"),
        ("--instance Other", 404, "SERVERLESS_INSTANCE_NOT_FOUND"),
    ] {
        let response = start(&mut command(flag)).list().await;
        assert_eq!(response.status(), status);
        assert_eq!(json(response).await["errorCode"], code);
    }
}

#[tokio::test]
async fn the_organisation_of_the_help_is_read_from_a_file() {
    let help = String::from_utf8(command("--help").output().unwrap().stdout).unwrap();
    let (start_of, end_of) = ("  { \"projects\"", "}] }\n");
    let from = help.find(start_of).unwrap();
    let to = from + help[from..].find(end_of).unwrap() + end_of.len();
    let file = concat!(env!("CARGO_TARGET_TMPDIR"), "/organisation.json");
    std::fs::write(file, &help[from..to]).unwrap();

    let mut organisation = command("--now 2026-11-25T18:00:00Z");
    let server = start(organisation.args(["--organisation", file]));
    let groups = format!("{}/api/atlas/v2/groups", server.url);
    let projects = json(reqwest::get(&groups).await.unwrap()).await;
    let project = &projects["results"][0];
    assert_eq!(
        (&project["name"], &project["clusterCount"]),
        (&"Shop".into(), &3.into())
    );
    let clusters = format!("{groups}/{}/clusters", project["id"].as_str().unwrap());
    let listed = json(reqwest::get(&clusters).await.unwrap()).await;
    assert_eq!(
        listed["results"],
        Value::Array(vec![]),
        "the only cluster is hidden"
    );
    let snapshots = format!("{clusters}/orders/backup/snapshots");
    let refused = json(reqwest::get(&snapshots).await.unwrap()).await;
    assert_eq!(refused["errorCode"], "FEATURE_UNSUPPORTED");

    std::fs::write(file, r#"{ "projects": [{ "nmae": "Shop" }] }"#).unwrap();
    for (file, message) in [
        (file, "unknown field `nmae`"),
        ("/none.json", "/none.json: "),
    ] {
        let output = command("--organisation").arg(file).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains(message), "{stderr}");
    }
}

#[test]
fn invalid_settings_end_with_a_message() {
    for (arguments, code, message) in [
        ("--project xyz", 1, "project id \"xyz\" does not match"),
        ("--port 99999", 2, "99999"),
        ("--cuont 1", 2, "--count"),
        ("--rate-limit 0", 2, "--rate-limit"),
        ("--organisation x --kind flex", 2, "cannot be used with"),
        ("--now today", 2, "--now"),
        (
            "--fault 503@operation:x",
            2,
            "operation takes listServerlessBackups, ",
        ),
        ("--fault hnag", 2, "there is no fault \"hnag\""),
        ("--fault 503@evry:2", 2, "\"evry:2\" is not a condition"),
        (
            "--nonce-uses 1",
            1,
            "need MOCK_ATLAS_API_KEY=PUBLIC:PRIVATE",
        ),
        (
            "--token-limit 1",
            1,
            "need MOCK_ATLAS_SERVICE_ACCOUNT=ID:SECRET",
        ),
        (
            "--digest-algorithms SHA-1",
            2,
            "possible values: MD5, SHA-256",
        ),
        ("--challenge-fault misisng", 2, "takes missing, garbage"),
        ("--challenge-directive charset", 2, "NAME=VALUE"),
        ("--expires-in soon", 2, "exact, absent or =JSON"),
    ] {
        let output = command(arguments).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), output.stdout.len()),
            (Some(code), 0),
            "{stderr}"
        );
        assert!(stderr.contains(message), "{stderr}");
    }
}

#[test]
fn help_lists_faults_conditions_and_variables() {
    let output = command("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    for part in [
        "--latency-ms",
        "MOCK_ATLAS_TOKEN",
        "MOCK_ATLAS_API_KEY=PUBLIC:PRIVATE",
        "MOCK_ATLAS_SERVICE_ACCOUNT=ID:SECRET",
        "curl --digest",
        "reset-in-body",
        "max-page-size:ITEMS",
        "every:N",
    ] {
        assert!(help.contains(part), "{part} is missing from:\n{help}");
    }
}
