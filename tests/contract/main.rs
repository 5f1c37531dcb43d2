//! The documentation in `openapi/`, the generated types, the mock and the facade say the same.
//!
//! Mock and clients are asked once ([`evidence`]); every check then is a function of the documentation
//! and that evidence, so that it can be run on a documentation broken in memory as well:
//!
//! | suite | check | holds together |
//! |---|---|---|
//! | a | [`responses`] | what the mock answers · documented statuses and schemas, both ways |
//! | b | [`requests`], [`arguments`] | what the clients send and let pass · documented parameters |
//! | c | [`schemas`], [`decoding`], [`deviations`] | generated types · documentation and overlay, exactly |
//! | d | [`examples`] | documented examples · generated types and facade |
//! | e | [`refusals`], [`defaults`] | what the mock refuses · what the documentation forbids |
//! | f | [`broken`], [`sweep`] | each check · a reason to fail |
//!
//! Another fragment is another case in [`operation_case::CASES`], its schemas are entries of
//! [`generated::TYPES`], and [`broken`] gets a table of ways to break it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod answer;
mod arguments;
mod broken;
mod candidates;
mod checks;
mod contract;
mod decoding;
mod defaults;
mod deviations;
mod edit;
mod evidence;
mod examples;
mod flex;
mod generated;
mod json_schema;
mod operation;
mod operation_case;
mod outcome;
mod overlay;
mod probe;
mod refusals;
mod requests;
mod responses;
mod rust_type;
mod schemas;
mod serverless;
mod spec;
mod suites;
mod sweep;
mod traffic;
mod violation;
