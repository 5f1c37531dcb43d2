//! The organisation: projects with clusters, as configured and as looked up by requests.

use std::collections::HashMap;
use std::time::Duration;

use serde::Deserialize;

use crate::builder::{MockAtlasBuilder, StartError};
use crate::cluster::{Cluster, Presence, Project};
use crate::discovery::Describe;
use crate::items::{Item, Items};
use crate::operation::Operation;
use crate::query::{is_cluster_name, is_project_id};
use crate::rate_limit::TokenBucket;
use crate::settings::ClusterKind;
use crate::snapshots::{Generator, hash, scramble};

/// The number of snapshots of a cluster of an organisation that configures none.
const DEFAULT_SNAPSHOTS: usize = 8;

/// An organisation in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganisationFile {
    projects: Vec<Project>,
}

/// # Organisation
///
/// Without these settings the mock has one project with one cluster. The first of them replaces
/// it with an organisation, whose projects and clusters are listed in the order in which they are
/// added. Its clusters have eight snapshots, or as many as
/// [`snapshots`](Self::snapshots) says.
///
/// ```
/// use atlas_snapshots_mock::{Cluster, MockAtlas};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let atlas = MockAtlas::builder()
///     .project("Shop")
///     .flex("cart")
///     .sharded("orders")
///     .cluster(Cluster::dedicated("stock").snapshots(40).tag("env", "prod"))
///     .project("Labs")
///     .free("playground")
///     .start()
///     .await?;
/// let projects = reqwest::get(format!("{}/api/atlas/v2/groups", atlas.base_url())).await?;
/// assert!(projects.text().await?.contains("Labs"));
/// assert_eq!(atlas.snapshot_ids_of("Shop", "stock").len(), 40);
/// # Ok(())
/// # }
/// ```
impl MockAtlasBuilder {
    /// Begins a project with an id made from its name; the settings of clusters and projects that
    /// follow are of this project.
    pub fn project(self, name: impl Into<String>) -> Self {
        self.add_project(Project::new(name, None))
    }

    /// Begins a project with this id: 24 hexadecimal digits.
    pub fn project_with_id(self, id: impl Into<String>, name: impl Into<String>) -> Self {
        self.add_project(Project::new(name, Some(id.into())))
    }

    fn add_project(mut self, project: Project) -> Self {
        self.projects.get_or_insert_default().push(project);
        self
    }

    /// Changes the last project. Without one, it begins the project of a mock with one cluster.
    fn with_project(mut self, change: impl FnOnce(&mut Project)) -> Self {
        let projects = self.projects.get_or_insert_default();
        if projects.is_empty() {
            projects.push(Project::new(DEFAULT_PROJECT, Some(self.project.clone())));
        }
        if let Some(project) = projects.last_mut() {
            change(project);
        }
        self
    }

    /// Adds a tag to the project.
    pub fn project_tag(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let (key, value) = (key.into(), value.into());
        self.with_project(|project| drop(project.tags.insert(key, value)))
    }

    /// The `clusterCount` of the project (default: the number of its clusters, hidden ones included).
    pub fn cluster_count(self, count: usize) -> Self {
        self.with_project(|project| project.cluster_count = Some(count))
    }

    /// The [rate limit](Self::rate_limit) of each bucket of the project.
    pub fn project_rate_limit(self, capacity: u32, refill: Duration) -> Self {
        let bucket = TokenBucket::new(capacity, refill);
        self.with_project(|project| project.rate_limit = Some(bucket))
    }

    /// Adds a cluster to the project.
    pub fn cluster(self, cluster: Cluster) -> Self {
        self.with_project(|project| project.clusters.push(cluster))
    }

    /// Adds a dedicated replica set to the project.
    pub fn dedicated(self, name: impl Into<String>) -> Self {
        self.cluster(Cluster::dedicated(name))
    }

    /// Adds a dedicated sharded cluster to the project.
    pub fn sharded(self, name: impl Into<String>) -> Self {
        self.cluster(Cluster::sharded(name))
    }

    /// Adds a dedicated global cluster to the project.
    pub fn geo_sharded(self, name: impl Into<String>) -> Self {
        self.cluster(Cluster::geo_sharded(name))
    }

    /// Adds a Flex cluster to the project.
    pub fn flex(self, name: impl Into<String>) -> Self {
        self.cluster(Cluster::flex(name))
    }

    /// Adds a Free cluster to the project.
    pub fn free(self, name: impl Into<String>) -> Self {
        self.cluster(Cluster::free(name))
    }

    /// Adds a serverless instance to the project.
    pub fn serverless(self, name: impl Into<String>) -> Self {
        self.cluster(Cluster::serverless(name))
    }

    /// Adds the projects of a JSON text: the same settings by their names in camel case. No projects
    /// are an empty organisation.
    ///
    /// ```
    /// # use atlas_snapshots_mock::MockAtlas;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let text = r#"{ "projects": [{
    ///     "name": "Shop", "tags": { "env": "prod" }, "rateLimit": 60,
    ///     "clusters": [
    ///         { "name": "orders", "kind": "sharded", "snapshots": 40 },
    ///         { "name": "playground", "kind": "free", "snapshotsError": [400, "FEATURE_UNSUPPORTED"] }
    ///     ]
    /// }] }"#;
    /// let builder = MockAtlas::builder().organisation(text)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the text is not JSON, or has an unknown key or a value of another type.
    pub fn organisation(mut self, json: &str) -> Result<Self, serde_json::Error> {
        let file: OrganisationFile = serde_json::from_str(json)?;
        self.projects.get_or_insert_default().extend(file.projects);
        Ok(self)
    }
}

/// The name of the project of a mock with one cluster.
const DEFAULT_PROJECT: &str = "Project0";

/// The key of a listing that includes deleted clusters, from that of the one that does not.
pub(crate) fn with_deleted(path: &str) -> String {
    format!("{path}?deleted")
}

/// The projects and clusters by id and name, as requests look them up.
#[derive(Debug, Default)]
pub(crate) struct Organisation {
    /// The project and the cluster that a mock with one cluster has.
    pub(crate) first: Option<(String, Cluster)>,
    pub(crate) projects: HashMap<String, KnownProject>,
}

#[derive(Debug)]
pub(crate) struct KnownProject {
    pub(crate) name: String,
    pub(crate) rate_limit: Option<TokenBucket>,
    pub(crate) clusters: HashMap<String, Cluster>,
}

/// Every listing, by its path.
pub(crate) type Lists = HashMap<String, Items>;

impl MockAtlasBuilder {
    /// The organisation, or the one project with the one cluster.
    pub(crate) fn make_organisation(
        &self,
        base_url: &str,
    ) -> Result<(Organisation, Lists), StartError> {
        let projects = self.projects.clone().unwrap_or_else(|| {
            let mut project = Project::new(DEFAULT_PROJECT, Some(self.project.clone()));
            project
                .clusters
                .push(Cluster::new(self.kind, &self.cluster));
            vec![project]
        });
        let describe = Describe {
            base_url: base_url.to_owned(),
            seed: self.seed,
            now: self.now,
            fidelity: self.fidelity,
        };
        let mut organisation = Organisation::default();
        let mut lists = Lists::new();
        let projects_json = projects
            .iter()
            .map(|project| describe.project(project).into());
        let projects_json = projects_json.collect();
        for project in projects {
            let id = project.id();
            if !is_project_id(&id) {
                return Err(StartError::ProjectId(id));
            }
            self.add_lists(&project, &id, &describe, &mut lists);
            let mut clusters = HashMap::new();
            for cluster in project.clusters {
                if !is_cluster_name(&cluster.name) {
                    return Err(StartError::ClusterName(cluster.name));
                }
                let first = || (id.clone(), cluster.clone());
                organisation.first.get_or_insert_with(first);
                let name = cluster.name.clone();
                if clusters.insert(name.clone(), cluster).is_some() {
                    return Err(StartError::Duplicate(name));
                }
            }
            let known = KnownProject {
                name: project.name,
                rate_limit: project.rate_limit,
                clusters,
            };
            if organisation.projects.insert(id.clone(), known).is_some() {
                return Err(StartError::Duplicate(id));
            }
        }
        let groups = Items::new(projects_json, move |index| describe.new_project(index));
        lists.insert(Operation::ListGroups.path(&[]), groups);
        Ok((organisation, lists))
    }

    /// The clusters of a project, and the snapshots of each.
    fn add_lists(&self, project: &Project, id: &str, describe: &Describe, lists: &mut Lists) {
        for cluster in &project.clusters {
            let operation = Operation::snapshots_of(cluster.kind);
            let path = operation.path(&[id, &cluster.name]);
            lists.insert(path, self.snapshots_items(cluster, id, &describe.base_url));
        }
        let mut add = |operation: Operation, key: String, deleted_too: bool| {
            let is_listed = |cluster: &&Cluster| {
                let is_discoverable = cluster.kind != ClusterKind::Serverless;
                let has_api = cluster.kind.api() == operation.api() && is_discoverable;
                has_api
                    && match cluster.presence {
                        Presence::Listed | Presence::Deleted => true,
                        Presence::Hidden => false,
                        Presence::Retained => deleted_too,
                    }
            };
            let listed = project.clusters.iter().filter(is_listed);
            let items = listed.map(|cluster| describe.cluster(id, cluster).into());
            let (describe, id, api) = (describe.clone(), id.to_owned(), operation.api());
            let new = move |index| describe.new_cluster(&id, api, index);
            lists.insert(key, Items::new(items.collect(), new));
        };
        let clusters = Operation::ListGroupClusters.path(&[id]);
        let deleted = with_deleted(&clusters);
        add(Operation::ListGroupClusters, clusters, false);
        add(Operation::ListGroupClusters, deleted, true);
        let flex = Operation::ListGroupFlexClusters;
        add(flex, flex.path(&[id]), false);
    }

    fn snapshots_items(&self, cluster: &Cluster, project: &str, base_url: &str) -> Items {
        let has_organisation = self.projects.is_some();
        let usual = if has_organisation {
            DEFAULT_SNAPSHOTS
        } else {
            0
        };
        let count = match cluster.snapshots {
            Some(count) => count,
            None if cluster.has_backups() => self.snapshots.unwrap_or(usual),
            None => 0,
        };
        let operation = Operation::snapshots_of(cluster.kind);
        let generator = Generator {
            kind: cluster.kind,
            // Clusters of an organisation differ in their snapshots.
            seed: if has_organisation {
                self.seed ^ hash(project) ^ scramble(hash(&cluster.name))
            } else {
                self.seed
            },
            fidelity: self.fidelity,
            cluster: cluster.name.clone(),
            collection_url: format!("{base_url}{}", operation.path(&[project, &cluster.name])),
            now: self.now,
            count,
        };
        let mut items: Vec<Item> = match &self.items {
            Some(items) => items.iter().cloned().map(Item::from).collect(),
            None => generator.items(cluster.progressing),
        };
        for places in &self.hidden {
            let end = places.end.min(items.len());
            items[places.start.min(end)..end].fill(Item::Hidden);
        }
        Items::new(items, move |index| generator.item(index))
    }
}
