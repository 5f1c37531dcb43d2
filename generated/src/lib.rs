//! Low-level client of the Atlas snapshot endpoints: one method an operation, one call a page.
//!
//! | method | lists | asks for |
//! |---|---|---|
//! | [`Client::list_flex_backups`] | the snapshots of a Flex cluster | `application/vnd.atlas.2024-11-13+json` |
//! | [`Client::list_serverless_backups`] | those of a serverless instance; past its end of life | `application/json` |
//!
//! Use it when you want the plain operations. The crate `atlas-snapshots` builds on it and adds what a
//! listing needs: paging, retries, rate limits, signing in.
//!
//! ```no_run
//! use atlas_snapshots_generated::{Client, Hooks, types::FlexSnapshotStatus};
//! use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
//!
//! # async fn run(token: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let mut headers = HeaderMap::new();
//! headers.insert(AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {token}"))?);
//! let http = reqwest::Client::builder().default_headers(headers).build()?;
//!
//! let client = Client::new_with_client("https://cloud.mongodb.com", http, Hooks::new());
//! let page = client
//!     .list_flex_backups()
//!     .group_id("32b6e34b3d91647abb20e7b8")
//!     .name("Flex0")
//!     .items_per_page(500_u64)
//!     .send()
//!     .await?;
//! for snapshot in &page.results {
//!     let completed = snapshot.status == Some(FlexSnapshotStatus::Completed.into());
//!     println!("{:?} completed: {completed}", snapshot.id);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What to know
//!
//! - **Make the client with [`Client::new_with_client`].** [`Client::new`] panics where no HTTP client can
//!   be built, and fixes its time-outs at 15 seconds. The base URL comes without a slash at its end.
//! - **TLS is yours to choose.** This crate enables no TLS feature of `reqwest`; enable `rustls` or
//!   `native-tls` in your own manifest.
//! - **One page a call, and nothing repeated.** `maximum` is not enforced either: ask for 1 to 500 items.
//! - **Only documented statuses are typed.** 200 gives the page; 400, 401, 403, 404 and 500, and from
//!   Flex 410 and 429 too, give [`Error::ErrorResponse`]; any other gives [`Error::UnexpectedResponse`].
//!   A body that does not decode gives [`Error::InvalidResponsePayload`] without status or headers: ask
//!   [`Client::response_head`] for them, on a client of its own from [`Client::observed`].
//! - **Mind what you print.** `Display` and `Debug` of [`Error`] show whole bodies and headers.
//! - **Nearly everything is optional**, as documented. Enums are [open](OpenEnum), dates are
//!   [`Timestamp`]s, strings of a response are taken as they come; arguments are checked against their
//!   patterns before anything is sent.
//! - **Every request passes one seam**, [`Exchange`]: the place for retries, credentials and tests.

// Generated code names this crate's own types by the crate's name, as `x-rust-type` spells them.
extern crate self as atlas_snapshots_generated;

#[rustfmt::skip]
#[allow(missing_docs, reason = "the generator documents what the fragment does, no more")]
#[allow(clippy::pedantic, reason = "the style of a machine")]
#[allow(clippy::unwrap_used, reason = "patterns known to compile; and Client::new, as the crate's docs say")]
mod codegen;
mod hooks;
mod open_enum;
mod timestamp;

pub use codegen::*;
pub use hooks::{Exchange, Hooks, ResponseHead};
pub use open_enum::{OpenEnum, Vocabulary};
pub use timestamp::Timestamp;

/// Keeps the README's examples compiling.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
