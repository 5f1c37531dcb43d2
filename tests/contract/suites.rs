//! The suites themselves: documentation, generated types, mock and facade agree.

use crate::checks::Check;
use crate::contract::Contract;
use crate::evidence::collected;
use crate::operation::Operation;
use crate::operation_case::CASES;
use crate::outcome::listed;
use crate::violation::report;

async fn holds(check: Check) {
    let violations = check.run(&Contract::load(), collected().await);
    assert!(
        violations.is_empty(),
        "{} disagreements about {check:?}:{}",
        violations.len(),
        report(&violations)
    );
}

#[tokio::test]
async fn what_the_mock_answers_is_documented() {
    holds(Check::Responses).await;
}

#[tokio::test]
async fn what_the_clients_send_is_documented() {
    holds(Check::Requests).await;
}

#[tokio::test]
async fn what_the_clients_let_pass_is_documented() {
    holds(Check::Arguments).await;
}

#[tokio::test]
async fn what_the_generated_types_derive_is_documented() {
    holds(Check::Schemas).await;
}

#[tokio::test]
async fn what_the_generated_types_decode_is_documented() {
    holds(Check::Decoding).await;
}

#[tokio::test]
async fn every_deviation_is_needed() {
    holds(Check::Deviations).await;
}

#[tokio::test]
async fn every_example_comes_through_whole() {
    holds(Check::Examples).await;
}

#[tokio::test]
async fn what_is_forbidden_is_refused_and_nothing_else() {
    holds(Check::Refusals).await;
}

#[tokio::test]
async fn what_is_left_out_means_its_default() {
    holds(Check::Defaults).await;
}

#[tokio::test]
async fn what_the_mock_answers_comes_through_whole() {
    let contract = Contract::load();
    for case in CASES {
        let mock = (case.mock)().snapshots(500).start().await.unwrap();
        let operation = Operation::find(&contract.fragments, case.operation_id);
        let plain = operation.and_then(|operation| case.probe(&operation));
        let whole = plain.unwrap_or_else(|violation| panic!("{violation}"));
        let whole = whole.query("itemsPerPage", "500");
        let answer = whole.send(&reqwest::Client::new(), &mock).await;
        let outcome = listed(case, &mock).await;
        assert!(outcome.failure.is_none(), "{:?}", outcome.failure);
        let lost = json_patch::diff(&case.items(&answer.body), &outcome.snapshots.into());
        assert!(lost.is_empty(), "on the way, the items change: {lost}");
    }
}
