//! Finding the API that serves a cluster: Flex first, then the one for dedicated clusters, and
//! serverless where both do not know the name.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::operation::ClusterPath;
use crate::error::{Error, ErrorKind, Result};

/// An API that serves clusters of some kinds, in the order in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    Flex,
    Cluster,
    Serverless,
}

impl Api {
    const ALL: [Self; 3] = [Self::Flex, Self::Cluster, Self::Serverless];
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
    pub(super) fn forget(&self, cluster: &ClusterPath, api: Api) {
        let mut apis = self.lock();
        if apis.get(cluster) == Some(&api) {
            apis.remove(cluster);
        }
    }

    /// Requests something of a cluster from the API that is remembered for it, or else, or where
    /// that one does not serve the cluster any more, from each in turn until one does, which is
    /// then remembered. Returns that API, too. Each is requested once at most.
    ///
    /// A response that is `doubtful` does not show that the API serves the cluster: it counts where
    /// the API is found anew, and is not remembered.
    ///
    /// # Errors
    ///
    /// The first error that does not mean that another API may serve the cluster, or what all of
    /// them said.
    pub(super) async fn find<T, F: Future<Output = Result<T>>>(
        &self,
        cluster: &ClusterPath,
        doubtful: impl Fn(&T) -> bool,
        request: impl Fn(Api) -> F,
    ) -> Result<(Api, T)> {
        let remembered = self.get(cluster);
        let mut known = None;
        if let Some(api) = remembered {
            let outcome = request(api).await;
            let is_elsewhere = match &outcome {
                Ok(response) => doubtful(response),
                Err(error) => is_elsewhere(error),
            };
            if !is_elsewhere {
                return outcome.map(|response| (api, response));
            }
            self.forget(cluster, api);
            known = Some((api, outcome));
        }
        let mut refusals = Vec::new();
        for api in Api::ALL {
            if api == Api::Serverless && !may_be_serverless(&refusals) {
                break;
            }
            let outcome = match known.take_if(|(known, _)| *known == api) {
                Some((_, outcome)) => outcome,
                None => request(api).await,
            };
            match outcome {
                Ok(response) => {
                    if !doubtful(&response) {
                        self.insert(cluster, api);
                    }
                    return Ok((api, response));
                }
                Err(error) if is_elsewhere(&error) => refusals.push(error),
                Err(error) => return Err(error),
            }
        }
        Err(merge_errors(refusals))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ClusterPath, Api>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an error means that another API may serve the cluster.
pub(super) fn is_elsewhere(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Gone => true,
        // The project or the snapshot is not there, whatever the API.
        ErrorKind::NotFound => !matches!(
            error.error_code(),
            Some("GROUP_NOT_FOUND" | "SNAPSHOT_NOT_FOUND")
        ),
        _ => error.error_code().is_some_and(is_of_another_kind),
    }
}

/// Whether a code means that the cluster exists and is of a kind that the API does not serve
/// (recorded).
fn is_of_another_kind(code: &str) -> bool {
    matches!(code, "NOT_SERVERLESS_TENANT_CLUSTER" | FEATURE_UNSUPPORTED)
        || code.starts_with("CANNOT_USE_") && code.ends_with("_API") && code.contains("_IN_")
}

/// Flex sends it for clusters of other kinds, and the cluster API for those without backups.
pub(super) const FEATURE_UNSUPPORTED: &str = "FEATURE_UNSUPPORTED";

/// Whether the other APIs leave it open that the cluster is a serverless instance.
fn may_be_serverless(refusals: &[Error]) -> bool {
    let mut codes = refusals.iter().filter_map(Error::error_code);
    refusals.iter().any(names_serverless) || !codes.any(is_of_another_kind)
}

fn names_serverless(refusal: &Error) -> bool {
    let code = refusal.error_code().unwrap_or_default();
    code.starts_with("CANNOT_USE_SERVERLESS_INSTANCE")
}

/// One error of what all APIs responded, in their order.
fn merge_errors(mut refusals: Vec<Error>) -> Error {
    let is_serverless = refusals.iter().any(names_serverless);
    let is_unknown =
        |refusal: &Error| matches!(refusal.kind(), ErrorKind::NotFound | ErrorKind::Gone);
    let are_unknown = refusals.iter().all(is_unknown);
    if are_unknown {
        // The codes of the current APIs say more than that of the withdrawn one.
        refusals.reverse();
    }
    let mut refusals = refusals.into_iter();
    let Some(first) = refusals.next() else {
        return Error::new(ErrorKind::Internal);
    };
    let merged = refusals.fold(first, |before, next| next.with_source(before));
    if are_unknown {
        merged
            .with_kind(ErrorKind::NotFound)
            .with_message("there is no cluster of this name in the project, or not any more")
    } else if is_serverless && is_unknown(&merged) {
        merged.with_message("the cluster is a serverless instance, and these are withdrawn")
    } else {
        merged
    }
}
