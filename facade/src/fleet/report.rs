//! What a fleet yields.

use std::sync::Arc;

use crate::error::Error;
use crate::model::cluster::Cluster;
use crate::model::project::Project;
use crate::model::snapshot::Snapshot;
use crate::paging::collect::Partial;

/// One result of a [`FleetStream`](crate::FleetStream): a cluster, or a project whose clusters
/// could not be listed.
#[derive(Debug)]
#[non_exhaustive]
pub enum FleetReport {
    /// The snapshots of a cluster, as far as they could be read.
    Cluster {
        /// The project of the cluster.
        project: Arc<Project>,
        /// The cluster.
        cluster: Box<Cluster>,
        /// Its snapshots, how complete they are, and the error that ended their listing, if any.
        /// A cluster that was deleted after it was discovered ends with
        /// [`NotFound`](crate::ErrorKind::NotFound).
        listing: Box<Partial<Snapshot>>,
    },
    /// A cluster that has no backups: a Free cluster, or one whose backups are turned off. Its
    /// snapshots were not requested.
    WithoutBackups {
        /// The project of the cluster.
        project: Arc<Project>,
        /// The cluster.
        cluster: Box<Cluster>,
    },
    /// A project whose clusters could not all be listed. Clusters of it that were found all the
    /// same are reported as usual.
    Project {
        /// The project.
        project: Arc<Project>,
        /// Why a list of its clusters could not be read to the end.
        error: Error,
    },
}

impl FleetReport {
    /// The project, which each report has.
    #[must_use]
    pub fn project(&self) -> &Project {
        match self {
            Self::Cluster { project, .. }
            | Self::WithoutBackups { project, .. }
            | Self::Project { project, .. } => project,
        }
    }

    /// The cluster; `None` of a [`Project`](Self::Project).
    #[must_use]
    pub fn cluster(&self) -> Option<&Cluster> {
        match self {
            Self::Cluster { cluster, .. } | Self::WithoutBackups { cluster, .. } => Some(cluster),
            Self::Project { .. } => None,
        }
    }
}
