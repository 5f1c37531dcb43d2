//! Exit codes, and the reasons to stop early.

use std::io;
use std::process::ExitCode;

use atlas_snapshots::{Completeness, ErrorKind, IncompleteReason};

use crate::signals::Signal;

/// The exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Listed to the end, and every row was printed; or the reader of the rows closed the pipe,
    /// and there is no checkpoint file.
    Complete = 0,
    /// Something is missing; standard error says what.
    Failed = 1,
    /// The arguments are wrong; clap ends with the same code.
    Usage = 2,
    /// Listed to the end, and a snapshot may be missing. Standard error says why.
    Incomplete = 3,
    /// Credentials, role or IP address were rejected.
    AuthFailed = 4,
    /// No such project or cluster.
    NotFound = 5,
    /// Too many requests, and the retries are used up.
    RateLimited = 6,
    /// The API is withdrawn.
    Gone = 7,
    /// No connection, a broken one, or no response in time, and the retries are used up.
    Network = 8,
    /// The deadline of the listing has passed.
    Deadline = 9,
    /// Ended by Ctrl-C: 128 and the number of the signal, as in a shell.
    Interrupted = 130,
    /// Ended by SIGTERM.
    Terminated = 143,
}

impl Exit {
    /// The code of a listing that reached its end.
    pub(crate) fn of_completeness(completeness: Completeness) -> Self {
        match completeness {
            Completeness::Complete(_) => Self::Complete,
            Completeness::PossiblyIncomplete(IncompleteReason::UnreadableItems) => Self::Failed,
            Completeness::PossiblyIncomplete(_) => Self::Incomplete,
            _ => Self::Failed,
        }
    }

    /// The code of a listing that an error ended.
    pub(crate) fn of_error(error: &atlas_snapshots::Error) -> Self {
        match error.kind() {
            // Such as the checkpoint of another listing.
            ErrorKind::InvalidArgument => Self::Usage,
            ErrorKind::TokenRequest
            | ErrorKind::Unauthenticated
            | ErrorKind::PermissionDenied
            | ErrorKind::IpNotAllowed => Self::AuthFailed,
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::RateLimited => Self::RateLimited,
            ErrorKind::Gone => Self::Gone,
            ErrorKind::Connect | ErrorKind::Timeout => Self::Network,
            // A body that was cut short; any other violation of HTTP occurs again.
            ErrorKind::Protocol if error.is_retryable() => Self::Network,
            ErrorKind::Deadline => Self::Deadline,
            _ => Self::Failed,
        }
    }

    pub(crate) fn of_signal(signal: Signal) -> Self {
        match signal {
            Signal::Interrupt => Self::Interrupted,
            Signal::Terminate => Self::Terminated,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        (exit as u8).into()
    }
}

/// Why a listing was not printed to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StopReason {
    #[error(transparent)]
    Listing(#[from] atlas_snapshots::Error),
    #[error("cannot write to standard output")]
    Output(#[source] io::Error),
    #[error("cannot write the checkpoint file")]
    CheckpointFile(#[source] io::Error),
    #[error("{}", match .0 {
        Signal::Interrupt => "interrupted",
        Signal::Terminate => "terminated by SIGTERM",
    })]
    Interrupted(Signal),
}

impl StopReason {
    /// The exit code of a listing that stopped in this state.
    pub(crate) fn exit(&self, completeness: Completeness) -> Exit {
        match self {
            // All snapshots found are printed.
            Self::Listing(error) if error.kind() == ErrorKind::PossiblyIncomplete => {
                Exit::of_completeness(completeness)
            }
            Self::Listing(error) => Exit::of_error(error),
            Self::Output(_) | Self::CheckpointFile(_) => Exit::Failed,
            Self::Interrupted(signal) => Exit::of_signal(*signal),
        }
    }

    /// The exit code where several listings are printed.
    pub(crate) fn exit_code(&self) -> Exit {
        self.exit(Completeness::Failed)
    }

    /// Whether the rows that are still buffered can be written.
    pub(crate) fn permits_output(&self) -> bool {
        matches!(self, Self::Listing(_) | Self::Interrupted(_))
    }

    /// Whether the reader of the rows closed the pipe, as in `| head -1`.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

#[cfg(test)]
mod tests {
    use atlas_snapshots::Basis;

    use super::*;

    #[test]
    fn the_exit_code_of_a_whole_listing_follows_from_its_completeness() {
        for &basis in Basis::KNOWN {
            let complete = Completeness::Complete(basis);
            assert_eq!(Exit::of_completeness(complete), Exit::Complete);
        }
        for &reason in IncompleteReason::KNOWN {
            let exit = Exit::of_completeness(Completeness::PossiblyIncomplete(reason));
            let expected = match reason {
                IncompleteReason::UnreadableItems => Exit::Failed,
                _ => Exit::Incomplete,
            };
            assert_eq!(exit, expected, "{reason}");
        }
        for unfinished in [Completeness::InProgress, Completeness::Failed] {
            assert_eq!(Exit::of_completeness(unfinished), Exit::Failed);
        }
    }
}
