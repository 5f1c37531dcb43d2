//! Several fragments made one document, since the generator takes one.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    fragment, info,
    inputs::Input,
    references::{self, child, reference},
};
use crate::failure::Failure;

/// All that `components` may hold.
const SECTIONS: [&str; 9] = [
    "callbacks",
    "examples",
    "headers",
    "links",
    "parameters",
    "requestBodies",
    "responses",
    "schemas",
    "securitySchemes",
];
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// The fragments as one document that remembers where each part came from.
pub(super) struct Bundle {
    pub(super) document: Value,
    /// JSON pointer of a path or component → the file it came from.
    origins: BTreeMap<String, String>,
    /// All files, for want of a better place.
    files: String,
}

impl Bundle {
    /// Joins the paths and components of all fragments.
    ///
    /// A fragment refers to another's components as `<file>#/components/…`; joined, the file name
    /// goes.
    pub(super) fn of(fragments: &[Input]) -> Result<Self, Failure> {
        for fragment in fragments {
            fragment::check(fragment)?;
            references::check(fragment, fragments)?;
        }
        let files: Vec<&str> = fragments.iter().map(|it| it.path.as_str()).collect();
        let components: BTreeMap<_, _> = SECTIONS.map(|name| (name, json!({}))).into();
        let mut bundle = Self {
            document: json!({
                "openapi": fragments.first().map(|first| &first.document["openapi"]),
                "info": info::joined(fragments),
                "paths": {},
                "components": components,
            }),
            origins: BTreeMap::new(),
            files: files.join(", "),
        };
        for fragment in fragments {
            bundle.join(fragment, "/paths")?;
            for section in SECTIONS {
                bundle.join(fragment, &format!("/components/{section}"))?;
            }
        }
        Ok(bundle)
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
            let mut member = member.clone();
            references::localize(&mut member);
            let pointer = child(section, name);
            // A fragment may list another's component as its own by reference; that adds nothing.
            if reference(&member).is_some_and(|target| target.strip_prefix('#') == Some(&pointer)) {
                continue;
            }
            if let Some(other) = self.origins.get(&pointer) {
                let problem = format!("{name} is defined in {other} as well");
                return Err(Failure::new(fragment.place(&pointer), problem).help(
                    if section == "/paths" {
                        "describe all methods of a path in one fragment".to_owned()
                    } else {
                        format!("refer to it: $ref: \"<file>#{pointer}\"")
                    },
                ));
            }
            if let Some(joined) = self
                .document
                .pointer_mut(section)
                .and_then(Value::as_object_mut)
            {
                joined.insert(name.clone(), member);
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
            .map_or(&self.files, |(_, file)| file);
        format!("{file}#{pointer}")
    }

    /// Every path with its JSON pointer.
    pub(super) fn paths(&self) -> impl Iterator<Item = (String, &Value)> {
        let paths = self.document["paths"].as_object().into_iter().flatten();
        paths.map(|(path, item)| (child("/paths", path), item))
    }

    /// Every operation with its JSON pointer.
    pub(super) fn operations(&self) -> impl Iterator<Item = (String, &Value)> {
        self.paths().flat_map(|(pointer, item)| {
            METHODS
                .into_iter()
                .filter_map(move |method| Some((child(&pointer, method), item.get(method)?)))
        })
    }

    /// The node at `pointer`, or what its reference leads to, with its JSON pointer.
    pub(super) fn resolve<'a>(&'a self, pointer: String, node: &'a Value) -> (String, &'a Value) {
        reference(node)
            .and_then(|target| target.strip_prefix('#'))
            .and_then(|target| Some((target.to_owned(), self.document.pointer(target)?)))
            .unwrap_or((pointer, node))
    }
}
