//! The program `mock-atlas`: the embedded mock as a server, for clients in any language.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the address on stdout is the program's interface, errors go to stderr"
)]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test fails by panicking"))]

mod text;

use std::env::{self, VarError};
use std::error::Error;
use std::fmt::Display;
use std::fs;
use std::io::{self, Write};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use atlas_snapshots_mock::{
    ChallengeFault, ClusterKind, DigestAlgorithm, ExpiresIn, Fault, Fidelity, Links, MockAtlas,
    MockAtlasBuilder, Sunset, TotalCount, When,
};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use clap::{Args, Parser};

/// Serve a simulated MongoDB Atlas on 127.0.0.1.
///
/// It serves the lists of projects, of clusters and of their snapshots, and single snapshots:
///
///   GET /api/atlas/v2/groups
///   GET /api/atlas/v2/groups/{groupId}/clusters
///   GET /api/atlas/v2/groups/{groupId}/flexClusters
///   GET /api/atlas/v2/groups/{groupId}/clusters/{clusterName}/backup/snapshots[/{snapshotId}]
///   GET /api/atlas/v2/groups/{groupId}/flexClusters/{name}/backup/snapshots[/{snapshotId}]
///   GET /api/atlas/v1.0/groups/{groupId}/serverless/{clusterName}/backup/snapshots
///
/// There is one project with one cluster, or the organisation of a file.
///
/// The first line on stdout is the base URL, and the only one. The program ends with SIGINT
/// (Ctrl-C) or SIGTERM.
#[derive(Parser)]
#[command(name = "mock-atlas", version, verbatim_doc_comment, after_long_help = FAULTS_AND_EXAMPLES)]
struct Arguments {
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,

    /// The projects and clusters, as JSON (`--help` describes it), in place of one project with one
    /// cluster
    #[arg(long, value_name = "FILE", conflicts_with_all = ["project", "cluster", "kind"])]
    organisation: Option<PathBuf>,

    /// Number of snapshots of each cluster [default: 1200; 8 in an organisation]
    #[arg(long, value_name = "N")]
    count: Option<usize>,

    /// Seed of the snapshots and clusters: the same seed and the same time give the same ones
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,

    /// The time before which the snapshots were taken, 2026-01-20T12:00:00Z for example [default:
    /// the beginning of this hour]
    #[arg(long, value_name = "TIME")]
    now: Option<DateTime<Utc>>,

    /// Milliseconds before each response
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency_ms: u64,

    /// The only project: 24 hexadecimal digits
    #[arg(long, value_name = "ID", default_value = "32b6e34b3d91647abb20e7b8")]
    project: String,

    /// The only cluster of that project
    #[arg(
        long,
        alias = "instance",
        value_name = "NAME",
        default_value = "Instance0"
    )]
    cluster: String,

    /// The kind of the cluster
    #[arg(long, default_value = "serverless")]
    kind: ClusterKind,

    /// Withdraw the serverless API
    #[arg(long, value_name = "HOW")]
    sunset: Option<Sunset>,

    /// Respond as the service has been recorded to, not as it is documented
    #[arg(long)]
    live: bool,

    /// The totalCount of pages: exact, absent, =N (always N), +N or -N (too many, too few)
    #[arg(
        long, value_name = "COUNT", default_value = "exact", allow_hyphen_values = true,
        value_parser = text::total_count
    )]
    total_count: TotalCount,

    /// The links of pages
    #[arg(long, value_name = "KIND", default_value = "documented")]
    links: Links,

    /// Allow this number of requests a minute to each project and set of endpoints, respond 429 to
    /// the others
    #[arg(long, value_name = "N")]
    rate_limit: Option<NonZeroU32>,

    /// A fault of every request or of those of WHEN; may be repeated (`--help` lists both)
    #[arg(long = "fault", value_name = "FAULT[@WHEN]", value_parser = text::fault_rule)]
    faults: Vec<(Fault, When)>,

    #[command(flatten)]
    auth: AuthArguments,
}

/// Secrets are read from the environment: other users of a machine see the arguments of a program,
/// but not its environment.
#[derive(Args)]
#[command(next_help_heading = "Authentication")]
struct AuthArguments {
    /// Accept `Authorization: Bearer TOKEN`; better set in the environment, which other users
    /// cannot read
    #[arg(long, env = "MOCK_ATLAS_TOKEN", hide_env_values = true)]
    token: Option<String>,

    #[command(flatten)]
    digest: DigestArguments,

    #[command(flatten)]
    tokens: TokenArguments,

    /// Respond 403 `IP_ADDRESS_NOT_ON_ACCESS_LIST` to all requests with correct credentials
    #[arg(long)]
    ip_block: bool,

    /// Respond 401 `USER_UNAUTHORIZED` to all requests for the project
    #[arg(long)]
    missing_role: bool,
}

/// The flags that require an API key. The default is equal to a command line without them.
#[derive(Args, Default, PartialEq)]
struct DigestArguments {
    /// Send challenges with these hash functions, in this order, separated by commas
    /// [default: MD5]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', ignore_case = true)]
    digest_algorithms: Option<Vec<DigestAlgorithm>>,

    /// Send all challenges in one header
    #[arg(long)]
    challenges_in_one_header: bool,

    /// How long a nonce is valid; then stale=true [default: forever]
    #[arg(long, value_name = "SECONDS")]
    nonce_lifetime: Option<u64>,

    /// How many requests a nonce is valid for; then stale=true [default: any number]
    #[arg(long, value_name = "N")]
    nonce_uses: Option<usize>,

    /// Add this opaque to challenges, which clients must send back
    #[arg(long, value_name = "TEXT")]
    opaque: Option<String>,

    /// Add a directive to challenges; may be repeated
    #[arg(long = "challenge-directive", value_name = "NAME=VALUE", value_parser = text::directive)]
    challenge_directives: Vec<(String, String)>,

    /// A fault of challenges: missing, garbage, no-nonce, unknown-algorithm or =TEXT; may be
    /// repeated
    #[arg(
        long = "challenge-fault", value_name = "KIND[@WHEN]", value_parser = text::challenge_rule
    )]
    challenge_faults: Vec<(ChallengeFault, When)>,
}

/// The flags that require a service account.
#[derive(Args, Default, PartialEq)]
struct TokenArguments {
    /// How long an issued token is valid [default: 3600]
    #[arg(long, value_name = "SECONDS")]
    token_lifetime: Option<u64>,

    /// The expires_in of token responses: exact, absent or =JSON [default: exact]
    #[arg(long, value_name = "VALUE", value_parser = text::expires_in)]
    expires_in: Option<ExpiresIn>,

    /// How many issued tokens may be valid at once [default: 100]
    #[arg(long, value_name = "N")]
    token_limit: Option<usize>,

    /// A fault of the token endpoint; may be repeated
    #[arg(long = "token-fault", value_name = "FAULT[@WHEN]", value_parser = text::fault_rule)]
    token_faults: Vec<(Fault, When)>,

    /// A fault of revocations; may be repeated
    #[arg(long = "revoke-fault", value_name = "FAULT[@WHEN]", value_parser = text::fault_rule)]
    revoke_faults: Vec<(Fault, When)>,
}

const FAULTS_AND_EXAMPLES: &str = "\
Environment; each variable adds credentials, and without any none are required:
  MOCK_ATLAS_TOKEN=TOKEN                a token that never expires
  MOCK_ATLAS_API_KEY=PUBLIC:PRIVATE     HTTP Digest
  MOCK_ATLAS_SERVICE_ACCOUNT=ID:SECRET  tokens from POST /api/oauth/token

Faults:
  in place of the page   503  403:IP_ADDRESS_NOT_ON_ACCESS_LIST  count-timeout
                         server-error-text
                         rate-limit[:SECONDS|:date+SECONDS]  token-bucket[:…]
  in the page            empty-page  short-page:ITEMS  max-page-size:ITEMS  repeat-page:PAGE
                         endless-pages  total-count:COUNT  links:KIND  no-results  results:JSON
  in one of its items    item:PLACE:FIELD=JSON  item:PLACE:-FIELD  item:PLACE:=JSON
  in the body            gzip  false-gzip  not-utf8  bom  cut-json  padding:BYTES
                         empty-body  null  array  html
  in the headers         header:NAME=VALUE  no-content-type  sunset
  before the response    delay:MS  hang  close  reset
  inside the response    truncate  truncate-chunked  reset-in-body  stall  drip:MS
                         endless-body
  in the data            insert-head:ITEMS  insert-tail:ITEMS  delete-head:ITEMS
                         delete-tail:ITEMS

Conditions, joined by commas:
  first:N  after:N  nth:N  every:N  page:N  pages:FIRST-LAST  each-page  always
  operation:ID (such as listGroupClusters)  path:PART (such as a project id or /clusters/orders/)

Token faults and revoke faults are the same, without those of pages, items and data.

Organisation; only names and kinds are required:
  { \"projects\": [{
      \"name\": \"Shop\", \"id\": \"32b6e34b3d91647abb20e7b8\", \"tags\": { \"env\": \"prod\" },
      \"clusterCount\": 3, \"rateLimit\": 60,
      \"clusters\": [{
        \"name\": \"orders\", \"kind\": \"replicaSet\", \"snapshots\": 40, \"backups\": true,
        \"tags\": { \"team\": \"a\" }, \"internalRole\": \"SYSTEM_CLUSTER\", \"paused\": true,
        \"state\": \"UPDATING\", \"presence\": \"hidden\", \"progressing\": true,
        \"snapshotsError\": [400, \"FEATURE_UNSUPPORTED\"]
      }]
  }] }
  kind          flex  replicaSet  sharded  geoSharded  free  serverless
  presence      listed; hidden: not in the lists of clusters, but counted; deleted: only in those
                lists; retained: deleted, with retained backups
  clusterCount  of the list of projects, in place of the number of clusters
  rateLimit     requests a minute to each set of endpoints of the project
  progressing   the newest snapshot is queued, then in progress, then completed

Examples:
  mock-atlas --port 8080 --count 12345 --latency-ms 50
  mock-atlas --fault rate-limit:1@every:2 --fault reset-in-body@first:1,each-page
  mock-atlas --count 5000 --fault delete-head:1
  mock-atlas --fault max-page-size:50 --fault empty-page@first:1,page:2 --links never-next
  mock-atlas --fault 'item:3:status=\"frozen\"@page:2'
  mock-atlas --organisation organisation.json --rate-limit 1200 \\
      --fault 500@first:1,operation:listGroupClusters
  MOCK_ATLAS_API_KEY=public:private mock-atlas --nonce-uses 10
  MOCK_ATLAS_SERVICE_ACCOUNT=id:secret mock-atlas --token-lifetime 60 \\
      --token-fault rate-limit:1@first:2

  curl \"$URL/api/atlas/v1.0/groups/32b6e34b3d91647abb20e7b8/serverless/Instance0/backup/snapshots\"
  curl --digest --user public:private \"$URL/…\"
  curl --user id:secret --data grant_type=client_credentials \"$URL/api/oauth/token\"";

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let cause = error.source().map(|cause| format!(": {cause}"));
            eprintln!("mock-atlas: {error}{}", cause.unwrap_or_default());
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    // Before the address is printed: a script may end the program as soon as it has read it.
    let interrupted = interruption()?;
    let atlas = arguments.into_builder()?.start().await?;
    println!("{}", atlas.base_url());
    io::stdout().flush()?;
    interrupted.await;
    atlas.shutdown().await;
    Ok(())
}

impl Arguments {
    fn into_builder(self) -> Result<MockAtlasBuilder, String> {
        let mut builder = MockAtlas::builder()
            .port(self.port)
            .seed(self.seed)
            .now(self.now.unwrap_or_else(this_hour))
            .latency(Duration::from_millis(self.latency_ms))
            .project_id(self.project)
            .cluster_name(self.cluster)
            .kind(self.kind)
            .total_count(self.total_count)
            .links(self.links);
        if let Some(file) = &self.organisation {
            let error = |error: &dyn Display| format!("{}: {error}", file.display());
            let text = fs::read_to_string(file).map_err(|it| error(&it))?;
            builder = builder.organisation(&text).map_err(|it| error(&it))?;
        }
        let usual = self.organisation.is_none().then_some(1_200);
        if let Some(count) = self.count.or(usual) {
            builder = builder.snapshots(count);
        }
        for (fault, when) in self.faults {
            builder = builder.fault(fault, when);
        }
        if let Some(sunset) = self.sunset {
            builder = builder.sunset(sunset);
        }
        if self.live {
            builder = builder.fidelity(Fidelity::Live);
        }
        if let Some(requests) = self.rate_limit {
            builder = builder.rate_limit(requests.get(), Duration::from_secs(60));
        }
        self.auth.apply(builder)
    }
}

/// The beginning of the current hour: the same for programs that start after each other.
fn this_hour() -> DateTime<Utc> {
    let now = Utc::now();
    now.duration_trunc(TimeDelta::hours(1)).unwrap_or(now)
}

impl AuthArguments {
    fn apply(self, mut builder: MockAtlasBuilder) -> Result<MockAtlasBuilder, String> {
        if let Some(token) = self.token {
            builder = builder.require_token(token);
        }
        let (variable, form) = ("MOCK_ATLAS_API_KEY", "PUBLIC:PRIVATE");
        if let Some((public, private)) = pair(variable, form)? {
            builder = self.digest.apply(builder.require_api_key(public, private));
        } else if self.digest != DigestArguments::default() {
            return Err(format!(
                "flags of challenges and nonces need {variable}={form} in the environment"
            ));
        }
        let (variable, form) = ("MOCK_ATLAS_SERVICE_ACCOUNT", "ID:SECRET");
        if let Some((id, secret)) = pair(variable, form)? {
            builder = self.tokens.apply(builder.service_account(id, secret));
        } else if self.tokens != TokenArguments::default() {
            return Err(format!(
                "flags of issued tokens need {variable}={form} in the environment"
            ));
        }
        if self.ip_block {
            builder = builder.block_ip();
        }
        if self.missing_role {
            builder = builder.missing_role();
        }
        Ok(builder)
    }
}

impl DigestArguments {
    fn apply(self, mut builder: MockAtlasBuilder) -> MockAtlasBuilder {
        if let Some(algorithms) = self.digest_algorithms {
            builder = builder.digest_algorithms(algorithms);
        }
        if self.challenges_in_one_header {
            builder = builder.challenges_in_one_header();
        }
        if let Some(seconds) = self.nonce_lifetime {
            builder = builder.nonce_lifetime(Duration::from_secs(seconds));
        }
        if let Some(uses) = self.nonce_uses {
            builder = builder.nonce_uses(uses);
        }
        if let Some(opaque) = self.opaque {
            builder = builder.opaque(opaque);
        }
        for (name, value) in self.challenge_directives {
            builder = builder.challenge_directive(name, value);
        }
        for (fault, when) in self.challenge_faults {
            builder = builder.challenge_fault(fault, when);
        }
        builder
    }
}

impl TokenArguments {
    fn apply(self, mut builder: MockAtlasBuilder) -> MockAtlasBuilder {
        if let Some(seconds) = self.token_lifetime {
            builder = builder.token_lifetime(Duration::from_secs(seconds));
        }
        if let Some(value) = self.expires_in {
            builder = builder.expires_in(value);
        }
        if let Some(limit) = self.token_limit {
            builder = builder.token_limit(limit);
        }
        for (fault, when) in self.token_faults {
            builder = builder.token_fault(fault, when);
        }
        for (fault, when) in self.revoke_faults {
            builder = builder.revoke_fault(fault, when);
        }
        builder
    }
}

/// A name and its secret from the environment: `None` if the variable is not set. Errors do not
/// contain its value.
fn pair(variable: &str, form: &str) -> Result<Option<(String, String)>, String> {
    let malformed = || format!("{variable} must be {form}");
    match env::var(variable) {
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(malformed()),
        Ok(value) => match value.split_once(':') {
            Some((name, secret)) if !name.is_empty() && !secret.is_empty() => {
                Ok(Some((name.to_owned(), secret.to_owned())))
            }
            _ => Err(malformed()),
        },
    }
}

/// Listens from the moment it returns; the future resolves at the first SIGINT or SIGTERM.
#[cfg(unix)]
fn interruption() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Listens from the first poll; the future resolves at Ctrl-C.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "the same signature as on Unix")]
fn interruption() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // An error means there is no such signal: serve until killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
