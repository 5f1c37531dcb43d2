//! One page: the request for it, the response, and the items in it.

use std::fmt::{self, Debug, Write};
use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::Pin;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::error::Result;
use crate::http::attempts::RequestCounter;
use crate::http::headers::ResponseNotices;
use crate::http::retry::RetryLoop;
use crate::model::completeness::EmptyReason;
use crate::model::invalid_item::InvalidItem;

/// Fetches the pages of one list: over the network, or from a script in the engine's tests.
pub(crate) trait PageSource<T>: Debug + Send + Sync {
    /// The source for one listing, which keeps what is decided once for all its pages.
    fn for_listing(self: Arc<Self>) -> Arc<dyn PageSource<T>>;

    /// The source of what the server picks for a moment; `None` where it picks nothing.
    fn at(&self, _moment: DateTime<Utc>) -> Option<Arc<dyn PageSource<T>>> {
        None
    }

    /// Fetches one page, once. Dropping the future cancels the request.
    fn fetch(self: Arc<Self>, request: PageRequest) -> PageFuture<T>;
}

/// A page to come. It owns its data, so that it can run in a task of its own.
pub(crate) type PageFuture<T> = Pin<Box<dyn Future<Output = Result<Fetched<T>>> + Send>>;

/// The outcome of a request for a page.
#[derive(Debug)]
pub(crate) enum Fetched<T> {
    Page(PageResponse<T>),
    /// The body is the one that the request named, so that it was not decoded.
    Unchanged(ResponseNotices),
}

/// The request for one page.
#[derive(Debug, Clone)]
pub(crate) struct PageRequest {
    /// Counted from 1.
    pub(crate) page: u64,
    /// Items per page.
    pub(crate) page_size: u16,
    /// Whether the server is to count the whole set.
    pub(crate) include_count: bool,
    /// The hash of the body of this page in the pass before, where the set is read again.
    pub(crate) known_body: Option<u64>,
    pub(crate) counter: RequestCounter,
    /// Admits each request that is sent for the page.
    pub(crate) retry_loop: RetryLoop,
}

/// A page as received.
#[derive(Debug)]
pub(crate) struct PageResponse<T> {
    pub(crate) items: Vec<ReceivedItem<T>>,
    /// Whether there was a `next` link. Where it points does not matter.
    pub(crate) has_next: bool,
    /// The size of the whole set as the server counts it, which can be wrong.
    pub(crate) total: Option<u64>,
    /// A hash that is equal for the same bytes.
    pub(crate) body_hash: u64,
    pub(crate) notices: ResponseNotices,
}

impl<T> PageResponse<T> {
    /// The only page of a list that is empty for a reason.
    pub(crate) fn empty(reason: EmptyReason) -> Self {
        Self {
            items: Vec::new(),
            has_next: false,
            total: Some(0),
            body_hash: 0,
            notices: ResponseNotices {
                empty_reason: Some(reason),
                ..ResponseNotices::default()
            },
        }
    }
}

/// An item of a page.
#[derive(Debug)]
pub(crate) struct ReceivedItem<T> {
    /// The position on the page, counted from 0.
    pub(crate) index: usize,
    pub(crate) key: ItemKey,
    /// The item, or why it could not be read; `None` for the items of a page that are only counted.
    pub(crate) content: Result<T, Option<Box<InvalidItem>>>,
}

/// Makes one error of the unreadable items of a page that are only counted: that of the last one
/// states their number. Returns the number of the others.
pub(super) fn merge_counted<T>(page: u64, items: &mut [ReceivedItem<T>]) -> usize {
    let is_counted = |item: &ReceivedItem<T>| matches!(item.content, Err(None));
    let count = items.iter().filter(|item| is_counted(item)).count();
    if let Some(last) = items.iter_mut().rfind(|item| is_counted(item)) {
        let further = InvalidItem::further(page, last.index, count as u64);
        last.content = Err(Some(Box::new(further)));
    }
    count.saturating_sub(1)
}

/// What distinguishes an item from all others: its id, or its JSON text where it has none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum ItemKey {
    /// The 12 bytes of an id of 24 lower-case hexadecimal characters, as Atlas documents it.
    ObjectId([u8; 12]),
    /// Any other id.
    Text(Box<str>),
    /// A hash of the JSON text of an item without an id.
    Unnamed(u64),
}

impl ItemKey {
    pub(crate) fn of_id(id: &str) -> Self {
        pack(id).map_or_else(|| Self::Text(id.into()), Self::ObjectId)
    }

    pub(crate) fn of_json(raw: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        raw.hash(&mut hasher);
        Self::Unnamed(hasher.finish())
    }

    /// The id as text; `None` for an item without one.
    pub(crate) fn id(&self) -> Option<String> {
        match self {
            Self::ObjectId(bytes) => Some(unpack(bytes)),
            Self::Text(id) => Some(id.to_string()),
            Self::Unnamed(_) => None,
        }
    }
}

/// The 12 bytes behind 24 lower-case hexadecimal characters. Upper case is not packed, because
/// the two spellings would become one.
fn pack(id: &str) -> Option<[u8; 12]> {
    let digits: &[u8; 24] = id.as_bytes().try_into().ok()?;
    let mut bytes = [0; 12];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

fn unpack(bytes: &[u8; 12]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(24), |mut id, byte| {
            // Writing to a string cannot fail.
            let _: fmt::Result = write!(id, "{byte:02x}");
            id
        })
}

/// A hash that is equal for the same items in the same order.
pub(crate) fn fingerprint<T>(items: &[ReceivedItem<T>]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for item in items {
        item.key.hash(&mut hasher);
    }
    hasher.finish()
}

/// A page of items with these ids, for tests.
#[cfg(test)]
pub(super) fn items_of(ids: &[&str]) -> Vec<ReceivedItem<()>> {
    let items = ids.iter().enumerate().map(|(index, id)| ReceivedItem {
        index,
        key: ItemKey::of_id(id),
        content: Ok(()),
    });
    items.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn documented_ids_are_packed_and_others_kept() {
        let packed = ItemKey::of_id("32b6e34b3d91647abb20e7b8");
        assert!(matches!(packed, ItemKey::ObjectId(_)));
        for other in ["32B6E34B3D91647ABB20E7B8", "", "x"] {
            assert!(matches!(ItemKey::of_id(other), ItemKey::Text(_)), "{other}");
        }
        assert_eq!(ItemKey::of_json("{}").id(), None);
    }

    #[test]
    fn a_fingerprint_tells_items_and_their_order_apart() {
        let fingerprint = |ids: &[&str]| fingerprint(&items_of(ids));
        assert_eq!(fingerprint(&["1", "2"]), fingerprint(&["1", "2"]));
        assert_ne!(fingerprint(&["1", "2"]), fingerprint(&["2", "1"]));
        assert_ne!(fingerprint(&["1"]), fingerprint(&["2"]));
        let unnamed = |raw| {
            super::fingerprint(&[ReceivedItem::<()> {
                index: 0,
                key: ItemKey::of_json(raw),
                content: Ok(()),
            }])
        };
        assert_ne!(unnamed("1"), unnamed("2"));
    }

    proptest! {
        #[test]
        fn an_id_is_read_back_as_it_was(id in "[a-f0-9]{23,25}|[A-Fa-f0-9]{24}|.{0,3}") {
            prop_assert_eq!(ItemKey::of_id(&id).id(), Some(id));
        }
    }
}
