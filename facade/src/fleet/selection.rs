//! Which projects and clusters belong to a fleet.

use std::collections::BTreeSet;

use crate::model::cluster::Cluster;
use crate::model::project::Project;
use crate::model::tag::Tag;

/// The restrictions of a fleet, by exact values. Empty ones restrict nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Selection {
    /// Ids or names.
    pub(super) projects: BTreeSet<String>,
    pub(super) excluded_projects: BTreeSet<String>,
    pub(super) clusters: BTreeSet<String>,
    pub(super) excluded_clusters: BTreeSet<String>,
    /// Keys and values, all of which a cluster or its project must have.
    pub(super) tags: BTreeSet<Tag>,
    pub(super) excluded_tags: BTreeSet<Tag>,
}

/// The restrictions that nothing has met so far.
#[derive(Debug, Default)]
pub(super) struct Unmatched {
    pub(super) projects: BTreeSet<String>,
    pub(super) clusters: BTreeSet<String>,
    pub(super) tags: BTreeSet<Tag>,
}

impl Unmatched {
    pub(super) fn new(selection: &Selection) -> Self {
        Self {
            projects: selection.projects.clone(),
            clusters: selection.clusters.clone(),
            tags: selection.tags.clone(),
        }
    }
}

impl Selection {
    pub(super) fn has_project(&self, project: &Project, unmatched: &mut Unmatched) -> bool {
        let names = [Some(project.id()), project.name()];
        let named_in =
            |set: &BTreeSet<String>| names.iter().flatten().any(|name| set.contains(*name));
        for name in names.iter().flatten() {
            unmatched.projects.remove(*name);
        }
        (self.projects.is_empty() || named_in(&self.projects)) && !named_in(&self.excluded_projects)
    }

    pub(super) fn has_cluster(
        &self,
        project: &Project,
        cluster: &Cluster,
        unmatched: &mut Unmatched,
    ) -> bool {
        let tags = || project.tags().iter().chain(cluster.tags());
        let has_tag = |tag: &Tag| tags().any(|has| has == tag);
        let name = cluster.name().unwrap_or_default();
        unmatched.clusters.remove(name);
        unmatched.tags.retain(|tag| !has_tag(tag));
        (self.clusters.is_empty() || self.clusters.contains(name))
            && !self.excluded_clusters.contains(name)
            && self.tags.iter().all(has_tag)
            && !self.excluded_tags.iter().any(has_tag)
    }
}
