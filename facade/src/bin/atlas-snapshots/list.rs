//! The command `list`: from arguments to a listing.

use std::num::NonZeroU32;
use std::path::Path;

use atlas_snapshots::{Consistency, RetryPolicy};
use clap::error::ErrorKind;

use crate::args::{ListArgs, usage_error};
use crate::bookmark::{self, Bookmark};
use crate::diagnostics::say_error;
use crate::exit::Exit;
use crate::place::{Place, SoFar};
use crate::printing::Printing;
use crate::runtime;
use crate::target::{NoClient, Target};

/// Lists, or says what is wrong with the arguments.
pub(crate) fn run(args: ListArgs) -> Result<Exit, NoClient> {
    let target = Target::resolve(args.target)?;
    let keeps_place = args.checkpoint.is_some() || args.resume_from.is_some();
    if keeps_place && !args.output.can_be_continued() {
        let message = "--checkpoint and --resume-from want --output ndjson or csv";
        return Err(usage_error(ErrorKind::ArgumentConflict, message).into());
    }
    let from = place_to_resume_from(args.resume_from.as_deref(), args.checkpoint.as_deref())?;
    let atlas = target.client(|builder| builder.retry(policy(args.max_retries)))?;
    let mut listing = target
        .listing(&atlas)
        .page_size(args.page_size)
        .prefetch(args.prefetch)
        .deadline(args.deadline);
    if args.verify {
        listing = listing.consistency(Consistency::verified());
    }
    let mut earlier = SoFar::default();
    if let Some(from) = from {
        listing = listing.resume_from(from.checkpoint);
        earlier = from.so_far;
    }
    let snapshots = listing.stream();
    let bookmark = match &args.checkpoint {
        Some(path) => Some(first_bookmark(path, &Place::of(&snapshots, earlier))?),
        None => None,
    };
    let printing = Printing {
        snapshots,
        output: args.output.open(earlier.has_rows),
        bookmark,
        earlier,
        target,
    };
    Ok(runtime::run(printing.run()).unwrap_or_else(|error| {
        say_error(&error);
        Exit::Failed
    }))
}

/// Up to so many retries of a page.
fn policy(max_retries: u32) -> RetryPolicy {
    RetryPolicy::default().max_attempts(NonZeroU32::MIN.saturating_add(max_retries))
}

/// A missing file is the beginning where this run is to keep it, and a mistake otherwise.
fn place_to_resume_from(
    path: Option<&Path>,
    checkpoint: Option<&Path>,
) -> Result<Option<Place>, clap::Error> {
    let Some(path) = path else { return Ok(None) };
    let refuse = |message| {
        let message = format!("--resume-from: {message}");
        usage_error(ErrorKind::ValueValidation, message)
    };
    let place = bookmark::read(path).map_err(refuse)?;
    if place.is_none() && checkpoint != Some(path) {
        let path = path.display();
        return Err(refuse(format!(
            "there is no {path}; with --checkpoint {path} as well, that would mean from the start"
        )));
    }
    Ok(place)
}

/// The bookmark where the run begins: better found impossible now than behind a page of rows.
fn first_bookmark(path: &Path, place: &Place) -> Result<Bookmark, clap::Error> {
    let bookmark = Bookmark::at(path).and_then(|bookmark| {
        bookmark.set(place)?;
        Ok(bookmark)
    });
    bookmark.map_err(|error| {
        let path = path.display();
        let message = format!("--checkpoint: cannot write {path}: {error}");
        usage_error(ErrorKind::ValueValidation, message)
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Cli, Command};

    #[test]
    fn the_default_number_of_retries_is_the_library_s() {
        let cli = Cli::parse_from(["atlas-snapshots", "list", "--cluster", "Cluster0"]);
        let Command::List(args) = cli.command else {
            unreachable!("another command");
        };
        assert_eq!(policy(args.max_retries), RetryPolicy::default());
        assert_eq!(policy(0), RetryPolicy::none());
    }
}
