//! The data set: rows in listing order, each kept as the JSON text it is sent as.

use std::collections::{HashSet, VecDeque};
use std::ops::Range;

use serde_json::Value;

use crate::fault::DataChange;
use crate::snapshot::Generator;

/// Index of the first row past the end of an endless listing: far from all others, whose ids
/// must not come twice.
const BEYOND: i64 = 1 << 20;

/// One place in the listing.
#[derive(Debug, Clone)]
pub(crate) enum Row {
    Shown {
        /// `None` for a literal row without a string in `id`.
        id: Option<String>,
        json: String,
    },
    /// Takes a place and counts, but is not shown: the page that holds it comes short.
    Hidden,
}

impl From<Value> for Row {
    fn from(value: Value) -> Self {
        let id = value
            .get("id")
            .and_then(Value::as_str)
            .map(ToOwned::to_owned);
        Self::Shown {
            id,
            json: value.to_string(),
        }
    }
}

impl Row {
    fn id(&self) -> Option<&str> {
        match self {
            Self::Shown { id, .. } => id.as_deref(),
            Self::Hidden => None,
        }
    }

    fn json(&self) -> Option<&str> {
        match self {
            Self::Shown { json, .. } => Some(json),
            Self::Hidden => None,
        }
    }
}

/// The rows there are now.
#[derive(Debug)]
pub(crate) struct Rows {
    places: VecDeque<Row>,
    /// The ids there were at the start; ids never return, so those still there were always.
    initial: HashSet<String>,
    generator: Generator,
    /// Indices of the next row at the head and at the tail.
    newer: i64,
    older: i64,
}

impl Rows {
    pub(crate) fn new(rows: Vec<Row>, generator: Generator) -> Self {
        let initial = rows
            .iter()
            .filter_map(Row::id)
            .map(ToOwned::to_owned)
            .collect();
        let older = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        Self {
            places: rows.into(),
            initial,
            generator,
            newer: -1,
            older,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.places.iter().filter_map(Row::id)
    }

    pub(crate) fn surviving_ids(&self) -> impl Iterator<Item = &str> {
        self.ids().filter(|id| self.initial.contains(*id))
    }

    /// The JSON of the rows shown in these places, which must not reach past the end.
    pub(crate) fn json(&self, places: Range<usize>) -> impl Iterator<Item = &str> {
        self.places.range(places).filter_map(Row::json)
    }

    /// The JSON of rows that go on for ever after the last.
    pub(crate) fn beyond(&self, places: Range<u64>) -> impl Iterator<Item = String> {
        // Wraps only at page numbers near 2^63, and stays distinct even there.
        let index = |place: u64| BEYOND.wrapping_add(place.cast_signed());
        places.map(move |place| self.generator.row(index(place)).to_string())
    }

    pub(crate) fn change(&mut self, change: DataChange) {
        let len = self.places.len();
        match change {
            DataChange::InsertHead(count) => {
                for _ in 0..count {
                    self.places
                        .push_front(self.generator.row(self.newer).into());
                    self.newer -= 1;
                }
            }
            DataChange::InsertTail(count) => {
                for _ in 0..count {
                    self.places.push_back(self.generator.row(self.older).into());
                    self.older += 1;
                }
            }
            DataChange::DeleteHead(count) => drop(self.places.drain(..count.min(len))),
            DataChange::DeleteTail(count) => self.places.truncate(len.saturating_sub(count)),
        }
    }
}
