//! Stopping in the middle, and going on.

use atlas_snapshots_mock::{
    AnswerFault, DataChange, MockAtlas, PageFault, RowFault, When, WireFault,
};
use tokio::process::Command;

use crate::harness::{Ran, retrying_list, run, start};
use crate::kept::{Kept, continued, headers, ids_of};
use crate::soon::soon;

/// A mock that answers so many pages of ten rows and then no more.
async fn stuck_behind(pages: u64) -> MockAtlas {
    start(
        MockAtlas::builder()
            .snapshots(95)
            .fault(WireFault::Hang, When::page(pages + 1)),
    )
    .await
}

/// Runs until the mock is stuck and all before it is printed, then sends the signal.
#[cfg(unix)]
async fn run_until_stuck(
    atlas: &MockAtlas,
    mut command: Command,
    kept: &Kept,
    rows: u64,
    signal: &str,
) -> Ran {
    let child = command.spawn().unwrap();
    let id = child.id();
    // Its rows are read meanwhile, or it would wait for that.
    let ran = tokio::spawn(child.wait_with_output());
    soon(async {
        // The file is written without a request, so the mock cannot tell when.
        while atlas.in_flight() != 1 || kept.printed() != Some(rows) {
            tokio::task::yield_now().await;
        }
    })
    .await;
    crate::harness::kill(id, signal);
    soon(ran).await.unwrap().unwrap().into()
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
            (0, "-INT"),
        ] {
            let atlas = stuck_behind(pages).await;
            let kept = Kept::new();
            let first = continued(&atlas, format, &kept);
            let first = run_until_stuck(&atlas, first, &kept, pages * 10, signal).await;
            assert_eq!(first.code, (signal != "-KILL").then_some(1), "{first:#?}");

            atlas.clear_faults();
            let rest = run(continued(&atlas, format, &kept)).await;
            assert_eq!(rest.code, Some(0), "{rest:#?}");
            let all = format!("{}{}", first.stdout, rest.stdout);
            assert_eq!(
                ids_of(&all),
                atlas.snapshot_ids(),
                "{format} {pages} {signal}"
            );
            assert_eq!(headers(&all), usize::from(format == "csv"));
            assert!(!kept.file.exists(), "nothing is left to go on with");
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_listing_killed_again_and_again_is_still_whole() {
    let kept = Kept::new();
    let atlas = stuck_behind(1).await;
    let mut all = String::new();
    for pages in [1, 2, 2, 3, 7] {
        atlas.clear_faults();
        atlas.add_fault(WireFault::Hang, When::page(pages + 1));
        let command = continued(&atlas, "csv", &kept);
        let ran = run_until_stuck(&atlas, command, &kept, pages * 10, "-KILL").await;
        all.push_str(&ran.stdout);
    }
    atlas.clear_faults();
    let rest = run(continued(&atlas, "csv", &kept)).await;
    assert_eq!(rest.code, Some(0), "{rest:#?}");
    assert!(
        rest.stderr
            .starts_with("notice: rows printed by earlier runs: 70\n"),
        "{rest:#?}"
    );
    all.push_str(&rest.stdout);
    assert_eq!(ids_of(&all), atlas.snapshot_ids());
    assert_eq!(headers(&all), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn an_interrupted_run_says_how_to_go_on() {
    let atlas = stuck_behind(3).await;
    let kept = Kept::new();
    let command = continued(&atlas, "ndjson", &kept);
    let ran = run_until_stuck(&atlas, command, &kept, 30, "-TERM").await;
    assert!(
        ran.stderr.starts_with("error: interrupted\n"),
        "{}",
        ran.stderr
    );
    for said in [
        "\n  printed: 30 rows\n".to_owned(),
        format!(
            "\n  resume with: the same arguments and --resume-from {}\n",
            kept.path()
        ),
        "\nsummary: 30 snapshots on 3 pages".to_owned(),
    ] {
        assert!(ran.stderr.contains(&said), "{said:?} in {ran:#?}");
    }
}

#[tokio::test]
async fn a_run_stopped_by_an_error_or_the_deadline_can_be_continued_too() {
    for (fault, deadline, told) in [
        (WireFault::ResetInBody, "1h30m", "broken answer"),
        (WireFault::Hang, "2s", "the listing's deadline has passed"),
    ] {
        let atlas = start(
            MockAtlas::builder()
                .snapshots(95)
                .fault(fault, When::page(4)),
        )
        .await;
        let kept = Kept::new();
        let mut first = continued(&atlas, "csv", &kept);
        first.args(["--deadline", deadline]);
        let first = run(first).await;
        assert_eq!(first.code, Some(1), "{first:#?}");
        assert!(first.stderr.contains(told), "{first:#?}");
        assert_eq!(kept.printed(), Some(30));

        atlas.clear_faults();
        atlas.clear_requests();
        let rest = run(continued(&atlas, "csv", &kept)).await;
        assert_eq!(rest.code, Some(0), "{rest:#?}");
        let all = format!("{}{}", first.stdout, rest.stdout);
        assert_eq!(ids_of(&all), atlas.snapshot_ids());
        // The page with the last row printed is read again, and those behind it.
        assert_eq!(atlas.requests()[0].page_num, Some(3));
    }
}

/// Of ten rows a page; those on page 1 at these places have no date that can be read.
async fn unreadable(places: std::ops::Range<usize>) -> MockAtlas {
    let mut builder = MockAtlas::builder().snapshots(40);
    for place in places {
        let fault = RowFault::set("createdAt", "yesterday");
        builder = builder.fault(PageFault::Row { place, fault }, When::page(1));
    }
    start(builder).await
}

#[tokio::test]
async fn a_row_that_an_earlier_run_could_not_read_is_not_forgotten() {
    let atlas = unreadable(3..5).await;
    atlas.add_fault(AnswerFault::Status(503), When::page(3));
    let kept = Kept::new();
    let first = run(continued(&atlas, "ndjson", &kept)).await;
    assert_eq!(first.code, Some(1));
    assert_eq!(first.stderr.matches("unreadable row: ").count(), 2);

    atlas.clear_faults();
    let rest = run(continued(&atlas, "ndjson", &kept)).await;
    assert_eq!(rest.code, Some(1), "{rest:#?}");
    assert!(
        rest.stderr
            .contains("notice: rows that earlier runs could not read: 2\n"),
        "{rest:#?}"
    );
    assert!(rest.stderr.contains("read to the end"), "{rest:#?}");
    assert!(!kept.file.exists(), "the listing has ended all the same");
    let all = format!("{}{}", first.stdout, rest.stdout);
    assert_eq!(ids_of(&all).len(), 38);
}

#[tokio::test]
async fn a_sign_of_change_that_an_earlier_run_has_seen_is_not_forgotten() {
    let atlas = start(
        MockAtlas::builder()
            .snapshots(95)
            .fault(DataChange::DeleteHead(1), When::first(1))
            .fault(AnswerFault::Status(503), When::page(4)),
    )
    .await;
    let kept = Kept::new();
    let first = run(continued(&atlas, "ndjson", &kept)).await;
    assert_eq!(first.code, Some(1), "{first:#?}");

    // Meanwhile nothing changes any more.
    atlas.clear_faults();
    let rest = run(continued(&atlas, "ndjson", &kept)).await;
    assert_eq!(rest.code, Some(3), "{rest:#?}");
    assert!(
        rest.stderr.contains("gap suspected: the total changed"),
        "{rest:#?}"
    );
}

#[tokio::test]
async fn a_header_that_no_run_has_printed_yet_is_still_due() {
    // The first page has been left behind without a row printed.
    let atlas = unreadable(0..10).await;
    atlas.add_fault(AnswerFault::Status(503), When::page(2));
    let kept = Kept::new();
    let first = run(continued(&atlas, "csv", &kept)).await;
    assert_eq!((first.code, first.stdout.as_str()), (Some(1), ""));

    atlas.clear_faults();
    let rest = run(continued(&atlas, "csv", &kept)).await;
    assert_eq!(headers(&rest.stdout), 1, "{rest:#?}");
    assert_eq!(ids_of(&rest.stdout), atlas.snapshot_ids()[10..]);
}

/// The loop of `list --help`, less the pause.
#[cfg(unix)]
#[tokio::test]
async fn the_loop_in_the_help_ends_with_the_listing_and_never_starts_over() {
    const LOOP: &str = r#"
        for attempt in 1 2 3 4 5 6 7 8 9; do
            "$@" --checkpoint "$at" --resume-from "$at" >> "$rows"
            code=$?
            test -e "$at" || break
        done
        echo "$attempt $code"
    "#;
    // The first page fails twice, two later ones once; and once the listing ends well, once
    // with a row that cannot be read.
    for (unreadable_rows, code) in [(0, 0), (1, 1)] {
        let atlas = unreadable(0..unreadable_rows).await;
        for nth in [1, 2, 4, 7] {
            atlas.add_fault(AnswerFault::Status(503), When::nth(nth));
        }
        let kept = Kept::new();
        let rows = kept.folder.path().join("rows");
        let list = retrying_list(&atlas, ["--max-retries", "0", "--output", "ndjson"]);
        let mut command = Command::new("sh");
        command
            .args(["-c", LOOP, "sh"])
            .arg(list.as_std().get_program())
            .args(list.as_std().get_args())
            .args(["--page-size", "10", "--prefetch", "1"])
            .env("at", &kept.file)
            .env("rows", &rows)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        let ran = run(command).await;
        assert_eq!(ran.stdout, format!("5 {code}\n"), "{ran:#?}");
        let rows = std::fs::read_to_string(rows).unwrap();
        assert_eq!(ids_of(&rows), atlas.snapshot_ids()[unreadable_rows..]);
    }
}
