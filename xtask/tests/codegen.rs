//! `cargo xtask codegen` on specifications that are right.
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
fn the_order_of_the_arguments_does_not_matter() {
    let sandbox = Sandbox::fresh();
    sandbox.reversed().check().success();
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
fn check_fails_when_one_line_of_a_fragment_changes() {
    for (fragment, from, to) in [
        (FRAGMENT, "One page of snapshots.", "A page of snapshots."),
        (FLEX, "twoDays:", "days:"),
        (COMMON, "maximum: 500", "maximum: 499"),
        (COMMON, "    # What a response carries.\n", ""),
    ] {
        let sandbox = Sandbox::fresh().edit(fragment, from, to);
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

/// A further endpoint: its path, its page, and what it shares by the name of the file.
const THIRD: &str = r##"
openapi: 3.0.3
info: { title: Dedicated, version: "2.0", description: Of dedicated clusters. }
paths:
  /api/atlas/v2/groups/{groupId}/clusters/{clusterName}/backup/snapshots:
    get:
      operationId: listReplicaSetBackups
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
          items: { $ref: "#/components/schemas/Link" }
"##;

/// Calls its page JSON.
const THIRD_ENTRY: &str = r##"
  - target: dedicated.yaml#/paths/~1api~1atlas~1v2~1groups~1{groupId}~1clusters~1{clusterName}~1backup~1snapshots/get/responses/200/content
    reason: The generator reads JSON under this name alone.
    patch:
      application/vnd.atlas.2023-01-01+json: null
      application/json: { schema: { $ref: "#/components/schemas/DedicatedPage" } }
"##;

fn with_third(text: &str) -> Sandbox {
    let mut sandbox = Sandbox::new();
    sandbox.add_fragment("dedicated.yaml", text);
    sandbox.add_entries(THIRD_ENTRY);
    sandbox
}

#[test]
fn fragments_share_components() {
    let sandbox = with_third(THIRD);
    sandbox.codegen().success();
    let output = sandbox.read(OUTPUT);
    for wanted in [
        "fn list_serverless_backups",
        "fn list_flex_backups",
        "fn list_replica_set_backups",
        "struct DedicatedPage",
    ] {
        assert!(output.contains(wanted), "{wanted}");
    }
    for shared in ["pub struct ClusterName(", "pub struct SnapshotId("] {
        assert_eq!(output.matches(shared).count(), 1, "{shared}");
    }
}

#[test]
fn each_operation_asks_for_what_its_fragment_documents() {
    let sandbox = with_third(THIRD);
    sandbox.codegen().success();
    let output = sandbox.read(OUTPUT);
    for (operation, media_type) in [
        ("list_flex_backups", "application/vnd.atlas.2024-11-13+json"),
        (
            "list_replica_set_backups",
            "application/vnd.atlas.2023-01-01+json",
        ),
        ("list_serverless_backups", "application/json"),
    ] {
        let arm = format!("\"{operation}\" => \"{media_type}\"");
        // A long arm is broken after the arrow.
        let output = output.split_whitespace().collect::<Vec<_>>().join(" ");
        let broken = arm.replace("=> ", "=> { ");
        assert!(output.contains(&arm) || output.contains(&broken), "{arm}");
    }
}

#[test]
fn the_client_is_documented_by_all_its_fragments() {
    let sandbox = with_third(THIRD);
    sandbox.codegen().success();
    let output = sandbox.read(OUTPUT);
    let (_, text) = output.split_once("/**Client for ").unwrap();
    let (text, _) = text.split_once("*/").unwrap();
    let lines: Vec<_> = text.lines().filter(|line| !line.is_empty()).collect();
    let [title, dedicated, flex, serverless, version] = lines[..] else {
        panic!("{lines:#?}")
    };
    assert_eq!(title, "MongoDB Atlas snapshots");
    assert_eq!(
        dedicated,
        "- Dedicated, version 2.0: Of dedicated clusters."
    );
    assert!(flex.starts_with("- MongoDB Atlas Flex snapshots, version 2.0: "));
    assert!(serverless.starts_with("- MongoDB Atlas serverless snapshots, version 1.0: "));
    assert_eq!(version, "Version: 1.0, 2.0");
}

/// Stands alone.
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
fn a_lone_fragment_speaks_for_itself() {
    let mut sandbox = Sandbox::empty();
    sandbox.add_fragment("lone.yaml", LONE);
    sandbox.codegen().success();
    let output = sandbox.read(OUTPUT);
    assert!(output.contains("/**Client for Lone\n\nBy itself.\n\nVersion: 7*/"));
}

#[test]
fn the_types_have_no_builders() {
    let output = Sandbox::fresh().read(OUTPUT);
    // One module is left: the builders of the operations.
    assert_eq!(output.matches("pub mod builder {").count(), 1);
    assert!(output.contains("pub fn list_flex_backups(&self) -> builder::ListFlexBackups<'_> {"));
    assert!(!output.contains("pub fn builder()"));
    assert!(!output.contains("impl Link {"));
}

#[test]
fn the_types_keep_their_builders_where_an_operation_uses_them() {
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
fn fragments_do_not_redefine_each_others_components() {
    for (section, name, component) in [
        ("schemas", "Link", "{ type: object }"),
        (
            "parameters",
            "pageNum",
            "{ name: pageNum, in: query, schema: { type: integer } }",
        ),
        ("headers", "RetryAfter", "{ schema: { type: integer } }"),
        (
            "securitySchemes",
            "ApiKey",
            "{ type: http, scheme: digest }",
        ),
    ] {
        let mut sandbox = Sandbox::new();
        let components = format!("components: {{ {section}: {{ {name}: {component} }} }}");
        let info = "info: { title: Rival, version: '1' }";
        let rival = format!("openapi: 3.0.3\n{info}\npaths: {{}}\n{components}");
        sandbox.add_fragment("rival.yaml", &rival);
        sandbox.refuses(
            &format!("{name} is defined in"),
            &format!("rival.yaml#/components/{section}/{name}"),
        );
        sandbox.refuses(
            "refer to it",
            &format!("$ref: \"<file>#/components/{section}/{name}\""),
        );
    }
}

#[test]
fn fragments_do_not_share_a_path() {
    let mut sandbox = Sandbox::empty();
    sandbox.add_fragment("lone.yaml", LONE);
    let rival = LONE.replace("Lone", "Rival").replace(" get:", " put:");
    sandbox.add_fragment("rival.yaml", &rival);
    sandbox.refuses("/lone is defined in", "rival.yaml#/paths/~1lone");
    sandbox.refuses("describe all methods of a path in one fragment", "");
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
