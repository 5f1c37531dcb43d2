//! The freshness of a listing and of a report of a fleet.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::report::FleetReport;
use crate::model::cluster::ClusterKind;
use crate::model::completeness::EmptyReason;
use crate::model::freshness::{Freshness, VerdictReason};
use crate::model::snapshot::Snapshot;
use crate::paging::collect::Collected;

impl Freshness {
    /// The freshness of a cluster by the listing of all its snapshots, of which the newest
    /// completed one may be `max_age` old at `now`. Of a listing that failed, it takes
    /// [`Partial::collected`](crate::Partial::collected).
    ///
    /// Where the list is empty, its summary says whether the cluster has backups
    /// ([`Summary::empty_reason`](crate::Summary::empty_reason)), and whether the list can be
    /// believed ([`Summary::empty_after_sunset`](crate::Summary::empty_after_sunset)). A resumed
    /// listing has only the rest of the snapshots, so it can only be fresh or unknown.
    ///
    /// ```no_run
    /// # async fn run(atlas: atlas_snapshots::Atlas) {
    /// use std::time::Duration;
    /// use atlas_snapshots::{Freshness, chrono::Utc};
    ///
    /// let listing = atlas.snapshots("32b6e34b3d91647abb20e7b8", "Cluster0").collect_partial().await;
    /// let max_age = Duration::from_secs(26 * 3_600);
    /// println!("{}", Freshness::of_listing(&listing.collected, max_age, Utc::now()));
    /// # }
    /// ```
    #[must_use]
    pub fn of_listing(
        listing: &Collected<Snapshot>,
        max_age: Duration,
        now: DateTime<Utc>,
    ) -> Self {
        let summary = listing.summary();
        let completeness = summary.completeness();
        if !completeness.is_complete() {
            return Self::of(listing, completeness, max_age, now);
        }
        if summary.resumed() {
            let doubt = Some(VerdictReason::PossiblyIncomplete);
            return Self::with_doubt(listing, doubt, max_age, now);
        }
        if summary.empty_after_sunset() {
            let doubt = Some(VerdictReason::EmptyAfterSunset);
            return Self::with_doubt(listing, doubt, max_age, now);
        }
        let without_backups = summary.empty_reason().and_then(Self::without_backups);
        without_backups.unwrap_or_else(|| Self::of(listing, completeness, max_age, now))
    }

    /// The freshness of what a fleet reports: of a cluster by its listing, as
    /// [`of_listing`](Self::of_listing). A cluster without backups is
    /// [`NoBackups`](crate::Verdict::NoBackups), and a project whose clusters could not be listed is
    /// [`Unknown`](crate::Verdict::Unknown).
    #[must_use]
    pub fn of_report(report: &FleetReport, max_age: Duration, now: DateTime<Utc>) -> Self {
        let failed = || Self::with_doubt(&[], Some(VerdictReason::Failed), max_age, now);
        match report {
            FleetReport::Cluster { listing, .. } => {
                Self::of_listing(&listing.collected, max_age, now)
            }
            FleetReport::WithoutBackups { cluster, .. } => {
                let reason = match cluster.kind() {
                    Some(ClusterKind::Free) => EmptyReason::FreeCluster,
                    _ => EmptyReason::BackupsOff,
                };
                Self::without_backups(reason).unwrap_or_else(failed)
            }
            FleetReport::Project { .. } => failed(),
        }
    }
}
