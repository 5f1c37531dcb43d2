//! Where a fleet is read from.

use std::fmt::Debug;

use crate::http::bucket::BucketKey;
use crate::http::clock::Clock;
use crate::http::retry::Pauses;
use crate::model::cluster::Cluster;
use crate::model::project::Project;
use crate::model::snapshot::Snapshot;
use crate::paging::request::ListRequest;

/// The listings of a fleet: over the network, or from a script in the tests of this module.
pub(crate) trait FleetSource: Debug + Send + Sync {
    /// All projects.
    fn projects(&self) -> ListRequest<Project>;

    /// The dedicated and Free clusters of a project.
    fn clusters(&self, project: &str) -> ListRequest<Cluster>;

    /// The Flex clusters of a project.
    fn flex_clusters(&self, project: &str) -> ListRequest<Cluster>;

    /// The snapshots of a cluster, by the API that lists its kind.
    fn snapshots(&self, project: &str, cluster: &Cluster) -> ListRequest<Snapshot>;

    /// The bucket of the requests for the snapshots of a cluster.
    fn bucket(&self, project: &str, cluster: &Cluster) -> BucketKey;

    /// The pauses of a bucket.
    fn pauses(&self, bucket: &BucketKey) -> Pauses;

    fn clock(&self) -> &dyn Clock;
}
