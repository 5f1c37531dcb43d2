//! Input files (fragments and overlay) and the one document that the fragments are joined into.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{Failure, root};

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// A path for messages: relative to the workspace, with forward slashes.
pub(crate) fn display_path(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap_or(path);
    path.display().to_string().replace('\\', "/")
}

/// One YAML file: a fragment or the overlay.
pub(crate) struct Input {
    /// The file name, which overlay entries and references use.
    pub(crate) name: String,
    /// The path for messages.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) document: Value,
}

impl Input {
    pub(crate) fn read(file: &Path) -> Result<Self, Failure> {
        let path = display_path(file);
        let text = fs::read_to_string(file)
            .map_err(|error| Failure::new(&path, format!("cannot read: {error}")))?;
        let document = serde_saphyr::from_str(&text).map_err(|error| {
            let place = error.location().map_or_else(
                || path.clone(),
                |at| format!("{path}:{}:{}", at.line(), at.column()),
            );
            Failure::new(place, format!("broken YAML: {}", error.without_snippet()))
        })?;
        let name = file.file_name().unwrap_or_default();
        Ok(Self {
            name: name.to_string_lossy().into_owned(),
            path,
            text,
            document,
        })
    }

    /// A failure at a JSON pointer into this file.
    pub(crate) fn fail(&self, pointer: &str, problem: impl Into<String>) -> Failure {
        Failure::new(format!("{}#{pointer}", self.path), problem.into())
    }

    /// One text of `info`, empty where there is none.
    fn info(&self, name: &str) -> &str {
        let text = self.document["info"][name].as_str();
        text.unwrap_or_default().trim()
    }
}

/// The overlay: the differences that the generated code needs, each with its reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Overlay {
    /// The version of this format.
    overlay: u64,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// `<fragment file>#<JSON pointer>`.
    target: String,
    /// Optional for the parser only; a missing reason has a message of its own.
    reason: Option<String>,
    /// An RFC 7396 merge patch for the target.
    patch: Value,
}

/// Applies every entry, in order, to the fragment that it names.
pub(crate) fn apply_overlay(file: &Input, fragments: &mut [Input]) -> Result<(), Failure> {
    let Overlay { overlay, entries } = Overlay::deserialize(&file.document).map_err(|error| {
        Failure::new(&file.path, format!("not an overlay: {error}")).help(
            "an overlay is `overlay: 1` and `entries`, each with `target`, `reason` and `patch`",
        )
    })?;
    if overlay != 1 {
        return Err(file.fail("/overlay", format!("overlay format {overlay} is not 1")));
    }
    for (index, entry) in entries.iter().enumerate() {
        let target = &entry.target;
        let fail = |problem, help| {
            let failure = file.fail(&format!("/entries/{index}"), problem);
            Err(failure.help(help))
        };
        let reason = entry.reason.as_deref().unwrap_or_default();
        if reason.trim().is_empty() {
            return fail(
                format!("overlay entry without reason, for {target}"),
                "state why the generated code must differ from the documentation",
            );
        }
        let Some(node) = find(target, fragments) else {
            return fail(
                format!("unknown overlay target {target}"),
                "a target is `<fragment file>#<JSON pointer>` and must exist in that fragment",
            );
        };
        let before = node.clone();
        json_patch::merge(node, &entry.patch);
        if *node == before {
            return fail(
                format!("overlay entry changes nothing at {target}"),
                "the fragment already has this value; remove the entry",
            );
        }
    }
    Ok(())
}

fn find<'a>(target: &str, fragments: &'a mut [Input]) -> Option<&'a mut Value> {
    let (name, pointer) = target.split_once('#')?;
    let fragment = fragments.iter_mut().find(|it| it.name == name)?;
    fragment.document.pointer_mut(pointer)
}

/// The fragments joined into one document, with the file that each part came from.
pub(crate) struct Bundle {
    pub(crate) document: Value,
    /// The file of each path and component, by JSON pointer.
    origins: BTreeMap<String, String>,
    /// All files, for a failure that has no single place.
    files: String,
}

impl Bundle {
    /// Checks the fragments, which are sorted by name, and joins their paths and components.
    ///
    /// A fragment refers to a component of another one as `<file>#/components/…`; in the joined
    /// document the file name is removed.
    pub(crate) fn of(fragments: &[Input]) -> Result<Self, Failure> {
        let same = fragments
            .windows(2)
            .find(|pair| pair[0].name == pair[1].name);
        if let Some([one, other]) = same {
            let problem = format!("{} is a fragment of the same name", one.path);
            return Err(Failure::new(&other.path, problem));
        }
        let files: Vec<&str> = fragments.iter().map(|it| it.path.as_str()).collect();
        let mut bundle = Self {
            document: json!({
                "openapi": fragments.first().map(|first| &first.document["openapi"]),
                "info": joined_info(fragments),
                "paths": {},
                "components": {},
            }),
            origins: BTreeMap::new(),
            files: files.join(", "),
        };
        for fragment in fragments {
            bundle.join(fragment, "/paths")?;
            for section in members(&fragment.document["components"]).map(|(name, _)| name) {
                bundle.join(fragment, &child("/components", section))?;
            }
        }
        Ok(bundle)
    }

    fn join(&mut self, fragment: &Input, section: &str) -> Result<(), Failure> {
        let nothing = Value::Null;
        let source = fragment.document.pointer(section).unwrap_or(&nothing);
        for (name, member) in members(source) {
            let mut member = member.clone();
            localize(&mut member);
            let pointer = child(section, name);
            // A fragment may list a component of another one as its own, by reference.
            if reference(&member).is_some_and(|target| target.strip_prefix('#') == Some(&pointer)) {
                continue;
            }
            if let Some(other) = self.origins.get(&pointer) {
                let failure =
                    fragment.fail(&pointer, format!("{name} is defined in {other} as well"));
                return Err(if section == "/paths" {
                    failure.help("describe all methods of a path in one fragment")
                } else {
                    failure.help(format!("refer to it: $ref: \"<file>#{pointer}\""))
                });
            }
            let joined = match section.strip_prefix("/components/") {
                Some(section) => &mut self.document["components"][section],
                None => &mut self.document["paths"],
            };
            joined[name] = member;
            self.origins.insert(pointer, fragment.path.clone());
        }
        Ok(())
    }

    /// A failure at a JSON pointer into the joined document, with the file that the part came from.
    pub(crate) fn fail(&self, pointer: &str, problem: impl Into<String>) -> Failure {
        Failure::new(self.place(pointer), problem.into())
    }

    pub(crate) fn place(&self, pointer: &str) -> String {
        let is_part = |origin: &str| {
            let rest = pointer.strip_prefix(origin);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let origin = self.origins.iter().find(|(origin, _)| is_part(origin));
        let file = origin.map_or(&self.files, |(_, file)| file);
        format!("{file}#{pointer}")
    }

    /// Every operation with its JSON pointer.
    pub(crate) fn operations(&self) -> impl Iterator<Item = (String, &Value)> {
        members(&self.document["paths"]).flat_map(|(path, item)| {
            METHODS.into_iter().filter_map(move |method| {
                let pointer = child(&child("/paths", path), method);
                Some((pointer, item.get(method)?))
            })
        })
    }

    /// Every named schema with its JSON pointer.
    pub(crate) fn schemas(&self) -> impl Iterator<Item = (&str, String, &Value)> {
        members(&self.document["components"]["schemas"])
            .map(|(name, schema)| (name, child("/components/schemas", name), schema))
    }

    /// The node at `pointer`, or the target of its reference, with its JSON pointer.
    pub(crate) fn resolve<'a>(&'a self, pointer: String, node: &'a Value) -> (String, &'a Value) {
        reference(node)
            .and_then(|target| target.strip_prefix('#'))
            .and_then(|target| Some((target.to_owned(), self.document.pointer(target)?)))
            .unwrap_or((pointer, node))
    }
}

/// The `info` of the joined document, which becomes the documentation of the client.
///
/// It lists every fragment with paths; its title is that of the fragment without paths, which the
/// others share.
fn joined_info(fragments: &[Input]) -> Value {
    if let [alone] = fragments {
        return alone.document["info"].clone();
    }
    let (endpoints, shared): (Vec<&Input>, Vec<_>) = fragments
        .iter()
        .partition(|it| members(&it.document["paths"]).next().is_some());
    let title = shared.first().or(endpoints.first());
    let lines = endpoints.iter().map(|it| {
        let [title, version, text] = ["title", "version", "description"].map(|name| it.info(name));
        let line = format!("- {title}, version {version}: {text}");
        line.trim_end_matches([' ', ':']).to_owned()
    });
    let mut versions: Vec<&str> = endpoints.iter().map(|it| it.info("version")).collect();
    versions.sort_unstable();
    versions.dedup();
    json!({
        "title": title.map(|it| it.info("title")),
        "description": lines.collect::<Vec<_>>().join("\n"),
        "version": versions.join(", "),
    })
}

/// Makes references to other fragments references within one document.
fn localize(node: &mut Value) {
    match node {
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(target) if key == "$ref" => {
                        let pointer = target.find('#').unwrap_or_default();
                        target.drain(..pointer);
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
pub(crate) fn reference(node: &Value) -> Option<&str> {
    node.get("$ref")?.as_str()
}

/// The members of a mapping; none where there is no mapping.
pub(crate) fn members(node: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let members = node.as_object().into_iter().flatten();
    members.map(|(name, member)| (name.as_str(), member))
}

/// The JSON pointer of a member, escaped as in RFC 6901.
pub(crate) fn child(parent: &str, name: &str) -> String {
    format!("{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Every mapping in a document with its JSON pointer, except in data and extensions, where the keywords
/// of OpenAPI have no meaning.
pub(crate) fn mappings<'a>(
    pointer: &str,
    node: &'a Value,
) -> Vec<(String, &'a Map<String, Value>)> {
    let mut found = Vec::new();
    match node {
        Value::Object(members) => {
            found.push((pointer.to_owned(), members));
            let are_names = pointer.ends_with("/properties");
            for (name, member) in members {
                if are_names || !is_data(name) {
                    found.extend(mappings(&child(pointer, name), member));
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                found.extend(mappings(&format!("{pointer}/{index}"), item));
            }
        }
        _ => {}
    }
    found
}

fn is_data(key: &str) -> bool {
    ["example", "examples", "default", "enum"].contains(&key)
        || (key.starts_with("x-") && key != "x-rust-type")
}
