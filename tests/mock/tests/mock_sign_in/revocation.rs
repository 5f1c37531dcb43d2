//! Tokens that are given back.

use std::time::Duration;

use atlas_snapshots_mock::{AnswerFault, MockAtlas, Refusal, TokenEndpoint, When};
use tokio::time::advance;

use crate::raw::{Answer, send};
use crate::tokens::{BASIC, FORM, accounted, list, token};

async fn revoke(atlas: &MockAtlas, form: &str) -> Answer {
    send(atlas, "POST /api/oauth/revoke", &[BASIC, FORM], form).await
}

#[tokio::test]
async fn a_revoked_token_no_longer_works() {
    let atlas = accounted().start().await.unwrap();
    let (kept, revoked) = (token(&atlas).await, token(&atlas).await);
    let form = format!("token={revoked}&token_type_hint=access_token");
    let answer = revoke(&atlas, &form).await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    assert_eq!(
        list(&atlas, &revoked).await,
        (401, Some(Refusal::RevokedToken))
    );
    assert_eq!(list(&atlas, &kept).await, (200, None));
    assert_eq!(atlas.live_tokens(), 1);

    let log = atlas.token_requests();
    let entry = &log[2];
    assert_eq!(entry.endpoint, TokenEndpoint::Revoke);
    assert_eq!(entry.token_type_hint.as_deref(), Some("access_token"));
    assert!(entry.token_is(&revoked) && !entry.token_is(&kept));
    assert_eq!(entry.request.status, Some(200));
}

#[tokio::test]
async fn a_revoked_token_makes_room_for_another() {
    let atlas = accounted().token_limit(1).start().await.unwrap();
    let first = token(&atlas).await;
    revoke(&atlas, &format!("token={first}")).await;
    token(&atlas).await;
}

#[tokio::test(start_paused = true)]
async fn revoking_nothing_is_as_good() {
    let atlas = accounted().start().await.unwrap();
    let token = token(&atlas).await;
    for form in [
        "token=unknown",
        "token=",
        "token=x&token_type_hint=refresh_token",
    ] {
        assert_eq!(revoke(&atlas, form).await.status, 200, "{form}");
    }
    assert_eq!(list(&atlas, &token).await, (200, None));
    for _ in 0..2 {
        assert_eq!(revoke(&atlas, &format!("token={token}")).await.status, 200);
    }
    advance(Duration::from_secs(3_600)).await;
    assert_eq!(
        list(&atlas, &token).await,
        (401, Some(Refusal::RevokedToken))
    );
}

#[tokio::test]
async fn a_form_without_a_token_is_refused() {
    let atlas = accounted().start().await.unwrap();
    let token = token(&atlas).await;
    let twice = format!("token={token}&token={token}");
    for form in ["", "token_type_hint=access_token", &twice] {
        let answer = revoke(&atlas, form).await;
        assert_eq!(answer.status, 400, "{form}");
        assert_eq!(answer.json()["error"], "invalid_request");
    }
    assert_eq!(list(&atlas, &token).await, (200, None));
}

#[tokio::test]
async fn a_revocation_can_fail() {
    let atlas = accounted()
        .revoke_fault(AnswerFault::Status(503), When::first(1))
        .start()
        .await
        .unwrap();
    let token = token(&atlas).await;
    let form = format!("token={token}");
    assert_eq!(revoke(&atlas, &form).await.status, 503);
    assert_eq!(list(&atlas, &token).await, (200, None));
    assert_eq!(revoke(&atlas, &form).await.status, 200);
    assert_eq!(list(&atlas, &token).await.0, 401);
}
