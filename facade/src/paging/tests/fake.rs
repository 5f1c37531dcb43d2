//! A source of pages that follows a script and records the requests it receives. Its items are
//! numbers.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream::FusedStream};

use crate::Consistency;
use crate::error::{Error, ErrorBody, ErrorKind, Result};
use crate::http::bucket::BucketKey;
use crate::http::clock::SystemClock;
use crate::http::headers::{RateLimit, ResponseNotices};
use crate::http::retry::Retrier;
use crate::http::retry_policy::RetryPolicy;
use crate::model::invalid_item::InvalidItem;
use crate::paging::config::ListTarget;
use crate::paging::page::{
    Fetched, ItemKey, PageFuture, PageRequest, PageResponse, PageSource, ReceivedItem,
};
use crate::paging::request::ListRequest;
use crate::paging::stream::ItemStream;
use crate::paging::summary::Summary;

/// What the fake reports as the size of the set.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Total {
    #[default]
    Exact,
    Absent,
    Fixed(u64),
    /// Off by this much.
    Off(i64),
    /// A different, wrong number on every page.
    Changing,
}

/// Whether the fake links to the next page.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Next {
    /// While there is one.
    #[default]
    Accurate,
    Never,
    /// On every page up to this one.
    UpTo(u64),
}

/// A change of the set between two responses.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    /// A new item at this place, or at the end.
    Insert(usize),
    /// The item at this place leaves, if there is one.
    Delete(usize),
}

/// The content of a page when it was read.
#[derive(Debug, Clone)]
pub(super) struct SentPage {
    pub(super) page: u64,
    pub(super) items: Vec<u64>,
    pub(super) total: Option<u64>,
}

/// One unusual response to one request for a page.
#[derive(Debug, Clone)]
pub(super) enum Quirk {
    /// An error of this kind.
    Fail(ErrorKind),
    /// The same, where another request may help although the kind does not say so.
    FailForNow(ErrorKind),
    /// 429, perhaps with `Retry-After`.
    RateLimited(Option<Duration>),
    /// The first item cannot be read and has no id.
    Unreadable,
    /// No items, and no `next` link unless every page has one. The total is as it always is.
    Empty,
    /// The task panics.
    Panic,
}

#[derive(Debug, Default)]
pub(super) struct FakeSource {
    /// What the rate limit counts together.
    pub(super) shelf: &'static str,
    pub(super) items: Mutex<Vec<u64>>,
    pub(super) total: Total,
    pub(super) next: Next,
    /// The most items of a page, where it is less than requested.
    pub(super) most_per_page: Option<u16>,
    /// Sent in place of the pages of `items`, when set.
    pub(super) pages: Option<Vec<Vec<u64>>>,
    /// Milliseconds until the response, by page. Pages beyond are sent at once.
    pub(super) delays: Vec<u64>,
    pub(super) quirks: Mutex<HashMap<u64, VecDeque<Quirk>>>,
    /// This page is empty whenever it is requested.
    pub(super) always_empty: Option<u64>,
    /// This page is sent for every request.
    pub(super) always_page: Option<u64>,
    /// As the live service does on large sets: a request that wants a count fails.
    pub(super) counting_fails: bool,
    /// Sent with every page.
    pub(super) rate_limit: Option<RateLimit>,
    /// Changes of the set, each after this many responses.
    pub(super) changes: Mutex<VecDeque<(usize, Change)>>,
    pub(super) log: Mutex<Vec<PageRequest>>,
    /// The pages sent, in order of sending.
    pub(super) sent: Mutex<Vec<SentPage>>,
    pub(super) pages_in_flight: AtomicUsize,
    pub(super) most_in_flight: AtomicUsize,
    pub(super) inserted: AtomicU64,
}

/// Items that enter the set later are numbered from here.
pub(super) const INSERTED: u64 = 1_000_000;

/// Counts a page as in flight for as long as its future lives.
struct InFlightGuard(Arc<FakeSource>);

impl InFlightGuard {
    fn enter(source: &Arc<FakeSource>) -> Self {
        let now = source.pages_in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        source.most_in_flight.fetch_max(now, Ordering::SeqCst);
        Self(Arc::clone(source))
    }
}

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        self.0.pages_in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

impl FakeSource {
    /// Items 1 to `count`.
    pub(super) fn of(count: u64) -> Self {
        Self {
            items: Mutex::new(numbers(count)),
            ..Self::default()
        }
    }

    /// Exactly these pages, for every page size requested.
    pub(super) fn of_pages(pages: &[Range<u64>]) -> Self {
        let pages: Vec<Vec<u64>> = pages.iter().map(|page| page.clone().collect()).collect();
        Self {
            items: Mutex::new(pages.concat()),
            pages: Some(pages),
            ..Self::default()
        }
    }

    pub(super) fn quirk(self, page: u64, quirk: Quirk) -> Self {
        self.add_quirk(page, quirk);
        self
    }

    pub(super) fn add_quirk(&self, page: u64, quirk: Quirk) {
        let mut quirks = self.quirks.lock().unwrap();
        quirks.entry(page).or_default().push_back(quirk);
    }

    /// Changes the set, each time after this many responses.
    pub(super) fn changing(self, changes: impl IntoIterator<Item = (usize, Change)>) -> Self {
        Self {
            changes: Mutex::new(changes.into_iter().collect()),
            ..self
        }
    }

    /// The pages requested so far, in order of the requests.
    pub(super) fn requested(&self) -> Vec<u64> {
        let log = self.log.lock().unwrap();
        log.iter().map(|request| request.page).collect()
    }

    /// Whether each request wanted a count.
    pub(super) fn counted(&self) -> Vec<bool> {
        let log = self.log.lock().unwrap();
        log.iter().map(|request| request.include_count).collect()
    }

    pub(super) fn items(&self) -> Vec<u64> {
        self.items.lock().unwrap().clone()
    }

    pub(super) fn in_flight(&self) -> usize {
        self.pages_in_flight.load(Ordering::SeqCst)
    }

    /// The items of a page, and whether there are more behind it.
    fn page(&self, page: u64, page_size: u16, all: &[u64]) -> (Vec<u64>, bool) {
        let index = usize::try_from(page - 1).unwrap();
        if let Some(pages) = &self.pages {
            let items = pages.get(index).cloned().unwrap_or_default();
            return (items, index + 1 < pages.len());
        }
        let size = usize::from(page_size.min(self.most_per_page.unwrap_or(u16::MAX)));
        let items: Vec<u64> = all.iter().skip(index * size).take(size).copied().collect();
        (items, all.len() > (index + 1) * size)
    }

    fn apply_changes(&self) {
        let responses = self.sent.lock().unwrap().len();
        let mut changes = self.changes.lock().unwrap();
        let mut items = self.items.lock().unwrap();
        while let Some((_, change)) = changes.pop_front_if(|(after, _)| *after <= responses) {
            match change {
                Change::Insert(at) => {
                    let at = at.min(items.len());
                    let number = self.inserted.fetch_add(1, Ordering::SeqCst) + INSERTED;
                    items.insert(at, number);
                }
                Change::Delete(at) if at < items.len() => {
                    items.remove(at);
                }
                Change::Delete(_) => {}
            }
        }
    }

    fn respond(&self, request: &PageRequest) -> Result<Fetched<u64>> {
        let mut quirks = self.quirks.lock().unwrap();
        let quirk = quirks.get_mut(&request.page).and_then(VecDeque::pop_front);
        drop(quirks);
        match quirk {
            Some(Quirk::Fail(kind)) => return Err(Error::new(kind)),
            Some(Quirk::FailForNow(kind)) => return Err(Error::new(kind).with_retryable(true)),
            Some(Quirk::RateLimited(wait)) => {
                return Err(Error::new(ErrorKind::RateLimited).with_retry_after(wait));
            }
            Some(Quirk::Panic) => panic!("the script says so"),
            Some(Quirk::Unreadable | Quirk::Empty) | None => {}
        }
        if self.counting_fails && request.include_count {
            return Err(Error::new(ErrorKind::Server).with_body(ErrorBody {
                error_code: Some("TIMEOUT_WHILE_PAGING".to_owned()),
                ..ErrorBody::default()
            }));
        }
        self.apply_changes();
        let page = self.always_page.unwrap_or(request.page);
        let all = self.items.lock().unwrap();
        let is_empty =
            matches!(quirk, Some(Quirk::Empty)) || self.always_empty == Some(request.page);
        let (numbers, more) = if is_empty {
            (Vec::new(), false)
        } else {
            self.page(page, request.page_size, &all)
        };
        let total = self.total(page, all.len() as u64);
        let total = total.filter(|_| request.include_count);
        self.sent.lock().unwrap().push(SentPage {
            page: request.page,
            items: numbers.clone(),
            total,
        });
        let mut items: Vec<_> = numbers.into_iter().enumerate().map(readable).collect();
        if matches!(quirk, Some(Quirk::Unreadable)) {
            items[0] = unreadable(page, &items[0]);
        }
        let has_next = match self.next {
            Next::Accurate => more,
            Next::Never => false,
            Next::UpTo(last) => page < last,
        };
        let has_next = has_next && request.include_count;
        let notices = ResponseNotices {
            rate_limit: self.rate_limit,
            ..ResponseNotices::default()
        };
        let keys: Vec<_> = items.iter().map(|item| &item.key).collect();
        let mut hasher = DefaultHasher::new();
        (keys, has_next, total).hash(&mut hasher);
        let body_hash = hasher.finish();
        if request.known_body == Some(body_hash) {
            return Ok(Fetched::Unchanged(notices));
        }
        Ok(Fetched::Page(PageResponse {
            items,
            has_next,
            total,
            body_hash,
            notices,
        }))
    }

    fn total(&self, page: u64, count: u64) -> Option<u64> {
        match self.total {
            Total::Exact => Some(count),
            Total::Absent => None,
            Total::Fixed(total) => Some(total),
            Total::Off(by) => count.checked_add_signed(by),
            Total::Changing => ((count + 7) * (page % 5)).checked_sub(3),
        }
    }
}

impl PageSource<u64> for FakeSource {
    fn for_listing(self: Arc<Self>) -> Arc<dyn PageSource<u64>> {
        self
    }

    fn fetch(self: Arc<Self>, request: PageRequest) -> PageFuture<u64> {
        Box::pin(async move {
            let _admitted = request
                .retry_loop
                .admit(&BucketKey::of_scope(self.shelf, "shelves"))
                .await?;
            let _in_flight = InFlightGuard::enter(&self);
            request.counter.count();
            self.log.lock().unwrap().push(request.clone());
            let delay = self.delays.get(usize::try_from(request.page - 1).unwrap());
            if let Some(&delay) = delay.filter(|&&delay| delay > 0) {
                tokio::time::sleep(Duration::from_millis(delay)).await;
            }
            self.respond(&request)
        })
    }
}

fn readable((index, number): (usize, u64)) -> ReceivedItem<u64> {
    ReceivedItem {
        index,
        key: ItemKey::of_id(&id(number)),
        content: Ok(number),
    }
}

/// The item in a form that cannot be read and has no id.
fn unreadable(page: u64, item: &ReceivedItem<u64>) -> ReceivedItem<u64> {
    let raw = format!("[{:?}]", item.key);
    ReceivedItem {
        index: item.index,
        key: ItemKey::of_json(&raw),
        content: Err(Some(Box::new(InvalidItem {
            page,
            index: item.index,
            id: None,
            reason: "it is not an object".to_owned(),
            raw,
            count: 1,
        }))),
    }
}

pub(super) fn id(number: u64) -> String {
    format!("{number:024x}")
}

/// 1 to `count`.
pub(super) fn numbers(count: u64) -> Vec<u64> {
    (1..=count).collect()
}

/// A listing of the fake in a single pass, without retries.
pub(super) fn list(
    source: &Arc<FakeSource>,
    page_size: u16,
    max_in_flight: usize,
) -> ListRequest<u64> {
    let request = list_with(source, &retrier(RetryPolicy::none()));
    request
        .page_size(page_size)
        .max_in_flight(max_in_flight)
        .consistency(Consistency::single_pass())
}

pub(super) fn list_with(source: &Arc<FakeSource>, retrier: &Arc<Retrier>) -> ListRequest<u64> {
    let target = ListTarget {
        description: "the shelf".to_owned(),
        fields: [("shelf".to_owned(), "7".to_owned())].into(),
    };
    ListRequest::new(Arc::clone(source) as _, Arc::clone(retrier), target)
        .page_size(10)
        .max_in_flight(1)
}

pub(super) fn retrier(policy: RetryPolicy) -> Arc<Retrier> {
    Arc::new(Retrier::new(policy, Arc::new(SystemClock)))
}

/// Reads to the end, where no error is expected.
pub(super) async fn read(stream: &mut ItemStream<u64>) -> Vec<u64> {
    stream.by_ref().try_collect().await.unwrap()
}

/// Polls to the end, through every error.
pub(super) async fn read_through(request: ListRequest<u64>) -> (Vec<u64>, Vec<Error>, Summary) {
    let mut stream = request.stream();
    let (mut delivered, mut errors) = (Vec::new(), Vec::new());
    while let Some(item) = stream.next().await {
        match item {
            Ok(number) => delivered.push(number),
            Err(error) => errors.push(error),
        }
    }
    assert!(stream.is_terminated());
    (delivered, errors, stream.summary())
}

/// Runs a future where time passes only when everything waits.
pub(super) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(future)
}
