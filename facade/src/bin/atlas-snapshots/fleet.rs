//! The command `list` for several clusters: prints the rows of each as it has been read, and reports
//! what could not be read.

use std::rc::Rc;

use atlas_snapshots::{
    Atlas, Cluster, Error, FleetCompleteness, FleetReport, FleetRequest, FleetStream, FleetSummary,
    Partial, Project, ProjectId, Snapshot,
};
use clap::error::ErrorKind;

use crate::args::{FilterArgs, ListArgs, ScopeArgs, usage_error};
use crate::exit::{Exit, StopReason};
use crate::log::Waits;
use crate::messages::{Messages, no_project, print_error, print_line};
use crate::output::{RowCluster, Scope, SnapshotRow};
use crate::rows::{Rows, print_rows};
use crate::setup::{Connection, SetupError};

/// The most clusters that are named in one line.
const NAMED: usize = 20;

/// Lists several clusters, or returns what is wrong with the arguments.
pub(crate) fn run(args: &ListArgs, waits: Waits, messages: Messages) -> Result<Exit, SetupError> {
    args.scope.check_flags()?;
    if args.is_resumable() {
        let message = "--checkpoint and --resume-from are for one cluster";
        return Err(usage_error(ErrorKind::ArgumentConflict, message).into());
    }
    let connection = Connection::resolve(&args.scope.projects.connection)?;
    let projects = connection.projects(&args.scope.projects)?;
    let atlas = connection.client(|builder| builder.retry_policy(args.retry_policy()))?;
    let stream = configure(&atlas, args, &projects).stream();
    let scope = match projects.len() {
        1 => Scope::OneProject,
        _ => Scope::Projects,
    };
    Ok(print_rows(messages, async |stdout| {
        let fleet = Fleet {
            stream,
            rows: Rows::new(args.output, scope, stdout, waits),
            filter: &args.filter,
            messages,
            without_backups: Vec::new(),
            has_unreadable_items: false,
        };
        fleet.run().await
    }))
}

fn configure(atlas: &Atlas, args: &ListArgs, projects: &[ProjectId]) -> FleetRequest {
    let fleet = atlas
        .fleet()
        .page_size(args.page_size)
        .consistency(args.library_consistency());
    let fleet = match args.deadline {
        Some(limit) => fleet.deadline(limit),
        None => fleet,
    };
    select(fleet, &args.scope, projects)
}

/// Restricts a fleet to what the arguments select.
pub(crate) fn select(
    mut fleet: FleetRequest,
    scope: &ScopeArgs,
    projects: &[ProjectId],
) -> FleetRequest {
    if let Some(requests) = scope.projects.concurrency {
        fleet = fleet.concurrency(requests.into());
    }
    fleet = projects.iter().fold(fleet, FleetRequest::project);
    let excluded = scope.projects.exclude_project.iter();
    fleet = excluded.fold(fleet, FleetRequest::exclude_project);
    fleet = scope.cluster.iter().fold(fleet, FleetRequest::cluster);
    let excluded = scope.exclude_cluster.iter();
    fleet = excluded.fold(fleet, FleetRequest::exclude_cluster);
    let tags = scope.tag.iter();
    tags.fold(fleet, |fleet, (key, value)| fleet.tag(key, value))
}

/// A fleet that is being printed.
struct Fleet<'a> {
    stream: FleetStream,
    rows: Rows<SnapshotRow>,
    filter: &'a FilterArgs,
    messages: Messages,
    /// The clusters that have no backups.
    without_backups: Vec<String>,
    has_unreadable_items: bool,
}

impl Fleet<'_> {
    /// Prints the rows, and reports how the fleet ended.
    async fn run(mut self) -> Exit {
        let printed = self.print().await;
        let summary = self.stream.summary();
        self.report_without_backups();
        report_missing(&summary);
        let exit = match summary.completeness() {
            _ if self.has_unreadable_items => Exit::Failed,
            FleetCompleteness::Complete => Exit::Complete,
            FleetCompleteness::PossiblyIncomplete => Exit::Incomplete,
            _ => Exit::Failed,
        };
        let exit = self.rows.end(printed, exit);
        if !(self.messages.is_quiet && summary.is_complete()) {
            print_line(format_args!("summary: {summary}"));
        }
        exit
    }

    async fn print(&mut self) -> Result<(), StopReason> {
        while let Some(report) = self.rows.next(self.stream.next()).await? {
            match report? {
                FleetReport::Cluster {
                    project,
                    cluster,
                    listing,
                } => self.print_cluster(&project, &cluster, *listing)?,
                FleetReport::WithoutBackups { project, cluster } => {
                    self.without_backups.push(describe(&project, &cluster));
                }
                FleetReport::Project { project, error } => {
                    let name = project.name().unwrap_or(project.id());
                    print_error(&error);
                    print_line(format_args!(
                        "  not all clusters of project {name} are listed"
                    ));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn print_cluster(
        &mut self,
        project: &Project,
        cluster: &Cluster,
        listing: Partial<Snapshot>,
    ) -> Result<(), StopReason> {
        let summary = listing.collected.summary();
        for item in listing.collected.item_errors() {
            self.has_unreadable_items = true;
            let error = Error::from(item.clone());
            print_line(format_args!(
                "error: {}: {error}",
                describe(project, cluster)
            ));
        }
        if let Some(error) = &listing.error {
            print_error(error);
            print_line(format_args!("  listing: {}", describe(project, cluster)));
        } else if !summary.is_complete() {
            let how = summary.completeness();
            print_line(format_args!("{}: {how}", describe(project, cluster)));
        }
        let row_cluster = RowCluster::discovered(project, cluster);
        for snapshot in listing.collected {
            if !self.filter.keeps(&snapshot) {
                continue;
            }
            let cluster = Rc::clone(&row_cluster);
            self.rows.row(&SnapshotRow { cluster, snapshot })?;
        }
        Ok(())
    }

    fn report_without_backups(&self) {
        let all = &self.without_backups;
        let named = all.iter().take(NAMED).map(String::as_str);
        let named = named.collect::<Vec<_>>().join(", ");
        let more = all.len().saturating_sub(NAMED);
        match (all.len(), more) {
            (0, _) => {}
            (_, 0) => self
                .messages
                .notice(format_args!("without backups: {named}")),
            _ => {
                let notice = format_args!("without backups: {named} and {more} more");
                self.messages.notice(notice);
            }
        }
    }
}

/// A cluster as a message names it.
fn describe(project: &Project, cluster: &Cluster) -> String {
    let name = cluster.name().unwrap_or(cluster.id());
    let kind = cluster.kind().map_or("cluster", |kind| kind.as_str());
    let project = project.name().unwrap_or(project.id());
    format!("{name} ({kind}) of project {project}")
}

/// Reports what was to be there, and was not found.
fn report_missing(summary: &FleetSummary) {
    for project in summary.projects_not_found() {
        print_line(no_project(project));
    }
    for cluster in summary.clusters_not_found() {
        print_line(format_args!("error: there is no cluster {cluster}"));
    }
    for tag in summary.tags_not_found() {
        let (key, value) = (tag.key(), tag.value());
        print_line(format_args!("error: nothing has the tag {key}={value}"));
    }
    for missing in summary.missing_clusters() {
        let project = missing.project_name().unwrap_or(missing.project());
        let (found, counted) = (missing.found(), missing.counted());
        print_line(format_args!(
            "possibly incomplete: Atlas counts {counted} clusters in project {project} and lists {found}"
        ));
    }
    for unreadable in summary.unreadable() {
        let error = Error::from(unreadable.item().clone());
        match unreadable.project() {
            Some(project) => print_line(format_args!(
                "error: a cluster of project {project}: {error}"
            )),
            None => print_line(format_args!("error: a project: {error}")),
        }
    }
}
