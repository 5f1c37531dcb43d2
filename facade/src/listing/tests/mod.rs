//! The engine without sockets: a scripted source of pages under a paused clock.

mod changing_set;
mod contract;
mod errors;
mod fake;
mod properties;
mod resume;
mod retry;
mod verification_order;
mod verified;
