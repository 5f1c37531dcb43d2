//! The command `wait`: waits until a snapshot completes or fails, and prints it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use atlas_snapshots::{SnapshotStatus, WaitStatus};

use crate::args::WaitArgs;
use crate::exit::{Exit, StopReason};
use crate::latest;
use crate::messages::{Messages, print_error, print_line, print_request_error};
use crate::output::SnapshotRow;
use crate::setup::{SetupError, Target, block_on};
use crate::signals::Interrupt;

/// How often it is said that nothing has changed.
const REPETITION: Duration = Duration::from_secs(30);

/// Waits, or returns what is wrong with the arguments.
pub(crate) fn run(args: &WaitArgs, messages: Messages) -> Result<Exit, SetupError> {
    let target = Target::resolve(&args.target)?;
    let atlas = target.client(|builder| builder)?;
    let request = match &args.snapshot {
        Some(id) => atlas.wait_for(target.project_id(), target.cluster_name(), id),
        None => atlas.wait_for_next(target.project_id(), target.cluster_name()),
    };
    let said = Said::default();
    let request = request
        .timeout(args.timeout)
        .interval(args.interval)
        .on_status(move |status| {
            if !messages.is_quiet {
                said.say(status);
            }
        });
    let waited = block_on(async {
        let mut interrupt = Interrupt::watched(|signal| Exit::of_signal(signal) as i32)
            .unwrap_or_else(|_| Interrupt::unwatched());
        tokio::select! {
            biased;
            signal = interrupt.arrives() => Err(StopReason::Interrupted(signal)),
            waited = request.into_future() => Ok(waited),
        }
    });
    let snapshot = match waited {
        Ok(Ok(Ok(snapshot))) => snapshot,
        Ok(Ok(Err(error))) => {
            print_request_error(&error);
            print_line(format_args!("  waiting for: {target}"));
            return Ok(Exit::of_error(&error));
        }
        Ok(Err(stop)) => {
            print_error(&stop);
            return Ok(stop.exit_code());
        }
        Err(error) => {
            print_error(&error);
            return Ok(Exit::Failed);
        }
    };
    let is_completed = snapshot.status() == Some(&SnapshotStatus::Completed);
    let cluster = target.row_cluster();
    let row = SnapshotRow { cluster, snapshot };
    if let Err(error) = latest::print(&row, args.output) {
        print_error(&error);
        return Ok(Exit::Failed);
    }
    Ok(if is_completed {
        Exit::Complete
    } else {
        Exit::Failed
    })
}

/// What was said last, and when.
#[derive(Debug, Default)]
struct Said(Mutex<Option<(String, Instant)>>);

impl Said {
    /// Says what is seen: what is new at once, and the same again now and then.
    fn say(&self, status: &WaitStatus<'_>) {
        let seen = match status {
            WaitStatus::Failed { error, wait } => {
                format!("waiting {:.1} s after: {error}", wait.as_secs_f32())
            }
            WaitStatus::Seen(snapshot) => format!(
                "waiting: {} is {}",
                snapshot.id(),
                snapshot.raw_status().unwrap_or("without a status"),
            ),
            _ => "waiting: no next snapshot yet".to_owned(),
        };
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_old = |(text, at): &(String, Instant)| *text == seen && at.elapsed() < REPETITION;
        if !said.as_ref().is_some_and(is_old) {
            print_line(&seen);
            *said = Some((seen, Instant::now()));
        }
    }
}
