//! The command line, tested as the program it is, against a mock Atlas in this process.
#![cfg(feature = "cli")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod apis;
mod check;
mod checkpoint_file;
#[path = "../common/mod.rs"]
mod common;
mod completeness;
mod credentials;
mod exit_codes;
mod fleet;
mod formats;
mod harness;
#[cfg(unix)]
mod help;
mod resuming;
#[cfg(target_os = "linux")]
mod signals;
#[cfg(target_os = "linux")]
mod slow_reader;
#[cfg(unix)]
mod stdout;
mod streaming;
mod usage;
mod waits;
