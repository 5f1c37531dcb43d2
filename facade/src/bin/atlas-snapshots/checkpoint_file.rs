//! The file of `--checkpoint` and `--resume-from`: how far a listing has come, and what was printed.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use atlas_snapshots::{Checkpoint, ItemStream, Snapshot};
use serde::{Deserialize, Serialize};

/// What the file contains: the library's checkpoint, and beside it what only the program knows.
/// A bare checkpoint of the library can be read, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contents {
    #[serde(flatten)]
    pub(crate) checkpoint: Checkpoint,
    #[serde(default = "Progress::unknown")]
    pub(crate) progress: Progress,
}

/// What this run and the runs it resumes have printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Progress {
    /// Whether rows were printed before, and so a header, too.
    pub(crate) has_rows: bool,
    /// Rows printed.
    pub(crate) printed: u64,
    /// Items that could not be read.
    pub(crate) unreadable: u64,
}

impl Progress {
    /// A program that saved a bare checkpoint has rows to continue.
    fn unknown() -> Self {
        Self {
            has_rows: true,
            ..Self::default()
        }
    }
}

impl Contents {
    /// The state behind the last item that the stream yielded.
    pub(crate) fn of(stream: &ItemStream<Snapshot>, earlier: Progress) -> Self {
        let summary = stream.summary();
        Self {
            checkpoint: stream.checkpoint(),
            progress: Progress {
                has_rows: earlier.has_rows || summary.delivered() > 0,
                printed: earlier.printed + summary.delivered(),
                unreadable: earlier.unreadable + summary.item_errors(),
            },
        }
    }
}

/// The file of `--checkpoint`. It exists while there is more to print.
#[derive(Debug)]
pub(crate) struct CheckpointFile {
    /// As given in the arguments.
    given: PathBuf,
    path: PathBuf,
    /// In the same folder, so that it can replace the file in one step.
    staged: PathBuf,
}

impl CheckpointFile {
    /// Checks the path. Nothing is written yet.
    pub(crate) fn new(given: &Path) -> io::Result<Self> {
        // Behind a symbolic link, the file is replaced and not the link.
        let path = fs::canonicalize(given).unwrap_or_else(|_| given.to_owned());
        match fs::metadata(&path) {
            // A device, such as /dev/null, is not to be replaced by a file.
            Ok(found) if !found.is_file() => return Err(io::Error::other("not a file")),
            _ => {}
        }
        let Some(name) = path.file_name() else {
            return Err(io::Error::other("not the name of a file"));
        };
        let mut staged = OsString::from(name);
        staged.push(".new");
        let staged = path.with_file_name(staged);
        Ok(Self {
            given: given.to_owned(),
            path,
            staged,
        })
    }

    /// How to resume from it.
    pub(crate) fn hint(&self) -> String {
        let path = self.given.display();
        format!("resume with: the same arguments and --resume-from {path}")
    }

    /// Replaces the file as a whole, so that it is never half-written.
    pub(crate) fn write(&self, contents: &Contents) -> io::Result<()> {
        self.stage(contents)?.commit()
    }

    /// Does everything but the last step of [`write`](Self::write).
    pub(crate) fn stage(&self, contents: &Contents) -> io::Result<Staged<'_>> {
        fs::write(&self.staged, serde_json::to_vec(contents)?)?;
        Ok(Staged(Some(self)))
    }

    /// Removes the file, because the listing has ended.
    pub(crate) fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// New contents that are about to replace the file. Dropped, they leave the file as it is.
pub(crate) struct Staged<'a>(Option<&'a CheckpointFile>);

impl Staged<'_> {
    /// Replaces the file, by a single call to the system.
    pub(crate) fn commit(mut self) -> io::Result<()> {
        match self.0.take() {
            Some(file) => fs::rename(&file.staged, &file.path),
            None => Ok(()),
        }
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        if let Some(file) = self.0 {
            // A file left behind does no harm.
            let _ = fs::remove_file(&file.staged);
        }
    }
}

/// Reads the file of `--resume-from`; `None` where there is none.
pub(crate) fn read(path: &Path) -> Result<Option<Contents>, String> {
    let shown = path.display();
    match fs::read(path) {
        // As a value first: then no line and column are added to what is wrong with a field.
        Ok(text) => serde_json::from_slice::<serde_json::Value>(&text)
            .and_then(serde_json::from_value)
            .map(Some)
            .map_err(|error| format!("{shown} has no usable checkpoint: {error}")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("cannot read {shown}: {error}")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    const BARE: &str = r#"{"version":2,"target":{"operation":"listFlexBackups","project":"32b6e34b3d91647abb20e7b8","cluster":"Cluster0"},"pageSize":10,"page":3,"index":9,"lastId":"00000000000000000000002a","itemsSeen":30,"reportedTotal":95}"#;

    #[test]
    fn the_contents_are_a_checkpoint_of_the_library_and_the_progress() {
        let checkpoint: Checkpoint = serde_json::from_str(BARE).unwrap();
        let progress = Progress {
            has_rows: true,
            printed: 29,
            unreadable: 1,
        };
        let contents = Contents {
            checkpoint,
            progress,
        };
        let text = serde_json::to_string(&contents).unwrap();
        assert_eq!(serde_json::from_str::<Contents>(&text).unwrap(), contents);
        assert_eq!(
            serde_json::from_str::<Checkpoint>(&text).unwrap(),
            contents.checkpoint
        );
    }

    #[test]
    fn a_bare_checkpoint_continues_rows() {
        let contents: Contents = serde_json::from_str(BARE).unwrap();
        assert!(contents.progress.has_rows);
        assert_eq!(contents.progress.printed, 0);
    }
}
