//! What is held against the documentation: one row for each operation.

use atlas_snapshots::{Atlas, Listing};
use atlas_snapshots_generated::Client;
use atlas_snapshots_mock::MockAtlasBuilder;
use futures::future::BoxFuture;
use serde_json::Value;

use crate::operation::{Operation, Parameter};
use crate::probe::Probe;
use crate::violation::Violation;
use crate::{flex, serverless};

/// Every operation there is. Another fragment is another row.
pub(crate) const SUBJECTS: &[Subject] = &[serverless::SUBJECT, flex::SUBJECT];

/// One operation, as each of the crates knows it.
pub(crate) struct Subject {
    pub(crate) operation_id: &'static str,
    /// Path parameters and what they are called on a mock of default settings.
    pub(crate) path: &'static [(&'static str, &'static str)],
    /// A mock on which `path` leads somewhere.
    pub(crate) mock: fn() -> MockAtlasBuilder,
    /// The facade's listing of what `path` names.
    pub(crate) listing: fn(&Atlas) -> Listing,
    /// A row of the API as the facade writes it.
    pub(crate) row: fn(&Value) -> Value,
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

impl Subject {
    /// What a path parameter is called on the mock.
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

    /// The rows of a page as the facade writes them.
    pub(crate) fn rows(&self, page: &Value) -> Value {
        let rows = page["results"].as_array();
        rows.into_iter().flatten().map(self.row).collect()
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
