//! API keys: how many requests they take, at servers whose nonces last for a few uses or in one
//! order only, and with challenges that are unusual.

#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../common/mod.rs"]
mod common;
mod server;

use atlas_snapshots::{Atlas, Credentials, Error, ErrorKind, ListRequest, RetryPolicy, Snapshot};
use atlas_snapshots_mock::{
    AuthFailure, ChallengeFault, DigestAlgorithm, MockAtlas, ResponseFault, When,
};
use futures::future::join_all;

use crate::common::{listing, with_timeout};
use crate::server::{Log, Nonces, PAGE_SIZE, PAGES, Rules, Server};

fn client(mock: &MockAtlas) -> Atlas {
    Atlas::builder()
        .base_url(mock.base_url())
        .credentials(Credentials::api_key("public", "open-sesame"))
        .retry_policy(RetryPolicy::none())
        .build()
        .unwrap()
}

/// A mock that requires the API key, and a client with that key.
async fn mock_of(snapshots: usize) -> (MockAtlas, Atlas) {
    let mock = MockAtlas::builder()
        .snapshots(snapshots)
        .require_api_key("public", "open-sesame");
    let mock = mock.start().await.unwrap();
    let atlas = client(&mock);
    (mock, atlas)
}

fn rejected_requests(mock: &MockAtlas) -> usize {
    mock.requests()
        .iter()
        .filter(|request| request.status == Some(401))
        .count()
}

#[tokio::test]
async fn digest_takes_one_request_more_than_the_pages() {
    let (mock, atlas) = mock_of(1_000).await;
    assert_eq!(
        count(listing(&mock, &atlas).max_in_flight(8))
            .await
            .unwrap(),
        1_000
    );
    // 10 full pages, the empty one after them, and the challenge.
    assert_eq!((mock.request_count(), rejected_requests(&mock)), (12, 1));
    assert_eq!(
        mock.requests()[0].auth_failure,
        Some(AuthFailure::NoCredentials)
    );
}

#[tokio::test]
async fn digest_under_load_is_challenged_once() {
    let (mock, atlas) = mock_of(250).await;
    let listings = (0..64).map(|_| count(listing(&mock, &atlas)));
    for listed in futures::future::join_all(listings).await {
        assert_eq!(listed.unwrap(), 250);
    }
    assert_eq!(
        (mock.request_count(), rejected_requests(&mock)),
        (64 * 3 + 1, 1)
    );
}

#[tokio::test]
async fn an_expired_nonce_is_replaced_without_an_error() {
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
        let atlas = client(&mock);
        let listed = count(listing(&mock, &atlas).max_in_flight(1)).await;
        assert_eq!(listed.unwrap(), 950, "{algorithms:?}");
        // Ten pages, three for each nonce, and a challenge for each nonce.
        assert_eq!(
            (mock.request_count(), rejected_requests(&mock)),
            (14, 4),
            "{algorithms:?}"
        );
        let refusals: Vec<_> = mock
            .requests()
            .iter()
            .filter_map(|r| r.auth_failure)
            .collect();
        assert!(!refusals.contains(&AuthFailure::Replay), "{refusals:?}");
    }
}

#[tokio::test]
async fn a_wrong_key_and_an_unusable_challenge_are_different_errors() {
    let mock = MockAtlas::builder()
        .require_api_key("public", "another")
        .start()
        .await
        .unwrap();
    let atlas = client(&mock);
    let error = count(listing(&mock, &atlas)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Unauthenticated, Some(401))
    );
    assert_eq!(mock.request_count(), 2, "challenged once, rejected once");

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
        let atlas = client(&mock);
        let error = count(listing(&mock, &atlas)).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::TokenRequest, Some(401)),
            "{fault:?}"
        );
        assert_eq!(mock.request_count(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_rejection_without_a_challenge_is_reported_as_rejected_credentials() {
    let mock = MockAtlas::builder()
        .snapshots(3)
        .require_api_key("public", "open-sesame")
        // The first challenge is needed to authorize a request.
        .challenge_fault(ChallengeFault::Missing, When::nth(2))
        .start()
        .await
        .unwrap();
    let atlas = client(&mock);
    assert_eq!(count(listing(&mock, &atlas)).await.unwrap(), 3);
    mock.add_fault(ResponseFault::Status(401), When::always());
    let error = count(listing(&mock, &atlas)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Unauthenticated, Some(401))
    );
    assert_eq!(mock.request_count(), 3);
}

fn request(atlas: &Atlas) -> ListRequest<Snapshot> {
    atlas
        .flex_snapshots("32b6e34b3d91647abb20e7b8", "Cluster0")
        .page_size(PAGE_SIZE.try_into().unwrap())
}

async fn count(request: ListRequest<Snapshot>) -> Result<usize, Error> {
    Ok(with_timeout(request.collect()).await?.len())
}

/// Runs listings at once, and returns their errors.
async fn errors_of(server: &Server, listings: usize, width: usize) -> Vec<Error> {
    let atlas = server.client();
    let listings = (0..listings).map(|_| count(request(&atlas).max_in_flight(width)));
    let mut errors = Vec::new();
    for listed in join_all(listings).await {
        match listed {
            Ok(items) => assert_eq!(items, PAGES * PAGE_SIZE),
            Err(error) => errors.push(error),
        }
    }
    errors
}

#[tokio::test]
async fn nonces_good_for_a_few_uses_or_in_one_order_serve_many_requests_at_once() {
    for nonces in [
        Nonces::Uses(1),
        Nonces::Uses(2),
        Nonces::Uses(3),
        Nonces::GrowingCount,
        Nonces::OwnConnection,
        Nonces::Latest,
    ] {
        for rules in [Rules::new(nonces), Rules::new(nonces).silent()] {
            for (listings, width) in [(1, 4), (1, 16), (16, 1)] {
                let server = Server::start(rules.clone()).await;
                let errors = errors_of(&server, listings, width).await;
                let case = format!("{listings} x {width} with {rules:?}");
                assert!(errors.is_empty(), "{case}: {errors:#?}");
                let log = server.log.lock().unwrap();
                // The last page is full, so that one more is requested.
                assert_eq!(log.accepted, listings * (PAGES + 1), "{case}");
                assert!(log.most_in_flight > 1, "{case}");
                if let Nonces::Uses(_) | Nonces::GrowingCount = nonces {
                    assert!(log.requests <= 2 * log.accepted, "{case}: {log:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn requests_that_disturb_one_another_are_sent_one_at_a_time_from_then_on() {
    for rules in [
        Rules::new(Nonces::Latest),
        Rules::new(Nonces::Latest).silent(),
    ] {
        let server = Server::start(rules).await;
        let atlas = server.client();
        let listings = |number| (0..number).map(|_| count(request(&atlas).max_in_flight(16)));
        for listed in join_all(listings(16)).await {
            assert_eq!(listed.unwrap(), PAGES * PAGE_SIZE);
        }
        server.with_log(|log| {
            *log = Log {
                issued: std::mem::take(&mut log.issued),
                ..Log::default()
            }
        });
        for listed in join_all(listings(4)).await {
            assert_eq!(listed.unwrap(), PAGES * PAGE_SIZE);
        }
        let log = server.log.lock().unwrap();
        assert_eq!(log.most_in_flight, 1);
        // Every second one is challenged.
        assert!(log.requests <= log.accepted * 3 / 2 + 1, "{log:?}");
    }
}

#[tokio::test]
async fn a_server_that_calls_every_nonce_stale_is_reported_as_such() {
    let server = Server::start(Rules::new(Nonces::Uses(0))).await;
    let errors = errors_of(&server, 1, 4).await;
    assert_eq!(errors[0].kind(), ErrorKind::TokenRequest);
    assert!(errors[0].to_string().contains("stale"), "{}", errors[0]);
    // Beside others and alone: one to be challenged, and three responses to challenges.
    assert_eq!(server.log.lock().unwrap().requests, 8);

    // Where it does not say so, it rejects the key.
    let server = Server::start(Rules::new(Nonces::Uses(0)).silent()).await;
    let errors = errors_of(&server, 1, 4).await;
    assert_eq!(errors[0].kind(), ErrorKind::Unauthenticated);
    assert_eq!(server.log.lock().unwrap().requests, 2);
}

#[tokio::test]
async fn a_rejected_key_is_reported_after_a_few_requests() {
    let server = Server::start(Rules::new(Nonces::GrowingCount)).await;
    server.with_log(|log| log.revoked = true);
    let errors = errors_of(&server, 16, 1).await;
    assert_eq!(errors.len(), 16);
    let rejected = |error: &Error| error.kind() == ErrorKind::Unauthenticated;
    assert!(errors.iter().all(rejected), "{errors:#?}");
    let requests = server.log.lock().unwrap().requests;
    assert_eq!(requests, 2, "the requests that wait share the rejection");

    // A key that is revoked later.
    let server = Server::start(Rules::new(Nonces::GrowingCount)).await;
    let atlas = server.client();
    assert_eq!(count(request(&atlas)).await.unwrap(), PAGES * PAGE_SIZE);
    let before = server.with_log(|log| {
        log.revoked = true;
        log.requests
    });
    let error = count(request(&atlas)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert_eq!(server.log.lock().unwrap().requests - before, 4);
}

#[tokio::test]
async fn realms_in_any_encoding_and_several_challenges_in_one_header_are_read() {
    let latin = b"Z\xfcrich".to_vec();
    let utf8 = "Zürich — 部".as_bytes().to_vec();
    let digest = |realm: &[u8], more: &str| {
        let before = &b"Digest realm=\""[..];
        let after = format!("\", nonce=\"NONCE\", qop=\"auth\", stale=STALE{more}");
        [before, realm, after.as_bytes()].concat()
    };
    let basic = &b"Basic realm=\"\xfc\", charset=\"UTF-8\", "[..];
    for (realm, challenge) in [
        (latin.clone(), digest(&latin, "")),
        (
            utf8.clone(),
            digest(&utf8, ", charset=UTF-8, algorithm=MD5"),
        ),
        (
            utf8.clone(),
            [
                basic,
                &digest(&utf8, ", algorithm=MD5"),
                b", ",
                &digest(b"other", ", algorithm=SHA-512-256"),
                b", Negotiate",
            ]
            .concat(),
        ),
    ] {
        let mut rules = Rules::new(Nonces::GrowingCount);
        (rules.realm, rules.challenge) = (realm, challenge);
        let server = Server::start(rules).await;
        let errors = errors_of(&server, 1, 4).await;
        assert!(errors.is_empty(), "{errors:#?}");
    }
}
