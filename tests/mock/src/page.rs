//! One page of the listing.

use std::ops::Range;

use serde_json::Value;

use crate::links::{LinkContext, Links};
use crate::query::ListQuery;
use crate::rows::Rows;
use crate::total_count::TotalCount;

/// What to read, and how to describe it.
#[derive(Debug, Clone)]
pub(crate) struct PagePlan<'a> {
    pub(crate) query: ListQuery,
    pub(crate) base_url: &'a str,
    pub(crate) path: &'a str,
    pub(crate) links: Links,
    pub(crate) total_count: TotalCount,
    /// Whether places past the end hold rows too.
    pub(crate) endless: bool,
}

impl PagePlan<'_> {
    /// The places the page covers, past the end or not, for any page number.
    fn places(&self) -> Range<u64> {
        let ListQuery {
            page_num,
            items_per_page,
            ..
        } = self.query;
        let start = page_num.saturating_sub(1).saturating_mul(items_per_page);
        start..start.saturating_add(items_per_page)
    }
}

/// The three properties of a page.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) links: Option<Value>,
    pub(crate) results: Results,
    pub(crate) total_count: Option<i64>,
}

/// The property `results`, as JSON text.
#[derive(Debug, Clone)]
pub(crate) enum Results {
    Rows(Vec<String>),
    Other(String),
    Missing,
}

impl Page {
    /// The page of `plan`, of the data as it is now.
    pub(crate) fn read(plan: &PagePlan<'_>, rows: &Rows) -> Self {
        let (places, len) = (plan.places(), rows.len());
        let within = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(len);
        let window = within(places.start)..within(places.end);
        let context = LinkContext {
            base_url: plan.base_url,
            path: plan.path,
            query: &plan.query,
            more: plan.endless || window.end < len,
        };
        let mut results: Vec<_> = rows.json(window.clone()).map(ToOwned::to_owned).collect();
        if plan.endless {
            let first = places.start.saturating_add(window.len() as u64);
            results.extend(rows.beyond(first..places.end));
        }
        Self {
            links: plan.links.render(&context),
            results: Results::Rows(results),
            total_count: plan
                .total_count
                .of(len)
                .filter(|_| plan.query.include_count),
        }
    }

    /// The page of `plan`, of no data at all.
    pub(crate) fn empty(plan: &PagePlan<'_>) -> Self {
        let context = LinkContext {
            base_url: plan.base_url,
            path: plan.path,
            query: &plan.query,
            more: false,
        };
        Self {
            links: plan.links.render(&context),
            results: Results::Rows(Vec::new()),
            total_count: plan.query.include_count.then_some(0),
        }
    }

    /// Joins texts rather than building a tree: the mock should cost a benchmark little.
    pub(crate) fn to_json(&self) -> String {
        let links = self
            .links
            .as_ref()
            .map(|links| format!("\"links\":{links}"));
        let results = match &self.results {
            Results::Rows(rows) => Some(format!("\"results\":[{}]", rows.join(","))),
            Results::Other(json) => Some(format!("\"results\":{json}")),
            Results::Missing => None,
        };
        let total_count = self
            .total_count
            .map(|count| format!("\"totalCount\":{count}"));
        let properties: Vec<_> = [links, results, total_count]
            .into_iter()
            .flatten()
            .collect();
        format!("{{{}}}", properties.join(","))
    }
}
