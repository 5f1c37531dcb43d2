//! Checks "responses" and "parameters": the responses of the mock are documented, and everything
//! documented occurs in them; the mock accepts the documented values of a parameter, rejects all others,
//! and applies the documented default of a parameter that is not sent.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::checks::Run;
use crate::json_schema::Schemas;
use crate::operation::{DocumentedResponse, Operation, Parameter};
use crate::operation_case::OperationCase;
use crate::spec::{Node, Place, Violation};
use crate::traffic::{Request, Response};

pub(crate) fn check_responses(run: &Run<'_>) -> Vec<Violation> {
    let operation = &run.operation;
    let mut violations = Vec::new();
    let mut occurring = BTreeSet::new();
    let mut statuses = BTreeSet::new();
    for response in run.responses() {
        violations.extend(undocumented(run, response));
        statuses.insert(response.status);
        if let Some(schema) = schema_for(run, response) {
            note_places(&schema, Some(&response.body), &mut occurring);
        }
    }
    for (status, response) in &operation.responses {
        if !statuses.contains(status) {
            let message = format!("the mock never returns {status}");
            violations.push(Violation::new(&response.place, message));
        }
    }
    let documented = documented(operation);
    let never = documented.difference(&occurring);
    violations.extend(never.map(|place| Violation::new(place, "the mock never returns it")));
    violations
}

/// Everything in a response that is not documented.
fn undocumented(run: &Run<'_>, response: &Response) -> Vec<Violation> {
    let operation = &run.operation;
    let Some(documented) = documented_response(run, response.status) else {
        let message = format!("{response}, which is not documented");
        let place = operation.place.child("responses");
        return vec![Violation::new(&place, message)];
    };
    let Some(schema) = schema_for(run, response) else {
        let media_type = &response.media_type;
        let message = format!("{response} as {media_type:?}, which is not documented");
        return vec![Violation::new(&documented.place.child("content"), message)];
    };
    let violations = run.schemas.violations(&schema.place, &response.body);
    let violations = violations.into_iter();
    violations.map(|violation| violation.of(response)).collect()
}

/// What is documented for a status. For one that the case allows, it is what is documented for another
/// error.
fn documented_response<'r, 'a>(
    run: &'r Run<'a>,
    status: u16,
) -> Option<&'r DocumentedResponse<'a>> {
    let documented = &run.operation.responses;
    let is_allowed = run.case.undocumented.contains(&status);
    documented.get(&status).or_else(|| {
        let mut errors = documented.range(400..).filter(|_| is_allowed);
        errors.next().map(|(_, response)| response)
    })
}

/// The documented schema for the body of a response.
pub(crate) fn schema_for<'a>(run: &Run<'a>, response: &Response) -> Option<Node<'a>> {
    let mut contents = documented_response(run, response.status)?.contents.iter();
    let (_, content) = contents.find(|(media_type, _)| *media_type == response.media_type)?;
    content.get("schema")
}

/// The places of all properties and enum values that the responses of an operation may contain.
pub(crate) fn documented(operation: &Operation<'_>) -> BTreeSet<Place> {
    let mut places = BTreeSet::new();
    for (_, content) in operation.contents() {
        if let Some(schema) = content.get("schema") {
            note_places(&schema, None, &mut places);
        }
    }
    places
}

/// Notes the places of the properties and enum values of a schema: those that `value` contains, or
/// without a value all of them.
pub(crate) fn note_places(schema: &Node<'_>, value: Option<&Value>, places: &mut BTreeSet<Place>) {
    let schema = schema.resolved();
    for (name, property) in schema.members_of("properties") {
        let member = value.map(|value| value.get(name));
        if member != Some(None) {
            let is_new = places.insert(property.place.clone());
            if is_new || value.is_some() {
                note_places(&property, member.flatten(), places);
            }
        }
    }
    if let Some(items) = schema.get("items") {
        match value.map(|value| value.as_array()) {
            None => note_places(&items, None, places),
            Some(elements) => {
                for element in elements.into_iter().flatten() {
                    note_places(&items, Some(element), places);
                }
            }
        }
    }
    let values = schema.elements_of("enum").into_iter();
    let values = values.filter(|known| value.is_none_or(|value| value == known.value));
    places.extend(values.map(|known| known.place));
}

const OK: &[u16] = &[200];
const BAD_REQUEST: &[u16] = &[400];
const NOT_FOUND: &[u16] = &[404];

/// A request, and what the fragments require of its response.
pub(crate) struct Expectation {
    pub(crate) request: Request,
    /// The allowed statuses.
    statuses: &'static [u16],
    /// The rule that the request follows or breaks.
    place: Place,
    /// The parameter that an error has to name.
    names: Option<String>,
}

/// A value for one parameter, valid or invalid.
pub(crate) struct TestValue {
    pub(crate) text: String,
    /// Whether the fragments allow it.
    pub(crate) allowed: bool,
}

pub(crate) fn check_parameters(run: &Run<'_>) -> Vec<Violation> {
    let Run {
        case, operation, ..
    } = run;
    let response = |request: &Request| &run.traffic.by_request[request];
    let mut violations = Vec::new();
    for expectation in &run.expectations {
        let (response, place) = (response(&expectation.request), &expectation.place);
        if !expectation.statuses.contains(&response.status) {
            let message = format!("{response}, expected {:?}", expectation.statuses);
            violations.push(Violation::new(place, message));
            continue;
        }
        violations.extend(undocumented(run, response));
        if let Some(name) = &expectation.names
            && !names_parameter(&response.body, name)
        {
            let message = format!("{response} and does not name {name}: {}", response.text);
            violations.push(Violation::new(place, message));
        }
    }
    let plain = Request::plain(operation, case);
    let path = operation.path_parameters();
    for parameter in path.chain(operation.query_parameters()) {
        let values = test_values(parameter, &run.schemas, case.known(parameter.name));
        for (allowed, verb) in [(true, "allows"), (false, "forbids")] {
            if values.iter().all(|value| value.allowed != allowed) {
                let message = format!("{verb} no value that these tests try");
                violations.push(Violation::new(&parameter.place, message));
            }
        }
        // Optional parameters without a default are violations of the check "completeness".
        let Some(default) = default_of(parameter).filter(|_| parameter.location == "query") else {
            continue;
        };
        let request = |text: &str| plain.clone().query(parameter.name, text);
        let is_default = |text: &str| response(&request(text)).text == response(&plain).text;
        if !is_default(&default) {
            let place = parameter.schema.place.child("default");
            let message = format!("the responses to {} and {plain} differ", request(&default));
            violations.push(Violation::new(&place, message));
        }
        let mut allowed = values.iter().filter(|value| value.allowed);
        if allowed.all(|value| is_default(&value.text)) {
            let message = format!("the mock ignores {}", parameter.name);
            violations.push(Violation::new(&parameter.place, message));
        }
    }
    violations
}

/// Requests with every test value of every parameter.
pub(crate) fn expectations(
    case: &OperationCase,
    operation: &Operation<'_>,
    schemas: &Schemas,
) -> Vec<Expectation> {
    let mut expected = Vec::new();
    let mut expect = |request, statuses, place: &Place, names: Option<&str>| {
        expected.push(Expectation {
            request,
            statuses,
            place: place.clone(),
            names: names.map(ToOwned::to_owned),
        });
    };
    for parameter in operation.path_parameters() {
        let Parameter { place, name, .. } = parameter;
        let rule = &parameter.schema.place;
        let known = case.known(name);
        let request = |text: &str| {
            Request::new(operation, |other| {
                let known = case.known(other).unwrap_or_default();
                if other == *name { text } else { known }.to_owned()
            })
        };
        for TestValue { text, allowed } in test_values(parameter, schemas, known) {
            if !allowed {
                expect(request(&text), BAD_REQUEST, rule, Some(name));
            } else if known == Some(&text) {
                expect(request(&text), OK, rule, None);
            } else {
                expect(request(&text), NOT_FOUND, rule, None);
            }
        }
        // Without one of its segments, a path may be another path.
        let is_last = operation.template.ends_with('}');
        let mut missing = vec![request("")];
        // Without its last segment, the path of one item is that of their list.
        missing.extend((!is_last).then(|| request("").without_empty_segments()));
        for missing in missing {
            expect(missing, &[400, 404], &place.child("required"), None);
        }
    }
    let plain = Request::plain(operation, case);
    for parameter in operation.query_parameters() {
        let Parameter { place, name, .. } = parameter;
        let rule = &parameter.schema.place;
        let request = |text: &str| plain.clone().query(name, text);
        for TestValue { text, allowed } in test_values(parameter, schemas, None) {
            if allowed {
                expect(request(&text), OK, rule, None);
                let twice = request(&text).query(name, &text);
                expect(twice, BAD_REQUEST, place, Some(name));
            } else {
                expect(request(&text), BAD_REQUEST, rule, Some(name));
            }
        }
        expect(request(""), BAD_REQUEST, rule, Some(name));
        if parameter.required {
            let rule = place.child("required");
            expect(plain.clone(), BAD_REQUEST, &rule, Some(name));
        }
    }
    expected
}

/// Whether an error lists the parameter among the rejected fields.
fn names_parameter(body: &Value, name: &str) -> bool {
    let fields = body["badRequestDetail"]["fields"].as_array();
    fields.is_some_and(|fields| fields.iter().any(|field| field["field"] == name))
}

/// Values for `parameter`: bounds and their neighbours, values of other types, and variations of
/// `known`, a valid value.
pub(crate) fn test_values(
    parameter: &Parameter<'_>,
    schemas: &Schemas,
    known: Option<&str>,
) -> Vec<TestValue> {
    let schema = parameter.schema.resolved();
    let texts = ["abc", "1.5", "TRUE", "yes", "1", "true", "false", "-1", "0"];
    let mut texts: BTreeSet<String> = texts.map(ToOwned::to_owned).into();
    texts.extend([i64::MIN.to_string(), u64::MAX.to_string()]);
    for bound in ["minimum", "maximum"] {
        if let Some(bound) = schema.value.get(bound).and_then(Value::as_i64) {
            texts.extend([bound - 1, bound, bound + 1].map(|number| number.to_string()));
        }
    }
    let values = schema.elements_of("enum").into_iter();
    texts.extend(values.map(|value| text_of(value.value)));
    texts.extend(default_of(parameter));
    texts.extend(known.into_iter().flat_map(variations));
    // A path segment that is empty or consists of dots is another path.
    texts.retain(|text| !matches!(text.as_str(), "" | "." | ".."));
    let allows = |text: &str| {
        let value = value_of(parameter, text);
        value.is_some_and(|value| schemas.accepts(&parameter.schema.place, &value))
    };
    let values = texts.into_iter().map(|text| TestValue {
        allowed: allows(&text),
        text,
    });
    values.collect()
}

/// The documented default of a parameter as a text.
fn default_of(parameter: &Parameter<'_>) -> Option<String> {
    let default = parameter.schema.resolved().get("default")?;
    Some(text_of(default.value))
}

/// The value of a parameter by its documented type, or `None` if the text is not of that type.
pub(crate) fn value_of(parameter: &Parameter<'_>, text: &str) -> Option<Value> {
    match parameter.schema.resolved().text("type")? {
        "string" => Some(text.into()),
        "boolean" => text.parse::<bool>().ok().map(Value::from),
        "integer" => {
            let unsigned = text.parse::<u64>().map(Value::from);
            let number = unsigned.or_else(|_| text.parse::<i64>().map(Value::from));
            number.ok()
        }
        _ => None,
    }
}

/// The text that a value is sent as.
pub(crate) fn text_of(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// The text itself, longer, shorter, in another case, and with another character at either end.
fn variations(known: &str) -> Vec<String> {
    let mut characters = known.chars();
    let (Some(first), Some(last)) = (characters.next(), characters.next_back()) else {
        return Vec::new();
    };
    let middle = characters.as_str();
    let mut texts = vec![
        known.to_owned(),
        format!("{known}{last}"),
        format!("{middle}{last}"),
        format!("{first}{middle}"),
        known.to_uppercase(),
        known.to_lowercase(),
    ];
    for other in "-_./ %~+é0gG\n".chars() {
        texts.push(format!("{other}{middle}{last}"));
        texts.push(format!("{first}{middle}{other}"));
    }
    texts
}
