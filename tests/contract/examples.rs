//! Suite (d): every documented example decodes, and comes through the facade whole.

use std::collections::{BTreeSet, HashMap};

use atlas_snapshots::ErrorKind;
use serde_json::Value;

use crate::candidates::text_of;
use crate::evidence::Evidence;
use crate::generated::GeneratedType;
use crate::json_schema::{Reading, Schemas};
use crate::operation::Operation;
use crate::operation_case::OperationCase;
use crate::outcome::{Failure, Outcome};
use crate::spec::{Node, Place, Spec};
use crate::violation::Violation;

/// Rules that the documentation's own examples break. One that no example breaks is a violation.
const BROKEN_BY_EXAMPLES: [(&str, &str); 1] = [(
    "serverless-snapshots.yaml#/components/schemas/MongodVersion/pattern",
    "the documented page says \"string\" where a version belongs",
)];

/// An example of a whole response.
#[derive(Debug, Clone)]
pub(crate) struct Example {
    place: Place,
    schema: Place,
    /// How the response travels, which decides what becomes of it.
    pub(crate) served: Served,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Served {
    pub(crate) status: u16,
    pub(crate) media_type: String,
    pub(crate) body: Value,
}

/// What the facade made of each example.
pub(crate) type Outcomes = HashMap<Served, Outcome>;

pub(crate) fn of_responses(
    fragments: &Spec,
    operation_id: &str,
) -> Result<Vec<Example>, Violation> {
    let operation = Operation::find(fragments, operation_id)?;
    let mut examples = Vec::new();
    for (status, response) in &operation.responses {
        let before = examples.len();
        for (media_type, content) in &response.contents {
            let named = content
                .get("examples")
                .iter()
                .flat_map(Node::members)
                .collect::<Vec<_>>();
            let named = named.iter().map(|(_, example)| example.need("value"));
            for value in content.get("example").into_iter().map(Ok).chain(named) {
                let value = value?;
                examples.push(Example {
                    place: value.place,
                    schema: content.need("schema")?.resolved()?.place,
                    served: Served {
                        status: *status,
                        media_type: (*media_type).to_owned(),
                        body: value.value.clone(),
                    },
                });
            }
        }
        if examples.len() == before {
            return Err(Violation::new(&response.place, "has no example"));
        }
    }
    Ok(examples)
}

pub(crate) fn check(fragments: &Spec, evidence: &[Evidence]) -> Result<Vec<Violation>, Violation> {
    let schemas = Schemas::of(fragments, Reading::Documented)?;
    let mut violations = Vec::new();
    for Evidence { case, outcomes, .. } in evidence {
        for example in of_responses(fragments, case.operation_id)? {
            violations.extend(judge(case, &example, &schemas, outcomes));
        }
    }
    for file in fragments.files() {
        for (schema, example) in of_schemas(&file) {
            violations.extend(schemas.violations(&schema.place, example.value));
            if let Some(generated) = GeneratedType::named(schema.place.name()) {
                violations.extend(round_trip(&example.place, generated, example.value));
            }
        }
    }
    Ok(without_excused(violations))
}

/// Everything wrong with the example of a response.
fn judge(
    case: &OperationCase,
    example: &Example,
    schemas: &Schemas,
    outcomes: &Outcomes,
) -> Vec<Violation> {
    let Example {
        place,
        schema,
        served,
    } = example;
    let mut violations = schemas.violations(schema, &served.body);
    match GeneratedType::named(schema.name()) {
        Some(generated) => violations.extend(round_trip(place, generated, &served.body)),
        None => violations.push(Violation::new(schema, "has no generated type")),
    }
    let outcome = outcomes.get(served).expect("every example was served");
    let lost = if served.status == 200 {
        lost_of_page(case, &served.body, outcome)
    } else {
        lost_of_error(served, outcome)
    };
    violations.extend(lost.into_iter().map(|says| Violation::new(place, says)));
    violations
}

/// Every `example` of a schema, with that schema.
fn of_schemas<'a>(node: &Node<'a>) -> Vec<(Node<'a>, Node<'a>)> {
    let is_schema = node.text("type").is_some();
    let mut found: Vec<_> = node
        .get("example")
        .filter(|_| is_schema)
        .map(|example| (node.clone(), example))
        .into_iter()
        .collect();
    for child in node.children() {
        if !matches!(child.place.name(), "example" | "examples") {
            found.extend(of_schemas(&child));
        }
    }
    found
}

/// What decoding and encoding change.
fn round_trip(example: &Place, generated: &GeneratedType, body: &Value) -> Vec<Violation> {
    let name = generated.component;
    match generated.round_trip(body) {
        Ok(again) => json_patch::diff(body, &again)
            .iter()
            .map(|step| Violation::new(example, format!("through {name}, it turns: {step}")))
            .collect(),
        Err(error) => vec![Violation::new(
            example,
            format!("{name} refuses it: {error}"),
        )],
    }
}

/// What the facade lost of a page.
fn lost_of_page(case: &OperationCase, page: &Value, outcome: &Outcome) -> Vec<String> {
    let mut lost = Vec::new();
    if let Some(failure) = &outcome.failure {
        lost.push(format!("the facade fails with it: {failure:?}"));
    }
    let delivered = Value::from(outcome.snapshots.clone());
    let steps = json_patch::diff(&case.items(page), &delivered);
    lost.extend(
        steps
            .iter()
            .map(|step| format!("through the facade, results turn: {step}")),
    );
    if page["totalCount"].as_u64() != outcome.reported_total {
        lost.push(format!(
            "the facade reports a total of {:?}",
            outcome.reported_total
        ));
    }
    lost
}

/// What an error lost of a body.
fn lost_of_error(served: &Served, outcome: &Outcome) -> Vec<String> {
    let Served { status, body, .. } = served;
    let Some(failure) = &outcome.failure else {
        return vec!["the facade does not fail with it".to_owned()];
    };
    let Failure {
        kind,
        texts,
        parameters,
        fields,
        ..
    } = failure;
    let mut lost = Vec::new();
    match kind_of(*status) {
        Some(expected) if *kind != expected => {
            lost.push(format!("the facade calls it {kind:?}, not {expected:?}"));
        }
        Some(_) => {}
        None => lost.push(format!(
            "what the facade should call a {status}, nobody told"
        )),
    }
    let statuses = [failure.status.map(u64::from), body["error"].as_u64()];
    if statuses != [Some(u64::from(*status)); 2] {
        lost.push(format!(
            "header, body and facade disagree: {status}, {statuses:?}"
        ));
    }
    for (name, text) in texts {
        if body[name].as_str() != text.as_deref() {
            lost.push(format!("the facade says {text:?} for {name}"));
        }
    }
    let elements = |pointer: &str| body.pointer(pointer).and_then(Value::as_array);
    let documented = elements("/parameters").into_iter().flatten().map(text_of);
    if !documented.eq(parameters.iter().cloned()) {
        lost.push(format!("the facade says {parameters:?} for parameters"));
    }
    if !elements("/badRequestDetail/fields")
        .into_iter()
        .flatten()
        .eq(fields)
    {
        lost.push(format!("the facade says {fields:?} for badRequestDetail"));
    }
    lost
}

/// The kind of a documented status, where no code says otherwise.
fn kind_of(status: u16) -> Option<ErrorKind> {
    Some(match status {
        400 => ErrorKind::BadRequest,
        401 => ErrorKind::Unauthenticated,
        403 => ErrorKind::PermissionDenied,
        404 => ErrorKind::NotFound,
        410 => ErrorKind::Gone,
        429 => ErrorKind::RateLimited,
        500 => ErrorKind::Server,
        _ => return None,
    })
}

fn without_excused(mut violations: Vec<Violation>) -> Vec<Violation> {
    let mut used = BTreeSet::<(&str, &str)>::new();
    violations.retain(|violation| {
        let place = violation.place().to_string();
        let excuse = BROKEN_BY_EXAMPLES.iter().find(|(rule, _)| *rule == place);
        used.extend(excuse);
        excuse.is_none()
    });
    for excuse @ (rule, reason) in &BROKEN_BY_EXAMPLES {
        if !used.contains(excuse)
            && let Some(place) = Place::parse(rule, "")
        {
            let says = format!("is excused from the examples, but none breaks it ({reason})");
            violations.push(Violation::new(&place, says));
        }
    }
    violations
}
