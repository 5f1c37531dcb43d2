//! Running the program, and what its tests share.

use std::path::PathBuf;
use std::process::{Output, Stdio};

use atlas_snapshots_mock::{MockAtlas, MockAtlasBuilder};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::common::with_timeout;

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

/// The arguments that lead to the serverless instance of the mock.
pub(crate) fn target(atlas: &MockAtlas) -> Vec<&str> {
    let cluster = ["--cluster", atlas.cluster_name(), "--api", "serverless"];
    [&project(atlas)[..], &cluster].concat()
}

/// Runs to the end. Unlike `Command::output`, it leaves redirections as they are.
pub(crate) async fn run(mut command: Command) -> Ran {
    let child = command.spawn().unwrap();
    with_timeout(child.wait_with_output()).await.unwrap().into()
}

/// The program with a terminal as its standard output and error, by `script`, which copies it.
#[cfg(target_os = "linux")]
pub(crate) fn on_terminal(command: &Command) -> Command {
    let command = command.as_std();
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let quoted = words.map(|word| format!("'{}'", word.to_str().unwrap()));
    let line = quoted.collect::<Vec<_>>().join(" ");
    let mut script = Command::new("script");
    script
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .env("SHELL", "/bin/sh")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    script
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

/// The API of each request, in order of arrival.
pub(crate) fn requested_apis(atlas: &MockAtlas) -> Vec<&'static str> {
    let requests = atlas.requests();
    let api = |path: &str| match path {
        _ if path.contains("/flexClusters/") => "flex",
        _ if path.contains("/serverless/") => "serverless",
        _ => "cluster",
    };
    requests.iter().map(|request| api(&request.path)).collect()
}

/// The file of `--checkpoint`, in a folder of its own.
pub(crate) struct TempCheckpoint {
    pub(crate) folder: TempDir,
    pub(crate) file: PathBuf,
}

impl TempCheckpoint {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("at.json");
        Self { folder, file }
    }

    pub(crate) fn path(&self) -> &str {
        self.file.to_str().unwrap()
    }

    /// The names of all files in the folder.
    pub(crate) fn files(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    /// What the file contains, if it exists.
    pub(crate) fn read(&self) -> Option<Value> {
        let text = std::fs::read(&self.file).ok()?;
        Some(serde_json::from_slice(&text).expect("the file is never half-written"))
    }

    /// How many rows were printed, as the file has it.
    pub(crate) fn printed(&self) -> Option<u64> {
        self.read()?["progress"]["printed"].as_u64()
    }
}

/// `list` in pages of ten, one by one, that resumes from its own checkpoint file.
pub(crate) fn resumable_list(atlas: &MockAtlas, format: &str, saved: &TempCheckpoint) -> Command {
    let mut command = list(atlas, ["--page-size", "10", "--max-in-flight", "1"]);
    command
        .args(["--output", format])
        .args(["--checkpoint", saved.path()])
        .args(["--resume-from", saved.path()]);
    command
}

/// The ids in the order printed, of whole rows of ndjson or csv, which has them first on each line.
pub(crate) fn ids_of(stdout: &str) -> Vec<String> {
    let rows = stdout.lines().filter(|line| !line.starts_with("id,"));
    rows.map(|line| {
        assert!(
            !line.starts_with('{') || serde_json::from_str::<Value>(line).is_ok(),
            "half a row: {line}"
        );
        line.trim_start_matches("{\"id\":\"")[..24].to_owned()
    })
    .collect()
}

/// How many csv headers were printed.
pub(crate) fn headers(stdout: &str) -> usize {
    stdout
        .lines()
        .filter(|line| line.starts_with("id,"))
        .count()
}
