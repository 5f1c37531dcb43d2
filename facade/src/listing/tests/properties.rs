//! Any set, any server that tells the truth about rows and lies about the rest.

use std::sync::Arc;

use futures::TryStreamExt;
use proptest::prelude::*;

use super::fake::{FakeAtlas, Next, Total, listing, number};

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
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let atlas = Arc::new(FakeAtlas {
            total,
            next: if links_missing { Next::Never } else { Next::Honest },
            delays,
            ..FakeAtlas::of(count)
        });
        let snapshots = listing(&atlas, page_size, prefetch).stream();
        let delivered: Vec<u64> = runtime.block_on(async {
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
}
