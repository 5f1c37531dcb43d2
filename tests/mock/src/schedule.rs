//! The schedule of the faults: the conditions that choose requests, and the faults of one request.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use axum::response::{IntoResponse, Response};

use crate::connection::Connection;
use crate::fault::Fault;
use crate::items::Items;
use crate::operation::Operation;
use crate::page::{Page, PagePlan};
use crate::query::ListQuery;
use crate::response::{ApiError, CannedResponse};

/// The requests a fault applies to.
///
/// Only valid requests with the required credentials count: one rejected with 400, 401 or 404 is
/// not "the first". Requests are counted in order of arrival, among those for the pages named, so
/// a condition on a page is deterministic however many pages a client reads at once.
///
/// ```
/// use atlas_snapshots_mock::When;
///
/// let _ = When::every(2); // the 2nd, 4th, 6th … request
/// let _ = When::page(3); // every request for page 3
/// let _ = When::first(2).on_page(3); // the first two requests for page 3
/// let _ = When::first(1).of_each_page(); // every page fails once
///
/// // The first request for the clusters of the project "Shop", by its id.
/// use atlas_snapshots_mock::Operation;
/// let id = "32b6e34b3d91647abb20e7b8";
/// let _ = When::first(1).on_operation(Operation::ListGroupClusters).on_path(id);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    turn: Turn,
    pages: RangeInclusive<u64>,
    each_page: bool,
    operation: Option<Operation>,
    path: Option<String>,
}

/// What the conditions look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Requested<'a> {
    /// 0 for a request that belongs to no page.
    pub(crate) page: u64,
    pub(crate) operation: Option<Operation>,
    pub(crate) path: &'a str,
}

impl Requested<'_> {
    /// A request that belongs to no operation.
    pub(crate) const NO_OPERATION: Self = Self {
        page: 0,
        operation: None,
        path: "",
    };
}

/// The requests chosen among those counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Always,
    First(u64),
    After(u64),
    Nth(u64),
    Every(u64),
}

impl When {
    fn turn(turn: Turn) -> Self {
        Self {
            turn,
            pages: 0..=u64::MAX,
            each_page: false,
            operation: None,
            path: None,
        }
    }

    /// Every request.
    #[must_use]
    pub fn always() -> Self {
        Self::turn(Turn::Always)
    }

    /// The first `count` requests.
    #[must_use]
    pub fn first(count: u64) -> Self {
        Self::turn(Turn::First(count))
    }

    /// Every request but the first `count`.
    #[must_use]
    pub fn after(count: u64) -> Self {
        Self::turn(Turn::After(count))
    }

    /// Only the `nth` request, counted from 1.
    #[must_use]
    pub fn nth(nth: u64) -> Self {
        Self::turn(Turn::Nth(nth))
    }

    /// Each request whose number, counted from 1, is a multiple of `step`; with 0, none.
    #[must_use]
    pub fn every(step: u64) -> Self {
        Self::turn(Turn::Every(step))
    }

    /// Every request for this page number.
    #[must_use]
    pub fn page(page: u64) -> Self {
        Self::always().on_page(page)
    }

    /// Restricts the condition to the requests for this page number.
    #[must_use]
    pub fn on_page(self, page: u64) -> Self {
        self.on_pages(page..=page)
    }

    /// Restricts the condition to the requests for these page numbers, counted together.
    #[must_use]
    pub fn on_pages(mut self, pages: RangeInclusive<u64>) -> Self {
        self.pages = pages;
        self
    }

    /// Restricts the condition to the requests of this operation.
    #[must_use]
    pub fn on_operation(mut self, operation: Operation) -> Self {
        self.operation = Some(operation);
        self
    }

    /// Restricts the condition to the requests with this text in their path, such as the id of a
    /// project or `/clusters/orders/`.
    #[must_use]
    pub fn on_path(mut self, part: impl Into<String>) -> Self {
        self.path = Some(part.into());
        self
    }

    /// Counts the requests for each page number separately.
    #[must_use]
    pub fn of_each_page(mut self) -> Self {
        self.each_page = true;
        self
    }

    fn may_apply_to(&self, request: Requested<'_>) -> bool {
        let path = self.path.as_ref();
        self.pages.contains(&request.page)
            && (self.operation.is_none() || self.operation == request.operation)
            && path.is_none_or(|part| request.path.contains(part))
    }
}

/// Entries with the requests they apply to, in the order given, and their counters.
#[derive(Debug, Clone)]
pub(crate) struct Schedule<T>(Vec<Rule<T>>);

#[derive(Debug, Clone)]
struct Rule<T> {
    entry: T,
    when: When,
    /// Requests so far: of each page, or of all under `None`.
    counts: HashMap<Option<u64>, u64>,
}

impl<T> Default for Schedule<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Clone> Schedule<T> {
    pub(crate) fn add(&mut self, entry: T, when: When) {
        self.0.push(Rule {
            entry,
            when,
            counts: HashMap::new(),
        });
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Counts a request, and returns the entries that apply to it.
    pub(crate) fn next(&mut self, request: Requested<'_>) -> Vec<T> {
        let rules = self.0.iter_mut();
        let rules = rules.filter(|rule| rule.when.may_apply_to(request));
        let active = rules.filter_map(
            |Rule {
                 entry,
                 when,
                 counts,
             }| {
                let number = counts
                    .entry(when.each_page.then_some(request.page))
                    .or_default();
                *number += 1;
                let applies = match when.turn {
                    Turn::Always => true,
                    Turn::First(count) => *number <= count,
                    Turn::After(count) => *number > count,
                    Turn::Nth(nth) => *number == nth,
                    // Only 0 is a multiple of 0.
                    Turn::Every(step) => number.is_multiple_of(step),
                };
                applies.then(|| entry.clone())
            },
        );
        active.collect()
    }
}

/// The faults of one request, applied stage by stage.
#[derive(Debug)]
pub(crate) struct ActiveFaults(pub(crate) Vec<Fault>);

impl ActiveFaults {
    /// The response in place of the page, if there is one; `error` renders errors.
    pub(crate) fn response(
        &self,
        query: &ListQuery,
        error: &dyn Fn(&ApiError) -> CannedResponse,
    ) -> Option<CannedResponse> {
        self.0.iter().find_map(|fault| match fault {
            Fault::Response(fault) => fault.response(query, error),
            _ => None,
        })
    }

    /// Reads the page, with the faults in it.
    pub(crate) fn read_page(&self, mut plan: PagePlan<'_>, items: &mut Items) -> Page {
        let faults = self.0.iter().filter_map(|fault| match fault {
            Fault::Page(fault) => Some(fault),
            _ => None,
        });
        faults.clone().for_each(|fault| fault.plan(&mut plan));
        let mut page = plan.read(items);
        faults.for_each(|fault| fault.edit(&mut page));
        page
    }

    /// Changes the data for the requests after this one.
    pub(crate) fn change(&self, items: &mut Items) {
        for fault in &self.0 {
            if let Fault::Data(change) = fault {
                items.change(*change);
            }
        }
    }

    /// Sends the response with the faults of the body, the headers and the connection.
    pub(crate) async fn deliver(
        self,
        mut reply: CannedResponse,
        connection: Connection,
    ) -> Response {
        let (mut delay, mut wire_fault) = (Duration::ZERO, None);
        let mut headers = Vec::new();
        for fault in &self.0 {
            match fault {
                Fault::Body(fault) => fault.apply(&mut reply),
                Fault::Headers(added) => headers.extend(added),
                Fault::Wire(crate::WireFault::Delay(more)) => delay += *more,
                Fault::Wire(fault) => wire_fault = wire_fault.or(Some(*fault)),
                Fault::Response(_) | Fault::Page(_) | Fault::Data(_) => {}
            }
        }
        // After the body, whose faults set headers too.
        for (name, value) in headers {
            reply.set_header(name, value);
        }
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        match wire_fault {
            Some(fault) => connection.deliver(reply, fault).await,
            None => reply.into_response(),
        }
    }
}
