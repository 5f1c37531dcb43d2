//! Running a listing against a mock, and what the tests share.

use std::time::Duration;

use atlas_snapshots::{
    Atlas, AtlasBuilder, Completeness, Consistency, Error, ErrorKind, ListRequest, RetryPolicy,
    Snapshot, Summary,
};
use atlas_snapshots_mock::{ClusterKind, Fault, MockAtlas, MockAtlasBuilder, When};

/// 25 items in pages of 10: the fault of most tests is on page 2.
pub(crate) const ITEMS: usize = 25;
pub(crate) const PAGE_SIZE: u16 = 10;
pub(crate) const FAULTY_PAGE: u64 = 2;

/// Long enough for a loaded machine, short enough for a test.
pub(crate) const LIMIT: Duration = Duration::from_millis(600);

pub(crate) const CONSISTENCIES: [Consistency; 3] = [
    Consistency::single_pass(),
    Consistency::adaptive(),
    Consistency::verified(),
];

pub(crate) fn client(mock: &MockAtlas) -> AtlasBuilder {
    Atlas::builder()
        .base_url(mock.base_url())
        .read_timeout(LIMIT)
        .attempt_timeout(LIMIT)
        .max_response_bytes(1 << 20)
        .retry_policy(
            RetryPolicy::default()
                .max_retries(1)
                .min_delay(Duration::ZERO)
                .max_delay(Duration::ZERO)
                // Enough for one rate limit.
                .max_rate_limit_wait(Duration::from_millis(150)),
        )
}

/// A request for pages of ten items, one at a time.
pub(crate) fn request(mock: &MockAtlas, client: AtlasBuilder) -> ListRequest<Snapshot> {
    let atlas = client.build().unwrap();
    let project = mock.project_id();
    let cluster = mock.cluster_name();
    let request = if mock.snapshots_url().contains("flexClusters") {
        atlas.flex_snapshots(project, cluster)
    } else {
        atlas.serverless_snapshots(project, cluster)
    };
    request.page_size(PAGE_SIZE).max_in_flight(1)
}

/// What a listing yielded until its end or its first error other than an unreadable item.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) ids: Vec<String>,
    pub(crate) errors: Vec<Error>,
    pub(crate) summary: Summary,
    pub(crate) completeness: Completeness,
}

pub(crate) async fn read(request: ListRequest<Snapshot>) -> Outcome {
    let mut snapshots = request.stream();
    let (mut ids, mut errors) = (Vec::new(), Vec::new());
    let is_invalid_item = |error: &Error| error.kind() == ErrorKind::InvalidItem;
    while errors.iter().all(is_invalid_item) {
        match snapshots.next().await {
            Some(Ok(snapshot)) => ids.push(snapshot.id().to_string()),
            Some(Err(error)) => errors.push(error),
            None => break,
        }
    }
    let summary = snapshots.summary();
    Outcome {
        ids,
        errors,
        completeness: summary.completeness(),
        summary,
    }
}

/// A server with the items of most tests.
pub(crate) fn server(api: ClusterKind) -> MockAtlasBuilder {
    MockAtlas::builder().kind(api).snapshots(ITEMS)
}

pub(crate) async fn mock_with(api: ClusterKind, fault: impl Into<Fault>, when: When) -> MockAtlas {
    server(api).fault(fault, when).start().await.unwrap()
}

/// Starts a server, and lists it with these settings beside those of [`request`].
pub(crate) async fn list(
    server: MockAtlasBuilder,
    configure: impl FnOnce(ListRequest<Snapshot>) -> ListRequest<Snapshot>,
) -> (MockAtlas, Outcome) {
    let mock = server.start().await.unwrap();
    let outcome = read(configure(request(&mock, client(&mock)))).await;
    (mock, outcome)
}

/// The page numbers of the requests, in order of arrival.
pub(crate) fn pages_requested(mock: &MockAtlas) -> Vec<u64> {
    let requests = mock.requests();
    requests
        .iter()
        .filter_map(|request| request.page_num)
        .collect()
}

/// The ids in an order that does not depend on when they were delivered. None is left out, so a
/// repeated one makes a difference.
pub(crate) fn sorted<T: Clone + Ord>(values: &[T]) -> Vec<T> {
    let mut values = values.to_vec();
    values.sort();
    values
}

/// Runs every test once for each API: both are listed by the same engine.
macro_rules! for_both_apis {
    ($($name:ident)+) => {
        mod serverless {
            use atlas_snapshots_mock::ClusterKind::Serverless;
            $(
                #[tokio::test]
                async fn $name() {
                    super::$name(Serverless).await;
                }
            )+
        }

        mod flex {
            use atlas_snapshots_mock::ClusterKind::Flex;
            $(
                #[tokio::test]
                async fn $name() {
                    super::$name(Flex).await;
                }
            )+
        }
    };
}
pub(crate) use for_both_apis;
