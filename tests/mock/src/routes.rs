//! The routes of the mock, and the operations "Return All Snapshots of One Serverless Instance"
//! and `listFlexBackups`.

use std::sync::{Arc, Mutex};

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use tokio::time::Instant;

use crate::auth::{AuthFailure, authenticate};
use crate::connection::{Connection, Unsent};
use crate::mock::{MockState, SharedState, lock};
use crate::oauth::{TokenEndpoint, token_request};
use crate::page::PagePlan;
use crate::query::{ListQuery, Violation, listing_path, path_violations};
use crate::request_log::{LogEntry, LoggedRequest};
use crate::response::{ApiError, CannedResponse};
use crate::schedule::ActiveFaults;
use crate::settings::{ClusterKind, Sunset};

/// The content type of a page of Flex snapshots.
const FLEX_MEDIA_TYPE: &str = "application/vnd.atlas.2024-11-13+json;charset=utf-8";

type PathParameters = Result<Path<(String, String)>, PathRejection>;

pub(crate) fn router(state: &SharedState) -> Router {
    let mut router = Router::new()
        .route(
            &listing_path(ClusterKind::Serverless, "{groupId}", "{clusterName}"),
            get(|state, path, connection, uri| {
                list(ClusterKind::Serverless, state, path, connection, uri)
            }),
        )
        .route(
            &listing_path(ClusterKind::Flex, "{groupId}", "{name}"),
            get(|state, path, connection, uri| {
                list(ClusterKind::Flex, state, path, connection, uri)
            }),
        )
        .fallback(unknown_path)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn_with_state(
            Arc::clone(state),
            authenticate,
        ));
    // Without that layer: a client that requests a token has none yet.
    if state.settings.auth.service_account.is_some() {
        let tokens = TokenEndpoint::ALL
            .into_iter()
            .fold(Router::new(), |router, endpoint| {
                router.route(endpoint.path(), post(token_request))
            });
        router = router.merge(tokens.method_not_allowed_fallback(method_not_allowed));
    }
    router
        .layer(middleware::from_fn_with_state(Arc::clone(state), observe))
        .with_state(Arc::clone(state))
}

/// Middleware that logs the request, adds the latency, and logs the response.
async fn observe(
    State(state): State<SharedState>,
    Extension(connection): Extension<Connection>,
    mut request: Request,
    next: Next,
) -> Response {
    let endpoint = state.token_endpoint(request.uri().path());
    let entry = LoggedRequest::record(&request, connection.number, endpoint);
    let entry: LogEntry = Arc::new(Mutex::new(entry));
    lock(&state.log).push(Arc::clone(&entry));
    request.extensions_mut().insert(Arc::clone(&entry));
    let _in_flight = state.hold(|state| &state.in_flight);
    if !state.settings.latency.is_zero() {
        tokio::time::sleep(state.settings.latency).await;
    }
    let response = next.run(request).await;
    let mut entry = lock(&entry);
    let is_unsent = response.extensions().get::<Unsent>().is_some();
    entry.status = (!is_unsent).then(|| response.status().as_u16());
    entry.auth_failure = response.extensions().get::<AuthFailure>().copied();
    drop(entry);
    response
}

async fn unknown_path(State(state): State<SharedState>, uri: Uri) -> Response {
    let detail = format!("Cannot find resource {}.", uri.path());
    let error = ApiError::not_found("RESOURCE_NOT_FOUND", detail);
    let (query, _) = ListQuery::read(uri.query());
    state.error(query, &error).into_response()
}

async fn method_not_allowed(
    State(state): State<SharedState>,
    method: Method,
    uri: Uri,
) -> Response {
    let error = ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "METHOD_NOT_ALLOWED",
        format!("This resource does not support {method}."),
    );
    let (query, _) = ListQuery::read(uri.query());
    state.error(query, &error).into_response()
}

/// Lists snapshots through the API of clusters of this kind.
async fn list(
    api: ClusterKind,
    State(state): State<SharedState>,
    parameters: PathParameters,
    Extension(connection): Extension<Connection>,
    uri: Uri,
) -> Response {
    let (query, violations) = ListQuery::read(uri.query());
    if let Err(error) = state.check(api, parameters, violations) {
        return state.error(query, &error).into_response();
    }
    let mut rate_limit = Vec::new();
    if let Some(bucket) = &state.rate_limit {
        let mut bucket = lock(bucket);
        match bucket.take(Instant::now()) {
            Ok(remaining) => {
                rate_limit.push(("RateLimit-Limit", bucket.capacity.to_string()));
                rate_limit.push(("RateLimit-Remaining", remaining.to_string()));
            }
            Err(wait) => {
                // Rounded up to whole seconds: a client that waits that long finds a token.
                let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                let error = ApiError::rate_limited("RATE_LIMITED_TOKEN_BUCKET");
                let response = state.error(query, &error);
                return response
                    .header("Retry-After", seconds.to_string())
                    .into_response();
            }
        }
    }
    let faults = ActiveFaults(lock(&state.faults).next(query.page_num));
    let mut reply = state.page_or_fault(api, query, uri.path(), &faults);
    if reply.status == StatusCode::OK {
        for (name, value) in rate_limit {
            reply = reply.header(name, value);
        }
    }
    faults.deliver(reply, connection).await
}

impl MockState {
    /// The page, or the response of a fault. The data changes in both cases.
    fn page_or_fault(
        &self,
        api: ClusterKind,
        query: ListQuery,
        path: &str,
        faults: &ActiveFaults,
    ) -> CannedResponse {
        let plan = PagePlan {
            query,
            base_url: &self.base_url,
            path,
            links: self.settings.links,
            total_count: self.settings.total_count,
            endless: false,
        };
        // Locked for both: no request may read between a page and the change that follows it.
        let mut items = lock(&self.items);
        let response = faults.response(&query, &|error| self.error(query, error));
        let response = response.unwrap_or_else(|| {
            let is_withdrawn = api == ClusterKind::Serverless && self.settings.sunset.is_some();
            let page = if is_withdrawn {
                plan.empty()
            } else {
                faults.read_page(plan, &items)
            };
            let mut response = CannedResponse::laid_out(&query, StatusCode::OK, page.to_json());
            if api == ClusterKind::Flex {
                response.set_header("content-type", FLEX_MEDIA_TYPE);
            }
            response
        });
        faults.change(&mut items);
        response
    }

    /// Checks a request in the order of the service: path, query, project, role, cluster.
    fn check(
        &self,
        api: ClusterKind,
        parameters: PathParameters,
        query: Vec<Violation>,
    ) -> Result<(), ApiError> {
        // The router rejects a parameter that is not UTF-8 once decoded, which is no valid id.
        let (project, cluster) = parameters.map_or_else(|_| Default::default(), |Path(both)| both);
        let path = path_violations(api, &project, &cluster);
        if !path.is_empty() {
            return Err(ApiError::invalid("PATH_PARAM_PARSE_ERROR", "path", path));
        }
        if !query.is_empty() {
            return Err(ApiError::invalid("INVALID_QUERY_PARAMETER", "query", query));
        }
        if project != self.settings.project {
            let detail = format!("No project with ID {project} exists.");
            return Err(ApiError::not_found("GROUP_NOT_FOUND", detail).about("groupId", &project));
        }
        if self.settings.auth.role_missing {
            // 401 as recorded, not the documented 403.
            let detail = format!("These credentials have no role that may read project {project}.");
            let error = ApiError::new(StatusCode::UNAUTHORIZED, "USER_UNAUTHORIZED", detail);
            return Err(error
                .about("groupId", &project)
                .because(AuthFailure::MissingRole));
        }
        self.check_cluster(api, &cluster, &project)
    }

    fn check_cluster(
        &self,
        api: ClusterKind,
        cluster: &str,
        project: &str,
    ) -> Result<(), ApiError> {
        let is_known = cluster == self.settings.cluster;
        let is_other_kind = api != self.settings.kind;
        let bad_request = |code, detail| ApiError::new(StatusCode::BAD_REQUEST, code, detail);
        Err(match (api, self.settings.sunset) {
            (ClusterKind::Flex, _) if !is_known => {
                let detail = format!("No cluster named {cluster} exists in project {project}.");
                let error = ApiError::not_found("CLUSTER_NOT_FOUND", detail);
                error.about("name", cluster).about("groupId", project)
            }
            (ClusterKind::Flex, _) if is_other_kind => bad_request(
                "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API",
                format!("Cluster {cluster} is not a Flex cluster."),
            )
            .about("name", cluster),
            (ClusterKind::Serverless, Some(Sunset::Gone)) => {
                let detail = "This version of the resource has been removed.";
                ApiError::new(StatusCode::GONE, "VERSION_GONE", detail)
            }
            (ClusterKind::Serverless, sunset)
                if sunset == Some(Sunset::NotFound) || (sunset.is_none() && !is_known) =>
            {
                let detail =
                    format!("No serverless instance named {cluster} exists in project {project}.");
                let error = ApiError::not_found("SERVERLESS_INSTANCE_NOT_FOUND", detail);
                error
                    .about("clusterName", cluster)
                    .about("groupId", project)
            }
            (ClusterKind::Serverless, None) if is_other_kind => bad_request(
                "NOT_SERVERLESS_TENANT_CLUSTER",
                format!("Cluster {cluster} is not a serverless instance."),
            )
            .about("clusterName", cluster),
            _ => return Ok(()),
        })
    }
}
