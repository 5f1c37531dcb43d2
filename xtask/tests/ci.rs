//! Tests of the arguments of `cargo xtask ci`.
#![allow(clippy::unwrap_used, reason = "a test that fails panics")]

use assert_cmd::{Command, cargo::cargo_bin_cmd};
use predicates::str::{contains, is_empty};

const GATES: [&str; 8] = [
    "fmt",
    "clippy",
    "codegen",
    "doc",
    "quickstart",
    "package",
    "consumer",
    "test",
];

fn ci() -> Command {
    let mut command = cargo_bin_cmd!("xtask");
    command.arg("ci");
    command
}

#[test]
fn the_list_names_every_gate_in_order() {
    let assert = ci().arg("--list").assert().success().stderr(is_empty());
    let list = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    let lines: Vec<_> = list
        .lines()
        .map(|line| line.split_once(' ').unwrap())
        .collect();
    assert!(lines.iter().all(|(_, checks)| !checks.trim().is_empty()));
    let names: Vec<_> = lines.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, GATES);
}

#[test]
fn an_unknown_gate_is_refused_before_any_runs() {
    ci().args(["fmt", "lint"])
        .assert()
        .code(2)
        .stdout("")
        .stderr(contains("'lint'"))
        .stderr(contains(format!("[possible values: {}]", GATES.join(", "))));
}

#[test]
fn a_list_of_named_gates_is_refused() {
    ci().args(["--list", "fmt"]).assert().code(2).stdout("");
}
