//! The file of `--checkpoint` and `--resume-from`.

use atlas_snapshots_mock::{AnswerFault, MockAtlas, When};

use crate::harness::{list, run, start};
use crate::kept::{Kept, continued, headers, ids_of};

const BARE: &str = r#"{"version":1,"api":"serverless","project":"32b6e34b3d91647abb20e7b8","instance":"Instance0","pageSize":10}"#;

#[tokio::test]
async fn what_cannot_be_continued_is_refused_before_any_request() {
    let atlas = start(MockAtlas::builder().snapshots(9)).await;
    let kept = Kept::new();
    let at = kept.path();
    let folder = kept.folder.path().to_str().unwrap();
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
    for (text, named) in [
        ("", "holds no checkpoint"),
        ("nonsense", "holds no checkpoint"),
        (&BARE.replace("Instance0", "Other"), "\"Other\" is not"),
        (&BARE.replace("10}", "11}"), "page size \"11\" is not"),
    ] {
        std::fs::write(&kept.file, text).unwrap();
        let ran = run(continued(&atlas, "csv", &kept)).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:#?}");
        assert!(ran.stderr.contains(named), "{ran:#?}");
        assert!(!ran.stderr.contains("resume with"), "{ran:#?}");
    }
    assert_eq!(atlas.request_count(), 0);
}

#[tokio::test]
async fn it_is_there_until_the_listing_has_ended() {
    let atlas = start(MockAtlas::builder().snapshots(15).require_token("sesame")).await;
    let kept = Kept::new();
    let ran = run(continued(&atlas, "csv", &kept)).await;
    assert_eq!(ran.code, Some(4));
    assert_eq!(kept.printed(), Some(0), "from before the first row on");
    assert!(ran.stderr.contains("resume with: "), "{ran:#?}");

    let mut command = continued(&atlas, "csv", &kept);
    command.env("MONGODB_ATLAS_ACCESS_TOKEN", "sesame");
    let ran = run(command).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!((headers(&ran.stdout), ids_of(&ran.stdout).len()), (1, 15));
    assert!(kept.files().is_empty(), "{:?}", kept.files());
}

#[tokio::test]
async fn an_empty_listing_has_its_header_and_leaves_no_file() {
    let atlas = start(MockAtlas::builder().snapshots(0)).await;
    let kept = Kept::new();
    let ran = run(continued(&atlas, "csv", &kept)).await;
    assert_eq!((ran.code, ran.stdout.lines().count()), (Some(0), 1));
    assert!(!kept.file.exists());
}

#[tokio::test]
async fn a_checkpoint_that_a_program_of_one_s_own_has_kept_will_do() {
    let atlas = start(MockAtlas::builder().snapshots(15)).await;
    let id = &atlas.snapshot_ids()[3];
    let kept = Kept::new();
    let seam = format!(r#","page":1,"row":3,"lastId":"{id}"}}"#);
    std::fs::write(&kept.file, BARE.replace('}', &seam)).unwrap();
    let mut command = list(&atlas, ["--page-size", "10", "--output", "csv"]);
    command.args(["--resume-from", kept.path()]);
    let ran = run(command).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(headers(&ran.stdout), 0, "it is above the first four rows");
    assert_eq!(ids_of(&ran.stdout), atlas.snapshot_ids()[4..]);
    assert!(kept.file.exists(), "read, and otherwise left alone");
}

#[tokio::test]
async fn two_files_are_as_good_as_one() {
    let atlas = start(
        MockAtlas::builder()
            .snapshots(35)
            .fault(AnswerFault::Status(503), When::nth(3)),
    )
    .await;
    let (kept, other) = (Kept::new(), Kept::new());
    let first = run(continued(&atlas, "ndjson", &kept)).await;
    assert_eq!((first.code, kept.printed()), (Some(1), Some(20)));

    // Stopped before a row is printed, so that the place has to be carried over.
    let from_other = |to: &Kept, from: &Kept| {
        let mut command = list(&atlas, ["--page-size", "10", "--prefetch", "1"]);
        command.args(["--output", "ndjson"]).args([
            "--checkpoint",
            to.path(),
            "--resume-from",
            from.path(),
        ]);
        command
    };
    atlas.clear_faults();
    // The page is read to find the place in it, and has nothing new.
    atlas.add_fault(AnswerFault::Status(503), When::page(3));
    let none = run(from_other(&other, &kept)).await;
    assert_eq!((none.code, none.stdout.as_str()), (Some(1), ""));
    let doubtful = "does not prove there are none";
    assert!(!none.stderr.contains(doubtful), "{none:#?}");
    assert_eq!(other.read(), kept.read());

    atlas.clear_faults();
    let rest = run(from_other(&kept, &other)).await;
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
            .fault(AnswerFault::Status(503), When::page(2)),
    )
    .await;
    let (kept, elsewhere) = (Kept::new(), Kept::new());
    std::fs::write(&elsewhere.file, BARE).unwrap();
    std::os::unix::fs::symlink(&elsewhere.file, &kept.file).unwrap();
    assert_eq!(run(continued(&atlas, "csv", &kept)).await.code, Some(1));
    assert!(kept.file.is_symlink());
    assert_eq!(elsewhere.printed(), Some(10));
}
