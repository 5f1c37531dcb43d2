//! What the program says on standard error.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write};
use std::iter::successors;

use atlas_snapshots::Summary;

use crate::legible::legible;

/// What is printed beside errors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Messages {
    pub(crate) is_quiet: bool,
}

impl Messages {
    /// Prints what a person should know, and a program finds in the exit code or the rows.
    pub(crate) fn notice(self, text: impl Display) {
        if !self.is_quiet {
            print_line(format_args!("notice: {text}"));
        }
    }

    /// Prints what Atlas announces about the API, and the summary of a listing. The summary of one
    /// that is not complete says why, so it is printed in any case.
    pub(crate) fn summary(self, summary: &Summary) {
        if let Some(deprecation) = summary.deprecation() {
            self.notice(format_args!(
                "Atlas has deprecated this API (Deprecation: {deprecation})"
            ));
        }
        if let Some(sunset) = summary.sunset() {
            self.notice(format_args!("Atlas withdraws this API (Sunset: {sunset})"));
        }
        if summary.empty_after_sunset() {
            self.notice(
                "the empty list of an API past its sunset does not show that there are no snapshots",
            );
        }
        if !(self.is_quiet && summary.is_complete()) {
            print_line(format_args!("summary: {summary}"));
        }
    }
}

/// Prints one line, which stays one line whatever a server has sent.
pub(crate) fn print_line(line: impl Display) {
    let line = legible(&line.to_string());
    // Where standard error is closed, there is nowhere to report that.
    let _ = writeln!(io::stderr(), "{line}");
}

/// What a project that was named and is not listed means.
pub(crate) fn no_project(project: impl Display) -> String {
    format!("error: there is no project {project}, or these credentials may not see it")
}

/// Prints an error and its causes, one line each.
pub(crate) fn print_error(error: &dyn Error) {
    print_line(format_args!("error: {error}"));
    print_causes(error);
}

/// Prints the error of a single request: without the place in a listing that it does not have.
pub(crate) fn print_request_error(error: &atlas_snapshots::Error) {
    let line = error.to_string();
    let (page, delivered) = (error.page(), error.delivered());
    let start = format!(", page {}: ", page.unwrap_or_default());
    let end = format!(" ({} delivered before)", delivered.unwrap_or_default());
    let shown = line.split_once(&start).map_or(&*line, |(_, rest)| rest);
    let shown = shown.strip_suffix(&end).unwrap_or(shown);
    print_line(format_args!("error: {shown}"));
    print_causes(error);
}

fn print_causes(error: &dyn Error) {
    for cause in successors(error.source(), |&cause| cause.source()) {
        print_line(format_args!("  caused by: {cause}"));
    }
}
