use serde_json::Value;

use super::row::RowFault;
use crate::links::Links;
use crate::page::{Page, PagePlan, Results};
use crate::total_count::TotalCount;

/// A page of the right shape with the wrong content, or nearly.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum PageFault {
    /// No rows, though links and count are those of the full page. The rows are lost: no other
    /// page has them. For empty and short pages that lose nothing, see
    /// [`MockAtlasBuilder::hidden`](crate::MockAtlasBuilder::hidden).
    Empty,
    /// The first so many rows only; the others are lost.
    Short(usize),
    /// The page of this number, whichever was asked for: its rows, and its links.
    Repeat(u64),
    /// The listing never ends: places past the end hold made-up rows, new on every page, and
    /// there is always a `next`.
    Endless,
    /// Another `totalCount` than the mock's usual one.
    TotalCount(TotalCount),
    /// Other links than the mock's usual ones.
    Links(Links),
    /// No `results` at all.
    NoResults,
    /// This in place of the array of `results`: `null`, an object, a text.
    Results(Value),
    /// One odd row among good ones.
    Row {
        /// Which one of the page, counted from 0. Places past its end are ignored.
        place: usize,
        /// What is wrong with it.
        fault: RowFault,
    },
}

impl PageFault {
    /// Before the page is read: what to read.
    pub(super) fn plan(&self, plan: &mut PagePlan<'_>) {
        match self {
            Self::Repeat(page) => plan.query.page_num = *page,
            Self::Endless => plan.endless = true,
            Self::TotalCount(total_count) => plan.total_count = *total_count,
            Self::Links(links) => plan.links = *links,
            Self::Empty
            | Self::Short(_)
            | Self::NoResults
            | Self::Results(_)
            | Self::Row { .. } => {}
        }
    }

    /// After the page is read: what to send of it.
    pub(super) fn edit(&self, page: &mut Page) {
        match (self, &mut page.results) {
            (Self::NoResults, results) => *results = Results::Missing,
            (Self::Results(value), results) => *results = Results::Other(value.to_string()),
            (Self::Empty, Results::Rows(rows)) => rows.clear(),
            (Self::Short(len), Results::Rows(rows)) => rows.truncate(*len),
            (Self::Row { place, fault }, Results::Rows(rows)) => {
                if let Some(row) = rows.get_mut(*place) {
                    *row = fault.apply(row);
                }
            }
            _ => {}
        }
    }
}
