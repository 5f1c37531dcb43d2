//! Every fault of the mock, over real sockets: the items, the errors, the requests and the
//! completeness.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod changes;
#[path = "../common/mod.rs"]
mod common;
mod completeness;
mod harness;
mod pages;
mod responses;
