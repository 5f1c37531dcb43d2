//! The commands `projects` and `clusters`.

use atlas_snapshots::{Atlas, Cluster, Collected, Error, ErrorKind, Partial, Project, ProjectId};
use tokio::task::JoinSet;

use crate::args::{ClustersArgs, ProjectsArgs};
use crate::exit::{Exit, StopReason};
use crate::log::Waits;
use crate::messages::{Messages, no_project, print_error, print_line};
use crate::output::{ClusterRow, ProjectRow, Scope};
use crate::rows::{Rows, print_rows};
use crate::setup::{Connection, SetupError};

/// Projects whose clusters are requested at once.
const CONCURRENCY: usize = 16;

/// Prints the projects that the credentials may see.
pub(crate) fn print_projects(
    args: &ProjectsArgs,
    waits: Waits,
    messages: Messages,
) -> Result<Exit, SetupError> {
    let atlas = Connection::resolve(&args.connection)?.client(|builder| builder)?;
    Ok(print_rows(messages, async |stdout| {
        let mut rows = Rows::new(args.output, Scope::Projects, stdout, waits);
        let mut projects = atlas.projects().stream();
        let printed = async {
            while let Some(project) = rows.next(projects.next()).await? {
                match project {
                    Ok(project) => rows.row(&ProjectRow::new(&project))?,
                    Err(error) if error.kind() == ErrorKind::InvalidItem => print_error(&error),
                    Err(error) => return Err(error.into()),
                }
            }
            Ok(())
        };
        let printed = printed.await;
        let summary = projects.summary();
        let exit = rows.end(printed, Exit::of_completeness(summary.completeness()));
        messages.summary(&summary);
        exit
    }))
}

/// Prints the clusters of projects.
pub(crate) fn print_clusters(
    args: &ClustersArgs,
    waits: Waits,
    messages: Messages,
) -> Result<Exit, SetupError> {
    let connection = Connection::resolve(&args.projects.connection)?;
    let projects = connection.projects(&args.projects)?;
    let atlas = connection.client(|builder| builder)?;
    Ok(print_rows(messages, async |stdout| {
        let scope = match projects.len() {
            1 => Scope::OneProject,
            _ => Scope::Projects,
        };
        let clusters = Clusters {
            atlas,
            args,
            rows: Rows::new(args.output, scope, stdout, waits),
            messages,
            listed: 0,
            worst: Exit::Complete,
        };
        clusters.run(&projects).await
    }))
}

/// The clusters of projects, being printed.
struct Clusters<'a> {
    atlas: Atlas,
    args: &'a ClustersArgs,
    rows: Rows<ClusterRow>,
    messages: Messages,
    listed: u64,
    worst: Exit,
}

impl Clusters<'_> {
    async fn run(mut self, projects: &[ProjectId]) -> Exit {
        let printed = self.print(projects).await;
        let (messages, listed) = (self.messages, self.listed);
        let exit = self.rows.end(printed, self.worst);
        if !(messages.is_quiet && exit == Exit::Complete) {
            let complete = match exit {
                Exit::Complete => "complete",
                Exit::Incomplete => "possibly incomplete",
                _ => "failed",
            };
            print_line(format_args!("summary: {listed} clusters: {complete}"));
        }
        exit
    }

    /// Prints the clusters of each project when they have been read, of several projects at once.
    async fn print(&mut self, selected: &[ProjectId]) -> Result<(), StopReason> {
        let mut projects = self.projects(selected).await?.into_iter();
        let concurrency = self
            .args
            .projects
            .concurrency
            .map_or(CONCURRENCY, usize::from);
        let mut listings = JoinSet::new();
        loop {
            for project in projects.by_ref().take(concurrency - listings.len()) {
                let mut request = self.atlas.clusters(project.id());
                if self.args.include_deleted {
                    request = request.include_deleted();
                }
                listings.spawn(async { (project, request.collect_partial().await) });
            }
            match self.rows.next(listings.join_next()).await? {
                Some(Ok((project, listing))) => self.print_project(&project, listing)?,
                Some(Err(panicked)) => return Err(StopReason::Output(panicked.into())),
                None => return Ok(()),
            }
        }
    }

    /// The projects that were selected. What was selected and is not there is reported.
    async fn projects(&mut self, selected: &[ProjectId]) -> Result<Vec<Project>, StopReason> {
        let listed = self
            .rows
            .next(self.atlas.projects().collect_partial())
            .await?;
        if let Some(error) = listed.error {
            return Err(error.into());
        }
        self.report(&listed.collected, "the projects");
        let projects = listed.collected.into_items();
        for id in selected {
            if projects.iter().all(|project| project.id() != id.as_str()) {
                print_line(no_project(id));
                self.worst = Exit::Failed;
            }
        }
        let excluded = &self.args.projects.exclude_project;
        let is_selected = |project: &Project| {
            let is = |name: &str| project.id() == name || project.name() == Some(name);
            (selected.is_empty() || selected.iter().any(|id| is(id.as_str())))
                && !excluded.iter().any(|name| is(name))
                && project.cluster_count() != Some(0)
        };
        Ok(projects.into_iter().filter(is_selected).collect())
    }

    fn print_project(
        &mut self,
        project: &Project,
        listing: Partial<Cluster>,
    ) -> Result<(), StopReason> {
        let name = project.name().unwrap_or(project.id());
        self.report(
            &listing.collected,
            &format!("the clusters of project {name}"),
        );
        let summary = listing.collected.summary();
        let found = summary.delivered() + summary.skipped() + summary.item_errors();
        let counted = project
            .cluster_count()
            .and_then(|count| count.try_into().ok());
        if let Some(error) = &listing.error {
            print_error(error);
            self.worst = Exit::Failed;
        } else if let Some(counted) = counted.filter(|&counted| found < counted) {
            print_line(format_args!(
                "possibly incomplete: Atlas counts {counted} clusters in project {name} and lists \
                 {found}"
            ));
            self.is_incomplete();
        }
        for cluster in listing.collected {
            self.listed += 1;
            self.rows.row(&ClusterRow::new(project, &cluster))?;
        }
        Ok(())
    }

    /// Reports what of a list could not be read, or may be missing.
    fn report<T>(&mut self, listed: &Collected<T>, what: &str) {
        for item in listed.item_errors() {
            print_line(format_args!("error: {what}: {}", Error::from(item.clone())));
            self.worst = Exit::Failed;
        }
        let completeness = listed.summary().completeness();
        if Exit::of_completeness(completeness) == Exit::Incomplete {
            print_line(format_args!("{what}: {completeness}"));
            self.is_incomplete();
        }
    }

    fn is_incomplete(&mut self) {
        if self.worst == Exit::Complete {
            self.worst = Exit::Incomplete;
        }
    }
}
