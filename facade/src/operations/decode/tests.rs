//! Tests of decoding pages.

use std::error::Error as _;

use atlas_snapshots_generated::types;
use serde_json::{Value, json};

use super::*;
use crate::model::snapshot::Snapshot;
use crate::operations::flex_snapshots::FlexSnapshots;
use crate::operations::serverless_snapshots::ServerlessSnapshots;

fn decode_page(page: &Value) -> PageResponse<Snapshot> {
    decode_leniently::<FlexSnapshots>(page.to_string().as_bytes(), 3).unwrap()
}

fn decode_error(body: &[u8]) -> Error {
    decode_leniently::<FlexSnapshots>(body, 3).unwrap_err()
}

fn invalid_items(page: PageResponse<Snapshot>) -> Vec<InvalidItem> {
    let items = page.items.into_iter();
    items
        .filter_map(|item| item.content.err())
        .map(|invalid| *invalid.unwrap())
        .collect()
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
        let page = decode_page(&json!({ "results": [{}], "links": links, "totalCount": total }));
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
    let bad: Vec<_> = bad
        .into_iter()
        .map(|bad| bad.unwrap_err().unwrap())
        .collect();
    assert_eq!(bad[0].id(), Some("b"));
    assert_eq!(bad[0].raw(), r#"{"id":"b","status":7}"#);
    assert_eq!(
        bad[0].reason(),
        "`status` is not as documented at line 1 column 20"
    );
    assert_eq!((bad[1].id(), bad[2].id()), (None, None));
    assert!(bad.iter().all(|item| item.page() == 3));
}

#[test]
fn what_is_not_utf_8_costs_the_item_that_contains_it() {
    let body = b"{\"links\":[{\"rel\":\"next\",\"href\":\"\xff\"}],\"results\":[{\"id\":\"a\"},\
        {\"id\":\"b\",\"mongoDBVersion\":\"8\xff\"},{\"id\":\"\xc3\"},{\"id\":\"\xc3\xbc\"}],\"totalCount\":4}";
    let page = decode_leniently::<FlexSnapshots>(body, 3).unwrap();
    assert_eq!((page.has_next, page.total), (true, Some(4)));
    let ids: Vec<_> = page.items.iter().map(|item| item.key.id()).collect();
    assert_eq!(ids[..2], [Some("a".into()), Some("b".into())]);
    assert_eq!(ids[3], Some("\u{fc}".into()));
    let invalid = invalid_items(page);
    let said: Vec<_> = invalid
        .iter()
        .map(|item| (item.index(), item.id(), item.reason()))
        .collect();
    let reason = "it is not UTF-8";
    assert_eq!(said, [(1, Some("b"), reason), (2, None, reason)]);

    // Valid, and not decoded for another reason.
    let replaced = json!({ "results": [{ "id": "\u{fffd}" }, {}] });
    let page = decode_page(&replaced);
    assert!(page.items[0].content.is_ok());
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

/// A page with as many of these items, each with its number in place of `@`.
fn page_of(item: &str, count: usize) -> String {
    let items: Vec<_> = (0..count)
        .map(|number| item.replace('@', &number.to_string()))
        .collect();
    format!(r#"{{"results":[{}]}}"#, items.join(","))
}

#[test]
fn a_page_of_too_many_items_is_refused_whatever_the_items_are() {
    let message = "unreadable response (200): the page has more than 10000 items; \
                   something other than Atlas may have responded";
    for item in ["0", "{}", "null", r#""""#, "[]", r#"{"id":"@"}"#] {
        let body = page_of(item, MAX_ITEMS + 1);
        let error = decode_error(body.as_bytes());
        assert_eq!(error.to_string(), message, "{item}");
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(!error.is_retryable());
        // The generated client decodes no such page either.
        assert!(serde_json::from_str::<types::FlexSnapshotPage>(&body).is_err());
        assert!(serde_json::from_str::<types::ServerlessSnapshotPage>(&body).is_err());

        let body = page_of(item, MAX_ITEMS);
        let page = decode_leniently::<FlexSnapshots>(body.as_bytes(), 1).unwrap();
        assert_eq!(page.items.len(), MAX_ITEMS);
    }
    let body = page_of("{}", MAX_ITEMS);
    let page: types::FlexSnapshotPage = serde_json::from_str(&body).unwrap();
    assert_eq!(page.results.len(), MAX_ITEMS);
}

#[test]
fn of_many_unreadable_items_the_first_are_kept_and_the_others_counted() {
    for item in ["0", r#"{"id":"@","status":7}"#] {
        let mut body = page_of(item, 500);
        body.insert_str(body.len() - 2, r#",{"id":"good"}"#);
        let page = decode_leniently::<FlexSnapshots>(body.as_bytes(), 3).unwrap();
        assert_eq!(page.items.len(), 501);
        assert!(page.items[500].content.is_ok());
        for (index, item) in page.items[..500].iter().enumerate() {
            let invalid = item.content.as_ref().unwrap_err().as_ref();
            assert_eq!(invalid.is_some(), index < KEPT, "{index}");
            assert!(invalid.is_none_or(|it| (it.index(), it.count()) == (index, 1)));
        }
    }
}

#[test]
fn of_an_unreadable_item_a_bounded_part_is_kept() {
    let item = format!(
        r#"{{"id":"a","status":"{0}","x":[{{}}],"y":"{0}""#,
        "ä".repeat(5_000)
    );
    for item in [
        format!(r#"{item},"expiration":7}}"#),
        format!(r#"{item},"expiration":{{"z":"{}"}}}}"#, "é".repeat(5_000)),
        format!(
            r#"{item},"mongoDBVersion":true,"expiration":"{}"}}"#,
            "\u{7f}".repeat(5_000)
        ),
        format!(r#"{item},"expiration":"{}"}}"#, "\u{7f}".repeat(5_000)),
    ] {
        let body = format!(r#"{{"results":[{item}]}}"#);
        let page = decode_leniently::<FlexSnapshots>(body.as_bytes(), 1).unwrap();
        let [invalid] = &invalid_items(page)[..] else {
            panic!("one item");
        };
        let reason = "` is not as documented at line 1 column ";
        assert!(invalid.reason().contains(reason), "{}", invalid.reason());
        assert!(invalid.reason().chars().count() <= SHOWN_CHARS + 1);
        assert_eq!(invalid.raw(), cut(&item, RAW_CHARS));
        assert_eq!(invalid.id(), Some("a"));
    }
}

#[test]
fn an_item_with_an_endless_text_costs_itself_alone() {
    for text in [
        "a".repeat(MAX_TEXT_BYTES + 1),
        r#"\""#.repeat(MAX_TEXT_BYTES),
    ] {
        let body = format!(r#"{{"results":[{{"id":"a","status":"{text}"}},{{"id":"b"}}]}}"#);
        let page = decode_leniently::<FlexSnapshots>(body.as_bytes(), 1).unwrap();
        assert!(page.items[1].content.is_ok());
        let [invalid] = &invalid_items(page)[..] else {
            panic!("one item");
        };
        assert_eq!(invalid.reason(), "it has a text of more than 1 MiB");
        assert_eq!(invalid.id(), Some("a"));
        assert_eq!(invalid.raw().chars().count(), RAW_CHARS + 1);
    }
    let texts = "\"a\",".repeat(MAX_TEXT_BYTES);
    assert!(
        !has_text_beyond(&texts, MAX_TEXT_BYTES),
        "only all together"
    );
    assert!(!has_text_beyond(r#""\\","ab""#, 2));
    assert!(has_text_beyond(r#""\\","abc""#, 2));
}

#[test]
fn a_text_in_place_of_the_page_or_its_parts_is_not_repeated() {
    let text = "\u{7f}".repeat(1_000_000);
    for body in [format!(r#""{text}""#), format!(r#"{{"results":"{text}"}}"#)] {
        let error = decode_error(body.as_bytes());
        assert_eq!(error.kind(), ErrorKind::Decode);
        let length = format!("{error} {error:?} {:?}", error.source()).len();
        assert!(length < 10_000, "{length}");
    }
    let body = format!(r#"{{"results":[],"links":"{text}","totalCount":"{text}"}}"#);
    let page = decode_leniently::<FlexSnapshots>(body.as_bytes(), 1).unwrap();
    assert_eq!((page.has_next, page.total), (false, None));
}

#[test]
fn an_id_far_beyond_the_documented_length_makes_an_item_unreadable() {
    let id = "a".repeat(MAX_ID_BYTES);
    let page = decode_page(&json!({ "results": [{ "id": id }, { "id": format!("{id}a") }] }));
    assert!(page.items[0].content.is_ok());
    let [invalid] = &invalid_items(page)[..] else {
        panic!("one item");
    };
    assert_eq!(
        (invalid.id(), invalid.reason()),
        (None, "its id has more than 256 bytes")
    );
    let page = json!({ "results": [{ "id": format!("{id}a") }] });
    let parts = FlexSnapshots::into_parts(serde_json::from_value(page).unwrap());
    assert!(decode::<FlexSnapshots>(parts).is_none());
}

#[test]
fn any_number_of_links_costs_neither_page_nor_item() {
    let links = format!("[{}]", vec!["{}"; 100_000].join(","));
    let item = format!(r#"{{"id":"a","links":{links}}}"#);
    let body = format!(r#"{{"results":[{item}],"links":{links},"totalCount":7}}"#);
    let lenient = decode_leniently::<ServerlessSnapshots>(body.as_bytes(), 1).unwrap();
    let parts = ServerlessSnapshots::into_parts(serde_json::from_str(&body).unwrap());
    let strict = decode::<ServerlessSnapshots>(parts).unwrap();
    for mut page in [lenient, strict] {
        assert_eq!((page.has_next, page.total), (false, Some(7)));
        let item = page.items.remove(0).content.unwrap();
        assert_eq!(item.links().len(), KEPT_LINKS);
    }
}

#[test]
fn the_same_links_are_looked_at_strictly_and_leniently() {
    for (before, has_next) in [(KEPT_LINKS - 1, true), (KEPT_LINKS, false)] {
        let mut links = vec![json!({ "rel": "self" }); before];
        links.push(json!({ "rel": "next" }));
        let page = json!({ "results": [], "links": links });
        assert_eq!(decode_page(&page).has_next, has_next);
        let parts = FlexSnapshots::into_parts(serde_json::from_value(page).unwrap());
        assert_eq!(decode::<FlexSnapshots>(parts).unwrap().has_next, has_next);
    }
}
