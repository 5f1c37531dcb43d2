//! Runs that stop in the middle, and runs that resume them.

use atlas_snapshots_mock::{
    DataChange, ItemFault, MockAtlas, PageFault, ResponseFault, When, WireFault,
};
use tokio::process::Command;

use crate::common::with_timeout;
use crate::harness::{Ran, TempCheckpoint, headers, ids_of, resumable_list, run, start};

/// A mock that responds with so many pages of ten items and then not at all.
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
    saved: &TempCheckpoint,
    rows: u64,
    signal: &str,
) -> Ran {
    let child = command.spawn().unwrap();
    let id = child.id();
    // Its rows are read meanwhile, because it waits for its reader.
    let ran = tokio::spawn(child.wait_with_output());
    with_timeout(async {
        // The file is written without a request, so the mock does not know when.
        while atlas.in_flight() != 1 || saved.printed() != Some(rows) {
            tokio::task::yield_now().await;
        }
    })
    .await;
    crate::harness::kill(id, signal);
    with_timeout(ran).await.unwrap().unwrap().into()
}

#[cfg(unix)]
#[tokio::test]
async fn a_run_that_was_killed_is_resumed_without_a_row_lost_or_repeated() {
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
            let saved = TempCheckpoint::new();
            let first = resumable_list(&atlas, format, &saved);
            let first = run_until_stuck(&atlas, first, &saved, pages * 10, signal).await;
            let code = match signal {
                "-INT" => Some(130),
                "-TERM" => Some(143),
                _ => None,
            };
            assert_eq!(first.code, code, "{first:#?}");

            atlas.clear_faults();
            let rest = run(resumable_list(&atlas, format, &saved)).await;
            assert_eq!(rest.code, Some(0), "{rest:#?}");
            let all = format!("{}{}", first.stdout, rest.stdout);
            assert_eq!(
                ids_of(&all),
                atlas.snapshot_ids(),
                "{format} {pages} {signal}"
            );
            assert_eq!(headers(&all), usize::from(format == "csv"));
            assert!(!saved.file.exists(), "there is nothing to resume");
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_listing_killed_repeatedly_is_still_whole() {
    let saved = TempCheckpoint::new();
    let atlas = stuck_behind(1).await;
    let mut all = String::new();
    for pages in [1, 2, 2, 3, 7] {
        atlas.clear_faults();
        atlas.add_fault(WireFault::Hang, When::page(pages + 1));
        let command = resumable_list(&atlas, "csv", &saved);
        let ran = run_until_stuck(&atlas, command, &saved, pages * 10, "-KILL").await;
        all.push_str(&ran.stdout);
    }
    atlas.clear_faults();
    let rest = run(resumable_list(&atlas, "csv", &saved)).await;
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
async fn an_interrupted_run_prints_how_to_resume() {
    let atlas = stuck_behind(3).await;
    let saved = TempCheckpoint::new();
    let command = resumable_list(&atlas, "ndjson", &saved);
    let ran = run_until_stuck(&atlas, command, &saved, 30, "-TERM").await;
    assert!(
        ran.stderr.starts_with("error: terminated by SIGTERM\n"),
        "{}",
        ran.stderr
    );
    for expected in [
        "\n  printed: 30 rows\n".to_owned(),
        format!(
            "\n  resume with: the same arguments and --resume-from {}\n",
            saved.path()
        ),
        "\nsummary: 30 items on 3 pages in 4 requests: not read to the end\n".to_owned(),
    ] {
        assert!(ran.stderr.contains(&expected), "{expected:?} in {ran:#?}");
    }
}

#[tokio::test]
async fn a_run_stopped_by_an_error_or_the_deadline_can_be_resumed_too() {
    for (fault, deadline, code, expected) in [
        (WireFault::ResetInBody, "1h30m", 8, "invalid response"),
        (WireFault::Hang, "2s", 9, "deadline exceeded"),
    ] {
        let atlas = start(
            MockAtlas::builder()
                .snapshots(95)
                .fault(fault, When::page(4)),
        )
        .await;
        let saved = TempCheckpoint::new();
        let mut first = resumable_list(&atlas, "csv", &saved);
        first.args(["--deadline", deadline]);
        let first = run(first).await;
        assert_eq!(first.code, Some(code), "{first:#?}");
        assert!(first.stderr.contains(expected), "{first:#?}");
        assert_eq!(saved.printed(), Some(30));

        atlas.clear_faults();
        atlas.clear_requests();
        let rest = run(resumable_list(&atlas, "csv", &saved)).await;
        assert_eq!(rest.code, Some(0), "{rest:#?}");
        let all = format!("{}{}", first.stdout, rest.stdout);
        assert_eq!(ids_of(&all), atlas.snapshot_ids());
        // The page with the last row printed is read again, and those behind it.
        assert_eq!(atlas.requests()[0].page_num, Some(3));
    }
}

/// Pages of ten items, of which those in these places on page 1 have no readable date.
async fn unreadable(places: std::ops::Range<usize>) -> MockAtlas {
    let mut builder = MockAtlas::builder().snapshots(40);
    for place in places {
        let fault = ItemFault::set("createdAt", "yesterday");
        builder = builder.fault(PageFault::Item { place, fault }, When::page(1));
    }
    start(builder).await
}

#[tokio::test]
async fn an_item_that_an_earlier_run_could_not_read_counts() {
    let atlas = unreadable(3..5).await;
    atlas.add_fault(ResponseFault::Status(503), When::page(3));
    let saved = TempCheckpoint::new();
    let first = run(resumable_list(&atlas, "ndjson", &saved)).await;
    assert_eq!(first.code, Some(1));
    assert_eq!(first.stderr.matches("unreadable item: ").count(), 2);

    atlas.clear_faults();
    let rest = run(resumable_list(&atlas, "ndjson", &saved)).await;
    assert_eq!(rest.code, Some(1), "{rest:#?}");
    assert!(
        rest.stderr
            .contains("notice: items that earlier runs could not read: 2\n"),
        "{rest:#?}"
    );
    let reason = ": possibly incomplete: some items could not be read";
    assert!(rest.stderr.contains(reason), "{rest:#?}");
    assert!(!saved.file.exists(), "the listing has ended all the same");
    let all = format!("{}{}", first.stdout, rest.stdout);
    assert_eq!(ids_of(&all).len(), 38);
}

#[tokio::test]
async fn a_sign_of_change_that_an_earlier_run_has_seen_counts() {
    let atlas = start(
        MockAtlas::builder()
            .snapshots(95)
            .fault(DataChange::DeleteHead(1), When::first(1))
            .fault(ResponseFault::Status(503), When::page(4)),
    )
    .await;
    let saved = TempCheckpoint::new();
    let first = run(resumable_list(&atlas, "ndjson", &saved)).await;
    assert_eq!(first.code, Some(1), "{first:#?}");

    // Meanwhile nothing changes any more.
    atlas.clear_faults();
    let rest = run(resumable_list(&atlas, "ndjson", &saved)).await;
    assert_eq!(rest.code, Some(3), "{rest:#?}");
    assert!(
        rest.stderr
            .contains("possibly incomplete: the total changed"),
        "{rest:#?}"
    );
}

#[tokio::test]
async fn a_header_that_no_run_has_printed_yet_is_printed() {
    // The first page was read without a row printed.
    let atlas = unreadable(0..10).await;
    atlas.add_fault(ResponseFault::Status(503), When::page(2));
    let saved = TempCheckpoint::new();
    let first = run(resumable_list(&atlas, "csv", &saved)).await;
    assert_eq!((first.code, first.stdout.as_str()), (Some(1), ""));

    atlas.clear_faults();
    let rest = run(resumable_list(&atlas, "csv", &saved)).await;
    assert_eq!(headers(&rest.stdout), 1, "{rest:#?}");
    assert_eq!(ids_of(&rest.stdout), atlas.snapshot_ids()[10..]);
}
