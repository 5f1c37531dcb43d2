//! The comment on top of the generated file: who wrote it, from what.

use sha2::{Digest, Sha256};

use super::inputs::Input;

/// The versions this very binary was built with.
const LOCK: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock"));

/// What shapes the output; a new version of any of them explains a diff.
const GENERATORS: [&str; 3] = ["progenitor", "typify", "prettyplease"];

pub(super) fn header<'a>(inputs: impl Iterator<Item = &'a Input>) -> String {
    let generators = GENERATORS
        .map(|name| format!("{name} {}", locked_version(name)))
        .join(", ");
    let inputs: Vec<String> = inputs
        .map(|input| format!("//   {}  {}\n", sha256(&input.text), input.path))
        .collect();
    let inputs = inputs.concat();
    format!(
        "// Written by `cargo xtask codegen`; do not edit. `cargo xtask codegen --check` tells when it is stale.\n\
         //\n\
         // Generator: {generators}.\n\
         // Inputs, with their sha256:\n\
         {inputs}\n"
    )
}

fn locked_version(package: &str) -> &'static str {
    let entry = format!("name = \"{package}\"\nversion = \"");
    LOCK.split_once(&entry)
        .and_then(|(_, rest)| rest.split_once('"'))
        .map_or("of unknown version", |(version, _)| version)
}

fn sha256(text: &str) -> String {
    Sha256::digest(text)
        .map(|byte| format!("{byte:02x}"))
        .as_slice()
        .concat()
}
