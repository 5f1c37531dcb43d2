//! Whether two equal passes prove that no item was missed, enumerated on small sets.
//!
//! The model: a set in a fixed order, pages of two items by offset, items that enter and leave
//! between any two page reads. A pass ends at the first page that is not full. Assumed, as the type
//! `Consistency` says: no item both enters and leaves within the listing, and none comes back. The
//! claim: when two passes agree page by page, every item that was present throughout is on them.

/// Items per page.
const SIZE: usize = 2;

/// The pages that a pass in arbitrary order requests.
const PAGES: usize = 4;

/// The order in which a pass requests its pages.
#[derive(Debug, Clone, PartialEq)]
enum Order {
    /// First to last, one at a time.
    Ascending,
    /// Last to first, one at a time, from where the pass before ended.
    Descending,
    /// The order in which the server may read pages that are in flight together.
    Scrambled([usize; PAGES]),
}

#[derive(Debug, Clone)]
struct Set {
    items: Vec<u8>,
    next_item: u8,
    /// Items up to this one were present at the start.
    initial: u8,
    changes_left: u32,
}

impl Set {
    fn of(count: u8, changes_left: u32) -> Self {
        Self {
            items: (1..=count).collect(),
            next_item: count + 1,
            initial: count,
            changes_left,
        }
    }

    /// Every set that one change leads to.
    fn changed(&self) -> Vec<Self> {
        let mut sets = Vec::new();
        if self.changes_left == 0 {
            return sets;
        }
        let after = Self {
            changes_left: self.changes_left - 1,
            ..self.clone()
        };
        for at in 0..=self.items.len() {
            let mut set = after.clone();
            set.items.insert(at, self.next_item);
            set.next_item += 1;
            sets.push(set);
        }
        for at in 0..self.items.len() {
            if self.items[at] <= self.initial {
                let mut set = after.clone();
                set.items.remove(at);
                sets.push(set);
            }
        }
        sets
    }

    fn read(&self, page: usize) -> Page {
        let from = (page - 1) * SIZE;
        Page {
            items: self.items.iter().skip(from).take(SIZE).copied().collect(),
            is_last: self.items.len() < from + SIZE,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Page {
    items: Vec<u8>,
    /// It is not full, so nothing is behind it.
    is_last: bool,
}

/// A pass in progress: the pages by number, as far as they have been read.
#[derive(Debug, Clone)]
struct Pass {
    order: Order,
    pages: Vec<Option<Page>>,
    reads: usize,
}

impl Pass {
    fn new(order: &Order, pages_before: usize) -> Self {
        let length = match order {
            Order::Ascending => 0,
            Order::Descending => pages_before,
            Order::Scrambled(_) => PAGES,
        };
        Self {
            order: order.clone(),
            pages: vec![None; length],
            reads: 0,
        }
    }

    /// The next page to read, or `None` when the pass is over.
    fn next(&self) -> Option<usize> {
        match &self.order {
            Order::Ascending => match self.pages.last() {
                Some(Some(page)) if page.is_last => None,
                _ => Some(self.pages.len() + 1),
            },
            Order::Descending => self.pages.len().checked_sub(self.reads).filter(|&n| n > 0),
            Order::Scrambled(order) => order.get(self.reads).copied(),
        }
    }

    fn enter(&mut self, number: usize, page: Page) {
        self.reads += 1;
        self.pages.resize(self.pages.len().max(number), None);
        self.pages[number - 1] = Some(page);
    }

    /// The pages up to the last one; `None` for a pass that found no end.
    fn result(&self) -> Option<Vec<Page>> {
        let mut pages = Vec::new();
        for page in &self.pages {
            let page = page.clone()?;
            let is_last = page.is_last;
            pages.push(page);
            if is_last {
                return Some(pages);
            }
        }
        None
    }
}

#[derive(Debug, Default)]
struct Tally {
    agreed: u64,
    unsound: u64,
}

/// Tries every way in which changes can fall between the reads of `first` and then `second`.
fn explore(set: &Set, first: &Order, second: &Order, tally: &mut Tally) {
    try_first(set, Pass::new(first, 0), second, tally);
}

fn try_first(set: &Set, pass: Pass, second: &Order, tally: &mut Tally) {
    for changed in set.changed() {
        try_first(&changed, pass.clone(), second, tally);
    }
    if let Some(page) = pass.next() {
        let mut pass = pass;
        pass.enter(page, set.read(page));
        try_first(set, pass, second, tally);
    } else if let Some(pages) = pass.result() {
        let next = Pass::new(second, pages.len());
        try_second(set, &pages, next, tally);
    }
}

fn try_second(set: &Set, first: &[Page], pass: Pass, tally: &mut Tally) {
    let Some(number) = pass.next() else {
        finish(set, first, &pass, tally);
        return;
    };
    for changed in set.changed() {
        try_second(&changed, first, pass.clone(), tally);
    }
    let page = set.read(number);
    // After a page that differs, the passes cannot agree.
    if first.get(number - 1).is_none_or(|before| *before == page) {
        let mut pass = pass;
        pass.enter(number, page);
        try_second(set, first, pass, tally);
    }
}

fn finish(set: &Set, first: &[Page], pass: &Pass, tally: &mut Tally) {
    if pass.result().as_deref() != Some(first) {
        return;
    }
    tally.agreed += 1;
    let is_on_a_page = |item: &u8| first.iter().any(|page| page.items.contains(item));
    let throughout = set.items.iter().filter(|&&item| item <= set.initial);
    tally.unsound += u64::from(!throughout.into_iter().all(is_on_a_page));
}

/// Every order in which the pages after the first one may be read, which is requested alone.
fn scrambles() -> Vec<Order> {
    [
        [1, 2, 3, 4],
        [1, 2, 4, 3],
        [1, 3, 2, 4],
        [1, 3, 4, 2],
        [1, 4, 2, 3],
        [1, 4, 3, 2],
    ]
    .map(Order::Scrambled)
    .to_vec()
}

fn tally(firsts: &[Order], seconds: &[Order], items: u8, changes: u32) -> Tally {
    let mut tally = Tally::default();
    for first in firsts {
        for second in seconds {
            for count in 0..=items {
                explore(&Set::of(count, changes), first, second, &mut tally);
            }
        }
    }
    tally
}

#[test]
fn a_second_pass_from_the_end_proves_the_first_one_whatever_its_order() {
    let mut firsts = scrambles();
    firsts.push(Order::Ascending);
    let tally = tally(&firsts, &[Order::Descending], 5, 3);
    assert!(tally.agreed > 10_000, "{tally:?}");
    assert_eq!(tally.unsound, 0, "{tally:?}");
}

#[test]
fn four_changes_make_no_difference_to_it() {
    let tally = tally(&scrambles(), &[Order::Descending], 3, 4);
    assert!(tally.agreed > 100_000, "{tally:?}");
    assert_eq!(tally.unsound, 0, "{tally:?}");
}

#[test]
fn a_first_pass_in_strict_order_is_proved_by_any_second_one() {
    let mut seconds = scrambles();
    seconds.push(Order::Ascending);
    let tally = tally(&[Order::Ascending], &seconds, 5, 3);
    assert!(tally.agreed > 10_000, "{tally:?}");
    assert_eq!(tally.unsound, 0, "{tally:?}");
}

#[test]
fn two_passes_with_several_pages_in_flight_can_agree_and_miss_an_item() {
    let scrambled = scrambles();
    let tally = tally(&scrambled, &scrambled, 6, 2);
    assert!(tally.unsound > 0, "{tally:?}");
}

#[test]
fn an_ascending_pass_does_not_prove_one_with_several_pages_in_flight() {
    let tally = tally(&scrambles(), &[Order::Ascending], 6, 2);
    assert!(tally.unsound > 0, "{tally:?}");
}
