//! What the generator would get wrong: some by panicking, most without a word.

use serde_json::{Map, Value};

use super::bundle::{Bundle, child, reference};
use crate::failure::Failure;

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];
const NAMED_SCHEMA: &str = "#/components/schemas/";

/// Refuses the first thing the generator cannot be trusted with.
pub(super) fn inspect(bundle: &Bundle) -> Result<(), Failure> {
    let guard = Guard { bundle };
    guard.version()?;
    guard.walk("", &bundle.document)?;
    guard.operations()
}

struct Guard<'a> {
    bundle: &'a Bundle,
}

impl<'a> Guard<'a> {
    fn fail(&self, pointer: &str, problem: impl std::fmt::Display) -> Failure {
        Failure::new(self.bundle.place(pointer), problem)
    }

    fn version(&self) -> Result<(), Failure> {
        let version = self.bundle.document["openapi"].as_str().unwrap_or_default();
        if version.starts_with("3.0.") {
            return Ok(());
        }
        let problem = format!("not an OpenAPI 3.0 document: openapi is {version:?}");
        Err(self
            .fail("/openapi", problem)
            .help("the generator reads 3.0.x alone"))
    }

    /// Checks what holds for every node, wherever it is.
    fn walk(&self, pointer: &str, node: &Value) -> Result<(), Failure> {
        match node {
            Value::Object(members) => {
                self.node(pointer, members)?;
                for (name, member) in members {
                    if !is_data(name) {
                        self.walk(&child(pointer, name), member)?;
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.walk(&format!("{pointer}/{index}"), item)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn node(&self, pointer: &str, members: &Map<String, Value>) -> Result<(), Failure> {
        for keyword in ["anyOf", "oneOf"] {
            // A list, or else it is a property of that name.
            if members.get(keyword).is_some_and(Value::is_array) {
                let problem = format!("{keyword} is not supported");
                return Err(self.fail(&child(pointer, keyword), problem).help(
                    "the generator writes broken or mixed-up types for it; \
                     use one named schema, or let the overlay replace this one",
                ));
            }
        }
        if let Some(target) = members.get("$ref").and_then(Value::as_str)
            && target
                .strip_prefix('#')
                .is_none_or(|target| self.bundle.document.pointer(target).is_none())
        {
            return Err(self.fail(pointer, format!("{target} leads nowhere")));
        }
        if members.contains_key("x-rust-type") && !is_property(pointer) {
            return Err(self
                .fail(pointer, "x-rust-type on something other than a property")
                .help("put it on a property of a named schema; elsewhere the generator wraps the type"));
        }
        Ok(())
    }

    fn operations(&self) -> Result<(), Failure> {
        let paths = self.bundle.document["paths"].as_object();
        for (path, item) in paths.into_iter().flatten() {
            let pointer = child("/paths", path);
            if reference(item).is_some() {
                return Err(self.fail(&pointer, "a path by reference is not supported"));
            }
            for method in METHODS {
                if let Some(operation) = item.get(method) {
                    self.operation(&child(&pointer, method), operation)?;
                }
            }
        }
        Ok(())
    }

    fn operation(&self, pointer: &str, operation: &Value) -> Result<(), Failure> {
        let id = operation["operationId"].as_str().unwrap_or_default();
        if id.is_empty() {
            return Err(self
                .fail(pointer, "missing operationId")
                .help("it becomes the name of the client's method"));
        }
        let mut successes = None;
        let mut failures = None;
        let pointer = child(pointer, "responses");
        for (status, response) in operation["responses"].as_object().into_iter().flatten() {
            let at = child(&pointer, status);
            if status == "default" {
                return Err(self.fail(&at, "default response is not supported").help(
                    "it stands for success and failure alike, which the generator cannot; list the statuses",
                ));
            }
            let schema = self.response(&at, response)?;
            let outcome = if status.starts_with('2') {
                &mut successes
            } else {
                &mut failures
            };
            if outcome.replace(schema).is_some_and(|other| other != schema) {
                let problem = format!("responses of {id} with different schemas");
                return Err(self.fail(&at, problem).help(
                    "the generator knows one type for all successes and one for all failures",
                ));
            }
        }
        if successes.is_none() {
            return Err(self
                .fail(&pointer, format!("no success among the responses of {id}"))
                .help("the generator would hand out raw bytes; describe the 200"));
        }
        Ok(())
    }

    /// The named schema of a response's body.
    fn response(&self, pointer: &str, response: &'a Value) -> Result<&'a str, Failure> {
        // `walk` has seen to it that references resolve.
        let (pointer, response) = match reference(response).and_then(|to| to.strip_prefix('#')) {
            Some(target) => (
                target,
                self.bundle.document.pointer(target).unwrap_or(response),
            ),
            None => (pointer, response),
        };
        let at = child(pointer, "content");
        let content = response["content"].as_object();
        let Some((media_type, body)) = content.into_iter().flatten().next() else {
            return Err(self
                .fail(pointer, "response without content")
                .help("describe its body as application/json with a named schema"));
        };
        let mut media_types = content.into_iter().flat_map(Map::keys);
        if let Some(other) = media_types.find(|name| !is_json(name)) {
            let problem = format!("non-JSON response: {other}");
            return Err(self.fail(&child(&at, other), problem).help(
                "the generator would hand out raw bytes; let the overlay call it application/json",
            ));
        }
        let at = child(&at, media_type);
        let Some(schema) = body.get("schema") else {
            return Err(self
                .fail(&at, "response without schema")
                .help("refer to a named schema in components/schemas"));
        };
        reference(schema)
            .filter(|target| target.starts_with(NAMED_SCHEMA))
            .ok_or_else(|| {
                self.fail(&child(&at, "schema"), "inline response schema").help(
                    "the generator mixes up inline types; name it in components/schemas and refer to it",
                )
            })
    }
}

/// Whether a key holds data or extensions, in which keywords mean nothing.
fn is_data(key: &str) -> bool {
    ["example", "examples", "default", "enum"].contains(&key)
        || (key.starts_with("x-") && key != "x-rust-type")
}

fn is_property(pointer: &str) -> bool {
    let steps: Vec<&str> = pointer.split('/').collect();
    matches!(steps[..], ["", "components", "schemas", _, "properties", _])
}

fn is_json(media_type: &str) -> bool {
    media_type.split(';').next() == Some("application/json")
}
