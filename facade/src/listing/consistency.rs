//! How sure a listing shall be.

use std::num::NonZeroU32;

/// How sure a listing over several pages shall be that it missed nothing.
///
/// Atlas pages by offset: a snapshot that leaves the set between two page reads moves all behind
/// it forward, and one of them can slip past the reader. A listing of a single page is one read
/// and therefore complete in either mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Consistency {
    /// Reads once and looks for signs of change; the default. **Costs** one request a page.
    ///
    /// The end is [`SuspectedGap`](crate::Ending::SuspectedGap) when there was a sign (see
    /// [`GapEvidence`](crate::GapEvidence)), and otherwise
    /// [`Unverified`](crate::Ending::Unverified): a change that balances out leaves no sign.
    #[default]
    Observed,
    /// Reads again, last page first and one page at a time, until a pass equals the one before
    /// it page by page. Snapshots found on the way are delivered, once. **Costs** at least two
    /// requests a page, and one more for every further pass.
    ///
    /// The end is [`Verified`](crate::Ending::Verified): every snapshot that was there from the
    /// first request to the last has been delivered. This holds under assumptions, which Atlas
    /// is believed to meet: a page shows the set as it is at one moment, in an order that does
    /// not change for the snapshots that stay; ids never come back; no snapshot is both
    /// created and deleted within the listing.
    ///
    /// Where no two passes agree, the listing ends with an error of kind
    /// [`Unsettled`](crate::ErrorKind::Unsettled). It does not combine with
    /// [`resume_from`](crate::Listing::resume_from): what another process delivered cannot be
    /// told from what was missed.
    Verified {
        /// The most passes to read after the first before giving up.
        max_passes: NonZeroU32,
    },
}

impl Consistency {
    /// [`Verified`](Self::Verified) with up to 8 passes after the first.
    #[must_use]
    pub fn verified() -> Self {
        Self::Verified {
            max_passes: NonZeroU32::MIN.saturating_add(7),
        }
    }
}
