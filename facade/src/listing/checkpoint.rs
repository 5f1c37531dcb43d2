//! Where a listing stands, in a form that outlives the process.

use serde::{Deserialize, Serialize};

use crate::arguments::{ClusterName, PageSize, ProjectId};
use crate::error::{Error, Result};

/// The only form so far; a later one will be told by its number.
const VERSION: u32 = 1;

/// Where a listing stands: pass it to [`Listing::resume_from`](crate::Listing::resume_from), in
/// this process or another, to get the rest.
///
/// Taken from [`Snapshots::checkpoint`](crate::Snapshots::checkpoint) or from an error's
/// [`checkpoint`](crate::Error::checkpoint). It names the last row handed out, so that nothing
/// is delivered twice and nothing is left out between the two. With serde it becomes a small,
/// readable document:
///
/// ```
/// # use atlas_snapshots::Checkpoint;
/// let checkpoint: Checkpoint = serde_json::from_str(
///     r#"{"version": 1, "project": "32b6e34b3d91647abb20e7b8", "instance": "Instance0",
///         "pageSize": 500, "page": 3, "row": 17, "lastId": "32b6e34b3d91647abb20e7b8",
///         "reportedTotal": 1200}"#,
/// )?;
/// # let _ = checkpoint;
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Reading one back fails on an unknown version and on values that no listing could have written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Unchecked")]
pub struct Checkpoint {
    version: u32,
    project: String,
    instance: String,
    page_size: u16,
    #[serde(flatten)]
    seam: Option<Seam>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reported_total: Option<u64>,
}

/// The last row handed out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Seam {
    /// The page it was on, counted from 1.
    pub(crate) page: u64,
    /// Its position on that page, counted from 0.
    pub(crate) row: usize,
    pub(crate) last_id: String,
}

/// What a listing lists: a checkpoint of one is of no use to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) project: ProjectId,
    pub(crate) instance: ClusterName,
    pub(crate) page_size: PageSize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Unchecked {
    version: u32,
    project: String,
    instance: String,
    page_size: u16,
    page: Option<u64>,
    row: Option<usize>,
    last_id: Option<String>,
    reported_total: Option<u64>,
}

impl TryFrom<Unchecked> for Checkpoint {
    type Error = Error;

    fn try_from(text: Unchecked) -> Result<Self> {
        if text.version != VERSION {
            return Err(refuse(
                text.version,
                "is of an unknown version; this library reads version 1",
            ));
        }
        ProjectId::new(&*text.project)?;
        ClusterName::new(&*text.instance)?;
        PageSize::new(text.page_size)?;
        let seam = match (text.page, text.row, text.last_id) {
            (Some(page), Some(row), Some(last_id)) if page > 0 => Some(Seam { page, row, last_id }),
            (None, None, None) => None,
            _ => {
                return Err(refuse(
                    text.version,
                    "must have all of page, row and lastId, or none",
                ));
            }
        };
        Ok(Self {
            version: text.version,
            project: text.project,
            instance: text.instance,
            page_size: text.page_size,
            seam,
            reported_total: text.reported_total,
        })
    }
}

fn refuse(version: u32, rule: &str) -> Error {
    Error::invalid("checkpoint of version", version, rule)
}

impl Checkpoint {
    pub(crate) fn new(scope: &Scope, seam: Option<Seam>, reported_total: Option<u64>) -> Self {
        Self {
            version: VERSION,
            project: scope.project.to_string(),
            instance: scope.instance.to_string(),
            page_size: scope.page_size.get(),
            seam,
            reported_total,
        }
    }

    /// The last row handed out and the total then, if the checkpoint belongs to `scope`.
    pub(crate) fn seam_in(self, scope: &Scope) -> Result<(Option<Seam>, Option<u64>)> {
        let differs = |what, has: &str, wants: &str| {
            Error::invalid(
                &format!("checkpoint's {what}"),
                has,
                &format!("is not the listing's, which is {wants:?}"),
            )
        };
        if self.project != scope.project.as_str() {
            return Err(differs("project", &self.project, scope.project.as_str()));
        }
        if self.instance != scope.instance.as_str() {
            return Err(differs("instance", &self.instance, scope.instance.as_str()));
        }
        let page_size = scope.page_size.get();
        if self.page_size != page_size {
            let (has, wants) = (self.page_size.to_string(), page_size.to_string());
            return Err(differs("page size", &has, &wants));
        }
        Ok((self.seam, self.reported_total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"version":1,"project":"32b6e34b3d91647abb20e7b8","instance":"Instance0","pageSize":500,"page":3,"row":17,"lastId":"00000000000000000000002a","reportedTotal":1200}"#;

    fn scope() -> Scope {
        Scope {
            project: "32b6e34b3d91647abb20e7b8".parse().unwrap(),
            instance: "Instance0".parse().unwrap(),
            page_size: PageSize::default(),
        }
    }

    #[test]
    fn it_reads_back_as_it_was_written() {
        let seam = Seam {
            page: 3,
            row: 17,
            last_id: "00000000000000000000002a".to_owned(),
        };
        let checkpoint = Checkpoint::new(&scope(), Some(seam), Some(1200));
        assert_eq!(serde_json::to_string(&checkpoint).unwrap(), TEXT);
        assert_eq!(
            serde_json::from_str::<Checkpoint>(TEXT).unwrap(),
            checkpoint
        );

        let at_the_start = Checkpoint::new(&scope(), None, None);
        let text = serde_json::to_string(&at_the_start).unwrap();
        assert_eq!(
            serde_json::from_str::<Checkpoint>(&text).unwrap(),
            at_the_start
        );
    }

    #[test]
    fn what_no_listing_could_have_written_is_refused() {
        for (from, to, named) in [
            (r#""version":1"#, r#""version":2"#, "unknown version"),
            (r#""page":3"#, r#""page":0"#, "page, row and lastId"),
            (r#""row":17,"#, "", "page, row and lastId"),
            (r#""pageSize":500"#, r#""pageSize":501"#, "1 to 500"),
            ("Instance0", "../x", "cluster name"),
            ("32b6e34b3d91647abb20e7b8", "32B6", "project id"),
        ] {
            let error = serde_json::from_str::<Checkpoint>(&TEXT.replace(from, to)).unwrap_err();
            assert!(error.to_string().contains(named), "{error}");
        }
    }

    #[test]
    fn another_listings_checkpoint_is_refused_and_named() {
        let others = [
            (
                "Instance0",
                "Instance1",
                "instance \"Instance1\" is not the listing's, which is \"Instance0\"",
            ),
            (
                "32b6e34b3d91647abb20e7b8",
                "000000000000000000000000",
                "project",
            ),
            (r#""pageSize":500"#, r#""pageSize":100"#, "page size"),
        ];
        for (from, to, named) in others {
            let other: Checkpoint = serde_json::from_str(&TEXT.replace(from, to)).unwrap();
            let error = other.seam_in(&scope()).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidArgument);
            assert!(error.to_string().contains(named), "{error}");
        }
    }
}
