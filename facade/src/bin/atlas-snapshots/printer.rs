//! Rows on their way to standard output, and the bookmark that follows them.

use std::io::{self, StdoutLock, Write};

use atlas_snapshots::Snapshot;

use crate::bookmark::{Bookmark, Prepared};
use crate::interrupt::Interrupt;
use crate::output::Output;
use crate::place::Place;
use crate::room::wait_for_room;
use crate::stop::Stop;

/// A pipe that has room takes this many bytes as a whole, on Linux: no row is torn by a kill.
const PIECE: usize = 4096;

/// Prints rows. With a bookmark, it moves that behind each piece of rows that was written.
pub(crate) struct Printer {
    output: Box<dyn Output>,
    rows: Rows,
    bookmark: Option<Bookmark>,
    interrupt: Interrupt,
    /// Where the listing stands behind the rows that wait, unless the bookmark is there already.
    place: Option<Place>,
}

/// Rows as text.
struct Rows {
    out: StdoutLock<'static>,
    /// Not written yet.
    waiting: Vec<u8>,
    count_waiting: u64,
    count_written: u64,
}

impl Printer {
    pub(crate) fn new(
        output: Box<dyn Output>,
        out: StdoutLock<'static>,
        bookmark: Option<Bookmark>,
        interrupt: Interrupt,
    ) -> Self {
        let rows = Rows {
            out,
            waiting: Vec::new(),
            count_waiting: 0,
            count_written: 0,
        };
        Self {
            output,
            rows,
            bookmark,
            interrupt,
            place: None,
        }
    }

    /// Takes a row, and writes those before it where it makes them too many for one piece. To be
    /// followed by [`stand_at`](Self::stand_at).
    pub(crate) fn row(&mut self, snapshot: &Snapshot) -> Result<(), Stop> {
        let mut row = Vec::new();
        self.output.row(snapshot, &mut row).map_err(Stop::Output)?;
        let waiting = self.rows.waiting.len();
        if self.bookmark.is_some() && waiting > 0 && waiting + row.len() > PIECE {
            self.flush()?;
        }
        self.rows.waiting.append(&mut row);
        self.rows.count_waiting += 1;
        Ok(())
    }

    /// Says where the listing stands behind the rows taken so far.
    pub(crate) fn stand_at(&mut self, place: impl FnOnce() -> Place) {
        if self.bookmark.is_some() {
            self.place = Some(place());
        }
    }

    /// Writes every row so far, where the format allows it.
    pub(crate) fn flush(&mut self) -> Result<(), Stop> {
        let Some(bookmark) = &self.bookmark else {
            self.rows.write().map_err(Stop::Output)?;
            self.rows.forget();
            return Ok(());
        };
        // All but the last step is done before: a kill would have to hit between two calls to the
        // system to leave rows printed that the bookmark does not cover.
        let moved = match &self.place {
            Some(place) => Some(bookmark.prepare(place).map_err(Stop::Bookmark)?),
            None if self.rows.waiting.is_empty() => return Ok(()),
            // A header without rows.
            None => None,
        };
        if !self.rows.waiting.is_empty() {
            let room = wait_for_room(&self.rows.out, || self.interrupt.has_come());
            if !room.map_err(Stop::Output)? {
                return Err(Stop::Interrupted);
            }
        }
        self.rows.write().map_err(Stop::Output)?;
        // Nothing may come between these two.
        let moved = moved.map_or(Ok(()), Prepared::set);
        self.rows.forget();
        self.place = None;
        moved.map_err(Stop::Bookmark)
    }

    /// Writes what is left, and what belongs after the last row.
    pub(crate) fn finish(&mut self) -> Result<(), Stop> {
        self.output
            .finish(&mut self.rows.waiting)
            .map_err(Stop::Output)?;
        self.flush()
    }

    /// The listing has ended: there is nothing to go on with.
    pub(crate) fn forget_place(&self) -> Result<(), Stop> {
        let removed = self.bookmark.as_ref().map(Bookmark::remove);
        removed.unwrap_or(Ok(())).map_err(Stop::Bookmark)
    }

    /// Rows certainly written.
    pub(crate) fn written(&self) -> u64 {
        self.rows.count_written
    }

    /// Rows not written, or in part where writing has failed.
    pub(crate) fn waiting(&self) -> u64 {
        self.rows.count_waiting
    }

    /// What the reader should know about what was printed.
    pub(crate) fn notice(&self) -> Option<String> {
        self.output.notice()
    }
}

impl Rows {
    fn write(&mut self) -> io::Result<()> {
        self.out.write_all(&self.waiting)?;
        self.out.flush()
    }

    /// They are written.
    fn forget(&mut self) {
        if !self.waiting.is_empty() {
            self.waiting.clear();
            self.count_written += std::mem::take(&mut self.count_waiting);
        }
    }
}
