//! Tests of HTTP Digest: with a client that is written out here, and with curl.

use std::process::{Command, Stdio};
use std::time::Duration;

use atlas_snapshots_mock::{
    AuthFailure, BodyFault, CannedResponse, ChallengeFault, DigestAlgorithm, Fidelity, MockAtlas,
    MockAtlasBuilder, ResponseFault, When,
};
use futures::future::join_all;
use md5::Md5;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::advance;

use crate::client::{Reply, authorized, get, last_failure, list, mock, path, send, start};

const MD5: DigestAlgorithm = DigestAlgorithm::Md5;
const SHA_256: DigestAlgorithm = DigestAlgorithm::Sha256;

fn guarded() -> MockAtlasBuilder {
    mock(3).require_api_key("public", "private")
}

/// The nonce of the challenge.
fn nonce_in(reply: &Reply) -> String {
    let challenge = reply.header("www-authenticate").unwrap();
    let (_, rest) = challenge.split_once("nonce=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

/// A nonce from the challenge of a request without credentials.
async fn nonce(atlas: &MockAtlas) -> String {
    nonce_in(&list(atlas, "").await)
}

fn is_stale(reply: &Reply) -> bool {
    assert_eq!(reply.status, 401);
    let challenge = reply.header("www-authenticate").unwrap();
    let is_stale = challenge.contains("stale=true");
    assert_ne!(is_stale, challenge.contains("stale=false"), "{challenge}");
    is_stale
}

/// The parameters of a signed request; each can be wrong on its own.
#[derive(Clone)]
pub(crate) struct Signature {
    user: &'static str,
    pub(crate) secret: &'static str,
    realm: &'static str,
    nonce: String,
    count: u32,
    algorithm: Option<&'static str>,
    opaque: Option<&'static str>,
    method: &'static str,
    uri: String,
}

impl Signature {
    /// A correct one, for the listing without a query.
    pub(crate) fn of(atlas: &MockAtlas, nonce: &str, count: u32) -> Self {
        Self {
            user: "public",
            secret: "private",
            realm: "MMS Public API",
            nonce: nonce.to_owned(),
            count,
            algorithm: Some("MD5"),
            opaque: None,
            method: "GET",
            uri: path(atlas),
        }
    }

    /// The same with a new nonce.
    pub(crate) async fn fresh(atlas: &MockAtlas) -> Self {
        Self::of(atlas, &nonce(atlas).await, 1)
    }

    fn hash(&self, text: &str) -> String {
        let hash = match self.algorithm {
            Some("SHA-256") => Sha256::digest(text).to_vec(),
            _ => Md5::digest(text).to_vec(),
        };
        hash.iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<Vec<_>>()
            .concat()
    }

    pub(crate) fn header(&self) -> String {
        let Self {
            user,
            secret,
            realm,
            nonce,
            count,
            method,
            uri,
            ..
        } = self;
        let a1 = self.hash(&format!("{user}:{realm}:{secret}"));
        let a2 = self.hash(&format!("{method}:{uri}"));
        let response = self.hash(&format!("{a1}:{nonce}:{count:08x}:0a4f113b:auth:{a2}"));
        let mut header = format!(
            "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", \
             qop=auth, nc={count:08x}, cnonce=\"0a4f113b\", response=\"{response}\""
        );
        if let Some(algorithm) = self.algorithm {
            header.extend([", algorithm=", algorithm]);
        }
        if let Some(opaque) = self.opaque {
            header.extend([", opaque=\"", opaque, "\""]);
        }
        header
    }

    /// Requests `target` with this signature.
    async fn request(&self, atlas: &MockAtlas, target: &str) -> Reply {
        let line = format!("{} {target}", self.method);
        send(atlas, &line, &[("Authorization", &self.header())], "").await
    }

    /// Requests the listing.
    pub(crate) async fn send(&self, atlas: &MockAtlas) -> Reply {
        authorized(atlas, &self.header()).await
    }
}

#[tokio::test]
async fn the_challenge_is_the_one_of_the_service() {
    let atlas = start(guarded()).await;
    let rejected = list(&atlas, "envelope=true").await;
    assert_eq!(
        rejected.error(),
        (401, "UNAUTHORIZED".to_owned()),
        "without an envelope"
    );
    let nonce = nonce_in(&rejected);
    let expected = format!(
        "Digest realm=\"MMS Public API\", domain=\"\", nonce=\"{nonce}\", algorithm=MD5, \
         qop=\"auth\", stale=false"
    );
    assert_eq!((nonce.len(), rejected.challenges()), (32, vec![&*expected]));
    assert_ne!(
        nonce_in(&list(&atlas, "").await),
        nonce,
        "never the same twice"
    );
    assert_eq!(last_failure(&atlas), Some(AuthFailure::NoCredentials));
}

#[tokio::test]
async fn counts_of_a_nonce_are_used_once_in_any_order() {
    let atlas = start(guarded()).await;
    let nonce = nonce(&atlas).await;
    let sign = |count| Signature::of(&atlas, &nonce, count);
    for count in [9, 1, u32::MAX, 2] {
        let reply = sign(count).send(&atlas).await;
        assert_eq!((reply.status, reply.challenges().len()), (200, 0));
    }
    assert_eq!(atlas.requests()[1].authorization_scheme(), Some("Digest"));
    for count in [2, 9, 1, u32::MAX] {
        assert!(!is_stale(&sign(count).send(&atlas).await), "{count}");
        assert_eq!(last_failure(&atlas), Some(AuthFailure::Replay));
    }
    // Concurrent requests with the same count: only one is accepted.
    let signed = sign(65);
    let replies = join_all((0..64).map(|_| signed.send(&atlas))).await;
    assert_eq!(
        replies.iter().filter(|reply| reply.status == 200).count(),
        1
    );
}

#[tokio::test]
async fn path_and_query_are_signed_exactly_as_sent() {
    let atlas = start(guarded()).await;
    let nonce = nonce(&atlas).await;
    let path = path(&atlas);
    let target = format!("{path}?pageNum=1&itemsPerPage=2&x=%7e+~%7E%2F/&&y");
    let sign = |count, uri: &str| Signature {
        uri: uri.to_owned(),
        ..Signature::of(&atlas, &nonce, count)
    };
    assert_eq!(
        sign(1, &target).request(&atlas, &target).await.ids().len(),
        2
    );
    for signed in [
        &path,
        &target.replace("%7e", "%7E"),
        &target.replace("%7e", "~"),
        &target.replace("&&", "&"),
        &format!("{path}?itemsPerPage=2&pageNum=1&x=%7e+~%7E%2F/&&y"),
        &format!("{}{target}", atlas.base_url()),
        "",
    ] {
        assert!(
            !is_stale(&sign(2, signed).request(&atlas, &target).await),
            "{signed}"
        );
        assert_eq!(
            last_failure(&atlas),
            Some(AuthFailure::WrongTarget),
            "{signed}"
        );
    }
    // The parameter is correct, but another path is hashed.
    let header = sign(2, &path)
        .header()
        .replace(&format!("\"{path}\""), &format!("\"{target}\""));
    send(
        &atlas,
        &format!("GET {target}"),
        &[("Authorization", &header)],
        "",
    )
    .await;
    assert_eq!(last_failure(&atlas), Some(AuthFailure::WrongSecret));
}

#[tokio::test]
async fn wrong_signatures_are_rejected_with_a_new_nonce() {
    type Change = fn(&mut Signature);
    let atlas = start(guarded()).await;
    let right = Signature::fresh(&atlas).await;
    let mut nonces = vec![right.nonce.clone()];
    let changes: [(AuthFailure, Change); 6] = [
        (AuthFailure::UnknownUser, |signed| signed.user = "Public"),
        (AuthFailure::WrongSecret, |signed| signed.secret = "privat"),
        (AuthFailure::WrongSecret, |signed| signed.method = "POST"),
        (AuthFailure::WrongChallenge, |signed| signed.realm = "MMS"),
        (AuthFailure::WrongChallenge, |signed| {
            signed.algorithm = Some("SHA-256");
        }),
        (AuthFailure::WrongChallenge, |signed| {
            signed.opaque = Some("x");
        }),
    ];
    for (failure, change) in changes {
        let mut wrong = right.clone();
        change(&mut wrong);
        let reply = wrong.send(&atlas).await;
        assert!(!is_stale(&reply), "{failure:?}");
        assert_eq!(last_failure(&atlas), Some(failure));
        assert!(!nonces.contains(&nonce_in(&reply)));
        nonces.push(nonce_in(&reply));
    }
    // None of them used the count.
    assert_eq!(right.send(&atlas).await.status, 200);
}

#[tokio::test]
async fn malformed_headers_are_rejected() {
    let atlas = start(guarded()).await;
    let right = Signature::fresh(&atlas).await.header();
    let (before, response) = right.split_once("response=\"").unwrap();
    for wrong in [
        "Digest ".to_owned(),
        "Digest".to_owned(),
        "Digest username=\"public".to_owned(),
        right.replace("qop=auth", "qop=\"auth\""),
        right.replace("qop=auth", "qop=auth-int"),
        right.replace("qop=auth, ", ""),
        right.replace("nc=00000001", "nc=1"),
        right.replace("nc=00000001", "nc=00000000"),
        right.replace("nc=00000001", "nc=0000000A"),
        right.replace("algorithm=MD5", "algorithm=\"MD5\""),
        right.replace("username=\"public\"", "username=public"),
        right.replace("cnonce=\"0a4f113b\", ", ""),
        right.replace(", ", " "),
        format!("{right}, nc=00000001"),
        format!("{before}response={response}"),
    ] {
        assert!(!is_stale(&authorized(&atlas, &wrong).await), "{wrong}");
        assert_eq!(
            last_failure(&atlas),
            Some(AuthFailure::Malformed),
            "{wrong}"
        );
    }
    let twice = [("Authorization", &*right), ("Authorization", &*right)];
    send(&atlas, &format!("GET {}", path(&atlas)), &twice, "").await;
    assert_eq!(last_failure(&atlas), Some(AuthFailure::Malformed));
    for scheme in [
        "Basic cHVibGljOnByaXZhdGU=",
        "Bearer private",
        "Digestive x=y",
    ] {
        assert!(!is_stale(&authorized(&atlas, scheme).await));
        assert_eq!(
            last_failure(&atlas),
            Some(AuthFailure::UnknownScheme),
            "{scheme}"
        );
    }
    // Order, spaces and the case of names and scheme are free.
    let (_, parameters) = right.split_once(' ').unwrap();
    let reordered: Vec<_> = parameters.rsplit(", ").collect();
    let free = format!("dIGEST   {}", reordered.join(" ,")).replace("cnonce", "CNonce");
    assert_eq!(authorized(&atlas, &free).await.status, 200);
}

#[tokio::test]
async fn keys_may_contain_characters_that_need_escapes() {
    let atlas = start(mock(3).require_api_key("pub\"lic\\", "pri:vate\"")).await;
    let signed = Signature {
        user: "pub\"lic\\",
        secret: "pri:vate\"",
        ..Signature::fresh(&atlas).await
    };
    let header = signed
        .header()
        .replace("\"pub\"lic\\\"", "\"pub\\\"lic\\\\\"");
    assert_eq!(authorized(&atlas, &header).await.status, 200);
}

#[tokio::test]
async fn every_path_and_method_needs_credentials() {
    let atlas = start(guarded()).await;
    for (method, target, status) in [
        ("GET", "/nowhere", 404),
        ("POST", "/api/oauth/token", 404),
        ("POST", &*path(&atlas), 405),
        ("GET", &format!("{}?pageNum=0", path(&atlas)), 400),
    ] {
        assert_eq!(
            send(&atlas, &format!("{method} {target}"), &[], "")
                .await
                .status,
            401
        );
        let signed = Signature {
            method,
            uri: target.to_owned(),
            ..Signature::fresh(&atlas).await
        };
        let reply = signed.request(&atlas, target).await;
        assert_eq!(
            (reply.status, reply.challenges().len()),
            (status, 0),
            "{target}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn nonces_become_stale() {
    let five_minutes = Duration::from_secs(300);
    let builder = guarded().nonce_uses(2).nonce_lifetime(five_minutes);
    let atlas = start(builder).await;
    let sign = |nonce: &str, count| Signature::of(&atlas, nonce, count);
    let (used, aged) = (nonce(&atlas).await, nonce(&atlas).await);
    for (count, stale) in [(1, None), (1, Some(false)), (2, None), (3, Some(true))] {
        let reply = sign(&used, count).send(&atlas).await;
        assert_eq!(
            (reply.status != 200).then(|| is_stale(&reply)),
            stale,
            "{count}"
        );
    }
    assert_eq!(last_failure(&atlas), Some(AuthFailure::StaleNonce));
    advance(Duration::from_millis(299_999)).await;
    assert_eq!(sign(&aged, 1).send(&atlas).await.status, 200);
    advance(Duration::from_millis(1)).await;
    let reply = sign(&aged, 2).send(&atlas).await;
    assert!(is_stale(&reply));
    // Only a client with the key learns that.
    let mut wrong = sign(&aged, 2);
    wrong.secret = "guess";
    assert!(!is_stale(&wrong.send(&atlas).await));

    let current = nonce_in(&reply);
    assert_eq!(sign(&current, 1).send(&atlas).await.status, 200);
    atlas.expire_nonces();
    assert!(is_stale(&sign(&current, 2).send(&atlas).await));
    assert!(is_stale(
        &sign("dcd98b7102dd2f0e8b11d0f600bfb0c093", 1)
            .send(&atlas)
            .await
    ));
    assert_eq!(last_failure(&atlas), Some(AuthFailure::UnknownNonce));

    let atlas = start(guarded().nonce_uses(0)).await;
    assert!(is_stale(&Signature::fresh(&atlas).await.send(&atlas).await));
    let atlas = start(guarded()).await;
    let forever = Signature::fresh(&atlas).await;
    advance(Duration::from_secs(1_000_000_000)).await;
    assert_eq!(forever.send(&atlas).await.status, 200);
}

/// The algorithms named in the challenges, in order.
fn algorithms(reply: &Reply) -> Vec<String> {
    let all = reply.challenges().join(", ");
    let parts = all.split("algorithm=").skip(1);
    parts
        .map(|part| part.split(',').next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn only_offered_algorithms_are_accepted() {
    for (offered, names, statuses) in [
        (vec![MD5], &["MD5"][..], [200, 401, 200]),
        (vec![SHA_256], &["SHA-256"], [401, 200, 401]),
        (vec![SHA_256, MD5], &["SHA-256", "MD5"], [200, 200, 200]),
        // A challenge without a name means MD5.
        (vec![], &[], [200, 401, 200]),
    ] {
        let builder = guarded().digest_algorithms(offered.clone());
        let atlas = start(builder.clone()).await;
        let challenge = list(&atlas, "").await;
        assert_eq!(challenge.challenges().len(), names.len().max(1));
        assert_eq!(algorithms(&challenge), names);
        for (algorithm, status) in [Some("MD5"), Some("SHA-256"), None]
            .into_iter()
            .zip(statuses)
        {
            let signed = Signature {
                algorithm,
                ..Signature::fresh(&atlas).await
            };
            assert_eq!(
                signed.send(&atlas).await.status,
                status,
                "{algorithm:?} of {offered:?}"
            );
        }
        let joined = list(&start(builder.challenges_in_one_header()).await, "").await;
        assert_eq!(joined.challenges().len(), 1);
        assert_eq!(algorithms(&joined), names);
    }
}

#[tokio::test]
async fn challenges_can_contain_opaque_and_unknown_directives() {
    let builder = guarded()
        .opaque("5ccc")
        .challenge_directive("x-quoted", "a, \"b\"=c\\");
    let atlas = start(builder).await;
    let challenge = list(&atlas, "").await;
    let end = r#"stale=false, opaque="5ccc", x-quoted="a, \"b\"=c\\""#;
    assert!(challenge.challenges()[0].ends_with(end));
    for (opaque, status) in [(None, 401), (Some("5CCC"), 401), (Some("5ccc"), 200)] {
        let signed = Signature {
            opaque,
            ..Signature::of(&atlas, &nonce_in(&challenge), 1)
        };
        assert_eq!(signed.send(&atlas).await.status, status, "{opaque:?}");
    }
}

#[tokio::test]
async fn challenges_can_be_faulty() {
    let without_nonce =
        r#"Digest realm="MMS Public API", domain="", algorithm=MD5, qop="auth", stale=false"#;
    for (fault, expected) in [
        (ChallengeFault::Missing, &[][..]),
        (
            ChallengeFault::Garbage,
            &["Digest realm=\"MMS Public API, nonce=,, qop"],
        ),
        (ChallengeFault::NoNonce, &[without_nonce]),
        (
            ChallengeFault::Literal("Negotiate".to_owned()),
            &["Negotiate"],
        ),
        (ChallengeFault::Literal("\n".to_owned()), &[]),
    ] {
        let builder = guarded().digest_algorithms([SHA_256, MD5]);
        let atlas = start(builder.challenge_fault(fault, When::always())).await;
        let reply = list(&atlas, "").await;
        assert_eq!((reply.status, reply.challenges()), (401, expected.to_vec()));
    }
    let builder = guarded()
        .challenge_fault(ChallengeFault::Garbage, When::page(1))
        .challenge_fault(ChallengeFault::UnknownAlgorithm, When::nth(2));
    let atlas = start(builder).await;
    for expected in ["MD5", "SHA3-512", "MD5"] {
        assert_eq!(algorithms(&list(&atlas, "").await), [expected]);
    }
}

#[tokio::test]
async fn correct_credentials_can_be_insufficient() {
    for fidelity in [Fidelity::Documented, Fidelity::Live] {
        let builder = || guarded().fidelity(fidelity);
        for (builder, status, code, failure, parameter) in [
            (
                builder().block_ip(),
                403,
                "IP_ADDRESS_NOT_ON_ACCESS_LIST",
                AuthFailure::IpNotAllowed,
                ("ipAddress", "127.0.0.1"),
            ),
            (
                builder().missing_role(),
                401,
                "USER_UNAUTHORIZED",
                AuthFailure::MissingRole,
                ("groupId", "32b6e34b3d91647abb20e7b8"),
            ),
        ] {
            let atlas = start(builder).await;
            let reply = Signature::fresh(&atlas).await.send(&atlas).await;
            assert_eq!(reply.error(), (status, code.to_owned()));
            let (name, value) = parameter;
            let expected = match fidelity {
                Fidelity::Live => json!([value]),
                _ => json!([{ name: value }]),
            };
            assert_eq!(reply.json()["parameters"], expected);
            assert_eq!(reply.challenges().len(), usize::from(status == 401));
            assert_eq!(last_failure(&atlas), Some(failure));
        }
    }
    let blocked = start(mock(0).block_ip()).await;
    assert_eq!(get(&blocked, "/nowhere").await.status, 403);
    let atlas = start(mock(0).missing_role()).await;
    let path = path(&atlas);
    for (target, status) in [
        (path.replace("Instance0", "Other"), 401),
        (path.replace(atlas.project_id(), &"0".repeat(24)), 404),
        (format!("{path}?pageNum=0"), 400),
    ] {
        let reply = get(&atlas, &target).await;
        assert_eq!(
            (reply.status, reply.challenges().len()),
            (status, 0),
            "{target}"
        );
    }
}

#[tokio::test]
async fn a_401_can_be_a_fault() {
    let builder = guarded().fault(ResponseFault::Status(401), When::nth(2));
    let atlas = start(builder.fault(BodyFault::Empty, When::nth(2))).await;
    let first = nonce(&atlas).await;
    let sign = |nonce: &str, count| Signature::of(&atlas, nonce, count);
    let wrong = Signature {
        secret: "x",
        ..sign(&first, 1)
    };
    assert_eq!(
        wrong.send(&atlas).await.status,
        401,
        "not counted for the fault"
    );
    assert_eq!(sign(&first, 1).send(&atlas).await.status, 200);
    let rejected = sign(&first, 2).send(&atlas).await;
    assert!(!is_stale(&rejected) && rejected.body.is_empty());
    assert_eq!(last_failure(&atlas), None);
    // The old nonce is still valid, except for the counts used.
    assert_eq!(sign(&nonce_in(&rejected), 1).send(&atlas).await.status, 200);
    assert_eq!(sign(&first, 3).send(&atlas).await.status, 200);
    assert_eq!(sign(&first, 2).send(&atlas).await.status, 401);

    let atlas = start(guarded().fault(CannedResponse::new(401), When::always())).await;
    let reply = Signature::fresh(&atlas).await.send(&atlas).await;
    assert_eq!(
        (reply.status, reply.challenges().len(), reply.body.len()),
        (401, 0, 0)
    );

    let live = mock(0).fidelity(Fidelity::Live);
    let code = "USER_UNAUTHORIZED".to_owned();
    let builder = live.fault(ResponseFault::Error { status: 401, code }, When::nth(2));
    let atlas = start(builder.fault(ResponseFault::Status(401), When::always())).await;
    let usual = list(&atlas, "").await;
    assert_eq!(
        (usual.error(), usual.json().get("parameters")),
        ((401, String::new()), None)
    );
    assert_eq!(
        list(&atlas, "").await.json()["errorCode"],
        Value::from("USER_UNAUTHORIZED")
    );
}

/// The statuses curl reports, one for each query; `None` if it is not installed.
async fn curl(atlas: &MockAtlas, key: &str, queries: &[&str]) -> Option<Vec<u16>> {
    let mut command = Command::new("curl");
    // Without the user's configuration and proxy.
    command.args([
        "--disable",
        "--noproxy",
        "*",
        "--silent",
        "--max-time",
        "20",
    ]);
    command.args(["--digest", "--user", key, "--write-out", "%{http_code}\n"]);
    for query in queries {
        command.args(["--output", if cfg!(windows) { "NUL" } else { "/dev/null" }]);
        command.arg(format!("{}{query}", atlas.snapshots_url()));
    }
    command.stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .unwrap()
        .ok()?;
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.lines().map(|line| line.parse().unwrap()).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_authenticates() {
    let queries = [
        "?pageNum=1&itemsPerPage=1",
        "?pageNum=3&itemsPerPage=1&odd=%7e,+~%2F/",
        "",
    ];
    for builder in [
        guarded(),
        guarded().digest_algorithms([SHA_256]),
        guarded().digest_algorithms([SHA_256, MD5]),
        guarded().digest_algorithms([]),
        guarded().opaque("5ccc069c403ebaf9f0171e9517f40e41"),
        guarded().challenge_directive("charset", "UTF-8"),
    ] {
        let atlas = start(builder).await;
        let Some(statuses) = curl(&atlas, "public:private", &queries).await else {
            return;
        };
        assert_eq!(statuses, [200; 3]);
        // Between two addresses curl forgets the challenge: it requests every page twice.
        let failures: Vec<_> = atlas
            .requests()
            .iter()
            .filter_map(|entry| entry.auth_failure)
            .collect();
        assert_eq!(failures, [AuthFailure::NoCredentials; 3]);
        assert_eq!(atlas.request_count(), 6);
    }
    let atlas = start(guarded()).await;
    assert_eq!(
        curl(&atlas, "public:privat", &queries[..1]).await,
        Some(vec![401])
    );
    assert_eq!(last_failure(&atlas), Some(AuthFailure::WrongSecret));
    for fault in [ChallengeFault::NoNonce, ChallengeFault::UnknownAlgorithm] {
        let atlas = start(guarded().challenge_fault(fault.clone(), When::always())).await;
        assert_eq!(
            curl(&atlas, "public:private", &queries[..1]).await,
            Some(vec![401])
        );
        assert_eq!(atlas.request_count(), 1, "{fault:?}");
    }
}
