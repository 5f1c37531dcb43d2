use std::process::ExitCode;

/// How the program ended. Code 2, bad usage, is clap's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Listed to the end, every row printed; or the reader of the rows wanted no more.
    Complete = 0,
    /// Something is missing; standard error says what.
    Failed = 1,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        (exit as u8).into()
    }
}
