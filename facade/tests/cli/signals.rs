//! Ctrl-C and SIGTERM.

use std::process::Stdio;

use atlas_snapshots_mock::{MockAtlas, When, WireFault};
use tokio::process::Command;

use crate::common::with_timeout;
use crate::harness::{Ran, kill, list, start};

/// A mock that responds with two pages of ten items and then not at all. The third one is requested
/// when all rows of the first are printed.
async fn stuck() -> MockAtlas {
    start(
        MockAtlas::builder()
            .snapshots(95)
            .fault(WireFault::Hang, When::page(3)),
    )
    .await
}

/// How many of the mock's items a run printed, the first ten at least.
fn printed(atlas: &MockAtlas, ran: &Ran) -> usize {
    let ids = atlas.snapshot_ids();
    let rows = ids.iter().filter(|id| {
        let is_in = |line: &str| {
            line.contains(&format!("\"id\":\"{id}\"")) || line.starts_with(id.as_str())
        };
        ran.stdout.lines().any(is_in)
    });
    let rows = rows.count();
    assert!((10..=20).contains(&rows), "{ran:#?}");
    rows
}

/// Runs until the mock is stuck, then sends the signal.
async fn run_until_stuck(atlas: &MockAtlas, mut command: Command, signal: &str) -> Ran {
    let child = command.spawn().unwrap();
    let id = child.id();
    let ran = tokio::spawn(child.wait_with_output());
    with_timeout(atlas.until(|atlas| atlas.request_count() == 3)).await;
    kill(id, signal);
    with_timeout(ran).await.unwrap().unwrap().into()
}

#[tokio::test]
async fn a_run_that_is_stopped_says_how_many_rows_it_printed() {
    for (signal, code, error) in [
        ("-INT", 130, "error: interrupted\n"),
        ("-TERM", 143, "error: terminated by SIGTERM\n"),
    ] {
        for format in ["json", "ndjson", "csv"] {
            let atlas = stuck().await;
            let arguments = ["--page-size", "10", "--max-in-flight", "1"];
            let mut command = list(&atlas, arguments);
            command.args(["--output", format]);
            let ran = run_until_stuck(&atlas, command, signal).await;
            assert_eq!(ran.code, Some(code), "{ran:#?}");
            assert!(ran.stderr.starts_with(error), "{ran:#?}");
            let rows = printed(&atlas, &ran);
            let count = format!("\n  printed: {rows} rows\n");
            assert!(ran.stderr.contains(&count), "{ran:#?}");
            let summary =
                format!("\nsummary: {rows} items on 2 pages in 3 requests: not read to the end\n");
            assert!(ran.stderr.contains(&summary), "{ran:#?}");
            assert!(!ran.stdout.ends_with("]\n"), "{ran:#?}");
        }
    }
}

#[tokio::test]
async fn a_table_that_is_stopped_has_the_rows_so_far_and_says_that_they_are_a_part() {
    let atlas = stuck().await;
    let command = list(&atlas, ["--page-size", "10", "--max-in-flight", "1"]);
    let ran = run_until_stuck(&atlas, command, "-INT").await;
    assert_eq!(ran.code, Some(130), "{ran:#?}");
    let rows = printed(&atlas, &ran);
    let count = format!("\n  printed: {rows} rows\n");
    assert!(ran.stderr.contains(&count), "{ran:#?}");
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 1 + rows + 1, "{ran:#?}");
    assert_eq!(
        lines[rows + 1],
        "(partial: the listing did not reach its end)"
    );
}

/// A reader that takes nothing, so that the program waits for it.
async fn blocked(atlas: &MockAtlas) -> (tokio::process::Child, std::io::PipeReader) {
    let (reader, writer) = std::io::pipe().unwrap();
    let mut command = list(atlas, ["--output", "ndjson"]);
    let child = command.stdout(writer).stderr(Stdio::piped()).spawn();
    with_timeout(atlas.until(|atlas| atlas.in_flight() == 0 && atlas.request_count() > 4)).await;
    (child.unwrap(), reader)
}

#[tokio::test]
async fn a_signal_ends_a_run_whose_reader_takes_nothing() {
    let atlas = start(MockAtlas::builder().snapshots(5_000)).await;
    let (child, reader) = blocked(&atlas).await;
    kill(child.id(), "-INT");
    let ran = Ran::from(with_timeout(child.wait_with_output()).await.unwrap());
    assert_eq!(ran.code, Some(130), "{ran:#?}");
    let printed = std::io::read_to_string(reader).unwrap().lines().count();
    let expected = format!("\n  printed: {printed} rows\n");
    assert!(ran.stderr.contains(&expected), "{ran:#?}");
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    // Standard error takes nothing, so that the report of the first signal does not end.
    let atlas = stuck().await;
    let (_reader, mut writer) = std::io::pipe().unwrap();
    fill(&mut writer);
    let mut command = list(&atlas, ["--page-size", "10", "--max-in-flight", "1"]);
    let mut child = command.stderr(writer).spawn().unwrap();
    with_timeout(atlas.until(|atlas| atlas.request_count() == 3)).await;
    kill(child.id(), "-INT");
    // Signals that arrive together count as one.
    let status = with_timeout(async {
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                return status;
            }
            kill(child.id(), "-INT");
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(status.await.code(), Some(130));
}

/// Fills a pipe.
fn fill(writer: &mut std::io::PipeWriter) {
    use std::io::Write;

    rustix::io::ioctl_fionbio(&*writer, true).unwrap();
    while writer.write(&[b'x'; 4096]).is_ok() {}
    rustix::io::ioctl_fionbio(&*writer, false).unwrap();
}
