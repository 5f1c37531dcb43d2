//! Every backup snapshot of a MongoDB Atlas Flex cluster or serverless instance, as one `Stream`: **complete, or it says why not.**
//!
//! ```rust
//! use atlas_snapshots::{Atlas, Credentials};
//! use futures::TryStreamExt;
//!
//! # use atlas_snapshots_mock::{ClusterKind, MockAtlas};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mock = MockAtlas::builder().kind(ClusterKind::Flex).snapshots(1_200).require_token("an-access-token").start().await?;
//! let atlas = Atlas::builder()
//! #     .base_url(mock.base_url())
//!     .credentials(Credentials::access_token("an-access-token"))
//!     .build()?;
//! let mut snapshots = atlas
//!     .snapshots("32b6e34b3d91647abb20e7b8".parse()?, "Instance0".parse()?)
//!     .stream();
//! while let Some(snapshot) = snapshots.try_next().await? {
//!     println!("{} {:?}", snapshot.id(), snapshot.status());
//! }
//! println!("{}", snapshots.summary());
//! # assert_eq!(snapshots.summary().delivered(), 1_200);
//! # assert_eq!(mock.request_count(), 3);
//! # Ok(())
//! # }
//! ```
//!
//! - [`Snapshots`] says what a listing promises: lazy, in order, no snapshot twice, errors do not end it.
//! - [`Consistency`] and [`Ending`] say how sure the end is.
//! - [`ErrorKind`] says what to do about each error.
//! - [`RetryPolicy`] says what is tried again, and how patiently.
//! - [`Checkpoint`] lets another process go on.
//!
//! It needs a Tokio runtime. `TryStreamExt` is from the crate `futures`.
//!
//! ## Features
//!
//! | feature | default | what it brings |
//! |---|---|---|
//! | `rustls` | yes | TLS by rustls, with the platform's certificates |
//! | `native-tls` | no | TLS by the platform (OpenSSL on Linux) |
//! | `cli` | no | the program `atlas-snapshots` |
//!
//! Minimum Rust version: 1.88.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::panic,
        reason = "a test that cannot go on shall say so"
    )
)]

mod arguments;
mod auth;
mod base_url;
mod builder;
mod checkpoint;
mod client;
mod error;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzz;
mod gap_evidence;
mod http_client;
mod listing;
mod open_enum;
mod retry;
mod snapshot;
mod wire;

pub use arguments::{ClusterName, PageSize, Prefetch, ProjectId};
pub use auth::{AccessToken, Credentials, TokenFuture, TokenSource};
pub use base_url::BaseUrl;
pub use builder::AtlasBuilder;
pub use checkpoint::Checkpoint;
/// The crate of the moments in a [`Snapshot`], in the version they are of.
pub use chrono;
pub use client::Atlas;
pub use error::{BadRow, Error, ErrorKind, FieldViolation, Result};
pub use gap_evidence::GapEvidence;
pub use listing::{Consistency, Ending, Listing, Page, Pages, RateLimit, Snapshots, Summary};
pub use retry::RetryPolicy;
pub use snapshot::{
    FrequencyType, Link, Snapshot, SnapshotId, SnapshotSource, SnapshotStatus, SnapshotType,
};

/// The snippets of the front pages, compiled with the rest.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[doc = include_str!("../../README.md")]
struct Readmes;
