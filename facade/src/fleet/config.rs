//! The settings of a fleet.

use std::time::Duration;

use super::selection::Selection;
use crate::model::ids::InvalidValue;
use crate::paging::config::Consistency;

/// The settings of a fleet.
#[derive(Debug, Clone)]
pub(super) struct FleetConfig {
    pub(super) selection: Selection,
    pub(super) concurrency: usize,
    pub(super) deadline: Option<Duration>,
    pub(super) page_size: u16,
    pub(super) consistency: Consistency,
    /// The first value that breaks a rule. It becomes the error of the first poll.
    pub(super) invalid: Option<InvalidValue>,
}
