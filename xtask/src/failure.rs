//! What went wrong, where, and what to do about it.

use std::fmt::{self, Display};

/// One clear error: the place, the problem and, where there is one, the way out.
#[derive(Debug)]
pub(crate) struct Failure {
    place: String,
    problem: String,
    help: Option<String>,
}

impl Failure {
    pub(crate) fn new(place: impl Display, problem: impl Display) -> Self {
        Self {
            place: place.to_string(),
            problem: problem.to_string(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Display) -> Self {
        self.help = Some(help.to_string());
        self
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}\n  --> {}", self.problem, self.place)?;
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}
