//! JSON Schema validators for the OpenAPI 3.0 schemas of the fragments.
//!
//! OpenAPI 3.0 schemas are close to JSON Schema draft 4, so little is translated. An unknown keyword is
//! a violation, because otherwise a rule would pass that nothing enforces.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use jsonschema::{Draft, Registry, Validator};
use serde_json::{Map, Value, json};

use crate::spec::{Node, Place, Spec, Violation};

/// Keywords with the same meaning in both languages.
const SHARED_KEYWORDS: &str = "$ref enum exclusiveMaximum exclusiveMinimum maxItems maxLength \
    maximum minItems minLength minimum multipleOf pattern required type uniqueItems";

/// Keywords that do not restrict values.
const ANNOTATIONS: &str = "default deprecated description example externalDocs nullable title";

/// The longest message of the validator that is kept whole. Some messages quote an entire body.
const MAX_MESSAGE: usize = 300;

const SCHEME: &str = "openapi:///";

const UUID: &str = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";

/// The format of a `Timestamp` in the validator.
const TIMESTAMP: &str = "timestamp";

/// How a schema is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Literally. An object has no members other than the documented ones.
    Documented,
    /// As generated code decodes: further members are skipped, `null` is accepted for an optional
    /// member, and `x-rust-type` decides.
    Decoded,
}

/// The validators for the schemas of all fragments.
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
                if let Some(slot) = document.pointer_mut(schema.place.pointer()) {
                    *slot = translate(&schema, reading)?;
                }
            }
            registry = registry
                .add(uri(&file.place), document)
                .map_err(|error| file.violation(error.to_string()))?;
        }
        let registry = registry.prepare().map_err(|error| {
            let message = format!("the schemas cannot be used together: {error}");
            Violation::new(&Place("openapi#".to_owned()), message)
        })?;
        Ok(Self {
            registry,
            validators: RefCell::default(),
        })
    }

    /// All violations of the schema at `place` by `instance`.
    pub(crate) fn violations(&self, place: &Place, instance: &Value) -> Vec<Violation> {
        let validator = match self.validator(place) {
            Ok(validator) => validator,
            Err(violation) => return vec![violation],
        };
        let errors = validator.iter_errors(instance).map(|error| {
            let keyword = error.absolute_keyword_location();
            let keyword = keyword.and_then(|uri| place_of(uri.as_str()));
            let mut message = match error.instance_path().as_str() {
                "" => error.to_string(),
                pointer => format!("at {pointer}: {error}"),
            };
            if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE) {
                message.truncate(end);
                message.push('…');
            }
            Violation::new(keyword.as_ref().unwrap_or(place), message)
        });
        errors.collect()
    }

    /// Whether the schema at `place` accepts `instance`. An invalid schema accepts nothing.
    pub(crate) fn accepts(&self, place: &Place, instance: &Value) -> bool {
        self.validator(place)
            .is_ok_and(|validator| validator.is_valid(instance))
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
            .build(&json!({ "$ref": uri(place) }))
            .map_err(|error| Violation::new(place, format!("is not a schema: {error}")))?;
        let validator = Rc::new(validator);
        let mut validators = self.validators.borrow_mut();
        validators.insert(place.clone(), Rc::clone(&validator));
        Ok(validator)
    }
}

/// The URI of a place. Path templates contain braces, which a URI must not.
fn uri(place: &Place) -> String {
    let place = place.0.replace('{', "%7B").replace('}', "%7D");
    format!("{SCHEME}{place}")
}

/// The place of a [`uri`].
fn place_of(uri: &str) -> Option<Place> {
    let place = uri.strip_prefix(SCHEME)?;
    Some(Place(place.replace("%7B", "{").replace("%7D", "}")))
}

/// Every schema that is not part of another schema.
fn schemas_below<'a>(node: &Node<'a>) -> Vec<Node<'a>> {
    let mut found = Vec::new();
    for child in node.children() {
        match child.place.name() {
            "schema" => found.push(child),
            "schemas" if node.place.name() == "components" => found.extend(child.children()),
            "example" | "examples" => {}
            _ => found.extend(schemas_below(&child)),
        }
    }
    found
}

fn translate(schema: &Node<'_>, reading: Reading) -> Result<Value, Violation> {
    if reading == Reading::Decoded
        && let Some(decoded) = rust_type(schema)?
    {
        return Ok(decoded);
    }
    let mut translated = Map::new();
    for (keyword, node) in schema.members() {
        let (name, value) = match (keyword, node.value.as_str()) {
            ("properties", _) => {
                let mut properties = Map::new();
                for (name, property) in node.members() {
                    let mut inner = translate(&property, reading)?;
                    if reading == Reading::Decoded && accepts_null(schema, name, &property) {
                        inner = json!({ "anyOf": [inner, { "type": "null" }] });
                    }
                    properties.insert(name.to_owned(), inner);
                }
                (keyword, properties.into())
            }
            ("items", _) => (keyword, translate(&node, reading)?),
            ("format", Some("date-time")) => (keyword, node.value.clone()),
            ("format", Some("uuid")) => ("allOf", json!([{ "pattern": UUID }])),
            // Every number of JSON is one.
            ("format", Some("double")) => continue,
            ("format", Some("int32")) => ("allOf", range(i32::MIN, i32::MAX)),
            ("format", Some("int64")) => ("allOf", range(i64::MIN, i64::MAX)),
            ("format", _) => {
                return Err(node.violation("is not a format that these tests can check"));
            }
            _ if is_listed(SHARED_KEYWORDS, keyword) => (keyword, node.value.clone()),
            _ if is_listed(ANNOTATIONS, keyword) || keyword.starts_with("x-") => continue,
            _ => return Err(node.violation("is not a keyword that these tests can check")),
        };
        translated.insert(name.to_owned(), value);
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

fn is_listed(list: &str, keyword: &str) -> bool {
    list.split(' ').any(|listed| listed == keyword)
}

fn range(minimum: impl Into<Value>, maximum: impl Into<Value>) -> Value {
    json!([{ "minimum": minimum.into(), "maximum": maximum.into() }])
}

/// Whether generated code accepts `null` for a property. Every optional property becomes an `Option`,
/// except for a list, which becomes a `Vec`.
fn accepts_null(object: &Node<'_>, name: &str, property: &Node<'_>) -> bool {
    let mut required = object.elements_of("required").into_iter();
    let is_required = required.any(|required| required.value.as_str() == Some(name));
    !is_required && property.resolved().text("type") != Some("array")
}

/// What the hand-written type that `x-rust-type` names decodes, as a schema.
fn rust_type(schema: &Node<'_>) -> Result<Option<Value>, Violation> {
    let Some(named) = schema.get("x-rust-type") else {
        return Ok(None);
    };
    let is_date = ["type", "format"].map(|keyword| schema.text(keyword))
        == [Some("string"), Some("date-time")];
    match named.need_text("path")? {
        "atlas_snapshots_generated::OpenEnum" => Ok(Some(json!({ "type": "string" }))),
        "atlas_snapshots_generated::Timestamp" if is_date => {
            Ok(Some(json!({ "type": "string", "format": TIMESTAMP })))
        }
        "atlas_snapshots_generated::Timestamp" => {
            Err(schema.violation("is decoded as a Timestamp, but is not a date-time"))
        }
        other => Err(named.violation(format!("names {other}, which these tests do not know"))),
    }
}

/// Whether a `Timestamp` accepts this text: RFC 3339, or an offset of ISO 8601 such as `+0200`.
fn is_timestamp(text: &str) -> bool {
    let is_rfc3339 = |text: &str| chrono::DateTime::parse_from_rfc3339(text).is_ok();
    let with_colon = || {
        let (rest, minutes) = text.split_at_checked(text.len().checked_sub(2)?)?;
        Some(format!("{rest}:{minutes}"))
    };
    is_rfc3339(text) || with_colon().is_some_and(|text| is_rfc3339(&text))
}
