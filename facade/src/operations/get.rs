//! Requests for single objects.

use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;

use atlas_snapshots_generated::Client;
use serde::de::DeserializeOwned;
use tracing::Instrument;

use super::call::{Call, ClientInner};
use super::endpoint::{record, request_span};
use super::operation::{ClusterPath, Sent};
use crate::error::{Error, ErrorKind, Result};
use crate::http::attempts::{Attempts, RequestCounter};
use crate::http::bucket::BucketKey;
use crate::model::ids::{InvalidValue, is_object_id};

/// One endpoint that returns an object.
pub(crate) trait GetOperation: Debug + Send + Sync {
    /// The generated type of the object.
    type Generated: DeserializeOwned + Send;
    /// What the facade returns.
    type Item;

    /// The operation's id in the fragment.
    const ID: &'static str;
    /// The path as the fragment has it.
    const PATH: &'static str;

    /// The requests that the server counts together with those of this operation.
    fn bucket(&self) -> BucketKey;

    /// Sends the request.
    fn send(&self, client: &Client) -> impl Future<Output = Sent<Self::Generated>> + Send;

    /// Converts the object; `None` for one without an id.
    fn into_item(generated: Self::Generated) -> Option<Self::Item>;
}

/// Requests one object, with retries.
///
/// # Errors
///
/// Those of the response, and `Decode` where it is not the object.
pub(crate) async fn get<O: GetOperation>(
    client: &Arc<ClientInner>,
    operation: &O,
) -> Result<O::Item> {
    let attempts = Attempts::default();
    let attempt = async || {
        let span = request_span(&client.base_url, O::ID, O::PATH, attempts.get());
        let request = async {
            let result = request(client, operation).await;
            record(&result);
            result
        };
        request.instrument(span).await
    };
    let retrier = &client.retrier;
    retrier.run(&operation.bucket(), &attempts, attempt).await
}

async fn request<O: GetOperation>(client: &Arc<ClientInner>, operation: &O) -> Result<O::Item> {
    let call = Call::new(Arc::clone(client), RequestCounter::default(), None);
    let sent = operation.send(&call.client()).await;
    let item = call.object(sent).and_then(|generated| {
        O::into_item(generated).ok_or_else(|| {
            Error::new(ErrorKind::Decode)
                .with_status(200)
                .with_source("it has no id")
        })
    });
    item.map_err(|error| client.authenticator.explain(error))
}

/// The snapshot that an operation is about.
#[derive(Debug, Clone)]
pub(crate) struct SnapshotPath {
    pub(crate) cluster: ClusterPath,
    pub(crate) id: String,
}

impl SnapshotPath {
    /// # Errors
    ///
    /// The first value that breaks its rule.
    pub(crate) fn new(project: &str, cluster: &str, id: &str) -> Result<Self, InvalidValue> {
        let (cluster, checked) = ClusterPath::new(project, cluster);
        checked?;
        if !is_object_id(id) {
            let rule = "must be 24 characters from a-f and 0-9";
            return Err(InvalidValue::new("snapshot id", id, rule));
        }
        Ok(Self {
            cluster,
            id: id.to_owned(),
        })
    }
}
