//! Authentication over real sockets: how many requests it takes, and the errors where it fails.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use atlas_snapshots::{
    AccessToken, Atlas, Credentials, Error, ErrorKind, ListRequest, RetryPolicy, Snapshot,
    TokenError,
};
use atlas_snapshots_mock::{
    BodyFault, CannedResponse, ExpiresIn, MockAtlas, MockAtlasBuilder, ResponseFault, RetryAfter,
    When,
};
use futures::TryStreamExt;
use serde_json::json;

use crate::common::{listing, with_timeout};

const ID: &str = "mdb_sa_id_0123";
const SECRET: &str = "mdb_sa_sk_open-sesame";

fn quick_retries() -> RetryPolicy {
    RetryPolicy::default()
        .max_retries(2)
        .min_delay(Duration::ZERO)
        .max_delay(Duration::ZERO)
}

fn client(mock: &MockAtlas, credentials: Credentials) -> Atlas {
    client_with(mock, credentials, quick_retries())
}

fn client_with(mock: &MockAtlas, credentials: Credentials, policy: RetryPolicy) -> Atlas {
    Atlas::builder()
        .base_url(mock.base_url())
        .credentials(credentials)
        .retry_policy(policy)
        .build()
        .unwrap()
}

async fn count(request: ListRequest<Snapshot>) -> Result<usize, Error> {
    Ok(request.await?.len())
}

async fn account_mock(builder: MockAtlasBuilder) -> (MockAtlas, Atlas) {
    let mock = builder.service_account(ID, SECRET).start().await.unwrap();
    let atlas = client(&mock, Credentials::service_account(ID, SECRET));
    (mock, atlas)
}

fn rejected_requests(mock: &MockAtlas) -> usize {
    mock.requests()
        .iter()
        .filter(|request| request.status == Some(401))
        .count()
}

#[tokio::test]
async fn sixty_four_concurrent_listings_share_one_token() {
    let (mock, atlas) = account_mock(MockAtlas::builder().snapshots(250)).await;
    let listings = (0..64).map(|_| count(listing(&mock, &atlas)));
    for listed in futures::future::join_all(listings).await {
        assert_eq!(listed.unwrap(), 250);
    }
    assert_eq!(mock.token_request_count(), 1);
    assert_eq!(
        (mock.request_count(), rejected_requests(&mock)),
        (64 * 3, 0)
    );
    let sent = &mock.token_requests()[0];
    assert_eq!(sent.grant_type.as_deref(), Some("client_credentials"));
}

#[tokio::test]
async fn tokens_that_expire_during_listings_are_replaced_by_exactly_one() {
    let (mock, atlas) = account_mock(MockAtlas::builder().snapshots(250)).await;
    let mut streams: Vec<_> = (0..64)
        .map(|_| listing(&mock, &atlas).max_in_flight(1).stream())
        .collect();
    for stream in &mut streams {
        stream.next().await.unwrap().unwrap();
    }
    with_timeout(mock.until(|mock| mock.in_flight() == 0)).await;
    mock.expire_tokens();
    let rests = streams.into_iter().map(TryStreamExt::try_collect::<Vec<_>>);
    for rest in futures::future::join_all(rests).await {
        assert_eq!(rest.unwrap().len(), 249);
    }
    assert_eq!(
        mock.token_request_count(),
        2,
        "the first one and its replacement"
    );
}

#[tokio::test]
async fn a_rejected_token_is_replaced_and_the_request_sent_again_exactly_once() {
    let (mock, atlas) = account_mock(
        MockAtlas::builder()
            .snapshots(9)
            .fault(ResponseFault::Status(401), When::always()),
    )
    .await;
    let error = count(listing(&mock, &atlas)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert_eq!((mock.request_count(), mock.token_request_count()), (2, 2));

    // A missing role is not a matter of tokens.
    let (mock, atlas) = account_mock(MockAtlas::builder().missing_role()).await;
    let error = count(listing(&mock, &atlas)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert_eq!((mock.request_count(), mock.token_request_count()), (1, 1));
}

#[tokio::test]
async fn a_wrong_or_absent_lifetime_costs_no_listing() {
    for lifetime in [
        ExpiresIn::Absent,
        ExpiresIn::Fixed(json!(0)),
        ExpiresIn::Fixed(json!(-5)),
        ExpiresIn::Fixed(json!("3600")),
        ExpiresIn::Fixed(json!(u64::MAX)),
        ExpiresIn::Fixed(json!({"odd": true})),
    ] {
        let (mock, atlas) = account_mock(
            MockAtlas::builder()
                .snapshots(250)
                .expires_in(lifetime.clone()),
        )
        .await;
        assert_eq!(
            count(listing(&mock, &atlas)).await.unwrap(),
            250,
            "{lifetime:?}"
        );
        mock.expire_tokens();
        assert_eq!(
            count(listing(&mock, &atlas)).await.unwrap(),
            250,
            "{lifetime:?}"
        );
        assert_eq!(mock.token_request_count(), 2, "{lifetime:?}");
    }
}

#[tokio::test]
async fn a_token_request_is_retried() {
    let busy = ResponseFault::RateLimited(RetryAfter::Seconds(0));
    let down = ResponseFault::Status(503);
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
async fn a_failing_token_endpoint_is_requested_as_often_as_the_policy_says() {
    for retries in [0, 1, 4] {
        let mock = MockAtlas::builder()
            .snapshots(9)
            .service_account(ID, SECRET)
            .token_fault(ResponseFault::Status(503), When::always())
            .start()
            .await
            .unwrap();
        let account = Credentials::service_account(ID, SECRET);
        let atlas = client_with(&mock, account, quick_retries().max_retries(retries));
        let error = count(listing(&mock, &atlas)).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.status(), error.attempts()),
            (ErrorKind::Server, Some(503), Some(retries + 1))
        );
        assert_eq!(mock.token_request_count(), retries as usize + 1);
        assert_eq!(mock.request_count(), 0);
    }
}

#[tokio::test]
async fn a_token_endpoint_that_issues_no_token_is_a_token_request_error() {
    let canned =
        |status, body: &str| ResponseFault::Canned(CannedResponse::text(status, body.to_owned()));
    let plain = MockAtlas::builder;
    let always = When::always;
    for (builder, secret, status, named) in [
        (
            plain(),
            "wrong",
            Some(401),
            "the client id or the client secret was rejected",
        ),
        (
            plain().token_limit(0),
            SECRET,
            Some(403),
            "Access Token limit reached",
        ),
        (
            plain().token_fault(canned(200, "<html>"), always()),
            SECRET,
            Some(200),
            "the response of the token endpoint has no token",
        ),
        (
            plain().token_fault(canned(200, "{}"), always()),
            SECRET,
            Some(200),
            "the response of the token endpoint has no token",
        ),
        (
            plain().token_fault(canned(200, r#"["sesame","Bearer",3600]"#), always()),
            SECRET,
            Some(200),
            "the response of the token endpoint has no token",
        ),
        (
            plain().token_fault(
                canned(200, r#"{"access_token":"sesame","token_type":"mac"}"#),
                always(),
            ),
            SECRET,
            Some(200),
            "a token of another type than Bearer",
        ),
        (
            plain().token_fault(canned(404, "<html>"), always()),
            SECRET,
            Some(404),
            "there is no token endpoint at the base URL",
        ),
        (
            plain().token_fault(canned(200, r#"{"access_token":"a b"}"#), always()),
            SECRET,
            None,
            "cannot be used",
        ),
        (
            plain().token_fault(BodyFault::Empty, always()),
            SECRET,
            Some(200),
            "the response of the token endpoint has no token",
        ),
        (
            plain().token_fault(BodyFault::NotUtf8, always()),
            SECRET,
            Some(200),
            "the response of the token endpoint has no token",
        ),
        (
            plain().token_fault(BodyFault::CutShort, always()),
            SECRET,
            Some(200),
            "the response of the token endpoint has no token",
        ),
    ] {
        let mock = builder.service_account(ID, SECRET).start().await.unwrap();
        let atlas = client(&mock, Credentials::service_account(ID, secret));
        let mut snapshots = listing(&mock, &atlas).stream();
        let error = snapshots.next().await.unwrap().unwrap_err();
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::TokenRequest, status),
            "{error}"
        );
        assert!(!error.is_retryable(), "{error}");
        assert!(error.to_string().contains(named), "{error}");
        assert!(!format!("{error:?}").contains("sesame"), "{error:?}");
        assert_eq!(mock.request_count(), 0, "{error}");
    }
}

#[tokio::test]
async fn a_token_endpoint_that_is_limited_fails_or_redirects_is_no_matter_of_credentials() {
    let elsewhere = CannedResponse::new(302).header("location", "https://login.example/");
    let code = |status, code: &str| ResponseFault::Error {
        status,
        code: code.to_owned(),
    };
    for (fault, kind, retryable, named) in [
        (
            ResponseFault::RateLimited(RetryAfter::Absent),
            ErrorKind::RateLimited,
            true,
            "the token endpoint limits requests",
        ),
        (
            ResponseFault::Status(503),
            ErrorKind::Server,
            true,
            "the token endpoint failed",
        ),
        (
            ResponseFault::Status(408),
            ErrorKind::Timeout,
            true,
            "the token endpoint failed",
        ),
        (
            ResponseFault::Canned(elsewhere),
            ErrorKind::Protocol,
            false,
            "the token endpoint redirects",
        ),
        (
            code(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST"),
            ErrorKind::IpNotAllowed,
            false,
            "the token endpoint issued no token",
        ),
        (
            code(402, "ACCOUNT_SUSPENDED"),
            ErrorKind::PaymentRequired,
            false,
            "the token endpoint issued no token",
        ),
    ] {
        let mock = MockAtlas::builder()
            .service_account(ID, SECRET)
            .token_fault(fault, When::always())
            .start()
            .await
            .unwrap();
        let account = Credentials::service_account(ID, SECRET);
        let atlas = client_with(&mock, account, RetryPolicy::none());
        let error = count(listing(&mock, &atlas)).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.is_retryable()),
            (kind, retryable),
            "{error}"
        );
        let line = error.to_string();
        assert!(line.contains(named), "{line}");
        assert!(
            !line.contains("rejected") && !line.contains("check the credentials"),
            "{line}"
        );
        assert_eq!(mock.request_count(), 0);
    }
}

#[tokio::test]
async fn a_rejection_names_the_credentials_that_were_sent_or_that_there_were_none() {
    let rejecting = || MockAtlas::builder().require_token("another");
    for (builder, credentials, message) in [
        (
            rejecting(),
            Credentials::anonymous(),
            "no credentials were sent",
        ),
        (
            rejecting(),
            Credentials::access_token(SECRET),
            "the access token was rejected",
        ),
        (
            rejecting(),
            token_fn(SECRET, 0, TokenError::permanent).0,
            "the access token of the token function was rejected",
        ),
        (
            MockAtlas::builder()
                .service_account(ID, SECRET)
                .fault(ResponseFault::Status(401), When::always()),
            Credentials::service_account(ID, SECRET),
            "the access token of the service account was rejected",
        ),
        (
            MockAtlas::builder().require_api_key("public", "another"),
            Credentials::api_key("public", SECRET),
            "the API key was rejected",
        ),
    ] {
        let mock = builder.start().await.unwrap();
        let error = count(listing(&mock, &client(&mock, credentials))).await;
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error}");
        let line = error.to_string();
        assert!(line.contains(": not authenticated (401"), "{line}");
        assert!(line.contains(&format!("): {message}")), "{line}");
    }
}

#[tokio::test]
async fn credentials_with_white_space_around_them_are_refused_before_any_request() {
    for credentials in [
        Credentials::service_account(ID, format!("{SECRET}\n")),
        Credentials::service_account(format!("{ID}\r\n"), SECRET),
        Credentials::api_key("public", format!(" {SECRET}")),
        Credentials::access_token(format!("{SECRET}\n")),
    ] {
        let built = Atlas::builder().credentials(credentials).build();
        let error = built.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert!(!format!("{error:?}").contains("sesame"), "{error:?}");
    }
}

#[tokio::test]
async fn revoking_the_token_is_followed_by_a_new_one_for_the_next_listing() {
    let (mock, atlas) = account_mock(MockAtlas::builder().snapshots(9)).await;
    atlas.revoke_token().await.unwrap();
    assert_eq!(mock.token_request_count(), 0, "there was nothing to revoke");
    assert_eq!(count(listing(&mock, &atlas)).await.unwrap(), 9);
    assert_eq!(mock.live_tokens(), 1);
    atlas.clone().revoke_token().await.unwrap();
    assert_eq!(mock.live_tokens(), 0);
    assert_eq!(count(listing(&mock, &atlas)).await.unwrap(), 9);
    assert_eq!(rejected_requests(&mock), 0);
}

#[tokio::test]
async fn an_error_of_a_token_request_says_what_the_request_was_for() {
    let (mock, atlas) = account_mock(MockAtlas::builder().snapshots(9)).await;
    assert_eq!(count(listing(&mock, &atlas)).await.unwrap(), 9);
    let next = listing(&mock, &atlas);
    mock.shutdown().await;
    let error = atlas.revoke_token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    let message = error.to_string();
    assert!(
        message.contains("while revoking the access token"),
        "{message}"
    );
    let error = count(next).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    let message = error.to_string();
    assert!(
        message.contains("while requesting an access token"),
        "{message}"
    );
}

/// Credentials with a token function that fails with `failure` on its first `failures` calls and
/// returns `token` on all later ones, and the number of calls.
fn token_fn(
    token: &'static str,
    failures: usize,
    failure: fn(&'static str) -> TokenError,
) -> (Credentials, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let credentials = Credentials::token_fn(move || {
        let call = counter.fetch_add(1, Ordering::SeqCst);
        async move {
            if call < failures {
                Err(failure("the vault is sealed"))
            } else {
                Ok(AccessToken::new(token))
            }
        }
    });
    (credentials, calls)
}

async fn token_mock() -> MockAtlas {
    let builder = MockAtlas::builder().snapshots(250);
    builder.require_token("abc.def").start().await.unwrap()
}

#[tokio::test]
async fn a_token_function_is_called_once_for_many_requests() {
    let mock = token_mock().await;
    let (credentials, calls) = token_fn("abc.def", 0, TokenError::permanent);
    let atlas = client(&mock, credentials);
    assert_eq!(count(listing(&mock, &atlas)).await.unwrap(), 250);
    assert_eq!(count(listing(&mock, &atlas)).await.unwrap(), 250);
    assert_eq!(rejected_requests(&mock), 0);
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_temporary_failure_of_a_token_function_is_retried() {
    let mock = token_mock().await;
    let (credentials, calls) = token_fn("abc.def", 2, TokenError::temporary);
    let atlas = client(&mock, credentials);
    assert_eq!(count(listing(&mock, &atlas)).await.unwrap(), 250);
    assert_eq!(calls.load(Ordering::SeqCst), 3);

    let mock = token_mock().await;
    let (credentials, calls) = token_fn("abc.def", usize::MAX, TokenError::temporary);
    let atlas = client(&mock, credentials);
    let error = count(listing(&mock, &atlas)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TokenRequest);
    assert!(error.is_retryable());
    assert_eq!(error.attempts(), Some(3));
    assert_eq!(calls.load(Ordering::SeqCst), 3);
    assert_eq!(mock.request_count(), 0);
}

#[tokio::test]
async fn a_permanent_failure_of_a_token_function_is_reported_at_once() {
    let mock = token_mock().await;
    let (credentials, calls) = token_fn("abc.def", usize::MAX, TokenError::permanent);
    let atlas = client(&mock, credentials);
    let error = count(listing(&mock, &atlas)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TokenRequest);
    assert!(!error.is_retryable());
    let cause = std::error::Error::source(&error).unwrap();
    assert_eq!(cause.to_string(), "the vault is sealed");
    assert_eq!(calls.load(Ordering::SeqCst), 1);

    // `?` converts into a permanent failure.
    let credentials = Credentials::token_fn(|| async {
        let token = std::fs::read_to_string("/no/such/file")?;
        Ok(AccessToken::new(token))
    });
    let atlas = client(&mock, credentials);
    let error = count(listing(&mock, &atlas)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TokenRequest);
    assert_eq!(error.attempts(), Some(1));
    assert_eq!(mock.request_count(), 0);
}

#[tokio::test]
async fn a_token_function_is_called_once_more_for_a_rejected_token() {
    let mock = token_mock().await;
    let (credentials, calls) = token_fn("another", 0, TokenError::permanent);
    let atlas = client(&mock, credentials);
    let error = count(listing(&mock, &atlas)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    assert_eq!(mock.request_count(), 2);
}

#[tokio::test]
async fn each_rejection_has_its_own_kind() {
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
            plain().cluster_name("Other"),
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
        let request = atlas.serverless_snapshots("32b6e34b3d91647abb20e7b8", "Instance0");
        let error = count(request).await.unwrap_err();
        assert_eq!((error.kind(), error.error_code()), (kind, code));
        assert_eq!(mock.request_count(), 1);
    }
}
