//! The command `list`.

use std::future::Future;
use std::io;
use std::num::NonZeroU32;

use atlas_snapshots::{Consistency, ErrorKind, RetryPolicy, Snapshots};
use clap::error::ErrorKind as UsageErrorKind;
use futures_util::{Stream, StreamExt};
use tokio::runtime::Builder;

use crate::args::{ListArgs, usage_error};
use crate::bookmark::{self, Bookmark};
use crate::diagnostics::{say, say_error, say_summary};
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::output::Output;
use crate::target::{NoClient, Target};

/// Why rows stopped coming before the end.
#[derive(Debug, thiserror::Error)]
enum Stop {
    #[error(transparent)]
    Listing(#[from] atlas_snapshots::Error),
    #[error("cannot write to standard output")]
    Output(#[source] io::Error),
    #[error("cannot keep the checkpoint")]
    Bookmark(#[source] io::Error),
    #[error("interrupted")]
    Interrupted,
}

/// Lists, or says what is wrong with the arguments.
pub(crate) fn run(args: ListArgs) -> Result<Exit, NoClient> {
    let target = Target::resolve(args.target)?;
    let keeps_place = args.checkpoint.is_some() || args.resume_from.is_some();
    if keeps_place && !args.output.can_be_continued() {
        return Err(usage_error(
            UsageErrorKind::ArgumentConflict,
            "--checkpoint and --resume-from want --output ndjson or csv",
        )
        .into());
    }
    let from = match &args.resume_from {
        Some(path) => bookmark::read(path)
            .map_err(|message| usage_error(UsageErrorKind::ValueValidation, message))?,
        None => None,
    };
    let attempts = NonZeroU32::MIN.saturating_add(args.max_retries);
    let policy = RetryPolicy::default().max_attempts(attempts);
    let atlas = target.client(|builder| builder.retry(policy))?;
    let mut listing = target
        .listing(&atlas)
        .page_size(args.page_size)
        .prefetch(args.prefetch)
        .deadline(args.deadline);
    if args.verify {
        listing = listing.consistency(Consistency::verified());
    }
    let output = args.output.open(io::stdout().lock(), from.is_some());
    if let Some(from) = from {
        listing = listing.resume_from(from);
    }
    let printing = Printing {
        snapshots: listing.stream(),
        output,
        bookmark: args.checkpoint.map(Bookmark::at),
        target,
    };
    Ok(on_runtime(printing.run()).unwrap_or_else(|error| {
        say_error(&error);
        Exit::Failed
    }))
}

/// Runs `future` with one worker beside the main thread: when writing rows blocks because their
/// reader is slow, pages in flight still arrive instead of timing out.
pub(crate) fn on_runtime<T>(future: impl Future<Output = T>) -> io::Result<T> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let done = runtime.block_on(future);
    // Do not wait for what may hang, such as a name lookup.
    runtime.shutdown_background();
    Ok(done)
}

/// A listing on its way to standard output.
struct Printing {
    snapshots: Snapshots,
    output: Box<dyn Output>,
    bookmark: Option<Bookmark>,
    target: Target,
}

impl Printing {
    /// Prints the listing, and says how it went.
    async fn run(mut self) -> Exit {
        let listed = self.print_rows().await;
        let summary = self.snapshots.summary();
        // A listing that failed before its first row prints nothing: an empty list would read as
        // "there are no snapshots".
        let finished = if listed.is_ok() || summary.delivered() > 0 {
            self.output.finish().map_err(Stop::Output)
        } else {
            Ok(())
        };
        let Err(stop) = listed.and(finished).and_then(|()| self.forget_place()) else {
            say_summary(&summary);
            return Exit::of_end(&summary);
        };
        if matches!(&stop, Stop::Output(error) if error.kind() == io::ErrorKind::BrokenPipe) {
            // The reader has seen enough, as in `| head -1`.
            return Exit::Complete;
        }
        self.explain(&stop);
        match stop {
            Stop::Listing(error) if error.kind() == ErrorKind::InvalidArgument => Exit::Usage,
            Stop::Listing(error) => Exit::of_error(error.kind()),
            Stop::Output(_) | Stop::Bookmark(_) | Stop::Interrupted => Exit::Failed,
        }
    }

    /// Prints rows until the listing or the output ends. A row that cannot be read is reported,
    /// and the next one printed.
    async fn print_rows(&mut self) -> Result<(), Stop> {
        let mut interrupt = Interrupt::watched_if(self.bookmark.is_some());
        loop {
            let (buffered, _) = self.snapshots.size_hint();
            if buffered == 0 {
                // The next row has yet to travel: show those that are here.
                self.output.flush().map_err(Stop::Output)?;
                self.keep_place()?;
            }
            let next = tokio::select! {
                next = self.snapshots.next() => next,
                () = interrupt.comes() => return Err(Stop::Interrupted),
            };
            match next {
                Some(Ok(snapshot)) => self.output.row(&snapshot).map_err(Stop::Output)?,
                Some(Err(error)) if error.kind() == ErrorKind::Row => say_error(&error),
                Some(Err(error)) => return Err(error.into()),
                None => return Ok(()),
            }
        }
    }

    /// Keeps where the listing stands, once it has got anywhere.
    fn keep_place(&self) -> Result<(), Stop> {
        match &self.bookmark {
            Some(bookmark) if self.snapshots.summary().delivered() > 0 => bookmark
                .set(&self.snapshots.checkpoint())
                .map_err(Stop::Bookmark),
            _ => Ok(()),
        }
    }

    fn forget_place(&self) -> Result<(), Stop> {
        let removed = self.bookmark.as_ref().map(Bookmark::remove);
        removed.unwrap_or(Ok(())).map_err(Stop::Bookmark)
    }

    fn explain(&self, stop: &Stop) {
        let (summary, target) = (self.snapshots.summary(), &self.target);
        say_error(stop);
        say(format_args!("  listing: {target}"));
        let printed = summary.delivered();
        if let Stop::Output(_) = stop {
            say(format_args!("  printed: at most {printed} rows"));
            return;
        }
        say(format_args!("  printed: {printed} rows"));
        if let (Some(bookmark), false) = (&self.bookmark, matches!(stop, Stop::Bookmark(_))) {
            let path = bookmark.path().display();
            say(format_args!("  go on with: --resume-from {path}"));
        }
        say_summary(&summary);
    }
}
