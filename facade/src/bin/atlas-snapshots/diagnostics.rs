//! What is said beside the rows, on standard error.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write};
use std::iter::successors;

use atlas_snapshots::{Ending, Summary};

/// Says one line. Control characters, which a server may have sent, are blanked: a line stays
/// one line, and a terminal is not commanded.
pub(crate) fn say(line: impl Display) {
    let line = line.to_string().replace(char::is_control, " ");
    // With standard error gone there is nobody left to tell.
    let _ = writeln!(io::stderr(), "{line}");
}

/// Says an error and its causes, one line each.
pub(crate) fn say_error(error: &dyn Error) {
    say(format_args!("error: {error}"));
    for cause in successors(error.source(), |&cause| cause.source()) {
        say(format_args!("  caused by: {cause}"));
    }
}

/// Says how a listing went, and what Atlas announces about the API.
pub(crate) fn say_summary(summary: &Summary) {
    if let Some(deprecation) = summary.deprecation() {
        say(format_args!(
            "notice: Atlas has deprecated this API (Deprecation: {deprecation})"
        ));
    }
    if let Some(sunset) = summary.sunset() {
        say(format_args!(
            "notice: Atlas withdraws this API (Sunset: {sunset}); its successor is listFlexBackups"
        ));
    }
    // Where it failed, or began further on, there is more to it than an empty answer.
    let is_all =
        !summary.resumed() && !matches!(summary.ending(), Ending::Running | Ending::Failed);
    if is_all && summary.is_doubtfully_empty() {
        say(
            "notice: that an API past its sunset lists none does not prove there are none; try --api flex",
        );
    }
    say(format_args!("summary: {summary}"));
}
