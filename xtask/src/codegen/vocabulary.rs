//! The words of every generated enum, which the generator keeps to itself.

use syn::{Attribute, Fields, Ident, Item, ItemEnum, LitStr, parse_quote};

/// One `impl Vocabulary` for each enum of plain words among `types`.
pub(super) fn impls(types: &[Item]) -> Vec<Item> {
    types
        .iter()
        .filter_map(|item| match item {
            Item::Enum(item) if is_words(item) => Some(vocabulary(item)),
            _ => None,
        })
        .collect()
}

fn is_words(item: &ItemEnum) -> bool {
    item.variants
        .iter()
        .all(|variant| matches!(variant.fields, Fields::Unit))
}

fn vocabulary(item: &ItemEnum) -> Item {
    let name = &item.ident;
    let variants: Vec<&Ident> = item.variants.iter().map(|variant| &variant.ident).collect();
    let words: Vec<String> = item
        .variants
        .iter()
        .map(|variant| wire_name(&variant.attrs, &variant.ident))
        .collect();
    parse_quote! {
        impl crate::Vocabulary for types::#name {
            const ALL: &'static [Self] = &[#(Self::#variants),*];

            fn word(self) -> &'static str {
                match self {
                    #(Self::#variants => #words,)*
                }
            }
        }
    }
}

/// The name serde gives a field or variant.
pub(super) fn wire_name(attributes: &[Attribute], ident: &Ident) -> String {
    let mut name = ident.to_string();
    for attribute in attributes.iter().filter(|it| it.path().is_ident("serde")) {
        // Other arguments may stop the parser; the generator writes `rename` first.
        let _ = attribute.parse_nested_meta(|argument| {
            if argument.path.is_ident("rename") {
                name = argument.value()?.parse::<LitStr>()?.value();
            }
            Ok(())
        });
    }
    name
}
