//! The comma-separated parameters of an `Authorization` header (RFC 9110 §11.4).

use std::collections::HashMap;

/// Parameters by name, in lower case.
#[derive(Default)]
pub(super) struct Directives(HashMap<String, Value>);

/// RFC 7616 says of each parameter whether it is quoted; the mock holds clients to it.
enum Value {
    Token(String),
    Quoted(String),
}

impl Directives {
    /// Takes the whole text, or nothing: `None` for anything malformed, or said twice.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut directives = Self::default();
        let mut rest = text.trim_matches(BLANK);
        while !rest.is_empty() {
            let (name, after) = split_token(rest)?;
            let after = after.trim_start_matches(BLANK).strip_prefix('=')?;
            let (value, after) = split_value(after.trim_start_matches(BLANK))?;
            if directives
                .0
                .insert(name.to_ascii_lowercase(), value)
                .is_some()
            {
                return None;
            }
            rest = after.trim_start_matches(BLANK);
            if !rest.is_empty() {
                rest = rest.strip_prefix(',')?.trim_start_matches(BLANK);
            }
        }
        Some(directives)
    }

    /// The value of a parameter that must be a quoted string, without its quotes and escapes.
    pub(super) fn quoted(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            Value::Quoted(value) => Some(value),
            Value::Token(_) => None,
        }
    }

    /// The value of a parameter that must not be quoted.
    pub(super) fn token(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            Value::Token(value) => Some(value),
            Value::Quoted(_) => None,
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

const BLANK: [char; 2] = [' ', '\t'];

fn split_value(text: &str) -> Option<(Value, &str)> {
    match text.strip_prefix('"') {
        None => split_token(text).map(|(value, rest)| (Value::Token(value.to_owned()), rest)),
        Some(inside) => {
            let (value, rest) = split_quoted(inside)?;
            Some((Value::Quoted(value), rest))
        }
    }
}

fn split_token(text: &str) -> Option<(&str, &str)> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let end = text.bytes().position(|byte| !is_token(byte));
    let (token, rest) = text.split_at(end.unwrap_or(text.len()));
    (!token.is_empty()).then_some((token, rest))
}

/// What stands before the closing quote, unescaped, and what stands after it.
fn split_quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next()? {
            '"' => return Some((value, characters.as_str())),
            '\\' => value.push(characters.next()?),
            character => value.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_quoted_strings_are_told_apart() {
        let directives = Directives::parse("  A=b , c = \"d, \\\"e\\\"\",f=\"\"  ").unwrap();
        assert_eq!(directives.token("a"), Some("b"));
        assert_eq!(directives.quoted("a"), None);
        assert_eq!(directives.quoted("c"), Some("d, \"e\""));
        assert_eq!(directives.token("c"), None);
        assert_eq!(directives.quoted("f"), Some(""));
        assert!(directives.has("f") && !directives.has("g"));
    }

    #[test]
    fn anything_malformed_is_refused_whole() {
        for text in [
            "a", "a=", "=b", "a=b c=d", "a=\"b", "a=\"b\\", "a=\"b\"c", "a=b,,c=d", ",a=b",
            "a=b, A=c", "a=b@", "ä=b",
        ] {
            assert!(Directives::parse(text).is_none(), "{text}");
        }
    }
}
