//! One request to Atlas: from a generated operation to a typed answer, or to an [`Error`].
//!
//! [`Error`]: crate::Error

mod auto;
mod failure;
mod flex;
mod headers;
mod operation;
mod pages;
mod passage;
mod rescue;
mod serverless;

pub(crate) use auto::{AutoPages, Choices};
pub(crate) use operation::Api;
pub(crate) use pages::ApiPages;
pub(crate) use passage::WireSettings;

/// The way of a page that the strict decoder refuses, for the fuzz targets.
#[cfg(fuzzing)]
pub(crate) fn read_page(body: &[u8]) -> crate::Result<crate::listing::PageAnswer> {
    use atlas_snapshots_generated::types::ServerlessSnapshot;

    rescue::rescue(
        body,
        <ServerlessSnapshot as operation::GeneratedRow>::into_snapshot,
    )
}
