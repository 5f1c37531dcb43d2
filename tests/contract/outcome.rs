//! What the facade makes of one response.

use atlas_snapshots::{Atlas, Error, ErrorKind, RetryPolicy};
use atlas_snapshots_mock::{CannedResponse, MockAtlas, TotalCount};
use serde_json::{Value, json};

use crate::operation_case::OperationCase;

#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    /// Every snapshot yielded, as JSON.
    pub(crate) snapshots: Vec<Value>,
    pub(crate) reported_total: Option<u64>,
    pub(crate) failure: Option<Failure>,
}

/// An error of the facade, apart from what it borrows.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    pub(crate) status: Option<u16>,
    /// The texts of the body, under the names of the body.
    pub(crate) texts: [(&'static str, Option<String>); 3],
    pub(crate) parameters: Vec<String>,
    /// As `badRequestDetail.fields`.
    pub(crate) fields: Vec<Value>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let owned = |text: Option<&str>| text.map(ToOwned::to_owned);
        let fields = error.field_violations().iter();
        Self {
            kind: error.kind(),
            status: error.status(),
            texts: [
                ("errorCode", owned(error.error_code())),
                ("reason", owned(error.reason())),
                ("detail", owned(error.detail())),
            ],
            parameters: error.parameters().to_vec(),
            fields: fields
                .map(|at| json!({ "field": at.field(), "description": at.description() }))
                .collect(),
        }
    }
}

/// Lists from a mock whose first page is this response, and whose other pages are empty.
pub(crate) async fn outcome(
    case: &OperationCase,
    status: u16,
    media_type: &str,
    body: &Value,
) -> Outcome {
    let response = CannedResponse::new(status)
        .header("content-type", media_type)
        .body(body.to_string());
    let mock = (case.mock)()
        .page_response(1, response)
        // The total is that of the example, or none.
        .total_count(TotalCount::Absent)
        .start()
        .await
        .expect("loopback has a free port");
    listed(case, &mock).await
}

/// Lists from `mock` to the end, or to the first error.
pub(crate) async fn listed(case: &OperationCase, mock: &MockAtlas) -> Outcome {
    let atlas = Atlas::builder()
        .base_url(mock.base_url())
        .retry_policy(RetryPolicy::none())
        .build();
    let mut stream = (case.list)(&atlas.expect("no credentials on loopback")).stream();
    let mut outcome = Outcome::default();
    while let Some(snapshot) = stream.next().await {
        match snapshot {
            Ok(snapshot) => {
                let json = serde_json::to_value(&snapshot).expect("a snapshot is JSON");
                outcome.snapshots.push(json);
            }
            Err(error) => {
                outcome.failure = Some(error.into());
                break;
            }
        }
    }
    outcome.reported_total = stream.summary().reported_total();
    outcome
}
