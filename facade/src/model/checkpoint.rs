//! The checkpoint of a listing: a serializable description of how far it has come.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::completeness::IncompleteReason;

/// How far a listing has come. [`ListRequest::resume_from`](crate::ListRequest::resume_from)
/// lists what comes after it, in this process or another one.
///
/// A checkpoint is returned by [`ItemStream::checkpoint`](crate::ItemStream::checkpoint) and by
/// [`Error::checkpoint`](crate::Error::checkpoint). It names the last item that was yielded, so
/// that no item is yielded twice and none is left out in between. It also carries the first sign
/// that the set changed, so that the resumed listing does not end as if there had been none.
///
/// It serializes to a small JSON object. Deserializing fails for another version and for values
/// that no listing writes.
///
/// ```
/// # use atlas_snapshots::Checkpoint;
/// let checkpoint: Checkpoint = serde_json::from_str(
///     r#"{"version": 2,
///         "target": {"operation": "listFlexBackups", "project": "32b6e34b3d91647abb20e7b8",
///                    "cluster": "Cluster0"},
///         "pageSize": 500, "page": 3, "index": 17, "lastId": "32b6e34b3d91647abb20e7b8",
///         "itemsSeen": 1018, "reportedTotal": 1200}"#,
/// )?;
/// assert_eq!(checkpoint.target()["cluster"], "Cluster0");
/// assert_eq!(checkpoint.items_seen(), 1018);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Fields")]
pub struct Checkpoint {
    pub(crate) version: u32,
    pub(crate) target: BTreeMap<String, String>,
    pub(crate) page_size: u16,
    #[serde(flatten)]
    pub(crate) cursor: Option<Cursor>,
    pub(crate) items_seen: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reported_total: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<IncompleteReason>,
    /// Whether every page was read in order, so that nothing comes after the cursor.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) read_to_end: bool,
}

/// The last item that was yielded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cursor {
    /// The page the item was on, counted from 1.
    pub(crate) page: u64,
    /// The position of the item on that page, counted from 0.
    pub(crate) index: usize,
    pub(crate) last_id: String,
}

impl Checkpoint {
    /// The version this library reads and writes.
    const VERSION: u32 = 2;

    /// The checkpoint of a listing that has yielded nothing.
    pub(crate) fn start(target: BTreeMap<String, String>, page_size: u16) -> Self {
        Self {
            version: Self::VERSION,
            target,
            page_size,
            cursor: None,
            items_seen: 0,
            reported_total: None,
            reason: None,
            read_to_end: false,
        }
    }

    /// What is listed: the `operation`, and for snapshots the `project` and the `cluster`. A
    /// checkpoint resumes listings of the same target only.
    #[must_use]
    pub fn target(&self) -> &BTreeMap<String, String> {
        &self.target
    }

    /// The page size of the listing. A checkpoint resumes listings of the same page size only.
    #[must_use]
    pub fn page_size(&self) -> u16 {
        self.page_size
    }

    /// The page of the last item that was yielded, counted from 1; `None` if there is no such
    /// item.
    #[must_use]
    pub fn page(&self) -> Option<u64> {
        self.cursor.as_ref().map(|cursor| cursor.page)
    }

    /// The position of the last item on its page, counted from 0.
    #[must_use]
    pub fn index(&self) -> Option<usize> {
        self.cursor.as_ref().map(|cursor| cursor.index)
    }

    /// The id of the last item that was yielded.
    #[must_use]
    pub fn last_id(&self) -> Option<&str> {
        self.cursor.as_ref().map(|cursor| cursor.last_id.as_str())
    }

    /// How many different items were seen up to and including the last one, by this listing and
    /// those it resumed.
    #[must_use]
    pub fn items_seen(&self) -> u64 {
        self.items_seen
    }

    /// The last total that was not below the number of items seen; an estimate.
    #[must_use]
    pub fn reported_total(&self) -> Option<u64> {
        self.reported_total
    }

    /// The first sign seen so far that an item may be missing.
    #[must_use]
    pub fn reason(&self) -> Option<IncompleteReason> {
        self.reason
    }

    /// Whether the listing had read every page in order and had begun to read them again. Nothing
    /// is left to resume then: a resumed listing sends no request and ends possibly incomplete.
    #[must_use]
    pub fn read_to_end(&self) -> bool {
        self.read_to_end
    }
}

/// The serialized form, before it is checked. The version is checked first, so every other field
/// may be missing here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    version: u32,
    target: Option<BTreeMap<String, String>>,
    page_size: Option<u16>,
    page: Option<u64>,
    index: Option<usize>,
    last_id: Option<String>,
    items_seen: Option<u64>,
    reported_total: Option<u64>,
    reason: Option<IncompleteReason>,
    #[serde(default)]
    read_to_end: bool,
}

impl TryFrom<Fields> for Checkpoint {
    type Error = String;

    fn try_from(fields: Fields) -> Result<Self, String> {
        if fields.version != Self::VERSION {
            return Err(format!(
                "the checkpoint has version {}, and this library reads version {}; list from the \
                 beginning instead",
                fields.version,
                Self::VERSION
            ));
        }
        let missing = |name: &str| format!("the checkpoint has no {name}");
        let cursor = match (fields.page, fields.index, fields.last_id) {
            (Some(page), Some(index), Some(last_id)) if page > 0 => Some(Cursor {
                page,
                index,
                last_id,
            }),
            (None, None, None) => None,
            _ => {
                return Err(
                    "a checkpoint has all of page (at least 1), index and lastId, or none"
                        .to_owned(),
                );
            }
        };
        Ok(Self {
            version: fields.version,
            target: fields.target.ok_or_else(|| missing("target"))?,
            page_size: fields.page_size.ok_or_else(|| missing("pageSize"))?,
            cursor,
            items_seen: fields.items_seen.ok_or_else(|| missing("itemsSeen"))?,
            reported_total: fields.reported_total,
            reason: fields.reason,
            read_to_end: fields.read_to_end,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"version":2,"target":{"color":"blue","shelf":"7"},"pageSize":500,"page":3,"index":17,"lastId":"00000000000000000000002a","itemsSeen":1018,"reportedTotal":1200,"reason":"totalChanged"}"#;

    fn start() -> Checkpoint {
        let entries = [("shelf", "7"), ("color", "blue")];
        let target = entries.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Checkpoint::start(target.into(), 500)
    }

    #[test]
    fn it_reads_back_as_it_was_written() {
        let in_the_middle = Checkpoint {
            cursor: Some(Cursor {
                page: 3,
                index: 17,
                last_id: "00000000000000000000002a".to_owned(),
            }),
            items_seen: 1018,
            reported_total: Some(1200),
            reason: Some(IncompleteReason::TotalChanged),
            ..start()
        };
        assert_eq!(serde_json::to_string(&in_the_middle).unwrap(), TEXT);
        let at_the_end = Checkpoint {
            read_to_end: true,
            ..in_the_middle.clone()
        };
        for checkpoint in [in_the_middle, at_the_end, start()] {
            let text = serde_json::to_string(&checkpoint).unwrap();
            let read: Checkpoint = serde_json::from_str(&text).unwrap();
            assert_eq!(read, checkpoint);
        }
    }

    #[test]
    fn accessors_return_what_was_written() {
        let checkpoint: Checkpoint = serde_json::from_str(TEXT).unwrap();
        assert_eq!(checkpoint.target()["color"], "blue");
        assert_eq!(checkpoint.page_size(), 500);
        assert_eq!(checkpoint.page(), Some(3));
        assert_eq!(checkpoint.index(), Some(17));
        assert_eq!(checkpoint.last_id(), Some("00000000000000000000002a"));
        assert_eq!(checkpoint.items_seen(), 1018);
        assert_eq!(checkpoint.reported_total(), Some(1200));
        assert_eq!(checkpoint.reason(), Some(IncompleteReason::TotalChanged));
        assert_eq!((start().page(), start().last_id()), (None, None));
    }

    #[test]
    fn what_no_listing_writes_is_refused_and_named() {
        for (from, to, named) in [
            (r#""version":2"#, r#""version":3"#, "has version 3"),
            (r#""version":2,"#, "", "version"),
            (r#""target":{"color":"blue","shelf":"7"},"#, "", "no target"),
            (r#""itemsSeen":1018,"#, "", "no itemsSeen"),
            (r#""page":3"#, r#""page":0"#, "page (at least 1)"),
            (r#""index":17,"#, "", "index and lastId"),
            (r#""pageSize":500"#, r#""pageSize":"500""#, "invalid type"),
            (r#""totalChanged""#, r#""rumour""#, "rumour"),
        ] {
            let text = TEXT.replace(from, to);
            let error = serde_json::from_str::<Checkpoint>(&text).unwrap_err();
            assert!(error.to_string().contains(named), "{error}");
        }
    }

    #[test]
    fn version_1_is_refused_by_its_number() {
        let text = r#"{"version":1,"api":"serverless","project":"32b6e34b3d91647abb20e7b8","instance":"Instance0","pageSize":500,"page":3,"row":17,"lastId":"x"}"#;
        let error = serde_json::from_str::<Checkpoint>(text).unwrap_err();
        assert!(error.to_string().contains("has version 1"), "{error}");
    }
}
