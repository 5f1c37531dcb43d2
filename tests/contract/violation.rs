//! What a check reports: where the two sides differ, and how.

use std::fmt;

use crate::spec::Place;

/// One disagreement between the documentation and something built from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    /// The place of the documentation that is not kept.
    place: Place,
    says: String,
}

impl Violation {
    pub(crate) fn new(place: &Place, says: impl Into<String>) -> Self {
        Self {
            place: place.clone(),
            says: says.into(),
        }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// The same, told of something: `prefix: …`.
    pub(crate) fn of(self, subject: impl fmt::Display) -> Self {
        Self {
            says: format!("{subject}: {}", self.says),
            ..self
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n    {}", self.place, self.says)
    }
}

/// More than this at once says the same again and again.
const MAX_SHOWN: usize = 20;

/// Violations as a failed test shows them.
pub(crate) fn report(violations: &[Violation]) -> String {
    let shown = violations.iter().take(MAX_SHOWN);
    let report = shown.fold(String::new(), |report, violation| {
        report + "\n  " + &violation.to_string()
    });
    match violations.len().saturating_sub(MAX_SHOWN) {
        0 => report,
        more => format!("{report}\n  … and {more} more"),
    }
}
