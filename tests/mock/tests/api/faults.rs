//! Tests of the faults up to the body; those of the connection are in `wire`.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use atlas_snapshots_mock::{
    BodyFault, CannedResponse, DataChange, Fault, ItemFault, Links, MockAtlas, PageFault,
    ResponseFault, RetryAfter, TotalCount, When,
};
use serde_json::{Value, json};

use crate::client::{Reply, list, mock, start};

async fn always(fault: impl Into<Fault>) -> MockAtlas {
    start(mock(25).fault(fault, When::always())).await
}

async fn page(atlas: &MockAtlas, number: u64) -> Reply {
    let page = list(atlas, &format!("itemsPerPage=10&pageNum={number}")).await;
    assert_eq!(page.status, 200);
    page
}

/// Whether each request for these pages fails with 500.
async fn failures(atlas: &MockAtlas, pages: &[u64]) -> Vec<u8> {
    let mut failed = Vec::new();
    for page in pages {
        let reply = list(atlas, &format!("itemsPerPage=10&pageNum={page}")).await;
        failed.push(u8::from(reply.status == 500));
    }
    failed
}

#[tokio::test]
async fn conditions_choose_requests() {
    for (when, pages, expected) in [
        (When::always(), [1, 2, 3, 1, 2, 3], [1, 1, 1, 1, 1, 1]),
        (When::first(2), [1, 2, 3, 1, 2, 3], [1, 1, 0, 0, 0, 0]),
        (When::after(4), [1, 2, 3, 1, 2, 3], [0, 0, 0, 0, 1, 1]),
        (When::nth(3), [1, 2, 3, 1, 2, 3], [0, 0, 1, 0, 0, 0]),
        (When::nth(0), [1, 2, 3, 1, 2, 3], [0, 0, 0, 0, 0, 0]),
        (When::every(2), [1, 2, 3, 1, 2, 3], [0, 1, 0, 1, 0, 1]),
        (When::every(0), [1, 2, 3, 1, 2, 3], [0, 0, 0, 0, 0, 0]),
        (When::page(2), [1, 2, 3, 1, 2, 3], [0, 1, 0, 0, 1, 0]),
        (
            When::first(1).on_page(2),
            [1, 2, 3, 1, 2, 3],
            [0, 1, 0, 0, 0, 0],
        ),
        (
            When::first(1).on_pages(2..=3),
            [1, 3, 2, 1, 2, 3],
            [0, 1, 0, 0, 0, 0],
        ),
        (
            When::first(1).of_each_page(),
            [1, 2, 1, 3, 2, 3],
            [1, 1, 0, 1, 0, 0],
        ),
        (
            When::nth(2).of_each_page().on_pages(1..=2),
            [1, 2, 1, 3, 3, 2],
            [0, 0, 1, 0, 0, 1],
        ),
    ] {
        let atlas = start(mock(25).fault(ResponseFault::Status(500), when.clone())).await;
        assert_eq!(list(&atlas, "pageNum=0").await.status, 400, "not counted");
        assert_eq!(failures(&atlas, &pages).await, expected, "{when:?}");
    }
}

#[tokio::test]
async fn faults_can_change_while_the_mock_runs() {
    let atlas = always(ResponseFault::Status(500)).await;
    assert_eq!(failures(&atlas, &[1]).await, [1]);
    atlas.clear_faults();
    assert_eq!(failures(&atlas, &[1]).await, [0]);
    atlas.add_fault(ResponseFault::Status(500), When::nth(2));
    assert_eq!(failures(&atlas, &[1, 1, 1]).await, [0, 1, 0]);
}

#[tokio::test]
async fn the_first_response_wins_and_other_stages_combine() {
    let builder = mock(25)
        .fault(ResponseFault::Status(404), When::page(1))
        .fault(ResponseFault::Status(500), When::always())
        .fault(BodyFault::Empty, When::page(1))
        .fault(Fault::header("X-Fault", "yes"), When::page(1));
    let atlas = start(builder).await;
    let first = list(&atlas, "").await;
    assert_eq!((first.status, first.header("x-fault")), (404, Some("yes")));
    assert!(first.body.is_empty());
    assert_eq!(list(&atlas, "pageNum=2").await.status, 500);
}

#[tokio::test]
async fn statuses_have_their_usual_bodies() {
    for (status, code) in [
        (400, "VALIDATION_ERROR"),
        (401, "UNAUTHORIZED"),
        (403, "FORBIDDEN"),
        (404, "RESOURCE_NOT_FOUND"),
        (410, "VERSION_GONE"),
        (429, "RATE_LIMITED"),
        (500, "UNEXPECTED_ERROR"),
    ] {
        let reply = list(&always(ResponseFault::Status(status)).await, "").await;
        assert_eq!(reply.error(), (status, code.to_owned()));
        assert_eq!(reply.header("content-type"), Some("application/json"));
    }
    for status in [502, 503, 504] {
        let reply = list(&always(ResponseFault::Status(status)).await, "").await;
        assert_eq!(reply.status, status);
        assert_eq!(
            reply.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        let title = format!("<html>\r\n<head><title>{status} ");
        assert!(reply.body.starts_with(title.as_bytes()));
    }
    let code = "IP_ADDRESS_NOT_ON_ACCESS_LIST".to_owned();
    let atlas = always(ResponseFault::Error {
        status: 403,
        code: code.clone(),
    })
    .await;
    assert_eq!(list(&atlas, "").await.error(), (403, code));
    let enveloped = list(&atlas, "envelope=true").await;
    assert_eq!(
        (enveloped.status, &enveloped.json()["status"]),
        (200, &json!(403))
    );

    let atlas = always(ResponseFault::CountTimeout).await;
    assert_eq!(
        list(&atlas, "").await.error(),
        (500, "TIMEOUT_WHILE_PAGING".to_owned())
    );
    assert_eq!(list(&atlas, "includeCount=false").await.status, 200);

    let text = list(&always(ResponseFault::ServerErrorText).await, "").await;
    assert_eq!((text.status, &*text.body), (500, &b"Server Error"[..]));
    let canned = list(&always(CannedResponse::new(299).body(*b"\0\xff")).await, "").await;
    assert_eq!((canned.status, &*canned.body), (299, &b"\0\xff"[..]));
}

#[tokio::test]
async fn retry_after_is_absent_a_number_or_a_date() {
    for (after, expected) in [
        (RetryAfter::Absent, None),
        (RetryAfter::Seconds(0), Some("0")),
        (RetryAfter::Seconds(7), Some("7")),
    ] {
        let reply = list(&always(ResponseFault::RateLimited(after)).await, "").await;
        assert_eq!((reply.status, reply.header("retry-after")), (429, expected));
    }
    let hour = Duration::from_secs(3_600);
    let before = SystemTime::now() + hour - Duration::from_secs(1);
    let atlas = always(ResponseFault::TokenBucketEmpty(RetryAfter::Date(hour))).await;
    let reply = list(&atlas, "").await;
    assert_eq!(reply.error(), (429, "RATE_LIMITED_TOKEN_BUCKET".to_owned()));
    let date = chrono::DateTime::parse_from_rfc2822(reply.header("retry-after").unwrap());
    assert!((before..=SystemTime::now() + hour).contains(&date.unwrap().into()));
}

#[tokio::test]
async fn pages_can_have_wrong_content() {
    let atlas = start(mock(25).fault(PageFault::Empty, When::page(2))).await;
    let empty = page(&atlas, 2).await;
    assert_eq!((empty.ids().len(), empty.rels().len()), (0, 3));
    assert_eq!(empty.json()["totalCount"], 25);
    assert_eq!(page(&atlas, 3).await.ids().len(), 5);
    let short = page(&always(PageFault::Short(7)).await, 1).await;
    assert_eq!((short.ids().len(), short.rels().len()), (7, 2));

    let atlas = always(PageFault::Repeat(1)).await;
    assert_eq!(page(&atlas, 1).await.json(), page(&atlas, 3).await.json());

    let builder = mock(25).fault(PageFault::TotalCount(TotalCount::Fixed(-3)), When::page(2));
    let atlas = start(builder.fault(PageFault::Links(Links::Missing), When::page(2))).await;
    for (number, count, has_links) in [(1, 25, true), (2, -3, false)] {
        let page = page(&atlas, number).await.json();
        assert_eq!(
            (&page["totalCount"], page.get("links").is_some()),
            (&json!(count), has_links)
        );
    }

    let missing = page(&always(PageFault::NoResults).await, 1).await;
    assert_eq!(missing.json().get("results"), None);
    for value in [json!(null), json!({}), json!("none"), json!(7)] {
        let page = page(&always(PageFault::Results(value.clone())).await, 1).await;
        assert_eq!(page.json()["results"], value);
    }
}

#[tokio::test]
async fn pages_can_be_smaller_than_requested_without_a_loss() {
    let smaller = || mock(25).fault(PageFault::MaxPageSize(4), When::always());
    let atlas = start(smaller()).await;
    let mut seen = Vec::new();
    for number in 1..=7 {
        let page = page(&atlas, number).await;
        assert_eq!(page.json()["totalCount"], 25);
        assert_eq!(page.rels().contains(&"next".to_owned()), number < 7);
        seen.extend(page.ids());
    }
    assert_eq!(seen, atlas.snapshot_ids());
    let three = list(&atlas, "itemsPerPage=3&pageNum=2").await;
    assert_eq!(three.ids(), seen[3..6], "fewer were requested");

    // Other faults of the page apply to the smaller page, and data changes between two of them.
    let builder = smaller()
        .links(Links::AlwaysNext)
        .total_count(TotalCount::Absent)
        .fault(PageFault::Empty, When::first(1).on_page(2))
        .fault(DataChange::DeleteHead(1), When::first(1));
    let atlas = start(builder).await;
    let empty = page(&atlas, 2).await;
    assert_eq!((empty.ids(), empty.rels().len()), (Vec::new(), 3));
    assert_eq!(empty.json().get("totalCount"), None);
    assert_eq!(page(&atlas, 2).await.ids(), seen[5..9]);
    assert_eq!(page(&atlas, 9).await.rels().len(), 3);
}

#[tokio::test]
async fn an_endless_listing_has_new_items_on_every_page() {
    let atlas = start(mock(15).fault(PageFault::Endless, When::always())).await;
    let mut seen = BTreeSet::new();
    for number in [1, 2, 3, 4, 1_000_000, u64::MAX / 10] {
        let page = page(&atlas, number).await;
        assert!(page.rels().contains(&"next".to_owned()));
        assert!(
            page.ids().into_iter().all(|id| seen.insert(id)),
            "page {number} repeats"
        );
    }
    assert_eq!(seen.len(), 60);
    assert_eq!(page(&atlas, 1).await.ids(), atlas.snapshot_ids()[..10]);

    // Items that moved up are not generated again in the places they left.
    atlas.change(DataChange::DeleteHead(7));
    let ids: BTreeSet<_> = page(&atlas, 1).await.ids().into_iter().collect();
    assert_eq!(ids.len(), 10);
    assert_eq!(
        list(&atlas, "pageNum=99999999999999999999").await.status,
        200
    );
}

#[tokio::test]
async fn one_item_can_be_odd_among_good_ones() {
    // The links of items contain the port.
    let comparable = |page: &Reply| {
        let mut items = page.json()["results"].clone();
        for item in items.as_array_mut().unwrap() {
            item.as_object_mut().unwrap().remove("links");
        }
        items
    };
    let odd = async |place, fault| page(&always(PageFault::Item { place, fault }).await, 1).await;
    let mut expected = comparable(&page(&start(mock(25)).await, 1).await);
    expected[3]["status"] = json!("frozen");
    assert_eq!(
        comparable(&odd(3, ItemFault::set("status", "frozen")).await),
        expected
    );
    let removed = odd(0, ItemFault::remove("id")).await.json();
    assert_eq!(removed["results"][0].get("id"), None);
    assert_eq!(
        odd(9, ItemFault::Replace(json!(7))).await.json()["results"][9],
        7
    );
    let past_the_end = odd(10, ItemFault::remove("id")).await;
    assert_eq!(past_the_end.ids().len(), 10);
}

#[tokio::test]
async fn the_catalogue_sets_and_removes_every_field() {
    let atlas = start(mock(1)).await;
    let item = page(&atlas, 1).await.json()["results"][0].clone();
    let catalogue = ItemFault::catalogue();
    for field in item.as_object().unwrap().keys() {
        assert!(
            catalogue.contains(&ItemFault::remove(field)),
            "{field} is never removed"
        );
        assert!(
            catalogue.contains(&ItemFault::set(field, Value::Null)),
            "{field} is never null"
        );
    }
    for fault in catalogue {
        atlas.clear_faults();
        let odd = PageFault::Item {
            place: 0,
            fault: fault.clone(),
        };
        atlas.add_fault(odd, When::always());
        let changed = page(&atlas, 1).await.json();
        assert_ne!(changed["results"][0], item, "{fault:?} changes nothing");
    }
}

#[tokio::test]
async fn bodies_can_be_replaced_or_damaged() {
    for (fault, expected) in [
        (BodyFault::Empty, &b""[..]),
        (BodyFault::Null, b"null"),
        (BodyFault::Array, b"[]"),
        (
            BodyFault::Html,
            b"<html><body><h1>Please sign in</h1></body></html>",
        ),
    ] {
        let reply = list(&always(fault).await, "").await;
        assert_eq!((reply.status, &*reply.body), (200, expected));
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert_eq!(reply.content_length(), expected.len());
    }
    let damage = async |fault: BodyFault| {
        let atlas = always(fault).await;
        let damaged = list(&atlas, "").await.body;
        atlas.clear_faults();
        (list(&atlas, "").await.body, damaged)
    };
    let (good, bom) = damage(BodyFault::ByteOrderMark).await;
    assert_eq!(bom, [b"\xef\xbb\xbf", &good[..]].concat());
    let (good, cut) = damage(BodyFault::CutShort).await;
    assert_eq!(cut, good[..good.len() / 2]);
    let (good, padded) = damage(BodyFault::Padding(1_000)).await;
    assert_eq!(padded, [&good[..], &[b' '; 1_000]].concat());
    let (good, invalid) = damage(BodyFault::NotUtf8).await;
    assert_eq!(std::str::from_utf8(&invalid).unwrap_err().valid_up_to(), 2);
    assert_eq!(invalid.len(), good.len() + 1);
}

#[tokio::test]
async fn gzip_is_real_or_false() {
    let atlas = always(BodyFault::Gzip).await;
    let decoded = reqwest::get(atlas.snapshots_url())
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert_eq!(
        serde_json::from_slice::<Value>(&decoded).unwrap()["totalCount"],
        25
    );
    let raw = list(&atlas, "").await;
    assert_eq!(
        (raw.header("content-encoding"), &raw.body[..2]),
        (Some("gzip"), &[0x1f, 0x8b][..])
    );

    let false_gzip = always(BodyFault::FalseGzip).await;
    let response = reqwest::get(false_gzip.snapshots_url()).await.unwrap();
    assert!(response.text().await.unwrap_err().is_decode());
}

#[tokio::test]
async fn headers_can_be_added_replaced_and_removed() {
    for (fault, header, expected) in [
        (
            Fault::header("Content-Type", "text/html"),
            "content-type",
            &["text/html"][..],
        ),
        (BodyFault::NoContentType.into(), "content-type", &[]),
        (Fault::sunset(), "sunset", &["Thu, 1 Jan 2026 00:00:00 GMT"]),
        (
            Fault::sunset(),
            "deprecation",
            &["Mon, 3 Nov 2025 00:00:00 GMT"],
        ),
        (
            Fault::rate_limit_headers(1_200, 3),
            "ratelimit-limit",
            &["1200"],
        ),
        (
            Fault::rate_limit_headers(1_200, 3),
            "ratelimit-remaining",
            &["3"],
        ),
        (Fault::header("not a name", "x"), "not a name", &[]),
    ] {
        let reply = list(&always(fault).await, "").await;
        assert_eq!((reply.status, reply.all(header)), (200, expected.to_vec()));
    }
}

#[tokio::test]
async fn data_changes_after_the_page_was_read() {
    for (change, count, first_of_page_2) in [
        // An item at the head leaves: its successor on page 2 is in no page.
        (DataChange::DeleteHead(1), 24, 11),
        (DataChange::DeleteHead(99), 0, 99),
        // An item enters at the head: the last of page 1 is repeated.
        (DataChange::InsertHead(1), 26, 9),
        (DataChange::DeleteTail(2), 23, 10),
        (DataChange::DeleteTail(99), 0, 99),
        (DataChange::InsertTail(3), 28, 10),
    ] {
        let atlas = start(mock(25).fault(change, When::first(1))).await;
        let initial = atlas.snapshot_ids();
        assert_eq!(
            page(&atlas, 1).await.ids(),
            initial[..10],
            "before the change"
        );
        let second = page(&atlas, 2).await;
        assert_eq!(second.json()["totalCount"], count, "{change:?}");
        assert_eq!(second.ids().first(), initial.get(first_of_page_2));
        let current = atlas.snapshot_ids();
        assert_eq!(current.len(), count);
        let survivors: Vec<_> = initial
            .into_iter()
            .filter(|id| current.contains(id))
            .collect();
        assert_eq!(atlas.surviving_ids(), survivors, "{change:?}");
    }
}

#[tokio::test]
async fn inserted_items_are_new_and_in_order() {
    let atlas = start(mock(5)).await;
    for change in [
        DataChange::InsertHead(3),
        DataChange::InsertTail(3),
        DataChange::InsertHead(2),
    ] {
        atlas.change(change);
    }
    let page = list(&atlas, "").await;
    assert_eq!(page.ids(), atlas.snapshot_ids());
    let dates = page.values("createdAt");
    assert!(
        dates.len() == 13 && dates.is_sorted_by(|newer, older| newer > older),
        "{dates:?}"
    );
    assert_eq!(atlas.surviving_ids(), atlas.snapshot_ids()[5..10]);
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_counts_down_and_refills() {
    let atlas = start(mock(1).rate_limit(3, Duration::from_secs(10))).await;
    let request = async || {
        let reply = list(&atlas, "").await;
        let header = |name: &str| reply.header(name).map(ToOwned::to_owned);
        (
            reply.status,
            header("ratelimit-remaining"),
            header("retry-after"),
        )
    };
    for remaining in ["2", "1", "0"] {
        assert_eq!(request().await, (200, Some(remaining.to_owned()), None));
    }
    // A token takes three seconds and a third, rounded up.
    for _ in 0..2 {
        assert_eq!(request().await, (429, None, Some("4".to_owned())));
    }
    tokio::time::advance(Duration::from_secs(4)).await;
    assert_eq!(request().await.0, 200);
    assert_eq!(request().await.0, 429);
    tokio::time::advance(Duration::from_secs(600)).await;
    assert_eq!(
        request().await.1.as_deref(),
        Some("2"),
        "the bucket does not overflow"
    );
}
