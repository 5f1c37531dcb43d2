//! An organisation: its projects, their clusters, and the snapshots of each cluster.
//!
//! [`request`] configures it, [`scheduler`] runs it, and [`stream`] is what a consumer sees of it.

mod config;
pub(crate) mod connection;
mod discovery;
mod freshness;
mod queue;
pub(crate) mod report;
pub(crate) mod request;
mod scheduler;
mod selection;
pub(crate) mod source;
pub(crate) mod stream;
pub(crate) mod summary;
#[cfg(test)]
mod tests;
