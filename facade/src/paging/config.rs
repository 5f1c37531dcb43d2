//! The settings of a listing.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::http::slots::Slots;
use crate::model::checkpoint::Checkpoint;
use crate::model::ids::InvalidValue;

/// How sure a listing of several pages is to be that it missed no item.
///
/// Atlas pages by offset: when an item leaves the set between two page reads, all items behind it
/// move forward, and one of them can move past the reader. A listing of a single page is one
/// consistent read and complete in every mode.
///
/// Signs that the set changed, or that a page is missing, are: usable totals that differ (a total
/// below the number of items seen is treated as absent), an item that comes twice, an empty page
/// where `next`, a full page or the total promised items, and a total that exceeds the items by a
/// page or more. A total that exceeds them by less is no sign, because totals are estimates; the
/// summary names both numbers.
///
/// It serializes as `"adaptive"`, `"verified"` or `"singlePass"`. The default is
/// [`adaptive`](Self::adaptive).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Consistency(pub(super) Mode);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Mode {
    SinglePass,
    #[default]
    Adaptive,
    Verified,
}

impl Consistency {
    /// Reads once and looks for signs that the set changed. This costs one request per page.
    ///
    /// The end is [`PossiblyIncomplete`] when there was a sign, and otherwise complete with
    /// [`NoChangeSeen`]: a change can leave no sign.
    ///
    /// [`PossiblyIncomplete`]: crate::Completeness::PossiblyIncomplete
    /// [`NoChangeSeen`]: crate::Basis::NoChangeSeen
    #[must_use]
    pub const fn single_pass() -> Self {
        Self(Mode::SinglePass)
    }

    /// Reads once and, on any sign that the set changed, reads again like
    /// [`verified`](Self::verified); the default. A set that does not change costs one request per
    /// page.
    ///
    /// The end is an error of kind [`PossiblyIncomplete`](crate::ErrorKind::PossiblyIncomplete)
    /// where no two passes agree, or where two passes agree and the total still exceeds them by a
    /// page or more, or by anything where a page stayed empty that should have had items. What
    /// could be read has been yielded before it.
    ///
    /// A listing that is [resumed](crate::ListRequest::resume_from) reads once only.
    #[must_use]
    pub const fn adaptive() -> Self {
        Self(Mode::Adaptive)
    }

    /// Reads again, the last page first and one page at a time, until a pass equals the one
    /// before it page by page. Items found on the way are yielded, once. This costs at least two
    /// requests per page, and one more for every further pass, of which there are at most 8. A set
    /// of a single page is read once.
    ///
    /// The end is complete with [`Verified`](crate::Basis::Verified): every item that was present
    /// from the first request to the last has been yielded. This holds under assumptions that
    /// Atlas is believed to meet: a page shows the set at one moment, in an order that does not
    /// change for the items that stay; ids never come back; no item is both created and deleted
    /// within the listing.
    ///
    /// It ends with an error of kind [`PossiblyIncomplete`](crate::ErrorKind::PossiblyIncomplete)
    /// where [`adaptive`](Self::adaptive) does. It cannot be combined with
    /// [`resume_from`](crate::ListRequest::resume_from), because items that an earlier listing yielded
    /// cannot be distinguished from items that it missed.
    #[must_use]
    pub const fn verified() -> Self {
        Self(Mode::Verified)
    }
}

/// What is listed, as an operation describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListTarget {
    /// For a person, as the first words of an error message.
    pub(crate) description: String,
    /// For checkpoints, which resume listings of the same target only.
    pub(crate) fields: BTreeMap<String, String>,
}

/// The settings of a listing.
#[derive(Debug, Clone)]
pub(super) struct ListConfig {
    pub(super) target: ListTarget,
    pub(super) page_size: u16,
    pub(super) max_in_flight: usize,
    pub(super) page_limit: u64,
    pub(super) item_limit: u64,
    pub(super) deadline: Option<Duration>,
    pub(super) consistency: Consistency,
    pub(super) resume_from: Option<Checkpoint>,
    /// The requests in flight that the listing shares with others.
    pub(super) slots: Slots,
    /// The first value that breaks a rule. It becomes the error of the first poll.
    pub(super) invalid: Option<InvalidValue>,
}

impl ListConfig {
    /// Refuses a checkpoint that this listing cannot resume.
    pub(super) fn check_resume(&self) -> Result<(), InvalidValue> {
        let Some(checkpoint) = &self.resume_from else {
            return Ok(());
        };
        if self.consistency == Consistency::verified() {
            return Err(InvalidValue::because(
                "a verified listing cannot be resumed, because it has to read everything itself",
            ));
        }
        let differs = |name: &str, theirs: &str, ours: &str| {
            let what = format!("checkpoint's {name}");
            let rule = format!("is not the listing's, which is {ours:?}");
            Err(InvalidValue::new(&what, theirs, &rule))
        };
        let (theirs, ours) = (checkpoint.target(), &self.target.fields);
        for name in ours.keys().chain(theirs.keys()) {
            let value =
                |fields: &BTreeMap<String, String>| fields.get(name).cloned().unwrap_or_default();
            if theirs.get(name) != ours.get(name) {
                return differs(name, &value(theirs), &value(ours));
            }
        }
        if checkpoint.page_size() != self.page_size {
            let (theirs, ours) = (checkpoint.page_size(), self.page_size);
            return differs("page size", &theirs.to_string(), &ours.to_string());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(color: &str, page_size: u16) -> ListConfig {
        ListConfig {
            target: ListTarget {
                description: "the shelf".to_owned(),
                fields: [("color".to_owned(), color.to_owned())].into(),
            },
            page_size,
            max_in_flight: 1,
            page_limit: 1,
            item_limit: 1,
            deadline: None,
            consistency: Consistency::default(),
            resume_from: None,
            slots: Slots::default(),
            invalid: None,
        }
    }

    fn resuming(checkpoint: &ListConfig, listing: ListConfig) -> Result<(), InvalidValue> {
        let fields = checkpoint.target.fields.clone();
        let checkpoint = Checkpoint::start(fields, checkpoint.page_size);
        let resume_from = Some(checkpoint);
        let resumed = ListConfig {
            resume_from,
            ..listing
        };
        resumed.check_resume()
    }

    #[test]
    fn the_checkpoint_of_another_listing_is_refused_and_named() {
        let ours = || config("blue", 500);
        assert_eq!(resuming(&ours(), ours()), Ok(()));
        let mut without_target = ours();
        without_target.target.fields.clear();
        for (theirs, named) in [
            (
                config("red", 500),
                "checkpoint's color \"red\" is not the listing's, which is \"blue\"",
            ),
            (without_target, "checkpoint's color \"\""),
            (config("blue", 100), "checkpoint's page size \"100\""),
        ] {
            let refused = resuming(&theirs, ours()).unwrap_err().to_string();
            assert!(refused.contains(named), "{refused}");
        }
        let verified = ListConfig {
            consistency: Consistency::verified(),
            ..ours()
        };
        assert!(resuming(&ours(), verified).is_err());
    }

    #[test]
    fn consistency_serializes_as_its_name() {
        for (consistency, text) in [
            (Consistency::single_pass(), r#""singlePass""#),
            (Consistency::adaptive(), r#""adaptive""#),
            (Consistency::verified(), r#""verified""#),
        ] {
            assert_eq!(serde_json::to_string(&consistency).unwrap(), text);
            let read: Consistency = serde_json::from_str(text).unwrap();
            assert_eq!(read, consistency);
        }
        assert_eq!(Consistency::default(), Consistency::adaptive());
    }
}
