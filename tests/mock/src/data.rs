//! The data set: generated or literal items in listing order, each kept as its JSON text.

use std::collections::{HashSet, VecDeque};
use std::ops::Range;

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::fault::DataChange;
use crate::settings::{ClusterKind, Fidelity};

/// One place in the listing.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    Visible {
        /// `None` for a literal item without a string in `id`.
        id: Option<String>,
        json: String,
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
        }
    }
}

impl Item {
    fn id(&self) -> Option<&str> {
        match self {
            Self::Visible { id, .. } => id.as_deref(),
            Self::Hidden => None,
        }
    }

    fn json(&self) -> Option<&str> {
        match self {
            Self::Visible { json, .. } => Some(json),
            Self::Hidden => None,
        }
    }
}

/// The current items.
#[derive(Debug)]
pub(crate) struct Items {
    places: VecDeque<Item>,
    /// The ids of the start. No id is used twice, so those still present were always present.
    initial: HashSet<String>,
    generator: Generator,
    /// Index of the next item inserted at the head.
    head: i64,
    /// Index of the next item inserted at the tail.
    tail: i64,
}

impl Items {
    pub(crate) fn new(items: Vec<Item>, generator: Generator) -> Self {
        let ids = items.iter().filter_map(Item::id);
        Self {
            initial: ids.map(ToOwned::to_owned).collect(),
            generator,
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
    pub(crate) fn json(&self, places: Range<usize>) -> impl Iterator<Item = String> {
        let visible = self.places.range(places).filter_map(Item::json);
        visible.map(ToOwned::to_owned)
    }

    /// The JSON of the items past the end of an endless listing.
    pub(crate) fn past_the_end(&self, places: Range<u64>) -> impl Iterator<Item = String> {
        // Far from the indices of all other items, so that no id is repeated. Wraps only at page
        // numbers near 2^63, and stays distinct there.
        const START: i64 = 1 << 20;
        let index = |place: u64| START.wrapping_add(place.cast_signed());
        places.map(move |place| self.generator.item(index(place)).to_string())
    }

    pub(crate) fn change(&mut self, change: DataChange) {
        let len = self.places.len();
        match change {
            DataChange::InsertHead(count) => {
                for _ in 0..count {
                    self.places
                        .push_front(self.generator.item(self.head).into());
                    self.head -= 1;
                }
            }
            DataChange::InsertTail(count) => {
                for _ in 0..count {
                    self.places.push_back(self.generator.item(self.tail).into());
                    self.tail += 1;
                }
            }
            DataChange::DeleteHead(count) => drop(self.places.drain(..count.min(len))),
            DataChange::DeleteTail(count) => self.places.truncate(len.saturating_sub(count)),
        }
    }
}

/// Creation time of the item at index 0: 2026-01-20T12:00:00Z, just before the sunset.
const NEWEST: i64 = 1_768_910_400;
/// The number of hourly snapshots between the year 112 and the newest, after which dates repeat.
const HOURS: i64 = 1 << 24;
/// The number of daily Flex snapshots in a few thousand years, after which dates repeat.
const DAYS: i64 = 1 << 20;
/// The documented values, used by the first items in this order.
const STATUSES: [&str; 4] = ["queued", "inProgress", "completed", "failed"];
const FLEX_STATUSES: [&str; 5] = ["COMPLETED", "FAILED", "RUNNING", "QUEUED", "PENDING"];
/// Frequencies with their retention in days.
const FREQUENCIES: [(&str, i64); 4] = [
    ("hourly", 2),
    ("daily", 7),
    ("weekly", 28),
    ("monthly", 365),
];
const VERSIONS: [&str; 4] = ["8.0.4", "8.0.3", "7.0.16", "8.2.0"];

/// The generator of snapshots: the same seed and index always give the same item.
///
/// The snapshots of a serverless instance are newest first: a larger index is an older snapshot,
/// and indices below zero are snapshots taken after the listing began. Those of a Flex cluster
/// are in the opposite order.
#[derive(Debug, Clone)]
pub(crate) struct Generator {
    pub(crate) kind: ClusterKind,
    pub(crate) seed: u64,
    pub(crate) fidelity: Fidelity,
    pub(crate) cluster: String,
    /// Address of the listing, which the address of an item extends.
    pub(crate) collection_url: String,
}

impl Generator {
    pub(crate) fn item(&self, index: i64) -> Value {
        let noise = scramble(self.seed ^ scramble(index.cast_unsigned()));
        match self.kind {
            ClusterKind::Serverless => self.serverless_item(index, noise),
            ClusterKind::Flex => flex_item(index, noise),
        }
    }

    fn serverless_item(&self, index: i64, noise: u64) -> Value {
        // The first four items have every enum value; most others are completed and hourly.
        let first = usize::try_from(index).ok().filter(|index| *index < 4);
        let usual_status = if noise.is_multiple_of(16) {
            "failed"
        } else {
            "completed"
        };
        let status = first.map_or(usual_status, |at| STATUSES[at]);
        let (frequency, retention_days) = FREQUENCIES[first.unwrap_or(match noise % 31 {
            0 => 3,
            1..=4 => 2,
            5..=11 => 1,
            _ => 0,
        })];
        let on_demand = first.map_or(noise.is_multiple_of(8), |at| at % 2 == 0);
        let created = DateTime::UNIX_EPOCH + Duration::seconds(NEWEST - index % HOURS * 3_600);
        let id = object_id(created, noise, index);
        let mut item = json!({
            "id": id,
            "createdAt": date(created),
            "expiresAt": date(created + Duration::days(retention_days)),
            "frequencyType": frequency,
            "links": [{ "href": format!("{}/{id}", self.collection_url), "rel": "self" }],
            "mongodVersion": version(index),
            "serverlessInstanceName": self.cluster,
            "snapshotType": if on_demand { "onDemand" } else { "scheduled" },
            "status": status,
            // From some hundred megabytes to four terabytes: most do not fit 32 bits.
            "storageSizeBytes": noise >> (22 + noise % 14),
        });
        if self.fidelity == Fidelity::Live {
            make_live(&mut item, created, on_demand, index);
        }
        item
    }
}

/// A daily snapshot: a larger index is a newer one.
fn flex_item(index: i64, noise: u64) -> Value {
    let status = usize::try_from(index).ok();
    let status = status.and_then(|at| FLEX_STATUSES.get(at)).copied();
    let scheduled = DateTime::UNIX_EPOCH + Duration::seconds(NEWEST + index % DAYS * 86_400);
    let started = scheduled + Duration::seconds((noise % 600).cast_signed());
    let mut item = json!({
        "id": object_id(scheduled, noise, index),
        "scheduledTime": date(scheduled),
        "startTime": date(started),
        "finishTime": date(started + Duration::seconds((noise % 97).cast_signed())),
        "expiration": date(scheduled + Duration::days(8)),
        "mongoDBVersion": version(index),
        "status": status.unwrap_or("COMPLETED"),
    });
    // Events that have not happened yet have no time. A failure has one.
    let missing: &[&str] = match status {
        Some("PENDING" | "QUEUED") => &["startTime", "finishTime", "mongoDBVersion"],
        Some("RUNNING") => &["finishTime"],
        _ => &[],
    };
    if let Some(fields) = item.as_object_mut() {
        fields.retain(|name, _| !missing.contains(&name.as_str()));
    }
    item
}

/// Rewrites a documented item as the service has been recorded to write it.
fn make_live(item: &mut Value, created: DateTime<Utc>, on_demand: bool, index: i64) {
    if on_demand {
        item["frequencyType"] = json!("ondemand");
    }
    let fractional = created + Duration::milliseconds(123);
    match index.rem_euclid(5) {
        1 => {
            item["createdAt"] = json!(fractional.to_rfc3339_opts(SecondsFormat::Millis, true));
        }
        2 => item["createdAt"] = json!(created.to_rfc3339()),
        3 => item["mongodVersion"] = json!("8.0.29-rc1"),
        _ => {}
    }
    if item["status"] == "queued" {
        item["storageSizeBytes"] = json!(0);
        if let Some(fields) = item.as_object_mut() {
            fields.remove("createdAt");
            fields.remove("mongodVersion");
        }
    }
}

fn version(index: i64) -> &'static str {
    VERSIONS[usize::try_from(index.rem_euclid(4)).unwrap_or_default()]
}

/// 24 hexadecimal digits laid out like an `ObjectId`: seconds, a random part, and a counter that
/// keeps any 16 million neighbours distinct.
fn object_id(created: DateTime<Utc>, noise: u64, index: i64) -> String {
    let seconds = created.timestamp() & 0xffff_ffff;
    let random = noise & 0xff_ffff_ffff;
    let counter = index.wrapping_add(0x80_0000) & 0xff_ffff;
    format!("{seconds:08x}{random:010x}{counter:06x}")
}

fn date(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// One step of `SplitMix64`, which is the same on every platform and in every release.
fn scramble(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
