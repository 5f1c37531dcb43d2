//! `listFlexBackups`, as each of the crates knows it.

use atlas_snapshots::{Atlas, ClusterName, ListRequest, ProjectId, Snapshot, SnapshotStatus};
use atlas_snapshots_generated::{Client, types};
use atlas_snapshots_mock::{ClusterKind, MockAtlas};
use futures::FutureExt;
use serde_json::{Map, Value};

use crate::operation_case::{Argument, OperationCase, Vocabulary, accepts_page_size};

const PROJECT: &str = "32b6e34b3d91647abb20e7b8";
const CLUSTER: &str = "Instance0";

/// The documented texts of a status, and the facade's values.
const STATUSES: [(&str, SnapshotStatus); 5] = [
    ("PENDING", SnapshotStatus::Queued),
    ("QUEUED", SnapshotStatus::Queued),
    ("RUNNING", SnapshotStatus::InProgress),
    ("FAILED", SnapshotStatus::Failed),
    ("COMPLETED", SnapshotStatus::Completed),
];

pub(crate) const CASE: OperationCase = OperationCase {
    operation_id: "listFlexBackups",
    path: &[("groupId", PROJECT), ("name", CLUSTER)],
    mock: || MockAtlas::builder().kind(ClusterKind::Flex),
    list,
    item: as_the_facade_serializes_it,
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
            parameter: "name",
            guard: "ClusterName of the facade",
            accepts: |text| text.parse::<ClusterName>().is_ok(),
        },
        Argument {
            parameter: "name",
            guard: "ClusterName of the generated client",
            accepts: |text| text.parse::<types::ClusterName>().is_ok(),
        },
        Argument {
            parameter: "itemsPerPage",
            guard: "page_size of the facade",
            accepts: |text| accepts_page_size(list, text),
        },
    ],
    vocabularies: &[Vocabulary {
        component: "FlexSnapshotStatus",
        words: || {
            let understood = STATUSES
                .into_iter()
                .filter(|(word, status)| SnapshotStatus::from(*word) == *status);
            understood.map(|(word, _)| word.to_owned()).collect()
        },
    }],
};

fn list(atlas: &Atlas) -> ListRequest<Snapshot> {
    atlas.flex_snapshots(PROJECT, CLUSTER)
}

/// One shape for both APIs: the names of the serverless one, and the server's text for a status
/// beside the facade's.
fn as_the_facade_serializes_it(item: &Value) -> Value {
    let mut written = Map::new();
    written.insert("source".to_owned(), "flex".into());
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
            written.insert((*name).to_owned(), value.clone());
        }
        let known = STATUSES.into_iter().find(|(word, _)| value == word);
        if let (true, Some((_, status))) = (name == "status", known) {
            written.insert("status".to_owned(), status.as_str().into());
        }
    }
    Value::Object(written)
}

async fn send_generated(client: Client) {
    let call = || client.list_flex_backups().group_id(PROJECT).name(CLUSTER);
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
