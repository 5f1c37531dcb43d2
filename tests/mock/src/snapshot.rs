//! Made-up snapshots: the same seed and index always give the same row.

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::cluster::ClusterKind;
use crate::dialect::Dialect;

/// Creation time of the row at index 0: 2026-01-20T12:00:00Z, just before the sunset.
const NEWEST: i64 = 1_768_910_400;
/// How many hourly snapshots fit between the year 112 and the newest, before dates come again.
const HOURS: i64 = 1 << 24;
/// The documented values, in the order of the first rows, so that a handful shows them all.
const STATUSES: [&str; 4] = ["queued", "inProgress", "completed", "failed"];
/// The same for Flex.
const FLEX_STATUSES: [&str; 5] = ["COMPLETED", "FAILED", "RUNNING", "QUEUED", "PENDING"];
/// How many daily snapshots fit into a few thousand years, before dates come again.
const DAYS: i64 = 1 << 20;
const FREQUENCIES: [(&str, i64); 4] = [
    ("hourly", 2),
    ("daily", 7),
    ("weekly", 28),
    ("monthly", 365),
];
const VERSIONS: [&str; 4] = ["8.0.4", "8.0.3", "7.0.16", "8.2.0"];

/// Makes rows. Of a serverless instance newest first: a larger index is an older snapshot, and
/// indices below zero are the snapshots taken after the listing began. Of a Flex cluster the other
/// way round.
#[derive(Debug, Clone)]
pub(crate) struct Generator {
    pub(crate) kind: ClusterKind,
    pub(crate) seed: u64,
    pub(crate) dialect: Dialect,
    pub(crate) instance: String,
    /// Address of the listing; a row's own address is below it.
    pub(crate) collection_url: String,
}

impl Generator {
    pub(crate) fn row(&self, index: i64) -> Value {
        match self.kind {
            ClusterKind::Serverless => self.serverless_row(index),
            ClusterKind::Flex => self.flex_row(index),
        }
    }

    fn serverless_row(&self, index: i64) -> Value {
        let noise = scramble(self.seed ^ scramble(index.cast_unsigned()));
        // The first four rows show every enum value; the rest is mostly completed and hourly.
        let pick = usize::try_from(index).ok().filter(|index| *index < 4);
        let status = pick.map_or(
            if noise.is_multiple_of(16) {
                "failed"
            } else {
                "completed"
            },
            |at| STATUSES[at],
        );
        let (frequency, retention_days) = FREQUENCIES[pick.unwrap_or(match noise % 31 {
            0 => 3,
            1..=4 => 2,
            5..=11 => 1,
            _ => 0,
        })];
        let on_demand = pick.map_or(noise.is_multiple_of(8), |at| at % 2 == 0);
        let created = DateTime::UNIX_EPOCH + Duration::seconds(NEWEST - index % HOURS * 3_600);
        let id = object_id(created, noise, index);
        let mut row = json!({
            "id": id,
            "createdAt": date(created),
            "expiresAt": date(created + Duration::days(retention_days)),
            "frequencyType": frequency,
            "links": [{ "href": format!("{}/{id}", self.collection_url), "rel": "self" }],
            "mongodVersion": VERSIONS[usize::try_from(index.rem_euclid(4)).unwrap_or_default()],
            "serverlessInstanceName": self.instance,
            "snapshotType": if on_demand { "onDemand" } else { "scheduled" },
            "status": status,
            // From some hundred megabytes to four terabytes: most do not fit 32 bits.
            "storageSizeBytes": noise >> (22 + noise % 14),
        });
        if self.dialect == Dialect::Live {
            speak_live(&mut row, created, on_demand, index);
        }
        row
    }
}

impl Generator {
    /// A daily snapshot: a larger index is a newer one.
    fn flex_row(&self, index: i64) -> Value {
        let noise = scramble(self.seed ^ scramble(index.cast_unsigned()));
        let pick = usize::try_from(index).ok();
        let status = pick.and_then(|at| FLEX_STATUSES.get(at)).copied();
        let scheduled = DateTime::UNIX_EPOCH + Duration::seconds(NEWEST + index % DAYS * 86_400);
        let started = scheduled + Duration::seconds((noise % 600).cast_signed());
        let mut row = json!({
            "id": object_id(scheduled, noise, index),
            "scheduledTime": date(scheduled),
            "startTime": date(started),
            "finishTime": date(started + Duration::seconds((noise % 97).cast_signed())),
            "expiration": date(scheduled + Duration::days(8)),
            "mongoDBVersion": VERSIONS[usize::try_from(index.rem_euclid(4)).unwrap_or_default()],
            "status": status.unwrap_or("COMPLETED"),
        });
        // What has not happened yet has no time. A failure has one.
        let missing: &[&str] = match status {
            Some("PENDING" | "QUEUED") => &["startTime", "finishTime", "mongoDBVersion"],
            Some("RUNNING") => &["finishTime"],
            _ => &[],
        };
        if let Some(row) = row.as_object_mut() {
            row.retain(|name, _| !missing.contains(&name.as_str()));
        }
        row
    }
}

/// Rewrites a documented row the way the service has been recorded to write it.
fn speak_live(row: &mut Value, created: DateTime<Utc>, on_demand: bool, index: i64) {
    if on_demand {
        row["frequencyType"] = json!("ondemand");
    }
    match index.rem_euclid(5) {
        1 => row["createdAt"] = json!(fractional(created)),
        2 => row["createdAt"] = json!(created.to_rfc3339()),
        3 => row["mongodVersion"] = json!("8.0.29-rc1"),
        _ => {}
    }
    if row["status"] == "queued" {
        row["storageSizeBytes"] = json!(0);
        if let Some(row) = row.as_object_mut() {
            row.remove("createdAt");
            row.remove("mongodVersion");
        }
    }
}

/// 24 hexadecimal digits laid out like an `ObjectId`: seconds, a random part, and a counter
/// which keeps any 16 million neighbours distinct.
fn object_id(created: DateTime<Utc>, noise: u64, index: i64) -> String {
    let seconds = created.timestamp() & 0xffff_ffff;
    let random = noise & 0xff_ffff_ffff;
    let counter = index.wrapping_add(0x80_0000) & 0xff_ffff;
    format!("{seconds:08x}{random:010x}{counter:06x}")
}

fn date(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn fractional(time: DateTime<Utc>) -> String {
    (time + Duration::milliseconds(123)).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// One step of `SplitMix64`: well mixed, and the same on every platform and in every release.
fn scramble(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
