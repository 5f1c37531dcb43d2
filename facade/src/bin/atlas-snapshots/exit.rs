use std::process::ExitCode;

use atlas_snapshots::{Ending, ErrorKind, Summary};

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Listed to the end, every row printed; or the reader of the rows wanted no more, and no
    /// place was to be kept.
    Complete = 0,
    /// Something is missing; standard error says what.
    Failed = 1,
    /// Asked for what cannot be; clap ends with the same code.
    Usage = 2,
    /// Listed to the end, and a snapshot may have been missed: there is evidence of it, or the
    /// proof asked for was not to be had.
    Unvouched = 3,
    /// Not let in: credentials, role or IP address.
    NotLetIn = 4,
    /// No such project or cluster.
    NotFound = 5,
    /// Too many requests, for longer than patience lasts.
    RateLimited = 6,
    /// The API is withdrawn.
    Sunset = 7,
}

impl Exit {
    /// Of a listing that was read to its end, perhaps in several runs; the earlier ones met so many
    /// unreadable rows.
    pub(crate) fn of_end(summary: &Summary, unreadable_before: u64) -> Self {
        match summary.ending() {
            _ if summary.row_errors() + unreadable_before > 0 => Self::Failed,
            Ending::SuspectedGap { .. } => Self::Unvouched,
            _ => Self::Complete,
        }
    }

    /// Of a listing that an error stopped.
    pub(crate) fn of_error(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Auth
            | ErrorKind::Unauthenticated
            | ErrorKind::PermissionDenied
            | ErrorKind::IpNotAllowed => Self::NotLetIn,
            // Everything found is printed; only the proof is missing.
            ErrorKind::Unsettled => Self::Unvouched,
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::RateLimited => Self::RateLimited,
            ErrorKind::Sunset => Self::Sunset,
            _ => Self::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        (exit as u8).into()
    }
}
