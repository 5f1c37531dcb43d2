//! Pages: decoded strictly, or else item by item.

use std::borrow::Cow;

use atlas_snapshots_generated::lists::First;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::operation::{Operation, PageParts};
use crate::error::{Error, ErrorKind, Result, Source};
use crate::http::headers::ResponseNotices;
use crate::model::invalid_item::{InvalidItem, KEPT};
use crate::model::text::{SHOWN_CHARS, cut};
use crate::paging::page::{ItemKey, PageResponse, ReceivedItem};

/// The most items of a page, as the overlay of the fragments has it. A longer page is refused.
const MAX_ITEMS: usize = 10_000;

/// The links of a page that are looked at, as the overlay of the fragments has it.
const KEPT_LINKS: usize = 16;

/// The longest id of an item. Documented are 24 bytes, and the ids of all items are kept.
const MAX_ID_BYTES: usize = 256;

/// The most characters that are kept of an unreadable item.
const RAW_CHARS: usize = 2_048;

/// The longest text in an item that is decoded. Where a text is out of place, the decoder repeats
/// it in its error, and takes up to six bytes for one.
const MAX_TEXT_BYTES: usize = 1024 * 1024;

/// Converts a page that decoded strictly; `None` where an item has no usable id, so that its JSON
/// text is needed.
pub(super) fn decode<O: Operation>(
    page: PageParts<O::GeneratedItem>,
) -> Option<PageResponse<O::Item>> {
    let is_next =
        |link: &atlas_snapshots_generated::types::Link| link.rel.as_deref() == Some("next");
    let items = page
        .items
        .into_iter()
        .enumerate()
        .map(|(index, generated)| {
            let (key, item) = identify::<O>(generated).ok()?;
            Some(ReceivedItem {
                index,
                key,
                content: Ok(item),
            })
        });
    Some(PageResponse {
        items: items.collect::<Option<_>>()?,
        has_next: page.links.iter().any(is_next),
        total: page.total_count.and_then(|total| total.try_into().ok()),
        body_hash: 0,
        notices: ResponseNotices::default(),
    })
}

/// Converts an item, or says why it cannot be distinguished from others.
fn identify<O: Operation>(
    generated: O::GeneratedItem,
) -> std::result::Result<(ItemKey, O::Item), &'static str> {
    match O::into_item(generated) {
        None => Err("it has no id"),
        Some((ItemKey::Text(id), _)) if id.len() > MAX_ID_BYTES => {
            Err("its id has more than 256 bytes")
        }
        Some(identified) => Ok(identified),
    }
}

impl<T> PageResponse<T> {
    /// Refuses a page whose body is not an object. Decoders read an array as one, field by field.
    pub(super) fn in_object(self, body: &[u8]) -> Result<Self> {
        if is_object(body) {
            return Ok(self);
        }
        Err(undecodable(body, "the page is not a JSON object"))
    }
}

/// A page whose parts are left as JSON text, and of which only items are required.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LenientPage<'a> {
    #[serde(borrow)]
    results: Option<&'a RawValue>,
    #[serde(borrow)]
    links: Option<&'a RawValue>,
    #[serde(borrow)]
    total_count: Option<&'a RawValue>,
}

/// Decodes a page item by item, so that an item that cannot be read costs no other one. Of those,
/// only the first ones are kept.
///
/// # Errors
///
/// `Protocol`, retryable, when the JSON breaks off; `Decode` when it is not a page, or one of too
/// many items.
pub(crate) fn decode_leniently<O: Operation>(
    body: &[u8],
    page: u64,
) -> Result<PageResponse<O::Item>> {
    // Some gateways add a byte order mark, which JSON does not allow.
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    // What is not UTF-8 costs the item that contains it.
    let text = String::from_utf8_lossy(body);
    let is_damaged = matches!(text, Cow::Owned(_));
    let lenient = parse(&text)?;
    // One more than may be, to notice it.
    let results = lenient.results.and_then(elements::<{ MAX_ITEMS + 1 }>);
    let results = results.ok_or_else(|| undecodable(body, "the page has no list `results`"))?;
    if results.len() > MAX_ITEMS {
        let message = format!("the page has more than {MAX_ITEMS} items");
        return Err(Error::new(ErrorKind::Decode)
            .with_status(200)
            .with_message(message)
            .with_excerpt_of(body));
    }
    let mut invalid_items = 0;
    let items = results.into_iter().enumerate().map(|(index, raw)| {
        let raw = raw.get();
        let is_damaged = is_damaged && raw.contains(char::REPLACEMENT_CHARACTER);
        let mut item = decode_item::<O>(page, index, raw, is_damaged);
        if let Err(invalid) = &mut item.content {
            invalid_items += 1;
            if invalid_items > KEPT {
                *invalid = None;
            }
        }
        item
    });
    Ok(PageResponse {
        items: items.collect(),
        has_next: lenient.links.is_some_and(has_next),
        total: lenient.total_count.and_then(total),
        body_hash: 0,
        notices: ResponseNotices::default(),
    })
}

fn parse(text: &str) -> Result<LenientPage<'_>> {
    check_object("the page", text.as_bytes())?;
    serde_json::from_str(text).map_err(|cause| malformed("the page", text.as_bytes(), &cause))
}

/// Decodes a response that is one object.
///
/// # Errors
///
/// `Protocol`, retryable, when the JSON breaks off; `Decode`, with the field, when it is not the
/// object.
pub(crate) fn decode_object<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    check_object("the response", body)?;
    let mut json = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut json).map_err(|cause| {
        let what = match cause.path().to_string() {
            field if cause.inner().is_data() && field != "." => format!("`{field}`"),
            _ => "the response".to_owned(),
        };
        malformed(&what, body, cause.inner())
    })
}

fn check_object(what: &str, body: &[u8]) -> Result<()> {
    if body.trim_ascii().is_empty() || is_object(body) {
        return Ok(());
    }
    Err(undecodable(body, format!("{what} is not a JSON object")))
}

fn malformed(what: &str, body: &[u8], cause: &serde_json::Error) -> Error {
    let described = cut(&describe(what, cause), SHOWN_CHARS).into_owned();
    if cause.classify() != Category::Eof {
        return undecodable(body, described);
    }
    let message = if body.trim_ascii().is_empty() {
        format!("{what} is empty")
    } else {
        format!("{what} was cut short")
    };
    Error::new(ErrorKind::Protocol)
        .with_status(200)
        .with_message(message)
        .with_retryable(true)
        .with_source(described)
}

/// Why and where JSON cannot be decoded, without the text that is there, which the decoder quotes
/// where it is JSON of another type or format.
fn describe(what: &str, cause: &serde_json::Error) -> String {
    match cause.classify() {
        Category::Data => {
            let (line, column) = (cause.line(), cause.column());
            format!("{what} is not as documented at line {line} column {column}")
        }
        _ => cause.to_string(),
    }
}

/// The first `N` elements of a list; `None` for anything else.
fn elements<const N: usize>(list: &RawValue) -> Option<First<&RawValue, N>> {
    // The decoder's error would repeat a text in place of the list.
    let is_list = list.get().starts_with('[');
    is_list.then(|| First::deserialize(list).ok())?
}

fn undecodable(body: &[u8], cause: impl Into<Source>) -> Error {
    Error::new(ErrorKind::Decode)
        .with_status(200)
        .with_excerpt_of(body)
        .with_source(cause)
}

fn decode_item<O: Operation>(
    page: u64,
    index: usize,
    raw: &str,
    is_damaged: bool,
) -> ReceivedItem<O::Item> {
    let decoded = if is_damaged {
        let id = id_of(raw).filter(|id| !id.contains(char::REPLACEMENT_CHARACTER));
        Err((id, "it is not UTF-8".to_owned()))
    } else {
        try_decode_item::<O>(raw)
    };
    match decoded {
        Ok((key, item)) => ReceivedItem {
            index,
            key,
            content: Ok(item),
        },
        Err((id, reason)) => ReceivedItem {
            index,
            key: id
                .as_deref()
                .map_or_else(|| ItemKey::of_json(raw), ItemKey::of_id),
            content: Err(Some(Box::new(InvalidItem {
                page,
                index,
                id,
                reason,
                raw: cut(raw, RAW_CHARS).into_owned(),
                count: 1,
            }))),
        },
    }
}

/// Decodes an item, or returns its id, if that much can be read, and the reason.
fn try_decode_item<O: Operation>(
    raw: &str,
) -> std::result::Result<(ItemKey, O::Item), (Option<String>, String)> {
    if !is_object(raw.as_bytes()) {
        return Err((None, "it is not an object".to_owned()));
    }
    if has_text_beyond(raw, MAX_TEXT_BYTES) {
        return Err((id_of(raw), "it has a text of more than 1 MiB".to_owned()));
    }
    let mut json = serde_json::Deserializer::from_str(raw);
    let reason = match serde_path_to_error::deserialize(&mut json).map(identify::<O>) {
        Ok(Ok(identified)) => return Ok(identified),
        Ok(Err(reason)) => reason.to_owned(),
        Err(cause) => {
            let field = cause.path().to_string();
            let reason = describe(&format!("`{field}`"), cause.inner());
            cut(&reason, SHOWN_CHARS).into_owned()
        }
    };
    Err((id_of(raw), reason))
}

/// The id of an item of which nothing else can be read.
fn id_of(raw: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Id<'a> {
        #[serde(borrow)]
        id: Cow<'a, str>,
    }
    let Id { id } = serde_json::from_str(raw).ok()?;
    (id.len() <= MAX_ID_BYTES).then(|| id.into_owned())
}

/// Whether JSON has a text of more bytes than that.
fn has_text_beyond(json: &str, bytes: usize) -> bool {
    let mut rest = json;
    while rest.len() > bytes {
        let Some((_, text)) = rest.split_once('"') else {
            break;
        };
        let mut is_escaped = false;
        let end = text.bytes().position(|byte| {
            let is_end = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            is_end
        });
        let end = end.unwrap_or(text.len());
        if end > bytes {
            return true;
        }
        rest = text.get(end + 1..).unwrap_or_default();
    }
    false
}

/// Whether JSON text is an object.
pub(super) fn is_object(json: &[u8]) -> bool {
    json.trim_ascii_start().first() == Some(&b'{')
}

fn has_next(links: &RawValue) -> bool {
    #[derive(Deserialize)]
    struct Link<'a> {
        #[serde(borrow)]
        rel: Cow<'a, str>,
    }
    let is_next = |link: &RawValue| {
        let link = Some(link.get()).filter(|link| is_object(link.as_bytes()));
        link.and_then(|link| serde_json::from_str(link).ok())
            .is_some_and(|Link { rel }| rel == "next")
    };
    let links = elements::<KEPT_LINKS>(links);
    links.into_iter().flatten().any(is_next)
}

/// A total, where it is one that a strictly decoded page can have, too.
fn total(count: &RawValue) -> Option<u64> {
    count.get().parse::<i64>().ok()?.try_into().ok()
}

#[cfg(test)]
mod tests;
