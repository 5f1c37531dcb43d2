//! The generated client: the output of the generator, and what is added to it and removed from it.

use std::{
    collections::BTreeMap,
    panic::{self, AssertUnwindSafe},
};

use openapiv3::OpenAPI;
use progenitor::{CrateVers, GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle};
use serde::Deserialize as _;
use syn::{Fields, Ident, ImplItem, Item, ItemEnum, parse_quote};

use crate::{
    Failure,
    bundle::Bundle,
    check::{check_rust_types, folded, wire_name},
    lists::bound_lists,
};

/// The crate of the generated client, whose own types `x-rust-type` names.
const CRATE: &str = "atlas-snapshots-generated";

/// The source of the generated client, formatted.
pub(crate) fn generate(
    bundle: &Bundle,
    media_types: &BTreeMap<String, &str>,
) -> Result<String, Failure> {
    let fail = |problem: String| bundle.fail("", problem);

    let spec = OpenAPI::deserialize(&bundle.document)
        .map_err(|error| fail(format!("not a valid OpenAPI document: {error}")))?;
    let tokens = catch_panic(|| {
        let tokens = Generator::new(&settings()?).generate_tokens(&spec);
        tokens.map_err(|error| error.to_string())
    })
    .map_err(|message| fail(format!("the generator panicked: {message}")))?
    .map_err(|error| fail(format!("the generator refused: {error}")))?;
    let mut file: syn::File = syn::parse2(tokens)
        .map_err(|error| fail(format!("the generator wrote broken Rust: {error}")))?;

    let source = prettyplease::unparse(&file);
    let types = file.items.iter_mut().find_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => Some(&mut module.content.as_mut()?.1),
        _ => None,
    });
    let types = types.ok_or_else(|| fail("the generator wrote no module for types".to_owned()))?;
    check_rust_types(bundle, types)?;
    bound_lists(bundle, types)?;
    let vocabularies: Vec<Item> = types.iter().filter_map(vocabulary).collect();
    // Only an operation with a request body uses them.
    if !source.contains("types::builder::") {
        remove_builders(types);
    }
    let accept = accept(&source, media_types)
        .map_err(|problem| fail(problem).help("the overlay must not change an operationId"))?;
    file.items.extend(vocabularies);
    file.items.push(accept);
    // The generator's examples are incomplete and do not compile; as `ignore` every test run would
    // list them as skipped tests.
    Ok(prettyplease::unparse(&file).replace("\n```ignore\n", "\n```text\n"))
}

fn settings() -> Result<GenerationSettings, String> {
    let inner = "crate::Hooks".parse();
    let mut settings = GenerationSettings::new();
    settings
        // A new optional parameter breaks no caller, as it would in the positional style.
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(inner.map_err(|error| format!("{error}"))?)
        .with_derive("::schemars::JsonSchema")
        .with_derive("PartialEq")
        .with_crate(CRATE, CrateVers::Any, None);
    Ok(settings)
}

/// Returns the message of a panic instead of printing a backtrace.
fn catch_panic<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let outcome = panic::catch_unwind(AssertUnwindSafe(run));
    panic::set_hook(hook);
    outcome.map_err(|payload| {
        let text = payload.downcast_ref::<&str>().map(|&text| text.to_owned());
        text.or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "without a message".to_owned())
    })
}

/// Removes the builder of each type, which the generator always writes.
fn remove_builders(types: &mut Vec<Item>) {
    for item in types.iter_mut() {
        if let Item::Impl(block) = item {
            let is_builder =
                |it: &ImplItem| matches!(it, ImplItem::Fn(it) if it.sig.ident == "builder");
            block.items.retain(|it| !is_builder(it));
        }
    }
    types.retain(|item| match item {
        Item::Mod(module) => module.ident != "builder",
        Item::Impl(block) => block.trait_.is_some() || !block.items.is_empty(),
        _ => true,
    });
}

/// The `impl Vocabulary` of an enum whose variants are plain words.
fn vocabulary(item: &Item) -> Option<Item> {
    let Item::Enum(ItemEnum {
        ident: name,
        variants,
        ..
    }) = item
    else {
        return None;
    };
    let are_words = variants.iter().all(|it| matches!(it.fields, Fields::Unit));
    let words = variants.iter().map(|it| wire_name(&it.attrs, &it.ident));
    let idents: Vec<&Ident> = variants.iter().map(|it| &it.ident).collect();
    are_words.then(|| {
        parse_quote! {
            impl crate::Vocabulary for types::#name {
                const ALL: &'static [Self] = &[#(Self::#idents),*];

                fn word(self) -> &'static str {
                    match self {
                        #(Self::#idents => #words,)*
                    }
                }
            }
        }
    })
}

/// The function from an operation to the value of its `Accept` header, for the operations in `source`.
fn accept(source: &str, media_types: &BTreeMap<String, &str>) -> Result<Item, String> {
    let mut operations = BTreeMap::new();
    for rest in source.split("operation_id: \"").skip(1) {
        let id = rest.split('"').next().unwrap_or_default();
        let media_type = media_types.get(&folded(id));
        let media_type =
            media_type.ok_or_else(|| format!("no fragment documents the operation {id}"))?;
        operations.insert(id, *media_type);
    }
    let (ids, media_types): (Vec<_>, Vec<_>) = operations.into_iter().unzip();
    Ok(parse_quote! {
        /// The media type that the success of an operation is documented to have.
        pub(crate) fn accept(operation_id: &str) -> Option<::reqwest::header::HeaderValue> {
            let media_type = match operation_id {
                #(#ids => #media_types,)*
                _ => return None,
            };
            Some(::reqwest::header::HeaderValue::from_static(media_type))
        }
    })
}
