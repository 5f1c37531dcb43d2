//! The file of `--checkpoint` and `--resume-from`.

use atlas_snapshots_mock::{DataChange, MockAtlas, ResponseFault, When};

use crate::harness::{TempCheckpoint, headers, ids_of, list, program, resumable_list, run, start};

const BARE: &str = r#"{"version":2,"target":{"operation":"listServerlessBackups","project":"32b6e34b3d91647abb20e7b8","cluster":"Instance0"},"itemsSeen":0,"pageSize":10}"#;

/// A file as version 1 of the checkpoint had it.
const VERSION_1: &str = r#"{"version":1,"api":"serverless","project":"32b6e34b3d91647abb20e7b8","instance":"Instance0","pageSize":10,"soFar":{"hasRows":false,"printed":0,"unreadable":0}}"#;

#[tokio::test]
async fn what_cannot_be_resumed_is_refused_before_any_request() {
    let atlas = start(MockAtlas::builder().snapshots(9)).await;
    let saved = TempCheckpoint::new();
    let at = saved.path();
    let folder = saved.folder.path().to_str().unwrap();
    let in_no_folder = format!("{folder}/none/at.json");
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
            vec!["--resume-from", at, "--consistency", "verified"],
            "--consistency verified",
        ),
        (
            vec!["--checkpoint", at, "--consistency", "verified"],
            "--consistency verified",
        ),
        (
            vec!["--checkpoint", at, "--output", "csv", "--verify"],
            "--verify",
        ),
        // A mistyped name must not print everything again.
        (
            vec!["--resume-from", at, "--output", "csv"],
            "--resume-from: there is no ",
        ),
        (
            vec!["--checkpoint", &in_no_folder, "--output", "csv"],
            "--checkpoint: cannot write ",
        ),
        (
            vec!["--checkpoint", folder, "--output", "csv"],
            "not a file",
        ),
        (vec!["--checkpoint", "..", "--output", "csv"], "not a file"),
        #[cfg(unix)]
        (
            vec!["--checkpoint", "/dev/null", "--output", "csv"],
            "not a file",
        ),
        (
            vec!["--resume-from", folder, "--output", "csv"],
            "cannot read ",
        ),
    ] {
        let ran = run(list(&atlas, arguments)).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:#?}");
        assert!(ran.stderr.contains(named), "{named:?} in {ran:#?}");
    }
    let huge = format!("{}{BARE}", " ".repeat(64 * 1024));
    for (text, named) in [
        (&*huge, "more than 64 KiB"),
        (
            &BARE.replace("10}", r#"10,"reason":"\u001b[2J\u202e"}"#),
            "has no usable checkpoint",
        ),
        ("", "has no usable checkpoint"),
        ("nonsense", "has no usable checkpoint"),
        (VERSION_1, "the checkpoint has version 1"),
        (VERSION_1, "list from the beginning instead\n"),
        (&BARE.replace("Instance0", "Other"), "\"Other\" is not"),
        (&BARE.replace("10}", "11}"), "page size \"11\" is not"),
    ] {
        std::fs::write(&saved.file, text).unwrap();
        let ran = run(resumable_list(&atlas, "csv", &saved)).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:#?}");
        assert!(ran.stderr.contains(named), "{ran:#?}");
        assert!(!ran.stderr.contains("resume with"), "{ran:#?}");
        assert!(!ran.stderr.contains(['\u{1b}', '\u{202e}']), "{ran:#?}");
    }
    assert_eq!(atlas.request_count(), 0);
}

#[tokio::test]
async fn it_exists_until_the_listing_has_ended() {
    let atlas = start(MockAtlas::builder().snapshots(15).require_token("sesame")).await;
    let saved = TempCheckpoint::new();
    let ran = run(resumable_list(&atlas, "csv", &saved)).await;
    assert_eq!(ran.code, Some(4));
    assert_eq!(saved.printed(), Some(0), "from before the first row on");
    assert!(ran.stderr.contains("resume with: "), "{ran:#?}");

    let mut command = resumable_list(&atlas, "csv", &saved);
    command.env("MONGODB_ATLAS_ACCESS_TOKEN", "sesame");
    let ran = run(command).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!((headers(&ran.stdout), ids_of(&ran.stdout).len()), (1, 15));
    assert!(saved.files().is_empty(), "{:?}", saved.files());
}

#[tokio::test]
async fn an_empty_listing_has_its_header_and_leaves_no_file() {
    let atlas = start(MockAtlas::builder().snapshots(0)).await;
    let saved = TempCheckpoint::new();
    let ran = run(resumable_list(&atlas, "csv", &saved)).await;
    assert_eq!((ran.code, ran.stdout.lines().count()), (Some(0), 1));
    assert!(!saved.file.exists());
}

#[tokio::test]
async fn a_bare_checkpoint_of_the_library_can_be_resumed() {
    let atlas = start(MockAtlas::builder().snapshots(15)).await;
    let id = &atlas.snapshot_ids()[3];
    let saved = TempCheckpoint::new();
    let cursor = format!(r#"10,"page":1,"index":3,"lastId":"{id}"}}"#);
    std::fs::write(&saved.file, BARE.replace("10}", &cursor)).unwrap();
    let mut command = list(&atlas, ["--page-size", "10", "--output", "csv"]);
    command.args(["--resume-from", saved.path()]);
    let ran = run(command).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(headers(&ran.stdout), 0, "it is above the first four rows");
    assert_eq!(ids_of(&ran.stdout), atlas.snapshot_ids()[4..]);
    assert!(saved.file.exists(), "read, and otherwise left alone");
}

#[tokio::test]
async fn a_run_can_resume_from_one_file_and_write_another() {
    let atlas = start(
        MockAtlas::builder()
            .snapshots(35)
            .fault(ResponseFault::Status(503), When::nth(3)),
    )
    .await;
    let (saved, other) = (TempCheckpoint::new(), TempCheckpoint::new());
    let first = run(resumable_list(&atlas, "ndjson", &saved)).await;
    assert_eq!((first.code, saved.printed()), (Some(1), Some(20)));

    // Stopped before a row is printed, so that the state has to be carried over.
    let from_other = |to: &TempCheckpoint, from: &TempCheckpoint| {
        let mut command = list(&atlas, ["--page-size", "10", "--max-in-flight", "1"]);
        command.args(["--output", "ndjson"]).args([
            "--checkpoint",
            to.path(),
            "--resume-from",
            from.path(),
        ]);
        command
    };
    atlas.clear_faults();
    // The page is read to find the last item on it, and has nothing new.
    atlas.add_fault(ResponseFault::Status(503), When::page(3));
    let none = run(from_other(&other, &saved)).await;
    assert_eq!((none.code, none.stdout.as_str()), (Some(1), ""));
    let empty = "does not show that there are no snapshots";
    assert!(!none.stderr.contains(empty), "{none:#?}");
    assert_eq!(other.read(), saved.read());

    atlas.clear_faults();
    let rest = run(from_other(&saved, &other)).await;
    assert_eq!(rest.code, Some(0), "{rest:#?}");
    let all = format!("{}{}", first.stdout, rest.stdout);
    assert_eq!(ids_of(&all), atlas.snapshot_ids());
}

#[cfg(unix)]
#[tokio::test]
async fn behind_a_link_the_file_is_replaced_and_not_the_link() {
    let atlas = start(
        MockAtlas::builder()
            .snapshots(15)
            .fault(ResponseFault::Status(503), When::page(2)),
    )
    .await;
    let (saved, elsewhere) = (TempCheckpoint::new(), TempCheckpoint::new());
    std::fs::write(&elsewhere.file, BARE).unwrap();
    std::os::unix::fs::symlink(&elsewhere.file, &saved.file).unwrap();
    assert_eq!(
        run(resumable_list(&atlas, "csv", &saved)).await.code,
        Some(1)
    );
    assert!(saved.file.is_symlink());
    assert_eq!(elsewhere.printed(), Some(10));
}

#[tokio::test]
async fn a_listing_that_can_be_resumed_reads_once_and_says_so() {
    let notice = "notice: read in a single pass, because of --checkpoint or --resume-from\n";
    for (arguments, says_so) in [
        (&[][..], true),
        (&["--consistency", "adaptive"], true),
        // As it was asked to.
        (&["--consistency", "single-pass"], false),
    ] {
        for (change, code) in [(None, 0), (Some(DataChange::DeleteHead(1)), 3)] {
            let mut server = MockAtlas::builder().snapshots(95);
            if let Some(change) = change {
                server = server.fault(change, When::first(1));
            }
            let atlas = start(server).await;
            let saved = TempCheckpoint::new();
            let mut command = resumable_list(&atlas, "ndjson", &saved);
            command.args(arguments);
            let ran = run(command).await;
            assert_eq!(ran.code, Some(code), "{ran:#?}");
            assert_eq!(atlas.request_count(), 10);
            assert_eq!(ran.stderr.contains(notice), says_so, "{ran:#?}");
            assert!(!saved.file.exists(), "the listing has ended");
        }
    }
    let help = run(program(["list", "--help"])).await.stdout;
    let help: Vec<_> = help.split_whitespace().collect();
    let help = help.join(" ");
    assert_eq!(
        help.matches("The pages are read in a single pass").count(),
        2
    );
}

#[tokio::test]
async fn no_number_in_a_file_overflows() {
    let most = u64::MAX;
    let progress =
        format!(r#"10,"progress":{{"hasRows":true,"printed":{most},"unreadable":{most}}}}}"#);
    for page in [1, 2, most] {
        let cursor = format!(r#""itemsSeen":{most},"page":{page},"index":{most},"lastId":"none","#);
        for cursor in ["\"itemsSeen\":0,", &cursor] {
            let atlas = start(MockAtlas::builder().snapshots(15)).await;
            let saved = TempCheckpoint::new();
            let text = BARE.replace("10}", &progress);
            std::fs::write(&saved.file, text.replace("\"itemsSeen\":0,", cursor)).unwrap();
            let ran = run(resumable_list(&atlas, "csv", &saved)).await;
            assert!(!ran.stderr.contains("panicked"), "{ran:#?}");
            assert!(ran.stderr.contains("summary: "), "{ran:#?}");
        }
    }
}

#[tokio::test]
async fn a_file_of_the_user_is_not_overwritten() {
    let atlas = start(MockAtlas::builder().snapshots(15)).await;
    let saved = TempCheckpoint::new();
    std::fs::write(&saved.file, "precious").unwrap();
    let mut command = list(&atlas, ["--output", "csv"]);
    command.args(["--checkpoint", saved.path()]);
    let ran = run(command).await;
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("is not a checkpoint file"), "{ran:#?}");
    assert_eq!(std::fs::read(&saved.file).unwrap(), b"precious");
    assert_eq!(atlas.request_count(), 0);

    // An empty one, as of mktemp.
    std::fs::write(&saved.file, "").unwrap();
    let mut command = list(&atlas, ["--output", "csv"]);
    command.args(["--checkpoint", saved.path()]);
    assert_eq!(run(command).await.code, Some(0));
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;

    use atlas_snapshots_mock::WireFault;
    use tokio::process::Child;

    use super::*;
    use crate::common::with_timeout;

    async fn failing_on_page_2() -> MockAtlas {
        let fault = ResponseFault::Status(503);
        let builder = MockAtlas::builder().snapshots(35);
        start(builder.fault(fault, When::page(2))).await
    }

    #[tokio::test]
    async fn a_neighbour_is_neither_followed_nor_overwritten() {
        let atlas = failing_on_page_2().await;
        let (saved, elsewhere) = (TempCheckpoint::new(), TempCheckpoint::new());
        std::fs::write(&elsewhere.file, "precious").unwrap();
        let neighbour = saved.folder.path().join("at.json.new");
        symlink(&elsewhere.file, &neighbour).unwrap();
        let ran = run(resumable_list(&atlas, "csv", &saved)).await;
        assert_eq!((ran.code, saved.printed()), (Some(1), Some(10)), "{ran:#?}");
        assert!(neighbour.is_symlink());
        assert_eq!(std::fs::read(&elsewhere.file).unwrap(), b"precious");
        assert_eq!(saved.files().len(), 2, "{:?}", saved.files());
    }

    #[tokio::test]
    async fn the_file_is_its_owner_s_alone_or_keeps_its_mode() {
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        for (before, after) in [(None, 0o600), (Some(0o600), 0o600), (Some(0o640), 0o640)] {
            let atlas = failing_on_page_2().await;
            let saved = TempCheckpoint::new();
            if let Some(before) = before {
                std::fs::write(&saved.file, BARE).unwrap();
                let permissions = std::fs::Permissions::from_mode(before);
                std::fs::set_permissions(&saved.file, permissions).unwrap();
            }
            let ran = run(resumable_list(&atlas, "csv", &saved)).await;
            assert_eq!((ran.code, saved.printed()), (Some(1), Some(10)), "{ran:#?}");
            assert_eq!(mode(&saved.file), after);
        }
    }

    #[tokio::test]
    async fn behind_a_link_to_nothing_the_file_is_created_and_removed() {
        let atlas = failing_on_page_2().await;
        let (saved, elsewhere) = (TempCheckpoint::new(), TempCheckpoint::new());
        symlink(&elsewhere.file, &saved.file).unwrap();
        let ran = run(resumable_list(&atlas, "csv", &saved)).await;
        assert_eq!((ran.code, elsewhere.printed()), (Some(1), Some(10)));
        atlas.clear_faults();
        let ran = run(resumable_list(&atlas, "csv", &saved)).await;
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        assert!(saved.file.is_symlink() && !elsewhere.file.exists());
    }

    /// A run that has printed ten rows and waits for a page.
    async fn running(atlas: &MockAtlas, saved: &TempCheckpoint) -> Child {
        let child = resumable_list(atlas, "ndjson", saved).spawn().unwrap();
        with_timeout(async {
            while saved.printed() != Some(10) {
                tokio::task::yield_now().await;
            }
        })
        .await;
        child
    }

    #[tokio::test]
    async fn a_second_run_with_the_same_file_is_refused_while_the_first_one_runs() {
        let builder = MockAtlas::builder().snapshots(35);
        let atlas = start(builder.fault(WireFault::Hang, When::page(2))).await;
        let saved = TempCheckpoint::new();
        let first = running(&atlas, &saved).await;
        with_timeout(atlas.until(|atlas| atlas.request_count() == 2)).await;
        let link = saved.folder.path().join("link.json");
        symlink(&saved.file, &link).unwrap();
        for arguments in [
            ["--checkpoint", saved.path(), "--resume-from", saved.path()],
            [
                "--checkpoint",
                saved.path(),
                "--resume-from",
                link.to_str().unwrap(),
            ],
            ["--checkpoint", link.to_str().unwrap(), "--page-size", "10"],
            ["--resume-from", saved.path(), "--page-size", "10"],
        ] {
            let mut second = list(&atlas, ["--output", "ndjson"]);
            second.args(arguments);
            let second = run(second).await;
            assert_eq!((second.code, second.stdout.as_str()), (Some(2), ""));
            assert!(
                second.stderr.contains("another run is using it"),
                "{second:#?}"
            );
        }
        assert_eq!(atlas.request_count(), 2);

        // The system unlocks the file with the end of the run, however it ends.
        drop(first);
        atlas.clear_faults();
        let mut rest = run(resumable_list(&atlas, "ndjson", &saved)).await;
        while rest.stderr.contains("another run is using it") {
            rest = run(resumable_list(&atlas, "ndjson", &saved)).await;
        }
        assert_eq!(rest.code, Some(0), "{rest:#?}");
        assert_eq!(ids_of(&rest.stdout), atlas.snapshot_ids()[10..]);
    }

    #[tokio::test]
    async fn of_runs_that_begin_together_one_prints_the_rows() {
        for begun in [false, true] {
            let atlas = start(
                MockAtlas::builder()
                    .snapshots(35)
                    .latency(std::time::Duration::from_millis(20)),
            )
            .await;
            let saved = TempCheckpoint::new();
            if begun {
                std::fs::write(&saved.file, BARE).unwrap();
            }
            let runs = (0..8).map(|_| run(resumable_list(&atlas, "ndjson", &saved)));
            let runs = futures::future::join_all(runs).await;
            let all: Vec<String> = runs.iter().flat_map(|ran| ids_of(&ran.stdout)).collect();
            let ended = runs.iter().filter(|ran| ran.code == Some(0)).count();
            // A run that begins when another has ended lists again.
            assert_eq!(all.len(), ended * 35, "{runs:#?}");
        }
    }
}
