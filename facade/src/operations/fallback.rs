//! The snapshots of one cluster by whichever API lists them.

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};

use super::call::ClientInner;
use super::cluster_snapshots::{ClusterSnapshot, ClusterSnapshots};
use super::clusters::Clusters;
use super::endpoint::Endpoint;
use super::find_api::{Api, ApiCache, FEATURE_UNSUPPORTED, is_elsewhere};
use super::flex_snapshots::{FlexSnapshot, FlexSnapshots};
use super::get::{SnapshotPath, get};
use super::operation::{ClusterPath, ProjectPath};
use super::serverless_snapshots::ServerlessSnapshots;
use crate::error::{Error, ErrorKind, Result};
use crate::model::cluster::{Cluster, ClusterKind};
use crate::model::completeness::EmptyReason;
use crate::model::snapshot::Snapshot;
use crate::paging::page::{Fetched, PageFuture, PageRequest, PageResponse, PageSource};

/// The snapshots of one cluster by whichever API lists them. A listing reads all its pages from
/// one API, since the pages of two do not belong to one list.
#[derive(Debug, Clone)]
pub(crate) struct FallbackSource {
    cluster: ClusterPath,
    flex: Arc<Endpoint<FlexSnapshots>>,
    dedicated: Arc<Endpoint<ClusterSnapshots>>,
    serverless: Arc<Endpoint<ServerlessSnapshots>>,
    cache: Arc<ApiCache>,
    /// The API that returned the first page of this listing.
    chosen: OnceLock<Api>,
    /// Why the list is empty, once that has been found out; `None` where it was not.
    empty_reason: OnceLock<Option<EmptyReason>>,
}

type Outcome = Result<Fetched<Snapshot>>;

impl FallbackSource {
    pub(crate) fn new(
        cluster: ClusterPath,
        client: &Arc<ClientInner>,
        cache: Arc<ApiCache>,
    ) -> Self {
        let dedicated = ClusterSnapshots {
            cluster: cluster.clone(),
            point_in_time: None,
        };
        Self {
            flex: Endpoint::new(client, FlexSnapshots(cluster.clone())),
            dedicated: Endpoint::new(client, dedicated),
            serverless: Endpoint::new(client, ServerlessSnapshots(cluster.clone())),
            cluster,
            cache,
            chosen: OnceLock::new(),
            empty_reason: OnceLock::new(),
        }
    }

    async fn request(&self, api: Api, request: PageRequest) -> Outcome {
        match api {
            Api::Flex => Arc::clone(&self.flex).fetch(request).await,
            Api::Cluster => self.request_dedicated(request).await,
            Api::Serverless => Arc::clone(&self.serverless).fetch(request).await,
        }
    }

    /// Requests a page of a cluster that is no Flex cluster. Some have no backups: their list is
    /// empty, whether the API responds with an empty list or that it does not support them.
    async fn request_dedicated(&self, request: PageRequest) -> Outcome {
        let mut outcome = Arc::clone(&self.dedicated).fetch(request.clone()).await;
        match &mut outcome {
            Ok(Fetched::Page(page)) if request.page == 1 && page.items.is_empty() => {
                page.notices.empty_reason = self.find_empty_reason(&request).await;
            }
            Err(error) if error.error_code() == Some(FEATURE_UNSUPPORTED) => {
                let reason = self.find_empty_reason(&request).await;
                if let Some(reason @ (EmptyReason::FreeCluster | EmptyReason::BackupsOff)) = reason
                {
                    return Ok(Fetched::Page(PageResponse::empty(reason)));
                }
            }
            _ => {}
        }
        outcome
    }

    async fn find_empty_reason(&self, request: &PageRequest) -> Option<EmptyReason> {
        if let Some(&found) = self.empty_reason.get() {
            return found;
        }
        let clusters = Clusters {
            project: ProjectPath(self.cluster.project.clone()),
            include_deleted: false,
        };
        let page = Endpoint::new(&self.dedicated.client, clusters).fetch(PageRequest {
            page: 1,
            page_size: 500,
            include_count: false,
            known_body: None,
            ..request.clone()
        });
        // Without this page, the list is as empty.
        let found = page.await.ok().and_then(|page| self.reason_in(&page));
        *self.empty_reason.get_or_init(|| found)
    }

    fn reason_in(&self, page: &Fetched<Cluster>) -> Option<EmptyReason> {
        let Fetched::Page(page) = page else {
            return None;
        };
        let mut clusters = page.items.iter().flat_map(|item| &item.content);
        let cluster = clusters.find(|cluster| cluster.name() == Some(&self.cluster.cluster))?;
        Some(match (cluster.kind(), cluster.backups_enabled()) {
            (Some(ClusterKind::Free), _) => EmptyReason::FreeCluster,
            (_, Some(false)) => EmptyReason::BackupsOff,
            _ => EmptyReason::NoneYet,
        })
    }

    /// Requests the first page of a listing from the API that lists the cluster, and keeps to it.
    async fn first_page(&self, request: PageRequest) -> Outcome {
        let found = self.cache.find(&self.cluster, is_doubtful, |api| {
            self.request(api, request.clone())
        });
        let (api, page) = found.await?;
        // Set already by a page of the same API, if at all.
        let _ = self.chosen.set(api);
        Ok(page)
    }
}

impl PageSource<Snapshot> for FallbackSource {
    fn for_listing(self: Arc<Self>) -> Arc<dyn PageSource<Snapshot>> {
        Arc::new(Self {
            chosen: OnceLock::new(),
            empty_reason: OnceLock::new(),
            ..(*self).clone()
        })
    }

    fn fetch(self: Arc<Self>, request: PageRequest) -> PageFuture<Snapshot> {
        Box::pin(async move {
            let Some(&api) = self.chosen.get() else {
                return self.first_page(request).await;
            };
            let outcome = self.request(api, request).await;
            if outcome.as_ref().is_err_and(is_elsewhere) {
                // For the next listing.
                self.cache.forget(&self.cluster, api);
            }
            outcome
        })
    }

    fn at(&self, moment: DateTime<Utc>) -> Option<Arc<dyn PageSource<Snapshot>>> {
        self.dedicated.at(moment)
    }
}

/// Requests one snapshot of a cluster from the API that serves the cluster.
///
/// # Errors
///
/// Those of the requests, and `NotFound` for a serverless instance, whose API is not covered.
pub(crate) async fn get_snapshot(
    client: &Arc<ClientInner>,
    cache: &ApiCache,
    path: SnapshotPath,
) -> Result<Snapshot> {
    let (flex, dedicated) = (FlexSnapshot(path.clone()), ClusterSnapshot(path.clone()));
    let request = async |api| match api {
        Api::Flex => get(client, &flex).await,
        Api::Cluster => get(client, &dedicated).await,
        Api::Serverless => Err(Error::new(ErrorKind::NotFound)
            .with_message("single snapshots of serverless instances are not covered")),
    };
    let (_, snapshot) = cache.find(&path.cluster, |_| false, request).await?;
    Ok(snapshot)
}

/// Whether a page shows nothing about the cluster: an API past its sunset may respond with an
/// empty list for every name.
fn is_doubtful(page: &Fetched<Snapshot>) -> bool {
    matches!(page, Fetched::Page(page) if page.items.is_empty() && page.notices.past_sunset)
}
