//! The operations of Atlas: one file per endpoint, and what they share.
//!
//! An endpoint implements [`operation::Operation`] and nothing else. [`endpoint::Endpoint`] makes
//! a source of pages out of it, and [`fallback`] chooses among several with [`find_api`]. An
//! endpoint that returns one object implements [`get::GetOperation`].

pub(crate) mod call;
pub(crate) mod cluster_snapshots;
pub(crate) mod clusters;
pub(crate) mod decode;
pub(crate) mod endpoint;
pub(crate) mod fallback;
pub(crate) mod find_api;
pub(crate) mod flex_clusters;
pub(crate) mod flex_snapshots;
pub(crate) mod get;
pub(crate) mod operation;
pub(crate) mod projects;
pub(crate) mod response;
pub(crate) mod serverless_snapshots;
