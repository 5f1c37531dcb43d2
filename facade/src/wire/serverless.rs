//! The documented endpoint as a source of pages.

use std::num::NonZeroU64;
use std::sync::Arc;

use atlas_snapshots_generated::{ResponseValue, Vocabulary, types};

use tracing::field::Empty;
use tracing::{Instrument, Span};

use super::failure::explain;
use super::headers::notices;
use super::passage::{Arrival, Head, Passage, WireSettings};
use super::rescue::{is_object, no_object, rescue};
use crate::arguments::{ClusterName, ProjectId};
use crate::auth::Pass;
use crate::error::{Error, ErrorKind, Result};
use crate::listing::{PageAnswer, PageFuture, PageRequest, PageSource, Row};
use crate::snapshot::{Link, Snapshot, SnapshotId};

const PATH: &str = "/api/atlas/v1.0/groups/{groupId}/serverless/{clusterName}/backup/snapshots";

/// *Return All Snapshots of One Serverless Instance*, page by page.
#[derive(Debug)]
pub(crate) struct ServerlessPages {
    settings: Arc<WireSettings>,
    project: ProjectId,
    instance: ClusterName,
}

impl ServerlessPages {
    pub(crate) fn new(
        settings: Arc<WireSettings>,
        project: ProjectId,
        instance: ClusterName,
    ) -> Self {
        Self {
            settings,
            project,
            instance,
        }
    }
}

impl PageSource for ServerlessPages {
    fn fetch(self: Arc<Self>, request: PageRequest) -> PageFuture {
        let span = self.span(&request);
        let asking = async move {
            let answer = self.ask(request).await;
            record(&answer);
            answer
        };
        Box::pin(asking.instrument(span))
    }
}

impl ServerlessPages {
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
            url.template = PATH,
            "error.type" = Empty,
            atlas.page = request.page,
        )
    }

    async fn ask(&self, request: PageRequest) -> Result<PageAnswer> {
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

    async fn ask_with(&self, pass: &Pass, request: PageRequest) -> Result<PageAnswer> {
        let answer = self.send(pass, request).await;
        answer.map_err(|error| match pass.secret() {
            Some(secret) => error.without(secret),
            None => error,
        })
    }

    async fn send(&self, pass: &Pass, request: PageRequest) -> Result<PageAnswer> {
        let passage = Passage::new(Arc::clone(&self.settings), pass.clone());
        let client = passage.client();
        let call = client
            .list_serverless_backups()
            .group_id(self.project.as_str())
            .cluster_name(self.instance.as_str())
            .items_per_page(non_zero(u64::from(request.page_size))?)
            .page_num(non_zero(request.page)?);
        // The documented default counts: saying so would only lengthen the URL.
        let call = if request.include_count {
            call
        } else {
            call.include_count(false)
        };
        let answer = match call.send().await {
            Ok(page) => understand(page, &passage)?,
            Err(failed) => match passage.arrival() {
                Arrival::Whole(head, body) if head.status == 200 => reread(&head, &body)?,
                arrival => return Err(explain(failed, arrival, self.settings.timing.wall_clock())),
            },
        };
        Ok(PageAnswer {
            counted: request.include_count,
            ..answer
        })
    }
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

fn non_zero(number: u64) -> Result<NonZeroU64> {
    NonZeroU64::new(number).ok_or_else(|| Error::new(ErrorKind::Internal))
}

/// Takes in a page that decoded whole.
fn understand(
    page: ResponseValue<types::ServerlessSnapshotPage>,
    passage: &Passage,
) -> Result<PageAnswer> {
    let notices = notices(page.headers());
    let page = page.into_inner();
    let has_next = page.links.iter().flatten().any(is_next);
    let rows: Option<Vec<Row>> = page
        .results
        .into_iter()
        .map(|row| snapshot(row).map(Row::Good))
        .collect();
    match (rows, passage.arrival()) {
        (_, Arrival::Whole(_, body)) if !is_object(&body) => Err(no_object(&body)),
        (Some(rows), _) => Ok(PageAnswer {
            rows,
            has_next,
            total_count: page.total_count,
            notices,
            ..PageAnswer::default()
        }),
        // A row without an id: its raw text is needed.
        (None, Arrival::Whole(head, body)) => reread(&head, &body),
        (None, _) => Err(Error::new(ErrorKind::Internal)),
    }
}

/// Takes in a page of which at least one row is no snapshot.
fn reread(head: &Head, body: &[u8]) -> Result<PageAnswer> {
    let answer = rescue(body, snapshot)?;
    Ok(PageAnswer {
        notices: notices(&head.headers),
        ..answer
    })
}

fn is_next(link: &types::Link) -> bool {
    link.rel.as_deref() == Some("next")
}

/// The domain's view of a row; `None` for one without an id, which could be told from no other.
pub(super) fn snapshot(row: types::ServerlessSnapshot) -> Option<Snapshot> {
    Some(Snapshot {
        id: SnapshotId::from(row.id?.0),
        created_at: row.created_at.map(Into::into),
        expires_at: row.expires_at.map(Into::into),
        frequency_type: row.frequency_type.map(open),
        links: row.links.into_iter().flatten().map(link).collect(),
        mongod_version: row.mongod_version.map(|version| version.0),
        serverless_instance_name: row.serverless_instance_name.map(|name| name.0),
        snapshot_type: row.snapshot_type.map(open),
        status: row.status.map(open),
        storage_size_bytes: row.storage_size_bytes,
    })
}

/// The domain has open enums of its own, so that no generated type is public.
fn open<K: Vocabulary, D: for<'a> From<&'a str> + From<String>>(
    value: atlas_snapshots_generated::OpenEnum<K>,
) -> D {
    match value {
        atlas_snapshots_generated::OpenEnum::Known(known) => known.word().into(),
        atlas_snapshots_generated::OpenEnum::Unknown(text) => text.into(),
    }
}

fn link(link: types::Link) -> Link {
    Link::new(link.href, link.rel)
}
