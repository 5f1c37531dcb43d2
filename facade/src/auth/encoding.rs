//! Texts in which characters are escaped: JSON and URLs.

use std::ops::Range;

use memchr::{memchr, memchr2};

/// A way to escape characters.
#[derive(Debug, Clone, Copy)]
pub(super) enum Encoding {
    /// `\n`, `\/`, `\u0041`
    Json,
    /// `%41`
    Url,
}

/// A part of an encoded text.
struct Part {
    source: Range<usize>,
    /// What an escape stands for, and its length; `None` where the part is as it is.
    decoded: Option<([u8; 4], usize)>,
}

impl Part {
    fn length(&self) -> usize {
        self.decoded.map_or(self.source.len(), |(_, length)| length)
    }
}

impl Encoding {
    /// Whether a text can have escapes.
    pub(super) fn is_used_in(text: &[u8]) -> bool {
        memchr2(Self::Json.mark(), Self::Url.mark(), text).is_some()
    }

    /// The text without escapes; `None` where it has none.
    pub(super) fn decode(self, text: &[u8]) -> Option<Vec<u8>> {
        memchr(self.mark(), text)?;
        let mut decoded = Vec::with_capacity(text.len());
        for part in self.parts(text) {
            match part.decoded {
                Some((bytes, length)) => decoded.extend_from_slice(&bytes[..length]),
                None => decoded.extend_from_slice(&text[part.source]),
            }
        }
        // Every escape is longer than what it stands for.
        (decoded.len() < text.len()).then_some(decoded)
    }

    /// Turns places in the decoded text into those in `text`. They are in order and do not overlap.
    pub(super) fn locate(self, text: &[u8], places: &mut [Range<usize>]) {
        let mut parts = self.parts(text);
        let mut part = parts.next();
        let mut start = 0;
        let mut locate = |place: usize| loop {
            match &part {
                None => return text.len(),
                Some(behind) if place > start + behind.length() => start += behind.length(),
                Some(Part { source, decoded }) => {
                    return match decoded {
                        Some(_) if place > start => source.end,
                        _ => source.start + (place - start),
                    };
                }
            }
            part = parts.next();
        };
        for range in places {
            *range = locate(range.start)..locate(range.end);
        }
    }

    /// Escapes, and what lies between them.
    fn parts(self, text: &[u8]) -> impl Iterator<Item = Part> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let start = at;
            let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
            let escape = self.escape(rest);
            at += escape.map_or_else(
                || memchr(self.mark(), &rest[1..]).map_or(rest.len(), |next| next + 1),
                |(length, ..)| length,
            );
            Some(Part {
                source: start..at,
                decoded: escape.map(|(_, bytes, length)| (bytes, length)),
            })
        })
    }

    fn mark(self) -> u8 {
        match self {
            Self::Json => b'\\',
            Self::Url => b'%',
        }
    }

    /// The escape at the start of `text`: its length, what it stands for, and the length of that.
    fn escape(self, text: &[u8]) -> Option<(usize, [u8; 4], usize)> {
        let byte = |length, byte| Some((length, [byte, 0, 0, 0], 1));
        match (self, text) {
            (Self::Url, &[b'%', high, low, ..]) => {
                byte(3, hexadecimal(&[high, low])?.to_le_bytes()[0])
            }
            (Self::Json, [b'\\', b'u', ..]) => {
                let second = text.get(6..12).and_then(|it| it.strip_prefix(br"\u"));
                let units = [hexadecimal(text.get(2..6)?), second.and_then(hexadecimal)];
                let units = units.into_iter().map_while(|unit| unit);
                let character = char::decode_utf16(units).next()?.ok()?;
                let mut bytes = [0; 4];
                let decoded = character.encode_utf8(&mut bytes).len();
                Some((6 * character.len_utf16(), bytes, decoded))
            }
            (Self::Json, [b'\\', escaped, ..]) => match escaped {
                b'n' => byte(2, b'\n'),
                b't' => byte(2, b'\t'),
                b'r' => byte(2, b'\r'),
                b'b' => byte(2, 0x08),
                b'f' => byte(2, 0x0c),
                b'"' | b'\\' | b'/' => byte(2, *escaped),
                _ => None,
            },
            _ => None,
        }
    }
}

fn hexadecimal(digits: &[u8]) -> Option<u16> {
    let digits = str::from_utf8(digits).ok()?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_escape_is_left_as_it_is() {
        for text in [
            "",
            "a",
            "%",
            "%4",
            "%4g",
            "\\",
            "\\x",
            r"\u004",
            r"\ud83d",
            r"\ud83dx",
            r"\ud83d\u0041",
        ] {
            let decoded = Encoding::Json.decode(text.as_bytes());
            let decoded = decoded.or(Encoding::Url.decode(text.as_bytes()));
            assert_eq!(decoded.filter(|it| it != br"\ud83dA"), None, "{text}");
        }
    }

    proptest! {
        /// JSON decodes as a JSON decoder decodes it, and a URL as a form does.
        #[test]
        fn a_text_is_decoded_as_decoders_do(text in "[a%\\\\\"/\n\u{8}é😀 ]{1,8}") {
            let json = serde_json::to_string(&text).unwrap();
            let json = &json.as_bytes()[1..json.len() - 1];
            let decoded = Encoding::Json.decode(json);
            prop_assert_eq!(decoded.as_deref().unwrap_or(json), text.as_bytes());

            let url: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
            let decoded = Encoding::Url.decode(url.as_bytes()).unwrap_or_else(|| url.clone().into());
            prop_assert_eq!(String::from_utf8(decoded).unwrap().replace('+', " "), text);
        }

        /// A place in the decoded text is found where it was encoded.
        #[test]
        fn a_place_is_found_where_it_was(before in ".{0,4}", text in ".{1,4}", after in ".{0,4}") {
            let [before, inside, after] = [&before, &text, &after].map(|text| {
                let json = serde_json::to_string(text).unwrap();
                json[1..json.len() - 1].to_owned()
            });
            let whole = format!("{before}{inside}{after}");
            let length = |json: &str| Encoding::Json.decode(json.as_bytes()).map_or(json.len(), |it| it.len());
            let start = length(&before);
            let place = start..start + length(&inside);
            let mut places = [place];
            Encoding::Json.locate(whole.as_bytes(), &mut places);
            prop_assert_eq!(&whole[places[0].clone()], inside);
        }
    }
}
