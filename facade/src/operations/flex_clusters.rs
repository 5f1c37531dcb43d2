//! `listGroupFlexClusters`: the Flex clusters of a project.

use atlas_snapshots_generated::{Client, types};

use super::operation::{Operation, PageParts, Paging, ProjectPath, Sent, endpoint_set, open};
use super::projects::{links, tags};
use crate::http::bucket::BucketKey;
use crate::model::cluster::{Cluster, ClusterKind, ClusterRegion};
use crate::paging::config::ListTarget;
use crate::paging::page::ItemKey;

#[derive(Debug)]
pub(crate) struct FlexClusters(pub(crate) ProjectPath);

impl Operation for FlexClusters {
    type Item = Cluster;
    type Page = types::FlexClusterPage;
    type GeneratedItem = types::FlexCluster;

    const ID: &'static str = "listGroupFlexClusters";
    const PATH: &'static str = "/api/atlas/v2/groups/{groupId}/flexClusters";

    fn bucket(&self) -> BucketKey {
        self.0.bucket(endpoint_set::FLEX)
    }

    fn target(&self) -> ListTarget {
        self.0.target(Self::ID, "Flex clusters")
    }

    async fn send(&self, client: &Client, paging: Paging) -> Sent<Self::Page> {
        let call = client
            .list_group_flex_clusters()
            .group_id(&*self.0.0)
            .items_per_page(paging.page_size)
            .page_num(paging.page);
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
        let settings = generated.provider_settings;
        let region = settings.as_ref().and_then(|settings| {
            let region = ClusterRegion {
                provider: settings.backing_provider_name.clone().map(open),
                name: settings.region_name.clone(),
                zone: None,
                instance_size: None,
            };
            (region.provider.is_some() || region.name.is_some()).then_some(region)
        });
        let cluster = Cluster {
            project_id: generated.group_id.map(|id| id.0),
            name: generated.name,
            kind: Some(ClusterKind::Flex),
            state: generated.state_name.map(open),
            backups_enabled: generated.backup_settings.and_then(|it| it.enabled),
            created_at: generated.create_date.map(Into::into),
            mongodb_version: generated.mongo_db_version,
            version_release_system: generated.version_release_system.map(open),
            regions: region.into_iter().collect(),
            disk_size_gb: settings.and_then(|settings| settings.disk_size_gb),
            termination_protection_enabled: generated.termination_protection_enabled,
            tags: tags(generated.tags.into_iter().flatten()),
            links: links(generated.links.into_iter().flatten()),
            ..Cluster::new(id)
        };
        Some((ItemKey::of_id(cluster.id()), cluster))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_str, from_value, json, to_value};

    use super::*;

    #[test]
    fn every_field_of_a_flex_cluster_is_taken_over() {
        let generated = json!({
            "backupSettings": { "enabled": true },
            "clusterType": "REPLICASET",
            "createDate": "2025-11-05T17:48:02Z",
            "groupId": "32b6e34b3d91647abb20e7b8",
            "id": "690b8d4273f1c5e0489ba2d6",
            "links": [{ "rel": "self" }],
            "mongoDBVersion": "8.0.15",
            "name": "Flex0",
            "providerSettings": {
                "backingProviderName": "AWS",
                "diskSizeGB": 5,
                "providerName": "FLEX",
                "regionName": "EU_WEST_1"
            },
            "stateName": "IDLE",
            "tags": [{ "key": "environment", "value": "test" }],
            "terminationProtectionEnabled": false,
            "versionReleaseSystem": "CONTINUOUS"
        });
        let (key, cluster) = FlexClusters::into_item(from_value(generated).unwrap()).unwrap();
        assert_eq!(key, ItemKey::of_id("690b8d4273f1c5e0489ba2d6"));
        let expected = json!({
            "id": "690b8d4273f1c5e0489ba2d6",
            "projectId": "32b6e34b3d91647abb20e7b8",
            "name": "Flex0",
            "kind": "flex",
            "state": "IDLE",
            "backupsEnabled": true,
            "createdAt": "2025-11-05T17:48:02Z",
            "mongoDBVersion": "8.0.15",
            "versionReleaseSystem": "CONTINUOUS",
            "regions": [{ "provider": "AWS", "name": "EU_WEST_1" }],
            "diskSizeGB": 5.0,
            "terminationProtectionEnabled": false,
            "tags": [{ "key": "environment", "value": "test" }],
            "links": [{ "rel": "self" }]
        });
        assert_eq!(to_value(cluster).unwrap(), expected);
    }

    #[test]
    fn only_the_id_of_a_flex_cluster_is_needed() {
        let bare = from_str(r#"{"id":"x","backupSettings":{},"providerSettings":{}}"#).unwrap();
        let (_, bare) = FlexClusters::into_item(bare).unwrap();
        assert_eq!(bare, Cluster::new("x").with_kind(ClusterKind::Flex));
        assert!(FlexClusters::into_item(from_str("{}").unwrap()).is_none());
    }
}
