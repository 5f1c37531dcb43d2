//! Reading the files in `openapi/`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::shown;
use crate::failure::Failure;

const SUFFIX: &str = ".yaml";
const OVERLAY_SUFFIX: &str = ".overlay.yaml";

/// One YAML file: a fragment or the overlay.
pub(super) struct Input {
    /// The file name alone, by which overlay entries and references name it.
    pub(super) name: String,
    /// The path as shown to people.
    pub(super) path: String,
    pub(super) text: String,
    pub(super) document: Value,
}

impl Input {
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let shown = shown(path);
        let text = fs::read_to_string(path)
            .map_err(|error| Failure::new(&shown, format!("cannot read: {error}")))?;
        let document =
            serde_saphyr::from_str(&text).map_err(|error| broken_yaml(&shown, &error))?;
        Ok(Self {
            name: path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default(),
            path: shown,
            text,
            document,
        })
    }

    /// A place in this file, given as a JSON pointer.
    pub(super) fn place(&self, pointer: &str) -> String {
        format!("{}#{pointer}", self.path)
    }
}

fn broken_yaml(path: &str, error: &serde_saphyr::Error) -> Failure {
    let place = error.location().map_or_else(
        || path.to_owned(),
        |at| format!("{path}:{}:{}", at.line(), at.column()),
    );
    Failure::new(place, format!("broken YAML: {}", error.without_snippet()))
}

/// The fragments of a folder, by name.
pub(super) fn discover(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let cannot_list =
        |error: std::io::Error| Failure::new(shown(folder), format!("cannot list: {error}"));
    let mut fragments = Vec::new();
    for entry in fs::read_dir(folder).map_err(cannot_list)? {
        let entry = entry.map_err(cannot_list)?;
        if is_fragment(&entry.file_name().to_string_lossy()) {
            fragments.push(entry.path());
        }
    }
    if fragments.is_empty() {
        return Err(Failure::new(shown(folder), "no fragment here")
            .help("a fragment is an OpenAPI 3.0 document named *.yaml"));
    }
    fragments.sort();
    Ok(fragments)
}

/// Refuses two fragments of one name, by which overlay entries and references could mean either.
pub(super) fn names_differ(sorted: &[Input]) -> Result<(), Failure> {
    let twice = sorted.windows(2).find(|pair| pair[0].name == pair[1].name);
    match twice {
        None => Ok(()),
        Some(pair) => Err(Failure::new(
            &pair[1].path,
            format!("{} is a fragment of that name already", pair[0].path),
        )),
    }
}

/// Every YAML file but the overlay and what linters keep under a dot.
fn is_fragment(name: &str) -> bool {
    name.ends_with(SUFFIX) && !name.ends_with(OVERLAY_SUFFIX) && !name.starts_with('.')
}
