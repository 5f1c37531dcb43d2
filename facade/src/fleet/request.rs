//! Fleet requests: what to list and how. Configuring one sends nothing.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use super::config::FleetConfig;
use super::scheduler::Scheduler;
use super::selection::Selection;
use super::source::FleetSource;
use super::stream::FleetStream;
use crate::model::ids::InvalidValue;
use crate::model::tag::Tag;
use crate::paging::config::Consistency;
use crate::paging::request::PAGE_SIZES;

/// The upper bound is ours: more requests in flight only reach the rate limits sooner.
const CONCURRENCY: RangeInclusive<usize> = 1..=128;

/// The snapshots of every cluster that the credentials may see, being configured. Made by
/// [`Atlas::fleet`](crate::Atlas::fleet); [`stream`](Self::stream) runs it.
///
/// Without restrictions it is the whole organisation. Restrictions of one kind add up
/// (`.project(a).project(b)` is both projects), and those of different kinds must all be met.
/// Values are compared exactly. One that nothing meets is named by the summary, and the fleet has
/// [failed](crate::FleetCompleteness::Failed) then.
///
/// A value that breaks a rule becomes an error of kind
/// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) when the fleet is first polled, before
/// any request; the first such value is reported. A fleet takes no checkpoint.
#[must_use = "a fleet request does nothing until it is streamed"]
#[derive(Clone)]
pub struct FleetRequest {
    source: Arc<dyn FleetSource>,
    config: FleetConfig,
}

impl FleetRequest {
    pub(crate) fn new(source: Arc<dyn FleetSource>) -> Self {
        Self {
            source,
            config: FleetConfig {
                selection: Selection::default(),
                concurrency: 16,
                deadline: None,
                page_size: *PAGE_SIZES.end(),
                consistency: Consistency::default(),
                invalid: None,
            },
        }
    }

    /// Restricts the fleet to this project, by its id or its name. May be called repeatedly.
    pub fn project(mut self, project: impl AsRef<str>) -> Self {
        let projects = &mut self.config.selection.projects;
        projects.insert(project.as_ref().to_owned());
        self
    }

    /// Leaves this project out, by its id or its name. May be called repeatedly.
    pub fn exclude_project(mut self, project: impl AsRef<str>) -> Self {
        let projects = &mut self.config.selection.excluded_projects;
        projects.insert(project.as_ref().to_owned());
        self
    }

    /// Restricts the fleet to clusters of this name, in any project. May be called repeatedly.
    pub fn cluster(mut self, name: impl AsRef<str>) -> Self {
        let clusters = &mut self.config.selection.clusters;
        clusters.insert(name.as_ref().to_owned());
        self
    }

    /// Leaves out the clusters of this name, in any project. May be called repeatedly.
    pub fn exclude_cluster(mut self, name: impl AsRef<str>) -> Self {
        let clusters = &mut self.config.selection.excluded_clusters;
        clusters.insert(name.as_ref().to_owned());
        self
    }

    /// Restricts the fleet to clusters that have this tag, or whose project has it. May be called
    /// repeatedly: a cluster must have all tags.
    pub fn tag(mut self, key: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        let tag = Tag::new(key.as_ref(), value.as_ref());
        self.config.selection.tags.insert(tag);
        self
    }

    /// Leaves out the clusters that have this tag, or whose project has it. May be called
    /// repeatedly.
    pub fn exclude_tag(mut self, key: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        let tag = Tag::new(key.as_ref(), value.as_ref());
        self.config.selection.excluded_tags.insert(tag);
        self
    }

    /// Sets how many requests are in flight at once, those that discover projects and clusters
    /// included: 1 to 128, default 16. A request that waits for a rate limit or for a retry is not
    /// in flight.
    pub fn concurrency(mut self, requests: usize) -> Self {
        let checked = InvalidValue::check_range("concurrency", requests, CONCURRENCY);
        match checked {
            Ok(requests) => self.config.concurrency = requests,
            Err(invalid) => {
                self.config.invalid.get_or_insert(invalid);
            }
        }
        self
    }

    /// Sets how long the whole fleet may take from its first poll on, including retries and the
    /// consumer's own time; default no limit.
    ///
    /// After the deadline, every listing that is under way and every cluster that has been
    /// discovered is reported with an error of kind [`Deadline`](crate::ErrorKind::Deadline), with
    /// what could be read of it, and the last item of the stream is such an error.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.config.deadline = Some(limit);
        self
    }

    /// Sets how many items are requested per page, of all lists: 1 to 500, default 500, so that
    /// nearly every list is a single request.
    pub fn page_size(mut self, items: u16) -> Self {
        let checked = InvalidValue::check_range("page size", items, PAGE_SIZES);
        match checked {
            Ok(items) => self.config.page_size = items,
            Err(invalid) => {
                self.config.invalid.get_or_insert(invalid);
            }
        }
        self
    }

    /// Sets how sure the listings are to be that they missed no item; default
    /// [`Consistency::adaptive`].
    pub fn consistency(mut self, consistency: Consistency) -> Self {
        self.config.consistency = consistency;
        self
    }

    /// A stream of the clusters. No request is sent before it is first polled.
    pub fn stream(self) -> FleetStream {
        FleetStream::new(Scheduler::new(self.source, self.config))
    }
}

impl fmt::Debug for FleetRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FleetRequest")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
