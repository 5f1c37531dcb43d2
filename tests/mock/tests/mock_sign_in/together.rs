//! Several ways to sign in to one mock.

use atlas_snapshots_mock::{ChallengeFault, MockAtlas, Refusal, When};

use crate::by_hand::{Signature, nonce};
use crate::raw::{get, unsigned};
use crate::tokens::{accounted, list, token};

#[tokio::test]
async fn each_way_is_as_good_as_the_others() {
    let atlas = accounted()
        .require_api_key("public", "private")
        .require_token("static")
        .start()
        .await
        .unwrap();
    let challenged = unsigned(&atlas).await;
    let asked = challenged.challenges();
    assert_eq!(
        (challenged.status, asked.len(), asked[1]),
        (401, 2, "Bearer")
    );

    let issued = token(&atlas).await;
    assert_eq!(list(&atlas, &issued).await, (200, None));
    assert_eq!(list(&atlas, "static").await, (200, None));
    let signed = Signature::of(&atlas, &nonce(&atlas).await, 1);
    assert_eq!(signed.send(&atlas).await.status, 200);
    assert_eq!(get(&atlas, "Basic aWQ6c2VjcmV0").await.status, 401);

    atlas.expire_tokens();
    assert_eq!(
        list(&atlas, &issued).await,
        (401, Some(Refusal::ExpiredToken))
    );
    assert_eq!(list(&atlas, "static").await, (200, None), "never expires");
}

#[tokio::test]
async fn a_spoiled_challenge_leaves_the_other_one() {
    let atlas = MockAtlas::builder()
        .require_api_key("public", "private")
        .require_token("static")
        .challenge_fault(ChallengeFault::Missing, When::always())
        .start()
        .await
        .unwrap();
    assert_eq!(unsigned(&atlas).await.challenges(), ["Bearer"]);
}

#[tokio::test]
async fn settings_without_their_sign_in_require_nothing() {
    let atlas = MockAtlas::builder()
        .nonce_uses(0)
        .challenge_fault(ChallengeFault::Missing, When::always())
        .token_limit(0)
        .start()
        .await
        .unwrap();
    atlas.expire_nonces();
    atlas.expire_tokens();
    assert_eq!(
        (unsigned(&atlas).await.status, atlas.live_tokens()),
        (200, 0)
    );
}
