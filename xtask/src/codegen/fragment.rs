//! What every fragment has to be, by itself.

use openapiv3::OpenAPI;
use serde_json::{Value, json};

use super::inputs::Input;
use crate::failure::Failure;

/// Refuses a fragment that is no OpenAPI 3.0 document.
pub(super) fn check(fragment: &Input) -> Result<(), Failure> {
    mappings(fragment)?;
    version(fragment)?;
    serde_json::from_value::<OpenAPI>(fragment.document.clone())
        .map(drop)
        .map_err(|error| {
            let problem = format!("not a valid OpenAPI document: {error}");
            Failure::new(&fragment.path, problem)
                .help("an OpenAPI validator says where; openapi/README.md names one")
        })
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

fn version(fragment: &Input) -> Result<(), Failure> {
    let version = fragment.document["openapi"].as_str().unwrap_or_default();
    if version.starts_with("3.0.") {
        return Ok(());
    }
    let problem = format!("not an OpenAPI 3.0 document: openapi is {version:?}");
    Err(Failure::new(fragment.place("/openapi"), problem).help("the generator reads 3.0.x alone"))
}
