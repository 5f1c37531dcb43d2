//! One request to Atlas: from a generated operation to a typed answer, or to an [`Error`].
//!
//! [`Error`]: crate::Error

mod failure;
mod headers;
mod passage;
mod rescue;
mod serverless;

pub(crate) use passage::WireSettings;
pub(crate) use serverless::ServerlessPages;

/// The way of a page that the strict decoder refuses, for the fuzz targets.
#[cfg(fuzzing)]
pub(crate) fn read_page(body: &[u8]) -> crate::Result<crate::listing::PageAnswer> {
    rescue::rescue(body, serverless::snapshot)
}
