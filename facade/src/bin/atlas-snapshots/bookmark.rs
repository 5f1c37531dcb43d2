//! The file that remembers where a listing stands.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use atlas_snapshots::Checkpoint;

/// The file of `--checkpoint`.
#[derive(Debug)]
pub(crate) struct Bookmark(PathBuf);

impl Bookmark {
    pub(crate) fn at(path: PathBuf) -> Self {
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Replaces the file as a whole, so that it is never half-written.
    pub(crate) fn set(&self, checkpoint: &Checkpoint) -> io::Result<()> {
        let mut name = self.0.file_name().unwrap_or_default().to_os_string();
        name.push(".new");
        let new = self.0.with_file_name(name);
        fs::write(&new, serde_json::to_vec(checkpoint)?)?;
        fs::rename(&new, &self.0)
    }

    /// Removes the file: there is nothing to go on with.
    pub(crate) fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// Reads the file of `--resume-from`. `None` where there is none: a listing that has not begun, or
/// has reached its end.
pub(crate) fn read(path: &Path) -> Result<Option<Checkpoint>, String> {
    let shown = path.display();
    match fs::read(path) {
        Ok(text) => serde_json::from_slice(&text)
            .map(Some)
            .map_err(|error| format!("{shown} holds no checkpoint: {error}")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("cannot read {shown}: {error}")),
    }
}
