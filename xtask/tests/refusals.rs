//! `cargo xtask codegen` on specifications broken on purpose: one clear error each.
#![allow(clippy::unwrap_used, reason = "a test that fails panics")]

mod support;

use support::{COMMON, FLEX, FRAGMENT, FRAGMENTS, OVERLAY, Sandbox};

const GET: &str = "serverless-snapshots.yaml#/paths/~1api~1atlas~1v1.0~1groups~1{groupId}~1serverless~1{clusterName}~1backup~1snapshots/get";

fn broken(from: &str, to: &str) -> Sandbox {
    Sandbox::new().edit(FRAGMENT, from, to)
}

/// The documented 404 with something else for its content.
fn broken_response(content: &str) -> Sandbox {
    broken(
        "$ref: \"common.yaml#/components/responses/NotFound\"",
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
    for fragment in FRAGMENTS {
        for other in ["openapi: 3.1.0", "swagger: '2.0'"] {
            Sandbox::new()
                .edit(fragment, "openapi: 3.0.3", other)
                .refuses(
                    "not an OpenAPI 3.0 document",
                    &format!("{fragment}#/openapi"),
                );
        }
    }
}

#[test]
fn not_openapi_at_all() {
    for fragment in FRAGMENTS {
        Sandbox::new()
            .edit(fragment, "info:", "information:")
            .refuses(
                "not a valid OpenAPI document: missing field `info`",
                fragment,
            );
    }
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
        "\"common.yaml#/components/responses/NotFound\"",
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
        ", content: { application/json: { schema: { $ref: 'common.yaml#/components/schemas/Link' } } }",
    )
    .refuses("different schemas", &format!("{GET}/responses/"));
}

#[test]
fn alternatives() {
    for keyword in ["anyOf", "oneOf"] {
        Sandbox::new()
            .edit(
                COMMON,
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
    Sandbox::new()
        .edit(
            COMMON,
            "        href:\n          type: string",
            "        href:\n          allOf: [{ oneOf: [{ type: string }] }]",
        )
        .refuses(
            "oneOf is not supported",
            "yaml#/components/schemas/Link/properties/href/allOf/0/oneOf",
        );
}

#[test]
fn reference_to_nothing() {
    const ID: &str = "\"common.yaml#/components/schemas/SnapshotId\"";
    for target in [
        "#/components/schemas/Missing",
        "#components/schemas/SnapshotStatus",
        // Right in another fragment, but not in this one.
        "#/components/schemas/SnapshotId",
        "serverless-snapshots.yaml#/components/schemas/SnapshotId",
        "common.yaml#/components/schemas/SnapshotStatus",
        "common.yaml#/components/schemas/Missing",
        // No fragment of this name.
        "other.yaml#/components/schemas/SnapshotId",
        "openapi/common.yaml#/components/schemas/SnapshotId",
        "codegen.overlay.yaml#/entries/0/patch",
        // Nothing in it.
        "common.yaml",
        "SnapshotId",
    ] {
        broken(ID, &format!("\"{target}\"")).refuses(
            &format!("{target} leads nowhere"),
            "serverless-snapshots.yaml#/components/schemas/ServerlessSnapshot/properties/id",
        );
    }
}

#[test]
fn reference_to_nothing_out_of_the_overlay() {
    let sandbox = broken_overlay(
        "\"#/components/schemas/FlexSnapshotStatus\"",
        "\"#/components/schemas/SnapshotStatus\"",
    );
    sandbox.refuses(
        "#/components/schemas/SnapshotStatus leads nowhere",
        "flex-snapshots.yaml#/components/schemas/FlexSnapshot/properties/status/x-rust-type/parameters/0",
    );
    sandbox.refuses("the fragment itself is right; see what", OVERLAY);
}

#[test]
fn operations_that_would_be_one_method() {
    for id in ["listServerlessBackups", "list_serverless_backups"] {
        Sandbox::new().edit(FLEX, "listFlexBackups", id).refuses(
            &format!("operationId {id} makes the same method as"),
            "flex-snapshots.yaml#/paths/",
        );
    }
}

#[test]
fn schemas_that_would_be_one_type() {
    Sandbox::new()
        .edit(
            FLEX,
            "  schemas:\n",
            "  schemas:\n    api_error: { type: object }\n",
        )
        .refuses(
            "api_error makes the same Rust type as",
            "flex-snapshots.yaml#/components/schemas/api_error",
        );
}

#[test]
fn one_fragment_twice() {
    let mut sandbox = Sandbox::new();
    let text = sandbox.read(FLEX);
    sandbox.add_fragment(FLEX, &text);
    sandbox.refuses("is a fragment of that name already", FLEX);
}

const VENDOR: &str = "application/vnd.atlas.2024-11-13+json";
const PAGE: &str =
    "flex-snapshots.yaml#/components/responses/FlexSnapshotPage/content/application~1vnd.atlas.";

#[test]
fn a_media_type_without_overlay_entry() {
    let of_no_entry = broken("        application/json:", &format!("        {VENDOR}:"));
    of_no_entry.refuses(
        &format!("non-JSON response: {VENDOR}"),
        "serverless-snapshots.yaml#/components/responses/ServerlessSnapshotPage/content/application~1vnd.",
    );
    // The entry is for another version of the resource than the fragment.
    Sandbox::new()
        .edit(FLEX, VENDOR, "application/vnd.atlas.2030-01-01+json")
        .refuses(
            "non-JSON response: application/vnd.atlas.2030-01-01+json",
            &format!("{PAGE}2030-01-01+json"),
        );
    broken_overlay(&format!("      {VENDOR}: null\n"), "")
        .refuses(&format!("non-JSON response: {VENDOR}"), PAGE);
}

#[test]
fn another_schema_under_another_media_type() {
    broken_overlay(
        "\"#/components/schemas/FlexSnapshotPage\"",
        "\"#/components/schemas/FlexSnapshot\"",
    )
    .refuses(
        "the overlay turns #/components/schemas/FlexSnapshotPage into #/components/schemas/FlexSnapshot",
        PAGE,
    );
}

#[test]
fn several_media_types_to_ask_for() {
    let later = "application/vnd.atlas.2030-01-01+json";
    let schema = "{ schema: { $ref: '#/components/schemas/FlexSnapshotPage' } }";
    Sandbox::new()
        .edit(
            FLEX,
            &format!("        {VENDOR}:"),
            &format!("        {later}: {schema}\n        {VENDOR}:"),
        )
        .edit(
            OVERLAY,
            &format!("      {VENDOR}: null"),
            &format!("      {later}: null\n      {VENDOR}: null"),
        )
        .refuses(
            "several media types among the successes of listFlexBackups",
            PAGE,
        );
}

#[test]
fn no_media_type_to_ask_for() {
    for other in ["x-nothing", "application/vnd.\u{e4}tlas+json"] {
        let sandbox = broken("        application/json:", &format!("        {other}:"));
        let schema = "{ $ref: '#/components/schemas/ServerlessSnapshotPage' }";
        sandbox.add_entries(&format!(
            "
  - target: serverless-snapshots.yaml#/components/responses/ServerlessSnapshotPage/content
    reason: The fragment says nothing that could be asked for.
    patch: {{ {other}: null, application/json: {{ schema: {schema} }} }}
"
        ));
        sandbox.refuses(
            "no media type among the successes of listServerlessBackups",
            &format!("{GET}/responses"),
        );
    }
}

#[test]
fn an_operation_under_another_name() {
    let sandbox = Sandbox::new();
    sandbox.add_entries(&format!(
        "
  - target: {GET}
    reason: It reads better.
    patch: {{ operationId: listOldSnapshots }}
"
    ));
    sandbox.refuses(
        "no fragment documents the operation list_old_snapshots",
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
        "common.yaml#/components/schemas/Snapshot",
        "serverless-snapshots.yaml#/components/schemas/SnapshotId",
        "elsewhere.yaml#/components/schemas/SnapshotId",
        "common.yaml",
        "/components/schemas/SnapshotId",
    ] {
        broken_overlay("common.yaml#/components/schemas/SnapshotId", target).refuses(
            &format!("unknown overlay target {target}"),
            "codegen.overlay.yaml#/entries/0",
        );
    }
}

#[test]
fn a_renamed_property_strands_its_overlay_entries() {
    broken("        frequencyType:\n", "        frequency:\n")
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
        "codegen.overlay.yaml#/entries/4",
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
