//! Suite (a): what the mock answers is documented, and what is documented is answered.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::answer::Answer;
use crate::json_schema::{Reading, Schemas};
use crate::operation::Operation;
use crate::spec::{Node, Place, Spec};
use crate::violation::Violation;

pub(crate) fn check(
    fragments: &Spec,
    operation_id: &str,
    answers: &[Answer],
) -> Result<Vec<Violation>, Violation> {
    let operation = Operation::find(fragments, operation_id)?;
    let schemas = Schemas::of(fragments, Reading::Documented)?;
    let mut violations = Vec::new();
    let mut shown = BTreeSet::new();
    for answer in answers {
        violations.extend(judge(&operation, &schemas, answer));
        if let Some(schema) = schema_for(&operation, answer) {
            note_shown(&schema, &answer.body, &mut shown)?;
        }
    }
    violations.extend(never_shown(&operation, answers, &shown)?);
    Ok(violations)
}

/// Everything undocumented about one answer.
pub(crate) fn judge(
    operation: &Operation<'_>,
    schemas: &Schemas,
    answer: &Answer,
) -> Vec<Violation> {
    let Some(response) = operation.responses.get(&answer.status) else {
        let responses = operation.place.child("responses");
        return vec![Violation::new(
            &responses,
            format!("{answer}, which is not documented"),
        )];
    };
    let Some(schema) = schema_for(operation, answer) else {
        let says = format!(
            "{answer} as {:?}, which is not documented",
            answer.media_type
        );
        return vec![Violation::new(&response.place.child("content"), says)];
    };
    let violations = schemas.violations(&schema.place, &answer.body).into_iter();
    violations.map(|violation| violation.of(answer)).collect()
}

/// The documented schema of an answer's body.
pub(crate) fn schema_for<'a>(operation: &Operation<'a>, answer: &Answer) -> Option<Node<'a>> {
    let contents = &operation.responses.get(&answer.status)?.contents;
    let (_, content) = contents
        .iter()
        .find(|(media_type, _)| *media_type == answer.media_type)?;
    content.get("schema")
}

/// What is documented, though the mock never answers it: checks of it would be empty.
fn never_shown(
    operation: &Operation<'_>,
    answers: &[Answer],
    shown: &BTreeSet<Place>,
) -> Result<Vec<Violation>, Violation> {
    let mut violations = Vec::new();
    for (status, response) in &operation.responses {
        if !answers.iter().any(|answer| answer.status == *status) {
            let says = format!("the mock never answers {status}");
            violations.push(Violation::new(&response.place, says));
        }
    }
    let documented = documented(operation)?;
    let never = documented.difference(shown);
    violations.extend(never.map(|place| Violation::new(place, "the mock never shows it")));
    Ok(violations)
}

/// Every property and every enum value that an answer may show.
pub(crate) fn documented(operation: &Operation<'_>) -> Result<BTreeSet<Place>, Violation> {
    let mut documented = BTreeSet::new();
    let contents = operation
        .responses
        .values()
        .flat_map(|response| &response.contents);
    for (_, content) in contents {
        note_documented(&content.need("schema")?, &mut documented)?;
    }
    Ok(documented)
}

/// Notes every property and every enum value that `value` shows.
pub(crate) fn note_shown(
    schema: &Node<'_>,
    value: &Value,
    shown: &mut BTreeSet<Place>,
) -> Result<(), Violation> {
    let schema = schema.resolved()?;
    for (name, property) in schema.get("properties").iter().flat_map(Node::members) {
        if let Some(member) = value.get(name) {
            shown.insert(property.place.clone());
            note_shown(&property, member, shown)?;
        }
    }
    if let Some(items) = schema.get("items") {
        for element in value.as_array().into_iter().flatten() {
            note_shown(&items, element, shown)?;
        }
    }
    let words = schema.get("enum").into_iter();
    shown.extend(
        words
            .flat_map(|words| words.elements())
            .filter(|word| word.value == value)
            .map(|word| word.place),
    );
    Ok(())
}

fn note_documented(schema: &Node<'_>, documented: &mut BTreeSet<Place>) -> Result<(), Violation> {
    let schema = schema.resolved()?;
    for (_, property) in schema.get("properties").iter().flat_map(Node::members) {
        if documented.insert(property.place.clone()) {
            note_documented(&property, documented)?;
        }
    }
    if let Some(items) = schema.get("items") {
        note_documented(&items, documented)?;
    }
    let words = schema.get("enum").into_iter();
    documented.extend(
        words
            .flat_map(|words| words.elements())
            .map(|word| word.place),
    );
    Ok(())
}
