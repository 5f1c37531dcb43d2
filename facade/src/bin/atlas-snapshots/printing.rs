//! A listing from its first row to its last words.

use std::io;

use atlas_snapshots::{ErrorKind, Snapshots};
use futures_util::{Stream, StreamExt};

use crate::bookmark::Bookmark;
use crate::diagnostics::{say, say_error, say_summary};
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::output::Output;
use crate::place::{Place, SoFar};
use crate::printer::Printer;
use crate::stop::Stop;
use crate::target::Target;

/// A listing to be printed.
pub(crate) struct Printing {
    pub(crate) snapshots: Snapshots,
    pub(crate) output: Box<dyn Output>,
    pub(crate) bookmark: Option<Bookmark>,
    /// What the runs that this one continues have done.
    pub(crate) earlier: SoFar,
    pub(crate) target: Target,
}

impl Printing {
    /// Prints the listing, and says how it went.
    pub(crate) async fn run(self) -> Exit {
        // With a place to keep, an interrupt ends the program in order. Without one, at once.
        let interrupt = match &self.bookmark {
            Some(_) => Interrupt::watched().unwrap_or_else(|_| Interrupt::unwatched()),
            None => Interrupt::unwatched(),
        };
        let hint = self.bookmark.as_ref().map(Bookmark::hint);
        let out = io::stdout().lock();
        let mut run = Run {
            snapshots: self.snapshots,
            printer: Printer::new(self.output, out, self.bookmark, interrupt.clone()),
            interrupt,
            earlier: self.earlier,
        };
        let listed = run.print_rows().await;
        match run.wind_up(listed) {
            Ok(()) => run.conclude(),
            // It has seen enough, and nobody means to go on.
            Err(stop) if stop.is_reader_leaving() && hint.is_none() => Exit::Complete,
            Err(stop) => run.explain(&stop, &self.target, hint.as_deref()),
        }
    }
}

struct Run {
    snapshots: Snapshots,
    printer: Printer,
    interrupt: Interrupt,
    earlier: SoFar,
}

impl Run {
    /// Prints rows until the listing or the output ends. A row that cannot be read is reported,
    /// and the next one printed.
    async fn print_rows(&mut self) -> Result<(), Stop> {
        loop {
            let (buffered, _) = self.snapshots.size_hint();
            if buffered == 0 {
                // The next row has yet to travel: show those that are here.
                self.printer.flush()?;
            }
            let next = tokio::select! {
                biased;
                () = self.interrupt.comes() => return Err(Stop::Interrupted),
                next = self.snapshots.next() => next,
            };
            match next {
                Some(Ok(snapshot)) => self.printer.row(&snapshot)?,
                Some(Err(error)) if error.kind() == ErrorKind::Row => say_error(&error),
                Some(Err(error)) => return Err(error.into()),
                None => return Ok(()),
            }
            self.printer
                .stand_at(|| Place::of(&self.snapshots, self.earlier));
        }
    }

    /// Writes what is left to write.
    fn wind_up(&mut self, listed: Result<(), Stop>) -> Result<(), Stop> {
        let Err(stop) = listed else {
            self.printer.finish()?;
            return self.printer.forget_place();
        };
        if stop.lets_rows_out() {
            // A listing that failed before its first row prints nothing: an empty list would read
            // as "there are no snapshots".
            let let_out = if self.snapshots.summary().delivered() > 0 {
                self.printer.finish()
            } else {
                self.printer.flush()
            };
            match let_out {
                // Told already.
                Ok(()) | Err(Stop::Interrupted) => {}
                Err(also) => say_error(&also),
            }
        }
        Err(stop)
    }

    fn conclude(&self) -> Exit {
        if let Some(notice) = self.printer.notice() {
            say(format_args!("notice: {notice}"));
        }
        self.recall();
        let summary = self.snapshots.summary();
        say_summary(&summary);
        Exit::of_end(&summary, self.earlier.unreadable)
    }

    fn explain(&self, stop: &Stop, target: &Target, hint: Option<&str>) -> Exit {
        say_error(stop);
        say(format_args!("  listing: {target}"));
        let written = self.printer.written();
        if let Stop::Output(_) = stop {
            let next = self.printer.waiting();
            say(format_args!(
                "  printed: {written} rows, perhaps some of the next {next} too"
            ));
        } else {
            say(format_args!("  printed: {written} rows"));
        }
        let summary = self.snapshots.summary();
        let exit = stop.exit(summary.row_errors());
        if let (Some(hint), false) = (hint, exit == Exit::Usage) {
            say(format_args!("  {hint}"));
        }
        self.recall();
        say_summary(&summary);
        exit
    }

    /// Says what came of the runs that this one continues; the summary is of this run alone.
    fn recall(&self) {
        let (printed, unreadable) = (self.earlier.printed, self.earlier.unreadable);
        if printed > 0 {
            say(format_args!(
                "notice: rows printed by earlier runs: {printed}"
            ));
        }
        if unreadable > 0 {
            say(format_args!(
                "notice: rows that earlier runs could not read: {unreadable}"
            ));
        }
    }
}
