//! The overlay: everything in which the generated code may differ from the documentation.

use serde_json::Value;

use crate::spec::{Node, Place, Spec, read_yaml};
use crate::violation::Violation;

const FILE: &str = "codegen.overlay.yaml";

#[derive(Debug, Clone)]
pub(crate) struct Overlay {
    pub(crate) entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Where the entry itself stands.
    pub(crate) place: Place,
    pub(crate) target: Place,
    /// An RFC 7396 merge patch.
    pub(crate) patch: Value,
}

impl Overlay {
    pub(crate) fn load() -> Self {
        let document = read_yaml(FILE);
        let entries = document["entries"].as_array();
        let entries = entries.unwrap_or_else(|| panic!("{FILE} has no entries"));
        let read = |(index, entry): (usize, &Value)| Entry {
            place: Place::new(FILE, format!("/entries/{index}")),
            target: entry["target"]
                .as_str()
                .and_then(|target| Place::parse(target, ""))
                .unwrap_or_else(|| panic!("{FILE}#/entries/{index} has no target")),
            patch: entry["patch"].clone(),
        };
        Self {
            entries: entries.iter().enumerate().map(read).collect(),
        }
    }

    /// The fragments as the generator sees them.
    pub(crate) fn merged(&self, fragments: &Spec) -> Result<Spec, Violation> {
        let mut merged = fragments.clone();
        for entry in &self.entries {
            let slot = merged.at_mut(&entry.target).ok_or_else(|| {
                let says = format!("targets {}, which does not exist", entry.target);
                Violation::new(&entry.place, says)
            })?;
            json_patch::merge(slot, &entry.patch);
        }
        Ok(merged)
    }

    /// All entries but one.
    pub(crate) fn without(&self, index: usize) -> Self {
        let mut overlay = self.clone();
        overlay.entries.remove(index);
        overlay
    }
}

impl Entry {
    /// The members of the patch that change nothing where they apply.
    pub(crate) fn idle_members<'a>(&'a self, target: &Node<'_>) -> Vec<&'a str> {
        let members = self.patch.as_object().into_iter().flatten();
        members
            .filter(|(name, patch)| {
                let before = target.value.get(name.as_str());
                let mut after = before.cloned().unwrap_or_default();
                json_patch::merge(&mut after, patch);
                before.unwrap_or(&Value::Null) == &after
            })
            .map(|(name, _)| name.as_str())
            .collect()
    }
}
