//! `atlas-snapshots`: lists the snapshots of MongoDB Atlas clusters on the command line.
//!
//! Rows go to standard output, everything else to standard error. A module imports only from those
//! behind it in this list: `list`, `writer`, `setup`, `log`, `args`, `output`, `checkpoint_file`,
//! `exit`, `messages`, `legible`, `signals`, `stdout`.

mod args;
mod checkpoint_file;
mod exit;
mod legible;
mod list;
mod log;
mod messages;
mod output;
mod setup;
mod signals;
mod stdout;
mod writer;

use std::process::ExitCode;

use atlas_snapshots::RetryPolicy;

use args::{AuthCommand, Cli, Command, TargetArgs};
use exit::Exit;
use log::Waits;
use messages::{Messages, print_error, print_line, print_request_error};
use setup::{SetupError, Target, block_on};

fn main() -> ExitCode {
    let Cli { verbosity, command } = match args::parse() {
        Ok(cli) => cli,
        // Prints message and usage on standard error, or help and version on standard output.
        Err(error) => error.exit(),
    };
    let waits = Waits::report(verbosity);
    let messages = Messages {
        is_quiet: verbosity.is_quiet(),
    };
    let result = match command {
        Command::List(args) => list::run(&args, waits, messages),
        Command::Auth(AuthCommand::Check(args)) => check(&args, &waits, messages),
    };
    match result {
        Ok(exit) => exit.into(),
        // Ends with code 2.
        Err(SetupError::Usage(usage)) => usage.exit(),
        Err(SetupError::Failed(error)) => {
            print_error(&error);
            Exit::Failed.into()
        }
    }
}

/// The command `auth check`: requests one snapshot, and prints whether that was allowed.
fn check(args: &TargetArgs, waits: &Waits, messages: Messages) -> Result<Exit, SetupError> {
    let target = Target::resolve(args)?;
    let atlas = target.client(|builder| builder.retry_policy(RetryPolicy::none()))?;
    // With the page limit, no further page is requested ahead.
    let mut pages = target.request(&atlas).page_size(1).page_limit(1).pages();
    Ok(match block_on(waits.watch(pages.next())) {
        Ok(Some(Err(error))) => {
            print_request_error(&error);
            print_line(format_args!("  checked: {target}"));
            Exit::of_error(&error)
        }
        Ok(_) => {
            if !messages.is_quiet {
                print_line(format_args!("ok: may list the snapshots of {target}"));
            }
            Exit::Complete
        }
        Err(error) => {
            print_error(&error);
            Exit::Failed
        }
    })
}
