//! Responses: pages decoded strictly, then item by item, and errors.

use std::time::SystemTime;

use bytes::Bytes;
use http::header::LOCATION;
use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::operation::{Operation, PageParts};
use crate::error::{Error, ErrorBody, ErrorKind, Result};
use crate::http::headers::{ResponseNotices, retry_after};
use crate::model::invalid_item::InvalidItem;
use crate::paging::page::{ItemKey, PageResponse, ReceivedItem};

/// Converts a page that decoded strictly; `None` where an item has no id, so that its JSON text
/// is needed.
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
            let (key, item) = O::into_item(generated)?;
            Some(ReceivedItem {
                index,
                key,
                content: Ok(item),
            })
        });
    Some(PageResponse {
        items: items.collect::<Option<_>>()?,
        has_next: page.links.iter().flatten().any(is_next),
        total: page.total_count.and_then(|total| total.try_into().ok()),
        body_hash: 0,
        notices: ResponseNotices::default(),
    })
}

impl<T> PageResponse<T> {
    /// Refuses a page whose body is not an object. Decoders read an array as one, field by field.
    pub(super) fn in_object(self, body: &[u8]) -> Result<Self> {
        if is_object(body) {
            return Ok(self);
        }
        Err(Error::new(ErrorKind::Decode)
            .with_status(200)
            .with_message("the page is not a JSON object")
            .with_excerpt_of(body))
    }
}

/// A page whose items are left as JSON text, and of which nothing else is required.
#[derive(Deserialize)]
struct LenientPage<'a> {
    #[serde(borrow)]
    results: Vec<&'a RawValue>,
    #[serde(default)]
    links: Value,
    #[serde(default, rename = "totalCount")]
    total_count: Value,
}

/// Decodes a page item by item, so that an item that cannot be read costs no other one.
///
/// # Errors
///
/// `Protocol`, retryable, when the JSON breaks off; `Decode` when it is not a page.
pub(crate) fn decode_leniently<O: Operation>(
    body: &[u8],
    page: u64,
) -> Result<PageResponse<O::Item>> {
    // Some gateways add a byte order mark, which JSON does not allow.
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let lenient: LenientPage<'_> =
        serde_json::from_slice(body).map_err(|cause| undecodable(body, cause))?;
    let items = lenient.results.iter().enumerate();
    PageResponse {
        items: items
            .map(|(index, raw)| decode_item::<O>(page, index, raw.get()))
            .collect(),
        has_next: has_next(&lenient.links),
        // Only what a strictly decoded page can have, too.
        total: lenient
            .total_count
            .as_i64()
            .and_then(|total| total.try_into().ok()),
        body_hash: 0,
        notices: ResponseNotices::default(),
    }
    .in_object(body)
}

fn decode_item<O: Operation>(page: u64, index: usize, raw: &str) -> ReceivedItem<O::Item> {
    let decoded = match serde_json::from_str(raw).map(O::into_item) {
        _ if !is_object(raw.as_bytes()) => Err("it is not an object".to_owned()),
        Ok(Some(item)) => Ok(item),
        Ok(None) => Err("it has no id".to_owned()),
        Err(cause) => Err(cause.to_string()),
    };
    match decoded {
        Ok((key, item)) => ReceivedItem {
            index,
            key,
            content: Ok(item),
        },
        Err(reason) => {
            let id = id_of(raw);
            ReceivedItem {
                index,
                key: id
                    .as_deref()
                    .map_or_else(|| ItemKey::of_json(raw), ItemKey::of_id),
                content: Err(Box::new(InvalidItem {
                    page,
                    index,
                    id,
                    reason,
                    raw: raw.to_owned(),
                })),
            }
        }
    }
}

/// The id of an item of which nothing else can be read.
fn id_of(raw: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Id {
        id: String,
    }
    if !is_object(raw.as_bytes()) {
        return None;
    }
    serde_json::from_str(raw).ok().map(|Id { id }| id)
}

/// Whether JSON text is an object.
fn is_object(json: &[u8]) -> bool {
    json.trim_ascii_start().first() == Some(&b'{')
}

fn has_next(links: &Value) -> bool {
    let next = json!("next");
    links
        .as_array()
        .is_some_and(|links| links.iter().any(|link| link.get("rel") == Some(&next)))
}

fn undecodable(body: &[u8], cause: serde_json::Error) -> Error {
    if cause.classify() == Category::Eof {
        let message = if body.is_empty() {
            "the page is empty"
        } else {
            "the page was cut short"
        };
        return Error::new(ErrorKind::Protocol)
            .with_status(200)
            .with_message(message)
            .with_retryable(true)
            .with_source(cause);
    }
    Error::new(ErrorKind::Decode)
        .with_status(200)
        .with_excerpt_of(body)
        .with_source(cause)
}

/// Makes an error out of a response other than 200: the status decides, and the body adds.
pub(crate) fn into_error(response: &http::Response<Bytes>, now: SystemTime) -> Error {
    let status = response.status();
    let body = ErrorBody::read(response.body());
    let kind = ErrorKind::of_response(status.as_u16(), body.error_code.as_deref());
    let error = Error::new(kind)
        .with_status(status.as_u16())
        .with_retry_after(retry_after(response.headers(), now))
        .with_body(body);
    match response.headers().get(LOCATION) {
        Some(location) if status.is_redirection() => {
            let target = String::from_utf8_lossy(location.as_bytes());
            // A query or a fragment may contain a token for the other host.
            let target = target.split(['?', '#']).next().unwrap_or_default();
            error.with_message(format!("redirects are not followed: {target}"))
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::model::snapshot::Snapshot;
    use crate::operations::flex_snapshots::FlexSnapshots;

    fn decode_page(page: &Value) -> PageResponse<Snapshot> {
        decode_leniently::<FlexSnapshots>(page.to_string().as_bytes(), 3).unwrap()
    }

    fn decode_error(body: &[u8]) -> Error {
        decode_leniently::<FlexSnapshots>(body, 3).unwrap_err()
    }

    fn invalid_items(page: PageResponse<Snapshot>) -> Vec<InvalidItem> {
        let items = page.items.into_iter();
        items.map(|item| *item.content.unwrap_err()).collect()
    }

    #[test]
    fn links_and_total_are_read_beside_items_that_cannot_be_read() {
        let next = json!([7, { "rel": "self" }, { "rel": "next" }]);
        let page = decode_page(&json!({ "results": [{}], "links": next, "totalCount": 12 }));
        assert_eq!((page.has_next, page.total), (true, Some(12)));
        assert_eq!(page.items.len(), 1);

        for (links, total) in [
            (json!([{ "rel": "self" }]), json!(1.5)),
            (json!({ "rel": "next" }), json!("12")),
            (json!(null), json!(null)),
            (json!("next"), json!(-1)),
            (json!([{ "rel": ["next"] }]), json!(u64::MAX)),
        ] {
            let page =
                decode_page(&json!({ "results": [{}], "links": links, "totalCount": total }));
            assert_eq!(
                (page.has_next, page.total),
                (false, None),
                "{links} {total}"
            );
        }
        let bare = decode_page(&json!({ "results": [] }));
        assert_eq!((bare.has_next, bare.total), (false, None));
    }

    #[test]
    fn an_item_that_is_not_an_object_is_distinguished_from_one_without_an_id() {
        let page = decode_page(&json!({ "results": [7, ["id"], {}] }));
        let errors: Vec<_> = invalid_items(page)
            .into_iter()
            .map(|item| Error::from(item).to_string())
            .collect();
        assert_eq!(
            errors,
            [
                "unreadable item: item 0 cannot be read: it is not an object",
                "unreadable item: item 1 cannot be read: it is not an object",
                "unreadable item: item 2 cannot be read: it has no id",
            ]
        );
    }

    #[test]
    fn an_item_that_cannot_be_read_costs_no_other_one() {
        let page = decode_page(&json!({ "results": [
            { "id": "a" },
            { "id": "b", "status": 7 },
            { "status": "COMPLETED" },
            ["c"],
            { "id": "d", "status": "COMPLETED" },
        ]}));
        let keys: Vec<_> = page.items.iter().map(|item| item.key.id()).collect();
        let id = |id: &str| Some(id.to_owned());
        assert_eq!(keys, [id("a"), id("b"), None, None, id("d")]);
        let indexes: Vec<_> = page.items.iter().map(|item| item.index).collect();
        assert_eq!(indexes, [0, 1, 2, 3, 4]);
        let (good, bad): (Vec<_>, Vec<_>) = page
            .items
            .into_iter()
            .map(|item| item.content)
            .partition(Result::is_ok);
        assert_eq!(good.len(), 2);
        let bad: Vec<_> = bad.into_iter().map(Result::unwrap_err).collect();
        assert_eq!(bad[0].id(), Some("b"));
        assert_eq!(bad[0].raw(), r#"{"id":"b","status":7}"#);
        assert!(bad[0].reason().contains("invalid type: integer `7`"));
        assert_eq!((bad[1].id(), bad[2].id()), (None, None));
        assert!(bad.iter().all(|item| item.page() == 3));
    }

    #[test]
    fn a_byte_order_mark_is_ignored() {
        let body = b"\xef\xbb\xbf {\"results\":[{\"id\":\"a\"}],\"totalCount\":1}";
        let page = decode_leniently::<FlexSnapshots>(body, 1).unwrap();
        assert_eq!((page.items.len(), page.total), (1, Some(1)));
    }

    #[test]
    fn a_page_that_is_cut_short_is_retryable() {
        for (body, message) in [
            ("", "invalid response (200): the page is empty"),
            ("\u{feff}", "invalid response (200): the page is empty"),
            ("{", "invalid response (200): the page was cut short"),
            (
                r#"{"results":[{"id":"a"#,
                "invalid response (200): the page was cut short",
            ),
        ] {
            let error = decode_error(body.as_bytes());
            assert_eq!(error.to_string(), message, "{body}");
            assert_eq!(error.kind(), ErrorKind::Protocol);
            assert!(error.is_retryable());
        }
    }

    #[test]
    fn a_body_that_is_not_a_page_is_refused_with_its_start() {
        for body in [
            "null",
            "7",
            "{}",
            r#"{"results":null}"#,
            r#"{"results":{}}"#,
            // Decoders read an array as an object, field by field.
            "[[]]",
            r#"[[{"id":"a"}],[],1]"#,
            "<html>",
        ] {
            let error = decode_error(body.as_bytes());
            assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
            assert_eq!(error.status(), Some(200));
            assert_eq!(error.body_excerpt(), Some(body));
            assert!(!error.is_retryable());
        }
    }

    #[test]
    fn a_page_decodes_strictly_as_it_does_leniently() {
        let rows = json!([{ "id": "a", "status": "QUEUED" }, { "id": "b" }]);
        let links = json!([{ "rel": "next", "href": "x" }]);
        let page = json!({ "results": rows, "links": links, "totalCount": 9 });
        let lenient = decode_page(&page);
        let parts = FlexSnapshots::into_parts(serde_json::from_value(page).unwrap());
        let strict = decode::<FlexSnapshots>(parts).unwrap();
        assert_eq!(strict.has_next, lenient.has_next);
        assert_eq!(strict.total, lenient.total);
        assert_eq!(strict.items.len(), 2);
        for (strict, lenient) in strict.items.into_iter().zip(lenient.items) {
            assert_eq!(strict.key, lenient.key);
            assert_eq!(strict.index, lenient.index);
            assert_eq!(strict.content.unwrap(), lenient.content.unwrap());
        }
    }

    #[test]
    fn a_page_with_an_item_without_an_id_is_not_decoded_strictly() {
        let page = json!({ "results": [{ "id": "a" }, {}] });
        let parts = FlexSnapshots::into_parts(serde_json::from_value(page).unwrap());
        assert!(decode::<FlexSnapshots>(parts).is_none());
    }

    fn error_of(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Error {
        let headers = headers.iter();
        let response = headers.fold(
            http::Response::builder().status(status),
            |response, (name, value)| response.header(*name, *value),
        );
        let response = response.body(Bytes::copy_from_slice(body)).unwrap();
        into_error(&response, SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn the_status_decides_the_kind_whatever_the_body() {
        for status in [204, 302, 400, 401, 403, 404, 408, 410, 429, 500, 503] {
            let kind = ErrorKind::of_response(status, None);
            for body in [
                "",
                "null",
                "[]",
                "{",
                "<html>",
                r#"{"error":1}"#,
                r#"{"errorCode":null}"#,
            ] {
                let error = error_of(status, &[], body.as_bytes());
                let expected = (kind, Some(status));
                assert_eq!((error.kind(), error.status()), expected, "{body}");
            }
        }
    }

    #[test]
    fn the_code_refines_the_kind() {
        let body = br#"{"errorCode":"USER_UNAUTHORIZED"}"#;
        assert_eq!(error_of(401, &[], body).kind(), ErrorKind::PermissionDenied);
    }

    #[test]
    fn a_rate_limit_has_the_requested_wait() {
        let error = error_of(
            429,
            &[("retry-after", "7")],
            br#"{"errorCode":"RATE_LIMITED"}"#,
        );
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert!(error.is_retryable());
        assert_eq!(
            error.to_string(),
            "rate limited (429 RATE_LIMITED); the server requests a wait of 7 s"
        );
    }

    #[test]
    fn a_redirect_names_its_target_without_the_query() {
        for rest in ["?token=sesame", "#access_token=sesame", "?a#token=sesame"] {
            let target = format!("https://other.example/x{rest}");
            let error = error_of(302, &[("location", &target)], b"");
            assert_eq!(
                error.to_string(),
                "invalid response (302): redirects are not followed: https://other.example/x"
            );
            assert!(!format!("{error:?}").contains("sesame"));
            assert!(!error.is_retryable());
        }
    }

    #[test]
    fn only_a_redirect_has_a_target() {
        let error = error_of(404, &[("location", "https://other.example/x")], b"");
        assert!(!error.to_string().contains("other.example"));
    }

    proptest! {
        /// For every response, the error has its status, and its message is one line.
        #[test]
        fn the_status_is_never_lost(
            status in (100..600_u16).prop_filter("200 is not an error", |status| *status != 200),
            body in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..200),
                "\\PC{0,200}".prop_map(String::into_bytes),
                odd_error_body(),
            ],
        ) {
            let error = error_of(status, &[], &body);
            prop_assert_eq!(error.status(), Some(status));
            let line = error.to_string();
            prop_assert!(line.contains(&status.to_string()));
            prop_assert!(!line.contains(char::is_control), "{:?}", line);
        }
    }

    /// The documented error with undocumented values.
    fn odd_error_body() -> impl Strategy<Value = Vec<u8>> {
        let odd = prop_oneof![
            Just("null"),
            Just("[]"),
            Just("{}"),
            Just("7"),
            Just("true"),
            Just(r#""x\ny""#),
            Just(r#"[null, 1, "a", {"k": []}]"#),
            Just(r#"{"fields": [1, {"field": 2}]}"#),
        ];
        prop::collection::vec(odd, 6).prop_map(|values| {
            let names = [
                "error",
                "errorCode",
                "detail",
                "reason",
                "parameters",
                "badRequestDetail",
            ];
            let fields: Vec<_> = names
                .iter()
                .zip(values)
                .map(|(name, value)| format!(r#""{name}": {value}"#))
                .collect();
            format!("{{{}}}", fields.join(", ")).into_bytes()
        })
    }
}
