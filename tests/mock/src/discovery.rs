//! Projects and clusters in the form of the operations that list them.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use crate::cluster::{Cluster, Presence, Project};
use crate::operation::Operation;
use crate::settings::{Api, ClusterKind, Fidelity};
use crate::snapshots::{date, hash, object_id, scramble, version};

/// The only organisation.
const ORGANISATION: &str = "5e2211c17a3e5a48f5497de3";

/// What the descriptions of projects and clusters depend on.
#[derive(Debug, Clone)]
pub(crate) struct Describe {
    pub(crate) base_url: String,
    pub(crate) seed: u64,
    pub(crate) now: DateTime<Utc>,
    pub(crate) fidelity: Fidelity,
}

impl Describe {
    /// An item of `listGroups`.
    pub(crate) fn project(&self, project: &Project) -> Value {
        let id = project.id();
        let (noise, created) = self.creation(&id);
        json!({
            "clusterCount": project.cluster_count(),
            "created": date(created),
            "id": id,
            "links": self.links(&Operation::ListGroups.path(&[]), &id),
            "name": project.name,
            "orgId": ORGANISATION,
            "regionUsageRestrictions": "COMMERCIAL_FEDRAMP_REGIONS_ONLY",
            "tags": tags(&project.tags),
            "withDefaultAlertsSettings": noise.is_multiple_of(2),
        })
    }

    /// A project without clusters that is created while the mock runs.
    pub(crate) fn new_project(&self, index: i64) -> Value {
        self.project(&Project::new(new_name(index), None))
    }

    /// An item of `listGroupClusters` or `listGroupFlexClusters`.
    pub(crate) fn cluster(&self, project: &str, cluster: &Cluster) -> Value {
        let (noise, created) = self.creation(&format!("{project}/{}", cluster.name));
        let id = object_id(created, noise, 0);
        let is_deleted = matches!(cluster.presence, Presence::Deleted | Presence::Retained);
        let mut item = json!({
            "clusterType": cluster_type(cluster.kind),
            "createDate": date(created),
            "groupId": project,
            "id": id,
            "mongoDBVersion": version((noise % 4).cast_signed()),
            "name": cluster.name,
            "stateName": if is_deleted { "DELETING" } else { "IDLE" },
            "tags": tags(&cluster.tags),
        });
        let own = if cluster.kind == ClusterKind::Flex {
            self.flex_fields(project, cluster)
        } else {
            let role = cluster.internal_role.as_deref().unwrap_or("NONE");
            json!({
                "backupEnabled": cluster.has_backups(),
                "internalClusterRole": role,
                "paused": cluster.paused,
                "pitEnabled": cluster.has_backups() && noise.is_multiple_of(2),
                "replicationSpecs": replication_specs(cluster.kind, created, noise),
                "retainBackups": cluster.presence == Presence::Retained,
            })
        };
        if let (Some(item), Value::Object(own)) = (item.as_object_mut(), own) {
            item.extend(own);
        }
        item
    }

    fn flex_fields(&self, project: &str, cluster: &Cluster) -> Value {
        let path = Operation::ListGroupFlexClusters.path(&[project]);
        let is_live = self.fidelity == Fidelity::Live;
        json!({
            "backupSettings": { "enabled": cluster.has_backups() },
            "links": self.links(&path, &cluster.name),
            "providerSettings": {
                "backingProviderName": "AWS",
                "diskSizeGB": 5.0,
                "providerName": "FLEX",
                "regionName": "EU_WEST_1",
            },
            "terminationProtectionEnabled": false,
            "versionReleaseSystem": if is_live { "CONTINUOUS" } else { "LTS" },
        })
    }

    /// A cluster that is created while the mock runs; it has no snapshots.
    pub(crate) fn new_cluster(&self, project: &str, api: Api, index: i64) -> Value {
        let kind = match api {
            Api::Flex => ClusterKind::Flex,
            _ => ClusterKind::ReplicaSet,
        };
        self.cluster(project, &Cluster::new(kind, new_name(index)))
    }

    /// A number by the seed and `name`, and a time within the three years before now.
    fn creation(&self, name: &str) -> (u64, DateTime<Utc>) {
        let noise = scramble(self.seed ^ hash(name));
        let age = Duration::hours((noise % 26_280).cast_signed() + 24);
        (noise, self.now - age)
    }

    fn links(&self, path: &str, name: &str) -> Value {
        json!([{ "href": format!("{}{path}/{name}", self.base_url), "rel": "self" }])
    }
}

fn new_name(index: i64) -> String {
    format!("New{}", index.cast_unsigned())
}

fn cluster_type(kind: ClusterKind) -> &'static str {
    match kind {
        ClusterKind::Sharded => "SHARDED",
        ClusterKind::GeoSharded => "GEOSHARDED",
        _ => "REPLICASET",
    }
}

/// The shards of a cluster with their regions. A global cluster is in two zones, and its second
/// one is at two providers.
fn replication_specs(kind: ClusterKind, created: DateTime<Utc>, noise: u64) -> Value {
    let region = |provider: &str, region: &str| {
        json!({
            "electableSpecs": { "instanceSize": "M30" },
            "providerName": provider,
            "regionName": region,
        })
    };
    let spec = |number: i64, zone: &str, regions: Value| {
        let id = object_id(created, noise.rotate_left(8), number);
        json!({ "id": id, "regionConfigs": regions, "zoneName": zone })
    };
    let aws = || region("AWS", "EU_CENTRAL_1");
    match kind {
        ClusterKind::Free => {
            let region = json!({
                "backingProviderName": "GCP",
                "electableSpecs": { "effectiveInstanceSize": "M0", "instanceSize": "M0" },
                "providerName": "TENANT",
                "regionName": "WESTERN_EUROPE",
            });
            json!([spec(1, "Zone 1", json!([region]))])
        }
        ClusterKind::Sharded => {
            json!([
                spec(1, "Zone 1", json!([aws()])),
                spec(2, "Zone 1", json!([aws()]))
            ])
        }
        ClusterKind::GeoSharded => {
            let multi_cloud = json!([region("AZURE", "US_EAST_2"), region("GCP", "US_EAST_4")]);
            json!([
                spec(1, "Europe", json!([aws()])),
                spec(2, "America", multi_cloud)
            ])
        }
        _ => json!([spec(1, "Zone 1", json!([aws()]))]),
    }
}

/// Tags in the form of the API.
fn tags(tags: &BTreeMap<String, String>) -> Value {
    let tags = tags.iter();
    tags.map(|(key, value)| json!({ "key": key, "value": value }))
        .collect()
}
