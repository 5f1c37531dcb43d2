//! Texts of a server, which can have any length and contain anything.

use std::borrow::Cow;
use std::fmt;

/// The most characters of one text that a message shows.
pub(crate) const SHOWN_CHARS: usize = 500;

/// The text, or its first `chars` characters and an ellipsis.
pub(crate) fn cut(text: &str, chars: usize) -> Cow<'_, str> {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

/// The text with a space for each character that a terminal does not show as itself.
pub(crate) fn printable(text: &str) -> String {
    text.replace(is_unprintable, " ")
}

/// Whether a character breaks the line, is a command to a terminal, changes the direction of the
/// text around it, or has no width.
fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
        )
}

/// A text as messages show it: [`cut`] and [`printable`].
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&cut(self.0, SHOWN_CHARS)))
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*cut(self.0, SHOWN_CHARS), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöü", 2), "äö…");
        assert_eq!(cut("äöü", 0), "…");
        assert_eq!(cut("", 0), "");
    }

    #[test]
    fn a_shown_text_is_one_line_of_bounded_length() {
        let text = format!("a\nb\u{1b}{}", "é".repeat(10_000));
        let shown = format!("a b {}…", "é".repeat(SHOWN_CHARS - 4));
        assert_eq!(Shown(&text).to_string(), shown);
        let debug = format!("{:?}", Shown(&text));
        assert!(
            debug.starts_with(r#""a\nb\u{1b}é"#) && debug.ends_with("é…\""),
            "{debug}"
        );
    }

    #[test]
    fn a_shown_text_has_nothing_that_a_terminal_does_not_show() {
        let hidden = "\u{0}\t\u{7f}\u{85}\u{9b}\u{61c}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\
                      \u{2028}\u{2029}\u{202a}\u{202e}\u{2060}\u{2066}\u{2069}\u{feff}";
        assert!(hidden.chars().all(is_unprintable));
        assert_eq!(
            Shown(hidden).to_string(),
            " ".repeat(hidden.chars().count())
        );
        let debug = format!("{:?}", Shown(hidden));
        assert!(!debug.contains(is_unprintable), "{debug}");
        let shown = " ~ é😀日本\u{a0}‐–“”…";
        assert_eq!(Shown(shown).to_string(), shown);
    }
}
