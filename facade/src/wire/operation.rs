//! What the operations of different APIs have in common.

use std::num::NonZeroU64;

use atlas_snapshots_generated::{ResponseValue, types};
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;

use crate::snapshot::Snapshot;

/// Which API lists the snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    Serverless,
    Flex,
}

impl Api {
    /// When the API was announced to end, as its fragment says (`x-sunset`).
    pub(super) fn documented_sunset(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Serverless => DateTime::from_timestamp(1_769_040_000, 0), // 2026-01-22
            Self::Flex => None,
        }
    }

    /// The path, as its fragment writes it.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Serverless => {
                "/api/atlas/v1.0/groups/{groupId}/serverless/{clusterName}/backup/snapshots"
            }
            Self::Flex => "/api/atlas/v2/groups/{groupId}/flexClusters/{name}/backup/snapshots",
        }
    }
}

/// What a generated operation gives.
pub(super) type Given<P> =
    std::result::Result<ResponseValue<P>, atlas_snapshots_generated::Error<types::ApiError>>;

/// A page as generated, the same in all APIs but for its rows.
pub(super) trait GeneratedPage {
    type Row: GeneratedRow;

    fn into_parts(self) -> (Option<Vec<types::Link>>, Vec<Self::Row>, Option<i64>);
}

/// A row as generated.
pub(super) trait GeneratedRow: DeserializeOwned {
    /// The domain's view of it; `None` for one without an id, which could be told from no other.
    fn into_snapshot(self) -> Option<Snapshot>;
}

/// The numbers every operation takes.
pub(super) struct Paging {
    pub(super) page: NonZeroU64,
    pub(super) page_size: NonZeroU64,
    /// Left out where it is the documented default, which counts.
    pub(super) include_count: Option<bool>,
}
