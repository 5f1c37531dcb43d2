//! Stopping and resuming, with any change of the set in between.

use std::sync::Arc;

use futures::StreamExt;

use super::fake::{Change, FakeSource, Next, Quirk, Total, id, list, numbers, read, read_through};
use crate::{Basis, Checkpoint, Completeness, Consistency, ErrorKind, IncompleteReason};

/// Reads `count` items, unreadable ones included, and returns those that can be read and the
/// checkpoint, which is serialized in between.
async fn stop_after(source: &Arc<FakeSource>, count: usize) -> (Vec<u64>, Checkpoint) {
    let mut stream = list(source, 10, 4).stream();
    let items: Vec<_> = stream.by_ref().take(count).collect().await;
    let text = serde_json::to_string(&stream.checkpoint()).unwrap();
    source.log.lock().unwrap().clear();
    let readable = items.into_iter().filter_map(Result::ok).collect();
    (readable, serde_json::from_str(&text).unwrap())
}

fn incomplete(reason: IncompleteReason) -> Completeness {
    Completeness::PossiblyIncomplete(reason)
}

#[tokio::test(start_paused = true)]
async fn wherever_it_stops_the_rest_is_exact() {
    for stop in 0..=45 {
        let source = Arc::new(FakeSource::of(45));
        let (mut delivered, checkpoint) = stop_after(&source, stop).await;
        let mut rest = list(&source, 10, 4).resume_from(checkpoint).stream();
        delivered.extend(read(&mut rest).await);
        assert_eq!(delivered, numbers(45), "{stop}");
        assert_eq!(
            rest.summary().completeness(),
            Completeness::Complete(Basis::NoChangeSeen)
        );
        assert_eq!(rest.summary().resumed(), stop > 0);
        let first = (stop.max(1) as u64).div_ceil(10);
        let requested: Vec<_> = (first..=5).collect();
        assert_eq!(source.requested(), requested, "{stop}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_item_that_moved_is_found_and_nothing_comes_twice() {
    // Items that leave before it move it to the front, items that enter move it to the end.
    for (left, entered, requested) in [
        (3, 0, &[2, 3, 4, 5][..]),
        (12, 0, &[2, 1, 2, 3, 4]),
        (0, 5, &[2, 1, 3, 4, 5, 6]),
        (0, 30, &[2, 1, 3, 4, 5, 6, 7, 8]),
    ] {
        let source = Arc::new(FakeSource::of(45));
        let (mut delivered, checkpoint) = stop_after(&source, 17).await;
        {
            let mut items = source.items.lock().unwrap();
            items.drain(..left);
            items.splice(0..0, 1000..1000 + entered);
        }
        let mut rest = list(&source, 10, 1).resume_from(checkpoint).stream();
        delivered.extend(read(&mut rest).await);
        assert_eq!(delivered, numbers(45), "{left} {entered}");
        assert_eq!(
            rest.summary().completeness(),
            incomplete(IncompleteReason::ResumePointMoved)
        );
        assert_eq!(source.requested(), requested, "{left} {entered}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_item_behind_one_that_left_is_the_first_of_the_rest() {
    let source = Arc::new(FakeSource::of(45));
    let (mut delivered, checkpoint) = stop_after(&source, 17).await;
    source.items.lock().unwrap().remove(16);
    let mut rest = list(&source, 10, 1).resume_from(checkpoint).stream();
    delivered.extend(read(&mut rest).await);
    assert_eq!(delivered, numbers(45));
    assert_eq!(
        rest.summary().completeness(),
        incomplete(IncompleteReason::ResumePointMoved)
    );
    // Searched for in both directions to the last page, and then its place is read again.
    assert_eq!(source.requested(), [2, 1, 3, 4, 5, 2, 3, 4, 5]);
}

/// A server that sends 5 items per page where 10 are requested, and no `next` link: only the
/// total and the number of items seen say that there is more.
fn half_pages(count: u64) -> FakeSource {
    FakeSource {
        most_per_page: Some(5),
        next: Next::Never,
        ..FakeSource::of(count)
    }
}

#[tokio::test(start_paused = true)]
async fn fewer_items_per_page_than_requested_do_not_end_a_resumed_listing_early() {
    for stop in 0..=45 {
        let source = Arc::new(half_pages(45));
        let (mut delivered, checkpoint) = stop_after(&source, stop).await;
        assert_eq!(checkpoint.items_seen(), stop as u64);
        let mut rest = list(&source, 10, 4).resume_from(checkpoint).stream();
        delivered.extend(read(&mut rest).await);
        assert_eq!(delivered, numbers(45), "{stop}");
        assert_eq!(rest.checkpoint().items_seen(), 45);
        let first = (stop.max(1) as u64).div_ceil(5);
        let requested: Vec<_> = (first..=9).collect();
        assert_eq!(source.requested(), requested, "{stop}");
    }
}

/// The search for the item and the rest of the listing counted 10 items for every page before.
#[tokio::test(start_paused = true)]
async fn fewer_items_per_page_than_requested_do_not_end_a_search_early() {
    for (left, gone, entered) in [(6, 0, 0), (0, 0, 11), (0, 1, 0), (0, 0, 22)] {
        let source = Arc::new(half_pages(41));
        let (mut delivered, checkpoint) = stop_after(&source, 17).await;
        {
            let mut items = source.items.lock().unwrap();
            items.drain(16..16 + gone);
            items.drain(..left);
            items.splice(0..0, 1000..1000 + entered);
        }
        let mut rest = list(&source, 10, 1).resume_from(checkpoint).stream();
        delivered.extend(read(&mut rest).await);
        assert_eq!(delivered, numbers(41), "{left} {gone} {entered}");
        assert_eq!(
            rest.summary().completeness(),
            incomplete(IncompleteReason::ResumePointMoved)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_total_that_changed_in_between_is_a_sign() {
    let source = Arc::new(FakeSource::of(45));
    let (_, checkpoint) = stop_after(&source, 17).await;
    source.items.lock().unwrap().pop();
    let mut rest = list(&source, 10, 1).resume_from(checkpoint).stream();
    read(&mut rest).await;
    assert_eq!(
        rest.summary().completeness(),
        incomplete(IncompleteReason::TotalChanged)
    );
}

#[tokio::test(start_paused = true)]
async fn an_error_carries_the_checkpoint_to_resume_from() {
    let source = Arc::new(FakeSource::of(45).quirk(3, Quirk::Fail(ErrorKind::NotFound)));
    let mut stream = list(&source, 10, 2).stream();
    let mut delivered = Vec::new();
    let error = loop {
        match stream.next().await.unwrap() {
            Ok(number) => delivered.push(number),
            Err(error) => break error,
        }
    };
    let checkpoint = error.checkpoint().unwrap().clone();
    assert_eq!(checkpoint, stream.checkpoint());
    let mut rest = list(&source, 10, 2).resume_from(checkpoint).stream();
    delivered.extend(read(&mut rest).await);
    assert_eq!(delivered, numbers(45));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_resumed_is_refused_before_any_request() {
    let source = Arc::new(FakeSource::of(45));
    let (_, checkpoint) = stop_after(&source, 17).await;
    let verified = || list(&source, 10, 1).consistency(Consistency::verified());
    // Whichever of two settings comes first.
    for (refused, named) in [
        (
            list(&source, 20, 1).resume_from(checkpoint.clone()),
            "page size",
        ),
        (
            list(&source, 10, 1)
                .resume_from(checkpoint.clone())
                .page_size(20),
            "page size",
        ),
        (verified().resume_from(checkpoint.clone()), "verified"),
    ] {
        let mut stream = refused.stream();
        assert_eq!(stream.checkpoint(), checkpoint);
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().contains(named), "{error}");
        assert!(stream.next().await.is_none());
        assert!(source.requested().is_empty());
    }
}

/// Found by `stopping_and_resuming_repeats_nothing_and_loses_nothing`: before its first poll, a
/// resumed listing returned the checkpoint of one that starts anew.
#[tokio::test(start_paused = true)]
async fn stopping_before_the_first_poll_keeps_the_checkpoint() {
    let source = Arc::new(FakeSource::of(45));
    let (_, checkpoint) = stop_after(&source, 17).await;
    let unpolled = list(&source, 10, 1)
        .resume_from(checkpoint.clone())
        .stream();
    assert_eq!(unpolled.checkpoint(), checkpoint);
}

/// The item is nowhere, and the search for it has no end.
async fn search_in_vain(mut source: FakeSource) -> (ErrorKind, String, Vec<u64>) {
    let whole = Arc::new(FakeSource::of(45));
    let (_, checkpoint) = stop_after(&whole, 17).await;
    source.items.get_mut().unwrap().retain(|&item| item != 17);
    let source = Arc::new(source);
    let mut stream = list(&source, 10, 4)
        .page_limit(7)
        .resume_from(checkpoint)
        .stream();
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.delivered(), Some(0));
    assert!(stream.next().await.is_none());
    (error.kind(), error.to_string(), source.requested())
}

/// It sent requests forever.
#[tokio::test(start_paused = true)]
async fn a_search_on_a_server_that_repeats_a_page_ends() {
    let repeating = FakeSource {
        always_page: Some(1),
        ..FakeSource::of(45)
    };
    let (kind, message, requested) = search_in_vain(repeating).await;
    assert_eq!(kind, ErrorKind::PaginationLoop);
    assert!(message.contains("page 1: "), "{message}");
    assert!(message.contains("same items as another page"), "{message}");
    assert_eq!(requested, [2, 1]);
}

/// It sent requests forever, too.
#[tokio::test(start_paused = true)]
async fn a_search_on_an_endless_server_ends_at_the_limit() {
    let (kind, message, requested) = search_in_vain(FakeSource::of(1000)).await;
    assert_eq!(kind, ErrorKind::LimitExceeded);
    assert!(message.contains("more than 7 pages"), "{message}");
    assert_eq!(requested, [2, 1, 3, 4, 5, 6, 7]);
}

/// Without links, a short page is the last one unless the total is higher than its own last item.
#[tokio::test(start_paused = true)]
async fn a_search_ends_at_the_first_page_that_nothing_seems_to_follow() {
    // The item was on page 2, and page 3 is short. A total of 23 says that more follows.
    for (total, requested) in [(22, &[2, 1, 3, 2, 3][..]), (23, &[2, 1, 3, 4, 2, 3, 4])] {
        let (_, checkpoint) = stop_after(&Arc::new(FakeSource::of(45)), 17).await;
        let source = Arc::new(FakeSource {
            total: Total::Fixed(total),
            next: Next::Never,
            ..FakeSource::of_pages(&[101..111, 111..121, 121..123])
        });
        let rest = list(&source, 10, 1).resume_from(checkpoint).await.unwrap();
        assert_eq!(rest.items(), (117..123).collect::<Vec<_>>());
        assert_eq!(source.requested(), requested, "{total}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_checkpoint_beyond_the_limit_is_refused_before_any_request() {
    let source = Arc::new(FakeSource::of(45));
    let (_, checkpoint) = stop_after(&source, 37).await;
    let limited = |pages: u64| {
        list(&source, 10, 4)
            .page_limit(pages)
            .resume_from(checkpoint.clone())
            .stream()
    };
    let mut stream = limited(3);
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    assert_eq!(error.attempts(), Some(0));
    assert_eq!(error.checkpoint(), Some(&checkpoint));
    assert!(stream.next().await.is_none());
    assert!(source.requested().is_empty());

    let items: Vec<_> = limited(4).collect().await;
    assert_eq!(items.iter().flatten().count(), 3);
    assert_eq!(source.requested(), [4], "within it");
}

/// The rest of a listing alone showed no change, and so forgot what the first part had seen.
#[tokio::test(start_paused = true)]
async fn a_sign_of_change_outlives_the_stop() {
    // Items 10 and 11 change pages between the first two reads.
    let source = Arc::new(FakeSource::of(45).changing([(1, Change::Insert(0))]));
    let (mut delivered, checkpoint) = stop_after(&source, 15).await;
    let text = serde_json::to_string(&checkpoint).unwrap();
    assert!(text.contains(r#""reason":"duplicateItem""#), "{text}");

    let mut rest = list(&source, 10, 1).resume_from(checkpoint).stream();
    delivered.extend(read(&mut rest).await);
    assert_eq!(delivered, numbers(45));
    assert_eq!(
        rest.summary().completeness(),
        incomplete(IncompleteReason::DuplicateItem)
    );
    assert_eq!(
        rest.checkpoint().reason(),
        Some(IncompleteReason::DuplicateItem)
    );
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_item_outlives_the_stop() {
    for stop in [11, 15, 45] {
        let source = Arc::new(FakeSource::of(45).quirk(2, Quirk::Unreadable));
        let (mut delivered, mut checkpoint) = stop_after(&source, stop).await;
        // Across two stops.
        for _ in 0..2 {
            assert_eq!(
                checkpoint.reason(),
                Some(IncompleteReason::UnreadableItems),
                "{stop}"
            );
            let unpolled = list(&source, 10, 1).resume_from(checkpoint).stream();
            checkpoint = unpolled.checkpoint();
        }
        source.add_quirk(2, Quirk::Unreadable);
        let rest = list(&source, 10, 1).resume_from(checkpoint);
        let partial = rest.collect_partial().await;
        assert!(partial.error.is_none());
        let summary = partial.collected.summary();
        assert_eq!(
            summary.completeness(),
            incomplete(IncompleteReason::UnreadableItems)
        );
        // Without an id it cannot be the end of a checkpoint, so it comes again behind it.
        assert_eq!(summary.item_errors(), u64::from(stop == 11), "{stop}");
        delivered.extend(&partial.collected);
        let readable: Vec<_> = numbers(45).into_iter().filter(|&n| n != 11).collect();
        assert_eq!(delivered, readable, "{stop}");
    }
}

/// Items without an id were counted twice: before the checkpoint and when they came again.
#[tokio::test(start_paused = true)]
async fn a_checkpoint_counts_the_items_up_to_its_last_one() {
    // Page 3 begins with an item that has no id, so a checkpoint behind it is that behind item 10.
    let source = Arc::new(half_pages(16).quirk(3, Quirk::Unreadable));
    let (mut delivered, checkpoint) = stop_after(&source, 11).await;
    assert_eq!(checkpoint.last_id(), Some(&*super::fake::id(10)));
    assert_eq!(checkpoint.items_seen(), 10);
    let mut rest = list(&source, 10, 1).resume_from(checkpoint).stream();
    delivered.extend(read(&mut rest).await);
    assert_eq!(delivered, numbers(16));
    assert_eq!(rest.checkpoint().items_seen(), 16);
    assert_eq!(source.requested(), [2, 3, 4]);
}

/// Every page was read from the cursor to the first one.
#[tokio::test(start_paused = true)]
async fn a_search_far_behind_the_end_of_the_set_is_short() {
    for (total, most) in [(Total::Exact, 5), (Total::Absent, 24)] {
        let source = Arc::new(FakeSource {
            total,
            ..FakeSource::of(3)
        });
        let checkpoint: Checkpoint = serde_json::from_value(serde_json::json!({
            "version": 2, "target": { "shelf": "7" }, "pageSize": 10,
            "page": 100_000, "index": 3, "lastId": id(77), "itemsSeen": 999_994,
        }))
        .unwrap();
        let request = list(&source, 10, 4).resume_from(checkpoint);
        let (delivered, errors, summary) = read_through(request).await;
        assert!(delivered.is_empty() && errors.is_empty());
        assert_eq!(
            summary.completeness(),
            incomplete(IncompleteReason::ResumePointMoved)
        );
        let requested = source.requested();
        assert!(requested.len() <= most, "{requested:?}");
        assert!(requested.contains(&1));
    }
}

#[tokio::test(start_paused = true)]
async fn the_page_to_resume_on_that_comes_empty_once_is_requested_again() {
    let source = Arc::new(FakeSource::of(45));
    let (mut delivered, checkpoint) = stop_after(&source, 17).await;
    source.add_quirk(2, Quirk::Empty);
    let request = list(&source, 10, 1).resume_from(checkpoint);
    let (rest, errors, summary) = read_through(request).await;
    delivered.extend(rest);
    assert_eq!((delivered, errors.len()), (numbers(45), 0));
    assert!(summary.is_complete(), "{summary}");
    assert_eq!(source.requested(), [2, 2, 3, 4, 5]);
}
