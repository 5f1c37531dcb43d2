//! Whether the generator did what the overlay asked of it.
//!
//! An `x-rust-type` with a typo anywhere in it is ignored without a word, and the field becomes a
//! plain `String`. So the output itself is asked.

use serde_json::Value;
use syn::{Fields, GenericArgument, Item, PathArguments, Type};

use super::{bundle::Bundle, references::child, vocabulary::wire_name};
use crate::failure::Failure;

/// Checks that every property with an `x-rust-type` has that type among `types`.
pub(super) fn kept(bundle: &Bundle, types: &[Item]) -> Result<(), Failure> {
    let schemas = bundle.document["components"]["schemas"].as_object();
    for (name, schema) in schemas.into_iter().flatten() {
        for (property, node) in schema["properties"].as_object().into_iter().flatten() {
            let Some(wanted) = node.get("x-rust-type") else {
                continue;
            };
            let path = wanted["path"].as_str().unwrap_or_default();
            if field(types, name, property).is_some_and(|field| mentions(field, path)) {
                continue;
            }
            let pointer = child(&child("/components/schemas", name), "properties");
            let place = bundle.place(&child(&child(&pointer, property), "x-rust-type"));
            return Err(Failure::new(place, ignored(wanted)).help(
                "crate must be atlas-snapshots-generated, path must begin with atlas_snapshots_generated::, \
                 version must be a requirement such as \"*\", and parameters must be schemas",
            ));
        }
    }
    Ok(())
}

fn ignored(wanted: &Value) -> String {
    format!("the generator ignored x-rust-type {wanted}")
}

fn field<'a>(types: &'a [Item], name: &str, property: &str) -> Option<&'a Type> {
    let fields = types.iter().find_map(|item| match item {
        Item::Struct(item) if item.ident == name => Some(&item.fields),
        _ => None,
    })?;
    let Fields::Named(fields) = fields else {
        return None;
    };
    fields.named.iter().find_map(|field| {
        let ident = field.ident.as_ref()?;
        (wire_name(&field.attrs, ident) == property).then_some(&field.ty)
    })
}

/// Whether a type is the one at `path`, or holds it as an argument at any depth.
fn mentions(ty: &Type, path: &str) -> bool {
    let Type::Path(ty) = ty else {
        return false;
    };
    let segments = &ty.path.segments;
    let spelled: Vec<String> = segments.iter().map(|it| it.ident.to_string()).collect();
    spelled.join("::") == path
        || segments.iter().any(|segment| {
            match &segment.arguments {
            PathArguments::AngleBracketed(arguments) => arguments.args.iter().any(|argument| {
                matches!(argument, GenericArgument::Type(inner) if mentions(inner, path))
            }),
            _ => false,
        }
        })
}
