//! Checks that refuse what the generator would get wrong, most of it silently.

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::OpenAPI;
use quote::ToTokens as _;
use serde::Deserialize as _;
use serde_json::Value;
use syn::{Attribute, Field, Ident, Item, LitStr};

use crate::{
    Failure,
    bundle::{Bundle, Input, child, mappings, members, reference},
};

const NAMED_SCHEMA: &str = "#/components/schemas/";
const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// A name without case and punctuation, which the generator adapts to Rust.
pub(crate) fn folded(name: &str) -> String {
    let letters = name.chars().filter(|it| it.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// The name that serde gives a field or variant.
pub(crate) fn wire_name(attributes: &[Attribute], ident: &Ident) -> String {
    let mut name = ident.to_string();
    for attribute in attributes.iter().filter(|it| it.path().is_ident("serde")) {
        // The parser may stop at other arguments; the generator writes `rename` first.
        let _ = attribute.parse_nested_meta(|argument| {
            if argument.path.is_ident("rename") {
                name = argument.value()?.parse::<LitStr>()?.value();
            }
            Ok(())
        });
    }
    name
}

/// Checks one fragment, which must be valid by itself.
pub(crate) fn check_fragment(fragment: &Input, fragments: &[Input]) -> Result<(), Failure> {
    let root = &fragment.document;
    for pointer in ["", "/paths", "/components"] {
        let node = root.pointer(pointer);
        if !node.map_or(pointer == "/components", Value::is_object) {
            let problem = "not a valid OpenAPI document: expected a mapping";
            return Err(fragment.fail(pointer, problem));
        }
    }
    let version = root["openapi"].as_str().unwrap_or_default();
    if !version.starts_with("3.0.") {
        let problem = format!("not an OpenAPI 3.0 document: openapi is {version:?}");
        return Err(fragment
            .fail("/openapi", problem)
            .help("the generator reads 3.0.x only"));
    }
    for (pointer, node) in mappings("", root) {
        // A mapping is not a type but a property of that name.
        let name = node.get("type").filter(|it| !it.is_object());
        if let Some(name) = name
            && !pointer.starts_with("/components/securitySchemes/")
            && !name.as_str().is_some_and(|name| TYPES.contains(&name))
        {
            let failure = fragment.fail(&child(&pointer, "type"), format!("unknown type {name}"));
            return Err(failure.help(format!("the types are {}", TYPES.join(", "))));
        }
    }
    OpenAPI::deserialize(root).map_err(|error| {
        Failure::new(
            &fragment.path,
            format!("not a valid OpenAPI document: {error}"),
        )
        .help("an OpenAPI validator reports the place; openapi/README.md names one")
    })?;
    for (pointer, node) in mappings("", root) {
        // Another fragment may have something of that name; the file that is named must have it.
        if let Some(target) = node.get("$ref").and_then(Value::as_str)
            && !exists(target, fragment, fragments)
        {
            return Err(fragment.fail(&pointer, format!("{target} does not exist")).help(
                "a target is `#<JSON pointer>` here, or `<file>#<JSON pointer>` in another fragment",
            ));
        }
    }
    Ok(())
}

fn exists(target: &str, from: &Input, fragments: &[Input]) -> bool {
    let Some((file, pointer)) = target.split_once('#') else {
        return false;
    };
    let named = match file.trim_start_matches("./") {
        "" => Some(from),
        name => fragments.iter().find(|fragment| fragment.name == name),
    };
    named.is_some_and(|fragment| fragment.document.pointer(pointer).is_some())
}

/// Checks the joined document, and returns the schema of the successes of each operation, by
/// [folded] operation id.
pub(crate) fn check_bundle(bundle: &Bundle) -> Result<BTreeMap<String, &str>, Failure> {
    for (pointer, node) in mappings("", &bundle.document) {
        for keyword in ["anyOf", "oneOf"] {
            // A list, or else it is a property of that name.
            if node.get(keyword).is_some_and(Value::is_array) {
                let problem = format!("{keyword} is not supported");
                return Err(bundle.fail(&child(&pointer, keyword), problem).help(
                    "the generator writes broken or mixed-up types for it; \
                     use one named schema, or let the overlay replace this one",
                ));
            }
        }
        if node.contains_key("x-rust-type") && !is_property(&pointer) {
            let problem = "x-rust-type on something other than a property";
            return Err(bundle.fail(&pointer, problem).help(
                "put it on a property of a named schema; elsewhere the generator wraps the type",
            ));
        }
    }
    for (path, item) in members(&bundle.document["paths"]) {
        if reference(item).is_some() {
            let problem = "a path by reference is not supported";
            return Err(bundle.fail(&child("/paths", path), problem));
        }
    }
    let mut successes = BTreeMap::new();
    let mut names: Vec<_> = bundle
        .schemas()
        .map(|(name, pointer, _)| ("Rust type", name, pointer))
        .collect();
    for (pointer, operation) in bundle.operations() {
        let (id, success) = check_operation(bundle, &pointer, operation)?;
        successes.insert(folded(id), success);
        names.push(("method", id, pointer));
    }
    let mut places = BTreeMap::new();
    for (kind, name, pointer) in names {
        let place = bundle.place(&pointer);
        if let Some(other) = places.insert((kind, folded(name)), place) {
            let problem = format!("{name} makes the same {kind} as {other}");
            return Err(bundle.fail(&pointer, problem).help("rename one of them"));
        }
    }
    Ok(successes)
}

pub(crate) fn is_property(pointer: &str) -> bool {
    let steps: Vec<&str> = pointer.split('/').collect();
    matches!(steps[..], ["", "components", "schemas", _, "properties", _])
}

/// Checks one operation, and returns its id and the schema of its successes.
fn check_operation<'a>(
    bundle: &'a Bundle,
    pointer: &str,
    operation: &'a Value,
) -> Result<(&'a str, &'a str), Failure> {
    let id = operation["operationId"].as_str().unwrap_or_default();
    if id.is_empty() {
        let failure = bundle.fail(pointer, "missing operationId");
        return Err(failure.help("it becomes the name of the client's method"));
    }
    let (mut successes, mut failures) = (None, None);
    let pointer = child(pointer, "responses");
    for (status, response) in members(&operation["responses"]) {
        let at = child(&pointer, status);
        if status == "default" {
            return Err(bundle.fail(&at, "default response is not supported").help(
                "it covers both success and failure, which the generator does not support; list the statuses",
            ));
        }
        let schema = check_response(bundle, at.clone(), response)?;
        let outcome = if status.starts_with('2') {
            &mut successes
        } else {
            &mut failures
        };
        if outcome.replace(schema).is_some_and(|other| other != schema) {
            let problem = format!("responses of {id} with different schemas");
            return Err(bundle.fail(&at, problem).help(
                "the generator supports one type for all successes and one for all failures",
            ));
        }
    }
    let problem = format!("no success among the responses of {id}");
    successes.map(|schema| (id, schema)).ok_or_else(|| {
        let failure = bundle.fail(&pointer, problem);
        failure.help("the generator would return raw bytes; describe the 200")
    })
}

/// Checks one response, and returns the named schema of its body.
fn check_response<'a>(
    bundle: &'a Bundle,
    pointer: String,
    response: &'a Value,
) -> Result<&'a str, Failure> {
    let (pointer, response) = bundle.resolve(pointer, response);
    let at = child(&pointer, "content");
    let content = || members(&response["content"]);
    let Some((media_type, body)) = content().next() else {
        let failure = bundle.fail(&pointer, "response without content");
        return Err(failure.help("describe its body as application/json with a named schema"));
    };
    let is_json = |name: &str| name.split(';').next() == Some("application/json");
    if let Some((other, _)) = content().find(|(name, _)| !is_json(name)) {
        let failure = bundle.fail(&child(&at, other), format!("non-JSON response: {other}"));
        return Err(failure.help(
            "the generator would return raw bytes; let the overlay rename it to application/json",
        ));
    }
    let at = child(&at, media_type);
    let Some(schema) = body.get("schema") else {
        let failure = bundle.fail(&at, "response without schema");
        return Err(failure.help("refer to a named schema in components/schemas"));
    };
    let named = reference(schema).filter(|target| target.starts_with(NAMED_SCHEMA));
    let Some(target) = named else {
        let failure = bundle.fail(&child(&at, "schema"), "inline response schema");
        return Err(failure.help(
            "the generator mixes up inline types; name it in components/schemas and refer to it",
        ));
    };
    check_patterns(bundle, target, &mut BTreeSet::new())?;
    Ok(target)
}

/// Refuses a pattern in a schema of a response or in one that it refers to.
fn check_patterns<'a>(
    bundle: &'a Bundle,
    target: &'a str,
    visited: &mut BTreeSet<&'a str>,
) -> Result<(), Failure> {
    let pointer = target.trim_start_matches('#');
    let schema = bundle.document.pointer(pointer);
    let Some(schema) = schema.filter(|_| visited.insert(target)) else {
        return Ok(());
    };
    for (at, node) in mappings(pointer, schema) {
        if node.get("pattern").is_some_and(Value::is_string) {
            let name = target.trim_start_matches(NAMED_SCHEMA);
            let problem = format!("a response uses the schema {name}, which has a pattern");
            return Err(bundle.fail(&child(&at, "pattern"), problem).help(
                "one odd value would lose its whole page; refer to a schema that no request uses, \
                 and remove its pattern in the overlay",
            ));
        }
        if let Some(target) = node.get("$ref").and_then(Value::as_str) {
            check_patterns(bundle, target, visited)?;
        }
    }
    Ok(())
}

/// The documented media type of each operation's success, by [folded] operation id.
///
/// It is read from the fragments before the overlay, which renames every media type to
/// `application/json` for the generator. `schemas` are those after the overlay.
pub(crate) fn media_types<'a>(
    documented: &'a Bundle,
    schemas: &BTreeMap<String, &str>,
) -> Result<BTreeMap<String, &'a str>, Failure> {
    let mut media_types = BTreeMap::new();
    for (pointer, operation) in documented.operations() {
        let id = operation["operationId"].as_str().unwrap_or_default();
        let pointer = child(&pointer, "responses");
        let mut sole = None;
        let responses = members(&operation["responses"]);
        for (status, response) in responses.filter(|(status, _)| status.starts_with('2')) {
            let (at, response) = documented.resolve(child(&pointer, status), response);
            let content = members(&response["content"]);
            for (media_type, body) in content.filter(|(name, _)| is_media_type(name)) {
                let at = child(&child(&at, "content"), media_type);
                if sole.replace(media_type).is_some_and(|it| it != media_type) {
                    let problem = format!("several media types among the successes of {id}");
                    return Err(documented
                        .fail(&at, problem)
                        .help("the client requests one; describe one version of the resource"));
                }
                let before = body.get("schema").and_then(reference);
                if let (Some(before), Some(after)) = (before, schemas.get(&folded(id)))
                    && before != *after
                {
                    let problem = format!("the overlay turns {before} into {after}");
                    return Err(documented.fail(&at, problem).help(
                        "it may change the media type of a response, but must keep the schema",
                    ));
                }
            }
        }
        let Some(media_type) = sole else {
            let problem = format!("no media type among the successes of {id}");
            let failure = documented.fail(&pointer, problem);
            return Err(failure.help("the fragment must have one, which the client requests"));
        };
        media_types.insert(folded(id), media_type);
    }
    Ok(media_types)
}

/// Leaves out extensions, and what no header can contain.
fn is_media_type(name: &str) -> bool {
    name.contains('/') && name.chars().all(|it| it == ' ' || it.is_ascii_graphic())
}

/// Checks that every property with an `x-rust-type` has that type among the generated `types`.
///
/// The generator silently ignores one with a mistake, and the field becomes a `String`.
pub(crate) fn check_rust_types(bundle: &Bundle, types: &mut [Item]) -> Result<(), Failure> {
    for (name, pointer, schema) in bundle.schemas() {
        for (property, node) in members(&schema["properties"]) {
            let Some(expected) = node.get("x-rust-type") else {
                continue;
            };
            let path = expected["path"].as_str().filter(|path| !path.is_empty());
            let field = field_mut(types, name, property);
            let actual = field.map(|field| type_text(field)).unwrap_or_default();
            if !actual
                .split(['<', ',', '>'])
                .any(|it| Some(it.trim_start_matches("::")) == path)
            {
                let pointer = child(&child(&pointer, "properties"), property);
                let problem = format!("the generator ignored x-rust-type {expected}");
                return Err(bundle.fail(&child(&pointer, "x-rust-type"), problem).help(
                    "crate must be atlas-snapshots-generated, path must begin with atlas_snapshots_generated::, \
                     version must be a requirement such as \"*\", and parameters must be schemas",
                ));
            }
        }
    }
    Ok(())
}

/// The field of a struct by its name in JSON.
pub(crate) fn field_mut<'a>(
    types: &'a mut [Item],
    name: &str,
    property: &str,
) -> Option<&'a mut Field> {
    let fields = types.iter_mut().find_map(|item| match item {
        Item::Struct(item) if item.ident == name => Some(&mut item.fields),
        _ => None,
    })?;
    fields.iter_mut().find(|field| {
        let ident = field.ident.as_ref();
        ident.is_some_and(|ident| wire_name(&field.attrs, ident) == property)
    })
}

/// The type of a field, without spaces.
pub(crate) fn type_text(field: &Field) -> String {
    field.ty.to_token_stream().to_string().replace(' ', "")
}
