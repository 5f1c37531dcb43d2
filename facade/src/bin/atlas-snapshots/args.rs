//! The command line as clap sees it.

use std::fmt::Display;

use atlas_snapshots::{ClusterName, PageSize, Prefetch, ProjectId};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::output::Format;

/// List the backup snapshots of MongoDB Atlas serverless instances
///
/// A listing is complete, or the program says why not: by its exit code and on standard error.
#[derive(Debug, Parser)]
#[command(name = "atlas-snapshots", version, after_help = GETTING_STARTED)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(ListArgs),
}

/// Print every snapshot of one serverless instance
///
/// Reads the listing page by page and prints each snapshot once, in the order Atlas gives.
/// Rows go to standard output. Errors, notices and a closing summary go to standard error.
#[derive(Debug, Args)]
#[command(after_help = LIST_BRIEF, after_long_help = LIST_MANUAL)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,

    /// Snapshots to ask for in one request, 1 to 500
    #[arg(long, value_name = "N", default_value = "500", value_parser = page_size)]
    pub(crate) page_size: PageSize,

    /// Requests under way at once, 1 to 64
    #[arg(long, value_name = "N", default_value = "4", value_parser = prefetch)]
    pub(crate) prefetch: Prefetch,

    /// How to print the rows
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: Format,
}

/// What to list, and where.
#[derive(Debug, Args)]
pub(crate) struct TargetArgs {
    /// Atlas project, also called group: 24 hexadecimal digits, as in the address of its page
    /// [env: MONGODB_ATLAS_PROJECT_ID]
    #[arg(long, value_name = "ID")]
    pub(crate) project: Option<ProjectId>,

    /// Name of the serverless instance
    #[arg(long, value_name = "NAME")]
    pub(crate) instance: ClusterName,

    /// Where Atlas is, without a trailing slash; plain http for this machine only
    /// [env: MONGODB_ATLAS_OPS_MANAGER_URL] [default: https://cloud.mongodb.com]
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
}

const GETTING_STARTED: &str = "\
Example:
  export MONGODB_ATLAS_ACCESS_TOKEN=...  # access token of an Atlas service account
  atlas-snapshots list --project 32b6e34b3d91647abb20e7b8 --instance Instance0

'atlas-snapshots list --help' explains output formats, environment and exit codes.";

const LIST_BRIEF: &str = "\
The access token is read from MONGODB_ATLAS_ACCESS_TOKEN. '--help' shows examples, formats,
environment and exit codes.";

const LIST_MANUAL: &str = "\
Output formats:
  table   for reading; printed at the end, fitted to the width of the terminal
  json    one array of objects, field names as in the Atlas API
  ndjson  the same objects, one a line, printed as they arrive
  csv     a header and one line a snapshot, printed as they arrive; absent values are empty

Environment:
  MONGODB_ATLAS_ACCESS_TOKEN     Access token of an Atlas service account with the role
                                 Project Read Only. Not needed when the base URL is on this
                                 machine. There is no flag for it: others could read it.
  MONGODB_ATLAS_PROJECT_ID       The project, unless --project is given
  MONGODB_ATLAS_OPS_MANAGER_URL  The base URL, unless --base-url is given
  An empty variable counts as unset.

Exit codes:
  0  Listed to the end
  1  Failed: standard error says what, where, and how many rows were printed
  2  Bad usage: nothing was requested

Examples:
  # A table, project and token from the environment
  export MONGODB_ATLAS_ACCESS_TOKEN=...
  export MONGODB_ATLAS_PROJECT_ID=32b6e34b3d91647abb20e7b8
  atlas-snapshots list --instance Instance0

  # The ids of all completed snapshots
  atlas-snapshots list --instance Instance0 --output ndjson |
    jq -r 'select(.status == \"completed\").id'

  # A spreadsheet, and proof that it is whole
  atlas-snapshots list --instance Instance0 --output csv > snapshots.csv && echo complete

  # Against a mock on this machine, no token needed
  atlas-snapshots list --project 32b6e34b3d91647abb20e7b8 --instance Instance0 \\
    --base-url http://127.0.0.1:8080";

fn page_size(text: &str) -> Result<PageSize, String> {
    let items = text
        .parse()
        .map_err(|_| "must be a whole number, 1 to 500")?;
    PageSize::new(items).map_err(|error| error.to_string())
}

fn prefetch(text: &str) -> Result<Prefetch, String> {
    let pages = text
        .parse()
        .map_err(|_| "must be a whole number, 1 to 64")?;
    Prefetch::new(pages).map_err(|error| error.to_string())
}

/// A usage error found after parsing, told as clap tells its own.
pub(crate) fn usage_error(kind: ErrorKind, message: impl Display) -> clap::Error {
    let mut cli = Cli::command();
    // Gives the subcommand its full name for the usage line.
    cli.build();
    match cli.find_subcommand_mut("list") {
        Some(list) => list.error(kind, message),
        None => cli.error(kind, message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_defaults_are_the_library_s() {
        let cli = Cli::parse_from(["atlas-snapshots", "list", "--instance", "Instance0"]);
        let Command::List(args) = cli.command;
        assert_eq!(args.page_size, PageSize::default());
        assert_eq!(args.prefetch, Prefetch::default());
    }
}
