//! What mock and clients did, collected once and judged often.

use atlas_snapshots_mock::{AnswerFault, MockAtlas, MockAtlasBuilder, RetryAfter, When};
use tokio::sync::OnceCell;

use crate::answer::Answer;
use crate::contract::Contract;
use crate::examples::{Outcomes, of_responses};
use crate::operation::Operation;
use crate::operation_case::{CASES, OperationCase};
use crate::outcome::outcome;
use crate::probe::Answers;
use crate::requests::Sent;
use crate::spec::Spec;
use crate::traffic::sent;
use crate::{defaults, refusals};

/// Rows behind the probes: more than two pages of the default size.
const PROBED_ROWS: usize = 250;

/// Of one operation.
#[derive(Clone)]
pub(crate) struct Evidence {
    pub(crate) case: &'static OperationCase,
    pub(crate) answers: Vec<Answer>,
    pub(crate) sent: Vec<Sent>,
    pub(crate) probed: Answers,
    pub(crate) outcomes: Outcomes,
}

/// The evidence on the documentation as it is, for each operation.
pub(crate) async fn collected() -> &'static [Evidence] {
    static COLLECTED: OnceCell<Vec<Evidence>> = OnceCell::const_new();
    let collect = async || {
        let contract = Contract::load();
        let mut all = Vec::new();
        for case in CASES {
            all.push(Evidence::collect(case, &contract).await);
        }
        all
    };
    COLLECTED.get_or_init(collect).await
}

impl Evidence {
    async fn collect(case: &'static OperationCase, contract: &Contract) -> Self {
        let mut evidence = Self {
            case,
            answers: answers(case, &contract.fragments).await,
            sent: sent(case).await,
            probed: Answers::new(),
            outcomes: Outcomes::new(),
        };
        evidence.extend(contract).await;
        // Refusals are answers like others; pages are enough as it is.
        let refusals = evidence
            .probed
            .values()
            .filter(|answer| answer.status != 200);
        evidence.answers.extend(refusals.cloned());
        evidence
    }

    async fn extend(&mut self, contract: &Contract) {
        let Contract { fragments, .. } = contract;
        let refused = refusals::expectations(fragments, self.case).unwrap_or_default();
        let refused = refused.into_iter().map(|expectation| expectation.probe);
        let plain = defaults::probes(fragments, self.case).unwrap_or_default();
        let probes = refused.chain(plain);
        let unknown: Vec<_> = probes
            .filter(|probe| !self.probed.contains_key(probe))
            .collect();
        if !unknown.is_empty() {
            let mock = start((self.case.mock)().snapshots(PROBED_ROWS)).await;
            let http = reqwest::Client::new();
            for probe in unknown {
                let answer = probe.send(&http, &mock).await;
                self.probed.insert(probe, answer);
            }
        }
        for example in of_responses(fragments, self.case.operation_id).unwrap_or_default() {
            let served = example.served;
            if !self.outcomes.contains_key(&served) {
                let outcome =
                    outcome(self.case, served.status, &served.media_type, &served.body).await;
                self.outcomes.insert(served, outcome);
            }
        }
    }
}

/// Asks and serves what this contract gives rise to and no other did before.
///
/// Of a broken contract there may be nothing to ask; the checks say so.
pub(crate) async fn extend(evidence: &mut [Evidence], contract: &Contract) {
    for evidence in evidence {
        evidence.extend(contract).await;
    }
}

async fn start(builder: MockAtlasBuilder) -> MockAtlas {
    builder.start().await.expect("loopback has a free port")
}

/// Answers of every status and many shapes.
async fn answers(case: &OperationCase, fragments: &Spec) -> Vec<Answer> {
    let operation = Operation::find(fragments, case.operation_id);
    let statuses = operation.as_ref().map_or_else(
        |_| Vec::new(),
        |operation| operation.responses.keys().copied().collect(),
    );
    let plain = operation.and_then(|operation| case.probe(&operation));
    let plain = plain.unwrap_or_else(|violation| panic!("{violation}"));
    let http = reqwest::Client::new();
    let mut answers = Vec::new();
    for (rows, seed) in [(0, 0), (1, 7), (4, 1), (101, u64::MAX)] {
        let mock = start((case.mock)().snapshots(rows).seed(seed)).await;
        for query in QUERIES {
            let probe = query
                .iter()
                .fold(plain.clone(), |probe, (name, text)| probe.query(name, text));
            answers.push(probe.send(&http, &mock).await);
        }
    }
    // What no request can bring about.
    let refusals = statuses.into_iter().filter(|status| *status != 200);
    let faults = refusals.map(|status| match status {
        429 => AnswerFault::RateLimited(RetryAfter::Seconds(1)),
        _ => AnswerFault::Status(status),
    });
    for fault in faults.chain([AnswerFault::CountTimeout]) {
        let mock = start((case.mock)().fault(fault, When::always())).await;
        answers.push(plain.send(&http, &mock).await);
    }
    let mock = start((case.mock)().require_token("sesame")).await;
    answers.push(plain.send(&http, &mock).await);
    answers
}

/// Pages of all shapes, first, middle, last and past the end.
const QUERIES: &[&[(&str, &str)]] = &[
    &[],
    &[("itemsPerPage", "1")],
    &[("itemsPerPage", "50"), ("pageNum", "2")],
    &[("itemsPerPage", "50"), ("pageNum", "3")],
    &[("itemsPerPage", "500")],
    &[("pageNum", "18446744073709551616")],
    &[("includeCount", "false"), ("itemsPerPage", "1")],
    &[("pretty", "true"), ("itemsPerPage", "3")],
    &[("envelope", "true"), ("itemsPerPage", "3")],
    &[
        ("envelope", "true"),
        ("pretty", "true"),
        ("includeCount", "false"),
    ],
];
