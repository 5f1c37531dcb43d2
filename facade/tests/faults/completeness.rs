//! The promise itself, for every fault of the mock and for servers that combine several: where a
//! listing ends complete, every item that was present throughout was delivered, and none twice.

use std::collections::HashSet;

use atlas_snapshots::{Completeness, Consistency, IncompleteReason};
use atlas_snapshots_mock::{
    ClusterKind, DataChange, Fault, ItemFault, Links, MockAtlas, MockAtlasBuilder, PageFault,
    TotalCount, When, WireFault,
};
use futures::StreamExt;

use crate::harness::{
    CONSISTENCIES, Outcome, PAGE_SIZE, client, for_both_apis, read, request, server,
};
use crate::responses;

/// Listings at once. Most of their time is spent on faults that end by a timeout.
const AT_ONCE: usize = 16;

/// The items that stayed and were not delivered. None may be delivered twice.
fn missing(mock: &MockAtlas, outcome: &Outcome, case: &str) -> usize {
    let delivered: HashSet<_> = outcome.ids.iter().collect();
    assert_eq!(delivered.len(), outcome.ids.len(), "{case}: an item twice");
    let surviving = mock.surviving_ids();
    surviving
        .iter()
        .filter(|id| !delivered.contains(id))
        .count()
}

/// A listing that ended complete with an item missing.
struct Incomplete {
    case: String,
    /// Whether the summary names a total that is higher by the items missing, and by less than a
    /// page: what Atlas's totals are wrong by.
    is_estimate: bool,
}

/// Lists the servers, and returns the listings that ended complete with an item missing.
async fn complete_and_missing(
    cases: impl IntoIterator<Item = (String, MockAtlasBuilder, Consistency, usize)>,
) -> Vec<Incomplete> {
    let list = |(case, server, consistency, max_in_flight)| async move {
        let server: MockAtlasBuilder = server;
        let mock = server.start().await.unwrap();
        let request = request(&mock, client(&mock)).page_limit(20);
        let request = request.consistency(consistency);
        let outcome = read(request.max_in_flight(max_in_flight)).await;
        let case = format!("{case} {consistency:?} {max_in_flight}");
        let missing = missing(&mock, &outcome, &case);
        let summary = &outcome.summary;
        let is_wrong = summary.is_complete() && missing > 0;
        let surplus = summary.reported_total();
        let surplus = surplus.and_then(|total| total.checked_sub(summary.delivered()));
        is_wrong.then(|| Incomplete {
            case: format!("{case}: {missing} missing, {summary}"),
            is_estimate: missing < PAGE_SIZE.into() && surplus == Some(missing as u64),
        })
    };
    let listings = futures::stream::iter(cases).map(list);
    let wrong = listings.buffer_unordered(AT_ONCE);
    wrong.filter_map(|wrong| async { wrong }).collect().await
}

/// The cases of these listings.
fn cases(listings: impl IntoIterator<Item = Incomplete>) -> Vec<String> {
    listings.into_iter().map(|listing| listing.case).collect()
}

/// Faults that keep a page from being read, or do not.
fn faults_of_responses() -> Vec<Fault> {
    let permanent = responses::permanent().into_iter().take(1);
    let permanent = permanent.map(|(fault, ..)| fault.into());
    let temporary = responses::temporary().into_iter();
    // One of those that end by a timeout is enough.
    let is_slow =
        |fault: &Fault| matches!(fault, Fault::Wire(WireFault::Stall | WireFault::Drip(_)));
    let temporary = temporary
        .map(|(fault, _)| fault)
        .filter(|fault| !is_slow(fault));
    let unreadable = responses::unreadable().into_iter().map(|(fault, _)| fault);
    permanent
        .chain(temporary)
        .chain(unreadable)
        .chain(responses::harmless())
        .collect()
}

/// Faults of a page or of the data behind it.
fn faults_of_pages() -> Vec<Fault> {
    let unreadable = ItemFault::set("createdAt", "yesterday");
    let pages = [
        PageFault::Empty,
        PageFault::Short(4),
        PageFault::MaxPageSize(4),
        PageFault::Repeat(1),
        PageFault::Repeat(3),
        PageFault::Endless,
        PageFault::Item {
            place: 3,
            fault: unreadable,
        },
        PageFault::Links(Links::NeverNext),
        PageFault::Links(Links::AlwaysNext),
        PageFault::TotalCount(TotalCount::Offset(20)),
        PageFault::TotalCount(TotalCount::Offset(1)),
        PageFault::TotalCount(TotalCount::Offset(-3)),
    ];
    let changes = every_change().map(Fault::from);
    pages.map(Fault::from).into_iter().chain(changes).collect()
}

fn every_change() -> [DataChange; 6] {
    [
        DataChange::InsertHead(1),
        DataChange::InsertTail(1),
        DataChange::DeleteHead(1),
        DataChange::DeleteHead(7),
        DataChange::DeleteTail(1),
        DataChange::DeleteTail(7),
    ]
}

async fn no_fault_makes_a_listing_complete_with_an_item_missing(api: ClusterKind) {
    let conditions = [
        When::always(),
        When::page(2),
        When::page(3),
        When::first(1).of_each_page(),
    ];
    let adaptive = &[Consistency::adaptive()][..];
    let responses = faults_of_responses().into_iter();
    let responses = responses.map(|fault| (fault, adaptive));
    let pages = faults_of_pages().into_iter();
    let pages = pages.map(|fault| (fault, &CONSISTENCIES[..]));
    let mut servers = Vec::new();
    for (fault, consistencies) in responses.chain(pages) {
        for when in &conditions {
            for &consistency in consistencies {
                let server = server(api).fault(fault.clone(), when.clone());
                servers.push((format!("{fault:?} {when:?}"), server, consistency, 1));
            }
        }
    }
    // A page that is always short looks like a total that is an estimate.
    let wrong = complete_and_missing(servers).await.into_iter();
    assert_eq!(cases(wrong.filter(|wrong| !wrong.is_estimate)), [""; 0]);
}

async fn no_combination_makes_a_listing_complete_with_an_item_missing(api: ClusterKind) {
    let mut servers = Vec::new();
    for links in [Links::Documented, Links::NeverNext, Links::AlwaysNext] {
        for max_page_size in [500, 4] {
            for empty in [
                None,
                Some(When::first(1).on_page(1)),
                Some(When::first(1).on_page(2)),
                Some(When::first(1).on_page(3)),
                Some(When::page(1)),
                Some(When::page(3)),
                // The last but one of pages of four.
                Some(When::first(1).on_page(6)),
                Some(When::page(6)),
            ] {
                for change in [None, Some(DataChange::DeleteHead(1))] {
                    let size = PageFault::MaxPageSize(max_page_size);
                    let server = server(api).links(links);
                    let mut server = server.fault(size, When::always());
                    if let Some(when) = &empty {
                        server = server.fault(PageFault::Empty, when.clone());
                        if links != Links::AlwaysNext {
                            let no_next = PageFault::Links(Links::NeverNext);
                            server = server.fault(no_next, when.clone());
                        }
                    }
                    if let Some(change) = change {
                        server = server.fault(change, When::first(1).on_page(1));
                    }
                    let case = format!("{links:?} {max_page_size} {empty:?} {change:?}");
                    for consistency in CONSISTENCIES {
                        let max_in_flight = 1 + servers.len() % 4;
                        let server = server.clone();
                        servers.push((case.clone(), server, consistency, max_in_flight));
                    }
                }
            }
        }
    }
    assert_eq!(cases(complete_and_missing(servers).await), [""; 0]);
}

/// What no client can see: no total is there to disagree, and nothing else shows the gap.
async fn the_remainder_is_a_gap_that_no_total_and_no_other_page_shows(api: ClusterKind) {
    let uncounted = || {
        server(api)
            .total_count(TotalCount::Absent)
            .links(Links::NeverNext)
    };
    let counted_and_replaced = {
        let server = server(api).fault(DataChange::DeleteHead(1), When::first(1));
        server.fault(DataChange::InsertTail(1), When::first(1))
    };
    for (server, delivered) in [
        // The first page is empty and uncounted.
        (uncounted().fault(PageFault::Empty, When::first(1)), 0),
        // Likewise any other page that stays empty, and all behind it.
        (uncounted().fault(PageFault::Empty, When::page(2)), 10),
        // One item leaves and another one enters between the same two pages.
        (counted_and_replaced, 25),
    ] {
        let mock = server.start().await.unwrap();
        let outcome = read(request(&mock, client(&mock))).await;
        assert_eq!(outcome.ids.len(), delivered);
        assert!(outcome.completeness.is_complete(), "{outcome:?}");
        assert!(missing(&mock, &outcome, "") > 0);
    }
}

/// A page that is empty and uncounted, but not the first: the next page shows it.
async fn an_uncounted_empty_page_is_found_where_a_link_leads_past_it(api: ClusterKind) {
    let server = server(api).total_count(TotalCount::Absent);
    let server = server.fault(PageFault::Empty, When::page(2));
    let mock = server.start().await.unwrap();
    let outcome = read(request(&mock, client(&mock))).await;
    let reason = IncompleteReason::EmptyPage;
    let all = mock.snapshot_ids();
    let size = usize::from(PAGE_SIZE);
    assert_eq!(outcome.ids, [&all[..size], &all[2 * size..]].concat());
    assert_eq!(
        outcome.completeness,
        Completeness::PossiblyIncomplete(reason)
    );
}

for_both_apis! {
    no_fault_makes_a_listing_complete_with_an_item_missing
    no_combination_makes_a_listing_complete_with_an_item_missing
    the_remainder_is_a_gap_that_no_total_and_no_other_page_shows
    an_uncounted_empty_page_is_found_where_a_link_leads_past_it
}
