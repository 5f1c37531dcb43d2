//! The client and the list request of a command, from its arguments and the environment.

use std::env;
use std::fmt;
use std::future::Future;
use std::io;

use atlas_snapshots::{
    Atlas, AtlasBuilder, BaseUrl, ClusterName, Credentials, ErrorKind as LibraryErrorKind,
    InvalidValue, ListRequest, ProjectId, Snapshot,
};
use clap::error::ErrorKind;

use crate::args::{ApiChoice, TargetArgs, usage_error};

/// The default of `--project`, named as the Atlas CLI names it.
const PROJECT_ID: &str = "MONGODB_ATLAS_PROJECT_ID";

/// The default of `--cluster`.
const CLUSTER: &str = "MONGODB_ATLAS_CLUSTER";

/// The default of `--base-url`.
const BASE_URL: &str = "MONGODB_ATLAS_OPS_MANAGER_URL";

/// Why nothing can be requested.
#[derive(Debug)]
pub(crate) enum SetupError {
    /// The arguments or the environment are wrong.
    Usage(Box<clap::Error>),
    /// No client can be made on this machine.
    Failed(atlas_snapshots::Error),
}

impl From<clap::Error> for SetupError {
    fn from(usage: clap::Error) -> Self {
        Self::Usage(Box::new(usage))
    }
}

impl From<atlas_snapshots::Error> for SetupError {
    fn from(error: atlas_snapshots::Error) -> Self {
        match error.kind() {
            LibraryErrorKind::InvalidArgument => {
                usage_error(ErrorKind::ValueValidation, error).into()
            }
            _ => Self::Failed(error),
        }
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
    /// Takes from the environment what the arguments leave out.
    pub(crate) fn resolve(args: &TargetArgs) -> Result<Self, clap::Error> {
        let project = match &args.project {
            Some(project) => Some(project.clone()),
            None => from_variable(PROJECT_ID, ProjectId::new)?,
        };
        let base_url = match (&args.base_url, variable(BASE_URL)) {
            // Parsed here and not by clap, which would repeat a password in it.
            (Some(url), _) => url
                .parse()
                .map_err(|error| bad_value("--base-url", error))?,
            (None, Some(url)) => url.parse().map_err(|error| bad_value(BASE_URL, error))?,
            (None, None) => BaseUrl::default(),
        };
        let (cluster, api) = match (&args.instance, &args.cluster) {
            (Some(instance), _) => (Some(instance.clone()), ApiChoice::Serverless),
            (None, Some(cluster)) => (Some(cluster.clone()), args.api),
            (None, None) => (from_variable(CLUSTER, ClusterName::new)?, args.api),
        };
        let (Some(project), Some(cluster)) = (&project, &cluster) else {
            return Err(missing(project.as_ref(), cluster.as_ref(), &base_url));
        };
        let (project, cluster) = (project.clone(), cluster.clone());
        Ok(Self {
            project,
            cluster,
            api,
            base_url,
        })
    }

    /// A client for the target, with the credentials of the environment. No request is sent.
    pub(crate) fn client(
        &self,
        configure: impl FnOnce(AtlasBuilder) -> AtlasBuilder,
    ) -> Result<Atlas, SetupError> {
        let mut builder = AtlasBuilder::from_env()?.base_url(self.base_url.as_str());
        if !self.base_url.is_loopback() {
            // Where there are none, this names the variables. The builder's own error is for
            // programmers.
            builder = builder.credentials(Credentials::from_env()?);
        }
        Ok(configure(builder).build()?)
    }

    /// The list request with the library's defaults.
    pub(crate) fn request(&self, atlas: &Atlas) -> ListRequest<Snapshot> {
        match self.api {
            ApiChoice::Auto => atlas.snapshots(&self.project, &self.cluster),
            ApiChoice::Flex => atlas.flex_snapshots(&self.project, &self.cluster),
            ApiChoice::Serverless => atlas.serverless_snapshots(&self.project, &self.cluster),
        }
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

/// The value of a variable; an empty one counts as unset.
fn variable(name: &str) -> Option<String> {
    let value = env::var_os(name).filter(|value| !value.is_empty())?;
    // What is not UTF-8 becomes a replacement character, which no valid value contains.
    Some(value.to_string_lossy().into_owned())
}

/// The value of a variable, checked; `None` where it is unset.
fn from_variable<T>(
    name: &str,
    check: impl FnOnce(String) -> Result<T, InvalidValue>,
) -> Result<Option<T>, clap::Error> {
    let checked = variable(name).map(check).transpose();
    checked.map_err(|error| bad_value(name, error))
}

/// The error that names everything that is missing.
fn missing(
    project: Option<&ProjectId>,
    cluster: Option<&ClusterName>,
    base_url: &BaseUrl,
) -> clap::Error {
    let mut lines = vec!["the following is missing:".to_owned()];
    if project.is_none() {
        lines.push(format!("  the project: --project <ID> or {PROJECT_ID}"));
    }
    if cluster.is_none() {
        lines.push(format!("  the cluster: --cluster <NAME> or {CLUSTER}"));
    }
    if !base_url.is_loopback()
        && let Err(error) = Credentials::from_env()
    {
        let error = error.to_string();
        let message = error.strip_prefix("invalid argument: ").unwrap_or(&error);
        lines.push(format!("  the credentials: {message}"));
    }
    usage_error(ErrorKind::MissingRequiredArgument, lines.join("\n"))
}

fn bad_value(name: &str, error: impl fmt::Display) -> clap::Error {
    usage_error(ErrorKind::ValueValidation, format!("{name}: {error}"))
}

/// Runs `future` with one worker beside the main thread: when writing rows blocks because their
/// reader is slow, pages in flight still arrive instead of timing out.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let done = runtime.block_on(future);
    // Does not wait for what may hang, such as a name lookup.
    runtime.shutdown_background();
    Ok(done)
}
