//! The summary of a fleet: what it has found so far, and how complete that is.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::invalid_item::InvalidItem;
use crate::model::project::Project;
use crate::model::tag::Tag;
use crate::model::text::Shown;
use crate::model::text_enum::closed_enum;

/// The most unreadable projects and clusters that are kept one by one.
const KEPT_UNREADABLE: usize = 100;

closed_enum! {
    /// How complete a fleet is. Returned by [`FleetSummary::completeness`].
    FleetCompleteness {
        /// The fleet has not been read to the end.
        InProgress = "inProgress",
        /// All that was selected is there: every listing is complete, and in no project fewer
        /// clusters were found than it counts.
        Complete = "complete",
        /// Nothing failed, and something may be missing: a listing is possibly incomplete, a
        /// project or a cluster could not be read, or fewer clusters were found than a project
        /// counts.
        PossiblyIncomplete = "possiblyIncomplete",
        /// The snapshots of a cluster or the clusters of a project could not be listed, something
        /// that was selected does not exist, or an error ended the fleet.
        Failed = "failed",
    }
}

impl fmt::Display for FleetCompleteness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::InProgress => "not read to the end",
            Self::Complete => "complete",
            Self::PossiblyIncomplete => "possibly incomplete",
            Self::Failed => "failed",
        })
    }
}

/// What a fleet has found so far, and how complete it is. `Display` writes one line for a log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FleetSummary {
    pub(super) projects: u64,
    pub(super) clusters: BTreeMap<String, u64>,
    pub(super) without_backups: u64,
    pub(super) failed_clusters: u64,
    pub(super) failed_projects: u64,
    pub(super) incomplete_listings: u64,
    pub(super) snapshots: u64,
    pub(super) requests: u64,
    pub(super) retries: u64,
    pub(super) missing_clusters: Vec<MissingClusters>,
    pub(super) unreadable: Vec<UnreadableItem>,
    pub(super) unreadable_count: u64,
    pub(super) projects_not_found: Vec<String>,
    pub(super) clusters_not_found: Vec<String>,
    pub(super) tags_not_found: Vec<Tag>,
    pub(super) has_failed: bool,
    pub(super) has_ended: bool,
}

/// A project in which fewer clusters were found than it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MissingClusters {
    pub(super) project: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) project_name: Option<String>,
    pub(super) counted: u64,
    pub(super) found: u64,
}

impl MissingClusters {
    /// The project.
    #[must_use]
    pub fn project(&self) -> &str {
        &self.project
    }

    /// The name of the project.
    #[must_use]
    pub fn project_name(&self) -> Option<&str> {
        self.project_name.as_deref()
    }

    /// The clusters that the project counts (documented as `clusterCount`).
    #[must_use]
    pub fn counted(&self) -> u64 {
        self.counted
    }

    /// The clusters that were found, those that Atlas runs for itself included.
    #[must_use]
    pub fn found(&self) -> u64 {
        self.found
    }
}

/// A project or a cluster that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnreadableItem {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) project: Option<String>,
    pub(super) item: InvalidItem,
}

impl UnreadableItem {
    /// The project of the cluster; `None` for a project.
    #[must_use]
    pub fn project(&self) -> Option<&str> {
        self.project.as_deref()
    }

    /// The item, and why it could not be read.
    #[must_use]
    pub fn item(&self) -> &InvalidItem {
        &self.item
    }
}

/// The number of clusters that a project counts. One below zero says nothing.
pub(super) fn counted(project: &Project) -> Option<u64> {
    u64::try_from(project.cluster_count()?).ok()
}

impl FleetSummary {
    pub(super) fn add_unreadable(&mut self, project: Option<&str>, item: InvalidItem) {
        self.unreadable_count += item.count();
        if self.unreadable.len() < KEPT_UNREADABLE {
            let project = project.map(ToOwned::to_owned);
            self.unreadable.push(UnreadableItem { project, item });
        }
    }

    pub(super) fn add_missing(&mut self, project: &Project, found: u64) {
        self.missing_clusters.push(MissingClusters {
            project: project.id().to_owned(),
            project_name: project.name().map(ToOwned::to_owned),
            counted: counted(project).unwrap_or_default(),
            found,
        });
    }

    /// How complete the fleet is.
    #[must_use]
    pub fn completeness(&self) -> FleetCompleteness {
        let not_found = [self.projects_not_found.len(), self.clusters_not_found.len()];
        let not_found = not_found.iter().sum::<usize>() + self.tags_not_found.len();
        if !self.has_ended {
            FleetCompleteness::InProgress
        } else if self.has_failed
            || self.failed_clusters + self.failed_projects > 0
            || not_found > 0
        {
            FleetCompleteness::Failed
        } else if self.incomplete_listings + self.unreadable_count > 0
            || !self.missing_clusters.is_empty()
        {
            FleetCompleteness::PossiblyIncomplete
        } else {
            FleetCompleteness::Complete
        }
    }

    /// Whether the fleet was read to its end and nothing suggests that anything is missing.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.completeness() == FleetCompleteness::Complete
    }

    /// The projects that were selected, those without clusters included.
    #[must_use]
    pub fn projects(&self) -> u64 {
        self.projects
    }

    /// The clusters that were selected.
    #[must_use]
    pub fn clusters(&self) -> u64 {
        self.clusters.values().sum()
    }

    /// The clusters that were selected, by the text of their [kind](crate::ClusterKind).
    #[must_use]
    pub fn clusters_by_kind(&self) -> &BTreeMap<String, u64> {
        &self.clusters
    }

    /// The clusters that have no backups, whose snapshots were not requested.
    #[must_use]
    pub fn without_backups(&self) -> u64 {
        self.without_backups
    }

    /// The clusters whose snapshots could not be read to the end.
    #[must_use]
    pub fn failed_clusters(&self) -> u64 {
        self.failed_clusters
    }

    /// The projects whose clusters could not all be listed.
    #[must_use]
    pub fn failed_projects(&self) -> u64 {
        self.failed_projects
    }

    /// The listings, of snapshots, clusters or projects, that reached their end and may have
    /// missed an item.
    #[must_use]
    pub fn incomplete_listings(&self) -> u64 {
        self.incomplete_listings
    }

    /// The snapshots of all clusters.
    #[must_use]
    pub fn snapshots(&self) -> u64 {
        self.snapshots
    }

    /// The requests of the listings that have ended, of any kind; see
    /// [`Summary::requests`](crate::Summary::requests).
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// The attempts of these listings that repeated an earlier one.
    #[must_use]
    pub fn retries(&self) -> u64 {
        self.retries
    }

    /// The projects in which fewer clusters were found than they count, after their lists were
    /// read once more.
    #[must_use]
    pub fn missing_clusters(&self) -> &[MissingClusters] {
        &self.missing_clusters
    }

    /// The projects and clusters that could not be read: the first 100.
    #[must_use]
    pub fn unreadable(&self) -> &[UnreadableItem] {
        &self.unreadable
    }

    /// The number of projects and clusters that could not be read.
    #[must_use]
    pub fn unreadable_count(&self) -> u64 {
        self.unreadable_count
    }

    /// The projects to which the fleet was restricted and that do not exist, or are not visible to
    /// the credentials. Empty until the end.
    #[must_use]
    pub fn projects_not_found(&self) -> &[String] {
        &self.projects_not_found
    }

    /// The names of clusters to which the fleet was restricted and that were found in no project.
    /// Empty until the end.
    #[must_use]
    pub fn clusters_not_found(&self) -> &[String] {
        &self.clusters_not_found
    }

    /// The tags to which the fleet was restricted and that no cluster or project has.
    /// Empty until the end.
    #[must_use]
    pub fn tags_not_found(&self) -> &[Tag] {
        &self.tags_not_found
    }
}

impl fmt::Display for FleetSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clusters = self.clusters();
        let amounts = [
            (self.snapshots, "snapshot", "snapshots"),
            (clusters, "cluster", "clusters"),
            (self.projects, "project", "projects"),
            (self.requests, "request", "requests"),
        ];
        for ((number, one, many), joint) in amounts.into_iter().zip(["", " of ", " in ", " with "])
        {
            write!(
                f,
                "{joint}{number} {}",
                if number == 1 { one } else { many }
            )?;
        }
        write!(f, ": {}", self.completeness())?;
        for (number, one, many) in [
            (
                self.without_backups,
                "cluster without backups",
                "clusters without backups",
            ),
            (self.failed_clusters, "cluster failed", "clusters failed"),
            (self.failed_projects, "project failed", "projects failed"),
            (
                self.incomplete_listings,
                "listing possibly incomplete",
                "listings possibly incomplete",
            ),
            (self.unreadable_count, "unreadable item", "unreadable items"),
            (self.retries, "retry", "retries"),
        ] {
            if number > 0 {
                write!(f, "; {number} {}", if number == 1 { one } else { many })?;
            }
        }
        for missing in &self.missing_clusters {
            let name = missing.project_name().unwrap_or(&missing.project);
            let (found, counted) = (missing.found, missing.counted);
            write!(
                f,
                "; {found} of {counted} clusters found in project {}",
                Shown(name)
            )?;
        }
        for (what, names) in [
            ("project", &self.projects_not_found),
            ("cluster", &self.clusters_not_found),
        ] {
            for name in names {
                write!(f, "; no {what} {}", Shown(name))?;
            }
        }
        for tag in &self.tags_not_found {
            write!(f, "; no tag {}={}", Shown(tag.key()), Shown(tag.value()))?;
        }
        Ok(())
    }
}
