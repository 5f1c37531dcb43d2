#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::panic,
        reason = "a test that cannot go on shall say so"
    )
)]

mod auth;
mod client;
mod error;
#[cfg(any(doc, doctest))]
#[doc = include_str!("../docs/architecture.md")]
pub mod architecture {}
mod fleet;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzz;
mod http;
mod model;
mod operations;
mod paging;
mod wait;

pub use auth::{AccessToken, Credentials, TokenError};
pub use client::{Atlas, AtlasBuilder};
pub use error::{Error, ErrorKind, FieldViolation, Result};
pub use fleet::report::FleetReport;
pub use fleet::request::FleetRequest;
pub use fleet::stream::FleetStream;
pub use fleet::summary::{FleetCompleteness, FleetSummary, MissingClusters, UnreadableItem};
pub use http::base_url::BaseUrl;
pub use http::headers::RateLimit;
pub use http::retry_policy::RetryPolicy;
pub use model::checkpoint::Checkpoint;
pub use model::cluster::{Cluster, ClusterKind, ClusterRegion, ClusterState, InternalClusterRole};
pub use model::completeness::{Basis, Completeness, EmptyReason, IncompleteReason};
pub use model::freshness::{Freshness, Verdict, VerdictReason};
pub use model::ids::{ClusterName, InvalidValue, ProjectId, SnapshotId};
pub use model::invalid_item::InvalidItem;
pub use model::project::Project;
pub use model::selection::{Gap, SnapshotsExt, TotalBytes};
pub use model::snapshot::Snapshot;
pub use model::snapshot_fields::{
    CloudProvider, ConfigServerType, FrequencyType, Link, SnapshotClusterType, SnapshotMember,
    SnapshotSource, SnapshotStatus, SnapshotType,
};
pub use model::tag::Tag;
pub use paging::collect::{Collect, CollectPartial, Collected, Partial};
pub use paging::config::Consistency;
pub use paging::request::ListRequest;
pub use paging::stream::{ItemStream, Page, PageStream};
pub use paging::summary::Summary;
pub use wait::{Wait, WaitRequest, WaitStatus};

/// The `chrono` crate, whose date types this library uses.
pub use chrono;

/// The examples of the repository's front page.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
