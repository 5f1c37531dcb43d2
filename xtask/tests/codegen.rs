//! `cargo xtask codegen` on specifications that are right.
#![allow(clippy::unwrap_used, reason = "a test that fails panics")]

mod support;

use predicates::{
    prelude::PredicateBooleanExt as _,
    str::{contains, is_empty},
};
use sha2::{Digest as _, Sha256};
use support::{FRAGMENT, OUTPUT, OVERLAY, Sandbox, xtask};

#[test]
fn the_repository_is_up_to_date() {
    xtask()
        .args(["codegen", "--check"])
        .current_dir(std::env::temp_dir())
        .assert()
        .success()
        .stdout("generated/src/codegen.rs: up to date\n")
        .stderr(is_empty());
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let sandbox = Sandbox::fresh();
    let first = sandbox.read(OUTPUT);
    std::fs::remove_file(sandbox.path(OUTPUT)).unwrap();
    sandbox.codegen().success().stdout(contains("written"));
    assert_eq!(sandbox.read(OUTPUT), first);
    sandbox
        .codegen()
        .success()
        .stdout(contains("already up to date"));
}

#[test]
fn the_header_names_generator_and_inputs() {
    let sandbox = Sandbox::fresh();
    let output = sandbox.read(OUTPUT);
    let header: String = output.lines().take_while(|line| !line.is_empty()).collect();
    assert!(header.contains("do not edit"));
    assert!(header.contains("progenitor 0.15."));
    for input in [FRAGMENT, OVERLAY] {
        let sum = Sha256::digest(sandbox.read(input)).map(|byte| format!("{byte:02x}"));
        let sum = sum.as_slice().concat();
        assert!(header.contains(&format!("{sum}  ")), "{input}");
    }
}

#[test]
fn check_passes_what_codegen_wrote() {
    Sandbox::fresh()
        .check()
        .success()
        .stdout(contains("up to date"));
}

#[test]
fn check_fails_when_one_byte_of_the_output_changes() {
    let sandbox = Sandbox::fresh().edit(OUTPUT, "pub struct ApiError {", "pub struct ApiErr0r {");
    let stale = sandbox.read(OUTPUT);
    sandbox
        .check()
        .code(1)
        .stdout(contains(
            "-    pub struct ApiErr0r {\n+    pub struct ApiError {\n",
        ))
        .stderr(contains("stale").and(contains("run `cargo xtask codegen`")));
    assert_eq!(sandbox.read(OUTPUT), stale, "--check writes nothing");
}

#[test]
fn check_fails_when_one_line_of_the_fragment_changes() {
    for (from, to) in [
        ("One page of snapshots.", "A page of snapshots."),
        ("maximum: 500", "maximum: 499"),
        ("    # What a response carries.\n", ""),
    ] {
        let sandbox = Sandbox::fresh().edit(FRAGMENT, from, to);
        sandbox.check().code(1).stderr(contains("stale"));
        sandbox.codegen().success();
        sandbox.check().success();
    }
}

#[test]
fn check_fails_when_a_reason_changes() {
    let sandbox = Sandbox::fresh().edit(OVERLAY, "reason: As createdAt.", "reason: Likewise.");
    sandbox.check().code(1).stderr(contains("stale"));
}

#[test]
fn check_fails_when_there_is_no_output_yet() {
    Sandbox::new()
        .check()
        .code(1)
        .stderr(contains("cannot read"));
}

/// A second fragment shares the first one's parameters and errors by naming its file.
const FLEX: &str = r##"
openapi: 3.0.3
info: { title: Flex, version: "2.0" }
paths:
  /api/atlas/v2/groups/{groupId}/flexClusters/{name}/backup/snapshots:
    get:
      operationId: listFlexBackups
      parameters:
        - $ref: "serverless-snapshots.yaml#/components/parameters/groupId"
        - { name: name, in: path, required: true, schema: { $ref: "serverless-snapshots.yaml#/components/schemas/ClusterName" } }
      responses:
        "200":
          description: A page.
          content:
            application/json:
              schema: { $ref: "#/components/schemas/FlexSnapshotPage" }
        "404":
          $ref: "./serverless-snapshots.yaml#/components/responses/NotFound"
components:
  schemas:
    ClusterName:
      $ref: "serverless-snapshots.yaml#/components/schemas/ClusterName"
    FlexSnapshotPage:
      type: object
      required: [results]
      properties:
        results:
          type: array
          items: { type: object }
"##;

#[test]
fn fragments_share_components() {
    let mut sandbox = Sandbox::new();
    sandbox.add_fragment("flex.yaml", FLEX);
    sandbox.codegen().success();
    let output = sandbox.read(OUTPUT);
    for wanted in [
        "fn list_serverless_backups",
        "fn list_flex_backups",
        "struct FlexSnapshotPage",
    ] {
        assert!(output.contains(wanted), "{wanted}");
    }
    assert_eq!(output.matches("pub struct ClusterName(").count(), 1);
}

#[test]
fn fragments_do_not_redefine_each_others_components() {
    let mut sandbox = Sandbox::new();
    sandbox.add_fragment("flex.yaml", &FLEX.replace("FlexSnapshotPage", "Link"));
    sandbox.refuses("Link is defined in", "flex.yaml#/components/schemas/Link");
}

#[test]
fn help_and_usage() {
    xtask()
        .args(["codegen", "--help"])
        .assert()
        .success()
        .stdout(contains("--check").and(contains("Exit status")));
    for arguments in [
        &["codegen", "--chekc"][..],
        &["codgen"],
        &["codegen", "stray"],
        &[],
    ] {
        xtask().args(arguments).assert().code(2);
    }
}
