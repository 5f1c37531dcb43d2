//! An endpoint as a source of pages for the listing engine.

use std::num::NonZeroU64;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tracing::field::Empty;
use tracing::{Instrument, Span};

use super::call::{Call, ClientInner};
use super::operation::{Operation, Paging};
use crate::error::{Error, ErrorKind, Result};
use crate::http::base_url::BaseUrl;
use crate::paging::page::{Fetched, PageFuture, PageRequest, PageSource};

/// An operation together with the client that sends it.
#[derive(Debug)]
pub(crate) struct Endpoint<O> {
    pub(crate) operation: O,
    pub(crate) client: Arc<ClientInner>,
}

impl<O: Operation> PageSource<O::Item> for Endpoint<O> {
    fn at(&self, moment: DateTime<Utc>) -> Option<Arc<dyn PageSource<O::Item>>> {
        Some(Self::new(&self.client, self.operation.at(moment)?))
    }

    fn for_listing(self: Arc<Self>) -> Arc<dyn PageSource<O::Item>> {
        self
    }

    fn fetch(self: Arc<Self>, request: PageRequest) -> PageFuture<O::Item> {
        Box::pin(async move {
            let admitted = request.retry_loop.admit(&self.operation.bucket()).await?;
            let span = request_span(&self.client.base_url, O::ID, O::PATH, admitted.attempt);
            span.record("atlas.page", request.page);
            let fetch = async {
                let result = self.request_page(&request).await;
                record(&result);
                result
            };
            fetch.instrument(span).await
        })
    }
}

impl<O: Operation> Endpoint<O> {
    pub(crate) fn new(client: &Arc<ClientInner>, operation: O) -> Arc<Self> {
        let client = Arc::clone(client);
        Arc::new(Self { operation, client })
    }

    async fn request_page(&self, request: &PageRequest) -> Result<Fetched<O::Item>> {
        let internal = || Error::new(ErrorKind::Internal);
        let paging = Paging {
            page: NonZeroU64::new(request.page).ok_or_else(internal)?,
            page_size: NonZeroU64::new(request.page_size.into()).ok_or_else(internal)?,
            include_count: (!request.include_count).then_some(false),
        };
        let client = Arc::clone(&self.client);
        let call = Call::new(client, request.counter.clone(), request.known_body);
        let sent = self.operation.send(&call.client(), paging).await;
        let now = self.client.clock.wall_clock();
        let page = call.page::<O>(sent, request.page, now);
        page.map_err(|error| self.client.authenticator.explain(error))
    }
}

/// The span of one attempt, with the field names of OpenTelemetry for HTTP.
pub(super) fn request_span(
    base_url: &BaseUrl,
    operation: &'static str,
    path: &'static str,
    attempt: u32,
) -> Span {
    tracing::debug_span!(
        "request",
        otel.kind = "client",
        http.request.method = "GET",
        http.request.resend_count = attempt.saturating_sub(1),
        http.response.status_code = Empty,
        server.address = base_url.host(),
        server.port = base_url.port(),
        url.template = path,
        "error.type" = Empty,
        atlas.operation = operation,
        atlas.page = Empty,
    )
}

/// Completes the span of an attempt.
pub(super) fn record<T>(result: &Result<T>) {
    let span = Span::current();
    match result {
        Ok(_) => {
            span.record("http.response.status_code", 200);
        }
        Err(error) => {
            if let Some(status) = error.status() {
                span.record("http.response.status_code", status);
            }
            span.record("error.type", error.kind().as_str());
        }
    }
}
