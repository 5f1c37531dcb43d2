use std::fmt;

use tokio::task::JoinHandle;

use crate::builder::MockAtlasBuilder;
use crate::cluster::ClusterKind;
use crate::fault::{DataChange, Fault, FaultRule, When};
use crate::oauth::LoggedTokenRequest;
use crate::path::{flex_snapshots_path, snapshots_path};
use crate::request_log::LoggedRequest;
use crate::state::{MockState, SharedState, lock};
use crate::stop::StopOnDrop;

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
/// let refused = reqwest::get(atlas.snapshots_url()).await?;
/// assert_eq!(refused.status(), 401);
/// let answered = reqwest::Client::new().get(atlas.snapshots_url()).bearer_auth("secret").send().await?;
/// assert_eq!(answered.status(), 200);
///
/// let log = atlas.requests();
/// assert_eq!(log[0].authorization_scheme(), None);
/// assert!(log[1].authorization_is("Bearer secret"));
/// # Ok(())
/// # }
/// ```
pub struct MockAtlas {
    state: SharedState,
    server: JoinHandle<()>,
    stop: StopOnDrop,
}

impl MockAtlas {
    /// Settings of a mock, all with defaults.
    pub fn builder() -> MockAtlasBuilder {
        MockAtlasBuilder::default()
    }

    pub(crate) fn running(state: SharedState, server: JoinHandle<()>, stop: StopOnDrop) -> Self {
        Self {
            state,
            server,
            stop,
        }
    }

    /// Where the mock listens: `http://127.0.0.1:PORT`, without a trailing slash.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.state.base_url
    }

    /// The one project that exists.
    #[must_use]
    pub fn project_id(&self) -> &str {
        &self.state.project
    }

    /// The one serverless instance of that project.
    #[must_use]
    pub fn instance_name(&self) -> &str {
        &self.state.instance
    }

    /// The address of the listing in the API of the cluster's kind, without a query.
    #[must_use]
    pub fn snapshots_url(&self) -> String {
        let MockState {
            base_url,
            project,
            instance,
            kind,
            ..
        } = &*self.state;
        let path = match kind {
            ClusterKind::Serverless => snapshots_path(project, instance),
            ClusterKind::Flex => flex_snapshots_path(project, instance),
        };
        format!("{base_url}{path}")
    }

    /// The ids there are now, in listing order: what a complete listing must deliver.
    ///
    /// Hidden rows, and literal rows without a string in `id`, have none.
    #[must_use]
    pub fn snapshot_ids(&self) -> Vec<String> {
        lock(&self.state.rows)
            .ids()
            .map(ToOwned::to_owned)
            .collect()
    }

    /// The ids there from the start and there still, in listing order: whatever changed while a
    /// client was reading, a complete listing must deliver these.
    #[must_use]
    pub fn surviving_ids(&self) -> Vec<String> {
        lock(&self.state.rows)
            .surviving_ids()
            .map(ToOwned::to_owned)
            .collect()
    }

    /// Changes the data now. To change it right after a certain request, make the change a
    /// [fault](MockAtlasBuilder::fault).
    pub fn change(&self, change: DataChange) {
        lock(&self.state.rows).change(change);
    }

    /// Adds a fault to the script. Its requests are counted from now on.
    pub fn add_fault(&self, fault: impl Into<Fault>, when: When) {
        lock(&self.state.script).add(FaultRule::new(fault, when));
    }

    /// Adds a [fault of the token endpoint](MockAtlasBuilder::token_fault), counted from now on.
    pub fn add_token_fault(&self, fault: impl Into<Fault>, when: When) {
        if let Some(tokens) = &self.state.sign_in.tokens {
            tokens.add_fault(FaultRule::new(fault, when));
        }
    }

    /// Ends all faults, those of tokens and revocations too, but not those of challenges; those
    /// of requests under way still happen.
    pub fn clear_faults(&self) {
        lock(&self.state.script).clear();
        if let Some(tokens) = &self.state.sign_in.tokens {
            tokens.clear_faults();
        }
    }

    /// Expires every nonce handed out so far: the next answer to one is 401 with `stale=true`.
    pub fn expire_nonces(&self) {
        if let Some(digest) = &self.state.sign_in.digest {
            digest.expire_nonces();
        }
    }

    /// Expires every token issued so far: the next request with one is 401. The token of
    /// [`require_token`](MockAtlasBuilder::require_token) stays good.
    pub fn expire_tokens(&self) {
        if let Some(tokens) = &self.state.sign_in.tokens {
            tokens.expire_tokens();
        }
    }

    /// How many tokens issued are neither expired nor revoked.
    #[must_use]
    pub fn live_tokens(&self) -> usize {
        let tokens = self.state.sign_in.tokens.as_ref();
        tokens.map_or(0, |tokens| tokens.live_tokens())
    }

    /// Every request received so far, in order of arrival, refused and malformed ones included;
    /// but not those of a service account for tokens, which are
    /// [on their own](Self::token_requests).
    #[must_use]
    pub fn requests(&self) -> Vec<LoggedRequest> {
        lock(&self.state.log).entries()
    }

    /// How many requests the log holds.
    #[must_use]
    pub fn request_count(&self) -> usize {
        lock(&self.state.log).len()
    }

    /// Every request of a service account for a token, or to revoke one, in order of arrival,
    /// refused and malformed ones included.
    #[must_use]
    pub fn token_requests(&self) -> Vec<LoggedTokenRequest> {
        lock(&self.state.token_log).entries()
    }

    /// How many requests are in [that log](Self::token_requests).
    #[must_use]
    pub fn token_request_count(&self) -> usize {
        lock(&self.state.token_log).len()
    }

    /// Empties both logs. Requests still under way do not come back into them.
    pub fn clear_requests(&self) {
        lock(&self.state.log).clear();
        lock(&self.state.token_log).clear();
    }

    /// How many requests were being answered at once, at most.
    #[must_use]
    pub fn peak_in_flight(&self) -> usize {
        self.state.in_flight.peak()
    }

    /// How many requests are being answered now.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.state.in_flight.now()
    }

    /// How many connections are open now.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        self.state.connections.now()
    }

    /// How many connections were accepted in all.
    #[must_use]
    pub fn accepted_connections(&self) -> usize {
        self.state.connections.total()
    }

    /// Waits until `condition` holds, looking again whenever a request or a connection comes or
    /// goes. A test waits for what it means, instead of sleeping.
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
            // Before the look, or a change right after it would be missed.
            let changed = self.state.changed.notified();
            if condition(self) {
                return;
            }
            changed.await;
        }
    }

    /// Stops accepting, lets answers under way finish for up to a second, closes every
    /// connection, and returns once all is closed. Dropping the mock does the same in the
    /// background.
    pub async fn shutdown(self) {
        drop(self.stop);
        // An error means the runtime is going away, and the server with it.
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
