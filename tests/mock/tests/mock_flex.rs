//! The mock's Flex cluster, and what is left of the serverless API.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use atlas_snapshots_mock::{ClusterKind, MockAtlas, MockAtlasBuilder, Sunset};
use serde_json::Value;

const SERVERLESS: &str =
    "/api/atlas/v1.0/groups/32b6e34b3d91647abb20e7b8/serverless/Instance0/backup/snapshots";
const FLEX: &str =
    "/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8/flexClusters/Instance0/backup/snapshots";

async fn get(builder: MockAtlasBuilder, path: &str) -> (u16, String, Value) {
    let mock = builder.start().await.unwrap();
    let answer = reqwest::get(format!("{}{path}", mock.base_url()))
        .await
        .unwrap();
    let media_type = answer.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    let status = answer.status().as_u16();
    (status, media_type, answer.json().await.unwrap())
}

fn flex() -> MockAtlasBuilder {
    MockAtlas::builder().kind(ClusterKind::Flex)
}

#[tokio::test]
async fn a_flex_page_is_oldest_first_with_its_own_names_and_media_type() {
    let (status, media_type, page) = get(flex().snapshots(8), FLEX).await;
    assert_eq!(status, 200);
    assert_eq!(
        media_type,
        "application/vnd.atlas.2024-11-13+json;charset=utf-8"
    );
    let rows = page["results"].as_array().unwrap();
    assert_eq!((rows.len(), &page["totalCount"]), (8, &8.into()));
    assert!(rows.is_sorted_by_key(|row| row["scheduledTime"].as_str().unwrap().to_owned()));
    let statuses: Vec<_> = rows[..5]
        .iter()
        .map(|row| row["status"].as_str().unwrap())
        .collect();
    assert_eq!(
        statuses,
        ["COMPLETED", "FAILED", "RUNNING", "QUEUED", "PENDING"]
    );
    assert!(rows[1].get("finishTime").is_some(), "a failure has an end");
    assert!(rows[2].get("finishTime").is_none() && rows[3].get("startTime").is_none());
    assert!(rows.iter().all(|row| row.get("links").is_none()));
}

#[tokio::test]
async fn the_api_of_the_other_kind_refuses() {
    for (builder, path, status, code) in [
        (
            MockAtlas::builder(),
            FLEX,
            400,
            "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API",
        ),
        (flex(), SERVERLESS, 400, "NOT_SERVERLESS_TENANT_CLUSTER"),
        (
            flex().instance_name("Other"),
            FLEX,
            404,
            "CLUSTER_NOT_FOUND",
        ),
        (
            flex().project_id("000000000000000000000000"),
            FLEX,
            404,
            "GROUP_NOT_FOUND",
        ),
        (
            MockAtlas::builder().sunset(Sunset::Gone),
            SERVERLESS,
            410,
            "VERSION_GONE",
        ),
        (
            MockAtlas::builder().sunset(Sunset::NotFound),
            SERVERLESS,
            404,
            "SERVERLESS_INSTANCE_NOT_FOUND",
        ),
    ] {
        let (answered, _, body) = get(builder.snapshots(3), path).await;
        assert_eq!((answered, &body["errorCode"]), (status, &code.into()));
    }
}

#[tokio::test]
async fn after_an_empty_sunset_the_flex_api_goes_on() {
    let withdrawn = || MockAtlas::builder().snapshots(3).sunset(Sunset::Empty);
    let (status, _, page) = get(withdrawn(), SERVERLESS).await;
    assert_eq!(
        (status, page["results"].as_array().map(Vec::len)),
        (200, Some(0))
    );
    let (_, _, page) = get(withdrawn().kind(ClusterKind::Flex), FLEX).await;
    assert_eq!(page["results"].as_array().map(Vec::len), Some(3));
}

#[test]
fn kinds_and_sunsets_are_read_from_text() {
    assert_eq!("flex".parse::<ClusterKind>().unwrap(), ClusterKind::Flex);
    assert_eq!("not-found".parse::<Sunset>().unwrap(), Sunset::NotFound);
    assert!("dedicated".parse::<ClusterKind>().is_err() && "soon".parse::<Sunset>().is_err());
}
