//! Hostile bodies: what is built of them is bounded, and the listing says what it left out.

#![allow(clippy::unwrap_used, missing_docs)]

use atlas_snapshots::{Atlas, Completeness, Error, ErrorKind, IncompleteReason, RetryPolicy};
use atlas_snapshots_mock::{
    BodyFault, CannedResponse, ClusterKind, MockAtlas, MockAtlasBuilder, ResponseFault, When,
};
use futures::Stream;
use serde_json::{Value, json};

mod common;

use common::with_timeout;

fn atlas(mock: &MockAtlas) -> Atlas {
    let atlas = Atlas::builder().base_url(mock.base_url());
    atlas.retry_policy(RetryPolicy::none()).build().unwrap()
}

/// A mock whose every page is this body, compressed.
fn gzip(status: u16, body: String) -> MockAtlasBuilder {
    let response = CannedResponse::text(status, body);
    MockAtlas::builder()
        .fault(ResponseFault::Canned(response), When::always())
        .fault(BodyFault::Gzip, When::always())
}

async fn first_error(mock: &MockAtlas) -> Error {
    let request = atlas(mock).serverless_snapshots(mock.project_id(), mock.cluster_name());
    let mut stream = request.stream();
    with_timeout(stream.next()).await.unwrap().unwrap_err()
}

#[tokio::test]
async fn a_page_of_millions_of_items_is_refused_whatever_the_items_are() {
    for item in ["0", "{}", "null", r#""""#] {
        let items = vec![item; 2_000_000].join(",");
        let mock = gzip(200, format!(r#"{{"results":[{items}]}}"#));
        let error = first_error(&mock.start().await.unwrap()).await;
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::Decode, Some(200))
        );
        assert!(
            error
                .to_string()
                .contains("the page has more than 10000 items"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_body_of_more_than_16_mib_is_refused_by_default() {
    for (length, refused) in [(16 << 20, false), ((16 << 20) + 1, true)] {
        let start = r#"{"results":[],"x":""#;
        let body = format!("{start}{}\"}}", "x".repeat(length - start.len() - 2));
        let mock = gzip(200, body).start().await.unwrap();
        let atlas = atlas(&mock);
        let request = atlas.serverless_snapshots(mock.project_id(), mock.cluster_name());
        let listed = with_timeout(request.collect()).await;
        assert_eq!(listed.is_err(), refused);
        if let Err(error) = listed {
            assert_eq!(error.kind(), ErrorKind::Protocol);
            assert!(
                error
                    .to_string()
                    .contains("larger than this client accepts")
            );
        }
    }
}

#[tokio::test]
async fn links_without_number_cost_neither_page_nor_item() {
    let links = vec!["{}"; 1_000_000].join(",");
    let item = r#"{"id":"32b6e34b3d91647abb20e7b8","links":["#;
    for body in [
        format!(r#"{{"results":[{item}]}}],"totalCount":1,"links":[{links}]}}"#),
        format!(r#"{{"results":[{item}{links}]}}],"totalCount":1}}"#),
        // Decoded item by item.
        format!(r#"{{"results":[{item}{links}]}}],"totalCount":1,"links":[0,{links}]}}"#),
        // Larger than what the generated client decodes.
        format!(r#"{{"results":[{item}{links},{links}]}}],"totalCount":1}}"#),
    ] {
        let mock = gzip(200, body).start().await.unwrap();
        let atlas = atlas(&mock);
        let request = atlas.serverless_snapshots(mock.project_id(), mock.cluster_name());
        let listed = with_timeout(request.collect()).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert!(listed[0].links().len() <= 16);
        assert!(listed.summary().is_complete());
    }
}

#[tokio::test]
async fn a_text_of_megabytes_costs_its_item_alone() {
    // As a text, it is valid; as a number, an error of the decoder would repeat it six times as long.
    for name in ["mongodVersion", "storageSizeBytes"] {
        let text = "\u{7f}".repeat(5_000_000);
        let items = format!(r#"[{{"id":"a","{name}":"{text}"}},{{"id":"b"}}]"#);
        let body = format!(r#"{{"results":{items},"totalCount":2}}"#);
        let mock = gzip(200, body).start().await.unwrap();
        let atlas = atlas(&mock);
        let request = atlas.serverless_snapshots(mock.project_id(), mock.cluster_name());
        let partial = with_timeout(request.collect_partial()).await;
        let collected = partial.collected();
        assert_eq!((collected.len(), collected[0].id().as_str()), (1, "b"));
        let reason = collected.item_errors()[0].reason();
        assert_eq!(reason, "it has a text of more than 1 MiB");
    }
}

#[tokio::test]
async fn an_error_with_millions_of_parts_keeps_its_status_and_a_few_of_them() {
    let list = |part: &str| vec![part; 1_000_000].join(",");
    let code = r#""errorCode":"NO_SUCH_THING""#;
    for body in [
        format!(r#"{{{code},"parameters":[{}]}}"#, list("0")),
        format!(r#"{{{code},"parameters":[{}]}}"#, list(r#""""#)),
        format!(
            r#"{{{code},"badRequestDetail":{{"fields":[{}]}}}}"#,
            list("{}")
        ),
        format!(r#"{{{code},"detail":"{}"}}"#, "x".repeat(10_000_000)),
    ] {
        let error = first_error(&gzip(404, body).start().await.unwrap()).await;
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::NotFound, Some(404))
        );
        assert_eq!(error.error_code(), Some("NO_SUCH_THING"));
        let parts = error.parameters().len() + error.field_violations().len();
        assert!(parts <= 64, "{parts}");
        assert!(error.to_string().len() < 1_000, "{error}");
        assert!(format!("{error:?}").len() < 10_000, "{error:?}");
    }
}

#[tokio::test]
async fn an_error_within_64_kib_keeps_the_first_of_its_many_parts() {
    let parameters = vec!["é"; 1_000];
    let fields = vec![json!({ "field": "a", "description": "b" }); 1_000];
    let detail = "é".repeat(5_000);
    let body = json!({
        "detail": detail, "parameters": parameters, "badRequestDetail": { "fields": fields },
    });
    let error = first_error(&gzip(400, body.to_string()).start().await.unwrap()).await;
    assert_eq!(error.parameters(), &parameters[..32]);
    assert_eq!(error.field_violations().len(), 32);
    assert_eq!(error.field_violations()[31].description(), "b");
    assert_eq!(error.detail(), Some(&*detail));
    let shown = format!("request rejected (400): {}… (0 delivered", "é".repeat(500));
    assert!(error.to_string().contains(&shown), "{error}");
    assert!(!format!("{error:?}").contains(&"é".repeat(501)));
}

#[tokio::test]
async fn a_token_response_without_end_is_an_error_of_bounded_length() {
    for (status, body) in [
        (
            200,
            format!(r#"{{"access_token":"{}"}}"#, "t".repeat(1_000_000)),
        ),
        (
            400,
            format!(r#"{{"error_description":"{}"}}"#, "d".repeat(60_000)),
        ),
        (
            400,
            format!(r#"{{"error_description":"{}"}}"#, "d".repeat(1_000_000)),
        ),
    ] {
        let fault = ResponseFault::Canned(CannedResponse::text(status, body));
        let mock = MockAtlas::builder()
            .service_account("id", "secret")
            .token_fault(fault, When::always());
        let mock = mock.start().await.unwrap();
        let atlas = Atlas::builder()
            .base_url(mock.base_url())
            .credentials(atlas_snapshots::Credentials::service_account(
                "id", "secret",
            ))
            .retry_policy(RetryPolicy::none());
        let request = atlas.build().unwrap();
        let request = request.snapshots(mock.project_id(), mock.cluster_name());
        let error = with_timeout(request.collect()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::TokenRequest, Some(status))
        );
        let length = format!("{error} {error:?}").len();
        assert!(length < 5_000, "{length}");
    }
}

/// A page of 100 items, every second one without an id.
fn half_unreadable() -> Vec<Value> {
    let good = |number| json!({ "id": format!("{number:024x}"), "status": "COMPLETED" });
    let bad = |number| json!({ "number": number });
    (0..50)
        .flat_map(|number| [good(number), bad(number)])
        .collect()
}

async fn flex(items: Vec<Value>) -> MockAtlas {
    let mock = MockAtlas::builder().kind(ClusterKind::Flex).items(items);
    mock.start().await.unwrap()
}

#[tokio::test]
async fn many_unreadable_items_are_counted_and_cost_no_readable_one() {
    let mock = flex(half_unreadable()).await;
    let atlas = atlas(&mock);
    let request = atlas.flex_snapshots(mock.project_id(), mock.cluster_name());

    let mut stream = request.clone().stream();
    let (mut items, mut errors) = (0, Vec::new());
    while let Some(next) = with_timeout(stream.next()).await {
        match next {
            Ok(_) => items += 1,
            Err(error) => errors.push(error),
        }
        let (yet, most) = stream.size_hint();
        assert_eq!((Some(yet), yet), (most, 71 - items - errors.len()), "exact");
    }
    assert_eq!((items, errors.len()), (50, 21));
    assert!(
        errors
            .iter()
            .all(|error| error.kind() == ErrorKind::InvalidItem)
    );
    let last = &errors[20];
    assert!(
        last.to_string().contains(
            "30 more items cannot be read: only the first 20 of a page are reported one by one"
        ),
        "{last}"
    );
    let counts = errors
        .iter()
        .map(|error| error.invalid_item().unwrap().count());
    assert_eq!(counts.sum::<u64>(), 50);
    let summary = stream.summary();
    assert_eq!((summary.delivered(), summary.item_errors()), (50, 50));
    let unreadable = IncompleteReason::UnreadableItems;
    assert_eq!(
        summary.completeness(),
        Completeness::PossiblyIncomplete(unreadable)
    );

    let page = with_timeout(request.clone().pages().next())
        .await
        .unwrap()
        .unwrap();
    assert_eq!((page.items().len(), page.item_errors().len()), (50, 21));
    let last = &page.item_errors()[20];
    assert_eq!((last.page(), last.index(), last.count()), (1, 99, 30));

    let partial = with_timeout(request.collect_partial()).await;
    assert!(partial.error().is_none());
    let collected = partial.collected();
    assert_eq!((collected.len(), collected.item_errors().len()), (50, 21));
    assert_eq!(collected.summary().item_errors(), 50);
}

#[tokio::test]
async fn a_21st_unreadable_item_is_reported_like_any_other() {
    let mock = flex(half_unreadable().split_off(58)).await;
    let atlas = atlas(&mock);
    let request = atlas.flex_snapshots(mock.project_id(), mock.cluster_name());
    let partial = with_timeout(request.collect_partial()).await;
    let errors = partial.collected().item_errors();
    assert_eq!(errors.len(), 21);
    assert_eq!(
        errors[20].to_string(),
        "item 41 cannot be read: only the first 20 of a page are reported one by one"
    );
}

#[tokio::test]
async fn resuming_behind_many_unreadable_items_repeats_and_loses_none() {
    let mock = flex(half_unreadable()).await;
    let atlas = atlas(&mock);
    let request = || atlas.flex_snapshots(mock.project_id(), mock.cluster_name());
    for stop_after in [1, 30, 60, 65, 70] {
        let mut stream = request().stream();
        let mut ids = Vec::new();
        for _ in 0..stop_after {
            ids.extend(with_timeout(stream.next()).await.unwrap());
        }
        let mut rest = request().resume_from(stream.checkpoint()).stream();
        while let Some(next) = with_timeout(rest.next()).await {
            ids.extend(next);
        }
        let ids: Vec<_> = ids.iter().map(|it| it.id().as_str().to_owned()).collect();
        let expected: Vec<_> = (0..50).map(|number| format!("{number:024x}")).collect();
        assert_eq!(ids, expected, "{stop_after}");
    }
}
