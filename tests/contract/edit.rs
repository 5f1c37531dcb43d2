//! Breaking a contract in memory.

use serde_json::Value;

use crate::contract::Contract;
use crate::overlay::Entry;
use crate::spec::Place;

impl Contract {
    /// Sets a member that may be new. Its owner has to exist, and something has to change.
    pub(crate) fn set(&mut self, place: &str, value: impl Into<Value>) {
        let value = value.into();
        let (owner, name) = split(place);
        let before = self.owner(&owner).insert(name, value.clone());
        assert_ne!(before, Some(value), "{place} is that already");
    }

    /// Removes a member or an element.
    pub(crate) fn remove(&mut self, place: &str) -> Value {
        let (owner, name) = split(place);
        let removed = match self.slot(&owner) {
            Value::Object(members) => members.remove(&name),
            Value::Array(elements) => Some(elements.remove(name.parse().expect("an index"))),
            _ => None,
        };
        removed.unwrap_or_else(|| panic!("{place} does not exist"))
    }

    /// Gives a member another name.
    pub(crate) fn rename(&mut self, place: &str, name: &str) {
        let value = self.remove(place);
        let (owner, _) = split(place);
        self.owner(&owner).insert(name.to_owned(), value);
    }

    /// Adds an element to a list.
    pub(crate) fn push(&mut self, place: &str, element: impl Into<Value>) {
        let list = self.slot(&parse(place)).as_array_mut();
        list.unwrap_or_else(|| panic!("{place} is no list"))
            .push(element.into());
    }

    /// The overlay entry for a target.
    pub(crate) fn entry(&mut self, target: &str) -> &mut Entry {
        let target = parse(target);
        let mut entries = self.overlay.entries.iter_mut();
        let entry = entries.find(|entry| entry.target == target);
        entry.unwrap_or_else(|| panic!("no overlay entry for {target}"))
    }

    pub(crate) fn remove_entry(&mut self, target: &str) {
        let place = self.entry(target).place.clone();
        self.overlay.entries.retain(|entry| entry.place != place);
    }

    pub(crate) fn add_entry(&mut self, target: &str, patch: Value) {
        let target = parse(target);
        let place = target.clone();
        self.overlay.entries.push(Entry {
            place,
            target,
            patch,
        });
    }

    fn owner(&mut self, place: &Place) -> &mut serde_json::Map<String, Value> {
        let owner = self.slot(place).as_object_mut();
        owner.unwrap_or_else(|| panic!("{place} has no members"))
    }

    fn slot(&mut self, place: &Place) -> &mut Value {
        let slot = self.fragments.at_mut(place);
        slot.unwrap_or_else(|| panic!("{place} does not exist"))
    }
}

fn parse(place: &str) -> Place {
    Place::parse(place, "").unwrap_or_else(|| panic!("{place:?} is no place"))
}

/// A place as its owner and the plain name in it.
fn split(place: &str) -> (Place, String) {
    let place = parse(place);
    let name = place.name().replace("~1", "/").replace("~0", "~");
    let end = place.pointer.rfind('/').unwrap_or_default();
    (Place::new(place.file, &place.pointer[..end]), name)
}
