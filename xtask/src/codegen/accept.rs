//! What each operation asks for, read from the fragments as documented: the generator is made to believe
//! that everything is `application/json`.

use std::collections::BTreeMap;

use serde_json::Value;
use syn::{Item, parse_quote};

use super::{
    bundle::Bundle,
    name,
    references::{child, reference},
};
use crate::failure::Failure;

/// The documented media type of each operation's success, by [folded](name::folded) operation id.
pub(super) struct Accepted<'a>(BTreeMap<String, &'a str>);

impl<'a> Accepted<'a> {
    /// Reads the fragments as they are, and holds them against what the overlay makes of them.
    pub(super) fn of(documented: &'a Bundle, patched: &'a Bundle) -> Result<Self, Failure> {
        let patched: BTreeMap<_, _> = successes(patched)
            .map(|(id, _, bodies)| (name::folded(id), bodies))
            .collect();
        let mut accepted = BTreeMap::new();
        for (id, pointer, bodies) in successes(documented) {
            let body = sole(documented, id, &pointer, &bodies)?;
            let id = name::folded(id);
            let becomes = patched.get(&id).and_then(|bodies| bodies.first());
            if let (Some(schema), Some(becomes)) = (body.schema, becomes.and_then(|it| it.schema))
                && schema != becomes
            {
                let problem = format!("the overlay turns {schema} into {becomes}");
                return Err(Failure::new(documented.place(&body.pointer), problem)
                    .help("it may give a response another media type, with the schema it has"));
            }
            accepted.insert(id, body.media_type);
        }
        Ok(Self(accepted))
    }

    /// A function from an operation to the value of its `Accept` header, for the operations in `source`.
    pub(super) fn function(&self, source: &str) -> Result<Item, String> {
        let mut operations = BTreeMap::new();
        for id in operation_ids(source) {
            let media_type = self.0.get(&name::folded(id));
            let media_type =
                media_type.ok_or_else(|| format!("no fragment documents the operation {id}"))?;
            operations.insert(id, media_type);
        }
        let ids = operations.keys();
        let media_types = operations.values();
        Ok(parse_quote! {
            /// What an operation asks for: the media type that its success is documented to have.
            pub(crate) fn accept(operation_id: &str) -> Option<::reqwest::header::HeaderValue> {
                let media_type = match operation_id {
                    #(#ids => #media_types,)*
                    _ => return None,
                };
                Some(::reqwest::header::HeaderValue::from_static(media_type))
            }
        })
    }
}

/// One body that a success may have.
struct Body<'a> {
    pointer: String,
    media_type: &'a str,
    /// The target of its reference.
    schema: Option<&'a str>,
}

/// Every operation: its id, the JSON pointer of its responses, and the bodies of its successes.
fn successes(bundle: &Bundle) -> impl Iterator<Item = (&str, String, Vec<Body<'_>>)> {
    bundle.operations().map(|(pointer, operation)| {
        let id = operation["operationId"].as_str().unwrap_or_default();
        let pointer = child(&pointer, "responses");
        let responses = operation["responses"].as_object().into_iter().flatten();
        let bodies = responses
            .filter(|(status, _)| status.starts_with('2'))
            .flat_map(|(status, response)| {
                let (at, response) = bundle.resolve(child(&pointer, status), response);
                bodies(&child(&at, "content"), &response["content"])
            });
        let bodies = bodies.collect();
        (id, pointer, bodies)
    })
}

fn bodies<'a>(pointer: &str, content: &'a Value) -> Vec<Body<'a>> {
    let content = content.as_object().into_iter().flatten();
    content
        .filter(|(name, _)| is_media_type(name))
        .map(|(media_type, body)| Body {
            pointer: child(pointer, media_type),
            media_type,
            schema: body.get("schema").and_then(reference),
        })
        .collect()
}

/// Leaves out extensions, and what no header could carry.
fn is_media_type(name: &str) -> bool {
    name.contains('/') && name.chars().all(|it| it == ' ' || it.is_ascii_graphic())
}

/// The one body to ask for.
fn sole<'b, 'a>(
    bundle: &Bundle,
    id: &str,
    pointer: &str,
    bodies: &'b [Body<'a>],
) -> Result<&'b Body<'a>, Failure> {
    let Some((first, others)) = bodies.split_first() else {
        let problem = format!("no media type among the successes of {id}");
        return Err(Failure::new(bundle.place(pointer), problem)
            .help("the fragment has to say it, since the client asks for it"));
    };
    match others.iter().find(|it| it.media_type != first.media_type) {
        None => Ok(first),
        Some(other) => {
            let problem = format!("several media types among the successes of {id}");
            Err(Failure::new(bundle.place(&other.pointer), problem)
                .help("the client asks for one; describe one version of the resource"))
        }
    }
}

/// What the generated code calls its operations.
fn operation_ids(source: &str) -> impl Iterator<Item = &str> {
    let after = source.split("operation_id: \"").skip(1);
    after.filter_map(|rest| Some(rest.split_once('"')?.0))
}
