//! Flex, the successor, and finding out which API lists a cluster.

#![allow(clippy::unwrap_used, missing_docs)]

mod asked;
mod request_head;

use atlas_snapshots::{
    Atlas, Ending, Error, ErrorKind, Listing, RetryPolicy, Snapshot, SnapshotSource, SnapshotStatus,
};
use atlas_snapshots_mock::{ClusterKind, MockAtlas, MockAtlasBuilder, Sunset};
use futures::TryStreamExt;
use serde_json::{Value, json};
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc::unbounded_channel;

use crate::asked::apis_asked;
use crate::request_head::request_head;

fn client(mock: &MockAtlas) -> Atlas {
    let builder = Atlas::builder().base_url(mock.base_url());
    builder.retry(RetryPolicy::none()).build().unwrap()
}

fn auto(mock: &MockAtlas, atlas: &Atlas) -> Listing {
    let cluster = mock.instance_name().parse().unwrap();
    atlas.snapshots(mock.project_id().parse().unwrap(), cluster)
}

fn flex(mock: &MockAtlas, atlas: &Atlas) -> Listing {
    let cluster = mock.instance_name().parse().unwrap();
    atlas.flex_snapshots(mock.project_id().parse().unwrap(), cluster)
}

async fn read(listing: Listing) -> Result<Vec<Snapshot>, Error> {
    listing.stream().try_collect().await
}

async fn start(builder: MockAtlasBuilder) -> MockAtlas {
    builder.start().await.unwrap()
}

/// Eight daily snapshots as the service lists them: oldest first, no links on rows.
fn eight_days() -> Vec<Value> {
    let status = |day| if day == 3 { "FAILED" } else { "COMPLETED" };
    let row = |day: usize| {
        json!({
            "id": format!("6a0000000000000000000{day:03}"),
            "scheduledTime": format!("2026-11-{day:02}T04:00:00Z"),
            "startTime": format!("2026-11-{day:02}T04:02:11Z"),
            "finishTime": format!("2026-11-{day:02}T04:03:59Z"),
            "expiration": format!("2026-11-{:02}T04:03:59Z", day + 8),
            "mongoDBVersion": "8.0.16",
            "status": status(day),
        })
    };
    (1..=8).map(row).collect()
}

#[tokio::test]
async fn a_recorded_listing_comes_through_both_calls() {
    let mock = start(
        MockAtlas::builder()
            .kind(ClusterKind::Flex)
            .rows(eight_days()),
    )
    .await;
    let atlas = client(&mock);
    for listing in [flex(&mock, &atlas), auto(&mock, &atlas)] {
        mock.clear_requests();
        let mut stream = listing.stream();
        let snapshots: Vec<_> = stream.by_ref_collect().await;
        assert_eq!(mock.request_count(), 1);
        let accept = "application/vnd.atlas.2024-11-13+json";
        assert_eq!(mock.requests()[0].header("accept"), Some(accept));
        assert_eq!(stream.summary().ending(), Ending::Complete);

        assert_eq!(snapshots.len(), 8);
        let third = &snapshots[2];
        assert_eq!(third.source(), SnapshotSource::Flex);
        assert_eq!(third.status(), Some(&SnapshotStatus::Failed));
        assert_eq!(third.raw_status(), Some("FAILED"));
        assert_eq!(third.created_at(), third.finished_at());
        let times = [
            third.scheduled_at(),
            third.started_at(),
            third.finished_at(),
        ];
        assert!(times.is_sorted() && times.iter().all(Option::is_some));
        assert_eq!(third.mongod_version(), Some("8.0.16"));
        assert_eq!(
            (third.snapshot_type(), third.frequency_type()),
            (None, None)
        );
        assert_eq!((third.storage_size_bytes(), third.links().len()), (None, 0));
        assert!(third.expires_at() > third.created_at());
    }
}

trait Collect {
    async fn by_ref_collect(&mut self) -> Vec<Snapshot>;
}

impl Collect for atlas_snapshots::Snapshots {
    async fn by_ref_collect(&mut self) -> Vec<Snapshot> {
        let mut all = Vec::new();
        while let Some(snapshot) = self.try_next().await.unwrap() {
            all.push(snapshot);
        }
        all
    }
}

#[tokio::test]
async fn a_flex_cluster_costs_no_request_more() {
    let mock = start(
        MockAtlas::builder()
            .kind(ClusterKind::Flex)
            .snapshots(1_200),
    )
    .await;
    let listed = read(auto(&mock, &client(&mock))).await.unwrap();
    let ids: Vec<_> = listed
        .iter()
        .map(|snapshot| snapshot.id().to_string())
        .collect();
    assert_eq!(ids, mock.snapshot_ids());
    assert_eq!(apis_asked(&mock), ["flex"; 3]);
}

#[tokio::test]
async fn a_serverless_instance_costs_one_once_for_a_client() {
    let mock = start(MockAtlas::builder().snapshots(1_200)).await;
    let atlas = client(&mock);
    let mut stream = auto(&mock, &atlas).stream();
    assert_eq!(stream.by_ref_collect().await.len(), 1_200);
    assert_eq!(
        apis_asked(&mock),
        ["flex", "serverless", "serverless", "serverless"]
    );
    assert_eq!(
        stream.summary().requests(),
        4,
        "the one that found out is counted"
    );

    mock.clear_requests();
    let again = read(auto(&mock, &atlas.clone())).await.unwrap();
    assert!(
        again
            .iter()
            .all(|snapshot| snapshot.source() == SnapshotSource::Serverless)
    );
    assert_eq!(apis_asked(&mock), ["serverless"; 3], "clones remember");
}

/// The mock knows better, so this server stands in: Flex has never heard of the cluster.
#[tokio::test]
async fn an_instance_that_flex_does_not_know_at_all_is_found_out_once_too() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let (told, mut lines) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let Some(head) = request_head(&mut stream).await else {
                continue;
            };
            let (status, body) = if head.contains("/v2/") {
                (404, r#"{"errorCode":"CLUSTER_NOT_FOUND"}"#)
            } else {
                (200, r#"{"results":[]}"#)
            };
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {status} -\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
            told.send(head.contains("/v2/")).unwrap();
        }
    });
    let atlas = Atlas::builder().base_url(base_url).build().unwrap();
    for _ in 0..2 {
        let project = "32b6e34b3d91647abb20e7b8".parse().unwrap();
        let listing = atlas.snapshots(project, "Instance0".parse().unwrap());
        assert_eq!(read(listing).await.unwrap(), []);
    }
    let asked: Vec<bool> = std::iter::from_fn(|| lines.try_recv().ok()).collect();
    assert_eq!(asked, [true, false, false]);
}

#[tokio::test]
async fn a_name_that_neither_api_knows_is_asked_for_anew() {
    let mock = start(MockAtlas::builder().instance_name("Other")).await;
    let atlas = client(&mock);
    for asked in [2, 4] {
        let listing = atlas.snapshots(
            mock.project_id().parse().unwrap(),
            "Instance0".parse().unwrap(),
        );
        let error = read(listing).await.unwrap_err();
        assert!(error.to_string().contains("neither"), "{error}");
        assert_eq!(mock.request_count(), asked, "it may be made meanwhile");
    }
}

#[tokio::test]
async fn what_both_apis_say_becomes_one_clear_error() {
    let plain = MockAtlas::builder;
    let other = || plain().instance_name("Other");
    for (builder, kind, said, asked) in [
        (
            plain().sunset(Sunset::Gone),
            ErrorKind::Sunset,
            "is withdrawn",
            2,
        ),
        (
            plain().sunset(Sunset::NotFound),
            ErrorKind::NotFound,
            "neither a Flex cluster",
            2,
        ),
        (
            other(),
            ErrorKind::NotFound,
            "neither a Flex cluster nor a serverless instance of this name",
            2,
        ),
        (
            other().sunset(Sunset::Gone),
            ErrorKind::NotFound,
            "no Flex cluster of this name",
            2,
        ),
        (
            plain().project_id("000000000000000000000000"),
            ErrorKind::NotFound,
            "GROUP_NOT_FOUND",
            1,
        ),
        (
            plain().block_ip(),
            ErrorKind::IpNotAllowed,
            "access list",
            1,
        ),
        (
            plain().missing_role(),
            ErrorKind::PermissionDenied,
            "Project Read Only",
            1,
        ),
    ] {
        let mock = start(builder).await;
        let listing = client(&mock).snapshots(
            "32b6e34b3d91647abb20e7b8".parse().unwrap(),
            "Instance0".parse().unwrap(),
        );
        let error = read(listing).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(said), "{error}");
        assert_eq!(mock.request_count(), asked, "{error}");
    }
}

#[tokio::test]
async fn the_wrong_api_says_so() {
    let serverless = start(MockAtlas::builder().snapshots(3)).await;
    let error = read(flex(&serverless, &client(&serverless)))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadRequest);
    assert_eq!(
        error.error_code(),
        Some("CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API")
    );
}

#[tokio::test]
async fn nothing_from_an_api_past_its_sunset_is_doubtful() {
    let empty = start(MockAtlas::builder().snapshots(3).sunset(Sunset::Empty)).await;
    let mut stream = auto(&empty, &client(&empty)).stream();
    assert_eq!(stream.by_ref_collect().await.len(), 0);
    let summary = stream.summary();
    assert!(summary.is_doubtfully_empty());
    assert!(summary.to_string().contains("listFlexBackups"), "{summary}");

    let none = start(MockAtlas::builder().kind(ClusterKind::Flex)).await;
    let mut stream = flex(&none, &client(&none)).stream();
    assert_eq!(stream.by_ref_collect().await.len(), 0);
    assert!(!stream.summary().is_doubtfully_empty());
}
