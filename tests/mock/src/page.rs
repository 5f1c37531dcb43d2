//! One page of the listing.

use serde_json::{Value, json};

use crate::items::Items;
use crate::query::ListQuery;
use crate::settings::{Links, TotalCount};

/// Origin of the foreign links: a name that is reserved never to resolve (RFC 6761), so that a
/// client that follows one cannot leak anything.
const FOREIGN_ORIGIN: &str = "http://atlas.invalid";

/// The part of the data that a page covers, and how the page describes it.
#[derive(Debug, Clone)]
pub(crate) struct PagePlan<'a> {
    pub(crate) query: ListQuery,
    pub(crate) base_url: &'a str,
    pub(crate) path: &'a str,
    pub(crate) links: Links,
    pub(crate) total_count: TotalCount,
    /// Places past the end hold items too.
    pub(crate) endless: bool,
}

/// The three properties of a page.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    links: Option<Value>,
    pub(crate) results: Results,
    total_count: Option<i64>,
}

/// The property `results`, as JSON text.
#[derive(Debug, Clone)]
pub(crate) enum Results {
    Items(Vec<String>),
    Other(String),
    Missing,
}

impl PagePlan<'_> {
    /// The page of the current data.
    pub(crate) fn read(&self, items: &mut Items) -> Page {
        let (query, len) = (&self.query, items.len());
        let start = (query.page_num.saturating_sub(1)).saturating_mul(query.items_per_page);
        let end = start.saturating_add(query.items_per_page);
        let within = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(len);
        let window = within(start)..within(end);
        let mut results: Vec<_> = items.json(window.clone()).collect();
        if self.endless {
            let first = start.saturating_add(window.len() as u64);
            results.extend(items.past_the_end(first..end));
        }
        let total_count = self.total_count.of(len);
        Page {
            links: self.links(self.endless || window.end < len),
            results: Results::Items(results),
            total_count: total_count.filter(|_| query.include_count),
        }
    }

    /// The page of an empty data set.
    pub(crate) fn empty(&self) -> Page {
        Page {
            links: self.links(false),
            results: Results::Items(Vec::new()),
            total_count: self.query.include_count.then_some(0),
        }
    }

    /// The value of `links`, or `None` to leave the property out; `more` if items follow.
    fn links(&self, more: bool) -> Option<Value> {
        let query = &self.query;
        let origin = match self.links {
            Links::Foreign => FOREIGN_ORIGIN,
            _ => self.base_url,
        };
        let link = |rel: &str, page: u64| {
            let href = format!(
                "{origin}{}?includeCount={}&itemsPerPage={}&pageNum={page}",
                self.path, query.include_count, query.items_per_page,
            );
            json!({ "href": href, "rel": rel })
        };
        let has_next = match self.links {
            Links::Missing => return None,
            Links::NeverNext => false,
            Links::AlwaysNext => true,
            Links::Documented | Links::Foreign => more && query.include_count,
        };
        let mut links = vec![link("self", query.page_num)];
        if query.page_num > 1 {
            links.push(link("previous", query.page_num - 1));
        }
        if has_next {
            links.push(link("next", query.page_num.saturating_add(1)));
        }
        Some(Value::Array(links))
    }
}

impl Page {
    /// Joins texts instead of building a tree, to keep the cost for benchmarks low.
    pub(crate) fn to_json(&self) -> String {
        let links = self.links.as_ref();
        let results = match &self.results {
            Results::Items(items) => Some(format!("\"results\":[{}]", items.join(","))),
            Results::Other(json) => Some(format!("\"results\":{json}")),
            Results::Missing => None,
        };
        let properties = [
            links.map(|links| format!("\"links\":{links}")),
            results,
            self.total_count
                .map(|count| format!("\"totalCount\":{count}")),
        ];
        let properties: Vec<_> = properties.into_iter().flatten().collect();
        format!("{{{}}}", properties.join(","))
    }
}
