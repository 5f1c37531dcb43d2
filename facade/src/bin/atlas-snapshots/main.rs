//! `atlas-snapshots`: the snapshots of a MongoDB Atlas serverless instance, on the command line.
//!
//! Rows go to standard output, everything else to standard error.

mod args;
mod bookmark;
mod check;
mod diagnostics;
mod environment;
mod exit;
mod interrupt;
mod list;
mod output;
mod place;
mod printer;
mod printing;
mod room;
mod runtime;
mod stop;
mod target;

use std::process::ExitCode;

use clap::Parser;

use args::{AuthCommand, Cli, Command};
use diagnostics::say_error;
use exit::Exit;
use target::NoClient;

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::List(args) => list::run(args),
        Command::Auth(AuthCommand::Check(args)) => check::run(args),
    };
    match result {
        Ok(exit) => exit.into(),
        // Prints message and usage on standard error, and ends with code 2.
        Err(NoClient::Usage(usage)) => usage.exit(),
        Err(NoClient::Failed(error)) => {
            say_error(&error);
            Exit::Failed.into()
        }
    }
}
