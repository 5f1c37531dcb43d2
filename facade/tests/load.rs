//! Many listings of one client at once: rate limits, and tokens and challenges that they share.

#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::time::Duration;

use atlas_snapshots::{
    Atlas, AtlasBuilder, Credentials, Error, ErrorKind, ListRequest, RetryPolicy, Snapshot,
};
use atlas_snapshots_mock::{
    MockAtlas, MockAtlasBuilder, ResponseFault, RetryAfter, When, WireFault,
};
use futures::future::join_all;

use crate::common::with_timeout;

const ID: &str = "mdb_sa_id_0123";
const SECRET: &str = "mdb_sa_sk_open-sesame";

async fn start(builder: MockAtlasBuilder) -> MockAtlas {
    builder.snapshots(3).start().await.unwrap()
}

fn quick_retries(retries: u32) -> RetryPolicy {
    RetryPolicy::default()
        .max_retries(retries)
        .min_delay(Duration::ZERO)
        .max_delay(Duration::ZERO)
}

fn client(mock: &MockAtlas, credentials: Credentials) -> AtlasBuilder {
    Atlas::builder()
        .base_url(mock.base_url())
        .credentials(credentials)
}

fn service_account() -> Credentials {
    Credentials::service_account(ID, SECRET)
}

fn api_key() -> Credentials {
    Credentials::api_key("public", "open-sesame")
}

fn request(mock: &MockAtlas, atlas: &Atlas) -> ListRequest<Snapshot> {
    atlas.serverless_snapshots(mock.project_id(), mock.cluster_name())
}

/// The outcomes of this number of listings at once: how many snapshots, or the error.
async fn list(mock: &MockAtlas, atlas: &Atlas, listings: usize) -> Vec<Result<usize, Error>> {
    let listings = (0..listings).map(|_| async { Ok(request(mock, atlas).await?.len()) });
    with_timeout(join_all(listings)).await
}

#[tokio::test]
async fn rate_limits_cost_no_listing_however_small_its_retry_budget() {
    let mock = start(MockAtlas::builder().rate_limit(20, Duration::from_millis(200))).await;
    let policy = RetryPolicy::default().max_retries(1).retry_budget(0);
    let atlas = client(&mock, Credentials::anonymous()).retry_policy(policy);
    for listed in list(&mock, &atlas.build().unwrap(), 60).await {
        assert_eq!(listed.unwrap(), 3);
    }
    let limited = mock
        .requests()
        .iter()
        .filter(|r| r.status == Some(429))
        .count();
    assert!(limited > 0, "the rate limit applied");
}

#[tokio::test]
async fn listings_that_wait_for_a_token_share_its_failure() {
    for retries in [0, 1, 4] {
        let failing = ResponseFault::Status(503);
        let mock = MockAtlas::builder().service_account(ID, SECRET);
        let mock = start(mock.token_fault(failing, When::always())).await;
        let atlas = client(&mock, service_account()).retry_policy(quick_retries(retries));
        for listed in list(&mock, &atlas.build().unwrap(), 64).await {
            let error = listed.unwrap_err();
            assert_eq!(
                (error.kind(), error.status()),
                (ErrorKind::Server, Some(503))
            );
        }
        assert_eq!(mock.token_request_count(), retries as usize + 1);
        assert_eq!(mock.request_count(), 0);
    }
}

#[tokio::test]
async fn a_token_request_that_fails_once_costs_one_retry_however_many_listings_wait() {
    let mock = MockAtlas::builder().service_account(ID, SECRET);
    let mock = start(mock.token_fault(ResponseFault::Status(503), When::nth(1))).await;
    let policy = quick_retries(1).retry_budget(1);
    let atlas = client(&mock, service_account()).retry_policy(policy);
    for listed in list(&mock, &atlas.build().unwrap(), 64).await {
        assert_eq!(listed.unwrap(), 3);
    }
    assert_eq!(mock.token_request_count(), 2);
}

#[tokio::test]
async fn a_rate_limit_of_the_token_endpoint_is_reported_with_its_wait() {
    let limited = ResponseFault::RateLimited(RetryAfter::Seconds(3600));
    let mock = MockAtlas::builder().service_account(ID, SECRET);
    let mock = start(mock.token_fault(limited, When::always())).await;
    let atlas = client(&mock, service_account()).build().unwrap();
    for listed in list(&mock, &atlas, 12).await {
        let error = listed.unwrap_err();
        assert_eq!(
            (error.kind(), error.status(), error.attempts()),
            (ErrorKind::RateLimited, Some(429), Some(1))
        );
        assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
        assert!(error.to_string().contains("token endpoint"), "{error}");
    }
    assert_eq!((mock.token_request_count(), mock.request_count()), (1, 0));
}

#[tokio::test]
async fn a_hanging_token_request_delays_all_listings_once() {
    let mock = MockAtlas::builder().service_account(ID, SECRET);
    let mock = start(mock.token_fault(WireFault::Hang, When::always())).await;
    let atlas = client(&mock, service_account())
        .attempt_timeout(Duration::from_millis(100))
        .retry_policy(RetryPolicy::none());
    for listed in list(&mock, &atlas.build().unwrap(), 12).await {
        assert_eq!(listed.unwrap_err().kind(), ErrorKind::Timeout);
    }
    assert_eq!((mock.token_request_count(), mock.request_count()), (1, 0));
}

#[tokio::test]
async fn a_hanging_challenge_delays_all_listings_once() {
    let mock = MockAtlas::builder().require_api_key("public", "open-sesame");
    let mock = start(mock.latency(Duration::from_secs(3600))).await;
    let atlas = client(&mock, api_key())
        .attempt_timeout(Duration::from_millis(100))
        .retry_policy(RetryPolicy::none());
    for listed in list(&mock, &atlas.build().unwrap(), 12).await {
        assert_eq!(listed.unwrap_err().kind(), ErrorKind::Timeout);
    }
    assert_eq!(mock.request_count(), 1);
}

#[tokio::test]
async fn a_temporary_failure_in_place_of_a_challenge_is_shared() {
    for (status, kind) in [(503, ErrorKind::Server), (429, ErrorKind::RateLimited)] {
        let mock = MockAtlas::builder().fault(ResponseFault::Status(status), When::always());
        let mock = start(mock.latency(Duration::from_millis(20))).await;
        let atlas = client(&mock, api_key()).retry_policy(RetryPolicy::none());
        for listed in list(&mock, &atlas.build().unwrap(), 12).await {
            let error = listed.unwrap_err();
            assert_eq!((error.kind(), error.status()), (kind, Some(status)));
        }
        assert_eq!(mock.request_count(), 1);
    }
}

#[tokio::test]
async fn a_listing_that_is_dropped_leaves_the_token_and_the_challenge_to_the_others() {
    let account = MockAtlas::builder()
        .service_account(ID, SECRET)
        .token_fault(WireFault::Hang, When::nth(1));
    // A request that has no challenge yet hangs just as well.
    let key = MockAtlas::builder().fault(WireFault::Hang, When::nth(1));
    for (mock, credentials) in [(account, service_account()), (key, api_key())] {
        let mock = start(mock).await;
        let atlas = client(&mock, credentials).build().unwrap();
        let received = |mock: &MockAtlas| mock.token_request_count() + mock.request_count();
        let mut dropped = request(&mock, &atlas).stream();
        let dropping = async {
            tokio::select! {
                _ = dropped.next() => {}
                () = mock.until(|mock| received(mock) == 1) => {}
            }
            // The others wait by now.
            tokio::task::yield_now().await;
            drop(dropped);
        };
        let ((), listed) = tokio::join!(dropping, list(&mock, &atlas, 12));
        for listed in listed {
            assert_eq!(listed.unwrap(), 3);
        }
        assert!(mock.token_request_count() <= 2);
    }
}

#[tokio::test]
async fn without_a_challenge_the_requests_of_an_api_key_are_sent_at_once() {
    let mock = start(MockAtlas::builder().latency(Duration::from_millis(100))).await;
    let atlas = client(&mock, api_key()).build().unwrap();
    for listed in list(&mock, &atlas, 17).await {
        assert_eq!(listed.unwrap(), 3);
    }
    assert_eq!((mock.request_count(), mock.peak_in_flight()), (17, 16));

    // The server starts to require a key.
    let (_, port) = mock.base_url().rsplit_once(':').unwrap();
    let port = port.parse().unwrap();
    mock.shutdown().await;
    let key = MockAtlas::builder().require_api_key("public", "open-sesame");
    let mock = start(key.port(port)).await;
    for listed in list(&mock, &atlas, 17).await {
        assert_eq!(listed.unwrap(), 3);
    }
}
