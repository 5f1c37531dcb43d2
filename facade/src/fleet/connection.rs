//! A client as the source of a fleet.

use std::sync::Arc;

use super::source::FleetSource;
use crate::http::bucket::BucketKey;
use crate::http::clock::Clock;
use crate::http::retry::Pauses;
use crate::model::cluster::{Cluster, ClusterKind};
use crate::model::ids::InvalidValue;
use crate::model::project::Project;
use crate::model::snapshot::Snapshot;
use crate::operations::call::ClientInner;
use crate::operations::cluster_snapshots::ClusterSnapshots;
use crate::operations::clusters::Clusters;
use crate::operations::endpoint::Endpoint;
use crate::operations::flex_clusters::FlexClusters;
use crate::operations::flex_snapshots::FlexSnapshots;
use crate::operations::operation::{ClusterPath, Operation, ProjectPath};
use crate::operations::projects::Projects;
use crate::operations::serverless_snapshots::ServerlessSnapshots;
use crate::paging::request::ListRequest;

/// Lists with the operations of a client.
#[derive(Debug)]
pub(crate) struct Connection(pub(crate) Arc<ClientInner>);

impl Connection {
    fn list<O: Operation>(
        &self,
        operation: O,
        checked: Result<(), InvalidValue>,
    ) -> ListRequest<O::Item> {
        let target = operation.target();
        let source = Endpoint::new(&self.0, operation);
        let retrier = Arc::clone(&self.0.retrier);
        ListRequest::new(source, retrier, target).checked(checked, |_, ()| {})
    }
}

impl FleetSource for Connection {
    fn projects(&self) -> ListRequest<Project> {
        self.list(Projects, Ok(()))
    }

    fn clusters(&self, project: &str) -> ListRequest<Cluster> {
        let (project, checked) = ProjectPath::new(project);
        let include_deleted = false;
        let clusters = Clusters {
            project,
            include_deleted,
        };
        self.list(clusters, checked)
    }

    fn flex_clusters(&self, project: &str) -> ListRequest<Cluster> {
        let (project, checked) = ProjectPath::new(project);
        self.list(FlexClusters(project), checked)
    }

    fn snapshots(&self, project: &str, cluster: &Cluster) -> ListRequest<Snapshot> {
        let (path, checked) = path(project, cluster);
        match cluster.kind() {
            Some(ClusterKind::Flex) => self.list(FlexSnapshots(path), checked),
            Some(ClusterKind::Serverless) => self.list(ServerlessSnapshots(path), checked),
            _ => self.list(cluster_snapshots(path), checked),
        }
    }

    fn bucket(&self, project: &str, cluster: &Cluster) -> BucketKey {
        let (path, _) = path(project, cluster);
        match cluster.kind() {
            Some(ClusterKind::Flex) => FlexSnapshots(path).bucket(),
            Some(ClusterKind::Serverless) => ServerlessSnapshots(path).bucket(),
            _ => cluster_snapshots(path).bucket(),
        }
    }

    fn pauses(&self, bucket: &BucketKey) -> Pauses {
        self.0.retrier.pauses(bucket)
    }

    fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }
}

/// The path of a cluster. One without a name is refused before anything is sent.
fn path(project: &str, cluster: &Cluster) -> (ClusterPath, Result<(), InvalidValue>) {
    ClusterPath::new(project, cluster.name().unwrap_or_default())
}

fn cluster_snapshots(cluster: ClusterPath) -> ClusterSnapshots {
    let point_in_time = None;
    ClusterSnapshots {
        cluster,
        point_in_time,
    }
}
