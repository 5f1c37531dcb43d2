//! Data that changes while it is listed.

use std::collections::HashSet;

use atlas_snapshots::{
    Basis, Completeness, Consistency, ErrorKind, IncompleteReason, ListRequest, Snapshot,
};
use atlas_snapshots_mock::{ClusterKind, DataChange, MockAtlas, MockAtlasBuilder, When};

use crate::harness::{
    CONSISTENCIES, Outcome, client, for_both_apis, list, mock_with, pages_requested, read, request,
    server, sorted,
};

const VERIFIED: Completeness = Completeness::Complete(Basis::Verified);

fn is_possibly_incomplete(outcome: &Outcome) -> bool {
    matches!(outcome.completeness, Completeness::PossiblyIncomplete(_))
}

/// Every item that stayed was delivered, and none twice.
fn assert_whole(mock: &MockAtlas, outcome: &Outcome, case: &str) {
    let distinct: HashSet<_> = outcome.ids.iter().collect();
    assert_eq!(distinct.len(), outcome.ids.len(), "{case}: no item twice");
    let missing = mock.surviving_ids().into_iter();
    let missing: Vec<_> = missing.filter(|id| !distinct.contains(id)).collect();
    assert_eq!(missing, [""; 0], "{case}");
}

async fn a_sign_of_change_is_followed_by_another_pass_unless_one_is_to_be_enough(api: ClusterKind) {
    for change in [
        DataChange::InsertHead(2),
        DataChange::InsertTail(2),
        DataChange::DeleteHead(2),
        DataChange::DeleteTail(2),
    ] {
        for consistency in CONSISTENCIES {
            let case = format!("{change:?} {consistency:?}");
            let mock = mock_with(api, change, When::nth(1)).await;
            let outcome = read(request(&mock, client(&mock)).consistency(consistency)).await;
            assert!(outcome.errors.is_empty(), "{case}: {:?}", outcome.errors);
            let pages = pages_requested(&mock);
            if consistency == Consistency::single_pass() {
                assert!(is_possibly_incomplete(&outcome), "{case}: {outcome:?}");
                assert!(pages.is_sorted() && pages.len() <= 4, "{case}: {pages:?}");
            } else {
                assert_eq!(outcome.completeness, VERIFIED, "{case}");
                assert_whole(&mock, &outcome, &case);
                assert!(pages.ends_with(&[3, 2, 1]), "{case}: {pages:?}");
                assert!(pages.len() <= 3 * 4, "{case}: {pages:?}");
            }
        }
    }
}

async fn an_item_inserted_behind_full_pages_is_found_and_is_no_pagination_loop(api: ClusterKind) {
    for pages in 1..=3 {
        let server = || {
            let server = server(api).snapshots(10 * pages);
            let behind_the_last = When::first(1).on_page(pages as u64);
            server.fault(DataChange::InsertHead(1), behind_the_last)
        };
        let single_pass = |request: ListRequest<_>| request.consistency(Consistency::single_pass());
        let (mock, outcome) = list(server(), single_pass).await;
        assert_eq!(outcome.ids, mock.surviving_ids(), "{pages}");
        assert!(outcome.errors.is_empty(), "{pages}: {:?}", outcome.errors);
        assert!(is_possibly_incomplete(&outcome), "{pages}: {outcome:?}");
        assert_eq!(outcome.summary.duplicates(), 1, "{pages}");
        let first_pass: Vec<u64> = (1..=pages as u64 + 1).collect();
        let requested = pages_requested(&mock);
        assert!(requested.starts_with(&first_pass), "{pages}: {requested:?}");
        assert!(requested.len() <= pages + 2, "{pages}: {requested:?}");

        let (mock, outcome) = list(server(), |request| request).await;
        assert_eq!(
            sorted(&outcome.ids),
            sorted(&mock.snapshot_ids()),
            "{pages}"
        );
        assert!(outcome.errors.is_empty(), "{pages}: {:?}", outcome.errors);
        assert_eq!(outcome.completeness, VERIFIED, "{pages}");
        let requested = pages_requested(&mock);
        assert!(requested.starts_with(&first_pass), "{pages}: {requested:?}");
        assert!(
            requested.len() <= pages + 2 + 2 * (pages + 1),
            "{pages}: {requested:?}"
        );
    }
}

/// A set that loses its first item after each of the pages of the first pass.
fn shrinking(api: ClusterKind) -> MockAtlasBuilder {
    let server = MockAtlas::builder().kind(api).snapshots(5_000);
    server.fault(DataChange::DeleteHead(1), When::first(11))
}

async fn deletions_at_the_head_after_every_page_of_5000_items_cost_no_item(api: ClusterKind) {
    for max_in_flight in [1, 4] {
        let whole_pages = |mock: &MockAtlas| {
            let request = request(mock, client(mock).attempt_timeout(None));
            request.page_size(500).max_in_flight(max_in_flight)
        };
        let mock = shrinking(api).start().await.unwrap();
        let outcome = read(whole_pages(&mock).consistency(Consistency::single_pass())).await;
        assert!(
            is_possibly_incomplete(&outcome),
            "{:?}",
            outcome.completeness
        );
        assert!(outcome.errors.is_empty(), "{:?}", outcome.errors);
        if max_in_flight == 1 {
            let delivered: HashSet<_> = outcome.ids.iter().collect();
            let missed = mock
                .surviving_ids()
                .iter()
                .any(|id| !delivered.contains(id));
            assert!(missed, "a single pass misses items");
        }

        let mock = shrinking(api).start().await.unwrap();
        let outcome = read(whole_pages(&mock)).await;
        assert!(outcome.errors.is_empty(), "{:?}", outcome.errors);
        assert_eq!(outcome.completeness, VERIFIED);
        assert_whole(&mock, &outcome, "by default");
        // Two more passes over ten pages, or three if changes fall into the second.
        assert!(
            mock.request_count() <= 11 + 3 * 10,
            "{}",
            mock.request_count()
        );
    }
}

async fn a_set_that_never_stops_changing_ends_after_eight_passes_more(api: ClusterKind) {
    for consistency in [Consistency::adaptive(), Consistency::verified()] {
        let mock = server(api).snapshots(100);
        let mock = mock.fault(DataChange::DeleteHead(1), When::always());
        let mock = mock.start().await.unwrap();
        let outcome = read(request(&mock, client(&mock)).consistency(consistency)).await;
        assert_eq!(outcome.errors.len(), 1);
        assert_eq!(outcome.errors[0].kind(), ErrorKind::PossiblyIncomplete);
        assert_eq!(
            outcome.completeness,
            Completeness::PossiblyIncomplete(IncompleteReason::NotConverged)
        );
        assert_whole(&mock, &outcome, "though no two passes agree");
        assert!(mock.request_count() <= 9 * 11, "{}", mock.request_count());
    }
}

async fn a_set_that_does_not_change_costs_one_request_for_each_page(api: ClusterKind) {
    for max_in_flight in [1, 4] {
        for (items, requests, basis) in [
            (0, 1, Basis::SinglePage),
            (1, 1, Basis::SinglePage),
            (9, 1, Basis::SinglePage),
            // A full page may have another one behind it.
            (10, 2, Basis::NoChangeSeen),
            (11, 2, Basis::NoChangeSeen),
            (20, 3, Basis::NoChangeSeen),
            (25, 3, Basis::NoChangeSeen),
            (95, 10, Basis::NoChangeSeen),
        ] {
            let server = server(api).snapshots(items);
            let configure = |request: ListRequest<Snapshot>| request.max_in_flight(max_in_flight);
            let (mock, outcome) = list(server, configure).await;
            assert_eq!(outcome.ids, mock.snapshot_ids(), "{items}");
            assert_eq!(
                outcome.completeness,
                Completeness::Complete(basis),
                "{items}"
            );
            let expected: Vec<u64> = (1..=requests).collect();
            assert_eq!(sorted(&pages_requested(&mock)), expected, "{items}");
        }
    }
}

for_both_apis! {
    a_sign_of_change_is_followed_by_another_pass_unless_one_is_to_be_enough
    an_item_inserted_behind_full_pages_is_found_and_is_no_pagination_loop
    deletions_at_the_head_after_every_page_of_5000_items_cost_no_item
    a_set_that_never_stops_changing_ends_after_eight_passes_more
    a_set_that_does_not_change_costs_one_request_for_each_page
}
