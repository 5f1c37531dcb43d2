//! Listings as a whole: `.await`, `collect` and `collect_partial`.

use std::sync::{Arc, Mutex};

use super::fake::{Change, FakeSource, Quirk, list, list_with, numbers, retrier, run};
use crate::{Basis, Completeness, Consistency, ErrorKind, IncompleteReason, Partial, RetryPolicy};

#[tokio::test(start_paused = true)]
async fn awaiting_a_request_returns_all_items_and_the_summary() {
    let source = Arc::new(FakeSource::of(45));
    let request = list(&source, 10, 4);
    let awaited = request.clone().await.unwrap();
    assert_eq!(awaited.items(), numbers(45));
    assert_eq!(awaited.len(), 45, "it is a slice");
    assert_eq!(awaited.first(), Some(&1));
    assert!(awaited.item_errors().is_empty());
    let summary = awaited.summary();
    assert_eq!(
        (summary.delivered(), summary.pages(), summary.requests()),
        (45, 5, 5)
    );
    assert_eq!(
        summary.completeness(),
        Completeness::Complete(Basis::NoChangeSeen)
    );
    assert_eq!(source.requested(), numbers(5));

    let collected = request.collect().await.unwrap();
    assert_eq!(collected, awaited);
    assert_eq!((&collected).into_iter().count(), 45);
    assert_eq!(collected.clone().into_items(), numbers(45));
    assert_eq!(collected.into_iter().collect::<Vec<_>>(), numbers(45));
    assert_eq!(source.requested().len(), 10, "the request was sent twice");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_requested_before_the_future_is_polled_or_after_it_is_dropped() {
    let source = Arc::new(FakeSource {
        delays: vec![0, 1000, 1000],
        ..FakeSource::of(45)
    });
    let future = list(&source, 10, 2).collect();
    assert!(format!("{future:?}").contains("Collect"));
    tokio::task::yield_now().await;
    assert!(source.requested().is_empty());
    let short = std::time::Duration::from_millis(10);
    assert!(tokio::time::timeout(short, future).await.is_err());
    tokio::task::yield_now().await;
    assert_eq!(source.requested(), numbers(3));
    assert_eq!(source.in_flight(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_listing_runs_in_a_task_of_its_own() {
    let source = Arc::new(FakeSource::of(45));
    let whole = tokio::spawn(list(&source, 10, 4).into_future());
    let partial = tokio::spawn(list(&source, 10, 4).collect_partial());
    assert_eq!(whole.await.unwrap().unwrap().items(), numbers(45));
    assert_eq!(partial.await.unwrap().collected.items(), numbers(45));
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_item_fails_a_whole_listing_and_not_a_partial_one() {
    let source = || {
        let source = FakeSource::of(45).quirk(2, Quirk::Unreadable);
        Arc::new(source.quirk(4, Quirk::Unreadable))
    };
    let first = source();
    let error = list(&first, 10, 1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidItem);
    assert_eq!((error.page(), error.delivered()), (Some(2), Some(10)));
    tokio::task::yield_now().await;
    assert!(first.requested().len() <= 3, "{:?}", first.requested());

    let second = source();
    let partial = list(&second, 10, 1).collect_partial().await;
    assert!(partial.error.is_none() && partial.error().is_none());
    let readable = numbers(45);
    let readable = readable
        .iter()
        .filter(|&&number| !matches!(number, 11 | 31));
    assert!(partial.collected().iter().eq(readable));
    let errors = partial.collected.item_errors();
    let places: Vec<_> = errors.iter().map(|e| (e.page(), e.index())).collect();
    assert_eq!(places, [(2, 0), (4, 0)]);
    let summary = partial.collected.summary();
    assert_eq!((summary.delivered(), summary.item_errors()), (43, 2));
    assert_eq!(
        summary.completeness(),
        Completeness::PossiblyIncomplete(IncompleteReason::UnreadableItems)
    );
    assert_eq!(second.requested(), numbers(5));
}

#[tokio::test(start_paused = true)]
async fn a_partial_listing_keeps_what_came_before_an_error_that_can_be_resumed_from() {
    for kind in [ErrorKind::Server, ErrorKind::NotFound] {
        let source = FakeSource::of(45)
            .quirk(2, Quirk::Unreadable)
            .quirk(3, Quirk::Fail(kind));
        let source = Arc::new(source);
        let Partial {
            collected, error, ..
        } = list(&source, 10, 2).collect_partial().await;
        let error = error.unwrap();
        assert_eq!((error.kind(), error.page()), (kind, Some(3)));
        assert_eq!(error.delivered(), Some(19));
        assert_eq!(collected.item_errors().len(), 1);
        assert_eq!(collected.summary().completeness(), Completeness::Failed);
        assert_eq!(collected.last(), Some(&20));

        let checkpoint = error.checkpoint().unwrap().clone();
        let rest = list(&source, 10, 2).resume_from(checkpoint).await.unwrap();
        assert_eq!(rest.items(), (21..=45).collect::<Vec<_>>());
        assert!(rest.summary().resumed());
        assert_eq!(
            rest.summary().completeness(),
            Completeness::PossiblyIncomplete(IncompleteReason::UnreadableItems),
            "the unreadable item of the first part"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_whole_listing_fails_with_the_first_error_after_all_retries() {
    let mut source = FakeSource::of(45);
    for _ in 0..3 {
        source = source.quirk(2, Quirk::Fail(ErrorKind::Server));
    }
    let source = Arc::new(source);
    let policy = |retries| retrier(RetryPolicy::default().max_retries(retries));
    let error = list_with(&source, &policy(1)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts(), error.delivered()),
        (ErrorKind::Server, Some(2), Some(10))
    );
    let whole = list_with(&source, &policy(1)).await.unwrap();
    assert_eq!(whole.items(), numbers(45));
    assert_eq!(whole.summary().retries(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_sign_of_change_is_no_error_of_a_single_pass_and_is_in_its_summary() {
    let source = Arc::new(FakeSource::of(45).changing([(1, Change::Delete(0))]));
    let collected = list(&source, 10, 1).collect().await.unwrap();
    assert!(!collected.contains(&11), "{collected:?}");
    assert_eq!(
        collected.summary().completeness(),
        Completeness::PossiblyIncomplete(IncompleteReason::TotalChanged)
    );
    assert!(!collected.summary().is_complete());
    assert_eq!(source.requested(), numbers(5));
}

#[tokio::test(start_paused = true)]
async fn passes_that_do_not_agree_are_an_error_and_all_items_are_in_the_partial_result() {
    let changing = || {
        let changes = (1..1000).map(|after| (after, Change::Insert(0)));
        Arc::new(FakeSource::of(45).changing(changes))
    };
    for consistency in [Consistency::adaptive(), Consistency::verified()] {
        let request = list(&changing(), 10, 1).consistency(consistency);
        let error = request.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PossiblyIncomplete);

        let request = list(&changing(), 10, 1).consistency(consistency);
        let partial = request.collect_partial().await;
        assert_eq!(partial.error.unwrap().kind(), ErrorKind::PossiblyIncomplete);
        assert_eq!(
            partial.collected.summary().completeness(),
            Completeness::PossiblyIncomplete(IncompleteReason::NotConverged)
        );
        for number in 1..=45 {
            assert!(partial.collected.contains(&number), "{number}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_collected_listing_serializes_and_reads_back() {
    let source = Arc::new(FakeSource::of(15).quirk(1, Quirk::Unreadable));
    let collected = list(&source, 10, 1).collect_partial().await.collected;
    let text = serde_json::to_string(&collected).unwrap();
    assert!(text.contains(r#""itemErrors":[{"page":1"#), "{text}");
    assert_eq!(
        serde_json::from_str::<crate::Collected<u64>>(&text).unwrap(),
        collected
    );
}

/// The event had the completeness of the passes alone.
#[test]
fn the_event_of_a_closed_listing_is_what_its_summary_says() {
    struct Log(Arc<Mutex<Vec<u8>>>);
    impl std::io::Write for Log {
        fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(text)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let log = Arc::new(Mutex::new(Vec::new()));
    let written = Arc::clone(&log);
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_ansi(false)
        .with_writer(move || Log(Arc::clone(&written)))
        .finish();
    let source = Arc::new(FakeSource::of(25).quirk(2, Quirk::Unreadable));
    let summary = tracing::subscriber::with_default(subscriber, || {
        run(list(&source, 10, 1).collect_partial())
            .collected
            .summary()
            .clone()
    });
    let log = String::from_utf8(log.lock().unwrap().clone()).unwrap();
    let expected = format!(
        "listing closed delivered=24 requests=3 completeness={}",
        summary.completeness()
    );
    assert!(log.contains(&expected), "{expected}: {log}");
}
