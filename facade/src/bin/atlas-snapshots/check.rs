//! The command `check`: whether every cluster has a fresh completed snapshot, as the guidelines for
//! monitoring plugins have it.

mod metrics;
mod report;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use atlas_snapshots::chrono::{DateTime, Utc};
use atlas_snapshots::{
    Atlas, Collected, FleetReport, FleetSummary, Freshness, Project, ProjectId, Snapshot, Verdict,
    VerdictReason,
};

use crate::args::{CheckArgs, CheckFormat, TargetArgs};
use crate::fleet::select;
use crate::log::Waits;
use crate::messages::{print_error, print_line};
use crate::output::{Format, kind_of};
use crate::setup::{Connection, SetupError, Target, block_on};
use report::{Date, Row, State, Whole};

/// Checks.
pub(crate) fn run(args: &CheckArgs, waits: &Waits) -> ExitCode {
    match check(args, waits) {
        Ok(whole) => print(&whole, args).into(),
        Err(reason) => unknown(reason, args.output),
    }
}

/// Reports why the check cannot begin. Monitoring systems show the first line of standard output.
pub(crate) fn unknown(reason: SetupError, format: CheckFormat) -> ExitCode {
    let line = match reason {
        SetupError::Usage(usage) => {
            // Where standard error is closed, there is nowhere to report that.
            let _ = usage.print();
            let text = usage.to_string();
            let lines = text.lines().take_while(|line| !line.is_empty());
            let message = lines.map(str::trim).collect::<Vec<_>>().join(" ");
            message.trim_start_matches("error: ").to_owned()
        }
        SetupError::Failed(error) => {
            print_error(&error);
            error.to_string()
        }
    };
    if matches!(format, CheckFormat::Text) {
        // As for standard error.
        let _ = writeln!(io::stdout(), "UNKNOWN - {}", report::one_line(&line));
    }
    State::Unknown.into()
}

/// Lists the snapshots, or returns what is wrong with the arguments.
fn check(args: &CheckArgs, waits: &Waits) -> Result<Whole, SetupError> {
    args.scope.check_flags()?;
    let mut check = Check {
        args,
        now: Utc::now(),
        rows: Vec::new(),
        requests: 0,
    };
    let begun = Instant::now();
    let done = match args.scope.one_cluster() {
        Some(target) => check.one(&target, waits)?,
        None => check.several(waits)?,
    };
    Ok(Whole {
        rows: check.rows,
        error: done.err(),
        warn_age: args.warn_age,
        max_age: args.max_age,
        duration: begun.elapsed(),
        requests: check.requests,
    })
}

/// A check under way.
struct Check<'a> {
    args: &'a CheckArgs,
    now: DateTime<Utc>,
    rows: Vec<Row>,
    requests: u64,
}

/// Why the check as a whole failed.
type Done = Result<(), String>;

impl Check<'_> {
    fn one(&mut self, args: &TargetArgs, waits: &Waits) -> Result<Done, SetupError> {
        let target = Target::resolve(args)?;
        let atlas = target.client(|builder| builder.retry_policy(self.args.retry_policy()))?;
        let mut request = target.request(&atlas);
        if let Some(limit) = self.args.deadline {
            request = request.deadline(limit);
        }
        let listed = match block_on(waits.watch(request.collect_partial())) {
            Ok(listed) => listed,
            Err(error) => return Ok(Err(error.to_string())),
        };
        self.requests = listed.collected.summary().requests();
        let freshness = Freshness::of_listing(&listed.collected, self.args.max_age, self.now);
        let mut row = Row::of_cluster(target.project_id(), target.cluster_name());
        row.kind = listed.collected.first().and_then(kind_of);
        let error = listed.error.as_ref().map(ToString::to_string);
        self.add(row, freshness, Some(&listed.collected), error);
        Ok(Ok(()))
    }

    fn several(&mut self, waits: &Waits) -> Result<Done, SetupError> {
        let scope = &self.args.scope;
        let connection = Connection::resolve(&scope.projects.connection)?;
        let projects = connection.projects(&scope.projects)?;
        let atlas = connection.client(|builder| builder.retry_policy(self.args.retry_policy()))?;
        Ok(block_on(waits.watch(self.fleet(&atlas, &projects)))
            .unwrap_or_else(|error| Err(error.to_string())))
    }

    async fn fleet(&mut self, atlas: &Atlas, projects: &[ProjectId]) -> Done {
        let mut fleet = select(atlas.fleet(), &self.args.scope, projects);
        if let Some(limit) = self.args.deadline {
            fleet = fleet.deadline(limit);
        }
        let mut fleet = fleet.stream();
        let ended = loop {
            match fleet.next().await {
                Some(Ok(report)) => self.report(&report),
                Some(Err(error)) => break Err(error.to_string()),
                None => break Ok(()),
            }
        };
        let summary = fleet.summary();
        self.requests = summary.requests();
        self.add_missing(&summary);
        ended
    }

    fn report(&mut self, report: &FleetReport) {
        let freshness = Freshness::of_report(report, self.args.max_age, self.now);
        match report {
            FleetReport::Cluster {
                project,
                cluster,
                listing,
            } => {
                let row = Row::discovered(project, cluster);
                let error = listing.error.as_ref().map(ToString::to_string);
                self.add(row, freshness, Some(&listing.collected), error);
            }
            FleetReport::WithoutBackups { project, cluster } => {
                self.add(Row::discovered(project, cluster), freshness, None, None);
            }
            FleetReport::Project { project, error } => {
                let row = Row::of_project(project);
                self.add(row, freshness, None, Some(error.to_string()));
            }
            _ => {}
        }
    }

    fn add(
        &mut self,
        mut row: Row,
        freshness: Freshness,
        listing: Option<&Collected<Snapshot>>,
        error: Option<String>,
    ) {
        let freshness = freshness.min_completed(self.args.min_completed);
        let is_old = |warn: Duration| freshness.age().is_some_and(|age| age > warn);
        row.state = match freshness.verdict() {
            Verdict::Fresh if self.args.warn_age.is_some_and(is_old) => State::Warning,
            Verdict::Fresh => State::Ok,
            Verdict::NoBackups if freshness.reason() == Some(VerdictReason::FreeCluster) => {
                State::Ok
            }
            Verdict::Stale | Verdict::Missing | Verdict::NoBackups => State::Critical,
            _ => State::Unknown,
        };
        row.reason = match error {
            Some(error) if freshness.verdict() == Verdict::Unknown => error,
            _ => freshness.to_string(),
        };
        if let Some(listing) = listing {
            row.listing = Some(report::Listing::of(listing));
        }
        row.verdict = freshness.verdict();
        row.snapshot_id = freshness.snapshot_id().map(ToString::to_string);
        row.newest_completed_at = freshness.newest_completed_at().map(Date);
        row.age_seconds = freshness.age().map(|age| age.as_secs());
        self.rows.push(row);
    }

    /// Adds what was to be there, and was not found.
    fn add_missing(&mut self, summary: &FleetSummary) {
        let mut unknown = |row: Row, reason: String| {
            self.rows.push(Row { reason, ..row });
        };
        for project in summary.projects_not_found() {
            let reason = "there is no such project, or these credentials may not see it";
            unknown(Row::of_project(&Project::new(project)), reason.to_owned());
        }
        for name in summary.clusters_not_found() {
            unknown(Row::named(name), "there is no such cluster".to_owned());
        }
        for tag in summary.tags_not_found() {
            let reason = format!("nothing has the tag {}={}", tag.key(), tag.value());
            unknown(Row::default(), reason);
        }
        for missing in summary.missing_clusters() {
            let mut row = Row::of_project(&Project::new(missing.project()));
            row.project_name = missing.project_name().map(str::to_owned);
            let (counted, found) = (missing.counted(), missing.found());
            unknown(
                row,
                format!("Atlas counts {counted} clusters and lists {found}"),
            );
        }
        for unreadable in summary.unreadable() {
            let row = Row {
                project_id: unreadable.project().map(str::to_owned),
                ..Row::default()
            };
            unknown(row, unreadable.item().to_string());
        }
    }
}

/// Prints the check, and returns its state.
fn print(whole: &Whole, args: &CheckArgs) -> State {
    let state = whole.state();
    let printed = match args.output {
        CheckFormat::Text => Ok(whole.text().into_bytes()),
        CheckFormat::Json => whole.rows_as(Format::Json),
        CheckFormat::Ndjson => whole.rows_as(Format::Ndjson),
        CheckFormat::Csv => whole.rows_as(Format::Csv),
        CheckFormat::Prometheus => metrics::encode(whole),
    };
    let written = printed.and_then(|text| match &args.output_file {
        Some(path) => write_file(path, &text),
        None => io::stdout().lock().write_all(&text),
    });
    if let Err(error) = written {
        print_error(&error);
        return State::Unknown;
    }
    if let (Some(error), false) = (&whole.error, matches!(args.output, CheckFormat::Text)) {
        print_line(format_args!("error: {error}"));
    }
    state
}

/// Replaces a file at once, so that no reader sees a part of it. Other users may read it.
fn write_file(path: &Path, text: &[u8]) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::Builder::new()
        .prefix(".atlas-snapshots-")
        .tempfile_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(text)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file()
            .set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    file.persist(path)?;
    Ok(())
}
