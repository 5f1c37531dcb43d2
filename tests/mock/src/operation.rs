//! The operations: their paths, query parameters, media types and rate limits.

use crate::settings::{Api, ClusterKind};

/// A documented operation that the mock serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// Lists the snapshots of a serverless instance.
    ListServerlessBackups,
    /// Lists the snapshots of a Flex cluster.
    ListFlexBackups,
    /// Returns one snapshot of a Flex cluster.
    GetGroupFlexClusterBackupSnapshot,
    /// Lists the snapshots of a dedicated cluster.
    ListGroupClusterBackupSnapshots,
    /// Returns one snapshot of a dedicated cluster.
    GetGroupClusterBackupSnapshot,
    /// Lists the projects.
    ListGroups,
    /// Lists the dedicated and free clusters of a project.
    ListGroupClusters,
    /// Lists the Flex clusters of a project.
    ListGroupFlexClusters,
}

/// The endpoints that share a rate limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum EndpointSet {
    Groups,
    Clusters,
    Flex,
    Backups,
}

const JSON: &str = "application/json";
const V2023_01_01: &str = "application/vnd.atlas.2023-01-01+json;charset=utf-8";
const V2024_08_05: &str = "application/vnd.atlas.2024-08-05+json;charset=utf-8";
const V2024_11_13: &str = "application/vnd.atlas.2024-11-13+json;charset=utf-8";

const PAGING: &[&str] = &["includeCount", "itemsPerPage", "pageNum"];

impl Operation {
    /// All operations.
    pub const ALL: [Self; 8] = [
        Self::ListServerlessBackups,
        Self::ListFlexBackups,
        Self::GetGroupFlexClusterBackupSnapshot,
        Self::ListGroupClusterBackupSnapshots,
        Self::GetGroupClusterBackupSnapshot,
        Self::ListGroups,
        Self::ListGroupClusters,
        Self::ListGroupFlexClusters,
    ];

    /// The documented `operationId`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::ListServerlessBackups => "listServerlessBackups",
            Self::ListFlexBackups => "listFlexBackups",
            Self::GetGroupFlexClusterBackupSnapshot => "getGroupFlexClusterBackupSnapshot",
            Self::ListGroupClusterBackupSnapshots => "listGroupClusterBackupSnapshots",
            Self::GetGroupClusterBackupSnapshot => "getGroupClusterBackupSnapshot",
            Self::ListGroups => "listGroups",
            Self::ListGroupClusters => "listGroupClusters",
            Self::ListGroupFlexClusters => "listGroupFlexClusters",
        }
    }

    /// The operation with this `operationId`.
    #[must_use]
    pub fn with_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.id() == id)
    }

    /// The path, with `{name}` for each parameter.
    pub(crate) const fn template(self) -> &'static str {
        match self {
            Self::ListServerlessBackups => {
                "/api/atlas/v1.0/groups/{groupId}/serverless/{clusterName}/backup/snapshots"
            }
            Self::ListFlexBackups => {
                "/api/atlas/v2/groups/{groupId}/flexClusters/{name}/backup/snapshots"
            }
            Self::GetGroupFlexClusterBackupSnapshot => {
                "/api/atlas/v2/groups/{groupId}/flexClusters/{name}/backup/snapshots/{snapshotId}"
            }
            Self::ListGroupClusterBackupSnapshots => {
                "/api/atlas/v2/groups/{groupId}/clusters/{clusterName}/backup/snapshots"
            }
            Self::GetGroupClusterBackupSnapshot => {
                "/api/atlas/v2/groups/{groupId}/clusters/{clusterName}/backup/snapshots/{snapshotId}"
            }
            Self::ListGroups => "/api/atlas/v2/groups",
            Self::ListGroupClusters => "/api/atlas/v2/groups/{groupId}/clusters",
            Self::ListGroupFlexClusters => "/api/atlas/v2/groups/{groupId}/flexClusters",
        }
    }

    pub(crate) fn of_template(template: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|operation| operation.template() == template)
    }

    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::ListServerlessBackups => JSON,
            Self::ListGroups
            | Self::ListGroupClusterBackupSnapshots
            | Self::GetGroupClusterBackupSnapshot => V2023_01_01,
            Self::ListGroupClusters => V2024_08_05,
            Self::ListFlexBackups
            | Self::GetGroupFlexClusterBackupSnapshot
            | Self::ListGroupFlexClusters => V2024_11_13,
        }
    }

    pub(crate) const fn endpoint_set(self) -> EndpointSet {
        match self {
            Self::ListGroups => EndpointSet::Groups,
            Self::ListGroupClusters => EndpointSet::Clusters,
            Self::ListFlexBackups
            | Self::GetGroupFlexClusterBackupSnapshot
            | Self::ListGroupFlexClusters => EndpointSet::Flex,
            Self::ListServerlessBackups
            | Self::ListGroupClusterBackupSnapshots
            | Self::GetGroupClusterBackupSnapshot => EndpointSet::Backups,
        }
    }

    /// The API of an operation on snapshots or on the clusters of one API.
    pub(crate) const fn api(self) -> Api {
        match self {
            Self::ListServerlessBackups => Api::Serverless,
            Self::ListFlexBackups
            | Self::GetGroupFlexClusterBackupSnapshot
            | Self::ListGroupFlexClusters => Api::Flex,
            _ => Api::Cluster,
        }
    }

    /// The listing that a single item belongs to, otherwise the operation itself.
    pub(crate) const fn listing(self) -> Self {
        match self {
            Self::GetGroupFlexClusterBackupSnapshot => Self::ListFlexBackups,
            Self::GetGroupClusterBackupSnapshot => Self::ListGroupClusterBackupSnapshots,
            listing => listing,
        }
    }

    pub(crate) fn is_listing(self) -> bool {
        self == self.listing()
    }

    /// The listing of the snapshots of a cluster of this kind.
    pub(crate) fn snapshots_of(kind: ClusterKind) -> Self {
        match kind.api() {
            Api::Serverless => Self::ListServerlessBackups,
            Api::Flex => Self::ListFlexBackups,
            Api::Cluster => Self::ListGroupClusterBackupSnapshots,
        }
    }

    /// Whether the query parameter `name` is documented.
    pub(crate) fn has_parameter(self, name: &str) -> bool {
        let own: &[&str] = match self {
            Self::ListGroupClusterBackupSnapshots => {
                &["pointInTimeUtcSeconds", "oplogTs", "oplogInc"]
            }
            Self::ListGroupClusters => &["includeDeletedWithRetainedBackups"],
            _ => &[],
        };
        ["envelope", "pretty"].contains(&name)
            || own.contains(&name)
            || (self.is_listing() && PAGING.contains(&name))
    }

    /// The names of the path parameters, in order.
    pub(crate) fn path_parameters(self) -> impl Iterator<Item = &'static str> {
        let segments = self.template().split('/');
        segments.filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }

    /// The path with these values of its parameters, in order.
    pub(crate) fn path(self, values: &[&str]) -> String {
        let mut values = values.iter();
        let segments = self.template().split('/').map(|segment| match segment {
            parameter if parameter.starts_with('{') => values.next().copied().unwrap_or_default(),
            segment => segment,
        });
        segments.collect::<Vec<_>>().join("/")
    }

    /// The values of the parameters of a path of this operation, as sent.
    pub(crate) fn values(self, path: &str) -> Vec<String> {
        let segments = self.template().split('/').zip(path.split('/'));
        let values = segments.filter(|(segment, _)| segment.starts_with('{'));
        values.map(|(_, value)| value.to_owned()).collect()
    }
}
