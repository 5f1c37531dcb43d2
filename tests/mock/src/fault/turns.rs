use super::When;
use super::when::Counters;

/// Things that happen at certain turns, in the order they were given, and how far each has
/// counted.
#[derive(Debug, Clone)]
pub(crate) struct Turns<T>(Vec<(T, When, Counters)>);

impl<T> Default for Turns<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Clone> Turns<T> {
    pub(crate) fn add(&mut self, thing: T, when: When) {
        self.0.push((thing, when, Counters::default()));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Counts a turn of `page`, and takes what is due to it.
    pub(crate) fn due(&mut self, page: u64) -> Vec<T> {
        let due = self.0.iter_mut().filter_map(|(thing, when, counters)| {
            let is_due = counters.admit(when, page);
            is_due.then(|| thing.clone())
        });
        due.collect()
    }
}
