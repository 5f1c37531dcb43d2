//! Which answers to a challenge are right.

use atlas_snapshots_mock::{MockAtlas, Refusal};

use crate::by_hand::{Signature, guarded, is_stale, nonce, nonce_in, start};
use crate::raw::{get, path, send, unsigned};

fn last_refusal(atlas: &MockAtlas) -> Option<Refusal> {
    atlas.requests().last().unwrap().refusal
}

#[tokio::test]
async fn the_challenge_is_the_one_of_the_service() {
    let atlas = start().await;
    let refused = unsigned(&atlas).await;
    assert_eq!(refused.status, 401);
    assert_eq!(refused.json()["error"], 401);
    let nonce = nonce_in(&refused);
    assert_eq!(nonce.len(), 32);
    let expected = format!(
        "Digest realm=\"MMS Public API\", domain=\"\", nonce=\"{nonce}\", algorithm=MD5, \
         qop=\"auth\", stale=false"
    );
    assert_eq!(refused.challenges(), [expected]);
    assert_ne!(
        nonce_in(&unsigned(&atlas).await),
        nonce,
        "never the same twice"
    );
}

#[tokio::test]
async fn one_challenge_serves_many_requests() {
    let atlas = start().await;
    let nonce = nonce(&atlas).await;
    for count in 1..=20 {
        let answer = Signature::of(&atlas, &nonce, count).send(&atlas).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json()["totalCount"], 3);
        assert!(answer.challenges().is_empty());
    }
    let refusals: Vec<_> = atlas
        .requests()
        .iter()
        .filter_map(|entry| entry.refusal)
        .collect();
    assert_eq!(refusals, [Refusal::NoCredentials]);
    assert_eq!(atlas.requests()[1].authorization_scheme(), Some("Digest"));
}

#[tokio::test]
async fn path_and_query_are_signed_to_the_letter() {
    let atlas = start().await;
    let nonce = nonce(&atlas).await;
    let path = path(&atlas);
    // Odd, but legal; what is sent is what counts, neither decoded nor put in order.
    let target = format!("{path}?pageNum=1&itemsPerPage=2&x=%7e+~%7E%2F/&&y");
    let sign = |count, uri: &str| Signature {
        uri: uri.to_owned(),
        ..Signature::of(&atlas, &nonce, count)
    };
    let answer = sign(1, &target).ask(&atlas, &target).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["results"].as_array().unwrap().len(), 2);

    for (count, signed) in [
        (2, path.clone()),
        (3, target.replace("%7e", "%7E")),
        (4, target.replace("%7e", "~")),
        (5, target.replace("&&", "&")),
        (
            6,
            format!("{path}?itemsPerPage=2&pageNum=1&x=%7e+~%7E%2F/&&y"),
        ),
        (7, target.replace("%2F", "/")),
        (8, format!("{target}#")),
        (9, format!("{}{target}", atlas.base_url())),
        (10, String::new()),
    ] {
        let answer = sign(count, &signed).ask(&atlas, &target).await;
        assert!(!is_stale(&answer), "{signed}");
        assert_eq!(last_refusal(&atlas), Some(Refusal::WrongTarget), "{signed}");
    }
    // The right uri is said, and another one hashed.
    let lie = sign(11, &path)
        .header()
        .replace(&format!("\"{path}\""), &format!("\"{target}\""));
    let headers = [("Authorization", &*lie)];
    assert!(!is_stale(
        &send(&atlas, &format!("GET {target}"), &headers, "").await
    ));
    assert_eq!(last_refusal(&atlas), Some(Refusal::WrongSecret));
}

#[tokio::test]
async fn anything_wrong_is_refused_with_a_fresh_challenge() {
    let atlas = start().await;
    let nonce = nonce(&atlas).await;
    let right = Signature::of(&atlas, &nonce, 1);
    let mut seen = vec![nonce];
    for (wrong, refusal) in [
        (
            Signature {
                user: "Public",
                ..right.clone()
            },
            Refusal::UnknownUser,
        ),
        (
            Signature {
                user: "",
                ..right.clone()
            },
            Refusal::UnknownUser,
        ),
        (
            Signature {
                secret: "privat",
                ..right.clone()
            },
            Refusal::WrongSecret,
        ),
        (
            Signature {
                secret: "",
                ..right.clone()
            },
            Refusal::WrongSecret,
        ),
        (
            Signature {
                method: "POST",
                ..right.clone()
            },
            Refusal::WrongSecret,
        ),
        (
            Signature {
                realm: "MMS",
                ..right.clone()
            },
            Refusal::NotTheChallenge,
        ),
        (
            Signature {
                algorithm: Some("SHA-256"),
                ..right.clone()
            },
            Refusal::NotTheChallenge,
        ),
        (
            Signature {
                opaque: Some("x"),
                ..right.clone()
            },
            Refusal::NotTheChallenge,
        ),
    ] {
        let answer = wrong.send(&atlas).await;
        assert!(!is_stale(&answer), "{refusal:?}");
        assert_eq!(last_refusal(&atlas), Some(refusal));
        let fresh = nonce_in(&answer);
        assert!(!seen.contains(&fresh));
        seen.push(fresh);
    }
    // None of them has used the count up.
    assert_eq!(right.send(&atlas).await.status, 200);
}

#[tokio::test]
async fn every_byte_of_the_response_counts() {
    let atlas = start().await;
    let nonce = nonce(&atlas).await;
    let right = Signature::of(&atlas, &nonce, 1).header();
    let (before, response) = right.split_once("response=\"").unwrap();
    let (response, after) = response.split_once('"').unwrap();
    let with = |response: &str| format!("{before}response=\"{response}\"{after}");
    for at in 0..response.len() {
        let other = if &response[at..=at] == "0" { "1" } else { "0" };
        let mut changed = response.to_owned();
        changed.replace_range(at..=at, other);
        assert_eq!(get(&atlas, &with(&changed)).await.status, 401);
    }
    for changed in ["", &response[1..], &response.to_uppercase()] {
        // All digits have no upper case; then there is nothing to refuse.
        if changed != response {
            assert_eq!(get(&atlas, &with(changed)).await.status, 401);
            assert_eq!(last_refusal(&atlas), Some(Refusal::WrongSecret));
        }
    }
    assert_eq!(get(&atlas, &with(response)).await.status, 200);
}

#[tokio::test]
async fn malformed_answers_are_refused() {
    let atlas = start().await;
    let nonce = nonce(&atlas).await;
    let right = Signature::of(&atlas, &nonce, 1).header();
    for wrong in [
        "Digest ".to_owned(),
        "Digest".to_owned(),
        "Digest,".to_owned(),
        "Digest username=\"public".to_owned(),
        right.replace("qop=auth", "qop=\"auth\""),
        right.replace("qop=auth", "qop=auth-int"),
        right.replace("qop=auth, ", ""),
        right.replace("nc=00000001", "nc=1"),
        right.replace("nc=00000001", "nc=00000000"),
        right.replace("algorithm=MD5", "algorithm=\"MD5\""),
        right.replace("username=\"public\"", "username=public"),
        right.replace("cnonce=\"0a4f113b\", ", ""),
        right.replace(", ", " "),
        format!("{right}, nc=00000001"),
    ] {
        assert!(!is_stale(&get(&atlas, &wrong).await), "{wrong}");
        assert_eq!(last_refusal(&atlas), Some(Refusal::Malformed), "{wrong}");
    }
    let twice = [("Authorization", &*right), ("Authorization", &*right)];
    let line = format!("GET {}", path(&atlas));
    assert_eq!(send(&atlas, &line, &twice, "").await.status, 401);
    assert_eq!(last_refusal(&atlas), Some(Refusal::Malformed));

    // Order, spaces and the case of names and scheme are free.
    let (_, parameters) = right.split_once(' ').unwrap();
    let reordered: Vec<_> = parameters.rsplit(", ").collect();
    let free = format!("dIGEST   {}", reordered.join(" ,")).replace("cnonce", "CNonce");
    assert_eq!(get(&atlas, &free).await.status, 200);
}

#[tokio::test]
async fn other_schemes_are_refused() {
    let atlas = start().await;
    for scheme in [
        "Basic cHVibGljOnByaXZhdGU=",
        "Bearer private",
        "Digestive x=y",
    ] {
        assert!(!is_stale(&get(&atlas, scheme).await));
        assert_eq!(
            last_refusal(&atlas),
            Some(Refusal::UnknownScheme),
            "{scheme}"
        );
    }
}

#[tokio::test]
async fn every_path_and_method_is_guarded() {
    let atlas = start().await;
    for line in [
        "GET /nowhere",
        "GET /api/oauth/token",
        "POST /api/oauth/token",
    ] {
        assert_eq!(send(&atlas, line, &[], "").await.status, 401, "{line}");
    }
    let post = format!("POST {}", path(&atlas));
    assert_eq!(send(&atlas, &post, &[], "").await.status, 401);

    let sign = |method, uri: &str, nonce: &str| Signature {
        method,
        uri: uri.to_owned(),
        ..Signature::of(&atlas, nonce, 1)
    };
    let signed = sign("GET", "/nowhere", &nonce(&atlas).await);
    assert_eq!(signed.ask(&atlas, "/nowhere").await.status, 404);
    let signed = sign("POST", &path(&atlas), &nonce(&atlas).await).header();
    let answer = send(&atlas, &post, &[("Authorization", &signed)], "").await;
    assert_eq!(answer.status, 405);
    assert!(answer.challenges().is_empty());
}

#[tokio::test]
async fn an_envelope_does_not_hide_the_challenge() {
    let atlas = start().await;
    let target = format!("{}?envelope=true", path(&atlas));
    let refused = send(&atlas, &format!("GET {target}"), &[], "").await;
    assert_eq!(refused.status, 401);
    assert_eq!(refused.json()["error"], 401);
    let signed = Signature {
        uri: target.clone(),
        ..Signature::of(&atlas, &nonce_in(&refused), 1)
    };
    let answer = signed.ask(&atlas, &target).await;
    assert_eq!(
        (answer.status, &answer.json()["status"]),
        (200, &200.into())
    );
}

#[tokio::test]
async fn keys_may_contain_what_must_be_escaped() {
    let atlas = guarded()
        .require_api_key("pub\"lic\\", "pri:vate\"")
        .start()
        .await
        .unwrap();
    let nonce = nonce(&atlas).await;
    let signed = Signature {
        user: "pub\"lic\\",
        secret: "pri:vate\"",
        ..Signature::of(&atlas, &nonce, 1)
    };
    let header = signed
        .header()
        .replace("\"pub\"lic\\\"", "\"pub\\\"lic\\\\\"");
    assert_eq!(get(&atlas, &header).await.status, 200);
}
