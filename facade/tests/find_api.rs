//! The automatic choice of API, where the APIs respond as a test says.

#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::sync::{Arc, Mutex};

use atlas_snapshots::{
    Atlas, Basis, Completeness, EmptyReason, ErrorKind, RetryPolicy, SnapshotSource,
};
use serde_json::{Value, json};
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::common::request_head;

const PROJECT: &str = "32b6e34b3d91647abb20e7b8";
const SNAPSHOT: &str = "6a0000000000000000000001";

const NOT_FLEX: Reply = Reply::Error(400, "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API");
const FLEX: Reply = Reply::Error(400, "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API");
const SERVERLESS: Reply = Reply::Error(400, "CANNOT_USE_SERVERLESS_INSTANCE_IN_CLUSTER_API");
const UNKNOWN: Reply = Reply::Error(404, "CLUSTER_NOT_FOUND");
const UNSUPPORTED: Reply = Reply::Error(400, "FEATURE_UNSUPPORTED");
const GONE: Reply = Reply::Error(410, "VERSION_GONE");

/// What an API responds to every request, until it is changed.
#[derive(Debug, Clone)]
enum Reply {
    /// One of so many pages of so many snapshots.
    Page { items: usize, pages: usize },
    /// A page as it is, or an object.
    Body(Value),
    /// A status with a code.
    Error(u16, &'static str),
}

/// What the APIs of Flex, of dedicated clusters, of serverless instances, and the list of clusters
/// respond.
#[derive(Debug, Clone)]
struct Replies {
    flex: Reply,
    cluster: Reply,
    serverless: Reply,
    clusters: Reply,
}

impl Default for Replies {
    fn default() -> Self {
        Self {
            flex: UNKNOWN,
            cluster: UNKNOWN,
            serverless: UNKNOWN,
            clusters: page_of(0),
        }
    }
}

/// A server whose APIs respond as a test says, and the requests it received.
#[derive(Debug, Clone)]
struct Apis {
    base_url: String,
    state: Arc<Mutex<(Replies, Vec<String>)>>,
}

impl Apis {
    async fn start(replies: Replies) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let apis = Self {
            base_url: format!("http://{}", listener.local_addr().unwrap()),
            state: Arc::new(Mutex::new((replies, Vec::new()))),
        };
        let server = apis.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = server.clone();
                tokio::spawn(async move {
                    let mut stream = BufReader::new(stream);
                    while let Some(head) = request_head(&mut stream).await {
                        let response = server.respond(&head);
                        stream.write_all(response.as_bytes()).await.unwrap();
                    }
                });
            }
        });
        apis
    }

    fn respond(&self, head: &str) -> String {
        let (replies, requests) = &mut *self.state.lock().unwrap();
        let page = head.split("pageNum=").nth(1).unwrap_or("1");
        let page: usize = page.split(['&', ' ']).next().unwrap().parse().unwrap();
        let (api, id, reply) = if head.contains("/flexClusters/") {
            ("flex", 'f', &replies.flex)
        } else if head.contains("/serverless/") {
            ("serverless", 'a', &replies.serverless)
        } else if head.contains("/backup/") {
            ("cluster", 'c', &replies.cluster)
        } else {
            ("clusters", 'e', &replies.clusters)
        };
        let moment = head.split("pointInTimeUtcSeconds=").nth(1);
        let moment = moment.map(|rest| rest.split(['&', ' ']).next().unwrap());
        requests.push(match moment {
            Some(moment) => format!("{api} at {moment}"),
            None => format!("{api} {page}"),
        });
        let (status, body) = match reply {
            Reply::Page { items, pages } => {
                let on_page = if page > *pages { 0 } else { *items };
                let ids = (0..on_page).map(|item| format!("{id}{:023x}", page * 1000 + item));
                let results: Vec<_> = ids.map(|id| json!({ "id": id })).collect();
                (
                    200,
                    json!({ "results": results, "totalCount": items * pages }),
                )
            }
            Reply::Body(body) => (200, body.clone()),
            Reply::Error(status, code) => (*status, json!({ "errorCode": code })),
        };
        let body = body.to_string();
        let length = body.len();
        format!("HTTP/1.1 {status} -\r\ncontent-length: {length}\r\n\r\n{body}")
    }

    fn set(&self, replies: Replies) {
        self.state.lock().unwrap().0 = replies;
    }

    /// The API and the page of each request since the last call.
    fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().1)
    }

    fn client(&self) -> Atlas {
        let builder = Atlas::builder().base_url(&self.base_url);
        builder.retry_policy(RetryPolicy::none()).build().unwrap()
    }
}

fn page_of(items: usize) -> Reply {
    Reply::Page { items, pages: 1 }
}

fn flex(items: usize) -> Replies {
    Replies {
        flex: page_of(items),
        cluster: FLEX,
        ..Replies::default()
    }
}

fn dedicated(items: usize) -> Replies {
    Replies {
        flex: NOT_FLEX,
        cluster: page_of(items),
        ..Replies::default()
    }
}

fn serverless(items: usize) -> Replies {
    Replies {
        flex: NOT_FLEX,
        cluster: SERVERLESS,
        serverless: page_of(items),
        ..Replies::default()
    }
}

#[tokio::test]
async fn each_kind_is_found_once_for_a_client() {
    let unknown_to_v2 = Replies {
        serverless: page_of(3),
        ..Replies::default()
    };
    let all = ["flex 1", "cluster 1", "serverless 1"];
    for (replies, requests, source) in [
        (flex(3), &all[..1], SnapshotSource::Flex),
        (dedicated(3), &all[..2], SnapshotSource::Cluster),
        (serverless(3), &all, SnapshotSource::Serverless),
        (unknown_to_v2, &all, SnapshotSource::Serverless),
    ] {
        let apis = Apis::start(replies).await;
        let atlas = apis.client();
        for requests in [requests, &requests[requests.len() - 1..]] {
            let listed = atlas.clone().snapshots(PROJECT, "Cluster0").await.unwrap();
            assert_eq!((listed.len(), listed[0].source()), (3, source));
            assert_eq!(listed.summary().requests(), requests.len() as u64);
            assert_eq!(apis.requests(), requests);
        }
    }
}

#[tokio::test]
async fn an_empty_list_past_the_sunset_decides_no_api() {
    // While a cluster is being made, no API knows it, and the withdrawn one lists nothing.
    let apis = Apis::start(Replies {
        serverless: page_of(0),
        ..Replies::default()
    })
    .await;
    let atlas = apis.client();
    let listed = atlas.snapshots(PROJECT, "Cluster0").await.unwrap();
    assert_eq!(listed.len(), 0);
    assert!(listed.summary().empty_after_sunset());
    assert_eq!(apis.requests(), ["flex 1", "cluster 1", "serverless 1"]);

    apis.set(flex(3));
    for _ in 0..2 {
        assert_eq!(atlas.snapshots(PROJECT, "Cluster0").await.unwrap().len(), 3);
        assert_eq!(apis.requests(), ["flex 1"]);
    }
}

#[tokio::test]
async fn the_api_of_a_cluster_that_was_migrated_is_found_again_once() {
    let gone = [
        page_of(0),
        Reply::Error(404, "SERVERLESS_INSTANCE_NOT_FOUND"),
        GONE,
        Reply::Error(400, "CANNOT_USE_CLUSTER_IN_SERVERLESS_INSTANCE_API"),
        Reply::Error(400, "NOT_SERVERLESS_TENANT_CLUSTER"),
    ];
    for gone in gone {
        let apis = Apis::start(serverless(2)).await;
        let atlas = apis.client();
        let list = || atlas.snapshots(PROJECT, "Cluster0").collect();
        assert_eq!(list().await.unwrap().len(), 2);
        apis.requests();

        // Migrated: each API is requested once, and the new one from then on.
        for (mut replies, items, requests) in [
            (flex(3), 3, &["serverless 1", "flex 1"][..]),
            (dedicated(4), 4, &["flex 1", "cluster 1"]),
            (flex(3), 3, &["cluster 1", "flex 1"]),
            (serverless(2), 2, &["flex 1", "cluster 1", "serverless 1"]),
            (dedicated(4), 4, &["serverless 1", "flex 1", "cluster 1"]),
        ] {
            if items != 2 {
                replies.serverless = gone.clone();
            }
            apis.set(replies);
            assert_eq!(list().await.unwrap().len(), items, "{gone:?}");
            assert_eq!(apis.requests(), requests, "{gone:?}");
            assert_eq!(list().await.unwrap().len(), items);
            assert_eq!(apis.requests(), requests[requests.len() - 1..], "{gone:?}");
        }
    }
}

#[tokio::test]
async fn a_name_that_no_api_knows_is_one_error_and_is_requested_anew() {
    let says = "there is no cluster of this name in the project, or not any more";
    for (before, serverless) in [(None, UNKNOWN), (None, GONE), (Some(flex(1)), UNKNOWN)] {
        let apis = Apis::start(before.clone().unwrap_or_default()).await;
        let atlas = apis.client();
        if before.is_some() {
            atlas.snapshots(PROJECT, "Cluster0").await.unwrap();
            apis.requests();
        }
        apis.set(Replies {
            serverless,
            ..Replies::default()
        });
        for _ in 0..2 {
            let error = atlas.snapshots(PROJECT, "Cluster0").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotFound);
            assert!(error.to_string().contains(says), "{error}");
            assert_eq!(apis.requests(), ["flex 1", "cluster 1", "serverless 1"]);
        }
    }
}

#[tokio::test]
async fn an_error_that_says_nothing_about_the_cluster_ends_the_search() {
    let no_project = Reply::Error(404, "GROUP_NOT_FOUND");
    for (reply, kind, says) in [
        (
            no_project,
            ErrorKind::NotFound,
            "these credentials may not see it",
        ),
        (
            Reply::Error(503, "UNAVAILABLE"),
            ErrorKind::Server,
            "UNAVAILABLE",
        ),
        (Reply::Error(401, ""), ErrorKind::Unauthenticated, "401"),
        (
            Reply::Error(403, "ORG_REQUIRES_ACCESS_LIST"),
            ErrorKind::IpNotAllowed,
            "access list",
        ),
    ] {
        // The first API, the second, and the one that is remembered.
        let apis = Apis::start(Replies {
            flex: reply.clone(),
            ..flex(1)
        })
        .await;
        let atlas = apis.client();
        for (replies, requests) in [
            (None, &["flex 1"][..]),
            (
                Some(Replies {
                    cluster: reply.clone(),
                    ..dedicated(1)
                }),
                &["flex 1", "cluster 1"],
            ),
            (Some(dedicated(1)), &["flex 1", "cluster 1"]),
            (
                Some(Replies {
                    cluster: reply.clone(),
                    ..flex(1)
                }),
                &["cluster 1"],
            ),
            (Some(dedicated(1)), &["cluster 1"]),
        ] {
            let succeeds = matches!(
                &replies,
                Some(Replies {
                    cluster: Reply::Page { .. },
                    ..
                })
            );
            if let Some(replies) = replies {
                apis.set(replies);
            }
            let listed = atlas.snapshots(PROJECT, "Cluster0").await;
            assert_eq!(apis.requests(), requests);
            if succeeds {
                listed.unwrap();
                continue;
            }
            let error = listed.unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().contains(says), "{error}");
        }
    }
}

#[tokio::test]
async fn a_listing_in_progress_never_mixes_two_apis() {
    let page = Reply::Page {
        items: 10,
        pages: 4,
    };
    let before = Replies {
        cluster: page.clone(),
        ..dedicated(0)
    };
    let apis = Apis::start(before.clone()).await;
    let atlas = apis.client();
    let request = atlas.snapshots(PROJECT, "Cluster0").page_size(10);
    let mut interrupted = request.clone().max_in_flight(1).stream();
    let mut read_on = request.clone().max_in_flight(1).stream();
    for stream in [&mut interrupted, &mut read_on] {
        stream.next().await.unwrap().unwrap();
        // The second page is read ahead.
        while !apis.requests().contains(&"cluster 2".to_owned()) {
            tokio::task::yield_now().await;
        }
    }

    apis.set(flex(7));
    let mut items = 1;
    let error = loop {
        match interrupted.next().await.unwrap() {
            Ok(snapshot) => assert_eq!(snapshot.source(), SnapshotSource::Cluster),
            Err(error) => break error,
        }
        items += 1;
    };
    assert_eq!((error.kind(), items % 10), (ErrorKind::BadRequest, 0));
    assert!(!apis.requests().contains(&"flex 1".to_owned()));

    // The next listing finds the new API, and the one that had begun before keeps its own.
    assert_eq!(request.await.unwrap().len(), 7);
    assert_eq!(apis.requests().last().unwrap(), "flex 1");
    apis.set(before);
    while let Some(snapshot) = read_on.next().await {
        assert_eq!(snapshot.unwrap().source(), SnapshotSource::Cluster);
    }
    let requests = apis.requests();
    let is_cluster = |request: &String| request.starts_with("cluster ");
    assert!(!requests.is_empty());
    assert!(requests.iter().all(is_cluster), "{requests:?}");
}

/// A page of clusters of which one is `Cluster0`.
fn clusters(provider: &str, backups: bool) -> Reply {
    let cluster = |name: &str, provider: &str, backups: bool| {
        let region = json!({ "providerName": provider, "regionName": "EU_WEST_1" });
        json!({
            "id": "32b6e34b3d91647abb20e7b9", "name": name, "clusterType": "REPLICASET",
            "backupEnabled": backups, "replicationSpecs": [{ "regionConfigs": [region] }],
        })
    };
    let mut other = cluster("Other", "TENANT", true);
    other["id"] = json!("32b6e34b3d91647abb20e7ba");
    let results = [other, cluster("Cluster0", provider, backups)];
    Reply::Body(json!({ "results": results, "totalCount": 2 }))
}

#[tokio::test]
async fn an_empty_list_of_a_cluster_says_why() {
    let free = || clusters("TENANT", false);
    let refused = Reply::Error(403, "FEATURE_UNSUPPORTED");
    for (cluster, clusters, reason, says) in [
        (
            page_of(0),
            free(),
            Some(EmptyReason::FreeCluster),
            "a Free cluster has no backups",
        ),
        (
            UNSUPPORTED,
            free(),
            Some(EmptyReason::FreeCluster),
            "a Free cluster has no backups",
        ),
        (
            refused,
            free(),
            Some(EmptyReason::FreeCluster),
            "a Free cluster has no backups",
        ),
        (
            page_of(0),
            clusters("AWS", false),
            Some(EmptyReason::BackupsOff),
            "backups are turned off",
        ),
        (
            page_of(0),
            clusters("AWS", true),
            Some(EmptyReason::NoneYet),
            "no snapshot has been taken",
        ),
        (page_of(0), page_of(0), None, "complete"),
        (page_of(0), Reply::Error(500, ""), None, "complete"),
    ] {
        let apis = Apis::start(Replies {
            flex: NOT_FLEX,
            cluster,
            clusters,
            ..Replies::default()
        })
        .await;
        let atlas = apis.client();
        for requests in [
            &["flex 1", "cluster 1", "clusters 1"][..],
            &["cluster 1", "clusters 1"],
        ] {
            let listed = atlas.snapshots(PROJECT, "Cluster0").await.unwrap();
            let summary = listed.summary();
            assert_eq!((listed.len(), summary.empty_reason()), (0, reason));
            let complete = Completeness::Complete(Basis::SinglePage);
            assert_eq!(summary.completeness(), complete);
            assert!(summary.to_string().contains(says), "{summary}");
            assert_eq!(apis.requests(), requests);
            assert_eq!(summary.requests(), requests.len() as u64);
        }
    }
}

#[tokio::test]
async fn an_unsupported_cluster_with_backups_is_an_error() {
    let apis = Apis::start(Replies {
        flex: NOT_FLEX,
        cluster: UNSUPPORTED,
        clusters: clusters("AWS", true),
        ..Replies::default()
    })
    .await;
    let error = apis
        .client()
        .snapshots(PROJECT, "Cluster0")
        .await
        .unwrap_err();
    assert_eq!(error.error_code(), Some("FEATURE_UNSUPPORTED"));
    assert_eq!(apis.requests(), ["flex 1", "cluster 1", "clusters 1"]);
}

#[tokio::test]
async fn a_snapshot_is_requested_from_the_api_of_its_cluster() {
    let found = Reply::Body(json!({ "id": SNAPSHOT, "status": "QUEUED" }));
    let none = Reply::Error(404, "SNAPSHOT_NOT_FOUND");
    let on_flex = |reply| Replies {
        flex: reply,
        ..flex(0)
    };
    let on_cluster = |cluster| Replies {
        cluster,
        ..dedicated(0)
    };
    for (replies, requests, source) in [
        (
            on_flex(found.clone()),
            &["flex 1"][..],
            Some(SnapshotSource::Flex),
        ),
        (on_flex(none.clone()), &["flex 1"], None),
        (
            on_cluster(found),
            &["flex 1", "cluster 1"],
            Some(SnapshotSource::Cluster),
        ),
        (on_cluster(none), &["flex 1", "cluster 1"], None),
    ] {
        let apis = Apis::start(replies).await;
        let atlas = apis.client();
        let snapshot = atlas.snapshot(PROJECT, "Cluster0", SNAPSHOT).await;
        assert_eq!(apis.requests(), requests);
        let Some(source) = source else {
            let error = snapshot.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotFound);
            assert!(
                error.to_string().contains("check the snapshot id"),
                "{error}"
            );
            continue;
        };
        let snapshot = snapshot.unwrap();
        assert_eq!(
            (snapshot.id().as_str(), snapshot.source()),
            (SNAPSHOT, source)
        );
        // The listing needs no search any more.
        let _ = atlas.snapshots(PROJECT, "Cluster0").await;
        assert_eq!(apis.requests(), requests[requests.len() - 1..]);
    }
}

#[tokio::test]
async fn a_snapshot_that_cannot_be_requested_or_read_is_an_error() {
    let apis = Apis::start(Replies::default()).await;
    let atlas = apis.client();
    for (project, cluster, id) in [
        ("x", "Cluster0", SNAPSHOT),
        (PROJECT, "_", SNAPSHOT),
        (PROJECT, "Cluster0", "../x"),
    ] {
        let error = atlas.snapshot(project, cluster, id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    }
    assert_eq!(apis.requests().len(), 0);
    for (body, says) in [
        (json!({}), "it has no id"),
        (json!([SNAPSHOT]), "the response is not a JSON object"),
        (json!({ "id": SNAPSHOT, "status": 7 }), "`status`"),
    ] {
        apis.set(Replies {
            flex: Reply::Body(body),
            ..Replies::default()
        });
        let error = atlas
            .snapshot(PROJECT, "Cluster0", SNAPSHOT)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains(says), "{source}");
    }
}

#[tokio::test]
async fn the_server_picks_the_snapshot_for_a_moment() {
    let moment = "2026-11-20T10:00:00.9Z".parse().unwrap();
    let apis = Apis::start(dedicated(1)).await;
    let atlas = apis.client();
    for request in [
        atlas.snapshots(PROJECT, "Cluster0"),
        atlas.cluster_snapshots(PROJECT, "Cluster0"),
    ] {
        let plain = request.clone();
        assert_eq!(request.at(moment).await.unwrap().len(), 1);
        assert_eq!(apis.requests(), ["cluster at 1795168800"]);
        // The checkpoint of one is not of the other.
        let picked = plain.clone().at(moment).stream();
        let error = plain.resume_from(picked.checkpoint()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    }
    for request in [
        atlas.flex_snapshots(PROJECT, "Cluster0"),
        atlas.serverless_snapshots(PROJECT, "Cluster0"),
    ] {
        let error = request.at(moment).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    }
    assert_eq!(apis.requests().len(), 0);
}
