//! The routes of the mock, and its responses to valid requests.

use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};

use crate::auth::{AuthFailure, authenticate};
use crate::check::{PathParameters, Target};
use crate::connection::{Connection, Unsent};
use crate::mock::{MockState, SharedState, lock};
use crate::oauth::{TokenEndpoint, token_request};
use crate::operation::Operation;
use crate::page::PagePlan;
use crate::query::ListQuery;
use crate::request_log::{LogEntry, LoggedRequest};
use crate::response::{ApiError, CannedResponse};
use crate::schedule::{ActiveFaults, Requested};
use crate::settings::Api;

pub(crate) fn router(state: &SharedState) -> Router {
    let operations = Operation::ALL.into_iter();
    let mut router = operations.fold(Router::new(), |router, operation| {
        router.route(
            operation.template(),
            get(move |state, parameters, connection, uri| {
                respond(operation, state, parameters, connection, uri)
            }),
        )
    });
    router = router
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
    let (query, _) = ListQuery::read(None, uri.query());
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
    let (query, _) = ListQuery::read(None, uri.query());
    state.error(query, &error).into_response()
}

/// Responds to a request of an operation.
async fn respond(
    operation: Operation,
    State(state): State<SharedState>,
    parameters: PathParameters,
    Extension(connection): Extension<Connection>,
    uri: Uri,
) -> Response {
    let (query, violations) = ListQuery::read(Some(operation), uri.query());
    let target = match state.check(operation, parameters, &query, violations) {
        Ok(target) => target,
        Err(error) => return state.error(query, &error).into_response(),
    };
    let project = target.project.clone();
    let rate_limit = match state.take_token(operation, project, query, uri.path()) {
        Ok(headers) => headers,
        Err(response) => return response.into_response(),
    };
    let faults = ActiveFaults(lock(&state.faults).next(Requested {
        page: query.page_num,
        operation: Some(operation),
        path: uri.path(),
    }));
    let mut reply = state.reply_or_fault(operation, query, uri.path(), &target, &faults);
    if reply.status == StatusCode::OK {
        for (name, value) in rate_limit {
            reply = reply.header(name, value);
        }
    }
    faults.deliver(reply, connection).await
}

impl MockState {
    /// The page or the snapshot, or the response of a fault. The data changes in both cases.
    fn reply_or_fault(
        &self,
        operation: Operation,
        query: ListQuery,
        path: &str,
        target: &Target,
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
        let mut lists = lock(&self.lists);
        let is_withdrawn = operation.api() == Api::Serverless && self.settings.sunset.is_some();
        let mut items = lists.get_mut(&target.list).filter(|_| !is_withdrawn);
        let response = faults.response(&query, &|error| self.error(query, error));
        let response = response.unwrap_or_else(|| {
            let body = match (items.as_deref_mut(), &target.snapshot, query.point_in_time) {
                (items, Some(id), _) => items.and_then(|items| items.json_of(id)).ok_or(id),
                (None, None, _) => Ok(plan.empty().to_json()),
                (Some(items), None, None) => Ok(faults.read_page(plan, items).to_json()),
                (Some(items), None, Some(time)) => {
                    let mut closest = items.closest_before(time);
                    Ok(faults.read_page(plan, &mut closest).to_json())
                }
            };
            match body {
                Ok(body) => {
                    let mut response = CannedResponse::laid_out(&query, StatusCode::OK, body);
                    response.set_header("content-type", operation.media_type());
                    response
                }
                Err(id) => {
                    let detail = format!("No snapshot with ID {id} exists.");
                    let error = ApiError::not_found("SNAPSHOT_NOT_FOUND", detail);
                    self.error(query, &error.about("snapshotId", id.as_str()))
                }
            }
        });
        if let Some(items) = items {
            faults.change(items);
        }
        response
    }
}
