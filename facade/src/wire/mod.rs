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
