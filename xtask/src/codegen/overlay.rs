//! The deviations the generator needs, each with its reason.

use serde::Deserialize;
use serde_json::Value;

use super::inputs::Input;
use crate::failure::Failure;

const FORMAT: u64 = 1;

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
    /// Optional to the parser alone, for the sake of a better message.
    reason: Option<String>,
    /// An RFC 7396 merge patch for the target.
    patch: Value,
}

/// Applies every entry, in order, to the fragment it names.
pub(super) fn apply(file: &Input, fragments: &mut [Input]) -> Result<(), Failure> {
    let overlay = Overlay::deserialize(&file.document).map_err(|error| {
        Failure::new(&file.path, format!("not an overlay: {error}")).help(
            "an overlay is `overlay: 1` and `entries`, each with `target`, `reason` and `patch`",
        )
    })?;
    if overlay.overlay != FORMAT {
        let problem = format!("overlay format {} is not {FORMAT}", overlay.overlay);
        return Err(Failure::new(file.place("/overlay"), problem));
    }
    for (index, entry) in overlay.entries.iter().enumerate() {
        entry.apply(&file.place(&format!("/entries/{index}")), fragments)?;
    }
    Ok(())
}

impl Entry {
    fn apply(&self, place: &str, fragments: &mut [Input]) -> Result<(), Failure> {
        let Self {
            target,
            reason,
            patch,
        } = self;
        if reason
            .as_ref()
            .is_none_or(|reason| reason.trim().is_empty())
        {
            let problem = format!("overlay entry without reason, for {target}");
            return Err(Failure::new(place, problem)
                .help("say why the generated code must differ from the documentation"));
        }
        let node = find(target, fragments).ok_or_else(|| {
            Failure::new(place, format!("unknown overlay target {target}")).help(
                "a target is `<fragment file>#<JSON pointer>` and must exist in that fragment",
            )
        })?;
        let before = node.clone();
        json_patch::merge(node, patch);
        if *node == before {
            let problem = format!("overlay entry changes nothing at {target}");
            return Err(
                Failure::new(place, problem).help("the fragment says so by now; remove the entry")
            );
        }
        Ok(())
    }
}

fn find<'a>(target: &str, fragments: &'a mut [Input]) -> Option<&'a mut Value> {
    let (name, pointer) = target.split_once('#')?;
    fragments
        .iter_mut()
        .find(|fragment| fragment.name == name)?
        .document
        .pointer_mut(pointer)
}
