//! What the joined document says of itself, which becomes the documentation of the client.

use serde_json::{Value, json};

use super::inputs::Input;

/// The `info` of a lone fragment, or else one that names every fragment with paths.
///
/// The title is that of the fragment the others share, the one without paths.
pub(super) fn joined(fragments: &[Input]) -> Value {
    if let [alone] = fragments {
        return alone.document["info"].clone();
    }
    let (endpoints, shared): (Vec<&Input>, Vec<_>) = fragments.iter().partition(|it| has_paths(it));
    let title = shared
        .first()
        .or(endpoints.first())
        .map(|it| text(it, "title"));
    let described: Vec<String> = endpoints.iter().map(|it| described(it)).collect();
    let mut versions: Vec<&str> = endpoints.iter().map(|it| text(it, "version")).collect();
    versions.sort_unstable();
    versions.dedup();
    json!({
        "title": title,
        "description": described.join("\n"),
        "version": versions.join(", "),
    })
}

fn has_paths(fragment: &Input) -> bool {
    fragment.document["paths"]
        .as_object()
        .is_some_and(|paths| !paths.is_empty())
}

fn described(fragment: &Input) -> String {
    let [title, version, description] =
        ["title", "version", "description"].map(|name| text(fragment, name));
    let line = format!("- {title}, version {version}: {description}");
    line.trim_end_matches([' ', ':']).to_owned()
}

/// One line of `info`; no text where there is none.
fn text<'a>(fragment: &'a Input, name: &str) -> &'a str {
    fragment.document["info"][name]
        .as_str()
        .unwrap_or_default()
        .trim()
}
