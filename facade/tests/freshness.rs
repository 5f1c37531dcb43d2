//! The freshness of listings and of the reports of a fleet, over real sockets.

#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use atlas_snapshots::chrono::{DateTime, Utc};
use atlas_snapshots::{Atlas, Freshness, RetryPolicy, Verdict, VerdictReason};
use atlas_snapshots_mock::{
    Cluster, ClusterKind, MockAtlas, Operation, ResponseFault, Sunset, When,
};
use serde_json::{Value, json};

use crate::common::with_timeout;

const MAX_AGE: Duration = Duration::from_secs(26 * 3_600);

fn client(mock: &MockAtlas) -> Atlas {
    let builder = Atlas::builder().base_url(mock.base_url());
    builder.retry_policy(RetryPolicy::none()).build().unwrap()
}

fn noon() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

/// Daily Flex snapshots up to a day in November, oldest first, as the service lists them.
fn days(last: usize) -> Vec<Value> {
    let item = |day: usize| {
        json!({
            "id": format!("6a0000000000000000000{day:03}"),
            "finishTime": format!("2026-11-{day:02}T04:00:00Z"),
            "status": "COMPLETED",
        })
    };
    (1..=last).map(item).collect()
}

async fn flex(items: Vec<Value>) -> MockAtlas {
    let mock = MockAtlas::builder().kind(ClusterKind::Flex).items(items);
    mock.start().await.unwrap()
}

async fn freshness_of(mock: &MockAtlas) -> Freshness {
    let request = client(mock).snapshots(mock.project_id(), mock.cluster_name());
    let listing = with_timeout(request.page_size(2).collect_partial()).await;
    Freshness::of_listing(&listing.collected, MAX_AGE, noon())
}

fn decided(freshness: &Freshness) -> (Verdict, Option<VerdictReason>) {
    (freshness.verdict(), freshness.reason())
}

#[tokio::test]
async fn the_newest_snapshot_of_a_listing_decides_and_it_comes_last_of_flex() {
    for (last, verdict) in [(20, Verdict::Fresh), (18, Verdict::Stale)] {
        let mock = flex(days(last)).await;
        let freshness = freshness_of(&mock).await;
        assert_eq!(decided(&freshness), (verdict, None));
        let id = format!("6a0000000000000000000{last:03}");
        assert_eq!(freshness.snapshot_id().unwrap().as_str(), id);
    }
}

#[tokio::test]
async fn a_listing_that_failed_is_unknown_unless_a_fresh_snapshot_came_before() {
    // Retryable and not: the stream could go on after the first.
    for fault in [ResponseFault::Status(500), ResponseFault::Status(403)] {
        let unknown = flex(days(20)).await;
        unknown.add_fault(fault.clone(), When::page(3));
        let freshness = freshness_of(&unknown).await;
        assert_eq!(freshness.verdict(), Verdict::Unknown);
        let reasons = [VerdictReason::NotReadToEnd, VerdictReason::Failed];
        assert!(reasons.contains(&freshness.reason().unwrap()));
        assert_eq!(freshness.completed(), 4);

        let fresh = flex(days(20).into_iter().rev().collect()).await;
        fresh.add_fault(fault, When::page(3));
        let freshness = freshness_of(&fresh).await;
        assert_eq!(decided(&freshness), (Verdict::Fresh, None));
        assert_eq!(freshness.min_completed(5).verdict(), Verdict::Unknown);
    }
}

#[tokio::test]
async fn a_listing_with_an_unreadable_snapshot_is_unknown() {
    let mut items = days(3);
    items[1] = json!({ "status": "COMPLETED" });
    let freshness = freshness_of(&flex(items).await).await;
    let unknown = (Verdict::Unknown, Some(VerdictReason::PossiblyIncomplete));
    assert_eq!(decided(&freshness), unknown);
}

#[tokio::test]
async fn an_empty_list_is_missing_but_of_an_api_past_its_sunset_unknown() {
    let freshness = freshness_of(&flex(days(0)).await).await;
    let missing = (Verdict::Missing, Some(VerdictReason::NoneCompleted));
    assert_eq!(decided(&freshness), missing);

    let withdrawn = MockAtlas::builder().snapshots(3).sunset(Sunset::Empty);
    let freshness = freshness_of(&withdrawn.start().await.unwrap()).await;
    let unknown = (Verdict::Unknown, Some(VerdictReason::EmptyAfterSunset));
    assert_eq!(decided(&freshness), unknown);
}

#[tokio::test]
async fn a_resumed_listing_is_not_stale_for_what_it_did_not_read() {
    let mock = flex(days(20).into_iter().rev().collect()).await;
    let request = client(&mock).snapshots(mock.project_id(), mock.cluster_name());
    let request = request.page_size(2);
    let mut stream = request.clone().stream();
    for _ in 0..4 {
        with_timeout(stream.try_next()).await.unwrap();
    }
    let rest = with_timeout(request.resume_from(stream.checkpoint()).collect()).await;
    let rest = rest.unwrap();
    assert_eq!(rest.len(), 16);
    assert!(rest.summary().is_complete());
    let freshness = Freshness::of_listing(&rest, MAX_AGE, noon());
    let unknown = (Verdict::Unknown, Some(VerdictReason::PossiblyIncomplete));
    assert_eq!(decided(&freshness), unknown);
}

#[tokio::test]
async fn every_report_of_a_fleet_has_a_freshness() {
    let mock = MockAtlas::builder()
        .now(noon())
        .project("Shop")
        .cluster(Cluster::flex("fresh").snapshots(8))
        .cluster(Cluster::dedicated("queued").snapshots(1))
        .cluster(Cluster::dedicated("empty").snapshots(0))
        .cluster(Cluster::dedicated("deleted").deleted())
        .cluster(Cluster::dedicated("off").backups(false))
        .cluster(Cluster::free("free"))
        .project("Labs")
        .cluster(Cluster::dedicated("unlisted"))
        .fault(
            ResponseFault::Status(403),
            When::nth(2).on_operation(Operation::ListGroupClusters),
        )
        .start()
        .await
        .unwrap();
    let mut fleet = client(&mock).fleet().concurrency(1).stream();
    let mut verdicts = BTreeMap::new();
    while let Some(report) = with_timeout(fleet.try_next()).await.unwrap() {
        let name = match report.cluster() {
            Some(cluster) => cluster.name(),
            None => report.project().name(),
        };
        let name = name.unwrap().to_owned();
        let freshness = Freshness::of_report(&report, MAX_AGE, noon());
        verdicts.insert(name, decided(&freshness));
    }
    let expected = [
        ("fresh", Verdict::Fresh, None),
        (
            "queued",
            Verdict::Missing,
            Some(VerdictReason::NoneCompleted),
        ),
        (
            "empty",
            Verdict::Missing,
            Some(VerdictReason::NoneCompleted),
        ),
        ("deleted", Verdict::Unknown, Some(VerdictReason::Failed)),
        ("off", Verdict::NoBackups, Some(VerdictReason::BackupsOff)),
        ("free", Verdict::NoBackups, Some(VerdictReason::FreeCluster)),
        ("Labs", Verdict::Unknown, Some(VerdictReason::Failed)),
    ];
    let expected = expected.map(|(name, verdict, reason)| (name.to_owned(), (verdict, reason)));
    assert_eq!(verdicts, expected.into());
}

#[tokio::test]
async fn the_listing_of_one_cluster_without_backups_says_so() {
    for (cluster, verdict, reason) in [
        (
            Cluster::free("it"),
            Verdict::NoBackups,
            VerdictReason::FreeCluster,
        ),
        (
            Cluster::dedicated("it").backups(false),
            Verdict::NoBackups,
            VerdictReason::BackupsOff,
        ),
        (
            Cluster::dedicated("it").snapshots(0),
            Verdict::Missing,
            VerdictReason::NoneCompleted,
        ),
    ] {
        let mock = MockAtlas::builder().project("Shop").cluster(cluster);
        let mock = mock.start().await.unwrap();
        let project = mock.project_id_of("Shop").unwrap();
        let listing = client(&mock).snapshots(project, "it").await.unwrap();
        let freshness = Freshness::of_listing(&listing, MAX_AGE, noon());
        assert_eq!(decided(&freshness), (verdict, Some(reason)));
    }
}
