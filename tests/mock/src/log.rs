use std::marker::PhantomData;

/// Names an entry for as long as the mock lives, also across [`Log::clear`].
#[derive(Debug)]
pub(crate) struct Ticket<T>(usize, PhantomData<fn(T)>);

// Not derived: a ticket can be copied whatever the entry is.
impl<T> Clone for Ticket<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Ticket<T> {}

/// Entries in order of arrival.
#[derive(Debug)]
pub(crate) struct Log<T> {
    entries: Vec<T>,
    /// How many entries were cleared: the ticket of the first one still kept.
    cleared: usize,
}

impl<T> Default for Log<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            cleared: 0,
        }
    }
}

impl<T: Clone> Log<T> {
    pub(crate) fn push(&mut self, entry: T) -> Ticket<T> {
        self.entries.push(entry);
        Ticket(self.cleared + self.entries.len() - 1, PhantomData)
    }

    /// Adds to an entry, unless it was cleared.
    pub(crate) fn amend(&mut self, Ticket(ticket, _): Ticket<T>, amend: impl FnOnce(&mut T)) {
        let entry = ticket
            .checked_sub(self.cleared)
            .and_then(|at| self.entries.get_mut(at));
        if let Some(entry) = entry {
            amend(entry);
        }
    }

    pub(crate) fn entries(&self) -> Vec<T> {
        self.entries.clone()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn clear(&mut self) {
        self.cleared += self.entries.len();
        self.entries.clear();
    }
}
