//! `listServerlessBackups`, as each of the crates knows it.

use atlas_snapshots::{
    Atlas, ClusterName, FrequencyType, Listing, PageSize, ProjectId, SnapshotStatus, SnapshotType,
};
use atlas_snapshots_generated::{Client, types};
use atlas_snapshots_mock::MockAtlas;
use futures::FutureExt;

use crate::subject::{Argument, Subject, Vocabulary};

const PROJECT: &str = "32b6e34b3d91647abb20e7b8";
const INSTANCE: &str = "Instance0";

pub(crate) const SUBJECT: Subject = Subject {
    operation_id: "listServerlessBackups",
    path: &[("groupId", PROJECT), ("clusterName", INSTANCE)],
    mock: MockAtlas::builder,
    listing,
    // The facade keeps the names of this API.
    row: Clone::clone,
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
            guard: "PageSize of the facade",
            accepts: |text| text.parse::<PageSize>().is_ok(),
        },
    ],
    vocabularies: &[
        Vocabulary {
            component: "SnapshotFrequency",
            words: || {
                FrequencyType::DOCUMENTED
                    .iter()
                    .map(ToString::to_string)
                    .collect()
            },
        },
        Vocabulary {
            component: "SnapshotType",
            words: || {
                SnapshotType::DOCUMENTED
                    .iter()
                    .map(ToString::to_string)
                    .collect()
            },
        },
        Vocabulary {
            component: "SnapshotStatus",
            words: || {
                SnapshotStatus::DOCUMENTED
                    .iter()
                    .map(ToString::to_string)
                    .collect()
            },
        },
    ],
};

fn listing(atlas: &Atlas) -> Listing {
    let project = PROJECT.parse().expect("a documented project id");
    let instance = INSTANCE.parse().expect("a documented instance name");
    atlas.serverless_snapshots(project, instance)
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
