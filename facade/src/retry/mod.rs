//! Trying again: when it is worth it, how long to wait, and when to stop.

mod backoff;
mod budget;
mod gate;
mod patience;
mod policy;
mod timing;

pub(crate) use patience::{Patience, Verdict};
pub use policy::RetryPolicy;
pub(crate) use timing::{FOREVER, Sleep, SystemTiming, Timing};
