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
        let state = match cluster.presence {
            Presence::Retained => "DELETING",
            _ => "IDLE",
        };
        let mut item = json!({
            "clusterType": cluster_type(cluster.kind),
            "createDate": date(created),
            "groupId": project,
            "id": id,
            "mongoDBVersion": version((noise % 4).cast_signed()),
            "name": cluster.name,
            "stateName": cluster.state.as_deref().unwrap_or(state),
            "tags": tags(&cluster.tags),
        });
        let own = if cluster.kind == ClusterKind::Flex {
            self.flex_fields(project, cluster, noise)
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

    fn flex_fields(&self, project: &str, cluster: &Cluster, noise: u64) -> Value {
        let path = Operation::ListGroupFlexClusters.path(&[project]);
        let (provider, region) = place(noise);
        let is_live = self.fidelity == Fidelity::Live;
        json!({
            "backupSettings": { "enabled": cluster.has_backups() },
            "links": self.links(&path, &cluster.name),
            "providerSettings": {
                "backingProviderName": provider,
                "diskSizeGB": 5.0,
                "providerName": "FLEX",
                "regionName": region,
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

/// A provider and one of its regions.
fn place(noise: u64) -> (&'static str, &'static str) {
    match noise % 3 {
        0 => ("AWS", "EU_CENTRAL_1"),
        1 => ("AZURE", "US_EAST_2"),
        _ => ("GCP", "WESTERN_EUROPE"),
    }
}

/// The shards of a cluster with their regions. A global cluster has two zones, and its second one
/// is at two providers.
fn replication_specs(kind: ClusterKind, created: DateTime<Utc>, noise: u64) -> Value {
    let region = |number: u64| {
        let (provider, region) = place(noise.wrapping_add(number));
        if kind == ClusterKind::Free {
            return json!({
                "backingProviderName": provider,
                "electableSpecs": { "effectiveInstanceSize": "M0", "instanceSize": "M0" },
                "providerName": "TENANT",
                "regionName": region,
            });
        }
        let specs = json!({ "instanceSize": "M30" });
        json!({ "electableSpecs": specs, "providerName": provider, "regionName": region })
    };
    let spec = |number: i64, zone: &str, regions: &[Value]| {
        let id = object_id(created, noise.rotate_left(8), number);
        json!({ "id": id, "regionConfigs": regions, "zoneName": zone })
    };
    let first = spec(1, "Zone 1", &[region(0)]);
    match kind {
        ClusterKind::Sharded => json!([first, spec(2, "Zone 1", &[region(0)])]),
        ClusterKind::GeoSharded => json!([first, spec(2, "Zone 2", &[region(1), region(2)])]),
        _ => json!([first]),
    }
}

/// Tags in the form of the API.
fn tags(tags: &BTreeMap<String, String>) -> Value {
    let tags = tags.iter();
    tags.map(|(key, value)| json!({ "key": key, "value": value }))
        .collect()
}
