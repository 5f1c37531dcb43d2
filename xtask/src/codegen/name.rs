//! Names that the generator would not tell apart.

/// A name without case and punctuation, which the generator adapts to Rust.
pub(super) fn folded(name: &str) -> String {
    name.chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
