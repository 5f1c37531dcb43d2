//! Texts for a parameter, right and wrong by its own rules: bounds and their neighbours, other types,
//! breakers of its pattern.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::json_schema::Schemas;
use crate::operation::Parameter;
use crate::violation::Violation;

/// A text that a request might carry for one parameter.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) text: String,
    /// Whether the documentation allows it.
    pub(crate) allowed: bool,
}

/// The candidates for `parameter`; `known` is a good value, for those that need one to start from.
///
/// # Errors
///
/// If none of them is right, or none wrong: then nothing would be tested.
pub(crate) fn candidates(
    parameter: &Parameter<'_>,
    schemas: &Schemas,
    known: Option<&str>,
) -> Result<Vec<Candidate>, Violation> {
    let schema = parameter.schema.resolved()?;
    let mut texts: BTreeSet<String> = ["abc", "1.5", "TRUE", "yes", "1", "true", "false"]
        .map(ToOwned::to_owned)
        .into();
    for bound in ["minimum", "maximum"] {
        if let Some(bound) = schema.value.get(bound).and_then(Value::as_i64) {
            texts.extend([bound - 1, bound, bound + 1].map(|number| number.to_string()));
        }
    }
    texts.extend([i64::MIN, -1, 0].map(|number| number.to_string()));
    texts.insert(u64::MAX.to_string());
    if let Some(words) = schema.value.get("enum").and_then(Value::as_array) {
        texts.extend(words.iter().map(text_of));
    }
    if let Some(known) = known {
        texts.extend(variations(known));
    }
    // A path segment of nothing or of dots is another path.
    texts.retain(|text| !matches!(text.as_str(), "" | "." | ".."));

    let judged = texts.into_iter().map(|text| {
        let allowed = allows(parameter, schemas, &text)?;
        Ok(Candidate { text, allowed })
    });
    let judged = judged.collect::<Result<Vec<_>, Violation>>()?;
    for wanted in [true, false] {
        if judged.iter().all(|candidate| candidate.allowed != wanted) {
            let word = if wanted { "allows" } else { "forbids" };
            let says = format!("{word} nothing these suites can think of");
            return Err(Violation::new(&parameter.place, says));
        }
    }
    Ok(judged)
}

/// Whether the documentation allows `text` as the value of `parameter`.
pub(crate) fn allows(
    parameter: &Parameter<'_>,
    schemas: &Schemas,
    text: &str,
) -> Result<bool, Violation> {
    match value_of(parameter, text)? {
        Some(value) => schemas.accepts(&parameter.schema.place, &value),
        None => Ok(false),
    }
}

/// What the text of a parameter means by its documented type, if it is one of that type.
pub(crate) fn value_of(parameter: &Parameter<'_>, text: &str) -> Result<Option<Value>, Violation> {
    let schema = parameter.schema.resolved()?;
    Ok(match schema.text("type") {
        Some("string") => Some(text.into()),
        Some("boolean") => text.parse::<bool>().ok().map(Value::from),
        Some("integer") => {
            let unsigned = text.parse::<u64>().map(Value::from);
            unsigned
                .or_else(|_| text.parse::<i64>().map(Value::from))
                .ok()
        }
        _ => return Err(schema.violation("is of no type these suites can send")),
    })
}

/// The text a value is sent as.
pub(crate) fn text_of(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// Neighbours of a text: longer, shorter, in another case, with an odd character at either end.
fn variations(known: &str) -> Vec<String> {
    let mut characters = known.chars();
    let (Some(first), Some(last)) = (characters.next(), characters.next_back()) else {
        return Vec::new();
    };
    let middle = characters.as_str();
    let mut texts = vec![
        known.to_owned(),
        format!("{known}{last}"),
        format!("{middle}{last}"),
        format!("{first}{middle}"),
        known.to_uppercase(),
        known.to_lowercase(),
    ];
    for odd in "-_./ %~+é0gG\n".chars() {
        texts.push(format!("{odd}{middle}{last}"));
        texts.push(format!("{first}{middle}{odd}"));
    }
    texts
}
