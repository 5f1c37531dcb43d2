//! Pages that are empty, shorter than requested, or described by wrong totals and links: which
//! pages are requested, and how complete the listing is.

use std::time::Duration;

use atlas_snapshots::{
    Basis, Completeness, Consistency, Error, ErrorKind, IncompleteReason, ListRequest, RetryPolicy,
    Snapshot,
};
use atlas_snapshots_mock::{
    ClusterKind, Links, MockAtlas, MockAtlasBuilder, PageFault, ResponseFault, TotalCount, When,
};

use crate::harness::{
    CONSISTENCIES, ITEMS, Outcome, client, for_both_apis, list, pages_requested, read, request,
    server, sorted,
};

const NO_CHANGE_SEEN: Completeness = Completeness::Complete(Basis::NoChangeSeen);
const VERIFIED: Completeness = Completeness::Complete(Basis::Verified);
const EMPTY_PAGE: Completeness = Completeness::PossiblyIncomplete(IncompleteReason::EmptyPage);
const TOTAL_NOT_REACHED: Completeness =
    Completeness::PossiblyIncomplete(IncompleteReason::TotalNotReached);

/// The requests of a second pass over three pages.
const SECOND_PASS: [u64; 3] = [3, 2, 1];

/// The response is empty, with or without the `next` link of the page.
fn with_empty(server: MockAtlasBuilder, when: &When, keeps_next: bool) -> MockAtlasBuilder {
    let server = server.fault(PageFault::Empty, when.clone());
    if keeps_next {
        return server;
    }
    server.fault(PageFault::Links(Links::NeverNext), when.clone())
}

async fn list_as(
    server: MockAtlasBuilder,
    consistency: Consistency,
    max_in_flight: usize,
) -> (MockAtlas, Outcome) {
    let configure = |request: ListRequest<Snapshot>| {
        let request = request.consistency(consistency);
        request.max_in_flight(max_in_flight)
    };
    list(server, configure).await
}

/// A listing that may be incomplete ends with an error, unless it is a single pass.
fn assert_ends_with_its_error(outcome: &Outcome, consistency: Consistency, case: &str) {
    let kinds: Vec<_> = outcome.errors.iter().map(Error::kind).collect();
    if consistency == Consistency::single_pass() {
        assert!(kinds.is_empty(), "{case}: {kinds:?}");
    } else {
        assert_eq!(kinds, [ErrorKind::PossiblyIncomplete], "{case}");
    }
}

async fn a_promised_page_that_comes_empty_is_requested_up_to_twice_more(api: ClusterKind) {
    for (page, times) in [(1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (3, 2)] {
        for (keeps_next, max_in_flight) in [(true, 1), (true, 4), (false, 1), (false, 4)] {
            for consistency in CONSISTENCIES {
                let case = format!("{page} {times} {keeps_next} {max_in_flight} {consistency:?}");
                let when = When::first(times).on_page(page);
                let server = with_empty(server(api), &when, keeps_next);
                let (mock, outcome) = list_as(server, consistency, max_in_flight).await;
                assert_eq!(outcome.ids, mock.snapshot_ids(), "{case}");
                assert!(outcome.errors.is_empty(), "{case}: {:?}", outcome.errors);
                // Pages in flight behind the empty one are kept.
                let mut requested = vec![1, 2, 3];
                for _ in 0..times {
                    requested.insert(usize::try_from(page).unwrap(), page);
                }
                let mut completeness = NO_CHANGE_SEEN;
                if consistency == Consistency::verified() {
                    requested.extend(SECOND_PASS);
                    completeness = VERIFIED;
                }
                assert_eq!(outcome.completeness, completeness, "{case}");
                let mut pages = pages_requested(&mock);
                if max_in_flight > 1 {
                    (pages, requested) = (sorted(&pages), sorted(&requested));
                }
                assert_eq!(pages, requested, "{case}");
            }
        }
    }
}

async fn an_empty_page_is_requested_again_with_retries_switched_off(api: ClusterKind) {
    let when = When::first(1).on_page(2);
    let mock = with_empty(server(api), &when, false).start().await.unwrap();
    let policy = RetryPolicy::default()
        .max_retries(0)
        .min_delay(Duration::ZERO)
        .max_delay(Duration::ZERO);
    let outcome = read(request(&mock, client(&mock).retry_policy(policy))).await;
    assert_eq!(outcome.ids, mock.snapshot_ids());
    assert_eq!(pages_requested(&mock), [1, 2, 2, 3]);
    assert_eq!(outcome.completeness, NO_CHANGE_SEEN);
}

async fn a_page_that_stays_empty_costs_its_items_and_is_reported(api: ClusterKind) {
    for (page, first_pass, all_requests) in [
        // Behind the last page with items, one more is tried, since the total says more.
        (1, &[1, 1, 1, 2, 3, 4][..], 10),
        (2, &[1, 2, 2, 2, 3, 4], 10),
        (3, &[1, 2, 3, 3, 3, 4, 4, 5, 5], 13),
    ] {
        for (keeps_next, consistency) in [true, false]
            .into_iter()
            .flat_map(|keeps_next| CONSISTENCIES.map(|consistency| (keeps_next, consistency)))
        {
            let case = format!("{page} {keeps_next} {consistency:?}");
            let server = with_empty(server(api), &When::page(page), keeps_next);
            let (mock, outcome) = list_as(server, consistency, 1).await;
            let all = mock.snapshot_ids();
            let start = 10 * usize::try_from(page - 1).unwrap();
            let end = ITEMS.min(start + 10);
            assert_eq!(outcome.ids, [&all[..start], &all[end..]].concat(), "{case}");
            assert_eq!(outcome.completeness, EMPTY_PAGE, "{case}");
            assert_ends_with_its_error(&outcome, consistency, &case);
            let pages = pages_requested(&mock);
            if consistency == Consistency::single_pass() {
                assert_eq!(pages, first_pass, "{case}");
            } else {
                assert!(pages.starts_with(first_pass), "{case}: {pages:?}");
                assert!(pages.len() <= all_requests, "{case}: {pages:?}");
            }
        }
    }
}

async fn a_page_that_comes_empty_three_times_is_found_by_the_next_pass(api: ClusterKind) {
    for page in 1..=3 {
        let server = with_empty(server(api), &When::first(3).on_page(page), false);
        let (mock, outcome) = list_as(server, Consistency::adaptive(), 1).await;
        assert_eq!(sorted(&outcome.ids), sorted(&mock.snapshot_ids()), "{page}");
        assert!(outcome.errors.is_empty(), "{page}: {:?}", outcome.errors);
        assert_eq!(outcome.completeness, VERIFIED, "{page}");
        let pages = pages_requested(&mock);
        assert!(pages.len() <= 15, "{page}: {pages:?}");
        assert!(pages.ends_with(&SECOND_PASS), "{page}: {pages:?}");
    }
}

async fn an_empty_page_with_a_total_is_not_an_empty_set(api: ClusterKind) {
    for consistency in CONSISTENCIES {
        let case = format!("{consistency:?}");
        let server = with_empty(server(api), &When::always(), false);
        let (mock, outcome) = list_as(server, consistency, 1).await;
        assert_eq!((outcome.ids.len(), outcome.completeness), (0, EMPTY_PAGE));
        assert_ends_with_its_error(&outcome, consistency, &case);
        let pages = pages_requested(&mock);
        assert!(pages.starts_with(&[1, 1, 1, 2, 2, 3, 3]), "{pages:?}");
        assert!(pages.len() <= 10, "{case}: {pages:?}");
    }
}

async fn next_on_every_page_costs_at_most_eight_requests_more_than_there_are_pages(
    api: ClusterKind,
) {
    for total_count in [TotalCount::Exact, TotalCount::Absent, TotalCount::Fixed(0)] {
        for (items, pages, behind) in [
            (25, 3, &[4, 4, 4, 5, 5, 6, 6][..]),
            (20, 2, &[3, 3, 3, 4, 4, 5, 5]),
            (0, 1, &[2, 2, 3, 3]),
        ] {
            let endless = || {
                let server = server(api).snapshots(items).total_count(total_count);
                server.links(Links::AlwaysNext)
            };
            let case = format!("{items} {total_count:?}");
            let (mock, outcome) = list_as(endless(), Consistency::adaptive(), 1).await;
            assert_eq!(outcome.ids, mock.snapshot_ids(), "{case}");
            assert!(outcome.errors.is_empty(), "{case}: {:?}", outcome.errors);
            assert_eq!(outcome.completeness, NO_CHANGE_SEEN, "{case}");
            let expected: Vec<u64> = (1..=pages).chain(behind.iter().copied()).collect();
            assert_eq!(pages_requested(&mock), expected, "{case}");
        }
    }
    // Without a total, pages are in flight until an empty one arrives.
    for (total_count, at_most) in [(TotalCount::Exact, 3 + 8), (TotalCount::Absent, 3 + 8 + 4)] {
        let server = server(api).total_count(total_count);
        let (mock, outcome) =
            list_as(server.links(Links::AlwaysNext), Consistency::adaptive(), 4).await;
        assert_eq!(outcome.ids, mock.snapshot_ids());
        assert!(mock.request_count() <= at_most, "{}", mock.request_count());
    }
}

async fn pages_of_fewer_items_than_requested_are_no_sign_of_a_gap(api: ClusterKind) {
    for (max_page_size, pages) in [(4, 7), (9, 3), (5, 5)] {
        for links in [Links::Documented, Links::NeverNext] {
            for (total_count, counts_time_out) in [
                (TotalCount::Exact, false),
                (TotalCount::Absent, false),
                (TotalCount::Exact, true),
            ] {
                let clamped = || {
                    let size = PageFault::MaxPageSize(max_page_size);
                    let server = server(api).links(links).total_count(total_count);
                    let server = server.fault(size, When::always());
                    if counts_time_out {
                        server.fault(ResponseFault::CountTimeout, When::always())
                    } else {
                        server
                    }
                };
                let case = format!("{max_page_size} {links:?} {total_count:?} {counts_time_out}");
                let (mock, outcome) = list_as(clamped(), Consistency::adaptive(), 1).await;
                assert_eq!(outcome.ids, mock.snapshot_ids(), "{case}");
                assert!(outcome.errors.is_empty(), "{case}: {:?}", outcome.errors);
                assert_eq!(outcome.completeness, NO_CHANGE_SEEN, "{case}");
                // A count that times out is requested once.
                let first = counts_time_out.then_some(1);
                let mut expected: Vec<u64> = first.into_iter().chain(1..=pages).collect();
                if total_count == TotalCount::Absent || counts_time_out {
                    // One page more is tried, and again where the last page was as long as the others.
                    let tries = if max_page_size == 5 { 3 } else { 1 };
                    expected.extend(std::iter::repeat_n(pages + 1, tries));
                }
                assert_eq!(pages_requested(&mock), expected, "{case}");

                let (mock, outcome) = list_as(clamped(), Consistency::verified(), 4).await;
                assert_eq!(outcome.ids, mock.snapshot_ids(), "{case}");
                assert_eq!(outcome.completeness, VERIFIED, "{case}");
            }
        }
    }
}

async fn a_listing_resumed_on_a_server_of_small_pages_reads_to_the_end(api: ClusterKind) {
    for links in [Links::Documented, Links::NeverNext] {
        let server = server(api).links(links);
        let server = server.fault(PageFault::MaxPageSize(4), When::always());
        let mock = server.start().await.unwrap();
        for delivered in 1..ITEMS {
            let case = format!("{links:?} {delivered}");
            let mut first = request(&mock, client(&mock)).stream();
            for _ in 0..delivered {
                first.try_next().await.unwrap().unwrap();
            }
            let checkpoint = first.checkpoint();
            assert_eq!(checkpoint.items_seen(), delivered as u64, "{case}");
            drop(first);
            mock.clear_requests();
            let rest = request(&mock, client(&mock)).resume_from(checkpoint);
            let outcome = read(rest).await;
            assert_eq!(outcome.ids, mock.snapshot_ids()[delivered..], "{case}");
            assert_eq!(outcome.completeness, NO_CHANGE_SEEN, "{case}");
            let page_of_last = delivered.div_ceil(4) as u64;
            let expected: Vec<u64> = (page_of_last..=7).collect();
            assert_eq!(pages_requested(&mock), expected, "{case}");
        }
    }
}

async fn without_a_count_a_short_page_in_the_middle_costs_one_request_more(api: ClusterKind) {
    for (links, total_count, counts_time_out) in [
        (Links::Documented, TotalCount::Exact, true),
        (Links::NeverNext, TotalCount::Absent, false),
    ] {
        // Page 2 has eight items.
        let mut short = server(api).hidden(13..15).links(links);
        short = short.total_count(total_count);
        if counts_time_out {
            short = short.fault(ResponseFault::CountTimeout, When::always());
        }
        let (mock, outcome) = list_as(short, Consistency::adaptive(), 1).await;
        assert_eq!(outcome.ids, mock.snapshot_ids());
        assert!(outcome.errors.is_empty(), "{:?}", outcome.errors);
        assert_eq!(outcome.completeness, NO_CHANGE_SEEN);
        let expected = if counts_time_out {
            &[1, 1, 2, 3, 4][..]
        } else {
            &[1, 2, 3, 4]
        };
        assert_eq!(pages_requested(&mock), expected);
    }
}

async fn a_total_too_high_by_a_page_or_more_is_reported_after_every_item(api: ClusterKind) {
    for surplus in [10, 11, 20, 900] {
        for consistency in CONSISTENCIES {
            let case = format!("{surplus} {consistency:?}");
            let server = server(api).total_count(TotalCount::Offset(surplus));
            let (mock, outcome) = list_as(server, consistency, 1).await;
            assert_eq!(outcome.ids, mock.snapshot_ids(), "{case}");
            assert_eq!(outcome.completeness, TOTAL_NOT_REACHED, "{case}");
            assert_ends_with_its_error(&outcome, consistency, &case);
            // One page more is tried, and then the set is read again.
            let mut expected = vec![1, 2, 3, 4];
            if consistency != Consistency::single_pass() {
                expected.extend([4, 3, 2, 1]);
            }
            assert_eq!(pages_requested(&mock), expected, "{case}");
        }
    }
}

async fn a_total_too_high_by_less_than_a_page_is_named_by_the_summary(api: ClusterKind) {
    for surplus in [1, 9] {
        let server = server(api).total_count(TotalCount::Offset(surplus));
        let (mock, outcome) = list_as(server, Consistency::adaptive(), 1).await;
        assert_eq!(outcome.ids, mock.snapshot_ids());
        assert!(outcome.errors.is_empty(), "{:?}", outcome.errors);
        assert_eq!(outcome.completeness, NO_CHANGE_SEEN);
        assert_eq!(pages_requested(&mock), [1, 2, 3, 4]);
        let total = 25 + u64::try_from(surplus).unwrap();
        let summary = outcome.summary;
        assert_eq!(summary.reported_total(), Some(total));
        let text = summary.to_string();
        assert!(
            text.starts_with("25 items on ") && text.contains(&total.to_string()),
            "{text}"
        );
    }
    let (_, quiet) = list_as(server(api), Consistency::adaptive(), 1).await;
    let text = quiet.summary.to_string();
    assert_eq!(
        text,
        "25 items on 3 pages in 3 requests: complete, no change seen"
    );
}

async fn items_that_the_server_counts_and_hides_are_read_around(api: ClusterKind) {
    for (hidden, completeness, requested) in [
        // The same number on each page, as recorded: 98 of 100, and a total that counts them.
        (&[3, 13][..], NO_CHANGE_SEEN, vec![1, 2, 3, 4]),
        // A page in the middle that is shorter than another is a sign; a second pass agrees.
        (&[13, 14], VERIFIED, vec![1, 2, 3, 4, 4, 3, 2, 1]),
        // On the last page only: nothing tells it from a total that is too high.
        (&[24], NO_CHANGE_SEEN, vec![1, 2, 3, 4]),
    ] {
        let mut server = server(api);
        for &place in hidden {
            server = server.hidden(place..place + 1);
        }
        let (mock, outcome) = list_as(server, Consistency::adaptive(), 1).await;
        assert_eq!(outcome.ids, mock.snapshot_ids(), "{hidden:?}");
        assert!(
            outcome.errors.is_empty(),
            "{hidden:?}: {:?}",
            outcome.errors
        );
        assert_eq!(outcome.completeness, completeness, "{hidden:?}");
        assert_eq!(pages_requested(&mock), requested, "{hidden:?}");
    }
}

for_both_apis! {
    a_promised_page_that_comes_empty_is_requested_up_to_twice_more
    an_empty_page_is_requested_again_with_retries_switched_off
    a_page_that_stays_empty_costs_its_items_and_is_reported
    a_page_that_comes_empty_three_times_is_found_by_the_next_pass
    an_empty_page_with_a_total_is_not_an_empty_set
    next_on_every_page_costs_at_most_eight_requests_more_than_there_are_pages
    pages_of_fewer_items_than_requested_are_no_sign_of_a_gap
    a_listing_resumed_on_a_server_of_small_pages_reads_to_the_end
    without_a_count_a_short_page_in_the_middle_costs_one_request_more
    a_total_too_high_by_a_page_or_more_is_reported_after_every_item
    a_total_too_high_by_less_than_a_page_is_named_by_the_summary
    items_that_the_server_counts_and_hides_are_read_around
}
