//! The command `latest`: prints the newest completed snapshot of a cluster.

use std::io::{self, Write};

use atlas_snapshots::{Collected, ErrorKind, Snapshot, SnapshotsExt};

use crate::args::{LatestArgs, LatestFormat};
use crate::exit::Exit;
use crate::log::Waits;
use crate::messages::{Messages, print_error, print_line};
use crate::output::{Format, Scope, SnapshotRow};
use crate::setup::{SetupError, Target, block_on};

/// Prints the snapshot, or returns what is wrong with the arguments.
pub(crate) fn run(
    args: &LatestArgs,
    waits: &Waits,
    messages: Messages,
) -> Result<Exit, SetupError> {
    let target = Target::resolve(&args.target)?;
    let atlas = target.client(|builder| builder)?;
    let request = target.request(&atlas);
    let listed = match block_on(waits.watch(request.collect_partial())) {
        Ok(listed) => listed,
        Err(error) => {
            print_error(&error);
            return Ok(Exit::Failed);
        }
    };
    let summary = listed.collected.summary();
    let exit = match &listed.error {
        // What was found is printed.
        Some(error) if error.kind() == ErrorKind::PossiblyIncomplete => Exit::Incomplete,
        Some(error) => {
            print_error(error);
            return Ok(Exit::of_error(error));
        }
        None if summary.empty_after_sunset() => Exit::Incomplete,
        None => Exit::of_completeness(summary.completeness()),
    };
    if exit != Exit::Complete {
        messages.summary(summary);
    }
    let Some(snapshot) = pick(&listed.collected, args) else {
        print_line(format_args!("error: no completed snapshot of {target}"));
        if let Some(reason) = summary.empty_reason() {
            print_line(format_args!("  {reason}"));
        }
        return Ok(if exit == Exit::Complete {
            Exit::NotFound
        } else {
            exit
        });
    };
    let row = SnapshotRow {
        cluster: target.row_cluster(),
        snapshot: snapshot.clone(),
    };
    Ok(match print(&row, args.output) {
        Ok(()) => exit,
        Err(error) => {
            print_error(&error);
            Exit::Failed
        }
    })
}

fn pick<'a>(listed: &'a Collected<Snapshot>, args: &LatestArgs) -> Option<&'a Snapshot> {
    match args.before {
        Some(moment) => listed.completed_before(moment),
        None => listed.latest_completed(),
    }
}

pub(crate) fn print(row: &SnapshotRow, format: LatestFormat) -> io::Result<()> {
    let mut out = Vec::new();
    match format {
        LatestFormat::Id => writeln!(out, "{}", row.snapshot.id())?,
        LatestFormat::Json => Format::Ndjson
            .open(Scope::OneCluster, false, false)
            .row(row, &mut out)?,
        LatestFormat::Table => {
            let mut table = Format::Table.open(Scope::OneCluster, false, false);
            table.row(row, &mut out)?;
            table.finish(&mut out)?;
        }
    }
    io::stdout().lock().write_all(&out)
}
