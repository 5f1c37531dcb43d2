//! How long a nonce is good, and that no count is taken twice.

use std::time::Duration;

use atlas_snapshots_mock::{MockAtlas, Refusal};
use futures::future::join_all;
use tokio::time::advance;

use crate::by_hand::{Signature, guarded, is_stale, nonce, nonce_in, start};

fn refusals(atlas: &MockAtlas) -> Vec<Refusal> {
    let log = atlas.requests();
    log.iter().filter_map(|entry| entry.refusal).collect()
}

#[tokio::test]
async fn counts_may_come_in_any_order_but_once() {
    let atlas = start().await;
    let nonce = nonce(&atlas).await;
    let sign = |count| Signature::of(&atlas, &nonce, count);
    for count in [9, 1, u32::MAX, 2] {
        assert_eq!(sign(count).send(&atlas).await.status, 200);
    }
    for count in [2, 9, 1, u32::MAX] {
        assert!(!is_stale(&sign(count).send(&atlas).await), "{count}");
    }
    assert_eq!(sign(3).send(&atlas).await.status, 200);
    let replays = [Refusal::Replay; 4];
    assert_eq!(refusals(&atlas)[1..], replays);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_side_by_side_need_counts_of_their_own() {
    let atlas = guarded()
        .latency(Duration::from_millis(5))
        .start()
        .await
        .unwrap();
    let nonce = nonce(&atlas).await;
    let sign = |count| Signature::of(&atlas, &nonce, count);

    let distinct: Vec<_> = (1..=64).map(sign).collect();
    let answers = join_all(distinct.iter().map(|signed| signed.send(&atlas))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));

    let same: Vec<_> = (0..64).map(|_| sign(65)).collect();
    let answers = join_all(same.iter().map(|signed| signed.send(&atlas))).await;
    let admitted = answers.iter().filter(|answer| answer.status == 200);
    assert_eq!(admitted.count(), 1);
    assert_eq!(refusals(&atlas)[1..], [Refusal::Replay; 63]);
}

#[tokio::test]
async fn a_nonce_can_be_used_up() {
    let atlas = guarded().nonce_uses(2).start().await.unwrap();
    let first = nonce(&atlas).await;
    for count in 1..=2 {
        let signed = Signature::of(&atlas, &first, count);
        assert_eq!(signed.send(&atlas).await.status, 200);
    }
    let refused = Signature::of(&atlas, &first, 3).send(&atlas).await;
    assert!(is_stale(&refused));
    assert_eq!(refusals(&atlas)[1..], [Refusal::StaleNonce]);
    let fresh = Signature::of(&atlas, &nonce_in(&refused), 1);
    assert_eq!(fresh.send(&atlas).await.status, 200);
}

#[tokio::test]
async fn no_use_at_all_is_stale_for_ever() {
    let atlas = guarded().nonce_uses(0).start().await.unwrap();
    let mut nonce = nonce(&atlas).await;
    for _ in 0..3 {
        let refused = Signature::of(&atlas, &nonce, 1).send(&atlas).await;
        assert!(is_stale(&refused));
        nonce = nonce_in(&refused);
    }
}

#[tokio::test(start_paused = true)]
async fn a_nonce_grows_old() {
    let atlas = guarded()
        .nonce_lifetime(Duration::from_secs(300))
        .start()
        .await
        .unwrap();
    let first = nonce(&atlas).await;
    let sign = |nonce: &str, count| Signature::of(&atlas, nonce, count);
    advance(Duration::from_millis(299_999)).await;
    assert_eq!(sign(&first, 1).send(&atlas).await.status, 200);
    advance(Duration::from_millis(1)).await;
    let refused = sign(&first, 2).send(&atlas).await;
    assert!(is_stale(&refused));
    // Use does not keep it young, and the next one has a life of its own.
    let second = nonce_in(&refused);
    advance(Duration::from_secs(299)).await;
    assert_eq!(sign(&second, 1).send(&atlas).await.status, 200);
    assert!(is_stale(&sign(&first, 3).send(&atlas).await));
}

#[tokio::test(start_paused = true)]
async fn by_default_a_nonce_never_grows_old() {
    let atlas = start().await;
    let nonce = nonce(&atlas).await;
    advance(Duration::from_secs(1_000_000_000)).await;
    let signed = Signature::of(&atlas, &nonce, 1);
    assert_eq!(signed.send(&atlas).await.status, 200);
}

#[tokio::test]
async fn nonces_can_be_expired_now() {
    let atlas = start().await;
    let before = nonce(&atlas).await;
    atlas.expire_nonces();
    let refused = Signature::of(&atlas, &before, 1).send(&atlas).await;
    assert!(is_stale(&refused));
    let fresh = Signature::of(&atlas, &nonce_in(&refused), 1);
    assert_eq!(fresh.send(&atlas).await.status, 200);
}

#[tokio::test]
async fn only_the_holder_of_the_key_learns_that_a_nonce_is_stale() {
    let atlas = start().await;
    let nonce = nonce(&atlas).await;
    atlas.expire_nonces();
    let right = Signature::of(&atlas, &nonce, 1);
    let wrong = Signature {
        secret: "guess",
        ..right.clone()
    };
    assert!(!is_stale(&wrong.send(&atlas).await));
    assert!(is_stale(&right.send(&atlas).await));
}

#[tokio::test]
async fn a_nonce_that_was_never_handed_out_is_stale_too() {
    let atlas = start().await;
    let made_up = Signature::of(&atlas, "dcd98b7102dd2f0e8b11d0f600bfb0c093", 1);
    assert!(is_stale(&made_up.send(&atlas).await));
    assert_eq!(refusals(&atlas), [Refusal::UnknownNonce]);
}
