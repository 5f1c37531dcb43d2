//! Plain data: identifiers, projects, clusters, snapshots and selections from them, checkpoints, how
//! complete a listing is, and how fresh its snapshots are.

pub(crate) mod checkpoint;
pub(crate) mod cluster;
pub(crate) mod completeness;
pub(crate) mod freshness;
pub(crate) mod ids;
pub(crate) mod invalid_item;
pub(crate) mod project;
pub(crate) mod selection;
pub(crate) mod snapshot;
pub(crate) mod snapshot_fields;
pub(crate) mod tag;
pub(crate) mod text;
pub(crate) mod text_enum;
