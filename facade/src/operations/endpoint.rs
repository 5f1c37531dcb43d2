//! An endpoint as a source of pages for the listing engine.

use std::num::NonZeroU64;
use std::sync::Arc;

use tracing::field::Empty;
use tracing::{Instrument, Span};

use super::call::{Call, ClientInner};
use super::operation::{Operation, Paging};
use crate::error::{Error, ErrorKind, Result};
use crate::paging::page::{Fetched, PageFuture, PageRequest, PageSource};

/// An operation together with the client that sends it.
#[derive(Debug)]
pub(crate) struct Endpoint<O> {
    pub(crate) operation: O,
    pub(crate) client: Arc<ClientInner>,
}

impl<O: Operation> PageSource<O::Item> for Endpoint<O> {
    fn for_listing(self: Arc<Self>) -> Arc<dyn PageSource<O::Item>> {
        self
    }

    fn fetch(self: Arc<Self>, request: PageRequest) -> PageFuture<O::Item> {
        Box::pin(async move {
            let admitted = request.retry_loop.admit(&self.operation.bucket()).await?;
            let span = self.span(&request, admitted.attempt);
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
    /// The span of one attempt, with the field names of OpenTelemetry for HTTP.
    fn span(&self, request: &PageRequest, attempt: u32) -> Span {
        let base_url = &self.client.base_url;
        tracing::debug_span!(
            "request",
            otel.kind = "client",
            http.request.method = "GET",
            http.request.resend_count = attempt - 1,
            http.response.status_code = Empty,
            server.address = base_url.host(),
            server.port = base_url.port(),
            url.template = O::PATH,
            "error.type" = Empty,
            atlas.operation = O::ID,
            atlas.page = request.page,
        )
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

/// Completes the span of an attempt.
fn record<T>(result: &Result<T>) {
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
