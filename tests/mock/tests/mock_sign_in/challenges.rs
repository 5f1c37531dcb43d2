//! What challenges offer, and what can be wrong with them.

use atlas_snapshots_mock::{ChallengeFault, DigestAlgorithm, When};

use crate::by_hand::{Signature, guarded, nonce, nonce_in};
use crate::raw::unsigned;

const MD5: DigestAlgorithm = DigestAlgorithm::Md5;
const SHA_256: DigestAlgorithm = DigestAlgorithm::Sha256;

/// The algorithms named, in order.
fn named(challenges: &[&str]) -> Vec<String> {
    let all = challenges.join(", ");
    let parts = all.split("algorithm=").skip(1);
    parts
        .map(|part| part.split(',').next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn algorithms_are_offered_in_the_order_given() {
    for (offered, names) in [
        (vec![MD5], &["MD5"][..]),
        (vec![SHA_256], &["SHA-256"]),
        (vec![MD5, SHA_256], &["MD5", "SHA-256"]),
        (vec![SHA_256, MD5], &["SHA-256", "MD5"]),
    ] {
        let builder = guarded().digest_algorithms(offered);
        let atlas = builder.clone().start().await.unwrap();
        let challenged = unsigned(&atlas).await;
        assert_eq!(challenged.challenges().len(), names.len());
        assert_eq!(named(&challenged.challenges()), names);

        let atlas = builder.challenges_in_one_header().start().await.unwrap();
        let challenged = unsigned(&atlas).await;
        assert_eq!(challenged.challenges().len(), 1);
        assert_eq!(named(&challenged.challenges()), names);
    }
}

#[tokio::test]
async fn only_offered_algorithms_are_taken() {
    let names = [Some("MD5"), Some("SHA-256"), None];
    for (offered, statuses) in [
        (vec![MD5], [200, 401, 200]),
        (vec![SHA_256], [401, 200, 401]),
        (vec![SHA_256, MD5], [200, 200, 200]),
        // Unnamed, it is MD5.
        (vec![], [200, 401, 200]),
    ] {
        let builder = guarded().digest_algorithms(offered.clone());
        let atlas = builder.start().await.unwrap();
        let nonce = nonce(&atlas).await;
        for (count, (algorithm, status)) in (1..).zip(names.into_iter().zip(statuses)) {
            let signed = Signature {
                algorithm,
                ..Signature::of(&atlas, &nonce, count)
            };
            let answered = signed.send(&atlas).await.status;
            assert_eq!(answered, status, "{algorithm:?} of {offered:?}");
        }
    }
}

#[tokio::test]
async fn a_challenge_need_not_name_its_algorithm() {
    let atlas = guarded().digest_algorithms([]).start().await.unwrap();
    let challenged = unsigned(&atlas).await;
    assert_eq!(challenged.challenges().len(), 1);
    assert!(!challenged.challenges()[0].contains("algorithm"));
}

#[tokio::test]
async fn opaque_must_come_back() {
    let atlas = guarded().opaque("5ccc").start().await.unwrap();
    let challenged = unsigned(&atlas).await;
    assert!(challenged.challenges()[0].ends_with(", opaque=\"5ccc\""));
    let nonce = nonce_in(&challenged);
    for (count, opaque, status) in [
        (1, None, 401),
        (2, Some("5CCC"), 401),
        (3, Some("5ccc"), 200),
    ] {
        let signed = Signature {
            opaque,
            ..Signature::of(&atlas, &nonce, count)
        };
        assert_eq!(signed.send(&atlas).await.status, status, "{opaque:?}");
    }
}

#[tokio::test]
async fn directives_nobody_knows_can_be_added() {
    let atlas = guarded()
        .challenge_directive("charset", "UTF-8")
        .challenge_directive("x-quoted", "a, \"b\"=c\\")
        .start()
        .await
        .unwrap();
    let challenged = unsigned(&atlas).await;
    let end = r#"stale=false, charset="UTF-8", x-quoted="a, \"b\"=c\\""#;
    assert!(challenged.challenges()[0].ends_with(end));
    let signed = Signature::of(&atlas, &nonce_in(&challenged), 1);
    assert_eq!(signed.send(&atlas).await.status, 200);
}

#[tokio::test]
async fn challenges_can_be_spoiled() {
    for (fault, text, expected) in [
        (ChallengeFault::Missing, "missing", &[][..]),
        (
            ChallengeFault::Garbage,
            "garbage",
            &["Digest realm=\"MMS Public API, nonce=,, qop"],
        ),
        (
            ChallengeFault::NoNonce,
            "no-nonce",
            &[
                r#"Digest realm="MMS Public API", domain="", algorithm=MD5, qop="auth", stale=false"#,
            ],
        ),
        (
            ChallengeFault::Literal("Negotiate".to_owned()),
            "=Negotiate",
            &["Negotiate"],
        ),
        (ChallengeFault::Literal("\n".to_owned()), "=\n", &[]),
    ] {
        assert_eq!(text.parse(), Ok(fault.clone()));
        let builder = guarded().digest_algorithms([SHA_256, MD5]);
        let builder = builder.challenge_fault(fault, When::always());
        let atlas = builder.start().await.unwrap();
        let challenged = unsigned(&atlas).await;
        assert_eq!(challenged.status, 401);
        assert_eq!(challenged.challenges(), expected, "{text}");
    }
    assert!("misisng".parse::<ChallengeFault>().is_err());
}

#[tokio::test]
async fn an_unknown_algorithm_can_be_all_there_is() {
    let fault: ChallengeFault = "unknown-algorithm".parse().unwrap();
    let builder = guarded().challenge_fault(fault, When::always());
    let atlas = builder.start().await.unwrap();
    let challenged = unsigned(&atlas).await;
    assert_eq!(named(&challenged.challenges()), ["SHA3-512"]);
}

#[tokio::test]
async fn only_some_challenges_can_be_spoiled() {
    let atlas = guarded()
        .challenge_fault(ChallengeFault::Garbage, When::page(1))
        .challenge_fault(ChallengeFault::Missing, When::nth(2))
        .start()
        .await
        .unwrap();
    let nonce = nonce(&atlas).await;
    let signed = Signature::of(&atlas, &nonce, 1);
    assert_eq!(signed.send(&atlas).await.status, 200);
    atlas.expire_nonces();
    let refused = Signature::of(&atlas, &nonce, 2).send(&atlas).await;
    assert_eq!(refused.status, 401);
    assert!(refused.challenges().is_empty());
    assert_eq!(unsigned(&atlas).await.challenges().len(), 1);
}
