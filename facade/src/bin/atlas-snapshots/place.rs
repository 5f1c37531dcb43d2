//! Where a listing stands, and what has come of it so far.

use atlas_snapshots::{Checkpoint, Snapshots};
use serde::{Deserialize, Serialize};

/// What the file of `--checkpoint` holds: the library's checkpoint, and beside it what only the
/// program that prints knows. A bare checkpoint of the library reads as one, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Place {
    #[serde(flatten)]
    pub(crate) checkpoint: Checkpoint,
    #[serde(default = "SoFar::unknown")]
    pub(crate) so_far: SoFar,
}

/// What this run and the ones it continues have made of the listing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SoFar {
    /// Whether rows stand above what is printed next, and so a header, too.
    pub(crate) has_rows: bool,
    /// Rows printed.
    pub(crate) printed: u64,
    /// Rows that could not be read.
    pub(crate) unreadable: u64,
}

impl SoFar {
    /// Whoever kept a bare checkpoint has something to continue.
    fn unknown() -> Self {
        Self {
            has_rows: true,
            ..Self::default()
        }
    }
}

impl Place {
    /// Behind the last row that the listing gave.
    pub(crate) fn of(snapshots: &Snapshots, earlier: SoFar) -> Self {
        let summary = snapshots.summary();
        Self {
            checkpoint: snapshots.checkpoint(),
            so_far: SoFar {
                has_rows: earlier.has_rows || summary.delivered() > 0,
                printed: earlier.printed + summary.delivered(),
                unreadable: earlier.unreadable + summary.row_errors(),
            },
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    const BARE: &str = r#"{"version":1,"api":"flex","project":"32b6e34b3d91647abb20e7b8","instance":"Cluster0","pageSize":10,"page":3,"row":9,"lastId":"00000000000000000000002a","reportedTotal":95}"#;

    #[test]
    fn it_is_the_library_s_checkpoint_and_a_little_more() {
        let checkpoint: Checkpoint = serde_json::from_str(BARE).unwrap();
        let so_far = SoFar {
            has_rows: true,
            printed: 29,
            unreadable: 1,
        };
        let place = Place { checkpoint, so_far };
        let text = serde_json::to_string(&place).unwrap();
        assert_eq!(serde_json::from_str::<Place>(&text).unwrap(), place);
        assert_eq!(
            serde_json::from_str::<Checkpoint>(&text).unwrap(),
            place.checkpoint
        );
    }

    #[test]
    fn a_bare_checkpoint_continues_rows() {
        let place: Place = serde_json::from_str(BARE).unwrap();
        assert!(place.so_far.has_rows);
        assert_eq!(place.so_far.printed, 0);
    }
}
