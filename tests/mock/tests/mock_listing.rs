//! The mock as a raw client sees it: the documented behaviour of the listing.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::time::Duration;

use atlas_snapshots_mock::{
    CannedResponse, Dialect, Links, MockAtlas, MockAtlasBuilder, StartError, TotalCount,
};
use serde_json::{Value, json};

/// Status and JSON body of a GET of the listing with this query.
async fn get(atlas: &MockAtlas, query: &str) -> (u16, Value) {
    let response = reqwest::get(format!("{}?{query}", atlas.snapshots_url()))
        .await
        .unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    let status = response.status().as_u16();
    (
        status,
        serde_json::from_str(&response.text().await.unwrap()).unwrap(),
    )
}

async fn page(atlas: &MockAtlas, query: &str) -> Value {
    let (status, body) = get(atlas, query).await;
    assert_eq!(status, 200, "{body}");
    body
}

async fn with(count: usize) -> MockAtlas {
    MockAtlas::builder().snapshots(count).start().await.unwrap()
}

fn ids(page: &Value) -> Vec<&str> {
    page["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect()
}

fn rels(page: &Value) -> Vec<&str> {
    page["links"]
        .as_array()
        .unwrap()
        .iter()
        .map(|link| link["rel"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn pages_cover_the_listing_once_and_in_order() {
    let atlas = MockAtlas::builder()
        .snapshots(1_200)
        .seed(7)
        .start()
        .await
        .unwrap();
    let mut seen = Vec::new();
    for number in 1..=3 {
        let page = page(&atlas, &format!("itemsPerPage=500&pageNum={number}")).await;
        assert_eq!(page["totalCount"], 1_200);
        seen.extend(ids(&page).into_iter().map(ToOwned::to_owned));
    }
    assert_eq!(seen, atlas.snapshot_ids());
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 1_200);
    assert!(seen.iter().all(|id| {
        id.len() == 24
            && id
                .bytes()
                .all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
    }));

    let asked: Vec<_> = atlas
        .requests()
        .iter()
        .map(|request| request.page_num)
        .collect();
    assert_eq!(asked, [Some(1), Some(2), Some(3)]);
}

#[tokio::test]
async fn defaults_are_page_1_of_100_with_a_count() {
    let atlas = with(101).await;
    let page = page(&atlas, "").await;
    assert_eq!(ids(&page).len(), 100);
    assert_eq!(page["totalCount"], 101);
    assert_eq!(rels(&page), ["self", "next"]);
}

#[tokio::test]
async fn rows_are_documented_in_full_and_show_every_enum_value() {
    let atlas = with(4).await;
    let page = page(&atlas, "").await;
    let rows = page["results"].as_array().unwrap();
    let values = |field: &str| {
        rows.iter()
            .map(|row| row[field].as_str().unwrap())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(
        values("status"),
        BTreeSet::from(["completed", "failed", "inProgress", "queued"])
    );
    assert_eq!(
        values("frequencyType"),
        BTreeSet::from(["daily", "hourly", "monthly", "weekly"])
    );
    assert_eq!(
        values("snapshotType"),
        BTreeSet::from(["onDemand", "scheduled"])
    );
    assert_eq!(rows[0]["snapshotType"], "onDemand");
    assert_eq!(rows[1]["snapshotType"], "scheduled");
    for row in rows {
        assert_eq!(row.as_object().unwrap().len(), 10, "{row}");
        assert_eq!(row["serverlessInstanceName"], "Instance0");
        assert!(row["createdAt"].as_str() < row["expiresAt"].as_str());
        assert!(row["storageSizeBytes"].is_u64());
        assert!(
            row["links"][0]["href"]
                .as_str()
                .unwrap()
                .ends_with(row["id"].as_str().unwrap())
        );
    }
}

#[tokio::test]
async fn sizes_exceed_32_bits_and_dates_descend() {
    let atlas = with(500).await;
    let page = page(&atlas, "itemsPerPage=500").await;
    let rows = page["results"].as_array().unwrap();
    assert!(
        rows.iter()
            .filter(|row| row["storageSizeBytes"].as_u64().unwrap() > u64::from(u32::MAX))
            .count()
            > 100
    );
    assert!(
        rows.is_sorted_by(|newer, older| newer["createdAt"].as_str() > older["createdAt"].as_str())
    );
}

#[tokio::test]
async fn the_seed_decides_the_rows() {
    let ids = async |seed| {
        MockAtlas::builder()
            .snapshots(50)
            .seed(seed)
            .start()
            .await
            .unwrap()
            .snapshot_ids()
    };
    assert_eq!(ids(7).await, ids(7).await);
    assert_ne!(ids(7).await, ids(8).await);
}

#[tokio::test]
async fn a_seed_means_the_same_rows_in_every_release() {
    let atlas = MockAtlas::builder()
        .snapshots(600)
        .seed(7)
        .start()
        .await
        .unwrap();
    for (place, created, expires, frequency, version, id, size) in [
        (
            5,
            "2026-01-20T08:00:00Z",
            "2026-01-22T08:00:00Z",
            "hourly",
            "8.0.4",
            "696f36003196e47bda800004",
            72_337_886_309_u64,
        ),
        (
            24,
            "2026-01-19T13:00:00Z",
            "2026-01-26T13:00:00Z",
            "daily",
            "8.2.0",
            "696e2ad0272c1d14e7800017",
            10_537_101_625,
        ),
        (
            550,
            "2025-12-28T15:00:00Z",
            "2026-01-25T15:00:00Z",
            "weekly",
            "8.0.3",
            "695145f0e004ee4bef800225",
            105_812_422_658,
        ),
    ] {
        let page = page(&atlas, &format!("itemsPerPage=1&pageNum={place}")).await;
        let href = format!("{}/{id}", atlas.snapshots_url());
        assert_eq!(
            page["results"][0],
            json!({
                "createdAt": created, "expiresAt": expires, "frequencyType": frequency, "id": id,
                "links": [{ "href": href, "rel": "self" }], "mongodVersion": version,
                "serverlessInstanceName": "Instance0", "snapshotType": "scheduled",
                "status": "completed", "storageSizeBytes": size,
            })
        );
    }
}

#[tokio::test]
async fn most_snapshots_are_hourly_scheduled_and_completed() {
    let page = page(&with(500).await, "itemsPerPage=500").await;
    let count = |field: &str, value: &str| {
        page["results"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row[field] == value)
            .count()
    };
    assert!(count("status", "completed") > 400 && count("status", "failed") > 10);
    let frequencies =
        ["hourly", "daily", "weekly", "monthly"].map(|value| count("frequencyType", value));
    assert!(frequencies[3] > 5, "{frequencies:?}");
    assert!(
        frequencies.is_sorted_by(|more, fewer| more > fewer),
        "{frequencies:?}"
    );
    assert!(count("snapshotType", "scheduled") > 400 && count("snapshotType", "onDemand") > 10);
}

#[tokio::test]
async fn pages_past_the_end_are_empty_however_far() {
    let atlas = with(3).await;
    for number in [
        "2",
        "4294967296",
        "18446744073709551615",
        "99999999999999999999999999",
    ] {
        let page = page(&atlas, &format!("pageNum={number}&itemsPerPage=500")).await;
        assert_eq!(page["results"], json!([]));
        assert_eq!(page["totalCount"], 3);
        assert_eq!(rels(&page), ["self", "previous"]);
    }
    assert_eq!(atlas.requests()[3].page_num, Some(u64::MAX));
}

#[tokio::test]
async fn an_empty_instance_has_one_empty_page() {
    let page = page(&with(0).await, "").await;
    assert_eq!(page["results"], json!([]));
    assert_eq!(page["totalCount"], 0);
    assert_eq!(rels(&page), ["self"]);
}

#[tokio::test]
async fn invalid_query_parameters_are_400_and_name_the_field() {
    let atlas = with(1).await;
    for (query, field, rule) in [
        ("itemsPerPage=0", "itemsPerPage", "must be at least 1"),
        ("itemsPerPage=501", "itemsPerPage", "must be at most 500"),
        ("itemsPerPage=-1", "itemsPerPage", "must be at least 1"),
        (
            "itemsPerPage=ten",
            "itemsPerPage",
            "must be an integer, not \"ten\"",
        ),
        (
            "itemsPerPage=1.0",
            "itemsPerPage",
            "must be an integer, not \"1.0\"",
        ),
        (
            "itemsPerPage=",
            "itemsPerPage",
            "must be an integer, not \"\"",
        ),
        (
            "itemsPerPage=1&itemsPerPage=1",
            "itemsPerPage",
            "must not be repeated",
        ),
        ("pageNum=0", "pageNum", "must be at least 1"),
        (
            "pageNum=-99999999999999999999999",
            "pageNum",
            "must be at least 1",
        ),
        ("pageNum=0x1", "pageNum", "must be an integer, not \"0x1\""),
        ("pageNum=%2B1", "pageNum", "must be an integer, not \"+1\""),
        ("pageNum=1&pageNum=2", "pageNum", "must not be repeated"),
        (
            "includeCount=yes",
            "includeCount",
            "must be true or false, not \"yes\"",
        ),
        (
            "includeCount=TRUE",
            "includeCount",
            "must be true or false, not \"TRUE\"",
        ),
        (
            "includeCount=",
            "includeCount",
            "must be true or false, not \"\"",
        ),
        (
            "includeCount=true&includeCount=true",
            "includeCount",
            "must not be repeated",
        ),
        ("envelope=1", "envelope", "must be true or false, not \"1\""),
        ("pretty=1", "pretty", "must be true or false, not \"1\""),
    ] {
        let (status, body) = get(&atlas, query).await;
        assert_eq!(status, 400, "{query}");
        assert_eq!(body["error"], 400);
        assert_eq!(body["errorCode"], "INVALID_QUERY_PARAMETER");
        assert_eq!(body["reason"], "Bad Request");
        assert_eq!(
            body["badRequestDetail"]["fields"],
            json!([{ "field": field, "description": rule }]),
            "{query}"
        );
        assert_eq!(atlas.requests().last().unwrap().status, Some(400));
    }
}

#[tokio::test]
async fn every_violation_is_named_at_once() {
    let (_, body) = get(
        &with(1).await,
        "pageNum=0&itemsPerPage=0&envelope=x&pretty=x&includeCount=x",
    )
    .await;
    let fields = body["badRequestDetail"]["fields"].as_array().unwrap();
    let names: Vec<_> = fields
        .iter()
        .map(|field| field["field"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "envelope",
            "pretty",
            "includeCount",
            "itemsPerPage",
            "pageNum"
        ]
    );
}

#[tokio::test]
async fn unknown_query_parameters_are_ignored() {
    let page = page(&with(1).await, "cursor=abc&cursor=def&pagenum=0&pageNum=1").await;
    assert_eq!(page["totalCount"], 1);
}

#[tokio::test]
async fn invalid_path_parameters_are_400_and_name_the_field() {
    let atlas = with(1).await;
    let project = atlas.project_id();
    for (path, fields) in [
        (
            format!("groups/{}/serverless/Instance0", &project[1..]),
            json!(["groupId"]),
        ),
        (
            format!("groups/{project}0/serverless/Instance0"),
            json!(["groupId"]),
        ),
        (
            format!("groups/{}/serverless/Instance0", project.to_uppercase()),
            json!(["groupId"]),
        ),
        (
            format!("groups/{project}/serverless/-Instance"),
            json!(["clusterName"]),
        ),
        (
            format!("groups/{project}/serverless/In%20stance"),
            json!(["clusterName"]),
        ),
        (
            format!("groups/{project}/serverless/Inst%C3%A4nce"),
            json!(["clusterName"]),
        ),
        (
            format!("groups/{project}/serverless/a%2Fb"),
            json!(["clusterName"]),
        ),
        (
            "groups/x/serverless/_".to_owned(),
            json!(["groupId", "clusterName"]),
        ),
        (
            format!("groups/{project}/serverless/%FF"),
            json!(["groupId", "clusterName"]),
        ),
    ] {
        let url = format!(
            "{}/api/atlas/v1.0/{path}/backup/snapshots",
            atlas.base_url()
        );
        let response = reqwest::get(url).await.unwrap();
        assert_eq!(response.status(), 400, "{path}");
        let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!(body["errorCode"], "PATH_PARAM_PARSE_ERROR");
        let named: Value = body["badRequestDetail"]["fields"]
            .as_array()
            .unwrap()
            .iter()
            .map(|field| field["field"].clone())
            .collect();
        assert_eq!(named, fields, "{path}");
    }
}

#[tokio::test]
async fn unknown_projects_instances_and_paths_are_404() {
    let atlas = with(1).await;
    let project = atlas.project_id();
    for (path, code) in [
        (
            format!(
                "/api/atlas/v1.0/groups/{}/serverless/Instance0/backup/snapshots",
                "0".repeat(24)
            ),
            "GROUP_NOT_FOUND",
        ),
        (
            format!("/api/atlas/v1.0/groups/{project}/serverless/Instance1/backup/snapshots"),
            "SERVERLESS_INSTANCE_NOT_FOUND",
        ),
        (
            format!("/api/atlas/v1.0/groups/{project}/serverless/instance0/backup/snapshots"),
            "SERVERLESS_INSTANCE_NOT_FOUND",
        ),
        (
            format!("/api/atlas/v1.0/groups/{project}/serverless/Instance0/backup/snapshots/"),
            "RESOURCE_NOT_FOUND",
        ),
        ("/".to_owned(), "RESOURCE_NOT_FOUND"),
    ] {
        let response = reqwest::get(format!("{}{path}", atlas.base_url()))
            .await
            .unwrap();
        assert_eq!(response.status(), 404, "{path}");
        let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!(body["error"], 404);
        assert_eq!(body["errorCode"], code, "{path}");
        assert!(
            body["parameters"]
                .as_array()
                .unwrap()
                .iter()
                .all(Value::is_object),
            "{body}"
        );
    }
    assert_eq!(atlas.request_count(), 5);
    assert!(
        atlas
            .requests()
            .iter()
            .all(|request| request.status == Some(404))
    );
}

#[tokio::test]
async fn other_methods_are_405() {
    let atlas = with(1).await;
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let request =
            reqwest::Client::new().request(method.parse().unwrap(), atlas.snapshots_url());
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 405, "{method}");
        assert!(
            response.headers()["allow"]
                .to_str()
                .unwrap()
                .contains("GET")
        );
        let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!(body["error"], 405);
        assert_eq!(atlas.requests().last().unwrap().method, method);
    }
}

#[tokio::test]
async fn a_required_token_is_compared_and_never_shown() {
    let atlas = MockAtlas::builder()
        .snapshots(1)
        .require_token("s3cret")
        .start()
        .await
        .unwrap();
    let client = reqwest::Client::new();
    let ask = async |authorization: Option<&str>| {
        let request = client.get(atlas.snapshots_url());
        let request = authorization.into_iter().fold(request, |request, value| {
            request.header("authorization", value)
        });
        request.send().await.unwrap()
    };
    for wrong in [
        None,
        Some("Bearer s3cre"),
        Some("Bearer s3cret1"),
        Some("Basic s3cret"),
        Some("s3cret"),
        Some(""),
    ] {
        let response = ask(wrong).await;
        assert_eq!(response.status(), 401, "{wrong:?}");
        assert_eq!(response.headers()["www-authenticate"], "Bearer");
        let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!(body["error"], 401);
        assert!(body["errorCode"].is_string());
    }
    assert_eq!(ask(Some("Bearer s3cret")).await.status(), 200);
    assert_eq!(ask(Some("bearer s3cret")).await.status(), 200);

    let log = atlas.requests();
    assert_eq!(log[0].authorization_scheme(), None);
    assert_eq!(log[3].authorization_scheme(), Some("Basic"));
    assert!(log[6].authorization_is("Bearer s3cret"));
    assert!(!log[1].authorization_is("Bearer s3cret"));
    assert!(
        log.iter()
            .all(|request| request.header("authorization").is_none())
    );
    let shown = format!("{log:?}");
    assert!(!shown.contains("s3cre") && shown.contains("Bearer (not shown)"));
}

#[test]
fn a_builder_does_not_show_its_token() {
    let builder = MockAtlas::builder().require_token("s3cret");
    assert!(!format!("{builder:?}").contains("s3cret"));
}

#[tokio::test]
async fn credentials_come_before_everything_else() {
    let atlas = MockAtlas::builder()
        .require_token("t")
        .start()
        .await
        .unwrap();
    for url in [
        format!("{}?pageNum=0", atlas.snapshots_url()),
        format!("{}/nowhere", atlas.base_url()),
    ] {
        assert_eq!(reqwest::get(url).await.unwrap().status(), 401);
    }
}

#[tokio::test]
async fn an_envelope_carries_the_status_and_the_page() {
    let atlas = with(2).await;
    let plain = page(&atlas, "").await;
    let wrapped = page(&atlas, "envelope=true").await;
    assert_eq!(wrapped, json!({ "status": 200, "content": plain }));
}

#[tokio::test]
async fn an_envelope_carries_errors_under_http_200() {
    let atlas = with(2).await;
    let body = page(&atlas, "envelope=true&pageNum=0").await;
    assert_eq!(body["status"], 400);
    assert_eq!(body["content"]["errorCode"], "INVALID_QUERY_PARAMETER");
}

#[tokio::test]
async fn pretty_changes_the_layout_alone() {
    let atlas = with(2).await;
    let url = atlas.snapshots_url();
    let text = async |query: &str| {
        reqwest::get(format!("{url}?{query}"))
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    };
    let (plain, pretty) = (text("pretty=false").await, text("pretty=true").await);
    assert!(!plain.contains('\n'));
    assert!(pretty.starts_with("{\n  \""));
    assert_eq!(
        serde_json::from_str::<Value>(&plain).unwrap(),
        serde_json::from_str::<Value>(&pretty).unwrap()
    );
    assert!(
        text("pretty=true&pageNum=0")
            .await
            .contains("\n  \"errorCode\": ")
    );
}

#[tokio::test]
async fn without_a_count_there_is_no_next_link_either() {
    let atlas = with(250).await;
    let page = page(&atlas, "includeCount=false&pageNum=2").await;
    assert_eq!(ids(&page).len(), 100);
    assert!(page.get("totalCount").is_none());
    assert_eq!(rels(&page), ["self", "previous"]);
}

#[tokio::test]
async fn links_are_where_they_belong() {
    let atlas = with(25).await;
    for (number, expected) in [
        (1, vec!["self", "next"]),
        (2, vec!["self", "previous", "next"]),
        (3, vec!["self", "previous"]),
    ] {
        let page = page(&atlas, &format!("itemsPerPage=10&pageNum={number}")).await;
        assert_eq!(rels(&page), expected, "page {number}");
    }
    let second = page(&atlas, "itemsPerPage=10&pageNum=2").await;
    for (link, number) in [(0, 2), (1, 1), (2, 3)] {
        let query = format!("?includeCount=true&itemsPerPage=10&pageNum={number}");
        assert_eq!(
            second["links"][link]["href"],
            atlas.snapshots_url() + &query
        );
    }
    // A full last page has no `next`: nothing follows it.
    assert_eq!(rels(&page(&atlas, "itemsPerPage=25").await), ["self"]);
}

#[tokio::test]
async fn following_next_reaches_the_end() {
    let atlas = with(25).await;
    let mut url = format!("{}?itemsPerPage=10", atlas.snapshots_url());
    let mut seen = Vec::new();
    loop {
        assert!(atlas.request_count() < 3, "the links lead nowhere");
        let text = reqwest::get(&url).await.unwrap().text().await.unwrap();
        let page: Value = serde_json::from_str(&text).unwrap();
        seen.extend(ids(&page).into_iter().map(ToOwned::to_owned));
        let next = page["links"]
            .as_array()
            .unwrap()
            .iter()
            .find(|link| link["rel"] == "next");
        let Some(next) = next else { break };
        next["href"].as_str().unwrap().clone_into(&mut url);
    }
    assert_eq!(seen, atlas.snapshot_ids());
    assert_eq!(atlas.request_count(), 3);
}

#[tokio::test]
async fn links_can_be_told_to_mislead() {
    let start = async |links| {
        MockAtlas::builder()
            .snapshots(25)
            .links(links)
            .start()
            .await
            .unwrap()
    };
    assert!(
        page(&start(Links::Missing).await, "itemsPerPage=10")
            .await
            .get("links")
            .is_none()
    );
    assert_eq!(
        rels(&page(&start(Links::NeverNext).await, "itemsPerPage=10").await),
        ["self"]
    );
    assert_eq!(
        rels(&page(&start(Links::AlwaysNext).await, "pageNum=9").await),
        ["self", "previous", "next"]
    );
    assert_eq!(
        rels(&page(&start(Links::AlwaysNext).await, "includeCount=false").await),
        ["self", "next"]
    );
    let foreign = page(&start(Links::Foreign).await, "itemsPerPage=10").await;
    assert_eq!(rels(&foreign), ["self", "next"]);
    assert!(
        foreign["links"][1]["href"]
            .as_str()
            .unwrap()
            .starts_with("http://atlas.invalid/api/")
    );
}

#[tokio::test]
async fn the_count_can_be_told_to_lie() {
    for (lie, expected) in [
        (TotalCount::Exact, json!(5)),
        (TotalCount::Absent, Value::Null),
        (TotalCount::Fixed(-1), json!(-1)),
        (TotalCount::Fixed(i64::MAX), json!(i64::MAX)),
        (TotalCount::Offset(-2), json!(3)),
        (TotalCount::Offset(i64::MAX), json!(i64::MAX)),
    ] {
        let atlas = MockAtlas::builder()
            .snapshots(5)
            .total_count(lie)
            .start()
            .await
            .unwrap();
        let body = page(&atlas, "").await;
        assert_eq!(body["totalCount"], expected, "{lie:?}");
        assert_eq!(body.get("totalCount").is_none(), lie == TotalCount::Absent);
        assert_eq!(
            page(&atlas, "includeCount=false").await.get("totalCount"),
            None
        );
    }
}

#[tokio::test]
async fn literal_rows_are_sent_as_given() {
    let rows = vec![
        json!({ "id": "a", "status": "PENDING" }),
        json!(null),
        json!({ "id": 7 }),
        json!({ "id": "b" }),
    ];
    let atlas = MockAtlas::builder()
        .rows(rows.clone())
        .start()
        .await
        .unwrap();
    assert_eq!(page(&atlas, "").await["results"], Value::Array(rows));
    assert_eq!(atlas.snapshot_ids(), ["a", "b"]);
}

#[tokio::test]
async fn hidden_rows_count_and_take_their_place() {
    let all = with(30).await.snapshot_ids();
    let atlas = MockAtlas::builder()
        .snapshots(30)
        .hidden(10..20)
        .hidden(28..99)
        .start()
        .await
        .unwrap();
    let middle = page(&atlas, "itemsPerPage=10&pageNum=2").await;
    assert_eq!(
        (ids(&middle).len(), rels(&middle)),
        (0, vec!["self", "previous", "next"])
    );
    assert_eq!(middle["totalCount"], 30);
    let last = page(&atlas, "itemsPerPage=10&pageNum=3").await;
    assert_eq!(ids(&last), all[20..28]);
    assert_eq!(atlas.snapshot_ids(), [&all[..10], &all[20..28]].concat());
}

#[tokio::test]
async fn the_live_dialect_speaks_as_recorded() {
    let live = |builder: MockAtlasBuilder| builder.dialect(Dialect::Live);
    let atlas = live(MockAtlas::builder().snapshots(100))
        .start()
        .await
        .unwrap();
    let page = page(&atlas, "").await;
    let rows = page["results"].as_array().unwrap();
    for row in rows.iter().filter(|row| row["snapshotType"] == "onDemand") {
        assert_eq!(row["frequencyType"], "ondemand");
    }
    let queued = rows.iter().find(|row| row["status"] == "queued").unwrap();
    assert_eq!(
        (queued.get("createdAt"), queued.get("mongodVersion")),
        (None, None)
    );
    assert_eq!(queued["storageSizeBytes"], 0);
    let has = |field: &str, text: &str| {
        rows.iter().any(|row| {
            row[field]
                .as_str()
                .is_some_and(|value| value.contains(text))
        })
    };
    assert!(
        has("mongodVersion", "-rc1") && has("createdAt", ".123Z") && has("createdAt", "+00:00")
    );

    let (_, error) = get(&atlas, "pageNum=0").await;
    assert!(error["errorCode"].is_string());
    let other = atlas.snapshots_url().replace("Instance0", "Other");
    let error: Value =
        serde_json::from_str(&reqwest::get(other).await.unwrap().text().await.unwrap()).unwrap();
    assert_eq!(error["parameters"], json!(["Other", atlas.project_id()]));

    let atlas = live(MockAtlas::builder().require_token("t"))
        .start()
        .await
        .unwrap();
    let (status, error) = get(&atlas, "").await;
    assert_eq!(status, 401);
    assert_eq!(error.get("errorCode"), None);
}

#[tokio::test]
async fn canned_pages_replace_valid_requests_alone() {
    let canned = CannedResponse::html(503, "<h1>Down</h1>")
        .header("Retry-After", "3")
        .header("no name", "dropped");
    let atlas = MockAtlas::builder()
        .snapshots(300)
        .page_response(2, canned)
        .start()
        .await
        .unwrap();
    assert_eq!(page(&atlas, "pageNum=1").await["totalCount"], 300);
    let response = reqwest::get(format!("{}?pageNum=2", atlas.snapshots_url()))
        .await
        .unwrap();
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "3");
    assert_eq!(
        response.headers()["content-type"],
        "text/html; charset=utf-8"
    );
    assert_eq!(response.text().await.unwrap(), "<h1>Down</h1>");
    assert_eq!(get(&atlas, "pageNum=2&itemsPerPage=0").await.0, 400);
}

#[tokio::test]
async fn the_log_keeps_what_was_sent() {
    let atlas = with(1).await;
    let url = format!(
        "{}?pretty=true&x=a%20b&x=&pageNum=3&itemsPerPage=7",
        atlas.snapshots_url()
    );
    reqwest::Client::new()
        .get(url)
        .header("X-Trace", "42")
        .send()
        .await
        .unwrap();
    let request = &atlas.requests()[0];
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        request.query,
        [
            pair("pretty", "true"),
            pair("x", "a b"),
            pair("x", ""),
            pair("pageNum", "3"),
            pair("itemsPerPage", "7")
        ]
    );
    assert_eq!(
        (request.page_num, request.items_per_page),
        (Some(3), Some(7))
    );
    assert_eq!(request.query_value("x"), Some("a b"));
    assert_eq!(request.header("x-trace"), Some("42"));
    assert_eq!(request.method, "GET");
    assert!(atlas.snapshots_url().ends_with(&request.path));
    assert_eq!(request.status, Some(200));

    atlas.clear_requests();
    assert_eq!(atlas.request_count(), 0);
}

#[tokio::test]
async fn settings_no_request_could_name_are_refused() {
    let start = |builder: MockAtlasBuilder| builder.start();
    assert!(
        matches!(start(MockAtlas::builder().project_id("xyz")).await, Err(StartError::ProjectId(id)) if id == "xyz")
    );
    assert!(matches!(
        start(MockAtlas::builder().instance_name("")).await,
        Err(StartError::InstanceName(_))
    ));
    let atlas = MockAtlas::builder().start().await.unwrap();
    let port = atlas
        .base_url()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let error = start(MockAtlas::builder().port(port)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("cannot listen on port {port} of 127.0.0.1")
    );
}

#[tokio::test]
async fn project_and_instance_can_be_chosen() {
    let project = "0123456789abcdef01234567";
    let atlas = MockAtlas::builder()
        .project_id(project)
        .instance_name("My-1")
        .snapshots(1)
        .start()
        .await
        .unwrap();
    assert!(
        atlas
            .snapshots_url()
            .contains(&format!("/groups/{project}/serverless/My-1/"))
    );
    assert_eq!(
        page(&atlas, "").await["results"][0]["serverlessInstanceName"],
        "My-1"
    );
}

#[tokio::test(start_paused = true)]
async fn latency_is_waited_out_side_by_side() {
    let atlas = MockAtlas::builder()
        .snapshots(1)
        .latency(Duration::from_secs(60))
        .start()
        .await
        .unwrap();
    let began = tokio::time::Instant::now();
    let requests = (0..4).map(|_| reqwest::get(atlas.snapshots_url()));
    assert!(
        futures::future::join_all(requests)
            .await
            .into_iter()
            .all(|response| response.unwrap().status() == 200)
    );
    assert_eq!(began.elapsed().as_secs(), 60);
    assert_eq!(atlas.peak_in_flight(), 4);
    assert_eq!(atlas.in_flight(), 0);
}
