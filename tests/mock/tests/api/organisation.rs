//! Tests of the organisation: discovery, snapshots of every kind of cluster, and the rate limits.

use std::collections::BTreeSet;
use std::time::Duration;

use atlas_snapshots_mock::{
    Cluster, ClusterKind, DataChange, Fidelity, MockAtlas, MockAtlasBuilder, Operation, PageFault,
    ResponseFault, StartError, When,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::client::{Reply, get, mock, start};

const GROUPS: &str = "/api/atlas/v2/groups";

/// Two projects with a cluster of each kind.
fn organisation() -> MockAtlasBuilder {
    MockAtlas::builder()
        .project("Shop")
        .flex("cart")
        .dedicated("orders")
        .sharded("events")
        .geo_sharded("users")
        .free("playground")
        .serverless("legacy")
        .project("Labs")
        .flex("cart")
}

/// The path of the project.
fn project(atlas: &MockAtlas, name: &str) -> String {
    format!("{GROUPS}/{}", atlas.project_id_of(name).unwrap())
}

fn snapshots(atlas: &MockAtlas, api: &str, cluster: &str) -> String {
    format!(
        "{}/{api}/{cluster}/backup/snapshots",
        project(atlas, "Shop")
    )
}

fn item<'a>(reply: &'a Value, name: &str) -> &'a Value {
    let mut items = reply["results"].as_array().unwrap().iter();
    items.find(|item| item["name"] == name).unwrap()
}

async fn names(atlas: &MockAtlas, path: &str) -> String {
    get(atlas, path).await.values("name").join(" ")
}

#[tokio::test]
async fn discovery_lists_projects_and_the_clusters_of_each_api() {
    let atlas = start(organisation()).await;
    let groups = get(&atlas, GROUPS).await;
    assert_eq!(groups.values("name"), ["Shop", "Labs"]);
    let counts: Vec<_> = groups.json()["results"].as_array().unwrap().clone();
    let counts: Vec<_> = counts.iter().map(|item| &item["clusterCount"]).collect();
    assert_eq!(counts, [6, 1]);
    let shop = project(&atlas, "Shop");
    let clusters = format!("{shop}/clusters");
    assert_eq!(
        names(&atlas, &clusters).await,
        "orders events users playground"
    );
    assert_eq!(names(&atlas, &format!("{shop}/flexClusters")).await, "cart");
    let labs = project(&atlas, "Labs");
    assert_eq!(names(&atlas, &format!("{labs}/clusters")).await, "");
    for (path, version) in [
        (GROUPS, "2023-01-01"),
        (&clusters, "2024-08-05"),
        (&format!("{shop}/flexClusters"), "2024-11-13"),
        (&snapshots(&atlas, "clusters", "orders"), "2023-01-01"),
    ] {
        let media_type = format!("application/vnd.atlas.{version}+json;charset=utf-8");
        let reply = get(&atlas, path).await;
        assert_eq!(reply.header("content-type"), Some(&*media_type), "{path}");
    }
}

#[tokio::test]
async fn clusters_show_their_kind_and_settings() {
    let atlas = MockAtlas::builder()
        .project("Shop")
        .project_tag("env", "prod")
        .cluster(Cluster::dedicated("off").backups(false).paused(true))
        .cluster(
            Cluster::sharded("tagged")
                .tag("team", "a")
                .tag("env", "prod"),
        )
        .cluster(Cluster::geo_sharded("shadow").internal("INTERNAL_SHADOW_CLUSTER"))
        .cluster(Cluster::flex("flex").backups(false).tag("team", "b"))
        .free("free");
    let atlas = start(atlas).await;
    let groups = get(&atlas, GROUPS).await.json();
    let tags = json!([{ "key": "env", "value": "prod" }]);
    assert_eq!(item(&groups, "Shop")["tags"], tags);
    let clusters = get(&atlas, &format!("{}/clusters", project(&atlas, "Shop"))).await;
    let clusters = clusters.json();
    for (name, kind, backups, paused, role) in [
        ("off", "REPLICASET", false, true, "NONE"),
        ("tagged", "SHARDED", true, false, "NONE"),
        (
            "shadow",
            "GEOSHARDED",
            true,
            false,
            "INTERNAL_SHADOW_CLUSTER",
        ),
        ("free", "REPLICASET", false, false, "NONE"),
    ] {
        let cluster = item(&clusters, name);
        assert_eq!(cluster["clusterType"], kind, "{name}");
        assert_eq!(cluster["backupEnabled"], backups, "{name}");
        assert_eq!(cluster["paused"], paused, "{name}");
        assert_eq!(cluster["internalClusterRole"], role, "{name}");
        let specs = cluster["replicationSpecs"].as_array().unwrap();
        let region = &specs[0]["regionConfigs"][0];
        assert_eq!(region["providerName"] == "TENANT", name == "free", "{name}");
        assert_eq!(specs.len() > 1, kind.contains("SHARDED"), "{name}");
    }
    let tags = json!([{ "key": "env", "value": "prod" }, { "key": "team", "value": "a" }]);
    assert_eq!(item(&clusters, "tagged")["tags"], tags);
    let flex = get(&atlas, &format!("{}/flexClusters", project(&atlas, "Shop"))).await;
    let flex = &flex.json()["results"][0];
    assert_eq!(flex["backupSettings"], json!({ "enabled": false }));
    assert_eq!(flex["providerSettings"]["providerName"], "FLEX");
    for name in ["off", "free", "flex"] {
        assert_eq!(atlas.snapshot_ids_of("Shop", name), [""; 0], "{name}");
    }
}

#[tokio::test]
async fn every_cluster_has_snapshots_of_its_own_kind() {
    let atlas = start(organisation()).await;
    for (api, cluster, kind) in [
        ("clusters", "orders", "replicaSet"),
        ("clusters", "events", "shardedCluster"),
        ("clusters", "users", "shardedCluster"),
        ("flexClusters", "cart", ""),
    ] {
        let reply = get(&atlas, &snapshots(&atlas, api, cluster)).await;
        assert_eq!(reply.ids(), atlas.snapshot_ids_of("Shop", cluster));
        assert_eq!(reply.ids().len(), 8);
        let first = &reply.json()["results"][2];
        assert_eq!(
            first["type"].as_str().unwrap_or_default(),
            kind,
            "{cluster}"
        );
        assert_eq!(first.get("members").is_some(), kind == "shardedCluster");
    }
    let ids = |project, cluster| BTreeSet::from_iter(atlas.snapshot_ids_of(project, cluster));
    assert!(ids("Shop", "cart").is_disjoint(&ids("Labs", "cart")));
    assert!(ids("Shop", "orders").is_disjoint(&ids("Shop", "events")));
    assert_eq!(atlas.snapshot_ids_of("Shop", "nothing"), [""; 0]);
    let free = get(&atlas, &snapshots(&atlas, "clusters", "playground")).await;
    assert_eq!((free.status, free.ids().len()), (200, 0));
}

#[tokio::test]
async fn dedicated_snapshots_have_all_documented_values() {
    let atlas = start(mock(500).kind(ClusterKind::Sharded)).await;
    let path = atlas.snapshots_url().replace(atlas.base_url(), "");
    let page = get(&atlas, &format!("{path}?itemsPerPage=500")).await;
    for (field, expected) in [
        ("status", "completed failed inProgress queued"),
        ("frequencyType", "daily hourly monthly weekly yearly"),
        ("snapshotType", "fallback onDemand scheduled"),
        ("configServerType", "DEDICATED EMBEDDED"),
    ] {
        let values: Vec<_> = BTreeSet::from_iter(page.values(field))
            .into_iter()
            .collect();
        assert_eq!(values.join(" "), expected);
    }
    let body = page.json();
    let items = body["results"].as_array().unwrap();
    let not_started = items.iter().filter(|item| item.get("createdAt").is_none());
    let states: Vec<_> = not_started.map(|item| item["status"].clone()).collect();
    assert_eq!(states, ["queued", "inProgress"]);
    assert_eq!(items[0]["storageSizeBytes"], 0);
    assert_eq!(items[5].as_object().unwrap().len(), 19);
    let created: Vec<_> = items
        .iter()
        .filter_map(|item| item["createdAt"].as_str())
        .collect();
    assert!(created.is_sorted_by(|newer, older| newer > older));
}

#[tokio::test]
async fn one_snapshot_is_found_by_its_id() {
    let atlas = start(organisation()).await;
    for (api, cluster) in [("clusters", "orders"), ("flexClusters", "cart")] {
        let path = snapshots(&atlas, api, cluster);
        let list = get(&atlas, &path).await.json();
        let id = list["results"][3]["id"].as_str().unwrap();
        let one = get(&atlas, &format!("{path}/{id}")).await;
        assert_eq!((one.status, &one.json()), (200, &list["results"][3]));
        let enveloped = get(&atlas, &format!("{path}/{id}?envelope=true&pageNum=0")).await;
        let expected = json!({ "status": 200, "content": list["results"][3] });
        assert_eq!(enveloped.json(), expected);
        let other = get(&atlas, &format!("{path}/000000000000000000000000")).await;
        assert_eq!(other.error(), (404, "SNAPSHOT_NOT_FOUND".to_owned()));
        let malformed = get(&atlas, &format!("{path}/x")).await;
        assert_eq!(
            malformed.error(),
            (400, "PATH_PARAM_PARSE_ERROR".to_owned())
        );
    }
}

#[tokio::test]
async fn the_server_picks_the_snapshot_of_a_point_in_time() {
    let atlas = start(organisation()).await;
    let path = snapshots(&atlas, "clusters", "orders");
    let all = get(&atlas, &path).await.json();
    let completed = all["results"].as_array().unwrap().iter();
    let completed: Vec<_> = completed
        .filter(|item| item["status"] == "completed")
        .collect();
    // Hourly snapshots up to 2026-01-20T12:00:00Z, of which the third is the newest completed one.
    let newest = 1_768_910_400 - 2 * 3_600;
    assert_eq!(completed[0]["createdAt"], "2026-01-20T10:00:00Z");
    for (query, expected) in [
        (
            format!("pointInTimeUtcSeconds={newest}"),
            vec![completed[0]],
        ),
        (
            format!("pointInTimeUtcSeconds={}", newest - 1),
            vec![completed[1]],
        ),
        (
            format!("oplogTs={}&oplogInc=1", newest + 86_400),
            vec![completed[0]],
        ),
        ("pointInTimeUtcSeconds=0".to_owned(), vec![]),
    ] {
        let picked = get(&atlas, &format!("{path}?{query}")).await.json();
        assert_eq!(picked["results"], json!(expected), "{query}");
        assert_eq!(picked["totalCount"], expected.len());
    }
    let invalid = get(&atlas, &format!("{path}?pointInTimeUtcSeconds=now")).await;
    assert_eq!(invalid.error(), (400, "INVALID_QUERY_PARAMETER".to_owned()));
    let flex = snapshots(&atlas, "flexClusters", "cart");
    let ignored = get(&atlas, &format!("{flex}?pointInTimeUtcSeconds=now")).await;
    assert_eq!(ignored.ids().len(), 8);
}

#[tokio::test]
async fn an_api_names_the_kind_of_a_cluster_of_another_api() {
    let atlas = start(organisation()).await;
    let error = |reply: Reply| reply.error();
    for (api, cluster, status, code) in [
        (
            "flexClusters",
            "orders",
            400,
            "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API",
        ),
        (
            "flexClusters",
            "playground",
            400,
            "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API",
        ),
        (
            "flexClusters",
            "legacy",
            400,
            "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API",
        ),
        ("flexClusters", "unknown", 404, "CLUSTER_NOT_FOUND"),
        (
            "clusters",
            "cart",
            400,
            "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API",
        ),
        (
            "clusters",
            "legacy",
            400,
            "CANNOT_USE_SERVERLESS_INSTANCE_IN_CLUSTER_API",
        ),
        ("clusters", "unknown", 404, "CLUSTER_NOT_FOUND"),
        (
            "serverless",
            "orders",
            400,
            "CANNOT_USE_CLUSTER_IN_SERVERLESS_INSTANCE_API",
        ),
        ("serverless", "cart", 400, "NOT_SERVERLESS_TENANT_CLUSTER"),
        (
            "serverless",
            "unknown",
            404,
            "SERVERLESS_INSTANCE_NOT_FOUND",
        ),
    ] {
        let mut path = snapshots(&atlas, api, cluster);
        if api == "serverless" {
            path = path.replace("/v2/", "/v1.0/");
        } else {
            let one = get(&atlas, &format!("{path}/000000000000000000000000")).await;
            assert_eq!(error(one), (status, code.to_owned()), "{path}");
        }
        let reply = get(&atlas, &path).await;
        assert_eq!(error(reply), (status, code.to_owned()), "{path}");
    }
    for list in ["clusters", "flexClusters"] {
        let path = format!("{GROUPS}/000000000000000000000000/{list}");
        assert_eq!(
            error(get(&atlas, &path).await),
            (404, "GROUP_NOT_FOUND".to_owned())
        );
    }
}

#[tokio::test]
async fn clusters_can_be_missing_from_discovery_or_from_their_api() {
    let atlas = MockAtlas::builder()
        .project("Shop")
        .cluster(Cluster::free("m0").snapshots_error(403, "FEATURE_UNSUPPORTED"))
        .cluster(Cluster::dedicated("hidden").hidden_from_discovery())
        .cluster(Cluster::dedicated("gone").deleted())
        .cluster(Cluster::flex("gone-flex").deleted())
        .cluster(Cluster::dedicated("retained").retained())
        .project("Odd")
        .cluster_count(7);
    let atlas = start(atlas).await;
    let groups = get(&atlas, GROUPS).await.json();
    assert_eq!(item(&groups, "Shop")["clusterCount"], 4);
    assert_eq!(item(&groups, "Odd")["clusterCount"], 7);
    let clusters = format!("{}/clusters", project(&atlas, "Shop"));
    assert_eq!(names(&atlas, &clusters).await, "m0 gone");
    let with_deleted = format!("{clusters}?includeDeletedWithRetainedBackups=true");
    assert_eq!(names(&atlas, &with_deleted).await, "m0 gone retained");
    let flex = format!("{}/flexClusters", project(&atlas, "Shop"));
    assert_eq!(names(&atlas, &flex).await, "gone-flex");
    for (api, cluster, expected) in [
        ("clusters", "m0", (403, "FEATURE_UNSUPPORTED")),
        ("clusters", "gone", (404, "CLUSTER_NOT_FOUND")),
        ("flexClusters", "gone", (404, "CLUSTER_NOT_FOUND")),
        ("flexClusters", "gone-flex", (404, "CLUSTER_NOT_FOUND")),
    ] {
        let (status, code) = get(&atlas, &snapshots(&atlas, api, cluster)).await.error();
        assert_eq!((status, &*code), expected, "{cluster}");
    }
    for cluster in ["hidden", "retained"] {
        let path = snapshots(&atlas, "clusters", cluster);
        assert_eq!(get(&atlas, &path).await.ids().len(), 8, "{cluster}");
    }
}

#[tokio::test]
async fn the_newest_snapshot_progresses_each_time_it_is_sent() {
    for (api, cluster, newest, states) in [
        (
            "clusters",
            Cluster::dedicated("c"),
            0,
            ["queued", "inProgress", "completed"],
        ),
        (
            "flexClusters",
            Cluster::flex("c"),
            7,
            ["QUEUED", "RUNNING", "COMPLETED"],
        ),
    ] {
        let atlas = MockAtlas::builder().project("Shop");
        let atlas = start(atlas.cluster(cluster.progressing())).await;
        let path = snapshots(&atlas, api, "c");
        let one = format!("{path}/{}", atlas.snapshot_ids()[newest]);
        let list = get(&atlas, &path).await.json();
        assert_eq!(list["results"][newest]["status"], states[0]);
        get(&atlas, &format!("{path}?pageNum=2")).await;
        assert_eq!(get(&atlas, &one).await.json()["status"], states[1]);
        let list = get(&atlas, &path).await.json();
        assert_eq!(list["results"][newest]["status"], states[2]);
        assert_eq!(get(&atlas, &one).await.json(), list["results"][newest]);
    }
}

#[tokio::test]
async fn snapshots_end_shortly_before_now() {
    let now: DateTime<Utc> = "2026-11-25T18:00:00Z".parse().unwrap();
    let atlas = start(organisation().now(now)).await;
    for (api, cluster, field, count) in [
        ("clusters", "orders", "createdAt", 6),
        ("flexClusters", "cart", "finishTime", 5),
    ] {
        let page = get(&atlas, &snapshots(&atlas, api, cluster)).await.json();
        let items = page["results"].as_array().unwrap().iter();
        let dates = items.filter_map(|item| item[field].as_str());
        let dates: Vec<DateTime<Utc>> = dates.map(|date| date.parse().unwrap()).collect();
        assert_eq!(dates.len(), count, "{cluster}");
        let newest = dates.iter().max().unwrap();
        assert!(
            *newest < now && now - newest < TimeDelta::hours(3),
            "{newest}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn each_project_and_set_of_endpoints_has_its_own_rate_limit() {
    let minute = Duration::from_secs(60);
    let atlas = organisation()
        .rate_limit(2, minute)
        .project_rate_limit(1, minute);
    let atlas = start(atlas.fidelity(Fidelity::Live)).await;
    let orders = snapshots(&atlas, "clusters", "orders");
    let (shop, labs) = (project(&atlas, "Shop"), project(&atlas, "Labs"));
    for (path, expected) in [
        (&orders, [200, 200, 429]),
        (&format!("{shop}/clusters"), [200, 200, 429]),
        (&format!("{shop}/flexClusters"), [200, 200, 429]),
        (&format!("{labs}/flexClusters"), [200, 429, 429]),
        (&GROUPS.to_owned(), [200, 200, 429]),
    ] {
        let mut statuses = Vec::new();
        for _ in 0..3 {
            statuses.push(get(&atlas, path).await.status);
        }
        assert_eq!(statuses, expected, "{path}");
    }
    let limited = get(&atlas, &orders).await;
    assert_eq!(limited.header("retry-after"), Some("30"));
    assert_eq!(limited.json()["parameters"], json!([orders, 30, 2, 2, 60]));
    // The same bucket as the list of Flex clusters.
    let cart = snapshots(&atlas, "flexClusters", "cart");
    assert_eq!(get(&atlas, &cart).await.status, 429);
    tokio::time::advance(Duration::from_secs(30)).await;
    assert_eq!(get(&atlas, &orders).await.status, 200);
}

#[tokio::test]
async fn faults_apply_to_an_operation_or_a_path() {
    let atlas = organisation()
        .fault(
            ResponseFault::Status(500),
            When::always().on_operation(Operation::ListGroupClusters),
        )
        .fault(ResponseFault::Status(503), When::nth(2).on_path("/orders/"))
        .fault(
            PageFault::Empty,
            When::page(1).on_operation(Operation::ListGroups),
        );
    let atlas = start(atlas).await;
    let orders = snapshots(&atlas, "clusters", "orders");
    let clusters = format!("{}/clusters", project(&atlas, "Shop"));
    assert_eq!(get(&atlas, &clusters).await.status, 500);
    assert_eq!(get(&atlas, &orders).await.status, 200);
    let events = snapshots(&atlas, "clusters", "events");
    assert_eq!(get(&atlas, &events).await.status, 200);
    assert_eq!(get(&atlas, &orders).await.status, 503);
    assert_eq!(get(&atlas, GROUPS).await.json()["results"], json!([]));
}

#[tokio::test]
async fn discovery_has_pages_that_change() {
    let new = When::first(1).on_operation(Operation::ListGroups);
    let atlas = organisation().fault(DataChange::InsertHead(1), new);
    let atlas = start(atlas).await;
    let first = get(&atlas, &format!("{GROUPS}?itemsPerPage=1")).await;
    assert_eq!(
        (first.rels().join(" "), first.values("name")),
        ("self next".to_owned(), vec!["Shop".to_owned()])
    );
    let second = get(&atlas, &format!("{GROUPS}?itemsPerPage=1&pageNum=2")).await;
    assert_eq!(
        (second.values("name"), &second.json()["totalCount"]),
        (vec!["Shop".to_owned()], &json!(3))
    );
    let third = get(&atlas, &format!("{GROUPS}?itemsPerPage=500")).await;
    assert_eq!(third.values("name")[1..], ["Shop", "Labs"]);
}

#[tokio::test]
async fn the_log_names_operation_project_and_cluster() {
    let atlas = start(organisation().require_token("secret")).await;
    let orders = snapshots(&atlas, "clusters", "orders");
    for path in [
        GROUPS,
        &orders,
        &format!("{orders}/x"),
        "/api/atlas/v2/orgs",
    ] {
        assert_eq!(get(&atlas, path).await.status, 401);
    }
    let id = atlas.project_id_of("Shop");
    let log = atlas.requests();
    let seen: Vec<_> = log
        .iter()
        .map(|request| {
            let (project, cluster) = (
                request.project_id.as_deref(),
                request.cluster_name.as_deref(),
            );
            (request.operation, project, cluster)
        })
        .collect();
    let expected = [
        (Some(Operation::ListGroups), None, None),
        (
            Some(Operation::ListGroupClusterBackupSnapshots),
            id,
            Some("orders"),
        ),
        (
            Some(Operation::GetGroupClusterBackupSnapshot),
            id,
            Some("orders"),
        ),
        (None, None, None),
    ];
    assert_eq!(seen, expected);
    assert_eq!(atlas.requests_to(Operation::ListGroups).len(), 1);
}

#[tokio::test]
async fn credentials_without_a_role_see_no_project() {
    let atlas = start(organisation().missing_role()).await;
    assert_eq!(get(&atlas, GROUPS).await.json()["results"], json!([]));
    let clusters = format!("{}/clusters", project(&atlas, "Shop"));
    assert_eq!(
        get(&atlas, &clusters).await.error(),
        (401, "USER_UNAUTHORIZED".to_owned())
    );
}

#[tokio::test]
async fn an_organisation_is_read_from_json() {
    let text = r#"{ "projects": [
        { "name": "Shop", "id": "32b6e34b3d91647abb20e7b8", "tags": { "env": "prod" },
          "clusterCount": 9, "rateLimit": 1,
          "clusters": [
            { "name": "orders", "kind": "sharded", "snapshots": 3, "tags": { "a": "b" } },
            { "name": "geo", "kind": "geoSharded", "internalRole": "SYSTEM_CLUSTER" },
            { "name": "off", "kind": "replicaSet", "backups": false, "paused": true },
            { "name": "m0", "kind": "free", "snapshotsError": [400, "FEATURE_UNSUPPORTED"] },
            { "name": "hidden", "kind": "flex", "presence": "hidden" },
            { "name": "gone", "kind": "replicaSet", "presence": "deleted" },
            { "name": "kept", "kind": "replicaSet", "presence": "retained", "progressing": true }
          ] },
        { "name": "Empty" }
    ] }"#;
    let atlas = start(MockAtlas::builder().organisation(text).unwrap()).await;
    assert_eq!(
        (atlas.project_id(), atlas.cluster_name()),
        ("32b6e34b3d91647abb20e7b8", "orders")
    );
    let groups = get(&atlas, GROUPS).await;
    assert_eq!(groups.values("name"), ["Shop", "Empty"]);
    assert_eq!(item(&groups.json(), "Shop")["clusterCount"], 9);
    let clusters = format!("{}/clusters", project(&atlas, "Shop"));
    assert_eq!(names(&atlas, &clusters).await, "orders geo off m0 gone");
    assert_eq!(get(&atlas, &clusters).await.status, 429);
    assert_eq!(atlas.snapshot_ids().len(), 3);

    let none = start(
        MockAtlas::builder()
            .organisation(r#"{ "projects": [] }"#)
            .unwrap(),
    )
    .await;
    assert_eq!(get(&none, GROUPS).await.json()["totalCount"], 0);
    for (text, message) in [
        (r#"{ "project": [] }"#, "unknown field `project`"),
        (
            r#"{ "projects": [{ "name": "a", "size": 1 }] }"#,
            "unknown field `size`",
        ),
        (
            r#"{ "projects": [{ "name": "a", "clusters": [{ "name": "a", "kind": "free", "m0": 1 }] }] }"#,
            "unknown field `m0`",
        ),
        (
            r#"{ "projects": [{ "name": "a", "clusters": [{ "name": "a", "kind": "M10" }] }] }"#,
            "unknown variant `M10`",
        ),
    ] {
        let error = MockAtlas::builder().organisation(text).unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    }
}

#[tokio::test]
async fn names_and_ids_that_exist_twice_prevent_the_start() {
    for (builder, name) in [
        (MockAtlas::builder().project("a").flex("c").free("c"), "c"),
        (MockAtlas::builder().project("a").project("a"), ""),
    ] {
        let error = builder.start().await.unwrap_err();
        assert!(
            matches!(&error, StartError::Duplicate(twice) if twice.contains(name)),
            "{error}"
        );
    }
    let error = MockAtlas::builder().project_with_id("x", "a").start().await;
    assert!(matches!(error, Err(StartError::ProjectId(id)) if id == "x"));
    let error = MockAtlas::builder().project("a").flex("-").start().await;
    assert!(matches!(error, Err(StartError::ClusterName(name)) if name == "-"));
}
