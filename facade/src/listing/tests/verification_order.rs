//! Does the equality of two readings prove that no row was missed? Enumerated on small sets.
//!
//! The model: a set in a fixed order, pages of two rows by offset, rows that enter and leave between
//! any two page reads. A reading ends at the first page behind which nothing was when it was read.
//! Assumed, as the type `Consistency` says: no row both enters and leaves within the listing, and
//! none comes back. The claim: when two readings agree page by page, every row that was there
//! throughout is on them.

/// Rows a page.
const SIZE: usize = 2;

/// Pages a reading in arbitrary order asks for.
const PAGES: usize = 4;

/// In which order a reading asks for its pages.
#[derive(Debug, Clone, PartialEq)]
enum Order {
    /// First to last, one at a time.
    Ascending,
    /// Last to first, one at a time, from where the reading before ended.
    Descending,
    /// As prefetch may: the server sees these pages in this order.
    Scrambled([usize; PAGES]),
}

#[derive(Debug, Clone)]
struct Set {
    rows: Vec<u8>,
    next_row: u8,
    /// Rows up to this one were there at the start.
    initial: u8,
    changes_left: u32,
}

impl Set {
    fn of(count: u8, changes_left: u32) -> Self {
        Self {
            rows: (1..=count).collect(),
            next_row: count + 1,
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
        for at in 0..=self.rows.len() {
            let mut set = after.clone();
            set.rows.insert(at, self.next_row);
            set.next_row += 1;
            sets.push(set);
        }
        for at in 0..self.rows.len() {
            if self.rows[at] <= self.initial {
                let mut set = after.clone();
                set.rows.remove(at);
                sets.push(set);
            }
        }
        sets
    }

    fn read(&self, page: usize) -> Page {
        let from = (page - 1) * SIZE;
        Page {
            rows: self.rows.iter().skip(from).take(SIZE).copied().collect(),
            is_last: self.rows.len() < from + SIZE,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Page {
    rows: Vec<u8>,
    /// Not full, and nothing behind it.
    is_last: bool,
}

/// A reading under way: the pages by number, as far as they have been read.
#[derive(Debug, Clone)]
struct Reading {
    order: Order,
    pages: Vec<Option<Page>>,
    reads: usize,
}

impl Reading {
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

    /// The next page to read, or `None` when the reading is over.
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

    /// The pages up to the last; `None` for a reading that found no end.
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

/// Plays every way in which changes can fall between the reads of `first` and then `second`.
fn explore(set: &Set, first: &Order, second: &Order, tally: &mut Tally) {
    play_first(set, Reading::new(first, 0), second, tally);
}

fn play_first(set: &Set, reading: Reading, second: &Order, tally: &mut Tally) {
    for changed in set.changed() {
        play_first(&changed, reading.clone(), second, tally);
    }
    if let Some(page) = reading.next() {
        let mut reading = reading;
        reading.enter(page, set.read(page));
        play_first(set, reading, second, tally);
    } else if let Some(pages) = reading.result() {
        let next = Reading::new(second, pages.len());
        play_second(set, &pages, next, tally);
    }
}

fn play_second(set: &Set, first: &[Page], reading: Reading, tally: &mut Tally) {
    let Some(number) = reading.next() else {
        conclude(set, first, &reading, tally);
        return;
    };
    for changed in set.changed() {
        play_second(&changed, first, reading.clone(), tally);
    }
    let page = set.read(number);
    // A page that differs ends the hope of agreement; no need to play on.
    if first.get(number - 1).is_none_or(|before| *before == page) {
        let mut reading = reading;
        reading.enter(number, page);
        play_second(set, first, reading, tally);
    }
}

fn conclude(set: &Set, first: &[Page], reading: &Reading, tally: &mut Tally) {
    if reading.result().as_deref() != Some(first) {
        return;
    }
    tally.agreed += 1;
    let is_read = |row: &u8| first.iter().any(|page| page.rows.contains(row));
    let throughout = set.rows.iter().filter(|&&row| row <= set.initial);
    tally.unsound += u64::from(!throughout.into_iter().all(is_read));
}

/// Every order in which the pages behind the first may be read; the first travels alone.
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

fn tally(firsts: &[Order], seconds: &[Order], rows: u8, changes: u32) -> Tally {
    let mut tally = Tally::default();
    for first in firsts {
        for second in seconds {
            for count in 0..=rows {
                explore(&Set::of(count, changes), first, second, &mut tally);
            }
        }
    }
    tally
}

#[test]
fn a_second_reading_from_the_end_proves_the_first_whatever_its_order() {
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
fn a_first_reading_in_strict_order_is_proved_by_any_second() {
    let mut seconds = scrambles();
    seconds.push(Order::Ascending);
    let tally = tally(&[Order::Ascending], &seconds, 5, 3);
    assert!(tally.agreed > 10_000, "{tally:?}");
    assert_eq!(tally.unsound, 0, "{tally:?}");
}

#[test]
fn two_prefetched_readings_can_agree_and_miss_a_row() {
    let scrambled = scrambles();
    let tally = tally(&scrambled, &scrambled, 6, 2);
    assert!(tally.unsound > 0, "{tally:?}");
}

#[test]
fn an_ascending_reading_does_not_prove_a_prefetched_one() {
    let tally = tally(&scrambles(), &[Order::Ascending], 6, 2);
    assert!(tally.unsound > 0, "{tally:?}");
}
