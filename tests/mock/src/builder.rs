use std::io;
use std::net::Ipv4Addr;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::canned::CannedResponse;
use crate::cluster::{ClusterKind, Sunset};
use crate::dialect::Dialect;
use crate::fault::{Fault, FaultRule, Script, When};
use crate::links::Links;
use crate::mock::MockAtlas;
use crate::path::{
    INSTANCE_NAME_PATTERN, PROJECT_ID_PATTERN, is_instance_name, is_project_id, snapshots_path,
};
use crate::rate_limit::TokenBucket;
use crate::routes::router;
use crate::rows::{Row, Rows};
use crate::server::serve;
use crate::sign_in::{Settings, SignIn};
use crate::snapshot::Generator;
use crate::state::{Gauge, MockState};
use crate::stop::stop_signal;
use crate::total_count::TotalCount;

/// Settings of a [`MockAtlas`]; made by [`MockAtlas::builder`], ended by [`start`](Self::start).
///
/// ```
/// use atlas_snapshots_mock::{MockAtlas, TotalCount};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let atlas = MockAtlas::builder()
///     .snapshots(1_200)
///     .seed(7)
///     .latency(Duration::from_millis(50))
///     .total_count(TotalCount::Offset(1))
///     .start()
///     .await?;
/// assert_eq!(atlas.snapshot_ids().len(), 1_200);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `start` is awaited"]
pub struct MockAtlasBuilder {
    project: String,
    instance: String,
    port: u16,
    latency: Duration,
    /// Its setters are with the other rooms of signing in.
    pub(crate) sign_in: Settings,
    kind: ClusterKind,
    sunset: Option<Sunset>,
    dialect: Dialect,
    total_count: TotalCount,
    links: Links,
    data: Data,
    seed: u64,
    hidden: Vec<Range<usize>>,
    rate_limit: Option<TokenBucket>,
    script: Script,
}

/// Where the rows come from.
#[derive(Debug, Clone)]
enum Data {
    Generated(usize),
    Literal(Vec<Value>),
}

impl Default for MockAtlasBuilder {
    fn default() -> Self {
        Self {
            project: "32b6e34b3d91647abb20e7b8".to_owned(),
            instance: "Instance0".to_owned(),
            port: 0,
            latency: Duration::ZERO,
            sign_in: Settings::default(),
            kind: ClusterKind::Serverless,
            sunset: None,
            dialect: Dialect::Documented,
            total_count: TotalCount::Exact,
            links: Links::Documented,
            data: Data::Generated(0),
            seed: 0,
            hidden: Vec::new(),
            rate_limit: None,
            script: Script::default(),
        }
    }
}

impl MockAtlasBuilder {
    /// How many snapshots there are (default: none), newest first, those of a Flex cluster oldest
    /// first. Replaces [`rows`](Self::rows).
    ///
    /// The first four show every documented value of `status`, `frequencyType` and
    /// `snapshotType`; ids are distinct; most sizes do not fit 32 bits.
    pub fn snapshots(mut self, count: usize) -> Self {
        self.data = Data::Generated(count);
        self
    }

    /// Seed of the generated snapshots (default: 0). The same seed gives the same snapshots, on
    /// every platform.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The rows themselves, in listing order, sent exactly as given, whatever they are.
    /// Replaces [`snapshots`](Self::snapshots).
    pub fn rows(mut self, rows: impl Into<Vec<Value>>) -> Self {
        self.data = Data::Literal(rows.into());
        self
    }

    /// Hides the rows at these places, counted from 0: they take their place and are counted,
    /// but not shown. As on the live service, the page that holds them comes short (or empty)
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

    /// Time between the arrival of a request and its answer (default: none). Requests wait side
    /// by side, not one after another.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// The one project that exists (default: `32b6e34b3d91647abb20e7b8`).
    pub fn project_id(mut self, id: impl Into<String>) -> Self {
        self.project = id.into();
        self
    }

    /// The one serverless instance of that project (default: `Instance0`).
    pub fn instance_name(mut self, name: impl Into<String>) -> Self {
        self.instance = name.into();
        self
    }

    /// The port to listen on (default: 0, a free one).
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// What kind of cluster the instance is (default: serverless).
    pub fn kind(mut self, kind: ClusterKind) -> Self {
        self.kind = kind;
        self
    }

    /// Withdraws the serverless API (default: it is served).
    pub fn sunset(mut self, sunset: Sunset) -> Self {
        self.sunset = Some(sunset);
        self
    }

    /// Whether to answer as documented (the default), or as recorded.
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// What pages say in `totalCount` (default: the truth).
    pub fn total_count(mut self, total_count: TotalCount) -> Self {
        self.total_count = total_count;
        self
    }

    /// Which links pages carry (default: as documented).
    pub fn links(mut self, links: Links) -> Self {
        self.links = links;
        self
    }

    /// Limits requests to `capacity` at once, refilled evenly over `refill` (default: no limit).
    ///
    /// Pages carry `RateLimit-Limit` and `RateLimit-Remaining`; without a token left the answer
    /// is 429 `RATE_LIMITED_TOKEN_BUCKET` with `Retry-After` in seconds. The service allows 1,200
    /// a minute for backups.
    pub fn rate_limit(mut self, capacity: u32, refill: Duration) -> Self {
        self.rate_limit = Some(TokenBucket::new(capacity, refill));
        self
    }

    /// Adds a fault to the script: what goes wrong, and for which requests.
    ///
    /// ```
    /// use atlas_snapshots_mock::{AnswerFault, BodyFault, MockAtlas, RetryAfter, When, WireFault};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let atlas = MockAtlas::builder()
    ///     .snapshots(1_200)
    ///     .fault(AnswerFault::RateLimited(RetryAfter::Seconds(0)), When::every(2))
    ///     .fault(WireFault::ResetInBody, When::first(1).on_page(3))
    ///     .fault(BodyFault::Gzip, When::always())
    ///     .start()
    ///     .await?;
    /// assert_eq!(reqwest::get(atlas.snapshots_url()).await?.status(), 200);
    /// assert_eq!(reqwest::get(atlas.snapshots_url()).await?.status(), 429);
    /// # Ok(())
    /// # }
    /// ```
    pub fn fault(self, fault: impl Into<Fault>, when: When) -> Self {
        self.faults([FaultRule::new(fault, when)])
    }

    /// Adds several faults, parsed from text for example.
    pub fn faults(mut self, rules: impl IntoIterator<Item = FaultRule>) -> Self {
        rules.into_iter().for_each(|rule| self.script.add(rule));
        self
    }

    /// Answers every valid request for page number `page` with `response`; short for a
    /// [fault](Self::fault) of this page.
    pub fn page_response(self, page: u64, response: CannedResponse) -> Self {
        self.fault(response, When::page(page))
    }

    /// Starts the mock on the current tokio runtime. It is listening when this returns.
    ///
    /// # Errors
    ///
    /// [`StartError::ProjectId`] or [`StartError::InstanceName`] if no request could ever name
    /// them, [`StartError::Listen`] if the port cannot be listened on.
    pub async fn start(self) -> Result<MockAtlas, StartError> {
        if !is_project_id(&self.project) {
            return Err(StartError::ProjectId(self.project));
        }
        if !is_instance_name(&self.instance) {
            return Err(StartError::InstanceName(self.instance));
        }
        let port = self.port;
        let listen_error = |source| StartError::Listen { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(listen_error)?;
        let base_url = format!("http://{}", listener.local_addr().map_err(listen_error)?);

        let (stop, signal) = stop_signal();
        let state = Arc::new(MockState {
            rows: Mutex::new(self.make_rows(&base_url)),
            base_url,
            project: self.project,
            instance: self.instance,
            kind: self.kind,
            sunset: self.sunset,
            dialect: self.dialect,
            latency: self.latency,
            sign_in: SignIn::new(self.sign_in),
            total_count: self.total_count,
            links: self.links,
            script: Mutex::new(self.script),
            rate_limit: self.rate_limit.map(Mutex::new),
            log: Mutex::default(),
            token_log: Mutex::default(),
            connections: Gauge::default(),
            in_flight: Gauge::default(),
            changed: Notify::new(),
            stop: signal,
        });
        let server = tokio::spawn(serve(listener, router(&state), Arc::clone(&state)));
        Ok(MockAtlas::running(state, server, stop))
    }

    fn make_rows(&self, base_url: &str) -> Rows {
        let path = snapshots_path(&self.project, &self.instance);
        let generator = Generator {
            kind: self.kind,
            seed: self.seed,
            dialect: self.dialect,
            instance: self.instance.clone(),
            collection_url: format!("{base_url}{path}"),
        };
        let mut rows: Vec<Row> = match &self.data {
            Data::Literal(rows) => rows.iter().cloned().map(Row::from).collect(),
            Data::Generated(count) => (0..)
                .take(*count)
                .map(|index| generator.row(index).into())
                .collect(),
        };
        for places in &self.hidden {
            let end = places.end.min(rows.len());
            rows[places.start.min(end)..end].fill(Row::Hidden);
        }
        Rows::new(rows, generator)
    }
}

/// Why a mock did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The project id does not match its documented pattern.
    #[error("project id {0:?} does not match \"{PROJECT_ID_PATTERN}\"")]
    ProjectId(String),
    /// The instance name does not match its documented pattern.
    #[error("instance name {0:?} does not match \"{INSTANCE_NAME_PATTERN}\"")]
    InstanceName(String),
    /// The port is taken, or not allowed.
    #[error("cannot listen on port {port} of 127.0.0.1")]
    Listen {
        /// The port asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
}
