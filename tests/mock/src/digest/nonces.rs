//! Nonces handed out, and how far each is used up.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::time::Instant;

use crate::secret::unguessable;
use crate::sign_in::Refusal;

/// How long a nonce is good; `None` is for ever.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Limits {
    pub(super) lifetime: Option<Duration>,
    pub(super) uses: Option<usize>,
}

/// All nonces there ever were: one that is used up must still be told from one made up.
#[derive(Debug, Default)]
pub(super) struct Nonces(HashMap<String, Nonce>);

#[derive(Debug)]
struct Nonce {
    issued: Instant,
    expired: bool,
    /// The counts it was used with; they may come in any order, as requests do.
    counts: HashSet<u32>,
}

impl Nonces {
    pub(super) fn issue(&mut self, now: Instant) -> String {
        let nonce = unguessable();
        let entry = Nonce {
            issued: now,
            expired: false,
            counts: HashSet::new(),
        };
        self.0.insert(nonce.clone(), entry);
        nonce
    }

    /// Uses a nonce once more, with a count that is new to it.
    pub(super) fn spend(
        &mut self,
        nonce: &str,
        count: u32,
        limits: Limits,
        now: Instant,
    ) -> Result<(), Refusal> {
        let nonce = self.0.get_mut(nonce).ok_or(Refusal::UnknownNonce)?;
        let too_old = limits
            .lifetime
            .is_some_and(|lifetime| now - nonce.issued >= lifetime);
        let used_up = limits.uses.is_some_and(|uses| nonce.counts.len() >= uses);
        if nonce.expired || too_old || used_up {
            return Err(Refusal::StaleNonce);
        }
        if !nonce.counts.insert(count) {
            return Err(Refusal::Replay);
        }
        Ok(())
    }

    pub(super) fn expire_all(&mut self) {
        self.0.values_mut().for_each(|nonce| nonce.expired = true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_new_in_any_order() {
        let (mut nonces, now) = (Nonces::default(), Instant::now());
        let nonce = nonces.issue(now);
        let mut spend = |count| nonces.spend(&nonce, count, Limits::default(), now);
        for count in [7, 1, u32::MAX, 2] {
            assert_eq!(spend(count), Ok(()));
        }
        for count in [7, 1, u32::MAX, 2] {
            assert_eq!(spend(count), Err(Refusal::Replay));
        }
        assert_eq!(spend(3), Ok(()));
    }

    #[test]
    fn each_nonce_counts_on_its_own() {
        let (mut nonces, now) = (Nonces::default(), Instant::now());
        for nonce in [nonces.issue(now), nonces.issue(now)] {
            assert_eq!(nonces.spend(&nonce, 1, Limits::default(), now), Ok(()));
        }
        let made_up = nonces.spend("made up", 1, Limits::default(), now);
        assert_eq!(made_up, Err(Refusal::UnknownNonce));
    }

    #[test]
    fn age_and_use_make_a_nonce_stale() {
        let (mut nonces, now) = (Nonces::default(), Instant::now());
        let limits = Limits {
            lifetime: Some(Duration::from_secs(10)),
            uses: Some(2),
        };
        let later = |seconds| now + Duration::from_secs(seconds);
        let (used, aged) = (nonces.issue(now), nonces.issue(now));
        assert_eq!(nonces.spend(&aged, 1, limits, later(9)), Ok(()));
        assert_eq!(
            nonces.spend(&aged, 2, limits, later(10)),
            Err(Refusal::StaleNonce)
        );
        assert_eq!(nonces.spend(&used, 1, limits, now), Ok(()));
        // A refused replay uses nothing up.
        assert_eq!(nonces.spend(&used, 1, limits, now), Err(Refusal::Replay));
        assert_eq!(nonces.spend(&used, 2, limits, now), Ok(()));
        assert_eq!(
            nonces.spend(&used, 3, limits, now),
            Err(Refusal::StaleNonce)
        );
    }

    #[test]
    fn all_can_be_expired_at_once() {
        let (mut nonces, now) = (Nonces::default(), Instant::now());
        let before = nonces.issue(now);
        nonces.expire_all();
        let after = nonces.issue(now);
        let mut spend = |nonce: &str| nonces.spend(nonce, 1, Limits::default(), now);
        assert_eq!(spend(&before), Err(Refusal::StaleNonce));
        assert_eq!(spend(&after), Ok(()));
    }
}
