//! Command line of the project's tasks, run as `cargo xtask <task>`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool writes to its standard streams"
)]

mod bundle;
mod check;
mod ci;
mod codegen;
mod generate;
mod lists;

use std::{
    fmt::{self, Display},
    path::Path,
    process::ExitCode,
};

use clap::Parser;

/// The project's tasks.
#[derive(Parser)]
#[command(name = "xtask", bin_name = "cargo xtask", version)]
enum Task {
    Ci(ci::Args),
    Codegen(codegen::Args),
}

fn main() -> ExitCode {
    let result = match Task::parse() {
        Task::Ci(args) => ci::run(&args),
        Task::Codegen(args) => codegen::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the workspace.
fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// An error message: the problem, the place, and how to solve it.
#[derive(Debug)]
struct Failure {
    place: String,
    problem: String,
    help: Option<String>,
}

impl Failure {
    fn new(place: impl Display, problem: impl Display) -> Self {
        Self {
            place: place.to_string(),
            problem: problem.to_string(),
            help: None,
        }
    }

    fn help(mut self, help: impl Display) -> Self {
        self.help = Some(help.to_string());
        self
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}\n  --> {}", self.problem, self.place)?;
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}
