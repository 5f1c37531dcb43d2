//! Settings of the simulated cluster and of the content of its pages.

use serde::Deserialize;

/// The kind of a cluster, which decides the API that lists its snapshots. The other APIs respond
/// 400 with the code that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum ClusterKind {
    /// A serverless instance.
    #[default]
    Serverless,
    /// A Flex cluster, with Flex snapshots, oldest first.
    Flex,
    /// A dedicated replica set.
    ReplicaSet,
    /// A dedicated sharded cluster.
    Sharded,
    /// A dedicated global cluster.
    GeoSharded,
    /// A Free cluster (M0), which the API of dedicated clusters knows, and which has no snapshots.
    Free,
}

impl ClusterKind {
    pub(crate) fn api(self) -> Api {
        match self {
            Self::Serverless => Api::Serverless,
            Self::Flex => Api::Flex,
            Self::ReplicaSet | Self::Sharded | Self::GeoSharded | Self::Free => Api::Cluster,
        }
    }
}

/// The APIs that a cluster belongs to one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    Serverless,
    Flex,
    Cluster,
}

/// The response of the serverless API to every request after its sunset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum Sunset {
    /// 410 `VERSION_GONE`.
    Gone,
    /// 200 with no items.
    Empty,
    /// 404, as if the instance did not exist.
    NotFound,
}

/// Whether responses follow the documentation or the recorded behaviour of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Fidelity {
    /// Every response conforms to the documented schemas (the default).
    #[default]
    Documented,
    /// Responses contain what the service has been recorded to send beyond its documentation:
    ///
    /// - on-demand snapshots have `"frequencyType": "ondemand"`;
    /// - queued snapshots have no `createdAt`, no `mongodVersion`, and a size of `0`;
    /// - versions may carry a suffix, as in `8.0.29-rc1`;
    /// - dates may have fractions of a second, or an offset other than `Z`;
    /// - a 401 has an `errorCode` only if the code adds to the status; `parameters` of errors
    ///   are strings.
    Live,
}

/// The `totalCount` of a page whose request includes the count (`includeCount`, by default true).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TotalCount {
    /// The number of snapshots (the default).
    #[default]
    Exact,
    /// No `totalCount`.
    Absent,
    /// Always this number.
    Fixed(i64),
    /// The number of snapshots plus this one: `Offset(-3)` reports three too few.
    Offset(i64),
}

impl TotalCount {
    /// The number to report for `count` items.
    pub(crate) fn of(self, count: usize) -> Option<i64> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        match self {
            Self::Exact => Some(count),
            Self::Absent => None,
            Self::Fixed(number) => Some(number),
            Self::Offset(offset) => Some(count.saturating_add(offset)),
        }
    }
}

/// The `links` of a page.
///
/// The documented relations are `self`, `previous` (from page 2 on) and `next` (while more items
/// follow). As on the live service, `next` is missing with `includeCount=false`, and the
/// parameters of an `href` are in the server's own order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum Links {
    /// `self`, `previous` and `next` as documented.
    #[default]
    Documented,
    /// No `links`.
    Missing,
    /// `self` and `previous`, never `next`.
    NeverNext,
    /// `next` on every page, also on the last one and past it.
    AlwaysNext,
    /// As documented, but with a host that is not this server. Following such a link fails, and
    /// sending credentials to it would leak them.
    Foreign,
}
