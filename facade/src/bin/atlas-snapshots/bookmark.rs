//! The file that remembers where a listing stands.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::place::Place;

/// The file of `--checkpoint`. It is there while there is more to print.
#[derive(Debug)]
pub(crate) struct Bookmark {
    /// As it was called.
    called: PathBuf,
    file: PathBuf,
    /// In the same folder, or it could not take the file's place in one step.
    next: PathBuf,
}

impl Bookmark {
    /// Nothing is written yet.
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
        // Behind a symbolic link, it is the file that is replaced and not the link.
        let file = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        match fs::metadata(&file) {
            // A device, such as /dev/null, is not to be replaced by a file.
            Ok(found) if !found.is_file() => return Err(io::Error::other("not a file")),
            _ => {}
        }
        let Some(name) = file.file_name() else {
            return Err(io::Error::other("not the name of a file"));
        };
        let mut next = OsString::from(name);
        next.push(".new");
        let next = file.with_file_name(next);
        Ok(Self {
            called: path.to_owned(),
            file,
            next,
        })
    }

    /// How to go on from it.
    pub(crate) fn hint(&self) -> String {
        let path = self.called.display();
        format!("resume with: the same arguments and --resume-from {path}")
    }

    /// Replaces the file as a whole, so that it is never half-written.
    pub(crate) fn set(&self, place: &Place) -> io::Result<()> {
        self.prepare(place)?.set()
    }

    /// Leaves nothing but the last step to be done.
    pub(crate) fn prepare(&self, place: &Place) -> io::Result<Prepared<'_>> {
        fs::write(&self.next, serde_json::to_vec(place)?)?;
        Ok(Prepared(Some(self)))
    }

    /// Removes the file: there is nothing to go on with.
    pub(crate) fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// A bookmark about to move. Dropped, it stays where it is.
pub(crate) struct Prepared<'a>(Option<&'a Bookmark>);

impl Prepared<'_> {
    /// Moves the bookmark, by a single call to the system.
    pub(crate) fn set(mut self) -> io::Result<()> {
        match self.0.take() {
            Some(bookmark) => fs::rename(&bookmark.next, &bookmark.file),
            None => Ok(()),
        }
    }
}

impl Drop for Prepared<'_> {
    fn drop(&mut self) {
        if let Some(bookmark) = self.0 {
            // It is only in the way of tidiness.
            let _ = fs::remove_file(&bookmark.next);
        }
    }
}

/// Reads the file of `--resume-from`; `None` where there is none.
pub(crate) fn read(path: &Path) -> Result<Option<Place>, String> {
    let shown = path.display();
    match fs::read(path) {
        Ok(text) => serde_json::from_slice(&text)
            .map(Some)
            .map_err(|error| format!("{shown} holds no checkpoint: {error}")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("cannot read {shown}: {error}")),
    }
}
