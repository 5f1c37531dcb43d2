//! What the `Snapshots` type promises, step by step, with the requests made at each step.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures::{FutureExt, Stream, StreamExt, TryStreamExt, stream::FusedStream};

use super::fake::{FakeAtlas, Next, Quirk, Total, listing, number};
use crate::ErrorKind;
use crate::GapEvidence;
use crate::listing::summary::{Ending, Summary};

/// Reads to the end; every row must be good.
async fn read(atlas: FakeAtlas, page_size: u16, prefetch: usize) -> (Vec<u64>, Vec<u64>, Summary) {
    let atlas = Arc::new(atlas);
    let mut snapshots = listing(&atlas, page_size, prefetch).stream();
    let mut numbers = Vec::new();
    while let Some(snapshot) = snapshots.try_next().await.unwrap() {
        numbers.push(number(&snapshot));
    }
    assert!(snapshots.is_terminated());
    assert_eq!(snapshots.summary().delivered(), numbers.len() as u64);
    assert_eq!(snapshots.summary().requests(), atlas.asked().len() as u64);
    tokio::task::yield_now().await;
    assert_eq!(atlas.in_flight(), 0, "nothing outlives the end");
    (numbers, atlas.asked(), snapshots.summary())
}

fn numbers(count: u64) -> Vec<u64> {
    (1..=count).collect()
}

#[tokio::test(start_paused = true)]
async fn no_request_before_the_first_poll_and_none_after_the_end() {
    let atlas = Arc::new(FakeAtlas::of(5));
    let mut snapshots = listing(&atlas, 2, 1).stream();
    tokio::task::yield_now().await;
    assert!(atlas.asked().is_empty());
    assert!(!snapshots.is_terminated());

    assert!(snapshots.next().await.unwrap().is_ok());
    // The first page is in, so the second is already on its way.
    tokio::task::yield_now().await;
    assert_eq!(atlas.asked(), [1, 2]);

    assert!(
        format!("{snapshots:?}").contains("delivered: 1"),
        "{snapshots:?}"
    );

    assert_eq!(snapshots.by_ref().count().await, 4);
    assert_eq!(atlas.asked(), [1, 2, 3]);
    for _ in 0..3 {
        assert!(snapshots.next().await.is_none());
    }
    assert_eq!(atlas.asked(), [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn the_first_page_travels_alone_and_the_window_is_kept_full_behind_it() {
    let atlas = Arc::new(FakeAtlas {
        delays: vec![100; 10],
        ..FakeAtlas::of(20)
    });
    let mut snapshots = listing(&atlas, 2, 3).stream();
    assert!(snapshots.next().now_or_never().is_none());
    tokio::task::yield_now().await;
    assert_eq!(atlas.asked(), [1]);

    for expected in [1, 2] {
        assert_eq!(number(&snapshots.next().await.unwrap().unwrap()), expected);
    }
    tokio::task::yield_now().await;
    assert_eq!(atlas.asked(), [1, 2, 3, 4], "page 1, then three at once");

    assert_eq!(number(&snapshots.next().await.unwrap().unwrap()), 3);
    tokio::task::yield_now().await;
    assert_eq!(atlas.asked(), [1, 2, 3, 4, 5], "one more for the one taken");
    assert_eq!(snapshots.count().await, 17);
    assert_eq!(
        atlas.asked().len(),
        11,
        "ten pages and the empty one after a full last"
    );
    assert_eq!(atlas.most_in_flight.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn twenty_pages_at_prefetch_8_take_four_round_trips() {
    let atlas = FakeAtlas {
        delays: vec![50; 20],
        ..FakeAtlas::of(199)
    };
    let start = tokio::time::Instant::now();
    let (delivered, asked, _) = read(atlas, 10, 8).await;
    assert_eq!((delivered, asked.len()), (numbers(199), 20));
    assert_eq!(start.elapsed().as_millis(), 50 * (1 + 19_u128.div_ceil(8)));
}

#[tokio::test(start_paused = true)]
async fn pages_are_delivered_in_order_whatever_the_order_of_arrival() {
    let atlas = FakeAtlas {
        delays: vec![0, 90, 10, 50, 0, 70, 30],
        ..FakeAtlas::of(13)
    };
    let (delivered, asked, _) = read(atlas, 2, 6).await;
    assert_eq!((delivered, asked), (numbers(13), numbers(7)));
}

#[tokio::test(start_paused = true)]
async fn a_right_count_costs_no_request_beyond_the_last_page() {
    for (rows, pages) in [
        (0, 1),
        (1, 1),
        (9, 1),
        (10, 2),
        (11, 2),
        (19, 2),
        (20, 3),
        (95, 10),
    ] {
        let (delivered, asked, _) = read(FakeAtlas::of(rows), 10, 16).await;
        assert_eq!((delivered, asked), (numbers(rows), numbers(pages)));
    }
}

#[tokio::test(start_paused = true)]
async fn the_count_is_a_hint_and_never_the_end() {
    for total in [
        Total::Absent,
        Total::Fixed(0),
        Total::Fixed(-1),
        Total::Fixed(1),
        Total::Fixed(i64::MIN),
        Total::Fixed(i64::MAX),
        Total::Off(1),
        Total::Off(-30),
        Total::Changing,
    ] {
        for next in [Next::Honest, Next::Never] {
            for prefetch in [1, 4, 16] {
                let atlas = FakeAtlas {
                    total,
                    next,
                    ..FakeAtlas::of(95)
                };
                let (delivered, asked, _) = read(atlas, 10, prefetch).await;
                assert_eq!(delivered, numbers(95), "{total:?} {next:?} {prefetch}");
                assert!(
                    asked.len() <= 10 + prefetch,
                    "{total:?} {next:?}: {asked:?}"
                );
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_short_page_whose_count_promises_more_earns_one_probe() {
    let atlas = FakeAtlas {
        total: Total::Off(1),
        ..FakeAtlas::of(46)
    };
    let (delivered, asked, summary) = read(atlas, 100, 4).await;
    assert_eq!((delivered, asked), (numbers(46), vec![1, 2]));
    assert_eq!(summary.reported_total(), Some(47));
    assert_eq!(
        summary.ending(),
        Ending::Unverified,
        "an empty probe is no sign of change"
    );
}

#[tokio::test(start_paused = true)]
async fn an_empty_page_with_a_next_link_does_not_end_it() {
    let atlas = FakeAtlas::of_pages(&[1..11, 11..11, 11..11, 11..16]);
    let (delivered, asked, summary) = read(atlas, 10, 1).await;
    assert_eq!((delivered, asked), (numbers(15), numbers(4)));
    assert_eq!(
        summary.ending(),
        Ending::SuspectedGap {
            evidence: GapEvidence::ShortPage
        }
    );
}

#[tokio::test(start_paused = true)]
async fn a_short_page_with_a_next_link_does_not_end_it() {
    let atlas = FakeAtlas::of_pages(&[1..99, 99..104]);
    let (delivered, asked, summary) = read(atlas, 100, 1).await;
    assert_eq!((delivered, asked), (numbers(103), numbers(2)));
    assert_eq!(
        summary.ending(),
        Ending::SuspectedGap {
            evidence: GapEvidence::ShortPage
        }
    );
}

#[tokio::test(start_paused = true)]
async fn rows_that_come_again_are_delivered_once_and_told() {
    let atlas = FakeAtlas::of_pages(&[1..11, 9..19, 19..22]);
    let (delivered, _, summary) = read(atlas, 10, 2).await;
    assert_eq!(delivered, numbers(21));
    assert_eq!(summary.duplicates(), 2);
    assert_eq!(
        summary.ending(),
        Ending::SuspectedGap {
            evidence: GapEvidence::RowRepeated
        }
    );
}

#[tokio::test(start_paused = true)]
async fn one_page_is_complete_and_several_are_not_vouched_for() {
    let (_, _, one) = read(FakeAtlas::of(9), 10, 4).await;
    assert_eq!(one.ending(), Ending::Complete);
    let (_, _, several) = read(FakeAtlas::of(11), 10, 4).await;
    assert_eq!(several.ending(), Ending::Unverified);
    // The probe after a full page is a second read: a row may have slipped in between.
    let (_, _, full) = read(FakeAtlas::of(10), 10, 4).await;
    assert_eq!(full.ending(), Ending::Unverified);
    let changing = FakeAtlas {
        total: Total::Changing,
        ..FakeAtlas::of(95)
    };
    let (_, _, changing) = read(changing, 10, 4).await;
    assert_eq!(
        changing.ending(),
        Ending::SuspectedGap {
            evidence: GapEvidence::CountChanged
        }
    );
}

#[tokio::test(start_paused = true)]
async fn the_summary_says_running_until_the_last_row_is_out() {
    let atlas = Arc::new(FakeAtlas::of(3));
    let mut snapshots = listing(&atlas, 10, 1).stream();
    assert_eq!(snapshots.size_hint(), (0, None));
    for left in [2, 1] {
        snapshots.next().await.unwrap().unwrap();
        assert_eq!(snapshots.summary().ending(), Ending::Running);
        assert_eq!(snapshots.size_hint(), (left, Some(left)));
        assert!(!snapshots.is_terminated());
    }
    snapshots.next().await.unwrap().unwrap();
    assert_eq!(snapshots.summary().ending(), Ending::Complete);
    assert!(snapshots.is_terminated());
}

#[tokio::test(start_paused = true)]
async fn a_select_loop_over_it_drops_nothing() {
    let atlas = Arc::new(FakeAtlas {
        delays: vec![7; 5],
        ..FakeAtlas::of(45)
    });
    let mut snapshots = listing(&atlas, 10, 2).stream();
    let mut ticks = tokio::time::interval(std::time::Duration::from_millis(2));
    let mut delivered = Vec::new();
    loop {
        // The other branch cancels a pending `next` again and again.
        futures::select_biased! {
            _ = ticks.tick().fuse() => {}
            snapshot = snapshots.select_next_some() => delivered.push(number(&snapshot.unwrap())),
            complete => break,
        }
        if snapshots.is_terminated() {
            break;
        }
    }
    assert_eq!((delivered, atlas.asked()), (numbers(45), numbers(5)));
}

#[tokio::test(start_paused = true)]
async fn dropping_the_stream_aborts_what_is_in_flight() {
    let atlas = Arc::new(FakeAtlas {
        delays: vec![0, 1000, 1000, 1000, 1000],
        ..FakeAtlas::of(50)
    });
    let mut snapshots = listing(&atlas, 10, 3).stream();
    snapshots.next().await.unwrap().unwrap();
    tokio::task::yield_now().await;
    assert_eq!(atlas.in_flight(), 3);
    drop(snapshots);
    tokio::task::yield_now().await;
    assert_eq!(atlas.in_flight(), 0);
    assert_eq!(atlas.asked(), numbers(4));
}

#[tokio::test(start_paused = true)]
async fn pages_in_flight_arrive_while_the_consumer_is_busy() {
    let atlas = Arc::new(FakeAtlas {
        delays: vec![100; 5],
        ..FakeAtlas::of(49)
    });
    let mut snapshots = listing(&atlas, 10, 4).stream();
    snapshots.next().await.unwrap().unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
    assert_eq!(atlas.in_flight(), 0, "all four arrived meanwhile");
    let before = tokio::time::Instant::now();
    assert_eq!(snapshots.count().await, 48);
    assert_eq!(before.elapsed().as_millis(), 0);
}

#[tokio::test(start_paused = true)]
async fn one_bad_row_costs_one_row() {
    let atlas = Arc::new(FakeAtlas::of(25).quirk(2, Quirk::BadRow));
    let mut snapshots = listing(&atlas, 10, 2).stream();
    let (mut delivered, mut errors) = (Vec::new(), Vec::new());
    while let Some(row) = snapshots.next().await {
        match row {
            Ok(snapshot) => delivered.push(number(&snapshot)),
            Err(error) => errors.push(error),
        }
    }
    assert_eq!(
        delivered,
        numbers(25)
            .into_iter()
            .filter(|&n| n != 11)
            .collect::<Vec<_>>()
    );
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].kind(), ErrorKind::Row);
    assert_eq!(
        (errors[0].page(), errors[0].delivered()),
        (Some(2), Some(10))
    );
    assert_eq!(snapshots.summary().row_errors(), 1);
    assert_eq!(atlas.asked(), numbers(3));
}
