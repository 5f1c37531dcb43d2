//! Listings that read the set again: what they cost, what they find, and when they end with an
//! error.

use std::sync::Arc;

use futures::{StreamExt, TryStreamExt};

use super::fake::{Change, FakeSource, INSERTED, Quirk, Total, list, numbers, read, read_through};
use crate::{Basis, Completeness, Consistency, ErrorKind, IncompleteReason};

const VERIFIED: Completeness = Completeness::Complete(Basis::Verified);

/// Asserts that every item of `expected` was yielded exactly once.
fn assert_each_once(delivered: &[u64], expected: impl IntoIterator<Item = u64>) {
    for number in expected {
        let times = delivered.iter().filter(|&&d| d == number).count();
        assert_eq!(times, 1, "{number}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_set_that_does_not_change_costs_two_requests_per_page_to_verify() {
    let source = Arc::new(FakeSource::of(45));
    let mut stream = list(&source, 10, 4)
        .consistency(Consistency::verified())
        .stream();
    assert_eq!(read(&mut stream).await, numbers(45));
    assert_eq!(source.requested(), [1, 2, 3, 4, 5, 5, 4, 3, 2, 1]);
    assert_eq!(stream.summary().completeness(), VERIFIED);
    assert_eq!(
        stream.summary().duplicates(),
        0,
        "an item that is read again is no duplicate"
    );
}

#[tokio::test(start_paused = true)]
async fn a_set_that_does_not_change_costs_an_adaptive_listing_no_further_request() {
    let source = Arc::new(FakeSource::of(45));
    let mut stream = list(&source, 10, 4)
        .consistency(Consistency::adaptive())
        .stream();
    assert_eq!(read(&mut stream).await, numbers(45));
    assert_eq!(source.requested(), numbers(5));
    assert_eq!(
        stream.summary().completeness(),
        Completeness::Complete(Basis::NoChangeSeen)
    );
}

#[tokio::test(start_paused = true)]
async fn one_page_is_complete_in_every_mode() {
    for consistency in [
        Consistency::single_pass(),
        Consistency::adaptive(),
        Consistency::verified(),
    ] {
        let source = Arc::new(FakeSource::of(9));
        let mut stream = list(&source, 10, 4).consistency(consistency).stream();
        assert_eq!(read(&mut stream).await, numbers(9));
        assert_eq!(source.requested(), [1]);
        assert_eq!(
            stream.summary().completeness(),
            Completeness::Complete(Basis::SinglePage)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_item_that_comes_twice_on_one_page_is_a_sign() {
    for (consistency, requests, completeness) in [
        (
            Consistency::single_pass(),
            1,
            Completeness::PossiblyIncomplete(IncompleteReason::DuplicateItem),
        ),
        (Consistency::adaptive(), 2, VERIFIED),
    ] {
        let source = Arc::new(FakeSource {
            pages: Some(vec![vec![1, 2, 2, 3]]),
            total: Total::Fixed(3),
            ..FakeSource::default()
        });
        let mut stream = list(&source, 10, 4).consistency(consistency).stream();
        assert_eq!(read(&mut stream).await, numbers(3));
        assert_eq!(source.requested(), vec![1; requests]);
        assert_eq!(stream.summary().duplicates(), 1);
        assert_eq!(stream.summary().completeness(), completeness);
    }
}

/// Items that leave at the front hide one item per page from a single pass.
fn deleting_at_the_front() -> Arc<FakeSource> {
    let changes = (1..5).map(|after| (after, Change::Delete(0)));
    Arc::new(FakeSource::of(50).changing(changes))
}

#[tokio::test(start_paused = true)]
async fn deletion_at_the_front_is_reported_by_a_single_pass() {
    let source = deleting_at_the_front();
    let mut stream = list(&source, 10, 1).stream();
    let delivered = read(&mut stream).await;
    assert!(
        !delivered.contains(&11),
        "moved past the reader: {delivered:?}"
    );
    assert_eq!(
        stream.summary().completeness(),
        Completeness::PossiblyIncomplete(IncompleteReason::TotalChanged)
    );
}

#[tokio::test(start_paused = true)]
async fn deletion_at_the_front_loses_nothing_when_the_set_is_read_again() {
    for consistency in [Consistency::verified(), Consistency::adaptive()] {
        for max_in_flight in [1, 4] {
            let source = deleting_at_the_front();
            let mut stream = list(&source, 10, max_in_flight)
                .consistency(consistency)
                .stream();
            let delivered = read(&mut stream).await;
            assert_each_once(&delivered, source.items());
            assert_eq!(stream.summary().completeness(), VERIFIED);
            if max_in_flight == 1 {
                // The second pass differs from the first one, and the third agrees with it.
                let again = [5, 4, 3, 2, 1];
                let requested = [vec![1, 2, 3, 4, 5], again.to_vec(), again.to_vec()];
                assert_eq!(source.requested(), requested.concat());
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_sign_without_a_change_costs_an_adaptive_listing_one_further_pass() {
    let source = Arc::new(FakeSource {
        total: Total::Changing,
        ..FakeSource::of(45)
    });
    let mut stream = list(&source, 10, 1)
        .consistency(Consistency::adaptive())
        .stream();
    assert_eq!(read(&mut stream).await, numbers(45));
    let requested = source.requested();
    let (first, again) = requested.split_at(requested.len() / 2);
    assert!(first.iter().eq(again.iter().rev()), "{requested:?}");
    assert_eq!(stream.summary().completeness(), VERIFIED);
}

/// What an earlier listing yielded cannot be distinguished from what it missed.
#[tokio::test(start_paused = true)]
async fn a_resumed_adaptive_listing_reads_once() {
    let source = Arc::new(FakeSource::of(45).changing([(3, Change::Delete(0))]));
    let adaptive = || list(&source, 10, 1).consistency(Consistency::adaptive());
    let mut stream = adaptive().stream();
    let first = stream.by_ref().take(5).count().await;
    assert_eq!(first, 5);
    let checkpoint = stream.checkpoint();
    drop(stream);
    source.log.lock().unwrap().clear();
    let rest = adaptive().resume_from(checkpoint).await.unwrap();
    assert_eq!(
        rest.summary().completeness(),
        Completeness::PossiblyIncomplete(IncompleteReason::TotalChanged)
    );
    assert_eq!(source.requested(), numbers(5));
}

#[tokio::test(start_paused = true)]
async fn a_set_that_grows_is_read_to_its_new_end() {
    let changes = (0..12).map(|_| (5, Change::Insert(usize::MAX)));
    let source = Arc::new(FakeSource::of(45).changing(changes));
    let mut stream = list(&source, 10, 4)
        .consistency(Consistency::verified())
        .stream();
    let delivered = read(&mut stream).await;
    let expected: Vec<u64> = (1..=45).chain(INSERTED..INSERTED + 12).collect();
    let (mut sorted, in_order) = (delivered.clone(), &delivered[..45]);
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
    assert_eq!(in_order, numbers(45));
    assert_eq!(
        source.requested(),
        [1, 2, 3, 4, 5, 5, 6, 5, 4, 3, 2, 1, 6, 5, 4, 3, 2, 1]
    );
    assert_eq!(stream.summary().completeness(), VERIFIED);
}

#[tokio::test(start_paused = true)]
async fn a_set_that_never_stops_changing_is_an_error_after_eight_further_passes() {
    for consistency in [Consistency::verified(), Consistency::adaptive()] {
        let changes = (1..1000).map(|after| (after, Change::Insert(0)));
        let source = Arc::new(FakeSource::of(45).changing(changes));
        let request = list(&source, 10, 1).consistency(consistency);
        let (delivered, errors, summary) = read_through(request).await;
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].kind(), ErrorKind::PossiblyIncomplete);
        assert_eq!(
            (errors[0].page(), errors[0].delivered()),
            (Some(1), Some(delivered.len() as u64))
        );
        assert_eq!(
            summary.completeness(),
            Completeness::PossiblyIncomplete(IncompleteReason::NotConverged)
        );
        assert_each_once(&delivered, 1..=45);
        let requested = source.requested();
        let passes = requested.iter().filter(|&&page| page == 1).count();
        assert_eq!(passes, 1 + 8);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failing_page_of_a_second_pass_is_requested_again() {
    let source = Arc::new(FakeSource::of(25));
    let mut stream = list(&source, 10, 1)
        .consistency(Consistency::verified())
        .stream();
    assert_eq!(stream.by_ref().take(25).count().await, 25);
    source.add_quirk(2, Quirk::Fail(ErrorKind::Server));
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.page()), (ErrorKind::Server, Some(2)));
    assert!(stream.next().await.is_none());
    assert_eq!(stream.summary().completeness(), VERIFIED);
    assert_eq!(source.requested(), [1, 2, 3, 3, 2, 2, 1]);
}

/// Every pass reported it anew.
#[tokio::test(start_paused = true)]
async fn an_item_without_an_id_is_reported_once_however_often_it_is_read() {
    let source = FakeSource::of(25)
        .quirk(2, Quirk::Unreadable)
        .quirk(2, Quirk::Unreadable);
    let source = Arc::new(source);
    let request = list(&source, 10, 1).consistency(Consistency::verified());
    let (delivered, errors, summary) = read_through(request).await;
    assert_eq!((delivered.len(), errors.len()), (24, 1));
    assert_eq!(errors[0].kind(), ErrorKind::InvalidItem);
    assert_eq!(
        summary.completeness(),
        Completeness::PossiblyIncomplete(IncompleteReason::UnreadableItems),
        "verified, and yet one item is missing"
    );
    assert_eq!(source.requested(), [1, 2, 3, 3, 2, 1]);
}

#[tokio::test(start_paused = true)]
async fn limits_hold_while_the_set_is_read_again() {
    let changes = (0..30).map(|_| (3, Change::Insert(usize::MAX)));
    let source = Arc::new(FakeSource::of(25).changing(changes));
    let verified = || list(&source, 10, 1).consistency(Consistency::verified());
    let by_page = verified().page_limit(4);
    let result = by_page.stream().try_collect::<Vec<_>>().await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::LimitExceeded);
    assert_eq!(
        source.requested(),
        [1, 2, 3, 3, 4],
        "the fourth page is allowed, the fifth is not"
    );
    let by_item = verified().item_limit(30);
    let result = by_item.stream().try_collect::<Vec<_>>().await;
    let error = result.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivered()),
        (ErrorKind::LimitExceeded, Some(30))
    );
}

/// Items found by a later pass are on pages of their own, and no checkpoint ends with one.
#[tokio::test(start_paused = true)]
async fn items_found_late_are_yielded_page_by_page_too() {
    let source = deleting_at_the_front();
    let mut pages = list(&source, 10, 1)
        .consistency(Consistency::adaptive())
        .pages();
    for number in 1..=5 {
        assert_eq!(pages.next().await.unwrap().unwrap().number(), number);
    }
    let checkpoint = pages.checkpoint();
    assert_eq!((checkpoint.page(), checkpoint.index()), (Some(5), Some(5)));
    assert!(checkpoint.read_to_end());
    let mut late = Vec::new();
    while let Some(page) = pages.try_next().await.unwrap() {
        late.push((page.number(), page.into_items()));
    }
    assert_eq!(
        late,
        [(4, vec![44]), (3, vec![33]), (2, vec![22]), (1, vec![11])]
    );
    assert_eq!(pages.checkpoint(), checkpoint);

    source.log.lock().unwrap().clear();
    let request = list(&source, 10, 1).resume_from(checkpoint.clone());
    let mut rest = request.stream();
    assert!(read(&mut rest).await.is_empty());
    assert!(source.requested().is_empty(), "nothing is left to read");
    assert_eq!(
        rest.summary().completeness(),
        Completeness::PossiblyIncomplete(IncompleteReason::TotalChanged)
    );
    assert_eq!(rest.checkpoint(), checkpoint);
}

/// The checkpoint said that all pages were read as soon as the last one had arrived, so that the
/// rest of the last page was lost.
#[tokio::test(start_paused = true)]
async fn a_checkpoint_on_the_last_page_of_the_first_pass_resumes_the_rest_of_that_page() {
    for stop in 41..=45 {
        let source = Arc::new(FakeSource::of(45));
        let mut stream = list(&source, 10, 1)
            .consistency(Consistency::verified())
            .stream();
        let some = stream.by_ref().take(stop).map(Result::unwrap);
        let mut delivered: Vec<u64> = some.collect().await;
        let checkpoint = stream.checkpoint();
        assert_eq!(checkpoint.read_to_end(), stop == 45);
        let rest = list(&source, 10, 1).resume_from(checkpoint).await.unwrap();
        delivered.extend(&rest);
        assert_eq!(delivered, numbers(45), "{stop}");
    }
}
