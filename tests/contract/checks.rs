//! Every check there is, by name.

use crate::contract::Contract;
use crate::decoding::samples;
use crate::evidence::Evidence;
use crate::violation::Violation;
use crate::{
    arguments, decoding, defaults, deviations, examples, refusals, requests, responses, schemas,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Check {
    Responses,
    Requests,
    Arguments,
    Schemas,
    Decoding,
    Deviations,
    Examples,
    Refusals,
    Defaults,
}

impl Check {
    /// The cheap ones first.
    pub(crate) const ALL: [Self; 9] = [
        Self::Schemas,
        Self::Examples,
        Self::Requests,
        Self::Arguments,
        Self::Refusals,
        Self::Defaults,
        Self::Responses,
        Self::Decoding,
        Self::Deviations,
    ];

    /// What the evidence on all operations says against the contract. Evidence that was not
    /// collected for it first is a panic.
    pub(crate) fn run(self, contract: &Contract, evidence: &[Evidence]) -> Vec<Violation> {
        let Contract { fragments, .. } = contract;
        let samples = || samples(fragments, evidence);
        let violations = match self {
            Self::Schemas => Ok(schemas::check(contract)),
            Self::Decoding => samples().and_then(|samples| decoding::check(contract, &samples)),
            Self::Deviations => samples().and_then(|samples| deviations::check(contract, &samples)),
            Self::Examples => examples::check(fragments, evidence),
            Self::Responses => each(evidence, |Evidence { case, answers, .. }| {
                responses::check(fragments, case.operation_id, answers)
            }),
            Self::Requests => each(evidence, |Evidence { case, sent, .. }| {
                requests::check(fragments, case.operation_id, sent)
            }),
            Self::Arguments => each(evidence, |Evidence { case, .. }| {
                arguments::check(fragments, case)
            }),
            Self::Refusals => each(evidence, |Evidence { case, probed, .. }| {
                refusals::check(fragments, case, probed)
            }),
            Self::Defaults => each(evidence, |Evidence { case, probed, .. }| {
                defaults::check(fragments, case, probed)
            }),
        };
        violations.unwrap_or_else(|violation| vec![violation])
    }
}

/// One operation after the other.
fn each(
    evidence: &[Evidence],
    check: impl Fn(&Evidence) -> Result<Vec<Violation>, Violation>,
) -> Result<Vec<Violation>, Violation> {
    let violations: Vec<_> = evidence.iter().map(check).collect::<Result<_, _>>()?;
    Ok(violations.concat())
}
