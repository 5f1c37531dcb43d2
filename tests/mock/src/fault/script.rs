use super::turns::Turns;
use super::{DueFaults, Fault, FaultRule};
use crate::query::ListQuery;

/// The faults of one mock.
#[derive(Debug, Clone, Default)]
pub(crate) struct Script(Turns<Fault>);

impl Script {
    pub(crate) fn add(&mut self, rule: FaultRule) {
        self.0.add(rule.fault, rule.when);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Counts a request, and takes what is due to it.
    pub(crate) fn due(&mut self, query: &ListQuery) -> DueFaults {
        DueFaults(self.0.due(query.page_num))
    }
}
