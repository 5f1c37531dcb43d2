//! The generator of snapshots.

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::items::Item;
use crate::settings::{Api, ClusterKind, Fidelity};

/// The number of hourly snapshots between the year 112 and today, after which dates repeat.
const HOURS: i64 = 1 << 24;
/// The number of daily Flex snapshots between the year 590 and today, after which dates repeat.
const DAYS: i64 = 1 << 19;
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

/// The generator of snapshots: the same seed, index and time always give the same item.
///
/// The snapshots of a serverless instance or a dedicated cluster are newest first: a larger index is
/// an older snapshot, and indices below zero are snapshots taken after the listing began. Those of a
/// Flex cluster are in the opposite order.
#[derive(Debug, Clone)]
pub(crate) struct Generator {
    pub(crate) kind: ClusterKind,
    pub(crate) seed: u64,
    pub(crate) fidelity: Fidelity,
    pub(crate) cluster: String,
    /// Address of the listing, which the address of an item extends.
    pub(crate) collection_url: String,
    /// The time before which the snapshots were taken.
    pub(crate) now: DateTime<Utc>,
    /// The number of snapshots.
    pub(crate) count: usize,
}

impl Generator {
    pub(crate) fn item(&self, index: i64) -> Value {
        let noise = self.noise(index);
        let status = match self.kind.api() {
            Api::Flex => {
                let first = usize::try_from(index).ok();
                let first = first.and_then(|at| FLEX_STATUSES.get(at)).copied();
                first.unwrap_or("COMPLETED")
            }
            _ => match first_four(index) {
                Some(at) => STATUSES[at],
                None if noise.is_multiple_of(16) => "failed",
                None => "completed",
            },
        };
        self.item_with(index, status)
    }

    /// All items, the newest of them progressing if wanted.
    pub(crate) fn items(&self, progressing: bool) -> Vec<Item> {
        let mut items: Vec<Item> = (0..)
            .take(self.count)
            .map(|it| self.item(it).into())
            .collect();
        let (newest, states) = match self.kind.api() {
            Api::Flex => (
                items.len().saturating_sub(1),
                ["QUEUED", "RUNNING", "COMPLETED"],
            ),
            _ => (0, ["queued", "inProgress", "completed"]),
        };
        if let (true, Some(item)) = (progressing, items.get_mut(newest)) {
            let index = i64::try_from(newest).unwrap_or(i64::MAX);
            *item = Item::progressing(states.map(|status| self.item_with(index, status)));
        }
        items
    }

    fn item_with(&self, index: i64, status: &str) -> Value {
        match self.kind.api() {
            Api::Flex => self.flex_item(index, status),
            Api::Serverless => self.serverless_item(index, status),
            Api::Cluster => self.cluster_item(index, status),
        }
    }

    fn noise(&self, index: i64) -> u64 {
        scramble(self.seed ^ scramble(index.cast_unsigned()))
    }

    /// What the snapshots of serverless instances and dedicated clusters have in common.
    fn hourly_item(&self, index: i64, status: &str) -> (DateTime<Utc>, bool, Value) {
        let noise = self.noise(index);
        // The first four items have every enum value; most others are completed and hourly.
        let first = first_four(index);
        let (frequency, retention_days) = FREQUENCIES[first.unwrap_or(match noise % 31 {
            0 => 3,
            1..=4 => 2,
            5..=11 => 1,
            _ => 0,
        })];
        let on_demand = first.map_or(noise.is_multiple_of(8), |at| at % 2 == 0);
        let created = self.now - Duration::seconds(index % HOURS * 3_600);
        let id = object_id(created, noise, index);
        let item = json!({
            "id": id,
            "createdAt": date(created),
            "expiresAt": date(created + Duration::days(retention_days)),
            "frequencyType": frequency,
            "links": [{ "href": format!("{}/{id}", self.collection_url), "rel": "self" }],
            "mongodVersion": version(index),
            "snapshotType": if on_demand { "onDemand" } else { "scheduled" },
            "status": status,
            // From some hundred megabytes to four terabytes: most do not fit 32 bits.
            "storageSizeBytes": noise >> (22 + noise % 14),
        });
        (created, on_demand, item)
    }

    fn serverless_item(&self, index: i64, status: &str) -> Value {
        let (created, on_demand, mut item) = self.hourly_item(index, status);
        item["serverlessInstanceName"] = json!(self.cluster);
        if self.fidelity == Fidelity::Live {
            make_live(&mut item, created, on_demand, index);
        }
        item
    }

    /// A snapshot of a replica set or of a sharded cluster. Every sixteenth is of a kind that the
    /// serverless API does not have.
    fn cluster_item(&self, index: i64, status: &str) -> Value {
        let (created, on_demand, mut item) = self.hourly_item(index, status);
        let noise = self.noise(index);
        let part = |number| object_id(created, noise.rotate_left(8), index.wrapping_add(number));
        let is_replica_set = self.kind == ClusterKind::ReplicaSet;
        let set = |item: &mut Value, fields: Value| {
            if let (Some(item), Value::Object(fields)) = (item.as_object_mut(), fields) {
                item.extend(fields);
            }
        };
        let replica_set = |shard: &str| format!("atlas-{:06x}-{shard}", self.seed & 0xff_ffff);
        set(
            &mut item,
            json!({
                "type": if is_replica_set { "replicaSet" } else { "shardedCluster" },
                "cloudProvider": "AWS",
                "copyRegions": if noise.is_multiple_of(3) { json!(["EU_WEST_1"]) } else { json!([]) },
                "description": if on_demand { "Before the upgrade." } else { "" },
                "masterKeyUUID": format!(
                    "{:08x}-0000-4000-8000-{:012x}", self.seed >> 32, self.seed & 0xffff_ffff
                ),
                "policyItems": if on_demand { json!([]) } else { json!([part(0x10_0000)]) },
                "replicaSetName": replica_set("shard-0"),
            }),
        );
        match index.rem_euclid(16) {
            4 => item["frequencyType"] = json!("yearly"),
            5 => item["snapshotType"] = json!("fallback"),
            _ => {}
        }
        if !is_replica_set {
            let member = |number: i64, provider: &str, shard: &str| {
                let name = replica_set(shard);
                json!({ "cloudProvider": provider, "id": part(number), "replicaSetName": name })
            };
            set(
                &mut item,
                json!({
                    "configServerType": if index % 2 == 0 { "EMBEDDED" } else { "DEDICATED" },
                    "members": [
                        member(0x20_0000, "AWS", "shard-0"),
                        member(0x30_0000, "AZURE", "shard-1"),
                        member(0x40_0000, "GCP", "config-0"),
                    ],
                    "snapshotIds": [part(0x20_0000), part(0x30_0000), part(0x40_0000)],
                }),
            );
        }
        if self.fidelity == Fidelity::Live {
            make_live(&mut item, created, on_demand, index);
        }
        if status == "queued" || status == "inProgress" {
            item["storageSizeBytes"] = json!(0);
            remove(&mut item, &["createdAt", "mongodVersion", "cloudProvider"]);
        }
        item
    }

    /// A daily snapshot: a larger index is a newer one.
    fn flex_item(&self, index: i64, status: &str) -> Value {
        let noise = self.noise(index);
        let age = i64::try_from(self.count).unwrap_or(i64::MAX) - 1 - index;
        // The newest one ended within the hour.
        let scheduled = self.now - Duration::seconds(age % DAYS * 86_400 + 3_600);
        let started = scheduled + Duration::seconds((noise % 600).cast_signed());
        let mut item = json!({
            "id": object_id(scheduled, noise, index),
            "scheduledTime": date(scheduled),
            "startTime": date(started),
            "finishTime": date(started + Duration::seconds((noise % 97).cast_signed())),
            "expiration": date(scheduled + Duration::days(8)),
            "mongoDBVersion": version(index),
            "status": status,
        });
        // Events that have not happened yet have no time. A failure has one.
        let missing: &[&str] = match status {
            "PENDING" | "QUEUED" => &["startTime", "finishTime", "mongoDBVersion"],
            "RUNNING" => &["finishTime"],
            _ => &[],
        };
        remove(&mut item, missing);
        item
    }
}

fn first_four(index: i64) -> Option<usize> {
    usize::try_from(index).ok().filter(|index| *index < 4)
}

fn remove(item: &mut Value, missing: &[&str]) {
    if let Some(fields) = item.as_object_mut() {
        fields.retain(|name, _| !missing.contains(&name.as_str()));
    }
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
        remove(item, &["createdAt", "mongodVersion"]);
    }
}

pub(crate) fn version(index: i64) -> &'static str {
    VERSIONS[usize::try_from(index.rem_euclid(4)).unwrap_or_default()]
}

/// 24 hexadecimal digits laid out like an `ObjectId`: seconds, a random part, and a counter that
/// keeps any 16 million neighbours distinct.
pub(crate) fn object_id(created: DateTime<Utc>, noise: u64, index: i64) -> String {
    let seconds = created.timestamp() & 0xffff_ffff;
    let random = noise & 0xff_ffff_ffff;
    let counter = index.wrapping_add(0x80_0000) & 0xff_ffff;
    format!("{seconds:08x}{random:010x}{counter:06x}")
}

pub(crate) fn date(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// One step of `SplitMix64`, which is the same on every platform and in every release.
pub(crate) fn scramble(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// FNV-1a, which is the same on every platform and in every release.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
