//! Running the program.

use std::process::{Output, Stdio};

use atlas_snapshots_mock::{MockAtlas, MockAtlasBuilder};
use serde_json::Value;
use tokio::process::Command;

use crate::soon::soon;

/// A finished run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("only UTF-8 is printed");
        Self {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

impl Ran {
    /// Each line of standard output as JSON.
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        let lines = self.stdout.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// The program with these arguments, and nothing from the environment of the tests.
pub(crate) fn program<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atlas-snapshots"));
    command
        .args(arguments)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// `list` with everything the mock needs, no retries, and these arguments.
pub(crate) fn list<'a>(atlas: &MockAtlas, arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = retrying_list(atlas, ["--max-retries", "0"]);
    command.args(arguments);
    command
}

/// `list` with everything the mock needs, and these arguments.
pub(crate) fn retrying_list<'a>(
    atlas: &MockAtlas,
    arguments: impl IntoIterator<Item = &'a str>,
) -> Command {
    let mut command = program(["list"]);
    command.args(target(atlas)).args(arguments);
    command
}

/// The arguments that lead to the project of the mock.
pub(crate) fn project(atlas: &MockAtlas) -> [&str; 4] {
    [
        "--project",
        atlas.project_id(),
        "--base-url",
        atlas.base_url(),
    ]
}

/// The arguments that lead to the instance of the mock.
pub(crate) fn target(atlas: &MockAtlas) -> [&str; 6] {
    let [project, id, base_url, url] = project(atlas);
    let instance = atlas.instance_name();
    [project, id, "--instance", instance, base_url, url]
}

/// Runs to the end. Unlike `Command::output`, it leaves redirections as they are.
pub(crate) async fn run(mut command: Command) -> Ran {
    let child = command.spawn().unwrap();
    soon(child.wait_with_output()).await.unwrap().into()
}

/// Sends a signal, named as `kill` does, to the process of this id.
#[cfg(unix)]
pub(crate) fn kill(process: Option<u32>, signal: &str) {
    let id = process.unwrap().to_string();
    let sent = std::process::Command::new("kill")
        .args([signal, &id])
        .status();
    assert!(sent.unwrap().success());
}

pub(crate) async fn start(builder: MockAtlasBuilder) -> MockAtlas {
    builder.start().await.unwrap()
}

/// The ids of JSON rows.
pub(crate) fn ids(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["id"].as_str().unwrap()).collect()
}
