//! The fault simulator as a client sees it, up to the body; for the wire see `mock_wire.rs`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, SystemTime};

use atlas_snapshots_mock::{
    AnswerFault, BodyFault, CannedResponse, DataChange, Fault, Links, MockAtlas, PageFault,
    RetryAfter, RowFault, TotalCount, When,
};
use reqwest::Response;
use serde_json::{Value, json};

async fn atlas(count: usize, fault: impl Into<Fault>, when: When) -> MockAtlas {
    MockAtlas::builder()
        .snapshots(count)
        .fault(fault, when)
        .start()
        .await
        .unwrap()
}

async fn always(fault: impl Into<Fault>) -> MockAtlas {
    atlas(25, fault, When::always()).await
}

async fn get(atlas: &MockAtlas, query: &str) -> Response {
    reqwest::get(format!("{}?{query}", atlas.snapshots_url()))
        .await
        .unwrap()
}

async fn json(response: Response) -> Value {
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

async fn page(atlas: &MockAtlas, number: u64) -> Value {
    let response = get(atlas, &format!("itemsPerPage=10&pageNum={number}")).await;
    assert_eq!(response.status(), 200);
    json(response).await
}

fn ids(page: &Value) -> Vec<&str> {
    page["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect()
}

fn rels(page: &Value) -> Vec<&str> {
    page["links"]
        .as_array()
        .unwrap()
        .iter()
        .map(|link| link["rel"].as_str().unwrap())
        .collect()
}

/// Which of the next `count` requests for these pages fail with the fault's 500.
async fn failures(atlas: &MockAtlas, pages: &[u64]) -> Vec<bool> {
    let mut failed = Vec::new();
    for page in pages {
        failed.push(
            get(atlas, &format!("itemsPerPage=10&pageNum={page}"))
                .await
                .status()
                == 500,
        );
    }
    failed
}

#[tokio::test]
async fn conditions_choose_requests() {
    let fault = || AnswerFault::Status(500);
    for (when, pages, expected) in [
        (When::always(), [1, 2, 3, 1, 2, 3], [true; 6]),
        (
            When::first(2),
            [1, 2, 3, 1, 2, 3],
            [true, true, false, false, false, false],
        ),
        (
            When::after(4),
            [1, 2, 3, 1, 2, 3],
            [false, false, false, false, true, true],
        ),
        (
            When::nth(3),
            [1, 2, 3, 1, 2, 3],
            [false, false, true, false, false, false],
        ),
        (When::nth(0), [1, 2, 3, 1, 2, 3], [false; 6]),
        (
            When::every(2),
            [1, 2, 3, 1, 2, 3],
            [false, true, false, true, false, true],
        ),
        (When::every(0), [1, 2, 3, 1, 2, 3], [false; 6]),
        (
            When::page(2),
            [1, 2, 3, 1, 2, 3],
            [false, true, false, false, true, false],
        ),
        (
            When::first(1).on_page(2),
            [1, 2, 3, 1, 2, 3],
            [false, true, false, false, false, false],
        ),
        (
            When::first(1).on_pages(2..=3),
            [1, 3, 2, 1, 2, 3],
            [false, true, false, false, false, false],
        ),
        (
            When::first(1).of_each_page(),
            [1, 2, 1, 3, 2, 3],
            [true, true, false, true, false, false],
        ),
        (
            When::nth(2).of_each_page().on_pages(1..=2),
            [1, 2, 1, 3, 3, 2],
            [false, false, true, false, false, true],
        ),
    ] {
        let atlas = atlas(25, fault(), when.clone()).await;
        assert_eq!(failures(&atlas, &pages).await, expected, "{when:?}");
        let statuses = atlas
            .requests()
            .iter()
            .map(|request| request.status == Some(500))
            .collect::<Vec<_>>();
        assert_eq!(statuses, expected);
    }
}

#[tokio::test]
async fn refused_requests_are_not_counted() {
    let atlas = atlas(25, AnswerFault::Status(500), When::first(1)).await;
    assert_eq!(get(&atlas, "pageNum=0").await.status(), 400);
    assert_eq!(failures(&atlas, &[1, 1]).await, [true, false]);
}

#[tokio::test]
async fn the_script_can_change_while_it_runs() {
    let atlas = always(AnswerFault::Status(500)).await;
    assert_eq!(failures(&atlas, &[1]).await, [true]);
    atlas.clear_faults();
    assert_eq!(failures(&atlas, &[1]).await, [false]);
    atlas.add_fault(AnswerFault::Status(500), When::nth(2));
    assert_eq!(failures(&atlas, &[1, 1, 1]).await, [false, true, false]);
}

#[tokio::test]
async fn the_first_answer_wins_and_other_stages_add_up() {
    let atlas = MockAtlas::builder()
        .snapshots(25)
        .fault(AnswerFault::Status(404), When::page(1))
        .fault(AnswerFault::Status(500), When::always())
        .fault(BodyFault::Empty, When::page(1))
        .fault(Fault::header("X-Fault", "yes"), When::page(1))
        .start()
        .await
        .unwrap();
    let first = get(&atlas, "").await;
    assert_eq!(
        (
            first.status().as_u16(),
            first.headers()["x-fault"].to_str().unwrap()
        ),
        (404, "yes")
    );
    assert_eq!(first.text().await.unwrap(), "");
    assert_eq!(get(&atlas, "pageNum=2").await.status(), 500);
}

#[tokio::test]
async fn statuses_have_their_usual_bodies() {
    for (status, code) in [
        (400, "VALIDATION_ERROR"),
        (401, "UNAUTHORIZED"),
        (403, "FORBIDDEN"),
        (404, "RESOURCE_NOT_FOUND"),
        (409, "CONFLICT"),
        (410, "VERSION_GONE"),
        (429, "RATE_LIMITED"),
        (500, "UNEXPECTED_ERROR"),
    ] {
        let response = get(&always(AnswerFault::Status(status)).await, "").await;
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()["content-type"], "application/json");
        let body = json(response).await;
        assert_eq!(
            (&body["error"], &body["errorCode"]),
            (&json!(status), &json!(code))
        );
        assert!(body["reason"].is_string() && body["detail"].is_string());
    }
    for status in [502, 503, 504] {
        let response = get(&always(AnswerFault::Status(status)).await, "").await;
        assert_eq!(response.status(), status);
        assert_eq!(
            response.headers()["content-type"],
            "text/html; charset=utf-8"
        );
        assert!(
            response
                .text()
                .await
                .unwrap()
                .starts_with(&format!("<html>\r\n<head><title>{status} "))
        );
    }
}

#[tokio::test]
async fn errors_can_have_any_code_and_keep_the_layout() {
    let fault = AnswerFault::Error {
        status: 403,
        code: "IP_ADDRESS_NOT_ON_ACCESS_LIST".to_owned(),
    };
    let atlas = always(fault).await;
    assert_eq!(
        json(get(&atlas, "").await).await["errorCode"],
        "IP_ADDRESS_NOT_ON_ACCESS_LIST"
    );
    let enveloped = get(&atlas, "envelope=true").await;
    assert_eq!(enveloped.status(), 200);
    assert_eq!(json(enveloped).await["status"], 403);
}

#[tokio::test]
async fn rate_limits_say_when_to_return_in_every_way() {
    let after = async |retry_after| {
        let response = get(&always(AnswerFault::RateLimited(retry_after)).await, "").await;
        assert_eq!(response.status(), 429);
        response
            .headers()
            .get("retry-after")
            .map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(after(RetryAfter::Absent).await, None);
    assert_eq!(after(RetryAfter::Seconds(0)).await.as_deref(), Some("0"));
    assert_eq!(after(RetryAfter::Seconds(7)).await.as_deref(), Some("7"));

    let before = SystemTime::now() + Duration::from_secs(3_600 - 1);
    let date = after(RetryAfter::Date(Duration::from_secs(3_600)))
        .await
        .unwrap();
    let date: SystemTime = chrono::DateTime::parse_from_rfc2822(&date).unwrap().into();
    assert!((before..=SystemTime::now() + Duration::from_secs(3_600)).contains(&date));

    let bucket = get(
        &always(AnswerFault::TokenBucketEmpty(RetryAfter::Seconds(1))).await,
        "",
    )
    .await;
    assert_eq!(json(bucket).await["errorCode"], "RATE_LIMITED_TOKEN_BUCKET");
}

#[tokio::test]
async fn counting_times_out_only_when_asked_to_count() {
    let atlas = always(AnswerFault::CountTimeout).await;
    let failed = get(&atlas, "").await;
    assert_eq!(failed.status(), 500);
    assert_eq!(json(failed).await["errorCode"], "TIMEOUT_WHILE_PAGING");
    assert_eq!(get(&atlas, "includeCount=false").await.status(), 200);
}

#[tokio::test]
async fn answers_can_be_text_or_anything() {
    let text = get(&always(AnswerFault::ServerErrorText).await, "").await;
    assert_eq!(
        (text.status().as_u16(), text.text().await.unwrap().as_str()),
        (500, "Server Error")
    );
    let canned = CannedResponse::new(299).body(*b"\0\xff");
    let canned = get(&always(canned).await, "").await;
    assert_eq!(canned.status(), 299);
    assert_eq!(&canned.bytes().await.unwrap()[..], b"\0\xff");
}

#[tokio::test]
async fn empty_and_short_pages_keep_links_and_count() {
    let atlas = atlas(25, PageFault::Empty, When::page(2)).await;
    let empty = page(&atlas, 2).await;
    assert_eq!(
        (ids(&empty).len(), rels(&empty)),
        (0, vec!["self", "previous", "next"])
    );
    assert_eq!(empty["totalCount"], 25);
    assert_eq!(ids(&page(&atlas, 3).await).len(), 5);

    let short = page(&always(PageFault::Short(7)).await, 1).await;
    assert_eq!((ids(&short).len(), rels(&short)), (7, vec!["self", "next"]));
}

#[tokio::test]
async fn a_repeating_server_ignores_the_page_number() {
    let atlas = always(PageFault::Repeat(1)).await;
    assert_eq!(page(&atlas, 1).await, page(&atlas, 3).await);
    assert_eq!(rels(&page(&atlas, 99).await), ["self", "next"]);
}

#[tokio::test]
async fn an_endless_listing_has_new_rows_on_every_page() {
    let atlas = atlas(15, PageFault::Endless, When::always()).await;
    let mut seen = std::collections::BTreeSet::new();
    for number in [1, 2, 3, 4, 1_000_000, u64::MAX / 10] {
        let page = page(&atlas, number).await;
        assert!(rels(&page).contains(&"next"));
        assert!(
            ids(&page).into_iter().all(|id| seen.insert(id.to_owned())),
            "page {number} repeats"
        );
    }
    assert_eq!(seen.len(), 60);
    assert_eq!(ids(&page(&atlas, 1).await), atlas.snapshot_ids()[..10]);

    // Rows that moved up are not made up again in the places they left.
    atlas.change(DataChange::DeleteHead(7));
    let moved = page(&atlas, 1).await;
    assert_eq!(
        ids(&moved)
            .iter()
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        10
    );
    get(&atlas, "pageNum=99999999999999999999")
        .await
        .error_for_status()
        .unwrap();
}

#[tokio::test]
async fn count_and_links_can_lie_on_one_page() {
    let atlas = MockAtlas::builder()
        .snapshots(25)
        .fault(PageFault::TotalCount(TotalCount::Fixed(-3)), When::page(2))
        .fault(PageFault::Links(Links::Missing), When::page(2))
        .start()
        .await
        .unwrap();
    let (first, second) = (page(&atlas, 1).await, page(&atlas, 2).await);
    assert_eq!(
        (&first["totalCount"], &second["totalCount"]),
        (&json!(25), &json!(-3))
    );
    assert_eq!(
        (first.get("links").is_some(), second.get("links").is_some()),
        (true, false)
    );
}

#[tokio::test]
async fn results_can_be_missing_or_anything() {
    assert_eq!(
        page(&always(PageFault::NoResults).await, 1)
            .await
            .get("results"),
        None
    );
    for value in [json!(null), json!({}), json!("none"), json!(7)] {
        assert_eq!(
            page(&always(PageFault::Results(value.clone())).await, 1).await["results"],
            value
        );
    }
}

#[tokio::test]
async fn one_row_can_be_odd_among_good_ones() {
    let good = page(
        &MockAtlas::builder().snapshots(25).start().await.unwrap(),
        1,
    )
    .await;
    let odd = async |place, fault| page(&always(PageFault::Row { place, fault }).await, 1).await;
    let without_links = |page: &Value, place: usize| {
        let mut row = page["results"][place].clone();
        row.as_object_mut().unwrap().remove("links");
        row
    };

    let set = odd(3, RowFault::set("status", "frozen")).await;
    assert_eq!(set["results"][3]["status"], "frozen");
    assert_eq!(set["results"][3]["id"], good["results"][3]["id"]);
    for neighbour in [0, 1, 2, 4, 9] {
        assert_eq!(
            without_links(&set, neighbour),
            without_links(&good, neighbour)
        );
    }
    assert_eq!(
        odd(0, RowFault::remove("id")).await["results"][0].get("id"),
        None
    );
    assert_eq!(odd(9, RowFault::Replace(json!(7))).await["results"][9], 7);
    assert_eq!(
        ids(&odd(10, RowFault::remove("id")).await).len(),
        10,
        "past the end of the page"
    );
}

#[tokio::test]
async fn the_catalogue_has_every_field_set_and_removed() {
    let atlas = MockAtlas::builder().snapshots(1).start().await.unwrap();
    let row = page(&atlas, 1).await["results"][0].clone();
    let catalogue = RowFault::catalogue();
    for field in row.as_object().unwrap().keys() {
        assert!(
            catalogue.contains(&RowFault::remove(field)),
            "{field} is never removed"
        );
        assert!(
            catalogue.contains(&RowFault::set(field, Value::Null)),
            "{field} is never null"
        );
    }
    for fault in catalogue {
        atlas.clear_faults();
        atlas.add_fault(
            PageFault::Row {
                place: 0,
                fault: fault.clone(),
            },
            When::always(),
        );
        assert_ne!(
            page(&atlas, 1).await["results"][0],
            row,
            "{fault:?} changes nothing"
        );
    }
}

#[tokio::test]
async fn bodies_can_be_anything_under_good_headers() {
    for (fault, expected) in [
        (BodyFault::Empty, &b""[..]),
        (BodyFault::Null, b"null"),
        (BodyFault::Array, b"[]"),
        (
            BodyFault::Html,
            b"<html><body><h1>Please sign in</h1></body></html>",
        ),
    ] {
        let response = get(&always(fault).await, "").await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(
            response.headers()["content-length"],
            expected.len().to_string()
        );
        assert_eq!(&response.bytes().await.unwrap()[..], expected);
    }
}

#[tokio::test]
async fn bodies_can_be_damaged() {
    let body = async |fault: BodyFault| {
        let atlas = always(fault).await;
        let damaged = get(&atlas, "").await.bytes().await.unwrap().to_vec();
        atlas.clear_faults();
        (
            get(&atlas, "").await.bytes().await.unwrap().to_vec(),
            damaged,
        )
    };
    let (good, bom) = body(BodyFault::ByteOrderMark).await;
    assert_eq!(bom, [b"\xef\xbb\xbf", &good[..]].concat());
    let (good, cut) = body(BodyFault::CutShort).await;
    assert_eq!(cut, good[..good.len() / 2]);
    let (good, padded) = body(BodyFault::Padding(1_000)).await;
    assert_eq!(padded.len(), good.len() + 1_000);
    assert_eq!(
        serde_json::from_slice::<Value>(&padded).unwrap(),
        serde_json::from_slice::<Value>(&good).unwrap()
    );
    let (good, invalid) = body(BodyFault::NotUtf8).await;
    assert_eq!(std::str::from_utf8(&invalid).unwrap_err().valid_up_to(), 2);
    assert_eq!(invalid.len(), good.len() + 1);
}

#[tokio::test]
async fn gzip_is_real_or_a_lie() {
    let atlas = always(BodyFault::Gzip).await;
    assert_eq!(
        page(&atlas, 3).await["totalCount"],
        25,
        "a client that decodes sees the page"
    );
    let raw = reqwest::Client::builder().no_gzip().build().unwrap();
    let response = raw.get(atlas.snapshots_url()).send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    assert_eq!(response.bytes().await.unwrap()[..2], [0x1f, 0x8b]);

    let lie = get(&always(BodyFault::FalseGzip).await, "").await;
    assert!(lie.text().await.unwrap_err().is_decode());
}

#[tokio::test]
async fn headers_can_be_added_replaced_and_removed() {
    let response = get(
        &always(Fault::header("Content-Type", "text/html")).await,
        "",
    )
    .await;
    assert_eq!(
        response
            .headers()
            .get_all("content-type")
            .iter()
            .collect::<Vec<_>>(),
        ["text/html"]
    );
    let response = get(&always(BodyFault::NoContentType).await, "").await;
    assert_eq!(response.headers().get("content-type"), None);
    let response = get(&always(Fault::sunset()).await, "").await;
    assert_eq!(response.headers()["sunset"], "Thu, 1 Jan 2026 00:00:00 GMT");
    assert_eq!(
        response.headers()["deprecation"],
        "Mon, 3 Nov 2025 00:00:00 GMT"
    );
    let response = get(&always(Fault::rate_limit_headers(1_200, 3)).await, "").await;
    assert_eq!(response.headers()["ratelimit-limit"], "1200");
    assert_eq!(response.headers()["ratelimit-remaining"], "3");
    let response = get(&always(Fault::header("not a name", "x")).await, "").await;
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn data_changes_after_the_page_was_read() {
    for (change, count, first_of_page_2) in [
        // A row at the head leaves: its successor on page 2 is never seen at all.
        (DataChange::DeleteHead(1), 24, 11),
        (DataChange::DeleteHead(99), 0, 99),
        // A row enters at the head: the last of page 1 comes again.
        (DataChange::InsertHead(1), 26, 9),
        (DataChange::DeleteTail(2), 23, 10),
        (DataChange::DeleteTail(99), 0, 99),
        (DataChange::InsertTail(3), 28, 10),
    ] {
        let atlas = atlas(25, change, When::first(1)).await;
        let initial = atlas.snapshot_ids();
        assert_eq!(
            ids(&page(&atlas, 1).await),
            initial[..10],
            "before the change"
        );
        let second = page(&atlas, 2).await;
        assert_eq!(second["totalCount"], count, "{change:?}");
        assert_eq!(
            ids(&second).first().copied(),
            initial.get(first_of_page_2).map(String::as_str)
        );
        assert_eq!(atlas.snapshot_ids().len(), count);
        let survivors: Vec<_> = initial
            .iter()
            .filter(|id| atlas.snapshot_ids().contains(id))
            .cloned()
            .collect();
        assert_eq!(atlas.surviving_ids(), survivors, "{change:?}");
    }
}

#[tokio::test]
async fn inserted_rows_are_new_and_in_order() {
    let atlas = MockAtlas::builder().snapshots(5).start().await.unwrap();
    atlas.change(DataChange::InsertHead(3));
    atlas.change(DataChange::InsertTail(3));
    atlas.change(DataChange::InsertHead(2));
    let rows = json(get(&atlas, "").await).await;
    assert_eq!(ids(&rows), atlas.snapshot_ids());
    let dates: Vec<_> = rows["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["createdAt"].as_str().unwrap())
        .collect();
    assert_eq!(dates.len(), 13);
    assert!(
        dates.is_sorted_by(|newer, older| newer > older),
        "{dates:?}"
    );
    assert_eq!(atlas.surviving_ids(), atlas.snapshot_ids()[5..10]);
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_counts_down_and_refills() {
    let minute = Duration::from_secs(60);
    let atlas = MockAtlas::builder()
        .snapshots(1)
        .rate_limit(3, minute)
        .start()
        .await
        .unwrap();
    for remaining in ["2", "1", "0"] {
        let response = get(&atlas, "").await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["ratelimit-limit"], "3");
        assert_eq!(response.headers()["ratelimit-remaining"], remaining);
    }
    for _ in 0..2 {
        let refused = get(&atlas, "").await;
        assert_eq!(refused.status(), 429);
        assert_eq!(refused.headers()["retry-after"], "20");
        assert_eq!(refused.headers().get("ratelimit-remaining"), None);
    }
    tokio::time::advance(Duration::from_secs(20)).await;
    assert_eq!(get(&atlas, "").await.status(), 200);
    assert_eq!(get(&atlas, "").await.status(), 429);
    tokio::time::advance(10 * minute).await;
    assert_eq!(
        get(&atlas, "").await.headers()["ratelimit-remaining"],
        "2",
        "full, not fuller"
    );
}

#[tokio::test(start_paused = true)]
async fn a_refused_client_that_waits_as_told_is_let_in() {
    let ten_seconds = Duration::from_secs(10);
    let atlas = MockAtlas::builder()
        .rate_limit(3, ten_seconds)
        .start()
        .await
        .unwrap();
    for _ in 0..3 {
        assert_eq!(get(&atlas, "").await.status(), 200);
    }
    // A token takes three seconds and a third.
    assert_eq!(get(&atlas, "").await.headers()["retry-after"], "4");
    tokio::time::advance(Duration::from_secs(4)).await;
    assert_eq!(get(&atlas, "").await.status(), 200);
}
