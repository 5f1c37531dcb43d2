//! Nothing that `Debug` shows is worth stealing.

use atlas_snapshots_mock::MockAtlas;

use crate::by_hand::{Signature, nonce};
use crate::raw::send;
use crate::tokens::{BASIC, FORM, list, token};

#[tokio::test]
async fn no_secret_is_shown() {
    let builder = MockAtlas::builder()
        .require_token("sesame-token")
        .require_api_key("public", "sesame-private")
        .service_account("id", "secret");
    let shown_before = format!("{builder:?}");
    let atlas = builder.start().await.unwrap();

    let issued = token(&atlas).await;
    list(&atlas, &issued).await;
    list(&atlas, "sesame-token").await;
    let signed = Signature {
        secret: "sesame-private",
        ..Signature::of(&atlas, &nonce(&atlas).await, 1)
    };
    assert_eq!(signed.send(&atlas).await.status, 200);
    let form = format!("token={issued}&token_type_hint=access_token");
    send(&atlas, "POST /api/oauth/revoke", &[BASIC, FORM], &form).await;

    let (log, token_log) = (atlas.requests(), atlas.token_requests());
    let shown = format!("{shown_before} {atlas:?} {log:?} {token_log:?}");
    let header = signed.header();
    let (_, response) = header.split_once("response=\"").unwrap();
    // `id:secret`, as it is sent; `secret` alone is too common a word.
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
