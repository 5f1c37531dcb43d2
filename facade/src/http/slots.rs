//! A limit of the requests in flight.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The place of one request in flight, until it is dropped.
pub(crate) type Slot = OwnedSemaphorePermit;

/// How many requests may be in flight at once; by default any number. Requests that wait get a
/// slot in the order in which they came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slots {
    /// As many permits as requests may be in flight.
    limit: Option<Arc<Semaphore>>,
    /// The slot of the request that is sent first.
    first: Arc<Mutex<Option<Slot>>>,
}

impl Slots {
    /// Requests take their slots from `limit`.
    pub(crate) fn new(limit: Arc<Semaphore>) -> Self {
        Self {
            limit: Some(limit),
            first: Arc::default(),
        }
    }

    /// The first request takes this slot.
    pub(crate) fn with_first(self, first: Slot) -> Self {
        Self {
            first: Arc::new(Mutex::new(Some(first))),
            ..self
        }
    }

    /// Waits for a slot; `None` where there is no limit.
    pub(super) async fn acquire(&self) -> Option<Slot> {
        if let Some(first) = self.take_first() {
            return Some(first);
        }
        // A semaphore that is closed limits nothing; this one never is.
        Arc::clone(self.limit.as_ref()?).acquire_owned().await.ok()
    }

    /// Takes the slot of the request that is sent first, unless it has been taken.
    pub(super) fn take_first(&self) -> Option<Slot> {
        let first = self.first.lock();
        first.unwrap_or_else(PoisonError::into_inner).take()
    }
}
