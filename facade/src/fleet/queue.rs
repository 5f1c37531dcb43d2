//! The clusters that have been discovered and whose snapshots have not been requested.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::source::FleetSource;
use crate::http::bucket::BucketKey;
use crate::model::cluster::Cluster;
use crate::model::project::Project;

/// How many clusters of a bucket are listed at once to begin with, before its rate limit is known.
pub(super) const FIRST_WINDOW: usize = 4;

/// Clusters by bucket, in order of their discovery. Buckets that are paused after a rate limit are
/// passed over.
#[derive(Debug, Default)]
pub(super) struct ClusterQueue {
    buckets: Vec<Waiting>,
    len: usize,
}

/// A cluster that is being listed.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) project: Arc<Project>,
    pub(super) cluster: Cluster,
    /// How many clusters of its bucket were listed before it began.
    listed_before: u64,
    bucket: BucketKey,
}

/// The clusters whose requests are of one bucket, which is that of one project and one API.
#[derive(Debug)]
struct Waiting {
    project: Arc<Project>,
    bucket: BucketKey,
    /// There is at least one, here or being listed.
    clusters: VecDeque<Cluster>,
    /// The number of clusters that are being listed.
    running: usize,
    /// The number of clusters that were listed.
    listed: u64,
    /// How many may be listed at once: one more for each that was listed, and one after a pause.
    window: usize,
    pauses_seen: u64,
    /// Whether there was a pause, and clusters are listed since then that may have been rejected.
    /// New ones would take the turns for which they wait.
    is_draining: bool,
}

impl Waiting {
    /// How many clusters may be listed besides those that are.
    fn startable(&mut self, source: &dyn FleetSource) -> usize {
        let pauses = source.pauses(&self.bucket);
        if pauses.count != self.pauses_seen {
            self.pauses_seen = pauses.count;
            self.window = 1;
            self.is_draining = self.running > 0;
        }
        if pauses.paused_for.is_some() || self.is_draining {
            return 0;
        }
        let free = self.window.saturating_sub(self.running);
        free.min(self.clusters.len())
    }
}

impl ClusterQueue {
    /// The number of clusters.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn push(
        &mut self,
        project: &Arc<Project>,
        cluster: Cluster,
        source: &dyn FleetSource,
    ) {
        self.len += 1;
        let bucket = source.bucket(project.id(), &cluster);
        // The clusters of a project come one after the other.
        let mut latest = self.buckets.iter_mut().rev();
        if let Some(waiting) = latest.find(|waiting| waiting.bucket == bucket) {
            return waiting.clusters.push_back(cluster);
        }
        self.buckets.push(Waiting {
            project: Arc::clone(project),
            bucket,
            clusters: VecDeque::from([cluster]),
            running: 0,
            listed: 0,
            window: FIRST_WINDOW,
            pauses_seen: 0,
            is_draining: false,
        });
    }

    /// Whether this many clusters may be listed now.
    pub(super) fn has(&mut self, number: usize, source: &dyn FleetSource) -> bool {
        let mut found = 0;
        let is_enough = |waiting: &mut Waiting| {
            found += waiting.startable(source);
            found >= number
        };
        self.buckets.iter_mut().any(is_enough)
    }

    /// The next cluster that may be listed now.
    pub(super) fn pop(&mut self, source: &dyn FleetSource) -> Option<Turn> {
        let is_open = |waiting: &mut Waiting| waiting.startable(source) > 0;
        let next = self.buckets.iter_mut().position(is_open)?;
        let waiting = self.buckets.get_mut(next)?;
        let cluster = waiting.clusters.pop_front()?;
        self.len -= 1;
        waiting.running += 1;
        Some(Turn {
            project: Arc::clone(&waiting.project),
            cluster,
            listed_before: waiting.listed,
            bucket: waiting.bucket.clone(),
        })
    }

    /// Another cluster may take the place of this one. One that is to be listed `again`, because its
    /// request was rejected for longer than it may wait, is queued once more if others of its
    /// bucket got their turns meanwhile. Otherwise the turn is over, and returned.
    pub(super) fn on_finished(&mut self, turn: Turn, again: bool) -> Option<Turn> {
        let of_bucket = |waiting: &Waiting| waiting.bucket == turn.bucket;
        let index = self.buckets.iter().position(of_bucket);
        let Some((index, waiting)) =
            index.and_then(|index| Some((index, self.buckets.get_mut(index)?)))
        else {
            return Some(turn);
        };
        waiting.running = waiting.running.saturating_sub(1);
        waiting.is_draining &= waiting.running > 0;
        if again && waiting.listed > turn.listed_before {
            waiting.clusters.push_back(turn.cluster);
            self.len += 1;
            return None;
        }
        waiting.listed += u64::from(!again);
        waiting.window += usize::from(!again);
        if waiting.clusters.is_empty() && waiting.running == 0 {
            self.buckets.remove(index);
        }
        Some(turn)
    }

    /// How long it takes until a paused bucket may be requested again; `None` where there is none.
    pub(super) fn paused_for(&self, source: &dyn FleetSource) -> Option<Duration> {
        let pauses = self.buckets.iter();
        let waiting = pauses.filter(|waiting| !waiting.clusters.is_empty());
        let pauses = waiting.filter_map(|waiting| source.pauses(&waiting.bucket).paused_for);
        pauses.min()
    }

    /// Takes all clusters.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = (Arc<Project>, Cluster)> + use<> {
        let buckets = std::mem::take(self).buckets;
        buckets.into_iter().flat_map(|waiting| {
            let Waiting {
                project, clusters, ..
            } = waiting;
            let with_project = move |cluster| (Arc::clone(&project), cluster);
            clusters.into_iter().map(with_project)
        })
    }
}
