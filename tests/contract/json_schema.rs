//! OpenAPI 3.0 schemas as JSON Schema, for a validator.
//!
//! OpenAPI 3.0 is JSON Schema of draft 4's time, where `$ref` hides its siblings, so little needs
//! translating. What is not understood is a violation: a rule nobody enforces would pass for kept.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use jsonschema::{Draft, Registry, Validator};
use serde_json::{Map, Value, json};

use crate::rust_type::{RustType, TIMESTAMP, is_timestamp};
use crate::spec::{Node, Place, Spec};
use crate::violation::Violation;

/// Keywords that mean the same in both languages.
const SAME: [&str; 15] = [
    "$ref",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "multipleOf",
    "pattern",
    "required",
    "type",
    "uniqueItems",
];

/// Keywords that rule nothing out.
const NOTES: [&str; 6] = [
    "default",
    "deprecated",
    "description",
    "example",
    "externalDocs",
    "title",
];

/// Longest message of the validator that is shown whole; some quote entire bodies.
const MAX_MESSAGE: usize = 300;

const SCHEME: &str = "openapi:///";

/// How schemas are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Word for word, and what is not documented does not exist: objects are closed.
    Documented,
    /// As generated code reads: further members are skipped, `null` is as good as absent where a
    /// member is optional, and `x-rust-type` decides.
    Decoded,
}

/// The schemas of all fragments, ready to validate with. Nothing is ever fetched.
pub(crate) struct Schemas {
    registry: Registry<'static>,
    validators: RefCell<BTreeMap<Place, Rc<Validator>>>,
}

impl Schemas {
    pub(crate) fn of(spec: &Spec, reading: Reading) -> Result<Self, Violation> {
        let mut registry = Registry::new().draft(Draft::Draft4);
        for file in spec.files() {
            let mut document = file.value.clone();
            for schema in schemas_below(&file) {
                if let Some(slot) = document.pointer_mut(&schema.place.pointer) {
                    *slot = translate(&schema, reading)?;
                }
            }
            registry = registry
                .add(uri(&file.place), document)
                .map_err(|error| file.violation(error.to_string()))?;
        }
        let registry = registry.prepare().map_err(|error| {
            Violation::new(
                &Place::new("", ""),
                format!("not a set of schemas: {error}"),
            )
        })?;
        Ok(Self {
            registry,
            validators: RefCell::default(),
        })
    }

    /// Everything in which `instance` breaks the schema at `place`.
    pub(crate) fn violations(&self, place: &Place, instance: &Value) -> Vec<Violation> {
        let validator = match self.validator(place) {
            Ok(validator) => validator,
            Err(violation) => return vec![violation],
        };
        validator
            .iter_errors(instance)
            .map(|error| {
                let keyword = error
                    .absolute_keyword_location()
                    .and_then(|uri| place_of(uri.as_str()));
                let at = match error.instance_path().as_str() {
                    "" => String::new(),
                    pointer => format!("at {pointer}: "),
                };
                let mut says = format!("{at}{error}");
                if let Some((end, _)) = says.char_indices().nth(MAX_MESSAGE) {
                    says.truncate(end);
                    says.push('…');
                }
                Violation::new(keyword.as_ref().unwrap_or(place), says)
            })
            .collect()
    }

    pub(crate) fn accepts(&self, place: &Place, instance: &Value) -> Result<bool, Violation> {
        Ok(self.validator(place)?.is_valid(instance))
    }

    fn validator(&self, place: &Place) -> Result<Rc<Validator>, Violation> {
        if let Some(validator) = self.validators.borrow().get(place) {
            return Ok(Rc::clone(validator));
        }
        let validator = jsonschema::options()
            .with_draft(Draft::Draft4)
            .with_registry(&self.registry)
            .with_format(TIMESTAMP, is_timestamp)
            .should_validate_formats(true)
            .should_ignore_unknown_formats(false)
            .offline()
            .build(&json!({ "$ref": uri(place) }))
            .map_err(|error| Violation::new(place, format!("is not a schema: {error}")))?;
        let validator = Rc::new(validator);
        let mut validators = self.validators.borrow_mut();
        validators.insert(place.clone(), Rc::clone(&validator));
        Ok(validator)
    }
}

fn uri(place: &Place) -> String {
    // Path templates have braces, which a URI does not.
    let place = place.to_string().replace('{', "%7B").replace('}', "%7D");
    format!("{SCHEME}{place}")
}

/// The place behind a [`uri`].
fn place_of(uri: &str) -> Option<Place> {
    let place = uri.strip_prefix(SCHEME)?;
    Place::parse(&place.replace("%7B", "{").replace("%7D", "}"), "")
}

/// Every schema that is not part of another one.
fn schemas_below<'a>(node: &Node<'a>) -> Vec<Node<'a>> {
    let mut found = Vec::new();
    for (name, child) in node.members() {
        match name {
            "schema" => found.push(child),
            "schemas" if node.place.name() == "components" => found.extend(child.children()),
            "example" | "examples" => {}
            _ => found.extend(schemas_below(&child)),
        }
    }
    for child in node.elements() {
        found.extend(schemas_below(&child));
    }
    found
}

fn translate(schema: &Node<'_>, reading: Reading) -> Result<Value, Violation> {
    if reading == Reading::Decoded
        && let Some(rust_type) = RustType::of(schema)?
    {
        return Ok(rust_type.accepted());
    }
    let mut translated = Map::new();
    for (keyword, node) in schema.members() {
        match keyword {
            "properties" => {
                let mut properties = Map::new();
                for (name, property) in node.members() {
                    let mut inner = translate(&property, reading)?;
                    if reading == Reading::Decoded && reads_null(schema, name, &property)? {
                        inner = json!({ "anyOf": [inner, { "type": "null" }] });
                    }
                    properties.insert(name.to_owned(), inner);
                }
                translated.insert(keyword.to_owned(), properties.into());
            }
            "items" => {
                translated.insert(keyword.to_owned(), translate(&node, reading)?);
            }
            "format" => match node.value.as_str() {
                Some("date-time") => {
                    translated.insert(keyword.to_owned(), node.value.clone());
                }
                Some("int32") => {
                    translated.insert("allOf".to_owned(), range(i32::MIN, i32::MAX));
                }
                Some("int64") => {
                    translated.insert("allOf".to_owned(), range(i64::MIN, i64::MAX));
                }
                _ => return Err(node.violation("is no format these suites can check")),
            },
            "nullable" => {}
            _ if SAME.contains(&keyword) => {
                translated.insert(keyword.to_owned(), node.value.clone());
            }
            _ if NOTES.contains(&keyword) || keyword.starts_with("x-") => {}
            _ => return Err(node.violation("is no keyword these suites can check")),
        }
    }
    if schema.flag("nullable")
        && let Some(kind) = schema.text("type")
    {
        translated.insert("type".to_owned(), json!([kind, "null"]));
    }
    if reading == Reading::Documented && translated.contains_key("properties") {
        translated.insert("additionalProperties".to_owned(), json!(false));
    }
    Ok(translated.into())
}

fn range(minimum: impl Into<Value>, maximum: impl Into<Value>) -> Value {
    json!([{ "minimum": minimum.into(), "maximum": maximum.into() }])
}

/// Whether generated code takes `null` for a property that is not nullable: all that is optional
/// becomes an `Option`, which cannot tell absent from `null`; but for lists, which become a `Vec`.
pub(crate) fn reads_null(
    object: &Node<'_>,
    name: &str,
    property: &Node<'_>,
) -> Result<bool, Violation> {
    let is_list = property.resolved()?.text("type") == Some("array");
    Ok(!is_required(object, name) && !is_list)
}

fn is_required(object: &Node<'_>, name: &str) -> bool {
    let required = object.get("required").into_iter();
    let mut required = required.flat_map(|names| names.elements());
    required.any(|required| required.value.as_str() == Some(name))
}
