//! Tests of `cargo xtask codegen` with invalid inputs: each is refused with the problem and the place.
#![allow(clippy::unwrap_used, reason = "a test that fails panics")]

mod support;

use support::{COMMON, FLEX, FRAGMENT, FRAGMENTS, OVERLAY, Sandbox};

const GET: &str = "serverless-snapshots.yaml#/paths/~1api~1atlas~1v1.0~1groups~1{groupId}~1serverless~1{clusterName}~1backup~1snapshots/get";
const PAGE: &str = "yaml#/components/responses/ServerlessSnapshotPage/content";
const FLEX_PAGE: &str = "yaml#/components/responses/FlexSnapshotPage/content";
const SCHEMAS: &str = "yaml#/components/schemas";

/// A file, a text in it, its replacement, the problem and the place.
type Row<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

fn refuses(rows: &[Row<'_>]) {
    for (file, from, to, problem, place) in rows {
        Sandbox::new()
            .edit(file, from, to)
            .refuses(problem, &place.replace("{GET}", GET));
    }
}

#[test]
#[rustfmt::skip]
fn files() {
    refuses(&[
        (FRAGMENT, "openapi: 3.0.3\n", "openapi: 3.0.3\ninfo: [\n", "broken YAML", "serverless-snapshots.yaml:"),
        (OVERLAY, "overlay: 1", "overlay: [1", "broken YAML", "codegen.overlay.yaml:"),
    ]);
    for fragment in FRAGMENTS {
        let version = format!("{fragment}#/openapi");
        let line = Sandbox::new().read(fragment).lines().count() + 1;
        let last = format!("{fragment}:{line}:1");
        refuses(&[
            (fragment, "", "components: {}\n", "broken YAML: duplicate", &last),
            (fragment, "openapi: 3.0.3", "openapi: 3.1.0", "not an OpenAPI 3.0 document", &version),
            (fragment, "openapi: 3.0.3", "swagger: '2.0'", "not an OpenAPI 3.0 document", &version),
            (fragment, "info:", "information:", "not a valid OpenAPI document: missing field `info`", fragment),
        ]);
    }
    let sandbox = Sandbox::new();
    sandbox.write(OVERLAY, "{ overlay: 1, entries: [] }");
    for (text, place) in [
        ("[]", "#"),
        ("text", "#"),
        ("openapi: 3.0.3", "#/paths"),
        ("{ paths: {}, components: [] }", "#/components"),
    ] {
        sandbox.write(FRAGMENT, text);
        sandbox.refuses("not a valid OpenAPI document", &format!("{FRAGMENT}{place}"));
    }
    std::fs::remove_file(sandbox.path(FRAGMENT)).unwrap();
    sandbox.refuses("cannot read", FRAGMENT);

    let mut sandbox = Sandbox::new();
    let text = sandbox.read(FLEX);
    sandbox.add_fragment(FLEX, &text);
    sandbox.refuses("is a fragment of the same name", FLEX);
}

#[test]
#[rustfmt::skip]
fn names_that_are_used_twice() {
    for (section, name, component) in [
        ("schemas", "Link", "{ type: object }"),
        ("parameters", "pageNum", "{ name: pageNum, in: query, schema: { type: integer } }"),
        ("headers", "RetryAfter", "{ schema: { type: integer } }"),
        ("securitySchemes", "ApiKey", "{ type: http, scheme: digest }"),
    ] {
        let mut sandbox = Sandbox::new();
        let components = format!("{{ {section}: {{ {name}: {component} }} }}");
        sandbox.add_fragment("rival.yaml", &format!(
            "{{ openapi: 3.0.3, info: {{ title: Rival, version: '1' }}, paths: {{}}, components: {components} }}"
        ));
        let pointer = format!("#/components/{section}/{name}");
        sandbox.refuses(&format!("{name} is defined in"), &format!("rival.yaml{pointer}"));
        sandbox.refuses("refer to it", &format!("$ref: \"<file>{pointer}\""));
    }
    let mut sandbox = Sandbox::new();
    let rival = sandbox.read(FRAGMENT).replacen("    get:", "    put:", 1);
    let (rival, _) = rival.split_once("\n  responses:").unwrap();
    sandbox.add_fragment("rival.yaml", &rival.replace("\"#/components", "\"serverless-snapshots.yaml#/components"));
    sandbox.refuses("/backup/snapshots is defined in", "serverless-snapshots.yaml#/paths/~1api");
    sandbox.refuses("describe all methods of a path in one fragment", "");

    let schema = "  schemas:\n    api_error: { type: object }\n";
    refuses(&[
        (FLEX, "listFlexBackups", "listServerlessBackups", "listServerlessBackups makes the same method as", "flex-snapshots.yaml#/paths/"),
        (FLEX, "listFlexBackups", "list_serverless_backups", "list_serverless_backups makes the same method as", "flex-snapshots.yaml#/paths/"),
        (FLEX, "  schemas:\n", schema, "api_error makes the same Rust type as", "flex-snapshots.yaml#/components/schemas/api_error"),
    ]);
}

#[test]
#[rustfmt::skip]
fn operations_and_responses() {
    const NOT_FOUND: &str = "\"common.yaml#/components/responses/NotFound\"";
    refuses(&[
        (FRAGMENT, "      operationId: listServerlessBackups\n", "", "missing operationId", "{GET}"),
        (FRAGMENT, "\"500\":", "default:", "default response", "{GET}/responses/default"),
        (FRAGMENT, "\"200\":", "\"409\":", "different schemas", "{GET}/responses/"),
        (FRAGMENT, "$ref: \"#/components/schemas/ServerlessSnapshotPage\"", "type: object", "inline response schema", &format!("{PAGE}/application~1json/schema")),
    ]);
    Sandbox::new()
        .edit(FRAGMENT, "\"#/components/responses/ServerlessSnapshotPage\"", NOT_FOUND)
        .edit(FRAGMENT, "\"200\":", "\"409\":")
        .refuses("no success among the responses of listServerlessBackups", &format!("{GET}/responses"));
    for (content, problem, place) in [
        ("", "response without content", ""),
        (", content: {}", "response without content", ""),
        (", content: { application/json: {} }", "response without schema", "/content/application~1json"),
        (", content: { application/json: { schema: { type: object } } }", "inline response schema", "/content/application~1json/schema"),
        (", content: { text/html: { schema: { type: string } } }", "non-JSON response: text/html", "/content/text~1html"),
        (", content: { application/json: { schema: { $ref: 'common.yaml#/components/schemas/Link' } } }", "different schemas", ""),
    ] {
        let response = format!("{{ description: Not there. {content} }}");
        let sandbox = Sandbox::new().edit(FRAGMENT, &format!("$ref: {NOT_FOUND}"), &response);
        let at = if problem == "different schemas" { "" } else { "404" };
        sandbox.refuses(problem, &format!("{GET}/responses/{at}{place}"));
    }
}

#[test]
#[rustfmt::skip]
fn schemas() {
    for (schema, problem, place) in [
        ("{ anyOf: [{ type: string }, { type: integer }] }", "anyOf is not supported", "/anyOf"),
        ("{ oneOf: [{ type: string }, { type: integer }] }", "oneOf is not supported", "/oneOf"),
        ("{ allOf: [{ oneOf: [{ type: string }] }] }", "oneOf is not supported", "/allOf/0/oneOf"),
        // Properties with the name of a keyword.
        ("{ type: object, properties: { default: { oneOf: [{ type: string }] } } }", "oneOf is not supported", "/properties/default/oneOf"),
        ("{ type: object, properties: { type: { type: text } } }", "unknown type \"text\"", "/properties/type/type"),
        ("{ type: strnig }", "unknown type \"strnig\"", "/type"),
        ("{ type: [string, 'null'] }", "unknown type [\"string\",\"null\"]", "/type"),
        ("{ type: array, items: { type: int } }", "unknown type \"int\"", "/items/type"),
    ] {
        let to = format!("        href: {schema}\n        unused:\n          type: string");
        Sandbox::new()
            .edit(COMMON, "        href:\n          type: string", &to)
            .refuses(problem, &format!("common.yaml#/components/schemas/Link/properties/href{place}"));
    }
    let mistyped = format!("{SCHEMAS}/ServerlessSnapshot/properties/frequencyType/type");
    refuses(&[(OVERLAY, "      type: string\n", "      type: strnig\n", "unknown type \"strnig\"", &mistyped)]);
}

/// A pattern would be enforced while decoding.
#[test]
#[rustfmt::skip]
fn patterns_in_responses() {
    const FIELD: &str = "          description: The name of the field.\n";
    let with_pattern = format!("{FIELD}          pattern: ^[a-z]+$\n");
    refuses(&[
        (FRAGMENT, "\"#/components/schemas/ServerlessInstanceName\"", "\"common.yaml#/components/schemas/ClusterName\"",
            "a response uses the schema ClusterName, which has a pattern", &format!("common.{SCHEMAS}/ClusterName/pattern")),
        (OVERLAY, "      pattern: null\n", "      description: Changed.\n",
            "a response uses the schema SnapshotId, which has a pattern", &format!("common.{SCHEMAS}/SnapshotId/pattern")),
        (COMMON, FIELD, &with_pattern,
            "a response uses the schema FieldViolation, which has a pattern", &format!("{SCHEMAS}/FieldViolation/properties/field/pattern")),
    ]);
}

#[test]
#[rustfmt::skip]
fn lists() {
    const LISTS: [&str; 3] = ["ServerlessSnapshotPage/properties/links", "ServerlessSnapshot/properties/links", "FlexSnapshotPage/properties/links"];
    let place = |list: &str| format!("{SCHEMAS}/{list}");
    let results = place("FlexSnapshotPage/properties/results");
    let fields = place("BadRequestDetail/properties/fields");
    for bound in ["maxItems: 10000\n      x-kept-items: 16", "minItems: 1"] {
        refuses(&[(OVERLAY, "      maxItems: 10000\n", &format!("      {bound}\n"), "a list without a bound", "Page/properties/results")]);
    }
    for list in LISTS {
        let target = format!("{list}\n");
        let sandbox = Sandbox::new();
        let overlay = sandbox.read(OVERLAY);
        let (before, after) = overlay.split_once(&target).unwrap();
        sandbox.write(OVERLAY, &format!("{before}{target}{}", after.replacen("      x-kept-items: 16\n", "", 1)));
        sandbox.refuses("a list without a bound", &place(list));
    }
    refuses(&[
        (OVERLAY, "      x-kept-items: 32\n", "", "a list without a bound", &fields),
        // A list in a list, and a list as a schema.
        (FLEX, "          items:\n            $ref: \"#/components/schemas/FlexSnapshot\"", "          items: { type: array, items: { type: string } }",
            "a list that is not a property", &format!("{results}/items")),
        (COMMON, "  schemas:\n", "  schemas:\n    Tags: { type: array, maxItems: 9, items: { type: string } }\n",
            "a list that is not a property", &place("Tags")),
        // The generator would write an array.
        (FLEX, "          description: The snapshots on this page.\n", "          minItems: 10000\n",
            "the generator wrote no Vec for this list", &results),
        (OVERLAY, "      nullable: true\n      x-kept-items: 16\n", "      x-kept-items: 16\n",
            "an optional list that is not nullable", &place(LISTS[0])),
    ]);
}

#[test]
#[rustfmt::skip]
fn references() {
    for target in [
        "#/components/schemas/Missing",
        "#components/schemas/SnapshotStatus",
        // Right in another fragment, but not in this one.
        "#/components/schemas/SnapshotId",
        "serverless-snapshots.yaml#/components/schemas/SnapshotId",
        "common.yaml#/components/schemas/SnapshotType",
        "common.yaml#/components/schemas/Missing",
        // No fragment of this name.
        "other.yaml#/components/schemas/SnapshotId",
        "openapi/common.yaml#/components/schemas/SnapshotId",
        "codegen.overlay.yaml#/entries/0/patch",
        // No pointer.
        "common.yaml",
        "SnapshotId",
    ] {
        Sandbox::new()
            .edit(FRAGMENT, "\"common.yaml#/components/schemas/SnapshotId\"", &format!("\"{target}\""))
            .refuses(&format!("{target} does not exist"), &format!("serverless-snapshots.{SCHEMAS}/ServerlessSnapshot/properties/id"));
    }
    let sandbox = Sandbox::new().edit(
        OVERLAY,
        "\"#/components/schemas/FlexSnapshotStatus\"",
        "\"#/components/schemas/SnapshotStatus\"",
    );
    sandbox.refuses(
        "#/components/schemas/SnapshotStatus does not exist",
        &format!("flex-snapshots.{SCHEMAS}/FlexSnapshot/properties/status/x-rust-type/parameters/0"),
    );
    sandbox.refuses("the fragment itself is valid; the cause is in", OVERLAY);
}

#[test]
#[rustfmt::skip]
fn media_types() {
    const DATED: &str = "application/vnd.atlas.2024-11-13+json";
    const LATER: &str = "application/vnd.atlas.2030-01-01+json";
    let place = format!("flex-snapshots.{FLEX_PAGE}/application~1vnd.atlas.");
    let flex = "\"#/components/schemas/FlexSnapshotPage\"";
    refuses(&[
        (FRAGMENT, "        application/json:", &format!("        {DATED}:"),
            &format!("non-JSON response: {DATED}"), &format!("serverless-snapshots.{PAGE}/application~1vnd.")),
        // The overlay entry is for another version than the fragment.
        (FLEX, DATED, LATER, &format!("non-JSON response: {LATER}"), &format!("{place}2030-01-01+json")),
        (OVERLAY, &format!("      {DATED}: null\n"), "", &format!("non-JSON response: {DATED}"), &place),
        (OVERLAY, flex, "\"#/components/schemas/FlexSnapshot\"",
            "the overlay turns #/components/schemas/FlexSnapshotPage into #/components/schemas/FlexSnapshot", &place),
        (OVERLAY, "", &format!("\n  - target: {GET}\n    reason: It reads better.\n    patch: {{ operationId: listOldSnapshots }}\n"),
            "no fragment documents the operation list_old_snapshots", FRAGMENT),
    ]);
    Sandbox::new()
        .edit(FLEX, &format!("        {DATED}:"), &format!("        {LATER}: {{ schema: {{ $ref: {flex} }} }}\n        {DATED}:"))
        .edit(OVERLAY, &format!("      {DATED}: null"), &format!("      {LATER}: null\n      {DATED}: null"))
        .refuses("several media types among the successes of listFlexBackups", &place);
    for other in ["x-nothing", "application/vnd.\u{e4}tlas+json"] {
        let entry = format!("
  - target: serverless-snapshots.{PAGE}
    reason: The fragment has no media type that a request can contain.
    patch: {{ {other}: null, application/json: {{ schema: {{ $ref: '#/components/schemas/ServerlessSnapshotPage' }} }} }}
");
        Sandbox::new()
            .edit(FRAGMENT, "        application/json:", &format!("        {other}:"))
            .edit(OVERLAY, "", &entry)
            .refuses("no media type among the successes of listServerlessBackups", &format!("{GET}/responses"));
    }
}

#[test]
#[rustfmt::skip]
fn errors_and_panics_of_the_generator() {
    refuses(&[
        (FRAGMENT, "required: true", "required: false", "the generator panicked: assertion failed", FRAGMENT),
        (FRAGMENT, "{clusterName}/backup", "{clusterName/backup", "the generator refused", FRAGMENT),
    ]);
}

#[test]
#[rustfmt::skip]
fn overlay_entries() {
    for target in [
        "common.yaml#/components/schemas/Snapshot",
        "serverless-snapshots.yaml#/components/schemas/SnapshotId",
        "elsewhere.yaml#/components/schemas/SnapshotId",
        "common.yaml",
        "/components/schemas/SnapshotId",
    ] {
        let problem = format!("unknown overlay target {target}");
        refuses(&[(OVERLAY, "common.yaml#/components/schemas/SnapshotId", target, &problem, "codegen.overlay.yaml#/entries/0")]);
    }
    for reason in ["", "    reason: \"\"\n", "    reason: \" \"\n", "    reason:\n"] {
        let problem = format!("overlay entry without reason, for serverless-snapshots.{SCHEMAS}/ServerlessSnapshot/properties/expiresAt");
        refuses(&[(OVERLAY, "    reason: As createdAt.\n", reason, &problem, "codegen.overlay.yaml#/entries/")]);
    }
    let no_effect = format!("overlay entry changes nothing at common.{SCHEMAS}/MongodVersion");
    refuses(&[
        (FRAGMENT, "        frequencyType:\n", "        frequency:\n", "unknown overlay target", OVERLAY),
        (COMMON, "      pattern: ([\\d]+\\.[\\d]+\\.[\\d]+)\n", "", &no_effect, "codegen.overlay.yaml#/entries/2"),
        (OVERLAY, "overlay: 1", "overlay: 2", "overlay format 2", "yaml#/overlay"),
        (OVERLAY, "overlay: 1\n", "", "not an overlay: missing field `overlay`", OVERLAY),
        (OVERLAY, "    patch:", "    pacth:", "not an overlay: unknown field `pacth`", OVERLAY),
    ]);
}

#[test]
#[rustfmt::skip]
fn rust_types() {
    const OPEN_ENUM: &str = "path: atlas_snapshots_generated::OpenEnum";
    const TIMESTAMP: &str = "path: atlas_snapshots_generated::Timestamp";
    for (from, to, property) in [
        (OPEN_ENUM, "path: atlas_snapshot_generated::OpenEnum", "frequencyType"),
        (OPEN_ENUM, "path: OpenEnum", "frequencyType"),
        ("crate: atlas-snapshots-generated", "crate: atlas-snapshots", "frequencyType"),
        ("version: \"*\"", "version: latest", "frequencyType"),
        (TIMESTAMP, "pth: Timestamp", "createdAt"),
        (TIMESTAMP, "path: ''", "createdAt"),
    ] {
        let place = format!("{SCHEMAS}/ServerlessSnapshot/properties/{property}/x-rust-type");
        refuses(&[(OVERLAY, from, to, "the generator ignored x-rust-type", &place)]);
    }
    refuses(&[(OVERLAY, "      pattern: null\n", "      pattern: null\n      x-rust-type: { crate: a, version: '*', path: 'a::B' }\n",
        "x-rust-type on something other than a property", "yaml#/components/schemas/SnapshotId")]);
}
