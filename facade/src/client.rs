//! The client people hold.

use std::sync::Arc;

use crate::arguments::{ClusterName, PageSize, ProjectId};
use crate::builder::AtlasBuilder;
use crate::error::Result;
use crate::listing::{Listing, PageSource, Scope};
use crate::retry::Patience;
use crate::wire::{Api, ApiPages, AutoPages, Choices, WireSettings};

/// A client of Atlas. Cheap to clone; clones share connections, rate limits and the retry budget.
///
/// ```
/// use atlas_snapshots::{Atlas, Credentials};
///
/// let atlas = Atlas::builder()
///     .credentials(Credentials::access_token("an-access-token"))
///     .build()?;
/// # Ok::<(), atlas_snapshots::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Atlas {
    pub(crate) settings: Arc<WireSettings>,
    pub(crate) patience: Arc<Patience>,
    pub(crate) choices: Arc<Choices>,
}

impl Atlas {
    /// Starts a client for `https://cloud.mongodb.com`.
    pub fn builder() -> AtlasBuilder {
        AtlasBuilder::default()
    }

    /// Lists every snapshot of one serverless instance (documented operation
    /// `listServerlessBackups`).
    ///
    /// Also answers for Flex clusters made through `createServerlessInstance` or migrated from
    /// serverless. Atlas announced the end of this API for 2026-01-22; an instance that "has no
    /// snapshots" after that date proves little, and
    /// [`ErrorKind::Sunset`](crate::ErrorKind::Sunset) is how a withdrawn API answers.
    pub fn serverless_snapshots(&self, project: ProjectId, instance: ClusterName) -> Listing {
        let pages = self.pages(Api::Serverless, &project, &instance);
        self.listing("serverless", pages, project, instance)
    }

    /// Lists every snapshot of one Flex cluster (operation `listFlexBackups`, v2).
    ///
    /// A cluster of another kind is refused by Atlas with code
    /// `CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API`; [`snapshots`](Self::snapshots) would find the
    /// right API.
    pub fn flex_snapshots(&self, project: ProjectId, cluster: ClusterName) -> Listing {
        let pages = self.pages(Api::Flex, &project, &cluster);
        self.listing("flex", pages, project, cluster)
    }

    /// Lists every snapshot of a cluster by whichever API knows it: Flex first, serverless where
    /// Flex says that the cluster is none of its own or that it knows no such cluster.
    ///
    /// A Flex cluster costs no request more; any other one, once for this client and its clones,
    /// which remember. [`Snapshot::source`](crate::Snapshot::source) says which API it was.
    ///
    /// | Flex answers | serverless answers | result |
    /// |---|---|---|
    /// | a page | not asked | the Flex listing |
    /// | 400 `CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API` | a page | the serverless listing |
    /// | the same | 404, or "not serverless" | [`NotFound`]: neither Flex nor serverless |
    /// | the same | 410 | [`Sunset`]: not Flex, and its API is withdrawn |
    /// | 404 `CLUSTER_NOT_FOUND` | a page | the serverless listing |
    /// | 404 `CLUSTER_NOT_FOUND` | 404 | [`NotFound`]: neither knows the name |
    /// | 404 `CLUSTER_NOT_FOUND` | 410 | [`NotFound`]: no such Flex cluster, serverless withdrawn |
    /// | 404 `GROUP_NOT_FOUND` | not asked | [`NotFound`]: no such project |
    /// | anything else | not asked | that error |
    ///
    /// Where serverless answers an empty page after its sunset,
    /// [`Summary::is_doubtfully_empty`](crate::Summary::is_doubtfully_empty) says so.
    ///
    /// [`NotFound`]: crate::ErrorKind::NotFound
    /// [`Sunset`]: crate::ErrorKind::Sunset
    pub fn snapshots(&self, project: ProjectId, cluster: ClusterName) -> Listing {
        let pages = Arc::new(AutoPages {
            flex: self.pages(Api::Flex, &project, &cluster),
            serverless: self.pages(Api::Serverless, &project, &cluster),
            choices: Arc::clone(&self.choices),
        });
        self.listing("auto", pages, project, cluster)
    }

    fn pages(&self, api: Api, project: &ProjectId, cluster: &ClusterName) -> Arc<ApiPages> {
        Arc::new(ApiPages {
            api,
            settings: Arc::clone(&self.settings),
            project: project.clone(),
            cluster: cluster.clone(),
        })
    }

    fn listing(
        &self,
        api: &'static str,
        source: Arc<dyn PageSource>,
        project: ProjectId,
        instance: ClusterName,
    ) -> Listing {
        let scope = Scope {
            api,
            project,
            instance,
            page_size: PageSize::default(),
        };
        Listing::new(source, Arc::clone(&self.patience), scope)
    }
}

impl Atlas {
    /// Forgets the access token of a service account or token source, and has Atlas revoke the
    /// one it issued, so that it does not count against the account's limit until it expires.
    /// Nothing to do for other credentials. The client stays usable: it would sign in anew.
    ///
    /// # Errors
    ///
    /// Those of the request to revoke. The token is forgotten all the same, and expires by itself.
    pub async fn sign_out(&self) -> Result<()> {
        self.settings.signer.sign_out().await
    }
}
