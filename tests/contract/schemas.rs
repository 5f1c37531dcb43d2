//! Suite (c), first half: what the generated types say of themselves is the documentation, patched
//! by the overlay.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::contract::Contract;
use crate::generated::{TYPES, derived_schemas};
use crate::json_schema::reads_null;
use crate::rust_type::RustType;
use crate::spec::{Node, Place};
use crate::violation::Violation;

/// Keywords that a derived schema cannot carry, each with the reason. One that excuses nothing is a
/// violation.
const NOT_CARRIED: [(&str, &str); 2] = [
    (
        "pattern",
        "enforced while decoding, by code the derive does not see; compared in decoding.rs",
    ),
    (
        "example",
        "never reaches the generated code; compared in examples.rs",
    ),
];

pub(crate) fn check(contract: &Contract) -> Vec<Violation> {
    let merged = match contract.overlay.merged(&contract.fragments) {
        Ok(merged) => merged,
        Err(violation) => return vec![violation],
    };
    let actual = derived_schemas();
    let mut excused = BTreeSet::new();
    let mut violations = Vec::new();
    for (name, schema) in merged.schemas() {
        match (expected(&schema, &mut excused), actual.get(name)) {
            (Ok(expected), Some(actual)) => {
                violations.extend(differences(&schema.place, &expected, actual));
            }
            (Ok(_), None) => violations.push(schema.violation("has no generated type")),
            (Err(violation), _) => violations.push(violation),
        }
    }
    let documented: BTreeSet<_> = merged.schemas().map(|(name, _)| name).collect();
    let anywhere = Place::new("openapi", "/components/schemas");
    for known in TYPES {
        if !documented.contains(known.component) {
            let says = format!("{} is generated but not documented", known.component);
            violations.push(Violation::new(&anywhere, says));
        }
    }
    for (keyword, reason) in NOT_CARRIED {
        if !excused.contains(keyword) {
            let says = format!("{keyword} is excused, but occurs nowhere ({reason})");
            violations.push(Violation::new(&anywhere, says));
        }
    }
    violations
}

fn differences(place: &Place, expected: &Value, actual: &Value) -> Vec<Violation> {
    json_patch::diff(expected, actual)
        .iter()
        .map(|step| {
            let pointer = step.path().to_string();
            let shown = |side: &Value| {
                side.pointer(&pointer)
                    .map_or("nothing".to_owned(), Value::to_string)
            };
            let says = format!(
                "at {pointer}: the generated type says {}, documentation and overlay say {}",
                shown(actual),
                shown(expected)
            );
            Violation::new(place, says)
        })
        .collect()
}

/// The JSON Schema that the type generated from `schema` has to derive.
fn expected(schema: &Node<'_>, excused: &mut BTreeSet<String>) -> Result<Value, Violation> {
    if let Some(reference) = reference(schema) {
        return Ok(reference);
    }
    let mut expected = Map::new();
    let rust_type = RustType::of(schema)?;
    for (keyword, node) in schema.members() {
        match keyword {
            "properties" => {
                let properties = node.members().into_iter();
                let properties = properties
                    .map(|(name, property)| {
                        let of_type = expected_property(schema, name, &property, excused)?;
                        Ok((name.to_owned(), of_type))
                    })
                    .collect::<Result<Map<_, _>, Violation>>()?;
                expected.insert(keyword.to_owned(), properties.into());
            }
            "items" => {
                expected.insert(keyword.to_owned(), self::expected(&node, excused)?);
            }
            "nullable" | "x-rust-type" => {}
            "type" | "format" if rust_type.is_some() => {}
            _ if NOT_CARRIED.iter().any(|(name, _)| *name == keyword) => {
                excused.insert(keyword.to_owned());
            }
            _ => {
                expected.insert(keyword.to_owned(), node.value.clone());
            }
        }
    }
    match rust_type {
        Some(RustType::OpenEnum(documented)) => {
            let documented = self::expected(&documented, excused)?;
            expected.insert("anyOf".into(), json!([documented, { "type": "string" }]));
        }
        Some(RustType::Timestamp) => {
            expected.insert("type".into(), json!("string"));
            expected.insert("format".into(), json!("date-time"));
        }
        None => {}
    }
    Ok(expected.into())
}

fn expected_property(
    object: &Node<'_>,
    name: &str,
    property: &Node<'_>,
    excused: &mut BTreeSet<String>,
) -> Result<Value, Violation> {
    let expected = expected(property, excused)?;
    Ok(
        if property.flag("nullable") || reads_null(object, name, property)? {
            or_null(expected)
        } else {
            expected
        },
    )
}

/// How schemars writes `Option`.
fn or_null(mut schema: Value) -> Value {
    if let Some(kind @ Value::String(_)) = schema.get_mut("type") {
        *kind = json!([kind, "null"]);
        return schema;
    }
    let Some(members) = schema.as_object_mut() else {
        return schema;
    };
    let description = members.remove("description");
    if !members.is_empty() {
        schema = json!({ "anyOf": [schema, { "type": "null" }] });
    }
    if let Some(description) = description {
        schema["description"] = description;
    }
    schema
}

/// A reference, as schemars writes it.
fn reference(schema: &Node<'_>) -> Option<Value> {
    let target = Place::parse(schema.text("$ref")?, &schema.place.file)?;
    Some(json!({ "$ref": format!("#/$defs/{}", target.name()) }))
}
