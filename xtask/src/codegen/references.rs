//! JSON pointers and the references made of them, within a fragment and from one to another.

use serde_json::Value;

use super::{inputs::Input, is_data};
use crate::failure::Failure;

/// Refuses a reference that leads nowhere in the very file it names, even where another fragment has
/// something of that name: each fragment has to be right by itself.
pub(super) fn check(fragment: &Input, fragments: &[Input]) -> Result<(), Failure> {
    walk(fragment, fragments, "", &fragment.document)
}

fn walk(fragment: &Input, fragments: &[Input], pointer: &str, node: &Value) -> Result<(), Failure> {
    if let Some(target) = reference(node)
        && !leads_somewhere(target, fragment, fragments)
    {
        let problem = format!("{target} leads nowhere");
        return Err(Failure::new(fragment.place(pointer), problem).help(
            "a target is `#<JSON pointer>` here, or `<file>#<JSON pointer>` in another fragment",
        ));
    }
    match node {
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| !is_data(name))
            .try_for_each(|(name, member)| {
                walk(fragment, fragments, &child(pointer, name), member)
            }),
        Value::Array(items) => items.iter().enumerate().try_for_each(|(index, item)| {
            walk(fragment, fragments, &format!("{pointer}/{index}"), item)
        }),
        _ => Ok(()),
    }
}

fn leads_somewhere(target: &str, from: &Input, fragments: &[Input]) -> bool {
    let Some((file, pointer)) = target.split_once('#') else {
        return false;
    };
    let named = match file.trim_start_matches("./") {
        "" => Some(from),
        name => fragments.iter().find(|fragment| fragment.name == name),
    };
    named.is_some_and(|fragment| fragment.document.pointer(pointer).is_some())
}

/// Makes references to other fragments references within one document.
pub(super) fn localize(node: &mut Value) {
    match node {
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(target) if key == "$ref" => {
                        if let Some(file) = target.find('#') {
                            *target = target.split_off(file);
                        }
                    }
                    _ => localize(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(localize),
        _ => {}
    }
}

/// The target of a reference object.
pub(super) fn reference(node: &Value) -> Option<&str> {
    node.get("$ref")?.as_str()
}

/// The JSON pointer of a member, escaped as RFC 6901 asks.
pub(super) fn child(parent: &str, name: &str) -> String {
    format!("{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
}
