//! `listServerlessBackups`, as each of the crates knows it.

use atlas_snapshots::{
    Atlas, ClusterName, FrequencyType, ListRequest, ProjectId, Snapshot, SnapshotStatus,
    SnapshotType,
};
use atlas_snapshots_generated::{Client, types};
use atlas_snapshots_mock::MockAtlas;
use futures::FutureExt;

use crate::operation_case::{Argument, OperationCase, Vocabulary, accepts_page_size};

const PROJECT: &str = "32b6e34b3d91647abb20e7b8";
const INSTANCE: &str = "Instance0";

pub(crate) const CASE: OperationCase = OperationCase {
    operation_id: "listServerlessBackups",
    path: &[("groupId", PROJECT), ("clusterName", INSTANCE)],
    mock: MockAtlas::builder,
    list,
    // The facade keeps the names of this API.
    item: Clone::clone,
    send_generated: |client| send_generated(client).boxed(),
    arguments: &[
        Argument {
            parameter: "groupId",
            guard: "ProjectId of the facade",
            accepts: |text| text.parse::<ProjectId>().is_ok(),
        },
        Argument {
            parameter: "groupId",
            guard: "ProjectId of the generated client",
            accepts: |text| text.parse::<types::ProjectId>().is_ok(),
        },
        Argument {
            parameter: "clusterName",
            guard: "ClusterName of the facade",
            accepts: |text| text.parse::<ClusterName>().is_ok(),
        },
        Argument {
            parameter: "clusterName",
            guard: "ClusterName of the generated client",
            accepts: |text| text.parse::<types::ClusterName>().is_ok(),
        },
        // The generated client lets 501 pass: the generator does not enforce `maximum`.
        Argument {
            parameter: "itemsPerPage",
            guard: "page_size of the facade",
            accepts: |text| accepts_page_size(list, text),
        },
    ],
    vocabularies: &[
        Vocabulary {
            component: "SnapshotFrequency",
            words: || {
                FrequencyType::KNOWN
                    .iter()
                    .map(ToString::to_string)
                    .collect()
            },
        },
        Vocabulary {
            component: "SnapshotType",
            words: || {
                SnapshotType::KNOWN
                    .iter()
                    .map(ToString::to_string)
                    .collect()
            },
        },
        Vocabulary {
            component: "SnapshotStatus",
            words: || {
                SnapshotStatus::KNOWN
                    .iter()
                    .map(ToString::to_string)
                    .collect()
            },
        },
    ],
};

fn list(atlas: &Atlas) -> ListRequest<Snapshot> {
    atlas.serverless_snapshots(PROJECT, INSTANCE)
}

async fn send_generated(client: Client) {
    let call = || {
        let call = client.list_serverless_backups();
        call.group_id(PROJECT).cluster_name(INSTANCE)
    };
    let lowest = call().items_per_page(1_u64).page_num(1_u64);
    let highest = call().items_per_page(500_u64).page_num(u64::MAX);
    for call in [
        call(),
        lowest.include_count(false).pretty(true),
        highest.include_count(true).pretty(false),
        call().envelope(false),
        // An envelope is no page, so this one fails to decode.
        call().envelope(true),
    ] {
        let _ = call.send().await;
    }
}
