//! Signing in over real sockets: how often, with what, and what a no is turned into.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod soon;

use std::num::NonZeroU32;
use std::time::Duration;

use atlas_snapshots::{
    AccessToken, Atlas, Credentials, Error, ErrorKind, Listing, PageSize, Prefetch, RetryPolicy,
    TokenFuture, TokenSource,
};
use atlas_snapshots_mock::{
    AnswerFault, BodyFault, CannedResponse, ChallengeFault, DigestAlgorithm, ExpiresIn, MockAtlas,
    MockAtlasBuilder, Refusal, RetryAfter, When,
};
use futures::{StreamExt, TryStreamExt};
use serde_json::json;

use crate::soon::soon;

const ID: &str = "mdb_sa_id_0123";
const SECRET: &str = "mdb_sa_sk_open-sesame";

fn quick_retries() -> RetryPolicy {
    RetryPolicy::default()
        .max_attempts(NonZeroU32::new(3).unwrap())
        .min_delay(Duration::ZERO)
        .max_delay(Duration::ZERO)
}

fn client(mock: &MockAtlas, credentials: Credentials) -> Atlas {
    Atlas::builder()
        .base_url(mock.base_url())
        .credentials(credentials)
        .retry(quick_retries())
        .build()
        .unwrap()
}

fn listing(mock: &MockAtlas, atlas: &Atlas) -> Listing {
    atlas
        .serverless_snapshots(
            mock.project_id().parse().unwrap(),
            mock.instance_name().parse().unwrap(),
        )
        .page_size(PageSize::new(100).unwrap())
}

async fn count(listing: Listing) -> Result<usize, Error> {
    let rows: Vec<_> = listing.stream().try_collect().await?;
    Ok(rows.len())
}

async fn account_mock(builder: MockAtlasBuilder) -> (MockAtlas, Atlas) {
    let mock = builder.service_account(ID, SECRET).start().await.unwrap();
    let atlas = client(&mock, Credentials::service_account(ID, SECRET));
    (mock, atlas)
}

fn refused_requests(mock: &MockAtlas) -> usize {
    mock.requests()
        .iter()
        .filter(|request| request.status == Some(401))
        .count()
}

#[tokio::test]
async fn sixty_four_cold_listings_share_one_token() {
    let (mock, atlas) = account_mock(MockAtlas::builder().snapshots(250)).await;
    let listings = (0..64).map(|_| count(listing(&mock, &atlas)));
    for listed in futures::future::join_all(listings).await {
        assert_eq!(listed.unwrap(), 250);
    }
    assert_eq!(mock.token_request_count(), 1);
    assert_eq!((mock.request_count(), refused_requests(&mock)), (64 * 3, 0));
    let sent = &mock.token_requests()[0];
    assert_eq!(sent.grant_type.as_deref(), Some("client_credentials"));
}

#[tokio::test]
async fn tokens_that_end_in_the_middle_are_renewed_once() {
    let (mock, atlas) = account_mock(MockAtlas::builder().snapshots(250)).await;
    let mut streams: Vec<_> = (0..64)
        .map(|_| {
            listing(&mock, &atlas)
                .prefetch(Prefetch::SEQUENTIAL)
                .stream()
        })
        .collect();
    for stream in &mut streams {
        stream.next().await.unwrap().unwrap();
    }
    soon(mock.until(|mock| mock.in_flight() == 0)).await;
    mock.expire_tokens();
    let rests = streams.into_iter().map(TryStreamExt::try_collect::<Vec<_>>);
    for rest in futures::future::join_all(rests).await {
        assert_eq!(rest.unwrap().len(), 249);
    }
    assert_eq!(
        mock.token_request_count(),
        2,
        "one to begin with, one renewal"
    );
}

#[tokio::test]
async fn a_refused_token_is_renewed_and_the_request_repeated_exactly_once() {
    let (mock, atlas) = account_mock(
        MockAtlas::builder()
            .snapshots(9)
            .fault(AnswerFault::Status(401), When::always()),
    )
    .await;
    let error = count(listing(&mock, &atlas)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert_eq!((mock.request_count(), mock.token_request_count()), (2, 2));

    // A missing role is no matter of tokens.
    let (mock, atlas) = account_mock(MockAtlas::builder().missing_role()).await;
    let error = count(listing(&mock, &atlas)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert_eq!((mock.request_count(), mock.token_request_count()), (1, 1));
}

#[tokio::test]
async fn a_lifetime_that_lies_is_survived() {
    for told in [
        ExpiresIn::Absent,
        ExpiresIn::Says(json!(0)),
        ExpiresIn::Says(json!(-5)),
        ExpiresIn::Says(json!("3600")),
        ExpiresIn::Says(json!(u64::MAX)),
        ExpiresIn::Says(json!({"odd": true})),
    ] {
        let (mock, atlas) =
            account_mock(MockAtlas::builder().snapshots(250).expires_in(told.clone())).await;
        assert_eq!(
            count(listing(&mock, &atlas)).await.unwrap(),
            250,
            "{told:?}"
        );
        mock.expire_tokens();
        assert_eq!(
            count(listing(&mock, &atlas)).await.unwrap(),
            250,
            "{told:?}"
        );
        assert_eq!(mock.token_request_count(), 2, "{told:?}");
    }
}

#[tokio::test]
async fn a_busy_token_endpoint_is_asked_again() {
    let busy = AnswerFault::RateLimited(RetryAfter::Seconds(0));
    let down = AnswerFault::Status(503);
    let (mock, atlas) = account_mock(
        MockAtlas::builder()
            .snapshots(9)
            .token_fault(busy, When::nth(1))
            .token_fault(down, When::nth(2)),
    )
    .await;
    assert_eq!(count(listing(&mock, &atlas)).await.unwrap(), 9);
    assert_eq!((mock.request_count(), mock.token_request_count()), (1, 3));
}

#[tokio::test]
async fn what_the_token_endpoint_refuses_is_an_auth_error() {
    let canned =
        |status, body: &str| AnswerFault::Canned(CannedResponse::text(status, body.to_owned()));
    let plain = MockAtlas::builder;
    let always = When::always;
    for (builder, secret, status, retryable, named) in [
        (
            plain(),
            "wrong",
            Some(401),
            false,
            "the client id or the client secret is not accepted",
        ),
        (
            plain().token_limit(0),
            SECRET,
            Some(403),
            false,
            "Access Token limit reached",
        ),
        (
            plain().token_fault(AnswerFault::Status(503), always()),
            SECRET,
            Some(503),
            true,
            "refused to issue",
        ),
        (
            plain().token_fault(canned(200, "<html>"), always()),
            SECRET,
            Some(200),
            false,
            "answered no token",
        ),
        (
            plain().token_fault(canned(200, "{}"), always()),
            SECRET,
            Some(200),
            false,
            "answered no token",
        ),
        (
            plain().token_fault(canned(200, r#"{"access_token":"a b"}"#), always()),
            SECRET,
            None,
            false,
            "cannot be used",
        ),
        (
            plain().token_fault(BodyFault::Empty, always()),
            SECRET,
            Some(200),
            false,
            "answered no token",
        ),
        (
            plain().token_fault(BodyFault::NotUtf8, always()),
            SECRET,
            Some(200),
            false,
            "answered no token",
        ),
        (
            plain().token_fault(BodyFault::CutShort, always()),
            SECRET,
            Some(200),
            false,
            "answered no token",
        ),
    ] {
        let mock = builder.service_account(ID, SECRET).start().await.unwrap();
        let atlas = client(&mock, Credentials::service_account(ID, secret));
        let mut snapshots = listing(&mock, &atlas).stream();
        let error = snapshots.next().await.unwrap().unwrap_err();
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::Auth, status),
            "{error}"
        );
        assert_eq!(error.is_retryable(), retryable, "{error}");
        assert!(error.to_string().contains(named), "{error}");
        assert!(!format!("{error:?}").contains("sesame"), "{error:?}");
        assert_eq!(mock.request_count(), 0, "{error}");
    }
}

#[tokio::test]
async fn signing_out_revokes_the_token_and_a_later_listing_signs_in_anew() {
    let (mock, atlas) = account_mock(MockAtlas::builder().snapshots(9)).await;
    atlas.sign_out().await.unwrap();
    assert_eq!(mock.token_request_count(), 0, "there was nothing to revoke");
    assert_eq!(count(listing(&mock, &atlas)).await.unwrap(), 9);
    assert_eq!(mock.live_tokens(), 1);
    atlas.clone().sign_out().await.unwrap();
    assert_eq!(mock.live_tokens(), 0);
    assert_eq!(count(listing(&mock, &atlas)).await.unwrap(), 9);
    assert_eq!(refused_requests(&mock), 0);
}

#[tokio::test]
async fn digest_takes_one_request_more_than_there_are_pages() {
    let mock = MockAtlas::builder()
        .snapshots(1_000)
        .require_api_key("public", "open-sesame")
        .start()
        .await
        .unwrap();
    let atlas = client(&mock, Credentials::api_key("public", "open-sesame"));
    assert_eq!(
        count(listing(&mock, &atlas).prefetch(Prefetch::new(8).unwrap()))
            .await
            .unwrap(),
        1_000
    );
    // 10 full pages and the empty one behind them, and the challenge.
    assert_eq!((mock.request_count(), refused_requests(&mock)), (12, 1));
    assert_eq!(mock.requests()[0].refusal, Some(Refusal::NoCredentials));
}

#[tokio::test]
async fn digest_under_load_is_challenged_once() {
    let mock = MockAtlas::builder()
        .snapshots(250)
        .require_api_key("public", "open-sesame")
        .start()
        .await
        .unwrap();
    let atlas = client(&mock, Credentials::api_key("public", "open-sesame"));
    let listings = (0..64).map(|_| count(listing(&mock, &atlas)));
    for listed in futures::future::join_all(listings).await {
        assert_eq!(listed.unwrap(), 250);
    }
    assert_eq!(
        (mock.request_count(), refused_requests(&mock)),
        (64 * 3 + 1, 1)
    );
}

#[tokio::test]
async fn a_nonce_that_ends_is_replaced_without_anybody_noticing() {
    for algorithms in [
        vec![DigestAlgorithm::Md5],
        vec![DigestAlgorithm::Md5, DigestAlgorithm::Sha256],
        vec![DigestAlgorithm::Sha256],
        vec![],
    ] {
        let mock = MockAtlas::builder()
            .snapshots(950)
            .require_api_key("public", "open-sesame")
            .digest_algorithms(algorithms.clone())
            .nonce_uses(3)
            .start()
            .await
            .unwrap();
        let atlas = client(&mock, Credentials::api_key("public", "open-sesame"));
        let listed = count(listing(&mock, &atlas).prefetch(Prefetch::SEQUENTIAL)).await;
        assert_eq!(listed.unwrap(), 950, "{algorithms:?}");
        // Ten pages, three a nonce, and a challenge for each nonce.
        assert_eq!(
            (mock.request_count(), refused_requests(&mock)),
            (14, 4),
            "{algorithms:?}"
        );
        let refusals: Vec<_> = mock.requests().iter().filter_map(|r| r.refusal).collect();
        assert!(!refusals.contains(&Refusal::Replay), "{refusals:?}");
    }
}

#[tokio::test]
async fn a_wrong_key_and_an_unusable_challenge_are_told_apart() {
    let mock = MockAtlas::builder()
        .require_api_key("public", "another")
        .start()
        .await
        .unwrap();
    let atlas = client(&mock, Credentials::api_key("public", "open-sesame"));
    let error = count(listing(&mock, &atlas)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Unauthenticated, Some(401))
    );
    assert_eq!(mock.request_count(), 2, "challenged, answered, refused");

    for fault in [
        ChallengeFault::Missing,
        ChallengeFault::Garbage,
        ChallengeFault::NoNonce,
        ChallengeFault::UnknownAlgorithm,
    ] {
        let mock = MockAtlas::builder()
            .require_api_key("public", "open-sesame")
            .challenge_fault(fault.clone(), When::always())
            .start()
            .await
            .unwrap();
        let atlas = client(&mock, Credentials::api_key("public", "open-sesame"));
        let error = count(listing(&mock, &atlas)).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::Auth, Some(401)),
            "{fault:?}"
        );
        assert_eq!(mock.request_count(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_signed_request_refused_without_a_challenge_is_a_refusal_and_no_broken_sign_in() {
    let mock = MockAtlas::builder()
        .snapshots(3)
        .require_api_key("public", "open-sesame")
        // Not the first one, or nobody could sign.
        .challenge_fault(ChallengeFault::Missing, When::nth(2))
        .start()
        .await
        .unwrap();
    let atlas = client(&mock, Credentials::api_key("public", "open-sesame"));
    assert_eq!(count(listing(&mock, &atlas)).await.unwrap(), 3);
    mock.add_fault(AnswerFault::Status(401), When::always());
    let error = count(listing(&mock, &atlas)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Unauthenticated, Some(401))
    );
    assert_eq!(mock.request_count(), 3);
}

#[derive(Debug)]
struct Vault(Result<&'static str, &'static str>);

impl TokenSource for Vault {
    fn fetch(&self) -> TokenFuture<'_> {
        Box::pin(async move { self.0.map(AccessToken::new).map_err(Into::into) })
    }
}

#[tokio::test]
async fn tokens_can_come_from_elsewhere() {
    let mock = MockAtlas::builder()
        .snapshots(250)
        .require_token("abc.def")
        .start()
        .await
        .unwrap();
    let atlas = client(&mock, Credentials::token_source(Vault(Ok("abc.def"))));
    assert_eq!(count(listing(&mock, &atlas)).await.unwrap(), 250);
    assert_eq!(refused_requests(&mock), 0);

    let atlas = client(
        &mock,
        Credentials::token_source(Vault(Err("the vault is sealed"))),
    );
    let error = count(listing(&mock, &atlas)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    let cause = std::error::Error::source(&error).unwrap();
    assert_eq!(cause.to_string(), "the vault is sealed");
}

#[tokio::test]
async fn each_no_is_a_kind_of_its_own() {
    let plain = || MockAtlas::builder().snapshots(9);
    for (builder, kind, code) in [
        (
            plain().block_ip(),
            ErrorKind::IpNotAllowed,
            Some("IP_ADDRESS_NOT_ON_ACCESS_LIST"),
        ),
        (
            plain().missing_role(),
            ErrorKind::PermissionDenied,
            Some("USER_UNAUTHORIZED"),
        ),
        (
            plain().instance_name("Other"),
            ErrorKind::NotFound,
            Some("SERVERLESS_INSTANCE_NOT_FOUND"),
        ),
        (
            plain().project_id("000000000000000000000000"),
            ErrorKind::NotFound,
            Some("GROUP_NOT_FOUND"),
        ),
    ] {
        let mock = builder.start().await.unwrap();
        let atlas = client(&mock, Credentials::anonymous());
        let listing = atlas.serverless_snapshots(
            "32b6e34b3d91647abb20e7b8".parse().unwrap(),
            "Instance0".parse().unwrap(),
        );
        let error = count(listing).await.unwrap_err();
        assert_eq!((error.kind(), error.error_code()), (kind, code));
        assert_eq!(mock.request_count(), 1);
    }
}

/// Everything public and every error, searched for the secret, from servers that repeat what they
/// were sent. Traces are searched in `tracing.rs`, the command line in `cli/secrets.rs`.
#[tokio::test]
async fn no_secret_is_ever_shown() {
    let echo = |status| CannedResponse::html(status, format!("<p>You sent {SECRET}</p>"));
    for credentials in [
        Credentials::access_token(SECRET),
        Credentials::api_key("public", SECRET),
        Credentials::service_account(ID, SECRET),
    ] {
        for status in [200, 401, 403, 500] {
            let mock = MockAtlas::builder()
                .require_token(SECRET)
                .require_api_key("public", SECRET)
                .service_account(ID, SECRET)
                .token_fault(AnswerFault::Canned(echo(status)), When::always())
                .page_response(1, echo(status))
                .start()
                .await
                .unwrap();
            let builder = Atlas::builder()
                .base_url(mock.base_url())
                .credentials(credentials.clone())
                .retry(RetryPolicy::none());
            let atlas = builder.clone().build().unwrap();
            let listing = listing(&mock, &atlas);
            let before = format!("{credentials:?} {builder:?} {listing:?}");
            let mut snapshots = listing.stream();
            let error = snapshots.next().await.unwrap().unwrap_err();
            let checkpoint = serde_json::to_string(&snapshots.checkpoint()).unwrap();
            let shown = format!("{before} {error} {error:?} {snapshots:?} {checkpoint} {atlas:?}");
            assert!(!shown.contains("sesame"), "{shown}");
            for request in mock.requests() {
                assert!(!format!("{request:?}").contains("sesame"), "{request:?}");
            }
        }
    }
}
