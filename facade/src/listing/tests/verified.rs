//! Verified listings: what they cost, what they find, and when they give up.

use std::num::NonZeroU32;
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt};

use super::fake::{Change, FakeAtlas, NEWCOMER, Quirk, listing, number};
use crate::GapEvidence;
use crate::listing::summary::Ending;
use crate::{Consistency, ErrorKind, Snapshots};

async fn read(snapshots: &mut Snapshots) -> Vec<u64> {
    snapshots
        .map_ok(|snapshot| number(&snapshot))
        .try_collect()
        .await
        .unwrap()
}

fn passes(count: u32) -> Consistency {
    Consistency::Verified {
        max_passes: NonZeroU32::new(count).unwrap(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_set_at_rest_costs_two_requests_a_page() {
    let atlas = Arc::new(FakeAtlas::of(45));
    let mut snapshots = listing(&atlas, 10, 4)
        .consistency(Consistency::verified())
        .stream();
    assert_eq!(read(&mut snapshots).await, (1..=45).collect::<Vec<_>>());
    assert_eq!(atlas.asked(), [1, 2, 3, 4, 5, 5, 4, 3, 2, 1]);
    assert_eq!(snapshots.summary().ending(), Ending::Verified);
    assert_eq!(
        snapshots.summary().duplicates(),
        0,
        "reading again is no repetition"
    );
}

#[tokio::test(start_paused = true)]
async fn one_page_needs_no_verification() {
    let atlas = Arc::new(FakeAtlas::of(9));
    let mut snapshots = listing(&atlas, 10, 4)
        .consistency(Consistency::verified())
        .stream();
    assert_eq!(read(&mut snapshots).await.len(), 9);
    assert_eq!(atlas.asked(), [1]);
    assert_eq!(snapshots.summary().ending(), Ending::Complete);
}

/// Rows that leave at the head hide one row a seam from a single reading.
fn deleting_at_the_head() -> FakeAtlas {
    FakeAtlas {
        changes: (1..5)
            .map(|after| (after, Change::Delete(0)))
            .collect::<std::collections::VecDeque<_>>()
            .into(),
        ..FakeAtlas::of(50)
    }
}

#[tokio::test(start_paused = true)]
async fn deletion_at_the_head_is_told_by_default() {
    let atlas = Arc::new(deleting_at_the_head());
    let mut snapshots = listing(&atlas, 10, 1).stream();
    let delivered = read(&mut snapshots).await;
    assert!(
        !delivered.contains(&11),
        "slipped past the reader: {delivered:?}"
    );
    assert_eq!(
        snapshots.summary().ending(),
        Ending::SuspectedGap {
            evidence: GapEvidence::CountChanged
        }
    );
}

#[tokio::test(start_paused = true)]
async fn deletion_at_the_head_loses_nothing_when_verified() {
    let atlas = Arc::new(deleting_at_the_head());
    let mut snapshots = listing(&atlas, 10, 4)
        .consistency(Consistency::verified())
        .stream();
    let delivered = read(&mut snapshots).await;
    for row in atlas.rows() {
        assert_eq!(delivered.iter().filter(|&&d| d == row).count(), 1, "{row}");
    }
    assert_eq!(snapshots.summary().ending(), Ending::Verified);
}

#[tokio::test(start_paused = true)]
async fn a_set_that_grows_is_read_to_its_new_end() {
    let atlas = Arc::new(FakeAtlas {
        changes: (0..12)
            .map(|_| (5, Change::Insert(usize::MAX)))
            .collect::<std::collections::VecDeque<_>>()
            .into(),
        ..FakeAtlas::of(45)
    });
    let mut snapshots = listing(&atlas, 10, 4)
        .consistency(Consistency::verified())
        .stream();
    let delivered = read(&mut snapshots).await;
    let expected: Vec<u64> = (1..=45).chain(NEWCOMER..NEWCOMER + 12).collect();
    let (mut sorted, in_order) = (delivered.clone(), &delivered[..45]);
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
    assert_eq!(in_order, (1..=45).collect::<Vec<_>>());
    assert_eq!(
        atlas.asked(),
        [1, 2, 3, 4, 5, 5, 6, 4, 3, 2, 1, 6, 5, 4, 3, 2, 1]
    );
    assert_eq!(snapshots.summary().ending(), Ending::Verified);
}

#[tokio::test(start_paused = true)]
async fn a_set_that_never_rests_is_unsettled() {
    let atlas = Arc::new(FakeAtlas {
        changes: (1..100)
            .map(|after| (after, Change::Insert(0)))
            .collect::<std::collections::VecDeque<_>>()
            .into(),
        ..FakeAtlas::of(45)
    });
    let mut snapshots = listing(&atlas, 10, 1).consistency(passes(3)).stream();
    let mut delivered = Vec::new();
    let error = loop {
        match snapshots.next().await.unwrap() {
            Ok(snapshot) => delivered.push(number(&snapshot)),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::Unsettled);
    assert!(snapshots.next().await.is_none());
    assert_eq!(snapshots.summary().ending(), Ending::Failed);
    for row in 1..=45 {
        assert_eq!(delivered.iter().filter(|&&d| d == row).count(), 1, "{row}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failing_page_of_a_second_reading_is_asked_for_again() {
    let atlas = Arc::new(FakeAtlas::of(25));
    let mut snapshots = listing(&atlas, 10, 1)
        .consistency(Consistency::verified())
        .stream();
    assert_eq!(snapshots.by_ref().take(25).count().await, 25);
    atlas
        .quirks
        .lock()
        .unwrap()
        .entry(2)
        .or_default()
        .push_back(Quirk::Fail(ErrorKind::Server));
    let error = snapshots.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.page()), (ErrorKind::Server, Some(2)));
    assert!(snapshots.next().await.is_none());
    assert_eq!(snapshots.summary().ending(), Ending::Verified);
    assert_eq!(atlas.asked(), [1, 2, 3, 3, 2, 2, 1]);
}

/// Every pass used to report it anew.
#[tokio::test(start_paused = true)]
async fn a_row_without_an_id_is_reported_once_however_often_it_is_read() {
    let mut atlas = FakeAtlas::of(25);
    for _ in 0..2 {
        atlas = atlas.quirk(2, Quirk::BadRow);
    }
    let atlas = Arc::new(atlas);
    let mut snapshots = listing(&atlas, 10, 1)
        .consistency(Consistency::verified())
        .stream();
    let rows: Vec<_> = snapshots.by_ref().collect().await;
    assert_eq!(rows.iter().filter(|row| row.is_err()).count(), 1);
    assert_eq!(rows.iter().filter(|row| row.is_ok()).count(), 24);
    assert_eq!(snapshots.summary().ending(), Ending::Verified);
    assert_eq!(atlas.asked(), [1, 2, 3, 3, 2, 1]);
}

#[tokio::test(start_paused = true)]
async fn limits_hold_while_verifying() {
    let atlas = Arc::new(FakeAtlas {
        changes: (0..30)
            .map(|_| (3, Change::Insert(usize::MAX)))
            .collect::<std::collections::VecDeque<_>>()
            .into(),
        ..FakeAtlas::of(25)
    });
    let verified = || listing(&atlas, 10, 1).consistency(Consistency::verified());
    let by_page = verified().page_limit(4.try_into().unwrap());
    let result = by_page.stream().try_collect::<Vec<_>>().await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::PageLimit);
    assert_eq!(
        atlas.asked(),
        [1, 2, 3, 3, 4],
        "the fourth page is allowed, the fifth is not"
    );
    let by_item = verified().item_limit(30.try_into().unwrap());
    let result = by_item.stream().try_collect::<Vec<_>>().await;
    let error = result.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivered()),
        (ErrorKind::PageLimit, Some(30))
    );
}
