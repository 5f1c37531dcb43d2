//! What must not be shown, and where it comes from.

use std::fmt;
use std::hash::{BuildHasher, RandomState};

/// Text that `Debug` does not show.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(pub(crate) String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(not shown)")
    }
}

/// 32 hexadecimal digits that no client guesses, different every time.
///
/// The keys the standard library makes for its hash maps are random enough for loopback.
pub(crate) fn unguessable() -> String {
    let half = || RandomState::new().hash_one(());
    format!("{:016x}{:016x}", half(), half())
}
