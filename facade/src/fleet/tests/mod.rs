//! The scheduler against a script, on a paused clock.

mod failures;
mod fake;
mod limits;
mod listing;
