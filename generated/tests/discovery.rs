//! Tests of the types of projects, clusters and snapshots of dedicated clusters.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails panics"
)]

use std::fmt::Debug;

use atlas_snapshots_generated::{OpenEnum, Vocabulary, types::*};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, from_value, json, to_value};

fn decode<T: DeserializeOwned>(value: &Value) -> T {
    from_value(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

/// Decodes, and checks that encoding returns the same value.
fn round_trip<T: DeserializeOwned + Serialize>(value: &Value) -> T {
    let decoded = decode(value);
    assert_eq!(to_value(&decoded).unwrap(), *value);
    decoded
}

/// Checks that an item without properties is the one whose properties are all null.
fn all_may_be_null<T: DeserializeOwned + Serialize + PartialEq + Debug>(names: &[&str]) {
    let null: Value = names
        .iter()
        .map(|name| ((*name).to_owned(), Value::Null))
        .collect();
    assert_eq!(decode::<T>(&null), round_trip::<T>(&json!({})));
}

const SNAPSHOT: [&str; 19] = [
    "cloudProvider",
    "configServerType",
    "copyRegions",
    "createdAt",
    "description",
    "expiresAt",
    "frequencyType",
    "id",
    "links",
    "masterKeyUUID",
    "members",
    "mongodVersion",
    "policyItems",
    "replicaSetName",
    "snapshotIds",
    "snapshotType",
    "status",
    "storageSizeBytes",
    "type",
];
const PROJECT: [&str; 9] = [
    "clusterCount",
    "created",
    "id",
    "links",
    "name",
    "orgId",
    "regionUsageRestrictions",
    "tags",
    "withDefaultAlertsSettings",
];
const CLUSTER: [&str; 14] = [
    "backupEnabled",
    "clusterType",
    "createDate",
    "groupId",
    "id",
    "internalClusterRole",
    "mongoDBVersion",
    "name",
    "paused",
    "pitEnabled",
    "replicationSpecs",
    "retainBackups",
    "stateName",
    "tags",
];
const FLEX_CLUSTER: [&str; 13] = [
    "backupSettings",
    "clusterType",
    "createDate",
    "groupId",
    "id",
    "links",
    "mongoDBVersion",
    "name",
    "providerSettings",
    "stateName",
    "tags",
    "terminationProtectionEnabled",
    "versionReleaseSystem",
];

#[test]
fn every_field_of_an_item_may_be_absent_or_null() {
    all_may_be_null::<ClusterSnapshot>(&SNAPSHOT);
    all_may_be_null::<ClusterSnapshotMember>(&["cloudProvider", "id", "replicaSetName"]);
    all_may_be_null::<Project>(&PROJECT);
    all_may_be_null::<Cluster>(&CLUSTER);
    all_may_be_null::<ReplicationSpec>(&["id", "regionConfigs", "zoneName"]);
    all_may_be_null::<RegionConfig>(&[
        "backingProviderName",
        "electableSpecs",
        "providerName",
        "regionName",
    ]);
    all_may_be_null::<ElectableSpecs>(&["effectiveInstanceSize", "instanceSize"]);
    all_may_be_null::<FlexCluster>(&FLEX_CLUSTER);
    all_may_be_null::<FlexBackupSettings>(&["enabled"]);
    all_may_be_null::<FlexProviderSettings>(&[
        "backingProviderName",
        "diskSizeGB",
        "providerName",
        "regionName",
    ]);
    all_may_be_null::<ResourceTag>(&["key", "value"]);
}

#[test]
fn a_snapshot_of_a_sharded_cluster_loses_nothing() {
    let item = json!({
        "cloudProvider": "AWS",
        "configServerType": "EMBEDDED",
        "copyRegions": ["EU_WEST_1", "US_EAST_1"],
        "createdAt": "2026-10-04T04:12:31Z",
        "description": "before the migration",
        "expiresAt": "2027-10-04T04:13:58Z",
        "frequencyType": "yearly",
        "id": "68e09caf52d4183bc96e07a1",
        "links": [{ "href": "https://cloud.mongodb.com/api/atlas", "rel": "self" }],
        "masterKeyUUID": "5d2e8a0f-3b71-4c96-8f2d-9a6e1b7c4d53",
        "members": [
            { "cloudProvider": "AWS", "id": "68e09caf52d4183bc96e07a2", "replicaSetName": "C-shard-0" },
            { "cloudProvider": "GCP", "id": "68e09caf52d4183bc96e07a3", "replicaSetName": "C-shard-1" }
        ],
        "mongodVersion": "8.0.15",
        "policyItems": ["67c01d5e8b24f6309ae17b42"],
        "replicaSetName": "C",
        "snapshotIds": ["68e09caf52d4183bc96e07a2", "68e09caf52d4183bc96e07a3"],
        "snapshotType": "fallback",
        "status": "completed",
        "storageSizeBytes": 5_497_558_138_880_i64,
        "type": "shardedCluster"
    });
    let snapshot: ClusterSnapshot = round_trip(&item);
    assert_eq!(
        snapshot.type_,
        Some(SnapshotClusterType::ShardedCluster.into())
    );
    assert_eq!(
        snapshot.snapshot_type,
        Some(ClusterSnapshotType::Fallback.into())
    );
    assert_eq!(
        snapshot.frequency_type,
        Some(ClusterSnapshotFrequency::Yearly.into())
    );
    assert_eq!(
        snapshot.config_server_type,
        Some(ConfigServerType::Embedded.into())
    );
    assert_eq!(
        snapshot.members.unwrap()[1].cloud_provider,
        Some(CloudProvider::Gcp.into())
    );
    let page = json!({ "links": [], "results": [item], "totalCount": 1 });
    assert_eq!(round_trip::<ClusterSnapshotPage>(&page).results.len(), 1);
}

/// As recorded: an on-demand snapshot that is queued.
#[test]
fn undocumented_values_of_a_snapshot_lose_nothing() {
    let snapshot: ClusterSnapshot = round_trip(&json!({
        "cloudProvider": "ORACLE",
        "configServerType": "",
        "frequencyType": "ondemand",
        "id": "not hexadecimal",
        "masterKeyUUID": "not a UUID",
        "mongodVersion": "8.0.29-rc1",
        "policyItems": ["x"],
        "snapshotType": "onDemand",
        "status": "cancelled",
        "storageSizeBytes": 0,
        "type": "standalone"
    }));
    assert_eq!(
        snapshot.frequency_type,
        Some(OpenEnum::Unknown("ondemand".to_owned()))
    );
}

#[test]
fn a_project_with_any_name_loses_nothing() {
    for name in [
        "webshop-production",
        "Übungen",
        "日本語.1",
        "a b",
        "",
        &"x".repeat(65),
    ] {
        let page: ProjectPage = round_trip(&json!({
            "results": [{
                "clusterCount": 3,
                "created": "2024-02-19T09:31:07Z",
                "id": "32b6e34b3d91647abb20e7b8",
                "links": [{ "href": "https://cloud.mongodb.com/api/atlas", "rel": "self" }],
                "name": name,
                "orgId": "5f0a6c1e92d4b8370c15ea49",
                "regionUsageRestrictions": "NONE",
                "tags": [{ "key": "environment", "value": "production" }],
                "withDefaultAlertsSettings": true
            }],
            "totalCount": 1
        }));
        assert_eq!(page.results[0].name.as_ref().unwrap().0, name);
        assert_eq!(page.results[0].cluster_count, Some(3));
    }
}

#[test]
fn a_cluster_loses_nothing() {
    let page: ClusterPage = round_trip(&json!({
        "links": [],
        "results": [{
            "backupEnabled": true,
            "clusterType": "GEOSHARDED",
            "createDate": "2025-03-11T08:20:45Z",
            "groupId": "32b6e34b3d91647abb20e7b8",
            "id": "67cff1ad0c93e25b7846d0e1",
            "internalClusterRole": "INTERNAL_SHADOW_CLUSTER",
            "mongoDBVersion": "8.0.15",
            "name": "Cluster0",
            "paused": false,
            "pitEnabled": true,
            "replicationSpecs": [{
                "id": "67cff1ad0c93e25b7846d0e2",
                "regionConfigs": [{
                    "backingProviderName": "AWS",
                    "electableSpecs": { "effectiveInstanceSize": "FLEX", "instanceSize": "M2" },
                    "providerName": "TENANT",
                    "regionName": "EU_CENTRAL_1"
                }],
                "zoneName": "Zone 1"
            }],
            "retainBackups": true,
            "stateName": "REPAIRING",
            "tags": [{ "key": "environment", "value": "production" }]
        }],
        "totalCount": 1
    }));
    let cluster = &page.results[0];
    assert_eq!(cluster.cluster_type, Some(ClusterType::Geosharded.into()));
    assert_eq!(cluster.state_name, Some(ClusterState::Repairing.into()));
    let region = &cluster.replication_specs.as_ref().unwrap()[0];
    let region = &region.region_configs.as_ref().unwrap()[0];
    assert_eq!(region.provider_name, Some(RegionProvider::Tenant.into()));
    assert_eq!(
        region
            .electable_specs
            .as_ref()
            .unwrap()
            .effective_instance_size,
        Some(EffectiveInstanceSize::Flex.into())
    );
}

#[test]
fn a_flex_cluster_loses_nothing() {
    let page: FlexClusterPage = round_trip(&json!({
        "results": [{
            "backupSettings": { "enabled": true },
            "clusterType": "REPLICASET",
            "createDate": "2025-11-05T17:48:02Z",
            "groupId": "32b6e34b3d91647abb20e7b8",
            "id": "690b8d4273f1c5e0489ba2d6",
            "links": [{ "href": "https://cloud.mongodb.com/api/atlas", "rel": "self" }],
            "mongoDBVersion": "8.0.15",
            "name": "Flex0",
            "providerSettings": {
                "backingProviderName": "AWS",
                "diskSizeGB": 5.0,
                "providerName": "FLEX",
                "regionName": "EU_WEST_1"
            },
            "stateName": "IDLE",
            "tags": [],
            "terminationProtectionEnabled": false,
            "versionReleaseSystem": "CONTINUOUS"
        }],
        "totalCount": 1
    }));
    let cluster = &page.results[0];
    let release = OpenEnum::Unknown("CONTINUOUS".to_owned());
    assert_eq!(cluster.version_release_system, Some(release));
    let provider = cluster.provider_settings.as_ref().unwrap();
    assert_eq!(provider.disk_size_gb, Some(5.0));
    assert_eq!(
        provider.backing_provider_name,
        Some(CloudProvider::Aws.into())
    );
    // A whole number, as in the documentation.
    let whole: FlexProviderSettings = decode(&json!({ "diskSizeGB": 5 }));
    assert_eq!(whole.disk_size_gb, Some(5.0));
}

/// Only `results` is needed, the others are decoded leniently, and no list is read without a bound.
fn has_a_lenient_page<T: DeserializeOwned + Debug>() {
    for other in [
        json!({}),
        json!({ "totalCount": 0 }),
        json!({ "results": null }),
        json!([]),
    ] {
        from_value::<T>(other).unwrap_err();
    }
    for page in [
        json!({ "results": [] }),
        json!({ "results": [{}], "links": null, "totalCount": null }),
        json!({ "results": [], "links": [{}], "totalCount": -1 }),
        json!({ "results": [], "totalCount": i64::MAX }),
    ] {
        decode::<T>(&page);
    }
    decode::<T>(&json!({ "results": vec![json!({}); 10_000] }));
    from_value::<T>(json!({ "results": vec![json!({}); 10_001] })).unwrap_err();
}

#[test]
fn pages_are_decoded_leniently_and_up_to_their_bounds() {
    has_a_lenient_page::<ClusterSnapshotPage>();
    has_a_lenient_page::<ProjectPage>();
    has_a_lenient_page::<ClusterPage>();
    has_a_lenient_page::<FlexClusterPage>();
}

#[test]
fn lists_of_an_item_are_decoded_up_to_their_bounds() {
    let texts = |count| json!(vec!["x"; count]);
    let objects = |count| json!(vec![json!({}); count]);
    let snapshot: ClusterSnapshot = decode(&json!({
        "copyRegions": texts(257), "links": objects(17), "members": objects(1_001),
        "policyItems": texts(257), "snapshotIds": texts(1_001)
    }));
    assert_eq!(snapshot.copy_regions.unwrap().len(), 256);
    assert_eq!(snapshot.links.unwrap().len(), 16);
    assert_eq!(snapshot.members.unwrap().len(), 1_000);
    assert_eq!(snapshot.policy_items.unwrap().len(), 256);
    assert_eq!(snapshot.snapshot_ids.unwrap().len(), 1_000);
    let project: Project = decode(&json!({ "links": objects(17), "tags": objects(257) }));
    assert_eq!(
        (project.links.unwrap().len(), project.tags.unwrap().len()),
        (16, 256)
    );
    let cluster: Cluster = decode(&json!({
        "replicationSpecs": vec![json!({ "regionConfigs": objects(257) }); 1_001],
        "tags": objects(257)
    }));
    let shards = cluster.replication_specs.unwrap();
    assert_eq!((shards.len(), cluster.tags.unwrap().len()), (1_000, 256));
    assert_eq!(shards[0].region_configs.as_ref().unwrap().len(), 256);
    let flex: FlexCluster = decode(&json!({ "links": objects(17), "tags": objects(257) }));
    assert_eq!(
        (flex.links.unwrap().len(), flex.tags.unwrap().len()),
        (16, 256)
    );
}

fn has_words<K: Vocabulary + PartialEq + Debug>(words: &[&str]) {
    assert_eq!(K::ALL.len(), words.len());
    for (known, word) in K::ALL.iter().zip(words) {
        let open: OpenEnum<K> = round_trip(&json!(word));
        assert_eq!(open, OpenEnum::Known(*known));
    }
}

#[test]
fn open_enums_have_the_documented_words() {
    has_words::<CloudProvider>(&["AWS", "AZURE", "GCP"]);
    has_words::<ClusterState>(&["IDLE", "CREATING", "UPDATING", "DELETING", "REPAIRING"]);
    has_words::<ClusterSnapshotFrequency>(&["hourly", "daily", "weekly", "monthly", "yearly"]);
    has_words::<ClusterSnapshotType>(&["onDemand", "scheduled", "fallback"]);
    has_words::<ConfigServerType>(&["EMBEDDED", "DEDICATED"]);
    has_words::<SnapshotClusterType>(&["replicaSet", "shardedCluster"]);
    has_words::<ClusterType>(&["REPLICASET", "SHARDED", "GEOSHARDED"]);
    has_words::<InternalClusterRole>(&["NONE", "SYSTEM_CLUSTER", "INTERNAL_SHADOW_CLUSTER"]);
    has_words::<RegionProvider>(&["AWS", "AZURE", "GCP", "TENANT"]);
    has_words::<EffectiveInstanceSize>(&["FLEX", "M2", "M5", "M0"]);
    has_words::<FlexClusterType>(&["REPLICASET"]);
    has_words::<FlexProvider>(&["FLEX"]);
    has_words::<VersionReleaseSystem>(&["LTS"]);
}
