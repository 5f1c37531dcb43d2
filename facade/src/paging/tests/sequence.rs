//! Tests of a listing of two lists.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use super::fake::{Change, FakeSource, Next, Quirk, Total, list_with, read_through, retrier, run};
use crate::error::ErrorKind;
use crate::http::retry_policy::RetryPolicy;
use crate::model::checkpoint::Checkpoint;
use crate::model::completeness::{Basis, Completeness, IncompleteReason};
use crate::paging::config::{Consistency, ListTarget};
use crate::paging::request::ListRequest;
use crate::paging::sequence::List;

/// A source of these items.
fn source(items: std::ops::Range<u64>) -> FakeSource {
    FakeSource {
        items: Mutex::new(items.collect()),
        ..FakeSource::default()
    }
}

/// A listing of two lists with pages of 10, and their sources.
fn two(
    first: FakeSource,
    second: FakeSource,
) -> (ListRequest<u64>, Arc<FakeSource>, Arc<FakeSource>) {
    let (first, second) = (Arc::new(first), Arc::new(second));
    let list = List {
        source: Arc::clone(&second) as _,
        target: ListTarget {
            description: "the second shelf".to_owned(),
            fields: [("shelf".to_owned(), "8".to_owned())].into(),
        },
    };
    let request = list_with(&first, &retrier(RetryPolicy::none()));
    let request = request.then(list.clone(), list);
    (request, first, second)
}

#[test]
fn the_second_list_follows_the_first_and_the_summary_is_of_both() {
    run(async {
        let (request, first, second) = two(source(1..24), source(101..106));
        let collected = request.collect().await.unwrap();
        let expected: Vec<u64> = (1..24).chain(101..106).collect();
        assert_eq!(collected.items(), expected);
        assert_eq!(first.requested(), [1, 2, 3]);
        assert_eq!(second.requested(), [1]);
        let summary = collected.summary();
        assert_eq!((summary.delivered(), summary.pages()), (28, 4));
        assert_eq!(summary.requests(), 4);
        assert_eq!(summary.reported_total(), Some(28));
        // The weaker one of a single page and several.
        let complete = Completeness::Complete(Basis::NoChangeSeen);
        assert_eq!(summary.completeness(), complete);
    });
}

#[test]
fn nothing_of_the_second_list_is_requested_before_the_first_one_was_read() {
    run(async {
        let (request, first, second) = two(source(1..4), source(101..103));
        let mut stream = request.stream();
        assert_eq!(first.requested(), [0; 0]);
        for number in 1..4 {
            assert_eq!(stream.try_next().await.unwrap(), Some(number));
            let summary = stream.summary();
            assert_eq!(summary.completeness(), Completeness::InProgress);
            assert_eq!(second.requested(), [0; 0]);
        }
        assert_eq!(stream.try_next().await.unwrap(), Some(101));
        assert_eq!(second.requested(), [1]);
        assert_eq!(stream.try_next().await.unwrap(), Some(102));
        assert_eq!(stream.try_next().await.unwrap(), None);
        let complete = Completeness::Complete(Basis::SinglePage);
        assert_eq!(stream.summary().completeness(), complete);
    });
}

#[test]
fn each_list_may_be_empty() {
    run(async {
        for (first, second, expected) in [
            (1..1, 101..103, vec![101, 102]),
            (1..3, 101..101, vec![1, 2]),
            (1..1, 101..101, vec![]),
        ] {
            let (request, ..) = two(source(first), source(second));
            let collected = request.collect().await.unwrap();
            assert_eq!(collected.items(), expected);
            assert!(collected.summary().is_complete());
            assert_eq!(collected.summary().requests(), 2);
        }
    });
}

#[test]
fn an_item_of_both_lists_is_yielded_once() {
    run(async {
        let (request, ..) = two(source(1..13), source(10..23));
        let collected = request.collect().await.unwrap();
        assert_eq!(collected.items(), (1..23).collect::<Vec<u64>>());
        let summary = collected.summary();
        assert_eq!((summary.delivered(), summary.duplicates()), (22, 3));
        assert!(summary.is_complete());
    });
}

#[test]
fn items_left_out_are_counted_and_no_sign_of_a_change() {
    run(async {
        let (request, ..) = two(source(1..24), source(101..106));
        let request = request.skipping(Some(|number| number % 2 == 0));
        let collected = request.collect().await.unwrap();
        assert!(collected.items().iter().all(|number| number % 2 == 1));
        let summary = collected.summary();
        assert_eq!((summary.delivered(), summary.skipped()), (15, 13));
        assert!(summary.is_complete());
        let line = summary.to_string();
        assert!(line.ends_with("change seen; 13 items left out"), "{line}");
    });
}

/// Also where each of the lists reads its pages again.
#[test]
fn a_change_of_either_list_is_read_again() {
    run(async {
        for changes_first in [true, false] {
            let changing = |range| source(range).changing([(1, Change::Delete(0))]);
            let (request, first, second) = if changes_first {
                two(changing(1..30), source(101..103))
            } else {
                two(source(1..3), changing(101..130))
            };
            let collected = request.collect().await.unwrap();
            let (changed, other) = if changes_first {
                (&first, &second)
            } else {
                (&second, &first)
            };
            for number in changed.items().iter().chain(&other.items()) {
                assert!(collected.items().contains(number), "{number}");
            }
            assert!(changed.requested().len() > 3);
            assert_eq!(other.requested(), [1]);
            let complete = Completeness::Complete(Basis::Verified);
            assert_eq!(collected.summary().completeness(), complete);
        }
    });
}

#[test]
fn doubt_about_the_first_list_is_reported_after_the_second() {
    run(async {
        let doubtful = FakeSource {
            always_empty: Some(2),
            ..source(1..24)
        };
        let (request, ..) = two(doubtful, source(101..103));
        let (delivered, errors, summary) = read_through(request).await;
        let expected: Vec<u64> = (1..11).chain(21..24).chain(101..103).collect();
        assert_eq!(delivered, expected);
        let [error] = &errors[..] else {
            panic!("{errors:?}")
        };
        assert_eq!(error.kind(), ErrorKind::PossiblyIncomplete);
        assert_eq!(error.delivered(), Some(15));
        let incomplete = Completeness::PossiblyIncomplete(IncompleteReason::EmptyPage);
        assert_eq!(summary.completeness(), incomplete);
    });
}

#[test]
fn a_single_pass_with_doubt_about_the_first_list_is_possibly_incomplete() {
    run(async {
        let counted = FakeSource {
            total: Total::Fixed(40),
            ..source(1..14)
        };
        let (request, ..) = two(counted, source(101..103));
        let request = request.consistency(Consistency::single_pass());
        let collected = request.collect().await.unwrap();
        assert_eq!(collected.len(), 15);
        let incomplete = Completeness::PossiblyIncomplete(IncompleteReason::TotalNotReached);
        assert_eq!(collected.summary().completeness(), incomplete);
    });
}

#[test]
fn a_fatal_error_of_the_first_list_ends_the_listing() {
    run(async {
        let failing = source(1..4).quirk(1, Quirk::Fail(ErrorKind::NotFound));
        let (request, _, second) = two(failing, source(101..103));
        let (delivered, errors, summary) = read_through(request).await;
        assert_eq!((delivered.len(), errors.len()), (0, 1));
        assert_eq!(second.requested(), [0; 0]);
        assert_eq!(summary.completeness(), Completeness::Failed);
    });
}

/// The page, the list, and what was delivered by both.
#[test]
fn an_error_of_the_second_list_says_where_it_occurred() {
    run(async {
        let failing = source(101..114).quirk(2, Quirk::FailForNow(ErrorKind::Server));
        let (request, _, second) = two(source(1..4), failing);
        let (delivered, errors, summary) = read_through(request).await;
        assert_eq!(delivered.len(), 16);
        let [error] = &errors[..] else {
            panic!("{errors:?}")
        };
        assert_eq!((error.page(), error.delivered()), (Some(2), Some(13)));
        assert!(error.to_string().starts_with("the second shelf, page 2: "));
        assert_eq!(second.requested(), [1, 2, 2]);
        assert!(summary.is_complete());
    });
}

#[test]
fn every_checkpoint_resumes_with_what_follows_in_both_lists() {
    run(async {
        let lists = || two(source(1..24), source(101..114));
        let all: Vec<u64> = (1..24).chain(101..114).collect();
        for read in 0..=all.len() {
            let mut stream = lists().0.stream();
            for expected in &all[..read] {
                assert_eq!(stream.try_next().await.unwrap().as_ref(), Some(expected));
            }
            let text = serde_json::to_string(&stream.checkpoint()).unwrap();
            let checkpoint: Checkpoint = serde_json::from_str(&text).unwrap();
            let (request, first, _) = lists();
            let (rest, errors, summary) = read_through(request.resume_from(checkpoint)).await;
            assert_eq!(rest, all[read..]);
            assert!(errors.is_empty(), "{errors:?}");
            assert!(summary.is_complete(), "{summary}");
            assert_eq!(summary.resumed(), read > 0);
            // The first list is not read where an item of the second one was yielded.
            assert_eq!(first.requested().is_empty(), read > 23);
        }
    });
}

/// Found late, so that a checkpoint does not name them.
#[test]
fn a_checkpoint_of_the_second_list_keeps_the_doubt_about_the_first() {
    run(async {
        let lists = || {
            let counted = FakeSource {
                total: Total::Fixed(40),
                ..source(1..14)
            };
            let (request, ..) = two(counted, source(101..103));
            request.consistency(Consistency::single_pass())
        };
        for read in [14, 15] {
            let mut stream = lists().stream();
            for _ in 0..read {
                stream.try_next().await.unwrap().unwrap();
            }
            let checkpoint = stream.checkpoint();
            assert_eq!(checkpoint.target()["shelf"], "8");
            let (rest, _, summary) = read_through(lists().resume_from(checkpoint)).await;
            assert_eq!(rest.len(), 15 - read);
            let incomplete = Completeness::PossiblyIncomplete(IncompleteReason::TotalNotReached);
            assert_eq!(summary.completeness(), incomplete);
        }
    });
}

#[test]
fn the_deadline_is_that_of_both_lists_together() {
    run(async {
        let slow = |range| FakeSource {
            delays: vec![600],
            ..source(range)
        };
        let (request, ..) = two(slow(1..4), slow(101..103));
        let (delivered, errors, _) = read_through(request.deadline(Duration::from_secs(1))).await;
        assert_eq!(delivered, [1, 2, 3]);
        assert_eq!(errors[0].kind(), ErrorKind::Deadline);
        let (request, ..) = two(slow(1..4), slow(101..103));
        let request = request.deadline(Duration::from_secs(2));
        assert_eq!(request.collect().await.unwrap().len(), 5);
    });
}

#[test]
fn the_pages_of_each_list_are_numbered_from_one() {
    run(async {
        let (request, ..) = two(source(1..14), source(101..103));
        let mut pages = request.pages();
        let mut numbers = Vec::new();
        while let Some(page) = pages.try_next().await.unwrap() {
            numbers.push((page.number(), page.items().len()));
        }
        assert_eq!(numbers, [(1, 10), (2, 3), (1, 2)]);
        assert!(pages.summary().is_complete());
    });
}

#[test]
fn the_second_list_can_be_replaced_on_request() {
    run(async {
        let first = Arc::new(source(1..3));
        let list = |range, shelf: &str| List {
            source: Arc::new(source(range)) as _,
            target: ListTarget {
                description: "the second shelf".to_owned(),
                fields: [("shelf".to_owned(), shelf.to_owned())].into(),
            },
        };
        let request = list_with(&first, &retrier(RetryPolicy::none()))
            .then(list(101..103, "8"), list(101..105, "9"));
        assert_eq!(request.clone().collect().await.unwrap().len(), 4);
        let on_request = request.with_second_on_request();
        let twice = on_request.clone().with_second_on_request();
        for request in [on_request, twice] {
            assert_eq!(request.collect().await.unwrap().len(), 6);
        }
    });
}

/// As without a second list.
#[test]
fn a_list_that_links_to_a_next_page_for_ever_ends_before_the_second() {
    run(async {
        let endless = FakeSource {
            next: Next::UpTo(u64::MAX),
            ..source(1..14)
        };
        let (request, first, _) = two(endless, source(101..103));
        let collected = request.collect().await.unwrap();
        assert_eq!(collected.len(), 15);
        assert!(first.requested().len() < 10);
    });
}
