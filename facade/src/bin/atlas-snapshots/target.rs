//! From arguments and environment to a client.

use std::fmt;

use atlas_snapshots::{
    Atlas, AtlasBuilder, BaseUrl, ClusterName, Credentials, ErrorKind as LibraryErrorKind, Listing,
    ProjectId,
};
use clap::error::ErrorKind;

use crate::args::{ApiChoice, TargetArgs, usage_error};
use crate::environment::{self, variable};

/// Why there is no client.
#[derive(Debug)]
pub(crate) enum NoClient {
    /// The arguments or the environment say so.
    Usage(Box<clap::Error>),
    /// This machine cannot make one.
    Failed(atlas_snapshots::Error),
}

impl From<clap::Error> for NoClient {
    fn from(usage: clap::Error) -> Self {
        Self::Usage(Box::new(usage))
    }
}

/// What is listed, and where. `Display` names both for a person.
#[derive(Debug)]
pub(crate) struct Target {
    project: ProjectId,
    cluster: ClusterName,
    api: ApiChoice,
    base_url: BaseUrl,
}

impl Target {
    /// Fills in from the environment what the arguments left out.
    pub(crate) fn resolve(args: TargetArgs) -> Result<Self, clap::Error> {
        let project = match args.project {
            Some(project) => project,
            None => project_from_environment()?,
        };
        let base_url = match args.base_url {
            // Parsed here and not by clap, which would repeat a password in it.
            Some(base_url) => base_url.parse().map_err(|error| {
                usage_error(ErrorKind::ValueValidation, format!("--base-url: {error}"))
            })?,
            None => base_url_from_environment()?,
        };
        let (cluster, api) = match (args.instance, args.cluster) {
            (Some(instance), _) => (instance, ApiChoice::Serverless),
            (None, Some(cluster)) => (cluster, args.api),
            (None, None) => {
                let missing = "no cluster: give --cluster <NAME>";
                return Err(usage_error(ErrorKind::MissingRequiredArgument, missing));
            }
        };
        Ok(Self {
            project,
            cluster,
            api,
            base_url,
        })
    }

    /// A client for the target, signed in as the environment says. No request is sent.
    pub(crate) fn client(
        &self,
        configure: impl FnOnce(AtlasBuilder) -> AtlasBuilder,
    ) -> Result<Atlas, NoClient> {
        let builder = Atlas::builder()
            .base_url(self.base_url.as_str())
            .credentials(self.credentials()?);
        configure(builder)
            .build()
            .map_err(|error| match error.kind() {
                LibraryErrorKind::InvalidArgument => {
                    usage_error(ErrorKind::ValueValidation, error).into()
                }
                _ => NoClient::Failed(error),
            })
    }

    /// The listing that the arguments ask for.
    pub(crate) fn listing(&self, atlas: &Atlas) -> Listing {
        let (project, cluster) = (self.project.clone(), self.cluster.clone());
        match self.api {
            ApiChoice::Auto => atlas.snapshots(project, cluster),
            ApiChoice::Flex => atlas.flex_snapshots(project, cluster),
            ApiChoice::Serverless => atlas.serverless_snapshots(project, cluster),
        }
    }

    fn credentials(&self) -> Result<Credentials, clap::Error> {
        if self.base_url.is_loopback() && !environment::has_credentials() {
            return Ok(Credentials::anonymous());
        }
        Credentials::from_env().map_err(|error| usage_error(ErrorKind::ValueValidation, error))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            project,
            cluster,
            base_url,
            ..
        } = self;
        write!(f, "{cluster} of project {project} at {base_url}")
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

fn base_url_from_environment() -> Result<BaseUrl, clap::Error> {
    let Some(url) = variable(environment::BASE_URL) else {
        return Ok(BaseUrl::default());
    };
    // The Atlas CLI asks for a trailing slash here, and its users share the variable.
    let url = url.strip_suffix('/').unwrap_or(&url);
    url.parse()
        .map_err(|error| bad_variable(environment::BASE_URL, &error))
}

fn bad_variable(name: &str, error: &atlas_snapshots::Error) -> clap::Error {
    usage_error(
        ErrorKind::ValueValidation,
        format!("environment variable {name}: {error}"),
    )
}
