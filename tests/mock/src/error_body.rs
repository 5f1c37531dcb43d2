//! `ApiError`, the one body of every documented error.

use std::borrow::Cow;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::dialect::Dialect;
use crate::sign_in::Refusal;

/// One entry of `badRequestDetail.fields`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) field: &'static str,
    pub(crate) description: String,
}

/// An error on its way to the wire.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    code: Cow<'static, str>,
    detail: String,
    /// What the detail speaks of, by name.
    parameters: Vec<(&'static str, String)>,
    violations: Vec<Violation>,
    /// Which credentials were refused, and why.
    pub(crate) refusal: Option<Refusal>,
}

/// The code of a 401 that says nothing more than its status.
const UNAUTHORIZED: &str = "UNAUTHORIZED";

impl ApiError {
    pub(crate) fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            detail: detail.into(),
            parameters: Vec::new(),
            violations: Vec::new(),
            refusal: None,
        }
    }

    pub(crate) fn unauthorized(refusal: Refusal) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            UNAUTHORIZED,
            "You are not authorized for this resource.",
        )
        .because(refusal)
    }

    /// What a missing role is answered: 401, not the documented 403.
    pub(crate) fn missing_role(project: &str) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "USER_UNAUTHORIZED",
            format!("These credentials have no role that may read project {project}."),
        )
        .about("groupId", project)
        .because(Refusal::MissingRole)
    }

    pub(crate) fn ip_not_allowed(address: &str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "IP_ADDRESS_NOT_ON_ACCESS_LIST",
            format!("The access list of these credentials does not contain {address}."),
        )
        .about("ipAddress", address)
        .because(Refusal::IpNotAllowed)
    }

    pub(crate) fn bad_path(violations: Vec<Violation>) -> Self {
        Self::invalid("PATH_PARAM_PARSE_ERROR", "path", violations)
    }

    pub(crate) fn bad_query(violations: Vec<Violation>) -> Self {
        Self::invalid("INVALID_QUERY_PARAMETER", "query", violations)
    }

    fn invalid(code: &'static str, place: &str, violations: Vec<Violation>) -> Self {
        let names: Vec<_> = violations.iter().map(|violation| violation.field).collect();
        let detail = format!("Invalid {place} parameters: {}.", names.join(", "));
        Self {
            violations,
            ..Self::new(StatusCode::BAD_REQUEST, code, detail)
        }
    }

    pub(crate) fn unknown_project(id: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "GROUP_NOT_FOUND",
            format!("No project with ID {id} exists."),
        )
        .about("groupId", id)
    }

    pub(crate) fn unknown_instance(name: &str, project: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "SERVERLESS_INSTANCE_NOT_FOUND",
            format!("No serverless instance named {name} exists in project {project}."),
        )
        .about("clusterName", name)
        .about("groupId", project)
    }

    pub(crate) fn unknown_cluster(name: &str, project: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "CLUSTER_NOT_FOUND",
            format!("No cluster named {name} exists in project {project}."),
        )
        .about("name", name)
        .about("groupId", project)
    }

    /// How Flex answers for a cluster of another kind.
    pub(crate) fn not_flex(name: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API",
            format!("Cluster {name} is not a Flex cluster."),
        )
        .about("name", name)
    }

    /// How serverless answers for a cluster of another kind.
    pub(crate) fn not_serverless(name: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "NOT_SERVERLESS_TENANT_CLUSTER",
            format!("Cluster {name} is not a serverless instance."),
        )
        .about("clusterName", name)
    }

    pub(crate) fn version_gone() -> Self {
        Self::new(
            StatusCode::GONE,
            "VERSION_GONE",
            "This version of the resource has been removed.",
        )
    }

    pub(crate) fn unknown_path(path: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "RESOURCE_NOT_FOUND",
            format!("Cannot find resource {path}."),
        )
    }

    pub(crate) fn method_not_allowed(method: &str) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "METHOD_NOT_ALLOWED",
            format!("This resource does not support {method}."),
        )
    }

    pub(crate) fn rate_limited(code: &'static str) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            code,
            "Too many requests. Try again later.",
        )
    }

    fn about(mut self, name: &'static str, value: &str) -> Self {
        self.parameters.push((name, value.to_owned()));
        self
    }

    fn because(mut self, refusal: Refusal) -> Self {
        self.refusal = Some(refusal);
        self
    }

    /// The body, as `dialect` would write it.
    pub(crate) fn to_json(&self, dialect: Dialect) -> Value {
        let mut body = Map::new();
        body.insert("error".to_owned(), json!(self.status.as_u16()));
        body.insert("reason".to_owned(), json!(self.status.canonical_reason()));
        body.insert("detail".to_owned(), json!(self.detail));
        // The live service leaves the code out of a 401, unless there is more to say.
        if dialect == Dialect::Documented || self.code != UNAUTHORIZED {
            body.insert("errorCode".to_owned(), json!(self.code));
            body.insert("parameters".to_owned(), self.parameters_as(dialect));
        }
        if !self.violations.is_empty() {
            let field = |violation: &Violation| json!({ "field": violation.field, "description": violation.description });
            let fields: Vec<_> = self.violations.iter().map(field).collect();
            body.insert("badRequestDetail".to_owned(), json!({ "fields": fields }));
        }
        Value::Object(body)
    }

    /// Documented as objects, recorded as bare strings.
    fn parameters_as(&self, dialect: Dialect) -> Value {
        let one = |(name, value): &(&'static str, String)| match dialect {
            Dialect::Documented => json!({ *name: value }),
            Dialect::Live => json!(value),
        };
        self.parameters.iter().map(one).collect()
    }
}
