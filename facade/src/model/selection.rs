//! Selections from the snapshots of a cluster.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::snapshot::Snapshot;
use super::snapshot_fields::SnapshotStatus;

/// How far ahead of this machine's clock the one of Atlas may be. A snapshot dated later by more
/// shows that one of them is wrong.
const CLOCK_SKEW: Duration = Duration::from_secs(5 * 60);

mod sealed {
    pub trait Sealed {}

    impl Sealed for [super::Snapshot] {}
}

/// Selections from the snapshots of one cluster, on any slice of them:
/// [`Collected<Snapshot>`](crate::Collected) and `Vec<Snapshot>` dereference to one.
///
/// The rules are the same for all of them:
///
/// - Times are compared, and the order of the list plays no role: some APIs list the newest snapshot
///   first, and Flex the oldest. Of equal times, the greater id is the later one.
/// - The time of a snapshot is [`Snapshot::created_at`], which of Flex is when it finished.
/// - A snapshot is completed or failed if its [status](Snapshot::status) is exactly that. One
///   without a status, or with an undocumented one, is neither.
/// - A bound in time is inclusive: *before t* is at or before t, and *since t* is at or after it.
/// - Snapshots that expired count as long as they are listed.
///
/// They say what is in the slice. Whether the list was complete is said by
/// [`Summary::completeness`](crate::Summary::completeness), and
/// [`Freshness`](crate::Freshness) takes it into account.
///
/// ```
/// use std::time::Duration;
/// use atlas_snapshots::chrono::{DateTime, Utc};
/// use atlas_snapshots::{Snapshot, SnapshotSource, SnapshotStatus, SnapshotsExt};
///
/// let at = |text: &str| text.parse::<DateTime<Utc>>();
/// let snapshot = |id: &str| Snapshot::new(id, SnapshotSource::Cluster);
/// let monday = snapshot("6a0000000000000000000001")
///     .with_status(SnapshotStatus::Completed)
///     .with_created_at(at("2026-11-02T04:00:00Z")?);
/// let tuesday = snapshot("6a0000000000000000000002")
///     .with_status(SnapshotStatus::Failed)
///     .with_created_at(at("2026-11-03T04:00:00Z")?);
/// let queued = snapshot("6a0000000000000000000003").with_status(SnapshotStatus::Queued);
///
/// let snapshots = vec![queued, tuesday.clone(), monday.clone()];
/// let now = at("2026-11-03T12:00:00Z")?;
/// assert_eq!(snapshots.latest_completed(), Some(&monday));
/// assert_eq!(snapshots.completed_within(Duration::from_secs(26 * 3_600), now), None);
/// assert_eq!(snapshots.failed_since(at("2026-11-03T00:00:00Z")?), [&tuesday]);
/// # Ok::<(), atlas_snapshots::chrono::ParseError>(())
/// ```
pub trait SnapshotsExt: sealed::Sealed {
    /// The newest completed snapshot; `None` where none is completed and has a date.
    fn latest_completed(&self) -> Option<&Snapshot>;

    /// The newest snapshot completed at or before `time`: the one to restore for that moment.
    fn completed_before(&self, time: DateTime<Utc>) -> Option<&Snapshot>;

    /// The newest completed snapshot, if its age at `now` is at most `age`.
    ///
    /// A snapshot dated up to five minutes after `now` has age zero, since the clocks of two
    /// machines differ. One dated later is passed over: with a clock so wrong, it would count
    /// however old it is.
    fn completed_within(&self, age: Duration, now: DateTime<Utc>) -> Option<&Snapshot>;

    /// The snapshots of any status that expire at or before `time`, the one that expires first at
    /// the front. Those without an [expiry](Snapshot::expires_at) are left out.
    fn expiring_before(&self, time: DateTime<Utc>) -> Vec<&Snapshot>;

    /// The snapshots that failed at or after `time`, the oldest first.
    ///
    /// The time of one without [`created_at`](Snapshot::created_at) is when it started or was
    /// scheduled. One without any of these is included, at the end, since nothing shows that it
    /// failed earlier.
    fn failed_since(&self, time: DateTime<Utc>) -> Vec<&Snapshot>;

    /// The size of all snapshots of any status, and the number of those whose size is not known.
    fn total_bytes(&self) -> TotalBytes;

    /// The times longer than `longest` in which no snapshot was completed, the oldest first: those
    /// between two completed snapshots that follow each other, and the one from the newest of
    /// them until `now`, which [is open](Gap::is_open).
    ///
    /// Where no snapshot is completed, there is no gap, but
    /// [`latest_completed`](Self::latest_completed) is `None`. Atlas deletes hourly snapshots
    /// earlier than daily ones, and so on, so the older snapshots of most policies are farther
    /// apart: look at the gaps that [end](Gap::end) within the shortest retention.
    fn gaps_longer_than(&self, longest: Duration, now: DateTime<Utc>) -> Vec<Gap>;
}

impl SnapshotsExt for [Snapshot] {
    fn latest_completed(&self) -> Option<&Snapshot> {
        self.completed_before(DateTime::<Utc>::MAX_UTC)
    }

    fn completed_before(&self, time: DateTime<Utc>) -> Option<&Snapshot> {
        let dated = completed(self).filter(|(created, _)| *created <= time);
        let newest = dated.max_by_key(|&(created, snapshot)| (created, snapshot.id()));
        newest.map(|(_, snapshot)| snapshot)
    }

    fn completed_within(&self, age: Duration, now: DateTime<Utc>) -> Option<&Snapshot> {
        let newest = self.completed_before(latest_credible(now))?;
        (age_of(newest, now)? <= age).then_some(newest)
    }

    fn expiring_before(&self, time: DateTime<Utc>) -> Vec<&Snapshot> {
        let expiring = |snapshot: &&Snapshot| {
            let expiry = snapshot.expires_at();
            expiry.is_some_and(|expiry| expiry <= time)
        };
        let mut snapshots: Vec<_> = self.iter().filter(expiring).collect();
        snapshots.sort_by_key(|snapshot| (snapshot.expires_at(), snapshot.id()));
        snapshots
    }

    fn failed_since(&self, time: DateTime<Utc>) -> Vec<&Snapshot> {
        let failed = self.iter().filter_map(|snapshot| {
            let date = snapshot.created_at();
            let date = date.or(snapshot.started_at()).or(snapshot.scheduled_at());
            let is_meant = has_status(snapshot, &SnapshotStatus::Failed)
                && date.is_none_or(|date| date >= time);
            is_meant.then_some((date, snapshot))
        });
        let mut failed: Vec<_> = failed.collect();
        failed.sort_by_key(|&(date, snapshot)| (date.is_none(), date, snapshot.id()));
        failed.into_iter().map(|(_, snapshot)| snapshot).collect()
    }

    fn total_bytes(&self) -> TotalBytes {
        let mut total = TotalBytes::default();
        for snapshot in self {
            match known_size(snapshot) {
                Some(bytes) => total.bytes = total.bytes.saturating_add(bytes),
                None => total.unknown += 1,
            }
        }
        total
    }

    fn gaps_longer_than(&self, longest: Duration, now: DateTime<Utc>) -> Vec<Gap> {
        let mut times: Vec<_> = completed(self).map(|(created, _)| created).collect();
        times.sort_unstable();
        let ends = times.iter().skip(1).map(|&time| (time, false));
        let ends = ends.chain([(now, true)]);
        let gaps = times.iter().zip(ends);
        let gaps = gaps.map(|(&start, (end, is_open))| Gap {
            start,
            end,
            is_open,
        });
        gaps.filter(|gap| gap.length() > longest).collect()
    }
}

/// The completed snapshots that have a date, with it.
pub(crate) fn completed(
    snapshots: &[Snapshot],
) -> impl Iterator<Item = (DateTime<Utc>, &Snapshot)> {
    let completed = snapshots
        .iter()
        .filter(|snapshot| has_status(snapshot, &SnapshotStatus::Completed));
    completed.filter_map(|snapshot| Some((snapshot.created_at()?, snapshot)))
}

/// The latest time that a snapshot can have at `now`.
pub(crate) fn latest_credible(now: DateTime<Utc>) -> DateTime<Utc> {
    let latest = now.checked_add_signed(TimeDelta::from_std(CLOCK_SKEW).unwrap_or_default());
    latest.unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// How old a snapshot is at `now`; zero where it is dated later.
pub(crate) fn age_of(snapshot: &Snapshot, now: DateTime<Utc>) -> Option<Duration> {
    Some(between(snapshot.created_at()?, now))
}

fn between(start: DateTime<Utc>, end: DateTime<Utc>) -> Duration {
    (end - start).to_std().unwrap_or_default()
}

fn has_status(snapshot: &Snapshot, status: &SnapshotStatus) -> bool {
    snapshot.status() == Some(status)
}

/// The size where it is known: 0 is one only of a snapshot that has reached its final status.
fn known_size(snapshot: &Snapshot) -> Option<u64> {
    let bytes = u64::try_from(snapshot.storage_size_bytes()?).ok()?;
    let is_final = snapshot.status().is_some_and(SnapshotStatus::is_terminal);
    (bytes > 0 || is_final).then_some(bytes)
}

/// The size of snapshots together. Returned by [`SnapshotsExt::total_bytes`].
///
/// Flex snapshots have no size. That of a snapshot which is not completed or failed is not known
/// while Atlas sends 0 for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TotalBytes {
    bytes: u64,
    unknown: u64,
}

impl TotalBytes {
    /// The bytes of the snapshots whose size is known.
    #[must_use]
    pub fn bytes(self) -> u64 {
        self.bytes
    }

    /// The number of snapshots whose size is not known; they are not part of
    /// [`bytes`](Self::bytes).
    #[must_use]
    pub fn unknown(self) -> u64 {
        self.unknown
    }
}

/// A time in which no snapshot was completed. Returned by [`SnapshotsExt::gaps_longer_than`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    is_open: bool,
}

impl Gap {
    /// The time of the completed snapshot with which the gap begins.
    #[must_use]
    pub fn start(&self) -> DateTime<Utc> {
        self.start
    }

    /// The time of the next completed snapshot, or `now` where the gap [is open](Self::is_open).
    #[must_use]
    pub fn end(&self) -> DateTime<Utc> {
        self.end
    }

    /// Whether no completed snapshot ends the gap.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// How long the gap is.
    #[must_use]
    pub fn length(&self) -> Duration {
        between(self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::snapshot_fields::SnapshotSource;

    const HOUR: Duration = Duration::from_secs(3_600);

    /// A time on some day.
    fn at(hour_and_minute: &str) -> DateTime<Utc> {
        format!("2026-11-20T{hour_and_minute}:00Z").parse().unwrap()
    }

    fn snapshot(id: &str, status: SnapshotStatus, created: &str) -> Snapshot {
        let snapshot = undated(id, status);
        snapshot.with_created_at(at(created))
    }

    fn undated(id: &str, status: SnapshotStatus) -> Snapshot {
        Snapshot::new(id, SnapshotSource::Cluster).with_status(status)
    }

    fn completed(id: &str, created: &str) -> Snapshot {
        snapshot(id, SnapshotStatus::Completed, created)
    }

    fn ids<'a>(snapshots: impl IntoIterator<Item = &'a Snapshot>) -> Vec<&'a str> {
        let ids = snapshots.into_iter().map(|snapshot| snapshot.id().as_str());
        ids.collect()
    }

    /// Three completed snapshots, and one of every other kind, all of them newer.
    fn mixed() -> Vec<Snapshot> {
        vec![
            undated("queued", SnapshotStatus::Queued),
            snapshot("running", SnapshotStatus::InProgress, "11:50"),
            snapshot("failed", SnapshotStatus::Failed, "11:40"),
            snapshot("odd", SnapshotStatus::Unknown("COPIED".into()), "11:30"),
            Snapshot::new("no status", SnapshotSource::Cluster).with_created_at(at("11:20")),
            undated("no date", SnapshotStatus::Completed),
            completed("b", "09:00"),
            completed("c", "10:00"),
            completed("a", "08:00"),
        ]
    }

    #[test]
    fn the_latest_completed_is_the_newest_by_date_in_any_order() {
        let mut snapshots = mixed();
        for _ in 0..snapshots.len() {
            snapshots.rotate_left(1);
            assert_eq!(ids(snapshots.latest_completed()), ["c"]);
        }
        snapshots.reverse();
        assert_eq!(ids(snapshots.latest_completed()), ["c"]);
    }

    #[test]
    fn nothing_wins_where_no_completed_snapshot_has_a_date() {
        let mut snapshots = mixed();
        snapshots.retain(|snapshot| snapshot.id().as_str().len() > 1);
        assert_eq!(snapshots.latest_completed(), None);
        assert_eq!(snapshots.completed_before(at("12:00")), None);
        assert_eq!(snapshots.completed_within(24 * HOUR, at("12:00")), None);
        assert_eq!(snapshots.gaps_longer_than(HOUR, at("12:00")), []);
        assert_eq!([].latest_completed(), None);
    }

    #[test]
    fn of_equal_times_the_greater_id_is_the_later_one() {
        let mut snapshots = [completed("x1", "10:00"), completed("x2", "10:00")];
        for _ in 0..2 {
            snapshots.reverse();
            assert_eq!(ids(snapshots.latest_completed()), ["x2"]);
            assert_eq!(ids(snapshots.completed_before(at("10:00"))), ["x2"]);
        }
    }

    #[test]
    fn completed_before_a_time_includes_that_time() {
        let snapshots = mixed();
        for (time, expected) in [
            ("07:59", None),
            ("08:00", Some("a")),
            ("08:59", Some("a")),
            ("09:00", Some("b")),
            ("23:00", Some("c")),
        ] {
            let found = snapshots.completed_before(at(time));
            assert_eq!(found.map(|snapshot| snapshot.id().as_str()), expected);
        }
    }

    #[test]
    fn completed_within_an_age_includes_that_age() {
        let snapshots = mixed();
        let now = at("12:00");
        assert_eq!(ids(snapshots.completed_within(2 * HOUR, now)), ["c"]);
        let less = Duration::from_millis(2 * 3_600_000 - 1);
        assert_eq!(snapshots.completed_within(less, now), None);
        assert_eq!(ids(snapshots.completed_within(Duration::MAX, now)), ["c"]);
    }

    #[test]
    fn completed_within_tolerates_five_minutes_of_clock_skew_and_no_more() {
        let snapshots = [completed("ahead", "12:05"), completed("past", "11:00")];
        let newest = |hour_and_minute| {
            let now = at(hour_and_minute);
            ids(snapshots.completed_within(HOUR, now))
        };
        assert_eq!(newest("12:05"), ["ahead"]);
        assert_eq!(newest("12:00"), ["ahead"]);
        assert_eq!(newest("11:59"), ["past"]);
        assert_eq!(newest("10:54"), [""; 0]);
    }

    #[test]
    fn expiring_snapshots_are_of_any_status_and_in_the_order_of_their_expiry() {
        let snapshots = [
            completed("late", "01:00").with_expires_at(at("12:01")),
            completed("never", "02:00"),
            undated("running", SnapshotStatus::InProgress).with_expires_at(at("12:00")),
            completed("tie-b", "03:00").with_expires_at(at("11:00")),
            completed("tie-a", "04:00").with_expires_at(at("11:00")),
        ];
        let expiring = snapshots.expiring_before(at("12:00"));
        assert_eq!(ids(expiring), ["tie-a", "tie-b", "running"]);
        assert_eq!(snapshots.expiring_before(at("10:59")).len(), 0);
    }

    #[test]
    fn failed_snapshots_are_those_since_a_time_and_those_without_any_date() {
        let failed = SnapshotStatus::Failed;
        let snapshots = [
            undated("undated", failed.clone()),
            snapshot("new", failed.clone(), "11:00"),
            snapshot("old", failed.clone(), "09:59"),
            snapshot("at", failed.clone(), "10:00"),
            undated("started", failed.clone()).with_started_at(at("10:30")),
            undated("scheduled long ago", failed).with_scheduled_at(at("09:00")),
            completed("completed", "11:00"),
        ];
        let since = snapshots.failed_since(at("10:00"));
        assert_eq!(ids(since), ["at", "started", "new", "undated"]);
    }

    #[test]
    fn the_total_says_for_how_many_snapshots_the_size_is_unknown() {
        let sized = |status, bytes| undated("x", status).with_storage_size_bytes(bytes);
        let snapshots = [
            sized(SnapshotStatus::Completed, 5_000_000_000),
            sized(SnapshotStatus::Completed, 0),
            sized(SnapshotStatus::Failed, 7),
            sized(SnapshotStatus::InProgress, 3),
            sized(SnapshotStatus::Queued, 0),
            sized(SnapshotStatus::InProgress, 0),
            sized(SnapshotStatus::Completed, -1),
            undated("flex", SnapshotStatus::Completed),
        ];
        let total = snapshots.total_bytes();
        assert_eq!((total.bytes(), total.unknown()), (5_000_000_010, 4));
        let most = sized(SnapshotStatus::Completed, i64::MAX);
        let most = vec![most; 3];
        assert_eq!(most.total_bytes().bytes(), u64::MAX);
    }

    #[test]
    fn gaps_are_those_between_completed_snapshots_and_the_one_until_now() {
        let snapshots = mixed();
        let gaps = |longest, now| {
            let gaps = snapshots.gaps_longer_than(longest, at(now));
            let hours = gaps
                .into_iter()
                .map(|gap| (gap.start(), gap.end(), gap.is_open()));
            hours.collect::<Vec<_>>()
        };
        let below_an_hour = Duration::from_secs(3_599);
        let between = [
            (at("08:00"), at("09:00"), false),
            (at("09:00"), at("10:00"), false),
        ];
        let open = (at("10:00"), at("12:00"), true);
        assert_eq!(gaps(below_an_hour, "10:30"), between);
        assert_eq!(gaps(HOUR, "12:00"), [open]);
        assert_eq!(gaps(2 * HOUR, "12:00"), []);
        // Now is before the newest snapshot.
        assert_eq!(gaps(below_an_hour, "09:00"), between);
        let longest = snapshots.gaps_longer_than(HOUR, at("12:00"));
        assert_eq!(longest[0].length(), 2 * HOUR);
    }
}
