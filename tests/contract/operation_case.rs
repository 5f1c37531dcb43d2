//! The operation cases: each operation as the generated client, the mock and the facade know it.

use std::str::FromStr;
use std::sync::LazyLock;

use atlas_snapshots::{
    Atlas, ClusterName, ErrorKind, FrequencyType, ListRequest, ProjectId, RetryPolicy, Snapshot,
    SnapshotStatus, SnapshotType,
};
use atlas_snapshots_generated::{Client, types};
use atlas_snapshots_mock::{ClusterKind, MockAtlas, MockAtlasBuilder};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value};

const PROJECT: &str = "32b6e34b3d91647abb20e7b8";
const CLUSTER: &str = "Instance0";

/// The case of every documented operation.
pub(crate) const CASES: &[OperationCase] = &[SERVERLESS, FLEX];

#[derive(Clone, Copy)]
pub(crate) struct OperationCase {
    pub(crate) operation_id: &'static str,
    /// The path parameters with values that exist on `mock`.
    pub(crate) path: &'static [(&'static str, &'static str)],
    pub(crate) mock: fn() -> MockAtlasBuilder,
    /// Sends every parameter, at its bounds, through the generated client.
    pub(crate) send_generated: fn(Client) -> BoxFuture<'static, ()>,
    /// The types that check a parameter before a request is sent.
    pub(crate) guards: &'static [Guard],
    /// `None` for an operation that the facade does not offer.
    pub(crate) facade: Option<FacadeListing>,
}

/// A type that checks a parameter before a request is sent.
pub(crate) struct Guard {
    pub(crate) parameter: &'static str,
    pub(crate) name: &'static str,
    pub(crate) accepts: fn(&str) -> bool,
}

type KnownValues = (&'static str, fn() -> Value);

/// A listing of the facade.
#[derive(Clone, Copy)]
pub(crate) struct FacadeListing {
    /// The request for what [`OperationCase::path`] names.
    pub(crate) request: fn(&Atlas) -> ListRequest<Snapshot>,
    /// An item of the API as the facade serializes it.
    pub(crate) serialized: fn(&Value) -> Value,
    /// Names of schemas, with the values that an enum of the facade knows.
    pub(crate) enums: &'static [KnownValues],
}

impl OperationCase {
    /// A value of a path parameter that exists on the mock.
    pub(crate) fn known(&self, parameter: &str) -> Option<&'static str> {
        let mut known = self.path.iter();
        known.find_map(|(name, value)| (*name == parameter).then_some(*value))
    }
}

impl FacadeListing {
    /// The items of a page as the facade serializes them.
    pub(crate) fn items(&self, page: &Value) -> Value {
        let items = page["results"].as_array();
        items.into_iter().flatten().map(self.serialized).collect()
    }
}

/// Sends the query parameters of a listing, each at its bounds, through the generated client.
macro_rules! send_all_parameters {
    ($client:ident, $call:expr) => {
        async move {
            let $client = &$client;
            let lowest = $call.items_per_page(1_u64).page_num(1_u64);
            let highest = $call.items_per_page(500_u64).page_num(u64::MAX);
            for call in [
                $call,
                lowest.include_count(false).pretty(true),
                highest.include_count(true).pretty(false),
                $call.envelope(false),
                // The response in an envelope is not a page and fails to decode.
                $call.envelope(true),
            ] {
                let _ = call.send().await;
            }
        }
        .boxed()
    };
}

const SERVERLESS: OperationCase = OperationCase {
    operation_id: "listServerlessBackups",
    path: &[("groupId", PROJECT), ("clusterName", CLUSTER)],
    mock: MockAtlas::builder,
    send_generated: |client| {
        send_all_parameters!(
            client,
            client
                .list_serverless_backups()
                .group_id(PROJECT)
                .cluster_name(CLUSTER)
        )
    },
    guards: &[
        Guard::new("groupId", "the facade's ProjectId", parses::<ProjectId>),
        Guard::new("groupId", "types::ProjectId", parses::<types::ProjectId>),
        Guard::new(
            "clusterName",
            "the facade's ClusterName",
            parses::<ClusterName>,
        ),
        Guard::new(
            "clusterName",
            "types::ClusterName",
            parses::<types::ClusterName>,
        ),
        // The generated client has no guard here: the generator does not enforce `maximum`.
        Guard::new("itemsPerPage", "the facade's page_size", |text| {
            accepts_page_size(serverless, text)
        }),
    ],
    facade: Some(FacadeListing {
        request: serverless,
        // The facade uses the names of this API.
        serialized: Clone::clone,
        enums: &[
            ("SnapshotFrequency", || known(FrequencyType::KNOWN)),
            ("SnapshotType", || known(SnapshotType::KNOWN)),
            ("SnapshotStatus", || known(SnapshotStatus::KNOWN)),
        ],
    }),
};

const FLEX: OperationCase = OperationCase {
    operation_id: "listFlexBackups",
    path: &[("groupId", PROJECT), ("name", CLUSTER)],
    mock: || MockAtlas::builder().kind(ClusterKind::Flex),
    send_generated: |client| {
        send_all_parameters!(
            client,
            client.list_flex_backups().group_id(PROJECT).name(CLUSTER)
        )
    },
    guards: &[
        Guard::new("groupId", "the facade's ProjectId", parses::<ProjectId>),
        Guard::new("groupId", "types::ProjectId", parses::<types::ProjectId>),
        Guard::new("name", "the facade's ClusterName", parses::<ClusterName>),
        Guard::new("name", "types::ClusterName", parses::<types::ClusterName>),
        Guard::new("itemsPerPage", "the facade's page_size", |text| {
            accepts_page_size(flex, text)
        }),
    ],
    facade: Some(FacadeListing {
        request: flex,
        serialized: flex_item_of_facade,
        enums: &[("FlexSnapshotStatus", || {
            let known = FLEX_STATUSES.iter();
            let known = known.filter(|(text, status)| SnapshotStatus::from(*text) == *status);
            known.map(|(text, _)| *text).collect()
        })],
    }),
};

/// The documented values of a Flex status, with the facade's values for them.
const FLEX_STATUSES: [(&str, SnapshotStatus); 5] = [
    ("PENDING", SnapshotStatus::Queued),
    ("QUEUED", SnapshotStatus::Queued),
    ("RUNNING", SnapshotStatus::InProgress),
    ("FAILED", SnapshotStatus::Failed),
    ("COMPLETED", SnapshotStatus::Completed),
];

fn serverless(atlas: &Atlas) -> ListRequest<Snapshot> {
    atlas.serverless_snapshots(PROJECT, CLUSTER)
}

fn flex(atlas: &Atlas) -> ListRequest<Snapshot> {
    atlas.flex_snapshots(PROJECT, CLUSTER)
}

/// A Flex item as the facade serializes it: with the names of the serverless API, and with the text
/// of the server beside the facade's status.
fn flex_item_of_facade(item: &Value) -> Value {
    let mut serialized = Map::new();
    serialized.insert("source".to_owned(), "flex".into());
    for (name, value) in item.as_object().into_iter().flatten() {
        let names: &[&str] = match name.as_str() {
            "expiration" => &["expiresAt"],
            "finishTime" => &["createdAt", "finishedAt"],
            "mongoDBVersion" => &["mongodVersion"],
            "scheduledTime" => &["scheduledAt"],
            "startTime" => &["startedAt"],
            "status" => &["rawStatus"],
            other => &[other],
        };
        for name in names {
            serialized.insert((*name).to_owned(), value.clone());
        }
        let known = FLEX_STATUSES.into_iter().find(|(text, _)| value == text);
        if let (true, Some((_, status))) = (name == "status", known) {
            serialized.insert("status".to_owned(), status.as_str().into());
        }
    }
    Value::Object(serialized)
}

impl Guard {
    const fn new(parameter: &'static str, name: &'static str, accepts: fn(&str) -> bool) -> Self {
        Self {
            parameter,
            name,
            accepts,
        }
    }
}

fn parses<T: FromStr>(text: &str) -> bool {
    text.parse::<T>().is_ok()
}

fn known<T: ToString>(values: &[T]) -> Value {
    values.iter().map(ToString::to_string).collect()
}

/// Whether the facade accepts a page size. It rejects a wrong one when the stream is first polled,
/// before any request.
fn accepts_page_size(request: fn(&Atlas) -> ListRequest<Snapshot>, text: &str) -> bool {
    static ATLAS: LazyLock<Atlas> = LazyLock::new(|| {
        // Nothing listens at this address; the first poll does not wait for a response.
        let atlas = Atlas::builder().base_url("http://127.0.0.1:9");
        let atlas = atlas.retry_policy(RetryPolicy::none()).build();
        atlas.expect("no credentials on loopback")
    });
    let Ok(items) = text.parse() else {
        return false;
    };
    let mut stream = request(&ATLAS).page_size(items).stream();
    match stream.next().now_or_never() {
        Some(Some(Err(error))) => error.kind() != ErrorKind::InvalidArgument,
        _ => true,
    }
}
