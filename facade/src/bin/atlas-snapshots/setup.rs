//! The client and the list request of a command, from its arguments and the environment.

use std::env;
use std::fmt;
use std::future::Future;
use std::io;
use std::rc::Rc;

use atlas_snapshots::{
    Atlas, AtlasBuilder, BaseUrl, ClusterName, Credentials, ErrorKind as LibraryErrorKind,
    InvalidValue, ListRequest, ProjectId, Snapshot,
};
use clap::error::ErrorKind;

use crate::args::{ApiChoice, ConnectionArgs, ProjectScopeArgs, TargetArgs, usage_error};
use crate::exit::StopReason;
use crate::messages::Messages;
use crate::output::RowCluster;
use crate::stdout::Stdout;

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

/// Where Atlas is, and how it is authenticated.
#[derive(Debug)]
pub(crate) struct Connection {
    base_url: BaseUrl,
}

impl Connection {
    /// Takes from the environment what the arguments leave out.
    pub(crate) fn resolve(args: &ConnectionArgs) -> Result<Self, clap::Error> {
        let base_url = match (&args.base_url, variable(BASE_URL)) {
            // Parsed here and not by clap, which would repeat a password in it.
            (Some(url), _) => url
                .parse()
                .map_err(|error| bad_value("--base-url", error))?,
            (None, Some(url)) => url.parse().map_err(|error| bad_value(BASE_URL, error))?,
            (None, None) => BaseUrl::default(),
        };
        Ok(Self { base_url })
    }

    /// A client with the credentials of the environment. No request is sent.
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

    /// The projects that the arguments or the environment name; none means every one.
    pub(crate) fn projects(&self, args: &ProjectScopeArgs) -> Result<Vec<ProjectId>, clap::Error> {
        if args.all_projects || !args.project.is_empty() {
            return Ok(args.project.clone());
        }
        match from_variable(PROJECT_ID, ProjectId::new)? {
            Some(project) => Ok(vec![project]),
            None => Err(self.missing(&[PROJECT])),
        }
    }

    /// The error that names everything that is missing.
    fn missing(&self, what: &[&str]) -> clap::Error {
        let mut lines = vec!["the following is missing:".to_owned()];
        lines.extend(what.iter().map(|what| format!("  {what}")));
        if !self.base_url.is_loopback()
            && let Err(error) = Credentials::from_env()
        {
            let error = error.to_string();
            let message = error.strip_prefix("invalid argument: ").unwrap_or(&error);
            lines.push(format!("  the credentials: {message}"));
        }
        usage_error(ErrorKind::MissingRequiredArgument, lines.join("\n"))
    }
}

impl fmt::Display for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.base_url.fmt(f)
    }
}

/// How to name what is missing.
const PROJECT: &str = "the project: --project <ID> or MONGODB_ATLAS_PROJECT_ID";
const NAME: &str = "the cluster: --cluster <NAME> or MONGODB_ATLAS_CLUSTER, or --all-clusters";

/// The cluster that is listed, and where. `Display` names both for a person.
#[derive(Debug)]
pub(crate) struct Target {
    project: ProjectId,
    cluster: ClusterName,
    api: ApiChoice,
    connection: Connection,
}

impl Target {
    /// Takes from the environment what the arguments leave out.
    pub(crate) fn resolve(args: &TargetArgs) -> Result<Self, clap::Error> {
        let project = Self::project(args)?;
        let connection = Connection::resolve(&args.connection)?;
        let (cluster, api) = match (&args.instance, &args.cluster) {
            (Some(instance), _) => (Some(instance.clone()), ApiChoice::Serverless),
            (None, Some(cluster)) => (Some(cluster.clone()), args.api),
            (None, None) => (from_variable(CLUSTER, ClusterName::new)?, args.api),
        };
        let (project, cluster) = match (project, cluster) {
            (Some(project), Some(cluster)) => (project, cluster),
            (None, Some(_)) => return Err(connection.missing(&[PROJECT])),
            (Some(_), None) => return Err(connection.missing(&[NAME])),
            (None, None) => return Err(connection.missing(&[PROJECT, NAME])),
        };
        Ok(Self {
            project,
            cluster,
            api,
            connection,
        })
    }

    /// Whether the arguments or the environment name a cluster.
    pub(crate) fn is_named(args: &TargetArgs) -> bool {
        args.instance.is_some() || args.cluster.is_some() || variable(CLUSTER).is_some()
    }

    /// The project that the arguments or the environment name.
    pub(crate) fn project(args: &TargetArgs) -> Result<Option<ProjectId>, clap::Error> {
        match &args.project {
            Some(project) => Ok(Some(project.clone())),
            None => from_variable(PROJECT_ID, ProjectId::new),
        }
    }

    /// A client for the target.
    pub(crate) fn client(
        &self,
        configure: impl FnOnce(AtlasBuilder) -> AtlasBuilder,
    ) -> Result<Atlas, SetupError> {
        self.connection.client(configure)
    }

    pub(crate) fn project_id(&self) -> &str {
        self.project.as_str()
    }

    pub(crate) fn cluster_name(&self) -> &str {
        self.cluster.as_str()
    }

    /// The cluster, for rows.
    pub(crate) fn row_cluster(&self) -> Rc<RowCluster> {
        RowCluster::named(self.project.as_str(), self.cluster.as_str())
    }

    /// The list request with the library's defaults.
    pub(crate) fn request(&self, atlas: &Atlas) -> ListRequest<Snapshot> {
        match self.api {
            ApiChoice::Auto => atlas.snapshots(&self.project, &self.cluster),
            ApiChoice::Flex => atlas.flex_snapshots(&self.project, &self.cluster),
            ApiChoice::Cluster => atlas.cluster_snapshots(&self.project, &self.cluster),
            ApiChoice::Serverless => atlas.serverless_snapshots(&self.project, &self.cluster),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            project,
            cluster,
            connection,
            ..
        } = self;
        write!(f, "{cluster} of project {project} at {connection}")
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

fn bad_value(name: &str, error: impl fmt::Display) -> clap::Error {
    usage_error(ErrorKind::ValueValidation, format!("{name}: {error}"))
}

/// Checks standard output before anything is requested.
pub(crate) fn open_stdout(has_checkpoint: bool, messages: Messages) -> Result<Stdout, StopReason> {
    let stdout = Stdout::open().map_err(StopReason::Output)?;
    if stdout.discards_rows() {
        let found = "standard output was closed when the program began, or is the null device";
        if has_checkpoint {
            return Err(StopReason::Output(io::Error::other(format!(
                "{found}; rows that are lost are not recorded as printed"
            ))));
        }
        messages.notice(format_args!("{found}: the rows are lost"));
    }
    Ok(stdout)
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
