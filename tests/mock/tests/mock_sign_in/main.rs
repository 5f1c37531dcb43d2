//! Signing in to the mock, as clients see it that do it by hand, and as curl does it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod by_hand;
mod challenges;
mod curl;
mod digest;
mod nonces;
mod raw;
mod refusals;
mod revocation;
mod secrets;
mod together;
mod token_faults;
mod tokens;
