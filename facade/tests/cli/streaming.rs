//! Rows are printed as they arrive, and the program ends when it is to end.

use atlas_snapshots_mock::{MockAtlas, When, WireFault};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::common::with_timeout;
use crate::harness::{Ran, list, run, start};

fn spawn(mut command: Command) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut child = command.spawn().unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    (child, stdout.lines())
}

#[tokio::test]
async fn rows_of_one_page_do_not_wait_for_the_next() {
    // The second page never comes, so everything read was printed before it.
    let atlas = start(
        MockAtlas::builder()
            .snapshots(10)
            .fault(WireFault::Hang, When::page(2)),
    )
    .await;
    let ids = atlas.snapshot_ids();
    for format in ["ndjson", "csv"] {
        let (_child, mut lines) = spawn(list(&atlas, ["--page-size", "5", "--output", format]));
        if format == "csv" {
            with_timeout(lines.next_line()).await.unwrap().unwrap();
        }
        for id in &ids[..5] {
            let line = with_timeout(lines.next_line()).await.unwrap().unwrap();
            assert!(line.contains(id), "{line}");
        }
    }
}

#[tokio::test]
async fn json_rows_do_not_wait_either() {
    let atlas = start(
        MockAtlas::builder()
            .snapshots(10)
            .fault(WireFault::Hang, When::page(2)),
    )
    .await;
    let (_child, lines) = spawn(list(&atlas, ["--page-size", "5", "--output", "json"]));
    let mut stdout = lines.into_inner();
    let mut printed = Vec::new();
    // The last row of a page has no line end yet.
    while !String::from_utf8_lossy(&printed).contains(&atlas.snapshot_ids()[4]) {
        assert_ne!(
            with_timeout(stdout.read_buf(&mut printed)).await.unwrap(),
            0
        );
    }
}

#[tokio::test]
async fn a_closed_pipe_ends_the_program_without_a_message() {
    let atlas = start(MockAtlas::builder().snapshots(5_000)).await;
    for format in ["table", "json", "ndjson", "csv"] {
        let (child, mut lines) = spawn(list(&atlas, ["--output", format]));
        with_timeout(lines.next_line()).await.unwrap().unwrap();
        drop(lines);
        let ran = Ran::from(with_timeout(child.wait_with_output()).await.unwrap());
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{format}");
    }
}

#[tokio::test]
async fn pages_are_received_while_the_reader_of_the_rows_pauses() {
    // Far more than a pipe holds: from the first page on, writing blocks.
    let atlas = start(MockAtlas::builder().snapshots(5_000)).await;
    let (child, mut lines) = spawn(list(&atlas, ["--output", "ndjson", "--max-in-flight", "4"]));
    let five_received = |atlas: &MockAtlas| {
        let requests = atlas.requests();
        let received = requests.iter().filter(|sent| sent.status == Some(200));
        received.count() >= 5
    };
    with_timeout(atlas.until(five_received)).await;

    let mut count = 0;
    while with_timeout(lines.next_line()).await.unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 5_000);
    let ran = Ran::from(with_timeout(child.wait_with_output()).await.unwrap());
    assert_eq!(ran.code, Some(0));
}

#[tokio::test]
async fn a_closed_standard_error_changes_nothing() {
    let atlas = start(MockAtlas::builder().snapshots(3)).await;
    let mut command = list(&atlas, ["--output", "csv"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    command.stderr(writer);
    let ran = run(command).await;
    assert_eq!(ran.code, Some(0));
    assert_eq!(ran.stdout.lines().count(), 4);
}
