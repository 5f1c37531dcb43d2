//! What is compared with the documentation: one case for each operation.

use std::sync::LazyLock;

use atlas_snapshots::{Atlas, ErrorKind, ListRequest, RetryPolicy, Snapshot};
use atlas_snapshots_generated::Client;
use atlas_snapshots_mock::MockAtlasBuilder;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::Value;

use crate::operation::{Operation, Parameter};
use crate::probe::Probe;
use crate::violation::Violation;
use crate::{flex, serverless};

/// Every operation there is. Another fragment is another case.
pub(crate) const CASES: &[OperationCase] = &[serverless::CASE, flex::CASE];

/// One operation, as each of the crates knows it.
pub(crate) struct OperationCase {
    pub(crate) operation_id: &'static str,
    /// The path parameters and their values on a mock with default settings.
    pub(crate) path: &'static [(&'static str, &'static str)],
    /// A mock on which `path` exists.
    pub(crate) mock: fn() -> MockAtlasBuilder,
    /// The facade's request for what `path` names.
    pub(crate) list: fn(&Atlas) -> ListRequest<Snapshot>,
    /// An item of the API as the facade serializes it.
    pub(crate) item: fn(&Value) -> Value,
    /// Sends every parameter through the generated client, at its bounds.
    pub(crate) send_generated: fn(Client) -> BoxFuture<'static, ()>,
    pub(crate) arguments: &'static [Argument],
    pub(crate) vocabularies: &'static [Vocabulary],
}

/// A type that guards a parameter before anything is sent.
pub(crate) struct Argument {
    pub(crate) parameter: &'static str,
    pub(crate) guard: &'static str,
    /// Whether the type can be made of this text.
    pub(crate) accepts: fn(&str) -> bool,
}

/// An enum of the facade and the schema it stands for.
pub(crate) struct Vocabulary {
    pub(crate) component: &'static str,
    pub(crate) words: fn() -> Vec<String>,
}

impl OperationCase {
    /// The value of a path parameter on the mock.
    pub(crate) fn known(&self, parameter: &Parameter<'_>) -> Result<&'static str, Violation> {
        self.known_text(parameter.name).ok_or_else(|| {
            let says = format!("these suites know no good value of {}", parameter.name);
            Violation::new(&parameter.place, says)
        })
    }

    pub(crate) fn known_text(&self, name: &str) -> Option<&'static str> {
        let mut known = self.path.iter();
        known.find_map(|(known, text)| (*known == name).then_some(*text))
    }

    /// The items of a page as the facade serializes them.
    pub(crate) fn items(&self, page: &Value) -> Value {
        let items = page["results"].as_array();
        items.into_iter().flatten().map(self.item).collect()
    }

    /// The request that leaves out all that it may.
    pub(crate) fn probe(&self, operation: &Operation<'_>) -> Result<Probe, Violation> {
        for parameter in operation.path_parameters() {
            self.known(parameter)?;
        }
        Ok(Probe::new(operation, |name| {
            self.known_text(name).unwrap_or_default().to_owned()
        }))
    }
}

/// Whether the facade accepts a page size. It refuses a wrong one when it is first polled, before
/// any request.
pub(crate) fn accepts_page_size(list: fn(&Atlas) -> ListRequest<Snapshot>, text: &str) -> bool {
    static ATLAS: LazyLock<Atlas> = LazyLock::new(|| {
        // Nothing has to listen there: the first poll waits for no response.
        let atlas = Atlas::builder().base_url("http://127.0.0.1:9");
        let atlas = atlas.retry_policy(RetryPolicy::none()).build();
        atlas.expect("no credentials on loopback")
    });
    let Ok(items) = text.parse() else {
        return false;
    };
    let mut stream = list(&ATLAS).page_size(items).stream();
    match stream.next().now_or_never() {
        Some(Some(Err(error))) => error.kind() != ErrorKind::InvalidArgument,
        _ => true,
    }
}
