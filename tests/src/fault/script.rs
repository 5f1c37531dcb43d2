use super::when::Counters;
use super::{DueFaults, FaultRule};
use crate::query::ListQuery;

/// The rules of one mock, in the order they were given, and how far each has counted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Script(Vec<(FaultRule, Counters)>);

impl Script {
    pub(crate) fn add(&mut self, rule: FaultRule) {
        self.0.push((rule, Counters::default()));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Counts a request, and takes what is due to it.
    pub(crate) fn due(&mut self, query: &ListQuery) -> DueFaults {
        let due = self.0.iter_mut().filter_map(|(rule, counters)| {
            counters
                .admit(&rule.when, query.page_num)
                .then(|| rule.fault.clone())
        });
        DueFaults(due.collect())
    }
}
