//! Any set, any server that tells the truth about rows and lies about the rest.

use std::sync::Arc;

use futures::{StreamExt, TryStreamExt};
use proptest::prelude::*;

use super::fake::{FakeAtlas, Next, Total, id, listing, number};
use super::run;
use crate::{Checkpoint, ErrorKind};

fn total() -> impl Strategy<Value = Total> {
    prop_oneof![
        Just(Total::Exact),
        Just(Total::Absent),
        Just(Total::Changing),
        any::<i64>().prop_map(Total::Fixed),
        (-6000..6000_i64).prop_map(Total::Off),
    ]
}

proptest! {
    #[test]
    fn all_ids_arrive_once_and_in_order(
        count in 0..=5000_u64,
        page_size in prop_oneof![1..=500_u16, 1..=9_u16],
        prefetch in 1..=16_usize,
        total in total(),
        links_missing in any::<bool>(),
        delays in prop::collection::vec(0..50_u64, 0..40),
    ) {
        let atlas = Arc::new(FakeAtlas {
            total,
            next: if links_missing { Next::Never } else { Next::Honest },
            delays,
            ..FakeAtlas::of(count)
        });
        let snapshots = listing(&atlas, page_size, prefetch).stream();
        let delivered: Vec<u64> = run(async {
            snapshots.map_ok(|snapshot| number(&snapshot)).try_collect().await.unwrap()
        });
        prop_assert_eq!(delivered, (1..=count).collect::<Vec<_>>());

        let asked = atlas.asked();
        let pages = count.div_ceil(u64::from(page_size)).max(1);
        // At most one page more than there are, and what a wrong count lets the window overshoot.
        prop_assert!(asked.len() as u64 <= pages + prefetch as u64, "{:?}", asked);
        if matches!(total, Total::Exact) {
            prop_assert_eq!(asked.len() as u64, count / u64::from(page_size) + 1);
        }
    }

    #[test]
    fn wherever_a_listing_is_resumed_and_whatever_the_server_does_it_ends(
        count in 0..=300_u64,
        page_size in 2..=9_u16,
        prefetch in 1..=5_usize,
        total in total(),
        links_always in any::<bool>(),
        always_page in prop::option::of(1..9_u64),
        page in 1..=40_u64,
        row in 0..=9_usize,
        last in 0..=400_u64,
        page_limit in 1..=60_u64,
    ) {
        let atlas = Arc::new(FakeAtlas {
            total,
            next: if links_always { Next::UpTo(u64::MAX) } else { Next::Honest },
            always_page,
            ..FakeAtlas::of(count)
        });
        let mut snapshots = listing(&atlas, page_size, prefetch)
            .page_limit(page_limit.try_into().unwrap())
            .resume_from(checkpoint(page_size, page, row, last))
            .stream();
        let rows: Vec<_> = run(snapshots.by_ref().collect());

        let numbers: Vec<u64> = rows.iter().flatten().map(number).collect();
        let first = numbers.first().copied().unwrap_or(1);
        prop_assert_eq!(&numbers, &(first..).take(numbers.len()).collect::<Vec<_>>());
        if let Some(error) = rows.iter().find_map(|row| row.as_ref().err()) {
            prop_assert!(
                matches!(error.kind(), ErrorKind::RepeatingServer | ErrorKind::PageLimit),
                "{}", error
            );
        }
        // Every page at most once to find the row, and once to be delivered.
        let most = 2 * page_limit + prefetch as u64;
        prop_assert!(atlas.asked().len() as u64 <= most, "{:?}", atlas.asked());
    }
}

fn checkpoint(page_size: u16, page: u64, row: usize, last: u64) -> Checkpoint {
    serde_json::from_value(serde_json::json!({
        "version": 1,
        "api": "serverless",
        "project": "32b6e34b3d91647abb20e7b8",
        "instance": "Instance0",
        "pageSize": page_size,
        "page": page,
        "row": row,
        "lastId": id(last),
    }))
    .unwrap()
}
