#![doc = include_str!("../README.md")]

// Generated code names this crate's own types by the crate's name, as `x-rust-type` spells them.
extern crate self as atlas_snapshots_generated;

#[rustfmt::skip]
#[allow(missing_docs, reason = "the generator documents what the fragment does, no more")]
#[allow(clippy::pedantic, reason = "the style of a machine")]
#[allow(clippy::unwrap_used, reason = "patterns known to compile; and Client::new, as the crate's docs say")]
mod codegen;
mod hooks;
mod open_enum;
mod timestamp;

pub use codegen::*;
pub use hooks::{Hooks, Transport};
pub use open_enum::{OpenEnum, Vocabulary};
pub use timestamp::Timestamp;
