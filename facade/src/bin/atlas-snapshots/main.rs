//! `atlas-snapshots`: the snapshots of a MongoDB Atlas serverless instance, on the command line.
//!
//! Rows go to standard output, everything else to standard error.

mod args;
mod diagnostics;
mod environment;
mod exit;
mod list;
mod output;
mod target;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::List(args) => list::run(args),
    };
    match result {
        Ok(exit) => exit.into(),
        // Prints message and usage on standard error, and ends with code 2.
        Err(usage) => usage.exit(),
    }
}
