//! The completeness of a listing, and the reasons for doubt.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::text_enum::closed_enum;

/// How complete a listing is. Returned by [`Summary::completeness`](crate::Summary::completeness).
///
/// It serializes as an object, such as `{"state": "complete", "basis": "verified"}` or
/// `{"state": "possiblyIncomplete", "reason": "totalChanged"}`.
///
/// ```
/// use atlas_snapshots::{Basis, Completeness};
///
/// let completeness = Completeness::Complete(Basis::Verified);
/// assert!(completeness.is_complete());
/// assert_eq!(
///     serde_json::to_string(&completeness)?,
///     r#"{"state":"complete","basis":"verified"}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Fields", into = "Fields")]
#[non_exhaustive]
pub enum Completeness {
    /// The listing has not reached its end.
    InProgress,
    /// The listing reached its end, and nothing suggests that an item is missing. The [`Basis`]
    /// says how much that means.
    ///
    /// On any basis, two things cannot be seen: a page that the server sends empty every time,
    /// where neither a total nor an item behind it shows that it should not be; and items missing
    /// from every response where the total exceeds what came by less than a page, which is the
    /// error that Atlas's totals have (recorded).
    Complete(Basis),
    /// The listing reached its end, and an item may be missing.
    PossiblyIncomplete(IncompleteReason),
    /// An error ended the listing. The items before it are good; what follows is unknown.
    Failed,
}

impl Completeness {
    /// Whether this is [`Complete`](Self::Complete), on any basis.
    #[must_use]
    pub const fn is_complete(self) -> bool {
        matches!(self, Self::Complete(_))
    }

    /// How complete two lists are together, of which this is the one that was read first.
    pub(crate) fn followed_by(self, later: Self) -> Self {
        match (self, later) {
            (Self::PossiblyIncomplete(_), Self::Complete(_) | Self::PossiblyIncomplete(_)) => self,
            (Self::Complete(first), Self::Complete(second)) => {
                let mut from_weakest = Basis::KNOWN.iter().rev();
                let weaker = from_weakest.find(|&&basis| basis == first || basis == second);
                Self::Complete(*weaker.unwrap_or(&second))
            }
            (_, later) => later,
        }
    }

    /// Whether the listing reached its end.
    pub(crate) const fn has_ended(self) -> bool {
        matches!(self, Self::Complete(_) | Self::PossiblyIncomplete(_))
    }
}

impl fmt::Display for Completeness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InProgress => f.write_str("not read to the end"),
            Self::Complete(basis) => write!(f, "complete, {basis}"),
            Self::PossiblyIncomplete(reason) => write!(f, "possibly incomplete: {reason}"),
            Self::Failed => f.write_str("failed"),
        }
    }
}

closed_enum! {
    /// What a complete listing rests on, from the strongest to the weakest.
    Basis {
        /// All items came on one page, which is one consistent read. Of
        /// [`Atlas::clusters`](crate::Atlas::clusters), which reads two lists, those of each came
        /// on one page.
        SinglePage = "singlePage",
        /// Two passes over the whole set agreed, the second from the last page to the first.
        /// Every item that was present throughout was yielded; see
        /// [`Consistency::verified`](crate::Consistency::verified).
        Verified = "verified",
        /// Several pages were read once, and nothing showed that the set changed meanwhile.
        ///
        /// A change that leaves no sign is possible: when an item leaves the set and another one
        /// enters it between two pages, an item can be missed while all totals agree.
        NoChangeSeen = "noChangeSeen",
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::SinglePage => "single page",
            Self::Verified => "verified",
            Self::NoChangeSeen => "no change seen",
        })
    }
}

closed_enum! {
    /// Why an item may be missing from a listing.
    ///
    /// Atlas pages by offset. When an item leaves the set between two page reads, all items
    /// behind it move forward, and one of them can move past the reader.
    IncompleteReason {
        /// `totalCount` differed between two pages, both not below the items seen by then.
        TotalChanged = "totalChanged",
        /// Fewer items came than `totalCount` says: by a page or more, or by any number where a
        /// page in the middle was shorter than another one. A total is an estimate, so one that
        /// is higher by less is no reason.
        TotalNotReached = "totalNotReached",
        /// An item came twice, so items moved while pages were read.
        DuplicateItem = "duplicateItem",
        /// A page came empty that should have had items, also when it was requested again.
        EmptyPage = "emptyPage",
        /// The last item of the checkpoint was not where it had been.
        ResumePointMoved = "resumePointMoved",
        /// No two passes agreed.
        NotConverged = "notConverged",
        /// At least one item could not be read. Each one is an
        /// [`InvalidItem`](crate::InvalidItem).
        UnreadableItems = "unreadableItems",
    }
}

closed_enum! {
    /// Why a cluster has no snapshots, as [`Atlas::snapshots`](crate::Atlas::snapshots) finds it
    /// out where the list is empty.
    EmptyReason {
        /// It is a Free cluster (M0), which has no backups.
        FreeCluster = "freeCluster",
        /// Backups are turned off for the cluster.
        BackupsOff = "backupsOff",
        /// Backups are turned on, and none has been taken yet, or all have expired.
        NoneYet = "noneYet",
    }
}

impl fmt::Display for EmptyReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::FreeCluster => "a Free cluster has no backups",
            Self::BackupsOff => "backups are turned off",
            Self::NoneYet => "no snapshot has been taken yet, or all have expired",
        })
    }
}

impl fmt::Display for IncompleteReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::TotalChanged => "the total changed between pages",
            Self::TotalNotReached => "fewer items came than the total says",
            Self::DuplicateItem => "an item came twice",
            Self::EmptyPage => "a page came empty that should have had items",
            Self::ResumePointMoved => "the item to resume behind had moved",
            Self::NotConverged => "no two passes agreed",
            Self::UnreadableItems => "some items could not be read",
        })
    }
}

/// The serialized form of [`Completeness`].
#[derive(Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase")]
enum Fields {
    InProgress,
    Complete { basis: Basis },
    PossiblyIncomplete { reason: IncompleteReason },
    Failed,
}

impl From<Fields> for Completeness {
    fn from(fields: Fields) -> Self {
        match fields {
            Fields::InProgress => Self::InProgress,
            Fields::Complete { basis } => Self::Complete(basis),
            Fields::PossiblyIncomplete { reason } => Self::PossiblyIncomplete(reason),
            Fields::Failed => Self::Failed,
        }
    }
}

impl From<Completeness> for Fields {
    fn from(completeness: Completeness) -> Self {
        match completeness {
            Completeness::InProgress => Self::InProgress,
            Completeness::Complete(basis) => Self::Complete { basis },
            Completeness::PossiblyIncomplete(reason) => Self::PossiblyIncomplete { reason },
            Completeness::Failed => Self::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_serializes_to_its_documented_form_and_back() {
        let bases = Basis::KNOWN.iter().map(|&basis| {
            let text = format!(r#"{{"state":"complete","basis":"{}"}}"#, basis.as_str());
            (Completeness::Complete(basis), text)
        });
        let reasons = IncompleteReason::KNOWN.iter().map(|&reason| {
            let text = format!(
                r#"{{"state":"possiblyIncomplete","reason":"{}"}}"#,
                reason.as_str()
            );
            (Completeness::PossiblyIncomplete(reason), text)
        });
        let others = [
            (
                Completeness::InProgress,
                r#"{"state":"inProgress"}"#.to_owned(),
            ),
            (Completeness::Failed, r#"{"state":"failed"}"#.to_owned()),
        ];
        for (completeness, text) in bases.chain(reasons).chain(others) {
            assert_eq!(serde_json::to_string(&completeness).unwrap(), text);
            let read: Completeness = serde_json::from_str(&text).unwrap();
            assert_eq!(read, completeness);
            assert_eq!(
                completeness.is_complete(),
                text.starts_with(r#"{"state":"complete""#)
            );
        }
    }
}
