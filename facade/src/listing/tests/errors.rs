//! Errors of the listing: where it goes on, and where it ends.

use std::num::NonZeroU64;
use std::sync::Arc;

use futures::{StreamExt, stream::FusedStream};

use super::fake::{FakeAtlas, Next, Quirk, listing, number};
use crate::Listing;
use crate::listing::summary::Ending;
use crate::{Error, ErrorKind};

/// Polls to the end, through every error.
async fn read_through(listing: Listing) -> (Vec<u64>, Vec<Error>, Ending) {
    let mut snapshots = listing.stream();
    let (mut delivered, mut errors) = (Vec::new(), Vec::new());
    while let Some(row) = snapshots.next().await {
        match row {
            Ok(snapshot) => delivered.push(number(&snapshot)),
            Err(error) => errors.push(error),
        }
    }
    assert!(snapshots.is_terminated());
    (delivered, errors, snapshots.summary().ending())
}

#[tokio::test(start_paused = true)]
async fn polling_again_retries_the_failed_page_and_loses_nothing() {
    let atlas = FakeAtlas::of(45)
        .quirk(1, Quirk::Fail(ErrorKind::Connect))
        .quirk(3, Quirk::Fail(ErrorKind::Server))
        .quirk(3, Quirk::Fail(ErrorKind::Decode))
        .quirk(5, Quirk::Panic);
    let atlas = Arc::new(atlas);
    let (delivered, errors, ending) = read_through(listing(&atlas, 10, 2)).await;
    assert_eq!(delivered, (1..=45).collect::<Vec<_>>());
    let told: Vec<_> = errors
        .iter()
        .map(|e| (e.kind(), e.page(), e.delivered(), e.attempts()))
        .collect();
    assert_eq!(
        told,
        [
            (ErrorKind::Connect, Some(1), Some(0), Some(1)),
            (ErrorKind::Server, Some(3), Some(20), Some(1)),
            (ErrorKind::Decode, Some(3), Some(20), Some(2)),
            (ErrorKind::Internal, Some(5), Some(40), Some(1)),
        ]
    );
    assert_eq!(ending, Ending::Unverified);
    // The page behind the failed one was in flight and is not asked for again.
    let mut asked = atlas.asked();
    asked.sort_unstable();
    assert_eq!(asked, [1, 1, 2, 3, 3, 3, 4, 5, 5]);
}

#[tokio::test(start_paused = true)]
async fn stopping_at_an_error_reads_as_failed() {
    let atlas = Arc::new(FakeAtlas::of(45).quirk(2, Quirk::Fail(ErrorKind::Timeout)));
    let mut snapshots = listing(&atlas, 10, 2).stream();
    let good = snapshots.by_ref().take(10).count().await;
    assert_eq!(good, 10);
    assert!(snapshots.next().await.unwrap().is_err());
    assert_eq!(snapshots.summary().ending(), Ending::Failed);
    assert!(!snapshots.is_terminated());
    snapshots.next().await.unwrap().unwrap();
    assert_eq!(snapshots.summary().ending(), Ending::Running);
}

#[tokio::test(start_paused = true)]
async fn errors_that_cannot_pass_end_it() {
    for kind in [
        ErrorKind::InvalidArgument,
        ErrorKind::BadRequest,
        ErrorKind::Unauthenticated,
        ErrorKind::PermissionDenied,
        ErrorKind::IpNotAllowed,
        ErrorKind::NotFound,
        ErrorKind::Sunset,
    ] {
        let atlas = Arc::new(FakeAtlas::of(45).quirk(2, Quirk::Fail(kind)));
        let (delivered, errors, ending) = read_through(listing(&atlas, 10, 2)).await;
        assert_eq!(delivered, (1..=10).collect::<Vec<_>>());
        assert_eq!(errors.len(), 1);
        assert_eq!((errors[0].kind(), errors[0].page()), (kind, Some(2)));
        assert_eq!(ending, Ending::Failed);
        assert_eq!(atlas.asked(), [1, 2, 3]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_repeats_a_page_ends_it_within_the_window() {
    for prefetch in [1, 2, 8] {
        let atlas = Arc::new(FakeAtlas {
            always_page: Some(1),
            ..FakeAtlas::of(95)
        });
        let (delivered, errors, ending) = read_through(listing(&atlas, 10, prefetch)).await;
        assert_eq!(delivered, (1..=10).collect::<Vec<_>>());
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].kind(), ErrorKind::RepeatingServer);
        assert_eq!(
            (errors[0].page(), errors[0].delivered()),
            (Some(2), Some(10))
        );
        assert_eq!(ending, Ending::Failed);
        assert_eq!(atlas.asked().len(), 1 + prefetch);
    }
}

#[tokio::test(start_paused = true)]
async fn an_endless_server_ends_at_the_page_limit() {
    let atlas = Arc::new(FakeAtlas {
        next: Next::UpTo(u64::MAX),
        ..FakeAtlas::of(25)
    });
    let listing = listing(&atlas, 10, 4).page_limit(NonZeroU64::new(9).unwrap());
    let (delivered, errors, ending) = read_through(listing).await;
    assert_eq!(delivered, (1..=25).collect::<Vec<_>>());
    assert_eq!(errors.len(), 1);
    assert_eq!(
        errors[0].to_string(),
        "Instance0 in project 32b6e34b3d91647abb20e7b8, page 9: listing limit reached: more than 9 pages; raise the listing's limit if the set \
         really is that large (25 delivered before)"
    );
    assert_eq!(ending, Ending::Failed);
    assert_eq!(atlas.asked(), (1..=9).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn the_item_limit_is_exact_and_told() {
    for (limit, delivers, fails) in [
        (44, 44, true),
        (45, 45, false),
        (40, 40, true),
        (1, 1, true),
    ] {
        let atlas = Arc::new(FakeAtlas::of(45));
        let listing = listing(&atlas, 10, 1).item_limit(NonZeroU64::new(limit).unwrap());
        let (delivered, errors, _) = read_through(listing).await;
        assert_eq!(delivered, (1..=delivers).collect::<Vec<_>>());
        assert_eq!(errors.len(), usize::from(fails), "{limit}");
        if fails {
            assert_eq!(errors[0].kind(), ErrorKind::PageLimit);
            assert_eq!(errors[0].delivered(), Some(limit));
        }
    }
}

#[test]
fn polling_outside_a_runtime_is_an_error_and_not_a_panic() {
    let atlas = Arc::new(FakeAtlas::of(1));
    let (delivered, errors, ending) =
        futures::executor::block_on(read_through(listing(&atlas, 10, 1)));
    assert!(delivered.is_empty());
    assert_eq!(errors[0].kind(), ErrorKind::InvalidArgument);
    assert!(errors[0].to_string().contains("Tokio runtime"));
    assert_eq!(ending, Ending::Failed);
}
