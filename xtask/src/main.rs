//! The project's chores, run as `cargo xtask <chore>`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool speaks through its streams"
)]

mod ci;
mod codegen;
mod failure;

use std::process::ExitCode;

use clap::Parser;

/// The project's chores.
#[derive(Parser)]
#[command(name = "xtask", bin_name = "cargo xtask", version)]
enum Chore {
    Ci(ci::Args),
    Codegen(codegen::Args),
}

fn main() -> ExitCode {
    let done = match Chore::parse() {
        Chore::Ci(args) => ci::run(&args),
        Chore::Codegen(args) => codegen::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}
