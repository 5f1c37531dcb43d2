//! Text of a server, a file or an argument, as it may reach a terminal.

use std::io::{self, Write};
use std::path::Path;

use serde_json::ser::{CompactFormatter, Formatter};

/// Whether a character is a command to a terminal, ends a line for some programs, reorders the text
/// around it, or is invisible.
pub(crate) fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// The text on one line, with a replacement for each character that is not printable.
pub(crate) fn legible(text: &str) -> String {
    text.replace(is_unprintable, "\u{fffd}")
}

/// A path for a message.
pub(crate) fn shown(path: &Path) -> String {
    legible(&path.to_string_lossy())
}

/// JSON on one line that escapes what is not printable, and otherwise equals the library's.
pub(crate) struct PrintableJson;

impl Formatter for PrintableJson {
    fn write_string_fragment<W>(&mut self, out: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + Write,
    {
        let mut rest = fragment;
        while let Some((before, character, after)) = split_at_unprintable(rest) {
            CompactFormatter.write_string_fragment(out, before)?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = after;
        }
        CompactFormatter.write_string_fragment(out, rest)
    }
}

/// What is before and behind the first character that is not printable.
fn split_at_unprintable(text: &str) -> Option<(&str, char, &str)> {
    let (start, character) = text.char_indices().find(|(_, it)| is_unprintable(*it))?;
    let (before, from) = text.split_at(start);
    Some((before, character, &from[character.len_utf8()..]))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde::Serialize;

    use super::*;

    /// One of each kind.
    const UNPRINTABLE: &str = "\u{1b}\r\n\u{7f}\u{9b}\u{ad}\u{61c}\u{200b}\u{200f}\u{2028}\u{202e}\
                               \u{2066}\u{feff}\u{e0001}";

    #[test]
    fn letters_of_every_script_are_legible_and_commands_are_not() {
        for text in ["a b", "é", "日本", "שלום", "🙂", "ﬁ"] {
            assert_eq!(legible(text), text);
        }
        let replaced = "\u{fffd}".repeat(UNPRINTABLE.chars().count());
        assert_eq!(legible(UNPRINTABLE), replaced);
    }

    #[test]
    fn json_escapes_what_is_not_printable_and_means_the_same() {
        for text in [UNPRINTABLE, "a\u{202e}b", "\u{e0001}", "plain \"é\"", ""] {
            let mut json = Vec::new();
            let mut serializer = serde_json::Serializer::with_formatter(&mut json, PrintableJson);
            text.serialize(&mut serializer).unwrap();
            let json = String::from_utf8(json).unwrap();
            assert_eq!(legible(&json), json);
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}
