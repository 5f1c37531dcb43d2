//! Standard output that cannot be written to, or not at once.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::process::Stdio;

use atlas_snapshots_mock::MockAtlas;
use tokio::process::Command;

use crate::common::with_timeout;
use crate::harness::{Ran, TempCheckpoint, ids, ids_of, list, resumable_list, run, start};

const FORMATS: [&str; 4] = ["table", "json", "ndjson", "csv"];

#[tokio::test]
async fn standard_output_that_is_open_for_reading_is_a_failure_and_keeps_the_checkpoint_file() {
    let atlas = start(MockAtlas::builder().snapshots(15)).await;
    let only_for_reading = || Stdio::from(File::open("/dev/null").unwrap());
    for format in FORMATS {
        let mut command = list(&atlas, ["--output", format]);
        command.stdout(only_for_reading());
        let ran = run(command).await;
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        let error = "error: cannot write to standard output\n  caused by: Bad file descriptor";
        assert!(ran.stderr.starts_with(error), "{ran:#?}");
    }

    let saved = half_printed(&atlas).await;
    let before = saved.read();
    let mut command = resumable_list(&atlas, "ndjson", &saved);
    command.stdout(only_for_reading());
    assert_eq!(run(command).await.code, Some(1));
    assert_eq!(saved.read(), before);
}

/// A file of a run that has printed ten rows.
async fn half_printed(atlas: &MockAtlas) -> TempCheckpoint {
    use atlas_snapshots_mock::{ResponseFault, When};

    let saved = TempCheckpoint::new();
    atlas.add_fault(ResponseFault::Status(503), When::page(2));
    let ran = run(resumable_list(atlas, "ndjson", &saved)).await;
    assert_eq!((ran.code, saved.printed()), (Some(1), Some(10)), "{ran:#?}");
    atlas.clear_faults();
    saved
}

/// The program, by a shell that closes its standard output.
fn with_closed_stdout(command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "exec \"$@\" >&-", "sh"])
        .arg(command.as_std().get_program())
        .args(command.as_std().get_args())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    shell
}

#[tokio::test]
async fn standard_output_that_was_closed_is_named_and_keeps_the_checkpoint_file() {
    let atlas = start(MockAtlas::builder().snapshots(15)).await;
    let named = "standard output was closed when the program began, or is the null device";
    let ran = run(with_closed_stdout(&list(&atlas, ["--output", "csv"]))).await;
    assert!(
        ran.stderr.starts_with(&format!("notice: {named}")),
        "{ran:#?}"
    );

    let saved = half_printed(&atlas).await;
    let before = saved.read();
    let ran = run(with_closed_stdout(&resumable_list(&atlas, "csv", &saved))).await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains(named), "{ran:#?}");
    assert_eq!(saved.read(), before);
    let rest = run(resumable_list(&atlas, "ndjson", &saved)).await;
    assert_eq!(ids_of(&rest.stdout), atlas.snapshot_ids()[10..]);
}

#[tokio::test]
async fn rows_that_are_redirected_to_the_null_device_are_printed() {
    let atlas = start(MockAtlas::builder().snapshots(15)).await;
    let saved = TempCheckpoint::new();
    let mut command = resumable_list(&atlas, "ndjson", &saved);
    command.stdout(File::create("/dev/null").unwrap());
    let ran = run(command).await;
    assert_eq!((ran.code, saved.files().len()), (Some(0), 0), "{ran:#?}");
    assert!(!ran.stderr.contains("closed"), "{ran:#?}");
}

#[tokio::test]
async fn standard_output_that_does_not_block_gets_every_row() {
    let atlas = start(MockAtlas::builder().snapshots(1_200)).await;
    for format in ["ndjson", "table"] {
        let (reader, writer) = std::io::pipe().unwrap();
        let writer = OwnedFd::from(writer);
        rustix::io::ioctl_fionbio(&writer, true).unwrap();
        let mut command = list(&atlas, ["--output", format]);
        let child = command.stdout(writer).spawn().unwrap();
        drop(command);
        // The pipe is full long before the end.
        with_timeout(atlas.until(|atlas| atlas.request_count() % 3 == 0)).await;
        let reading = tokio::task::spawn_blocking(|| std::io::read_to_string(reader).unwrap());
        let rows = with_timeout(reading).await.unwrap();
        let ran = Ran::from(with_timeout(child.wait_with_output()).await.unwrap());
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        let found: Vec<String> = match format {
            "ndjson" => {
                let stdout = rows;
                let rows = Ran { stdout, ..ran }.json_lines();
                ids(&rows).into_iter().map(str::to_owned).collect()
            }
            _ => rows
                .lines()
                .skip(1)
                .map(|row| row[..24].to_owned())
                .collect(),
        };
        assert_eq!(found, atlas.snapshot_ids());
    }
}
