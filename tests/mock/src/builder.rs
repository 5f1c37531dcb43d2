//! The builder of a mock.

use std::io;
use std::net::Ipv4Addr;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::auth::AuthSettings;
use crate::cluster::Project;
use crate::connection::serve;
use crate::digest::{ChallengeFault, DigestAlgorithm};
use crate::fault::Fault;
use crate::mock::{MockAtlas, MockState};
use crate::oauth::ExpiresIn;
use crate::query::{CLUSTER_NAME_PATTERN, PROJECT_ID_PATTERN};
use crate::rate_limit::TokenBucket;
use crate::request_log::Secret;
use crate::response::CannedResponse;
use crate::routes::router;
use crate::schedule::{Schedule, When};
use crate::settings::{ClusterKind, Fidelity, Links, Sunset, TotalCount};

/// Settings of a [`MockAtlas`]: made by [`MockAtlas::builder`], used by [`start`](Self::start).
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `start` is awaited"]
pub struct MockAtlasBuilder {
    /// The project and the cluster without [`projects`](Self::projects).
    pub(crate) project: String,
    pub(crate) cluster: String,
    port: u16,
    pub(crate) latency: Duration,
    pub(crate) auth: AuthSettings,
    pub(crate) kind: ClusterKind,
    pub(crate) sunset: Option<Sunset>,
    pub(crate) fidelity: Fidelity,
    pub(crate) total_count: TotalCount,
    pub(crate) links: Links,
    /// `None` for one project with one cluster.
    pub(crate) projects: Option<Vec<Project>>,
    pub(crate) snapshots: Option<usize>,
    /// Items in place of the generated ones.
    pub(crate) items: Option<Vec<Value>>,
    pub(crate) seed: u64,
    pub(crate) now: DateTime<Utc>,
    pub(crate) hidden: Vec<Range<usize>>,
    pub(crate) rate_limit: Option<TokenBucket>,
    pub(crate) faults: Schedule<Fault>,
}

/// 2026-01-20T12:00:00Z, just before the sunset of the serverless API.
const NOW: u64 = 1_768_910_400;

impl Default for MockAtlasBuilder {
    fn default() -> Self {
        Self {
            project: "32b6e34b3d91647abb20e7b8".to_owned(),
            cluster: "Instance0".to_owned(),
            port: 0,
            latency: Duration::ZERO,
            auth: AuthSettings::default(),
            kind: ClusterKind::default(),
            sunset: None,
            fidelity: Fidelity::default(),
            total_count: TotalCount::default(),
            links: Links::default(),
            projects: None,
            snapshots: None,
            items: None,
            seed: 0,
            now: DateTime::UNIX_EPOCH + Duration::from_secs(NOW),
            hidden: Vec::new(),
            rate_limit: None,
            faults: Schedule::default(),
        }
    }
}

impl MockAtlasBuilder {
    /// The number of snapshots of each cluster (default: none; eight in an
    /// [organisation](Self#organisation)), newest first, those of a Flex cluster oldest first.
    /// Replaces [`items`](Self::items).
    ///
    /// The first four have every documented value of `status`, `frequencyType` and
    /// `snapshotType`; ids are distinct; most sizes do not fit 32 bits.
    pub fn snapshots(mut self, count: usize) -> Self {
        (self.snapshots, self.items) = (Some(count), None);
        self
    }

    /// The seed of the generated snapshots and clusters (default: 0). The same seed and the same
    /// [`now`](Self::now) give the same ones, on every platform.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The time before which the snapshots were taken (default: 2026-01-20T12:00:00Z, for the same
    /// snapshots at every run). The newest ones ended shortly before.
    pub fn now(mut self, now: impl Into<DateTime<Utc>>) -> Self {
        self.now = now.into();
        self
    }

    /// The items themselves, in listing order, sent exactly as given. Any JSON is allowed.
    /// Replaces [`snapshots`](Self::snapshots).
    pub fn items(mut self, items: impl Into<Vec<Value>>) -> Self {
        self.items = Some(items.into());
        self
    }

    /// Hides the items at these places, counted from 0: they take their place and are counted,
    /// but are not sent. As on the live service, the page that covers them is short (or empty)
    /// though more follows, and `totalCount` is too high. Places past the end are ignored.
    ///
    /// ```
    /// # use atlas_snapshots_mock::MockAtlas;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// // Three pages of ten, the middle one empty.
    /// let atlas = MockAtlas::builder().snapshots(30).hidden(10..20).start().await?;
    /// assert_eq!(atlas.snapshot_ids().len(), 20);
    /// # Ok(())
    /// # }
    /// ```
    pub fn hidden(mut self, places: Range<usize>) -> Self {
        self.hidden.push(places);
        self
    }

    /// The time between a request and its response (default: none). Requests wait concurrently.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// The project of a mock without an [organisation](Self#organisation) (default: `32b6e34b3d91647abb20e7b8`).
    pub fn project_id(mut self, id: impl Into<String>) -> Self {
        self.project = id.into();
        self
    }

    /// The only cluster of that project (default: `Instance0`).
    pub fn cluster_name(mut self, name: impl Into<String>) -> Self {
        self.cluster = name.into();
        self
    }

    /// The port to listen on (default: 0, a free one).
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The kind of that cluster (default: serverless).
    pub fn kind(mut self, kind: ClusterKind) -> Self {
        self.kind = kind;
        self
    }

    /// Withdraws the serverless API (default: it is served).
    pub fn sunset(mut self, sunset: Sunset) -> Self {
        self.sunset = Some(sunset);
        self
    }

    /// Whether responses are as documented (the default), or as recorded.
    pub fn fidelity(mut self, fidelity: Fidelity) -> Self {
        self.fidelity = fidelity;
        self
    }

    /// The `totalCount` of pages (default: the number of items).
    pub fn total_count(mut self, total_count: TotalCount) -> Self {
        self.total_count = total_count;
        self
    }

    /// The `links` of pages (default: as documented).
    pub fn links(mut self, links: Links) -> Self {
        self.links = links;
        self
    }

    /// Limits the requests of each bucket to `capacity` at once, refilled evenly over `refill`
    /// (default: no limit).
    ///
    /// As on the service, each project has a bucket for its backups, one for its Flex clusters and
    /// their backups, and one for its list of clusters; the list of projects has its own. See
    /// [`project_rate_limit`](Self::project_rate_limit) for the limit of one project.
    ///
    /// Responses carry `RateLimit-Limit` and `RateLimit-Remaining`; without a token left the response
    /// is 429 `RATE_LIMITED_TOKEN_BUCKET` with `Retry-After` in seconds. The service allows 1,200
    /// a minute for backups.
    pub fn rate_limit(mut self, capacity: u32, refill: Duration) -> Self {
        self.rate_limit = Some(TokenBucket::new(capacity, refill));
        self
    }

    /// Adds a fault, with the requests it applies to.
    ///
    /// ```
    /// use atlas_snapshots_mock::{ResponseFault, BodyFault, MockAtlas, RetryAfter, When, WireFault};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let atlas = MockAtlas::builder()
    ///     .snapshots(1_200)
    ///     .fault(ResponseFault::RateLimited(RetryAfter::Seconds(0)), When::every(2))
    ///     .fault(WireFault::ResetInBody, When::first(1).on_page(3))
    ///     .fault(BodyFault::Gzip, When::always())
    ///     .start()
    ///     .await?;
    /// assert_eq!(reqwest::get(atlas.snapshots_url()).await?.status(), 200);
    /// assert_eq!(reqwest::get(atlas.snapshots_url()).await?.status(), 429);
    /// # Ok(())
    /// # }
    /// ```
    pub fn fault(mut self, fault: impl Into<Fault>, when: When) -> Self {
        self.faults.add(fault.into(), when);
        self
    }

    /// Sends `response` to every valid request for page number `page`; a
    /// [fault](Self::fault) of this page.
    pub fn page_response(self, page: u64, response: CannedResponse) -> Self {
        self.fault(response, When::page(page))
    }

    /// Starts the mock on the current tokio runtime. It is listening when this returns.
    ///
    /// # Errors
    ///
    /// [`StartError::ProjectId`] or [`StartError::ClusterName`] for names that no valid request
    /// contains, [`StartError::Duplicate`] for two projects with one id or two clusters of a project
    /// with one name, [`StartError::Listen`] if listening on the port fails.
    pub async fn start(self) -> Result<MockAtlas, StartError> {
        let port = self.port;
        let listen_error = |source| StartError::Listen { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(listen_error)?;
        let base_url = format!("http://{}", listener.local_addr().map_err(listen_error)?);
        let (organisation, lists) = self.make_organisation(&base_url)?;
        let state = Arc::new(MockState::new(base_url, organisation, lists, self));
        Ok(MockAtlas {
            server: tokio::spawn(serve(listener, router(&state), Arc::clone(&state))),
            stop: state.stop.clone().drop_guard(),
            state,
        })
    }
}

/// # Authentication
///
/// By default no credentials are required. Each of [`require_token`](Self::require_token),
/// [`require_api_key`](Self::require_api_key) and [`service_account`](Self::service_account) adds
/// credentials; a request with none of them receives a 401 with the challenges of all. The other
/// settings have no effect without their credentials.
impl MockAtlasBuilder {
    /// Accepts `Authorization: Bearer` with this token, which never expires.
    pub fn require_token(mut self, token: impl Into<String>) -> Self {
        self.auth.token = Some(Secret(token.into()));
        self
    }

    /// Accepts requests signed with this API key: HTTP Digest (RFC 7616), `qop=auth`.
    ///
    /// Every signature is checked over method, path and query exactly as received. Its count
    /// (`nc`) must be new for the nonce, in any order; realm and opaque must be those of the
    /// challenge, and every parameter quoted, or not, as the RFC says.
    pub fn require_api_key(
        mut self,
        public: impl Into<String>,
        private: impl Into<String>,
    ) -> Self {
        self.auth.api_key = Some((public.into(), Secret(private.into())));
        self
    }

    /// The hash functions offered, one challenge each, in this order (default: only MD5).
    ///
    /// An empty list makes one challenge that does not name its algorithm, which means MD5.
    pub fn digest_algorithms(
        mut self,
        algorithms: impl IntoIterator<Item = DigestAlgorithm>,
    ) -> Self {
        self.auth.digest.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Sends all Digest challenges in one `WWW-Authenticate` header, separated by commas (default:
    /// a header each).
    pub fn challenges_in_one_header(mut self) -> Self {
        self.auth.digest.in_one_header = true;
        self
    }

    /// How long a nonce is valid (default: forever). The response to an older one is 401 with
    /// `stale=true`.
    pub fn nonce_lifetime(mut self, lifetime: Duration) -> Self {
        self.auth.digest.nonce_lifetime = Some(lifetime);
        self
    }

    /// The number of requests a nonce is valid for (default: any); one more receives a 401 with
    /// `stale=true`. With 0, no nonce is ever valid.
    pub fn nonce_uses(mut self, uses: usize) -> Self {
        self.auth.digest.nonce_uses = Some(uses);
        self
    }

    /// Adds `opaque` to the challenges, which clients must send back unchanged (default: none).
    pub fn opaque(mut self, opaque: impl Into<String>) -> Self {
        self.auth.digest.opaque = Some(opaque.into());
        self
    }

    /// Adds a directive to the challenges, `charset="UTF-8"` for example; clients must ignore
    /// unknown ones. With a name or a value that HTTP does not allow, the challenge is left out.
    pub fn challenge_directive(
        mut self,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        self.auth
            .digest
            .directives
            .push((name.into(), value.into()));
        self
    }

    /// Adds a fault of Digest challenges. All 401s are counted; they belong to no page, so a
    /// condition on a page never holds. If several faults apply, the first one takes effect.
    pub fn challenge_fault(mut self, fault: ChallengeFault, when: When) -> Self {
        self.auth.digest.faults.add(fault, when);
        self
    }

    /// Accepts tokens of a service account: `POST /api/oauth/token`, with this id and secret as
    /// Basic credentials, issues them, and `POST /api/oauth/revoke` revokes one.
    pub fn service_account(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.auth.service_account = Some((id.into(), Secret(secret.into())));
        self
    }

    /// How long an issued token is valid (default: one hour).
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.auth.tokens.lifetime = lifetime;
        self
    }

    /// The `expires_in` of token responses (default: the lifetime).
    pub fn expires_in(mut self, expires_in: ExpiresIn) -> Self {
        self.auth.tokens.expires_in = expires_in;
        self
    }

    /// The number of tokens that may be valid at once (default: 100); the response to a request
    /// for one more is 403 `access_denied`.
    pub fn token_limit(mut self, limit: usize) -> Self {
        self.auth.tokens.limit = limit;
        self
    }

    /// Adds a fault of the token endpoint: of the response, the body, the headers or the
    /// connection; those of the page and of the data have no effect. Requests with a wrong id or
    /// secret, or a malformed form, do not count; they belong to no page, so a condition on a page
    /// never holds.
    ///
    /// Only a fault of the response prevents the token from being issued.
    pub fn token_fault(mut self, fault: impl Into<Fault>, when: When) -> Self {
        self.auth.tokens.faults.add(fault.into(), when);
        self
    }

    /// The same for revocations. After a fault of the response the token is still valid.
    pub fn revoke_fault(mut self, fault: impl Into<Fault>, when: When) -> Self {
        self.auth.tokens.revoke_faults.add(fault.into(), when);
        self
    }

    /// Sends 403 `IP_ADDRESS_NOT_ON_ACCESS_LIST` to every request with correct credentials;
    /// tokens are still issued.
    pub fn block_ip(mut self) -> Self {
        self.auth.ip_blocked = true;
        self
    }

    /// Sends 401 `USER_UNAUTHORIZED` to every valid request for the project, as the service has
    /// been recorded to (its documentation says 403).
    pub fn missing_role(mut self) -> Self {
        self.auth.role_missing = true;
        self
    }
}

/// Why a mock did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The project id does not match its documented pattern.
    #[error("project id {0:?} does not match \"{PROJECT_ID_PATTERN}\"")]
    ProjectId(String),
    /// The cluster name does not match its documented pattern.
    #[error("cluster name {0:?} does not match \"{CLUSTER_NAME_PATTERN}\"")]
    ClusterName(String),
    /// Two projects have this id, or two clusters of a project have this name.
    #[error("{0:?} exists twice")]
    Duplicate(String),
    /// The port is in use, or not allowed.
    #[error("cannot listen on port {port} of 127.0.0.1")]
    Listen {
        /// The port.
        port: u16,
        /// The error of the system.
        source: io::Error,
    },
}
