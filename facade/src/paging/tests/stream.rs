//! What the streams guarantee, step by step, with the requests made at each step.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures::{FutureExt, Stream, StreamExt, stream::FusedStream};

use super::fake::{FakeSource, Next, Quirk, Total, list, numbers};
use crate::http::headers::RateLimit;
use crate::paging::summary::Summary;
use crate::{
    Basis, Collect, CollectPartial, Completeness, ErrorKind, IncompleteReason, ItemStream,
    ListRequest, PageStream,
};

/// Reads to the end, where every item can be read. Returns the items, the pages requested and the
/// summary.
async fn read_all(
    source: FakeSource,
    page_size: u16,
    max_in_flight: usize,
) -> (Vec<u64>, Vec<u64>, Summary) {
    let source = Arc::new(source);
    let mut stream = list(&source, page_size, max_in_flight).stream();
    let mut delivered = Vec::new();
    while let Some(number) = stream.try_next().await.unwrap() {
        delivered.push(number);
    }
    assert!(stream.is_terminated());
    assert_eq!(stream.summary().delivered(), delivered.len() as u64);
    assert_eq!(stream.summary().requests(), source.requested().len() as u64);
    tokio::task::yield_now().await;
    assert_eq!(source.in_flight(), 0, "nothing outlives the end");
    (delivered, source.requested(), stream.summary())
}

#[test]
fn streams_and_futures_can_move_between_threads_and_need_no_pinning() {
    fn is_sent<T: Send + 'static>() {}
    fn is_stream<S: Stream + FusedStream + Unpin + Send + 'static>() {}
    fn is_future<F: Future + Unpin + Send + 'static>() {}
    // An item need not be usable from several threads at once.
    is_stream::<ItemStream<Cell<u64>>>();
    is_stream::<PageStream<Cell<u64>>>();
    is_future::<Collect<Cell<u64>>>();
    is_future::<CollectPartial<Cell<u64>>>();
    is_sent::<ListRequest<Cell<u64>>>();
}

#[tokio::test(start_paused = true)]
async fn no_request_is_sent_before_the_first_poll_and_none_after_the_end() {
    let source = Arc::new(FakeSource::of(5));
    let mut stream = list(&source, 2, 1).stream();
    tokio::task::yield_now().await;
    assert!(source.requested().is_empty());
    assert!(!stream.is_terminated());

    assert!(stream.next().await.unwrap().is_ok());
    // The first page has arrived, so the second one is requested already.
    tokio::task::yield_now().await;
    assert_eq!(source.requested(), [1, 2]);

    assert!(format!("{stream:?}").contains("delivered: 1"), "{stream:?}");

    assert_eq!(stream.by_ref().count().await, 4);
    assert_eq!(source.requested(), [1, 2, 3]);
    for _ in 0..3 {
        assert!(stream.next().await.is_none());
    }
    assert_eq!(source.requested(), [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn the_first_page_is_requested_alone_and_then_as_many_as_allowed() {
    let source = Arc::new(FakeSource {
        delays: vec![100; 10],
        ..FakeSource::of(20)
    });
    let mut stream = list(&source, 2, 3).stream();
    assert!(stream.next().now_or_never().is_none());
    tokio::task::yield_now().await;
    assert_eq!(source.requested(), [1]);

    for expected in [1, 2] {
        assert_eq!(stream.next().await.unwrap().unwrap(), expected);
    }
    tokio::task::yield_now().await;
    assert_eq!(source.requested(), [1, 2, 3, 4], "page 1, then three");

    assert_eq!(stream.next().await.unwrap().unwrap(), 3);
    tokio::task::yield_now().await;
    assert_eq!(
        source.requested(),
        [1, 2, 3, 4, 5],
        "one more for the one taken"
    );
    assert_eq!(stream.count().await, 17);
    assert_eq!(
        source.requested().len(),
        11,
        "ten pages and the empty one after a full last one"
    );
    assert_eq!(source.most_in_flight.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn twenty_pages_with_8_in_flight_take_four_round_trips() {
    let source = FakeSource {
        delays: vec![50; 20],
        ..FakeSource::of(199)
    };
    let start = tokio::time::Instant::now();
    let (delivered, requested, _) = read_all(source, 10, 8).await;
    assert_eq!((delivered, requested.len()), (numbers(199), 20));
    assert_eq!(start.elapsed().as_millis(), 50 * (1 + 19_u128.div_ceil(8)));
}

#[tokio::test(start_paused = true)]
async fn pages_are_yielded_in_order_whatever_the_order_of_arrival() {
    let source = FakeSource {
        delays: vec![0, 90, 10, 50, 0, 70, 30],
        ..FakeSource::of(13)
    };
    let (delivered, requested, _) = read_all(source, 2, 6).await;
    assert_eq!((delivered, requested), (numbers(13), numbers(7)));
}

#[tokio::test(start_paused = true)]
async fn a_correct_total_costs_no_request_beyond_the_last_page() {
    for (items, pages) in [
        (0, 1),
        (1, 1),
        (9, 1),
        (10, 2),
        (11, 2),
        (19, 2),
        (20, 3),
        (95, 10),
    ] {
        let (delivered, requested, _) = read_all(FakeSource::of(items), 10, 16).await;
        assert_eq!((delivered, requested), (numbers(items), numbers(pages)));
    }
}

#[tokio::test(start_paused = true)]
async fn the_total_is_a_hint_and_never_the_end() {
    for total in [
        Total::Absent,
        Total::Fixed(0),
        Total::Fixed(1),
        Total::Fixed(i64::MAX.unsigned_abs()),
        Total::Fixed(u64::MAX),
        Total::Off(1),
        Total::Off(-30),
        Total::Changing,
    ] {
        for next in [Next::Accurate, Next::Never] {
            for max_in_flight in [1, 4, 16] {
                for (page_size, pages) in [(10, 10), (1, 96)] {
                    let source = FakeSource {
                        total,
                        next,
                        ..FakeSource::of(95)
                    };
                    let (delivered, requested, _) =
                        read_all(source, page_size, max_in_flight).await;
                    assert_eq!(delivered, numbers(95), "{total:?} {next:?} {max_in_flight}");
                    // Up to three empty pages end it, and are requested four times more.
                    assert!(
                        requested.len() <= pages + max_in_flight.max(3) + 4,
                        "{total:?} {next:?}: {requested:?}"
                    );
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_short_page_whose_total_says_more_costs_one_further_request() {
    let source = FakeSource {
        total: Total::Off(1),
        ..FakeSource::of(46)
    };
    let (delivered, requested, summary) = read_all(source, 100, 4).await;
    assert_eq!((delivered, requested), (numbers(46), vec![1, 2]));
    assert_eq!(summary.reported_total(), Some(47));
    assert_eq!(
        summary.completeness(),
        Completeness::Complete(Basis::NoChangeSeen),
        "an empty further page is no sign of change"
    );
}

#[tokio::test(start_paused = true)]
async fn an_empty_page_with_a_next_link_is_not_the_end() {
    let source = FakeSource::of_pages(&[1..11, 11..11, 11..11, 11..16]);
    let (delivered, requested, summary) = read_all(source, 10, 1).await;
    assert_eq!(delivered, numbers(15));
    assert_eq!(requested, [1, 2, 2, 2, 3, 3, 4]);
    assert_eq!((summary.pages(), summary.retries()), (4, 3));
    assert_eq!(
        summary.completeness(),
        Completeness::PossiblyIncomplete(IncompleteReason::EmptyPage)
    );
}

#[tokio::test(start_paused = true)]
async fn items_that_come_again_are_yielded_once_and_reported() {
    let source = FakeSource::of_pages(&[1..11, 9..19, 19..22]);
    let (delivered, _, summary) = read_all(source, 10, 2).await;
    assert_eq!(delivered, numbers(21));
    assert_eq!(summary.duplicates(), 2);
    assert_eq!(
        summary.completeness(),
        Completeness::PossiblyIncomplete(IncompleteReason::DuplicateItem)
    );
}

#[tokio::test(start_paused = true)]
async fn one_page_is_complete_and_several_are_only_without_a_sign_of_change() {
    let (_, _, one) = read_all(FakeSource::of(9), 10, 4).await;
    assert_eq!(
        one.completeness(),
        Completeness::Complete(Basis::SinglePage)
    );
    let (_, _, several) = read_all(FakeSource::of(11), 10, 4).await;
    assert_eq!(
        several.completeness(),
        Completeness::Complete(Basis::NoChangeSeen)
    );
    // The page after a full one is a second read: an item may have entered in between.
    let (_, _, full) = read_all(FakeSource::of(10), 10, 4).await;
    assert_eq!(
        full.completeness(),
        Completeness::Complete(Basis::NoChangeSeen)
    );
    let changing = FakeSource {
        total: Total::Changing,
        ..FakeSource::of(95)
    };
    let (_, _, changing) = read_all(changing, 10, 4).await;
    assert_eq!(
        changing.completeness(),
        Completeness::PossiblyIncomplete(IncompleteReason::TotalChanged)
    );
}

#[tokio::test(start_paused = true)]
async fn a_listing_is_in_progress_until_its_last_item_is_yielded() {
    let source = Arc::new(FakeSource::of(3));
    let mut stream = list(&source, 10, 1).stream();
    assert_eq!(stream.size_hint(), (0, None));
    for left in [2, 1] {
        stream.next().await.unwrap().unwrap();
        assert_eq!(stream.summary().completeness(), Completeness::InProgress);
        assert_eq!(stream.size_hint(), (left, Some(left)));
        assert!(!stream.is_terminated());
    }
    stream.next().await.unwrap().unwrap();
    assert_eq!(
        stream.summary().completeness(),
        Completeness::Complete(Basis::SinglePage)
    );
    assert!(stream.is_terminated());
}

#[tokio::test(start_paused = true)]
async fn a_select_loop_over_it_loses_nothing() {
    let source = Arc::new(FakeSource {
        delays: vec![7; 5],
        ..FakeSource::of(45)
    });
    let mut stream = list(&source, 10, 2).stream();
    let mut ticks = tokio::time::interval(std::time::Duration::from_millis(2));
    let mut delivered = Vec::new();
    loop {
        // The other branch cancels a pending `next` again and again.
        futures::select_biased! {
            _ = ticks.tick().fuse() => {}
            number = stream.select_next_some() => delivered.push(number.unwrap()),
            complete => break,
        }
        if stream.is_terminated() {
            break;
        }
    }
    assert_eq!((delivered, source.requested()), (numbers(45), numbers(5)));
}

/// Called by path, so that the methods of the traits are not meant.
#[tokio::test(start_paused = true)]
async fn the_methods_next_and_try_next_of_both_streams_lose_nothing_when_cancelled() {
    let source = || {
        Arc::new(FakeSource {
            delays: vec![7; 3],
            ..FakeSource::of(25).quirk(2, Quirk::Fail(ErrorKind::Server))
        })
    };
    let tick = std::time::Duration::from_millis(2);

    let (first, mut delivered, mut errors) = (source(), Vec::new(), 0);
    let mut stream = list(&first, 10, 2).stream();
    loop {
        let next = ItemStream::try_next(&mut stream);
        match tokio::time::timeout(tick, next).await {
            Err(_cancelled) => {}
            Ok(Ok(Some(number))) => delivered.push(number),
            Ok(Ok(None)) => break,
            Ok(Err(_)) => errors += 1,
        }
    }
    assert_eq!((delivered, errors), (numbers(25), 1));
    assert!(ItemStream::next(&mut stream).await.is_none());

    let (second, mut delivered, mut errors) = (source(), Vec::new(), 0);
    let mut pages = list(&second, 10, 2).pages();
    loop {
        let next = PageStream::try_next(&mut pages);
        match tokio::time::timeout(tick, next).await {
            Err(_cancelled) => {}
            Ok(Ok(Some(page))) => delivered.push(page.into_items()),
            Ok(Ok(None)) => break,
            Ok(Err(_)) => errors += 1,
        }
    }
    assert_eq!(delivered.len(), 3, "a page each");
    assert_eq!((delivered.concat(), errors), (numbers(25), 1));
    assert!(PageStream::next(&mut pages).await.is_none());
    for source in [first, second] {
        let mut requested = source.requested();
        requested.sort_unstable();
        assert_eq!(requested, [1, 2, 2, 3]);
    }
}

#[tokio::test(start_paused = true)]
async fn dropping_the_stream_aborts_what_is_in_flight() {
    let source = Arc::new(FakeSource {
        delays: vec![0, 1000, 1000, 1000, 1000],
        ..FakeSource::of(50)
    });
    let mut stream = list(&source, 10, 3).stream();
    stream.next().await.unwrap().unwrap();
    tokio::task::yield_now().await;
    assert_eq!(source.in_flight(), 3);
    drop(stream);
    tokio::task::yield_now().await;
    assert_eq!(source.in_flight(), 0);
    assert_eq!(source.requested(), numbers(4));
}

#[tokio::test(start_paused = true)]
async fn pages_in_flight_arrive_while_the_consumer_is_busy() {
    let source = Arc::new(FakeSource {
        delays: vec![100; 5],
        ..FakeSource::of(49)
    });
    let mut stream = list(&source, 10, 4).stream();
    stream.next().await.unwrap().unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
    assert_eq!(source.in_flight(), 0, "all four arrived meanwhile");
    let before = tokio::time::Instant::now();
    assert_eq!(stream.count().await, 48);
    assert_eq!(before.elapsed().as_millis(), 0);
}

#[tokio::test(start_paused = true)]
async fn pages_carry_what_items_carry() {
    let limit = RateLimit::new(Some(1200), 7);
    let source = Arc::new(FakeSource {
        rate_limit: Some(limit),
        ..FakeSource::of(25).quirk(2, Quirk::Unreadable)
    });
    let mut pages = list(&source, 10, 1).pages();
    assert!(!pages.is_terminated());
    let mut carried = Vec::new();
    while let Some(page) = pages.try_next().await.unwrap() {
        carried.push((
            page.number(),
            page.items().len(),
            page.item_errors().len(),
            page.reported_total(),
        ));
        assert_eq!(page.rate_limit(), Some(limit));
        assert_eq!((&page).into_iter().count(), page.items().len());
        let items = page.items().to_vec();
        assert_eq!(page.clone().into_items(), items);
        assert_eq!(page.into_iter().collect::<Vec<_>>(), items);
    }
    assert_eq!(
        carried,
        [
            (1, 10, 0, Some(25)),
            (2, 9, 1, Some(25)),
            (3, 5, 0, Some(25))
        ]
    );
    assert!(pages.is_terminated());
    assert!(format!("{pages:?}").contains("delivered: 24"), "{pages:?}");
    assert_eq!(pages.summary().delivered(), 24);
    assert_eq!(
        pages.summary().completeness(),
        Completeness::PossiblyIncomplete(IncompleteReason::UnreadableItems)
    );
    // The same listing item by item, with the same unreadable item, is at the same place.
    source.add_quirk(2, Quirk::Unreadable);
    let mut items = list(&source, 10, 1).stream();
    while items.next().await.is_some() {}
    assert_eq!(pages.checkpoint(), items.checkpoint());
}
