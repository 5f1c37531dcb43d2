//! Checks "requests" and "guards": what both clients send, and what the types that check a parameter
//! accept, is what the fragments document.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::checks::Run;
use crate::json_schema::Schemas;
use crate::mock::{test_values, value_of};
use crate::operation::{Operation, Parameter};
use crate::operation_case::Guard;
use crate::spec::{Place, Violation};
use crate::traffic::SentRequest;

/// Headers of HTTP itself, which OpenAPI does not document. The mock logs `Authorization` separately.
const HEADERS_OF_HTTP: [&str; 4] = ["accept", "accept-encoding", "host", "user-agent"];

pub(crate) fn check(run: &Run<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    let operation = &run.operation;
    for sent in &run.traffic.sent {
        let mut of_request = check_path(run, sent);
        of_request.extend(check_query(run, sent));
        of_request.extend(check_headers(operation, sent));
        // Both clients request what exists, so the mock has no reason to reject a request. There is no
        // status if the client closed the connection first, as a listing may.
        if let Some(status) = sent.request.status.filter(|status| *status != 200) {
            let message = format!("the mock returned {status}");
            of_request.push(Violation::new(&operation.place, message));
        }
        let of_request = of_request.into_iter();
        violations.extend(of_request.map(|violation| violation.of(sent)));
    }
    for parameter in operation.query_parameters() {
        let mut sent = run.traffic.sent.iter();
        if !sent.any(|sent| sent.request.query_value(parameter.name).is_some()) {
            violations.push(Violation::new(&parameter.place, "no client ever sends it"));
        }
    }
    violations
}

fn check_path(run: &Run<'_>, sent: &SentRequest) -> Vec<Violation> {
    let operation = &run.operation;
    let mut violations = Vec::new();
    if sent.request.method != operation.method {
        let message = format!("the documented method is {}", operation.method);
        violations.push(Violation::new(&operation.place, message));
    }
    // No value of a path parameter needs percent-encoding, so the path is compared as it was sent.
    let segments: Vec<_> = sent.request.path.split('/').collect();
    let documented: Vec<_> = operation.template.split('/').collect();
    let mut is_documented = segments.len() == documented.len();
    for (text, segment) in segments.iter().zip(documented) {
        match operation.path_parameter(segment) {
            Some(parameter) => violations.extend(check_value(parameter, &run.schemas, text)),
            None => is_documented &= *text == segment,
        }
    }
    if !is_documented {
        let message = format!("the documented path is {}", operation.template);
        violations.push(Violation::new(&operation.place, message));
    }
    violations
}

fn check_query(run: &Run<'_>, sent: &SentRequest) -> Vec<Violation> {
    let operation = &run.operation;
    let mut violations = Vec::new();
    let mut seen = BTreeSet::new();
    for (name, text) in &sent.request.query {
        let mut parameters = operation.query_parameters();
        let Some(parameter) = parameters.find(|known| known.name == name) else {
            let message = format!("no query parameter {name} is documented");
            let place = operation.place.child("parameters");
            violations.push(Violation::new(&place, message));
            continue;
        };
        violations.extend(check_value(parameter, &run.schemas, text));
        if !seen.insert(name.as_str()) {
            violations.push(Violation::new(&parameter.place, "is sent more than once"));
        }
    }
    for parameter in operation.query_parameters() {
        if parameter.required && !seen.contains(parameter.name) {
            let place = parameter.place.child("required");
            violations.push(Violation::new(&place, "is not sent"));
        }
    }
    violations
}

fn check_value(parameter: &Parameter<'_>, schemas: &Schemas, text: &str) -> Vec<Violation> {
    let name = parameter.name;
    let Some(value) = value_of(parameter, text) else {
        let place = parameter.schema.resolved().place.child("type");
        return vec![Violation::new(&place, format!("{name} is {text:?}"))];
    };
    let violations = schemas.violations(&parameter.schema.place, &value);
    let violations = violations.into_iter();
    violations.map(|violation| violation.of(name)).collect()
}

fn check_headers(operation: &Operation<'_>, sent: &SentRequest) -> Vec<Violation> {
    let request = &sent.request;
    let mut violations = Vec::new();
    let mut add = |place: &str, message: String| {
        violations.push(Violation::new(&operation.place.child(place), message));
    };
    for (name, value) in &request.headers {
        let is_documented = |parameter: &Parameter<'_>| {
            parameter.location == "header" && parameter.name.eq_ignore_ascii_case(name)
        };
        if !HEADERS_OF_HTTP.contains(&name.as_str())
            && !operation.parameters.iter().any(is_documented)
        {
            let message = format!("no header {name} is documented (sent: {value:?})");
            add("parameters", message);
        }
    }
    let successes = operation.responses.range(200..300);
    let contents = successes.flat_map(|(_, response)| &response.contents);
    let media_types: Vec<_> = contents.map(|(media_type, _)| *media_type).collect();
    let accept = request.header("accept").unwrap_or_default();
    if !media_types.contains(&accept) {
        let message = format!("accepts {accept:?}, documented is {media_types:?}");
        add("responses", message);
    }
    let schemes = &operation.authorization_schemes;
    if let Some(scheme) = request.authorization_scheme()
        && !schemes.contains(&scheme.to_lowercase())
    {
        let message = format!("authenticates by {scheme:?}, documented is {schemes:?}");
        add("security", message);
    }
    violations
}

/// Compares the types that check a parameter, and the enums of the facade, with the fragments.
pub(crate) fn check_guards(run: &Run<'_>) -> Vec<Violation> {
    let Run {
        case, operation, ..
    } = run;
    let mut violations = Vec::new();
    for Guard {
        parameter,
        name,
        accepts,
    } in case.guards
    {
        let mut parameters = operation.parameters.iter();
        let Some(documented) = parameters.find(|known| known.name == *parameter) else {
            let message = format!("{name} checks {parameter}, which is not documented");
            violations.push(Violation::new(&operation.place, message));
            continue;
        };
        for value in test_values(documented, &run.schemas, case.known(parameter)) {
            if accepts(&value.text) != value.allowed {
                let verb = if value.allowed { "rejects" } else { "accepts" };
                let message = format!("{name} {verb} {:?}", value.text);
                violations.push(Violation::new(&documented.schema.place, message));
            }
        }
    }
    for (names, known) in case.facade.iter().flat_map(|facade| facade.enums) {
        let values_of = |name: &&str| {
            let mut schemas = run.fragments.schemas();
            let schema = schemas.find(|(schema, _)| schema == name);
            let values = schema.and_then(|(_, schema)| schema.value["enum"].as_array());
            values.into_iter().flatten().filter_map(Value::as_str)
        };
        let documented: BTreeSet<_> = names.iter().flat_map(values_of).collect();
        let known = known();
        if !known
            .iter()
            .map(String::as_str)
            .eq(documented.iter().copied())
        {
            let name = names.first().unwrap_or(&"");
            let place = Place(format!("openapi#/components/schemas/{name}"));
            let message = format!("the facade knows {known:?}, documented is {documented:?}");
            violations.push(Violation::new(&place, message));
        }
    }
    violations
}
