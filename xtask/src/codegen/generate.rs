//! Running the generator.

use std::{
    any::Any,
    panic::{self, AssertUnwindSafe},
};

use openapiv3::OpenAPI;
use progenitor::{CrateVers, GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle};
use syn::{ImplItem, Item};

use super::{accept::Accepted, bundle::Bundle, promises, vocabulary};
use crate::failure::Failure;

/// The crate the output lives in, whose own types `x-rust-type` names.
const HOME: &str = "atlas-snapshots-generated";

/// The generated client, formatted.
pub(super) fn generate(bundle: &Bundle, accepted: &Accepted<'_>) -> Result<String, Failure> {
    let fail = |problem: String| Failure::new(bundle.place(""), problem);

    let spec: OpenAPI = serde_json::from_value(bundle.document.clone()).map_err(|error| {
        fail(format!("not a valid OpenAPI document: {error}"))
            .help("an OpenAPI validator says where; openapi/README.md names one")
    })?;
    let tokens = quietly(|| {
        let settings = settings()?;
        let tokens = Generator::new(&settings).generate_tokens(&spec);
        tokens.map_err(|error| error.to_string())
    })
    .map_err(|panic| fail(format!("the generator panicked: {panic}")))?
    .map_err(|error| fail(format!("the generator refused: {error}")))?;
    let mut file: syn::File = syn::parse2(tokens)
        .map_err(|error| fail(format!("the generator wrote broken Rust: {error}")))?;

    let source = prettyplease::unparse(&file);
    let types = types(&mut file).map_err(|problem| fail(problem.to_owned()))?;
    promises::kept(bundle, types)?;
    let vocabularies = vocabulary::impls(types);
    // Only an operation with a request body uses them.
    if !source.contains("types::builder::") {
        remove_builders(types);
    }
    let accept = accepted
        .function(&source)
        .map_err(|problem| fail(problem).help("the overlay must leave an operationId as it is"))?;
    file.items.extend(vocabularies);
    file.items.push(accept);
    // The generator's call examples lack everything around them and cannot compile; as `ignore` they
    // would stand in every test run as skipped tests.
    Ok(prettyplease::unparse(&file).replace("\n```ignore\n", "\n```text\n"))
}

fn settings() -> Result<GenerationSettings, String> {
    let inner = "crate::Hooks".parse();
    let mut settings = GenerationSettings::new();
    settings
        // Survives a new optional parameter, which the positional style does not.
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(inner.map_err(|error| format!("{error}"))?)
        .with_derive("::schemars::JsonSchema")
        .with_derive("PartialEq")
        .with_crate(HOME, CrateVers::Any, None);
    Ok(settings)
}

/// The items of `mod types`.
fn types(file: &mut syn::File) -> Result<&mut Vec<Item>, &'static str> {
    let items = file.items.iter_mut().find_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => module.content.as_mut(),
        _ => None,
    });
    items
        .map(|(_, items)| items)
        .ok_or("the generator wrote no module for types")
}

/// Removes the builder of each type, which the generator writes whether or not it is used.
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

/// Runs what may panic and answers the panic's message instead of printing a backtrace.
fn quietly<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let outcome = panic::catch_unwind(AssertUnwindSafe(run));
    panic::set_hook(hook);
    outcome.map_err(|payload| message(payload.as_ref()))
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied());
    text.unwrap_or("without a message").to_owned()
}
