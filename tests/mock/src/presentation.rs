//! `envelope` and `pretty`: how an answer is laid out.

use axum::http::{StatusCode, Uri};
use serde_json::Value;

use crate::canned::CannedResponse;
use crate::dialect::Dialect;
use crate::error_body::ApiError;
use crate::page::Page;
use crate::query::ListQuery;
use crate::request_log::query_pairs;

/// The layout one request asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Presentation {
    envelope: bool,
    pretty: bool,
}

impl From<ListQuery> for Presentation {
    fn from(query: ListQuery) -> Self {
        Self {
            envelope: query.envelope,
            pretty: query.pretty,
        }
    }
}

impl Presentation {
    /// For answers given before the query is looked at.
    pub(crate) fn of(uri: &Uri) -> Self {
        ListQuery::read(&query_pairs(uri.query())).0.into()
    }

    /// The same layout without an envelope.
    pub(crate) fn bare(self) -> Self {
        Self {
            envelope: false,
            ..self
        }
    }

    pub(crate) fn page(self, page: &Page) -> CannedResponse {
        self.lay_out(StatusCode::OK, page.to_json())
    }

    pub(crate) fn error(self, error: &ApiError, dialect: Dialect) -> CannedResponse {
        self.lay_out(error.status, error.to_json(dialect).to_string())
    }

    fn lay_out(self, status: StatusCode, mut json: String) -> CannedResponse {
        let mut sent = status;
        if self.envelope {
            // For clients that cannot read a status: it moves into the body, and HTTP says 200.
            json = format!("{{\"status\":{},\"content\":{json}}}", status.as_u16());
            sent = StatusCode::OK;
        }
        if self.pretty {
            json = indented(json);
        }
        CannedResponse::new(sent.as_u16())
            .header("content-type", "application/json")
            .body(json)
    }
}

/// Two spaces a level. Text that is no JSON stays as it is.
fn indented(json: String) -> String {
    let tree: Option<Value> = serde_json::from_str(&json).ok();
    tree.map_or(json, |tree| format!("{tree:#}"))
}
