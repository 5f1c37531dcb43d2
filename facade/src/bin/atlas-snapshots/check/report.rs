//! What `check` prints.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::process::ExitCode;
use std::time::Duration;

use atlas_snapshots::chrono::{DateTime, Utc};
use atlas_snapshots::{
    Cluster, ClusterKind, Collected, Project, Snapshot, SnapshotStatus, SnapshotsExt, Verdict,
};
use serde::{Serialize, Serializer};

use crate::legible::legible;
use crate::output::{self, Column, Format, InTable, Scope};

/// The state of a cluster, or of all of them. The later one outranks the earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Ok,
    Warning,
    #[default]
    Unknown,
    Critical,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Unknown => "unknown",
            Self::Critical => "critical",
        }
    }
}

impl From<State> for ExitCode {
    fn from(state: State) -> Self {
        match state {
            State::Ok => 0,
            State::Warning => 1,
            State::Critical => 2,
            State::Unknown => 3,
        }
        .into()
    }
}

/// One cluster, or one project of which not all clusters are known.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    pub(super) project_id: Option<String>,
    pub(super) project_name: Option<String>,
    pub(super) cluster_name: Option<String>,
    #[serde(rename = "clusterKind")]
    pub(super) kind: Option<ClusterKind>,
    pub(super) verdict: Verdict,
    pub(super) state: State,
    pub(super) newest_completed_at: Option<Date>,
    pub(super) age_seconds: Option<u64>,
    pub(super) snapshot_id: Option<String>,
    pub(super) reason: String,
    #[serde(skip)]
    pub(super) listing: Option<Listing>,
}

/// A date that serializes as those of snapshots do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Date(pub(super) DateTime<Utc>);

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        output::date(self.0).serialize(serializer)
    }
}

impl Default for Row {
    fn default() -> Self {
        Self {
            project_id: None,
            project_name: None,
            cluster_name: None,
            kind: None,
            verdict: Verdict::Unknown,
            state: State::Unknown,
            newest_completed_at: None,
            age_seconds: None,
            snapshot_id: None,
            reason: String::new(),
            listing: None,
        }
    }
}

impl Row {
    pub(super) fn named(cluster: &str) -> Self {
        Self {
            cluster_name: Some(cluster.to_owned()),
            ..Self::default()
        }
    }

    pub(super) fn of_cluster(project: &str, cluster: &str) -> Self {
        Self {
            project_id: Some(project.to_owned()),
            ..Self::named(cluster)
        }
    }

    pub(super) fn of_project(project: &Project) -> Self {
        Self {
            project_id: Some(project.id().to_owned()),
            project_name: project.name().map(str::to_owned),
            ..Self::default()
        }
    }

    pub(super) fn discovered(project: &Project, cluster: &Cluster) -> Self {
        Self {
            cluster_name: Some(cluster.name().unwrap_or(cluster.id()).to_owned()),
            kind: cluster.kind().cloned(),
            ..Self::of_project(project)
        }
    }

    /// As a message names it.
    fn subject(&self) -> String {
        let project = self.project_name.as_deref().or(self.project_id.as_deref());
        match (&self.cluster_name, project) {
            (Some(cluster), Some(project)) => format!("{cluster} of project {project}"),
            (Some(cluster), None) => cluster.clone(),
            (None, Some(project)) => format!("project {project}"),
            (None, None) => "the selection".to_owned(),
        }
    }
}

/// What the metrics say of a listing.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) by_status: BTreeMap<String, u64>,
    /// `None` where no size is known.
    pub(super) bytes: Option<u64>,
    pub(super) newest_expires_at: Option<DateTime<Utc>>,
    pub(super) is_complete: bool,
}

impl Listing {
    pub(super) fn of(listing: &Collected<Snapshot>) -> Self {
        let known = SnapshotStatus::KNOWN.iter();
        let mut by_status: BTreeMap<_, _> = known
            .map(|status| (status.as_str().to_owned(), 0))
            .collect();
        for status in listing.iter().filter_map(Snapshot::status) {
            *by_status.entry(status.as_str().to_owned()).or_default() += 1;
        }
        let newest = listing.latest_completed();
        let sizes = listing.total_bytes();
        Self {
            by_status,
            bytes: (sizes.unknown() < listing.len() as u64).then(|| sizes.bytes()),
            newest_expires_at: newest.and_then(Snapshot::expires_at),
            is_complete: listing.summary().is_complete(),
        }
    }
}

/// A text as a line of a plugin, in which performance data begin at a `|`.
pub(super) fn one_line(text: &str) -> String {
    legible(text).replace('|', "/")
}

/// A check that was made.
pub(super) struct Whole {
    pub(super) rows: Vec<Row>,
    /// Why it was not made to the end.
    pub(super) error: Option<String>,
    pub(super) warn_age: Option<Duration>,
    pub(super) max_age: Duration,
    pub(super) duration: Duration,
    pub(super) requests: u64,
}

impl Whole {
    pub(super) fn state(&self) -> State {
        let worst = self.rows.iter().map(|row| row.state).max();
        let failed = self.error.as_ref().map(|_| State::Unknown);
        // Where there is nothing to check, something is wrong.
        worst.max(failed).unwrap_or(State::Unknown)
    }

    fn count(&self, verdict: Verdict) -> usize {
        let is = |row: &&Row| row.verdict == verdict;
        self.rows.iter().filter(is).count()
    }

    /// One line with the state, counts and performance data, and a line for each problem.
    pub(super) fn text(&self) -> String {
        let [fresh, stale, missing, no_backups, unknown] = [
            Verdict::Fresh,
            Verdict::Stale,
            Verdict::Missing,
            Verdict::NoBackups,
            Verdict::Unknown,
        ]
        .map(|verdict| self.count(verdict));
        let is_exempt = |row: &&Row| row.verdict == Verdict::NoBackups && row.state == State::Ok;
        let exempt = self.rows.iter().filter(is_exempt).count();
        let clusters = self
            .rows
            .iter()
            .filter(|row| row.cluster_name.is_some())
            .count();
        let to_check = clusters - exempt;
        let overall = self.state().as_str().to_uppercase();
        let mut line = format!("{overall} - {fresh} of {to_check} clusters fresh");
        for (count, what) in [
            (stale, "stale"),
            (missing, "missing"),
            (no_backups - exempt, "without backups"),
            (unknown, "unknown"),
            (exempt, "free"),
        ] {
            if count > 0 {
                line = format!("{line}, {count} {what}");
            }
        }
        let oldest = self.rows.iter().filter_map(|row| row.age_seconds).max();
        let (warn, max) = (
            self.warn_age.map(|age| age.as_secs()),
            self.max_age.as_secs(),
        );
        line = format!(
            "{line} | fresh={fresh} stale={stale} missing={missing} no_backups={no_backups} \
             unknown={unknown}"
        );
        if let Some(oldest) = oldest {
            let warn = warn.map(|warn| warn.to_string()).unwrap_or_default();
            line = format!("{line} oldest_age={oldest}s;{warn};{max};0");
        }
        let mut lines = vec![line];
        if let Some(error) = &self.error {
            lines.push(one_line(&format!("UNKNOWN: {error}")));
        }
        let mut problems: Vec<&Row> = self
            .rows
            .iter()
            .filter(|row| row.state > State::Ok)
            .collect();
        problems.sort_by_key(|row| (std::cmp::Reverse(row.state), row.subject()));
        lines.extend(problems.into_iter().map(|row| {
            let word = row.state.as_str().to_uppercase();
            one_line(&format!("{word}: {}: {}", row.subject(), row.reason))
        }));
        lines.join("\n") + "\n"
    }

    pub(super) fn rows_as(&self, format: Format) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        let mut output = format.open::<Row>(Scope::Projects, false, false);
        for row in &self.rows {
            output.row(row, &mut out)?;
        }
        if let Some(error) = &self.error {
            let reason = error.clone();
            output.row(
                &Row {
                    reason,
                    ..Row::default()
                },
                &mut out,
            )?;
        }
        output.finish(&mut out)?;
        Ok(out)
    }
}

impl output::Row for Row {
    const COLUMNS: &'static [Column<Self>] = &[
        column("projectId", |row| row.project_id.as_deref().map(Cow::from)),
        column("projectName", |row| {
            row.project_name.as_deref().map(Cow::from)
        }),
        column("clusterName", |row| {
            row.cluster_name.as_deref().map(Cow::from)
        }),
        column("clusterKind", |row| {
            row.kind.as_ref().map(|kind| kind.as_str().into())
        }),
        column("verdict", |row| Some(row.verdict.as_str().into())),
        column("state", |row| Some(row.state.as_str().into())),
        column("newestCompletedAt", |row| {
            row.newest_completed_at.map(|date| output::date(date.0))
        }),
        column("ageSeconds", |row| {
            row.age_seconds.map(|age| age.to_string().into())
        }),
        column("snapshotId", |row| {
            row.snapshot_id.as_deref().map(Cow::from)
        }),
        column("reason", |row| Some(row.reason.as_str().into())),
    ];

    const DISPENSABLE: &'static [&'static str] = &[];
}

const fn column(name: &'static str, value: fn(&Row) -> Option<Cow<'_, str>>) -> Column<Row> {
    Column {
        name,
        title: name,
        in_table: InTable::Always,
        value,
    }
}
