//! Suite (b), before anything is sent: the types that guard a parameter take what is documented, and
//! nothing else; and the facade's enums know the documented words.

use crate::candidates::candidates;
use crate::json_schema::{Reading, Schemas};
use crate::operation::Operation;
use crate::operation_case::{Argument, OperationCase};
use crate::spec::{Place, Spec};
use crate::violation::Violation;

pub(crate) fn check(fragments: &Spec, case: &OperationCase) -> Result<Vec<Violation>, Violation> {
    let operation = Operation::find(fragments, case.operation_id)?;
    let schemas = Schemas::of(fragments, Reading::Documented)?;
    let mut violations = Vec::new();
    for Argument {
        parameter,
        guard,
        accepts,
    } in case.arguments
    {
        let documented = operation
            .parameters
            .iter()
            .find(|known| known.name == *parameter);
        let Some(documented) = documented else {
            let says = format!("{guard} guards {parameter}, which is not documented");
            violations.push(Violation::new(&operation.place, says));
            continue;
        };
        for candidate in candidates(documented, &schemas, case.known_text(parameter))? {
            if accepts(&candidate.text) != candidate.allowed {
                let verb = if candidate.allowed {
                    "refuses"
                } else {
                    "takes"
                };
                let says = format!("{guard} {verb} {:?}", candidate.text);
                violations.push(Violation::new(&documented.schema.place, says));
            }
        }
    }
    violations.extend(vocabularies(fragments, case));
    Ok(violations)
}

fn vocabularies(fragments: &Spec, case: &OperationCase) -> Vec<Violation> {
    let mut violations = Vec::new();
    for vocabulary in case.vocabularies {
        let mut schemas = fragments.schemas();
        let schema = schemas.find(|(name, _)| *name == vocabulary.component);
        let documented = schema.and_then(|(_, schema)| schema.get("enum"));
        let Some(documented) = documented else {
            let place = Place::new("openapi", "/components/schemas").child(vocabulary.component);
            violations.push(Violation::new(
                &place,
                "the facade knows words of it, it has none",
            ));
            continue;
        };
        let known = serde_json::Value::from((vocabulary.words)());
        if documented.value != &known {
            violations.push(documented.violation(format!("the facade knows {known}")));
        }
    }
    violations
}
