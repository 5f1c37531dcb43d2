//! Suite (e): the mock refuses what the documentation forbids, and nothing else.

use serde_json::Value;

use crate::candidates::candidates;
use crate::json_schema::{Reading, Schemas};
use crate::operation::{Operation, Parameter};
use crate::operation_case::OperationCase;
use crate::probe::{Answers, Probe};
use crate::responses::judge;
use crate::spec::{Place, Spec};
use crate::violation::Violation;

/// A request, and the statuses the documentation leaves for it.
pub(crate) struct Expectation {
    pub(crate) probe: Probe,
    statuses: &'static [u16],
    /// The rule it obeys or breaks.
    place: Place,
    /// The parameter a refusal has to speak of.
    names: Option<String>,
}

const GRANTED: &[u16] = &[200];
const REFUSED: &[u16] = &[400];
const UNKNOWN: &[u16] = &[404];
/// Without one of its segments, a path may just as well be no path at all.
const NO_SUCH_PATH: &[u16] = &[400, 404];

pub(crate) fn expectations(
    fragments: &Spec,
    case: &OperationCase,
) -> Result<Vec<Expectation>, Violation> {
    let operation = Operation::find(fragments, case.operation_id)?;
    let schemas = Schemas::of(fragments, Reading::Documented)?;
    let plain = case.probe(&operation)?;
    let mut expected = vec![Expectation {
        probe: plain.clone(),
        statuses: GRANTED,
        place: operation.place.clone(),
        names: None,
    }];
    for parameter in operation.path_parameters() {
        expected.extend(in_path(&operation, case, parameter, &schemas)?);
    }
    for parameter in operation.query_parameters() {
        expected.extend(in_query(&plain, parameter, &schemas)?);
    }
    Ok(expected)
}

fn in_path(
    operation: &Operation<'_>,
    case: &OperationCase,
    parameter: &Parameter<'_>,
    schemas: &Schemas,
) -> Result<Vec<Expectation>, Violation> {
    let known = case.known(parameter)?;
    let with = |text: &str| {
        Probe::new(operation, |name| {
            if name == parameter.name {
                text.to_owned()
            } else {
                case.known_text(name).unwrap_or_default().to_owned()
            }
        })
    };
    let candidates = candidates(parameter, schemas, Some(known))?;
    let candidates = candidates.into_iter().map(|candidate| Expectation {
        probe: with(&candidate.text),
        statuses: match candidate.allowed {
            true if candidate.text == known => GRANTED,
            true => UNKNOWN,
            false => REFUSED,
        },
        place: parameter.schema.place.clone(),
        names: (!candidate.allowed).then(|| parameter.name.to_owned()),
    });
    let missing = [with(""), with("").without_empty_segments()];
    let missing = missing.into_iter().map(|probe| Expectation {
        probe,
        statuses: NO_SUCH_PATH,
        place: parameter.place.child("required"),
        names: None,
    });
    Ok(candidates.chain(missing).collect())
}

fn in_query(
    plain: &Probe,
    parameter: &Parameter<'_>,
    schemas: &Schemas,
) -> Result<Vec<Expectation>, Violation> {
    let candidates = candidates(parameter, schemas, None)?;
    let refused = |probe, place: Place| Expectation {
        probe,
        statuses: REFUSED,
        place,
        names: Some(parameter.name.to_owned()),
    };
    let mut expected = Vec::new();
    for candidate in &candidates {
        let probe = plain.clone().query(parameter.name, &candidate.text);
        expected.push(if candidate.allowed {
            Expectation {
                probe: probe.clone(),
                statuses: GRANTED,
                place: parameter.schema.place.clone(),
                names: None,
            }
        } else {
            refused(probe.clone(), parameter.schema.place.clone())
        });
        if candidate.allowed {
            let twice = probe.query(parameter.name, &candidate.text);
            expected.push(refused(twice, parameter.place.clone()));
        }
    }
    expected.push(refused(
        plain.clone().query(parameter.name, ""),
        parameter.schema.place.clone(),
    ));
    if parameter.required {
        expected.push(refused(plain.clone(), parameter.place.child("required")));
    }
    Ok(expected)
}

pub(crate) fn check(
    fragments: &Spec,
    case: &OperationCase,
    answers: &Answers,
) -> Result<Vec<Violation>, Violation> {
    let operation = Operation::find(fragments, case.operation_id)?;
    let schemas = Schemas::of(fragments, Reading::Documented)?;
    let mut violations = Vec::new();
    for expectation in expectations(fragments, case)? {
        let Expectation {
            probe,
            statuses,
            place,
            names,
        } = expectation;
        let answer = answers.get(&probe).expect("every probe was sent");
        if !statuses.contains(&answer.status) {
            let says = format!("{answer}, where the documentation leaves {statuses:?}");
            violations.push(Violation::new(&place, says));
            continue;
        }
        violations.extend(judge(&operation, &schemas, answer));
        if let Some(name) = names
            && !blames(&answer.body, &name)
        {
            let says = format!("{answer} without a word of {name}: {}", answer.text);
            violations.push(Violation::new(&place, says));
        }
    }
    Ok(violations)
}

/// Whether a refusal lists the parameter among its fields.
fn blames(body: &Value, name: &str) -> bool {
    let fields = body
        .pointer("/badRequestDetail/fields")
        .and_then(Value::as_array);
    fields.is_some_and(|fields| fields.iter().any(|field| field["field"] == name))
}
