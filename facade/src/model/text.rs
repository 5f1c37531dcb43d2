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

/// A text as messages show it: [`cut`], and without control characters, which would break the line
/// or be commands to a terminal.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&cut(self.0, SHOWN_CHARS).replace(char::is_control, " "))
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
}
