//! Several fragments made one document, since the generator takes one.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::inputs::Input;
use crate::failure::Failure;

/// What the generator reads of `components`.
const SECTIONS: [&str; 4] = ["schemas", "parameters", "responses", "requestBodies"];

/// The patched fragments as one document that remembers where each part came from.
pub(super) struct Bundle {
    pub(super) document: Value,
    /// JSON pointer of a path or component → the file it came from.
    origins: BTreeMap<String, String>,
    main: String,
}

impl Bundle {
    /// Joins the paths and components of all fragments to the first one's document.
    ///
    /// A fragment refers to another's components as `<file>#/components/…`; joined, the file name
    /// goes.
    pub(super) fn of(fragments: Vec<Input>) -> Result<Self, Failure> {
        let names: Vec<String> = fragments.iter().map(|input| input.name.clone()).collect();
        let mut bundle = Self {
            document: Value::Null,
            origins: BTreeMap::new(),
            main: String::new(),
        };
        for mut fragment in fragments {
            mappings(&fragment)?;
            localize(&mut fragment.document, &names);
            if bundle.main.is_empty() {
                bundle.start(&fragment);
            }
            bundle.join(&fragment, "/paths")?;
            for section in SECTIONS {
                bundle.join(&fragment, &format!("/components/{section}"))?;
            }
        }
        Ok(bundle)
    }

    /// Takes over all of a fragment but the paths and components, which are joined one by one.
    fn start(&mut self, fragment: &Input) {
        self.main.clone_from(&fragment.path);
        self.document = fragment.document.clone();
        self.document["paths"] = json!({});
        for section in SECTIONS {
            self.document["components"][section] = json!({});
        }
    }

    fn join(&mut self, fragment: &Input, section: &str) -> Result<(), Failure> {
        let Some(members) = fragment
            .document
            .pointer(section)
            .and_then(Value::as_object)
        else {
            return Ok(());
        };
        for (name, member) in members {
            let pointer = child(section, name);
            // A fragment may list another's component as its own by reference; that adds nothing.
            if reference(member).is_some_and(|target| target.strip_prefix('#') == Some(&pointer)) {
                continue;
            }
            if let Some(other) = self.origins.get(&pointer) {
                let problem = format!("{name} is defined in {other} as well");
                return Err(Failure::new(fragment.place(&pointer), problem)
                    .help(format!("refer to it: $ref: \"<file>#{pointer}\"")));
            }
            if let Some(joined) = self
                .document
                .pointer_mut(section)
                .and_then(Value::as_object_mut)
            {
                joined.insert(name.clone(), member.clone());
            }
            self.origins.insert(pointer, fragment.path.clone());
        }
        Ok(())
    }

    /// The file and place of a JSON pointer into the joined document.
    pub(super) fn place(&self, pointer: &str) -> String {
        let file = self
            .origins
            .iter()
            .find(|(origin, _)| {
                pointer
                    .strip_prefix(origin.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
            .map_or(&self.main, |(_, file)| file);
        format!("{file}#{pointer}")
    }
}

/// Checks the least that joining relies on; a fragment without paths would vanish without a word.
fn mappings(fragment: &Input) -> Result<(), Failure> {
    let nothing = json!({});
    let root = &fragment.document;
    for (pointer, node) in [
        ("", Some(root)),
        ("/paths", root.get("paths")),
        (
            "/components",
            Some(root.get("components").unwrap_or(&nothing)),
        ),
    ] {
        if !node.is_some_and(Value::is_object) {
            let problem = "not a valid OpenAPI document: a mapping belongs here";
            return Err(Failure::new(fragment.place(pointer), problem));
        }
    }
    Ok(())
}

/// Makes references to the other fragments references within one document.
fn localize(node: &mut Value, names: &[String]) {
    match node {
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(target) if key == "$ref" => {
                        if let Some((file, _)) = target.split_once('#')
                            && names
                                .iter()
                                .any(|name| name == file.trim_start_matches("./"))
                        {
                            *target = target.split_off(file.len());
                        }
                    }
                    _ => localize(member, names),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| localize(item, names)),
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
