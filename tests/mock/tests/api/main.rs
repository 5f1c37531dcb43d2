//! Tests of the mock as clients see it. The client code shares nothing with the mock.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod client;
mod digest;
mod faults;
mod listing;
mod oauth;
mod organisation;
mod wire;
