//! Check "examples": every documented example follows its schema, and passes through its generated type
//! and the facade without loss, as the items of the mock do.

use atlas_snapshots::ErrorKind;
use serde_json::{Value, json};

use crate::checks::{Context, Run};
use crate::generated::GeneratedType;
use crate::mock::text_of;
use crate::operation::Operation;
use crate::operation_case::FacadeListing;
use crate::spec::{Node, Place, Violation};
use crate::traffic::{Canned, Listing};

/// The rule that the documentation's own example breaks: it has "string" in place of a version. That
/// no example breaks it is a violation.
const BROKEN_RULE: &str = "common.yaml#/components/schemas/MongodVersion/pattern";

/// An example of a whole response.
pub(crate) struct Example {
    place: Place,
    schema: Place,
    pub(crate) canned: Canned,
}

/// The examples of all responses of an operation.
pub(crate) fn of_operation(operation: &Operation<'_>) -> Vec<Example> {
    let mut examples = Vec::new();
    for (status, response) in &operation.responses {
        for (media_type, content) in &response.contents {
            let named = content.members_of("examples").into_iter();
            let named = named.filter_map(|(_, example)| example.get("value"));
            for value in content.get("example").into_iter().chain(named) {
                examples.extend(content.get("schema").map(|schema| Example {
                    place: value.place.clone(),
                    schema: schema.resolved().place,
                    canned: Canned {
                        status: *status,
                        media_type: (*media_type).to_owned(),
                        body: value.value.clone(),
                    },
                }));
            }
        }
    }
    examples
}

pub(crate) fn check(context: &Context<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for run in &context.runs {
        let Run {
            case,
            operation,
            traffic,
            ..
        } = run;
        if let (Some(facade), Some((page, listing))) = (&case.facade, &traffic.whole) {
            let lost = lost_of_page(facade, &page.body, listing).into_iter();
            violations.extend(lost.map(|it| Violation::new(&operation.place, it).of(page)));
        }
        for example in of_operation(operation) {
            let Canned { status, body, .. } = &example.canned;
            violations.extend(context.schemas.violations(&example.schema, body));
            let mut lost = round_trip(example.schema.name(), body);
            if let Some(facade) = &case.facade {
                let listing = &traffic.listings[&example.canned];
                lost.extend(match status {
                    200 => lost_of_page(facade, body, listing),
                    status => lost_of_error(*status, body, listing),
                });
            }
            let place = &example.place;
            violations.extend(lost.iter().map(|message| Violation::new(place, message)));
        }
    }
    for file in context.contract.fragments.files() {
        for (schema, example) in of_schemas(&file) {
            violations.extend(context.schemas.violations(&schema.place, example.value));
            let lost = round_trip(schema.place.name(), example.value);
            violations.extend(lost.iter().map(|message| example.violation(message)));
        }
    }
    let found = violations.len();
    violations.retain(|violation| violation.place.0 != BROKEN_RULE);
    if violations.len() == found {
        let place = Place(BROKEN_RULE.to_owned());
        let message = "is exempt in the check of examples, but no example breaks it";
        violations.push(Violation::new(&place, message));
    }
    violations
}

/// Every schema with an `example`.
fn of_schemas<'a>(node: &Node<'a>) -> Vec<(Node<'a>, Node<'a>)> {
    let mut found = Vec::new();
    if node.text("type").is_some() {
        found.extend(node.get("example").map(|example| (node.clone(), example)));
    }
    for child in node.children() {
        if !matches!(child.place.name(), "example" | "examples") {
            found.extend(of_schemas(&child));
        }
    }
    found
}

/// The changes by decoding and encoding.
fn round_trip(schema: &str, body: &Value) -> Vec<String> {
    // The check "completeness" reports a schema without a generated type.
    let Some(generated) = GeneratedType::named(schema) else {
        return Vec::new();
    };
    match generated.round_trip(body) {
        Ok(again) => {
            let steps = json_patch::diff(body, &again);
            let steps = steps.iter();
            steps
                .filter(|step| !is_same_number(body, &again, step.path().as_str()))
                .map(|step| format!("{schema} changes it: {step}"))
                .collect()
        }
        Err(error) => vec![format!("{schema} rejects it: {error}")],
    }
}

/// Whether both have the same number at `pointer`, `5` and `5.0` for example.
fn is_same_number(body: &Value, again: &Value, pointer: &str) -> bool {
    let [before, after] = [body, again].map(|body| body.pointer(pointer));
    let is_double = after.is_some_and(Value::is_f64);
    is_double && before.and_then(Value::as_f64) == after.and_then(Value::as_f64)
}

/// What is lost of a page in the facade.
fn lost_of_page(facade: &FacadeListing, page: &Value, listing: &Listing) -> Vec<String> {
    let mut lost = Vec::new();
    if let Some(error) = &listing.error {
        lost.push(format!("the facade fails with it: {error:?}"));
    }
    let steps = json_patch::diff(&facade.items(page), &listing.items.clone().into());
    let steps = steps.iter();
    lost.extend(steps.map(|step| format!("the facade changes the items: {step}")));
    let total = listing.reported_total;
    if page["totalCount"].as_u64() != total {
        lost.push(format!("the facade reports a total of {total:?}"));
    }
    lost
}

/// What is lost of an error body in the facade.
fn lost_of_error(status: u16, body: &Value, listing: &Listing) -> Vec<String> {
    let Some(error) = &listing.error else {
        return vec!["the facade does not fail with it".to_owned()];
    };
    let mut lost = Vec::new();
    let mut compare = |what: &str, documented: Value, facade: Value| {
        if documented != facade {
            lost.push(format!("{what}: {documented}, of the facade: {facade}"));
        }
    };
    let elements = |list: &Value| list.as_array().cloned().unwrap_or_default();
    let parameters: Value = elements(&body["parameters"]).iter().map(text_of).collect();
    let fields = error.field_violations().iter();
    let fields: Value = fields
        .map(|at| json!({ "field": at.field(), "description": at.description() }))
        .collect();
    let kind = kind_of(status).map(|kind| format!("{kind:?}"));
    compare(
        "the kind",
        json!(kind),
        json!(format!("{:?}", error.kind())),
    );
    compare("the status", json!(status), json!(error.status()));
    compare("error", body["error"].clone(), json!(status));
    compare(
        "errorCode",
        body["errorCode"].clone(),
        json!(error.error_code()),
    );
    compare("reason", body["reason"].clone(), json!(error.reason()));
    compare("detail", body["detail"].clone(), json!(error.detail()));
    compare("parameters", parameters, json!(error.parameters()));
    let documented = elements(&body["badRequestDetail"]["fields"]);
    compare("the rejected fields", documented.into(), fields);
    lost
}

/// The facade's kind for a documented status, unless an error code determines another one.
fn kind_of(status: u16) -> Option<ErrorKind> {
    Some(match status {
        400 => ErrorKind::BadRequest,
        // The code of the documented 401 says that the credentials lack a permission.
        401 | 403 => ErrorKind::PermissionDenied,
        404 => ErrorKind::NotFound,
        410 => ErrorKind::Gone,
        429 => ErrorKind::RateLimited,
        500 => ErrorKind::Server,
        _ => return None,
    })
}
