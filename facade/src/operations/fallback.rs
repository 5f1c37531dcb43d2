//! The automatic choice of API: Flex first, then serverless where Flex does not know the cluster.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::call::ClientInner;
use super::endpoint::Endpoint;
use super::flex_snapshots::FlexSnapshots;
use super::operation::ClusterPath;
use super::serverless_snapshots::ServerlessSnapshots;
use crate::error::{Error, ErrorKind, Result};
use crate::model::snapshot::Snapshot;
use crate::paging::page::{Fetched, PageFuture, PageRequest, PageSource};

/// The code for a project that does not exist, with which no other API needs to be tried.
const NO_PROJECT: &str = "GROUP_NOT_FOUND";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Api {
    Flex,
    Serverless,
}

/// The API of each cluster that a client has listed, as far as its last response shows it.
#[derive(Debug, Default)]
pub(crate) struct ApiCache(Mutex<HashMap<ClusterPath, Api>>);

impl ApiCache {
    fn get(&self, cluster: &ClusterPath) -> Option<Api> {
        self.lock().get(cluster).copied()
    }

    fn insert(&self, cluster: &ClusterPath, api: Api) {
        self.lock().insert(cluster.clone(), api);
    }

    /// Forgets the API of a cluster, unless another one has been found since.
    fn forget(&self, cluster: &ClusterPath, api: Api) {
        let mut apis = self.lock();
        if apis.get(cluster) == Some(&api) {
            apis.remove(cluster);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ClusterPath, Api>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The snapshots of one cluster by whichever API lists them. A listing reads all its pages from
/// one API, since the pages of two do not belong to one list.
#[derive(Debug, Clone)]
pub(crate) struct FallbackSource {
    cluster: ClusterPath,
    flex: Arc<Endpoint<FlexSnapshots>>,
    serverless: Arc<Endpoint<ServerlessSnapshots>>,
    cache: Arc<ApiCache>,
    /// The API that returned the first page of this listing.
    chosen: OnceLock<Api>,
}

type Outcome = Result<Fetched<Snapshot>>;

impl FallbackSource {
    pub(crate) fn new(
        cluster: ClusterPath,
        client: &Arc<ClientInner>,
        cache: Arc<ApiCache>,
    ) -> Self {
        Self {
            flex: Arc::new(Endpoint {
                operation: FlexSnapshots(cluster.clone()),
                client: Arc::clone(client),
            }),
            serverless: Arc::new(Endpoint {
                operation: ServerlessSnapshots(cluster.clone()),
                client: Arc::clone(client),
            }),
            cluster,
            cache,
            chosen: OnceLock::new(),
        }
    }

    async fn request(&self, api: Api, request: PageRequest) -> Outcome {
        match api {
            Api::Flex => Arc::clone(&self.flex).fetch(request).await,
            Api::Serverless => Arc::clone(&self.serverless).fetch(request).await,
        }
    }

    /// Requests the first page of a listing from the API that is remembered, and where that one
    /// does not list the cluster any more, from the other one.
    async fn first_page(&self, request: PageRequest) -> Outcome {
        let Some(api) = self.cache.get(&self.cluster) else {
            return self.detect_api(request, None).await;
        };
        let outcome = self.request(api, request.clone()).await;
        if !is_elsewhere(&outcome) {
            return self.choose(api, outcome);
        }
        self.cache.forget(&self.cluster, api);
        self.detect_api(request, Some((api, outcome))).await
    }

    /// Requests a page from Flex and, where Flex does not list the cluster, from serverless. The
    /// API whose outcome is known is not requested again.
    async fn detect_api(&self, request: PageRequest, known: Option<(Api, Outcome)>) -> Outcome {
        let (flex, serverless) = match known {
            Some((Api::Flex, outcome)) => (Some(outcome), None),
            Some((Api::Serverless, outcome)) => (None, Some(outcome)),
            None => (None, None),
        };
        let flex = match flex {
            Some(outcome) => outcome,
            None => self.request(Api::Flex, request.clone()).await,
        };
        let flex = match flex {
            Err(error) if is_not_listed(&error) => error,
            outcome => return self.choose(Api::Flex, outcome),
        };
        let serverless = match serverless {
            Some(outcome) => outcome,
            None => self.request(Api::Serverless, request).await,
        };
        self.choose(Api::Serverless, serverless)
            .map_err(|serverless| merge_errors(flex, serverless))
    }

    /// Keeps to the API that returned a page, and remembers it where the page shows that the API
    /// lists the cluster.
    fn choose(&self, api: Api, outcome: Outcome) -> Outcome {
        if let Ok(page) = &outcome {
            // Set already by a page of the same API, if at all.
            let _ = self.chosen.set(api);
            if !is_doubtful(page) {
                self.cache.insert(&self.cluster, api);
            }
        }
        outcome
    }
}

impl PageSource<Snapshot> for FallbackSource {
    fn for_listing(self: Arc<Self>) -> Arc<dyn PageSource<Snapshot>> {
        Arc::new(Self {
            chosen: OnceLock::new(),
            ..(*self).clone()
        })
    }

    fn fetch(self: Arc<Self>, request: PageRequest) -> PageFuture<Snapshot> {
        Box::pin(async move {
            let Some(&api) = self.chosen.get() else {
                return self.first_page(request).await;
            };
            let outcome = self.request(api, request).await;
            if outcome.as_ref().is_err_and(is_withdrawn_or_not_listed) {
                // For the next listing.
                self.cache.forget(&self.cluster, api);
            }
            outcome
        })
    }
}

/// Whether the outcome of a first page means that another API may list the cluster by now.
fn is_elsewhere(outcome: &Outcome) -> bool {
    match outcome {
        Ok(page) => is_doubtful(page),
        Err(error) => is_withdrawn_or_not_listed(error),
    }
}

/// Whether a page shows nothing about the cluster: an API past its sunset may respond with an
/// empty list for every name.
fn is_doubtful(page: &Fetched<Snapshot>) -> bool {
    matches!(page, Fetched::Page(page) if page.items.is_empty() && page.notices.past_sunset)
}

fn is_withdrawn_or_not_listed(error: &Error) -> bool {
    error.kind() == ErrorKind::Gone || is_not_listed(error)
}

/// Whether the API does not list the cluster, while another one may.
fn is_not_listed(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::NotFound => error.error_code() != Some(NO_PROJECT),
        _ => error.error_code().is_some_and(is_of_another_kind),
    }
}

/// Whether a code means that the cluster exists and is of a kind that the API does not list
/// (recorded).
fn is_of_another_kind(code: &str) -> bool {
    matches!(
        code,
        "NOT_SERVERLESS_TENANT_CLUSTER" | "FEATURE_UNSUPPORTED"
    ) || code.starts_with("CANNOT_USE_") && code.ends_with("_API") && code.contains("_IN_")
}

/// One error that says what both APIs responded.
fn merge_errors(flex: Error, serverless: Error) -> Error {
    let exists = flex.kind() != ErrorKind::NotFound;
    let (kind, message) = match (exists, serverless.kind()) {
        (true, ErrorKind::Gone) => (
            ErrorKind::Gone,
            "the cluster is not a Flex cluster, the serverless API is withdrawn, and dedicated clusters are not covered",
        ),
        (false, ErrorKind::Gone) => (
            ErrorKind::NotFound,
            "there is no Flex cluster of this name, and the serverless API is withdrawn",
        ),
        // Another failure, such as one that may not occur again.
        _ if !is_not_listed(&serverless) => return serverless,
        (false, ErrorKind::NotFound) => (
            ErrorKind::NotFound,
            "there is neither a Flex cluster nor a serverless instance of this name",
        ),
        _ => (
            ErrorKind::NotFound,
            "the cluster is neither a Flex cluster nor a serverless instance, and dedicated clusters are not covered",
        ),
    };
    serverless
        .with_kind(kind)
        .with_message(message)
        .with_source(flex)
}
