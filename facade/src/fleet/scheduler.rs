//! Which request of a fleet is made next.
//!
//! Projects are read as they are needed. The clusters of a project are discovered by one job, and
//! the snapshots of a cluster are listed by one job. The scheduler waits for a slot among the
//! requests of the jobs that run, first come first served, and a job starts when the slot of its
//! first request is there. So jobs neither wait for slots nor exceed them, and those that wait for
//! a rate limit or a retry make place for others.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::PollSemaphore;
use tracing::Span;

use super::config::FleetConfig;
use super::discovery::{Discovered, discover};
use super::queue::{ClusterQueue, FIRST_WINDOW, Turn};
use super::report::FleetReport;
use super::selection::Unmatched;
use super::source::FleetSource;
use super::summary::{FleetSummary, counted};
use crate::error::{Error, ErrorKind, Result};
use crate::http::clock::Sleep;
use crate::http::slots::Slots;
use crate::model::cluster::{Cluster, ClusterKind};
use crate::model::completeness::Completeness;
use crate::model::project::Project;
use crate::model::snapshot::Snapshot;
use crate::paging::collect::Partial;
use crate::paging::config::Consistency;
use crate::paging::request::ListRequest;
use crate::paging::stream::ItemStream;

/// The most jobs at a time. Those beyond the requests in flight wait for a rate limit or a retry.
const MOST_JOBS: usize = 1_024;

/// The most clusters that wait for a slot or a rate limit before no further project is read.
const MOST_QUEUED: usize = 4_096;

/// Runs a fleet while it is polled.
pub(super) struct Scheduler {
    source: Arc<dyn FleetSource>,
    config: FleetConfig,
    /// The requests in flight.
    limit: Arc<Semaphore>,
    /// The place of the scheduler among those that wait for a slot.
    slot: PollSemaphore,
    state: State,
    /// The projects, until all have been read.
    projects: Option<ItemStream<Project>>,
    /// The project whose clusters are to be discovered next.
    next_project: Option<Arc<Project>>,
    queue: ClusterQueue,
    jobs: Vec<Job>,
    /// How many clusters can be listed at once when those jobs have finished that discover them.
    expected: usize,
    ready: VecDeque<FleetReport>,
    /// Wakes the task when a paused project may be requested again.
    reopening: Option<Sleep>,
    deadline: Option<Instant>,
    /// Completes at the deadline, and is `None` after it.
    until_deadline: Option<Sleep>,
    unmatched: Unmatched,
    /// The error that ends the fleet, after everything that was discovered.
    failure: Option<Error>,
    span: Span,
    summary: FleetSummary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing has been requested.
    Idle,
    Running,
    /// Nothing more will come.
    Ended,
}

/// A listing, or two, to be polled to the end.
type Job = Pin<Box<dyn Future<Output = Finished> + Send>>;

/// What a job has found.
enum Finished {
    Clusters(Box<Discovered>),
    Snapshots(Box<Turn>, Box<Partial<Snapshot>>),
}

impl Scheduler {
    pub(super) fn new(source: Arc<dyn FleetSource>, config: FleetConfig) -> Self {
        let limit = Arc::new(Semaphore::new(config.concurrency));
        Self {
            slot: PollSemaphore::new(Arc::clone(&limit)),
            limit,
            state: State::Idle,
            projects: None,
            next_project: None,
            queue: ClusterQueue::default(),
            jobs: Vec::new(),
            expected: 0,
            ready: VecDeque::new(),
            reopening: None,
            deadline: None,
            until_deadline: None,
            unmatched: Unmatched::new(&config.selection),
            failure: None,
            span: tracing::debug_span!("fleet"),
            summary: FleetSummary::default(),
            source,
            config,
        }
    }

    /// The next report, the error that ends the fleet, or `None` at the end.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<FleetReport>>> {
        let span = self.span.clone();
        let _entered = span.enter();
        match self.state {
            State::Idle => self.start(),
            State::Running => {}
            State::Ended => return Poll::Ready(None),
        }
        self.poll_deadline(cx);
        self.poll_jobs(cx);
        self.start_jobs(cx);
        if let Some(report) = self.ready.pop_front() {
            return Poll::Ready(Some(Ok(report)));
        }
        if self.is_done() {
            return Poll::Ready(self.end().map(Err));
        }
        Poll::Pending
    }

    pub(super) fn is_ended(&self) -> bool {
        self.state == State::Ended
    }

    pub(super) fn summary(&self) -> FleetSummary {
        let mut summary = self.summary.clone();
        if let Some(projects) = &self.projects {
            let projects = projects.summary();
            summary.requests += projects.requests();
            summary.retries += projects.retries();
        }
        summary
    }

    /// Whether nothing is under way or left to do.
    fn is_done(&self) -> bool {
        let all_started = self.projects.is_none() && self.next_project.is_none();
        all_started && self.queue.len() == 0 && self.jobs.is_empty()
    }

    fn start(&mut self) {
        self.state = State::Running;
        if let Some(invalid) = self.config.invalid.take() {
            self.failure = Some(invalid.into());
            return;
        }
        let clock = self.source.clock();
        let limit = self.config.deadline;
        self.deadline = limit.map(|limit| clock.moment_in(limit));
        self.until_deadline = self.deadline.map(|moment| clock.sleep_until(moment));
        let projects = self.listing().prepare(self.source.projects());
        self.projects = Some(projects.max_in_flight(1).stream());
    }

    /// Ends the fleet, with an error where it has one.
    fn end(&mut self) -> Option<Error> {
        self.state = State::Ended;
        let failure = self.failure.take();
        match &failure {
            Some(error) if error.kind() == ErrorKind::PossiblyIncomplete => {}
            Some(_) => self.summary.has_failed = true,
            None => {
                let unmatched = std::mem::take(&mut self.unmatched);
                self.summary.projects_not_found = unmatched.projects.into_iter().collect();
                self.summary.clusters_not_found = unmatched.clusters.into_iter().collect();
                self.summary.tags_not_found = unmatched.tags.into_iter().collect();
            }
        }
        self.summary.has_ended = true;
        failure
    }

    /// After the deadline nothing is started. The listings under way have the same deadline.
    fn poll_deadline(&mut self, cx: &mut Context<'_>) {
        let Some(sleep) = &mut self.until_deadline else {
            return;
        };
        if sleep.as_mut().poll(cx).is_pending() {
            return;
        }
        self.until_deadline = None;
        if !self.is_done() {
            let deadline = Error::new(ErrorKind::Deadline);
            self.failure.get_or_insert(deadline);
        }
        self.end_projects();
        if let Some(project) = self.next_project.take() {
            self.fail_project(&project, Error::new(ErrorKind::Deadline));
        }
        self.report_queue();
    }

    fn is_late(&self) -> bool {
        self.deadline.is_some() && self.until_deadline.is_none()
    }

    /// Reports the clusters whose turn does not come before the deadline.
    fn report_queue(&mut self) {
        for (project, cluster) in self.queue.drain() {
            let listing = Partial::not_requested(Error::new(ErrorKind::Deadline));
            self.report(project, cluster, Box::new(listing));
        }
    }

    fn poll_jobs(&mut self, cx: &mut Context<'_>) {
        let mut index = 0;
        while let Some(job) = self.jobs.get_mut(index) {
            match job.as_mut().poll(cx) {
                Poll::Ready(finished) => {
                    drop(self.jobs.swap_remove(index));
                    self.on_finished(finished);
                }
                Poll::Pending => index += 1,
            }
        }
    }

    /// Starts jobs as slots become free, and no more than the consumer takes reports.
    fn start_jobs(&mut self, cx: &mut Context<'_>) {
        let concurrency = self.config.concurrency;
        while self.ready.len() < concurrency && self.jobs.len() < MOST_JOBS {
            self.poll_projects(cx);
            if !self.has_next_job() {
                if self.poll_reopening(cx).is_ready() {
                    continue;
                }
                break;
            }
            let Poll::Ready(slot) = self.slot.poll_acquire(cx) else {
                return;
            };
            if let Some(mut job) = slot.and_then(|slot| self.next_job(slot)) {
                match job.as_mut().poll(cx) {
                    Poll::Ready(finished) => self.on_finished(finished),
                    Poll::Pending => self.jobs.push(job),
                }
            }
        }
        // A slot that nothing is to use is left to others.
        self.slot = PollSemaphore::new(Arc::clone(&self.limit));
    }

    /// Reads projects up to one that has clusters to discover, where there is need of one.
    fn poll_projects(&mut self, cx: &mut Context<'_>) {
        while self.next_project.is_none() && self.needs_clusters() {
            let Some(projects) = &mut self.projects else {
                return;
            };
            let project = match futures_core::Stream::poll_next(Pin::new(projects), cx) {
                Poll::Ready(Some(project)) => project,
                Poll::Ready(None) => return self.end_projects(),
                Poll::Pending => return,
            };
            match project {
                Ok(project) => self.on_project(project),
                Err(error) if error.kind() == ErrorKind::InvalidItem => {
                    if let Some(item) = error.into_invalid_item() {
                        self.summary.add_unreadable(None, item);
                    }
                }
                Err(error) => {
                    self.failure = Some(error);
                    self.end_projects();
                }
            }
        }
    }

    /// Whether there are too few clusters that can be listed while further ones are discovered.
    fn needs_clusters(&mut self) -> bool {
        // As many again as are listed while further ones are discovered.
        let enough = 2 * self.config.concurrency;
        let missing = enough.saturating_sub(self.expected);
        missing > 0 && self.queue.len() < MOST_QUEUED && !self.queue.has(missing, &*self.source)
    }

    fn on_project(&mut self, project: Project) {
        let selection = &self.config.selection;
        if !selection.has_project(&project, &mut self.unmatched) {
            return;
        }
        self.summary.projects += 1;
        if counted(&project) != Some(0) {
            self.next_project = Some(Arc::new(project));
        }
    }

    /// Reads no further projects.
    fn end_projects(&mut self) {
        if let Some(projects) = self.projects.take() {
            let summary = projects.summary();
            self.summary.requests += summary.requests();
            self.summary.retries += summary.retries();
            let is_incomplete =
                matches!(summary.completeness(), Completeness::PossiblyIncomplete(_));
            self.summary.incomplete_listings += u64::from(is_incomplete);
        }
    }

    fn has_next_job(&mut self) -> bool {
        self.next_project.is_some() || self.queue.has(1, &*self.source)
    }

    /// The job to start next, whose first request has this slot. Clusters are discovered first,
    /// since a project is read only where too few are known.
    fn next_job(&mut self, slot: OwnedSemaphorePermit) -> Option<Job> {
        let listing = self.listing().with_first(slot);
        let source = Arc::clone(&self.source);
        if let Some(project) = self.next_project.take() {
            self.expected += expected(&project);
            let discovered = discover(source, project, move |request| listing.prepare(request));
            return Some(Box::pin(async {
                Finished::Clusters(Box::new(discovered.await))
            }));
        }
        let turn = Box::new(self.queue.pop(&*self.source)?);
        let listed = source.snapshots(turn.project.id(), &turn.cluster);
        let listed = listing.prepare(listed).collect_partial();
        Some(Box::pin(async {
            Finished::Snapshots(turn, Box::new(listed.await))
        }))
    }

    /// Waits until a project that is paused may be requested again.
    fn poll_reopening(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(pause) = self.queue.paused_for(&*self.source) else {
            return Poll::Pending;
        };
        let clock = self.source.clock();
        let sleep = self
            .reopening
            .insert(clock.sleep_until(clock.moment_in(pause)));
        sleep.as_mut().poll(cx)
    }

    fn on_finished(&mut self, finished: Finished) {
        match finished {
            Finished::Snapshots(turn, listing) => {
                let summary = listing.collected.summary();
                self.summary.requests += summary.requests();
                self.summary.retries += summary.retries();
                let again = !self.is_late() && is_limited(&listing);
                if let Some(turn) = self.queue.on_finished(*turn, again) {
                    self.report(turn.project, turn.cluster, listing);
                }
            }
            Finished::Clusters(discovered) => {
                let expected = expected(&discovered.project);
                self.expected = self.expected.saturating_sub(expected);
                self.on_discovered(*discovered);
            }
        }
    }

    fn on_discovered(&mut self, discovered: Discovered) {
        let project = &discovered.project;
        self.summary.requests += discovered.requests;
        self.summary.retries += discovered.retries;
        self.summary.incomplete_listings += discovered.incomplete;
        if discovered.error.is_none() && discovered.is_short() {
            self.summary.add_missing(project, discovered.found);
        }
        for item in discovered.unreadable {
            self.summary.add_unreadable(Some(project.id()), item);
        }
        for cluster in discovered.clusters {
            let selection = &self.config.selection;
            if cluster.is_internal()
                || !selection.has_cluster(project, &cluster, &mut self.unmatched)
            {
                continue;
            }
            let kind = cluster
                .kind()
                .map_or("unknown", ClusterKind::as_str)
                .to_owned();
            *self.summary.clusters.entry(kind).or_default() += 1;
            if has_backups(&cluster) {
                self.queue.push(project, cluster, &*self.source);
            } else {
                self.summary.without_backups += 1;
                self.ready.push_back(FleetReport::WithoutBackups {
                    project: Arc::clone(project),
                    cluster: Box::new(cluster),
                });
            }
        }
        if self.is_late() {
            self.report_queue();
        }
        if let Some(error) = discovered.error {
            self.fail_project(project, error);
        }
    }

    fn fail_project(&mut self, project: &Arc<Project>, error: Error) {
        if error.kind() == ErrorKind::PossiblyIncomplete {
            self.summary.incomplete_listings += 1;
        } else {
            self.summary.failed_projects += 1;
        }
        let project = Arc::clone(project);
        self.ready
            .push_back(FleetReport::Project { project, error });
    }

    fn report(&mut self, project: Arc<Project>, cluster: Cluster, listing: Box<Partial<Snapshot>>) {
        let summary = listing.collected.summary();
        self.summary.snapshots += summary.delivered();
        match summary.completeness() {
            Completeness::Complete(_) => {}
            Completeness::PossiblyIncomplete(_) => self.summary.incomplete_listings += 1,
            _ => self.summary.failed_clusters += 1,
        }
        self.ready.push_back(FleetReport::Cluster {
            project,
            cluster: Box::new(cluster),
            listing,
        });
    }

    fn listing(&self) -> ListingSettings {
        ListingSettings {
            source: Arc::clone(&self.source),
            slots: Slots::new(Arc::clone(&self.limit)),
            page_size: self.config.page_size,
            consistency: self.config.consistency,
            deadline: self.deadline,
        }
    }
}

/// The settings that the listings of a fleet have in common.
struct ListingSettings {
    source: Arc<dyn FleetSource>,
    slots: Slots,
    page_size: u16,
    consistency: Consistency,
    deadline: Option<Instant>,
}

impl ListingSettings {
    fn with_first(mut self, slot: OwnedSemaphorePermit) -> Self {
        self.slots = self.slots.with_first(slot);
        self
    }

    fn prepare<T: Send + 'static>(&self, request: ListRequest<T>) -> ListRequest<T> {
        let request = request
            .in_slots(self.slots.clone())
            .page_size(self.page_size)
            .consistency(self.consistency);
        let Some(deadline) = self.deadline else {
            return request;
        };
        let now = self.source.clock().now();
        request.deadline(deadline.saturating_duration_since(now))
    }
}

/// Whether rate limits kept the request for a cluster from being served for as long as it may
/// wait. Without retries it does not wait.
fn is_limited(listing: &Partial<Snapshot>) -> bool {
    let summary = listing.collected.summary();
    let has_waited = summary.retries() > 0 || summary.requests() == 0;
    let error = listing.error.as_ref();
    has_waited
        && listing.collected.is_empty()
        && error.is_some_and(|error| error.kind() == ErrorKind::RateLimited)
}

/// How many clusters of a project can be listed at once to begin with, as far as its count says.
fn expected(project: &Project) -> usize {
    let counted = counted(project).and_then(|counted| usize::try_from(counted).ok());
    counted.map_or(1, |counted| counted.clamp(1, FIRST_WINDOW))
}

/// Whether the snapshots of a cluster are worth a request. A value that is missing is no reason
/// against it.
fn has_backups(cluster: &Cluster) -> bool {
    cluster.kind() != Some(&ClusterKind::Free) && cluster.backups_enabled() != Some(false)
}
