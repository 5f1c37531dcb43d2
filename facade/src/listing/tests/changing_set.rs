//! Any set that changes under the reader, any faults, any moment of cancellation, any place to stop.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use proptest::prelude::*;

use super::fake::{Answered, Change, FakeAtlas, NEWCOMER, Quirk, listing, number};
use super::run;
use crate::listing::summary::Ending;
use crate::{Consistency, ErrorKind, Snapshots};

#[derive(Debug, Clone)]
struct Case {
    count: u64,
    page_size: u16,
    prefetch: usize,
    changes: Vec<(usize, Change)>,
    delays: Vec<u64>,
    faults: Vec<(u64, ErrorKind)>,
    /// Milliseconds after which a pending `next` is given up and made anew.
    give_up_after: u64,
}

fn change() -> impl Strategy<Value = Change> {
    // Mostly at the head, where changes hurt.
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
            |(count, page_size, prefetch, mut changes, delays, faults, give_up_after)| {
                changes.sort_by_key(|(after, _)| *after);
                Case {
                    count,
                    page_size,
                    prefetch,
                    changes,
                    delays,
                    faults,
                    give_up_after,
                }
            },
        )
}

impl Case {
    fn atlas(&self) -> Arc<FakeAtlas> {
        let mut atlas = FakeAtlas {
            changes: VecDeque::from(self.changes.clone()).into(),
            delays: self.delays.clone(),
            ..FakeAtlas::of(self.count)
        };
        for &(page, kind) in &self.faults {
            atlas = atlas.quirk(page, Quirk::Fail(kind));
        }
        Arc::new(atlas)
    }

    /// Polls through faults and cancellations. Ends with the kind of the error that ended it.
    async fn read(&self, snapshots: &mut Snapshots) -> (Vec<u64>, Option<ErrorKind>) {
        let (mut delivered, mut last_error) = (Vec::new(), None);
        let patience = Duration::from_millis(self.give_up_after);
        for _ in 0..10_000 {
            match tokio::time::timeout(patience, snapshots.next()).await {
                Err(_given_up) => {}
                Ok(Some(Ok(snapshot))) => {
                    delivered.push(number(&snapshot));
                    last_error = None;
                }
                Ok(Some(Err(error))) => last_error = Some(error.kind()),
                Ok(None) => return (delivered, last_error),
            }
        }
        panic!("it does not end");
    }
}

fn present_throughout(atlas: &FakeAtlas) -> Vec<u64> {
    atlas
        .rows()
        .into_iter()
        .filter(|&row| row < NEWCOMER)
        .collect()
}

fn first_repeated(delivered: &[u64]) -> Option<u64> {
    let mut seen = std::collections::HashSet::new();
    delivered.iter().copied().find(|&row| !seen.insert(row))
}

/// Whether the pages, in order, showed any of the signs that `GapEvidence` lists.
fn shows_change(answered: &[Answered], pages: u64, page_size: u16) -> bool {
    let by_page: HashMap<u64, &Answered> = answered.iter().map(|a| (a.page, a)).collect();
    let pages: Vec<_> = (1..=pages).filter_map(|page| by_page.get(&page)).collect();
    let mut totals: Vec<_> = pages.iter().filter_map(|page| page.total).collect();
    totals.dedup();
    let rows: Vec<u64> = pages.iter().flat_map(|page| page.rows.clone()).collect();
    let short = pages
        .iter()
        .position(|page| page.rows.len() < usize::from(page_size));
    let rows_behind_short =
        short.is_some_and(|at| pages[at + 1..].iter().any(|page| !page.rows.is_empty()));
    totals.len() > 1 || first_repeated(&rows).is_some() || rows_behind_short
}

proptest! {
    #[test]
    fn a_verified_listing_misses_nothing_that_was_there_throughout(case in case()) {
        let atlas = case.atlas();
        let mut snapshots = listing(&atlas, case.page_size, case.prefetch)
            .consistency(Consistency::verified())
            .stream();
        let (delivered, error) = run(case.read(&mut snapshots));
        prop_assert_eq!(first_repeated(&delivered), None);
        match snapshots.summary().ending() {
            Ending::Verified | Ending::Complete => {
                for row in present_throughout(&atlas) {
                    prop_assert!(delivered.contains(&row), "{} missing from {:?}", row, delivered);
                }
            }
            // A page of which nothing is new cannot be told from a server that repeats itself.
            ending => prop_assert!(
                ending == Ending::Failed
                    && matches!(error, Some(ErrorKind::RepeatingServer | ErrorKind::Unsettled)),
                "{:?} {:?}", ending, error
            ),
        }
    }

    #[test]
    fn an_observed_listing_never_claims_more_than_it_saw(case in case()) {
        let atlas = case.atlas();
        let mut snapshots = listing(&atlas, case.page_size, case.prefetch).stream();
        let (delivered, error) = run(case.read(&mut snapshots));
        prop_assert_eq!(first_repeated(&delivered), None);

        let summary = snapshots.summary();
        let answered = atlas.answered.lock().unwrap().clone();
        let changed = shows_change(&answered, summary.pages(), case.page_size);
        match summary.ending() {
            Ending::Complete => {
                prop_assert_eq!(summary.pages(), 1);
                prop_assert_eq!(&delivered, &answered[0].rows);
            }
            Ending::Unverified => prop_assert!(!changed && summary.pages() > 1),
            Ending::SuspectedGap { .. } => prop_assert!(changed),
            ending => {
                prop_assert_eq!(ending, Ending::Failed);
                prop_assert_eq!(error, Some(ErrorKind::RepeatingServer));
            }
        }
        // A set at rest is listed whole, in order.
        if case.changes.is_empty() {
            prop_assert_eq!(delivered, (1..=case.count).collect::<Vec<_>>());
        }
        // One request a page, one for each fault, and what a window may overshoot.
        let most = summary.pages() + (case.faults.len() + case.prefetch) as u64;
        prop_assert!(summary.requests() <= most, "{} > {}", summary.requests(), most);
    }

    #[test]
    fn stopping_and_going_on_repeats_nothing_and_loses_nothing(
        case in case(),
        stops in prop::collection::vec(0..30_usize, 0..4),
    ) {
        let case = Case { changes: Vec::new(), faults: Vec::new(), ..case };
        let atlas = case.atlas();
        let delivered = run(async {
            let mut delivered = Vec::new();
            let mut snapshots = listing(&atlas, case.page_size, case.prefetch).stream();
            for stop in stops {
                let some = snapshots.by_ref().take(stop);
                delivered.extend(some.map(|row| number(&row.unwrap())).collect::<Vec<_>>().await);
                let checkpoint = snapshots.checkpoint();
                snapshots = listing(&atlas, case.page_size, case.prefetch)
                    .resume_from(checkpoint)
                    .stream();
            }
            let (rest, error) = case.read(&mut snapshots).await;
            assert_eq!(error, None);
            delivered.extend(rest);
            delivered
        });
        prop_assert_eq!(delivered, (1..=case.count).collect::<Vec<_>>());
    }

    #[test]
    fn rows_that_leave_between_stop_and_resume_make_nothing_come_twice(
        case in case(),
        stop in 0..60_usize,
        leaving in prop::collection::vec(0..60_usize, 0..10),
    ) {
        let case = Case { changes: Vec::new(), faults: Vec::new(), ..case };
        let atlas = case.atlas();
        let (delivered, remaining) = run(async {
            let mut snapshots = listing(&atlas, case.page_size, case.prefetch).stream();
            let some = snapshots.by_ref().take(stop).map(|row| number(&row.unwrap()));
            let mut delivered: Vec<u64> = some.collect().await;
            for at in leaving {
                let mut rows = atlas.rows.lock().unwrap();
                // The row the checkpoint ends with stays; without it the place is a guess.
                if at < rows.len() && Some(&rows[at]) != delivered.last() {
                    rows.remove(at);
                }
            }
            let checkpoint = snapshots.checkpoint();
            let mut rest = listing(&atlas, case.page_size, case.prefetch)
                .resume_from(checkpoint)
                .stream();
            let (rest, error) = case.read(&mut rest).await;
            assert_eq!(error, None);
            delivered.extend(rest);
            (delivered, atlas.rows())
        });
        prop_assert_eq!(first_repeated(&delivered), None);
        for row in remaining {
            prop_assert!(delivered.contains(&row), "{} missing from {:?}", row, delivered);
        }
    }
}
