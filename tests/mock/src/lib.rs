//! An embedded MongoDB Atlas on loopback, for testing clients of its snapshots.
//!
//! [`MockAtlas`] serves the lists of projects and clusters, and the snapshots of clusters of every
//! kind, in an [organisation](MockAtlasBuilder#organisation) or for one cluster. [`Operation`] lists
//! what it serves.
//!
//! It is a real HTTP/1.1 server on an ephemeral port of `127.0.0.1`, written from the
//! documentation with literal JSON. It shares no type with any client, so a client that works
//! with it conforms to the documentation, not merely to itself.
//!
//! ```
//! use atlas_snapshots_mock::MockAtlas;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let atlas = MockAtlas::builder().snapshots(1_200).seed(7).start().await?;
//!
//! // The client under test uses the address of the mock …
//! let page = reqwest::get(format!("{}?itemsPerPage=500", atlas.snapshots_url())).await?;
//! let page: serde_json::Value = serde_json::from_str(&page.text().await?)?;
//!
//! // … and the test compares what it received, and what it requested.
//! assert_eq!(page["totalCount"], 1_200);
//! assert_eq!(page["results"][0]["id"], atlas.snapshot_ids()[0]);
//! assert_eq!(atlas.requests()[0].items_per_page, Some(500));
//! # Ok(())
//! # }
//! ```
//!
//! [`Fidelity::Documented`], the default, conforms to the documentation. [`Fidelity::Live`] sends
//! what the service has been recorded to send: undocumented enum values, sparse items for queued
//! snapshots, errors without a code.
//!
//! [`Fault`]s, each with the requests it applies to ([`When`]), simulate what a client must
//! survive: rate limits, proxies, broken connections and bodies, odd items, wrong counts and
//! links, data that changes between two pages.
//!
//! A token, an API key (HTTP Digest) or a service account (OAuth 2 client credentials) can be
//! required, with nonces and tokens that expire or are rejected; see
//! [the settings](MockAtlasBuilder#authentication).
//!
//! # Features
//!
//! `cli` (default): the program `mock-atlas`, the same server for clients in any language.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test fails by panicking"))]

mod auth;
mod builder;
mod check;
mod cluster;
mod connection;
mod digest;
mod discovery;
mod fault;
mod items;
mod mock;
mod oauth;
mod operation;
mod organisation;
mod page;
mod query;
mod rate_limit;
mod request_log;
mod response;
mod routes;
mod schedule;
mod settings;
mod snapshots;

pub use auth::AuthFailure;
pub use builder::{MockAtlasBuilder, StartError};
pub use cluster::Cluster;
pub use digest::{ChallengeFault, DigestAlgorithm};
pub use fault::{
    BodyFault, DataChange, Fault, ItemFault, PageFault, ResponseFault, RetryAfter, WireFault,
};
pub use mock::MockAtlas;
pub use oauth::{ExpiresIn, TokenEndpoint};
pub use operation::Operation;
pub use request_log::LoggedRequest;
pub use response::CannedResponse;
pub use schedule::When;
pub use settings::{ClusterKind, Fidelity, Links, Sunset, TotalCount};

/// The README's snippets, compiled and run with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
