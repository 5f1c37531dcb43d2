//! The contract tests: the fragments in `openapi/`, the generated types, the mock and the facade agree.
//!
//! The mock and the clients are run once for each operation, and their [`traffic`] is recorded. Every
//! check then compares the fragments with this traffic, so it also runs on a modified copy of the
//! fragments:
//!
//! | check | module | compares |
//! |---|---|---|
//! | completeness | [`completeness`] | each documented operation with the pieces that it needs |
//! | schemas | [`generated`] | the schemas of the generated types with the fragments and the overlay |
//! | decoding, overlay | [`decoding`] | what the generated types decode with the fragments and the overlay |
//! | examples | [`examples`] | the documented examples with the generated types and the facade |
//! | requests, guards | [`requests`] | what the clients send and accept with the documented parameters |
//! | responses, parameters | [`mock`] | what the mock returns and rejects with the fragments |
//!
//! The module [`mutations`] tests the checks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

/// The place of the path of `listServerlessBackups`.
macro_rules! serverless {
    () => {
        concat!(
            "serverless-snapshots.yaml#/paths/~1api~1atlas~1v1.0~1groups~1{groupId}",
            "~1serverless~1{clusterName}~1backup~1snapshots"
        )
    };
}

use std::collections::BTreeMap;

mod checks;
mod completeness;
mod decoding;
mod examples;
mod generated;
mod json_schema;
mod mock;
mod mutations;
mod operation;
mod operation_case;
mod requests;
mod spec;
mod traffic;

/// The violations of one check that are shown. Further ones often repeat them.
const MAX_SHOWN: usize = 5;

#[tokio::test]
async fn the_contract_holds() {
    let contract = spec::Contract::load();
    let mut recordings = checks::Recordings::new();
    let cases = operation_case::CASES;
    let mut violations = BTreeMap::<_, Vec<_>>::new();
    for (check, violation) in checks::violations_of(&contract, cases, &mut recordings).await {
        violations.entry(check).or_default().push(violation);
    }
    let report = violations.iter().map(|(check, violations)| {
        let shown = violations.iter().take(MAX_SHOWN);
        let shown: Vec<_> = shown.map(ToString::to_string).collect();
        let count = violations.len();
        format!(
            "{count} violations of the check {check}:\n  {}",
            shown.join("\n  ")
        )
    });
    let report: Vec<_> = report.collect();
    assert!(report.is_empty(), "\n{}", report.join("\n"));
}
