//! Servers that are wrong about themselves, one test for each way: every item is yielded, or the
//! end says that one may be missing.

use std::sync::Arc;

use super::fake::{Change, FakeSource, INSERTED, Next, Quirk, Total, list, numbers, read_through};
use crate::{Basis, Completeness, Consistency, ErrorKind, IncompleteReason, ListRequest};

const SINGLE_PAGE: Completeness = Completeness::Complete(Basis::SinglePage);
const NO_CHANGE_SEEN: Completeness = Completeness::Complete(Basis::NoChangeSeen);
const VERIFIED: Completeness = Completeness::Complete(Basis::Verified);

fn incomplete(reason: IncompleteReason) -> Completeness {
    Completeness::PossiblyIncomplete(reason)
}

/// A listing as most callers configure it, but for the size of a page.
fn adaptive(source: &Arc<FakeSource>) -> ListRequest<u64> {
    list(source, 10, 4).consistency(Consistency::default())
}

/// Expects these items, completeness and requests.
async fn expect(
    source: FakeSource,
    items: Vec<u64>,
    completeness: Completeness,
    requested: &[u64],
) {
    let source = Arc::new(source);
    let (delivered, errors, summary) = read_through(adaptive(&source)).await;
    assert_eq!(delivered, items);
    assert_eq!(summary.completeness(), completeness, "{summary}");
    assert_eq!(source.requested(), requested);
    match completeness {
        Completeness::PossiblyIncomplete(reason) => {
            assert_eq!(errors.len(), 1);
            assert_eq!(errors[0].kind(), ErrorKind::PossiblyIncomplete);
            assert_eq!(errors[0].incomplete_reason(), Some(reason));
        }
        _ => assert!(errors.is_empty(), "{errors:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_first_page_that_comes_empty_once_or_twice_loses_nothing() {
    let once = FakeSource::of(24).quirk(1, Quirk::Empty);
    expect(once, numbers(24), NO_CHANGE_SEEN, &[1, 1, 2, 3]).await;
    let twice = FakeSource::of(7)
        .quirk(1, Quirk::Empty)
        .quirk(1, Quirk::Empty);
    expect(twice, numbers(7), SINGLE_PAGE, &[1, 1, 1]).await;
}

#[tokio::test(start_paused = true)]
async fn a_page_in_the_middle_or_at_the_end_that_comes_empty_once_loses_nothing() {
    for (page, requested) in [(2, [1, 2, 3, 2]), (3, [1, 2, 3, 3])] {
        for next in [Next::Accurate, Next::Never, Next::UpTo(3)] {
            let source = FakeSource {
                next,
                ..FakeSource::of(24).quirk(page, Quirk::Empty)
            };
            expect(source, numbers(24), NO_CHANGE_SEEN, &requested).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_stays_empty_costs_no_other_page_and_is_reported() {
    for (page, items, requested) in [
        (
            1,
            numbers(24).split_off(10),
            vec![1, 1, 1, 2, 3, 4, 4, 3, 2, 1],
        ),
        (
            2,
            [numbers(10), (21..=24).collect()].concat(),
            vec![1, 2, 3, 2, 2, 4, 4, 3, 2, 1],
        ),
        (3, numbers(20), vec![1, 2, 3, 3, 3, 4, 5, 4, 5, 3, 2, 1]),
    ] {
        let source = FakeSource {
            always_empty: Some(page),
            ..FakeSource::of(24)
        };
        let reason = incomplete(IncompleteReason::EmptyPage);
        expect(source, items, reason, &requested).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_next_link_on_every_page_ends_after_three_empty_pages() {
    for total in [Total::Exact, Total::Absent] {
        let source = Arc::new(FakeSource {
            next: Next::UpTo(u64::MAX),
            total,
            ..FakeSource::of(24)
        });
        let (delivered, errors, summary) = read_through(adaptive(&source)).await;
        assert_eq!((delivered, errors.len()), (numbers(24), 0));
        assert_eq!(summary.completeness(), NO_CHANGE_SEEN);
        assert!(
            source.requested().len() <= 3 + 8,
            "{:?}",
            source.requested()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_sends_fewer_items_than_requested_on_every_page_gives_no_sign() {
    for (most, pages) in [(5, 9), (9, 5)] {
        let source = FakeSource {
            most_per_page: Some(most),
            ..FakeSource::of(44)
        };
        expect(source, numbers(44), NO_CHANGE_SEEN, &numbers(pages)).await;
    }
}

/// The last page has only the item that the insertion moved there, which was seen before.
#[tokio::test(start_paused = true)]
async fn an_item_inserted_while_full_pages_are_read_is_a_sign_and_no_loop() {
    let source = Arc::new(FakeSource::of(30).changing([(2, Change::Insert(0))]));
    let (delivered, errors, summary) = read_through(adaptive(&source).max_in_flight(1)).await;
    assert_eq!(errors.len(), 0, "{errors:?}");
    assert_eq!(delivered, [numbers(30), vec![INSERTED]].concat());
    assert_eq!(summary.completeness(), VERIFIED);
}

#[tokio::test(start_paused = true)]
async fn a_total_that_is_too_high_by_a_page_is_reported_and_by_less_is_not() {
    for (by, completeness, requested) in [
        (1, NO_CHANGE_SEEN, vec![1, 2, 3, 4]),
        (9, NO_CHANGE_SEEN, vec![1, 2, 3, 4]),
        (
            10,
            incomplete(IncompleteReason::TotalNotReached),
            vec![1, 2, 3, 4, 4, 3, 2, 1],
        ),
        (
            900,
            incomplete(IncompleteReason::TotalNotReached),
            vec![1, 2, 3, 4, 5, 4, 3, 2, 1],
        ),
    ] {
        let source = FakeSource {
            total: Total::Off(by),
            ..FakeSource::of(24)
        };
        expect(source, numbers(24), completeness, &requested).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_total_that_is_too_low_is_no_total() {
    for by in [-1, -20] {
        let source = FakeSource {
            total: Total::Off(by),
            ..FakeSource::of(24)
        };
        let source = Arc::new(source);
        let (delivered, errors, summary) = read_through(adaptive(&source)).await;
        assert_eq!((delivered, errors.len()), (numbers(24), 0));
        assert_eq!(summary.completeness(), NO_CHANGE_SEEN);
        let mut requested = source.requested();
        requested.dedup();
        assert!(requested.len() <= 3 + 4, "{requested:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_item_is_reported_where_a_page_in_the_middle_was_short() {
    let source = FakeSource {
        total: Total::Fixed(25),
        ..FakeSource::of_pages(&[1..11, 11..20, 20..25])
    };
    let reason = incomplete(IncompleteReason::TotalNotReached);
    let source = Arc::new(source);
    let mut stream = list(&source, 10, 1).stream();
    while stream.try_next().await.unwrap().is_some() {}
    assert_eq!(stream.summary().completeness(), reason);
    assert_eq!(source.requested(), [1, 2, 3, 4]);
}

/// Without a count, neither `next` nor the total says that a page follows a short one.
#[tokio::test(start_paused = true)]
async fn a_short_page_without_a_count_is_followed_by_one_probe() {
    let source = FakeSource {
        counting_fails: true,
        pages: Some(vec![numbers(10), (11..=17).collect(), (18..=20).collect()]),
        ..FakeSource::of(20)
    };
    let source = Arc::new(source);
    let (delivered, errors, summary) = read_through(adaptive(&source).max_in_flight(1)).await;
    assert_eq!((delivered, errors.len()), (numbers(20), 0));
    assert_eq!(summary.completeness(), NO_CHANGE_SEEN);
    assert_eq!(source.requested(), [1, 1, 2, 3, 4]);
    assert_eq!(source.counted(), [true, false, false, false, false]);
}

/// The first pass ends on a page of known items. The page behind it was read after the one before
/// it in the second pass, when the item had moved.
#[tokio::test(start_paused = true)]
async fn an_item_that_moves_while_the_end_of_the_set_is_searched_is_found() {
    let changes = [
        (0, Change::Delete(0)),
        (21, Change::Insert(0)),
        (23, Change::Delete(0)),
    ];
    let source = Arc::new(FakeSource {
        total: Total::Absent,
        most_per_page: Some(1),
        ..FakeSource::of(23).changing(changes)
    });
    let request = list(&source, 2, 1).consistency(Consistency::verified());
    let (mut delivered, errors, summary) = read_through(request).await;
    assert_eq!(errors.len(), 0);
    assert_eq!(summary.completeness(), VERIFIED);
    delivered.retain(|&item| item < INSERTED);
    delivered.sort_unstable();
    assert_eq!(delivered, (2..=23).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_page_that_comes_empty_while_the_set_is_read_again_is_requested_once_more() {
    let source = FakeSource::of(24);
    // The second quirk is for the second pass.
    let source = Arc::new(FakeSource {
        total: Total::Changing,
        ..source
    });
    let request = adaptive(&source).consistency(Consistency::verified());
    let mut stream = request.stream();
    for _ in 0..24 {
        stream.next().await.unwrap().unwrap();
    }
    source.add_quirk(2, Quirk::Empty);
    assert!(stream.next().await.is_none());
    assert_eq!(stream.summary().completeness(), VERIFIED);
    let requested = source.requested();
    assert!(requested.ends_with(&[3, 2, 2, 1]), "{requested:?}");
}

/// The further pass searched for the end of the set up to the page limit.
#[tokio::test(start_paused = true)]
async fn a_short_page_that_is_repeated_for_ever_ends() {
    for unreadable in [false, true] {
        let source = FakeSource {
            always_page: Some(1),
            total: Total::Absent,
            next: Next::Never,
            ..FakeSource::of(2)
        };
        let source = Arc::new(source);
        if unreadable {
            for page in 1..=9 {
                for _ in 0..9 {
                    source.add_quirk(page, Quirk::Unreadable);
                }
            }
        }
        let (delivered, _, summary) = read_through(adaptive(&source)).await;
        assert_eq!(delivered, if unreadable { vec![2] } else { numbers(2) });
        assert!(source.requested().len() < 10, "{:?}", source.requested());
        assert_eq!(summary.is_complete(), !unreadable, "{summary}");
    }
}
