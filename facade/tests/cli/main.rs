//! The command line, tested as the program it is, against a mock Atlas in this process.
#![cfg(feature = "cli")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod apis;
#[path = "../asked/mod.rs"]
mod asked;
mod auth_check;
mod checkpoint_file;
mod completeness;
mod continuing;
mod environment;
mod exit_codes;
mod formats;
mod harness;
mod kept;
mod secrets;
#[cfg(target_os = "linux")]
mod slow_reader;
#[path = "../soon/mod.rs"]
mod soon;
mod streaming;
mod table;
mod usage;
