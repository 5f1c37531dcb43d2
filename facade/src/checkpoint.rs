//! Where a listing stands, in a form that outlives the process: data alone, so that errors can carry it.

use serde::{Deserialize, Serialize};

use crate::gap_evidence::GapEvidence;

/// Where a listing stands: pass it to [`Listing::resume_from`](crate::Listing::resume_from), in
/// this process or another, to get the rest.
///
/// Taken from [`Snapshots::checkpoint`](crate::Snapshots::checkpoint) or from an error's
/// [`checkpoint`](crate::Error::checkpoint). It names the last row handed out, so that nothing
/// is delivered twice and nothing is left out between the two, and the first sign of change seen
/// on the way there, so that the rest does not end as if there had been none. With serde it
/// becomes a small, readable document:
///
/// ```
/// # use atlas_snapshots::Checkpoint;
/// let checkpoint: Checkpoint = serde_json::from_str(
///     r#"{"version": 1, "api": "serverless", "project": "32b6e34b3d91647abb20e7b8", "instance": "Instance0",
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
    pub(crate) version: u32,
    pub(crate) api: String,
    pub(crate) project: String,
    pub(crate) instance: String,
    pub(crate) page_size: u16,
    #[serde(flatten)]
    pub(crate) seam: Option<Seam>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reported_total: Option<u64>,
    /// A sign of change seen on the way there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) evidence: Option<GapEvidence>,
}

impl Checkpoint {
    /// The only form so far; a later one will be told by its number.
    pub(crate) const VERSION: u32 = 1;

    /// What was listed, for a person.
    pub(crate) fn target(&self) -> String {
        format!("{} in project {}", self.instance, self.project)
    }
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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Unchecked {
    version: u32,
    api: String,
    project: String,
    instance: String,
    page_size: u16,
    page: Option<u64>,
    row: Option<usize>,
    last_id: Option<String>,
    reported_total: Option<u64>,
    evidence: Option<GapEvidence>,
}

impl TryFrom<Unchecked> for Checkpoint {
    type Error = String;

    fn try_from(text: Unchecked) -> Result<Self, String> {
        if text.version != Self::VERSION {
            let version = text.version;
            return Err(format!(
                "a checkpoint of version {version}; this library reads version {}",
                Self::VERSION
            ));
        }
        let seam = match (text.page, text.row, text.last_id) {
            (Some(page), Some(row), Some(last_id)) if page > 0 => Some(Seam { page, row, last_id }),
            (None, None, None) => None,
            _ => return Err("a checkpoint needs all of page, row and lastId, or none".to_owned()),
        };
        Ok(Self {
            version: text.version,
            api: text.api,
            project: text.project,
            instance: text.instance,
            page_size: text.page_size,
            seam,
            reported_total: text.reported_total,
            evidence: text.evidence,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"version":1,"api":"serverless","project":"32b6e34b3d91647abb20e7b8","instance":"Instance0","pageSize":500,"page":3,"row":17,"lastId":"00000000000000000000002a","reportedTotal":1200}"#;

    fn checkpoint(seam: Option<Seam>, total: Option<u64>) -> Checkpoint {
        Checkpoint {
            version: 1,
            api: "serverless".to_owned(),
            project: "32b6e34b3d91647abb20e7b8".to_owned(),
            instance: "Instance0".to_owned(),
            page_size: 500,
            seam,
            reported_total: total,
            evidence: None,
        }
    }

    #[test]
    fn it_reads_back_as_it_was_written() {
        let seam = Seam {
            page: 3,
            row: 17,
            last_id: "00000000000000000000002a".to_owned(),
        };
        let in_the_middle = checkpoint(Some(seam), Some(1200));
        assert_eq!(serde_json::to_string(&in_the_middle).unwrap(), TEXT);
        assert_eq!(
            serde_json::from_str::<Checkpoint>(TEXT).unwrap(),
            in_the_middle
        );

        let at_the_start = checkpoint(None, None);
        let text = serde_json::to_string(&at_the_start).unwrap();
        assert_eq!(
            serde_json::from_str::<Checkpoint>(&text).unwrap(),
            at_the_start
        );
    }

    #[test]
    fn what_no_listing_could_have_written_is_refused() {
        for (from, to, named) in [
            (
                r#""version":1"#,
                r#""version":2"#,
                "a checkpoint of version 2",
            ),
            (r#""version":1,"#, "", "version"),
            (r#""page":3"#, r#""page":0"#, "page, row and lastId"),
            (r#""row":17,"#, "", "page, row and lastId"),
            (r#""pageSize":500"#, r#""pageSize":"500""#, "invalid type"),
            (r#""page":3"#, r#""evidence":"rumour","page":3"#, "rumour"),
        ] {
            let text = TEXT.replace(from, to);
            let error = serde_json::from_str::<Checkpoint>(&text).unwrap_err();
            assert!(error.to_string().contains(named), "{error}");
        }
    }
}
