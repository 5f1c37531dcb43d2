//! The operations "Return All Snapshots of One Serverless Instance" and `listFlexBackups`.

use std::time::Duration;

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tokio::time::Instant;

use crate::canned::CannedResponse;
use crate::cluster::{ClusterKind, Sunset};
use crate::error_body::{ApiError, Violation};
use crate::fault::DueFaults;
use crate::page::{Page, PagePlan};
use crate::path::{INSTANCE_NAME_PATTERN, PROJECT_ID_PATTERN, is_instance_name, is_project_id};
use crate::presentation::Presentation;
use crate::query::ListQuery;
use crate::rate_limit::Budget;
use crate::request_log::query_pairs;
use crate::sign_in::refuse;
use crate::state::{MockState, SharedState, lock};
use crate::wire::Cutter;

type PathParameters = Result<Path<(String, String)>, PathRejection>;

/// What a page of Flex snapshots is sent as.
const FLEX_MEDIA_TYPE: &str = "application/vnd.atlas.2024-11-13+json;charset=utf-8";

pub(crate) async fn list_snapshots(
    State(state): State<SharedState>,
    parameters: PathParameters,
    Extension(cutter): Extension<Cutter>,
    uri: Uri,
) -> Response {
    list(ClusterKind::Serverless, state, parameters, cutter, uri).await
}

pub(crate) async fn list_flex_snapshots(
    State(state): State<SharedState>,
    parameters: PathParameters,
    Extension(cutter): Extension<Cutter>,
    uri: Uri,
) -> Response {
    list(ClusterKind::Flex, state, parameters, cutter, uri).await
}

/// Lists through the API of clusters of this kind.
async fn list(
    api: ClusterKind,
    state: SharedState,
    parameters: PathParameters,
    cutter: Cutter,
    uri: Uri,
) -> Response {
    let (query, violations) = ListQuery::read(&query_pairs(uri.query()));
    let reply_to = |error: &ApiError| {
        let reply = Presentation::from(query).error(error, state.dialect);
        state.sign_in.challenge(reply, error)
    };
    if let Err(error) = check(api, &state, parameters, violations) {
        return refuse(reply_to(&error), &error);
    }
    let budget = state
        .rate_limit
        .as_ref()
        .map(|bucket| lock(bucket).take(Instant::now()));
    let budget = match budget.transpose() {
        Ok(budget) => budget,
        Err(wait) => return too_early(reply_to, wait).into_response(),
    };

    let faults = lock(&state.script).due(&query);
    let mut reply = answer(api, &state, &query, uri.path(), &faults);
    if let Some(Budget { limit, remaining }) = budget
        && reply.status == StatusCode::OK
    {
        reply = reply
            .header("RateLimit-Limit", limit.to_string())
            .header("RateLimit-Remaining", remaining.to_string());
    }
    faults.deliver(reply, cutter, state.stop.clone()).await
}

/// The page, or what the faults put in its place. The data changes either way.
fn answer(
    api: ClusterKind,
    state: &MockState,
    query: &ListQuery,
    path: &str,
    faults: &DueFaults,
) -> CannedResponse {
    let plan = PagePlan {
        query: *query,
        base_url: &state.base_url,
        path,
        links: state.links,
        total_count: state.total_count,
        endless: false,
    };
    // One lock for both: no request may read between a page and the change that follows it.
    let mut rows = lock(&state.rows);
    let reply = faults
        .answer(query, state.dialect, &state.sign_in)
        .unwrap_or_else(|| {
            let is_withdrawn = api == ClusterKind::Serverless && state.sunset.is_some();
            let page = if is_withdrawn {
                Page::empty(&plan)
            } else {
                faults.read_page(plan, &rows)
            };
            let mut reply = Presentation::from(*query).page(&page);
            if api == ClusterKind::Flex {
                reply.set_header(CONTENT_TYPE, HeaderValue::from_static(FLEX_MEDIA_TYPE));
            }
            reply
        });
    faults.change(&mut rows);
    reply
}

fn too_early(reply_to: impl Fn(&ApiError) -> CannedResponse, wait: Duration) -> CannedResponse {
    // Whole seconds, rounded up: a client that waits that long finds a token.
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    reply_to(&ApiError::rate_limited("RATE_LIMITED_TOKEN_BUCKET"))
        .header("Retry-After", seconds.to_string())
}

/// Everything that can be wrong with a request, in the order the service looks: path, query,
/// project, role, instance.
fn check(
    api: ClusterKind,
    state: &MockState,
    parameters: PathParameters,
    query: Vec<Violation>,
) -> Result<(), ApiError> {
    // The router hands over both parameters unless one is not UTF-8 once decoded: no valid id.
    let (project, instance) = parameters.map_or_else(|_| Default::default(), |Path(both)| both);
    let path = path_violations(api, &project, &instance);
    if !path.is_empty() {
        return Err(ApiError::bad_path(path));
    }
    if !query.is_empty() {
        return Err(ApiError::bad_query(query));
    }
    if project != state.project {
        return Err(ApiError::unknown_project(&project));
    }
    if state.sign_in.role_missing {
        return Err(ApiError::missing_role(&project));
    }
    let is_known = instance == state.instance;
    match (api, state.sunset) {
        (ClusterKind::Flex, _) if !is_known => Err(ApiError::unknown_cluster(&instance, &project)),
        (ClusterKind::Flex, _) if api != state.kind => Err(ApiError::not_flex(&instance)),
        (ClusterKind::Flex, _) | (ClusterKind::Serverless, Some(Sunset::Empty)) => Ok(()),
        (ClusterKind::Serverless, Some(Sunset::Gone)) => Err(ApiError::version_gone()),
        (ClusterKind::Serverless, sunset) if !is_known || sunset.is_some() => {
            Err(ApiError::unknown_instance(&instance, &project))
        }
        (ClusterKind::Serverless, _) if api != state.kind => {
            Err(ApiError::not_serverless(&instance))
        }
        (ClusterKind::Serverless, _) => Ok(()),
    }
}

fn path_violations(api: ClusterKind, project: &str, instance: &str) -> Vec<Violation> {
    let name = match api {
        ClusterKind::Serverless => "clusterName",
        ClusterKind::Flex => "name",
    };
    let mismatch = |field, pattern| Violation {
        field,
        description: format!("must match \"{pattern}\""),
    };
    let mut violations = Vec::new();
    if !is_project_id(project) {
        violations.push(mismatch("groupId", PROJECT_ID_PATTERN));
    }
    if !is_instance_name(instance) {
        violations.push(mismatch(name, INSTANCE_NAME_PATTERN));
    }
    violations
}
