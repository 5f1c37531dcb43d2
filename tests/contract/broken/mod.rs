//! Suite (f): a broken contract is noticed, by the checks that are there for it, and they say why.

mod answers;
mod deviations;
mod requests;

use std::collections::BTreeSet;

use crate::checks::Check;
use crate::contract::Contract;
use crate::evidence::{Evidence, collected, extend};
use crate::violation::report;

/// One way to break the contract.
struct Mutation {
    what: &'static str,
    edit: fn(&mut Contract),
    /// Checks that have to fail, and what one of their messages has to say. Others may fail as well.
    noticed: &'static [(Check, &'static str)],
}

fn mutations() -> impl Iterator<Item = &'static Mutation> {
    [
        requests::MUTATIONS,
        answers::MUTATIONS,
        deviations::MUTATIONS,
    ]
    .into_iter()
    .flatten()
}

#[tokio::test]
async fn a_broken_contract_is_noticed() {
    let contract = Contract::load();
    let mut evidence = collected().await.to_vec();
    let mut missed = Vec::new();
    for Mutation {
        what,
        edit,
        noticed,
    } in mutations()
    {
        let mut broken = contract.clone();
        edit(&mut broken);
        extend(&mut evidence, &broken).await;
        let told = noticed
            .iter()
            .filter_map(|(check, says)| unsaid(&broken, &evidence, *check, says));
        missed.extend(told.map(|told| format!("{what}: {told}")));
    }
    assert!(missed.is_empty(), "{}", missed.join("\n\n"));
}

/// What a check says instead of `says`, unless it says so.
fn unsaid(contract: &Contract, evidence: &[Evidence], check: Check, says: &str) -> Option<String> {
    let violations = check.run(contract, evidence);
    let is_said = violations
        .iter()
        .any(|violation| violation.to_string().contains(says));
    (!is_said).then(|| {
        format!(
            "{check:?} does not say {says:?}, but{}",
            report(&violations)
        )
    })
}

#[test]
fn every_check_can_fail() {
    let fails: BTreeSet<_> = mutations()
        .flat_map(|it| it.noticed)
        .map(|(check, _)| *check)
        .collect();
    assert_eq!(fails, Check::ALL.into());
}
