//! `cargo xtask codegen` on specifications broken on purpose: one clear error each.
#![allow(clippy::unwrap_used, reason = "a test that fails panics")]

mod support;

use support::{FRAGMENT, OVERLAY, Sandbox};

const GET: &str = "serverless-snapshots.yaml#/paths/~1api~1atlas~1v1.0~1groups~1{groupId}~1serverless~1{clusterName}~1backup~1snapshots/get";

fn broken(from: &str, to: &str) -> Sandbox {
    Sandbox::new().edit(FRAGMENT, from, to)
}

/// The documented 404 with something else for its content.
fn broken_response(content: &str) -> Sandbox {
    broken(
        "$ref: \"#/components/responses/NotFound\"",
        &format!("{{ description: Not there. {content} }}"),
    )
}

fn broken_overlay(from: &str, to: &str) -> Sandbox {
    Sandbox::new().edit(OVERLAY, from, to)
}

#[test]
fn broken_yaml() {
    let sandbox = broken("openapi: 3.0.3\n", "openapi: 3.0.3\ninfo: [\n");
    sandbox.refuses("broken YAML", "serverless-snapshots.yaml:");

    let line = sandbox.read(FRAGMENT).lines().count();
    let sandbox = Sandbox::new();
    let text = sandbox.read(FRAGMENT);
    sandbox.write(FRAGMENT, &format!("{text}components: {{}}\n"));
    sandbox.refuses("broken YAML: duplicate", &format!("{FRAGMENT}:{line}:1"));
}

#[test]
fn broken_overlay_yaml() {
    broken_overlay("overlay: 1", "overlay: [1").refuses("broken YAML", "codegen.overlay.yaml:");
}

#[test]
fn missing_file() {
    let sandbox = Sandbox::new();
    std::fs::remove_file(sandbox.path(FRAGMENT)).unwrap();
    sandbox.refuses("cannot read", FRAGMENT);
}

#[test]
fn another_version_of_openapi() {
    broken("openapi: 3.0.3", "openapi: 3.1.0")
        .refuses("not an OpenAPI 3.0 document", "yaml#/openapi");
    broken("openapi: 3.0.3", "swagger: '2.0'")
        .refuses("not an OpenAPI 3.0 document", "yaml#/openapi");
}

#[test]
fn not_openapi_at_all() {
    broken("info:", "information:").refuses(
        "not a valid OpenAPI document: missing field `info`",
        FRAGMENT,
    );
    let sandbox = Sandbox::new();
    sandbox.write(OVERLAY, "{ overlay: 1, entries: [] }");
    for (text, place) in [
        ("[]", ""),
        ("text", ""),
        ("openapi: 3.0.3", "#/paths"),
        ("{ paths: {}, components: [] }", "#/components"),
    ] {
        sandbox.write(FRAGMENT, text);
        sandbox.refuses(
            "not a valid OpenAPI document",
            &format!("{FRAGMENT}{place}"),
        );
    }
}

#[test]
fn missing_operation_id() {
    broken("      operationId: listServerlessBackups\n", "").refuses("missing operationId", GET);
}

#[test]
fn inline_response_schema() {
    broken(
        "$ref: \"#/components/schemas/ServerlessSnapshotPage\"",
        "type: object",
    )
    .refuses(
        "inline response schema",
        "yaml#/components/responses/ServerlessSnapshotPage/content/application~1json/schema",
    );
    broken_response(", content: { application/json: { schema: { type: object } } }").refuses(
        "inline response schema",
        &format!("{GET}/responses/404/content/application~1json/schema"),
    );
}

#[test]
fn response_without_content() {
    let place = format!("{GET}/responses/404");
    broken_response("").refuses("response without content", &place);
    broken_response(", content: {}").refuses("response without content", &place);
}

#[test]
fn response_without_schema() {
    broken_response(", content: { application/json: {} }").refuses(
        "response without schema",
        &format!("{GET}/responses/404/content/application~1json"),
    );
}

#[test]
fn response_other_than_json() {
    broken_response(", content: { text/html: { schema: { type: string } } }").refuses(
        "non-JSON response: text/html",
        &format!("{GET}/responses/404/content/text~1html"),
    );
}

#[test]
fn default_response() {
    broken("\"500\":", "default:").refuses("default response", &format!("{GET}/responses/default"));
}

#[test]
fn no_success() {
    broken("\"200\":", "\"409\":").refuses("different schemas", &format!("{GET}/responses/"));
    broken(
        "\"#/components/responses/ServerlessSnapshotPage\"",
        "\"#/components/responses/NotFound\"",
    )
    .edit(FRAGMENT, "\"200\":", "\"409\":")
    .refuses(
        "no success among the responses of listServerlessBackups",
        &format!("{GET}/responses"),
    );
}

#[test]
fn failures_of_different_types() {
    broken_response(
        ", content: { application/json: { schema: { $ref: '#/components/schemas/Link' } } }",
    )
    .refuses("different schemas", &format!("{GET}/responses/"));
}

#[test]
fn alternatives() {
    for keyword in ["anyOf", "oneOf"] {
        broken(
            "        href:\n          type: string",
            &format!(
                "        href:\n          {keyword}: [{{ type: string }}, {{ type: integer }}]"
            ),
        )
        .refuses(
            &format!("{keyword} is not supported"),
            &format!("yaml#/components/schemas/Link/properties/href/{keyword}"),
        );
    }
}

#[test]
fn reference_to_nothing() {
    broken(
        "#/components/schemas/SnapshotId",
        "#/components/schemas/Missing",
    )
    .refuses(
        "#/components/schemas/Missing leads nowhere",
        "yaml#/components/schemas/ServerlessSnapshot/properties/id",
    );
    broken(
        "#/components/schemas/SnapshotId",
        "other.yaml#/components/schemas/SnapshotId",
    )
    .refuses(
        "other.yaml#/components/schemas/SnapshotId leads nowhere",
        FRAGMENT,
    );
}

#[test]
fn a_panic_of_the_generator() {
    broken("required: true", "required: false")
        .refuses("the generator panicked: assertion failed", FRAGMENT);
}

#[test]
fn an_error_of_the_generator() {
    broken("{clusterName}/backup", "{clusterName/backup")
        .refuses("the generator refused", FRAGMENT);
}

#[test]
fn unknown_overlay_target() {
    for target in [
        "serverless-snapshots.yaml#/components/schemas/Snapshot",
        "elsewhere.yaml#/components/schemas/SnapshotId",
        "serverless-snapshots.yaml",
        "/components/schemas/SnapshotId",
    ] {
        broken_overlay(
            "serverless-snapshots.yaml#/components/schemas/SnapshotId",
            target,
        )
        .refuses(
            &format!("unknown overlay target {target}"),
            "codegen.overlay.yaml#/entries/0",
        );
    }
}

#[test]
fn a_renamed_schema_strands_its_overlay_entries() {
    broken("    SnapshotId:\n", "    SnapshotIdentifier:\n")
        .refuses("unknown overlay target", OVERLAY);
}

#[test]
fn overlay_entry_without_reason() {
    let target =
        "serverless-snapshots.yaml#/components/schemas/ServerlessSnapshot/properties/expiresAt";
    for reason in [
        "",
        "    reason: \"\"\n",
        "    reason: \" \"\n",
        "    reason:\n",
    ] {
        broken_overlay("    reason: As createdAt.\n", reason).refuses(
            &format!("overlay entry without reason, for {target}"),
            "codegen.overlay.yaml#/entries/",
        );
    }
}

#[test]
fn overlay_entry_without_effect() {
    broken("      pattern: ([\\d]+\\.[\\d]+\\.[\\d]+)\n", "").refuses(
        "overlay entry changes nothing at serverless-snapshots.yaml#/components/schemas/MongodVersion",
        "codegen.overlay.yaml#/entries/1",
    );
}

#[test]
fn overlay_of_another_shape() {
    broken_overlay("overlay: 1", "overlay: 2").refuses("overlay format 2", "yaml#/overlay");
    broken_overlay("overlay: 1\n", "").refuses("not an overlay: missing field `overlay`", OVERLAY);
    broken_overlay("    patch:", "    pacth:")
        .refuses("not an overlay: unknown field `pacth`", OVERLAY);
}

#[test]
fn types_the_generator_ignores_without_a_word() {
    for (from, to) in [
        (
            "path: atlas_snapshots_generated::OpenEnum",
            "path: atlas_snapshot_generated::OpenEnum",
        ),
        (
            "path: atlas_snapshots_generated::OpenEnum",
            "path: OpenEnum",
        ),
        ("crate: atlas-snapshots-generated", "crate: atlas-snapshots"),
        ("version: \"*\"", "version: latest"),
    ] {
        broken_overlay(from, to).refuses(
            "the generator ignored x-rust-type",
            "yaml#/components/schemas/ServerlessSnapshot/properties/frequencyType/x-rust-type",
        );
    }
    broken_overlay(
        "path: atlas_snapshots_generated::Timestamp",
        "pth: Timestamp",
    )
    .refuses(
        "the generator ignored x-rust-type",
        "yaml#/components/schemas/ServerlessSnapshot/properties/createdAt/x-rust-type",
    );
}

#[test]
fn types_where_the_generator_would_wrap_them() {
    broken_overlay(
        "      pattern: null\n",
        "      pattern: null\n      x-rust-type: { crate: a, version: '*', path: 'a::B' }\n",
    )
    .refuses(
        "x-rust-type on something other than a property",
        "yaml#/components/schemas/SnapshotId",
    );
}
