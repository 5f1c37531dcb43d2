//! Bounds of lists: every list of a fragment has one, and generated code decodes no more than that.

use serde_json::Value;
use syn::{Field, Item};

use crate::{
    Failure,
    bundle::{Bundle, child, mappings, members},
    check::{field_mut, is_property, type_text},
};

/// The number of elements beyond which a list is refused, and its response with it.
const REFUSED: &str = "maxItems";

/// The number of elements of a list that are kept. The others are skipped.
const KEPT: &str = "x-kept-items";

/// Checks that every list has a bound, and gives its field in the generated `types`, a `Vec`, the
/// type of a list with this bound.
pub(crate) fn bound_lists(bundle: &Bundle, types: &mut [Item]) -> Result<(), Failure> {
    for (name, pointer, schema) in bundle.schemas() {
        for (at, node) in mappings(&pointer, schema) {
            if node.get("type").and_then(Value::as_str) == Some("array") && !is_property(&at) {
                let failure = bundle.fail(&at, "a list that is not a property");
                return Err(failure.help("make it a property of a named schema, to be bounded"));
            }
        }
        let required = schema["required"].as_array();
        let properties = members(&schema["properties"]);
        for (property, list) in properties.filter(|(_, node)| node["type"] == "array") {
            let fail = |problem| {
                let at = child(&child(&pointer, "properties"), property);
                bundle.fail(&at, problem)
            };
            let bound = Bound::of(list).ok_or_else(|| fail("a list without a bound").help(HELP))?;
            let is_required = required.is_some_and(|names| names.iter().any(|it| it == property));
            if !is_required && list["nullable"] != true {
                return Err(fail("an optional list that is not nullable")
                    .help("a null must not lose the response; let the overlay make it nullable"));
            }
            let field = field_mut(types, name, property);
            field
                .and_then(|field| bound.apply(field))
                .ok_or_else(|| fail("the generator wrote no Vec for this list"))?;
        }
    }
    Ok(())
}

const HELP: &str = "let the overlay set either maxItems, beyond which the response is refused, or \
    x-kept-items, beyond which elements are skipped";

enum Bound {
    Refused(usize),
    Kept(usize),
}

impl Bound {
    fn of(list: &Value) -> Option<Self> {
        let number = |keyword| usize::try_from(list.get(keyword)?.as_u64()?).ok();
        match (number(REFUSED), number(KEPT)) {
            (Some(most), None) => Some(Self::Refused(most)),
            (None, Some(most)) => Some(Self::Kept(most)),
            _ => None,
        }
    }

    /// Bounds a field; `None` where it is no list that can be bounded.
    fn apply(&self, field: &mut Field) -> Option<()> {
        let kind = type_text(field);
        let optional = kind.strip_prefix("::std::option::Option<");
        let list = optional.and_then(|kind| kind.strip_suffix('>'));
        let list = list.unwrap_or(&kind).strip_prefix("::std::vec::Vec<")?;
        let element = list.strip_suffix('>')?;
        let bounded = match self {
            Self::Refused(most) => format!("crate::lists::AtMost<{element}, {most}>"),
            Self::Kept(most) => format!("crate::lists::First<{element}, {most}>"),
        };
        let bounded = match optional {
            Some(_) => format!("::std::option::Option<{bounded}>"),
            None => bounded,
        };
        field.ty = syn::parse_str(&bounded).ok()?;
        Some(())
    }
}
