use std::str::FromStr;

use crate::fault::ParseFaultError;

/// What a page says in `totalCount` when the request asks for it (`includeCount`, by default
/// true). The service calls the number an estimate; a client should survive all of these.
///
/// As text: `exact`, `absent`, `=5` (fixed), `+5` or `-5` (offset).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TotalCount {
    /// The number of snapshots (the default).
    #[default]
    Exact,
    /// No `totalCount` at all.
    Absent,
    /// Always this number, however many snapshots there are.
    Fixed(i64),
    /// The number of snapshots plus this one: `Offset(-3)` reports three too few.
    Offset(i64),
}

impl TotalCount {
    /// The number to report for `count` rows.
    pub(crate) fn of(self, count: usize) -> Option<i64> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        match self {
            Self::Exact => Some(count),
            Self::Absent => None,
            Self::Fixed(number) => Some(number),
            Self::Offset(offset) => Some(count.saturating_add(offset)),
        }
    }
}

impl FromStr for TotalCount {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = match text {
            "exact" => Some(Self::Exact),
            "absent" => Some(Self::Absent),
            _ if text.starts_with(['+', '-']) => text.parse().ok().map(Self::Offset),
            _ => text
                .strip_prefix('=')
                .and_then(|number| number.parse().ok())
                .map(Self::Fixed),
        };
        parsed.ok_or_else(|| {
            ParseFaultError::value(
                "total-count",
                text,
                "exact, absent, =NUMBER, +NUMBER or -NUMBER",
            )
        })
    }
}
