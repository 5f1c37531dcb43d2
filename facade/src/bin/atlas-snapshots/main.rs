//! `atlas-snapshots`: lists the snapshots of MongoDB Atlas clusters on the command line.
//!
//! Rows go to standard output, everything else to standard error. A module imports only from those
//! behind it in this list: `list`, `check`, `fleet`, `discovery`, `wait`, `latest`, `auth_check`,
//! `manual`, `rows`, `writer`, `setup`, `log`, `args`, `help`, `output`, `checkpoint_file`, `exit`,
//! `messages`, `legible`, `signals`, `stdout`.

mod args;
mod auth_check;
mod check;
mod checkpoint_file;
mod discovery;
mod exit;
mod fleet;
mod help;
mod latest;
mod legible;
mod list;
mod log;
mod manual;
mod messages;
mod output;
mod rows;
mod setup;
mod signals;
mod stdout;
mod wait;
mod writer;

use std::process::ExitCode;

use args::{AuthCommand, CheckFormat, Cli, Command};
use exit::Exit;
use log::Waits;
use messages::{Messages, print_error};
use setup::SetupError;

fn main() -> ExitCode {
    let Cli { verbosity, command } = match args::parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() && args::is_check() => {
            return check::unknown(error.into(), CheckFormat::Text);
        }
        // Prints message and usage on standard error, or help and version on standard output.
        Err(error) => error.exit(),
    };
    let waits = Waits::report(verbosity);
    let messages = Messages {
        is_quiet: verbosity.is_quiet(),
    };
    let result = match command {
        Command::List(args) => match args.scope.one_cluster() {
            Some(target) => list::run(&args, &target, waits, messages),
            None => fleet::run(&args, waits, messages),
        },
        Command::Clusters(args) => discovery::print_clusters(&args, waits, messages),
        Command::Projects(args) => discovery::print_projects(&args, waits, messages),
        Command::Latest(args) => latest::run(&args, &waits, messages),
        Command::Wait(args) => wait::run(&args, messages),
        Command::Completions { shell } => Ok(manual::print_completions(shell)),
        Command::Man { command } => manual::print(command.as_deref()),
        Command::Auth(AuthCommand::Check(args)) => auth_check::run(&args, &waits, messages),
        Command::Check(args) => return check::run(&args, &waits),
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
