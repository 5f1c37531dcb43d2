//! The command `list` for one cluster: configures the listing, prints its rows, and reports how it
//! ended.

use std::fmt::Display;
use std::path::Path;
use std::rc::Rc;

use atlas_snapshots::{ErrorKind as LibraryErrorKind, ItemStream, ListRequest, Snapshot};
use clap::error::ErrorKind;
use futures_core::Stream;

use crate::args::{ConsistencyChoice, FilterArgs, ListArgs, TargetArgs, usage_error};
use crate::checkpoint_file::{CheckpointFile, Contents, Progress, Resumed};
use crate::exit::{Exit, StopReason};
use crate::legible::shown;
use crate::log::Waits;
use crate::messages::{Messages, print_error, print_line};
use crate::output::{Format, RowCluster, Scope, SnapshotRow};
use crate::setup::{SetupError, Target, block_on, open_stdout};
use crate::signals::Interrupt;
use crate::writer::Writer;

/// Lists, or returns what is wrong with the arguments.
pub(crate) fn run(
    args: &ListArgs,
    target: &TargetArgs,
    waits: Waits,
    messages: Messages,
) -> Result<Exit, SetupError> {
    args.scope.check_flags()?;
    check_formats(args)?;
    let target = Target::resolve(target)?;
    let stdout = match open_stdout(args.checkpoint.is_some(), messages) {
        Ok(stdout) => stdout,
        Err(stop) => {
            print_error(&stop);
            return Ok(Exit::Failed);
        }
    };
    let mut file = open_checkpoint(args)?;
    let resumed = read_checkpoint(args, file.as_ref())?;
    let atlas = target.client(|builder| builder.retry_policy(args.retry_policy()))?;
    let mut request = configure(target.request(&atlas), args);
    let mut earlier = Progress::default();
    if let Some(contents) = resumed.contents {
        request = request.resume_from(contents.checkpoint);
        earlier = contents.progress;
    }
    let stream = request.stream();
    if let (Some(file), Some(path)) = (&mut file, &args.checkpoint) {
        // Before any request, so that an unusable path is found, and a kill leaves the file.
        let begun = file.begin(&Contents::of(&stream, earlier));
        begun.map_err(|error| cannot_write(path, &error))?;
    }
    let listed = block_on(async {
        let interrupt = Interrupt::watched(|signal| Exit::of_signal(signal) as i32)
            .unwrap_or_else(|_| Interrupt::unwatched());
        let output =
            args.output
                .output
                .open(Scope::OneCluster, earlier.has_rows, args.output.csv_safe);
        let listing = Listing {
            stream,
            writer: Writer::new(output, stdout, file, interrupt.clone()),
            cluster: target.row_cluster(),
            interrupt,
            earlier,
            is_limited_to_a_single_pass: args.is_limited_to_a_single_pass(),
            filter: &args.filter,
            target,
            waits,
            messages,
        };
        listing.run().await
    });
    Ok(listed.unwrap_or_else(|error| {
        print_error(&error);
        Exit::Failed
    }))
}

/// Refuses flags that the format of the rows does not allow.
fn check_formats(args: &ListArgs) -> Result<(), clap::Error> {
    let message = if args.output.csv_safe && !matches!(args.output.output, Format::Csv) {
        "--csv-safe needs --output csv"
    } else if !args.is_resumable() {
        return Ok(());
    } else if args.consistency() == ConsistencyChoice::Verified {
        "--verify (--consistency verified) cannot be combined with --checkpoint or \
         --resume-from: a verified listing reads everything itself"
    } else if !args.filter.is_empty() {
        "--status, --since and --until cannot be combined with --checkpoint or --resume-from"
    } else if !args.output.output.is_continuable() {
        "--checkpoint and --resume-from need --output ndjson or csv"
    } else {
        return Ok(());
    };
    Err(usage_error(ErrorKind::ArgumentConflict, message))
}

fn configure(mut request: ListRequest<Snapshot>, args: &ListArgs) -> ListRequest<Snapshot> {
    if let Some(limit) = args.deadline {
        request = request.deadline(limit);
    }
    request
        .page_size(args.page_size)
        .max_in_flight(args.max_in_flight.into())
        .consistency(args.library_consistency())
}

fn open_checkpoint(args: &ListArgs) -> Result<Option<CheckpointFile>, clap::Error> {
    let Some(path) = &args.checkpoint else {
        return Ok(None);
    };
    let file = CheckpointFile::open(path).map_err(|error| cannot_write(path, &error))?;
    if args.resume_from.is_none() && file.is_something_else() {
        let error = "it exists, and is not a checkpoint file";
        return Err(cannot_write(path, &error));
    }
    Ok(Some(file))
}

fn cannot_write(path: &Path, error: &dyn Display) -> clap::Error {
    let path = shown(path);
    let message = format!("--checkpoint: cannot write {path}: {error}");
    usage_error(ErrorKind::ValueValidation, message)
}

/// What `--resume-from` names. A missing file means the beginning where this run writes it, and is
/// a mistake otherwise.
fn read_checkpoint(args: &ListArgs, file: Option<&CheckpointFile>) -> Result<Resumed, clap::Error> {
    let Some(path) = &args.resume_from else {
        return Ok(Resumed::default());
    };
    let refuse = |message| {
        let message = format!("--resume-from: {message}");
        usage_error(ErrorKind::ValueValidation, message)
    };
    if let Some(file) = file.filter(|file| file.is_at(path)) {
        return file.resume().map_err(refuse);
    }
    let resumed = Resumed::open(path).map_err(refuse)?;
    if resumed.contents.is_none() {
        let path = shown(path);
        return Err(refuse(format!(
            "there is no {path}; with --checkpoint {path} as well, that would mean from the start"
        )));
    }
    Ok(resumed)
}

/// A listing that is being printed.
struct Listing<'a> {
    stream: ItemStream<Snapshot>,
    writer: Writer<SnapshotRow>,
    /// The cluster of all rows.
    cluster: Rc<RowCluster>,
    interrupt: Interrupt,
    /// What the runs that this one resumes have printed.
    earlier: Progress,
    is_limited_to_a_single_pass: bool,
    filter: &'a FilterArgs,
    target: Target,
    waits: Waits,
    messages: Messages,
}

impl Listing<'_> {
    /// Prints the rows, and reports how the listing ended.
    async fn run(mut self) -> Exit {
        let printed = self.print_rows().await;
        match self.finish(printed) {
            Ok(()) => self.report_end(),
            // The reader needs no more rows, and there is nothing to resume.
            Err(stop) if stop.is_closed_pipe() && self.writer.hint().is_none() => Exit::Complete,
            Err(stop) => self.report_stop(&stop),
        }
    }

    /// Prints rows until the listing or the output ends. An item that cannot be read is reported,
    /// and the next one printed.
    async fn print_rows(&mut self) -> Result<(), StopReason> {
        loop {
            let (buffered, _) = self.stream.size_hint();
            if buffered == 0 {
                // The next row has yet to be received: show those that are here.
                self.writer.flush()?;
            }
            let next = tokio::select! {
                biased;
                signal = self.interrupt.arrives() => return Err(StopReason::Interrupted(signal)),
                next = self.waits.watch(self.stream.next()) => next,
            };
            match next {
                Some(Ok(snapshot)) if !self.filter.keeps(&snapshot) => {}
                Some(Ok(snapshot)) => {
                    let cluster = Rc::clone(&self.cluster);
                    self.writer.row(&SnapshotRow { cluster, snapshot })?;
                }
                Some(Err(error)) if error.kind() == LibraryErrorKind::InvalidItem => {
                    print_error(&error);
                }
                Some(Err(error)) => return Err(error.into()),
                None => return Ok(()),
            }
            self.writer
                .set_checkpoint(|| Contents::of(&self.stream, self.earlier));
        }
    }

    /// Writes what is left to write. What is printed looks whole only where the listing reached its
    /// end and every item could be read.
    fn finish(&mut self, printed: Result<(), StopReason>) -> Result<(), StopReason> {
        let summary = self.stream.summary();
        let exit = match &printed {
            Ok(()) => Exit::of_completeness(summary.completeness()),
            Err(stop) => stop.exit(summary.completeness()),
        };
        let Err(stop) = printed else {
            match exit {
                Exit::Complete | Exit::Incomplete => self.writer.finish()?,
                _ => self.writer.stop()?,
            }
            return self.writer.remove_checkpoint();
        };
        if stop.permits_output() {
            // An empty list would read as "there are no snapshots".
            let written = match exit {
                Exit::Incomplete if summary.delivered() > 0 => self.writer.finish(),
                _ => self.writer.stop(),
            };
            match written {
                // An interrupt is reported as the reason itself.
                Ok(()) | Err(StopReason::Interrupted(_)) => {}
                Err(also) => print_error(&also),
            }
        }
        Err(stop)
    }

    fn report_end(&self) -> Exit {
        if let Some(notice) = self.writer.notice() {
            self.messages.notice(notice);
        }
        self.report_resuming();
        let summary = self.stream.summary();
        self.messages.summary(&summary);
        Exit::of_completeness(summary.completeness())
    }

    fn report_stop(&self, stop: &StopReason) -> Exit {
        print_error(stop);
        print_line(format_args!("  listing: {}", self.target));
        let written = self.writer.rows_written();
        match self.writer.rows_torn() {
            0 => print_line(format_args!("  printed: {written} rows")),
            torn => print_line(format_args!(
                "  printed: {written} rows, perhaps some of the next {torn} too"
            )),
        }
        let summary = self.stream.summary();
        let exit = stop.exit(summary.completeness());
        if let (Some(hint), false) = (self.writer.hint(), exit == Exit::Usage) {
            print_line(format_args!("  {hint}"));
        }
        self.report_resuming();
        self.messages.summary(&summary);
        exit
    }

    /// Reports what the runs that this one resumes have done, because the summary is of this run
    /// alone, and that a run that can be resumed does not read again.
    fn report_resuming(&self) {
        let (printed, unreadable) = (self.earlier.printed, self.earlier.unreadable);
        let messages = self.messages;
        if printed > 0 {
            messages.notice(format_args!("rows printed by earlier runs: {printed}"));
        }
        if unreadable > 0 {
            messages.notice(format_args!(
                "items that earlier runs could not read: {unreadable}"
            ));
        }
        if self.is_limited_to_a_single_pass {
            messages.notice("read in a single pass, because of --checkpoint or --resume-from");
        }
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
mod tests {
    use atlas_snapshots::{Atlas, Consistency, RetryPolicy};
    use clap::Parser;

    use super::*;
    use crate::args::{Cli, Command};

    fn list_args(extra: &[&str]) -> ListArgs {
        let arguments = ["atlas-snapshots", "list", "--cluster", "Cluster0"];
        let arguments = arguments.iter().chain(extra);
        match Cli::parse_from(arguments).command {
            Command::List(args) => args,
            _ => panic!("another command"),
        }
    }

    fn request() -> ListRequest<Snapshot> {
        let atlas = Atlas::builder().base_url("http://127.0.0.1:1").build();
        let project = "32b6e34b3d91647abb20e7b8";
        atlas.unwrap().snapshots(project, "Cluster0")
    }

    fn configured(extra: &[&str]) -> String {
        format!("{:?}", configure(request(), &list_args(extra)))
    }

    #[test]
    fn the_defaults_are_the_library_s() {
        assert_eq!(configured(&[]), format!("{:?}", request()));
        assert_eq!(list_args(&[]).retry_policy(), RetryPolicy::default());
        let no_retries = list_args(&["--max-retries", "0"]);
        assert_eq!(no_retries.retry_policy(), RetryPolicy::none());
    }

    #[test]
    fn each_flag_sets_its_value_and_aliases_do_the_same() {
        let expected = |request: ListRequest<Snapshot>| format!("{request:?}");
        for (extra, request) in [
            (&["--page-size", "15"][..], request().page_size(15)),
            (&["--max-in-flight", "7"], request().max_in_flight(7)),
            (&["--prefetch", "7"], request().max_in_flight(7)),
            (
                &["--deadline", "1h30m"],
                request().deadline(std::time::Duration::from_secs(5_400)),
            ),
            (
                &["--consistency", "single-pass"],
                request().consistency(Consistency::single_pass()),
            ),
            (
                &["--consistency", "adaptive"],
                request().consistency(Consistency::adaptive()),
            ),
            (
                &["--consistency", "verified"],
                request().consistency(Consistency::verified()),
            ),
            (
                &["--verify"],
                request().consistency(Consistency::verified()),
            ),
        ] {
            assert_eq!(configured(extra), expected(request), "{extra:?}");
        }
    }

    #[test]
    fn a_listing_that_can_be_resumed_is_a_single_pass() {
        let single_pass = configured(&["--consistency", "single-pass"]);
        for flag in ["--checkpoint", "--resume-from"] {
            for consistency in ["adaptive", "single-pass"] {
                let resumable = ["--consistency", consistency, flag, "at.json"];
                assert_eq!(configured(&resumable), single_pass, "{flag}");
            }
            assert_eq!(configured(&[flag, "at.json"]), single_pass, "{flag}");
        }
    }
}
