//! The checks of a request before the operation: its path, query, project, role and cluster, and the
//! rate limit.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::StatusCode;
use tokio::time::Instant;

use crate::auth::AuthFailure;
use crate::cluster::{Cluster, Presence};
use crate::mock::{MockState, lock};
use crate::operation::Operation;
use crate::organisation::with_deleted;
use crate::query::{ListQuery, Violation, path_violations};
use crate::rate_limit::TokenBucket;
use crate::response::{ApiError, CannedResponse};
use crate::settings::{Api, ClusterKind, Sunset};

pub(crate) type PathParameters = Result<Path<Vec<(String, String)>>, PathRejection>;

/// What a valid request is about.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) project: Option<String>,
    /// The key of the listing; one that does not exist is an empty listing.
    pub(crate) list: String,
    /// The one snapshot that is requested.
    pub(crate) snapshot: Option<String>,
}

impl MockState {
    /// Checks a request in the order of the service: path, query, project, role, cluster.
    pub(crate) fn check(
        &self,
        operation: Operation,
        parameters: PathParameters,
        query: &ListQuery,
        violations: Vec<Violation>,
    ) -> Result<Target, ApiError> {
        // The router rejects a parameter that is not UTF-8 once decoded, which is no valid id.
        let parameters = parameters.map_or_else(|_| Vec::new(), |Path(parameters)| parameters);
        let values = parameters.iter().map(|(_, value)| value.as_str());
        let named = operation.path_parameters();
        let path = path_violations(named.zip(values.clone().chain(std::iter::repeat(""))));
        if !path.is_empty() {
            return Err(ApiError::invalid("PATH_PARAM_PARSE_ERROR", "path", path));
        }
        if !violations.is_empty() {
            let code = "INVALID_QUERY_PARAMETER";
            return Err(ApiError::invalid(code, "query", violations));
        }
        let values: Vec<_> = values.collect();
        let mut target = Target {
            project: None,
            list: operation.listing().path(&values),
            snapshot: None,
        };
        let role_missing = self.settings.auth.role_missing;
        let [project, rest @ ..] = &values[..] else {
            // Without a role for a project, there is no project to list.
            if role_missing {
                target.list.clear();
            }
            return Ok(target);
        };
        let about_project = |error: ApiError| error.about("groupId", *project);
        let Some(known) = self.organisation.projects.get(*project) else {
            let detail = format!("No project with ID {project} exists.");
            return Err(about_project(ApiError::not_found(
                "GROUP_NOT_FOUND",
                detail,
            )));
        };
        if role_missing {
            // 401 as recorded, not the documented 403.
            let detail = format!("These credentials have no role that may read project {project}.");
            let error = ApiError::new(StatusCode::UNAUTHORIZED, "USER_UNAUTHORIZED", detail);
            return Err(about_project(error).because(AuthFailure::MissingRole));
        }
        target.project = Some((*project).to_owned());
        if let [name, rest @ ..] = rest {
            let cluster = known.clusters.get(*name);
            self.check_cluster(operation, cluster, name)
                .map_err(|error| {
                    let parameter = operation.path_parameters().nth(1).unwrap_or_default();
                    about_project(error.about(parameter, *name))
                })?;
            target.snapshot = rest.first().map(|id| (*id).to_owned());
        } else if query.include_deleted {
            target.list = with_deleted(&target.list);
        }
        Ok(target)
    }

    fn check_cluster(
        &self,
        operation: Operation,
        cluster: Option<&Cluster>,
        name: &str,
    ) -> Result<(), ApiError> {
        let bad_request =
            |code, detail: String| Err(ApiError::new(StatusCode::BAD_REQUEST, code, detail));
        let cluster = cluster.filter(|cluster| cluster.presence != Presence::Deleted);
        let kind = cluster.map(|cluster| cluster.kind);
        match (operation.api(), self.settings.sunset, kind) {
            (Api::Serverless, Some(Sunset::Gone), _) => {
                let detail = "This version of the resource has been removed.";
                Err(ApiError::new(StatusCode::GONE, "VERSION_GONE", detail))
            }
            (Api::Serverless, Some(Sunset::Empty), _) => Ok(()),
            (Api::Serverless, Some(Sunset::NotFound), _) | (Api::Serverless, None, None) => {
                let detail = format!("No serverless instance named {name} exists.");
                Err(ApiError::not_found("SERVERLESS_INSTANCE_NOT_FOUND", detail))
            }
            (_, _, None) => {
                let detail = format!("No cluster named {name} exists.");
                Err(ApiError::not_found("CLUSTER_NOT_FOUND", detail))
            }
            (Api::Flex, _, Some(kind)) if kind.api() != Api::Flex => bad_request(
                "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API",
                format!("Cluster {name} is not a Flex cluster."),
            ),
            (Api::Cluster, _, Some(ClusterKind::Flex)) => bad_request(
                "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API",
                format!("Cluster {name} is a Flex cluster."),
            ),
            (Api::Cluster, _, Some(ClusterKind::Serverless)) => bad_request(
                "CANNOT_USE_SERVERLESS_INSTANCE_IN_CLUSTER_API",
                format!("Cluster {name} is a serverless instance."),
            ),
            (Api::Serverless, None, Some(ClusterKind::Flex)) => bad_request(
                "NOT_SERVERLESS_TENANT_CLUSTER",
                format!("Cluster {name} is not a serverless instance."),
            ),
            (Api::Serverless, None, Some(kind)) if kind.api() == Api::Cluster => bad_request(
                "CANNOT_USE_CLUSTER_IN_SERVERLESS_INSTANCE_API",
                format!("Cluster {name} is not a serverless instance."),
            ),
            (_, _, Some(_)) => match cluster.and_then(|cluster| cluster.snapshots_error.as_ref()) {
                Some((status, code)) => {
                    let status = StatusCode::from_u16(*status);
                    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                    let detail = format!("Cluster {name} does not support this request.");
                    Err(ApiError::new(status, code.clone(), detail))
                }
                None => Ok(()),
            },
        }
    }

    /// Takes a token from the bucket of a request. Returns the headers that report it, or the
    /// response without one.
    pub(crate) fn take_token(
        &self,
        operation: Operation,
        project: Option<String>,
        query: ListQuery,
        path: &str,
    ) -> Result<Vec<(&'static str, String)>, CannedResponse> {
        let id = project.as_ref();
        let known = id.and_then(|id| self.organisation.projects.get(id));
        let own = known.and_then(|project| project.rate_limit.as_ref());
        let Some(limit) = own.or(self.settings.rate_limit.as_ref()) else {
            return Ok(Vec::new());
        };
        let mut buckets = lock(&self.buckets);
        let key = (operation.endpoint_set(), project);
        let bucket = buckets.entry(key).or_insert_with(|| limit.clone());
        let TokenBucket {
            capacity, refill, ..
        } = *bucket;
        let wait = match bucket.take(Instant::now()) {
            Ok(remaining) => {
                return Ok(vec![
                    ("RateLimit-Limit", capacity.to_string()),
                    ("RateLimit-Remaining", remaining.to_string()),
                ]);
            }
            Err(wait) => wait,
        };
        // Rounded up to whole seconds: a client that waits that long finds a token.
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let error = ApiError::rate_limited("RATE_LIMITED_TOKEN_BUCKET")
            .about("path", path)
            .about("retryAfterSeconds", seconds)
            .about("capacity", capacity)
            .about("refillTokens", capacity)
            .about("refillSeconds", refill.as_secs());
        let response = self.error(query, &error);
        Err(response.header("Retry-After", seconds.to_string()))
    }
}
