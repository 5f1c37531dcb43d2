//! Printing rows until they end, the output fails, or a signal arrives. A listing that can be resumed
//! has more to keep in step, which `list` does.

use std::future::Future;

use crate::args::OutputArgs;
use crate::exit::{Exit, StopReason};
use crate::log::Waits;
use crate::messages::{Messages, print_error, print_line};
use crate::output::{Row, Scope};
use crate::setup::{block_on, open_stdout};
use crate::signals::Interrupt;
use crate::stdout::Stdout;
use crate::writer::Writer;

/// Opens standard output, and lets `print` print rows.
pub(crate) fn print_rows(messages: Messages, print: impl AsyncFnOnce(Stdout) -> Exit) -> Exit {
    let stdout = match open_stdout(false, messages) {
        Ok(stdout) => stdout,
        Err(stop) => {
            print_error(&stop);
            return Exit::Failed;
        }
    };
    block_on(print(stdout)).unwrap_or_else(|error| {
        print_error(&error);
        Exit::Failed
    })
}

/// Rows that are being printed.
pub(crate) struct Rows<R> {
    writer: Writer<R>,
    interrupt: Interrupt,
    waits: Waits,
}

impl<R: Row> Rows<R> {
    /// To be called in the runtime.
    pub(crate) fn new(output: OutputArgs, scope: Scope, stdout: Stdout, waits: Waits) -> Self {
        let interrupt = Interrupt::watched(|signal| Exit::of_signal(signal) as i32)
            .unwrap_or_else(|_| Interrupt::unwatched());
        let format = output.output.open(scope, false, output.csv_safe);
        Self {
            writer: Writer::new(format, stdout, None, interrupt.clone()),
            interrupt,
            waits,
        }
    }

    /// Prints the rows so far, and waits for what is next.
    pub(crate) async fn next<T>(&mut self, next: impl Future<Output = T>) -> Result<T, StopReason> {
        self.writer.flush()?;
        tokio::select! {
            biased;
            signal = self.interrupt.arrives() => Err(StopReason::Interrupted(signal)),
            next = self.waits.watch(next) => Ok(next),
        }
    }

    pub(crate) fn row(&mut self, row: &R) -> Result<(), StopReason> {
        self.writer.row(row)
    }

    /// Prints what is left, and why it is not more. `exit` is the code where nothing went wrong here.
    pub(crate) fn end(mut self, ended: Result<(), StopReason>, exit: Exit) -> Exit {
        let ended = ended.and_then(|()| match exit {
            Exit::Complete | Exit::Incomplete => self.writer.finish(),
            _ => self.writer.stop(),
        });
        let Err(stop) = ended else {
            if let Some(notice) = self.writer.notice() {
                print_line(format_args!("notice: {notice}"));
            }
            return exit;
        };
        if stop.is_closed_pipe() {
            return Exit::Complete;
        }
        if stop.permits_output()
            && let Err(also) = self.writer.stop()
            && !matches!(also, StopReason::Interrupted(_))
        {
            print_error(&also);
        }
        print_error(&stop);
        print_line(format_args!(
            "  printed: {} rows",
            self.writer.rows_written()
        ));
        stop.exit_code()
    }
}
