//! The listing engine, which reads all pages of a list of any type of item.
//!
//! [`request`] configures a listing, [`engine`] runs it, and [`stream`] and [`collect`] are what a
//! consumer sees of it. [`sequence`] reads two lists as one. The engine needs two things: a [`page::PageSource`], and for each item a key
//! that distinguishes it from all others.

pub(crate) mod collect;
pub(crate) mod config;
mod engine;
mod fetch;
mod first_pass;
mod id_set;
pub(crate) mod page;
mod progress;
pub(crate) mod request;
mod resume;
mod seen_items;
pub(crate) mod sequence;
pub(crate) mod stream;
pub(crate) mod summary;
#[cfg(test)]
mod tests;
mod verification;
