//! What the program says while it waits, and what it logs.

use std::time::Duration;

use atlas_snapshots_mock::{MockAtlas, ResponseFault, RetryAfter, When, WireFault};

#[cfg(target_os = "linux")]
use crate::harness::on_terminal;
use crate::harness::{list, retrying_list, run, start};

/// A server that limits the rate, for this long.
async fn limiting(seconds: u64) -> MockAtlas {
    let limit = ResponseFault::RateLimited(RetryAfter::Seconds(seconds));
    start(MockAtlas::builder().snapshots(3).fault(limit, When::nth(1))).await
}

#[tokio::test]
async fn a_long_wait_is_reported_when_it_begins() {
    let atlas = limiting(7).await;
    let ran = run(retrying_list(&atlas, ["--deadline", "1s"])).await;
    let line = ran.stderr.lines().next().unwrap_or_default();
    assert!(line.starts_with("waiting 7."), "{ran:#?}");
    assert!(
        line.contains(" s after attempt 1: rate limited (429 RATE_LIMITED): "),
        "{ran:#?}"
    );
    assert_eq!(ran.stderr.matches("waiting").count(), 1, "{ran:#?}");
}

#[tokio::test]
async fn pages_that_wait_together_are_one_line() {
    let limit = ResponseFault::RateLimited(RetryAfter::Seconds(7));
    let server = MockAtlas::builder().snapshots(95);
    let atlas = start(server.fault(limit, When::after(1))).await;
    let arguments = ["--deadline", "2s", "--page-size", "10"];
    let ran = run(retrying_list(&atlas, arguments)).await;
    assert_eq!(ran.code, Some(9), "{ran:#?}");
    assert!(atlas.request_count() > 1);
    assert_eq!(ran.stderr.matches("waiting").count(), 1, "{ran:#?}");
}

#[tokio::test]
async fn a_short_wait_is_not_reported() {
    let atlas = limiting(1).await;
    let ran = run(retrying_list(&atlas, [])).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stderr.starts_with("summary: "), "{ran:#?}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn on_a_terminal_shorter_waits_and_silence_are_reported() {
    let atlas = limiting(2).await;
    let ran = run(on_terminal(&retrying_list(&atlas, ["--deadline", "1s"]))).await;
    assert!(ran.stdout.starts_with("waiting 2."), "{ran:#?}");

    let hang = MockAtlas::builder().fault(WireFault::Hang, When::always());
    let atlas = start(hang).await;
    let ran = run(on_terminal(&list(&atlas, ["--deadline", "2s"]))).await;
    assert!(
        ran.stdout
            .starts_with("waiting: no complete response for 1.5 s"),
        "{ran:#?}"
    );
}

#[tokio::test]
async fn silence_is_reported_without_a_terminal_too_and_not_under_quiet() {
    let hang = MockAtlas::builder().fault(WireFault::Hang, When::always());
    let atlas = start(hang).await;
    for (flag, line) in [
        ("--verbose", "waiting: no complete response for 5.0 s\n"),
        ("--quiet", "error: "),
    ] {
        let ran = run(list(&atlas, ["--deadline", "6s", flag])).await;
        assert_eq!(ran.code, Some(9));
        assert!(ran.stderr.starts_with(line), "{ran:#?}");
    }
}

#[tokio::test]
async fn quiet_prints_errors_and_reasons_for_doubt_alone() {
    let atlas = limiting(0).await;
    let ran = run(retrying_list(&atlas, ["-q"])).await;
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:#?}");

    let fault = ResponseFault::Status(503);
    let atlas = start(MockAtlas::builder().fault(fault, When::always())).await;
    let ran = run(list(&atlas, ["-q"])).await;
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.starts_with("error: "), "{ran:#?}");
}

#[tokio::test]
async fn retries_are_logged_on_request_and_the_environment_takes_precedence() {
    for (flag, variable, is_logged) in [
        (None, None, false),
        (Some("-v"), None, true),
        (Some("-vv"), None, true),
        (None, Some("atlas_snapshots=info"), true),
        (None, Some("atlas_snapshots::retry=warn"), true),
        (Some("-q"), Some("warn"), true),
        (Some("-v"), Some("error"), false),
        (Some("-v"), Some(""), true),
    ] {
        let atlas = limiting(0).await;
        let mut command = retrying_list(&atlas, []);
        command.args(flag);
        command.envs(variable.map(|text| ("RUST_LOG", text)));
        let ran = run(command).await;
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        let has_retry = ran
            .stderr
            .contains("atlas_snapshots::retry: retrying attempt=1 wait_ms=");
        assert_eq!(has_retry, is_logged, "{flag:?} {variable:?} {ran:#?}");
    }
    let atlas = limiting(0).await;
    let mut command = retrying_list(&atlas, []);
    command.env("RUST_LOG", "=nonsense=");
    let ran = run(command).await;
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.stderr.starts_with("notice: RUST_LOG is ignored: "),
        "{ran:#?}"
    );
}

#[tokio::test]
async fn a_log_line_stays_one_line_and_has_no_secret() {
    let account = MockAtlas::builder()
        .snapshots(3)
        .service_account("id", "sesame")
        .latency(Duration::ZERO);
    let fault = ResponseFault::Error {
        status: 503,
        code: "A\u{1b}[2J\nsesame".to_owned(),
    };
    let atlas = start(account.token_fault(fault, When::nth(1))).await;
    let mut command = retrying_list(&atlas, ["-vvv"]);
    command.envs([
        ("MONGODB_ATLAS_CLIENT_ID", "id"),
        ("MONGODB_ATLAS_CLIENT_SECRET", "sesame"),
    ]);
    let ran = run(command).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stderr.contains("retrying attempt=1"), "{ran:#?}");
    assert!(!ran.stderr.contains('\u{1b}'), "{ran:#?}");
    assert!(!ran.stderr.contains("sesame"), "{ran:#?}");
}
