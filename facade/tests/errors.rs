//! Every way an answer can say no, over real sockets.

#![allow(clippy::unwrap_used, missing_docs)]

use std::error::Error as _;
use std::time::Duration;

use atlas_snapshots::{
    Atlas, AtlasBuilder, Credentials, Error, ErrorKind, Listing, PageSize, RetryPolicy,
};
use atlas_snapshots_mock::{BodyFault, CannedResponse, MockAtlas, When};
use futures::StreamExt;
use serde_json::json;

/// A client that reports every failure at once.
fn atlas(mock: &MockAtlas) -> AtlasBuilder {
    Atlas::builder()
        .base_url(mock.base_url())
        .retry(RetryPolicy::none())
}

/// The first error of a listing of the mock's instance.
async fn error_of(mock: &MockAtlas, atlas: AtlasBuilder) -> Error {
    let atlas = atlas.build().unwrap();
    let mut snapshots = listing(mock, &atlas).stream();
    snapshots.next().await.unwrap().unwrap_err()
}

fn listing(mock: &MockAtlas, atlas: &Atlas) -> Listing {
    atlas.serverless_snapshots(
        mock.project_id().parse().unwrap(),
        mock.instance_name().parse().unwrap(),
    )
}

async fn error_for(answer: CannedResponse) -> Error {
    let mock = MockAtlas::builder()
        .page_response(1, answer)
        .start()
        .await
        .unwrap();
    let error = error_of(&mock, atlas(&mock)).await;
    assert_eq!(mock.request_count(), 1);
    assert_eq!(
        (error.page(), error.delivered(), error.attempts()),
        (Some(1), Some(0), Some(1))
    );
    error
}

#[tokio::test]
async fn every_documented_error_has_its_kind_and_keeps_its_body() {
    let detail = "(This is just an example, the exception may not be related to this endpoint) \
                  No provider AWS exists.";
    for (status, code, reason, kind) in [
        (
            400,
            "VALIDATION_ERROR",
            "Bad Request",
            ErrorKind::BadRequest,
        ),
        (
            401,
            "NOT_ORG_GROUP_CREATOR",
            "Unauthorized",
            ErrorKind::Unauthenticated,
        ),
        (
            403,
            "CANNOT_CHANGE_GROUP_NAME",
            "Forbidden",
            ErrorKind::PermissionDenied,
        ),
        (404, "RESOURCE_NOT_FOUND", "Not Found", ErrorKind::NotFound),
        (
            500,
            "UNEXPECTED_ERROR",
            "Internal Server Error",
            ErrorKind::Server,
        ),
    ] {
        let body = json!({"error": status, "detail": detail, "reason": reason, "errorCode": code});
        let error = error_for(CannedResponse::json(status, body)).await;
        assert_eq!(error.kind(), kind);
        assert_eq!(error.status(), Some(status));
        assert_eq!(error.error_code(), Some(code));
        assert_eq!(error.reason(), Some(reason));
        assert_eq!(error.detail(), Some(detail));
        assert_eq!(error.body_excerpt(), None);
        let line = error.to_string();
        for part in [&*status.to_string(), code, "page 1"] {
            assert!(line.contains(part), "{line}");
        }
        assert!(!line.contains('\n'));
    }
}

#[tokio::test]
async fn undocumented_error_bodies_never_hide_the_status() {
    for (answer, kind, code, excerpt) in [
        (
            CannedResponse::json(
                401,
                json!({"error": 401, "reason": "Unauthorized", "detail": "No."}),
            ),
            ErrorKind::Unauthenticated,
            None,
            None,
        ),
        (
            CannedResponse::new(401),
            ErrorKind::Unauthenticated,
            None,
            None,
        ),
        (
            CannedResponse::json(
                401,
                json!({"error": 401, "errorCode": "USER_UNAUTHORIZED", "parameters": null}),
            ),
            ErrorKind::PermissionDenied,
            Some("USER_UNAUTHORIZED"),
            None,
        ),
        (
            CannedResponse::json(
                403,
                json!({"errorCode": "IP_ADDRESS_NOT_ON_ACCESS_LIST", "parameters": ["192.0.2.1", 7]}),
            ),
            ErrorKind::IpNotAllowed,
            Some("IP_ADDRESS_NOT_ON_ACCESS_LIST"),
            None,
        ),
        (
            CannedResponse::json(410, json!({"error": 410, "errorCode": "VERSION_GONE"})),
            ErrorKind::Sunset,
            Some("VERSION_GONE"),
            None,
        ),
        (
            CannedResponse::json(
                500,
                json!({"errorCode": "X", "message": "m", "status": "ERROR", "version": "1"}),
            ),
            ErrorKind::Server,
            Some("X"),
            None,
        ),
        (
            CannedResponse::text(500, "Server Error"),
            ErrorKind::Server,
            None,
            Some("Server Error"),
        ),
        (
            CannedResponse::html(503, "<html>down</html>"),
            ErrorKind::Server,
            None,
            Some("<html>down</html>"),
        ),
        (
            CannedResponse::json(429, json!({"errorCode": "RATE_LIMITED"})),
            ErrorKind::RateLimited,
            Some("RATE_LIMITED"),
            None,
        ),
        (
            CannedResponse::json(409, json!({"errorCode": "CONFLICT"})),
            ErrorKind::BadRequest,
            Some("CONFLICT"),
            None,
        ),
        (CannedResponse::new(204), ErrorKind::Protocol, None, None),
    ] {
        let error = error_for(answer).await;
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.error_code(), code, "{error}");
        assert_eq!(error.body_excerpt(), excerpt, "{error}");
        assert!(error.status().is_some(), "{error}");
    }
}

#[tokio::test]
async fn a_200_that_is_no_page_is_told_apart() {
    for (answer, kind, retryable) in [
        (
            CannedResponse::html(200, "<html>login</html>"),
            ErrorKind::Decode,
            false,
        ),
        (
            CannedResponse::json(200, json!(null)),
            ErrorKind::Decode,
            false,
        ),
        (
            CannedResponse::json(200, json!([])),
            ErrorKind::Decode,
            false,
        ),
        (
            CannedResponse::json(200, json!({})),
            ErrorKind::Decode,
            false,
        ),
        (
            CannedResponse::json(200, json!({"results": null})),
            ErrorKind::Decode,
            false,
        ),
        (
            CannedResponse::json(200, json!({"results": {}})),
            ErrorKind::Decode,
            false,
        ),
        (CannedResponse::new(200), ErrorKind::Protocol, true),
        (
            CannedResponse::new(200).body("{\"results\": ["),
            ErrorKind::Protocol,
            true,
        ),
        (
            CannedResponse::new(200).body(b"{\"results\": \xff".to_vec()),
            ErrorKind::Decode,
            false,
        ),
    ] {
        let error = error_for(answer).await;
        assert_eq!(
            (error.kind(), error.is_retryable()),
            (kind, retryable),
            "{error}"
        );
        assert_eq!(error.status(), Some(200), "{error}");
        assert!(error.source().is_some(), "{error}");
    }
}

/// Found by the fuzz target `page`: the decoder takes an array for the object whose fields it
/// lists, so that `[null, [], 5]` was a complete listing without snapshots.
#[tokio::test]
async fn an_array_that_looks_like_the_fields_of_a_page_is_none() {
    for page in [
        json!([null, [], 5]),
        json!([[{"id": "000000000000000000000001"}]]),
        json!([null, [{"id": "000000000000000000000001"}, 7], 2]),
    ] {
        let error = error_for(CannedResponse::json(200, page.clone())).await;
        assert_eq!(error.kind(), ErrorKind::Decode, "{page}");
        assert_eq!(error.body_excerpt(), Some(&*page.to_string()));
    }
}

#[tokio::test]
async fn a_page_behind_a_byte_order_mark_is_read() {
    let mock = MockAtlas::builder()
        .page_response(
            1,
            CannedResponse::new(200).body(
                b"\xef\xbb\xbf{\"results\":[{\"id\":\"000000000000000000000001\"}]}".to_vec(),
            ),
        )
        .start()
        .await
        .unwrap();
    let listing = atlas(&mock).build().unwrap().serverless_snapshots(
        mock.project_id().parse().unwrap(),
        mock.instance_name().parse().unwrap(),
    );
    assert_eq!(listing.stream().map(|row| row.unwrap()).count().await, 1);
}

#[tokio::test]
async fn unknown_projects_and_instances_and_missing_credentials_come_from_the_server() {
    let mock = MockAtlas::builder()
        .require_token("open-sesame")
        .start()
        .await
        .unwrap();
    let error = error_of(&mock, atlas(&mock)).await;
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);

    let with_token = atlas(&mock)
        .credentials(Credentials::access_token("open-sesame"))
        .build()
        .unwrap();
    for (project, instance, code) in [
        ("000000000000000000000000", "Instance0", "GROUP_NOT_FOUND"),
        (
            mock.project_id(),
            "Instance9",
            "SERVERLESS_INSTANCE_NOT_FOUND",
        ),
    ] {
        let mut snapshots = with_token
            .serverless_snapshots(project.parse().unwrap(), instance.parse().unwrap())
            .stream();
        let error = snapshots.next().await.unwrap().unwrap_err();
        assert_eq!(
            (error.kind(), error.error_code()),
            (ErrorKind::NotFound, Some(code))
        );
        assert!(
            snapshots.next().await.is_none(),
            "not found ends the listing"
        );
    }
    assert_eq!(mock.request_count(), 3);
}

#[tokio::test]
async fn the_server_names_the_refused_fields() {
    let body = json!({
        "error": 400, "errorCode": "VALIDATION_ERROR",
        "badRequestDetail": {"fields": [{"field": "pageNum", "description": "must be positive"}]},
    });
    let error = error_for(CannedResponse::json(400, body)).await;
    let violations: Vec<_> = error
        .field_violations()
        .iter()
        .map(|violation| (violation.field(), violation.description()))
        .collect();
    assert_eq!(violations, [("pageNum", "must be positive")]);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = MockAtlas::builder().snapshots(1).start().await.unwrap();
    let answer = CannedResponse::new(307).header("location", target.snapshots_url());
    let error = error_for(answer).await;
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Protocol, Some(307))
    );
    assert!(
        error.to_string().contains(&target.snapshots_url()),
        "{error}"
    );
    assert_eq!(target.request_count(), 0);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    // One piece, and many.
    for padding in [0, 100_000] {
        let body = json!({"results": [], "padding": "x".repeat(padding)});
        let length = body.to_string().len();
        let plain = MockAtlas::builder().page_response(1, CannedResponse::json(200, body));
        // Decompressed, it arrives without a length that anybody has announced.
        let unannounced = plain.clone().fault(BodyFault::Gzip, When::always());
        for builder in [plain, unannounced] {
            let mock = builder.start().await.unwrap();
            let error = error_of(&mock, atlas(&mock).max_response_bytes(length - 1)).await;
            assert_eq!(
                (error.kind(), error.status()),
                (ErrorKind::Protocol, Some(200))
            );
            assert!(!error.is_retryable());
            assert!(
                error
                    .to_string()
                    .contains("larger than this client accepts")
            );

            let atlas = atlas(&mock).max_response_bytes(length).build().unwrap();
            assert!(listing(&mock, &atlas).stream().next().await.is_none());
            assert_eq!(mock.request_count(), 2);
        }
    }
}

#[tokio::test]
async fn a_server_that_never_answers_is_a_timeout() {
    let mock = MockAtlas::builder()
        .latency(Duration::from_secs(3600))
        .start()
        .await
        .unwrap();
    let limit = Duration::from_millis(50);
    for slow in [
        atlas(&mock).read_timeout(limit),
        atlas(&mock).attempt_timeout(limit),
    ] {
        let error = error_of(&mock, slow).await;
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::Timeout, None),
            "{error}"
        );
        assert!(error.is_retryable());
    }
}

#[tokio::test]
async fn a_refused_connection_is_a_connect_error() {
    let mock = MockAtlas::builder().start().await.unwrap();
    let atlas = atlas(&mock);
    let (project, instance) = (
        mock.project_id().to_owned(),
        mock.instance_name().to_owned(),
    );
    mock.shutdown().await;
    let listing = atlas
        .build()
        .unwrap()
        .serverless_snapshots(project.parse().unwrap(), instance.parse().unwrap());
    let error = listing.stream().next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Connect, None));
    assert!(error.is_retryable());
    // Causes follow in the chain and are not repeated in the line.
    let mut told = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        told.push(cause.to_string());
        source = cause.source();
    }
    assert!(told.len() > 1, "{told:?}");
    for (index, line) in told.iter().enumerate() {
        assert!(
            told[index + 1..]
                .iter()
                .all(|cause| !line.contains(cause.as_str())),
            "{told:?}"
        );
    }
}

#[tokio::test]
async fn a_failing_page_in_the_middle_tells_where_and_how_much() {
    let mock = MockAtlas::builder()
        .snapshots(25)
        .page_response(2, CannedResponse::html(502, "<html>bad gateway</html>"))
        .start()
        .await
        .unwrap();
    let mut snapshots = atlas(&mock)
        .build()
        .unwrap()
        .serverless_snapshots(
            mock.project_id().parse().unwrap(),
            mock.instance_name().parse().unwrap(),
        )
        .page_size(PageSize::new(10).unwrap())
        .stream();
    for _ in 0..10 {
        snapshots.next().await.unwrap().unwrap();
    }
    let error = snapshots.next().await.unwrap().unwrap_err();
    assert_eq!(
        error.to_string(),
        "Instance0 in project 32b6e34b3d91647abb20e7b8, page 2: server failure (502): <html>bad gateway</html> (10 delivered before)"
    );
}

#[tokio::test]
async fn one_bad_row_is_told_with_its_text() {
    let rows = [
        json!({"id": "000000000000000000000001"}),
        json!({"id": "000000000000000000000002", "createdAt": "yesterday"}),
        json!({"status": "completed"}),
        json!(7),
        json!({"id": "000000000000000000000005"}),
    ];
    let mock = MockAtlas::builder()
        .rows(rows.clone())
        .start()
        .await
        .unwrap();
    let snapshots = atlas(&mock)
        .build()
        .unwrap()
        .serverless_snapshots(
            mock.project_id().parse().unwrap(),
            mock.instance_name().parse().unwrap(),
        )
        .stream();
    let listed: Vec<_> = snapshots.collect().await;
    assert_eq!(mock.request_count(), 1);
    assert_eq!(listed.len(), 5);
    assert!(listed[0].is_ok() && listed[4].is_ok());
    for (index, bad) in listed.iter().enumerate().take(4).skip(1) {
        let error = bad.as_ref().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Row);
        let row = error.row().unwrap();
        assert_eq!(row.index(), index);
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(row.raw()).unwrap(),
            rows[index]
        );
    }
    let line = listed[1].as_ref().unwrap_err().to_string();
    assert!(
        line.contains("row 1 with id 000000000000000000000002"),
        "{line}"
    );
}

#[test]
fn bad_arguments_are_refused_before_any_request() {
    let build = |base_url: &str| {
        Atlas::builder()
            .base_url(base_url)
            .credentials(Credentials::access_token("t"))
            .build()
    };
    for (refused, named) in [
        (build("cloud.mongodb.com"), "cloud.mongodb.com"),
        (build("https://cloud.mongodb.com/"), "slash"),
        (build("http://cloud.mongodb.com"), "https://"),
        (Atlas::builder().build(), "credentials"),
        (
            Atlas::builder()
                .credentials(Credentials::access_token("a b"))
                .build(),
            "access token",
        ),
    ] {
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().contains(named), "{error}");
        assert!(!error.is_retryable());
    }
    assert!(
        Atlas::builder()
            .credentials(Credentials::anonymous())
            .build()
            .is_ok()
    );
}

#[tokio::test]
async fn a_token_is_never_shown() {
    let mock = MockAtlas::builder()
        .require_token("other")
        .start()
        .await
        .unwrap();
    let builder = atlas(&mock).credentials(Credentials::access_token("open-sesame"));
    let client = builder.clone().build().unwrap();
    let listing = client.serverless_snapshots(
        mock.project_id().parse().unwrap(),
        mock.instance_name().parse().unwrap(),
    );
    let listing_debug = format!("{listing:?}");
    let mut snapshots = listing.stream();
    let error = snapshots.next().await.unwrap().unwrap_err();
    let shown = format!("{builder:?} {client:?} {listing_debug} {snapshots:?} {error:?} {error}");
    assert!(!shown.contains("sesame"), "{shown}");
}
