//! The running mock and its state.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::builder::MockAtlasBuilder;
use crate::digest::{ChallengeFault, Nonces};
use crate::fault::{DataChange, Fault};
use crate::items::Items;
use crate::oauth::Tokens;
use crate::operation::Operation;
use crate::organisation::{Lists, Organisation};
use crate::rate_limit::Buckets;
use crate::request_log::{LogEntry, LoggedRequest};
use crate::schedule::{Schedule, When};

/// A running mock. It serves until it is dropped or [shut down](Self::shutdown).
///
/// It runs as tasks of the runtime that started it, so a test on a paused tokio clock pauses the
/// mock's latency too.
///
/// ```
/// use atlas_snapshots_mock::MockAtlas;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let atlas = MockAtlas::builder().snapshots(3).require_token("secret").start().await?;
///
/// let rejected = reqwest::get(atlas.snapshots_url()).await?;
/// assert_eq!(rejected.status(), 401);
/// let request = reqwest::Client::new().get(atlas.snapshots_url()).bearer_auth("secret");
/// assert_eq!(request.send().await?.status(), 200);
///
/// let log = atlas.requests();
/// assert_eq!(log[0].authorization_scheme(), None);
/// assert!(log[1].authorization_is("Bearer secret"));
/// # Ok(())
/// # }
/// ```
pub struct MockAtlas {
    pub(crate) state: SharedState,
    pub(crate) server: JoinHandle<()>,
    pub(crate) stop: DropGuard,
}

impl MockAtlas {
    /// Settings of a mock, all with defaults.
    pub fn builder() -> MockAtlasBuilder {
        MockAtlasBuilder::default()
    }

    /// The address of the mock: `http://127.0.0.1:PORT`, without a trailing slash.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.state.base_url
    }

    /// The project of the first cluster; empty without clusters.
    #[must_use]
    pub fn project_id(&self) -> &str {
        let first = self.state.organisation.first.as_ref();
        first.map_or("", |(project, _)| project)
    }

    /// The id of the project with this name.
    #[must_use]
    pub fn project_id_of(&self, name: &str) -> Option<&str> {
        let mut projects = self.state.organisation.projects.iter();
        let found = projects.find(|(_, project)| project.name == name);
        found.map(|(id, _)| id.as_str())
    }

    /// The name of the first cluster; empty without clusters.
    #[must_use]
    pub fn cluster_name(&self) -> &str {
        let first = self.state.organisation.first.as_ref();
        first.map_or("", |(_, cluster)| &cluster.name)
    }

    /// The address of the first cluster's snapshots in the API of its kind, without a query.
    #[must_use]
    pub fn snapshots_url(&self) -> String {
        format!("{}{}", self.base_url(), self.state.first_list())
    }

    /// The current ids of the first cluster's snapshots in listing order, which a complete listing
    /// must deliver.
    ///
    /// Hidden items, and literal items without a string in `id`, have none.
    #[must_use]
    pub fn snapshot_ids(&self) -> Vec<String> {
        self.state
            .ids(&self.state.first_list(), |items| owned(items.ids()))
    }

    /// The current ids of the snapshots of a cluster, whose project is given by name or id; none of
    /// an unknown cluster.
    #[must_use]
    pub fn snapshot_ids_of(&self, project: &str, cluster: &str) -> Vec<String> {
        let id = self.project_id_of(project).unwrap_or(project);
        let project = self.state.organisation.projects.get(id);
        let Some(cluster) = project.and_then(|project| project.clusters.get(cluster)) else {
            return Vec::new();
        };
        let list = Operation::snapshots_of(cluster.kind).path(&[id, &cluster.name]);
        self.state.ids(&list, |items| owned(items.ids()))
    }

    /// The ids of the first cluster present from the start until now, in listing order. A complete listing must deliver
    /// these even if the data changed meanwhile.
    #[must_use]
    pub fn surviving_ids(&self) -> Vec<String> {
        self.state.ids(&self.state.first_list(), |items| {
            owned(items.surviving_ids())
        })
    }

    /// Changes the first cluster's snapshots now. To change it right after a certain request, make the change a
    /// [fault](MockAtlasBuilder::fault).
    pub fn change(&self, change: DataChange) {
        if let Some(items) = lock(&self.state.lists).get_mut(&self.state.first_list()) {
            items.change(change);
        }
    }

    /// Adds a fault. Its requests are counted from now on.
    pub fn add_fault(&self, fault: impl Into<Fault>, when: When) {
        lock(&self.state.faults).add(fault.into(), when);
    }

    /// Adds a [fault of the token endpoint](MockAtlasBuilder::token_fault), counted from now on.
    pub fn add_token_fault(&self, fault: impl Into<Fault>, when: When) {
        lock(&self.state.token_faults).add(fault.into(), when);
    }

    /// Removes all faults, those of tokens and revocations too, but not those of challenges; those
    /// of requests under way still happen.
    pub fn clear_faults(&self) {
        lock(&self.state.faults).clear();
        lock(&self.state.token_faults).clear();
        lock(&self.state.revoke_faults).clear();
    }

    /// Expires every nonce issued so far: the next response to one is 401 with `stale=true`.
    pub fn expire_nonces(&self) {
        for nonce in lock(&self.state.nonces).values_mut() {
            nonce.expired = true;
        }
    }

    /// Expires every token issued so far: the next request with one is 401. The token of
    /// [`require_token`](MockAtlasBuilder::require_token) stays valid.
    pub fn expire_tokens(&self) {
        lock(&self.state.tokens).expire_all();
    }

    /// The number of issued tokens that are neither expired nor revoked.
    #[must_use]
    pub fn live_tokens(&self) -> usize {
        lock(&self.state.tokens).live()
    }

    /// Every request received so far, in order of arrival, rejected and malformed ones included,
    /// but without [token requests](Self::token_requests).
    #[must_use]
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.state.logged(false, Clone::clone)
    }

    /// Those of [`requests`](Self::requests) that are for this operation.
    #[must_use]
    pub fn requests_to(&self, operation: Operation) -> Vec<LoggedRequest> {
        let mut requests = self.requests();
        requests.retain(|request| request.operation == Some(operation));
        requests
    }

    /// The number of [those requests](Self::requests).
    #[must_use]
    pub fn request_count(&self) -> usize {
        self.state.logged(false, |_| ()).len()
    }

    /// Every request of a service account for a token, or to revoke one, in order of arrival,
    /// rejected and malformed ones included.
    #[must_use]
    pub fn token_requests(&self) -> Vec<LoggedRequest> {
        self.state.logged(true, Clone::clone)
    }

    /// The number of [those requests](Self::token_requests).
    #[must_use]
    pub fn token_request_count(&self) -> usize {
        self.state.logged(true, |_| ()).len()
    }

    /// Empties the log. Requests under way are not added to it again.
    pub fn clear_requests(&self) {
        lock(&self.state.log).clear();
    }

    /// The largest number of requests processed at once.
    #[must_use]
    pub fn peak_in_flight(&self) -> usize {
        self.state.in_flight.peak.load(Ordering::Relaxed)
    }

    /// The number of requests being processed now.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.state.in_flight.now.load(Ordering::Relaxed)
    }

    /// The number of connections open now.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        self.state.connections.now.load(Ordering::Relaxed)
    }

    /// The number of connections accepted in all.
    #[must_use]
    pub fn accepted_connections(&self) -> usize {
        self.state.connections.total.load(Ordering::Relaxed)
    }

    /// Waits until `condition` holds, checking it whenever a request or a connection begins or
    /// ends. A test that uses it needs no sleep.
    ///
    /// ```
    /// # use atlas_snapshots_mock::MockAtlas;
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let atlas = MockAtlas::builder().latency(Duration::from_secs(60)).start().await?;
    /// let request = tokio::spawn(reqwest::get(atlas.snapshots_url()));
    /// atlas.until(|atlas| atlas.request_count() == 1).await;
    ///
    /// request.abort();
    /// atlas.until(|atlas| atlas.open_connections() == 0).await;
    /// assert_eq!(atlas.requests()[0].status, None);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn until(&self, mut condition: impl FnMut(&Self) -> bool) {
        loop {
            // Before the check, or a change right after it would be missed.
            let changed = self.state.changed.notified();
            if condition(self) {
                return;
            }
            changed.await;
        }
    }

    /// Stops accepting, lets responses under way finish for up to a second, closes every
    /// connection, and returns once all are closed. Dropping the mock does the same in the
    /// background.
    pub async fn shutdown(self) {
        drop(self.stop);
        // An error means that the runtime ends, and the server with it.
        let _ = self.server.await;
    }
}

impl fmt::Debug for MockAtlas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockAtlas")
            .field("base_url", &self.state.base_url)
            .field("requests", &self.request_count())
            .field("open_connections", &self.open_connections())
            .finish_non_exhaustive()
    }
}

pub(crate) type SharedState = Arc<MockState>;

/// The state that all requests share.
pub(crate) struct MockState {
    pub(crate) base_url: String,
    pub(crate) settings: MockAtlasBuilder,
    pub(crate) organisation: Organisation,
    pub(crate) lists: Mutex<Lists>,
    pub(crate) buckets: Mutex<Buckets>,
    pub(crate) faults: Mutex<Schedule<Fault>>,
    pub(crate) token_faults: Mutex<Schedule<Fault>>,
    pub(crate) revoke_faults: Mutex<Schedule<Fault>>,
    pub(crate) challenge_faults: Mutex<Schedule<ChallengeFault>>,
    pub(crate) nonces: Mutex<Nonces>,
    pub(crate) tokens: Mutex<Tokens>,
    pub(crate) log: Mutex<Vec<LogEntry>>,
    pub(crate) connections: Gauge,
    pub(crate) in_flight: Gauge,
    /// Notified whenever the log or a gauge changes.
    changed: Notify,
    pub(crate) stop: CancellationToken,
}

impl MockState {
    pub(crate) fn new(
        base_url: String,
        organisation: Organisation,
        lists: Lists,
        settings: MockAtlasBuilder,
    ) -> Self {
        let auth = &settings.auth;
        Self {
            base_url,
            organisation,
            lists: Mutex::new(lists),
            buckets: Mutex::default(),
            faults: Mutex::new(settings.faults.clone()),
            token_faults: Mutex::new(auth.tokens.faults.clone()),
            revoke_faults: Mutex::new(auth.tokens.revoke_faults.clone()),
            challenge_faults: Mutex::new(auth.digest.faults.clone()),
            nonces: Mutex::default(),
            tokens: Mutex::default(),
            log: Mutex::default(),
            connections: Gauge::default(),
            in_flight: Gauge::default(),
            changed: Notify::new(),
            stop: CancellationToken::new(),
            settings,
        }
    }

    /// The path of the first cluster's snapshots; empty without clusters.
    fn first_list(&self) -> String {
        let first = self.organisation.first.as_ref();
        first.map_or_else(String::new, |(project, cluster)| {
            Operation::snapshots_of(cluster.kind).path(&[project, &cluster.name])
        })
    }

    /// The ids that `read` takes from a list.
    fn ids(&self, list: &str, read: fn(&Items) -> Vec<String>) -> Vec<String> {
        lock(&self.lists).get(list).map(read).unwrap_or_default()
    }

    /// The log: requests to the API, or to the token endpoints.
    fn logged<T>(&self, of_tokens: bool, map: fn(&LoggedRequest) -> T) -> Vec<T> {
        let log = lock(&self.log);
        let entries = log.iter().map(|entry| lock(entry));
        let wanted = entries.filter(|entry| entry.token_endpoint.is_some() == of_tokens);
        wanted.map(|entry| map(&entry)).collect()
    }

    /// Increments a gauge of this state until the result is dropped.
    pub(crate) fn hold(self: &Arc<Self>, gauge: fn(&Self) -> &Gauge) -> Held {
        let Gauge { now, peak, total } = gauge(self);
        peak.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
        let number = total.fetch_add(1, Ordering::Relaxed);
        self.changed.notify_waiters();
        Held {
            state: Arc::clone(self),
            gauge,
            number,
        }
    }
}

/// The current, the largest and the total number of something.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    now: AtomicUsize,
    peak: AtomicUsize,
    total: AtomicUsize,
}

/// A unit of a gauge, which its drop subtracts.
pub(crate) struct Held {
    state: SharedState,
    gauge: fn(&MockState) -> &Gauge,
    /// The number of units counted before this one.
    pub(crate) number: usize,
}

impl Drop for Held {
    fn drop(&mut self) {
        let gauge = (self.gauge)(&self.state);
        gauge.now.fetch_sub(1, Ordering::Relaxed);
        self.state.changed.notify_waiters();
    }
}

fn owned<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    texts.map(ToOwned::to_owned).collect()
}

/// Locks even after a panic elsewhere: the mock's data stays readable for the failing test.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
