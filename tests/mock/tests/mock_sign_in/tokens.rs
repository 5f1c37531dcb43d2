//! Tokens for a service account: how they are asked for, and how long they are good.

use std::time::Duration;

use atlas_snapshots_mock::{ExpiresIn, MockAtlas, MockAtlasBuilder, Refusal, TokenEndpoint};
use futures::future::join_all;
use serde_json::{Value, json};
use tokio::time::advance;

use crate::raw::{Answer, get, send};

const HOUR: Duration = Duration::from_secs(3_600);
const MOMENT: Duration = Duration::from_millis(1);

/// `id:secret`, encoded by hand.
pub(crate) const BASIC: (&str, &str) = ("Authorization", "Basic aWQ6c2VjcmV0");
pub(crate) const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
pub(crate) const GRANT: &str = "grant_type=client_credentials";

pub(crate) fn accounted() -> MockAtlasBuilder {
    MockAtlas::builder()
        .snapshots(3)
        .service_account("id", "secret")
}

async fn start() -> MockAtlas {
    accounted().start().await.unwrap()
}

pub(crate) async fn ask_for_token(atlas: &MockAtlas) -> Answer {
    send(atlas, "POST /api/oauth/token", &[BASIC, FORM], GRANT).await
}

pub(crate) async fn token(atlas: &MockAtlas) -> String {
    let answer = ask_for_token(atlas).await;
    assert_eq!(answer.status, 200);
    answer.json()["access_token"].as_str().unwrap().to_owned()
}

/// The status of the listing with this token, and why the token was refused.
pub(crate) async fn list(atlas: &MockAtlas, token: &str) -> (u16, Option<Refusal>) {
    let answer = get(atlas, &format!("Bearer {token}")).await;
    (answer.status, atlas.requests().last().unwrap().refusal)
}

#[tokio::test]
async fn a_token_is_what_the_listing_requires() {
    let atlas = start().await;
    assert_eq!(
        list(&atlas, "guess").await,
        (401, Some(Refusal::UnknownToken))
    );

    let answer = ask_for_token(&atlas).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let body = answer.json();
    let token = body["access_token"].as_str().unwrap();
    let expected = json!({ "access_token": token, "expires_in": 3600, "token_type": "Bearer" });
    assert_eq!(body, expected);

    for _ in 0..3 {
        assert_eq!(list(&atlas, token).await, (200, None));
    }
    assert_eq!(list(&atlas, &token[1..]).await.0, 401);
    assert_eq!(get(&atlas, &format!("bearer {token}")).await.status, 200);
    assert_eq!(get(&atlas, token).await.status, 401);
    assert_eq!(get(&atlas, BASIC.1).await.challenges(), ["Bearer"]);
}

#[tokio::test]
async fn every_token_is_another_one_and_all_are_good() {
    let atlas = start().await;
    let tokens = [token(&atlas).await, token(&atlas).await];
    assert_ne!(tokens[0], tokens[1]);
    assert_eq!(atlas.live_tokens(), 2);
    for token in &tokens {
        assert_eq!(list(&atlas, token).await, (200, None));
    }
}

#[tokio::test]
async fn token_requests_have_a_log_of_their_own() {
    let atlas = start().await;
    let token = token(&atlas).await;
    list(&atlas, &token).await;
    send(&atlas, "GET /api/oauth/token", &[], "").await;

    assert_eq!(atlas.request_count(), 1);
    assert_eq!(atlas.requests()[0].page_num, None);
    assert_eq!(atlas.token_request_count(), 2);
    let log = atlas.token_requests();
    assert_eq!(log[0].endpoint, TokenEndpoint::Issue);
    assert_eq!(log[0].grant_type.as_deref(), Some("client_credentials"));
    assert_eq!(
        (log[0].token_type_hint.as_ref(), log[0].token_is("")),
        (None, false)
    );
    assert_eq!(log[0].request.method, "POST");
    assert_eq!(log[0].request.path, "/api/oauth/token");
    assert_eq!(
        (log[0].request.status, log[0].request.refusal),
        (Some(200), None)
    );
    assert_eq!(log[0].request.header("content-type"), Some(FORM.1));
    assert!(log[0].request.authorization_is(BASIC.1));
    assert_eq!(
        (log[1].request.status, log[1].grant_type.as_ref()),
        (Some(405), None)
    );

    atlas.clear_requests();
    assert_eq!((atlas.request_count(), atlas.token_request_count()), (0, 0));
}

#[tokio::test]
async fn without_a_service_account_there_is_no_token_endpoint() {
    let atlas = MockAtlas::builder().start().await.unwrap();
    for path in ["token", "revoke"] {
        let line = format!("POST /api/oauth/{path}");
        assert_eq!(send(&atlas, &line, &[BASIC, FORM], GRANT).await.status, 404);
    }
    assert_eq!((atlas.request_count(), atlas.token_request_count()), (2, 0));
}

#[tokio::test]
async fn who_cannot_prove_to_be_the_account_is_an_invalid_client() {
    let atlas = start().await;
    let endpoints = ["POST /api/oauth/token", "POST /api/oauth/revoke"];
    for (authorization, refusal) in [
        (None, Refusal::NoCredentials),
        (Some("Bearer aWQ6c2VjcmV0"), Refusal::UnknownScheme),
        (Some("Basic"), Refusal::Malformed),
        (Some("Basic id:secret"), Refusal::Malformed),
        // `aid:secret`, `id:secreu`, `secret:id`
        (Some("Basic YWlkOnNlY3JldA=="), Refusal::UnknownUser),
        (Some("Basic aWQ6c2VjcmV1"), Refusal::WrongSecret),
        (Some("Basic c2VjcmV0Omlk"), Refusal::UnknownUser),
    ] {
        for endpoint in endpoints {
            let mut headers = vec![FORM];
            headers.extend(authorization.map(|value| ("Authorization", value)));
            let body = format!("{GRANT}&token=x&client_id=id&client_secret=secret");
            let answer = send(&atlas, endpoint, &headers, &body).await;
            assert_eq!(answer.status, 401);
            assert_eq!(answer.json()["error"], "invalid_client");
            assert_eq!(answer.challenges(), ["Basic realm=\"MMS Public API\""]);
            let log = atlas.token_requests();
            assert_eq!(
                log.last().unwrap().request.refusal,
                Some(refusal),
                "{authorization:?}"
            );
        }
    }
    assert_eq!(atlas.live_tokens(), 0);
}

#[tokio::test]
async fn a_bad_form_is_refused() {
    let atlas = start().await;
    let json = ("Content-Type", "application/json");
    for (headers, body, error) in [
        (&[BASIC, FORM][..], "", "invalid_request"),
        (
            &[BASIC, FORM],
            "grant=client_credentials",
            "invalid_request",
        ),
        (
            &[BASIC, FORM],
            "grant_type=client_credentials&grant_type=client_credentials",
            "invalid_request",
        ),
        (
            &[BASIC, FORM],
            "grant_type=password",
            "unsupported_grant_type",
        ),
        (&[BASIC, FORM], "grant_type=", "unsupported_grant_type"),
        (
            &[BASIC, json],
            "{\"grant_type\":\"client_credentials\"}",
            "invalid_request",
        ),
        (&[BASIC, json], GRANT, "invalid_request"),
        (&[BASIC], GRANT, "invalid_request"),
    ] {
        let answer = send(&atlas, "POST /api/oauth/token", headers, body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!(answer.json()["error"], error, "{body}");
    }
    // Nobody else's credentials learn what is wrong with the form.
    assert_eq!(
        send(&atlas, "POST /api/oauth/token", &[], "").await.status,
        401
    );
    assert_eq!(atlas.live_tokens(), 0);

    let charset = (
        "content-type",
        "Application/X-WWW-Form-Urlencoded; charset=UTF-8",
    );
    let encoded = "scope=x&grant%5Ftype=client%5Fcredentials";
    let answer = send(&atlas, "POST /api/oauth/token", &[BASIC, charset], encoded).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn other_methods_are_405() {
    let atlas = start().await;
    for path in ["/api/oauth/token", "/api/oauth/revoke"] {
        let answer = send(&atlas, &format!("GET {path}"), &[BASIC], "").await;
        assert_eq!(answer.status, 405);
        assert_eq!(answer.json()["errorCode"], "METHOD_NOT_ALLOWED");
        assert_eq!(answer.header("allow"), Some("POST"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_expires() {
    for (builder, lifetime) in [
        (accounted(), HOUR),
        (accounted().token_lifetime(HOUR / 60), HOUR / 60),
    ] {
        let atlas = builder.start().await.unwrap();
        let answer = ask_for_token(&atlas).await.json();
        assert_eq!(answer["expires_in"], lifetime.as_secs());
        let token = answer["access_token"].as_str().unwrap();
        advance(lifetime.saturating_sub(MOMENT)).await;
        assert_eq!(list(&atlas, token).await, (200, None));
        advance(MOMENT).await;
        assert_eq!(
            list(&atlas, token).await,
            (401, Some(Refusal::ExpiredToken))
        );
        assert_eq!(atlas.live_tokens(), 0);
        let next = self::token(&atlas).await;
        assert_eq!(list(&atlas, &next).await, (200, None));
    }
}

#[tokio::test]
async fn tokens_can_be_expired_now() {
    let atlas = start().await;
    let before = [token(&atlas).await, token(&atlas).await];
    atlas.expire_tokens();
    assert_eq!(atlas.live_tokens(), 0);
    for token in &before {
        assert_eq!(
            list(&atlas, token).await,
            (401, Some(Refusal::ExpiredToken))
        );
    }
    let after = token(&atlas).await;
    assert_eq!(list(&atlas, &after).await, (200, None));
}

#[tokio::test(start_paused = true)]
async fn expires_in_can_lie() {
    for (text, said) in [
        ("exact", Some(json!(3600))),
        ("absent", None),
        ("=0", Some(json!(0))),
        ("=-1", Some(json!(-1))),
        ("=315360000", Some(json!(315_360_000))),
        ("=\"3600\"", Some(json!("3600"))),
        ("=\"soon\"", Some(json!("soon"))),
        ("=null", Some(Value::Null)),
        ("=0.5", Some(json!(0.5))),
    ] {
        let expires_in: ExpiresIn = text.parse().unwrap();
        let atlas = accounted().expires_in(expires_in).start().await.unwrap();
        let answer = ask_for_token(&atlas).await.json();
        assert_eq!(answer.get("expires_in"), said.as_ref(), "{text}");
        // Whatever is said, the token is good for an hour.
        let token = answer["access_token"].as_str().unwrap();
        advance(HOUR.saturating_sub(MOMENT)).await;
        assert_eq!(list(&atlas, token).await.0, 200, "{text}");
        advance(MOMENT).await;
        assert_eq!(list(&atlas, token).await.0, 401, "{text}");
    }
    for text in ["", "0", "=", "=soon", "Exact"] {
        assert!(text.parse::<ExpiresIn>().is_err(), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_so_many_tokens_are_good_at_once() {
    let atlas = accounted().token_limit(2).start().await.unwrap();
    let first = token(&atlas).await;
    advance(HOUR / 2).await;
    token(&atlas).await;
    let refused = ask_for_token(&atlas).await;
    assert_eq!(refused.status, 403);
    let expected = json!({
        "error": "access_denied",
        "error_description": "Access Token limit reached",
    });
    assert_eq!(refused.json(), expected);
    assert_eq!(
        list(&atlas, &first).await,
        (200, None),
        "those issued stay good"
    );
    // The first one expires, and makes room for one.
    advance(HOUR / 2).await;
    token(&atlas).await;
    assert_eq!(ask_for_token(&atlas).await.status, 403);
}

#[tokio::test]
async fn by_default_a_hundred_tokens_are_good() {
    let atlas = start().await;
    let asked = join_all((0..110).map(|_| ask_for_token(&atlas))).await;
    let granted = asked.iter().filter(|answer| answer.status == 200).count();
    let refused = asked.iter().filter(|answer| answer.status == 403).count();
    assert_eq!((granted, refused, atlas.live_tokens()), (100, 10, 100));
}
