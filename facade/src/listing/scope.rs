//! What a listing lists: a checkpoint of one is of no use to another.

use crate::arguments::{ClusterName, PageSize, ProjectId};
use crate::checkpoint::Checkpoint;
use crate::error::{Error, Result};

/// What a listing lists, and in which steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    /// Through which API: each has an order of its own.
    pub(crate) api: &'static str,
    pub(crate) project: ProjectId,
    pub(crate) instance: ClusterName,
    pub(crate) page_size: PageSize,
}

impl Scope {
    /// The checkpoint of a listing that has not begun.
    pub(crate) fn beginning(&self) -> Checkpoint {
        Checkpoint {
            version: Checkpoint::VERSION,
            api: self.api.to_owned(),
            project: self.project.to_string(),
            instance: self.instance.to_string(),
            page_size: self.page_size.get(),
            seam: None,
            reported_total: None,
            evidence: None,
        }
    }

    /// Refuses a checkpoint that belongs to another listing.
    pub(crate) fn check(&self, checkpoint: &Checkpoint) -> Result<()> {
        let page_size = checkpoint.page_size.to_string();
        for (what, theirs, ours) in [
            ("API", &*checkpoint.api, self.api),
            ("project", &checkpoint.project, self.project.as_str()),
            ("instance", &checkpoint.instance, self.instance.as_str()),
            ("page size", &page_size, &self.page_size.to_string()),
        ] {
            if theirs != ours {
                let what = format!("checkpoint's {what}");
                let rule = format!("is not the listing's, which is {ours:?}");
                return Err(Error::invalid(&what, theirs, &rule));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn scope(project: &str, instance: &str, page_size: u16) -> Scope {
        Scope {
            api: "flex",
            project: project.parse().unwrap(),
            instance: instance.parse().unwrap(),
            page_size: PageSize::new(page_size).unwrap(),
        }
    }

    #[test]
    fn another_listings_checkpoint_is_refused_and_named() {
        const PROJECT: &str = "32b6e34b3d91647abb20e7b8";
        let ours = scope(PROJECT, "Instance0", 500);
        assert!(ours.check(&ours.beginning()).is_ok());
        for (theirs, named) in [
            (
                scope("000000000000000000000000", "Instance0", 500),
                "project",
            ),
            (
                scope(PROJECT, "Instance1", 500),
                "instance \"Instance1\" is not the listing's, which is \"Instance0\"",
            ),
            (scope(PROJECT, "Instance0", 100), "page size"),
            (
                Scope {
                    api: "serverless",
                    ..ours.clone()
                },
                "API \"serverless\" is not the listing's, which is \"flex\"",
            ),
        ] {
            let error = ours.check(&theirs.beginning()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            assert!(error.to_string().contains(named), "{error}");
        }
    }
}
