//! The client people hold.

use std::sync::Arc;

use crate::arguments::{ClusterName, PageSize, ProjectId};
use crate::builder::AtlasBuilder;
use crate::error::Result;
use crate::listing::{Listing, Scope};
use crate::retry::Patience;
use crate::wire::{ServerlessPages, WireSettings};

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
        let scope = Scope {
            project: project.clone(),
            instance: instance.clone(),
            page_size: PageSize::default(),
        };
        let source = ServerlessPages::new(Arc::clone(&self.settings), project, instance);
        Listing::new(Arc::new(source), Arc::clone(&self.patience), scope)
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
