//! Whether the newest completed snapshot of a cluster is fresh enough.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::completeness::{Completeness, EmptyReason};
use super::ids::SnapshotId;
use super::selection::{SnapshotsExt, age_of, completed, latest_credible};
use super::snapshot::Snapshot;
use super::text_enum::closed_enum;

closed_enum! {
    /// What [`Freshness`] says of a cluster.
    Verdict {
        /// The newest completed snapshot is not older than permitted. Said of an incomplete
        /// listing, too: what is missing there cannot make the newest one older.
        Fresh = "fresh",
        /// The newest completed snapshot is older than permitted. The listing is complete.
        Stale = "stale",
        /// No snapshot is completed and has a date, or too few are completed. The listing is complete.
        Missing = "missing",
        /// The cluster has no backups, and no snapshots.
        NoBackups = "no-backups",
        /// Nothing fresh was seen, and something that was not seen may be fresh. The
        /// [reason](Freshness::reason) says why.
        Unknown = "unknown",
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

closed_enum! {
    /// Why a cluster is neither fresh nor stale.
    VerdictReason {
        /// Missing: no snapshot is completed and has a date.
        NoneCompleted = "noneCompleted",
        /// Missing: fewer snapshots are completed than required.
        TooFewCompleted = "tooFewCompleted",
        /// No backups: it is a Free cluster (M0).
        FreeCluster = "freeCluster",
        /// No backups: they are turned off.
        BackupsOff = "backupsOff",
        /// Unknown: the listing was not read to its end.
        NotReadToEnd = "notReadToEnd",
        /// Unknown: an error ended the listing, or the clusters of the project could not be
        /// listed.
        Failed = "failed",
        /// Unknown: a snapshot may be missing from the listing, or it was resumed and has only the
        /// rest of the snapshots.
        PossiblyIncomplete = "possiblyIncomplete",
        /// Unknown: the list is empty, and its API is past its sunset.
        EmptyAfterSunset = "emptyAfterSunset",
        /// Unknown: the newest completed snapshot is dated more than five minutes after now, so a
        /// clock is wrong.
        DatedInFuture = "datedInFuture",
    }
}

impl fmt::Display for VerdictReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NoneCompleted => "no snapshot is completed",
            Self::TooFewCompleted => "too few snapshots are completed",
            Self::FreeCluster => "a Free cluster has no backups",
            Self::BackupsOff => "backups are turned off",
            Self::NotReadToEnd => "the listing was not read to its end",
            Self::Failed => "the listing failed",
            Self::PossiblyIncomplete => "a snapshot may be missing from the listing",
            Self::EmptyAfterSunset => {
                "an empty list of an API past its sunset does not show that there are no snapshots"
            }
            Self::DatedInFuture => "the newest completed snapshot is dated in the future",
        })
    }
}

/// Whether the newest completed snapshot of a cluster is fresh enough.
///
/// | first that applies | [verdict](Self::verdict) |
/// |---|---|
/// | the newest completed snapshot is at most as old as permitted | [`Fresh`](Verdict::Fresh) |
/// | a completed snapshot is dated more than five minutes after now | [`Unknown`](Verdict::Unknown) |
/// | the listing is not complete, was resumed, or is empty after the sunset of its API | [`Unknown`](Verdict::Unknown) |
/// | there are no snapshots, and the cluster has no backups | [`NoBackups`](Verdict::NoBackups) |
/// | there is no completed snapshot with a date | [`Missing`](Verdict::Missing) |
/// | none of these | [`Stale`](Verdict::Stale) |
///
/// What counts as completed, and when, is documented on [`SnapshotsExt`]. A snapshot dated up to
/// five minutes after now has age zero, since the clocks of two machines differ. One dated later
/// does not count as fresh: with a clock so wrong, it would be so for however long.
///
/// [`of_listing`](Self::of_listing) looks at the listing of a cluster, [`of_report`](Self::of_report)
/// at a report of a fleet, and [`of`](Self::of) at a slice.
///
/// ```
/// use std::time::Duration;
/// use atlas_snapshots::chrono::{TimeDelta, Utc};
/// use atlas_snapshots::{Basis, Completeness, Freshness, Verdict};
/// use atlas_snapshots::{Snapshot, SnapshotSource, SnapshotStatus};
///
/// let now = Utc::now();
/// let snapshots = [Snapshot::new("6a0000000000000000000001", SnapshotSource::Flex)
///     .with_status(SnapshotStatus::Completed)
///     .with_created_at(now - TimeDelta::hours(30))];
///
/// let complete = Completeness::Complete(Basis::SinglePage);
/// let max_age = Duration::from_secs(26 * 3_600);
/// let freshness = Freshness::of(&snapshots, complete, max_age, now);
/// assert_eq!(freshness.verdict(), Verdict::Stale);
/// assert_eq!(freshness.age(), Some(Duration::from_secs(30 * 3_600)));
/// assert_eq!(freshness.to_string(), "stale: the newest completed snapshot is 30 h old");
///
/// // A fresh one could be among those that are missing.
/// let freshness = Freshness::of(&snapshots, Completeness::Failed, max_age, now);
/// assert_eq!(freshness.verdict(), Verdict::Unknown);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Freshness {
    verdict: Verdict,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<VerdictReason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    snapshot_id: Option<SnapshotId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newest_completed_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    age_seconds: Option<u64>,
    completed: u64,
    /// Why there may be more snapshots than these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    doubt: Option<VerdictReason>,
}

impl Freshness {
    /// The freshness of a cluster with these snapshots, of which the newest completed one may be
    /// `max_age` old at `now`.
    ///
    /// `completeness` is that of the listing of *all* snapshots of one cluster. Where there is a
    /// listing, [`of_listing`](Self::of_listing) knows more: this method does not know about a
    /// sunset, a resumed listing, or whether the cluster has backups.
    #[must_use]
    pub fn of(
        snapshots: &[Snapshot],
        completeness: Completeness,
        max_age: Duration,
        now: DateTime<Utc>,
    ) -> Self {
        Self::with_doubt(snapshots, doubt_about(completeness), max_age, now)
    }

    /// The freshness where it is known why there may be more snapshots, if there may be.
    pub(crate) fn with_doubt(
        snapshots: &[Snapshot],
        doubt: Option<VerdictReason>,
        max_age: Duration,
        now: DateTime<Utc>,
    ) -> Self {
        let newest = snapshots.latest_completed();
        let credible = snapshots.completed_before(latest_credible(now));
        let (verdict, reason, decisive) =
            if let Some(fresh) = snapshots.completed_within(max_age, now) {
                (Verdict::Fresh, None, Some(fresh))
            } else if newest != credible {
                (Verdict::Unknown, Some(VerdictReason::DatedInFuture), newest)
            } else if doubt.is_some() {
                (Verdict::Unknown, doubt, newest)
            } else if newest.is_none() {
                (Verdict::Missing, Some(VerdictReason::NoneCompleted), None)
            } else {
                (Verdict::Stale, None, newest)
            };
        let age = decisive.and_then(|snapshot| age_of(snapshot, now));
        Self {
            verdict,
            reason,
            snapshot_id: decisive.map(|snapshot| snapshot.id().clone()),
            newest_completed_at: decisive.and_then(Snapshot::created_at),
            age_seconds: age.map(|age| age.as_secs()),
            completed: u64::try_from(completed(snapshots).count()).unwrap_or(u64::MAX),
            doubt,
        }
    }

    /// The freshness of a cluster without backups. `None` where it has backups.
    pub(crate) fn without_backups(reason: EmptyReason) -> Option<Self> {
        let reason = match reason {
            EmptyReason::FreeCluster => VerdictReason::FreeCluster,
            EmptyReason::BackupsOff => VerdictReason::BackupsOff,
            EmptyReason::NoneYet => return None,
        };
        Some(Self {
            verdict: Verdict::NoBackups,
            reason: Some(reason),
            snapshot_id: None,
            newest_completed_at: None,
            age_seconds: None,
            completed: 0,
            doubt: None,
        })
    }

    /// Requires that at least `count` snapshots are completed and have a date. Where fewer are, a
    /// fresh or stale cluster becomes [`Missing`](Verdict::Missing) if the listing is complete, and
    /// [`Unknown`](Verdict::Unknown) if not.
    #[must_use]
    pub fn min_completed(mut self, count: u64) -> Self {
        let is_decided = !matches!(self.verdict, Verdict::Fresh | Verdict::Stale);
        if self.completed >= count || is_decided {
            return self;
        }
        (self.verdict, self.reason) = match self.doubt {
            Some(doubt) => (Verdict::Unknown, Some(doubt)),
            None => (Verdict::Missing, Some(VerdictReason::TooFewCompleted)),
        };
        self
    }

    /// The verdict.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Why the verdict is neither fresh nor stale; `None` for these two.
    #[must_use]
    pub fn reason(&self) -> Option<VerdictReason> {
        self.reason
    }

    /// The newest completed snapshot that was seen, which decided.
    #[must_use]
    pub fn snapshot_id(&self) -> Option<&SnapshotId> {
        self.snapshot_id.as_ref()
    }

    /// The [time](Snapshot::created_at) of that snapshot.
    #[must_use]
    pub fn newest_completed_at(&self) -> Option<DateTime<Utc>> {
        self.newest_completed_at
    }

    /// The age of that snapshot in whole seconds; zero where it is dated in the future.
    #[must_use]
    pub fn age(&self) -> Option<Duration> {
        self.age_seconds.map(Duration::from_secs)
    }

    /// How many of the snapshots that were seen are completed and have a date.
    #[must_use]
    pub fn completed(&self) -> u64 {
        self.completed
    }
}

fn doubt_about(completeness: Completeness) -> Option<VerdictReason> {
    match completeness {
        Completeness::Complete(_) => None,
        Completeness::InProgress => Some(VerdictReason::NotReadToEnd),
        Completeness::PossiblyIncomplete(_) => Some(VerdictReason::PossiblyIncomplete),
        Completeness::Failed => Some(VerdictReason::Failed),
    }
}

/// Writes one line, such as `stale: the newest completed snapshot is 30 h old`.
impl fmt::Display for Freshness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.verdict)?;
        match (self.reason, self.age_seconds) {
            (Some(VerdictReason::TooFewCompleted), _) => {
                write!(f, "too few snapshots are completed: {}", self.completed)
            }
            (Some(reason), _) => reason.fmt(f),
            (None, Some(seconds)) => {
                let (number, unit) = match seconds {
                    0..120 => (seconds, "s"),
                    120..7_200 => (seconds / 60, "min"),
                    7_200..172_800 => (seconds / 3_600, "h"),
                    _ => (seconds / 86_400, "d"),
                };
                write!(f, "the newest completed snapshot is {number} {unit} old")
            }
            (None, None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::completeness::{Basis, IncompleteReason};
    use crate::model::snapshot_fields::{SnapshotSource, SnapshotStatus};

    const COMPLETE: Completeness = Completeness::Complete(Basis::SinglePage);
    const INCOMPLETE: [(Completeness, VerdictReason); 4] = [
        (Completeness::InProgress, VerdictReason::NotReadToEnd),
        (Completeness::Failed, VerdictReason::Failed),
        (
            Completeness::PossiblyIncomplete(IncompleteReason::TotalChanged),
            VerdictReason::PossiblyIncomplete,
        ),
        (
            Completeness::PossiblyIncomplete(IncompleteReason::UnreadableItems),
            VerdictReason::PossiblyIncomplete,
        ),
    ];

    fn now() -> DateTime<Utc> {
        "2026-11-20T12:00:00Z".parse().unwrap()
    }

    fn completed_at(id: &str, time: &str) -> Snapshot {
        let time = format!("2026-11-{time}Z").parse().unwrap();
        Snapshot::new(id, SnapshotSource::Flex)
            .with_status(SnapshotStatus::Completed)
            .with_created_at(time)
    }

    fn freshness(snapshots: &[Snapshot], completeness: Completeness) -> Freshness {
        let max_age = Duration::from_secs(26 * 3_600);
        Freshness::of(snapshots, completeness, max_age, now())
    }

    fn unfinished() -> Snapshot {
        Snapshot::new("queued", SnapshotSource::Flex).with_status(SnapshotStatus::Queued)
    }

    #[test]
    fn an_age_equal_to_the_maximum_is_fresh_and_a_fraction_of_a_second_more_is_stale() {
        for (time, verdict) in [
            ("20T11:00:00", Verdict::Fresh),
            ("19T10:00:00", Verdict::Fresh),
            ("19T09:59:59.999", Verdict::Stale),
            ("01T00:00:00", Verdict::Stale),
        ] {
            let snapshots = [unfinished(), completed_at("x", time)];
            let freshness = freshness(&snapshots, COMPLETE);
            assert_eq!(freshness.verdict(), verdict, "{time}");
            assert_eq!(freshness.reason(), None);
            assert_eq!(freshness.snapshot_id(), Some(snapshots[1].id()));
            assert_eq!(freshness.newest_completed_at(), snapshots[1].created_at());
            assert_eq!(freshness.completed(), 1);
        }
        let fresh = freshness(&[completed_at("x", "19T10:00:00")], COMPLETE);
        assert_eq!(fresh.age(), Some(Duration::from_secs(26 * 3_600)));
    }

    #[test]
    fn the_newest_completed_snapshot_decides_and_not_its_position() {
        let failed = completed_at("failed", "20T11:00:00").with_status(SnapshotStatus::Failed);
        let (old, older) = (
            completed_at("b", "02T00:00:00"),
            completed_at("a", "01T00:00:00"),
        );
        for snapshots in [
            [failed.clone(), old.clone(), older.clone()],
            [older, failed, old.clone()],
        ] {
            let freshness = freshness(&snapshots, COMPLETE);
            assert_eq!(freshness.verdict(), Verdict::Stale);
            assert_eq!(freshness.snapshot_id(), Some(old.id()));
            assert_eq!(freshness.completed(), 2);
        }
    }

    #[test]
    fn stale_and_missing_are_said_only_of_a_complete_listing() {
        let (fresh, stale) = (
            completed_at("a", "20T00:00:00"),
            completed_at("b", "01T00:00:00"),
        );
        for (snapshots, verdict) in [
            (vec![], Verdict::Missing),
            (vec![unfinished()], Verdict::Missing),
            (vec![stale.clone()], Verdict::Stale),
            (vec![stale, fresh], Verdict::Fresh),
        ] {
            let complete = freshness(&snapshots, COMPLETE);
            assert_eq!(complete.verdict(), verdict);
            for (completeness, reason) in INCOMPLETE {
                let incomplete = freshness(&snapshots, completeness);
                if verdict == Verdict::Fresh {
                    assert_eq!(incomplete.verdict(), Verdict::Fresh);
                    assert_eq!(incomplete.reason(), None);
                } else {
                    assert_eq!(incomplete.verdict(), Verdict::Unknown);
                    assert_eq!(incomplete.reason(), Some(reason));
                }
                assert_eq!(incomplete.snapshot_id(), complete.snapshot_id());
                assert_eq!(incomplete.age(), complete.age());
            }
        }
    }

    #[test]
    fn five_minutes_of_clock_skew_are_fresh_and_a_date_beyond_is_unknown() {
        let ahead = freshness(&[completed_at("x", "20T12:05:00")], COMPLETE);
        assert_eq!(ahead.verdict(), Verdict::Fresh);
        assert_eq!(ahead.age(), Some(Duration::ZERO));

        let wrong = completed_at("wrong", "20T12:05:01");
        let beside = |other: &str| {
            let snapshots = [completed_at("other", other), wrong.clone()];
            freshness(&snapshots, COMPLETE)
        };
        let unknown = beside("01T00:00:00");
        assert_eq!(unknown.verdict(), Verdict::Unknown);
        assert_eq!(unknown.reason(), Some(VerdictReason::DatedInFuture));
        assert_eq!(unknown.snapshot_id(), Some(wrong.id()));
        let fresh = beside("20T11:00:00");
        assert_eq!(fresh.verdict(), Verdict::Fresh);
        assert_eq!(fresh.snapshot_id().map(SnapshotId::as_str), Some("other"));
    }

    #[test]
    fn too_few_completed_snapshots_are_missing_if_the_listing_is_complete() {
        let (fresh, stale) = (
            completed_at("a", "20T00:00:00"),
            completed_at("b", "01T00:00:00"),
        );
        for snapshots in [vec![unfinished(), fresh.clone()], vec![stale.clone()]] {
            let complete = freshness(&snapshots, COMPLETE);
            assert_eq!(complete.clone().min_completed(1), complete);
            let missing = complete.min_completed(2);
            assert_eq!(missing.verdict(), Verdict::Missing);
            assert_eq!(missing.reason(), Some(VerdictReason::TooFewCompleted));
            assert_eq!(
                missing.to_string(),
                "missing: too few snapshots are completed: 1"
            );
            for (completeness, reason) in INCOMPLETE {
                let unknown = freshness(&snapshots, completeness).min_completed(2);
                assert_eq!(unknown.verdict(), Verdict::Unknown);
                assert_eq!(unknown.reason(), Some(reason));
            }
        }
        let both = freshness(&[fresh, stale], Completeness::Failed);
        assert_eq!(both.min_completed(2).verdict(), Verdict::Fresh);
        let none = Freshness::without_backups(EmptyReason::FreeCluster).unwrap();
        assert_eq!(none.min_completed(2).verdict(), Verdict::NoBackups);
    }

    #[test]
    fn it_is_one_line_for_a_person_and_reads_back_from_json() {
        for (time, line) in [
            (
                "20T11:58:01",
                "fresh: the newest completed snapshot is 119 s old",
            ),
            (
                "20T11:58:00",
                "fresh: the newest completed snapshot is 2 min old",
            ),
            (
                "20T10:00:00",
                "fresh: the newest completed snapshot is 2 h old",
            ),
            (
                "18T12:00:00",
                "stale: the newest completed snapshot is 2 d old",
            ),
        ] {
            let freshness = freshness(&[completed_at("x", time)], COMPLETE);
            assert_eq!(freshness.to_string(), line);
            let json = serde_json::to_string(&freshness).unwrap();
            assert_eq!(serde_json::from_str::<Freshness>(&json).unwrap(), freshness);
        }
        let unknown = freshness(&[], Completeness::Failed);
        assert_eq!(unknown.to_string(), "unknown: the listing failed");
        let stale = freshness(&[completed_at("x", "18T12:00:00")], COMPLETE);
        assert_eq!(
            serde_json::to_string(&stale).unwrap(),
            r#"{"verdict":"stale","snapshotId":"x","newestCompletedAt":"2026-11-18T12:00:00Z","ageSeconds":172800,"completed":1}"#
        );
        let verdicts: Vec<_> = Verdict::KNOWN.iter().map(|it| it.as_str()).collect();
        assert_eq!(
            verdicts,
            ["fresh", "stale", "missing", "no-backups", "unknown"]
        );
    }
}
