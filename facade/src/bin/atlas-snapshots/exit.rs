use std::process::ExitCode;

use atlas_snapshots::{Ending, ErrorKind, Summary};

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Listed to the end, every row printed; or the reader of the rows wanted no more.
    Complete = 0,
    /// Something is missing; standard error says what.
    Failed = 1,
    /// Asked for what cannot be; clap ends with the same code.
    Usage = 2,
    /// Listed to the end, with evidence that a snapshot may have been missed.
    Unvouched = 3,
    /// Not let in: credentials, role or IP address.
    NotLetIn = 4,
    /// No such project or instance.
    NotFound = 5,
    /// Too many requests, for longer than patience lasts.
    RateLimited = 6,
    /// The API is withdrawn.
    Sunset = 7,
}

impl Exit {
    /// Of a listing that was read to its end.
    pub(crate) fn of_end(summary: &Summary) -> Self {
        match summary.ending() {
            _ if summary.row_errors() > 0 => Self::Failed,
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
