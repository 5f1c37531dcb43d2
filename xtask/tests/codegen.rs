//! Tests of `cargo xtask codegen` with valid inputs.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails panics"
)]

mod support;

use predicates::{
    prelude::PredicateBooleanExt as _,
    str::{contains, is_empty},
};
use sha2::{Digest as _, Sha256};
use support::{COMMON, FLEX, FRAGMENT, FRAGMENTS, OUTPUT, OVERLAY, Sandbox, xtask};

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
fn the_same_inputs_give_the_same_bytes_in_any_order() {
    let mut sandbox = Sandbox::new();
    sandbox.check().code(1).stderr(contains("cannot read"));
    sandbox.codegen().success().stdout(contains("written"));
    sandbox.check().success().stdout(contains("up to date"));
    sandbox
        .codegen()
        .success()
        .stdout(contains("already up to date"));

    let first = sandbox.read(OUTPUT);
    std::fs::remove_file(sandbox.path(OUTPUT)).unwrap();
    sandbox.fragments.reverse();
    sandbox.codegen().success();
    assert_eq!(sandbox.read(OUTPUT), first);
}

#[test]
fn check_fails_when_the_output_or_an_input_changes() {
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

    for (input, from, to) in [
        (FRAGMENT, "One page of snapshots.", "A page of snapshots."),
        (FLEX, "twoDays:", "days:"),
        (COMMON, "maximum: 500", "maximum: 499"),
        (COMMON, "    # The schemas of responses.\n", ""),
        (OVERLAY, "reason: As createdAt.", "reason: Likewise."),
    ] {
        let sandbox = Sandbox::fresh().edit(input, from, to);
        sandbox.check().code(1).stderr(contains("stale"));
        sandbox.codegen().success();
        sandbox.check().success();
    }
}

#[test]
fn the_header_names_generator_and_inputs() {
    let sandbox = Sandbox::fresh();
    let output = sandbox.read(OUTPUT);
    let header: String = output.lines().take_while(|line| !line.is_empty()).collect();
    assert!(header.contains("do not edit"));
    assert!(header.contains("progenitor 0.15."));
    for input in FRAGMENTS.into_iter().chain([OVERLAY]) {
        let sum = Sha256::digest(sandbox.read(input)).map(|byte| format!("{byte:02x}"));
        let sum = sum.as_slice().concat();
        assert!(header.contains(&format!("{sum}  ")), "{input}");
    }
}

/// Another endpoint, which refers to components of the other fragments.
const THIRD: &str = r##"
openapi: 3.0.3
info: { title: Dedicated, version: "2.0", description: Of dedicated clusters. }
paths:
  /api/atlas/v2/groups/{groupId}/clusters/{clusterName}/backup/exports:
    get:
      operationId: listBackupExports
      parameters:
        - $ref: "common.yaml#/components/parameters/groupId"
        - $ref: "serverless-snapshots.yaml#/components/parameters/clusterName"
      responses:
        "200":
          description: A page.
          content:
            application/vnd.atlas.2023-01-01+json:
              schema: { $ref: "#/components/schemas/DedicatedPage" }
        "404":
          $ref: "./common.yaml#/components/responses/NotFound"
components:
  schemas:
    Link:
      $ref: "common.yaml#/components/schemas/Link"
    DedicatedPage:
      type: object
      required: [results]
      properties:
        results:
          type: array
          maxItems: 9
          items: { $ref: "#/components/schemas/Link" }
"##;

/// Renames the media type of its page.
const THIRD_ENTRY: &str = r##"
  - target: dedicated.yaml#/paths/~1api~1atlas~1v2~1groups~1{groupId}~1clusters~1{clusterName}~1backup~1exports/get/responses/200/content
    reason: The generator reads JSON under this name only.
    patch:
      application/vnd.atlas.2023-01-01+json: null
      application/json: { schema: { $ref: "#/components/schemas/DedicatedPage" } }
"##;

#[test]
fn fragments_share_components() {
    let mut sandbox = Sandbox::new();
    sandbox.add_fragment("dedicated.yaml", THIRD);
    let sandbox = sandbox.edit(OVERLAY, "", THIRD_ENTRY);
    sandbox.codegen().success();
    let output = sandbox.read(OUTPUT);
    assert!(output.contains("struct DedicatedPage"));
    for shared in ["pub struct ClusterName(", "pub struct SnapshotId("] {
        assert_eq!(output.matches(shared).count(), 1, "{shared}");
    }

    // Each operation requests what its fragment documents; a long arm is broken after the arrow.
    let words = output.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = words.replace("=> { ", "=> ");
    for (operation, media_type) in [
        ("list_flex_backups", "application/vnd.atlas.2024-11-13+json"),
        (
            "list_backup_exports",
            "application/vnd.atlas.2023-01-01+json",
        ),
        ("list_serverless_backups", "application/json"),
    ] {
        assert!(output.contains(&format!("fn {operation}")), "{operation}");
        let arm = format!("\"{operation}\" => \"{media_type}\"");
        assert!(words.contains(&arm), "{arm}");
    }

    // All fragments document the client.
    let (_, text) = output.split_once("/**Client for ").unwrap();
    let (text, _) = text.split_once("*/").unwrap();
    let lines: Vec<_> = text.lines().filter(|line| !line.is_empty()).collect();
    let [title, endpoints @ .., version] = &lines[..] else {
        panic!("{lines:#?}")
    };
    assert_eq!(*title, "MongoDB Atlas snapshots");
    let starts = [
        "- MongoDB Atlas cluster snapshots, version 2.0: ",
        "- MongoDB Atlas clusters, version 2.0: ",
        "- Dedicated, version 2.0: Of dedicated clusters.",
        "- MongoDB Atlas Flex clusters, version 2.0: ",
        "- MongoDB Atlas Flex snapshots, version 2.0: ",
        "- MongoDB Atlas projects, version 2.0: ",
        "- MongoDB Atlas serverless snapshots, version 1.0: ",
    ];
    assert_eq!(endpoints.len(), starts.len());
    for (line, start) in endpoints.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}");
    }
    assert_eq!(*version, "Version: 1.0, 2.0");
}

/// A fragment that refers to no other one.
const LONE: &str = r##"
openapi: 3.0.3
info: { title: Lone, version: "7", description: By itself. }
paths:
  /lone:
    get:
      operationId: getLone
      responses:
        "200":
          description: It.
          content:
            application/json:
              schema: { $ref: "#/components/schemas/Lone" }
components:
  schemas:
    Lone: { type: object }
"##;

#[test]
fn a_single_fragment_documents_the_client() {
    let mut sandbox = Sandbox::empty();
    sandbox.add_fragment("lone.yaml", LONE);
    sandbox.codegen().success();
    let output = sandbox.read(OUTPUT);
    assert!(output.contains("/**Client for Lone\n\nBy itself.\n\nVersion: 7*/"));
}

#[test]
fn lists_are_bounded() {
    let schema = "Lone: { type: object, required: [all], properties: {
        all: { type: array, maxItems: 7, items: { type: string } },
        some: { type: array, nullable: true, x-kept-items: 8, items: { $ref: '#/components/schemas/Other' } },
    } }
    Other: { type: object }";
    let mut sandbox = Sandbox::empty();
    let fragment = LONE.replace("Lone: { type: object }", schema);
    sandbox.add_fragment("lone.yaml", &fragment);
    sandbox.codegen().success();
    let output = sandbox.read(OUTPUT);
    assert!(output.contains("pub all: crate::lists::AtMost<::std::string::String, 7>,"));
    assert!(output.contains("pub some: ::std::option::Option<crate::lists::First<Other, 8>>,"));
    assert!(!output.contains("::std::vec::Vec<"));
}

#[test]
fn types_have_builders_only_where_an_operation_uses_them() {
    let output = Sandbox::fresh().read(OUTPUT);
    // One module is left: the builders of the operations.
    assert_eq!(output.matches("pub mod builder {").count(), 1);
    assert!(output.contains("pub fn list_flex_backups(&self) -> builder::ListFlexBackups<'_> {"));
    assert!(!output.contains("pub fn builder()"));
    assert!(!output.contains("impl Link {"));

    let mut sandbox = Sandbox::empty();
    let body = r##"put:
      requestBody:
        content:
          application/json:
            schema: { $ref: "#/components/schemas/Lone" }"##;
    let schema = "Lone: { type: object, properties: { size: { type: integer } } }";
    let fragment = LONE
        .replace("get:", body)
        .replace("Lone: { type: object }", schema);
    sandbox.add_fragment("lone.yaml", &fragment);
    sandbox.codegen().success();
    let output = sandbox.read(OUTPUT);
    assert!(output.contains("types::builder::Lone"));
    assert_eq!(output.matches("pub mod builder {").count(), 2);
    assert!(output.contains("pub fn builder() -> builder::Lone {"));
}

#[test]
fn text_and_data_are_left_alone() {
    let mut sandbox = Sandbox::empty();
    let schema = r#"type: object, description: "See #1, a.yaml#/b", example: { $ref: x, anyOf: [1] }, x-note: { oneOf: [] }"#;
    let fragment = LONE.replace("Lone: { type: object", &format!("Lone: {{ {schema}"));
    sandbox.add_fragment("lone.yaml", &fragment);
    sandbox.codegen().success();
    assert!(sandbox.read(OUTPUT).contains("///See #1, a.yaml#/b\n"));
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
