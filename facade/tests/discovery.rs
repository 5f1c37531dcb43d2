//! The lists of projects and clusters.

#![allow(clippy::panic, clippy::unwrap_used, missing_docs)]

mod common;

use atlas_snapshots::{
    Atlas, Basis, CloudProvider, Cluster, ClusterKind, ClusterRegion, ClusterState, Completeness,
    Consistency, ErrorKind, IncompleteReason, ListRequest, RetryPolicy,
};
use atlas_snapshots_mock::{
    Cluster as MockCluster, Fidelity, ItemFault, MockAtlas, MockAtlasBuilder, Operation, PageFault,
    ResponseFault, When,
};
use serde_json::json;

use crate::common::with_timeout;

async fn start(builder: MockAtlasBuilder) -> (MockAtlas, Atlas) {
    let mock = builder.start().await.unwrap();
    let builder = Atlas::builder().base_url(mock.base_url());
    let atlas = builder.retry_policy(RetryPolicy::none()).build().unwrap();
    (mock, atlas)
}

/// A project with a cluster of each kind.
fn shop() -> MockAtlasBuilder {
    MockAtlas::builder()
        .project("Shop")
        .project_tag("env", "prod")
        .dedicated("orders")
        .sharded("events")
        .geo_sharded("users")
        .flex("cart")
        .free("playground")
}

/// A project with this many clusters of both lists, `F1`… and `D1`….
fn project_of(flex: usize, dedicated: usize) -> MockAtlasBuilder {
    let mut builder = MockAtlas::builder().project("Shop");
    for number in 1..=flex {
        builder = builder.flex(format!("F{number}"));
    }
    for number in 1..=dedicated {
        builder = builder.dedicated(format!("D{number}"));
    }
    builder
}

fn clusters(mock: &MockAtlas, atlas: &Atlas) -> ListRequest<Cluster> {
    atlas.clusters(mock.project_id())
}

fn names(clusters: &[Cluster]) -> Vec<&str> {
    clusters.iter().filter_map(Cluster::name).collect()
}

/// The lists and pages requested, in order.
fn requested(mock: &MockAtlas) -> Vec<(&'static str, u64)> {
    let page = |path: &str, page: Option<u64>| {
        let list = if path.contains("flexClusters") {
            "flex"
        } else {
            "clusters"
        };
        (list, page.unwrap_or(1))
    };
    let requests = mock.requests();
    let requests = requests.iter();
    requests
        .map(|request| page(&request.path, request.page_num))
        .collect()
}

#[tokio::test]
async fn projects_are_listed_with_their_fields() {
    let (mock, atlas) = start(shop().project("Labs")).await;
    let projects = atlas.projects().await.unwrap();
    assert_eq!(mock.request_count(), 1);
    let request = &mock.requests()[0];
    assert_eq!(request.path, "/api/atlas/v2/groups");
    let accept = "application/vnd.atlas.2023-01-01+json";
    assert_eq!(request.header("accept"), Some(accept));
    let [shop, labs] = projects.items() else {
        panic!("{projects:?}")
    };
    assert_eq!(Some(shop.id()), mock.project_id_of("Shop"));
    assert_eq!((shop.name(), labs.name()), (Some("Shop"), Some("Labs")));
    assert_eq!(
        (shop.cluster_count(), labs.cluster_count()),
        (Some(5), Some(0))
    );
    assert_eq!((shop.tag("env"), labs.tag("env")), (Some("prod"), None));
    assert!(shop.org_id().is_some() && shop.org_id() == labs.org_id());
    assert!(shop.created_at().is_some());
    let complete = Completeness::Complete(Basis::SinglePage);
    assert_eq!(projects.summary().completeness(), complete);
}

#[tokio::test]
async fn projects_on_several_pages_are_all_listed() {
    let builder = (1..=25).fold(MockAtlas::builder(), |builder, number| {
        builder.project(format!("Project{number}"))
    });
    let (mock, atlas) = start(builder).await;
    let projects = atlas.projects().page_size(10).await.unwrap();
    assert_eq!(projects.len(), 25);
    assert_eq!(mock.request_count(), 3);
    let mut stream = atlas.projects().page_size(10).stream();
    for _ in 0..13 {
        stream.try_next().await.unwrap().unwrap();
    }
    let resumed = atlas.projects().page_size(10);
    let resumed = resumed.resume_from(stream.checkpoint()).await.unwrap();
    assert_eq!(resumed.items(), &projects[13..]);
}

/// Also with the undocumented values of the live service.
#[tokio::test]
async fn clusters_of_every_kind_are_one_listing_in_two_requests() {
    for fidelity in [Fidelity::Documented, Fidelity::Live] {
        let (mock, atlas) = start(shop().fidelity(fidelity)).await;
        let listed = clusters(&mock, &atlas).await.unwrap();
        assert_eq!(requested(&mock), [("flex", 1), ("clusters", 1)]);
        for (request, version) in mock.requests().iter().zip(["2024-11-13", "2024-08-05"]) {
            let accept = format!("application/vnd.atlas.{version}+json");
            assert_eq!(request.header("accept"), Some(&*accept));
        }
        let kinds: Vec<_> = listed
            .iter()
            .map(|cluster| (cluster.name().unwrap(), cluster.kind().unwrap().clone()))
            .collect();
        let expected = [
            ("cart", ClusterKind::Flex),
            ("orders", ClusterKind::ReplicaSet),
            ("events", ClusterKind::Sharded),
            ("users", ClusterKind::GeoSharded),
            ("playground", ClusterKind::Free),
        ];
        assert_eq!(kinds, expected);
        for cluster in &listed {
            assert_eq!(cluster.project_id(), Some(mock.project_id()));
            assert_eq!(cluster.state(), Some(&ClusterState::Idle));
            let is_free = cluster.kind() == Some(&ClusterKind::Free);
            assert_eq!(cluster.backups_enabled(), Some(!is_free));
            assert!(cluster.mongodb_version().is_some() && cluster.created_at().is_some());
            assert!(!cluster.regions().is_empty() && !cluster.is_internal());
        }
        let users = listed[3].regions();
        let zones: Vec<_> = users.iter().map(|region| region.zone().unwrap()).collect();
        assert_eq!(zones, ["Zone 1", "Zone 2", "Zone 2"]);
        let in_documented_cloud = |region: &ClusterRegion| {
            let provider = region.provider();
            region.name().is_some() && provider.is_some_and(|it| CloudProvider::KNOWN.contains(it))
        };
        assert!(users.iter().all(in_documented_cloud), "{users:?}");
        let summary = listed.summary();
        assert_eq!((summary.delivered(), summary.requests()), (5, 2));
        assert_eq!(summary.reported_total(), Some(5));
        let complete = Completeness::Complete(Basis::SinglePage);
        assert_eq!(summary.completeness(), complete);
    }
}

#[tokio::test]
async fn settings_and_tags_of_clusters_are_listed() {
    let builder = MockAtlas::builder()
        .project("Shop")
        .cluster(
            MockCluster::dedicated("off")
                .backups(false)
                .paused(true)
                .tag("env", "prod"),
        )
        .cluster(MockCluster::flex("flex").backups(false).tag("env", "test"));
    let (mock, atlas) = start(builder).await;
    let listed = clusters(&mock, &atlas).await.unwrap();
    let [flex, off] = listed.items() else {
        panic!("{listed:?}")
    };
    for (cluster, name, paused, env) in [
        (flex, "flex", None, "test"),
        (off, "off", Some(true), "prod"),
    ] {
        assert_eq!(cluster.name(), Some(name));
        assert_eq!(cluster.backups_enabled(), Some(false));
        assert_eq!(cluster.paused(), paused);
        assert_eq!(cluster.tag("env"), Some(env));
    }
}

#[tokio::test]
async fn nothing_is_cut_off_in_either_list() {
    let (mock, atlas) = start(project_of(13, 26)).await;
    let request = clusters(&mock, &atlas).page_size(10).max_in_flight(1);
    let listed = request.clone().await.unwrap();
    let flex = (1..=13).map(|number| format!("F{number}"));
    let dedicated = (1..=26).map(|number| format!("D{number}"));
    let expected: Vec<_> = flex.chain(dedicated).collect();
    assert_eq!(names(&listed), expected);
    let pages = [
        ("flex", 1),
        ("flex", 2),
        ("clusters", 1),
        ("clusters", 2),
        ("clusters", 3),
    ];
    assert_eq!(requested(&mock), pages);
    assert_eq!(listed.summary().requests(), 5);
    let complete = Completeness::Complete(Basis::NoChangeSeen);
    assert_eq!(listed.summary().completeness(), complete);

    let verified = request.consistency(Consistency::verified()).await.unwrap();
    assert_eq!(names(&verified), expected);
    let complete = Completeness::Complete(Basis::Verified);
    assert_eq!(verified.summary().completeness(), complete);
}

#[tokio::test]
async fn a_listing_of_clusters_resumes_in_either_list() {
    let (mock, atlas) = start(project_of(13, 26)).await;
    let request = || clusters(&mock, &atlas).page_size(10);
    let all = request().await.unwrap();
    for read in [0, 1, 10, 12, 13, 14, 23, 30, 39] {
        let mut stream = request().stream();
        for _ in 0..read {
            stream.try_next().await.unwrap().unwrap();
        }
        let checkpoint = stream.checkpoint();
        let list = if read > 13 {
            "listGroupClusters"
        } else {
            "listGroupFlexClusters"
        };
        assert_eq!(checkpoint.target()["operation"], list);
        let resumed = request().resume_from(checkpoint).await.unwrap();
        assert_eq!(resumed.items(), &all[read..]);
        assert!(resumed.summary().is_complete());
    }
    // Of another project, or of other clusters.
    let mut stream = request().stream();
    while stream.try_next().await.unwrap().is_some() {}
    for other in [
        atlas.clusters("32b6e34b3d91647abb20e7b8").page_size(10),
        request().include_deleted(),
    ] {
        let refused = other.resume_from(stream.checkpoint()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidArgument);
    }
}

#[tokio::test]
async fn internal_clusters_are_left_out_and_counted() {
    let builder = MockAtlas::builder()
        .project("Shop")
        .cluster(MockCluster::dedicated("shadow").internal("INTERNAL_SHADOW_CLUSTER"))
        .dedicated("orders")
        .cluster(MockCluster::sharded("system").internal("SYSTEM_CLUSTER"))
        .flex("cart");
    let (mock, atlas) = start(builder).await;
    let listed = clusters(&mock, &atlas).await.unwrap();
    assert_eq!(names(&listed), ["cart", "orders"]);
    let summary = listed.summary();
    assert_eq!((summary.delivered(), summary.skipped()), (2, 2));
    assert!(summary.is_complete());
    let line = "2 items on 2 pages in 2 requests: complete, single page; 2 items left out";
    assert_eq!(summary.to_string(), line);
    let all = clusters(&mock, &atlas).include_internal().await.unwrap();
    assert_eq!(names(&all), ["cart", "shadow", "orders", "system"]);
    assert_eq!(all.summary().skipped(), 0);
    let projects = atlas.projects().await.unwrap();
    assert_eq!(projects[0].cluster_count(), Some(4));
}

#[tokio::test]
async fn deleted_clusters_with_retained_backups_are_listed_on_request() {
    let builder = shop().cluster(MockCluster::dedicated("old").retained());
    let (mock, atlas) = start(builder).await;
    let usual = clusters(&mock, &atlas).await.unwrap();
    assert!(!names(&usual).contains(&"old"));
    let name = "includeDeletedWithRetainedBackups";
    for request in mock.requests() {
        assert_eq!(request.query_value(name), None);
    }
    mock.clear_requests();
    let all = clusters(&mock, &atlas).include_deleted().await.unwrap();
    assert_eq!(all.len(), usual.len() + 1);
    let old = all.iter().find(|cluster| cluster.name() == Some("old"));
    assert_eq!(old.unwrap().retain_backups(), Some(true));
    let [flex, dedicated] = &mock.requests()[..] else {
        panic!("{:?}", mock.requests())
    };
    assert_eq!(flex.query_value(name), None);
    assert_eq!(dedicated.query_value(name), Some("true"));
}

/// As where it was created through the API of dedicated clusters: it is in both lists then.
#[tokio::test]
async fn a_flex_cluster_of_both_lists_is_listed_once() {
    let (mock, atlas) = start(project_of(3, 2)).await;
    let flex = clusters(&mock, &atlas).await.unwrap();
    let size = json!({ "effectiveInstanceSize": "FLEX", "instanceSize": "M2" });
    let region = json!({ "providerName": "TENANT", "electableSpecs": size });
    let specs = json!([{ "regionConfigs": [region] }]);
    let of_both = json!({ "id": flex[0].id(), "name": "F1", "replicationSpecs": specs });
    let own = json!({ "id": "690b8d4273f1c5e0489ba2d6", "name": "F9", "replicationSpecs": specs });
    let when = || When::always().on_operation(Operation::ListGroupClusters);
    mock.add_fault(PageFault::Results(json!([of_both, own])), when());
    let listed = clusters(&mock, &atlas)
        .consistency(Consistency::single_pass())
        .await
        .unwrap();
    assert_eq!(names(&listed), ["F1", "F2", "F3", "F9"]);
    let is_flex = |cluster: &Cluster| cluster.kind() == Some(&ClusterKind::Flex);
    assert!(listed.iter().all(is_flex));
    assert_eq!(listed.summary().duplicates(), 1);
}

#[tokio::test]
async fn an_error_names_the_list_and_what_was_delivered() {
    let (mock, atlas) = start(project_of(3, 26)).await;
    let when = When::nth(1)
        .on_operation(Operation::ListGroupClusters)
        .on_page(2);
    mock.add_fault(ResponseFault::Status(503), when);
    let partial = clusters(&mock, &atlas)
        .page_size(10)
        .collect_partial()
        .await;
    assert_eq!(partial.collected.len(), 13);
    let error = partial.error.unwrap();
    assert_eq!(
        (error.page(), error.delivered(), error.status()),
        (Some(2), Some(13), Some(503))
    );
    let message = error.to_string();
    let start = format!(
        "dedicated and free clusters of project {}, page 2: ",
        mock.project_id()
    );
    assert!(message.starts_with(&start), "{message}");
    let rest = clusters(&mock, &atlas).page_size(10);
    let rest = rest.resume_from(error.checkpoint().unwrap().clone());
    assert_eq!(rest.await.unwrap().len(), 16);
}

#[tokio::test]
async fn a_list_that_may_miss_a_cluster_makes_the_listing_possibly_incomplete() {
    for (operation, in_list) in [
        (Operation::ListGroupFlexClusters, 3),
        (Operation::ListGroupClusters, 4),
    ] {
        let (mock, atlas) = start(project_of(3, 4)).await;
        mock.add_fault(PageFault::Empty, When::always().on_operation(operation));
        let partial = with_timeout(clusters(&mock, &atlas).collect_partial()).await;
        assert_eq!(partial.collected.len(), 7 - in_list);
        let error = partial.error.unwrap();
        assert_eq!(error.kind(), ErrorKind::PossiblyIncomplete);
        let incomplete = Completeness::PossiblyIncomplete(IncompleteReason::EmptyPage);
        let summary = partial.collected.summary();
        assert_eq!(summary.completeness(), incomplete);
    }
}

#[tokio::test]
async fn one_unreadable_cluster_costs_one_cluster() {
    let (mock, atlas) = start(project_of(2, 3)).await;
    let when = When::always().on_operation(Operation::ListGroupClusters);
    mock.add_fault(
        PageFault::Item {
            place: 1,
            fault: ItemFault::remove("id"),
        },
        when,
    );
    let mut stream = clusters(&mock, &atlas).stream();
    let (mut listed, mut errors) = (Vec::new(), Vec::new());
    while let Some(item) = stream.next().await {
        match item {
            Ok(cluster) => listed.push(cluster),
            Err(error) => errors.push(error),
        }
    }
    assert_eq!(names(&listed), ["F1", "F2", "D1", "D3"]);
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].kind(), ErrorKind::InvalidItem);
    let incomplete = Completeness::PossiblyIncomplete(IncompleteReason::UnreadableItems);
    assert_eq!(stream.summary().completeness(), incomplete);
}

#[tokio::test]
async fn a_project_that_does_not_exist_is_not_found_in_one_request() {
    let (mock, atlas) = start(shop()).await;
    let missing = atlas.clusters("32b6e34b3d91647abb20e7b0").await;
    let error = missing.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.error_code(), Some("GROUP_NOT_FOUND"));
    assert_eq!(mock.request_count(), 1);
    let invalid = atlas.clusters("Shop").await.unwrap_err();
    assert_eq!(invalid.kind(), ErrorKind::InvalidArgument);
    assert_eq!(mock.request_count(), 1);
}

#[tokio::test]
async fn an_organisation_without_projects_is_complete() {
    let builder = MockAtlas::builder().organisation(r#"{ "projects": [] }"#);
    let (_mock, atlas) = start(builder.unwrap()).await;
    let projects = atlas.projects().await.unwrap();
    assert!(projects.is_empty() && projects.summary().is_complete());
}
