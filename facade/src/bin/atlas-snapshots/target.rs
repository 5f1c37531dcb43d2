//! From arguments and environment to a client.

use std::fmt;

use atlas_snapshots::{Atlas, ClusterName, Credentials, ProjectId};
use clap::error::ErrorKind;

use crate::args::{TargetArgs, usage_error};
use crate::environment::{self, variable};

/// The public Atlas service, also the library's default; named here to say where a listing failed.
const ATLAS: &str = "https://cloud.mongodb.com";

/// What is listed, and where. `Display` names both for a person.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) project: ProjectId,
    pub(crate) instance: ClusterName,
    base_url: String,
}

impl Target {
    /// Fills in from the environment what the arguments left out.
    pub(crate) fn resolve(args: TargetArgs) -> Result<Self, clap::Error> {
        let project = match args.project {
            Some(project) => project,
            None => project_from_environment()?,
        };
        let base_url = args.base_url.or_else(base_url_from_environment);
        Ok(Self {
            project,
            instance: args.instance,
            base_url: base_url.unwrap_or_else(|| ATLAS.to_owned()),
        })
    }

    /// A client for the target, signed in as the environment says. No request is sent.
    pub(crate) fn client(&self) -> Result<Atlas, clap::Error> {
        let anyone = Atlas::builder().base_url(&self.base_url);
        let token = variable(environment::ACCESS_TOKEN);
        let has_token = token.is_some();
        let someone = match token {
            Some(token) => anyone.clone().credentials(Credentials::access_token(token)),
            None => anyone.clone(),
        };
        someone.build().map_err(|error| {
            // What works for anyone leaves only the token to blame.
            let works_for_anyone = anyone.credentials(Credentials::anonymous()).build().is_ok();
            match (works_for_anyone, has_token) {
                (true, true) => bad_variable(environment::ACCESS_TOKEN, &error),
                (true, false) => self.needs_token(),
                (false, _) => usage_error(
                    ErrorKind::ValueValidation,
                    format!("{error}; see --base-url and {}", environment::BASE_URL),
                ),
            }
        })
    }

    fn needs_token(&self) -> clap::Error {
        usage_error(
            ErrorKind::MissingRequiredArgument,
            format!(
                "{} needs an access token: set the environment variable {}",
                self.base_url,
                environment::ACCESS_TOKEN
            ),
        )
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            project,
            instance,
            base_url,
        } = self;
        write!(f, "{instance} of project {project} at {base_url}")
    }
}

fn project_from_environment() -> Result<ProjectId, clap::Error> {
    let Some(id) = variable(environment::PROJECT_ID) else {
        return Err(usage_error(
            ErrorKind::MissingRequiredArgument,
            format!(
                "no project: give --project <ID> or set the environment variable {}",
                environment::PROJECT_ID
            ),
        ));
    };
    ProjectId::new(id).map_err(|error| bad_variable(environment::PROJECT_ID, &error))
}

fn base_url_from_environment() -> Option<String> {
    let url = variable(environment::BASE_URL)?;
    // The Atlas CLI asks for a trailing slash here, and its users share the variable.
    Some(url.strip_suffix('/').unwrap_or(&url).to_owned())
}

fn bad_variable(name: &str, error: &atlas_snapshots::Error) -> clap::Error {
    usage_error(
        ErrorKind::ValueValidation,
        format!("environment variable {name}: {error}"),
    )
}
