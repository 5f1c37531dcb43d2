//! The specification: the fragments and the overlay of `openapi/`, places in them, violations of them,
//! and edits that break a copy of them in memory.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use json_patch::Patch;
use serde_json::{Value, json};

/// A chain of references longer than this is a cycle.
const MAX_REFERENCES: usize = 16;

const OVERLAY: &str = "codegen.overlay.yaml";

/// A place in a file: `<file>#<JSON pointer>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(pub(crate) String);

impl Place {
    /// A member or an element, escaped as RFC 6901 requires.
    pub(crate) fn child(&self, name: &str) -> Self {
        let name = name.replace('~', "~0").replace('/', "~1");
        Self(format!("{self}/{name}"))
    }

    /// The last step of the pointer, still escaped.
    pub(crate) fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    pub(crate) fn file(&self) -> &str {
        self.0.split('#').next().unwrap_or_default()
    }

    pub(crate) fn pointer(&self) -> &str {
        self.0.split('#').nth(1).unwrap_or_default()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One disagreement between the specification and something built from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    /// The place of the specification that is violated.
    pub(crate) place: Place,
    pub(crate) message: String,
}

impl Violation {
    pub(crate) fn new(place: &Place, message: impl Into<String>) -> Self {
        Self {
            place: place.clone(),
            message: message.into(),
        }
    }

    /// The same violation with `prefix: ` before its message.
    pub(crate) fn of(self, prefix: impl fmt::Display) -> Self {
        let message = format!("{prefix}: {}", self.message);
        Self { message, ..self }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n    {}", self.place, self.message)
    }
}

/// The fragment with what others share.
const SHARED: &str = "common.yaml";

/// The fragments, by file name.
#[derive(Debug, Clone)]
pub(crate) struct Spec(BTreeMap<String, Value>);

impl Spec {
    /// Reads every fragment: all YAML files except overlays and the settings of linters.
    pub(crate) fn load() -> Self {
        let is_fragment = |name: &String| {
            let is_yaml = Path::new(name).extension() == Some("yaml".as_ref());
            is_yaml && !name.ends_with(".overlay.yaml") && !name.starts_with('.')
        };
        let files: BTreeMap<_, _> = fs::read_dir(folder())
            .expect("openapi/ can be listed")
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(is_fragment)
            .map(|name| (name.clone(), read_yaml(&name)))
            .collect();
        assert!(!files.is_empty(), "openapi/ contains no fragment");
        Self(files)
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = Node<'_>> {
        self.0.iter().map(|(file, value)| Node {
            spec: self,
            place: Place(format!("{file}#")),
            value,
        })
    }

    pub(crate) fn at(&self, place: &Place) -> Option<Node<'_>> {
        Some(Node {
            spec: self,
            value: self.0.get(place.file())?.pointer(place.pointer())?,
            place: place.clone(),
        })
    }

    pub(crate) fn at_mut(&mut self, place: &Place) -> Option<&mut Value> {
        self.0.get_mut(place.file())?.pointer_mut(place.pointer())
    }

    /// The named schemas of all files.
    pub(crate) fn schemas(&self) -> impl Iterator<Item = (&str, Node<'_>)> {
        self.files()
            .filter_map(|file| file.get("components")?.get("schemas"))
            .flat_map(|schemas| schemas.members())
    }

    /// Reports the first reference without a target.
    pub(crate) fn check_references(&self) -> Result<(), Violation> {
        self.files()
            .try_for_each(|file| check_references_below(&file))
    }
}

fn check_references_below(node: &Node<'_>) -> Result<(), Violation> {
    if matches!(node.place.name(), "example" | "value") {
        return Ok(());
    }
    node.target()?;
    node.children().iter().try_for_each(check_references_below)
}

/// Reads one file of `openapi/`.
pub(crate) fn read_yaml(name: &str) -> Value {
    let text = fs::read_to_string(folder().join(name))
        .unwrap_or_else(|error| panic!("openapi/{name} cannot be read: {error}"));
    serde_saphyr::from_str(&text)
        .unwrap_or_else(|error| panic!("openapi/{name} is not valid YAML: {error}"))
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi"))
}

/// A value of the specification together with its place.
#[derive(Clone)]
pub(crate) struct Node<'a> {
    spec: &'a Spec,
    pub(crate) place: Place,
    pub(crate) value: &'a Value,
}

impl<'a> Node<'a> {
    pub(crate) fn get(&self, name: &str) -> Option<Self> {
        Some(self.child(name, self.value.get(name)?))
    }

    /// A required member.
    pub(crate) fn need(&self, name: &str) -> Result<Self, Violation> {
        self.get(name)
            .ok_or_else(|| self.violation(format!("has no {name}")))
    }

    /// The text of a required member.
    pub(crate) fn need_text(&self, name: &str) -> Result<&'a str, Violation> {
        self.text(name)
            .ok_or_else(|| self.violation(format!("has no text in {name}")))
    }

    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        self.value.get(name)?.as_str()
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.value.get(name) == Some(&Value::Bool(true))
    }

    /// The members of an object. Other values have none.
    pub(crate) fn members(&self) -> Vec<(&'a str, Self)> {
        let members = self.value.as_object().into_iter().flatten();
        members
            .map(|(name, value)| (name.as_str(), self.child(name, value)))
            .collect()
    }

    /// The members of the member of this name, if there is one.
    pub(crate) fn members_of(&self, name: &str) -> Vec<(&'a str, Self)> {
        self.get(name).map_or(Vec::new(), |node| node.members())
    }

    /// The elements of the list in the member of this name, if there is one.
    pub(crate) fn elements_of(&self, name: &str) -> Vec<Self> {
        self.get(name).map_or(Vec::new(), |node| node.elements())
    }

    /// The elements of a list. Other values have none.
    pub(crate) fn elements(&self) -> Vec<Self> {
        let elements = self.value.as_array().into_iter().flatten().enumerate();
        elements
            .map(|(index, value)| self.child(&index.to_string(), value))
            .collect()
    }

    /// The members or the elements.
    pub(crate) fn children(&self) -> Vec<Self> {
        let members = self.members().into_iter().map(|(_, node)| node);
        members.chain(self.elements()).collect()
    }

    /// The target of `$ref`, or this node if it has no `$ref`. References are checked beforehand, by
    /// [`Spec::check_references`].
    pub(crate) fn resolved(&self) -> Self {
        self.target().unwrap_or_else(|_| self.clone())
    }

    fn target(&self) -> Result<Self, Violation> {
        let mut node = self.clone();
        for _ in 0..MAX_REFERENCES {
            let Some(reference) = node.text("$ref") else {
                return Ok(node);
            };
            let mut target = reference.to_owned();
            if reference.starts_with('#') {
                target.insert_str(0, node.place.file());
            }
            node = (self.spec.at(&Place(target)))
                .ok_or_else(|| self.violation(format!("{reference} does not exist")))?;
        }
        Err(self.violation("is a cycle of references"))
    }

    pub(crate) fn violation(&self, message: impl Into<String>) -> Violation {
        Violation::new(&self.place, message)
    }

    fn child(&self, name: &str, value: &'a Value) -> Self {
        Self {
            spec: self.spec,
            place: self.place.child(name),
            value,
        }
    }
}

/// Everything that the generated types, the mock and the facade are compared with.
#[derive(Debug, Clone)]
pub(crate) struct Contract {
    pub(crate) fragments: Spec,
    /// Everything in which the generated code may differ from the fragments.
    pub(crate) overlay: Vec<Entry>,
}

/// One entry of the overlay.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The place of the entry itself.
    pub(crate) place: Place,
    pub(crate) target: Place,
    /// An RFC 7396 merge patch.
    pub(crate) patch: Value,
}

impl Contract {
    pub(crate) fn load() -> Self {
        let document = read_yaml(OVERLAY);
        let entries = document["entries"].as_array().into_iter().flatten();
        let overlay = entries.enumerate().map(|(index, entry)| Entry {
            place: Place(format!("{OVERLAY}#/entries/{index}")),
            target: Place(entry["target"].as_str().expect("a target").to_owned()),
            patch: entry["patch"].clone(),
        });
        Self {
            fragments: Spec::load(),
            overlay: overlay.collect(),
        }
    }

    /// The fragments as the generator reads them, and the entries that have no target.
    pub(crate) fn merged(&self) -> (Spec, Vec<Violation>) {
        let mut merged = self.fragments.clone();
        let mut violations = Vec::new();
        for entry in &self.overlay {
            if let Some(slot) = merged.at_mut(&entry.target) {
                json_patch::merge(slot, &entry.patch);
            } else {
                let message = format!("targets {}, which does not exist", entry.target);
                violations.push(Violation::new(&entry.place, message));
            }
        }
        (merged, violations)
    }

    /// The part of the contract that a change of one file can concern: that file with the shared one,
    /// and all files for the shared one.
    pub(crate) fn concerned_by(&self, file: &str) -> Self {
        let mut part = self.clone();
        if file != SHARED {
            let is_concerned = |name: &str| name == file || name == SHARED;
            part.fragments.0.retain(|name, _| is_concerned(name));
            part.overlay
                .retain(|entry| is_concerned(entry.target.file()));
        }
        part
    }

    /// The same contract without one entry of the overlay.
    pub(crate) fn without_entry(&self, index: usize) -> Self {
        let mut contract = self.clone();
        contract.overlay.remove(index);
        contract
    }
}

impl Entry {
    /// The members of the patch that do not change the target.
    pub(crate) fn idle_members<'a>(&'a self, target: &Node<'_>) -> Vec<&'a str> {
        let members = self.patch.as_object().into_iter().flatten();
        let is_idle = |(name, patch): &(&String, &Value)| {
            let before = target.value.get(name.as_str());
            let mut after = before.cloned().unwrap_or_default();
            json_patch::merge(&mut after, patch);
            before.unwrap_or(&Value::Null) == &after
        };
        members
            .filter(is_idle)
            .map(|(name, _)| name.as_str())
            .collect()
    }
}

/// Edits, as JSON Patch operations. An edit panics if it is not possible.
impl Contract {
    /// Sets a member, which may be new.
    pub(crate) fn set(&mut self, place: &str, value: impl Into<Value>) {
        self.edit("add", place, "value", value);
    }

    /// Replaces a member or an element.
    pub(crate) fn replace(&mut self, place: &str, value: impl Into<Value>) {
        self.edit("replace", place, "value", value);
    }

    pub(crate) fn remove(&mut self, place: &str) {
        self.edit("remove", place, "value", Value::Null);
    }

    /// Appends an element to a list.
    pub(crate) fn push(&mut self, place: &str, element: impl Into<Value>) {
        self.edit("add", &format!("{place}/-"), "value", element);
    }

    /// Gives a member another name.
    pub(crate) fn rename(&mut self, place: &str, name: &str) {
        let (owner, _) = place.rsplit_once('/').expect("a place below the root");
        let renamed = Place(owner.to_owned()).child(name);
        self.edit(
            "move",
            &renamed.0,
            "from",
            Place(place.to_owned()).pointer(),
        );
    }

    fn edit(&mut self, operation: &str, place: &str, name: &str, value: impl Into<Value>) {
        let place = Place(place.to_owned());
        let patch = json!([{ "op": operation, "path": place.pointer(), name: value.into() }]);
        let patch: Patch = serde_json::from_value(patch).expect("a JSON Patch");
        let file = self.fragments.at_mut(&Place(format!("{}#", place.file())));
        json_patch::patch(file.expect("a fragment"), &patch)
            .unwrap_or_else(|error| panic!("{operation} {place}: {error}"));
    }

    /// The overlay entry with this target.
    pub(crate) fn entry(&mut self, target: &str) -> &mut Entry {
        let mut entries = self.overlay.iter_mut();
        let entry = entries.find(|entry| entry.target.0 == target);
        entry.unwrap_or_else(|| panic!("no overlay entry targets {target}"))
    }

    pub(crate) fn add_entry(&mut self, target: &str, patch: Value) {
        let [place, target] = [OVERLAY, target].map(|place| Place(place.to_owned()));
        self.overlay.push(Entry {
            place,
            target,
            patch,
        });
    }
}
