//! The command line, tested as the program it is, against a mock Atlas in this process.
#![cfg(feature = "cli")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod apis;
mod auth_check;
mod completeness;
mod continuing;
mod environment;
mod exit_codes;
mod formats;
mod harness;
mod secrets;
mod streaming;
mod table;
mod usage;
