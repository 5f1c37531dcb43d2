//! Stopping in the middle, and going on.

use std::path::{Path, PathBuf};

use atlas_snapshots_mock::{MockAtlas, When, WireFault};
use tempfile::TempDir;
use tokio::process::Command;

use crate::harness::{Ran, list, run, soon, start};

/// A mock that answers so many pages of ten rows and then no more.
async fn stuck_behind(pages: u64) -> MockAtlas {
    start(
        MockAtlas::builder()
            .snapshots(95)
            .fault(WireFault::Hang, When::page(pages + 1)),
    )
    .await
}

struct Place {
    _folder: TempDir,
    file: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("at.json");
        Self {
            _folder: folder,
            file,
        }
    }

    fn path(&self) -> &str {
        self.file.to_str().unwrap()
    }
}

fn listing(atlas: &MockAtlas, format: &str, place: &Place) -> Command {
    let mut command = list(atlas, ["--page-size", "10", "--prefetch", "1"]);
    command
        .args(["--output", format])
        .args(["--checkpoint", place.path()])
        .args(["--resume-from", place.path()]);
    command
}

/// The ids in the order printed; csv has them first on each line.
fn printed(stdout: &str) -> Vec<String> {
    let rows = stdout.lines().filter(|line| !line.starts_with("id,"));
    rows.map(|line| line.trim_start_matches("{\"id\":\"")[..24].to_owned())
        .collect()
}

fn row_on_file(place: &Path) -> Option<u64> {
    let text = std::fs::read(place).ok()?;
    serde_json::from_slice::<serde_json::Value>(&text).unwrap()["page"].as_u64()
}

/// Runs until the mock is stuck, then sends the signal.
async fn run_until_stuck(
    atlas: &MockAtlas,
    mut command: Command,
    place: &Place,
    pages: u64,
    signal: &str,
) -> Ran {
    let child = command.spawn().unwrap();
    let stuck = |atlas: &MockAtlas| {
        atlas.in_flight() == 1 && (pages == 0 || row_on_file(&place.file) == Some(pages))
    };
    soon(async {
        // The file is written without a request, so the mock cannot tell when.
        while !stuck(atlas) {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let id = child.id().unwrap().to_string();
    let killed = std::process::Command::new("kill")
        .args([signal, &id])
        .status();
    assert!(killed.unwrap().success());
    soon(child.wait_with_output()).await.unwrap().into()
}

#[cfg(unix)]
#[tokio::test]
async fn a_run_that_was_killed_is_continued_without_a_row_lost_or_repeated() {
    for format in ["ndjson", "csv"] {
        for (pages, signal) in [
            (0, "-KILL"),
            (1, "-KILL"),
            (5, "-KILL"),
            (9, "-TERM"),
            (4, "-INT"),
        ] {
            let atlas = stuck_behind(pages).await;
            let place = Place::new();
            let first = listing(&atlas, format, &place);
            let first = run_until_stuck(&atlas, first, &place, pages, signal).await;
            assert_eq!(first.code, (signal != "-KILL").then_some(1), "{first:#?}");

            atlas.clear_faults();
            let rest = run(listing(&atlas, format, &place)).await;
            assert_eq!(rest.code, Some(0), "{rest:#?}");
            let all = [printed(&first.stdout), printed(&rest.stdout)].concat();
            assert_eq!(all, atlas.snapshot_ids(), "{format} {pages} {signal}");
            let headers = format!("{}{}", first.stdout, rest.stdout)
                .matches("id,")
                .count();
            assert_eq!(headers, usize::from(format == "csv"));
            assert!(!place.file.exists(), "nothing is left to go on with");
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn an_interrupted_run_says_how_to_go_on() {
    let atlas = stuck_behind(3).await;
    let place = Place::new();
    let command = listing(&atlas, "ndjson", &place);
    let ran = run_until_stuck(&atlas, command, &place, 3, "-TERM").await;
    assert!(
        ran.stderr.starts_with("error: interrupted\n"),
        "{}",
        ran.stderr
    );
    let hint = format!("\n  go on with: --resume-from {}\n", place.path());
    assert!(ran.stderr.contains(&hint), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("\n  printed: 30 rows\n"),
        "{}",
        ran.stderr
    );
}

#[tokio::test]
async fn a_run_stopped_by_an_error_can_be_continued_too() {
    let atlas = start(
        MockAtlas::builder()
            .snapshots(95)
            .fault(WireFault::ResetInBody, When::page(4)),
    )
    .await;
    let place = Place::new();
    let first = run(listing(&atlas, "csv", &place)).await;
    assert_eq!(first.code, Some(1), "{first:#?}");
    atlas.clear_faults();
    atlas.clear_requests();
    let rest = run(listing(&atlas, "csv", &place)).await;
    assert_eq!(rest.code, Some(0), "{rest:#?}");
    let all = [printed(&first.stdout), printed(&rest.stdout)].concat();
    assert_eq!(all, atlas.snapshot_ids());
    // The page it stopped on is read again, and those behind it.
    assert_eq!(atlas.requests()[0].page_num, Some(3));
}

#[tokio::test]
async fn what_cannot_be_continued_is_refused_before_any_request() {
    let atlas = start(MockAtlas::builder().snapshots(9)).await;
    let place = Place::new();
    let at = place.path();
    for (arguments, named) in [
        (
            vec!["--checkpoint", at, "--output", "json"],
            "ndjson or csv",
        ),
        (vec!["--resume-from", at], "ndjson or csv"),
        (
            vec!["--resume-from", at, "--output", "csv", "--verify"],
            "--verify",
        ),
        (
            vec!["--checkpoint", at, "--output", "csv", "--verify"],
            "--verify",
        ),
    ] {
        let ran = run(list(&atlas, arguments)).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:#?}");
        assert!(ran.stderr.contains(named), "{ran:#?}");
    }
    let other = r#"{"version":1,"api":"serverless","project":"32b6e34b3d91647abb20e7b8","instance":"Other","pageSize":500}"#;
    for (text, named) in [
        ("nonsense", "holds no checkpoint"),
        (other, "\"Other\" is not the listing's"),
    ] {
        std::fs::write(&place.file, text).unwrap();
        let ran = run(list(&atlas, ["--resume-from", at, "--output", "csv"])).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:#?}");
        assert!(ran.stderr.contains(named), "{ran:#?}");
    }
    assert_eq!(atlas.request_count(), 0);
}
