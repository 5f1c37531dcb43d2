//! An organisation that follows a script and records the requests it receives.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Error, ErrorKind, Result};
use crate::fleet::report::FleetReport;
use crate::fleet::request::FleetRequest;
use crate::fleet::source::FleetSource;
use crate::fleet::stream::FleetStream;
use crate::http::bucket::BucketKey;
use crate::http::clock::{Clock, SystemClock};
use crate::http::headers::ResponseNotices;
use crate::http::retry::{Pauses, Retrier};
use crate::http::retry_policy::RetryPolicy;
use crate::model::cluster::{Cluster, ClusterKind};
use crate::model::ids::SnapshotId;
use crate::model::invalid_item::InvalidItem;
use crate::model::project::Project;
use crate::model::snapshot::Snapshot;
use crate::model::snapshot_fields::SnapshotSource;
use crate::paging::config::ListTarget;
use crate::paging::page::{
    Fetched, ItemKey, PageFuture, PageRequest, PageResponse, PageSource, ReceivedItem,
};
use crate::paging::request::ListRequest;

/// Every response takes this long.
pub(super) const LATENCY: Duration = Duration::from_millis(50);

/// One unusual response to one request.
#[derive(Debug, Clone)]
pub(super) enum Quirk {
    Fail(ErrorKind),
    /// 429, with `Retry-After`.
    RateLimited(Duration),
    /// It takes this much longer.
    Slow(Duration),
    /// The first item is left out.
    Hide,
    /// The first item cannot be read.
    Unreadable,
}

/// Projects with their clusters. The path of a list is `projects`, or `p1/clusters`, `p1/flex` or
/// `p1/c1`, by the names.
#[derive(Debug)]
pub(super) struct FakeOrganisation {
    pub(super) projects: Vec<(Project, Vec<Cluster>)>,
    pub(super) quirks: Mutex<HashMap<String, VecDeque<Quirk>>>,
    pub(super) snapshots_per_cluster: u64,
    pub(super) policy: RetryPolicy,
    /// How long each bucket of a project takes to permit one further request. It holds one.
    pub(super) refill: Option<Duration>,
}

impl Default for FakeOrganisation {
    fn default() -> Self {
        Self {
            projects: Vec::new(),
            quirks: Mutex::default(),
            snapshots_per_cluster: 2,
            policy: RetryPolicy::default(),
            refill: None,
        }
    }
}

impl FakeOrganisation {
    /// A project `p1`, `p2`, … with these clusters.
    pub(super) fn project(mut self, clusters: impl IntoIterator<Item = Cluster>) -> Self {
        let clusters: Vec<Cluster> = clusters.into_iter().collect();
        let number = self.projects.len() + 1;
        let project = Project {
            name: Some(format!("p{number}")),
            cluster_count: Some(i64::try_from(clusters.len()).unwrap()),
            ..Project::new(project_id(number))
        };
        self.projects.push((project, clusters));
        self
    }

    /// This many projects with this many clusters `c1`, `c2`, … each.
    pub(super) fn uniform(projects: usize, clusters: usize) -> Self {
        let fleet = Self::default();
        (0..projects).fold(fleet, |fleet, _| {
            fleet.project((1..=clusters).map(|number| dedicated(&format!("c{number}"))))
        })
    }

    /// Changes the project that was added last.
    pub(super) fn with(mut self, change: impl FnOnce(&mut Project)) -> Self {
        change(&mut self.projects.last_mut().unwrap().0);
        self
    }

    pub(super) fn quirk(self, path: &str, quirk: Quirk) -> Self {
        let mut quirks = self.quirks.lock().unwrap();
        quirks.entry(path.to_owned()).or_default().push_back(quirk);
        drop(quirks);
        self
    }

    pub(super) fn start(self) -> Arc<Server> {
        let retrier = Retrier::new(self.policy.clone(), Arc::new(SystemClock));
        Arc::new(Server {
            retrier: Arc::new(retrier),
            organisation: self,
            log: Mutex::default(),
            next_token: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
        })
    }
}

pub(super) fn project_id(number: usize) -> String {
    format!("{number:024x}")
}

pub(super) fn cluster(name: &str, kind: ClusterKind) -> Cluster {
    Cluster::new(format!("id of {name}"))
        .with_name(name)
        .with_kind(kind)
}

pub(super) fn dedicated(name: &str) -> Cluster {
    cluster(name, ClusterKind::ReplicaSet)
}

#[derive(Debug)]
pub(super) struct Server {
    organisation: FakeOrganisation,
    retrier: Arc<Retrier>,
    log: Mutex<Vec<String>>,
    /// When each bucket permits the next request.
    next_token: Mutex<HashMap<BucketKey, Instant>>,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
}

/// Counts a request as in flight for as long as its future lives.
struct InFlight(Arc<Server>);

impl InFlight {
    fn enter(server: &Arc<Server>) -> Self {
        let now = server.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        server.most_in_flight.fetch_max(now, Ordering::SeqCst);
        Self(Arc::clone(server))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Server {
    pub(super) fn fleet(self: &Arc<Self>) -> FleetRequest {
        FleetRequest::new(Arc::new(Connection(Arc::clone(self))))
    }

    pub(super) fn source(self: &Arc<Self>) -> impl FleetSource {
        Connection(Arc::clone(self))
    }

    /// The paths requested so far, in order.
    pub(super) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    pub(super) fn requests(&self) -> usize {
        self.log.lock().unwrap().len()
    }

    pub(super) fn requests_for(&self, path: &str) -> usize {
        let log = self.log.lock().unwrap();
        log.iter().filter(|requested| *requested == path).count()
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::SeqCst)
    }

    pub(super) fn most_in_flight(&self) -> usize {
        self.most_in_flight.load(Ordering::SeqCst)
    }

    fn take_token(&self, bucket: &BucketKey) -> Result<()> {
        let Some(refill) = self.organisation.refill else {
            return Ok(());
        };
        let (now, mut tokens) = (Instant::now(), self.next_token.lock().unwrap());
        let next = tokens.entry(bucket.clone()).or_insert(now);
        if *next > now {
            let seconds = (*next - now).as_secs_f64().ceil();
            let wait = Duration::from_secs_f64(seconds);
            return Err(Error::new(ErrorKind::RateLimited).with_retry_after(Some(wait)));
        }
        *next = now + refill;
        Ok(())
    }

    fn project(&self, id: &str) -> &(Project, Vec<Cluster>) {
        let mut projects = self.organisation.projects.iter();
        projects.find(|(project, _)| project.id() == id).unwrap()
    }
}

/// The fake as a source of listings.
#[derive(Debug)]
struct Connection(Arc<Server>);

impl Connection {
    fn list<T: Clone + Send + Sync + std::fmt::Debug + 'static>(
        &self,
        path: String,
        bucket: BucketKey,
        items: Vec<(ItemKey, T)>,
    ) -> ListRequest<T> {
        let target = ListTarget {
            description: path.clone(),
            fields: [("path".to_owned(), path.clone())].into(),
        };
        let server = Arc::clone(&self.0);
        let retrier = Arc::clone(&server.retrier);
        let pages = Pages {
            server,
            path,
            bucket,
            items,
        };
        ListRequest::new(Arc::new(pages), retrier, target)
    }

    fn list_clusters(&self, id: &str, flex: bool) -> ListRequest<Cluster> {
        let (project, clusters) = self.0.project(id);
        let (list, endpoints) = if flex {
            ("flex", "flex")
        } else {
            ("clusters", "clusters")
        };
        let clusters = clusters.iter();
        let listed =
            clusters.filter(|cluster| (cluster.kind() == Some(&ClusterKind::Flex)) == flex);
        let listed = listed.map(|cluster| (ItemKey::of_id(cluster.id()), cluster.clone()));
        let bucket = BucketKey::of_scope(id, endpoints);
        self.list(
            format!("{}/{list}", name(project)),
            bucket,
            listed.collect(),
        )
    }

    fn bucket_of(project: &str, cluster: &Cluster) -> BucketKey {
        let is_flex = cluster.kind() == Some(&ClusterKind::Flex);
        BucketKey::of_scope(project, if is_flex { "flex" } else { "backups" })
    }
}

impl FleetSource for Connection {
    fn projects(&self) -> ListRequest<Project> {
        let projects = self.0.organisation.projects.iter();
        let keyed = projects.map(|(project, _)| {
            let key = ItemKey::of_id(project.id());
            (key, project.clone())
        });
        let bucket = BucketKey::of_endpoints("groups");
        self.list("projects".to_owned(), bucket, keyed.collect())
    }

    fn clusters(&self, project: &str) -> ListRequest<Cluster> {
        self.list_clusters(project, false)
    }

    fn flex_clusters(&self, project: &str) -> ListRequest<Cluster> {
        self.list_clusters(project, true)
    }

    fn snapshots(&self, id: &str, cluster: &Cluster) -> ListRequest<Snapshot> {
        let (project, _) = self.0.project(id);
        let path = path(project, cluster);
        let numbers = 1..=self.0.organisation.snapshots_per_cluster;
        let snapshots = numbers.map(|number| {
            let id = SnapshotId::from(format!("{path}/{number}"));
            let key = ItemKey::of_id(id.as_str());
            (key, Snapshot::new(id, SnapshotSource::Flex))
        });
        let snapshots = snapshots.collect();
        self.list(path, Self::bucket_of(id, cluster), snapshots)
    }

    fn bucket(&self, project: &str, cluster: &Cluster) -> BucketKey {
        Self::bucket_of(project, cluster)
    }

    fn pauses(&self, bucket: &BucketKey) -> Pauses {
        self.0.retrier.pauses(bucket)
    }

    fn clock(&self) -> &dyn Clock {
        self.0.retrier.clock()
    }
}

/// The pages of one list.
#[derive(Debug)]
struct Pages<T> {
    server: Arc<Server>,
    path: String,
    bucket: BucketKey,
    items: Vec<(ItemKey, T)>,
}

impl<T: Clone + Send + Sync + std::fmt::Debug + 'static> PageSource<T> for Pages<T> {
    fn for_listing(self: Arc<Self>) -> Arc<dyn PageSource<T>> {
        self
    }

    fn fetch(self: Arc<Self>, request: PageRequest) -> PageFuture<T> {
        Box::pin(async move {
            let _admitted = request.retry_loop.admit(&self.bucket).await?;
            let _in_flight = InFlight::enter(&self.server);
            request.counter.count();
            self.server.log.lock().unwrap().push(self.path.clone());
            let quirk = {
                let mut quirks = self.server.organisation.quirks.lock().unwrap();
                quirks.get_mut(&self.path).and_then(VecDeque::pop_front)
            };
            let permitted = self.server.take_token(&self.bucket);
            tokio::time::sleep(LATENCY).await;
            permitted?;
            match &quirk {
                Some(Quirk::Slow(longer)) => tokio::time::sleep(*longer).await,
                Some(Quirk::Fail(kind)) => return Err(Error::new(*kind)),
                Some(Quirk::RateLimited(wait)) => {
                    return Err(Error::new(ErrorKind::RateLimited).with_retry_after(Some(*wait)));
                }
                _ => {}
            }
            let skipped = usize::from(matches!(quirk, Some(Quirk::Hide)));
            let size = usize::from(request.page_size);
            let first = usize::try_from(request.page - 1).unwrap() * size;
            let items = self.items.iter().skip(skipped + first).take(size);
            let items = items.cloned().enumerate().map(|(index, (key, item))| {
                let is_unreadable = index == 0 && matches!(quirk, Some(Quirk::Unreadable));
                let content = if is_unreadable {
                    Err(Some(Box::new(InvalidItem {
                        page: request.page,
                        index,
                        id: key.id(),
                        reason: "it is not an object".to_owned(),
                        raw: "7".to_owned(),
                        count: 1,
                    })))
                } else {
                    Ok(item)
                };
                ReceivedItem {
                    index,
                    key,
                    content,
                }
            });
            Ok(Fetched::Page(PageResponse {
                items: items.collect(),
                has_next: self.items.len() > skipped + first + size,
                total: Some((self.items.len() - skipped) as u64),
                body_hash: 0,
                notices: ResponseNotices::default(),
            }))
        })
    }
}

fn name(project: &Project) -> &str {
    project.name().unwrap()
}

fn path(project: &Project, cluster: &Cluster) -> String {
    format!("{}/{}", name(project), cluster.name().unwrap())
}

/// What a report says, in short.
pub(super) fn row(report: &FleetReport) -> String {
    match report {
        FleetReport::Cluster {
            project,
            cluster,
            listing,
        } => {
            let path = path(project, cluster);
            match &listing.error {
                None => format!("{path} {}", listing.collected.len()),
                Some(error) => format!("{path} {}", error.kind()),
            }
        }
        FleetReport::WithoutBackups { project, cluster } => {
            format!("{} without backups", path(project, cluster))
        }
        FleetReport::Project { project, error } => format!("{} {}", name(project), error.kind()),
    }
}

/// Reads to the end: the rows in alphabetical order, and the error that came last.
pub(super) async fn read(stream: &mut FleetStream) -> (Vec<String>, Option<ErrorKind>) {
    let mut rows = Vec::new();
    let mut failure = None;
    while let Some(report) = stream.next().await {
        assert!(failure.is_none(), "an error is the last item");
        match report {
            Ok(report) => rows.push(row(&report)),
            Err(error) => failure = Some(error.kind()),
        }
    }
    rows.sort();
    (rows, failure)
}
