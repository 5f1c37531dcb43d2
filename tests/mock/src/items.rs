//! The items of one listing, in listing order, each kept as its JSON text.

use std::collections::{HashSet, VecDeque};
use std::ops::Range;

use chrono::DateTime;
use serde_json::Value;

use crate::fault::DataChange;

/// One place in the listing.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    Visible {
        /// `None` for a literal item without a string in `id`.
        id: Option<String>,
        json: String,
        /// The JSON at the requests after this one, the last of them first.
        later: Vec<String>,
    },
    /// Takes a place and is counted, but is missing from the page that covers it.
    Hidden,
}

impl From<Value> for Item {
    fn from(value: Value) -> Self {
        let id = value.get("id").and_then(Value::as_str);
        Self::Visible {
            id: id.map(ToOwned::to_owned),
            json: value.to_string(),
            later: Vec::new(),
        }
    }
}

impl Item {
    /// An item that is the next one of `states` each time it is sent.
    pub(crate) fn progressing(states: [Value; 3]) -> Self {
        let [first, second, third] = states;
        let mut item = Self::from(first);
        if let Self::Visible { later, .. } = &mut item {
            later.extend([third.to_string(), second.to_string()]);
        }
        item
    }

    fn id(&self) -> Option<&str> {
        match self {
            Self::Visible { id, .. } => id.as_deref(),
            Self::Hidden => None,
        }
    }

    /// The JSON to send now.
    fn send(&mut self) -> Option<String> {
        match self {
            Self::Visible { json, later, .. } => Some(match later.pop() {
                Some(next) => std::mem::replace(json, next),
                None => json.clone(),
            }),
            Self::Hidden => None,
        }
    }

    /// The time at which a completed snapshot was created, in seconds.
    fn completed_at(&self) -> Option<i64> {
        let Self::Visible { json, .. } = self else {
            return None;
        };
        let item: Value = serde_json::from_str(json).ok()?;
        let created = item["createdAt"].as_str()?;
        let created = DateTime::parse_from_rfc3339(created).ok()?.timestamp();
        (item["status"] == "completed").then_some(created)
    }
}

/// Makes the item at an index. No two indices give the same id.
type Generate = Box<dyn Fn(i64) -> Value + Send>;

/// The current items.
pub(crate) struct Items {
    places: VecDeque<Item>,
    /// The ids of the start. No id is used twice, so those still present were always present.
    initial: HashSet<String>,
    generate: Generate,
    /// Index of the next item inserted at the head.
    head: i64,
    /// Index of the next item inserted at the tail.
    tail: i64,
}

impl Items {
    pub(crate) fn new(items: Vec<Item>, generate: impl Fn(i64) -> Value + Send + 'static) -> Self {
        let ids = items.iter().filter_map(Item::id);
        Self {
            initial: ids.map(ToOwned::to_owned).collect(),
            generate: Box::new(generate),
            head: -1,
            tail: i64::try_from(items.len()).unwrap_or(i64::MAX),
            places: items.into(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.places.iter().filter_map(Item::id)
    }

    pub(crate) fn surviving_ids(&self) -> impl Iterator<Item = &str> {
        self.ids().filter(|id| self.initial.contains(*id))
    }

    /// The JSON of the visible items in these places, which must not reach past the end.
    pub(crate) fn json(&mut self, places: Range<usize>) -> impl Iterator<Item = String> {
        self.places.range_mut(places).filter_map(Item::send)
    }

    /// The JSON of the item with this id.
    pub(crate) fn json_of(&mut self, id: &str) -> Option<String> {
        let mut places = self.places.iter_mut();
        places.find(|item| item.id() == Some(id))?.send()
    }

    /// The completed snapshot created closest before this time in seconds, or no item.
    pub(crate) fn closest_before(&self, time: i64) -> Self {
        let completed = self.places.iter();
        let completed = completed.filter_map(|item| Some((item.completed_at()?, item)));
        let before = completed.filter(|(created, _)| *created <= time);
        let closest = before.max_by_key(|(created, _)| *created);
        let items = closest.map(|(_, item)| item.clone());
        Self::new(items.into_iter().collect(), |_| Value::Null)
    }

    /// The JSON of the items past the end of an endless listing.
    pub(crate) fn past_the_end(&self, places: Range<u64>) -> impl Iterator<Item = String> {
        // Far from the indices of all other items, so that no id is repeated. Wraps only at page
        // numbers near 2^63, and stays distinct there.
        const START: i64 = 1 << 20;
        let index = |place: u64| START.wrapping_add(place.cast_signed());
        places.map(move |place| (self.generate)(index(place)).to_string())
    }

    pub(crate) fn change(&mut self, change: DataChange) {
        let len = self.places.len();
        match change {
            DataChange::InsertHead(count) => {
                for _ in 0..count {
                    self.places.push_front((self.generate)(self.head).into());
                    self.head -= 1;
                }
            }
            DataChange::InsertTail(count) => {
                for _ in 0..count {
                    self.places.push_back((self.generate)(self.tail).into());
                    self.tail += 1;
                }
            }
            DataChange::DeleteHead(count) => drop(self.places.drain(..count.min(len))),
            DataChange::DeleteTail(count) => self.places.truncate(len.saturating_sub(count)),
        }
    }
}
