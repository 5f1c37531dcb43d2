//! An API's listing as a source of pages: signed in, sent, understood.

use std::num::NonZeroU64;
use std::sync::Arc;

use atlas_snapshots_generated::{Client, ResponseValue, types};
use tracing::field::Empty;
use tracing::{Instrument, Span};

use super::failure::explain;
use super::headers::notices;
use super::operation::{Api, GeneratedPage, GeneratedRow, Given, Paging};
use super::passage::{Arrival, Head, Passage, WireSettings};
use super::rescue::{is_object, no_object, rescue};
use super::{flex, serverless};
use crate::arguments::{ClusterName, ProjectId};
use crate::auth::Pass;
use crate::error::{Error, ErrorKind, Result};
use crate::listing::{PageAnswer, PageFuture, PageRequest, PageSource, Row};

/// The snapshots of one cluster through one API, page by page.
#[derive(Debug)]
pub(crate) struct ApiPages {
    pub(crate) api: Api,
    pub(crate) settings: Arc<WireSettings>,
    pub(crate) project: ProjectId,
    pub(crate) cluster: ClusterName,
}

impl PageSource for ApiPages {
    fn fetch(self: Arc<Self>, request: PageRequest) -> PageFuture {
        let span = self.span(&request);
        let asking = async move {
            let answer = self.ask(&request).await;
            record(&answer);
            answer
        };
        Box::pin(asking.instrument(span))
    }
}

impl ApiPages {
    /// Of one attempt at one page, its fields named as OpenTelemetry names them for HTTP.
    fn span(&self, request: &PageRequest) -> Span {
        let base_url = &self.settings.base_url;
        tracing::debug_span!(
            "get_page",
            otel.kind = "client",
            http.request.method = "GET",
            http.request.resend_count = request.attempt - 1,
            http.response.status_code = Empty,
            server.address = base_url.host(),
            server.port = base_url.port(),
            url.template = self.api.path(),
            "error.type" = Empty,
            atlas.page = request.page,
        )
    }

    async fn ask(&self, request: &PageRequest) -> Result<PageAnswer> {
        let signer = &self.settings.signer;
        let pass = signer.pass().await?;
        let answer = self.ask_with(&pass, request).await;
        // A token can be withdrawn before its time; a missing role is no matter of tokens.
        let refused = answer
            .as_ref()
            .is_err_and(|error| error.kind() == ErrorKind::Unauthenticated);
        if refused && signer.renew(&pass).await {
            let pass = signer.pass().await?;
            return self.ask_with(&pass, request).await;
        }
        answer
    }

    async fn ask_with(&self, pass: &Pass, request: &PageRequest) -> Result<PageAnswer> {
        let settings = Arc::clone(&self.settings);
        let passage = Passage::new(settings, pass.clone(), request.meter.clone());
        let client = passage.client();
        let answer = self.send(&client, &passage, request).await;
        answer.map_err(|error| match pass.secret() {
            Some(secret) => error.without(secret),
            None => error,
        })
    }

    async fn send(
        &self,
        client: &Client,
        passage: &Passage,
        request: &PageRequest,
    ) -> Result<PageAnswer> {
        let internal = || Error::new(ErrorKind::Internal);
        let paging = Paging {
            page: NonZeroU64::new(request.page).ok_or_else(internal)?,
            page_size: NonZeroU64::new(request.page_size.into()).ok_or_else(internal)?,
            include_count: (!request.include_count).then_some(false),
        };
        let (project, cluster) = (self.project.as_str(), self.cluster.as_str());
        let answer = match self.api {
            Api::Serverless => {
                let given = serverless::send(client, project, cluster, paging).await;
                self.settle(given, passage)?
            }
            Api::Flex => {
                let given = flex::send(client, project, cluster, paging).await;
                self.settle(given, passage)?
            }
        };
        Ok(PageAnswer {
            counted: request.include_count,
            ..answer
        })
    }

    /// From what the generated client gives, and what has really arrived, to an answer.
    fn settle<P: GeneratedPage>(&self, given: Given<P>, passage: &Passage) -> Result<PageAnswer> {
        match given {
            Ok(page) => self.understand(page, passage),
            Err(failed) => match passage.arrival() {
                Arrival::Whole(head, body) if head.status == 200 => {
                    self.reread::<P::Row>(&head, &body)
                }
                arrival => Err(explain(failed, arrival, self.settings.timing.wall_clock())),
            },
        }
    }

    /// Takes in a page that decoded whole.
    fn understand<P: GeneratedPage>(
        &self,
        page: ResponseValue<P>,
        passage: &Passage,
    ) -> Result<PageAnswer> {
        let notices = notices(page.headers(), self.api, self.settings.timing.wall_clock());
        let (links, rows, total_count) = page.into_inner().into_parts();
        let has_next = links.iter().flatten().any(is_next);
        let rows: Option<Vec<Row>> = rows
            .into_iter()
            .map(|row| row.into_snapshot().map(Row::Good))
            .collect();
        match (rows, passage.arrival()) {
            (_, Arrival::Whole(_, body)) if !is_object(&body) => Err(no_object(&body)),
            (Some(rows), _) => Ok(PageAnswer {
                rows,
                has_next,
                total_count,
                notices,
                ..PageAnswer::default()
            }),
            // A row without an id: its raw text is needed.
            (None, Arrival::Whole(head, body)) => self.reread::<P::Row>(&head, &body),
            (None, _) => Err(Error::new(ErrorKind::Internal)),
        }
    }

    /// Takes in a page of which at least one row is no snapshot.
    fn reread<R: GeneratedRow>(&self, head: &Head, body: &[u8]) -> Result<PageAnswer> {
        let answer = rescue(body, R::into_snapshot)?;
        Ok(PageAnswer {
            notices: notices(&head.headers, self.api, self.settings.timing.wall_clock()),
            ..answer
        })
    }
}

fn is_next(link: &types::Link) -> bool {
    link.rel.as_deref() == Some("next")
}

/// Completes the span with what came back.
fn record(answer: &Result<PageAnswer>) {
    let span = Span::current();
    match answer {
        Ok(_) => {
            span.record("http.response.status_code", 200);
        }
        Err(error) => {
            if let Some(status) = error.status() {
                span.record("http.response.status_code", status);
            }
            span.record("error.type", tracing::field::debug(error.kind()));
        }
    }
}
