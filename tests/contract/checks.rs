//! The checks, and the context that they share.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::decoding::Sample;
use crate::json_schema::{Reading, Schemas};
use crate::mock::Expectation;
use crate::operation::Operation;
use crate::operation_case::OperationCase;
use crate::spec::{Contract, Place, Spec, Violation};
use crate::traffic::{Request, Response, Traffic};
use crate::{completeness, decoding, examples, generated, mock, requests};

type Check = fn(&Context<'_>) -> Vec<Violation>;

/// Every check by name, the fast ones first.
pub(crate) const CHECKS: [(&str, Check); 9] = [
    ("completeness", completeness::check),
    ("schemas", |context| generated::check(&context.merged)),
    ("examples", examples::check),
    ("requests", |context| context.of_runs(requests::check)),
    ("guards", |context| context.of_runs(requests::check_guards)),
    ("parameters", |context| {
        context.of_runs(mock::check_parameters)
    }),
    ("responses", |context| {
        context.of_runs(mock::check_responses)
    }),
    ("decoding", decoding::check),
    ("overlay", decoding::check_overlay),
];

/// The traffic of each operation, by its id.
pub(crate) type Recordings = BTreeMap<&'static str, Traffic>;

/// Everything that the checks compare.
pub(crate) struct Context<'a> {
    pub(crate) contract: &'a Contract,
    pub(crate) cases: &'a [OperationCase],
    /// The fragments, patched by the overlay.
    pub(crate) merged: Spec,
    pub(crate) schemas: Rc<Schemas>,
    /// The documented operations, except those that cannot be read.
    pub(crate) operations: Vec<Rc<Operation<'a>>>,
    /// The operations that have a case and that the mock serves.
    pub(crate) runs: Vec<Run<'a>>,
    /// What prevents an operation from being a run.
    pub(crate) missing: Vec<Violation>,
    pub(crate) samples: OnceCell<Vec<Sample>>,
}

/// One operation with its case and its traffic.
pub(crate) struct Run<'a> {
    pub(crate) case: &'a OperationCase,
    pub(crate) operation: Rc<Operation<'a>>,
    pub(crate) traffic: &'a Traffic,
    pub(crate) expectations: Vec<Expectation>,
    pub(crate) fragments: &'a Spec,
    pub(crate) schemas: Rc<Schemas>,
}

impl Run<'_> {
    /// The recorded responses, and those to rejected test requests.
    pub(crate) fn responses(&self) -> impl Iterator<Item = &Response> {
        let tests = self.expectations.iter();
        let tests = tests.map(|expectation| &self.traffic.by_request[&expectation.request]);
        let rejected = tests.filter(|response| response.status != 200);
        self.traffic.responses.iter().chain(rejected)
    }
}

impl<'a> Context<'a> {
    /// Reads the contract, and records the traffic that is not in `recordings` yet.
    ///
    /// # Errors
    ///
    /// The violation on account of which the fragments cannot be read at all.
    pub(crate) async fn new(
        contract: &'a Contract,
        cases: &'a [OperationCase],
        recordings: &'a mut Recordings,
    ) -> Result<Self, Violation> {
        contract.fragments.check_references()?;
        let schemas = Rc::new(Schemas::of(&contract.fragments, Reading::Documented)?);
        let (operations, unreadable): (Vec<_>, Vec<_>) = Operation::all(&contract.fragments)
            .into_iter()
            .partition(Result::is_ok);
        let operations: Vec<_> = operations.into_iter().flatten().map(Rc::new).collect();
        let unreadable = unreadable.into_iter().filter_map(Result::err);
        let mut missing: Vec<_> = unreadable.collect();
        let (merged, without_target) = contract.merged();
        missing.extend(without_target);
        let mut served = Vec::new();
        for case in cases {
            let id = case.operation_id;
            let Some(operation) = operations.iter().find(|operation| operation.id == id) else {
                let message = format!("the case {id} is for an operation that is not documented");
                missing.push(Violation::new(&Place("openapi#/paths".to_owned()), message));
                continue;
            };
            let traffic = recordings.entry(id).or_default();
            match record(case, operation, &schemas, traffic).await {
                Ok(expectations) => served.push((case, operation, expectations)),
                Err(violation) => missing.push(violation),
            }
        }
        let recordings = &*recordings;
        let runs = served
            .into_iter()
            .map(|(case, operation, expectations)| Run {
                case,
                fragments: &contract.fragments,
                schemas: Rc::clone(&schemas),
                expectations,
                operation: Rc::clone(operation),
                traffic: &recordings[case.operation_id],
            });
        Ok(Self {
            runs: runs.collect(),
            contract,
            cases,
            merged,
            schemas,
            operations,
            missing,
            samples: OnceCell::new(),
        })
    }

    fn of_runs(&self, check: fn(&Run<'_>) -> Vec<Violation>) -> Vec<Violation> {
        self.runs.iter().flat_map(check).collect()
    }

    /// The violations that all checks find, each with the name of the check.
    pub(crate) fn violations(&self) -> impl Iterator<Item = (&'static str, Violation)> + '_ {
        CHECKS.iter().flat_map(|(name, check)| {
            let violations = check(self).into_iter();
            violations.map(|violation| (*name, violation))
        })
    }
}

/// The violations that all checks find, each with the name of the check.
pub(crate) async fn violations_of(
    contract: &Contract,
    cases: &[OperationCase],
    recordings: &mut Recordings,
) -> Vec<(&'static str, Violation)> {
    match Context::new(contract, cases, recordings).await {
        Ok(context) => context.violations().collect(),
        Err(violation) => vec![("fragments", violation)],
    }
}

/// Records the traffic of an operation, unless the mock does not serve it.
async fn record(
    case: &OperationCase,
    operation: &Operation<'_>,
    schemas: &Schemas,
    traffic: &mut Traffic,
) -> Result<Vec<Expectation>, Violation> {
    let id = case.operation_id;
    for parameter in operation.path_parameters() {
        if case.known(parameter.name).is_none() {
            let message = format!("the case {id} has no value for {}", parameter.name);
            return Err(Violation::new(&parameter.place, message));
        }
    }
    let plain = Request::plain(operation, case);
    let first = [plain.clone()].into_iter();
    traffic.extend(case, first, [].into_iter()).await;
    let response = &traffic.by_request[&plain];
    if response.status != 200 {
        let message = format!("the mock does not serve {id}: {response}");
        return Err(Violation::new(&operation.place, message));
    }
    if traffic.responses.is_empty() {
        *traffic = Traffic::record(case, operation).await;
    }
    let expectations = mock::expectations(case, operation, schemas);
    let requests = expectations
        .iter()
        .map(|expectation| expectation.request.clone());
    let requests = requests.chain([plain]);
    let examples = examples::of_operation(operation).into_iter();
    let canned = examples.map(|example| example.canned);
    traffic.extend(case, requests, canned).await;
    Ok(expectations)
}
