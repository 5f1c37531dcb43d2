//! The fragments of `openapi/`, and a cursor that always knows where it is.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::violation::Violation;

/// Chains of references longer than this go in circles.
const MAX_REFERENCES: usize = 16;

/// A place in a file: `<file>#<JSON pointer>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) pointer: String,
}

impl Place {
    pub(crate) fn new(file: impl Into<String>, pointer: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            pointer: pointer.into(),
        }
    }

    /// Reads `<file>#<pointer>`; without a file, it is a place in `file`.
    pub(crate) fn parse(text: &str, file: &str) -> Option<Self> {
        let (named, pointer) = text.split_once('#')?;
        let named = named.trim_start_matches("./");
        Some(Self::new(
            if named.is_empty() { file } else { named },
            pointer,
        ))
    }

    /// A member or an element, escaped as RFC 6901 asks.
    pub(crate) fn child(&self, name: &str) -> Self {
        let name = name.replace('~', "~0").replace('/', "~1");
        Self::new(self.file.as_str(), format!("{}/{name}", self.pointer))
    }

    /// The last step of the pointer.
    pub(crate) fn name(&self) -> &str {
        self.pointer.rsplit('/').next().unwrap_or_default()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.file, self.pointer)
    }
}

/// The files of a folder of OpenAPI documents, by name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spec(BTreeMap<String, Value>);

impl Spec {
    /// Reads every fragment: each YAML file but overlays, and what linters keep under a dot.
    pub(crate) fn load() -> Self {
        let is_fragment = |name: &str| {
            let is_yaml = Path::new(name)
                .extension()
                .is_some_and(|extension| extension == "yaml");
            is_yaml && !name.ends_with(".overlay.yaml") && !name.starts_with('.')
        };
        let files = fs::read_dir(folder())
            .expect("openapi/ can be listed")
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| is_fragment(name))
            .map(|name| (name.clone(), read_yaml(&name)))
            .collect::<BTreeMap<_, _>>();
        assert!(!files.is_empty(), "openapi/ holds no fragment");
        Self(files)
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = Node<'_>> {
        self.0.iter().map(|(file, value)| Node {
            spec: self,
            place: Place::new(file.as_str(), ""),
            value,
        })
    }

    pub(crate) fn at(&self, place: &Place) -> Option<Node<'_>> {
        Some(Node {
            spec: self,
            value: self.0.get(&place.file)?.pointer(&place.pointer)?,
            place: place.clone(),
        })
    }

    pub(crate) fn at_mut(&mut self, place: &Place) -> Option<&mut Value> {
        self.0.get_mut(&place.file)?.pointer_mut(&place.pointer)
    }

    /// Every named schema of every file.
    pub(crate) fn schemas(&self) -> impl Iterator<Item = (&str, Node<'_>)> {
        self.files()
            .filter_map(|file| file.get("components")?.get("schemas"))
            .flat_map(|schemas| schemas.members())
    }
}

/// One file of `openapi/`.
pub(crate) fn read_yaml(name: &str) -> Value {
    let text = fs::read_to_string(folder().join(name))
        .unwrap_or_else(|error| panic!("openapi/{name} cannot be read: {error}"));
    serde_saphyr::from_str(&text)
        .unwrap_or_else(|error| panic!("openapi/{name} is not YAML: {error}"))
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi"))
}

/// A value of the specification and the place it was found at.
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

    /// A member the document must have.
    pub(crate) fn need(&self, name: &str) -> Result<Self, Violation> {
        self.get(name)
            .ok_or_else(|| self.violation(format!("has no {name}")))
    }

    /// The text of a member the document must have.
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

    /// The members of an object; none of anything else.
    pub(crate) fn members(&self) -> Vec<(&'a str, Self)> {
        let members = self.value.as_object().into_iter().flatten();
        members
            .map(|(name, value)| (name.as_str(), self.child(name, value)))
            .collect()
    }

    /// The elements of a list; none of anything else.
    pub(crate) fn elements(&self) -> Vec<Self> {
        let elements = self.value.as_array().into_iter().flatten().enumerate();
        elements
            .map(|(index, value)| self.child(&index.to_string(), value))
            .collect()
    }

    /// Members or elements, whichever it has.
    pub(crate) fn children(&self) -> Vec<Self> {
        let members = self.members().into_iter().map(|(_, node)| node);
        members.chain(self.elements()).collect()
    }

    /// This node, or what its `$ref` leads to.
    pub(crate) fn resolved(&self) -> Result<Self, Violation> {
        let mut node = self.clone();
        for _ in 0..MAX_REFERENCES {
            let Some(reference) = node.text("$ref") else {
                return Ok(node);
            };
            node = Place::parse(reference, &node.place.file)
                .and_then(|place| self.spec.at(&place))
                .ok_or_else(|| node.violation(format!("leads nowhere: {reference}")))?;
        }
        Err(self.violation("is a reference in circles"))
    }

    pub(crate) fn violation(&self, says: impl Into<String>) -> Violation {
        Violation::new(&self.place, says)
    }

    fn child(&self, name: &str, value: &'a Value) -> Self {
        Self {
            spec: self.spec,
            place: self.place.child(name),
            value,
        }
    }
}
