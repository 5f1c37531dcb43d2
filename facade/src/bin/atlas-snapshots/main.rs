//! `atlas-snapshots`: lists the snapshots of MongoDB Atlas clusters on the command line.
//!
//! Rows go to standard output, everything else to standard error. A module imports only from those
//! behind it in this list: `list`, `writer`, `setup`, `args`, `output`, `checkpoint_file`, `exit`,
//! `signals`, `stdout`.

mod args;
mod checkpoint_file;
mod exit;
mod list;
mod output;
mod setup;
mod signals;
mod stdout;
mod writer;

use std::process::ExitCode;

use atlas_snapshots::RetryPolicy;
use clap::Parser;

use args::{AuthCommand, Cli, Command, TargetArgs};
use exit::{Exit, print_error, print_line};
use setup::{SetupError, Target, block_on};

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::List(args) => list::run(&args),
        Command::Auth(AuthCommand::Check(args)) => check(&args),
    };
    match result {
        Ok(exit) => exit.into(),
        // Prints message and usage on standard error, and ends with code 2.
        Err(SetupError::Usage(usage)) => usage.exit(),
        Err(SetupError::Failed(error)) => {
            print_error(&error);
            Exit::Failed.into()
        }
    }
}

/// The command `auth check`: requests one snapshot, and prints whether that was allowed.
fn check(args: &TargetArgs) -> Result<Exit, SetupError> {
    let target = Target::resolve(args)?;
    let atlas = target.client(|builder| builder.retry_policy(RetryPolicy::none()))?;
    // With the page limit, no further page is requested ahead.
    let mut pages = target.request(&atlas).page_size(1).page_limit(1).pages();
    Ok(match block_on(async move { pages.next().await }) {
        Ok(Some(Err(error))) => {
            print_error(&error);
            print_line(format_args!("  checked: {target}"));
            Exit::of_error(&error)
        }
        Ok(_) => {
            print_line(format_args!("ok: may list the snapshots of {target}"));
            Exit::Complete
        }
        Err(error) => {
            print_error(&error);
            Exit::Failed
        }
    })
}
