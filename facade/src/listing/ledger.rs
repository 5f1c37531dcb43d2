//! What has been read: which rows, and which signs that the set changed meanwhile.

use std::collections::HashSet;

use super::delivered_ids::DeliveredIds;
use super::frontier::Sighting;
use super::page::{PageAnswer, Row, fingerprint};
use crate::gap_evidence::GapEvidence;

/// The rows and signs of one listing.
#[derive(Debug)]
pub(crate) struct Ledger {
    page_size: u64,
    ids: DeliveredIds,
    /// Fingerprints of the rows without a readable id.
    nameless: HashSet<u64>,
    /// Different rows seen so far, those of an earlier listing included.
    seen: u64,
    /// Rows found new by this listing.
    entered: u64,
    total: Option<u64>,
    /// Whether an earlier page came short; evidence of a gap once rows follow it.
    came_short: bool,
    evidence: Option<GapEvidence>,
    duplicates: u64,
}

/// What a page brought.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Rows not seen before, each with its position on the page.
    pub(crate) fresh: Vec<(usize, Row)>,
    pub(crate) sighting: Sighting,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    First,
    Again,
}

impl Ledger {
    pub(crate) fn new(page_size: u16) -> Self {
        Self {
            page_size: u64::from(page_size),
            ids: DeliveredIds::default(),
            nameless: HashSet::new(),
            seen: 0,
            entered: 0,
            total: None,
            came_short: false,
            evidence: None,
            duplicates: 0,
        }
    }

    /// The total that an earlier listing heard, to be compared with what comes.
    pub(crate) fn remember_total(&mut self, total: Option<u64>) {
        self.total = total;
    }

    /// Counts what stands before `page`, the first to be entered, as seen by an earlier listing.
    pub(crate) fn start_at(&mut self, page: u64) {
        self.seen = page.saturating_sub(1).saturating_mul(self.page_size);
    }

    /// Enters a page, of which the first `known` rows were delivered by an earlier listing.
    pub(crate) fn enter(&mut self, page: u64, answer: PageAnswer, known: usize) -> Entry {
        let entry = self.take_in(page, answer, known, Reading::First);
        let repeated = entry.sighting.rows - (entry.fresh.len() + known) as u64;
        self.duplicates += repeated;
        self.look_for_change(&entry.sighting, repeated);
        entry
    }

    /// Enters a page that was read before, so that rows which come again mean nothing.
    pub(crate) fn reread(&mut self, page: u64, answer: PageAnswer) -> Entry {
        let entry = self.take_in(page, answer, 0, Reading::Again);
        self.total = entry.sighting.total.or(self.total);
        entry
    }

    fn take_in(&mut self, page: u64, answer: PageAnswer, known: usize, reading: Reading) -> Entry {
        let total = answer
            .total_count
            .and_then(|count| u64::try_from(count).ok());
        let received = answer.rows.len() as u64;
        let mut fresh = Vec::with_capacity(answer.rows.len());
        for (index, row) in answer.rows.into_iter().enumerate() {
            let is_new = self.is_new(&row, reading);
            self.seen += u64::from(is_new);
            if is_new && index >= known {
                self.entered += 1;
                fresh.push((index, row));
            }
        }
        let sighting = Sighting {
            page,
            page_size: self.page_size,
            rows: received,
            seen: self.seen,
            has_next: answer.has_next,
            counted: answer.counted,
            total,
        };
        Entry { fresh, sighting }
    }

    fn is_new(&mut self, row: &Row, reading: Reading) -> bool {
        match row.id() {
            Some(id) => self.ids.insert(id),
            // Two rows without ids may be equal and yet two; but not when the page is read again.
            None => self.nameless.insert(fingerprint([row])) || reading == Reading::First,
        }
    }

    fn look_for_change(&mut self, sighting: &Sighting, repeated: u64) {
        if repeated > 0 {
            self.suspect(GapEvidence::RowRepeated);
        }
        if let (Some(before), Some(now)) = (self.total, sighting.total)
            && before != now
        {
            self.suspect(GapEvidence::CountChanged);
        }
        if self.came_short && sighting.rows > 0 {
            self.suspect(GapEvidence::ShortPage);
        }
        self.came_short |= !sighting.is_full();
        self.total = sighting.total.or(self.total);
    }

    /// Notes a sign of change; the first one noted is the one told.
    pub(crate) fn suspect(&mut self, evidence: GapEvidence) {
        self.evidence.get_or_insert(evidence);
    }

    pub(crate) fn entered(&self) -> u64 {
        self.entered
    }

    pub(crate) fn evidence(&self) -> Option<GapEvidence> {
        self.evidence
    }

    pub(crate) fn duplicates(&self) -> u64 {
        self.duplicates
    }

    pub(crate) fn total(&self) -> Option<u64> {
        self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{BadRow, Error, ErrorKind};

    fn nameless(raw: &str) -> Row {
        Row::Bad {
            id: None,
            error: Error::new(ErrorKind::Row).with_row(BadRow::new(0, raw.to_owned())),
        }
    }

    fn page_of(rows: Vec<Row>) -> PageAnswer {
        PageAnswer {
            rows,
            counted: true,
            ..PageAnswer::default()
        }
    }

    #[test]
    fn equal_rows_without_ids_are_two_until_they_are_read_again() {
        let mut ledger = Ledger::new(10);
        let first = ledger.enter(1, page_of(vec![nameless("7"), nameless("7")]), 0);
        assert_eq!(first.fresh.len(), 2);
        let again = ledger.reread(
            1,
            page_of(vec![nameless("7"), nameless("7"), nameless("8")]),
        );
        assert_eq!(again.fresh.len(), 1, "only what is new");
        assert_eq!(again.fresh[0].0, 2);
    }
}
