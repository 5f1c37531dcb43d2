//! Why a listing was not printed to its end.

use std::io;

use atlas_snapshots::ErrorKind;

use crate::exit::Exit;

/// Why rows stopped coming before the end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    #[error(transparent)]
    Listing(#[from] atlas_snapshots::Error),
    #[error("cannot write to standard output")]
    Output(#[source] io::Error),
    #[error("cannot keep the checkpoint")]
    Bookmark(#[source] io::Error),
    #[error("interrupted")]
    Interrupted,
}

impl Stop {
    /// How the program ends, having met so many unreadable rows.
    pub(crate) fn exit(&self, unreadable: u64) -> Exit {
        match self {
            Self::Listing(error) => match error.kind() {
                // Such as a checkpoint of another listing.
                ErrorKind::InvalidArgument => Exit::Usage,
                // More than the proof is missing.
                ErrorKind::Unsettled if unreadable > 0 => Exit::Failed,
                kind => Exit::of_error(kind),
            },
            Self::Output(_) | Self::Bookmark(_) | Self::Interrupted => Exit::Failed,
        }
    }

    /// Whether the rows that wait can still be written.
    pub(crate) fn lets_rows_out(&self) -> bool {
        matches!(self, Self::Listing(_) | Self::Interrupted)
    }

    /// Whether the reader of the rows has gone, as in `| head -1`.
    pub(crate) fn is_reader_leaving(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
