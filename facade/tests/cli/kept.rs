//! Runs that keep their place in a file.

use std::path::PathBuf;

use atlas_snapshots_mock::MockAtlas;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::harness::list;

/// A place for the file of `--checkpoint`.
pub(crate) struct Kept {
    pub(crate) folder: TempDir,
    pub(crate) file: PathBuf,
}

impl Kept {
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

    /// What the file says, if it is there.
    pub(crate) fn read(&self) -> Option<Value> {
        let text = std::fs::read(&self.file).ok()?;
        Some(serde_json::from_slice(&text).expect("the file is never half-written"))
    }

    /// How many rows were printed up to the place in the file.
    pub(crate) fn printed(&self) -> Option<u64> {
        self.read()?["soFar"]["printed"].as_u64()
    }
}

/// `list` in pages of ten, one by one, that keeps its place and goes on from it.
pub(crate) fn continued(atlas: &MockAtlas, format: &str, kept: &Kept) -> Command {
    let mut command = list(atlas, ["--page-size", "10", "--prefetch", "1"]);
    command
        .args(["--output", format])
        .args(["--checkpoint", kept.path()])
        .args(["--resume-from", kept.path()]);
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
