//! Suite (e), what is left out: a query parameter that is absent means its documented default.

use crate::candidates::{candidates, text_of};
use crate::json_schema::{Reading, Schemas};
use crate::operation::{Operation, Parameter};
use crate::operation_case::OperationCase;
use crate::probe::{Answers, Probe};
use crate::spec::Spec;
use crate::violation::Violation;

/// The default spelt out, and other values, which have to make a difference.
struct Spelling<'a> {
    parameter: &'a Parameter<'a>,
    default: Probe,
    others: Vec<Probe>,
}

/// Every request that [`check`] wants answered.
pub(crate) fn probes(fragments: &Spec, case: &OperationCase) -> Result<Vec<Probe>, Violation> {
    let operation = Operation::find(fragments, case.operation_id)?;
    let schemas = Schemas::of(fragments, Reading::Documented)?;
    let plain = case.probe(&operation)?;
    let mut probes = vec![plain.clone()];
    for parameter in operation.query_parameters() {
        if let Some(spelling) = spelling(&plain, parameter, &schemas)? {
            probes.push(spelling.default);
            probes.extend(spelling.others);
        }
    }
    Ok(probes)
}

/// `None` for a parameter without a default.
fn spelling<'a>(
    plain: &Probe,
    parameter: &'a Parameter<'a>,
    schemas: &Schemas,
) -> Result<Option<Spelling<'a>>, Violation> {
    let Some(default) = parameter.schema.resolved()?.get("default") else {
        return Ok(None);
    };
    let default = text_of(default.value);
    let others = candidates(parameter, schemas, None)?
        .into_iter()
        .filter(|candidate| candidate.allowed && candidate.text != default)
        .map(|other| plain.clone().query(parameter.name, &other.text));
    Ok(Some(Spelling {
        parameter,
        default: plain.clone().query(parameter.name, &default),
        others: others.collect(),
    }))
}

pub(crate) fn check(
    fragments: &Spec,
    case: &OperationCase,
    answers: &Answers,
) -> Result<Vec<Violation>, Violation> {
    let operation = Operation::find(fragments, case.operation_id)?;
    let schemas = Schemas::of(fragments, Reading::Documented)?;
    let plain = case.probe(&operation)?;
    let answer = |probe: &Probe| answers.get(probe).expect("every probe was sent");
    let mut violations = Vec::new();
    for parameter in operation
        .query_parameters()
        .filter(|parameter| !parameter.required)
    {
        let Some(Spelling {
            parameter,
            default,
            others,
        }) = spelling(&plain, parameter, &schemas)?
        else {
            let says = "is optional and has no default: what does leaving it out mean?";
            violations.push(parameter.schema.violation(says));
            continue;
        };
        let place = parameter.schema.place.child("default");
        if answer(&plain).text != answer(&default).text {
            let says = format!("the mock answers {default} differently from {plain}");
            violations.push(Violation::new(&place, says));
        }
        if others
            .iter()
            .all(|other| answer(&plain).text == answer(other).text)
        {
            let says = format!("the mock answers the same whatever {} is", parameter.name);
            violations.push(Violation::new(&parameter.place, says));
        }
    }
    Ok(violations)
}
