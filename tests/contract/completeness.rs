//! Check "completeness": every documented operation has all the pieces that the other checks need.
//!
//! The other checks skip an operation that is incomplete, so that one missing piece is one violation.

use std::collections::BTreeSet;

use crate::checks::Context;
use crate::generated::GeneratedType;
use crate::operation::Operation;
use crate::spec::{Node, Place, Violation};

pub(crate) fn check(context: &Context<'_>) -> Vec<Violation> {
    let mut violations = context.missing.clone();
    for operation in &context.operations {
        let mut cases = context.cases.iter();
        if !cases.any(|case| case.operation_id == operation.id) {
            let message = format!(
                "operation {} is in no case; add one to operation_case::CASES",
                operation.id
            );
            violations.push(Violation::new(&operation.place, message));
        }
        violations.extend(undocumented_parts(operation));
    }
    let fragments = &context.contract.fragments;
    for file in fragments.files() {
        violations.extend(without_description(&file));
    }
    for (name, schema) in fragments.schemas() {
        if schema.text("type").is_none() {
            violations.push(schema.violation(format!("schema {name} has no type")));
        }
        if GeneratedType::named(name).is_none() {
            violations.push(schema.violation(format!(
                "schema {name} has no generated type; run `cargo xtask codegen` and add it to \
                 generated::TYPES"
            )));
        }
    }
    let mut seen = BTreeSet::new();
    for operation in Operation::all(&context.merged).iter().flatten() {
        for (_, content) in operation.contents() {
            if let Some(schema) = content.get("schema") {
                note_patterns(operation.id, &schema, &mut seen, &mut violations);
            }
        }
    }
    violations
}

/// Parameters that select nothing if they are not sent.
const WITHOUT_DEFAULT: [&str; 3] = ["pointInTimeUtcSeconds", "oplogTs", "oplogInc"];

/// Responses without an example or a named schema, and optional parameters without a default.
fn undocumented_parts(operation: &Operation<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (status, response) in &operation.responses {
        for (_, content) in &response.contents {
            let examples = content.members_of("examples");
            let named = !examples.is_empty()
                && examples
                    .iter()
                    .all(|(_, example)| example.get("value").is_some());
            if !named && content.get("example").is_none() {
                let message = format!("response {status} of {} has no example", operation.id);
                violations.push(Violation::new(&response.place, message));
            }
            let schema = content.get("schema").map(|schema| schema.resolved().place);
            if schema.is_none_or(|place| !place.pointer().starts_with("/components/schemas/")) {
                let message = format!("response {status} of {} has no named schema", operation.id);
                violations.push(Violation::new(&response.place, message));
            }
        }
    }
    for parameter in operation.query_parameters() {
        let has_default = parameter.schema.resolved().get("default").is_some();
        if !parameter.required && !has_default && !WITHOUT_DEFAULT.contains(&parameter.name) {
            let message = format!("parameter {} is optional without a default", parameter.name);
            violations.push(Violation::new(&parameter.place, message));
        }
    }
    violations
}

/// Components, properties and operations without a description.
fn without_description(file: &Node<'_>) -> Vec<Violation> {
    let mut described = Vec::new();
    for (kind, components) in file.members_of("components") {
        for (name, component) in components.members() {
            for (property, node) in component.members_of("properties") {
                described.push((format!("property {property} of schema {name}"), node));
            }
            described.push((format!("{} {name}", kind.trim_end_matches('s')), component));
        }
    }
    for (_, item) in file.members_of("paths") {
        for operation in item.children() {
            if let Some(id) = operation.text("operationId") {
                described.push((format!("operation {id}"), operation));
            }
        }
    }
    described.retain(|(_, node)| {
        node.text("$ref").is_none() && node.text("description").is_none_or(str::is_empty)
    });
    let described = described.into_iter();
    described
        .map(|(what, node)| node.violation(format!("{what} has no description")))
        .collect()
}

/// Notes each schema with a pattern that is reachable from a response of `operation`. A pattern is
/// enforced while decoding, so one unexpected text would fail a whole response.
fn note_patterns(
    operation: &str,
    schema: &Node<'_>,
    seen: &mut BTreeSet<Place>,
    violations: &mut Vec<Violation>,
) {
    let schema = schema.resolved();
    if !seen.insert(schema.place.clone()) {
        return;
    }
    if schema.get("pattern").is_some() {
        violations.push(schema.violation(format!(
            "schema {} has a pattern and occurs in a response of {operation}; use a schema of its own \
             for the response and drop the pattern with an overlay entry (pattern: null)",
            schema.place.name()
        )));
    }
    let properties = schema.members_of("properties").into_iter();
    for child in properties.map(|(_, node)| node).chain(schema.get("items")) {
        note_patterns(operation, &child, seen, violations);
    }
}

/// Tests of the messages for a new endpoint: each missing piece is one violation, and nothing else is.
mod tests {
    use atlas_snapshots_mock::MockAtlas;
    use futures::FutureExt;
    use serde_json::json;

    use crate::checks::{Recordings, violations_of};
    use crate::operation_case::{CASES, OperationCase};
    use crate::spec::Contract;

    const FILE: &str = "flex-snapshots.yaml#";
    const PATH: &str = "/api/atlas/v2/groups/{groupId}/widgets";

    /// A case without a facade listing, as for an operation that the facade does not offer.
    const CASE: OperationCase = OperationCase {
        operation_id: "listWidgets",
        path: &[("groupId", "32b6e34b3d91647abb20e7b8")],
        mock: |_| MockAtlas::builder(),
        send_generated: |_| async {}.boxed(),
        guards: &[],
        undocumented: &[],
        facade: None,
    };

    /// The contract with another operation, whose pieces are incomplete.
    fn contract() -> Contract {
        let mut contract = Contract::load();
        let path = PATH.replace('/', "~1");
        contract.set(
            &format!("{FILE}/paths/{path}"),
            json!({ "get": {
            "operationId": "listWidgets",
            "description": "Lists widgets.",
            "parameters": [{ "$ref": "common.yaml#/components/parameters/groupId" }],
            "responses": { "200": { "$ref": "#/components/responses/WidgetPage" } },
        } }),
        );
        contract.set(
            &format!("{FILE}/components/responses/WidgetPage"),
            json!({
                "description": "A page of widgets.",
                "content": { "application/json": {
                    "schema": { "$ref": "#/components/schemas/WidgetPage" },
                    "example": { "owner": "32b6e34b3d91647abb20e7b8" },
                } },
            }),
        );
        contract.set(
            &format!("{FILE}/components/schemas/WidgetPage"),
            json!({
                "type": "object",
                "properties": { "owner": { "$ref": "common.yaml#/components/schemas/ProjectId" } },
            }),
        );
        contract
    }

    async fn messages(contract: &Contract, cases: &[OperationCase]) -> Vec<String> {
        let violations = violations_of(contract, cases, &mut Recordings::new()).await;
        let violations = violations.into_iter();
        let messages =
            violations.map(|(check, violation)| format!("{check}: {}", violation.message));
        messages.collect()
    }

    /// The violations of the new operation, whether or not it has a case.
    const OF_SCHEMAS: [&str; 3] = [
        "completeness: schema WidgetPage has no description",
        "completeness: schema WidgetPage has no generated type; run `cargo xtask codegen` and add it to \
     generated::TYPES",
        "completeness: schema ProjectId has a pattern and occurs in a response of listWidgets; use a schema \
     of its own for the response and drop the pattern with an overlay entry (pattern: null)",
    ];

    #[tokio::test]
    async fn an_operation_without_a_case_is_named() {
        let message =
            "completeness: operation listWidgets is in no case; add one to operation_case::CASES";
        let expected = [&[message], &OF_SCHEMAS[..]].concat();
        assert_eq!(messages(&contract(), CASES).await, expected);
    }

    #[tokio::test]
    async fn an_operation_that_the_mock_does_not_serve_is_named() {
        let message = "completeness: the mock does not serve listWidgets: GET …/32b6e34b3d91647abb20e7b8/\
                   widgets returned 404";
        let expected = [&[message], &OF_SCHEMAS[..]].concat();
        let cases = [CASES, &[CASE]].concat();
        assert_eq!(messages(&contract(), &cases).await, expected);
    }

    #[tokio::test]
    async fn a_removed_case_is_named() {
        let message = "completeness: operation listFlexBackups is in no case; add one to \
                       operation_case::CASES";
        let others = CASES.iter().copied();
        let others: Vec<_> = others
            .filter(|case| case.operation_id != "listFlexBackups")
            .collect();
        assert_eq!(messages(&Contract::load(), &others).await, [message]);
    }

    #[tokio::test]
    async fn every_missing_part_is_named() {
        for (place, message) in [
            (
                "common.yaml#/components/parameters/groupId/description",
                "parameter groupId has no description",
            ),
            (
                "common.yaml#/components/responses/Gone/description",
                "response Gone has no description",
            ),
            (
                "flex-clusters.yaml#/components/responses/Conflict/content/application~1json/examples",
                "response 409 of listGroupFlexClusters has no example",
            ),
        ] {
            let mut contract = Contract::load();
            contract.remove(place);
            assert_eq!(
                messages(&contract, CASES).await,
                [format!("completeness: {message}")]
            );
        }
    }

    /// A case does not need a facade: the other checks apply without it.
    #[tokio::test]
    async fn a_case_without_a_facade_is_checked() {
        let cases = CASES.iter().map(|case| OperationCase {
            facade: None,
            ..*case
        });
        let cases: Vec<_> = cases.collect();
        let mut contract = Contract::load();
        assert_eq!(messages(&contract, &cases).await, [""; 0]);
        contract.set(
            "common.yaml#/components/parameters/itemsPerPage/schema/maximum",
            499,
        );
        let messages = messages(&contract, &cases).await;
        assert!(
            messages
                .iter()
                .any(|it| it.starts_with("requests: the generated client"))
        );
    }
}
