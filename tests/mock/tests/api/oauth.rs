//! Tests of tokens: the static one, and those of a service account.

use std::time::Duration;

use atlas_snapshots_mock::{
    AuthFailure, BodyFault, CannedResponse, ChallengeFault, DataChange, ExpiresIn, Fault,
    MockAtlas, MockAtlasBuilder, PageFault, ResponseFault, RetryAfter, TokenEndpoint, When,
    WireFault,
};
use futures::future::join_all;
use serde_json::{Value, json};
use tokio::time::{Instant, advance};

use crate::client::{Reply, authorized, get, last_failure, list, mock, send, start};
use crate::digest::Signature;

const HOUR: Duration = Duration::from_secs(3_600);
const MOMENT: Duration = Duration::from_millis(1);
const ISSUE: &str = "POST /api/oauth/token";
const REVOKE: &str = "POST /api/oauth/revoke";
/// `id:secret`.
const BASIC: (&str, &str) = ("Authorization", "Basic aWQ6c2VjcmV0");
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const GRANT: &str = "grant_type=client_credentials";

fn accounted() -> MockAtlasBuilder {
    mock(3).service_account("id", "secret")
}

async fn request_token(atlas: &MockAtlas) -> Reply {
    send(atlas, ISSUE, &[BASIC, FORM], GRANT).await
}

async fn token(atlas: &MockAtlas) -> String {
    let reply = request_token(atlas).await;
    assert_eq!(reply.status, 200);
    reply.json()["access_token"].as_str().unwrap().to_owned()
}

async fn revoke(atlas: &MockAtlas, form: &str) -> Reply {
    send(atlas, REVOKE, &[BASIC, FORM], form).await
}

/// The status of the listing with this token, and why the token was rejected.
async fn use_token(atlas: &MockAtlas, token: &str) -> (u16, Option<AuthFailure>) {
    let reply = authorized(atlas, &format!("Bearer {token}")).await;
    (reply.status, last_failure(atlas))
}

#[tokio::test]
async fn a_required_token_is_compared_and_never_shown() {
    let atlas = start(mock(1).require_token("s3cret")).await;
    let rejected = list(&atlas, "").await;
    assert_eq!(
        (rejected.error().0, rejected.challenges()),
        (401, vec!["Bearer"])
    );
    for (authorization, status) in [
        ("Bearer s3cre", 401),
        ("Bearer s3cret1", 401),
        ("Basic s3cret", 401),
        ("s3cret", 401),
        ("", 401),
        ("Bearer s3cret", 200),
        ("bearer s3cret", 200),
    ] {
        assert_eq!(
            authorized(&atlas, authorization).await.status,
            status,
            "{authorization}"
        );
    }
    let log = atlas.requests();
    let schemes: Vec<_> = log
        .iter()
        .map(|request| request.authorization_scheme())
        .collect();
    assert_eq!(
        schemes[..5],
        [None, Some("Bearer"), Some("Bearer"), Some("Basic"), None]
    );
    assert!(log[6].authorization_is("Bearer s3cret") && !log[1].authorization_is("Bearer s3cret"));
    assert!(
        log.iter()
            .all(|request| request.header("authorization").is_none())
    );
    for target in ["/nowhere", "/?pageNum=0"] {
        assert_eq!(
            get(&atlas, target).await.status,
            401,
            "credentials are checked first"
        );
    }
}

#[tokio::test]
async fn issued_tokens_are_accepted() {
    let atlas = start(accounted()).await;
    assert_eq!(
        use_token(&atlas, "guess").await,
        (401, Some(AuthFailure::UnknownToken))
    );
    let reply = request_token(&atlas).await;
    assert_eq!(
        (reply.status, reply.header("cache-control")),
        (200, Some("no-store"))
    );
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let body = reply.json();
    let token = body["access_token"].as_str().unwrap();
    let expected = json!({ "access_token": token, "expires_in": 3600, "token_type": "Bearer" });
    assert_eq!(body, expected);
    let other = self::token(&atlas).await;
    assert_ne!(token, other);
    for token in [token, token, &other] {
        assert_eq!(use_token(&atlas, token).await, (200, None));
    }
    assert_eq!(atlas.live_tokens(), 2);
    assert_eq!(authorized(&atlas, token).await.status, 401);
    assert_eq!(authorized(&atlas, BASIC.1).await.challenges(), ["Bearer"]);
}

#[tokio::test]
async fn token_requests_are_logged_separately() {
    let atlas = start(accounted()).await;
    let token = token(&atlas).await;
    use_token(&atlas, &token).await;
    assert_eq!(
        get(&atlas, "/api/oauth/token").await.header("allow"),
        Some("POST")
    );
    revoke(
        &atlas,
        &format!("token={token}&token_type_hint=access_token"),
    )
    .await;

    assert_eq!((atlas.request_count(), atlas.token_request_count()), (1, 3));
    let log = atlas.token_requests();
    assert_eq!(log[0].token_endpoint, Some(TokenEndpoint::Issue));
    assert_eq!(log[0].grant_type.as_deref(), Some("client_credentials"));
    assert_eq!(
        (log[0].token_type_hint.as_ref(), log[0].token_is("")),
        (None, false)
    );
    assert_eq!(
        (&*log[0].method, &*log[0].path),
        ("POST", "/api/oauth/token")
    );
    assert_eq!((log[0].status, log[0].auth_failure), (Some(200), None));
    assert!(log[0].authorization_is(BASIC.1));
    assert_eq!(
        (log[1].status, log[1].grant_type.as_ref()),
        (Some(405), None)
    );
    assert_eq!(log[2].token_endpoint, Some(TokenEndpoint::Revoke));
    assert_eq!(log[2].token_type_hint.as_deref(), Some("access_token"));
    assert!(log[2].token_is(&token));
    atlas.clear_requests();
    assert_eq!((atlas.request_count(), atlas.token_request_count()), (0, 0));

    let atlas = start(mock(0)).await;
    for line in [ISSUE, REVOKE] {
        let reply = send(&atlas, line, &[BASIC, FORM], GRANT).await;
        assert_eq!(reply.status, 404, "without a service account");
    }
    assert_eq!((atlas.request_count(), atlas.token_request_count()), (2, 0));
}

#[tokio::test]
async fn wrong_account_credentials_are_an_invalid_client() {
    let atlas = start(accounted()).await;
    for (authorization, failure) in [
        (None, AuthFailure::NoCredentials),
        (Some("Bearer aWQ6c2VjcmV0"), AuthFailure::UnknownScheme),
        (Some("Basic"), AuthFailure::Malformed),
        (Some("Basic id:secret"), AuthFailure::Malformed),
        (Some("Basic /w=="), AuthFailure::Malformed),
        // `aid:secret`, `id:secreu`, `secret:id`
        (Some("Basic YWlkOnNlY3JldA=="), AuthFailure::UnknownUser),
        (Some("Basic aWQ6c2VjcmV1"), AuthFailure::WrongSecret),
        (Some("Basic c2VjcmV0Omlk"), AuthFailure::UnknownUser),
    ] {
        for endpoint in [ISSUE, REVOKE] {
            let mut headers = vec![FORM];
            headers.extend(authorization.map(|value| ("Authorization", value)));
            let body = format!("{GRANT}&token=x&client_id=id&client_secret=secret");
            let reply = send(&atlas, endpoint, &headers, &body).await;
            assert_eq!(
                (reply.status, &reply.json()["error"]),
                (401, &json!("invalid_client"))
            );
            assert_eq!(reply.challenges(), ["Basic realm=\"MMS Public API\""]);
            let log = atlas.token_requests();
            assert_eq!(
                log.last().unwrap().auth_failure,
                Some(failure),
                "{authorization:?}"
            );
        }
    }
    assert_eq!(atlas.live_tokens(), 0);
    let atlas = start(mock(0).service_account("id", "a:b c")).await;
    // `id:a:b c` and `id:a%3Ab+c`
    for basic in ["basic aWQ6YTpiIGM=", "Basic aWQ6YSUzQWIrYw=="] {
        let reply = send(&atlas, ISSUE, &[("Authorization", basic), FORM], GRANT).await;
        assert_eq!(reply.status, 200, "{basic}");
    }
}

#[tokio::test]
async fn malformed_forms_are_rejected() {
    let atlas = start(accounted()).await;
    let (invalid, unsupported) = ("invalid_request", "unsupported_grant_type");
    let json = ("Content-Type", "application/json");
    for (line, headers, body, error) in [
        (ISSUE, &[BASIC, FORM][..], "", invalid),
        (ISSUE, &[BASIC, FORM], "grant=client_credentials", invalid),
        (ISSUE, &[BASIC, FORM], &format!("{GRANT}&{GRANT}"), invalid),
        (ISSUE, &[BASIC, FORM], "grant_type=password", unsupported),
        (ISSUE, &[BASIC, FORM], "grant_type=", unsupported),
        (ISSUE, &[BASIC, json], GRANT, invalid),
        (ISSUE, &[BASIC], GRANT, invalid),
        (REVOKE, &[BASIC, FORM], "", invalid),
        (
            REVOKE,
            &[BASIC, FORM],
            "token_type_hint=access_token",
            invalid,
        ),
        (REVOKE, &[BASIC, FORM], "token=x&token=x", invalid),
    ] {
        let reply = send(&atlas, line, headers, body).await;
        assert_eq!(
            (reply.status, &reply.json()["error"]),
            (400, &error.into()),
            "{body}"
        );
    }
    assert_eq!(
        send(&atlas, ISSUE, &[], "").await.status,
        401,
        "credentials are checked first"
    );
    assert_eq!(atlas.live_tokens(), 0);
    let charset = (
        "content-type",
        "Application/X-WWW-Form-Urlencoded; charset=UTF-8",
    );
    let encoded = "scope=x&grant%5Ftype=client%5Fcredentials";
    assert_eq!(
        send(&atlas, ISSUE, &[BASIC, charset], encoded).await.status,
        200
    );
}

#[tokio::test(start_paused = true)]
async fn tokens_expire_whatever_expires_in_says() {
    for (lifetime, expires_in, expected) in [
        (HOUR, ExpiresIn::Exact, Some(json!(3600))),
        (HOUR / 60, ExpiresIn::Exact, Some(json!(60))),
        (HOUR, ExpiresIn::Absent, None),
        (HOUR, ExpiresIn::Fixed(json!(-1)), Some(json!(-1))),
        (HOUR, ExpiresIn::Fixed(json!("soon")), Some(json!("soon"))),
        (HOUR, ExpiresIn::Fixed(Value::Null), Some(Value::Null)),
    ] {
        let atlas = start(accounted().token_lifetime(lifetime).expires_in(expires_in)).await;
        let body = request_token(&atlas).await.json();
        assert_eq!(body.get("expires_in"), expected.as_ref());
        let token = body["access_token"].as_str().unwrap();
        advance(lifetime.saturating_sub(MOMENT)).await;
        assert_eq!(use_token(&atlas, token).await, (200, None));
        advance(MOMENT).await;
        assert_eq!(
            use_token(&atlas, token).await,
            (401, Some(AuthFailure::ExpiredToken))
        );
        assert_eq!(atlas.live_tokens(), 0);
        let next = self::token(&atlas).await;
        atlas.expire_tokens();
        assert_eq!(
            use_token(&atlas, &next).await,
            (401, Some(AuthFailure::ExpiredToken))
        );
        let next = self::token(&atlas).await;
        assert_eq!(use_token(&atlas, &next).await, (200, None));
    }
}

#[tokio::test(start_paused = true)]
async fn the_number_of_valid_tokens_is_limited() {
    let atlas = start(accounted().token_limit(2)).await;
    let first = token(&atlas).await;
    advance(HOUR / 2).await;
    let second = token(&atlas).await;
    let rejected = request_token(&atlas).await;
    let expected =
        json!({ "error": "access_denied", "error_description": "Access Token limit reached" });
    assert_eq!((rejected.status, rejected.json()), (403, expected));
    assert_eq!(
        use_token(&atlas, &first).await,
        (200, None),
        "issued tokens stay valid"
    );
    // One expires, and one is revoked.
    advance(HOUR / 2).await;
    revoke(&atlas, &format!("token={second}")).await;
    assert_eq!((token(&atlas).await, token(&atlas).await).0.len(), 32);
    assert_eq!(request_token(&atlas).await.status, 403);

    let atlas = start(accounted()).await;
    let replies = join_all((0..110).map(|_| request_token(&atlas))).await;
    let issued = replies.iter().filter(|reply| reply.status == 200).count();
    assert_eq!((issued, atlas.live_tokens()), (100, 100));
}

#[tokio::test(start_paused = true)]
async fn revoked_tokens_are_rejected() {
    let atlas = start(accounted().revoke_fault(ResponseFault::Status(503), When::first(1))).await;
    let (kept, revoked) = (token(&atlas).await, token(&atlas).await);
    let form = format!("token={revoked}");
    assert_eq!(revoke(&atlas, &form).await.status, 503);
    assert_eq!(
        use_token(&atlas, &revoked).await,
        (200, None),
        "the revocation failed"
    );
    // Revoking a token twice, or an unknown one, succeeds.
    for form in [
        &form,
        &form,
        "token=unknown",
        "token=",
        "token=x&token_type_hint=refresh_token",
    ] {
        let reply = revoke(&atlas, form).await;
        assert_eq!((reply.status, reply.body.len()), (200, 0), "{form}");
    }
    assert_eq!(
        (use_token(&atlas, &kept).await, atlas.live_tokens()),
        ((200, None), 1)
    );
    advance(HOUR).await;
    assert_eq!(
        use_token(&atlas, &revoked).await,
        (401, Some(AuthFailure::RevokedToken))
    );
}

#[tokio::test]
async fn token_faults_count_valid_token_requests() {
    let builder = accounted()
        .token_fault(
            ResponseFault::RateLimited(RetryAfter::Seconds(7)),
            When::first(2),
        )
        .token_fault(ResponseFault::Status(503), When::nth(3))
        // Without an effect on tokens.
        .token_fault(ResponseFault::Status(500), When::page(1))
        .token_fault(PageFault::NoResults, When::always())
        .token_fault(DataChange::DeleteHead(1), When::always())
        .fault(ResponseFault::Status(401), When::first(1));
    let atlas = start(builder).await;
    assert_eq!(send(&atlas, ISSUE, &[FORM], GRANT).await.status, 401);
    assert_eq!(send(&atlas, ISSUE, &[BASIC, FORM], "").await.status, 400);
    for (status, wait) in [(429, Some("7")), (429, Some("7")), (503, None), (200, None)] {
        let reply = request_token(&atlas).await;
        assert_eq!((reply.status, reply.header("retry-after")), (status, wait));
        assert!(reply.challenges().is_empty());
    }
    let statuses = atlas
        .token_requests()
        .into_iter()
        .filter_map(|entry| entry.status);
    assert_eq!(statuses.collect::<Vec<_>>(), [401, 400, 429, 429, 503, 200]);
    assert_eq!(
        atlas.live_tokens(),
        1,
        "a response in place of a token issues none"
    );
    let token = token(&atlas).await;
    let rejected = authorized(&atlas, &format!("Bearer {token}")).await;
    assert_eq!(
        (rejected.status, rejected.challenges()),
        (401, vec!["Bearer"])
    );
    assert_eq!(
        use_token(&atlas, &token).await,
        (200, None),
        "the 401 was a fault"
    );
    assert_eq!(atlas.snapshot_ids().len(), 3);

    atlas.add_token_fault(ResponseFault::Status(503), When::always());
    atlas.add_token_fault(Fault::header("X-Fault", "yes"), When::always());
    let reply = request_token(&atlas).await;
    assert_eq!((reply.status, reply.header("x-fault")), (503, Some("yes")));
    atlas.clear_faults();
    assert_eq!(request_token(&atlas).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn token_responses_can_be_garbage_lost_or_late() {
    let first = async |fault: Fault| start(accounted().token_fault(fault, When::first(1))).await;
    let without_token = json!({ "token_type": "Bearer", "expires_in": 3600 });
    for fault in [
        BodyFault::Html.into(),
        BodyFault::Empty.into(),
        BodyFault::NotUtf8.into(),
        BodyFault::CutShort.into(),
        BodyFault::Null.into(),
        BodyFault::Array.into(),
        CannedResponse::json(200, without_token).into(),
    ] {
        let atlas = first(fault).await;
        let reply = request_token(&atlas).await;
        let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        assert_eq!((reply.status, body.get("access_token")), (200, None));
        assert_eq!(use_token(&atlas, &token(&atlas).await).await, (200, None));
    }
    for fault in [WireFault::Truncate, WireFault::ResetInBody] {
        let atlas = first(fault.into()).await;
        request_token(&atlas).await;
        assert_eq!(atlas.live_tokens(), 1, "the lost token was issued");
    }
    let atlas = first(WireFault::Delay(HOUR / 60).into()).await;
    let began = Instant::now();
    let token = token(&atlas).await;
    assert_eq!(began.elapsed(), HOUR / 60);
    use_token(&atlas, &token).await;
    assert_eq!(began.elapsed(), HOUR / 60, "the listing is not delayed");
}

#[tokio::test]
async fn several_credentials_can_be_required() {
    let builder = accounted()
        .require_api_key("public", "private")
        .require_token("static");
    let atlas = start(builder.clone()).await;
    let rejected = list(&atlas, "").await;
    let challenges = rejected.challenges();
    assert_eq!(
        (rejected.status, challenges.len(), challenges[1]),
        (401, 2, "Bearer")
    );

    let issued = token(&atlas).await;
    assert_eq!(use_token(&atlas, &issued).await, (200, None));
    assert_eq!(
        Signature::fresh(&atlas).await.send(&atlas).await.status,
        200
    );
    assert_eq!(authorized(&atlas, BASIC.1).await.status, 401);
    atlas.expire_tokens();
    assert_eq!(
        use_token(&atlas, &issued).await,
        (401, Some(AuthFailure::ExpiredToken))
    );
    assert_eq!(
        use_token(&atlas, "static").await,
        (200, None),
        "never expires"
    );

    let atlas = start(builder.challenge_fault(ChallengeFault::Missing, When::always())).await;
    assert_eq!(list(&atlas, "").await.challenges(), ["Bearer"]);
    let atlas = start(accounted().block_ip()).await;
    let token = token(&atlas).await;
    assert_eq!(
        use_token(&atlas, &token).await,
        (403, Some(AuthFailure::IpNotAllowed))
    );
    assert_eq!(
        use_token(&atlas, "guess").await,
        (401, Some(AuthFailure::UnknownToken))
    );

    // Settings without their credentials require nothing.
    let builder = mock(0).nonce_uses(0).token_limit(0);
    let atlas = start(builder.challenge_fault(ChallengeFault::Missing, When::always())).await;
    assert_eq!(
        (list(&atlas, "").await.status, atlas.live_tokens()),
        (200, 0)
    );
}

#[tokio::test]
async fn debug_output_contains_no_secret() {
    let builder = mock(0)
        .require_token("sesame-token")
        .require_api_key("public", "sesame-private")
        .service_account("id", "secret");
    let before = format!("{builder:?}");
    let atlas = start(builder).await;
    let issued = token(&atlas).await;
    use_token(&atlas, &issued).await;
    use_token(&atlas, "sesame-token").await;
    let mut signed = Signature::fresh(&atlas).await;
    signed.secret = "sesame-private";
    assert_eq!(signed.send(&atlas).await.status, 200);
    revoke(
        &atlas,
        &format!("token={issued}&token_type_hint=access_token"),
    )
    .await;

    let (log, token_log) = (atlas.requests(), atlas.token_requests());
    let shown = format!("{before} {atlas:?} {log:?} {token_log:?}");
    let header = signed.header();
    let (_, response) = header.split_once("response=\"").unwrap();
    // With quotes: `secret` alone is too common a word.
    for secret in [
        "sesame",
        "\"secret\"",
        "aWQ6c2VjcmV0",
        &issued,
        &response[..32],
    ] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    for scheme in ["Bearer", "Digest", "Basic"] {
        assert!(shown.contains(&format!("{scheme} (not shown)")), "{scheme}");
    }
}
