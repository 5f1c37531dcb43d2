//! Which clusters are listed, with which requests.

use super::fake::{FakeOrganisation, LATENCY, Quirk, cluster, dedicated, read};
use crate::fleet::summary::FleetCompleteness;
use crate::model::cluster::{Cluster, ClusterKind, InternalClusterRole};
use crate::model::tag::Tag;
use tokio::time::Instant;

fn flex(name: &str) -> Cluster {
    cluster(name, ClusterKind::Flex)
}

fn free(name: &str) -> Cluster {
    cluster(name, ClusterKind::Free)
}

fn backups_off(name: &str) -> Cluster {
    dedicated(name).with_backups_enabled(false)
}

fn tagged(cluster: Cluster, tags: &[(&str, &str)]) -> Cluster {
    let tags = tags.iter().map(|&(key, value)| Tag::new(key, value));
    cluster.with_tags(tags.collect())
}

#[tokio::test(start_paused = true)]
async fn every_cluster_of_every_kind_is_reported_in_the_fewest_requests() {
    let internal = dedicated("shadow").with_internal_role(InternalClusterRole::Shadow);
    let server = FakeOrganisation::default()
        .project([dedicated("a"), flex("b"), free("c")])
        .project([])
        .project([
            cluster("a", ClusterKind::Sharded),
            cluster("g", ClusterKind::GeoSharded),
            backups_off("off"),
            internal,
        ])
        .project([cluster("new", ClusterKind::from("hyper"))])
        .start();
    let mut stream = server.fleet().stream();
    let (rows, failure) = read(&mut stream).await;
    assert_eq!(failure, None);
    assert_eq!(
        rows,
        [
            "p1/a 2",
            "p1/b 2",
            "p1/c without backups",
            "p3/a 2",
            "p3/g 2",
            "p3/off without backups",
            "p4/new 2",
        ]
    );
    let mut log = server.log();
    log.sort();
    assert_eq!(
        log,
        [
            "p1/a",
            "p1/b",
            "p1/clusters",
            "p1/flex",
            "p3/a",
            "p3/clusters",
            "p3/flex",
            "p3/g",
            "p4/clusters",
            "p4/flex",
            "p4/new",
            "projects",
        ]
    );
    let summary = stream.summary();
    assert_eq!(summary.completeness(), FleetCompleteness::Complete);
    assert_eq!(
        summary.to_string(),
        "10 snapshots of 7 clusters in 4 projects with 12 requests: complete; \
         2 clusters without backups"
    );
    let kinds: Vec<_> = summary.clusters_by_kind().iter().collect();
    let kind = |text: &str| text.to_owned();
    assert_eq!(
        kinds,
        [
            (&kind("flex"), &1),
            (&kind("free"), &1),
            (&kind("geoSharded"), &1),
            (&kind("hyper"), &1),
            (&kind("replicaSet"), &2),
            (&kind("sharded"), &1),
        ]
    );
    let text = serde_json::to_string(&summary).unwrap();
    assert_eq!(summary, serde_json::from_str(&text).unwrap());
}

#[tokio::test(start_paused = true)]
async fn an_organisation_without_projects_is_complete() {
    let server = FakeOrganisation::default().start();
    let mut stream = server.fleet().stream();
    assert_eq!(read(&mut stream).await, (vec![], None));
    assert!(stream.summary().is_complete());
    assert!(stream.next().await.is_none());
    assert_eq!(server.log(), ["projects"]);
}

#[tokio::test(start_paused = true)]
async fn restrictions_save_requests_and_exclusions_do_too() {
    let organisation = || {
        FakeOrganisation::default()
            .project([dedicated("a"), tagged(dedicated("b"), &[("env", "prod")])])
            .project([dedicated("a"), dedicated("b")])
            .with(|project| project.tags = vec![Tag::new("env", "prod")])
            .project([tagged(flex("c"), &[("env", "prod"), ("team", "x")])])
            .start()
    };
    let id = super::fake::project_id(2);
    for (request, rows, requests) in [
        (
            &(|fleet| fleet) as &dyn Fn(crate::FleetRequest) -> crate::FleetRequest,
            &["p1/a 2", "p1/b 2", "p2/a 2", "p2/b 2", "p3/c 2"][..],
            12,
        ),
        (&|fleet| fleet.project("p1"), &["p1/a 2", "p1/b 2"], 5),
        (&|fleet| fleet.project(&id), &["p2/a 2", "p2/b 2"], 5),
        (
            &|fleet| fleet.project("p1").project("p3"),
            &["p1/a 2", "p1/b 2", "p3/c 2"],
            8,
        ),
        (
            &|fleet| fleet.exclude_project("p1").exclude_project(&id),
            &["p3/c 2"],
            4,
        ),
        (&|fleet| fleet.cluster("a"), &["p1/a 2", "p2/a 2"], 9),
        (
            &|fleet| fleet.exclude_cluster("a").exclude_project("p3"),
            &["p1/b 2", "p2/b 2"],
            7,
        ),
        (
            &|fleet| fleet.tag("env", "prod"),
            &["p1/b 2", "p2/a 2", "p2/b 2", "p3/c 2"],
            11,
        ),
        (
            &|fleet| fleet.tag("env", "prod").tag("team", "x"),
            &["p3/c 2"],
            8,
        ),
        (&|fleet| fleet.exclude_tag("env", "prod"), &["p1/a 2"], 8),
    ] {
        let server = organisation();
        let mut stream = request(server.fleet()).stream();
        assert_eq!(read(&mut stream).await.0, rows);
        assert_eq!(server.requests(), requests, "{rows:?}");
        let summary = stream.summary();
        assert!(summary.is_complete(), "{summary}");
        assert_eq!(summary.clusters(), rows.len() as u64);
        assert_eq!(summary.requests(), requests as u64);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_fleet_is_restricted_to_and_does_not_exist_is_named() {
    let server = FakeOrganisation::default()
        .project([dedicated("a")])
        .project([dedicated("b")])
        .start();
    let fleet = server.fleet().project("p1").project("p9");
    let fleet = fleet.cluster("a").cluster("b").tag("env", "prdo");
    let mut stream = fleet.stream();
    assert_eq!(read(&mut stream).await.0, Vec::<String>::new());
    let summary = stream.summary();
    assert_eq!(summary.projects_not_found(), ["p9"]);
    assert_eq!(summary.clusters_not_found(), ["b"]);
    assert_eq!(summary.tags_not_found(), [Tag::new("env", "prdo")]);
    assert_eq!(summary.completeness(), FleetCompleteness::Failed);
    assert_eq!(
        summary.to_string(),
        "0 snapshots of 0 clusters in 1 project with 3 requests: failed; no project p9; \
         no cluster b; no tag env=prdo"
    );
}

#[tokio::test(start_paused = true)]
async fn clusters_that_are_counted_and_not_listed_are_named_after_a_second_reading() {
    let server = FakeOrganisation::default()
        .project([dedicated("a"), flex("b")])
        .with(|project| project.cluster_count = Some(4))
        .project([dedicated("a"), flex("b")])
        .with(|project| project.cluster_count = Some(1))
        .project([dedicated("a")])
        .with(|project| project.cluster_count = None)
        .start();
    let mut stream = server.fleet().stream();
    let (rows, _) = read(&mut stream).await;
    assert_eq!(rows, ["p1/a 2", "p1/b 2", "p2/a 2", "p2/b 2", "p3/a 2"]);
    assert_eq!(server.requests_for("p1/clusters"), 2);
    assert_eq!(server.requests_for("p1/flex"), 2);
    assert_eq!(server.requests(), 14);
    let summary = stream.summary();
    assert_eq!(
        summary.completeness(),
        FleetCompleteness::PossiblyIncomplete
    );
    let [missing] = summary.missing_clusters() else {
        panic!("{summary}");
    };
    assert_eq!(missing.project_name(), Some("p1"));
    assert_eq!((missing.found(), missing.counted()), (2, 4));
    let line = summary.to_string();
    assert!(
        line.contains("2 of 4 clusters found in project p1"),
        "{line}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_appears_in_the_second_reading_is_listed() {
    let server = FakeOrganisation::default()
        .project([dedicated("a"), dedicated("b"), flex("c")])
        .quirk("p1/clusters", Quirk::Hide)
        .start();
    let mut stream = server.fleet().stream();
    assert_eq!(read(&mut stream).await.0, ["p1/a 2", "p1/b 2", "p1/c 2"]);
    assert!(stream.summary().is_complete());
    assert_eq!(stream.summary().requests(), 8);
    // Each list hides another cluster.
    let server = FakeOrganisation::default()
        .project([dedicated("a"), flex("c")])
        .quirk("p1/clusters", Quirk::Hide)
        .quirk("p1/clusters", Quirk::Fail(crate::ErrorKind::Server))
        .quirk("p1/flex", Quirk::Unreadable)
        .quirk("p1/flex", Quirk::Hide)
        .start();
    let mut stream = server.fleet().stream();
    assert_eq!(read(&mut stream).await.0, ["p1/a 2"]);
    assert_eq!(
        stream.summary().completeness(),
        FleetCompleteness::PossiblyIncomplete
    );
}

#[tokio::test(start_paused = true)]
async fn unreadable_projects_and_clusters_are_named_and_make_the_fleet_incomplete() {
    let server = FakeOrganisation::default()
        .project([dedicated("a")])
        .project([dedicated("b"), dedicated("c")])
        .quirk("projects", Quirk::Unreadable)
        .quirk("p2/clusters", Quirk::Unreadable)
        .start();
    let mut stream = server.fleet().stream();
    assert_eq!(read(&mut stream).await, (vec!["p2/c 2".to_owned()], None));
    let summary = stream.summary();
    assert_eq!(
        summary.completeness(),
        FleetCompleteness::PossiblyIncomplete
    );
    let id = super::fake::project_id;
    let named = summary.unreadable().iter();
    let named: Vec<_> = named
        .map(|unreadable| (unreadable.project(), unreadable.item().id()))
        .collect();
    assert_eq!(
        named,
        [
            (None, Some(id(1).as_str())),
            (Some(id(2).as_str()), Some("id of b"))
        ]
    );
    // It was found, so that nothing is missing against the count.
    assert_eq!(summary.missing_clusters(), []);
    assert_eq!(server.requests_for("p2/clusters"), 1);
}

#[tokio::test(start_paused = true)]
async fn projects_beyond_a_page_are_read() {
    let server = FakeOrganisation::uniform(7, 1).start();
    let mut stream = server.fleet().page_size(3).stream();
    assert_eq!(read(&mut stream).await.0.len(), 7);
    assert_eq!(server.requests_for("projects"), 3);
    assert!(stream.summary().is_complete());
}

#[tokio::test(start_paused = true)]
async fn an_organisation_takes_as_long_as_its_requests_side_by_side() {
    for (projects, clusters) in [
        (1, 1_000),
        (20, 50),
        (40, 25),
        (125, 8),
        (250, 4),
        (500, 2),
        (1_000, 1),
    ] {
        let server = FakeOrganisation::uniform(projects, clusters).start();
        let mut stream = server.fleet().page_size(500).stream();
        let start = Instant::now();
        let (rows, _) = read(&mut stream).await;
        assert_eq!(rows.len(), 1_000);
        let requests = server.requests();
        let pages = clusters.div_ceil(500) + 1;
        assert!(requests <= 2 + projects * pages + 1_000 + 1, "{requests}");
        assert_eq!(stream.summary().requests(), requests as u64);
        assert_eq!(server.most_in_flight(), 16);
        let ideal = LATENCY * u32::try_from(requests.div_ceil(16)).unwrap();
        let taken = start.elapsed();
        assert!(taken <= ideal.mul_f64(1.1), "{taken:?} of {ideal:?}");
    }
}
