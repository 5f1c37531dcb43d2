//! The command line: commands, flags and the text of `--help`.

use std::fmt::Display;
use std::path::PathBuf;
use std::time::Duration;

use atlas_snapshots::chrono::{DateTime, TimeDelta, Utc};
use atlas_snapshots::{ClusterName, Consistency, ProjectId, RetryPolicy, Snapshot, SnapshotStatus};
use clap::error::{ContextValue, ErrorKind};
use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum};

use clap_complete::Shell;

use crate::help::{CHECK_EXIT_CODES, GETTING_STARTED, LIST_BRIEF, LIST_MANUAL};
use crate::legible::legible;
use crate::output::Format;

/// List the backup snapshots of MongoDB Atlas clusters, of one or of a whole organisation
///
/// A listing is complete, or the program says why not: by its exit code and on standard error.
#[derive(Debug, Parser)]
#[command(name = "atlas-snapshots", version, after_help = GETTING_STARTED)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) verbosity: Verbosity,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What is printed on standard error beside errors.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Verbosity {
    /// Log retries and waits; -vv every request, -vvv everything. RUST_LOG takes precedence
    #[arg(short, long, global = true, action = ArgAction::Count, display_order = 900)]
    pub(crate) verbose: u8,

    /// Print only errors, and the summary of a listing that is not complete
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        display_order = 901
    )]
    quiet: bool,
}

impl Verbosity {
    pub(crate) fn is_quiet(self) -> bool {
        self.quiet
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(ListArgs),
    /// Print the clusters of a project, or of all projects, of every kind
    Clusters(ClustersArgs),
    /// Print the projects that the credentials may see
    Projects(ProjectsArgs),
    /// Check that every cluster has a fresh completed snapshot, for monitoring
    Check(CheckArgs),
    /// Print the newest completed snapshot of a cluster
    Latest(LatestArgs),
    /// Wait until a snapshot completes or fails
    Wait(WaitArgs),
    /// Check authentication
    #[command(subcommand)]
    Auth(AuthCommand),
    /// Print a script that completes commands and flags in a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual, or that of a command such as list, for man
    Man {
        /// The command
        command: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuthCommand {
    /// Check with one small request whether the credentials may list the snapshots of a cluster, or
    /// without one, which projects they may see; and if not, why
    Check(TargetArgs),
}

/// Print every snapshot of one cluster, of several, or of all
///
/// Reads each listing page by page and prints each snapshot once, in the order of Atlas; those that
/// are found only when it is read again come last. Several clusters are read at once, and each is
/// printed when it has been read. Rows go to standard output. Errors, notices and a closing summary
/// go to standard error.
#[derive(Debug, Args)]
#[command(after_help = LIST_BRIEF, after_long_help = LIST_MANUAL)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,

    /// Snapshots to request per page, 1 to 500
    #[arg(long, value_name = "N", default_value = "500")]
    #[arg(value_parser = within::<1, 500>)]
    pub(crate) page_size: u16,

    /// Pages of one cluster to request at once, 1 to 64
    #[arg(long, alias = "prefetch", value_name = "N", default_value = "4")]
    #[arg(value_parser = within::<1, 64>)]
    pub(crate) max_in_flight: u16,

    #[command(flatten)]
    pub(crate) output: OutputArgs,

    #[command(flatten)]
    pub(crate) filter: FilterArgs,

    /// How sure to be that no snapshot was missed, where there is more than one page
    #[arg(long, value_name = "LEVEL", default_value = "adaptive")]
    consistency: ConsistencyChoice,

    /// Short for --consistency verified
    #[arg(long, conflicts_with = "consistency")]
    verify: bool,

    /// The longest the whole listing may take, such as 30s, 5m or 1h30m [default: no limit]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) deadline: Option<Duration>,

    /// How often at most to request a failed page again before giving up; 0 for not at all
    #[arg(long, value_name = "N", default_value = "4", value_parser = count)]
    pub(crate) max_retries: u32,

    /// Keep in this file how far the listing has come, for a later --resume-from; it is removed
    /// at the end of the listing. The pages are read in a single pass
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,

    /// Print only what follows the state that --checkpoint kept in this file; may be missing
    /// where --checkpoint names the same file. The pages are read in a single pass
    #[arg(long, value_name = "FILE")]
    pub(crate) resume_from: Option<PathBuf>,
}

impl ListArgs {
    pub(crate) fn consistency(&self) -> ConsistencyChoice {
        if self.verify {
            ConsistencyChoice::Verified
        } else {
            self.consistency
        }
    }

    pub(crate) fn library_consistency(&self) -> Consistency {
        match self.consistency() {
            ConsistencyChoice::Adaptive if self.is_limited_to_a_single_pass() => {
                Consistency::single_pass()
            }
            ConsistencyChoice::Adaptive => Consistency::adaptive(),
            ConsistencyChoice::Verified => Consistency::verified(),
            ConsistencyChoice::SinglePass => Consistency::single_pass(),
        }
    }

    pub(crate) fn retry_policy(&self) -> RetryPolicy {
        RetryPolicy::default().max_retries(self.max_retries)
    }

    /// Whether another run can resume this one, or this one resumes another.
    pub(crate) fn is_resumable(&self) -> bool {
        self.checkpoint.is_some() || self.resume_from.is_some()
    }

    /// Whether this run reads in a single pass because it can be resumed. Items that another pass
    /// finds can be behind the place to resume from, where a resumed run would print them again.
    pub(crate) fn is_limited_to_a_single_pass(&self) -> bool {
        self.is_resumable() && self.consistency() == ConsistencyChoice::Adaptive
    }
}

/// What `--consistency` accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConsistencyChoice {
    /// Read once, and again as for verified on any sign that a snapshot may be missing; with
    /// --checkpoint or --resume-from, read once
    Adaptive,
    /// Read again until two passes agree; at least two requests per page
    Verified,
    /// Read once, and report any sign that a snapshot may be missing
    SinglePass,
}

/// What `--api` accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ApiChoice {
    /// The first of them that knows the cluster
    Auto,
    /// The API of Flex clusters
    Flex,
    /// The API of dedicated clusters
    Cluster,
    /// The API of serverless instances, past its sunset
    Serverless,
}

/// One cluster, and where it is.
#[derive(Debug, Args)]
pub(crate) struct TargetArgs {
    /// Atlas project, also called group: 24 hexadecimal digits, as in the address of its page
    /// [env: MONGODB_ATLAS_PROJECT_ID]
    #[arg(short, long, value_name = "ID")]
    pub(crate) project: Option<ProjectId>,

    /// Name of the cluster [env: MONGODB_ATLAS_CLUSTER]
    #[arg(short, long, value_name = "NAME")]
    pub(crate) cluster: Option<ClusterName>,

    /// Name of a serverless instance; short for --cluster NAME --api serverless
    #[arg(long, hide = true, value_name = "NAME", conflicts_with_all = ["cluster", "api"])]
    pub(crate) instance: Option<ClusterName>,

    /// Which API to use
    #[arg(long, default_value = "auto")]
    pub(crate) api: ApiChoice,

    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// One cluster or several, and where they are.
#[derive(Debug, Args)]
pub(crate) struct ScopeArgs {
    #[command(flatten)]
    pub(crate) projects: ProjectScopeArgs,

    /// Name of the cluster; may be repeated [env: MONGODB_ATLAS_CLUSTER]
    #[arg(short, long, value_name = "NAME")]
    pub(crate) cluster: Vec<ClusterName>,

    /// Name of a serverless instance; short for --cluster NAME --api serverless
    #[arg(long, hide = true, value_name = "NAME", conflicts_with_all = ["cluster", "api"])]
    instance: Option<ClusterName>,

    /// List every cluster of the project
    #[arg(long, conflicts_with_all = ["cluster", "instance"])]
    all_clusters: bool,

    /// Leave this cluster out; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) exclude_cluster: Vec<ClusterName>,

    /// List only clusters that have this tag, or whose project has it; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = tag)]
    pub(crate) tag: Vec<(String, String)>,

    /// Which API to use for the cluster
    #[arg(long, default_value = "auto")]
    api: ApiChoice,
}

/// Projects, and where they are.
#[derive(Debug, Args)]
pub(crate) struct ProjectScopeArgs {
    /// Atlas project, also called group: 24 hexadecimal digits, as in the address of its page; may
    /// be repeated [env: MONGODB_ATLAS_PROJECT_ID]
    #[arg(short, long, value_name = "ID")]
    pub(crate) project: Vec<ProjectId>,

    /// Every project that the credentials may see
    #[arg(long, conflicts_with = "project")]
    pub(crate) all_projects: bool,

    /// Leave this project out, by its id or name; may be repeated
    #[arg(long, value_name = "PROJECT")]
    pub(crate) exclude_project: Vec<String>,

    /// Requests to send at once where there are several clusters, 1 to 128 [default: 16]
    #[arg(long, value_name = "N", value_parser = within::<1, 128>)]
    pub(crate) concurrency: Option<u16>,

    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// Where Atlas is.
#[derive(Debug, Clone, Args)]
pub(crate) struct ConnectionArgs {
    /// Base URL of Atlas; plain http for loopback hosts only
    /// [env: MONGODB_ATLAS_OPS_MANAGER_URL] [default: https://cloud.mongodb.com]
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
}

impl ScopeArgs {
    /// The cluster to be listed; `None` where there can be several.
    pub(crate) fn one_cluster(&self) -> Option<TargetArgs> {
        let ProjectScopeArgs {
            project,
            all_projects,
            connection,
            ..
        } = &self.projects;
        let several = project.len() > 1 || self.cluster.len() > 1;
        if *all_projects || self.all_clusters || several {
            return None;
        }
        Some(TargetArgs {
            project: project.first().cloned(),
            cluster: self.cluster.first().cloned(),
            instance: self.instance.clone(),
            api: self.api,
            connection: connection.clone(),
        })
    }

    /// Refuses flags that are for several clusters where there is one, and the other way round.
    pub(crate) fn check_flags(&self) -> Result<(), clap::Error> {
        let projects = &self.projects;
        let is_one = self.one_cluster().is_some();
        for (is_given, flag) in [
            (
                is_one && !self.exclude_cluster.is_empty(),
                "--exclude-cluster",
            ),
            (
                is_one && !projects.exclude_project.is_empty(),
                "--exclude-project",
            ),
            (is_one && !self.tag.is_empty(), "--tag"),
            (is_one && projects.concurrency.is_some(), "--concurrency"),
            (!is_one && self.api != ApiChoice::Auto, "--api"),
            (!is_one && self.instance.is_some(), "--instance"),
        ] {
            if is_given {
                let which = if is_one {
                    "needs several clusters: --all-clusters, --all-projects, or more than one --cluster"
                } else {
                    "is for one cluster"
                };
                let message = format!("{flag} {which}");
                return Err(usage_error(ErrorKind::ArgumentConflict, message));
            }
        }
        Ok(())
    }
}

/// Which snapshots to print. All are listed all the same.
#[derive(Debug, Args)]
pub(crate) struct FilterArgs {
    /// Print only snapshots with this status: queued, inProgress, completed or failed; may be
    /// repeated
    #[arg(long, value_name = "STATUS", value_parser = status)]
    status: Vec<SnapshotStatus>,

    /// Print only snapshots taken at or after this time, such as 2026-11-20T12:00:00Z, or 7d for
    /// the last seven days
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<DateTime<Utc>>,

    /// Print only snapshots taken at or before this time
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<DateTime<Utc>>,
}

impl FilterArgs {
    /// Whether every snapshot is printed.
    pub(crate) fn is_empty(&self) -> bool {
        self.status.is_empty() && self.since.is_none() && self.until.is_none()
    }

    /// Whether a snapshot is printed. One without a date was taken at no time.
    pub(crate) fn keeps(&self, snapshot: &Snapshot) -> bool {
        let is_listed = |status| self.status.contains(status);
        let is_within = |created| {
            self.since.is_none_or(|since| since <= created)
                && self.until.is_none_or(|until| created <= until)
        };
        let is_dated = self.since.is_none() && self.until.is_none();
        (self.status.is_empty() || snapshot.status().is_some_and(is_listed))
            && snapshot.created_at().map_or(is_dated, is_within)
    }
}

/// How to print rows.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct OutputArgs {
    /// How to print the rows
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: Format,

    /// Print an apostrophe before a csv value that a spreadsheet would read as a formula
    #[arg(long)]
    pub(crate) csv_safe: bool,
}

/// What to list of projects.
#[derive(Debug, Args)]
pub(crate) struct ClustersArgs {
    #[command(flatten)]
    pub(crate) projects: ProjectScopeArgs,

    /// Print also the deleted clusters whose snapshots were retained
    #[arg(long)]
    pub(crate) include_deleted: bool,

    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Check that every cluster has a fresh completed snapshot
///
/// Prints one line with the state, counts and performance data, as monitoring plugins do, and a line
/// for each problem. A cluster is stale or missing only where its list of snapshots was read
/// completely. A Free cluster, which has no backups, is ok; one whose backups are off is critical.
#[derive(Debug, Args)]
#[command(after_help = CHECK_EXIT_CODES)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,

    /// The age up to which the newest completed snapshot is fresh, such as 26h
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) max_age: Duration,

    /// The age above which a fresh snapshot is a warning
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) warn_age: Option<Duration>,

    /// The fewest completed snapshots that a cluster must have
    #[arg(long, value_name = "N", default_value = "1")]
    pub(crate) min_completed: u64,

    /// How to print the result
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: CheckFormat,

    /// Write to this file instead of standard output; it is replaced at once
    #[arg(long, value_name = "FILE")]
    pub(crate) output_file: Option<PathBuf>,

    /// The longest the whole check may take, such as 30s or 5m [default: no limit]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) deadline: Option<Duration>,

    /// How often at most to request a failed page again before giving up; 0 for not at all
    #[arg(long, value_name = "N", default_value = "4", value_parser = count)]
    max_retries: u32,
}

impl CheckArgs {
    pub(crate) fn retry_policy(&self) -> RetryPolicy {
        RetryPolicy::default().max_retries(self.max_retries)
    }
}

/// What `check --output` accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// One line for a monitoring system, and one for each problem
    Text,
    /// One array of objects, one for each cluster
    Json,
    /// One object a line
    Ndjson,
    /// A header and one line a cluster
    Csv,
    /// Gauges in the text format of Prometheus
    Prometheus,
}

/// Print the newest completed snapshot of a cluster
///
/// Exit code 5 where there is none, 3 where the list may be incomplete.
#[derive(Debug, Args)]
pub(crate) struct LatestArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,

    /// The newest one at or before this time, such as 2026-11-20T12:00:00Z, or 7d for seven days ago
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) before: Option<DateTime<Utc>>,

    /// How to print it
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: LatestFormat,
}

/// Wait until a snapshot completes or fails
///
/// Requests the snapshot again and again, tolerates failures that may pass, and prints it at the end.
/// Exit code 0 where it completed, 1 where it failed, 9 after the timeout.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("which").required(true))]
pub(crate) struct WaitArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,

    /// The snapshot
    #[arg(long, value_name = "ID", group = "which")]
    pub(crate) snapshot: Option<String>,

    /// The next snapshot: one that is queued or running now, or else the first new one
    #[arg(long, group = "which")]
    next: bool,

    /// The longest to wait
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = duration)]
    pub(crate) timeout: Duration,

    /// How long to wait between requests, at least 1s
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = duration)]
    pub(crate) interval: Duration,

    /// How to print the snapshot
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: LatestFormat,
}

/// What `latest --output` accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LatestFormat {
    /// The id alone
    Id,
    /// One object, as list prints a row
    Json,
    /// For reading
    Table,
}

#[derive(Debug, Args)]
pub(crate) struct ProjectsArgs {
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,

    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Parses a number within bounds.
fn within<const MIN: u16, const MAX: u16>(text: &str) -> Result<u16, String> {
    let number = text.parse().ok();
    let number = number.filter(|number| (MIN..=MAX).contains(number));
    number.ok_or_else(|| format!("it must be a number from {MIN} to {MAX}"))
}

fn count(text: &str) -> Result<u32, String> {
    let number = text.parse();
    number.map_err(|_| format!("it must be a number from 0 to {}", u32::MAX))
}

fn status(text: &str) -> Result<SnapshotStatus, String> {
    match SnapshotStatus::from(text) {
        SnapshotStatus::Unknown(_) => {
            Err("it must be queued, inProgress, completed or failed".to_owned())
        }
        status => Ok(status),
    }
}

fn tag(text: &str) -> Result<(String, String), String> {
    let tag = text.split_once('=').filter(|(key, _)| !key.is_empty());
    let (key, value) = tag.ok_or("it must be a key and a value, such as env=prod")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// Reads a date with time and zone, or how long ago.
fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(moment.to_utc());
    }
    let ago = humantime::parse_duration(text).ok();
    let ago = ago.and_then(|ago| TimeDelta::from_std(ago).ok());
    ago.and_then(|ago| Utc::now().checked_sub_signed(ago))
        .ok_or_else(|| {
            "it must be a time, such as 2026-11-20T12:00:00Z, or how long ago, such as 7d"
                .to_owned()
        })
}

fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|error| legible(&error.to_string()))
}

/// Whether the command is `check`, whose exit codes are those of monitoring plugins.
pub(crate) fn is_check() -> bool {
    let mut arguments = std::env::args_os().skip(1);
    arguments
        .find(|argument| !argument.to_string_lossy().starts_with('-'))
        .is_some_and(|command| command == "check")
}

/// The arguments of the program.
pub(crate) fn parse() -> Result<Cli, clap::Error> {
    Cli::try_parse().map_err(legible_error)
}

/// Replaces what is not printable in the arguments that a message repeats.
fn legible_error(mut error: clap::Error) -> clap::Error {
    let shown: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| {
            let shown = match value {
                ContextValue::String(text) => ContextValue::String(legible(text)),
                ContextValue::Strings(texts) => {
                    ContextValue::Strings(texts.iter().map(|text| legible(text)).collect())
                }
                ContextValue::StyledStrs(texts) => {
                    let texts = texts.iter().map(|text| legible(&text.to_string()).into());
                    ContextValue::StyledStrs(texts.collect())
                }
                _ => return None,
            };
            Some((kind, shown))
        })
        .collect();
    for (kind, value) in shown {
        error.insert(kind, value);
    }
    error
}

/// A usage error found after parsing, in the form of clap's own. The message can have several
/// lines.
pub(crate) fn usage_error(kind: ErrorKind, message: impl Display) -> clap::Error {
    let mut named = Cli::command();
    // Gives the subcommands their full names for the usage line.
    named.build();
    for name in std::env::args_os().skip(1) {
        if let Some(subcommand) = named.find_subcommand(name).cloned() {
            named = subcommand;
        }
    }
    let message = message.to_string();
    let lines: Vec<String> = message.lines().map(legible).collect();
    named.error(kind, lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }
}
