//! A reader of the rows for which the program has to wait, in the middle of a page.

use std::io::{PipeReader, Read};
use std::process::{ExitStatus, Stdio};

use atlas_snapshots_mock::MockAtlas;
use tokio::process::Child;

use crate::common::with_timeout;
use crate::harness::{TempCheckpoint, headers, ids_of, kill, list, run, start};

/// What Linux keeps in the smallest pipe, and what it writes to one as a whole.
const PIPE: usize = 4096;

/// The program, with a page of rows to print and a reader that takes them piece by piece.
struct Waiting {
    atlas: MockAtlas,
    saved: TempCheckpoint,
    format: &'static str,
    child: Child,
    reader: PipeReader,
    rows: Vec<u8>,
}

impl Waiting {
    async fn for_reader_of(format: &'static str) -> Self {
        let atlas = start(MockAtlas::builder().snapshots(500)).await;
        let saved = TempCheckpoint::new();
        let (reader, writer) = std::io::pipe().unwrap();
        rustix::pipe::fcntl_setpipe_size(&writer, PIPE).unwrap();
        let mut command = list(&atlas, ["--output", format, "--checkpoint", saved.path()]);
        let child = command.stdout(writer).spawn().unwrap();
        let mut waiting = Self {
            atlas,
            saved,
            format,
            child,
            reader,
            rows: Vec::new(),
        };
        waiting.until_full(0).await;
        waiting
    }

    /// Waits until more than `rows` are printed. Since one piece fills the pipe, the program then
    /// has nothing left to do but to wait for its reader.
    async fn until_full(&mut self, rows: u64) {
        with_timeout(async {
            while self.saved.printed().is_none_or(|printed| printed <= rows) {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    /// Takes the piece in the pipe, and waits for the next one.
    async fn take_piece(&mut self) {
        let printed = self.saved.printed().unwrap();
        let mut piece = [0; PIPE];
        let length = self.reader.read(&mut piece).unwrap();
        self.rows.extend_from_slice(&piece[..length]);
        self.until_full(printed).await;
    }

    /// Takes what is left and waits for the end.
    async fn end(&mut self) -> ExitStatus {
        let mut rows = Vec::new();
        let reading = self.reader.read_to_end(&mut rows);
        reading.unwrap();
        self.rows.extend(rows);
        with_timeout(self.child.wait()).await.unwrap()
    }

    /// Prints the rest, and checks the whole.
    async fn assert_exact(self) {
        let mut command = list(&self.atlas, ["--output", self.format]);
        command.args(["--resume-from", self.saved.path()]);
        let rest = run(command).await;
        assert_eq!(rest.code, Some(0), "{rest:#?}");
        let printed = String::from_utf8(self.rows).unwrap();
        assert!(!printed.is_empty() && !rest.stdout.is_empty());
        let all = printed + &rest.stdout;
        assert_eq!(ids_of(&all), self.atlas.snapshot_ids());
        assert_eq!(headers(&all), usize::from(self.format == "csv"));
    }
}

#[tokio::test]
async fn killed_in_the_middle_of_a_page_no_row_is_lost_torn_or_repeated() {
    for format in ["ndjson", "csv"] {
        for pieces in [0, 1, 2, 7] {
            let mut waiting = Waiting::for_reader_of(format).await;
            for _ in 0..pieces {
                waiting.take_piece().await;
            }
            // The reader makes space before the program may be gone.
            kill(waiting.child.id(), "-KILL");
            assert_eq!(waiting.end().await.code(), None);
            waiting.assert_exact().await;
        }
    }
}

#[tokio::test]
async fn an_interrupt_ends_the_program_while_it_waits_for_its_reader() {
    for (signal, code) in [("-TERM", 143), ("-INT", 130)] {
        let mut waiting = Waiting::for_reader_of("ndjson").await;
        waiting.take_piece().await;
        kill(waiting.child.id(), signal);
        let status = with_timeout(waiting.child.wait()).await.unwrap();
        assert_eq!(status.code(), Some(code));
        assert_eq!(waiting.saved.files(), ["at.json"]);
        waiting.end().await;
        waiting.assert_exact().await;
    }
}

#[tokio::test]
async fn a_closed_pipe_is_reported_where_there_is_a_checkpoint_file() {
    let mut waiting = Waiting::for_reader_of("ndjson").await;
    waiting.take_piece().await;
    let Waiting {
        saved,
        mut child,
        reader,
        ..
    } = waiting;
    drop(reader);
    let mut stderr = child.stderr.take().unwrap();
    let mut messages = String::new();
    let reading = tokio::io::AsyncReadExt::read_to_string(&mut stderr, &mut messages);
    with_timeout(reading).await.unwrap();
    assert_eq!(with_timeout(child.wait()).await.unwrap().code(), Some(1));
    assert!(
        messages.starts_with("error: cannot write to standard output\n"),
        "{messages}"
    );
    assert!(messages.contains("\n  resume with: "), "{messages}");
    let printed = saved.printed().unwrap();
    assert!(
        messages.contains(&format!("\n  printed: {printed} rows\n")),
        "{messages}"
    );
}

#[tokio::test]
async fn standard_output_that_fails_leaves_the_checkpoint_file_as_it_is() {
    let atlas = start(MockAtlas::builder().snapshots(50)).await;
    let saved = TempCheckpoint::new();
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let listing = |extra: &str| {
        let mut command = list(&atlas, ["--output", "csv"]);
        command.args([extra, saved.path()]);
        command
    };
    let mut command = listing("--checkpoint");
    command.stdout(Stdio::from(full));
    let ran = run(command).await;
    assert_eq!((ran.code, saved.printed()), (Some(1), Some(0)), "{ran:#?}");
    assert!(ran.stderr.contains("\nsummary: "), "{ran:#?}");

    let rest = run(listing("--resume-from")).await;
    assert_eq!(ids_of(&rest.stdout), atlas.snapshot_ids());
    assert_eq!(headers(&rest.stdout), 1);
}
