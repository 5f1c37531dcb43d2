//! Signs that a set changed while it was read: data alone, so that checkpoints can carry them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a listing over several pages may have missed a snapshot.
///
/// Each is a sign that the set changed between two page reads, so that a row may have moved
/// past the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum GapEvidence {
    /// `totalCount` differed between two pages.
    CountChanged,
    /// A page with more after it held fewer rows than asked for.
    ShortPage,
    /// A row came twice, so rows moved towards the end while pages were read.
    RowRepeated,
    /// The row a checkpoint ends with was not where it had been.
    SeamMoved,
}

impl fmt::Display for GapEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CountChanged => "the total changed between pages",
            Self::ShortPage => "a page in the middle came short",
            Self::RowRepeated => "a row came twice",
            Self::SeamMoved => "the place to resume at had moved",
        })
    }
}
