//! Arguments that are checked when they are made, so that no request is sent with a bad one.

use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;

use crate::error::{Error, Result};

/// Implements what every checked text argument has in common.
macro_rules! checked_text {
    ($name:ident, $what:literal, $rule:literal, $is_valid:expr) => {
        impl $name {
            /// Checks and wraps `text`.
            ///
            /// # Errors
            ///
            /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument), naming the
            /// value and the rule it breaks.
            pub fn new(text: impl Into<String>) -> Result<Self> {
                let text = text.into();
                let is_valid: fn(&str) -> bool = $is_valid;
                if is_valid(&text) {
                    Ok(Self(text))
                } else {
                    Err(Error::invalid($what, text, $rule))
                }
            }

            /// The text as given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;

            fn try_from(text: String) -> Result<Self> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = Error;

            fn try_from(text: &str) -> Result<Self> {
                Self::new(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// An Atlas project, also called group: 24 lower-case hexadecimal characters
/// (documented pattern `^([a-f0-9]{24})$`).
///
/// ```
/// # use atlas_snapshots::ProjectId;
/// let project: ProjectId = "32b6e34b3d91647abb20e7b8".parse()?;
/// assert_eq!(project.as_str(), "32b6e34b3d91647abb20e7b8");
/// assert!("32B6E34B3D91647ABB20E7B8".parse::<ProjectId>().is_err());
/// # Ok::<(), atlas_snapshots::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProjectId(String);

checked_text!(
    ProjectId,
    "project id",
    "must be 24 characters from a-f and 0-9",
    |text| text.len() == 24 && text.bytes().all(|b| matches!(b, b'a'..=b'f' | b'0'..=b'9'))
);

/// The name of a serverless instance: letters, digits and hyphens, not starting with a hyphen
/// (documented pattern `^[a-zA-Z0-9][a-zA-Z0-9-]*$`).
///
/// ```
/// # use atlas_snapshots::ClusterName;
/// let name: ClusterName = "Instance0".parse()?;
/// assert_eq!(name.to_string(), "Instance0");
/// assert!("my_instance".parse::<ClusterName>().is_err());
/// # Ok::<(), atlas_snapshots::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClusterName(String);

checked_text!(
    ClusterName,
    "cluster name",
    "must be letters, digits and hyphens, starting with a letter or digit",
    |text| !text.is_empty()
        && !text.starts_with('-')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
);

/// How many snapshots one request asks for: 1 to 500 (documented as `itemsPerPage`).
///
/// The default here is 500, so that nearly every listing is a single request; Atlas's own
/// default would be 100.
///
/// ```
/// # use atlas_snapshots::PageSize;
/// assert_eq!(PageSize::default().get(), 500);
/// assert_eq!(PageSize::new(50)?.get(), 50);
/// assert!(PageSize::new(501).is_err());
/// # Ok::<(), atlas_snapshots::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageSize(u16);

const PAGE_SIZE_RULE: &str = "must be 1 to 500";

impl PageSize {
    /// The largest page Atlas serves: 500.
    pub const MAX: Self = Self(500);

    /// Checks and wraps a page size.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) unless 1 to 500.
    pub fn new(items: u16) -> Result<Self> {
        if (1..=Self::MAX.0).contains(&items) {
            Ok(Self(items))
        } else {
            Err(Error::invalid("page size", items, PAGE_SIZE_RULE))
        }
    }

    /// Snapshots a page.
    #[must_use]
    pub fn get(self) -> u16 {
        self.0
    }
}

impl FromStr for PageSize {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        // What is no number of this width is no page size either.
        text.parse()
            .map_err(|_| Error::invalid("page size", text, PAGE_SIZE_RULE))
            .and_then(Self::new)
    }
}

impl fmt::Display for PageSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self::MAX
    }
}

/// How many pages are in flight at once after the first: 1 to 64, default 4.
///
/// Pages are delivered in order whatever the width. The first page always travels alone, since
/// only its answer tells how many there are. Memory is bounded by this many pages.
///
/// ```
/// # use atlas_snapshots::Prefetch;
/// assert_eq!(Prefetch::default().get(), 4);
/// assert_eq!(Prefetch::SEQUENTIAL.get(), 1);
/// assert!(Prefetch::new(0).is_err());
/// # Ok::<(), atlas_snapshots::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefetch(NonZeroUsize);

const PREFETCH_RULE: &str = "must be 1 to 64";

impl Prefetch {
    /// One page at a time.
    pub const SEQUENTIAL: Self = Self(NonZeroUsize::MIN);

    /// The widest window allowed: 64 pages.
    const MAX: usize = 64;

    /// Checks and wraps a window width.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) unless 1 to 64. The
    /// upper bound is ours: wider windows only meet Atlas's rate limit sooner.
    pub fn new(pages: usize) -> Result<Self> {
        NonZeroUsize::new(pages)
            .filter(|pages| pages.get() <= Self::MAX)
            .map(Self)
            .ok_or_else(|| Error::invalid("prefetch", pages, PREFETCH_RULE))
    }

    /// Pages in flight.
    #[must_use]
    pub fn get(self) -> usize {
        self.0.get()
    }
}

impl FromStr for Prefetch {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        text.parse()
            .map_err(|_| Error::invalid("prefetch", text, PREFETCH_RULE))
            .and_then(Self::new)
    }
}

impl fmt::Display for Prefetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Default for Prefetch {
    fn default() -> Self {
        const DEFAULT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(3);
        Self(DEFAULT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn refusal<T: fmt::Debug>(result: Result<T>) -> String {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        error.to_string()
    }

    #[test]
    fn project_ids_follow_the_documented_pattern() {
        assert!(ProjectId::new("0123456789abcdef01234567").is_ok());
        for bad in [
            "",
            "0123456789abcdef0123456",
            "0123456789abcdef012345678",
            "0123456789ABCDEF01234567",
            "0123456789abcdef0123456g",
            "0123456789abcdef0123456\n",
            "éééééééééééé",
        ] {
            let message = refusal(ProjectId::new(bad));
            assert!(message.contains(&format!("{bad:?}")), "{message}");
            assert!(message.contains("24 characters"), "{message}");
        }
    }

    #[test]
    fn cluster_names_follow_the_documented_pattern() {
        for good in ["a", "0", "Instance0", "a-", "A-b-9"] {
            assert!(ClusterName::new(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a_b", "a/b", "a b", "ä", "..", "a\n"] {
            let message = refusal(ClusterName::new(bad));
            assert!(message.contains(&format!("{bad:?}")), "{message}");
        }
    }

    #[test]
    fn page_sizes_are_1_to_500() {
        assert!(PageSize::new(1).is_ok() && PageSize::new(500).is_ok());
        for bad in [0, 501, u16::MAX] {
            let message = refusal(PageSize::new(bad));
            assert_eq!(
                message,
                format!("invalid argument: page size \"{bad}\" must be 1 to 500")
            );
        }
    }

    #[test]
    fn prefetch_is_1_to_64() {
        assert!(Prefetch::new(1).is_ok() && Prefetch::new(64).is_ok());
        for bad in [0, 65, usize::MAX] {
            assert!(refusal(Prefetch::new(bad)).contains("1 to 64"));
        }
    }

    #[test]
    fn numbers_are_read_from_text_by_the_same_rules() {
        assert_eq!("500".parse::<PageSize>().unwrap(), PageSize::MAX);
        assert_eq!("1".parse::<Prefetch>().unwrap(), Prefetch::SEQUENTIAL);
        for bad in ["0", "501", "-1", "99999999", "1.5", "", "many"] {
            let message = refusal(bad.parse::<PageSize>());
            assert!(
                message.contains(&format!("{bad:?} must be 1 to 500")),
                "{message}"
            );
            let message = refusal(bad.parse::<Prefetch>());
            assert!(bad == "501" || message.contains(&format!("{bad:?} must be 1 to 64")));
        }
    }
}
