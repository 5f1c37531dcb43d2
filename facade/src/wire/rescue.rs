//! Reading a 200 answer that the strict decoder refused: one bad row costs one row.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, error::Category};

use crate::error::{BadRow, Error, ErrorKind};
use crate::listing::{PageAnswer, Row};
use crate::snapshot::Snapshot;

/// The page with every row left unread, and nothing else insisted on.
#[derive(Deserialize)]
struct LoosePage<'a> {
    #[serde(borrow)]
    results: Vec<&'a RawValue>,
    #[serde(default)]
    links: Value,
    #[serde(default, rename = "totalCount")]
    total_count: Value,
}

/// A row's id, when at least that can be read.
#[derive(Deserialize)]
struct LooseId {
    id: String,
}

/// Reads `body` row by row; `into_snapshot` gives `None` for a row without an id.
///
/// # Errors
///
/// `Protocol`, retryable, when the JSON breaks off; `Decode` when it is not a page at all.
pub(crate) fn rescue<T: for<'de> Deserialize<'de>>(
    body: &[u8],
    into_snapshot: impl Fn(T) -> Option<Snapshot>,
) -> Result<PageAnswer, Error> {
    // Some gateways prepend a byte order mark, which JSON does not allow.
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let page: LoosePage<'_> = serde_json::from_slice(body).map_err(|e| unreadable(body, e))?;
    if !is_object(body) {
        return Err(no_object(body));
    }
    let rows = page
        .results
        .iter()
        .enumerate()
        .map(
            |(index, raw)| match serde_json::from_str(raw.get()).map(&into_snapshot) {
                _ if !is_object(raw.get().as_bytes()) => bad_row(index, raw, "it is no object"),
                Ok(Some(snapshot)) => Row::Good(snapshot),
                Ok(None) => bad_row(index, raw, "it has no id"),
                Err(cause) => bad_row(index, raw, &cause.to_string()),
            },
        )
        .collect();
    Ok(PageAnswer {
        rows,
        has_next: has_next(&page.links),
        total_count: page.total_count.as_i64(),
        ..PageAnswer::default()
    })
}

/// Whether a body that is JSON is an object. Decoders take an array for one, field by field.
pub(super) fn is_object(body: &[u8]) -> bool {
    body.trim_ascii_start().first() == Some(&b'{')
}

pub(super) fn no_object(body: &[u8]) -> Error {
    Error::new(ErrorKind::Decode)
        .with_status(200)
        .with_message("the page is not a JSON object")
        .with_excerpt_of(body)
}

fn bad_row(index: usize, raw: &RawValue, cause: &str) -> Row {
    let loose = is_object(raw.get().as_bytes())
        .then(|| serde_json::from_str::<LooseId>(raw.get()).ok())
        .flatten();
    let id = loose.map(|loose| loose.id);
    let named = id
        .as_deref()
        .map_or_else(String::new, |id| format!(" with id {id}"));
    let error = Error::new(ErrorKind::Row)
        .with_message(format!("row {index}{named} is not a snapshot: {cause}"))
        .with_row(BadRow::new(index, raw.get().to_owned()));
    Row::Bad { id, error }
}

fn has_next(links: &Value) -> bool {
    links
        .as_array()
        .is_some_and(|links| links.iter().any(|link| link["rel"] == "next"))
}

fn unreadable(body: &[u8], cause: serde_json::Error) -> Error {
    if cause.classify() == Category::Eof {
        let message = if body.is_empty() {
            "the page is empty"
        } else {
            "the page was cut short"
        };
        return Error::new(ErrorKind::Protocol)
            .with_status(200)
            .with_message(message)
            .retryable()
            .with_source(cause);
    }
    Error::new(ErrorKind::Decode)
        .with_status(200)
        .with_excerpt_of(body)
        .with_source(cause)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rescued(page: &Value) -> PageAnswer {
        rescue(page.to_string().as_bytes(), |_: Value| None).unwrap()
    }

    #[test]
    fn what_a_page_says_of_the_set_is_read_beside_its_bad_rows() {
        let next = json!([7, { "rel": "self" }, { "rel": "next" }]);
        let page = rescued(&json!({ "results": [{}], "links": next, "totalCount": 12 }));
        assert_eq!((page.has_next, page.total_count), (true, Some(12)));
        assert_eq!(page.rows.len(), 1);

        for (links, total) in [
            (json!([{ "rel": "self" }]), json!(1.5)),
            (json!({ "rel": "next" }), json!("12")),
            (json!(null), json!(null)),
        ] {
            let page = rescued(&json!({ "results": [{}], "links": links, "totalCount": total }));
            assert_eq!((page.has_next, page.total_count), (false, None), "{links}");
        }
        let bare = rescued(&json!({ "results": [] }));
        assert_eq!((bare.has_next, bare.total_count), (false, None));
    }

    #[test]
    fn a_row_that_is_no_object_is_told_apart_from_one_without_an_id() {
        let page = rescued(&json!({ "results": [7, ["id"], {}] }));
        let told: Vec<_> = page
            .rows
            .iter()
            .map(|row| match row {
                Row::Bad { error, .. } => error.to_string(),
                Row::Good(snapshot) => panic!("{snapshot:?}"),
            })
            .collect();
        assert_eq!(
            told,
            [
                "unreadable row: row 0 is not a snapshot: it is no object",
                "unreadable row: row 1 is not a snapshot: it is no object",
                "unreadable row: row 2 is not a snapshot: it has no id",
            ]
        );
    }
}
