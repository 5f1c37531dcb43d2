//! The engine without sockets: a scripted source of pages under a paused clock.

mod collect;
mod consistency;
mod errors;
mod fake;
mod properties;
mod resume;
mod retry;
mod sequence;
mod servers;
mod stream;
mod verification_order;
