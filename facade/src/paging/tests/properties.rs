//! Any set that changes while it is read, any faults, any moment of cancellation, any place to
//! stop, and any server that is right about its items and wrong about the rest.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
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

/// What a server gets wrong besides its items.
#[derive(Debug, Clone)]
struct Server {
    total: Total,
    next: Next,
    most_per_page: Option<u16>,
    /// Pages that come empty once.
    empty_once: Vec<u64>,
    always_empty: Option<u64>,
}

fn server() -> impl Strategy<Value = Server> {
    let total = prop_oneof![
        3 => Just(Total::Exact),
        2 => Just(Total::Absent),
        1 => (-9..=20_i64).prop_map(Total::Off),
    ];
    let next = prop_oneof![
        Just(Next::Accurate),
        Just(Next::Never),
        Just(Next::UpTo(u64::MAX)),
    ];
    let most_per_page = prop_oneof![2 => Just(None), 1 => (1..9_u16).prop_map(Some)];
    let empty_once = prop::collection::vec(1..10_u64, 0..3);
    let always_empty = prop_oneof![3 => Just(None), 1 => (1..10_u64).prop_map(Some)];
    (total, next, most_per_page, empty_once, always_empty).prop_map(
        |(total, next, most_per_page, empty_once, always_empty)| Server {
            total,
            next,
            most_per_page,
            empty_once,
            always_empty,
        },
    )
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
        Just(ErrorKind::Connect),
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
    /// A server that is right about everything.
    fn source(&self) -> Arc<FakeSource> {
        let right = Server {
            total: Total::Exact,
            next: Next::Accurate,
            most_per_page: None,
            empty_once: Vec::new(),
            always_empty: None,
        };
        self.source_on(&right)
    }

    fn source_on(&self, server: &Server) -> Arc<FakeSource> {
        let mut source = FakeSource {
            delays: self.delays.clone(),
            total: server.total,
            next: server.next,
            most_per_page: server.most_per_page,
            always_empty: server.always_empty,
            ..FakeSource::of(self.count).changing(self.changes.clone())
        };
        for &(page, kind) in &self.faults {
            source = source.quirk(page, Quirk::Fail(kind));
        }
        for &page in &server.empty_once {
            source = source.quirk(page, Quirk::Empty);
        }
        Arc::new(source)
    }

    /// The most items of a page.
    fn per_page(&self, server: &Server) -> u64 {
        let most = server.most_per_page.unwrap_or(u16::MAX);
        self.page_size.min(most).into()
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

/// Whether an item both entered and left the set, which a verified listing assumes not to happen.
fn has_lost_an_inserted_item(source: &FakeSource) -> bool {
    let items = source.items();
    let present = items.iter().filter(|&&item| item >= INSERTED).count();
    source.inserted.load(Ordering::SeqCst) > present as u64
}

fn first_repeated(delivered: &[u64]) -> Option<u64> {
    let mut seen = HashSet::new();
    delivered.iter().copied().find(|&item| !seen.insert(item))
}

/// Whether the pages, in order, showed any sign of a change.
fn shows_change(sent: &[SentPage], pages: u64) -> bool {
    let by_page: HashMap<u64, &SentPage> = sent.iter().map(|sent| (sent.page, sent)).collect();
    let pages: Vec<_> = (1..=pages).filter_map(|page| by_page.get(&page)).collect();
    let items: Vec<u64> = pages.iter().flat_map(|page| page.items.clone()).collect();
    let mut seen = 0;
    let mut totals = Vec::new();
    for page in &pages {
        seen += page.items.len() as u64;
        totals.extend(page.total.filter(|&total| total >= seen));
    }
    totals.dedup();
    let empty = pages.iter().position(|page| page.items.is_empty());
    let items_behind =
        empty.is_some_and(|at| pages[at..].iter().any(|page| !page.items.is_empty()));
    totals.len() > 1 || first_repeated(&items).is_some() || items_behind
}

/// The items present throughout that are missing, and whether the last total is higher than the
/// items seen by a page or more.
fn missing_from(source: &FakeSource, delivered: &[u64], per_page: u16) -> (Vec<u64>, bool) {
    let mut missing = present_throughout(source);
    missing.retain(|item| !delivered.contains(item));
    let sent = source.sent.lock().unwrap();
    let total = sent.last().and_then(|page| page.total);
    let seen = delivered.len() as u64 + u64::from(per_page);
    (missing, total.is_some_and(|total| total >= seen))
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
        // At most one page more than there are, as many as a wrong total puts in flight, and
        // three empty pages that are requested four times more.
        let most = pages + max_in_flight.max(3) as u64 + 4;
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
        // Every page at most once to find the item, and once to be delivered; and empty pages up
        // to three times.
        let most = 6 * page_limit + max_in_flight as u64;
        prop_assert!(source.requested().len() as u64 <= most, "{:?}", source.requested());
    }

    /// On a server that is right about its totals or sends none.
    #[test]
    fn a_verified_listing_misses_nothing_that_was_present_throughout(
        case in case(),
        is_adaptive in any::<bool>(),
        counted in any::<bool>(),
        next in prop_oneof![Just(Next::Accurate), Just(Next::Never), Just(Next::UpTo(u64::MAX))],
        most_per_page in prop::option::of(1..9_u16),
    ) {
        let server = Server {
            total: if counted { Total::Exact } else { Total::Absent },
            next,
            most_per_page,
            empty_once: Vec::new(),
            always_empty: None,
        };
        let source = case.source_on(&server);
        let consistency = if is_adaptive {
            Consistency::adaptive()
        } else {
            Consistency::verified()
        };
        let mut stream = list(&source, case.page_size, case.max_in_flight)
            .consistency(consistency)
            .stream();
        let (delivered, error) = run(case.read(&mut stream));
        prop_assert_eq!(first_repeated(&delivered), None);
        let summary = stream.summary();
        let sent = source.sent.lock().unwrap().clone();
        match summary.completeness() {
            Completeness::Complete(Basis::NoChangeSeen) => {
                prop_assert!(!shows_change(&sent, summary.pages()));
                prop_assert!(is_adaptive || summary.pages() == 1);
            }
            Completeness::Complete(_) => {
                let (missing, _) = missing_from(&source, &delivered, 1);
                let is_promised = !has_lost_an_inserted_item(&source);
                prop_assert!(
                    missing.is_empty() || !is_promised,
                    "{:?} missing from {:?}", missing, delivered
                );
            }
            // A full page of which nothing is new cannot be distinguished from a server that
            // repeats a page.
            Completeness::Failed => prop_assert_eq!(error, Some(ErrorKind::PaginationLoop)),
            completeness => {
                prop_assert!(matches!(completeness, Completeness::PossiblyIncomplete(_)));
                prop_assert_eq!(error, Some(ErrorKind::PossiblyIncomplete));
            }
        }
        if case.changes.is_empty() {
            prop_assert_eq!(delivered, numbers(case.count));
            prop_assert!(summary.is_complete());
        }
    }

    /// Whatever is wrong at the same time: no listing is complete while an item is missing that
    /// was present throughout, unless no total disagreed by a page and nothing else showed it.
    #[test]
    fn no_listing_is_complete_while_the_total_says_that_a_page_is_missing(
        case in case(),
        server in server(),
        consistency in prop_oneof![
            Just(Consistency::single_pass()),
            Just(Consistency::adaptive()),
            Just(Consistency::verified()),
        ],
    ) {
        let source = case.source_on(&server);
        let mut stream = list(&source, case.page_size, case.max_in_flight)
            .consistency(consistency)
            .stream();
        let (delivered, _) = run(case.read(&mut stream));
        prop_assert_eq!(first_repeated(&delivered), None);
        let summary = stream.summary();
        let completeness = summary.completeness();
        prop_assert_ne!(completeness, Completeness::InProgress);
        if !summary.is_complete() {
            return Ok(());
        }
        let (missing, page_is_missing) = missing_from(&source, &delivered, case.page_size);
        if missing.is_empty() {
            return Ok(());
        }
        prop_assert!(!page_is_missing, "{:?}: {:?} missing", completeness, missing);
        if case.changes.is_empty() {
            let never_shown = matches!(server.total, Total::Absent | Total::Off(i64::MIN..0))
                || missing.len() < usize::from(case.page_size) && case.per_page(&server) < u64::from(case.page_size);
            prop_assert!(never_shown, "{:?}: {:?} missing", completeness, missing);
        }
    }

    /// An empty response that the next one corrects costs nothing where the total or a link
    /// promised items.
    #[test]
    fn pages_that_come_empty_once_lose_nothing(
        case in case(),
        empty_once in prop::collection::hash_set(1..10_u64, 0..4),
        next in prop_oneof![Just(Next::Accurate), Just(Next::Never), Just(Next::UpTo(u64::MAX))],
    ) {
        let case = Case { changes: Vec::new(), ..case };
        let server = Server {
            total: Total::Exact,
            next,
            most_per_page: None,
            empty_once: empty_once.into_iter().collect(),
            always_empty: None,
        };
        let source = case.source_on(&server);
        let mut stream = list(&source, case.page_size, case.max_in_flight)
            .consistency(Consistency::default())
            .stream();
        let (delivered, _) = run(case.read(&mut stream));
        prop_assert_eq!(delivered, numbers(case.count));
        prop_assert!(stream.summary().is_complete(), "{}", stream.summary());
    }

    #[test]
    fn a_single_pass_never_claims_more_than_it_saw(case in case()) {
        let source = case.source();
        let mut stream = list(&source, case.page_size, case.max_in_flight).stream();
        let (delivered, error) = run(case.read(&mut stream));
        prop_assert_eq!(first_repeated(&delivered), None);

        let summary = stream.summary();
        let sent = source.sent.lock().unwrap().clone();
        let changed = shows_change(&sent, summary.pages());
        match summary.completeness() {
            Completeness::Complete(Basis::SinglePage) => {
                prop_assert_eq!(summary.pages(), 1);
                prop_assert_eq!(&delivered, &sent[0].items);
            }
            Completeness::Complete(basis) => {
                prop_assert_eq!(basis, Basis::NoChangeSeen);
                prop_assert!(!changed && summary.pages() > 1);
            }
            Completeness::PossiblyIncomplete(reason) => {
                prop_assert!(changed || reason == IncompleteReason::EmptyPage);
            }
            completeness => {
                prop_assert_eq!(completeness, Completeness::Failed);
                prop_assert_eq!(error, Some(ErrorKind::PaginationLoop));
            }
        }
        // A set that does not change is listed whole, in order, with one request for each page
        // and each fault.
        if case.changes.is_empty() {
            prop_assert_eq!(delivered, numbers(case.count));
            prop_assert_eq!(summary.pages(), case.count / u64::from(case.page_size) + 1);
            let faults = summary.pages() + case.faults.len() as u64;
            prop_assert!(summary.requests() <= faults, "{}", summary.requests());
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

    /// Stopping and resuming on a server that is wrong about anything: nothing comes twice, and
    /// the last listing is complete only where the total does not say that a page is missing.
    #[test]
    fn a_resumed_listing_is_never_complete_while_the_total_says_that_a_page_is_missing(
        case in case(),
        server in server(),
        stops in prop::collection::vec(0..30_usize, 1..3),
    ) {
        let case = Case { faults: Vec::new(), ..case };
        let source = case.source_on(&server);
        let (delivered, summary) = run(async {
            let mut delivered = Vec::new();
            let new = || list(&source, case.page_size, case.max_in_flight);
            let mut stream = new().stream();
            for stop in stops {
                let some = stream.by_ref().take(stop);
                let some: Vec<_> = some.collect().await;
                delivered.extend(some.into_iter().flatten());
                stream = new().resume_from(stream.checkpoint()).stream();
            }
            let (rest, _) = case.read(&mut stream).await;
            delivered.extend(rest);
            (delivered, stream.summary())
        });
        if case.changes.is_empty() {
            prop_assert_eq!(first_repeated(&delivered), None);
        }
        let (missing, page_is_missing) = missing_from(&source, &delivered, case.page_size);
        let is_wrong = summary.is_complete() && !missing.is_empty();
        prop_assert!(!(is_wrong && page_is_missing), "{}: {:?} missing", summary, missing);
        if is_wrong && case.changes.is_empty() {
            let is_clamped = case.per_page(&server) < u64::from(case.page_size);
            let is_uncounted = matches!(server.total, Total::Absent | Total::Off(i64::MIN..0));
            prop_assert!(is_uncounted || is_clamped, "{}: {:?} missing", summary, missing);
        }
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
