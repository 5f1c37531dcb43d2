//! Tests of the documented behaviour of the two listings.

use std::collections::BTreeSet;
use std::time::Duration;

use atlas_snapshots_mock::{
    CannedResponse, ClusterKind, Fidelity, Links, StartError, Sunset, TotalCount,
};
use serde_json::{Value, json};

use crate::client::{get, list, mock, path, send, start};

const PROJECT: &str = "32b6e34b3d91647abb20e7b8";

#[tokio::test]
async fn pages_cover_the_listing_once_and_in_order() {
    let atlas = start(mock(1_200).seed(7)).await;
    let mut seen = Vec::new();
    for number in 1..=3 {
        let page = list(&atlas, &format!("itemsPerPage=500&pageNum={number}")).await;
        assert_eq!(page.header("content-type"), Some("application/json"));
        assert_eq!(page.json()["totalCount"], 1_200);
        seen.extend(page.ids());
    }
    assert_eq!(seen, atlas.snapshot_ids());
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 1_200);
    let is_hex =
        |id: &String| id.len() == 24 && id.bytes().all(|b| b"0123456789abcdef".contains(&b));
    assert!(seen.iter().all(is_hex));

    let log = atlas.requests();
    let numbers: Vec<_> = log.iter().map(|request| request.page_num).collect();
    assert_eq!(numbers, [Some(1), Some(2), Some(3)]);
}

#[tokio::test]
async fn the_defaults_are_page_1_of_100_with_a_count() {
    let page = list(&start(mock(101)).await, "cursor=abc&cursor=def&pagenum=0").await;
    assert_eq!(
        (page.ids().len(), page.rels()),
        (100, vec!["self".into(), "next".into()])
    );
    assert_eq!(page.json()["totalCount"], 101);
    let empty = list(&start(mock(0)).await, "").await;
    assert_eq!(empty.json()["results"], json!([]));
    assert_eq!(
        (empty.rels(), &empty.json()["totalCount"]),
        (vec!["self".into()], &json!(0))
    );
}

#[tokio::test]
async fn items_have_all_documented_fields_and_enum_values() {
    let page = list(&start(mock(500)).await, "itemsPerPage=500").await;
    let items = page.json()["results"].as_array().unwrap().clone();
    for (field, expected) in [
        ("status", "completed failed inProgress queued"),
        ("frequencyType", "daily hourly monthly weekly"),
        ("snapshotType", "onDemand scheduled"),
    ] {
        let values: BTreeSet<_> = page.values(field).into_iter().take(4).collect();
        assert_eq!(values.into_iter().collect::<Vec<_>>().join(" "), expected);
    }
    for item in &items {
        assert_eq!(item.as_object().unwrap().len(), 10, "{item}");
        assert_eq!(item["serverlessInstanceName"], "Instance0");
        assert!(item["createdAt"].as_str() < item["expiresAt"].as_str());
        let href = item["links"][0]["href"].as_str().unwrap();
        assert!(href.ends_with(item["id"].as_str().unwrap()));
    }
    let sizes = items
        .iter()
        .map(|item| item["storageSizeBytes"].as_u64().unwrap());
    assert!(sizes.filter(|size| *size > u64::from(u32::MAX)).count() > 100);
    assert!(
        page.values("createdAt")
            .is_sorted_by(|newer, older| newer > older)
    );
}

#[tokio::test]
async fn a_seed_gives_the_same_items_in_every_release() {
    assert_ne!(
        start(mock(9)).await.snapshot_ids(),
        start(mock(9).seed(1)).await.snapshot_ids()
    );
    let atlas = start(mock(600).seed(7)).await;
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
            550,
            "2025-12-28T15:00:00Z",
            "2026-01-25T15:00:00Z",
            "weekly",
            "8.0.3",
            "695145f0e004ee4bef800225",
            105_812_422_658,
        ),
    ] {
        let page = list(&atlas, &format!("itemsPerPage=1&pageNum={place}"))
            .await
            .json();
        let href = format!("{}/{id}", atlas.snapshots_url());
        let expected = json!({
            "createdAt": created, "expiresAt": expires, "frequencyType": frequency, "id": id,
            "links": [{ "href": href, "rel": "self" }], "mongodVersion": version,
            "serverlessInstanceName": "Instance0", "snapshotType": "scheduled",
            "status": "completed", "storageSizeBytes": size,
        });
        assert_eq!(page["results"][0], expected);
    }
}

#[tokio::test]
async fn pages_past_the_end_are_empty() {
    let atlas = start(mock(3)).await;
    for number in [
        "2",
        "4294967296",
        "18446744073709551615",
        "99999999999999999999999999",
    ] {
        let page = list(&atlas, &format!("pageNum={number}&itemsPerPage=500")).await;
        assert_eq!(page.json()["results"], json!([]));
        assert_eq!(page.json()["totalCount"], 3);
        assert_eq!(page.rels(), ["self", "previous"]);
    }
    assert_eq!(atlas.requests()[3].page_num, Some(u64::MAX));
}

#[tokio::test]
async fn invalid_query_parameters_are_400_and_name_the_field() {
    let atlas = start(mock(1)).await;
    for (query, rule) in [
        ("itemsPerPage=0", "must be at least 1"),
        ("itemsPerPage=501", "must be at most 500"),
        ("itemsPerPage=-1", "must be at least 1"),
        ("itemsPerPage=1.0", "must be an integer, not \"1.0\""),
        ("itemsPerPage=", "must be an integer, not \"\""),
        ("itemsPerPage=1&itemsPerPage=1", "must not be repeated"),
        ("pageNum=0", "must be at least 1"),
        ("pageNum=-99999999999999999999999", "must be at least 1"),
        ("pageNum=0x1", "must be an integer, not \"0x1\""),
        ("pageNum=%2B1", "must be an integer, not \"+1\""),
        ("pageNum=1&pageNum=2", "must not be repeated"),
        ("includeCount=TRUE", "must be true or false, not \"TRUE\""),
        ("includeCount=", "must be true or false, not \"\""),
        (
            "includeCount=true&includeCount=true",
            "must not be repeated",
        ),
        ("envelope=1", "must be true or false, not \"1\""),
        ("pretty=1", "must be true or false, not \"1\""),
    ] {
        let reply = list(&atlas, query).await;
        assert_eq!(
            reply.error(),
            (400, "INVALID_QUERY_PARAMETER".to_owned()),
            "{query}"
        );
        let (field, _) = query.split_once('=').unwrap();
        let expected = json!([{ "field": field, "description": rule }]);
        assert_eq!(
            reply.json()["badRequestDetail"]["fields"],
            expected,
            "{query}"
        );
        assert_eq!(atlas.requests().last().unwrap().status, Some(400));
    }
    let all = list(
        &atlas,
        "pageNum=0&itemsPerPage=0&envelope=x&pretty=x&includeCount=x",
    )
    .await;
    let body = all.json();
    assert_eq!(
        body["badRequestDetail"]["fields"].as_array().unwrap().len(),
        5
    );
}

#[tokio::test]
async fn wrong_paths_are_400_or_404() {
    let atlas = start(mock(1)).await;
    let (bad, missing) = (
        (400, "PATH_PARAM_PARSE_ERROR"),
        (404, "SERVERLESS_INSTANCE_NOT_FOUND"),
    );
    let upper = PROJECT.to_uppercase();
    for (project, cluster, (status, code), fields) in [
        (&PROJECT[1..], "Instance0", bad, json!(["groupId"])),
        (&upper, "Instance0", bad, json!(["groupId"])),
        (PROJECT, "-Instance", bad, json!(["clusterName"])),
        (PROJECT, "In%20stance", bad, json!(["clusterName"])),
        (PROJECT, "Inst%C3%A4nce", bad, json!(["clusterName"])),
        (PROJECT, "a%2Fb", bad, json!(["clusterName"])),
        ("x", "_", bad, json!(["groupId", "clusterName"])),
        (PROJECT, "%FF", bad, json!(["groupId", "clusterName"])),
        (
            "000000000000000000000000",
            "Instance0",
            (404, "GROUP_NOT_FOUND"),
            json!([]),
        ),
        (PROJECT, "Instance1", missing, json!([])),
        (PROJECT, "instance0", missing, json!([])),
        (
            PROJECT,
            "Instance0/x",
            (404, "RESOURCE_NOT_FOUND"),
            json!([]),
        ),
    ] {
        let path =
            format!("/api/atlas/v1.0/groups/{project}/serverless/{cluster}/backup/snapshots");
        let reply = get(&atlas, &path).await;
        assert_eq!(reply.error(), (status, code.to_owned()), "{path}");
        let body = reply.json();
        let violations = body["badRequestDetail"]["fields"].as_array();
        let names = violations
            .into_iter()
            .flatten()
            .map(|field| field["field"].clone());
        assert_eq!(names.collect::<Value>(), fields, "{path}");
        assert!(
            body["parameters"]
                .as_array()
                .unwrap()
                .iter()
                .all(Value::is_object),
            "{body}"
        );
    }
    assert_eq!(get(&atlas, "/").await.status, 404);
}

#[tokio::test]
async fn other_methods_are_405() {
    let atlas = start(mock(1)).await;
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let reply = send(&atlas, &format!("{method} {}", path(&atlas)), &[], "").await;
        assert_eq!(
            reply.error(),
            (405, "METHOD_NOT_ALLOWED".to_owned()),
            "{method}"
        );
        assert!(reply.header("allow").unwrap().contains("GET"));
        assert_eq!(atlas.requests().last().unwrap().method, method);
    }
}

#[tokio::test]
async fn envelope_and_pretty_change_the_layout() {
    let atlas = start(mock(2)).await;
    let plain = list(&atlas, "").await;
    let enveloped = list(&atlas, "envelope=true").await;
    assert_eq!(
        enveloped.json(),
        json!({ "status": 200, "content": plain.json() })
    );
    let error = list(&atlas, "envelope=true&pageNum=0").await;
    assert_eq!((error.status, &error.json()["status"]), (200, &json!(400)));
    assert_eq!(
        error.json()["content"]["errorCode"],
        "INVALID_QUERY_PARAMETER"
    );
    let pretty = list(&atlas, "pretty=true").await;
    assert!(!plain.body.contains(&b'\n') && pretty.body.starts_with(b"{\n  \""));
    assert_eq!(plain.json(), pretty.json());
    assert!(
        list(&atlas, "pretty=true&pageNum=0")
            .await
            .body
            .starts_with(b"{\n  \"")
    );
}

#[tokio::test]
async fn links_lead_through_the_listing() {
    let atlas = start(mock(25)).await;
    for (query, expected) in [
        ("itemsPerPage=10", "self next"),
        ("itemsPerPage=10&pageNum=2", "self previous next"),
        ("itemsPerPage=10&pageNum=3", "self previous"),
        // A full last page has no `next`.
        ("itemsPerPage=25", "self"),
        // Without a count there is no `next` either.
        (
            "itemsPerPage=10&pageNum=2&includeCount=false",
            "self previous",
        ),
    ] {
        let page = list(&atlas, query).await;
        assert_eq!(page.rels().join(" "), expected, "{query}");
        let has_count = page.json().get("totalCount").is_some();
        assert_eq!(has_count, !query.contains("includeCount=false"));
    }
    let second = list(&atlas, "itemsPerPage=10&pageNum=2").await.json();
    for (link, number) in [(0, 2), (1, 1), (2, 3)] {
        let query = format!("?includeCount=true&itemsPerPage=10&pageNum={number}");
        assert_eq!(
            second["links"][link]["href"],
            atlas.snapshots_url() + &query
        );
    }
}

#[tokio::test]
async fn links_and_count_can_be_wrong() {
    for (links, query, expected) in [
        (Links::NeverNext, "itemsPerPage=10", "self"),
        (Links::AlwaysNext, "pageNum=9", "self previous next"),
        (Links::AlwaysNext, "includeCount=false", "self next"),
        (Links::Foreign, "itemsPerPage=10", "self next"),
    ] {
        let page = list(&start(mock(25).links(links)).await, query).await;
        assert_eq!(page.rels().join(" "), expected, "{links:?}");
        let href = page.json()["links"][0]["href"].as_str().unwrap().to_owned();
        assert_eq!(
            href.starts_with("http://atlas.invalid/api/"),
            links == Links::Foreign
        );
    }
    let missing = list(&start(mock(25).links(Links::Missing)).await, "").await;
    assert_eq!(missing.json().get("links"), None);

    for (count, expected) in [
        (TotalCount::Absent, None),
        (TotalCount::Fixed(-1), Some(json!(-1))),
        (TotalCount::Fixed(i64::MAX), Some(json!(i64::MAX))),
        (TotalCount::Offset(-2), Some(json!(3))),
        (TotalCount::Offset(i64::MAX), Some(json!(i64::MAX))),
    ] {
        let atlas = start(mock(5).total_count(count)).await;
        assert_eq!(
            list(&atlas, "").await.json().get("totalCount"),
            expected.as_ref()
        );
        assert_eq!(
            list(&atlas, "includeCount=false")
                .await
                .json()
                .get("totalCount"),
            None
        );
    }
}

#[tokio::test]
async fn items_can_be_literal_or_hidden() {
    let items = json!([{ "id": "a", "status": "PENDING" }, null, { "id": 7 }, { "id": "b" }]);
    let atlas = start(mock(0).items(items.as_array().unwrap().clone())).await;
    assert_eq!(list(&atlas, "").await.json()["results"], items);
    assert_eq!(atlas.snapshot_ids(), ["a", "b"]);

    let all = start(mock(30)).await.snapshot_ids();
    let atlas = start(mock(30).hidden(10..20).hidden(28..99)).await;
    let middle = list(&atlas, "itemsPerPage=10&pageNum=2").await;
    assert_eq!((middle.ids().len(), middle.rels().len()), (0, 3));
    assert_eq!(middle.json()["totalCount"], 30);
    assert_eq!(
        list(&atlas, "itemsPerPage=10&pageNum=3").await.ids(),
        all[20..28]
    );
    assert_eq!(atlas.snapshot_ids(), [&all[..10], &all[20..28]].concat());
}

#[tokio::test]
async fn live_responses_are_as_recorded() {
    let atlas = start(mock(100).fidelity(Fidelity::Live)).await;
    let page = list(&atlas, "").await.json();
    let items = page["results"].as_array().unwrap();
    for item in items
        .iter()
        .filter(|item| item["snapshotType"] == "onDemand")
    {
        assert_eq!(item["frequencyType"], "ondemand");
    }
    let queued = items
        .iter()
        .find(|item| item["status"] == "queued")
        .unwrap();
    assert_eq!(
        (queued.get("createdAt"), queued.get("mongodVersion")),
        (None, None)
    );
    assert_eq!(queued["storageSizeBytes"], 0);
    for (field, part) in [
        ("mongodVersion", "-rc1"),
        ("createdAt", ".123Z"),
        ("createdAt", "+00:00"),
    ] {
        let mut values = items.iter().filter_map(|item| item[field].as_str());
        assert!(values.any(|value| value.contains(part)), "{part}");
    }
    let other = get(&atlas, &path(&atlas).replace("Instance0", "Other")).await;
    assert_eq!(other.json()["parameters"], json!(["Other", PROJECT]));
    let atlas = start(mock(0).fidelity(Fidelity::Live).require_token("t")).await;
    assert_eq!(list(&atlas, "").await.error(), (401, String::new()));
}

#[tokio::test]
async fn canned_pages_replace_valid_requests_only() {
    let canned = CannedResponse::html(503, "<h1>Down</h1>").header("Retry-After", "3");
    let atlas = start(mock(300).page_response(2, canned.header("no name", "dropped"))).await;
    assert_eq!(list(&atlas, "pageNum=1").await.status, 200);
    let reply = list(&atlas, "pageNum=2").await;
    assert_eq!(
        (reply.status, reply.header("retry-after")),
        (503, Some("3"))
    );
    assert_eq!(
        reply.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(reply.body, b"<h1>Down</h1>");
    assert_eq!(list(&atlas, "pageNum=2&itemsPerPage=0").await.status, 400);
}

#[tokio::test]
async fn the_log_contains_the_request_as_sent() {
    let atlas = start(mock(1)).await;
    let line = format!(
        "GET {}?pretty=true&x=a%20b&x=&pageNum=3&itemsPerPage=7",
        path(&atlas)
    );
    send(&atlas, &line, &[("X-Trace", "42")], "").await;
    let request = &atlas.requests()[0];
    let query: Vec<_> = request
        .query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(
        query,
        ["pretty=true", "x=a b", "x=", "pageNum=3", "itemsPerPage=7"]
    );
    assert_eq!(
        (request.page_num, request.items_per_page),
        (Some(3), Some(7))
    );
    assert_eq!(request.query_value("x"), Some("a b"));
    assert_eq!(request.header("x-trace"), Some("42"));
    assert_eq!(
        (request.method.as_str(), request.path.as_str()),
        ("GET", &*path(&atlas))
    );
    assert_eq!(request.status, Some(200));
    atlas.clear_requests();
    assert_eq!(atlas.request_count(), 0);
}

#[tokio::test]
async fn invalid_settings_prevent_the_start() {
    let error = mock(0).project_id("xyz").start().await.unwrap_err();
    assert!(matches!(error, StartError::ProjectId(id) if id == "xyz"));
    let error = mock(0).cluster_name("").start().await.unwrap_err();
    assert!(matches!(error, StartError::ClusterName(_)));
    let atlas = start(mock(0)).await;
    let port = atlas
        .base_url()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let error = mock(0).port(port).start().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("cannot listen on port {port} of 127.0.0.1")
    );
}

#[tokio::test(start_paused = true)]
async fn latency_passes_concurrently() {
    let atlas = start(mock(1).latency(Duration::from_secs(60))).await;
    let began = tokio::time::Instant::now();
    let replies = futures::future::join_all((0..4).map(|_| list(&atlas, ""))).await;
    assert!(replies.iter().all(|reply| reply.status == 200));
    assert_eq!(began.elapsed().as_secs(), 60);
    assert_eq!((atlas.peak_in_flight(), atlas.in_flight()), (4, 0));
}

#[tokio::test]
async fn a_flex_page_is_oldest_first_with_its_own_fields_and_media_type() {
    let page = list(&start(mock(8).kind(ClusterKind::Flex)).await, "").await;
    let media_type = "application/vnd.atlas.2024-11-13+json;charset=utf-8";
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, Some(media_type))
    );
    assert!(page.values("scheduledTime").is_sorted());
    let statuses = ["COMPLETED", "FAILED", "RUNNING", "QUEUED", "PENDING"];
    assert_eq!(page.values("status")[..5], statuses);
    let body = page.json();
    let items = body["results"].as_array().unwrap();
    assert_eq!((items.len(), &body["totalCount"]), (8, &json!(8)));
    assert!(items[1].get("finishTime").is_some(), "a failure has an end");
    assert!(items[2].get("finishTime").is_none() && items[3].get("startTime").is_none());
    assert!(items.iter().all(|item| item.get("links").is_none()));
}

#[tokio::test]
async fn each_api_rejects_the_other_kind_and_a_sunset_ends_the_serverless_api() {
    let serverless =
        format!("/api/atlas/v1.0/groups/{PROJECT}/serverless/Instance0/backup/snapshots");
    let flex = format!("/api/atlas/v2/groups/{PROJECT}/flexClusters/Instance0/backup/snapshots");
    let flex_mock = || mock(3).kind(ClusterKind::Flex);
    let other_project = "000000000000000000000000";
    for (builder, path, status, code) in [
        (
            mock(3),
            &flex,
            400,
            "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API",
        ),
        (
            flex_mock(),
            &serverless,
            400,
            "NOT_SERVERLESS_TENANT_CLUSTER",
        ),
        (
            flex_mock().cluster_name("Other"),
            &flex,
            404,
            "CLUSTER_NOT_FOUND",
        ),
        (
            flex_mock().project_id(other_project),
            &flex,
            404,
            "GROUP_NOT_FOUND",
        ),
        (
            mock(3).sunset(Sunset::Gone),
            &serverless,
            410,
            "VERSION_GONE",
        ),
        (
            mock(3).sunset(Sunset::NotFound),
            &serverless,
            404,
            "SERVERLESS_INSTANCE_NOT_FOUND",
        ),
    ] {
        let reply = get(&start(builder).await, path).await;
        assert_eq!(reply.error(), (status, code.to_owned()));
    }
    let atlas = start(flex_mock().sunset(Sunset::Empty)).await;
    assert_eq!(get(&atlas, &serverless).await.json()["results"], json!([]));
    assert_eq!(get(&atlas, &flex).await.ids().len(), 3);
}
