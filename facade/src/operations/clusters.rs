//! `listGroupClusters`: the dedicated and free clusters of a project.

use atlas_snapshots_generated::{Client, OpenEnum, types};

use super::operation::{Operation, PageParts, Paging, ProjectPath, Sent, endpoint_set, open};
use super::projects::tags;
use crate::http::bucket::BucketKey;
use crate::model::cluster::{Cluster, ClusterKind, ClusterRegion};
use crate::paging::config::ListTarget;
use crate::paging::page::ItemKey;
use crate::paging::request::ListRequest;

/// The most regions of a cluster that are kept, several times what Atlas has.
const MAX_REGIONS: usize = 256;

#[derive(Debug)]
pub(crate) struct Clusters {
    pub(crate) project: ProjectPath,
    /// Whether deleted clusters are listed that have retained backups.
    pub(crate) include_deleted: bool,
}

impl Operation for Clusters {
    type Item = Cluster;
    type Page = types::ClusterPage;
    type GeneratedItem = types::Cluster;

    const ID: &'static str = "listGroupClusters";
    const PATH: &'static str = "/api/atlas/v2/groups/{groupId}/clusters";

    fn bucket(&self) -> BucketKey {
        self.project.bucket(endpoint_set::CLUSTERS)
    }

    fn target(&self) -> ListTarget {
        let mut target = self.project.target(Self::ID, "dedicated and free clusters");
        if self.include_deleted {
            // A list with other clusters in between.
            let option = ("includeDeleted".to_owned(), "true".to_owned());
            target.fields.extend([option]);
        }
        target
    }

    async fn send(&self, client: &Client, paging: Paging) -> Sent<Self::Page> {
        let mut call = client
            .list_group_clusters()
            .group_id(&*self.project.0)
            .items_per_page(paging.page_size)
            .page_num(paging.page);
        if self.include_deleted {
            call = call.include_deleted_with_retained_backups(true);
        }
        match paging.include_count {
            Some(include_count) => call.include_count(include_count).send().await,
            None => call.send().await,
        }
    }

    fn into_parts(page: Self::Page) -> PageParts<Self::GeneratedItem> {
        PageParts {
            links: page.links.unwrap_or_default().0,
            items: page.results.0,
            total_count: page.total_count,
        }
    }

    fn into_item(generated: Self::GeneratedItem) -> Option<(ItemKey, Cluster)> {
        let id = generated.id?.0;
        let specs: Vec<_> = generated
            .replication_specs
            .into_iter()
            .flatten()
            .flat_map(|spec| {
                let regions = spec.region_configs.into_iter().flatten();
                let zone = spec.zone_name;
                regions.map(move |region| (zone.clone(), region))
            })
            .collect();
        let kind = kind(&specs, generated.cluster_type);
        let backups_enabled = match kind {
            Some(ClusterKind::Free) => Some(false),
            _ => generated.backup_enabled,
        };
        let mut regions = Vec::new();
        for (zone, region) in specs {
            let region = into_region(zone, region);
            // A sharded cluster repeats its regions for each shard.
            if regions.len() < MAX_REGIONS && !regions.contains(&region) {
                regions.push(region);
            }
        }
        let cluster = Cluster {
            project_id: generated.group_id.map(|id| id.0),
            name: generated.name,
            kind,
            state: generated.state_name.map(open),
            paused: generated.paused,
            backups_enabled,
            point_in_time_enabled: generated.pit_enabled,
            retain_backups: generated.retain_backups,
            created_at: generated.create_date.map(Into::into),
            mongodb_version: generated.mongo_db_version,
            regions,
            tags: tags(generated.tags.into_iter().flatten()),
            internal_role: generated.internal_cluster_role.map(open),
            ..Cluster::new(id)
        };
        Some((ItemKey::of_id(cluster.id()), cluster))
    }
}

impl ListRequest<Cluster> {
    /// Lists also the deleted clusters whose snapshots were retained (documented as
    /// `includeDeletedWithRetainedBackups`). By default, they are not listed.
    pub fn include_deleted(self) -> Self {
        self.with_second_on_request()
    }

    /// Yields also the clusters that Atlas uses for itself; see [`Cluster::is_internal`]. By
    /// default, they are left out.
    pub fn include_internal(self) -> Self {
        self.skipping(None)
    }
}

type Specs = [(Option<String>, types::RegionConfig)];

/// The kind of a cluster: that of its hosts where it shares them with others, or else its type.
///
/// The list has a Flex cluster where it was an M2 or M5 before, or was created through the API of
/// dedicated clusters. Its size is FLEX then, and its snapshots are those of the Flex API, so it is
/// a Flex cluster here, too. All others on shared hosts are free ones.
fn kind(specs: &Specs, cluster_type: Option<OpenEnum<types::ClusterType>>) -> Option<ClusterKind> {
    let has = |is: fn(&types::RegionConfig) -> bool| specs.iter().any(|(_, region)| is(region));
    if has(is_flex) {
        return Some(ClusterKind::Flex);
    }
    if has(|region| provider(region) == Some("TENANT")) {
        return Some(ClusterKind::Free);
    }
    if has(|region| provider(region) == Some("SERVERLESS")) {
        return Some(ClusterKind::Serverless);
    }
    cluster_type.map(open)
}

fn is_flex(region: &types::RegionConfig) -> bool {
    let specs = region.electable_specs.as_ref();
    let effective = specs.and_then(|specs| specs.effective_instance_size.as_ref());
    let sizes = [
        effective.map(OpenEnum::as_str),
        specs.and_then(|specs| specs.instance_size.as_deref()),
        provider(region),
    ];
    sizes.contains(&Some("FLEX"))
}

fn provider(region: &types::RegionConfig) -> Option<&str> {
    region.provider_name.as_ref().map(OpenEnum::as_str)
}

fn into_region(zone: Option<String>, region: types::RegionConfig) -> ClusterRegion {
    let is_shared = matches!(provider(&region), Some("TENANT" | "FLEX" | "SERVERLESS"));
    let own = region.provider_name.filter(|_| !is_shared);
    ClusterRegion {
        provider: region.backing_provider_name.map(open).or(own.map(open)),
        name: region.region_name,
        zone,
        instance_size: region.electable_specs.and_then(|specs| specs.instance_size),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json, to_value};

    use super::*;
    use crate::model::snapshot_fields::CloudProvider;

    fn convert(generated: Value) -> Cluster {
        Clusters::into_item(from_value(generated).unwrap())
            .unwrap()
            .1
    }

    #[test]
    fn every_field_of_a_cluster_is_taken_over() {
        let region = json!({
            "electableSpecs": { "instanceSize": "M30" },
            "providerName": "AWS",
            "regionName": "EU_CENTRAL_1"
        });
        let other = json!({ "providerName": "GCP", "regionName": "WESTERN_EUROPE" });
        let cluster = convert(json!({
            "backupEnabled": true,
            "clusterType": "GEOSHARDED",
            "createDate": "2025-03-11T08:20:45Z",
            "groupId": "32b6e34b3d91647abb20e7b8",
            "id": "67cff1ad0c93e25b7846d0e1",
            "internalClusterRole": "SYSTEM_CLUSTER",
            "mongoDBVersion": "8.0.15",
            "name": "Cluster0",
            "paused": false,
            "pitEnabled": true,
            "replicationSpecs": [
                { "id": "a", "regionConfigs": [region, other], "zoneName": "Zone 1" },
                { "id": "b", "regionConfigs": [region], "zoneName": "Zone 1" }
            ],
            "retainBackups": true,
            "stateName": "UPDATING",
            "tags": [{ "key": "environment", "value": "production" }]
        }));
        let expected = json!({
            "id": "67cff1ad0c93e25b7846d0e1",
            "projectId": "32b6e34b3d91647abb20e7b8",
            "name": "Cluster0",
            "kind": "geoSharded",
            "state": "UPDATING",
            "paused": false,
            "backupsEnabled": true,
            "pointInTimeEnabled": true,
            "retainBackups": true,
            "createdAt": "2025-03-11T08:20:45Z",
            "mongoDBVersion": "8.0.15",
            "regions": [
                { "provider": "AWS", "name": "EU_CENTRAL_1", "zone": "Zone 1", "instanceSize": "M30" },
                { "provider": "GCP", "name": "WESTERN_EUROPE", "zone": "Zone 1" }
            ],
            "tags": [{ "key": "environment", "value": "production" }],
            "internalRole": "SYSTEM_CLUSTER"
        });
        assert_eq!(to_value(&cluster).unwrap(), expected);
        assert!(cluster.is_internal());
    }

    #[test]
    fn the_hosts_decide_the_kind_before_the_type() {
        for (provider, size, effective, cluster_type, kind) in [
            ("AWS", "M30", None, "REPLICASET", ClusterKind::ReplicaSet),
            ("GCP", "M30", None, "SHARDED", ClusterKind::Sharded),
            ("AZURE", "M30", None, "GEOSHARDED", ClusterKind::GeoSharded),
            ("TENANT", "M0", Some("M0"), "REPLICASET", ClusterKind::Free),
            ("TENANT", "M0", None, "REPLICASET", ClusterKind::Free),
            (
                "TENANT",
                "M2",
                Some("FLEX"),
                "REPLICASET",
                ClusterKind::Flex,
            ),
            ("TENANT", "FLEX", None, "REPLICASET", ClusterKind::Flex),
            ("FLEX", "M0", None, "REPLICASET", ClusterKind::Flex),
            (
                "SERVERLESS",
                "M0",
                None,
                "REPLICASET",
                ClusterKind::Serverless,
            ),
            (
                "AWS",
                "M30",
                None,
                "STAR",
                ClusterKind::Unknown("STAR".to_owned()),
            ),
        ] {
            let specs = json!({ "instanceSize": size, "effectiveInstanceSize": effective });
            let region = json!({ "providerName": provider, "electableSpecs": specs });
            let cluster = convert(json!({
                "backupEnabled": true,
                "clusterType": cluster_type,
                "id": "x",
                "replicationSpecs": [{ "regionConfigs": [region] }]
            }));
            assert_eq!(
                cluster.kind(),
                Some(&kind),
                "{provider} {size} {effective:?}"
            );
            // A free cluster has none, whatever it says.
            let has_backups = kind != ClusterKind::Free;
            assert_eq!(cluster.backups_enabled(), Some(has_backups));
        }
    }

    #[test]
    fn the_provider_of_a_cluster_on_shared_hosts_is_that_of_the_hosts() {
        for (provider, backing, expected) in [
            ("TENANT", Some("GCP"), Some("GCP")),
            ("TENANT", None, None),
            ("AWS", None, Some("AWS")),
            ("ORACLE", None, Some("ORACLE")),
        ] {
            let region = json!({ "providerName": provider, "backingProviderName": backing });
            let cluster = convert(json!({
                "id": "x",
                "replicationSpecs": [{ "regionConfigs": [region] }]
            }));
            let provider = cluster.regions()[0].provider();
            assert_eq!(provider.map(CloudProvider::as_str), expected);
        }
    }

    #[test]
    fn the_regions_of_a_cluster_are_bounded() {
        let region = |number| json!({ "regionName": format!("R{}", number % 1_000) });
        let spec = |number| json!({ "regionConfigs": vec![region(number); 2] });
        let specs: Vec<_> = (0..2_000).map(spec).collect();
        let cluster = convert(json!({ "id": "x", "replicationSpecs": specs }));
        assert_eq!(cluster.regions().len(), MAX_REGIONS);
        assert_eq!(cluster.regions()[255].name(), Some("R255"));
    }

    #[test]
    fn only_the_id_of_a_cluster_is_needed() {
        assert_eq!(convert(json!({ "id": "x" })), Cluster::new("x"));
        let nameless = from_value(json!({ "name": "Cluster0" })).unwrap();
        assert!(Clusters::into_item(nameless).is_none());
    }
}
