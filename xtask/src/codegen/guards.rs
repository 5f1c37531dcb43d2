//! What the generator would get wrong: some by panicking, most without a word.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    bundle::Bundle,
    is_data, name,
    references::{child, reference},
};
use crate::failure::Failure;

const NAMED_SCHEMA: &str = "#/components/schemas/";

/// Refuses the first thing the generator cannot be trusted with.
pub(super) fn inspect(bundle: &Bundle) -> Result<(), Failure> {
    let guard = Guard { bundle };
    guard.walk("", &bundle.document)?;
    guard.names()?;
    guard.operations()
}

struct Guard<'a> {
    bundle: &'a Bundle,
}

impl<'a> Guard<'a> {
    fn fail(&self, pointer: &str, problem: impl std::fmt::Display) -> Failure {
        Failure::new(self.bundle.place(pointer), problem)
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
        if members.contains_key("x-rust-type") && !is_property(pointer) {
            return Err(self
                .fail(pointer, "x-rust-type on something other than a property")
                .help("put it on a property of a named schema; elsewhere the generator wraps the type"));
        }
        Ok(())
    }

    /// Checks that no two schemas become one Rust type, whichever fragments they are in.
    fn names(&self) -> Result<(), Failure> {
        let mut types = BTreeMap::new();
        let schemas = self.bundle.document["components"]["schemas"].as_object();
        for schema in schemas.into_iter().flat_map(Map::keys) {
            let pointer = child("/components/schemas", schema);
            if let Some(other) = types.insert(name::folded(schema), pointer.clone()) {
                let other = self.bundle.place(&other);
                let problem = format!("{schema} makes the same Rust type as {other}");
                return Err(self.fail(&pointer, problem).help("rename one of them"));
            }
        }
        Ok(())
    }

    fn operations(&self) -> Result<(), Failure> {
        for (pointer, item) in self.bundle.paths() {
            if reference(item).is_some() {
                return Err(self.fail(&pointer, "a path by reference is not supported"));
            }
        }
        let mut methods = BTreeMap::new();
        for (pointer, operation) in self.bundle.operations() {
            let id = self.operation(&pointer, operation)?;
            if let Some(other) = methods.insert(name::folded(id), pointer.clone()) {
                let other = self.bundle.place(&other);
                let problem = format!("operationId {id} makes the same method as {other}");
                return Err(self.fail(&pointer, problem).help("rename one of them"));
            }
        }
        Ok(())
    }

    /// Checks one operation and answers its id.
    fn operation(&self, pointer: &str, operation: &'a Value) -> Result<&'a str, Failure> {
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
        Ok(id)
    }

    /// The named schema of a response's body.
    fn response(&self, pointer: &str, response: &'a Value) -> Result<&'a str, Failure> {
        let (pointer, response) = self.bundle.resolve(pointer.to_owned(), response);
        let at = child(&pointer, "content");
        let content = response["content"].as_object();
        let Some((media_type, body)) = content.into_iter().flatten().next() else {
            return Err(self
                .fail(&pointer, "response without content")
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

fn is_property(pointer: &str) -> bool {
    let steps: Vec<&str> = pointer.split('/').collect();
    matches!(steps[..], ["", "components", "schemas", _, "properties", _])
}

fn is_json(media_type: &str) -> bool {
    media_type.split(';').next() == Some("application/json")
}
