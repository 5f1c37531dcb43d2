//! Finds the API that lists a cluster: Flex first, serverless where Flex says it is none of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::operation::Api;
use super::pages::ApiPages;
use crate::arguments::{ClusterName, ProjectId};
use crate::error::{Error, ErrorKind, Result};
use crate::listing::{PageAnswer, PageFuture, PageRequest, PageSource};

/// How Flex says that a cluster exists and is of another kind (recorded).
const NOT_FLEX: &str = "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API";

/// How either API says that there is no such project, so that the other need not be asked.
const NO_PROJECT: &str = "GROUP_NOT_FOUND";

/// Which API lists which cluster, as far as a client has found out.
#[derive(Debug, Default)]
pub(crate) struct Choices(Mutex<HashMap<(ProjectId, ClusterName), Api>>);

impl Choices {
    fn of(&self, pages: &ApiPages) -> Option<Api> {
        let key = (pages.project.clone(), pages.cluster.clone());
        self.lock().get(&key).copied()
    }

    fn remember(&self, pages: &ApiPages, api: Api) {
        let key = (pages.project.clone(), pages.cluster.clone());
        self.lock().insert(key, api);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(ProjectId, ClusterName), Api>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The snapshots of one cluster through whichever API lists it.
#[derive(Debug)]
pub(crate) struct AutoPages {
    pub(crate) flex: Arc<ApiPages>,
    pub(crate) serverless: Arc<ApiPages>,
    pub(crate) choices: Arc<Choices>,
}

impl PageSource for AutoPages {
    fn fetch(self: Arc<Self>, request: PageRequest) -> PageFuture {
        Box::pin(async move {
            match self.choices.of(&self.flex) {
                Some(Api::Flex) => Arc::clone(&self.flex).fetch(request).await,
                Some(Api::Serverless) => Arc::clone(&self.serverless).fetch(request).await,
                None => self.find_out(request).await,
            }
        })
    }
}

impl AutoPages {
    async fn find_out(&self, request: PageRequest) -> Result<PageAnswer> {
        let not_flex = match Arc::clone(&self.flex).fetch(request.clone()).await {
            Ok(answer) => {
                self.choices.remember(&self.flex, Api::Flex);
                return Ok(answer);
            }
            Err(error) if may_be_serverless(&error) => error,
            Err(error) => return Err(error),
        };
        let answer = Arc::clone(&self.serverless).fetch(request).await;
        if answer.is_ok() || not_flex.error_code() == Some(NOT_FLEX) {
            self.choices.remember(&self.flex, Api::Serverless);
        }
        answer.map_err(|error| tell_apart(not_flex, error))
    }
}

fn may_be_serverless(error: &Error) -> bool {
    let code = error.error_code();
    code == Some(NOT_FLEX) || (error.kind() == ErrorKind::NotFound && code != Some(NO_PROJECT))
}

/// One clear error from what both APIs said.
fn tell_apart(flex: Error, serverless: Error) -> Error {
    let exists = flex.error_code() == Some(NOT_FLEX);
    let (kind, message) = match (exists, serverless.kind()) {
        (true, ErrorKind::Sunset) => (
            ErrorKind::Sunset,
            "the cluster is not a Flex cluster, and the serverless API that listed it is withdrawn",
        ),
        (false, ErrorKind::Sunset) => (
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
        // It says something else, such as a failure that will pass.
        _ => return serverless,
    };
    serverless
        .with_kind(kind)
        .with_message(message)
        .with_source(flex)
}
