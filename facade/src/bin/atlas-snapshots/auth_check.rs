//! The command `auth check`: sends one small request, and prints whether that was allowed.

use atlas_snapshots::{Credentials, Project, RetryPolicy};

use crate::args::TargetArgs;
use crate::exit::Exit;
use crate::log::Waits;
use crate::messages::{Messages, no_project, print_error, print_line, print_request_error};
use crate::setup::{Connection, SetupError, Target, block_on};

/// The most projects that are printed.
const SHOWN: usize = 20;

/// Checks access to the snapshots of a cluster, or without one, to projects.
pub(crate) fn run(
    args: &TargetArgs,
    waits: &Waits,
    messages: Messages,
) -> Result<Exit, SetupError> {
    if Target::is_named(args) {
        check_cluster(&Target::resolve(args)?, waits, messages)
    } else {
        check_projects(args, waits, messages)
    }
}

/// Requests one snapshot.
fn check_cluster(target: &Target, waits: &Waits, messages: Messages) -> Result<Exit, SetupError> {
    let atlas = target.client(|builder| builder.retry_policy(RetryPolicy::none()))?;
    // With the page limit, no further page is requested ahead.
    let mut pages = target.request(&atlas).page_size(1).page_limit(1).pages();
    Ok(match block_on(waits.watch(pages.next())) {
        Ok(Some(Err(error))) => {
            print_request_error(&error);
            print_line(format_args!("  checked: {target}"));
            Exit::of_error(&error)
        }
        Ok(_) => {
            if !messages.is_quiet {
                print_line(format_args!("ok: may list the snapshots of {target}"));
            }
            Exit::Complete
        }
        Err(error) => {
            print_error(&error);
            Exit::Failed
        }
    })
}

/// Lists the projects that the credentials may see.
fn check_projects(
    args: &TargetArgs,
    waits: &Waits,
    messages: Messages,
) -> Result<Exit, SetupError> {
    let connection = Connection::resolve(&args.connection)?;
    let project = Target::project(args)?;
    let atlas = connection.client(|builder| builder.retry_policy(RetryPolicy::none()))?;
    let credentials = Credentials::from_env().unwrap_or_else(|_| Credentials::anonymous());
    let listed = match block_on(waits.watch(atlas.projects().collect_partial())) {
        Ok(listed) => listed,
        Err(error) => {
            print_error(&error);
            return Ok(Exit::Failed);
        }
    };
    if let Some(error) = &listed.error {
        print_request_error(error);
        print_line(format_args!(
            "  checked: the projects at {connection}, with {credentials}"
        ));
        return Ok(Exit::of_error(error));
    }
    let projects = &listed.collected;
    if let Some(project) = project
        && !projects.iter().any(|found| found.id() == project.as_str())
    {
        print_line(no_project(project));
        return Ok(Exit::NotFound);
    }
    if !messages.is_quiet {
        let number = match projects.len() {
            1 => "1 project".to_owned(),
            number => format!("{number} projects"),
        };
        print_line(format_args!(
            "ok: {number} at {connection}, with {credentials}"
        ));
        for project in projects.iter().take(SHOWN) {
            print_line(format_args!("  {}", described(project)));
        }
        if projects.len() > SHOWN {
            print_line("  ... 'atlas-snapshots projects' prints all of them");
        }
    }
    Ok(Exit::of_completeness(projects.summary().completeness()))
}

fn described(project: &Project) -> String {
    match project.name() {
        Some(name) => format!("{} {name}", project.id()),
        None => project.id().to_owned(),
    }
}
