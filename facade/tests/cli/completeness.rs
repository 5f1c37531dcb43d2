//! What the exit code vouches for.

use std::collections::HashSet;

use atlas_snapshots_mock::{
    AnswerFault, DataChange, MockAtlas, PageFault, RowFault, When, WireFault,
};

use crate::harness::{ids, list, retrying_list, run, start};

/// A set that loses its first row after each of its ten pages.
async fn shrinking() -> MockAtlas {
    start(
        MockAtlas::builder()
            .snapshots(5_000)
            .fault(DataChange::DeleteHead(1), When::first(10)),
    )
    .await
}

#[tokio::test]
async fn a_suspected_gap_has_an_exit_code_of_its_own() {
    let atlas = shrinking().await;
    let ran = run(list(&atlas, ["--output", "ndjson"])).await;
    assert_eq!(ran.code, Some(3));
    assert!(ran.stderr.contains("gap suspected"), "{}", ran.stderr);
}

#[tokio::test]
async fn verifying_finds_every_row_that_stayed_and_says_so() {
    let atlas = shrinking().await;
    let ran = run(list(&atlas, ["--output", "ndjson", "--verify"])).await;
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("complete, verified"), "{}", ran.stderr);

    let rows = ran.json_lines();
    let printed: HashSet<&str> = ids(&rows).into_iter().collect();
    assert_eq!(printed.len(), rows.len(), "no row twice");
    for id in atlas.surviving_ids() {
        assert!(printed.contains(&*id), "{id}");
    }
}

#[tokio::test]
async fn a_proof_that_is_not_to_be_had_is_no_failure_to_list() {
    for (unreadable, code) in [(false, 3), (true, 1)] {
        // It loses a row with every request, so that no reading is like the one before it.
        let mut builder = MockAtlas::builder()
            .snapshots(400)
            .fault(DataChange::DeleteHead(1), When::always());
        if unreadable {
            let fault = RowFault::set("createdAt", "yesterday");
            builder = builder.fault(PageFault::Row { place: 3, fault }, When::first(1));
        }
        let atlas = start(builder).await;
        let arguments = ["--output", "ndjson", "--page-size", "20", "--verify"];
        let ran = run(list(&atlas, arguments)).await;
        assert_eq!(ran.code, Some(code), "{}", ran.stderr);
        let told = "cannot vouch for completeness";
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
        let rows = ran.json_lines();
        let printed: HashSet<&str> = ids(&rows).into_iter().collect();
        assert_eq!(printed.len(), rows.len(), "no row twice");
        for id in atlas.surviving_ids() {
            assert!(printed.contains(&*id), "{id}");
        }
    }
}

#[tokio::test]
async fn three_odd_rows_cost_at_most_two() {
    let odd = |place, fault| PageFault::Row { place, fault };
    let atlas = start(
        MockAtlas::builder()
            .snapshots(500)
            .fault(odd(7, RowFault::set("status", "archived")), When::page(1))
            .fault(
                odd(8, RowFault::set("createdAt", "yesterday")),
                When::page(1),
            )
            .fault(
                odd(9, RowFault::set("storageSizeBytes", 1.5)),
                When::page(1),
            ),
    )
    .await;
    let expected = atlas.snapshot_ids();
    let ran = run(list(&atlas, ["--output", "ndjson"])).await;
    assert_eq!(ran.code, Some(1));
    let rows = ran.json_lines();
    assert_eq!(rows.len(), 498);
    let open = rows.iter().filter(|row| row["status"] == "archived");
    assert_eq!(open.count(), 1, "an unknown word is no error");
    for id in &expected[8..10] {
        assert!(
            ran.stderr
                .contains(&format!("with id {id} is not a snapshot")),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(ran.stderr.matches("unreadable row: ").count(), 2);
}

#[tokio::test]
async fn retries_can_be_switched_off() {
    let failing_once = || {
        let error = AnswerFault::Error {
            status: 503,
            code: "SERVICE_UNAVAILABLE".to_owned(),
        };
        MockAtlas::builder()
            .snapshots(3)
            .fault(error, When::first(1))
    };
    let atlas = start(failing_once()).await;
    let ran = run(retrying_list(&atlas, [])).await;
    assert_eq!((ran.code, atlas.request_count()), (Some(0), 2));
    assert!(ran.stderr.contains("; 1 retry"), "{}", ran.stderr);

    let atlas = start(failing_once()).await;
    let ran = run(retrying_list(&atlas, ["--max-retries", "0"])).await;
    assert_eq!((ran.code, atlas.request_count()), (Some(1), 1));
}

#[tokio::test]
async fn a_deadline_ends_it_with_the_rows_so_far() {
    let atlas = start(
        MockAtlas::builder()
            .snapshots(10)
            .fault(WireFault::Hang, When::page(2)),
    )
    .await;
    let arguments = ["--output", "csv", "--page-size", "5", "--deadline", "1s"];
    let ran = run(list(&atlas, arguments)).await;
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.stdout.lines().count(), 1 + 5);
    assert!(
        ran.stderr.contains("the listing's deadline has passed"),
        "{}",
        ran.stderr
    );

    let ran = run(list(&atlas, ["--deadline", "soon"])).await;
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("--deadline"), "{}", ran.stderr);
}
