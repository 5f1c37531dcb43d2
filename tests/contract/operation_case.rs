//! The operation cases: each operation as the generated client, the mock and the facade know it.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::LazyLock;

use atlas_snapshots::{
    Atlas, CloudProvider, ClusterName, ConfigServerType, ErrorKind, FrequencyType, ListRequest,
    ProjectId, RetryPolicy, SnapshotClusterType, SnapshotStatus, SnapshotType,
};
use atlas_snapshots_generated::{Client, types};
use atlas_snapshots_mock::{
    Cluster, ClusterKind, ItemFault, MockAtlas, MockAtlasBuilder, PageFault, When,
};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::traffic::Listing;

const PROJECT: &str = "32b6e34b3d91647abb20e7b8";
const CLUSTER: &str = "Instance0";

/// The case of every documented operation.
pub(crate) const CASES: &[OperationCase] = &[
    SERVERLESS,
    FLEX,
    FLEX_SNAPSHOT,
    CLUSTER_SNAPSHOTS,
    CLUSTER_SNAPSHOT,
    PROJECTS,
    CLUSTERS,
    FLEX_CLUSTERS,
];

#[derive(Clone, Copy)]
pub(crate) struct OperationCase {
    pub(crate) operation_id: &'static str,
    /// The path parameters with values that exist on `mock`.
    pub(crate) path: &'static [(&'static str, &'static str)],
    /// A mock with this number of items.
    pub(crate) mock: fn(usize) -> MockAtlasBuilder,
    /// Sends every parameter, at its bounds, through the generated client.
    pub(crate) send_generated: fn(Client) -> BoxFuture<'static, ()>,
    /// The types that check a parameter before a request is sent.
    pub(crate) guards: &'static [Guard],
    /// Statuses that the mock sends although they are not documented.
    pub(crate) undocumented: &'static [u16],
    /// `None` for an operation that the facade does not offer.
    pub(crate) facade: Option<FacadeListing>,
}

/// A type that checks a parameter before a request is sent.
pub(crate) struct Guard {
    pub(crate) parameter: &'static str,
    pub(crate) name: &'static str,
    pub(crate) accepts: fn(&str) -> bool,
}

type KnownValues = (&'static [&'static str], fn() -> BTreeSet<String>);

/// A listing of the facade.
#[derive(Clone, Copy)]
pub(crate) struct FacadeListing {
    /// Lists what [`OperationCase::path`] names.
    pub(crate) list: fn(&Atlas, Pages) -> BoxFuture<'static, Listing>,
    /// An item of the API as the facade serializes it.
    pub(crate) serialized: fn(&Value) -> Value,
    /// Names of schemas, with the values that the enum of the facade for all of them knows.
    pub(crate) enums: &'static [KnownValues],
}

/// How the facade reads the pages of a listing.
#[derive(Clone, Copy, Default)]
pub(crate) struct Pages {
    pub(crate) size: Option<u16>,
    pub(crate) in_flight: Option<usize>,
}

/// The items up to the end or the first error.
fn listed<T: Serialize + Send + 'static>(
    mut request: ListRequest<T>,
    pages: Pages,
) -> BoxFuture<'static, Listing> {
    if let Some(items) = pages.size {
        request = request.page_size(items);
    }
    if let Some(number) = pages.in_flight {
        request = request.max_in_flight(number);
    }
    async move {
        let mut stream = request.stream();
        let mut listing = Listing::default();
        while let Some(item) = stream.next().await {
            match item {
                Ok(item) => listing.items.push(serde_json::to_value(&item).unwrap()),
                Err(error) => {
                    listing.error = Some(error);
                    break;
                }
            }
        }
        listing.reported_total = stream.summary().reported_total();
        listing
    }
    .boxed()
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

/// Sends the query parameters of an operation, each at its bounds, through the generated client: the
/// common ones and `further`, and those of pages.
macro_rules! send_all_parameters {
    ($client:ident, $call:expr, [$($further:expr),* $(,)?]) => {
        async move {
            let $client = &$client;
            for call in [
                $call.envelope(false).pretty(true),
                $call.pretty(false),
                // The response in an envelope has another schema and fails to decode.
                $call.envelope(true),
                $($further),*
            ] {
                let _ = call.send().await;
            }
        }
        .boxed()
    };
    (pages of $client:ident, $call:expr, [$($further:expr),* $(,)?]) => {
        send_all_parameters!(
            $client,
            $call,
            [
                $($further,)*
                $call,
                $call.items_per_page(1_u64).page_num(1_u64).include_count(false),
                $call.items_per_page(500_u64).page_num(u64::MAX).include_count(true)
            ]
        )
    };
}

const SERVERLESS: OperationCase = OperationCase {
    operation_id: "listServerlessBackups",
    path: &[("groupId", PROJECT), ("clusterName", CLUSTER)],
    mock: |items| MockAtlas::builder().snapshots(items),
    send_generated: |client| {
        send_all_parameters!(
            pages of client,
            client
                .list_serverless_backups()
                .group_id(PROJECT)
                .cluster_name(CLUSTER),
            []
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
    undocumented: &[],
    facade: Some(FacadeListing {
        list: serverless,
        // The facade uses the names of this API.
        serialized: |item| {
            let mut item = item.clone();
            item["source"] = "serverless".into();
            item
        },
        enums: &[
            (&["SnapshotFrequency", "ClusterSnapshotFrequency"], || {
                known(FrequencyType::KNOWN)
            }),
            (&["SnapshotType", "ClusterSnapshotType"], || {
                known(SnapshotType::KNOWN)
            }),
            (&["SnapshotStatus"], || known(SnapshotStatus::KNOWN)),
        ],
    }),
};

const FLEX: OperationCase = OperationCase {
    operation_id: "listFlexBackups",
    path: &[("groupId", PROJECT), ("name", CLUSTER)],
    mock: |items| {
        MockAtlas::builder()
            .kind(ClusterKind::Flex)
            .snapshots(items)
    },
    send_generated: |client| {
        send_all_parameters!(
            pages of client,
            client.list_flex_backups().group_id(PROJECT).name(CLUSTER),
            []
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
    undocumented: &[],
    facade: Some(FacadeListing {
        list: flex,
        serialized: flex_item_of_facade,
        enums: &[(&["FlexSnapshotStatus"], || {
            let known = FLEX_STATUSES.iter();
            let known = known.filter(|(text, status)| SnapshotStatus::from(*text) == *status);
            known.map(|(text, _)| (*text).to_owned()).collect()
        })],
    }),
};

/// A snapshot with this id is on the mocks of both operations that return one, with the seed 0.
const SNAPSHOT: &str = "696f52204f0fd784b4800002";
const FLEX_SNAPSHOT_ID: &str = "6968c8b04f0fd784b4800002";

const FLEX_SNAPSHOT: OperationCase = OperationCase {
    operation_id: "getGroupFlexClusterBackupSnapshot",
    path: &[
        ("groupId", PROJECT),
        ("name", CLUSTER),
        ("snapshotId", FLEX_SNAPSHOT_ID),
    ],
    // The ids of Flex snapshots depend on their number.
    mock: |_| MockAtlas::builder().kind(ClusterKind::Flex).snapshots(8),
    send_generated: |client| {
        send_all_parameters!(
            client,
            client
                .get_group_flex_cluster_backup_snapshot()
                .group_id(PROJECT)
                .name(CLUSTER)
                .snapshot_id(FLEX_SNAPSHOT_ID),
            []
        )
    },
    guards: &[
        PROJECT_ID,
        Guard::new("name", "types::ClusterName", parses::<types::ClusterName>),
        SNAPSHOT_ID,
    ],
    undocumented: &[],
    facade: None,
};

const CLUSTER_SNAPSHOTS: OperationCase = OperationCase {
    operation_id: "listGroupClusterBackupSnapshots",
    path: &[("groupId", PROJECT), ("clusterName", CLUSTER)],
    mock: dedicated,
    send_generated: |client| {
        send_all_parameters!(
            pages of client,
            client
                .list_group_cluster_backup_snapshots()
                .group_id(PROJECT)
                .cluster_name(CLUSTER),
            [
                client
                    .list_group_cluster_backup_snapshots()
                    .group_id(PROJECT)
                    .cluster_name(CLUSTER)
                    .point_in_time_utc_seconds(i64::MAX),
                client
                    .list_group_cluster_backup_snapshots()
                    .group_id(PROJECT)
                    .cluster_name(CLUSTER)
                    .oplog_ts(i64::MIN)
                    .oplog_inc(i64::MAX)
            ]
        )
    },
    guards: &[
        PROJECT_ID,
        CLUSTER_NAME,
        Guard::new("itemsPerPage", "the facade's page_size", |text| {
            accepts_page_size(cluster_snapshots, text)
        }),
    ],
    undocumented: &[],
    facade: Some(FacadeListing {
        list: cluster_snapshots,
        serialized: |item| {
            let mut item = without_empty_lists(item);
            item["source"] = "cluster".into();
            item
        },
        enums: &[
            (&["SnapshotClusterType"], || {
                known(SnapshotClusterType::KNOWN)
            }),
            (&["ConfigServerType"], || known(ConfigServerType::KNOWN)),
            (&["CloudProvider"], || known(CloudProvider::KNOWN)),
        ],
    }),
};

const CLUSTER_SNAPSHOT: OperationCase = OperationCase {
    operation_id: "getGroupClusterBackupSnapshot",
    path: &[
        ("groupId", PROJECT),
        ("clusterName", CLUSTER),
        ("snapshotId", SNAPSHOT),
    ],
    mock: dedicated,
    send_generated: |client| {
        send_all_parameters!(
            client,
            client
                .get_group_cluster_backup_snapshot()
                .group_id(PROJECT)
                .cluster_name(CLUSTER)
                .snapshot_id(SNAPSHOT),
            []
        )
    },
    guards: &[PROJECT_ID, CLUSTER_NAME, SNAPSHOT_ID],
    undocumented: &[],
    facade: None,
};

const PROJECTS: OperationCase = OperationCase {
    operation_id: "listGroups",
    path: &[],
    mock: |items| {
        let none = MockAtlas::builder().organisation(r#"{ "projects": [] }"#);
        (0..items).fold(none.expect("an empty organisation"), |mock, number| {
            mock.project(format!("Project{number}"))
                .project_tag("environment", "test")
        })
    },
    send_generated: |client| send_all_parameters!(pages of client, client.list_groups(), []),
    guards: &[Guard::new(
        "itemsPerPage",
        "the facade's page_size",
        |text| accepts_page_size(projects, text),
    )],
    undocumented: &[],
    facade: Some(FacadeListing {
        list: projects,
        serialized: |item| {
            let mut item = without_empty_lists(item);
            if let Some(fields) = item.as_object_mut() {
                let created = fields.remove("created");
                fields.extend(created.map(|created| ("createdAt".to_owned(), created)));
            }
            item
        },
        enums: &[],
    }),
};

const CLUSTERS: OperationCase = OperationCase {
    operation_id: "listGroupClusters",
    path: &[("groupId", PROJECT)],
    mock: |items| {
        let kept = organisation().cluster(Cluster::dedicated("Kept").retained());
        let mock = (0..items).fold(kept, |mock, number| {
            let new: fn(String) -> Cluster = match number % 4 {
                0 => Cluster::dedicated,
                1 => Cluster::sharded,
                2 => Cluster::geo_sharded,
                _ => Cluster::free,
            };
            let roles = ["NONE", "SYSTEM_CLUSTER", "INTERNAL_SHADOW_CLUSTER"];
            mock.cluster(described(new, number).internal(roles[number % roles.len()]))
        });
        // The sizes of clusters that the mock does not have.
        ["FLEX", "M2", "M5"]
            .into_iter()
            .enumerate()
            .fold(mock, |mock, (place, size)| {
                let specs = json!({ "instanceSize": "M2", "effectiveInstanceSize": size });
                let specs = json!([{ "regionConfigs": [{ "electableSpecs": specs }] }]);
                let fault = ItemFault::set("replicationSpecs", specs);
                let place = 50 + place;
                mock.fault(PageFault::Item { place, fault }, When::always())
            })
    },
    send_generated: |client| {
        send_all_parameters!(
            pages of client,
            client.list_group_clusters().group_id(PROJECT),
            [
                client
                    .list_group_clusters()
                    .group_id(PROJECT)
                    .include_deleted_with_retained_backups(true),
                client
                    .list_group_clusters()
                    .group_id(PROJECT)
                    .include_deleted_with_retained_backups(false)
            ]
        )
    },
    guards: &[PROJECT_ID],
    // The documentation does not say how it rejects a wrong parameter.
    undocumented: &[400],
    // The facade lists the clusters of both operations as one listing, which its own tests compare.
    facade: None,
};

const FLEX_CLUSTERS: OperationCase = OperationCase {
    operation_id: "listGroupFlexClusters",
    path: &[("groupId", PROJECT)],
    mock: |items| {
        (0..items).fold(organisation(), |mock, number| {
            mock.cluster(described(Cluster::flex, number))
        })
    },
    send_generated: |client| {
        send_all_parameters!(
            pages of client,
            client.list_group_flex_clusters().group_id(PROJECT),
            []
        )
    },
    guards: &[PROJECT_ID],
    undocumented: &[],
    facade: None,
};

const PROJECT_ID: Guard = Guard::new("groupId", "types::ProjectId", parses::<types::ProjectId>);
const CLUSTER_NAME: Guard = Guard::new(
    "clusterName",
    "types::ClusterName",
    parses::<types::ClusterName>,
);
const SNAPSHOT_ID: Guard = Guard::new(
    "snapshotId",
    "types::RequestedSnapshotId",
    parses::<types::RequestedSnapshotId>,
);

/// A replica set or a sharded cluster.
fn dedicated(items: usize) -> MockAtlasBuilder {
    let kind = if items % 2 == 1 {
        ClusterKind::ReplicaSet
    } else {
        ClusterKind::Sharded
    };
    MockAtlas::builder().kind(kind).snapshots(items)
}

fn organisation() -> MockAtlasBuilder {
    MockAtlas::builder()
        .project_with_id(PROJECT, "Project0")
        .snapshots(0)
}

/// A cluster with a tag and with one of the states.
fn described(new: fn(String) -> Cluster, number: usize) -> Cluster {
    let states = ["IDLE", "CREATING", "UPDATING", "DELETING", "REPAIRING"];
    new(format!("Cluster{number}"))
        .tag("environment", "test")
        .state(states[number % states.len()])
}

/// The documented values of a Flex status, with the facade's values for them.
const FLEX_STATUSES: [(&str, SnapshotStatus); 5] = [
    ("PENDING", SnapshotStatus::Queued),
    ("QUEUED", SnapshotStatus::Queued),
    ("RUNNING", SnapshotStatus::InProgress),
    ("FAILED", SnapshotStatus::Failed),
    ("COMPLETED", SnapshotStatus::Completed),
];

fn serverless(atlas: &Atlas, pages: Pages) -> BoxFuture<'static, Listing> {
    listed(atlas.serverless_snapshots(PROJECT, CLUSTER), pages)
}

fn flex(atlas: &Atlas, pages: Pages) -> BoxFuture<'static, Listing> {
    listed(atlas.flex_snapshots(PROJECT, CLUSTER), pages)
}

fn cluster_snapshots(atlas: &Atlas, pages: Pages) -> BoxFuture<'static, Listing> {
    listed(atlas.cluster_snapshots(PROJECT, CLUSTER), pages)
}

fn projects(atlas: &Atlas, pages: Pages) -> BoxFuture<'static, Listing> {
    listed(atlas.projects(), pages)
}

/// An item as the facade serializes it: without empty lists.
fn without_empty_lists(item: &Value) -> Value {
    let mut item = item.clone();
    if let Some(fields) = item.as_object_mut() {
        fields.retain(|_, value| value.as_array().is_none_or(|list| !list.is_empty()));
    }
    item
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

fn known<T: ToString>(values: &[T]) -> BTreeSet<String> {
    values.iter().map(ToString::to_string).collect()
}

/// Whether the facade accepts a page size. It rejects a wrong one when the stream is first polled,
/// before any request.
fn accepts_page_size(list: fn(&Atlas, Pages) -> BoxFuture<'static, Listing>, text: &str) -> bool {
    static ATLAS: LazyLock<Atlas> = LazyLock::new(|| {
        // Nothing listens at this address; the first poll does not wait for a response.
        let atlas = Atlas::builder().base_url("http://127.0.0.1:9");
        let atlas = atlas.retry_policy(RetryPolicy::none()).build();
        atlas.expect("no credentials on loopback")
    });
    let Ok(items) = text.parse() else {
        return false;
    };
    let pages = Pages {
        size: Some(items),
        ..Pages::default()
    };
    let refused = list(&ATLAS, pages)
        .now_or_never()
        .and_then(|listing| listing.error);
    refused.is_none_or(|error| error.kind() != ErrorKind::InvalidArgument)
}
