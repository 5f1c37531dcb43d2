//! Completeness: what the exit code and the summary say about it.

use std::collections::HashSet;

use atlas_snapshots_mock::{
    DataChange, ItemFault, Links, MockAtlas, PageFault, ResponseFault, TotalCount, When, WireFault,
};

use crate::harness::{Ran, ids, list, retrying_list, run, start};

/// A set that loses its first item after each of its first ten pages.
async fn shrinking() -> MockAtlas {
    start(
        MockAtlas::builder()
            .snapshots(5_000)
            .fault(DataChange::DeleteHead(1), When::first(10)),
    )
    .await
}

#[tokio::test]
async fn a_sign_of_change_has_an_exit_code_of_its_own() {
    let atlas = shrinking().await;
    let arguments = ["--output", "ndjson", "--consistency", "single-pass"];
    let ran = run(list(&atlas, arguments)).await;
    assert_eq!(ran.code, Some(3));
    let reason = ": possibly incomplete: the total changed between pages";
    assert!(ran.stderr.contains(reason), "{}", ran.stderr);
}

#[tokio::test]
async fn reading_again_finds_every_item_that_stayed_and_reports_so() {
    for arguments in [
        &[][..],
        &["--verify"],
        &["--consistency", "verified"],
        &["--consistency", "adaptive"],
    ] {
        let atlas = shrinking().await;
        let mut command = list(&atlas, ["--output", "ndjson"]);
        command.args(arguments);
        let ran = run(command).await;
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stderr.contains("complete, verified"), "{}", ran.stderr);
        assert_whole(&atlas, &ran);
    }
}

/// Every item that stayed in the set is printed, and none twice.
fn assert_whole(atlas: &MockAtlas, ran: &Ran) {
    let rows = ran.json_lines();
    let printed: HashSet<&str> = ids(&rows).into_iter().collect();
    assert_eq!(printed.len(), rows.len(), "no row twice");
    for id in atlas.surviving_ids() {
        assert!(printed.contains(&*id), "{id}");
    }
}

#[tokio::test]
async fn a_set_that_does_not_change_is_read_again_only_to_verify_it() {
    for (arguments, requests, completeness) in [
        (&[][..], 3, "complete, no change seen"),
        (
            &["--consistency", "single-pass"],
            3,
            "complete, no change seen",
        ),
        (
            &["--consistency", "adaptive"],
            3,
            "complete, no change seen",
        ),
        (&["--consistency", "verified"], 6, "complete, verified"),
    ] {
        let atlas = start(MockAtlas::builder().snapshots(1_200)).await;
        let mut command = list(&atlas, ["--output", "ndjson"]);
        command.args(arguments);
        let ran = run(command).await;
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        assert_eq!(atlas.request_count(), requests, "{arguments:?}");
        assert!(ran.stderr.contains(completeness), "{}", ran.stderr);
        assert_whole(&atlas, &ran);
    }
}

#[tokio::test]
async fn a_page_that_comes_empty_once_costs_no_row() {
    for page in 1..=3 {
        for arguments in [&[][..], &["--verify"]] {
            let when = || When::first(1).on_page(page);
            let server = MockAtlas::builder().snapshots(1_200);
            let server = server.fault(PageFault::Empty, when());
            let server = server.fault(PageFault::Links(Links::NeverNext), when());
            let atlas = start(server).await;
            let mut command = list(&atlas, ["--output", "ndjson"]);
            command.args(arguments);
            let ran = run(command).await;
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            assert_eq!(ids(&ran.json_lines()), atlas.snapshot_ids(), "{page}");
        }
    }
}

#[tokio::test]
async fn a_page_that_stays_empty_has_the_exit_code_of_a_possibly_incomplete_listing() {
    for (page, consistency, rows) in [
        (1, "adaptive", 700),
        (2, "adaptive", 700),
        (2, "single-pass", 700),
        (2, "verified", 700),
        (3, "adaptive", 1_000),
    ] {
        let server = MockAtlas::builder().snapshots(1_200);
        let atlas = start(server.fault(PageFault::Empty, When::page(page))).await;
        let arguments = ["--output", "ndjson", "--consistency", consistency];
        let ran = run(list(&atlas, arguments)).await;
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert_eq!(ran.json_lines().len(), rows, "{page}");
        let reason = "possibly incomplete: a page came empty that should have had items";
        assert!(ran.stderr.contains(reason), "{}", ran.stderr);
    }
}

#[tokio::test]
async fn a_set_whose_pages_are_all_empty_against_its_total_is_not_printed_as_an_empty_list() {
    let server = MockAtlas::builder().snapshots(25);
    let atlas = start(server.fault(PageFault::Empty, When::always())).await;
    let ran = run(list(&atlas, ["--output", "json"])).await;
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(3), ""),
        "{}",
        ran.stderr
    );
    // The total says more about an empty list than the sunset does.
    assert!(!ran.stderr.contains("sunset"), "{}", ran.stderr);
}

#[tokio::test]
async fn the_summary_names_both_numbers_where_the_total_is_not_that_of_the_rows() {
    for (surplus, code) in [(1, 0), (499, 0), (500, 3), (900, 3)] {
        let server = MockAtlas::builder().snapshots(1_200);
        let atlas = start(server.total_count(TotalCount::Offset(surplus))).await;
        let ran = run(list(&atlas, ["--output", "ndjson"])).await;
        assert_eq!(ran.code, Some(code), "{}", ran.stderr);
        assert_eq!(ids(&ran.json_lines()), atlas.snapshot_ids());
        let summary = ran
            .stderr
            .lines()
            .find(|line| line.starts_with("summary: "));
        let total = (1_200 + surplus).to_string();
        assert!(
            summary.is_some_and(|text| text.contains("1200 items") && text.contains(&total)),
            "{}",
            ran.stderr
        );
    }
}

#[tokio::test]
async fn passes_that_never_agree_have_the_exit_code_of_a_possibly_incomplete_listing() {
    for (consistency, unreadable, code) in [
        ("verified", false, 3),
        ("adaptive", false, 3),
        ("verified", true, 1),
    ] {
        // It loses an item with every request, so that no pass equals the one before it.
        let mut builder = MockAtlas::builder()
            .snapshots(400)
            .fault(DataChange::DeleteHead(1), When::always());
        if unreadable {
            let fault = ItemFault::set("createdAt", "yesterday");
            builder = builder.fault(PageFault::Item { place: 3, fault }, When::first(1));
        }
        let atlas = start(builder).await;
        let mut command = list(&atlas, ["--output", "ndjson", "--page-size", "20"]);
        command.args(["--consistency", consistency]);
        let ran = run(command).await;
        assert_eq!(ran.code, Some(code), "{}", ran.stderr);
        let reason = "possibly incomplete: no two passes agreed";
        assert!(ran.stderr.contains(reason), "{}", ran.stderr);
        assert_whole(&atlas, &ran);
    }
}

#[tokio::test]
async fn three_odd_items_cost_at_most_two() {
    let odd = |place, fault| PageFault::Item { place, fault };
    let atlas = start(
        MockAtlas::builder()
            .snapshots(500)
            .fault(odd(7, ItemFault::set("status", "archived")), When::page(1))
            .fault(
                odd(8, ItemFault::set("createdAt", "yesterday")),
                When::page(1),
            )
            .fault(
                odd(9, ItemFault::set("storageSizeBytes", 1.5)),
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
    assert_eq!(open.count(), 1, "an unknown value is no error");
    for id in &expected[8..10] {
        assert!(
            ran.stderr
                .contains(&format!("with id {id} cannot be read: ")),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(ran.stderr.matches("unreadable item: ").count(), 2);
}

#[tokio::test]
async fn retries_can_be_switched_off() {
    let failing_once = || {
        let error = ResponseFault::Error {
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
    assert_eq!(ran.code, Some(9));
    assert_eq!(ran.stdout.lines().count(), 1 + 5);
    assert!(ran.stderr.contains("deadline exceeded"), "{}", ran.stderr);

    let ran = run(list(&atlas, ["--deadline", "soon"])).await;
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("--deadline"), "{}", ran.stderr);
}
