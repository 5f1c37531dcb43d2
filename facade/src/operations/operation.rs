//! The trait that an endpoint implements, and the types of its signatures.

use std::fmt::Debug;
use std::future::Future;
use std::num::NonZeroU64;

use atlas_snapshots_generated::{Client, OpenEnum, ResponseValue, Vocabulary, types};
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;

use crate::http::bucket::BucketKey;
use crate::model::ids::{ClusterName, InvalidValue, ProjectId};
use crate::paging::config::ListTarget;
use crate::paging::page::ItemKey;

/// One endpoint that returns a list in pages.
pub(crate) trait Operation: Debug + Send + Sync + 'static {
    /// What the facade lists.
    type Item: Send + 'static;
    /// The generated type of a page.
    type Page: Send;
    /// The generated type of an item.
    type GeneratedItem: DeserializeOwned;

    /// The operation's id in the fragment.
    const ID: &'static str;
    /// The path as the fragment has it.
    const PATH: &'static str;

    /// The end of the API as the fragment has it (`x-sunset`).
    fn documented_sunset() -> Option<DateTime<Utc>> {
        None
    }

    /// The requests that the server counts together with those of this operation (documented as
    /// its rate limit).
    fn bucket(&self) -> BucketKey;

    /// What is listed.
    fn target(&self) -> ListTarget;

    /// The operation for what the server picks for a moment; `None` where it picks nothing.
    fn at(&self, _moment: DateTime<Utc>) -> Option<Self>
    where
        Self: Sized,
    {
        None
    }

    /// Sends the request for one page.
    fn send(
        &self,
        client: &Client,
        paging: Paging,
    ) -> impl Future<Output = Sent<Self::Page>> + Send;

    /// Takes a page apart.
    fn into_parts(page: Self::Page) -> PageParts<Self::GeneratedItem>;

    /// Converts an item; `None` for one without an id, which nothing would distinguish.
    fn into_item(generated: Self::GeneratedItem) -> Option<(ItemKey, Self::Item)>;
}

/// The sets of endpoints that Atlas counts together, per project.
pub(crate) mod endpoint_set {
    pub(crate) const BACKUPS: &str = "backups";
    pub(crate) const CLUSTERS: &str = "clusters";
    pub(crate) const FLEX: &str = "flex";
    /// Counted per user.
    pub(crate) const PROJECTS: &str = "projects";
}

/// The paging parameters, which every list operation has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paging {
    pub(crate) page: NonZeroU64,
    pub(crate) page_size: NonZeroU64,
    /// `None` is the documented default, which counts.
    pub(crate) include_count: Option<bool>,
}

/// What a generated operation returns.
pub(crate) type Sent<P> =
    std::result::Result<ResponseValue<P>, atlas_snapshots_generated::Error<types::ApiError>>;

/// The parts of a generated page.
pub(crate) struct PageParts<I> {
    pub(crate) links: Vec<types::Link>,
    pub(crate) items: Vec<I>,
    pub(crate) total_count: Option<i64>,
}

/// The cluster that an operation is about. The values are checked when they are taken over, and
/// a request with invalid ones is never sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ClusterPath {
    pub(crate) project: String,
    pub(crate) cluster: String,
}

impl ClusterPath {
    pub(crate) fn new(project: &str, cluster: &str) -> (Self, Result<(), InvalidValue>) {
        let checked = ProjectId::new(project).and_then(|_| ClusterName::new(cluster));
        let path = Self {
            project: project.to_owned(),
            cluster: cluster.to_owned(),
        };
        (path, checked.map(|_| ()))
    }

    pub(crate) fn bucket(&self, endpoints: &'static str) -> BucketKey {
        BucketKey::of_scope(&self.project, endpoints)
    }

    pub(crate) fn target(&self, operation: &str) -> ListTarget {
        let fields = [
            ("operation", operation),
            ("project", &self.project),
            ("cluster", &self.cluster),
        ];
        ListTarget {
            description: format!("{} in project {}", self.cluster, self.project),
            fields: fields
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        }
    }
}

/// The project that an operation is about, checked as a [`ClusterPath`] is.
#[derive(Debug, Clone)]
pub(crate) struct ProjectPath(pub(crate) String);

impl ProjectPath {
    pub(crate) fn new(project: &str) -> (Self, Result<(), InvalidValue>) {
        let checked = ProjectId::new(project);
        (Self(project.to_owned()), checked.map(|_| ()))
    }

    pub(crate) fn bucket(&self, endpoints: &'static str) -> BucketKey {
        BucketKey::of_scope(&self.0, endpoints)
    }

    /// What an operation lists of the project; `items` are its words for it.
    pub(crate) fn target(&self, operation: &str, items: &str) -> ListTarget {
        let fields = [("operation", operation), ("project", &self.0)];
        ListTarget {
            description: format!("{items} of project {}", self.0),
            fields: fields
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        }
    }
}

/// Converts to the open enums of this crate, so that no generated type is public.
pub(crate) fn open<K: Vocabulary, D: for<'a> From<&'a str> + From<String>>(
    value: OpenEnum<K>,
) -> D {
    match value {
        OpenEnum::Known(known) => known.word().into(),
        OpenEnum::Unknown(text) => text.into(),
    }
}
