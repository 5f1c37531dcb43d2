//! An embedded MongoDB Atlas on loopback, for testing clients of its snapshot listing.
//!
//! [`MockAtlas`] serves one operation, "Return All Snapshots of One Serverless Instance":
//!
//! ```text
//! GET /api/atlas/v1.0/groups/{groupId}/serverless/{clusterName}/backup/snapshots
//! ```
//!
//! It is a real HTTP/1.1 server on an ephemeral port of `127.0.0.1`, written from the
//! documentation alone, with literal JSON: it shares no type with any client, so a client
//! that agrees with it agrees with the documentation, not with itself.
//!
//! ```
//! use atlas_snapshots_mock::MockAtlas;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let atlas = MockAtlas::builder().snapshots(1_200).seed(7).start().await?;
//!
//! // Point the client under test at the mock …
//! let page = reqwest::get(format!("{}?itemsPerPage=500", atlas.snapshots_url())).await?;
//! let page: serde_json::Value = serde_json::from_str(&page.text().await?)?;
//!
//! // … and compare what it got, and what it asked for.
//! assert_eq!(page["totalCount"], 1_200);
//! assert_eq!(page["results"][0]["id"], atlas.snapshot_ids()[0]);
//! assert_eq!(atlas.requests()[0].items_per_page, Some(500));
//! # Ok(())
//! # }
//! ```
//!
//! # Two dialects
//!
//! [`Dialect::Documented`], the default, answers as the documentation says. [`Dialect::Live`]
//! answers as the service has been recorded to: undocumented enum values, sparse rows for
//! queued snapshots, errors without a code.
//!
//! # Faults
//!
//! A script of [faults](Fault), each with the requests it applies to ([`When`]), makes the mock
//! answer what a client must survive: rate limits, proxies, broken connections and bodies, odd
//! rows, counts and links that lie, data that changes between two pages.
//!
//! # Signing in
//!
//! A token, an API key (HTTP Digest) or a service account (OAuth 2 client credentials) can be
//! required, each with nonces and tokens that expire, lie or are refused; and the credentials can
//! lack the right address or the right role. See the builder's
//! [section on it](MockAtlasBuilder#signing-in).
//!
//! # Features
//!
//! `cli` (default): the binary `mock-atlas`, the same server for clients in any language.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test fails by panicking"))]

mod builder;
mod canned;
mod cluster;
mod dialect;
mod digest;
mod error_body;
mod fault;
mod links;
mod listing;
mod log;
mod mock;
mod oauth;
mod paced_body;
mod page;
mod path;
mod presentation;
mod query;
mod rate_limit;
mod request_log;
mod routes;
mod rows;
mod secret;
mod server;
mod sign_in;
mod snapshot;
mod state;
mod stop;
mod total_count;
mod wire;

pub use builder::{MockAtlasBuilder, StartError};
pub use canned::CannedResponse;
pub use cluster::{ClusterKind, Sunset};
pub use dialect::Dialect;
pub use digest::{ChallengeFault, DigestAlgorithm};
pub use fault::{
    AnswerFault, BodyFault, DataChange, Fault, FaultRule, PageFault, ParseFaultError, RetryAfter,
    RowFault, When, WireFault,
};
pub use links::Links;
pub use mock::MockAtlas;
pub use oauth::{ExpiresIn, LoggedTokenRequest, TokenEndpoint};
pub use request_log::LoggedRequest;
pub use sign_in::Refusal;
pub use total_count::TotalCount;

/// The README's snippet, compiled and run with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
