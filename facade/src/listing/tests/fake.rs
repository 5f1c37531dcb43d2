//! A source of pages that does as it is told and remembers what it was asked.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::arguments::PageSize;
use crate::error::{Error, ErrorBody, ErrorKind};
use crate::listing::{
    Listing, Notices, PageAnswer, PageFuture, PageRequest, PageSource, RateLimit, Row, Scope,
};
use crate::retry::{Patience, RetryPolicy, SystemTiming};
use crate::snapshot::Snapshot;

/// What the fake says about the size of the set.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Total {
    #[default]
    Exact,
    Absent,
    Fixed(i64),
    /// Off by this much.
    Off(i64),
    /// A different, wild number on every page.
    Changing,
}

/// Whether the fake links to the next page.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Next {
    /// While there is one.
    #[default]
    Honest,
    Never,
    /// On every page up to this one.
    UpTo(u64),
}

/// A change of the set between two answers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    /// A new row at this place, or at the end.
    Insert(usize),
    /// The row at this place leaves, if there is one.
    Delete(usize),
}

/// What a page held when it was read.
#[derive(Debug, Clone)]
pub(super) struct Answered {
    pub(super) page: u64,
    pub(super) rows: Vec<u64>,
    pub(super) total: Option<i64>,
}

/// One odd answer to one page.
#[derive(Debug, Clone)]
pub(super) enum Quirk {
    /// An error of this kind.
    Fail(ErrorKind),
    /// 429, perhaps with `Retry-After`.
    Limited(Option<Duration>),
    /// The first row cannot be read.
    BadRow,
    /// The task panics.
    Panic,
}

#[derive(Debug, Default)]
pub(super) struct FakeAtlas {
    pub(super) rows: Mutex<Vec<u64>>,
    pub(super) total: Total,
    pub(super) next: Next,
    /// Answered in place of the pages of `rows`, when set.
    pub(super) pages: Option<Vec<Vec<u64>>>,
    /// Milliseconds until the answer, by page; pages beyond answer at once.
    pub(super) delays: Vec<u64>,
    pub(super) quirks: Mutex<HashMap<u64, VecDeque<Quirk>>>,
    /// Whatever is asked, this page is answered.
    pub(super) always_page: Option<u64>,
    /// As the live service does on large sets: a request that wants a count fails.
    pub(super) counting_fails: bool,
    /// Sent with every page.
    pub(super) rate_limit: Option<RateLimit>,
    /// Changes of the set, each after so many answers.
    pub(super) changes: Mutex<VecDeque<(usize, Change)>>,
    pub(super) log: Mutex<Vec<PageRequest>>,
    /// The pages answered, in order of answering.
    pub(super) answered: Mutex<Vec<Answered>>,
    pub(super) flying: AtomicUsize,
    pub(super) most_in_flight: AtomicUsize,
    pub(super) newcomers: AtomicU64,
}

/// Rows that enter later are numbered from here.
pub(super) const NEWCOMER: u64 = 1_000_000;

/// Counts a page as in flight for as long as its future lives.
struct InFlight(Arc<FakeAtlas>);

impl InFlight {
    fn enter(atlas: &Arc<FakeAtlas>) -> Self {
        let now = atlas.flying.fetch_add(1, Ordering::SeqCst) + 1;
        atlas.most_in_flight.fetch_max(now, Ordering::SeqCst);
        Self(Arc::clone(atlas))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.flying.fetch_sub(1, Ordering::SeqCst);
    }
}

impl FakeAtlas {
    /// Rows 1 to `count`.
    pub(super) fn of(count: u64) -> Self {
        Self {
            rows: Mutex::new((1..=count).collect()),
            ..Self::default()
        }
    }

    /// Exactly these pages, whatever the page size asked for.
    pub(super) fn of_pages(pages: &[Range<u64>]) -> Self {
        let pages: Vec<Vec<u64>> = pages.iter().map(|page| page.clone().collect()).collect();
        Self {
            rows: Mutex::new(pages.concat()),
            pages: Some(pages),
            ..Self::default()
        }
    }

    pub(super) fn quirk(self, page: u64, quirk: Quirk) -> Self {
        self.quirks
            .lock()
            .unwrap()
            .entry(page)
            .or_default()
            .push_back(quirk);
        self
    }

    /// Every page asked for so far, in order of asking.
    pub(super) fn asked(&self) -> Vec<u64> {
        self.log.lock().unwrap().iter().map(|r| r.page).collect()
    }

    /// Whether a count was wanted, request by request.
    pub(super) fn counted(&self) -> Vec<bool> {
        let log = self.log.lock().unwrap();
        log.iter().map(|request| request.include_count).collect()
    }

    pub(super) fn rows(&self) -> Vec<u64> {
        self.rows.lock().unwrap().clone()
    }

    /// The rows of a page, and whether there are more behind it.
    fn page(&self, page: u64, page_size: u16, all: &[u64]) -> (Vec<u64>, bool) {
        let index = usize::try_from(page - 1).unwrap();
        if let Some(pages) = &self.pages {
            let ids = pages.get(index).cloned().unwrap_or_default();
            return (ids, index + 1 < pages.len());
        }
        let size = usize::from(page_size);
        let ids: Vec<u64> = all.iter().skip(index * size).take(size).copied().collect();
        (ids, all.len() > (index + 1) * size)
    }

    fn apply_changes(&self) {
        let answers = self.answered.lock().unwrap().len();
        let mut changes = self.changes.lock().unwrap();
        let mut rows = self.rows.lock().unwrap();
        while let Some((_, change)) = changes.pop_front_if(|(after, _)| *after <= answers) {
            match change {
                Change::Insert(at) => {
                    let at = at.min(rows.len());
                    rows.insert(at, self.newcomers.fetch_add(1, Ordering::SeqCst) + NEWCOMER);
                }
                Change::Delete(at) if at < rows.len() => {
                    rows.remove(at);
                }
                Change::Delete(_) => {}
            }
        }
    }

    pub(super) fn in_flight(&self) -> usize {
        self.flying.load(Ordering::SeqCst)
    }

    fn answer(&self, request: &PageRequest) -> Result<PageAnswer, Error> {
        let quirk = self
            .quirks
            .lock()
            .unwrap()
            .get_mut(&request.page)
            .and_then(VecDeque::pop_front);
        match quirk {
            Some(Quirk::Fail(kind)) => return Err(Error::new(kind)),
            Some(Quirk::Limited(wait)) => {
                return Err(Error::new(ErrorKind::RateLimited).with_retry_after(wait));
            }
            Some(Quirk::Panic) => panic!("as the script says"),
            Some(Quirk::BadRow) | None => {}
        }
        if self.counting_fails && request.include_count {
            return Err(Error::new(ErrorKind::Server).with_body(ErrorBody {
                error_code: Some("TIMEOUT_WHILE_PAGING".to_owned()),
                ..ErrorBody::default()
            }));
        }
        self.apply_changes();
        let page = self.always_page.unwrap_or(request.page);
        let all = self.rows.lock().unwrap();
        let (ids, more) = self.page(page, request.page_size, &all);
        let count = i64::try_from(all.len()).unwrap();
        let total = match self.total {
            Total::Exact => Some(count),
            Total::Absent => None,
            Total::Fixed(count) => Some(count),
            Total::Off(by) => Some(count + by),
            Total::Changing => Some((count + 7) * i64::try_from(page % 5).unwrap() - 3),
        };
        let total = total.filter(|_| request.include_count);
        self.answered.lock().unwrap().push(Answered {
            page: request.page,
            rows: ids.clone(),
            total,
        });
        let mut rows: Vec<Row> = ids.into_iter().map(good_row).collect();
        if matches!(quirk, Some(Quirk::BadRow)) {
            rows[0] = Row::Bad {
                id: None,
                error: Error::new(ErrorKind::Row),
            };
        }
        Ok(PageAnswer {
            rows,
            has_next: request.include_count
                && match self.next {
                    Next::Honest => more,
                    Next::Never => false,
                    Next::UpTo(last) => page < last,
                },
            total_count: total,
            counted: request.include_count,
            notices: Notices {
                rate_limit: self.rate_limit,
                ..Notices::default()
            },
        })
    }
}

impl PageSource for FakeAtlas {
    fn fetch(self: Arc<Self>, request: PageRequest) -> PageFuture {
        Box::pin(async move {
            let _in_flight = InFlight::enter(&self);
            request.meter.count();
            self.log.lock().unwrap().push(request.clone());
            let delay = self.delays.get(usize::try_from(request.page - 1).unwrap());
            if let Some(&delay) = delay.filter(|&&delay| delay > 0) {
                tokio::time::sleep(Duration::from_millis(delay)).await;
            }
            self.answer(&request)
        })
    }
}

fn good_row(number: u64) -> Row {
    let snapshot: Snapshot =
        serde_json::from_value(serde_json::json!({ "id": id(number) })).unwrap();
    Row::Good(snapshot)
}

pub(super) fn id(number: u64) -> String {
    format!("{number:024x}")
}

pub(super) fn number(snapshot: &Snapshot) -> u64 {
    u64::from_str_radix(snapshot.id().as_str(), 16).unwrap()
}

/// A listing of the fake that does not retry.
pub(super) fn listing(atlas: &Arc<FakeAtlas>, page_size: u16, prefetch: usize) -> Listing {
    listing_with(atlas, page_size, prefetch, RetryPolicy::none())
}

pub(super) fn listing_with(
    atlas: &Arc<FakeAtlas>,
    page_size: u16,
    prefetch: usize,
    policy: RetryPolicy,
) -> Listing {
    let scope = Scope {
        api: "serverless",
        project: "32b6e34b3d91647abb20e7b8".parse().unwrap(),
        instance: "Instance0".parse().unwrap(),
        page_size: PageSize::new(page_size).unwrap(),
    };
    let patience = Arc::new(Patience::new(policy, Arc::new(SystemTiming)));
    Listing::new(Arc::clone(atlas) as _, patience, scope)
        .prefetch(crate::Prefetch::new(prefetch).unwrap())
}
