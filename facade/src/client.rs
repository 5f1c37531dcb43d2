//! The client and its builder.

use std::env::consts::{ARCH, OS};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::auth::Credentials;
use crate::auth::authenticator::Authenticator;
use crate::auth::environment::{VARIABLES, base_url_from_env};
use crate::error::{Error, ErrorKind, Result};
use crate::fleet::connection::Connection;
use crate::fleet::request::FleetRequest;
use crate::http::base_url::BaseUrl;
use crate::http::clock::{Clock, LONGEST, SystemClock};
use crate::http::proxy;
use crate::http::retry::Retrier;
use crate::http::retry_policy::RetryPolicy;
use crate::model::cluster::Cluster;
use crate::model::ids::InvalidValue;
use crate::model::project::Project;
use crate::model::snapshot::Snapshot;
use crate::operations::call::ClientInner;
use crate::operations::cluster_snapshots::ClusterSnapshots;
use crate::operations::clusters::Clusters;
use crate::operations::endpoint::Endpoint;
use crate::operations::fallback::{FallbackSource, get_snapshot};
use crate::operations::find_api::ApiCache;
use crate::operations::flex_clusters::FlexClusters;
use crate::operations::flex_snapshots::FlexSnapshots;
use crate::operations::get::SnapshotPath;
use crate::operations::operation::{ClusterPath, Operation, ProjectPath};
use crate::operations::projects::Projects;
use crate::operations::serverless_snapshots::ServerlessSnapshots;
use crate::paging::config::ListTarget;
use crate::paging::page::PageSource;
use crate::paging::request::ListRequest;
use crate::paging::sequence::List;
use crate::wait::{Target, WaitRequest};

/// A client of MongoDB Atlas. It is cheap to clone; clones share connections, credentials, rate
/// limits and retry budgets.
///
/// ```
/// use atlas_snapshots::{Atlas, Credentials};
///
/// let atlas = Atlas::builder()
///     .credentials(Credentials::service_account("mdb_sa_id_0123", "mdb_sa_sk_4567"))
///     .build()?;
/// # Ok::<(), atlas_snapshots::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Atlas {
    inner: Arc<ClientInner>,
    api_cache: Arc<ApiCache>,
}

impl Atlas {
    /// A builder for a client of `https://cloud.mongodb.com`.
    pub fn builder() -> AtlasBuilder {
        AtlasBuilder::default()
    }

    /// A client with the base URL and the credentials of the environment; see
    /// [`AtlasBuilder::from_env`]. No request is sent.
    ///
    /// ```no_run
    /// # async fn run() -> atlas_snapshots::Result<()> {
    /// use atlas_snapshots::Atlas;
    ///
    /// let atlas = Atlas::from_env()?;
    /// for snapshot in atlas.snapshots("32b6e34b3d91647abb20e7b8", "Cluster0").collect().await? {
    ///     println!("{} {:?}", snapshot.id(), snapshot.status());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`AtlasBuilder::from_env`] and [`AtlasBuilder::build`].
    pub fn from_env() -> Result<Self> {
        AtlasBuilder::from_env()?.build()
    }

    /// Lists all snapshots of a cluster with the API that lists it: the one for Flex clusters
    /// first, then the one for dedicated clusters, and the one for serverless instances where both
    /// do not know the name.
    ///
    /// A Flex cluster costs no additional request. A dedicated cluster costs one, and a serverless
    /// instance two, once for this client and its clones, which remember the API.
    /// [`Snapshot::source`] says which API it was. When that API responds that it does not list the
    /// cluster (any more), or with an empty list after its sunset, it is forgotten, and the first
    /// page of a listing is requested from the others. A later page is not, since the pages of two
    /// APIs do not belong to one list: it is an error, and the next listing finds the API anew.
    ///
    /// | an API responds | result |
    /// |---|---|
    /// | a page | the listing |
    /// | 400 `CANNOT_USE_…_IN_…_API`, 404 or 410 | the next API is requested; serverless only where both others respond 404 or 410, or one names it |
    /// | all of them 404 or 410 | [`NotFound`]: there is no cluster of this name |
    /// | 404 `GROUP_NOT_FOUND` | [`NotFound`]: no such project, or none that the credentials may see |
    /// | anything else | that error |
    ///
    /// Where the list of a dedicated cluster is empty, or the API does not support its backups, one
    /// request for the clusters of the project finds out why:
    /// [`Summary::empty_reason`](crate::Summary::empty_reason) tells a Free cluster, one whose
    /// backups are turned off, and one without a snapshot apart. A serverless API that responds
    /// with an empty list after its sunset is reported by
    /// [`Summary::empty_after_sunset`](crate::Summary::empty_after_sunset).
    ///
    /// [`NotFound`]: ErrorKind::NotFound
    pub fn snapshots(
        &self,
        project: impl AsRef<str>,
        cluster: impl AsRef<str>,
    ) -> ListRequest<Snapshot> {
        let (path, checked) = ClusterPath::new(project.as_ref(), cluster.as_ref());
        let target = path.target("snapshots");
        let source = FallbackSource::new(path, &self.inner, Arc::clone(&self.api_cache));
        self.list(Arc::new(source), target, checked)
    }

    /// Requests one snapshot of a cluster (operations `getGroupFlexClusterBackupSnapshot` and
    /// `getGroupClusterBackupSnapshot`, v2), with retries. The API is found as
    /// [`snapshots`](Self::snapshots) finds it, but for serverless instances, which are not covered.
    ///
    /// ```no_run
    /// # async fn run(atlas: atlas_snapshots::Atlas) -> atlas_snapshots::Result<()> {
    /// let project = "32b6e34b3d91647abb20e7b8";
    /// let snapshot = atlas.snapshot(project, "Cluster0", "6a0000000000000000000001").await?;
    /// println!("{:?}", snapshot.status());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] when the project, the cluster or the id, which is 24
    /// characters from a-f and 0-9, is malformed; [`ErrorKind::NotFound`] when there is no such
    /// project, cluster or snapshot (code `SNAPSHOT_NOT_FOUND`); and those of any request.
    pub async fn snapshot(
        &self,
        project: impl AsRef<str>,
        cluster: impl AsRef<str>,
        id: impl AsRef<str>,
    ) -> Result<Snapshot> {
        let path = SnapshotPath::new(project.as_ref(), cluster.as_ref(), id.as_ref())?;
        get_snapshot(&self.inner, &self.api_cache, path).await
    }

    /// Waits until a snapshot completes or fails, by [requesting](Self::snapshot) it again and
    /// again; not for serverless instances. [`WaitRequest`] documents which failures it survives.
    ///
    /// ```no_run
    /// # async fn run(atlas: atlas_snapshots::Atlas) -> atlas_snapshots::Result<()> {
    /// let project = "32b6e34b3d91647abb20e7b8";
    /// let snapshot = atlas.wait_for(project, "Cluster0", "6a0000000000000000000001").await?;
    /// println!("{:?}", snapshot.status());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Besides the errors of [`snapshot`](Self::snapshot), it fails with
    /// [`ErrorKind::Deadline`] after its [`timeout`](WaitRequest::timeout).
    pub fn wait_for(
        &self,
        project: impl AsRef<str>,
        cluster: impl AsRef<str>,
        id: impl AsRef<str>,
    ) -> WaitRequest {
        let (cluster, _) = ClusterPath::new(project.as_ref(), cluster.as_ref());
        let target = Target::Snapshot(id.as_ref().to_owned());
        WaitRequest::new(&self.inner, &self.api_cache, cluster, target)
    }

    /// Waits until the next snapshot of a cluster completes or fails: one that is queued or running
    /// in the first list that can be read, or else the first one that is not in it. Of several, it
    /// is the one that began first.
    ///
    /// The snapshots are [listed](Self::snapshots) in every [interval](WaitRequest::interval)
    /// until there is a next one, which is then waited for as by [`wait_for`](Self::wait_for).
    ///
    /// ```no_run
    /// # async fn run(atlas: atlas_snapshots::Atlas) -> atlas_snapshots::Result<()> {
    /// let snapshot = atlas.wait_for_next("32b6e34b3d91647abb20e7b8", "Cluster0").await?;
    /// println!("{} {:?}", snapshot.id(), snapshot.status());
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait_for_next(&self, project: impl AsRef<str>, cluster: impl AsRef<str>) -> WaitRequest {
        let target = Target::Next(Box::new(self.snapshots(&project, &cluster)));
        let (cluster, _) = ClusterPath::new(project.as_ref(), cluster.as_ref());
        WaitRequest::new(&self.inner, &self.api_cache, cluster, target)
    }

    /// Lists all snapshots of a Flex cluster (operation `listFlexBackups`, v2).
    ///
    /// Atlas rejects a cluster of another kind with code
    /// `CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API`; [`snapshots`](Self::snapshots) finds its API.
    pub fn flex_snapshots(
        &self,
        project: impl AsRef<str>,
        cluster: impl AsRef<str>,
    ) -> ListRequest<Snapshot> {
        let (path, checked) = ClusterPath::new(project.as_ref(), cluster.as_ref());
        self.list_operation(FlexSnapshots(path), checked)
    }

    /// Lists all snapshots of a dedicated cluster, a replica set or a sharded one (operation
    /// `listGroupClusterBackupSnapshots`, v2).
    ///
    /// Atlas rejects a Flex cluster with code `CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API`;
    /// [`snapshots`](Self::snapshots) finds its API. What it responds for a Free cluster, which has
    /// no backups, is not documented: an empty list, or code `FEATURE_UNSUPPORTED`.
    pub fn cluster_snapshots(
        &self,
        project: impl AsRef<str>,
        cluster: impl AsRef<str>,
    ) -> ListRequest<Snapshot> {
        let (cluster, checked) = ClusterPath::new(project.as_ref(), cluster.as_ref());
        let point_in_time = None;
        self.list_operation(
            ClusterSnapshots {
                cluster,
                point_in_time,
            },
            checked,
        )
    }

    /// Lists all snapshots of a serverless instance (operation `listServerlessBackups`, v1.0).
    ///
    /// The API also lists Flex clusters that were created through `createServerlessInstance` or
    /// migrated from serverless instances. Atlas announced its end for 2026-01-22. An empty list
    /// after that date does not show that there are no snapshots, and a withdrawn API responds
    /// with [`ErrorKind::Gone`].
    pub fn serverless_snapshots(
        &self,
        project: impl AsRef<str>,
        instance: impl AsRef<str>,
    ) -> ListRequest<Snapshot> {
        let (path, checked) = ClusterPath::new(project.as_ref(), instance.as_ref());
        self.list_operation(ServerlessSnapshots(path), checked)
    }

    /// Lists all projects that the credentials may see (operation `listGroups`, v2).
    ///
    /// Credentials belong to one organisation, so these are projects of one. A list without
    /// projects shows that there are none that the credentials may see.
    ///
    /// ```no_run
    /// # async fn run(atlas: atlas_snapshots::Atlas) -> atlas_snapshots::Result<()> {
    /// for project in atlas.projects().await? {
    ///     println!("{} {:?} {:?}", project.id(), project.name(), project.cluster_count());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn projects(&self) -> ListRequest<Project> {
        self.list_operation(Projects, Ok(()))
    }

    /// Lists all clusters of a project, of every [`ClusterKind`](crate::ClusterKind).
    ///
    /// Atlas has two lists of clusters. This is one listing of both: first the Flex clusters
    /// (operation `listGroupFlexClusters`, v2), then the dedicated and free ones
    /// (`listGroupClusters`, v2). Everything that [`ItemStream`](crate::ItemStream) guarantees
    /// holds for each list. A cluster of both is yielded once. Where an item of the first list may
    /// be missing, the error that says so comes after the items of the second one; any other
    /// error that ends the first list ends the listing. The [`Summary`](crate::Summary) adds up
    /// both, and is complete if both are, on the weaker [`Basis`](crate::Basis). The
    /// [`deadline`](ListRequest::deadline) is that of both together;
    /// [`item_limit`](ListRequest::item_limit) and [`page_limit`](ListRequest::page_limit) are
    /// those of each, and each counts its pages from 1. The target of a checkpoint names the list
    /// in which it is, and a resumed listing reads what follows in this list, and the second one
    /// after the first.
    ///
    /// Clusters that Atlas uses for itself are left out and counted by
    /// [`Summary::skipped`](crate::Summary::skipped);
    /// [`include_internal`](ListRequest::include_internal) yields them, and
    /// [`include_deleted`](ListRequest::include_deleted) yields deleted clusters whose snapshots
    /// were retained.
    ///
    /// ```no_run
    /// # async fn run(atlas: atlas_snapshots::Atlas) -> atlas_snapshots::Result<()> {
    /// for cluster in atlas.clusters("32b6e34b3d91647abb20e7b8").await? {
    ///     println!("{:?} {:?} {:?}", cluster.name(), cluster.kind(), cluster.backups_enabled());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn clusters(&self, project: impl AsRef<str>) -> ListRequest<Cluster> {
        let (project, checked) = ProjectPath::new(project.as_ref());
        let clusters = |include_deleted| {
            self.list_of(Clusters {
                project: project.clone(),
                include_deleted,
            })
        };
        self.list_operation(FlexClusters(project.clone()), checked)
            .then(clusters(false), clusters(true))
            .skipping(Some(Cluster::is_internal))
    }

    /// Lists the snapshots of all clusters of all projects that the credentials may see, or of a
    /// selection of them.
    ///
    /// Projects are listed by `listGroups`, their clusters by `listGroupClusters` and
    /// `listGroupFlexClusters`, and the snapshots of each cluster by the API of its kind.
    ///
    /// ```no_run
    /// # async fn run(atlas: atlas_snapshots::Atlas) -> atlas_snapshots::Result<()> {
    /// use atlas_snapshots::FleetReport;
    ///
    /// let mut fleet = atlas.fleet().exclude_project("sandbox").stream();
    /// while let Some(report) = fleet.try_next().await? {
    ///     if let FleetReport::Cluster { project, cluster, listing } = report {
    ///         let snapshots = listing.collected().len();
    ///         println!("{:?} {:?}: {snapshots}", project.name(), cluster.name());
    ///     }
    /// }
    /// println!("{}", fleet.summary());
    /// # Ok(())
    /// # }
    /// ```
    pub fn fleet(&self) -> FleetRequest {
        FleetRequest::new(Arc::new(Connection(Arc::clone(&self.inner))))
    }

    /// Forgets the access token of a service account or token function. A token that Atlas
    /// issued is revoked, so that it does not count against the account's limit until it expires.
    /// Other credentials have nothing to revoke. The client stays usable: its next request
    /// obtains a new token.
    ///
    /// # Errors
    ///
    /// Those of the request that revokes the token, and [`ErrorKind::TokenRequest`] when Atlas
    /// rejects it. The token is forgotten in any case.
    pub async fn revoke_token(&self) -> Result<()> {
        self.inner.authenticator.revoke_token().await
    }

    fn list_operation<O: Operation>(
        &self,
        operation: O,
        checked: Result<(), InvalidValue>,
    ) -> ListRequest<O::Item> {
        let List { source, target } = self.list_of(operation);
        self.list(source, target, checked)
    }

    fn list_of<O: Operation>(&self, operation: O) -> List<O::Item> {
        let target = operation.target();
        let source = Endpoint::new(&self.inner, operation);
        List { source, target }
    }

    fn list<T: Send + 'static>(
        &self,
        source: Arc<dyn PageSource<T>>,
        target: ListTarget,
        checked: Result<(), InvalidValue>,
    ) -> ListRequest<T> {
        let retrier = Arc::clone(&self.inner.retrier);
        ListRequest::new(source, retrier, target).checked(checked, |_, ()| {})
    }
}

/// Whether this build supports https.
const HAS_TLS: bool = cfg!(any(feature = "rustls", feature = "native-tls"));

const USER_AGENT: &str = concat!("atlas-snapshots/", env!("CARGO_PKG_VERSION"));

/// Configures an [`Atlas`] client. [`build`](Self::build) checks all values.
#[derive(Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct AtlasBuilder {
    base_url: Option<String>,
    credentials: Option<Credentials>,
    connect_timeout: Option<Duration>,
    read_timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
    max_response_bytes: usize,
    retry_policy: RetryPolicy,
    user_agent: Option<String>,
    proxy: Option<String>,
    root_certificates: Vec<Vec<u8>>,
    plain_http_allowed: bool,
}

impl Default for AtlasBuilder {
    fn default() -> Self {
        Self {
            base_url: None,
            credentials: None,
            connect_timeout: Some(Duration::from_secs(10)),
            read_timeout: Some(Duration::from_secs(30)),
            attempt_timeout: Some(Duration::from_secs(60)),
            max_response_bytes: 16 * 1024 * 1024,
            retry_policy: RetryPolicy::default(),
            user_agent: None,
            proxy: None,
            root_certificates: Vec::new(),
            plain_http_allowed: false,
        }
    }
}

impl AtlasBuilder {
    /// A builder with the base URL and the credentials of the environment, by the names of the
    /// Atlas CLI: `MONGODB_ATLAS_OPS_MANAGER_URL`, and the variables of
    /// [`Credentials::from_env`]. Variables that are unset or empty leave the defaults.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`], which names the variables, when credentials are incomplete
    /// or ambiguous, or a value is not valid UTF-8. Missing credentials are an error of
    /// [`build`](Self::build), unless the base URL is a loopback one.
    pub fn from_env() -> Result<Self> {
        Ok(Self {
            base_url: base_url_from_env()?,
            credentials: Credentials::from_env_if_any()?,
            ..Self::default()
        })
    }

    /// Sets the base URL; default `https://cloud.mongodb.com`. The rules are those of
    /// [`BaseUrl`](crate::BaseUrl). A loopback host is connected to directly, even where the
    /// environment names a proxy.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(base_url.into());
        self
    }

    /// Sets the credentials. They are required for every host but loopback ones; use
    /// [`Credentials::anonymous`] where a gateway authenticates the requests.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Sets how long to wait for a connection; default 10 s, `None` for no limit.
    pub fn connect_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.connect_timeout = limit.into();
        self
    }

    /// Sets how long to wait for the next bytes of a response; default 30 s, `None` for no limit.
    pub fn read_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.read_timeout = limit.into();
        self
    }

    /// Sets how long one request may take, from connecting to the last byte; default 60 s,
    /// `None` for no limit.
    pub fn attempt_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.attempt_timeout = limit.into();
        self
    }

    /// Sets the largest response body that is accepted, in bytes after decompression; default
    /// 16 MiB, some seventy times a full page. Of the body of an error, at most 64 KiB are read.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// Sets when and how often failed requests are sent again; default
    /// [`RetryPolicy::default`].
    pub fn retry_policy(mut self, policy: RetryPolicy) -> Self {
        self.retry_policy = policy;
        self
    }

    /// Sets the program on whose behalf requests are sent, such as `backup-watch/1.2`. It is
    /// added to the `User-Agent` header behind this library and the system.
    pub fn user_agent(mut self, program: impl Into<String>) -> Self {
        self.user_agent = Some(program.into());
        self
    }

    /// Sets the proxy, such as `http://proxy.example:3128`; default the one that the environment
    /// names (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`). Only `http` and `https` proxies are
    /// supported: any other one is refused by [`build`](Self::build), the one of the environment
    /// too. Loopback hosts are connected to directly unless a proxy is set here.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Adds a certificate authority, in PEM form, to those of the platform. May be called
    /// repeatedly.
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// Allows plain `http` to hosts that are not loopback, for test networks. Everybody on the
    /// way can read and change credentials and responses.
    pub fn danger_allow_plain_http(mut self) -> Self {
        self.plain_http_allowed = true;
        self
    }

    /// Checks all values and makes the client. No request is sent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] when the base URL is malformed, or is plain `http` to a
    /// host that is not loopback; when it is `https` and this crate was built with neither the
    /// feature `rustls` nor `native-tls`; when credentials are missing for such a host or cannot
    /// be sent in a header; when the proxy, here or in the environment, cannot be used; when the
    /// user agent or a root certificate is malformed.
    /// [`ErrorKind::Internal`] when TLS cannot be set up, because the system has no certificate
    /// authorities. For plain `http` to a loopback host they are not needed.
    pub fn build(self) -> Result<Atlas> {
        let base_url = match &self.base_url {
            Some(text) => BaseUrl::parse(text, self.plain_http_allowed)?,
            None => BaseUrl::default(),
        };
        if base_url.is_https() && !HAS_TLS {
            let rule = "needs TLS; build atlas-snapshots with the feature rustls or native-tls";
            return Err(InvalidValue::new("base URL", base_url, rule).into());
        }
        let credentials = match self.credentials.clone() {
            Some(credentials) => credentials,
            None if base_url.is_loopback() => Credentials::anonymous(),
            None => {
                let rule = format!("needs credentials; give them to the builder, or {VARIABLES}");
                return Err(InvalidValue::new("base URL", base_url, &rule).into());
            }
        };
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let http = self.http_client(&base_url)?;
        let retrier = Arc::new(Retrier::new(self.retry_policy, Arc::clone(&clock)));
        let inner = ClientInner {
            authenticator: Authenticator::new(
                credentials,
                Arc::new(http.clone()),
                &base_url,
                &retrier,
                self.max_response_bytes,
            )?,
            request_builder: http,
            body_hasher: foldhash::fast::RandomState::default(),
            base_url,
            retrier,
            clock,
        };
        Ok(Atlas {
            inner: Arc::new(inner),
            api_cache: Arc::default(),
        })
    }

    fn http_client(&self, base_url: &BaseUrl) -> Result<reqwest::Client> {
        let mut http = reqwest::Client::builder()
            .user_agent(self.full_user_agent()?)
            // Credentials are never sent to the target of a redirect.
            .redirect(reqwest::redirect::Policy::none())
            // Attempts are counted and reported, so none may happen here.
            .retry(reqwest::retry::never());
        if let Some(url) = &self.proxy {
            proxy::check("the proxy", url)?;
            // Neither the URL nor the cause is repeated: both can contain a password.
            let refused = |_| refuse("the proxy must be a URL, such as http://proxy.example:3128");
            http = http.proxy(reqwest::Proxy::all(url).map_err(refused)?);
        } else if base_url.is_loopback() {
            http = http.no_proxy();
        } else {
            proxy::check_environment(base_url, |name| std::env::var_os(name))?;
        }
        // A proxy can be one that is connected to with TLS.
        let needs_tls = base_url.is_https() || !base_url.is_loopback() || self.proxy.is_some();
        http = self.trust(http, needs_tls)?;
        if let Some(limit) = self.connect_timeout.and_then(within_reach) {
            http = http.connect_timeout(limit);
        }
        if let Some(limit) = self.read_timeout.and_then(within_reach) {
            http = http.read_timeout(limit);
        }
        if let Some(limit) = self.attempt_timeout.and_then(within_reach) {
            http = http.timeout(limit);
        }
        http.build().map_err(|cause| {
            Error::new(ErrorKind::Internal)
                .with_message(
                    "the HTTP client cannot be set up; check that the certificate authorities of \
                     this system are installed (ca-certificates, SSL_CERT_FILE)",
                )
                .with_source(cause)
        })
    }

    fn full_user_agent(&self) -> Result<http::HeaderValue> {
        let mut full = format!("{USER_AGENT} ({OS}; {ARCH})");
        if let Some(program) = &self.user_agent {
            full = format!("{full} {program}");
        }
        http::HeaderValue::from_str(&full)
            .map_err(|_| refuse("the user agent must be printable ASCII"))
    }

    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    fn trust(
        &self,
        http: reqwest::ClientBuilder,
        needs_tls: bool,
    ) -> Result<reqwest::ClientBuilder> {
        let malformed = "a root certificate must be one or more certificates in PEM form";
        let mut certificates = Vec::new();
        for pem in &self.root_certificates {
            let bundle = reqwest::Certificate::from_pem_bundle(pem)
                .map_err(|cause| refuse(malformed).with_source(cause))?;
            if bundle.is_empty() {
                return Err(refuse(malformed));
            }
            certificates.extend(bundle);
        }
        Ok(if needs_tls {
            http.tls_certs_merge(certificates)
        } else {
            // Those of the platform are not loaded: a system may have none.
            http.tls_certs_only(certificates)
        })
    }

    #[cfg(not(any(feature = "rustls", feature = "native-tls")))]
    fn trust(
        &self,
        http: reqwest::ClientBuilder,
        _needs_tls: bool,
    ) -> Result<reqwest::ClientBuilder> {
        if self.root_certificates.is_empty() {
            return Ok(http);
        }
        Err(refuse(
            "a root certificate needs the feature rustls or native-tls",
        ))
    }
}

/// A limit that no clock can represent is none; the HTTP client would panic.
fn within_reach(limit: Duration) -> Option<Duration> {
    Some(limit).filter(|&limit| limit < LONGEST)
}

fn refuse(message: &str) -> Error {
    InvalidValue::because(message).into()
}

impl fmt::Debug for AtlasBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A proxy and a base URL that is not valid can contain a password.
        let base_url = self.base_url.as_deref().map(|url| {
            let valid = BaseUrl::parse(url, true);
            valid.map_or_else(|_| "***".to_owned(), |url| url.to_string())
        });
        let proxy = self.proxy.as_ref().map(|_| "***");
        f.debug_struct("AtlasBuilder")
            .field("base_url", &base_url)
            .field("credentials", &self.credentials)
            .field("connect_timeout", &self.connect_timeout)
            .field("read_timeout", &self.read_timeout)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("max_response_bytes", &self.max_response_bytes)
            .field("retry_policy", &self.retry_policy)
            .field("user_agent", &self.user_agent)
            .field("proxy", &proxy)
            .field("root_certificates", &self.root_certificates.len())
            .field("plain_http_allowed", &self.plain_http_allowed)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(builder: AtlasBuilder) -> String {
        let error = builder
            .credentials(Credentials::anonymous())
            .build()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        format!("{error} {error:?}")
    }

    #[test]
    fn malformed_values_are_refused_and_passwords_not_repeated() {
        let builder = Atlas::builder;
        for (refused, named) in [
            (builder().proxy("::sesame@"), "the proxy must be"),
            (builder().proxy("ftp://:sesame@host"), "the proxy must be"),
            (builder().base_url("https://host?token:sesame"), "query"),
            (builder().user_agent("one\ntwo"), "printable ASCII"),
            (builder().root_certificate("no certificate"), "PEM form"),
            (
                builder().base_url("https://me:sesame@host"),
                "user name or password",
            ),
        ] {
            let shown = format!("{refused:?}");
            let message = refusal(refused);
            assert!(message.contains(named), "{message}");
            assert!(
                !message.contains("sesame") && !shown.contains(":sesame"),
                "{message} {shown}"
            );
        }
    }

    #[test]
    fn the_user_agent_names_library_system_and_program() {
        let atlas = Atlas::builder().user_agent("backup-watch/1.2");
        let full = atlas.full_user_agent().unwrap();
        let version = env!("CARGO_PKG_VERSION");
        let expected = format!("atlas-snapshots/{version} ({OS}; {ARCH}) backup-watch/1.2");
        assert_eq!(full, *expected);
    }

    #[test]
    fn an_https_url_needs_a_build_with_tls() {
        let atlas = Atlas::builder().credentials(Credentials::anonymous());
        let built = atlas.base_url("https://127.0.0.1").build();
        if HAS_TLS {
            assert!(built.is_ok());
        } else {
            let error = built.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            assert!(error.to_string().contains("feature rustls or native-tls"));
        }
    }

    #[test]
    fn plain_http_to_another_host_must_be_allowed() {
        let plain = || Atlas::builder().base_url("http://atlas.example");
        assert!(refusal(plain()).contains("must use https://"));
        let allowed = plain().danger_allow_plain_http();
        assert!(
            allowed
                .credentials(Credentials::anonymous())
                .build()
                .is_ok()
        );
        assert!(plain().danger_allow_plain_http().build().is_err());
    }
}
