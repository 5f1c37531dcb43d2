//! Tests of the checks: mutations of the contract that they must notice.
//!
//! The sweep removes and alters every place of the fragments in turn. The table contains additions,
//! renames and replaced rules, each with the checks that must notice it and what they must report.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::thread::{self, available_parallelism};

use serde_json::{Value, json};
use tokio::runtime::Builder;

use crate::checks::{CHECKS, Context, Recordings, violations_of};
use crate::operation::Operation;
use crate::operation_case::{CASES, OperationCase};
use crate::spec::{Contract, Node, Violation};

macro_rules! schema {
    ($rest:literal) => {
        concat!("serverless-snapshots.yaml#/components/schemas/", $rest)
    };
}

macro_rules! shared {
    ($rest:literal) => {
        concat!("common.yaml#/components/", $rest)
    };
}

macro_rules! page {
    ($rest:literal) => {
        concat!(
            "serverless-snapshots.yaml#/components/responses/ServerlessSnapshotPage/content/",
            "application~1json",
            $rest
        )
    };
}

/// What changes, the change, and the names of checks that must fail, each with a part of a message.
type Mutation = (
    &'static str,
    fn(&mut Contract),
    &'static [(&'static str, &'static str)],
);

#[rustfmt::skip]
const MUTATIONS: &[Mutation] = &[
    // Requests.
    ("another path", |it| it.rename(serverless!(), "/api/atlas/v1.0/groups/{groupId}/{clusterName}"),
        &[("completeness", "the mock does not serve listServerlessBackups: GET")]),
    ("a path without its parameter", |it| it.rename(serverless!(), "/api/atlas/v1.0/groups/{groupId}/x"),
        &[("completeness", "clusterName\n    is not in the path")]),
    ("another method", |it| it.rename(concat!(serverless!(), "/get"), "post"),
        &[("completeness", "the mock does not serve listServerlessBackups: POST")]),
    ("another operation id", |it| it.set(concat!(serverless!(), "/get/operationId"), "listBackups"),
        &[("completeness", "operation listBackups is in no case"),
          ("completeness", "the case listServerlessBackups is for an operation that is not documented")]),
    ("a path parameter of another name", |it| {
        it.set("serverless-snapshots.yaml#/components/parameters/clusterName/name", "x");
        it.rename(serverless!(), "/api/atlas/v1.0/groups/{groupId}/serverless/{x}/backup/snapshots");
    }, &[("completeness", "the case listServerlessBackups has no value for x")]),
    ("another parameter", |it| it.push(concat!(serverless!(), "/get/parameters"), json!({
        "name": "verbose", "in": "query", "schema": { "type": "boolean", "default": false }
    })), &[("requests", "no client ever sends it"),
          ("parameters", "?verbose=yes returned 200, expected [400]"),
          ("parameters", "the mock ignores verbose")]),
    ("a query parameter in a header", |it| it.set(shared!("parameters/pretty/in"), "header"),
        &[("requests", "no query parameter pretty is documented")]),
    ("a query parameter of another name", |it| it.set(shared!("parameters/itemsPerPage/name"), "size"),
        &[("requests", "no query parameter itemsPerPage is documented"), ("parameters", "?size=0"),
          ("guards", "the facade's page_size checks itemsPerPage, which is not documented")]),
    ("a required query parameter", |it| it.set(shared!("parameters/includeCount/required"), true),
        &[("requests", "is not sent"), ("parameters", "includeCount/required")]),
    ("an optional parameter without a default",
        |it| it.remove(shared!("parameters/pretty/schema/default")),
        &[("completeness", "parameter pretty is optional without a default")]),
    ("a lower maximum", |it| it.set(shared!("parameters/itemsPerPage/schema/maximum"), 499),
        &[("requests", "500 is greater than the maximum of 499"),
          ("guards", "the facade's page_size accepts \"500\""),
          ("parameters", "?itemsPerPage=500 returned 200")]),
    ("an exclusive maximum",
        |it| it.set(shared!("parameters/itemsPerPage/schema/exclusiveMaximum"), true),
        &[("requests", "500"), ("guards", "accepts \"500\""), ("parameters", "itemsPerPage=500")]),
    ("another default", |it| it.set(shared!("parameters/itemsPerPage/schema/default"), 50),
        &[("parameters", "?itemsPerPage=50 and GET")]),
    ("a shorter pattern", |it| it.set(shared!("schemas/ProjectId/pattern"), "^([a-f0-9]{23})$"),
        &[("requests", "ProjectId/pattern"), ("guards", "the facade's ProjectId accepts"),
          ("guards", "types::ProjectId accepts"), ("parameters", "returned 200, expected [400]")]),
    ("a pattern without anchors", |it| it.set(shared!("schemas/ProjectId/pattern"), "[a-f0-9]{24}"),
        &[("guards", "the facade's ProjectId rejects"), ("parameters", "expected [404]")]),
    ("a wider pattern", |it| it.set(shared!("schemas/ClusterName/pattern"), "^[a-zA-Z0-9_-]*$"),
        &[("guards", "the facade's ClusterName rejects"), ("parameters", "expected [404]")]),
    // Responses.
    ("another status", |it| it.set(concat!(serverless!(), "/get/responses/409"), json!({
        "$ref": "common.yaml#/components/responses/BadRequest"
    })), &[("responses", "the mock never returns 409"), ("examples", "of the facade: 409")]),
    ("another body for a status", |it| it.set(
        shared!("responses/NotFound/content/application~1json/schema/$ref"),
        "serverless-snapshots.yaml#/components/schemas/ServerlessSnapshotPage",
    ), &[("responses", "returned 404: Additional properties"), ("examples", "Additional properties"),
         ("parameters", "Additional properties")]),
    ("another media type", |it| it.rename(page!(""), "application/vnd.atlas.2024-11-13+json"),
        &[("responses", "as \"application/json\", which is not documented"),
          ("requests", "accepts \"application/json\", documented is")]),
    ("a property of another name",
        |it| it.rename(schema!("ServerlessSnapshot/properties/storageSizeBytes"), "size"),
        &[("responses", "('storageSizeBytes' was unexpected)"),
          ("responses", "ServerlessSnapshot/properties/size\n    the mock never returns it"),
          ("schemas", "at /properties/size: the generated type has nothing"),
          ("examples", "('storageSizeBytes' was unexpected)")]),
    ("another property", |it| it.set(schema!("ServerlessSnapshot/properties/region"), json!({
        "type": "string"
    })), &[("responses", "the mock never returns it"), ("schemas", "/properties/region"),
          ("completeness", "property region of schema ServerlessSnapshot has no description")]),
    ("another value", |it| it.push(schema!("SnapshotType/enum"), "copied"),
        &[("responses", "SnapshotType/enum/2\n    the mock never returns it"),
          ("schemas", "at /enum/2: the generated type has nothing"),
          ("guards", "SnapshotType\n    the facade knows")]),
    ("a required property of a page",
        |it| it.set(schema!("ServerlessSnapshotPage/required"), json!(["totalCount"])),
        &[("responses", "\"totalCount\" is a required property")]),
    ("a required property of an item",
        |it| it.set(schema!("ServerlessSnapshot/required"), json!(["id"])),
        &[("schemas", "the specification has [\"id\"]"),
          ("decoding", "decodes a body with nothing at \"/results/0/id\"")]),
    ("another type of elements",
        |it| it.set(shared!("schemas/ApiError/properties/parameters/items/type"), "string"),
        &[("responses", "at /parameters/0"), ("parameters", "at /parameters/0")]),
    ("a schema of another name", |it| {
        it.rename(shared!("schemas/FieldViolation"), "Reason");
        it.set(shared!("schemas/BadRequestDetail/properties/fields/items/$ref"), "#/components/schemas/Reason");
    }, &[("schemas", "FieldViolation is generated but not documented"),
         ("completeness", "schema Reason has no generated type")]),
    ("a reference without a target",
        |it| it.set(concat!(serverless!(), "/get/responses/401/$ref"), "#/nowhere"),
        &[("fragments", "#/nowhere does not exist")]),
    ("an unknown keyword", |it| it.set(shared!("schemas/Link/oneOf"), json!([])),
        &[("fragments", "schemas/Link/oneOf\n    is not a keyword that these tests can check")]),
    // Examples.
    ("an example with another property",
        |it| it.set(page!("/examples/documented/value/results/0/region"), "EU"),
        &[("examples", "'region' was unexpected"), ("examples", "the facade changes the items")]),
    ("an example of another status", |it| it.set(
        shared!("responses/NotFound/content/application~1json/examples/documented/value/error"), 400,
    ), &[("examples", "error: 400, of the facade: 404")]),
    ("an example that no request can contain", |it| it.set(shared!("schemas/ProjectId/example"), "32B6"),
        &[("examples", "ProjectId rejects it")]),
    ("an example that follows the rule it is exempt from",
        |it| it.set(page!("/examples/documented/value/results/0/mongodVersion"), "8.0.4"),
        &[("examples", "is exempt in the check of examples, but no example breaks it")]),
    // Overlay. That every entry is needed is a check.
    ("the values of another enum", |it| {
        let entry = it.entry(schema!("ServerlessSnapshot/properties/status"));
        entry.patch["x-rust-type"]["parameters"][0]["$ref"] = json!("#/components/schemas/SnapshotType");
    }, &[("schemas", "at /properties/status/references/0")]),
    ("another bound of a list", |it| {
        it.entry(schema!("ServerlessSnapshotPage/properties/results")).patch["maxItems"] = json!(9999);
    }, &[("schemas", "at /properties/results/maxItems: the generated type has 10000")]),
    ("an unknown Rust type", |it| {
        let entry = it.entry(schema!("ServerlessSnapshot/properties/expiresAt"));
        entry.patch["x-rust-type"]["path"] = json!("atlas_snapshots_generated::Timestmap");
    }, &[("decoding", "names atlas_snapshots_generated::Timestmap")]),
    ("an entry without a target", |it| it.add_entry(schema!("Nothing"), json!({ "type": null })),
        &[("completeness", "which does not exist")]),
    ("an entry with the documented value",
        |it| it.add_entry(shared!("schemas/SnapshotId"), json!({ "type": "string" })),
        &[("overlay", "sets type of"), ("overlay", "is not needed")]),
    ("an entry that the generated types do not follow",
        |it| it.add_entry(shared!("schemas/Link"), json!({ "description": "An exit." })),
        &[("overlay", "is not needed"), ("schemas", "has \"An exit.\"")]),
    ("an entry for what is documented by now",
        |it| it.set(schema!("ServerlessSnapshotPage/properties/links/nullable"), true),
        &[("overlay", "sets nullable of"), ("overlay", "is not needed")]),
    ("a pattern of a request in a response", |it| it.set(
        schema!("ServerlessSnapshot/properties/serverlessInstanceName/$ref"),
        "common.yaml#/components/schemas/ClusterName",
    ), &[("completeness", "schema ClusterName has a pattern and occurs in a response of listServerlessBackups")]),
    ("a pattern that the overlay does not drop", |it| {
        it.entry(shared!("schemas/SnapshotId")).patch = json!({ "description": "The id." });
    }, &[("completeness", "schema SnapshotId has a pattern and occurs in a response of"),
         ("decoding", "decodes a body with \"-\" at \"/results/0/id\"")]),
];

#[tokio::test]
async fn every_mutation_is_noticed() {
    let contract = Contract::load();
    let mut recordings = Recordings::new();
    violations_of(&contract, CASES, &mut recordings).await;
    let mut failed = Vec::new();
    for (what, edit, noticed) in MUTATIONS {
        let mut broken = contract.clone();
        edit(&mut broken);
        let context = Context::new(&broken, CASES, &mut recordings).await;
        for (name, message) in *noticed {
            let violations = match (&context, CHECKS.iter().find(|(check, _)| check == name)) {
                (Ok(context), Some((_, check))) => check(context),
                (Ok(_), None) => Vec::new(),
                (Err(violation), _) => vec![violation.clone()],
            };
            let violations: Vec<_> = violations.iter().map(ToString::to_string).collect();
            let violations = violations.join("\n  ");
            if !violations.contains(message) {
                let message = format!("{name} does not report {message:?}, but\n  {violations}");
                failed.push(format!("{what}: {message}"));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    let noticing = MUTATIONS.iter().flat_map(|(_, _, noticed)| *noticed);
    let noticing: BTreeSet<_> = noticing.map(|(name, _)| name).collect();
    let mut names = CHECKS.iter().map(|(name, _)| name);
    assert_eq!(
        names.find(|name| !noticing.contains(name)),
        None,
        "no mutation is for this check"
    );
}

/// The parts of a fragment that are compared with anything.
const PARTS: [&str; 3] = ["paths", "components", "security"];

/// Members that are for readers only. Descriptions must exist; those of schemas are compared with the
/// generated types.
const PROSE: [&str; 3] = ["externalDocs", "summary", "tags"];

/// Places at or below which changes are not noticed, by the reason; `*` stands for the beginning of any
/// place. A place where every change is noticed fails the test.
#[rustfmt::skip]
const UNNOTICED: [(&str, &[&str]); 5] = [
    ("the overlay replaces it, and the mock cannot violate it", &[
        "cluster-snapshots.yaml#/components/schemas/ClusterSnapshotMember/required",
        "common.yaml#/components/schemas/ApiError/properties/parameters/items/type",
        "common.yaml#/components/schemas/ApiError/required",
        "projects.yaml#/components/schemas/Project/required",
        "*/properties/totalCount/format",
        "*/properties/totalCount/minimum",
    ]),
    ("every number is allowed", &[
        "flex-clusters.yaml#/components/schemas/FlexProviderSettings/properties/diskSizeGB/format",
    ]),
    ("authentication has tests of its own, and a token is given here", &[
        "common.yaml#/components/securitySchemes/ApiKey/scheme",
        "common.yaml#/components/securitySchemes/ServiceAccount/flows",
        "*#/security/1",
    ]),
    ("response headers are optional, and the facade's own tests read them", &["*/headers"]),
    ("nothing depends on it", &[
        concat!(serverless!(), "/get/deprecated"),
        concat!(serverless!(), "/get/x-sunset"),
    ]),
];

fn is_at_or_below(place: &str, known: &str) -> bool {
    let ends = |rest: &str| rest.is_empty() || rest.starts_with('/');
    match known.strip_prefix('*') {
        Some(part) => place
            .match_indices(part)
            .any(|(at, _)| ends(&place[at + part.len()..])),
        None => place.strip_prefix(known).is_some_and(ends),
    }
}

/// Makes each change in turn, on every processor.
#[test]
fn every_removal_and_alteration_is_noticed() {
    let contract = Contract::load();
    let places = Mutex::new(places(&contract).into_iter());
    let found = Mutex::new(Found::default());
    let processors = available_parallelism().map_or(1, NonZeroUsize::get);
    thread::scope(|scope| {
        for _ in 0..processors {
            scope.spawn(|| {
                let runtime = Builder::new_current_thread().enable_all().build();
                runtime.unwrap().block_on(sweep(&contract, &places, &found));
            });
        }
    });
    let Found { unnoticed, used } = found.into_inner().unwrap();
    assert!(unnoticed.is_empty(), "no check notices {unnoticed:#?}");
    let idle = known().find(|place| !used.contains(*place));
    assert_eq!(idle, None, "every change at this place is noticed");
}

#[derive(Debug, Default)]
struct Found {
    /// Changes that are not noticed and should be.
    unnoticed: Vec<String>,
    /// The known places at which a change was not noticed.
    used: BTreeSet<&'static str>,
}

fn known() -> impl Iterator<Item = &'static str> {
    UNNOTICED.iter().flat_map(|(_, places)| *places).copied()
}

/// What a change of one file can concern.
struct Part {
    contract: Contract,
    cases: Vec<OperationCase>,
    /// What the checks report without a change: what they miss of other files.
    usual: Vec<(&'static str, Violation)>,
}

impl Part {
    async fn of(contract: &Contract, file: &str, recordings: &mut Recordings) -> Self {
        let contract = contract.concerned_by(file);
        let operations = Operation::all(&contract.fragments);
        let documented: Vec<_> = operations.into_iter().flatten().map(|it| it.id).collect();
        let is_documented = |case: &&OperationCase| documented.contains(&case.operation_id);
        let cases: Vec<_> = CASES.iter().filter(is_documented).copied().collect();
        let usual = violations_of(&contract, &cases, recordings).await;
        let is_in_file = |(_, violation): &&(&str, Violation)| violation.place.file() == file;
        let wrong = usual.iter().find(is_in_file);
        assert!(wrong.is_none(), "{wrong:#?}");
        Self {
            contract,
            cases,
            usual,
        }
    }
}

async fn sweep(
    contract: &Contract,
    places: &Mutex<impl Iterator<Item = (String, Vec<Value>)>>,
    found: &Mutex<Found>,
) {
    let mut recordings = Recordings::new();
    assert_eq!(violations_of(contract, CASES, &mut recordings).await, []);
    let mut parts = BTreeMap::new();
    let next = || places.lock().unwrap().next();
    while let Some((place, replacements)) = next() {
        let known_at = known().find(|known| is_at_or_below(&place, known));
        // One change that is not noticed is enough, and all checks have to run for each.
        if known_at.is_some_and(|known| found.lock().unwrap().used.contains(known)) {
            continue;
        }
        let file = place.split('#').next().unwrap_or_default().to_owned();
        if !parts.contains_key(&file) {
            let part = Part::of(contract, &file, &mut recordings).await;
            parts.insert(file.clone(), part);
        }
        let part = &parts[&file];
        let removal = std::iter::once(None);
        for replacement in removal.chain(replacements.into_iter().map(Some)) {
            let mut broken = part.contract.clone();
            let change = replacement
                .as_ref()
                .map_or("nothing".to_owned(), Value::to_string);
            match replacement {
                Some(value) => broken.replace(&place, value),
                None => broken.remove(&place),
            }
            let is_new = |violation: &_| !part.usual.contains(violation);
            if let Ok(context) = Context::new(&broken, &part.cases, &mut recordings).await
                && !context.violations().any(|violation| is_new(&violation))
            {
                let mut found = found.lock().unwrap();
                match known_at {
                    Some(known) => _ = found.used.insert(known),
                    None => found.unnoticed.push(format!("{change} at {place}")),
                }
            }
        }
    }
}

/// Every place whose removal must be noticed, with the other values that must be noticed there.
fn places(contract: &Contract) -> Vec<(String, Vec<Value>)> {
    let mut places = Vec::new();
    for file in contract.fragments.files() {
        for part in PARTS.iter().filter_map(|part| file.get(part)) {
            note_places_below(&part, &mut places);
        }
    }
    places
}

/// Notes every place except prose and the inside of an example, since a part of an example is still an
/// example.
fn note_places_below(node: &Node<'_>, places: &mut Vec<(String, Vec<Value>)>) {
    for child in node.children() {
        let name = child.place.name();
        let is_member = node.value.is_object() && node.place.name() != "properties";
        let in_schema = child.place.pointer().starts_with("/components/schemas/");
        if is_member && (name == "example" || !in_schema && PROSE.contains(&name)) {
            continue;
        }
        let is_reworded = is_member && !in_schema && name == "description";
        let replacements = match child.value {
            // A reference without a target is always noticed.
            _ if is_reworded || name == "$ref" => Vec::new(),
            Value::Number(number) => {
                let number = number.as_i64().expect("a small number");
                vec![json!(number - 1), json!(number + 1)]
            }
            Value::Bool(flag) => vec![json!(!flag)],
            Value::String(text) => vec![match (name, text.as_str()) {
                ("type", "string") => json!("boolean"),
                ("type", _) => json!("string"),
                ("format", "int32") => json!("int64"),
                ("format", "int64") => json!("int32"),
                _ => json!(format!("{text}x")),
            }],
            _ => Vec::new(),
        };
        places.push((child.place.to_string(), replacements));
        if name != "value" {
            note_places_below(&child, places);
        }
    }
}
