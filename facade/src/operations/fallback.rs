//! The automatic choice of API: Flex first, then serverless where Flex does not know the cluster.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::call::ClientInner;
use super::endpoint::Endpoint;
use super::flex_snapshots::FlexSnapshots;
use super::operation::ClusterPath;
use super::serverless_snapshots::ServerlessSnapshots;
use crate::error::{Error, ErrorKind, Result};
use crate::model::snapshot::Snapshot;
use crate::paging::page::{Fetched, PageFuture, PageRequest, PageSource};

/// The code for a cluster that exists and is not a Flex cluster (recorded).
const NOT_FLEX: &str = "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API";

/// The code for a project that does not exist, with which no other API needs to be tried.
const NO_PROJECT: &str = "GROUP_NOT_FOUND";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Api {
    Flex,
    Serverless,
}

/// The API of each cluster that a client has listed.
#[derive(Debug, Default)]
pub(crate) struct ApiCache(Mutex<HashMap<ClusterPath, Api>>);

impl ApiCache {
    fn get(&self, cluster: &ClusterPath) -> Option<Api> {
        self.lock().get(cluster).copied()
    }

    fn insert(&self, cluster: &ClusterPath, api: Api) {
        self.lock().insert(cluster.clone(), api);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ClusterPath, Api>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The snapshots of one cluster by whichever API lists them.
#[derive(Debug)]
pub(crate) struct FallbackSource {
    cluster: ClusterPath,
    flex: Arc<Endpoint<FlexSnapshots>>,
    serverless: Arc<Endpoint<ServerlessSnapshots>>,
    cache: Arc<ApiCache>,
}

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
        }
    }

    async fn detect_api(&self, request: PageRequest) -> Result<Fetched<Snapshot>> {
        let flex = match Arc::clone(&self.flex).fetch(request.clone()).await {
            Ok(page) => {
                self.cache.insert(&self.cluster, Api::Flex);
                return Ok(page);
            }
            Err(error) if may_be_serverless(&error) => error,
            Err(error) => return Err(error),
        };
        let page = Arc::clone(&self.serverless).fetch(request).await;
        if page.is_ok() || flex.error_code() == Some(NOT_FLEX) {
            self.cache.insert(&self.cluster, Api::Serverless);
        }
        page.map_err(|serverless| merge_errors(flex, serverless))
    }
}

impl PageSource<Snapshot> for FallbackSource {
    fn fetch(self: Arc<Self>, request: PageRequest) -> PageFuture<Snapshot> {
        match self.cache.get(&self.cluster) {
            Some(Api::Flex) => Arc::clone(&self.flex).fetch(request),
            Some(Api::Serverless) => Arc::clone(&self.serverless).fetch(request),
            None => Box::pin(async move { self.detect_api(request).await }),
        }
    }
}

fn may_be_serverless(error: &Error) -> bool {
    let code = error.error_code();
    code == Some(NOT_FLEX) || (error.kind() == ErrorKind::NotFound && code != Some(NO_PROJECT))
}

/// One error that says what both APIs responded.
fn merge_errors(flex: Error, serverless: Error) -> Error {
    let exists = flex.error_code() == Some(NOT_FLEX);
    let (kind, message) = match (exists, serverless.kind()) {
        (true, ErrorKind::Gone) => (
            ErrorKind::Gone,
            "the cluster is not a Flex cluster, and the serverless API that listed it is withdrawn",
        ),
        (false, ErrorKind::Gone) => (
            ErrorKind::NotFound,
            "there is no Flex cluster of this name, and the serverless API is withdrawn",
        ),
        (true, ErrorKind::NotFound | ErrorKind::BadRequest) => (
            ErrorKind::NotFound,
            "the cluster is neither a Flex cluster nor a serverless instance",
        ),
        (false, ErrorKind::NotFound) => (
            ErrorKind::NotFound,
            "there is neither a Flex cluster nor a serverless instance of this name",
        ),
        // Another failure, such as one that may not occur again.
        _ => return serverless,
    };
    serverless
        .with_kind(kind)
        .with_message(message)
        .with_source(flex)
}
