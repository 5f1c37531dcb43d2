//! Any set that changes while it is read, any faults, any moment of cancellation, any place to
//! stop, and any server that is right about its items and wrong about the rest.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use proptest::prelude::*;

use super::fake::{Change, FakeSource, INSERTED, Next, Quirk, SentPage, Total};
use super::fake::{id, list, numbers, read, run};
use crate::{
    Basis, Checkpoint, Completeness, Consistency, ErrorKind, IncompleteReason, ItemStream,
};

fn total() -> impl Strategy<Value = Total> {
    prop_oneof![
        Just(Total::Exact),
        Just(Total::Absent),
        Just(Total::Changing),
        any::<u64>().prop_map(Total::Fixed),
        (-6000..6000_i64).prop_map(Total::Off),
    ]
}

#[derive(Debug, Clone)]
struct Case {
    count: u64,
    page_size: u16,
    max_in_flight: usize,
    changes: Vec<(usize, Change)>,
    delays: Vec<u64>,
    faults: Vec<(u64, ErrorKind)>,
    /// Milliseconds after which a pending `next` is cancelled and called again.
    cancel_after: u64,
}

fn change() -> impl Strategy<Value = Change> {
    // Mostly at the front, where a change moves most items.
    let place = prop_oneof![2 => Just(0_usize), 1 => 0..40_usize];
    prop_oneof![
        place.clone().prop_map(Change::Delete),
        place.prop_map(Change::Insert),
    ]
}

fn fault() -> impl Strategy<Value = ErrorKind> {
    prop_oneof![
        Just(ErrorKind::Server),
        Just(ErrorKind::Timeout),
        Just(ErrorKind::Decode),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    (
        0..60_u64,
        2..9_u16,
        1..6_usize,
        prop::collection::vec((0..25_usize, change()), 0..8),
        prop::collection::vec(0..20_u64, 0..20),
        prop::collection::vec((1..12_u64, fault()), 0..5),
        1..30_u64,
    )
        .prop_map(
            |(count, page_size, max_in_flight, mut changes, delays, faults, cancel_after)| {
                changes.sort_by_key(|(after, _)| *after);
                Case {
                    count,
                    page_size,
                    max_in_flight,
                    changes,
                    delays,
                    faults,
                    cancel_after,
                }
            },
        )
}

impl Case {
    fn source(&self) -> Arc<FakeSource> {
        let mut source = FakeSource {
            delays: self.delays.clone(),
            ..FakeSource::of(self.count).changing(self.changes.clone())
        };
        for &(page, kind) in &self.faults {
            source = source.quirk(page, Quirk::Fail(kind));
        }
        Arc::new(source)
    }

    /// Polls through faults and cancellations. Returns the kind of the error that ended it, too.
    async fn read(&self, stream: &mut ItemStream<u64>) -> (Vec<u64>, Option<ErrorKind>) {
        let (mut delivered, mut last_error) = (Vec::new(), None);
        let limit = Duration::from_millis(self.cancel_after);
        for _ in 0..10_000 {
            match tokio::time::timeout(limit, stream.next()).await {
                Err(_cancelled) => {}
                Ok(Some(Ok(number))) => {
                    delivered.push(number);
                    last_error = None;
                }
                Ok(Some(Err(error))) => last_error = Some(error.kind()),
                Ok(None) => return (delivered, last_error),
            }
        }
        panic!("it does not end");
    }
}

fn present_throughout(source: &FakeSource) -> Vec<u64> {
    let mut items = source.items();
    items.retain(|&item| item < INSERTED);
    items
}

fn first_repeated(delivered: &[u64]) -> Option<u64> {
    let mut seen = HashSet::new();
    delivered.iter().copied().find(|&item| !seen.insert(item))
}

/// Whether the pages, in order, showed any sign of a change.
fn shows_change(sent: &[SentPage], pages: u64, page_size: u16) -> bool {
    let by_page: HashMap<u64, &SentPage> = sent.iter().map(|sent| (sent.page, sent)).collect();
    let pages: Vec<_> = (1..=pages).filter_map(|page| by_page.get(&page)).collect();
    let mut totals: Vec<_> = pages.iter().filter_map(|page| page.total).collect();
    totals.dedup();
    let items: Vec<u64> = pages.iter().flat_map(|page| page.items.clone()).collect();
    let short = pages
        .iter()
        .position(|page| page.items.len() < usize::from(page_size));
    let items_behind_short =
        short.is_some_and(|at| pages[at + 1..].iter().any(|page| !page.items.is_empty()));
    totals.len() > 1 || first_repeated(&items).is_some() || items_behind_short
}

proptest! {
    #[test]
    fn all_items_arrive_once_and_in_order(
        count in 0..=5000_u64,
        page_size in prop_oneof![1..=500_u16, 1..=9_u16],
        max_in_flight in 1..=16_usize,
        total in total(),
        links_missing in any::<bool>(),
        delays in prop::collection::vec(0..50_u64, 0..40),
    ) {
        let source = Arc::new(FakeSource {
            total,
            next: if links_missing { Next::Never } else { Next::Accurate },
            delays,
            ..FakeSource::of(count)
        });
        let mut stream = list(&source, page_size, max_in_flight).stream();
        let delivered = run(read(&mut stream));
        prop_assert_eq!(delivered, numbers(count));

        let requested = source.requested();
        let pages = count.div_ceil(u64::from(page_size)).max(1);
        // At most one page more than there are, and as many as a wrong total puts in flight.
        let most = pages + max_in_flight as u64;
        prop_assert!(requested.len() as u64 <= most, "{:?}", requested);
        if matches!(total, Total::Exact) {
            prop_assert_eq!(requested.len() as u64, count / u64::from(page_size) + 1);
        }
    }

    #[test]
    fn a_resumed_listing_ends_wherever_it_starts_and_whatever_the_server_does(
        count in 0..=300_u64,
        page_size in 2..=9_u16,
        max_in_flight in 1..=5_usize,
        total in total(),
        links_always in any::<bool>(),
        always_page in prop::option::of(1..9_u64),
        (page, index, last) in (1..=40_u64, 0..=9_usize, 0..=400_u64),
        items_seen in prop_oneof![0..=400_u64, any::<u64>(), Just(u64::MAX)],
        page_limit in 1..=60_u64,
    ) {
        let source = Arc::new(FakeSource {
            total,
            next: if links_always { Next::UpTo(u64::MAX) } else { Next::Accurate },
            always_page,
            ..FakeSource::of(count)
        });
        let checkpoint: Checkpoint = serde_json::from_value(serde_json::json!({
            "version": 2,
            "target": { "shelf": "7" },
            "pageSize": page_size,
            "page": page,
            "index": index,
            "lastId": id(last),
            "itemsSeen": items_seen,
        }))
        .unwrap();
        let mut stream = list(&source, page_size, max_in_flight)
            .page_limit(page_limit)
            .resume_from(checkpoint)
            .stream();
        let items: Vec<_> = run(stream.by_ref().collect());

        let numbers: Vec<u64> = items.iter().flatten().copied().collect();
        let first = numbers.first().copied().unwrap_or(1);
        prop_assert_eq!(&numbers, &(first..).take(numbers.len()).collect::<Vec<_>>());
        if let Some(error) = items.iter().find_map(|item| item.as_ref().err()) {
            prop_assert!(
                matches!(error.kind(), ErrorKind::PaginationLoop | ErrorKind::LimitExceeded),
                "{}", error
            );
        }
        // Every page at most once to find the item, and once to be delivered.
        let most = 2 * page_limit + max_in_flight as u64;
        prop_assert!(source.requested().len() as u64 <= most, "{:?}", source.requested());
    }

    #[test]
    fn a_verified_listing_misses_nothing_that_was_present_throughout(case in case()) {
        let source = case.source();
        let mut stream = list(&source, case.page_size, case.max_in_flight)
            .consistency(Consistency::verified())
            .stream();
        let (delivered, error) = run(case.read(&mut stream));
        prop_assert_eq!(first_repeated(&delivered), None);
        match stream.summary().completeness() {
            Completeness::Complete(Basis::Verified | Basis::SinglePage) => {
                for item in present_throughout(&source) {
                    prop_assert!(delivered.contains(&item), "{} missing from {:?}", item, delivered);
                }
            }
            // A page of which nothing is new cannot be distinguished from a server that repeats a page.
            Completeness::Failed => prop_assert_eq!(error, Some(ErrorKind::PaginationLoop)),
            completeness => {
                let not_converged =
                    Completeness::PossiblyIncomplete(IncompleteReason::NotConverged);
                prop_assert_eq!(completeness, not_converged);
                prop_assert_eq!(error, Some(ErrorKind::PossiblyIncomplete));
            }
        }
    }

    #[test]
    fn a_single_pass_never_claims_more_than_it_saw(case in case()) {
        let source = case.source();
        let mut stream = list(&source, case.page_size, case.max_in_flight).stream();
        let (delivered, error) = run(case.read(&mut stream));
        prop_assert_eq!(first_repeated(&delivered), None);

        let summary = stream.summary();
        let sent = source.sent.lock().unwrap().clone();
        let changed = shows_change(&sent, summary.pages(), case.page_size);
        match summary.completeness() {
            Completeness::Complete(Basis::SinglePage) => {
                prop_assert_eq!(summary.pages(), 1);
                prop_assert_eq!(&delivered, &sent[0].items);
            }
            Completeness::Complete(basis) => {
                prop_assert_eq!(basis, Basis::NoChangeSeen);
                prop_assert!(!changed && summary.pages() > 1);
            }
            Completeness::PossiblyIncomplete(_) => prop_assert!(changed),
            completeness => {
                prop_assert_eq!(completeness, Completeness::Failed);
                prop_assert_eq!(error, Some(ErrorKind::PaginationLoop));
            }
        }
        // A set that does not change is listed whole, in order.
        if case.changes.is_empty() {
            prop_assert_eq!(delivered, numbers(case.count));
        }
        // One request per page, one for each fault, and the pages in flight beyond the end.
        let most = summary.pages() + (case.faults.len() + case.max_in_flight) as u64;
        prop_assert!(summary.requests() <= most, "{} > {}", summary.requests(), most);
    }

    /// What a single pass calls incomplete, an adaptive listing verifies.
    #[test]
    fn an_adaptive_listing_reads_again_exactly_where_it_saw_a_change(case in case()) {
        let source = case.source();
        let mut stream = list(&source, case.page_size, case.max_in_flight)
            .consistency(Consistency::adaptive())
            .stream();
        let (delivered, error) = run(case.read(&mut stream));
        prop_assert_eq!(first_repeated(&delivered), None);
        let summary = stream.summary();
        let sent = source.sent.lock().unwrap().clone();
        match summary.completeness() {
            Completeness::Complete(Basis::Verified) => {
                for item in present_throughout(&source) {
                    prop_assert!(delivered.contains(&item), "{} missing from {:?}", item, delivered);
                }
            }
            Completeness::Complete(_) => {
                prop_assert!(!shows_change(&sent, summary.pages(), case.page_size));
            }
            completeness => {
                let not_converged =
                    Completeness::PossiblyIncomplete(IncompleteReason::NotConverged);
                prop_assert!(completeness == not_converged || completeness == Completeness::Failed);
                prop_assert!(matches!(
                    error,
                    Some(ErrorKind::PaginationLoop | ErrorKind::PossiblyIncomplete)
                ));
            }
        }
        if case.changes.is_empty() {
            prop_assert_eq!(delivered, numbers(case.count));
            prop_assert_eq!(summary.pages(), case.count / u64::from(case.page_size) + 1);
        }
    }

    #[test]
    fn stopping_and_resuming_repeats_nothing_and_loses_nothing(
        case in case(),
        stops in prop::collection::vec(0..30_usize, 0..4),
        most_per_page in prop::option::of(1..9_u16),
        links_missing in any::<bool>(),
    ) {
        let source = Arc::new(FakeSource {
            delays: case.delays.clone(),
            most_per_page,
            next: if links_missing { Next::Never } else { Next::Accurate },
            ..FakeSource::of(case.count)
        });
        let delivered = run(async {
            let mut delivered = Vec::new();
            let mut stream = list(&source, case.page_size, case.max_in_flight).stream();
            for stop in stops {
                let some = stream.by_ref().take(stop);
                delivered.extend(some.map(Result::unwrap).collect::<Vec<_>>().await);
                let checkpoint = stream.checkpoint();
                stream = list(&source, case.page_size, case.max_in_flight)
                    .resume_from(checkpoint)
                    .stream();
            }
            let (rest, error) = case.read(&mut stream).await;
            assert_eq!(error, None);
            delivered.extend(rest);
            delivered
        });
        prop_assert_eq!(delivered, numbers(case.count));
    }

    #[test]
    fn items_that_leave_between_stop_and_resume_make_nothing_come_twice(
        case in case(),
        stop in 0..60_usize,
        leaving in prop::collection::vec(0..60_usize, 0..10),
    ) {
        let case = Case { changes: Vec::new(), faults: Vec::new(), ..case };
        let source = case.source();
        let (delivered, remaining) = run(async {
            let mut stream = list(&source, case.page_size, case.max_in_flight).stream();
            let some = stream.by_ref().take(stop).map(Result::unwrap);
            let mut delivered: Vec<u64> = some.collect().await;
            for at in leaving {
                let mut items = source.items.lock().unwrap();
                // The item the checkpoint ends with stays. Without it, its place is a guess.
                if at < items.len() && Some(&items[at]) != delivered.last() {
                    items.remove(at);
                }
            }
            let mut rest = list(&source, case.page_size, case.max_in_flight)
                .resume_from(stream.checkpoint())
                .stream();
            let (rest, error) = case.read(&mut rest).await;
            assert_eq!(error, None);
            delivered.extend(rest);
            (delivered, source.items())
        });
        prop_assert_eq!(first_repeated(&delivered), None);
        for item in remaining {
            prop_assert!(delivered.contains(&item), "{} missing from {:?}", item, delivered);
        }
    }
}
