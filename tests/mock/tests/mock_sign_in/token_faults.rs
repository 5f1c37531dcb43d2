//! What goes wrong at the token endpoint.

use std::time::Duration;

use atlas_snapshots_mock::{
    AnswerFault, BodyFault, CannedResponse, DataChange, Fault, MockAtlas, PageFault, RetryAfter,
    When, WireFault,
};
use serde_json::json;
use tokio::time::Instant;

use crate::raw::send;
use crate::tokens::{BASIC, FORM, GRANT, accounted, ask_for_token, list, token};

async fn first(fault: impl Into<Fault>) -> MockAtlas {
    let builder = accounted().token_fault(fault, When::first(1));
    builder.start().await.unwrap()
}

#[tokio::test]
async fn the_first_requests_can_be_too_many() {
    let atlas = accounted()
        .token_fault(
            AnswerFault::RateLimited(RetryAfter::Seconds(7)),
            When::first(2),
        )
        .token_fault(AnswerFault::Status(503), When::nth(3))
        .start()
        .await
        .unwrap();
    for (status, wait) in [(429, Some("7")), (429, Some("7")), (503, None), (200, None)] {
        let answer = ask_for_token(&atlas).await;
        assert_eq!(
            (answer.status, answer.header("retry-after")),
            (status, wait)
        );
        assert!(answer.challenges().is_empty());
    }
    let statuses = atlas
        .token_requests()
        .into_iter()
        .map(|entry| entry.request.status.unwrap());
    assert_eq!(statuses.collect::<Vec<_>>(), [429, 429, 503, 200]);
    assert_eq!(
        atlas.live_tokens(),
        1,
        "an answer in place of a token issues none"
    );
}

#[tokio::test]
async fn only_good_requests_count() {
    let atlas = first(AnswerFault::Status(503)).await;
    let line = "POST /api/oauth/token";
    assert_eq!(send(&atlas, line, &[FORM], GRANT).await.status, 401);
    assert_eq!(send(&atlas, line, &[BASIC, FORM], "").await.status, 400);
    assert_eq!(ask_for_token(&atlas).await.status, 503);
    assert_eq!(ask_for_token(&atlas).await.status, 200);
}

#[tokio::test]
async fn the_listing_and_its_faults_are_apart() {
    let atlas = first(AnswerFault::Status(503)).await;
    atlas.add_fault(AnswerFault::Status(500), When::first(1));
    assert_eq!(ask_for_token(&atlas).await.status, 503);
    let token = token(&atlas).await;
    assert_eq!(list(&atlas, &token).await, (500, None));
    assert_eq!(list(&atlas, &token).await, (200, None));
}

#[tokio::test]
async fn the_answer_can_be_garbage() {
    type Check = fn(&[u8]) -> bool;
    let not_json: Check = |body| serde_json::from_slice::<serde_json::Value>(body).is_err();
    for (fault, check) in [
        (
            Fault::from(BodyFault::Html),
            (|body| body.starts_with(b"<")) as Check,
        ),
        (BodyFault::Empty.into(), <[u8]>::is_empty),
        (BodyFault::NotUtf8.into(), |body| {
            str::from_utf8(body).is_err()
        }),
        (BodyFault::CutShort.into(), not_json),
        (BodyFault::Null.into(), |body| body == b"null"),
        (BodyFault::Array.into(), |body| body.starts_with(b"[")),
        (
            CannedResponse::json(200, json!({ "token_type": "Bearer", "expires_in": 3600 })).into(),
            |body| {
                !body.is_empty()
                    && str::from_utf8(body).is_ok_and(|text| !text.contains("access_token"))
            },
        ),
    ] {
        let atlas = first(fault.clone()).await;
        let answer = ask_for_token(&atlas).await;
        assert_eq!(answer.status, 200, "{fault:?}");
        assert!(check(&answer.body), "{fault:?}: {:?}", answer.body);
        assert_eq!(list(&atlas, &token(&atlas).await).await, (200, None));
    }
}

#[tokio::test]
async fn a_token_lost_on_the_way_was_issued_all_the_same() {
    for fault in [
        Fault::from(BodyFault::Empty),
        WireFault::Truncate.into(),
        WireFault::ResetInBody.into(),
    ] {
        let atlas = first(fault).await;
        ask_for_token(&atlas).await;
        assert_eq!(atlas.live_tokens(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_answer_can_come_late() {
    let atlas = first(WireFault::Delay(Duration::from_secs(60))).await;
    let began = Instant::now();
    let token = token(&atlas).await;
    assert_eq!(began.elapsed().as_secs(), 60);
    list(&atlas, &token).await;
    assert_eq!(began.elapsed().as_secs(), 60, "the listing does not");
}

#[tokio::test]
async fn faults_can_come_and_go_later() {
    let atlas = accounted().start().await.unwrap();
    token(&atlas).await;
    atlas.add_token_fault(AnswerFault::Status(503), When::always());
    atlas.add_token_fault(Fault::header("X-Fault", "yes"), When::always());
    let answer = ask_for_token(&atlas).await;
    assert_eq!(
        (answer.status, answer.header("x-fault")),
        (503, Some("yes"))
    );
    atlas.clear_faults();
    assert_eq!(ask_for_token(&atlas).await.status, 200);
}

#[tokio::test]
async fn faults_of_pages_and_data_do_nothing_here() {
    let atlas = accounted()
        .token_fault(PageFault::NoResults, When::always())
        .token_fault(DataChange::DeleteHead(1), When::always())
        .start()
        .await
        .unwrap();
    let token = token(&atlas).await;
    assert_eq!(list(&atlas, &token).await, (200, None));
    assert_eq!(atlas.snapshot_ids().len(), 3);
}

#[tokio::test]
async fn a_token_request_is_for_no_page() {
    let atlas = accounted()
        .token_fault(AnswerFault::Status(503), When::page(1))
        .revoke_fault(AnswerFault::Status(503), When::page(1))
        .start()
        .await
        .unwrap();
    let form = format!("token={}", token(&atlas).await);
    let answer = send(&atlas, "POST /api/oauth/revoke", &[BASIC, FORM], &form).await;
    assert_eq!(answer.status, 200);
    // All of them count as one, then.
    atlas.add_token_fault(AnswerFault::Status(503), When::nth(2).of_each_page());
    assert_eq!(ask_for_token(&atlas).await.status, 200);
    assert_eq!(ask_for_token(&atlas).await.status, 503);
}
