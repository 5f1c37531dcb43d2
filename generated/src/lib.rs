#![doc = include_str!("../README.md")]

// Generated code refers to types of this crate by the name of the crate, as in `x-rust-type`.
extern crate self as atlas_snapshots_generated;

#[rustfmt::skip]
#[allow(missing_docs, reason = "the fragments do not describe everything")]
#[allow(clippy::pedantic, reason = "generated code")]
#[allow(clippy::unwrap_used, reason = "valid patterns; and Client::new, as documented in the README")]
mod codegen;
mod hooks;
pub mod lists;
mod open_enum;
mod timestamp;

pub use codegen::*;
pub use hooks::{Hooks, Transport};
pub use open_enum::{OpenEnum, Vocabulary};
pub use timestamp::Timestamp;
