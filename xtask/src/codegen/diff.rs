//! What a stale file looks like next to a fresh one.

use similar::TextDiff;

/// A unified diff from the file as it is to the file as it should be.
pub(super) fn unified(name: &str, present: &str, wanted: &str) -> String {
    TextDiff::from_lines(present, wanted)
        .unified_diff()
        .context_radius(3)
        .header(name, "what codegen writes")
        .to_string()
}
