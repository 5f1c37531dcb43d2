//! Temporary copy of `openapi/` that a test edits.
#![allow(dead_code, reason = "each test binary uses its own part of this")]
#![allow(clippy::unwrap_used, reason = "a test that fails panics")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use assert_cmd::{Command, assert::Assert, cargo::cargo_bin_cmd};
use predicates::{prelude::PredicateBooleanExt as _, str::contains};
use tempfile::TempDir;

pub(crate) const COMMON: &str = "common.yaml";
pub(crate) const FLEX: &str = "flex-snapshots.yaml";
pub(crate) const FRAGMENT: &str = "serverless-snapshots.yaml";
pub(crate) const FRAGMENTS: [&str; 7] = [
    "cluster-snapshots.yaml",
    "clusters.yaml",
    COMMON,
    "flex-clusters.yaml",
    FLEX,
    "projects.yaml",
    FRAGMENT,
];
pub(crate) const OVERLAY: &str = "codegen.overlay.yaml";
pub(crate) const OUTPUT: &str = "codegen.rs";

fn original(name: &str) -> String {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(xtask.join("../openapi").join(name)).unwrap()
}

pub(crate) fn xtask() -> Command {
    let mut command = cargo_bin_cmd!("xtask");
    // A refusal prints no backtrace even so.
    command.env("RUST_BACKTRACE", "1");
    command
}

pub(crate) struct Sandbox {
    folder: TempDir,
    pub(crate) fragments: Vec<&'static str>,
}

impl Sandbox {
    /// The real fragments and overlay, nothing generated yet.
    pub(crate) fn new() -> Self {
        let mut sandbox = Self::empty();
        for name in FRAGMENTS {
            sandbox.add_fragment(name, &original(name));
        }
        sandbox.write(OVERLAY, &original(OVERLAY));
        sandbox
    }

    /// No fragment, and an overlay without entries.
    pub(crate) fn empty() -> Self {
        let sandbox = Self {
            folder: TempDir::new().unwrap(),
            fragments: Vec::new(),
        };
        sandbox.write(OVERLAY, "{ overlay: 1, entries: [] }");
        sandbox
    }

    /// A sandbox whose generated file is up to date.
    pub(crate) fn fresh() -> Self {
        let sandbox = Self::new();
        sandbox.codegen().success();
        sandbox
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn add_fragment(&mut self, name: &'static str, text: &str) {
        self.write(name, text);
        self.fragments.push(name);
    }

    /// Replaces the first `from`, which must exist; an empty `from` appends.
    pub(crate) fn edit(self, name: &str, from: &str, to: &str) -> Self {
        let text = self.read(name);
        if from.is_empty() {
            self.write(name, &(text + to));
            return self;
        }
        assert!(text.contains(from), "{name} has no {from:?}");
        self.write(name, &text.replacen(from, to, 1));
        self
    }

    pub(crate) fn codegen(&self) -> Assert {
        self.command().assert()
    }

    pub(crate) fn check(&self) -> Assert {
        self.command().arg("--check").assert()
    }

    fn command(&self) -> Command {
        let mut command = xtask();
        command.arg("codegen");
        for fragment in &self.fragments {
            command.arg("--spec").arg(self.path(fragment));
        }
        command
            .arg("--overlay")
            .arg(self.path(OVERLAY))
            .arg("--output")
            .arg(self.path(OUTPUT));
        command
    }

    /// The command fails with a message that has the problem and the place, and writes nothing.
    pub(crate) fn refuses(&self, problem: &str, place: &str) {
        self.codegen()
            .code(1)
            .stdout("")
            .stderr(contains(problem).and(contains(place)))
            .stderr(contains("backtrace").or(contains("panicked at")).not());
        assert!(!self.path(OUTPUT).exists());
    }
}
