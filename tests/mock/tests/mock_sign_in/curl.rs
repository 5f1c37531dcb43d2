//! curl's Digest client against the mock: one that nobody here has written.
#![allow(clippy::print_stderr, reason = "a test says why it did nothing")]

use std::process::{Command, Stdio};
use std::time::Duration;

use atlas_snapshots_mock::{
    ChallengeFault, DigestAlgorithm, MockAtlas, MockAtlasBuilder, Refusal, When,
};

use crate::by_hand::guarded;

fn is_installed() -> bool {
    let version = Command::new("curl").arg("--version").output();
    let features = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let found =
        features.is_ok_and(|features| features.contains("HTTP") || features.contains("http"));
    if !found {
        eprintln!("skipped: curl is not installed, so its Digest client is not tried");
    }
    found
}

/// The statuses curl ended with, one for each query.
async fn curl(atlas: &MockAtlas, key: &str, queries: &[&str]) -> Vec<u16> {
    let mut command = Command::new("curl");
    // Nothing of the user's: no configuration, no proxy.
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
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = output.await.unwrap().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line.parse().unwrap()).collect()
}

const PAGES: [&str; 4] = [
    "?pageNum=1&itemsPerPage=1",
    "?itemsPerPage=1&pageNum=2",
    "?pageNum=3&itemsPerPage=1&odd=%7e,+~%2F/",
    "",
];

fn refusals(atlas: &MockAtlas) -> Vec<Refusal> {
    let log = atlas.requests();
    log.iter().filter_map(|entry| entry.refusal).collect()
}

async fn start(builder: MockAtlasBuilder) -> MockAtlas {
    builder.start().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_signs_in() {
    if !is_installed() {
        return;
    }
    for builder in [
        guarded(),
        guarded().digest_algorithms([DigestAlgorithm::Sha256]),
        guarded().digest_algorithms([DigestAlgorithm::Sha256, DigestAlgorithm::Md5]),
        guarded().digest_algorithms([DigestAlgorithm::Md5, DigestAlgorithm::Sha256]),
        guarded().digest_algorithms([]),
        guarded().opaque("5ccc069c403ebaf9f0171e9517f40e41"),
        guarded().challenge_directive("charset", "UTF-8"),
    ] {
        let atlas = start(builder).await;
        assert_eq!(curl(&atlas, "public:private", &PAGES).await, [200; 4]);
        // Between two URLs, curl forgets the challenge: every page is asked for twice.
        assert_eq!(refusals(&atlas), [Refusal::NoCredentials; 4]);
        assert_eq!(atlas.request_count(), 2 * PAGES.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_takes_a_stale_nonce_for_what_it_is() {
    if !is_installed() {
        return;
    }
    let atlas = start(guarded().latency(Duration::from_millis(500))).await;
    let asking = curl(&atlas, "public:private", &PAGES[..1]);
    // While the signed request waits out the latency, its nonce grows stale.
    let expiring = async {
        atlas.until(|atlas| atlas.request_count() == 2).await;
        atlas.expire_nonces();
    };
    let (statuses, ()) = tokio::join!(asking, expiring);
    assert_eq!(statuses, [200]);
    assert_eq!(
        refusals(&atlas),
        [Refusal::NoCredentials, Refusal::StaleNonce]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_with_a_wrong_key_is_refused() {
    if !is_installed() {
        return;
    }
    for (key, refusal) in [
        ("public:privat", Refusal::WrongSecret),
        ("nobody:private", Refusal::UnknownUser),
    ] {
        let atlas = start(guarded()).await;
        assert_eq!(curl(&atlas, key, &PAGES[..1]).await, [401]);
        assert_eq!(refusals(&atlas), [Refusal::NoCredentials, refusal]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_can_make_nothing_of_a_spoiled_challenge() {
    if !is_installed() {
        return;
    }
    for fault in [
        ChallengeFault::Missing,
        ChallengeFault::NoNonce,
        ChallengeFault::UnknownAlgorithm,
    ] {
        let atlas = start(guarded().challenge_fault(fault.clone(), When::always())).await;
        assert_eq!(curl(&atlas, "public:private", &PAGES[..1]).await, [401]);
        assert_eq!(atlas.request_count(), 1, "{fault:?}");
    }
}
