//! Stopping and going on, with whatever happened to the set in between.

use std::sync::{Arc, Mutex};

use futures::stream::FusedStream;
use futures::{StreamExt, TryStreamExt};

use super::fake::{Change, FakeAtlas, Quirk, listing, number};
use crate::GapEvidence;
use crate::listing::RateLimit;
use crate::listing::summary::Ending;
use crate::{Checkpoint, Consistency, ErrorKind, Snapshots};

async fn read(snapshots: &mut Snapshots) -> Vec<u64> {
    snapshots
        .map_ok(|snapshot| number(&snapshot))
        .try_collect()
        .await
        .unwrap()
}

/// Reads `count` rows, and hands the checkpoint through its written form.
async fn stop_after(atlas: &Arc<FakeAtlas>, count: usize) -> (Vec<u64>, Checkpoint) {
    let mut snapshots = listing(atlas, 10, 4).stream();
    let delivered = snapshots
        .by_ref()
        .take(count)
        .map(|row| number(&row.unwrap()))
        .collect()
        .await;
    let text = serde_json::to_string(&snapshots.checkpoint()).unwrap();
    atlas.log.lock().unwrap().clear();
    (delivered, serde_json::from_str(&text).unwrap())
}

#[tokio::test(start_paused = true)]
async fn wherever_it_stops_the_rest_is_exact() {
    for stop in 0..=45 {
        let atlas = Arc::new(FakeAtlas::of(45));
        let (mut delivered, checkpoint) = stop_after(&atlas, stop).await;
        let mut rest = listing(&atlas, 10, 4).resume_from(checkpoint).stream();
        delivered.extend(read(&mut rest).await);
        assert_eq!(delivered, (1..=45).collect::<Vec<_>>(), "{stop}");
        assert_eq!(rest.summary().ending(), Ending::Unverified);
        assert_eq!(rest.summary().resumed(), stop > 0);
        let first = (stop.max(1) as u64).div_ceil(10);
        assert_eq!(atlas.asked(), (first..=5).collect::<Vec<_>>(), "{stop}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_row_that_moved_is_found_and_nothing_comes_twice() {
    // Rows that leave before it move it to the front, rows that enter move it to the end.
    for (left, entered, asked) in [
        (3, 0, &[2, 3, 4, 5][..]),
        (12, 0, &[2, 1, 2, 3, 4]),
        (0, 5, &[2, 1, 3, 4, 5, 6]),
        (0, 30, &[2, 1, 3, 4, 5, 6, 7, 8]),
    ] {
        let atlas = Arc::new(FakeAtlas::of(45));
        let (mut delivered, checkpoint) = stop_after(&atlas, 17).await;
        {
            let mut rows = atlas.rows.lock().unwrap();
            rows.drain(..left);
            rows.splice(0..0, 1000..1000 + entered);
        }
        let mut rest = listing(&atlas, 10, 1).resume_from(checkpoint).stream();
        delivered.extend(read(&mut rest).await);
        assert_eq!(delivered, (1..=45).collect::<Vec<_>>(), "{left} {entered}");
        assert_eq!(
            rest.summary().ending(),
            Ending::SuspectedGap {
                evidence: GapEvidence::SeamMoved
            }
        );
        assert_eq!(atlas.asked(), asked, "{left} {entered}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_row_that_left_gives_its_place_to_the_next() {
    let atlas = Arc::new(FakeAtlas::of(45));
    let (mut delivered, checkpoint) = stop_after(&atlas, 17).await;
    atlas.rows.lock().unwrap().remove(16);
    let mut rest = listing(&atlas, 10, 1).resume_from(checkpoint).stream();
    delivered.extend(read(&mut rest).await);
    assert_eq!(delivered, (1..=45).collect::<Vec<_>>());
    assert!(matches!(
        rest.summary().ending(),
        Ending::SuspectedGap { .. }
    ));
}

#[tokio::test(start_paused = true)]
async fn a_total_that_changed_in_between_is_evidence() {
    let atlas = Arc::new(FakeAtlas::of(45));
    let (_, checkpoint) = stop_after(&atlas, 17).await;
    atlas.rows.lock().unwrap().pop();
    let mut rest = listing(&atlas, 10, 1).resume_from(checkpoint).stream();
    read(&mut rest).await;
    assert_eq!(
        rest.summary().ending(),
        Ending::SuspectedGap {
            evidence: GapEvidence::CountChanged
        }
    );
}

#[tokio::test(start_paused = true)]
async fn an_error_carries_the_checkpoint_to_go_on_from() {
    let atlas = Arc::new(FakeAtlas::of(45).quirk(3, Quirk::Fail(ErrorKind::NotFound)));
    let mut snapshots = listing(&atlas, 10, 2).stream();
    let mut delivered = Vec::new();
    let error = loop {
        match snapshots.next().await.unwrap() {
            Ok(snapshot) => delivered.push(number(&snapshot)),
            Err(error) => break error,
        }
    };
    let checkpoint = error.checkpoint().unwrap().clone();
    assert_eq!(checkpoint, snapshots.checkpoint());
    let mut rest = listing(&atlas, 10, 2).resume_from(checkpoint).stream();
    delivered.extend(read(&mut rest).await);
    assert_eq!(delivered, (1..=45).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_resumed_is_refused_before_any_request() {
    let atlas = Arc::new(FakeAtlas::of(45));
    let (_, checkpoint) = stop_after(&atlas, 17).await;
    for (refused, named) in [
        (listing(&atlas, 20, 1), "page size"),
        (
            listing(&atlas, 10, 1).consistency(Consistency::verified()),
            "verified",
        ),
    ] {
        let mut snapshots = refused.resume_from(checkpoint.clone()).stream();
        let error = snapshots.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().contains(named), "{error}");
        assert!(snapshots.next().await.is_none());
        assert!(atlas.asked().is_empty());
    }
}

/// Found by `stopping_and_going_on_repeats_nothing_and_loses_nothing`: before its first poll, a
/// resumed listing gave the checkpoint of one that starts anew.
#[tokio::test(start_paused = true)]
async fn stopping_before_the_first_poll_keeps_the_checkpoint() {
    let atlas = Arc::new(FakeAtlas::of(45));
    let (_, checkpoint) = stop_after(&atlas, 17).await;
    let unpolled = listing(&atlas, 10, 1)
        .resume_from(checkpoint.clone())
        .stream();
    assert_eq!(unpolled.checkpoint(), checkpoint);
}

#[tokio::test(start_paused = true)]
async fn pages_carry_what_rows_carry() {
    let limit = RateLimit::new(Some(1200), 7);
    let atlas = Arc::new(FakeAtlas {
        rate_limit: Some(limit),
        ..FakeAtlas::of(25).quirk(2, Quirk::BadRow)
    });
    let mut pages = listing(&atlas, 10, 1).pages();
    assert!(!pages.is_terminated());
    let mut told = Vec::new();
    while let Some(page) = pages.try_next().await.unwrap() {
        told.push((
            page.number(),
            page.snapshots().len(),
            page.row_errors().len(),
            page.reported_total(),
        ));
        assert_eq!(page.rate_limit(), Some(limit));
        let (count, snapshots) = (page.snapshots().len(), page.into_snapshots());
        assert_eq!(snapshots.len(), count);
    }
    assert_eq!(
        told,
        [
            (1, 10, 0, Some(25)),
            (2, 9, 1, Some(25)),
            (3, 5, 0, Some(25))
        ]
    );
    assert!(pages.is_terminated());
    assert!(format!("{pages:?}").contains("delivered: 24"), "{pages:?}");
    assert_eq!(pages.summary().delivered(), 24);
    assert_eq!(pages.summary().ending(), Ending::Unverified);
    assert_eq!(pages.checkpoint(), {
        let mut rows = listing(&atlas, 10, 1).stream();
        while rows.next().await.is_some() {}
        rows.checkpoint()
    });
}

/// The row is nowhere, and there is no end to look for it.
async fn search_in_vain(mut atlas: FakeAtlas) -> (ErrorKind, String, Vec<u64>) {
    let whole = Arc::new(FakeAtlas::of(45));
    let (_, checkpoint) = stop_after(&whole, 17).await;
    atlas.rows.get_mut().unwrap().retain(|&row| row != 17);
    let atlas = Arc::new(atlas);
    let mut snapshots = listing(&atlas, 10, 4)
        .page_limit(7.try_into().unwrap())
        .resume_from(checkpoint)
        .stream();
    let error = snapshots.next().await.unwrap().unwrap_err();
    assert_eq!(error.delivered(), Some(0));
    assert!(snapshots.next().await.is_none());
    (error.kind(), error.to_string(), atlas.asked())
}

/// It went on asking for ever.
#[tokio::test(start_paused = true)]
async fn a_search_on_a_server_that_repeats_itself_ends() {
    let repeating = FakeAtlas {
        always_page: Some(1),
        ..FakeAtlas::of(45)
    };
    let (kind, message, asked) = search_in_vain(repeating).await;
    assert_eq!(kind, ErrorKind::RepeatingServer);
    assert!(message.contains("page 1: "), "{message}");
    assert!(message.contains("same rows as another page"), "{message}");
    assert_eq!(asked, [2, 1]);
}

/// It went on asking for ever, too.
#[tokio::test(start_paused = true)]
async fn a_search_on_an_endless_server_ends_at_the_limit() {
    let (kind, message, asked) = search_in_vain(FakeAtlas::of(1000)).await;
    assert_eq!(kind, ErrorKind::PageLimit);
    assert!(message.contains("more than 7 pages"), "{message}");
    assert_eq!(asked, [2, 1, 3, 4, 5, 6, 7]);
}

#[tokio::test(start_paused = true)]
async fn a_checkpoint_beyond_the_limit_is_refused_before_any_request() {
    let atlas = Arc::new(FakeAtlas::of(45));
    let (_, checkpoint) = stop_after(&atlas, 37).await;
    let limited = |pages: u64| {
        listing(&atlas, 10, 4)
            .page_limit(pages.try_into().unwrap())
            .resume_from(checkpoint.clone())
            .stream()
    };
    let mut snapshots = limited(3);
    let error = snapshots.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PageLimit);
    assert!(snapshots.next().await.is_none());
    assert!(atlas.asked().is_empty());

    let rows: Vec<_> = limited(4).collect().await;
    assert_eq!(rows.iter().flatten().count(), 3);
    assert_eq!(atlas.asked(), [4], "within it");
}

/// The rest of a listing alone showed no change, and so forgot what the first part had seen.
#[tokio::test(start_paused = true)]
async fn a_sign_of_change_outlives_the_stop() {
    let atlas = Arc::new(FakeAtlas {
        // Rows 10 and 11 change pages between the first two reads.
        changes: Mutex::new([(1, Change::Insert(0))].into()),
        ..FakeAtlas::of(45)
    });
    let (mut delivered, checkpoint) = stop_after(&atlas, 15).await;
    let text = serde_json::to_string(&checkpoint).unwrap();
    assert!(text.contains(r#""evidence":"rowRepeated""#), "{text}");

    let mut rest = listing(&atlas, 10, 1).resume_from(checkpoint).stream();
    delivered.extend(read(&mut rest).await);
    assert_eq!(delivered, (1..=45).collect::<Vec<_>>());
    assert_eq!(
        rest.summary().ending(),
        Ending::SuspectedGap {
            evidence: GapEvidence::RowRepeated
        }
    );
    assert_eq!(rest.checkpoint().evidence, Some(GapEvidence::RowRepeated));
}
