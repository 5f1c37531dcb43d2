//! Waiting until a snapshot completes or fails.

use std::collections::HashSet;
use std::fmt;
use std::future::{Future, IntoFuture, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Error, ErrorKind, Result};
use crate::http::clock::current_runtime;
use crate::model::ids::{InvalidValue, SnapshotId};
use crate::model::snapshot::Snapshot;
use crate::model::snapshot_fields::SnapshotStatus;
use crate::model::text::Shown;
use crate::operations::call::ClientInner;
use crate::operations::fallback::get_snapshot;
use crate::operations::find_api::ApiCache;
use crate::operations::get::SnapshotPath;
use crate::operations::operation::ClusterPath;
use crate::paging::collect::Collected;
use crate::paging::request::ListRequest;

/// The shortest interval that is permitted.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);

/// The longest wait after a failure, unless the interval is longer.
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);

/// A wait for a snapshot that is being configured; `.await` runs it and returns the snapshot,
/// which is completed *or failed* then: look at its [status](Snapshot::status).
///
/// Made by [`Atlas::wait_for`](crate::Atlas::wait_for) and
/// [`Atlas::wait_for_next`](crate::Atlas::wait_for_next). Nothing is requested before the first
/// poll.
///
/// Failures that may pass do not end the wait: errors that are
/// [retryable](Error::is_retryable), after the retries of the
/// [`RetryPolicy`](crate::RetryPolicy) too; a list that is possibly incomplete; and, directly after a
/// successful request, a 401 or 403 without a code, which Atlas sends now and then. Each failure in
/// a row doubles the interval, up to 5 minutes, and the wait that a server requests is kept, up to
/// as long. Every other error ends the wait.
///
/// ```
/// # use atlas_snapshots_mock::{Cluster, MockAtlas};
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let cluster = Cluster::flex("Cluster0").snapshots(8).progressing();
/// # let mock = MockAtlas::builder().project("Shop").cluster(cluster).start().await?;
/// # let atlas = atlas_snapshots::Atlas::builder().base_url(mock.base_url()).build()?;
/// # let project = mock.project_id_of("Shop").unwrap();
/// # let ids = mock.snapshot_ids_of("Shop", "Cluster0");
/// # let id = &ids[7];
/// use std::time::Duration;
/// use atlas_snapshots::SnapshotStatus;
///
/// let snapshot = atlas
///     .wait_for(project, "Cluster0", id)
///     .timeout(Duration::from_secs(4 * 3_600))
///     .await?;
/// assert_eq!(snapshot.status(), Some(&SnapshotStatus::Completed));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a wait does nothing until it is awaited"]
pub struct WaitRequest {
    client: Arc<ClientInner>,
    api_cache: Arc<ApiCache>,
    cluster: ClusterPath,
    target: Target,
    timeout: Duration,
    interval: Duration,
    on_status: Option<OnStatus>,
    invalid: Option<InvalidValue>,
}

/// What is waited for.
#[derive(Clone)]
pub(crate) enum Target {
    /// The one with this id.
    Snapshot(String),
    /// The next one of this list.
    Next(Box<ListRequest<Snapshot>>),
}

type OnStatus = Arc<dyn Fn(&WaitStatus<'_>) + Send + Sync>;

/// What one request of a [`WaitRequest`] has shown; see [`WaitRequest::on_status`].
#[derive(Debug)]
#[non_exhaustive]
pub enum WaitStatus<'a> {
    /// There is no next snapshot yet.
    NoneYet,
    /// The snapshot that is waited for. The wait ends if its status is
    /// [final](SnapshotStatus::is_terminal).
    Seen(&'a Snapshot),
    /// The request failed, and another one follows.
    Failed {
        /// Why.
        error: &'a Error,
        /// When the next request follows.
        wait: Duration,
    },
}

impl WaitRequest {
    /// The values of `cluster` and `target` are checked when the wait begins.
    pub(crate) fn new(
        client: &Arc<ClientInner>,
        api_cache: &Arc<ApiCache>,
        cluster: ClusterPath,
        target: Target,
    ) -> Self {
        Self {
            client: Arc::clone(client),
            api_cache: Arc::clone(api_cache),
            cluster,
            target,
            timeout: Duration::from_secs(3_600),
            interval: Duration::from_secs(30),
            on_status: None,
            invalid: None,
        }
    }

    /// Sets how long to wait from the first poll on, requests included; default 1 hour.
    ///
    /// After that, the wait ends with an error of kind [`Deadline`](ErrorKind::Deadline), which
    /// says what was seen last. If the last request failed, its error is the
    /// [`source`](std::error::Error::source).
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Sets how long to wait between two requests; at least 1 second, default 30 seconds.
    pub fn interval(mut self, interval: Duration) -> Self {
        if interval < SHORTEST_INTERVAL {
            let value = format!("{interval:?}");
            let invalid = InvalidValue::new("interval", value, "must be at least 1 s");
            self.invalid.get_or_insert(invalid);
        }
        self.interval = interval;
        self
    }

    /// Sets a function that is called with what each request has shown, to report progress. It
    /// must not block.
    ///
    /// The same is emitted as events of `tracing` with the target `atlas_snapshots::wait`.
    pub fn on_status(mut self, function: impl Fn(&WaitStatus<'_>) + Send + Sync + 'static) -> Self {
        self.on_status = Some(Arc::new(function));
        self
    }

    async fn run(self) -> Result<Snapshot> {
        current_runtime()?;
        if let Some(invalid) = self.invalid {
            return Err(invalid.into());
        }
        let mut waiting = Waiting {
            deadline: self.client.retrier.clock().moment_in(self.timeout),
            timeout: self.timeout,
            interval: self.interval,
            on_status: self.on_status,
            seen: "nothing was seen".to_owned(),
            has_succeeded: false,
            failures: 0,
            last_failure: None,
            cluster: self.cluster,
            client: self.client,
        };
        let id = match self.target {
            Target::Snapshot(id) => id,
            Target::Next(list) => {
                let next = waiting.find_next(&list).await?;
                if is_final(&next) {
                    return Ok(next);
                }
                waiting.pause(waiting.interval).await?;
                next.id().to_string()
            }
        };
        waiting.until_final(&self.api_cache, &id).await
    }
}

/// A wait that runs.
struct Waiting {
    client: Arc<ClientInner>,
    cluster: ClusterPath,
    deadline: Instant,
    timeout: Duration,
    interval: Duration,
    on_status: Option<OnStatus>,
    /// What was seen last.
    seen: String,
    has_succeeded: bool,
    /// How many requests in a row have failed, and the error of the last one.
    failures: u32,
    last_failure: Option<Error>,
}

impl Waiting {
    /// Lists the snapshots until there is a next one: one that was queued or running in the first
    /// list, or else one that was not in it.
    async fn find_next(&mut self, list: &ListRequest<Snapshot>) -> Result<Snapshot> {
        let mut known: Option<HashSet<SnapshotId>> = None;
        let request = || read(list.clone());
        self.poll(request, |this, snapshots| {
            let is_next = |snapshot: &&Snapshot| match &known {
                Some(known) => !known.contains(snapshot.id()),
                None => is_pending(snapshot),
            };
            // One that has a date has begun.
            let candidates = snapshots.iter().filter(is_next);
            let next = candidates.min_by_key(|snapshot| {
                let date = snapshot.created_at().or(snapshot.started_at());
                (date.is_none(), date, snapshot.id())
            });
            match next {
                Some(next) => this.report(&WaitStatus::Seen(next)),
                None => this.report(&WaitStatus::NoneYet),
            }
            known.get_or_insert_with(|| ids_of(&snapshots));
            next.cloned()
        })
        .await
    }

    /// Requests one snapshot until its status is final.
    async fn until_final(&mut self, cache: &ApiCache, id: &str) -> Result<Snapshot> {
        let path = SnapshotPath::new(&self.cluster.project, &self.cluster.cluster, id)?;
        let client = Arc::clone(&self.client);
        let request = || get_snapshot(&client, cache, path.clone());
        self.poll(request, |this, snapshot| {
            this.report(&WaitStatus::Seen(&snapshot));
            is_final(&snapshot).then_some(snapshot)
        })
        .await
    }

    /// Makes a request in every interval until its result is accepted.
    async fn poll<T, R, F: Future<Output = Result<T>>>(
        &mut self,
        request: impl Fn() -> F,
        mut accept: impl FnMut(&mut Self, T) -> Option<R>,
    ) -> Result<R> {
        loop {
            let outcome = self.before_deadline(request()).await?;
            let wait = match outcome {
                Ok(response) => {
                    self.has_succeeded = true;
                    self.failures = 0;
                    self.last_failure = None;
                    if let Some(accepted) = accept(self, response) {
                        return Ok(accepted);
                    }
                    self.interval
                }
                Err(error) if self.may_pass(&error) => {
                    self.failures = self.failures.saturating_add(1);
                    let wait = self.wait_after(&error);
                    self.report(&WaitStatus::Failed {
                        error: &error,
                        wait,
                    });
                    self.last_failure = Some(error);
                    wait
                }
                Err(error) => return Err(error),
            };
            self.pause(wait).await?;
        }
    }

    fn may_pass(&self, error: &Error) -> bool {
        let is_sporadic = self.has_succeeded
            && self.failures == 0
            && error.error_code().is_none()
            && matches!(error.status(), Some(401 | 403));
        error.is_retryable() || is_sporadic || error.kind() == ErrorKind::PossiblyIncomplete
    }

    fn wait_after(&self, error: &Error) -> Duration {
        let longest = LONGEST_WAIT.max(self.interval);
        let doublings = self.failures.saturating_sub(1).min(31);
        let doubled = self.interval.saturating_mul(1 << doublings);
        let requested = error.retry_after().unwrap_or_default();
        doubled.max(requested).min(longest)
    }

    async fn pause(&self, wait: Duration) -> Result<()> {
        let clock = self.client.retrier.clock();
        let moment = clock.moment_in(wait);
        self.before_deadline(clock.sleep_until(moment)).await
    }

    /// # Errors
    ///
    /// `Deadline`, where it passes first.
    async fn before_deadline<F: Future>(&self, future: F) -> Result<F::Output> {
        let mut future = pin!(future);
        let mut deadline = self.client.retrier.clock().sleep_until(self.deadline);
        poll_fn(|cx| {
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Ok(output));
            }
            let passed = deadline.as_mut().poll(cx);
            passed.map(|()| Err(self.deadline_passed()))
        })
        .await
    }

    fn deadline_passed(&self) -> Error {
        let (timeout, seen) = (self.timeout, &self.seen);
        let ClusterPath { project, cluster } = &self.cluster;
        let message = format!("{cluster} in project {project}: {seen} after {timeout:?}");
        let error = Error::new(ErrorKind::Deadline).with_message(message);
        match &self.last_failure {
            Some(failure) => error.with_source(failure.clone()),
            None => error,
        }
    }

    /// Reports what a request has shown. The target and the fields are documented in the README of
    /// the crate.
    fn report(&mut self, status: &WaitStatus<'_>) {
        match status {
            WaitStatus::NoneYet => {
                "there was no next snapshot".clone_into(&mut self.seen);
                tracing::info!(target: "atlas_snapshots::wait", "no next snapshot yet");
            }
            WaitStatus::Seen(snapshot) => {
                let (id, text) = (snapshot.id(), status_of(snapshot));
                self.seen = format!("snapshot {id} was {text}");
                tracing::info!(
                    target: "atlas_snapshots::wait",
                    status = %Shown(text),
                    "atlas.snapshot" = %Shown(id.as_str()),
                    "waiting for a snapshot",
                );
            }
            WaitStatus::Failed { error, wait } => tracing::warn!(
                target: "atlas_snapshots::wait",
                wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
                "error.type" = error.kind().as_str(),
                %error,
                "a request failed, and another one follows",
            ),
        }
        if let Some(function) = &self.on_status {
            function(status);
        }
    }
}

/// All snapshots. One that is unreadable is left out: it has no status.
async fn read(list: ListRequest<Snapshot>) -> Result<Collected<Snapshot>> {
    let partial = list.collect_partial().await;
    match partial.error {
        None => Ok(partial.collected),
        Some(error) => Err(error),
    }
}

fn ids_of(snapshots: &[Snapshot]) -> HashSet<SnapshotId> {
    let ids = snapshots.iter().map(|snapshot| snapshot.id().clone());
    ids.collect()
}

fn is_final(snapshot: &Snapshot) -> bool {
    snapshot.status().is_some_and(SnapshotStatus::is_terminal)
}

fn is_pending(snapshot: &Snapshot) -> bool {
    let status = snapshot.status();
    matches!(
        status,
        Some(SnapshotStatus::Queued | SnapshotStatus::InProgress)
    )
}

fn status_of(snapshot: &Snapshot) -> &str {
    let status = snapshot.status();
    status.map_or("without a status", SnapshotStatus::as_str)
}

impl fmt::Debug for WaitRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitRequest")
            .field("cluster", &self.cluster)
            .field("timeout", &self.timeout)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

/// The future of a [`WaitRequest`].
#[must_use = "futures do nothing unless polled"]
pub struct Wait(Pin<Box<dyn Future<Output = Result<Snapshot>> + Send>>);

impl Future for Wait {
    type Output = Result<Snapshot>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

impl fmt::Debug for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait").finish_non_exhaustive()
    }
}

impl IntoFuture for WaitRequest {
    type Output = Result<Snapshot>;
    type IntoFuture = Wait;

    fn into_future(self) -> Wait {
        Wait(Box::pin(self.run()))
    }
}
