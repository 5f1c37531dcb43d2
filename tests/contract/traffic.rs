//! Traffic: the recorded requests and responses of one operation.

use std::collections::HashMap;
use std::fmt;

use atlas_snapshots::{Atlas, Credentials, Error, RetryPolicy};
use atlas_snapshots_generated::{Client, Hooks};
use atlas_snapshots_mock::{
    CannedResponse, LoggedRequest, MockAtlas, MockAtlasBuilder, ResponseFault, RetryAfter,
    TotalCount, When,
};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use serde_json::Value;

use crate::operation::Operation;
use crate::operation_case::{FacadeListing, OperationCase, Pages};

/// Items on the mock that receives the test requests: more than two pages of the default size.
const ITEMS: usize = 250;

const TOKEN: &str = "sesame";

/// Queries for pages of all shapes: first, middle, last and past the end.
const QUERIES: [&[(&str, &str)]; 11] = [
    &[],
    &[("itemsPerPage", "1")],
    &[("itemsPerPage", "50"), ("pageNum", "2")],
    &[("itemsPerPage", "50"), ("pageNum", "3")],
    &[("itemsPerPage", "500")],
    &[("pageNum", "18446744073709551616")],
    &[("includeCount", "false"), ("itemsPerPage", "1")],
    &[("pretty", "true"), ("itemsPerPage", "3")],
    &[("envelope", "true"), ("itemsPerPage", "3")],
    &[("envelope", "true"), ("includeCount", "false")],
    &[("envelope", "true"), ("pretty", "true")],
];

#[derive(Default)]
pub(crate) struct Traffic {
    /// Responses of every status and of many shapes.
    pub(crate) responses: Vec<Response>,
    /// What both clients sent.
    pub(crate) sent: Vec<SentRequest>,
    /// The responses to test requests.
    pub(crate) by_request: HashMap<Request, Response>,
    /// What the facade made of canned responses.
    pub(crate) listings: HashMap<Canned, Listing>,
    /// A page with every status of an item, and what the facade lists of the same mock.
    pub(crate) whole: Option<(Response, Listing)>,
}

/// A request without a host.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Request {
    method: String,
    segments: Vec<String>,
    query: Vec<(String, String)>,
}

/// A response of the mock.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    /// The request, for messages.
    request: String,
    pub(crate) status: u16,
    /// `Content-Type` without its parameters.
    pub(crate) media_type: String,
    pub(crate) text: String,
    /// `null` for a body that is not JSON.
    pub(crate) body: Value,
}

/// A request as the mock received it.
pub(crate) struct SentRequest {
    /// The name of the client.
    pub(crate) by: &'static str,
    pub(crate) request: LoggedRequest,
}

/// A response that the mock is configured to send.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Canned {
    pub(crate) status: u16,
    pub(crate) media_type: String,
    pub(crate) body: Value,
}

/// What the facade lists, up to the end or the first error.
#[derive(Default)]
pub(crate) struct Listing {
    /// The items as the facade serializes them.
    pub(crate) items: Vec<Value>,
    pub(crate) reported_total: Option<u64>,
    pub(crate) error: Option<Error>,
}

impl Request {
    /// A request without a query, with path parameters by `value`.
    pub(crate) fn new(operation: &Operation<'_>, mut value: impl FnMut(&str) -> String) -> Self {
        let segments = operation.template.split('/').skip(1);
        let segments = segments.map(|segment| {
            let parameter = operation.path_parameter(segment);
            parameter.map_or_else(|| segment.to_owned(), |parameter| value(parameter.name))
        });
        Self {
            method: operation.method.clone(),
            segments: segments.collect(),
            query: Vec::new(),
        }
    }

    /// The request with the values of the case that leaves out all optional parameters.
    pub(crate) fn plain(operation: &Operation<'_>, case: &OperationCase) -> Self {
        Self::new(operation, |name| {
            case.known(name).unwrap_or_default().into()
        })
    }

    pub(crate) fn query(mut self, name: &str, text: &str) -> Self {
        self.query.push((name.to_owned(), text.to_owned()));
        self
    }

    pub(crate) fn without_empty_segments(mut self) -> Self {
        self.segments.retain(|segment| !segment.is_empty());
        self
    }

    pub(crate) async fn send(&self, mock: &MockAtlas) -> Response {
        // Encoded here, because a URL type drops line breaks and resolves dots.
        let encoded = |text: &String| {
            let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
            encoded.replace('+', "%20")
        };
        let path: Vec<_> = self.segments.iter().map(encoded).collect();
        let query = self.query.iter();
        let query: Vec<_> = query
            .map(|(name, text)| [name, text].map(encoded).join("="))
            .collect();
        let mut url = format!("{}/{}", mock.base_url(), path.join("/"));
        if !query.is_empty() {
            url = format!("{url}?{}", query.join("&"));
        }
        let method: Method = self.method.parse().expect("a documented method");
        let response = reqwest::Client::new().request(method, url).send().await;
        let response = response.expect("the mock responds");
        let content_type = response.headers().get("content-type");
        let content_type = content_type.map_or("", |value| value.to_str().unwrap());
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        let media_type = media_type.to_owned();
        let mut status = response.status().as_u16();
        let text = response.text().await.expect("the mock sends whole bodies");
        let mut body: Value = serde_json::from_str(&text).unwrap_or_default();
        let in_envelope = ("envelope".to_owned(), "true".to_owned());
        if self.query.contains(&in_envelope)
            && let Some(Ok(inner)) = body["status"].as_u64().map(TryInto::try_into)
        {
            // An envelope repeats the status and contains the body as `content`.
            status = inner;
            body = body["content"].take();
        }
        Response {
            request: self.to_string(),
            status,
            media_type,
            // Links contain the address of the mock. Without it, the responses of two mocks compare.
            text: text.replace(mock.base_url(), ""),
            body,
        }
    }
}

impl Traffic {
    /// Records the responses of the mock and the requests of both clients.
    pub(crate) async fn record(case: &OperationCase, operation: &Operation<'_>) -> Self {
        Self {
            responses: responses(case, operation).await,
            sent: sent(case).await,
            whole: whole(case, operation).await,
            ..Self::default()
        }
    }

    /// Sends what was not sent before.
    pub(crate) async fn extend(
        &mut self,
        case: &OperationCase,
        requests: impl Iterator<Item = Request>,
        canned: impl Iterator<Item = Canned>,
    ) {
        let new: Vec<_> = requests
            .filter(|request| !self.by_request.contains_key(request))
            .collect();
        if !new.is_empty() {
            let mock = start((case.mock)(ITEMS)).await;
            for request in new {
                let response = request.send(&mock).await;
                self.by_request.insert(request, response);
            }
        }
        let Some(facade) = &case.facade else { return };
        for canned in canned {
            if self.listings.contains_key(&canned) {
                continue;
            }
            // The mock sends this response as the first page, and then empty pages.
            let response = CannedResponse::new(canned.status)
                .header("content-type", &canned.media_type)
                .body(canned.body.to_string());
            let mock = (case.mock)(0).page_response(1, response);
            let mock = start(mock.total_count(TotalCount::Absent)).await;
            self.listings.insert(canned, list(facade, &mock).await);
        }
    }
}

async fn start(builder: MockAtlasBuilder) -> MockAtlas {
    builder.start().await.expect("loopback has a free port")
}

async fn responses(case: &OperationCase, operation: &Operation<'_>) -> Vec<Response> {
    let plain = Request::plain(operation, case);
    let mut responses = Vec::new();
    let is_documented = |(name, _): &(&str, &str)| {
        let mut parameters = operation.query_parameters();
        parameters.any(|parameter| parameter.name == *name)
    };
    for (items, seed) in [(0, 0), (1, 7), (4, 1), (101, u64::MAX)] {
        let mock = start((case.mock)(items).seed(seed)).await;
        for query in QUERIES {
            let query = query.iter().filter(|parameter| is_documented(parameter));
            let request = query.fold(plain.clone(), |request, (name, text)| {
                request.query(name, text)
            });
            responses.push(request.send(&mock).await);
        }
        // Where one item is requested, each has to be.
        if case.known("snapshotId").is_some() {
            for id in mock.snapshot_ids() {
                let one = Request::new(operation, |name| match name {
                    "snapshotId" => id.clone(),
                    name => case.known(name).unwrap_or_default().to_owned(),
                });
                responses.push(one.send(&mock).await);
            }
        }
    }
    // Statuses that no request causes.
    let failures = operation.responses.keys().filter(|status| **status != 200);
    let faults = failures.map(|status| match status {
        429 => ResponseFault::RateLimited(RetryAfter::Seconds(1)),
        status => ResponseFault::Status(*status),
    });
    for fault in faults.chain([ResponseFault::CountTimeout]) {
        let mock = start((case.mock)(0).fault(fault, When::always())).await;
        responses.push(plain.send(&mock).await);
    }
    let mock = start((case.mock)(0).require_token(TOKEN)).await;
    responses.push(plain.send(&mock).await);
    responses
}

async fn whole(case: &OperationCase, operation: &Operation<'_>) -> Option<(Response, Listing)> {
    let facade = case.facade.as_ref()?;
    let mock = start((case.mock)(500)).await;
    let request = Request::plain(operation, case).query("itemsPerPage", "500");
    Some((request.send(&mock).await, list(facade, &mock).await))
}

/// Every request of both clients, from the log of the mock.
async fn sent(case: &OperationCase) -> Vec<SentRequest> {
    let mock = start((case.mock)(1_200).require_token(TOKEN)).await;
    let mut sent = Vec::new();
    let mut take_log = |by| {
        let requests = mock.requests().into_iter();
        sent.extend(requests.map(|request| SentRequest { by, request }));
        mock.clear_requests();
    };
    if let Some(facade) = &case.facade {
        let atlas = Atlas::builder().base_url(mock.base_url());
        let atlas = atlas.credentials(Credentials::access_token(TOKEN)).build();
        let atlas = atlas.expect("the address of a mock");
        for (size, in_flight) in [(None, None), (Some(100), Some(8)), (Some(400), Some(1))] {
            // A failed request is in the log, too.
            (facade.list)(&atlas, Pages { size, in_flight }).await;
        }
        take_log("the facade");
    }
    let mut headers = HeaderMap::new();
    let authorization = format!("Bearer {TOKEN}").parse();
    headers.insert(AUTHORIZATION, authorization.expect("a header value"));
    let http = reqwest::Client::builder().default_headers(headers).build();
    let http = http.expect("a client without TLS");
    (case.send_generated)(Client::new_with_client(mock.base_url(), http, Hooks::new())).await;
    take_log("the generated client");
    sent
}

/// Lists from `mock` with the facade.
async fn list(facade: &FacadeListing, mock: &MockAtlas) -> Listing {
    let atlas = Atlas::builder().base_url(mock.base_url());
    let atlas = atlas.retry_policy(RetryPolicy::none()).build();
    let atlas = atlas.expect("no credentials on loopback");
    (facade.list)(&atlas, Pages::default()).await
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the segments that all paths share.
        let segments = &self.segments[self.segments.len().min(4)..];
        let path = segments.join("/");
        write!(f, "{} …/{}", self.method, path.escape_debug())?;
        for (index, (name, text)) in self.query.iter().enumerate() {
            let separator = if index == 0 { '?' } else { '&' };
            write!(f, "{separator}{name}={}", text.escape_debug())?;
        }
        Ok(())
    }
}

impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} returned {}", self.request, self.status)
    }
}

impl fmt::Display for SentRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { by, request } = self;
        let LoggedRequest { method, path, .. } = request;
        write!(f, "{by}, {method} {path} {:?}", request.query)
    }
}
