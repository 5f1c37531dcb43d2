//! Credentials that are right, and not enough; and 401s out of the blue.

use atlas_snapshots_mock::{
    AnswerFault, BodyFault, CannedResponse, Dialect, MockAtlas, MockAtlasBuilder, Refusal, When,
};
use serde_json::{Value, json};

use crate::by_hand::{Signature, guarded, is_stale, nonce, nonce_in};
use crate::raw::{Answer, get, path, send, unsigned};
use crate::tokens::{accounted, list, token};

/// What stands in an error body under these names.
fn said(answer: &Answer) -> (u16, Value, Value, Value) {
    let body = answer.json();
    let field = |name: &str| body.get(name).cloned().unwrap_or_default();
    (
        answer.status,
        field("error"),
        field("errorCode"),
        field("parameters"),
    )
}

async fn start(builder: MockAtlasBuilder) -> MockAtlas {
    builder.start().await.unwrap()
}

const DIALECTS: [Dialect; 2] = [Dialect::Documented, Dialect::Live];

#[tokio::test]
async fn an_address_can_be_blocked() {
    for dialect in DIALECTS {
        let atlas = start(guarded().dialect(dialect).block_ip()).await;
        assert_eq!(unsigned(&atlas).await.status, 401, "credentials come first");
        let signed = Signature::of(&atlas, &nonce(&atlas).await, 1);
        let answer = signed.send(&atlas).await;
        let parameters = match dialect {
            Dialect::Live => json!(["127.0.0.1"]),
            _ => json!([{ "ipAddress": "127.0.0.1" }]),
        };
        let expected = (
            403,
            json!(403),
            json!("IP_ADDRESS_NOT_ON_ACCESS_LIST"),
            parameters,
        );
        assert_eq!(said(&answer), expected);
        assert_eq!(answer.json()["reason"], "Forbidden");
        assert!(answer.challenges().is_empty());
        assert_eq!(
            atlas.requests().last().unwrap().refusal,
            Some(Refusal::IpNotAllowed)
        );
    }
}

#[tokio::test]
async fn a_blocked_address_gets_tokens_and_no_pages() {
    let atlas = start(accounted().block_ip()).await;
    let token = token(&atlas).await;
    assert_eq!(
        list(&atlas, &token).await,
        (403, Some(Refusal::IpNotAllowed))
    );
    assert_eq!(
        list(&atlas, "guess").await,
        (401, Some(Refusal::UnknownToken))
    );
}

#[tokio::test]
async fn a_blocked_address_reaches_nothing() {
    let atlas = start(MockAtlas::builder().block_ip()).await;
    for target in [
        "/nowhere",
        &format!("{}?pageNum=0", path(&atlas)),
        &path(&atlas),
    ] {
        let answer = send(&atlas, &format!("GET {target}"), &[], "").await;
        assert_eq!(answer.status, 403, "{target}");
    }
}

#[tokio::test]
async fn a_role_can_be_missing() {
    for dialect in DIALECTS {
        let atlas = start(guarded().dialect(dialect).missing_role()).await;
        let signed = Signature::of(&atlas, &nonce(&atlas).await, 1);
        let answer = signed.send(&atlas).await;
        let project = atlas.project_id();
        let parameters = match dialect {
            Dialect::Live => json!([project]),
            _ => json!([{ "groupId": project }]),
        };
        let expected = (401, json!(401), json!("USER_UNAUTHORIZED"), parameters);
        assert_eq!(said(&answer), expected);
        assert_eq!(answer.json()["reason"], "Unauthorized");
        assert!(!is_stale(&answer), "a 401 challenges, whatever it means");
        assert_eq!(
            atlas.requests().last().unwrap().refusal,
            Some(Refusal::MissingRole)
        );
    }
}

#[tokio::test]
async fn a_missing_role_hides_the_instances_of_a_project_not_the_project() {
    let atlas = start(MockAtlas::builder().missing_role()).await;
    let path = path(&atlas);
    for (target, status) in [
        (path.clone(), 401),
        (path.replace("Instance0", "Other"), 401),
        (path.replace(atlas.project_id(), &"0".repeat(24)), 404),
        (format!("{path}?pageNum=0"), 400),
        ("/nowhere".to_owned(), 404),
    ] {
        let answer = send(&atlas, &format!("GET {target}"), &[], "").await;
        assert_eq!(answer.status, status, "{target}");
        assert!(answer.challenges().is_empty(), "nothing was required");
    }
}

#[tokio::test]
async fn the_live_dialect_leaves_only_the_usual_code_out() {
    let live = |fault| {
        let builder = MockAtlas::builder().dialect(Dialect::Live);
        builder.fault(fault, When::always())
    };
    let atlas = start(live(AnswerFault::Status(401))).await;
    assert_eq!(
        said(&unsigned(&atlas).await),
        (401, json!(401), Value::Null, Value::Null)
    );
    let code = "USER_UNAUTHORIZED".to_owned();
    let atlas = start(live(AnswerFault::Error { status: 401, code })).await;
    let expected = (401, json!(401), json!("USER_UNAUTHORIZED"), json!([]));
    assert_eq!(said(&unsigned(&atlas).await), expected);
}

#[tokio::test]
async fn a_sporadic_401_carries_a_challenge_that_works() {
    let builder = guarded().fault(AnswerFault::Status(401), When::nth(2));
    let atlas = start(builder.fault(BodyFault::Empty, When::nth(2))).await;
    let first = nonce(&atlas).await;
    let sign = |nonce: &str, count| Signature::of(&atlas, nonce, count);
    assert_eq!(sign(&first, 1).send(&atlas).await.status, 200);
    let refused = sign(&first, 2).send(&atlas).await;
    assert!(!is_stale(&refused) && refused.body.is_empty());
    assert_eq!(
        atlas.requests().last().unwrap().refusal,
        None,
        "a fault, not a refusal"
    );
    // The old nonce is still good, but for the counts used.
    assert_eq!(sign(&nonce_in(&refused), 1).send(&atlas).await.status, 200);
    assert_eq!(sign(&first, 3).send(&atlas).await.status, 200);
    assert_eq!(sign(&first, 2).send(&atlas).await.status, 401);
}

#[tokio::test]
async fn a_sporadic_401_leaves_the_token_good() {
    let builder = accounted().fault(AnswerFault::Status(401), When::first(1));
    let atlas = start(builder).await;
    let token = token(&atlas).await;
    let refused = get(&atlas, &format!("Bearer {token}")).await;
    assert_eq!(
        (refused.status, refused.challenges()),
        (401, vec!["Bearer"])
    );
    assert_eq!(list(&atlas, &token).await, (200, None));
}

#[tokio::test]
async fn a_canned_401_is_sent_as_it_is() {
    let builder = guarded().fault(CannedResponse::new(401), When::always());
    let atlas = start(builder).await;
    let signed = Signature::of(&atlas, &nonce(&atlas).await, 1);
    let answer = signed.send(&atlas).await;
    assert_eq!(
        (answer.status, answer.challenges().len(), answer.body.len()),
        (401, 0, 0)
    );
}

#[tokio::test]
async fn refused_requests_do_not_count_for_faults() {
    let builder = guarded().fault(AnswerFault::Status(500), When::first(1));
    let atlas = start(builder).await;
    let nonce = nonce(&atlas).await;
    let sign = |count| Signature::of(&atlas, &nonce, count);
    let wrong = Signature {
        secret: "x",
        ..sign(1)
    };
    assert_eq!(wrong.send(&atlas).await.status, 401);
    assert_eq!(sign(1).send(&atlas).await.status, 500);
    assert_eq!(sign(2).send(&atlas).await.status, 200);
}
