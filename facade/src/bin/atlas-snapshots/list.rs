//! The command `list`.

use std::io;

use atlas_snapshots::{ErrorKind, Snapshots};
use futures_util::{Stream, StreamExt};
use tokio::runtime::{Builder, Runtime};

use crate::args::ListArgs;
use crate::diagnostics::{say, say_error, say_summary};
use crate::exit::Exit;
use crate::output::Output;
use crate::target::Target;

/// Why rows stopped coming before the end.
#[derive(Debug, thiserror::Error)]
enum Stop {
    #[error(transparent)]
    Listing(#[from] atlas_snapshots::Error),
    #[error("cannot write to standard output")]
    Output(#[from] io::Error),
}

/// Lists, or says what is wrong with the arguments.
pub(crate) fn run(args: ListArgs) -> Result<Exit, clap::Error> {
    let target = Target::resolve(args.target)?;
    let snapshots = target
        .client()?
        .serverless_snapshots(target.project.clone(), target.instance.clone())
        .page_size(args.page_size)
        .prefetch(args.prefetch)
        .stream();
    let output = args.output.open(io::stdout().lock());
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            say_error(&error);
            return Ok(Exit::Failed);
        }
    };
    let exit = runtime.block_on(print(snapshots, output, &target));
    // Do not wait for what may hang, such as a name lookup.
    runtime.shutdown_background();
    Ok(exit)
}

/// One worker beside the main thread: when writing rows blocks because their reader is slow,
/// pages in flight still arrive instead of timing out.
fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
}

/// Prints the listing, and says how it went.
async fn print(mut snapshots: Snapshots, mut output: Box<dyn Output>, target: &Target) -> Exit {
    let listed = print_rows(&mut snapshots, &mut *output).await;
    let summary = snapshots.summary();
    // A listing that failed before its first row prints nothing: an empty list would read as
    // "there are no snapshots".
    let finished = if listed.is_ok() || summary.delivered() > 0 {
        output.finish()
    } else {
        Ok(())
    };
    match listed.and(finished.map_err(Stop::Output)) {
        Ok(()) => {
            say_summary(&summary);
            if summary.row_errors() == 0 {
                Exit::Complete
            } else {
                Exit::Failed
            }
        }
        // The reader has seen enough, as in `| head -1`.
        Err(Stop::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Complete,
        Err(stop) => {
            say_error(&stop);
            say(format_args!("  listing: {target}"));
            let printed = summary.delivered();
            if let Stop::Output(_) = stop {
                say(format_args!("  printed: at most {printed} rows"));
            } else {
                say(format_args!("  printed: {printed} rows"));
                say_summary(&summary);
            }
            Exit::Failed
        }
    }
}

/// Prints rows until the listing or the output ends. A row that cannot be read is reported, and
/// the next one printed.
async fn print_rows(snapshots: &mut Snapshots, output: &mut dyn Output) -> Result<(), Stop> {
    loop {
        let (buffered, _) = snapshots.size_hint();
        if buffered == 0 {
            // The next row has yet to travel: show those that are here.
            output.flush()?;
        }
        match snapshots.next().await {
            Some(Ok(snapshot)) => output.row(&snapshot)?,
            Some(Err(error)) if error.kind() == ErrorKind::Row => say_error(&error),
            Some(Err(error)) => return Err(error.into()),
            None => return Ok(()),
        }
    }
}
