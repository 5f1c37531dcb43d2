//! `listGroups`: the projects that the credentials may see.

use atlas_snapshots_generated::{Client, types};

use super::operation::{Operation, PageParts, Paging, Sent, endpoint_set};
use crate::http::bucket::BucketKey;
use crate::model::project::Project;
use crate::model::snapshot_fields::Link;
use crate::model::tag::Tag;
use crate::paging::config::ListTarget;
use crate::paging::page::ItemKey;

#[derive(Debug)]
pub(crate) struct Projects;

impl Operation for Projects {
    type Item = Project;
    type Page = types::ProjectPage;
    type GeneratedItem = types::Project;

    const ID: &'static str = "listGroups";
    const PATH: &'static str = "/api/atlas/v2/groups";

    fn bucket(&self) -> BucketKey {
        BucketKey::of_endpoints(endpoint_set::PROJECTS)
    }

    fn target(&self) -> ListTarget {
        ListTarget {
            description: "projects".to_owned(),
            fields: [("operation".to_owned(), Self::ID.to_owned())].into(),
        }
    }

    async fn send(&self, client: &Client, paging: Paging) -> Sent<Self::Page> {
        let call = client
            .list_groups()
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

    fn into_item(generated: Self::GeneratedItem) -> Option<(ItemKey, Project)> {
        let id = generated.id?.0;
        let project = Project {
            name: generated.name.map(|name| name.0),
            org_id: generated.org_id.map(|id| id.0),
            created_at: generated.created.map(Into::into),
            cluster_count: generated.cluster_count,
            tags: tags(generated.tags.into_iter().flatten()),
            region_usage_restrictions: generated.region_usage_restrictions,
            with_default_alerts_settings: generated.with_default_alerts_settings,
            links: links(generated.links.into_iter().flatten()),
            ..Project::new(id)
        };
        Some((ItemKey::of_id(project.id()), project))
    }
}

/// The tags, without those that have no key.
pub(super) fn tags(generated: impl Iterator<Item = types::ResourceTag>) -> Vec<Tag> {
    let tag = |tag: types::ResourceTag| Some(Tag::new(tag.key?, tag.value.unwrap_or_default()));
    generated.filter_map(tag).collect()
}

pub(super) fn links(generated: impl Iterator<Item = types::Link>) -> Vec<Link> {
    generated
        .map(|link| Link::new(link.href, link.rel))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{from_str, from_value, json, to_value};

    use super::*;

    #[test]
    fn every_field_of_a_project_is_taken_over() {
        let generated = json!({
            "clusterCount": 3,
            "created": "2024-02-19T10:31:07+0100",
            "id": "32b6e34b3d91647abb20e7b8",
            "links": [{ "href": "https://cloud.mongodb.com/api/atlas", "rel": "self" }],
            "name": "Übungen",
            "orgId": "5f0a6c1e92d4b8370c15ea49",
            "regionUsageRestrictions": "NONE",
            "tags": [{ "key": "environment", "value": "production" }, {}, { "key": "x" }],
            "withDefaultAlertsSettings": true
        });
        let (key, project) = Projects::into_item(from_value(generated).unwrap()).unwrap();
        assert_eq!(key, ItemKey::of_id("32b6e34b3d91647abb20e7b8"));
        let expected = json!({
            "id": "32b6e34b3d91647abb20e7b8",
            "name": "Übungen",
            "orgId": "5f0a6c1e92d4b8370c15ea49",
            "createdAt": "2024-02-19T09:31:07Z",
            "clusterCount": 3,
            "tags": [{ "key": "environment", "value": "production" }, { "key": "x", "value": "" }],
            "regionUsageRestrictions": "NONE",
            "withDefaultAlertsSettings": true,
            "links": [{ "href": "https://cloud.mongodb.com/api/atlas", "rel": "self" }]
        });
        assert_eq!(to_value(project).unwrap(), expected);
    }

    #[test]
    fn only_the_id_of_a_project_is_needed() {
        let (_, bare) = Projects::into_item(from_str(r#"{"id":"x"}"#).unwrap()).unwrap();
        assert_eq!(bare, Project::new("x"));
        assert!(Projects::into_item(from_str(r#"{"name":"x"}"#).unwrap()).is_none());
    }
}
