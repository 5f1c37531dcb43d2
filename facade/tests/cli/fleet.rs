//! Several clusters, discovery, and `auth check` without a cluster, against a mock organisation.

use std::collections::BTreeMap;

use atlas_snapshots_mock::{Cluster, MockAtlas, MockAtlasBuilder, Operation, ResponseFault, When};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::harness::{Ran, program, run, start};

const LABS: &str = "32b6e34b3d91647abb20e7b9";

/// Three projects: 17 snapshots in Shop, 2 in Labs, and none.
fn organisation() -> MockAtlasBuilder {
    MockAtlas::builder()
        .project("Shop")
        .flex("cart")
        .cluster(Cluster::sharded("orders").snapshots(3))
        .cluster(Cluster::dedicated("stock").snapshots(4).tag("env", "prod"))
        .cluster(Cluster::geo_sharded("geo").snapshots(2))
        .cluster(Cluster::free("play").snapshots_error(400, "FEATURE_UNSUPPORTED"))
        .cluster(Cluster::dedicated("off").backups(false))
        .project_with_id(LABS, "Labs")
        .cluster(Cluster::dedicated("metrics").snapshots(2))
        .project("Empty")
}

fn command(atlas: &MockAtlas, arguments: &[&str]) -> Command {
    let mut command = program(arguments.iter().copied());
    command.args(["--base-url", atlas.base_url()]);
    command
}

async fn list(atlas: &MockAtlas, arguments: &[&str]) -> Ran {
    let listing = [
        &["list", "--max-retries", "0", "--output", "ndjson"],
        arguments,
    ]
    .concat();
    run(command(atlas, &listing)).await
}

fn id_of<'a>(atlas: &'a MockAtlas, project: &str) -> &'a str {
    atlas.project_id_of(project).unwrap()
}

/// The number of rows of each cluster.
fn clusters(ran: &Ran) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for row in ran.json_lines() {
        let name = row["clusterName"].as_str().unwrap().to_owned();
        *found.entry(name).or_default() += 1;
    }
    found
}

fn counts<const N: usize>(expected: [(&str, usize); N]) -> BTreeMap<String, usize> {
    expected
        .map(|(name, count)| (name.to_owned(), count))
        .into()
}

#[tokio::test]
async fn every_cluster_of_an_organisation_is_printed_with_its_project_and_kind() {
    let atlas = start(organisation()).await;
    let ran = list(&atlas, &["--all-projects"]).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let expected = [
        ("cart", 8),
        ("geo", 2),
        ("metrics", 2),
        ("orders", 3),
        ("stock", 4),
    ];
    assert_eq!(clusters(&ran), counts(expected));
    // One list of projects, two lists of clusters of each of two projects, and one list a cluster.
    assert_eq!(atlas.request_count(), 1 + 2 * 2 + 5);
    let summary = "19 snapshots of 7 clusters in 3 projects with 10 requests: complete";
    assert!(ran.stderr.contains(summary), "{ran:#?}");
    for named in [
        "play (free) of project Shop",
        "off (replicaSet) of project Shop",
    ] {
        assert!(ran.stderr.contains(named), "{ran:#?}");
    }
    for row in ran.json_lines() {
        let (kind, source) = match row["clusterName"].as_str().unwrap() {
            "cart" => ("flex", "flex"),
            "orders" => ("sharded", "cluster"),
            "geo" => ("geoSharded", "cluster"),
            _ => ("replicaSet", "cluster"),
        };
        assert_eq!(
            (&row["clusterKind"], &row["source"]),
            (&json!(kind), &json!(source))
        );
        let is_labs = row["clusterName"] == "metrics";
        let name = if is_labs { "Labs" } else { "Shop" };
        assert_eq!(row["projectName"], name);
        assert_eq!(row["projectId"], id_of(&atlas, name));
    }
}

#[tokio::test]
async fn the_rows_of_every_format_name_project_and_cluster() {
    let atlas = start(organisation()).await;
    for format in ["json", "csv", "table"] {
        let arguments = ["list", "--all-projects", "--output", format];
        let ran = run(command(&atlas, &arguments)).await;
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        let named = match format {
            "json" => {
                let rows: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
                let of_metrics =
                    |row: &&Value| row["clusterName"] == "metrics" && row["projectName"] == "Labs";
                rows.iter().filter(of_metrics).count()
            }
            "csv" => ran.stdout.matches(",Labs,metrics,replicaSet,").count(),
            _ => {
                // Sorted by project and cluster.
                let rows = ran.stdout.lines().skip(1);
                let names = rows.map(|row| row.split_whitespace().take(2).collect::<Vec<_>>());
                assert!(names.is_sorted(), "{ran:#?}");
                assert!(ran.stdout.starts_with("PROJECT  CLUSTER  KIND"), "{ran:#?}");
                ran.stdout
                    .matches("\nLabs     metrics  replicaSet  ")
                    .count()
            }
        };
        assert_eq!(named, 2, "{ran:#?}");
    }
}

#[tokio::test]
async fn projects_clusters_and_tags_restrict_and_exclude() {
    let atlas = start(organisation()).await;
    let (shop, labs) = (id_of(&atlas, "Shop"), id_of(&atlas, "Labs"));
    let all = [("cart", 8), ("geo", 2), ("orders", 3), ("stock", 4)];
    for (arguments, expected) in [
        (&["--project", shop, "--all-clusters"][..], counts(all)),
        (
            &["--all-projects", "--exclude-project", "Labs"],
            counts(all),
        ),
        (
            &["--all-projects", "--exclude-project", shop],
            counts([("metrics", 2)]),
        ),
        (
            &["--project", shop, "--cluster", "geo", "--cluster", "stock"],
            counts([("geo", 2), ("stock", 4)]),
        ),
        (
            &["--project", shop, "--project", labs, "--cluster", "metrics"],
            counts([("metrics", 2)]),
        ),
        (
            &["--all-projects", "--cluster", "stock"],
            counts([("stock", 4)]),
        ),
        (
            &["--all-projects", "--tag", "env=prod"],
            counts([("stock", 4)]),
        ),
        (
            &[
                "--project",
                shop,
                "--all-clusters",
                "--exclude-cluster",
                "cart",
            ],
            counts([("geo", 2), ("orders", 3), ("stock", 4)]),
        ),
    ] {
        let ran = list(&atlas, arguments).await;
        assert_eq!(
            (ran.code, clusters(&ran)),
            (Some(0), expected),
            "{arguments:?} {ran:#?}"
        );
    }
    // The environment names the project where no flag does.
    let mut from_environment = command(&atlas, &["list", "--all-clusters", "--output", "ndjson"]);
    from_environment.env("MONGODB_ATLAS_PROJECT_ID", labs);
    assert_eq!(
        clusters(&run(from_environment).await),
        counts([("metrics", 2)])
    );
}

#[tokio::test]
async fn what_fails_is_named_and_the_rest_printed() {
    let failing = || Cluster::dedicated("broken").snapshots(2);
    let gone = || Cluster::dedicated("gone").deleted();
    let status = |status| ResponseFault::Status(status);
    let of_labs = When::always()
        .on_operation(Operation::ListGroupClusters)
        .on_path(LABS);
    let broken = When::always().on_path("/broken/");
    for (builder, code, named) in [
        (
            organisation().project("More").cluster(gone()),
            1,
            "gone (replicaSet) of project More",
        ),
        (
            organisation()
                .project("More")
                .cluster(failing())
                .fault(status(500), broken),
            1,
            "broken (replicaSet) of project More",
        ),
        (
            organisation().fault(status(403), of_labs),
            1,
            "project Labs",
        ),
        (
            organisation()
                .project("More")
                .cluster(Cluster::flex("hidden").hidden_from_discovery()),
            3,
            "Atlas counts 1 clusters in project More and lists 0",
        ),
    ] {
        let atlas = start(builder).await;
        let ran = list(&atlas, &["--all-projects"]).await;
        assert_eq!(ran.code, Some(code), "{ran:#?}");
        assert!(ran.stderr.contains(named), "{named} in {ran:#?}");
        let found = clusters(&ran);
        let others = [("cart", 8), ("geo", 2), ("orders", 3), ("stock", 4)];
        for (name, count) in others {
            assert_eq!(found.get(name), Some(&count), "{ran:#?}");
        }
    }
}

#[tokio::test]
async fn what_was_named_and_is_not_there_fails() {
    let atlas = start(organisation()).await;
    let missing = "000000000000000000000000";
    for (arguments, named) in [
        (
            &["--all-projects", "--cluster", "nope", "--cluster", "cart"][..],
            "no cluster nope",
        ),
        (
            &["--project", missing, "--all-clusters"],
            "there is no project 000000000000000000000000",
        ),
        (&["--all-projects", "--tag", "env=none"], "env=none"),
    ] {
        let ran = list(&atlas, arguments).await;
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        assert!(ran.stderr.contains(named), "{named} in {ran:#?}");
    }
}

#[tokio::test]
async fn the_first_request_decides_how_a_run_fails_as_a_whole() {
    for (builder, code) in [
        (organisation().require_token("sesame"), 4),
        (organisation().block_ip(), 4),
        (
            organisation().fault(ResponseFault::Status(503), When::always()),
            1,
        ),
    ] {
        let atlas = start(builder).await;
        let ran = list(&atlas, &["--all-projects"]).await;
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(code), ""),
            "{ran:#?}"
        );
        assert_eq!(atlas.request_count(), 1);
    }
}

#[tokio::test]
async fn flags_of_one_cluster_and_of_several_are_not_mixed() {
    let atlas = start(organisation()).await;
    let shop = id_of(&atlas, "Shop");
    for (arguments, named) in [
        (&["--all-projects", "--api", "flex"][..], "--api"),
        (
            &["--all-projects", "--checkpoint", "x", "--output", "ndjson"],
            "--checkpoint",
        ),
        (&["--all-projects", "--project", shop], "--project"),
        (
            &["--all-clusters", "--cluster", "cart", "--project", shop],
            "--cluster",
        ),
        (
            &["--cluster", "cart", "--project", shop, "--tag", "a=b"],
            "--tag needs several clusters",
        ),
        (
            &["--cluster", "cart", "--project", shop, "--concurrency", "2"],
            "--concurrency",
        ),
        (
            &[
                "--cluster",
                "cart",
                "--project",
                shop,
                "--exclude-cluster",
                "a",
            ],
            "--exclude-cluster",
        ),
        (
            &[
                "--cluster",
                "cart",
                "--project",
                shop,
                "--exclude-project",
                "a",
            ],
            "--exclude-project",
        ),
        (&["--all-projects", "--concurrency", "0"], "1 to 128"),
        (&["--all-projects", "--tag", "env"], "env=prod"),
        (&["--all-clusters"], "MONGODB_ATLAS_PROJECT_ID"),
    ] {
        let arguments = [&["list"], arguments].concat();
        let ran = run(command(&atlas, &arguments)).await;
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains(named), "{named} in {ran:#?}");
    }
    assert_eq!(atlas.request_count(), 0);
}

#[tokio::test]
async fn projects_and_clusters_are_printed_in_every_format() {
    let atlas = start(organisation()).await;
    let labs = id_of(&atlas, "Labs");
    let ran = run(command(&atlas, &["projects", "--output", "ndjson"])).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let names: Vec<_> = ran
        .json_lines()
        .iter()
        .map(|row| row["projectName"].clone())
        .collect();
    assert_eq!(names, ["Shop", "Labs", "Empty"]);
    assert_eq!(ran.json_lines()[0]["clusterCount"], 6);
    assert_eq!(atlas.request_count(), 1);

    atlas.clear_requests();
    let arguments = ["clusters", "--project", labs, "--output", "json"];
    let ran = run(command(&atlas, &arguments)).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let rows: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
    let (name, kind) = (&rows[0]["clusterName"], &rows[0]["clusterKind"]);
    assert_eq!(
        (rows.len(), name, kind),
        (1, &json!("metrics"), &json!("replicaSet"))
    );
    assert_eq!(
        (&rows[0]["projectId"], &rows[0]["projectName"]),
        (&json!(labs), &json!("Labs"))
    );
    assert_eq!(atlas.request_count(), 3);

    for (format, header) in [
        ("csv", "projectId,projectName,clusterName,clusterKind,"),
        ("table", "PROJECT  CLUSTER"),
    ] {
        let ran = run(command(
            &atlas,
            &["clusters", "--all-projects", "--output", format],
        ))
        .await;
        assert_eq!(
            (ran.code, ran.stdout.lines().count()),
            (Some(0), 8),
            "{ran:#?}"
        );
        assert!(ran.stdout.starts_with(header), "{ran:#?}");
    }
    for (format, header) in [
        ("csv", "projectId,projectName,"),
        ("table", "PROJECT ID"),
        ("json", "[\n"),
    ] {
        let ran = run(command(&atlas, &["projects", "--output", format])).await;
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        assert!(ran.stdout.starts_with(header), "{ran:#?}");
    }
}

#[tokio::test]
async fn clusters_that_are_counted_and_not_listed_are_named() {
    let builder = organisation()
        .project("More")
        .cluster(Cluster::flex("hidden").hidden_from_discovery());
    let atlas = start(builder).await;
    let ran = run(command(
        &atlas,
        &["clusters", "--all-projects", "--output", "ndjson"],
    ))
    .await;
    assert_eq!((ran.code, ran.json_lines().len()), (Some(3), 7), "{ran:#?}");
    let says = "Atlas counts 1 clusters in project More and lists 0";
    assert!(ran.stderr.contains(says), "{ran:#?}");
}

#[tokio::test]
async fn a_check_without_a_cluster_says_who_may_see_what() {
    let atlas = start(organisation().service_account("mdb_sa_id_1", "mdb_sa_sk_2")).await;
    let check = |extra: &[&str]| {
        let mut check = command(&atlas, &[&["auth", "check"], extra].concat());
        check.env("MONGODB_ATLAS_CLIENT_ID", "mdb_sa_id_1");
        check.env("MONGODB_ATLAS_CLIENT_SECRET", "mdb_sa_sk_2");
        check
    };
    let ran = run(check(&[])).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    for named in [
        "ok: 3 projects",
        "the service account mdb_sa_id_1",
        "Labs",
        id_of(&atlas, "Shop"),
    ] {
        assert!(ran.stderr.contains(named), "{named} in {ran:#?}");
    }
    assert!(!ran.stderr.contains("mdb_sa_sk_2"));
    assert_eq!(atlas.request_count(), 1);
    assert_eq!(
        run(check(&["--project", id_of(&atlas, "Labs")])).await.code,
        Some(0)
    );
    let ran = run(check(&["--project", "000000000000000000000000"])).await;
    assert_eq!(ran.code, Some(5), "{ran:#?}");
    let mut rejected = check(&[]);
    rejected.env("MONGODB_ATLAS_CLIENT_SECRET", "mdb_sa_sk_3");
    assert_eq!(run(rejected).await.code, Some(4));
}
