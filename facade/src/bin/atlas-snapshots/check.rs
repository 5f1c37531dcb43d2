//! The command `auth check`.

use std::num::NonZeroU64;

use atlas_snapshots::{Error, PageSize, RetryPolicy};
use futures_util::StreamExt;

use crate::args::TargetArgs;
use crate::diagnostics::{say, say_error};
use crate::exit::Exit;
use crate::runtime;
use crate::target::{NoClient, Target};

/// Asks for one snapshot, and says whether that was allowed.
pub(crate) fn run(args: TargetArgs) -> Result<Exit, NoClient> {
    let target = Target::resolve(args)?;
    let atlas = target.client(|builder| builder.retry(RetryPolicy::none()))?;
    let mut pages = target
        .listing(&atlas)
        .page_size(smallest())
        // Nothing is to be read ahead.
        .page_limit(NonZeroU64::MIN)
        .pages();
    let answer = runtime::run(async move { pages.next().await });
    Ok(match answer {
        Ok(Some(Err(error))) => refused(&error, &target),
        Ok(_) => {
            say(format_args!("ok: may list the snapshots of {target}"));
            Exit::Complete
        }
        Err(error) => {
            say_error(&error);
            Exit::Failed
        }
    })
}

fn refused(error: &Error, target: &Target) -> Exit {
    say_error(error);
    say(format_args!("  checked: {target}"));
    Exit::of_error(error.kind())
}

fn smallest() -> PageSize {
    PageSize::new(1).unwrap_or_default()
}
