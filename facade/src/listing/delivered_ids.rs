//! Remembers which snapshots have been delivered, in 12 bytes each where the id allows.

use std::collections::HashSet;

/// The ids delivered so far.
#[derive(Debug, Default)]
pub(crate) struct DeliveredIds {
    /// Ids of the documented form, packed.
    object_ids: HashSet<[u8; 12]>,
    /// Any other id, as it came.
    others: HashSet<Box<str>>,
}

impl DeliveredIds {
    /// Remembers `id`; false when it was there before.
    pub(crate) fn insert(&mut self, id: &str) -> bool {
        match pack(id) {
            Some(packed) => self.object_ids.insert(packed),
            None => self.others.insert(id.into()),
        }
    }
}

/// The 12 bytes behind 24 lower-case hexadecimal characters. Upper case is not packed: the two
/// spellings would become one.
fn pack(id: &str) -> Option<[u8; 12]> {
    let digits: &[u8; 24] = id.as_bytes().try_into().ok()?;
    let mut packed = [0; 12];
    for (byte, pair) in packed.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(packed)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn documented_ids_are_packed_and_others_kept() {
        let mut ids = DeliveredIds::default();
        assert!(ids.insert("32b6e34b3d91647abb20e7b8"));
        assert!(!ids.insert("32b6e34b3d91647abb20e7b8"));
        assert!(
            ids.insert("32B6E34B3D91647ABB20E7B8"),
            "another spelling, another id"
        );
        assert!(ids.insert("") && ids.insert("x") && !ids.insert("x"));
        assert_eq!((ids.object_ids.len(), ids.others.len()), (1, 3));
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_set_of_texts(texts in prop::collection::vec("[a-f0-9]{23,25}|[A-Fa-f0-9]{24}|.{0,3}", 0..50)) {
            let (mut ids, mut model) = (DeliveredIds::default(), HashSet::new());
            for text in texts {
                prop_assert_eq!(ids.insert(&text), model.insert(text));
            }
        }
    }
}
