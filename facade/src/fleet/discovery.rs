//! The clusters of one project.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::source::FleetSource;
use super::summary::counted;
use crate::error::Error;
use crate::model::cluster::Cluster;
use crate::model::completeness::{Completeness, IncompleteReason};
use crate::model::invalid_item::InvalidItem;
use crate::model::project::Project;
use crate::paging::collect::{CollectPartial, Partial};
use crate::paging::request::ListRequest;

/// What was found of a project.
#[derive(Debug)]
pub(super) struct Discovered {
    pub(super) project: Arc<Project>,
    /// The clusters, internal ones included.
    pub(super) clusters: Vec<Cluster>,
    pub(super) unreadable: Vec<InvalidItem>,
    /// The number of clusters found, unreadable ones included.
    pub(super) found: u64,
    /// Why a list could not be read to the end; where neither could, the first reason.
    pub(super) error: Option<Error>,
    /// The number of lists that reached their end and may have missed a cluster.
    pub(super) incomplete: u64,
    pub(super) requests: u64,
    pub(super) retries: u64,
}

impl Discovered {
    /// Whether fewer clusters were found than the project counts.
    pub(super) fn is_short(&self) -> bool {
        counted(&self.project).is_some_and(|counted| self.found < counted)
    }

    fn add(&mut self, listed: Partial<Cluster>) {
        let Partial { collected, error } = listed;
        let summary = collected.summary();
        self.requests += summary.requests();
        self.retries += summary.retries();
        let is_incomplete = matches!(
            summary.completeness(),
            Completeness::PossiblyIncomplete(reason) if reason != IncompleteReason::UnreadableItems
        );
        self.incomplete += u64::from(is_incomplete && error.is_none());
        self.found += summary.item_errors();
        self.unreadable.extend_from_slice(collected.item_errors());
        self.error = self.error.take().or(error);
        for cluster in collected {
            if !self.clusters.iter().any(|known| is_same(known, &cluster)) {
                self.found += 1;
                self.clusters.push(cluster);
            }
        }
    }
}

/// Lists the clusters of a project, both lists at once. Where fewer are found than the project
/// counts, both are read once more: the lists of Atlas can be behind its counts.
pub(super) async fn discover(
    source: Arc<dyn FleetSource>,
    project: Arc<Project>,
    prepare: impl Fn(ListRequest<Cluster>) -> ListRequest<Cluster>,
) -> Discovered {
    let mut discovered = Discovered {
        clusters: Vec::new(),
        unreadable: Vec::new(),
        found: 0,
        error: None,
        incomplete: 0,
        requests: 0,
        retries: 0,
        project,
    };
    for _ in 0..2 {
        let id = discovered.project.id();
        let dedicated = prepare(source.clusters(id)).collect_partial();
        let flex = prepare(source.flex_clusters(id)).collect_partial();
        // What could not be read is read once more, too.
        discovered.found = discovered.clusters.len() as u64;
        discovered.unreadable.clear();
        discovered.incomplete = 0;
        // Where both list a cluster, the Flex list knows more.
        for listed in both(flex, dedicated).await {
            discovered.add(listed);
        }
        if discovered.error.is_some() || !discovered.is_short() {
            break;
        }
    }
    discovered
}

/// Whether two lists, or two readings of one, have the same cluster. Its name is unique within the
/// project.
fn is_same(known: &Cluster, cluster: &Cluster) -> bool {
    let name = cluster.name().filter(|_| known.name().is_some());
    known.id() == cluster.id() || name.is_some_and(|name| known.name() == Some(name))
}

/// Runs two listings at once.
async fn both<T: Send + 'static>(
    mut first: CollectPartial<T>,
    mut second: CollectPartial<T>,
) -> [Partial<T>; 2] {
    let mut listed = (None, None);
    poll_fn(|cx| {
        poll_into(&mut listed.0, &mut first, cx);
        poll_into(&mut listed.1, &mut second, cx);
        match std::mem::take(&mut listed) {
            (Some(first), Some(second)) => Poll::Ready([first, second]),
            unfinished => {
                listed = unfinished;
                Poll::Pending
            }
        }
    })
    .await
}

fn poll_into<T: Send + 'static>(
    listed: &mut Option<Partial<T>>,
    listing: &mut CollectPartial<T>,
    cx: &mut Context<'_>,
) {
    if listed.is_none()
        && let Poll::Ready(partial) = Pin::new(listing).poll(cx)
    {
        *listed = Some(partial);
    }
}
