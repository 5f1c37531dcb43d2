//! An organisation over real sockets: which clusters are reported, and with which requests.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use atlas_snapshots::{
    Atlas, Credentials, ErrorKind, FleetCompleteness, FleetReport, FleetRequest, FleetStream,
    RetryPolicy,
};
use atlas_snapshots_mock::{
    Cluster, MockAtlas, MockAtlasBuilder, Operation, ResponseFault, RetryAfter, When,
};

use crate::common::with_timeout;

fn quick_retries() -> RetryPolicy {
    RetryPolicy::default()
        .min_delay(Duration::ZERO)
        .max_delay(Duration::from_millis(1))
}

fn client(mock: &MockAtlas, credentials: Credentials) -> Atlas {
    Atlas::builder()
        .base_url(mock.base_url())
        .credentials(credentials)
        .retry_policy(quick_retries())
        .build()
        .unwrap()
}

async fn start(builder: MockAtlasBuilder) -> (MockAtlas, FleetRequest) {
    let mock = builder.start().await.unwrap();
    let atlas = client(&mock, Credentials::anonymous());
    (mock, atlas.fleet())
}

/// What each cluster and each failing project came to: the number of snapshots or the error.
async fn rows(stream: &mut FleetStream) -> BTreeMap<String, String> {
    let mut rows = BTreeMap::new();
    while let Some(report) = with_timeout(stream.next()).await {
        let (path, outcome) = match report.unwrap() {
            FleetReport::Cluster {
                project,
                cluster,
                listing,
            } => {
                let path = format!("{}/{}", project.name().unwrap(), cluster.name().unwrap());
                let outcome = match listing.error() {
                    None => listing.collected().len().to_string(),
                    Some(error) => error.error_code().unwrap_or("no code").to_owned(),
                };
                (path, outcome)
            }
            FleetReport::WithoutBackups { project, cluster } => {
                let path = format!("{}/{}", project.name().unwrap(), cluster.name().unwrap());
                (path, "without backups".to_owned())
            }
            FleetReport::Project { project, error } => {
                (project.name().unwrap().to_owned(), error.kind().to_string())
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(rows.insert(path.clone(), outcome), None, "{path}");
    }
    rows
}

fn expect<const N: usize>(rows: [(&str, &str); N]) -> BTreeMap<String, String> {
    rows.map(|(path, outcome)| (path.to_owned(), outcome.to_owned()))
        .into()
}

/// The number of requests for each operation.
fn requests(mock: &MockAtlas) -> BTreeMap<&'static str, usize> {
    let mut requests = BTreeMap::new();
    for request in mock.requests() {
        *requests.entry(request.operation.unwrap().id()).or_default() += 1;
    }
    requests
}

/// Every kind of cluster, and every kind of project.
fn shop() -> MockAtlasBuilder {
    MockAtlas::builder()
        .project("Shop")
        .flex("cart")
        .sharded("orders")
        .cluster(Cluster::dedicated("stock").snapshots(40))
        .cluster(Cluster::free("playground").snapshots_error(400, "FEATURE_UNSUPPORTED"))
        .cluster(Cluster::dedicated("scratch").backups(false))
        .cluster(Cluster::dedicated("shadow").internal("INTERNAL_SHADOW_CLUSTER"))
        .project("Empty")
        .project("Labs")
        .geo_sharded("metrics")
        .cluster(Cluster::flex("idle").snapshots(0))
}

#[tokio::test]
async fn an_organisation_of_all_kinds_is_listed_in_the_fewest_requests() {
    let (mock, fleet) = start(shop()).await;
    let mut stream = fleet.stream();
    assert_eq!(
        rows(&mut stream).await,
        expect([
            ("Shop/cart", "8"),
            ("Shop/orders", "8"),
            ("Shop/stock", "40"),
            ("Shop/playground", "without backups"),
            ("Shop/scratch", "without backups"),
            ("Labs/metrics", "8"),
            ("Labs/idle", "0"),
        ])
    );
    assert_eq!(
        requests(&mock),
        [
            ("listGroups", 1),
            ("listGroupClusters", 2),
            ("listGroupFlexClusters", 2),
            ("listFlexBackups", 2),
            ("listGroupClusterBackupSnapshots", 3),
        ]
        .into()
    );
    let summary = stream.summary();
    assert!(summary.is_complete(), "{summary}");
    assert_eq!((summary.projects(), summary.clusters()), (3, 7));
    assert_eq!((summary.snapshots(), summary.requests()), (64, 10));
    assert_eq!(summary.without_backups(), 2);
    let kinds = summary.clusters_by_kind();
    let kinds: Vec<_> = kinds.iter().map(|(kind, &n)| (kind.as_str(), n)).collect();
    assert_eq!(
        kinds,
        [
            ("flex", 2),
            ("free", 1),
            ("geoSharded", 1),
            ("replicaSet", 2),
            ("sharded", 1)
        ]
    );
}

#[test]
fn a_fleet_can_be_sent_stored_and_polled_anywhere() {
    fn check<T: futures::stream::FusedStream + Send + Unpin + 'static>() {}
    fn check_request<T: Clone + Send + Sync + std::fmt::Debug + 'static>() {}
    check::<FleetStream>();
    check_request::<FleetRequest>();
}

#[tokio::test]
async fn the_snapshots_are_those_of_their_clusters() {
    let (mock, fleet) = start(shop()).await;
    let mut stream = fleet.stream();
    let mut clusters = 0;
    while let Some(report) = with_timeout(stream.try_next()).await.unwrap() {
        let FleetReport::Cluster {
            project,
            cluster,
            listing,
        } = report
        else {
            continue;
        };
        let (project, cluster) = (project.name().unwrap(), cluster.name().unwrap());
        let listed = listing.collected().iter();
        let mut listed: Vec<_> = listed.map(|snapshot| snapshot.id().to_string()).collect();
        let mut expected = mock.snapshot_ids_of(project, cluster);
        listed.sort();
        expected.sort();
        assert_eq!(listed, expected, "{project}/{cluster}");
        clusters += 1;
    }
    assert_eq!(clusters, 5);
}

#[tokio::test]
async fn clusters_that_fail_or_were_deleted_are_named_with_their_reason() {
    let builder = shop()
        .cluster(Cluster::dedicated("gone").deleted())
        .cluster(Cluster::sharded("odd").snapshots_error(404, "BACKUP_CONFIG_NOT_FOUND"))
        .project("Closed")
        .dedicated("a")
        .flex("b");
    let (mock, fleet) = start(builder).await;
    let closed = mock.project_id_of("Closed").unwrap().to_owned();
    mock.add_fault(
        ResponseFault::Error {
            status: 403,
            code: "USER_UNAUTHORIZED".to_owned(),
        },
        When::always()
            .on_operation(Operation::ListGroupFlexClusters)
            .on_path(closed),
    );
    let mut stream = fleet.stream();
    let rows = rows(&mut stream).await;
    assert_eq!(rows.len(), 7 + 2 + 2);
    let denied = ErrorKind::PermissionDenied.to_string();
    for (path, outcome) in [
        ("Labs/gone", "CLUSTER_NOT_FOUND"),
        ("Labs/odd", "BACKUP_CONFIG_NOT_FOUND"),
        ("Closed/a", "8"),
        ("Closed", &denied),
        ("Shop/stock", "40"),
    ] {
        assert_eq!(rows[path], outcome);
    }
    let summary = stream.summary();
    assert_eq!(summary.completeness(), FleetCompleteness::Failed);
    assert_eq!(summary.failed_clusters(), 2);
    assert_eq!(summary.failed_projects(), 1);
}

#[tokio::test]
async fn clusters_that_discovery_counts_and_does_not_list_are_named() {
    let (mock, fleet) =
        start(shop().cluster(Cluster::dedicated("ghost").hidden_from_discovery())).await;
    let mut stream = fleet.stream();
    assert_eq!(rows(&mut stream).await.len(), 7);
    let summary = stream.summary();
    assert_eq!(
        summary.completeness(),
        FleetCompleteness::PossiblyIncomplete
    );
    let [missing] = summary.missing_clusters() else {
        panic!("{summary}");
    };
    assert_eq!(missing.project(), mock.project_id_of("Labs").unwrap());
    assert_eq!(missing.project_name(), Some("Labs"));
    assert_eq!((missing.found(), missing.counted()), (2, 3));
    // Its lists were read once more, those of the other project were not.
    assert_eq!(mock.requests_to(Operation::ListGroupClusters).len(), 3);
    assert_eq!(mock.requests_to(Operation::ListGroupFlexClusters).len(), 3);
}

#[tokio::test]
async fn a_tight_rate_limit_of_one_project_delays_no_other() {
    let tight = |number: usize| Cluster::dedicated(format!("tight-{number}"));
    let mut builder = MockAtlas::builder().project("Tight");
    builder = builder.project_rate_limit(2, Duration::from_secs(2));
    for number in 0..6 {
        builder = builder.cluster(tight(number));
    }
    builder = builder.project("Wide");
    for number in 0..40 {
        builder = builder.dedicated(format!("wide-{number}"));
    }
    let (_mock, fleet) = start(builder).await;
    let mut stream = fleet.concurrency(4).stream();
    let (start, mut wide) = (Instant::now(), 0);
    let mut wide_took = None;
    let mut total = 0;
    while let Some(report) = with_timeout(stream.try_next()).await.unwrap() {
        let FleetReport::Cluster {
            project, listing, ..
        } = report
        else {
            panic!("{report:?}");
        };
        assert!(listing.error().is_none(), "{listing:?}");
        total += 1;
        wide += usize::from(project.name() == Some("Wide"));
        if wide == 40 {
            wide_took.get_or_insert(total);
        }
    }
    assert_eq!(total, 46);
    // All of the wide project came before the last ones of the tight one.
    assert!(wide_took.unwrap() < 46);
    assert!(start.elapsed() > Duration::from_secs(1));
    assert!(stream.summary().is_complete(), "{}", stream.summary());
}

#[tokio::test]
async fn all_requests_share_one_token_and_one_challenge() {
    let builder = || {
        shop()
            .service_account("id", "secret")
            .require_api_key("public", "private")
    };
    for (credentials, tokens, challenged) in [
        (Credentials::service_account("id", "secret"), 1, 0),
        (Credentials::api_key("public", "private"), 0, 1),
    ] {
        for concurrency in [1, 16] {
            let mock = builder().start().await.unwrap();
            let atlas = client(&mock, credentials.clone());
            let mut stream = atlas.fleet().concurrency(concurrency).stream();
            assert_eq!(rows(&mut stream).await.len(), 7);
            assert!(stream.summary().is_complete());
            assert_eq!(mock.token_request_count(), tokens);
            assert_eq!(mock.request_count(), 10 + challenged);
            assert_eq!(stream.summary().requests(), 10 + challenged as u64);
            assert!(mock.peak_in_flight() <= concurrency);
        }
    }
}

#[tokio::test]
async fn rejected_credentials_are_an_error_of_the_fleet() {
    let mock = shop().require_token("sesame").start().await.unwrap();
    let atlas = client(&mock, Credentials::access_token("wrong"));
    let mut stream = atlas.fleet().stream();
    let error = with_timeout(stream.try_next()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert!(with_timeout(stream.next()).await.is_none());
    assert_eq!(mock.request_count(), 1);
}

#[tokio::test]
async fn a_fleet_retries_what_fails_for_now() {
    let (mock, fleet) = start(
        shop()
            .fault(
                ResponseFault::Status(503),
                When::first(1).on_operation(Operation::ListGroups),
            )
            .fault(
                ResponseFault::Status(500),
                When::first(2).on_operation(Operation::ListGroupFlexClusters),
            )
            .fault(
                ResponseFault::RateLimited(RetryAfter::Seconds(0)),
                When::first(3).on_operation(Operation::ListGroupClusterBackupSnapshots),
            ),
    )
    .await;
    let mut stream = fleet.stream();
    assert_eq!(rows(&mut stream).await.len(), 7);
    let summary = stream.summary();
    assert!(summary.is_complete(), "{summary}");
    assert_eq!((summary.requests(), summary.retries()), (16, 6));
    assert_eq!(mock.request_count(), 16);
}

#[tokio::test]
async fn dropping_the_stream_aborts_its_requests() {
    let builder = shop().latency(Duration::from_secs(60));
    let (mock, fleet) = start(builder).await;
    let mut stream = fleet.stream();
    let waiting = tokio::time::timeout(Duration::from_millis(200), stream.next());
    assert!(waiting.await.is_err());
    assert_eq!(mock.in_flight(), 1);
    drop(stream);
    with_timeout(async {
        while mock.in_flight() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    assert_eq!(mock.request_count(), 1);
}

#[tokio::test]
async fn the_deadline_is_that_of_the_whole_fleet() {
    let (_mock, fleet) = start(shop()).await;
    let mut stream = fleet.clone().deadline(Duration::from_secs(60)).stream();
    assert_eq!(rows(&mut stream).await.len(), 7);
    let (mock, fleet) = start(shop().latency(Duration::from_millis(400))).await;
    let mut stream = fleet.deadline(Duration::from_millis(600)).stream();
    let mut reports = 0;
    let error = loop {
        match with_timeout(stream.try_next()).await {
            Ok(Some(FleetReport::Project { error, .. })) => {
                assert_eq!(error.kind(), ErrorKind::Deadline);
                reports += 1;
            }
            Ok(other) => panic!("{other:?}"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::Deadline);
    // The lists of both projects were under way.
    assert_eq!(reports, 2);
    assert_eq!(mock.request_count(), 5);
    assert_eq!(stream.summary().completeness(), FleetCompleteness::Failed);
}
