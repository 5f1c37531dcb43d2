//! The operations of Atlas: one file per endpoint, and what they share.
//!
//! An endpoint implements [`operation::Operation`] and nothing else. [`endpoint::Endpoint`] makes
//! a source of pages out of it, and [`fallback`] chooses among several.

pub(crate) mod call;
pub(crate) mod decode;
pub(crate) mod endpoint;
pub(crate) mod fallback;
pub(crate) mod flex_snapshots;
pub(crate) mod operation;
pub(crate) mod response;
pub(crate) mod serverless_snapshots;
