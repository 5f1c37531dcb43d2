use std::str::FromStr;

use super::{Fault, ParseFaultError, When};

/// A fault and the requests it applies to, as the flag `--fault` of `mock-atlas` takes it:
/// `FAULT@WHEN`, or `FAULT` alone for every request.
///
/// The last `@` separates; a fault that contains one itself is written with `@always`.
///
/// ```
/// use atlas_snapshots_mock::{AnswerFault, FaultRule, MockAtlas, RetryAfter, When};
///
/// let rule: FaultRule = "rate-limit:1@every:2".parse()?;
/// assert_eq!(rule.fault, AnswerFault::RateLimited(RetryAfter::Seconds(1)).into());
/// assert_eq!(rule.when, When::every(2));
///
/// let script = ["503@first:1,each-page", "delete-head:1", "drip:10@page:2"];
/// let script = script.map(str::parse::<FaultRule>).into_iter().collect::<Result<Vec<_>, _>>()?;
/// let builder = MockAtlas::builder().snapshots(500).faults(script);
/// # let _ = builder;
/// # Ok::<(), atlas_snapshots_mock::ParseFaultError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FaultRule {
    /// What goes wrong.
    pub fault: Fault,
    /// For which requests.
    pub when: When,
}

impl FaultRule {
    /// Joins the two.
    #[must_use]
    pub fn new(fault: impl Into<Fault>, when: When) -> Self {
        Self {
            fault: fault.into(),
            when,
        }
    }
}

impl FromStr for FaultRule {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (fault, when) = text.rsplit_once('@').unwrap_or((text, "always"));
        Ok(Self {
            fault: fault.parse()?,
            when: when.parse()?,
        })
    }
}
