//! Checks "decoding" and "overlay": the generated types decode exactly what the fragments, patched by
//! the overlay, allow, and they need every entry of the overlay.
//!
//! A derived schema is not enough: patterns are enforced by code, and `Timestamp` derives the schema of
//! any date. So valid bodies are modified at one place at a time, and the type and the schema have to
//! agree on each modified body.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::checks::{Context, Run};
use crate::generated::{self, GeneratedType};
use crate::json_schema::{Reading, Schemas};
use crate::mock::{documented, note_places, schema_for};
use crate::spec::{Node, Place, Spec, Violation};

/// The violations that are reported of one body. Further ones repeat them.
const MAX_VIOLATIONS: usize = 10;

/// A valid body with its modifications, and whether its generated type decodes each of them.
pub(crate) struct Sample {
    schema: Place,
    /// The first variant is the body itself.
    variants: Vec<Variant>,
}

struct Variant {
    change: String,
    body: Value,
    /// The error of decoding.
    error: Option<String>,
}

pub(crate) fn check(context: &Context<'_>) -> Vec<Violation> {
    disagreements(&context.merged, samples(context))
}

/// Checks that every overlay entry has an effect, and that the generated types follow it.
pub(crate) fn check_overlay(context: &Context<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (index, entry) in context.contract.overlay.iter().enumerate() {
        let target = &entry.target;
        // The check "completeness" reports an entry without a target.
        let Some(node) = context.contract.fragments.at(target) else {
            continue;
        };
        for member in entry.idle_members(&node) {
            let message = format!("sets {member} of {target} to the documented value");
            violations.push(Violation::new(&entry.place.child("patch"), message));
        }
        // The entry for a media type affects the generator only, which supports no other one.
        let is_of_types = !target.pointer().ends_with("/content");
        // Without the traffic of an operation, the need for an entry cannot be decided.
        let is_complete = context.runs.len() == context.operations.len();
        let (merged, _) = context.contract.without_entry(index).merged();
        if is_of_types
            && is_complete
            && generated::check(&merged).is_empty()
            && disagreements(&merged, samples(context)).is_empty()
        {
            let message = format!("is not needed: the generated types agree with {target}");
            violations.push(Violation::new(&entry.place, message));
        }
    }
    violations
}

/// Bodies that together contain every documented property, from the responses of the mock and the
/// examples of schemas.
fn samples<'a>(context: &'a Context<'_>) -> &'a [Sample] {
    context.samples.get_or_init(|| {
        let runs = context.runs.iter();
        let mut samples: Vec<_> = runs.flat_map(samples_of_responses).collect();
        for (_, schema) in context.contract.fragments.schemas() {
            let example = schema.get("example");
            samples.extend(example.and_then(|example| sample(&schema, example.value)));
        }
        samples
    })
}

fn samples_of_responses(run: &Run<'_>) -> Vec<Sample> {
    let mut samples = Vec::new();
    let mut wanted = documented(&run.operation);
    // A body for each value of an enum would be modified in the same ways.
    wanted.retain(|place| !place.pointer().contains("/enum/"));
    // The smallest bodies first, since a large one has many places to modify.
    let mut responses: Vec<_> = run.responses().collect();
    responses.sort_by_key(|response| (response.text.len(), &response.text));
    for response in responses {
        if wanted.is_empty() {
            break;
        }
        if let Some(schema) = schema_for(run, response) {
            let mut occurring = BTreeSet::new();
            note_places(&schema, Some(&response.body), &mut occurring);
            if !wanted.is_disjoint(&occurring) {
                wanted.retain(|place| !occurring.contains(place));
                samples.extend(sample(&schema, &response.body));
            }
        }
    }
    samples
}

fn sample(schema: &Node<'_>, body: &Value) -> Option<Sample> {
    let schema = schema.resolved().place;
    let generated = GeneratedType::named(schema.name())?;
    let variants = variants(body).into_iter().map(|(change, body)| Variant {
        change,
        error: generated.round_trip(&body).err().map(|it| it.to_string()),
        body,
    });
    Some(Sample {
        variants: variants.collect(),
        schema,
    })
}

/// The variants that a type decodes and its schema does not accept, or the reverse.
fn disagreements(merged: &Spec, samples: &[Sample]) -> Vec<Violation> {
    let schemas = match Schemas::of(merged, Reading::Decoded) {
        Ok(schemas) => schemas,
        Err(violation) => return vec![violation],
    };
    let mut violations = Vec::new();
    for Sample { schema, variants } in samples {
        let compare = |variant: &Variant| {
            let Variant { change, body, .. } = variant;
            let message = match (schemas.accepts(schema, body), &variant.error) {
                (true, Some(error)) => format!("rejects a body with {change} ({error})"),
                (false, None) => {
                    let why = schemas.violations(schema, body).into_iter().next();
                    let why = why.map(|why| why.to_string()).unwrap_or_default();
                    format!("decodes a body with {change}, contrary to {why}")
                }
                _ => return None,
            };
            let message = format!("the generated type {message}");
            Some(Violation::new(schema, message))
        };
        // If the body itself is a violation, so are most of its modifications.
        if let Some(violation) = compare(&variants[0]) {
            violations.push(violation);
        } else {
            let found = variants.iter().filter_map(compare);
            violations.extend(found.take(MAX_VIOLATIONS));
        }
    }
    violations
}

/// The body itself, and then the body with each place removed or replaced in turn.
fn variants(body: &Value) -> Vec<(String, Value)> {
    let mut variants = vec![("no change".to_owned(), body.clone())];
    for pointer in pointers(body) {
        for replacement in replacements() {
            let mut copy = body.clone();
            if let Some(slot) = copy.pointer_mut(&pointer) {
                let change = format!("{replacement} at {pointer:?}");
                *slot = replacement;
                variants.push((change, copy));
            }
        }
        if let Some((parent, name)) = pointer.rsplit_once('/') {
            let mut copy = body.clone();
            let parent = copy.pointer_mut(parent).and_then(Value::as_object_mut);
            if parent.is_some_and(|parent| parent.remove(name).is_some()) {
                variants.push((format!("nothing at {pointer:?}"), copy));
            }
        }
    }
    variants
}

/// Values of each type, and values at the limits of formats and patterns.
fn replacements() -> impl Iterator<Item = Value> {
    let texts = [
        "",
        "-",
        "no such value",
        "32B6E34B3D91647ABB20E7B8",
        "8.0.29-rc1",
        "2025-05-04T09:42:00.5Z",
        "2025-05-04T11:42:00+0200",
        "2025-05-04T09:42:00",
        "2025-05-04",
    ];
    let numbers = [0, -1, i64::from(i32::MAX) + 1, i64::MIN];
    let others = [
        json!(null),
        json!(true),
        json!([]),
        json!({}),
        json!(1.5),
        json!(u64::MAX),
    ];
    let values = others.into_iter().chain(numbers.map(Value::from));
    values.chain(texts.map(Value::from))
}

/// The pointers to all places of a body. Only the first element of a list is included.
fn pointers(body: &Value) -> Vec<String> {
    let mut children = Vec::new();
    if let Some(members) = body.as_object() {
        children.extend(members.iter().map(|(name, child)| (name.as_str(), child)));
    }
    children.extend(body.get(0).map(|child| ("0", child)));
    let mut all = vec![String::new()];
    for (name, child) in children {
        let below = pointers(child).into_iter();
        all.extend(below.map(|pointer| format!("/{name}{pointer}")));
    }
    all
}
