//! Suite (c), second half: the generated types decode exactly what the documentation, patched by
//! the overlay, allows.
//!
//! A derived schema does not tell everything: patterns are enforced by code, and `Timestamp` derives
//! the schema of any date. So good bodies are spoilt, one place at a time, and the verdict of the
//! type is compared with that of the schema.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::contract::Contract;
use crate::evidence::Evidence;
use crate::generated::GeneratedType;
use crate::json_schema::{Reading, Schemas};
use crate::operation::Operation;
use crate::responses::{documented, note_shown, schema_for};
use crate::spec::{Node, Place, Spec};
use crate::violation::Violation;

/// More disagreements about one body than this repeat each other.
const MAX_VIOLATIONS: usize = 10;

/// A good body spoilt in many ways, and what its generated type makes of each.
pub(crate) struct Sample {
    schema: Place,
    trials: Vec<Trial>,
}

struct Trial {
    /// How the body was spoilt.
    how: String,
    body: Value,
    /// Why the type refuses it.
    refused: Option<String>,
}

/// Bodies that show all there is of every type: of the answers, and of the examples of schemas.
pub(crate) fn samples(fragments: &Spec, evidence: &[Evidence]) -> Result<Vec<Sample>, Violation> {
    let mut samples = Vec::new();
    for Evidence { case, answers, .. } in evidence {
        let operation = Operation::find(fragments, case.operation_id)?;
        samples.extend(of_answers(&operation, answers)?);
    }
    for (_, schema) in fragments.schemas() {
        if let Some(example) = schema.get("example") {
            samples.extend(sample(&schema, example.value)?);
        }
    }
    Ok(samples)
}

fn of_answers(operation: &Operation<'_>, answers: &[Answer]) -> Result<Vec<Sample>, Violation> {
    let mut samples = Vec::new();
    // Properties alone: a body for each word of an enum would be spoilt in the same ways.
    let is_property = |place: &Place| !place.pointer.contains("/enum/");
    let mut wanted = documented(operation)?;
    wanted.retain(is_property);
    // The smallest first, so that large ones have nothing to add, and few are looked at.
    let mut answers: Vec<_> = answers.iter().collect();
    answers.sort_by_key(|answer| answer.text.len());
    for answer in answers {
        if wanted.is_empty() {
            break;
        }
        if let Some(schema) = schema_for(operation, answer) {
            let mut shown = BTreeSet::new();
            note_shown(&schema, &answer.body, &mut shown)?;
            if !wanted.is_disjoint(&shown) {
                wanted.retain(|place| !shown.contains(place));
                samples.extend(sample(&schema, &answer.body)?);
            }
        }
    }
    Ok(samples)
}

fn sample(schema: &Node<'_>, body: &Value) -> Result<Option<Sample>, Violation> {
    let schema = schema.resolved()?.place;
    Ok(GeneratedType::named(schema.name()).map(|generated| {
        let trials = spoilt(body).into_iter().map(|(how, body)| Trial {
            how,
            refused: generated
                .round_trip(&body)
                .err()
                .map(|error| error.to_string()),
            body,
        });
        Sample {
            trials: trials.collect(),
            schema,
        }
    }))
}

pub(crate) fn check(contract: &Contract, samples: &[Sample]) -> Result<Vec<Violation>, Violation> {
    let merged = contract.overlay.merged(&contract.fragments)?;
    let schemas = Schemas::of(&merged, Reading::Decoded)?;
    let disagreements = samples
        .iter()
        .flat_map(|sample| disagreements(&schemas, sample));
    Ok(disagreements.collect())
}

/// Whether [`check`] would find anything, for less.
pub(crate) fn agrees(contract: &Contract, samples: &[Sample]) -> Result<bool, Violation> {
    let merged = contract.overlay.merged(&contract.fragments)?;
    let schemas = Schemas::of(&merged, Reading::Decoded)?;
    let mut disagreements = samples
        .iter()
        .flat_map(|sample| disagreements(&schemas, sample));
    Ok(disagreements.next().is_none())
}

fn disagreements<'a>(
    schemas: &'a Schemas,
    sample: &'a Sample,
) -> impl Iterator<Item = Violation> + 'a {
    let Sample { schema, trials } = sample;
    let judge = move |Trial { how, body, refused }: &Trial| {
        let verdict = match (schemas.accepts(schema, body), refused) {
            (Err(violation), _) => return Some(violation),
            (Ok(true), Some(why)) => format!("refuses a body with {how} ({why})"),
            (Ok(false), None) => {
                let why = schemas.violations(schema, body);
                let why = why.first().map(ToString::to_string).unwrap_or_default();
                format!("decodes a body with {how}, contrary to {why}")
            }
            _ => return None,
        };
        Some(Violation::new(
            schema,
            format!("the generated type {verdict}"),
        ))
    };
    // A body that is wrong as it is stays wrong however it is spoilt.
    let (sound, spoilt) = trials.split_at(1);
    let unsound = sound.iter().find_map(judge);
    let spoilt = spoilt.iter().filter_map(judge);
    let limit = if unsound.is_some() { 0 } else { MAX_VIOLATIONS };
    unsound.into_iter().chain(spoilt.take(limit))
}

/// The body itself first, then the body with each place removed or replaced in turn.
fn spoilt(body: &Value) -> Vec<(String, Value)> {
    let mut spoilt = vec![("nothing changed".to_owned(), body.clone())];
    for pointer in pointers(body) {
        for replacement in replacements() {
            let mut copy = body.clone();
            if let Some(slot) = copy.pointer_mut(&pointer) {
                let how = format!("{replacement} at {pointer:?}");
                *slot = replacement;
                spoilt.push((how, copy));
            }
        }
        if let Some((parent, name)) = pointer.rsplit_once('/') {
            let mut copy = body.clone();
            let parent = copy.pointer_mut(parent).and_then(Value::as_object_mut);
            if parent.is_some_and(|parent| parent.remove(name).is_some()) {
                spoilt.push((format!("nothing at {pointer:?}"), copy));
            }
        }
    }
    spoilt
}

/// One of each type, and what lies at the edges of formats and patterns.
fn replacements() -> [Value; 19] {
    [
        json!(null),
        json!(true),
        json!([]),
        json!({}),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(i64::from(i32::MAX) + 1),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(""),
        json!("-"),
        json!("no such word"),
        json!("32B6E34B3D91647ABB20E7B8"),
        json!("8.0.29-rc1"),
        json!("2025-05-04T09:42:00.5Z"),
        json!("2025-05-04T11:42:00+0200"),
        json!("2025-05-04T09:42:00"),
        json!("2025-05-04"),
    ]
}

/// Every place of a body; of a list, its first element.
fn pointers(body: &Value) -> Vec<String> {
    let below = |name: &str, child: &Value| {
        let below = pointers(child).into_iter();
        below.map(|pointer| format!("/{name}{pointer}")).collect()
    };
    let children: Vec<Vec<String>> = match body {
        Value::Object(members) => members
            .iter()
            .map(|(name, child)| below(name, child))
            .collect(),
        Value::Array(elements) => elements
            .iter()
            .take(1)
            .map(|child| below("0", child))
            .collect(),
        _ => Vec::new(),
    };
    [vec![String::new()], children.concat()].concat()
}
