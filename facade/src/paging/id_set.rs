//! A set of the items of a listing, made to hold millions of them.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher};

use foldhash::quality::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::page::ItemKey;

/// The number of tables that places are distributed over. Each doubles by itself, so that little
/// exists twice at any time.
const TABLES: usize = 16;

/// The ids of the items that a listing has seen.
///
/// Ids of the documented form are kept in a list, beside tables of their places in it: 12 bytes
/// and 6 to 11 more for each. A set of the ids themselves would take 15 to 30, and 45 while it
/// doubles.
#[derive(Debug, Default)]
pub(crate) struct IdSet {
    object_ids: Vec<[u8; 12]>,
    places: [HashTable<u32>; TABLES],
    /// Seeded at random, since a server chooses the ids. Its hashes take half as long as those of
    /// the standard library.
    hasher: RandomState,
    other_ids: HashSet<Box<str>>,
    unnamed: HashSet<u64>,
}

impl IdSet {
    /// Adds an item. Returns whether it is new, and a hash of its key.
    pub(crate) fn insert(&mut self, key: &ItemKey) -> (bool, u64) {
        match key {
            ItemKey::ObjectId(id) => {
                let hash = hash(&self.hasher, id);
                (self.insert_object_id(id, hash), hash)
            }
            ItemKey::Text(id) => (self.other_ids.insert(id.clone()), self.hasher.hash_one(key)),
            ItemKey::Unnamed(hash) => (self.unnamed.insert(*hash), self.hasher.hash_one(key)),
        }
    }

    fn insert_object_id(&mut self, id: &[u8; 12], id_hash: u64) -> bool {
        let ids = &mut self.object_ids;
        let hasher = &self.hasher;
        let at = |place: &u32| ids.get(*place as usize);
        // A table itself uses the first and the last bits.
        let table = (id_hash >> 32) as usize % TABLES;
        let entry = self.places[table].entry(
            id_hash,
            |place| at(place) == Some(id),
            |place| at(place).map_or(0, |id| hash(hasher, id)),
        );
        let Entry::Vacant(vacant) = entry else {
            return false;
        };
        if let Ok(place) = u32::try_from(ids.len()) {
            vacant.insert(place);
            ids.push(*id);
        }
        true
    }
}

fn hash(hasher: &RandomState, id: &[u8; 12]) -> u64 {
    let mut hasher = hasher.build_hasher();
    hasher.write(id);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn many_ids_are_each_new_once() {
        let mut set = IdSet::default();
        for repeated in [false, true] {
            for number in 0..100_000 {
                let id = ItemKey::of_id(&format!("{number:024x}"));
                assert_eq!(set.insert(&id).0, !repeated, "{number}");
            }
        }
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_set_of_texts(
            ids in prop::collection::vec("[a-f0-9]{23,25}|[A-Fa-f0-9]{24}|.{0,3}", 0..50),
        ) {
            let (mut set, mut model) = (IdSet::default(), HashSet::new());
            for id in ids {
                prop_assert_eq!(set.insert(&ItemKey::of_id(&id)).0, model.insert(id));
            }
        }
    }
}
