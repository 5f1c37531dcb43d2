//! The file of `--checkpoint` and `--resume-from`: how far a listing has come, and what was printed.
//!
//! A run locks its file, so that no other run prints the same rows. The lock passes to the new file
//! whenever the file is replaced, before that one gets the name.

use std::fs::{self, File, Permissions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use atlas_snapshots::{Checkpoint, ItemStream, Snapshot};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::legible::shown;

/// The most that is read of a file. A checkpoint has a few hundred bytes.
const LARGEST: u64 = 64 * 1024;

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
                printed: earlier.printed.saturating_add(summary.delivered()),
                unreadable: earlier.unreadable.saturating_add(summary.item_errors()),
            },
        }
    }
}

/// What a run resumes from. The file of `--resume-from` is locked until this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Resumed {
    /// `None` where the run begins at the beginning.
    pub(crate) contents: Option<Contents>,
    _lock: Option<File>,
}

impl Resumed {
    /// Reads a file that this run does not write.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let shown = shown(path);
        let lock = open_locked(path).map_err(|error| format!("cannot read {shown}: {error}"))?;
        let contents = lock.as_ref().map(|file| read(file, path)).transpose()?;
        Ok(Self {
            contents,
            _lock: lock,
        })
    }
}

/// The file of `--checkpoint`. It exists while there is more to print.
#[derive(Debug)]
pub(crate) struct CheckpointFile {
    /// As given in the arguments.
    given: PathBuf,
    /// Behind symbolic links: the file is replaced and not the link.
    path: PathBuf,
    folder: PathBuf,
    /// The file as it is, locked; `None` where there is none yet.
    current: Option<File>,
    /// Those of a file that existed before. A new one is its owner's alone.
    permissions: Option<Permissions>,
}

impl CheckpointFile {
    /// Checks the path and locks the file, if there is one. Nothing is written yet.
    pub(crate) fn open(given: &Path) -> io::Result<Self> {
        let (folder, path) = resolve(given)?;
        // A device, such as /dev/null, is not to be replaced by a file.
        if fs::metadata(&path).is_ok_and(|found| !found.is_file()) {
            return Err(io::Error::other("not a file"));
        }
        let current = open_locked(&path)?;
        let metadata = current.as_ref().map(File::metadata).transpose()?;
        Ok(Self {
            given: given.to_owned(),
            path,
            folder,
            current,
            permissions: metadata.map(|found| found.permissions()),
        })
    }

    /// Whether this path leads to the file.
    pub(crate) fn is_at(&self, path: &Path) -> bool {
        path == self.given || resolve(path).is_ok_and(|(_, path)| path == self.path)
    }

    /// What a run resumes from that writes the file, too.
    pub(crate) fn resume(&self) -> Result<Resumed, String> {
        let current = self.current.as_ref();
        let contents = current.map(|file| read(file, &self.given)).transpose()?;
        Ok(Resumed {
            contents,
            _lock: None,
        })
    }

    /// Whether the file has contents that no run has written, and that are not to be replaced.
    pub(crate) fn is_something_else(&self) -> bool {
        let metadata = self.current.as_ref().map(File::metadata);
        let is_empty = metadata.is_some_and(|found| found.is_ok_and(|found| found.len() == 0));
        !is_empty && self.resume().is_err()
    }

    /// How to resume from it.
    pub(crate) fn hint(&self) -> String {
        let path = self.given.display();
        format!("resume with: the same arguments and --resume-from {path}")
    }

    /// Writes the state in which the run begins.
    pub(crate) fn begin(&mut self, contents: &Contents) -> io::Result<()> {
        let staged = self.stage(contents)?;
        if self.current.is_some() {
            return self.replace_with(staged);
        }
        let created = staged.persist_noclobber(&self.path);
        self.current = Some(created.map_err(|refused| match refused.error.kind() {
            io::ErrorKind::AlreadyExists => in_use(),
            _ => refused.error,
        })?);
        Ok(())
    }

    /// Writes new contents to a locked file of a random name, which is removed when it is dropped.
    pub(crate) fn stage(&self, contents: &Contents) -> io::Result<NamedTempFile> {
        let mut staged = tempfile::Builder::new()
            .prefix(".atlas-snapshots-")
            .tempfile_in(&self.folder)?;
        if let Some(permissions) = &self.permissions {
            staged.as_file().set_permissions(permissions.clone())?;
        }
        // Nobody else has opened it, and some file systems have no locks.
        let _ = staged.as_file().try_lock();
        staged.write_all(&serde_json::to_vec(contents)?)?;
        Ok(staged)
    }

    /// Replaces the file as a whole, by a single call to the system.
    pub(crate) fn replace_with(&mut self, staged: NamedTempFile) -> io::Result<()> {
        self.current = Some(staged.persist(&self.path)?);
        Ok(())
    }

    /// Removes the file, because the listing has ended.
    pub(crate) fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// The folder and the path of a file that may not exist, behind symbolic links.
fn resolve(given: &Path) -> io::Result<(PathBuf, PathBuf)> {
    let folder_of = |path: &Path| match path.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let mut path = given.to_owned();
    // As many links as Linux follows.
    for _ in 0..40 {
        let Ok(target) = fs::read_link(&path) else {
            break;
        };
        path = folder_of(&path).join(target);
    }
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::other("not a file"))?;
    let folder = fs::canonicalize(folder_of(&path))?;
    let path = folder.join(name);
    Ok((folder, path))
}

/// Opens and locks a file; `None` where there is none. On a file system without locks, it is not
/// locked.
fn open_locked(path: &Path) -> io::Result<Option<File>> {
    loop {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(in_use());
        }
        // It may have been replaced or removed before it was locked.
        if is_at(&file, path)? {
            return Ok(Some(file));
        }
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;

    let opened = file.metadata()?;
    let found = fs::metadata(path);
    Ok(found.is_ok_and(|found| (found.dev(), found.ino()) == (opened.dev(), opened.ino())))
}

#[cfg(not(unix))]
fn is_at(_file: &File, _path: &Path) -> io::Result<bool> {
    Ok(true)
}

fn in_use() -> io::Error {
    io::Error::other("another run is using it; wait for its end, or stop it")
}

/// Reads the contents of a file, which `path` names for a person.
fn read(file: &File, path: &Path) -> Result<Contents, String> {
    let shown = shown(path);
    let mut text = Vec::new();
    let mut file = file;
    // A pipe has only one beginning.
    let _ = file.rewind();
    let read = file.take(LARGEST + 1).read_to_end(&mut text);
    read.map_err(|error| format!("cannot read {shown}: {error}"))?;
    if text.len() as u64 > LARGEST {
        return Err(format!(
            "{shown} has no usable checkpoint: it has more than 64 KiB"
        ));
    }
    // As a value first: then no line and column are added to what is wrong with a field.
    serde_json::from_slice::<serde_json::Value>(&text)
        .and_then(serde_json::from_value)
        .map_err(|error| format!("{shown} has no usable checkpoint: {error}"))
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

    fn contents() -> Contents {
        serde_json::from_str(BARE).unwrap()
    }

    #[test]
    fn of_two_runs_that_find_no_file_one_creates_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("at.json");
        let mut first = CheckpointFile::open(&path).unwrap();
        let mut second = CheckpointFile::open(&path).unwrap();
        first.begin(&contents()).unwrap();
        let refused = second.begin(&contents()).unwrap_err();
        assert_eq!(refused.to_string(), in_use().to_string());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_being_replaced_is_locked_at_any_moment() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("at.json");
        let mut file = CheckpointFile::open(&path).unwrap();
        file.begin(&contents()).unwrap();
        let is_over = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..2_000 {
                    let staged = file.stage(&contents()).unwrap();
                    file.replace_with(staged).unwrap();
                }
                is_over.store(true, std::sync::atomic::Ordering::Relaxed);
            });
            while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                assert!(CheckpointFile::open(&path).is_err());
            }
        });
    }
}
