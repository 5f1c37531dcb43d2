//! Suite (b): what is sent is documented, and what is documented is sent.

use std::collections::BTreeSet;
use std::fmt;

use atlas_snapshots_mock::LoggedRequest;

use crate::candidates::value_of;
use crate::json_schema::{Reading, Schemas};
use crate::operation::{Operation, Parameter};
use crate::spec::{Place, Spec};
use crate::violation::Violation;

/// Headers of HTTP itself, which OpenAPI leaves undocumented. `Authorization` is not among what the
/// mock logs as headers.
const HEADERS_OF_HTTP: [&str; 4] = ["accept", "accept-encoding", "host", "user-agent"];

/// A request as the mock received it.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) by: &'static str,
    pub(crate) request: LoggedRequest,
}

pub(crate) fn check(
    fragments: &Spec,
    operation_id: &str,
    sent: &[Sent],
) -> Result<Vec<Violation>, Violation> {
    let operation = Operation::find(fragments, operation_id)?;
    let schemas = Schemas::of(fragments, Reading::Documented)?;
    let mut violations = Vec::new();
    for sent in sent {
        let broken = Rules {
            operation: &operation,
            schemas: &schemas,
            sent,
        }
        .broken()?;
        violations.extend(broken.into_iter().map(|violation| violation.of(sent)));
    }
    for parameter in operation.query_parameters() {
        let is_sent = |sent: &Sent| sent.request.query_value(parameter.name).is_some();
        if !sent.iter().any(is_sent) {
            violations.push(Violation::new(&parameter.place, "no client ever sends it"));
        }
    }
    Ok(violations)
}

/// The rules for one request.
struct Rules<'a> {
    operation: &'a Operation<'a>,
    schemas: &'a Schemas,
    sent: &'a Sent,
}

impl Rules<'_> {
    fn broken(&self) -> Result<Vec<Violation>, Violation> {
        let mut violations = self.path()?;
        violations.extend(self.reception());
        violations.extend(self.query()?);
        violations.extend(self.headers());
        Ok(violations)
    }

    /// Both clients ask for what there is, so whatever the mock refuses was no good request.
    fn reception(&self) -> Option<Violation> {
        // Without a status, the client left before the answer, as a listing may.
        let status = self.sent.request.status.filter(|status| *status != 200)?;
        let says = format!("the mock answered {status}");
        Some(Violation::new(&self.operation.place, says))
    }

    fn path(&self) -> Result<Vec<Violation>, Violation> {
        let request = &self.sent.request;
        let Operation {
            place,
            template,
            method,
            ..
        } = self.operation;
        let mut violations = Vec::new();
        if request.method != *method {
            let says = format!("the documented method is {method}");
            violations.push(Violation::new(place, says));
        }
        // Nothing a path parameter may be needs percent-encoding, so the path is taken as sent.
        let sent: Vec<_> = request.path.split('/').collect();
        let documented: Vec<_> = template.split('/').collect();
        let is_literal = |segment: &str| self.operation.path_parameter(segment).is_none();
        let mut pairs = sent.iter().zip(&documented);
        if sent.len() != documented.len()
            || pairs.any(|(sent, documented)| is_literal(documented) && sent != documented)
        {
            violations.push(Violation::new(
                place,
                format!("the documented path is {template}"),
            ));
            return Ok(violations);
        }
        for (text, segment) in sent.iter().zip(&documented) {
            if let Some(parameter) = self.operation.path_parameter(segment) {
                violations.extend(self.value(parameter, text)?);
            }
        }
        Ok(violations)
    }

    fn query(&self) -> Result<Vec<Violation>, Violation> {
        let query = &self.sent.request.query;
        let mut violations = Vec::new();
        let mut seen = BTreeSet::new();
        for (name, text) in query {
            let parameter = self
                .operation
                .query_parameters()
                .find(|known| known.name == name);
            let Some(parameter) = parameter else {
                let says = format!("no query parameter {name} is documented");
                violations.push(Violation::new(&self.parameters(), says));
                continue;
            };
            violations.extend(self.value(parameter, text)?);
            if !seen.insert(name) {
                violations.push(Violation::new(&parameter.place, "is sent more than once"));
            }
        }
        for parameter in self.operation.query_parameters() {
            if parameter.required && !query.iter().any(|(name, _)| name == parameter.name) {
                let required = parameter.place.child("required");
                violations.push(Violation::new(&required, "is left out"));
            }
        }
        Ok(violations)
    }

    fn value(&self, parameter: &Parameter<'_>, text: &str) -> Result<Vec<Violation>, Violation> {
        let Parameter { name, schema, .. } = parameter;
        let Some(value) = value_of(parameter, text)? else {
            let kind = schema.resolved()?.need("type")?;
            return Ok(vec![kind.violation(format!("{name} is {text:?}"))]);
        };
        let violations = self.schemas.violations(&schema.place, &value).into_iter();
        Ok(violations.map(|violation| violation.of(name)).collect())
    }

    fn headers(&self) -> Vec<Violation> {
        let request = &self.sent.request;
        let mut violations = Vec::new();
        for (name, value) in &request.headers {
            let is_documented = |parameter: &Parameter<'_>| {
                parameter.location == "header" && parameter.name.eq_ignore_ascii_case(name)
            };
            if !HEADERS_OF_HTTP.contains(&name.as_str())
                && !self.operation.parameters.iter().any(is_documented)
            {
                let says = format!("no header {name} is documented (sent: {value:?})");
                violations.push(Violation::new(&self.parameters(), says));
            }
        }
        let successes = self.operation.responses.range(200..300);
        let media_types: Vec<_> = successes
            .flat_map(|(_, response)| &response.contents)
            .map(|(media_type, _)| *media_type)
            .collect();
        let accept = request.header("accept").unwrap_or_default();
        if !media_types.contains(&accept) {
            let says = format!("accepts {accept:?}, documented is {media_types:?}");
            violations.push(Violation::new(
                &self.operation.place.child("responses"),
                says,
            ));
        }
        let schemes = &self.operation.authorization_schemes;
        if let Some(scheme) = request.authorization_scheme()
            && !schemes.contains(&scheme.to_lowercase())
        {
            let says = format!("signs in with {scheme:?}, documented is {schemes:?}");
            violations.push(Violation::new(
                &self.operation.place.child("security"),
                says,
            ));
        }
        violations
    }

    fn parameters(&self) -> Place {
        self.operation.place.child("parameters")
    }
}

impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LoggedRequest {
            method,
            path,
            query,
            ..
        } = &self.request;
        write!(f, "{}, {method} {path} {query:?}", self.by)
    }
}
