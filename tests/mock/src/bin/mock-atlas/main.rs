//! `mock-atlas`: the embedded mock as a server of its own, for clients in any language.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the address on stdout is the program's interface, errors go to stderr"
)]

mod sign_in;

use std::error::Error;
use std::io::{self, Write};
use std::num::NonZeroU32;
use std::process::ExitCode;
use std::time::Duration;

use atlas_snapshots_mock::{ClusterKind, Dialect, FaultRule, Links, MockAtlas, Sunset, TotalCount};
use clap::Parser;
use sign_in::SignInArguments;

/// Serve a make-believe MongoDB Atlas on 127.0.0.1.
///
/// Two operations are there, the listings of a serverless instance's and a Flex cluster's snapshots:
///
///   GET /api/atlas/v1.0/groups/{groupId}/serverless/{clusterName}/backup/snapshots
///   GET /api/atlas/v2/groups/{groupId}/flexClusters/{name}/backup/snapshots
///
/// and, if told so, the ways to sign in to it.
///
/// The first line on stdout is the base URL; after it nothing more is printed. Ends with
/// SIGINT (Ctrl-C) or SIGTERM.
#[derive(Parser)]
#[command(name = "mock-atlas", version, verbatim_doc_comment, after_long_help = FAULTS_AND_EXAMPLES)]
struct Arguments {
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,

    /// How many snapshots the instance has
    #[arg(long, value_name = "N", default_value_t = 1_200)]
    count: usize,

    /// Seed of the snapshots: the same seed gives the same ones
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,

    /// Milliseconds before each answer
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency_ms: u64,

    /// The project that exists: 24 hexadecimal digits
    #[arg(long, value_name = "ID", default_value = "32b6e34b3d91647abb20e7b8")]
    project: String,

    /// The serverless instance of that project
    #[arg(long, value_name = "NAME", default_value = "Instance0")]
    instance: String,

    /// What kind of cluster that instance is: serverless or flex
    #[arg(long, value_name = "KIND", default_value = "serverless")]
    kind: ClusterKind,

    /// Withdraw the serverless API: gone (410), empty (200 with no rows) or not-found (404)
    #[arg(long, value_name = "HOW")]
    sunset: Option<Sunset>,

    /// Answer as the service has been recorded to, not as it is documented
    #[arg(long)]
    live: bool,

    /// What pages say in totalCount: exact, absent, =N (always N), +N or -N (too many, too few)
    #[arg(
        long,
        value_name = "LIE",
        default_value = "exact",
        allow_hyphen_values = true
    )]
    total_count: TotalCount,

    /// Which links pages carry: documented, missing, never-next, always-next or foreign
    #[arg(long, value_name = "KIND", default_value = "documented")]
    links: Links,

    /// Allow so many requests a minute, answer 429 to the others
    #[arg(long, value_name = "N")]
    rate_limit: Option<NonZeroU32>,

    /// Something that goes wrong, for every request or for those of WHEN; may be repeated (`--help`
    /// lists them)
    #[arg(long = "fault", value_name = "FAULT[@WHEN]")]
    faults: Vec<FaultRule>,

    #[command(flatten)]
    sign_in: SignInArguments,
}

const FAULTS_AND_EXAMPLES: &str = "\
Environment; each adds a way to sign in, with none of them nothing is required:
  MOCK_ATLAS_TOKEN=TOKEN                a token that never expires
  MOCK_ATLAS_API_KEY=PUBLIC:PRIVATE     HTTP Digest
  MOCK_ATLAS_SERVICE_ACCOUNT=ID:SECRET  tokens from POST /api/oauth/token

Faults:
  in place of the page   503  403:IP_ADDRESS_NOT_ON_ACCESS_LIST  count-timeout
                         server-error-text
                         rate-limit[:SECONDS|:date+SECONDS]  token-bucket[:…]
  in the page            empty-page  short-page:ROWS  repeat-page:PAGE  endless-pages
                         total-count:LIE  links:KIND  no-results  results:JSON
  in one row of it       row:PLACE:FIELD=JSON  row:PLACE:-FIELD  row:PLACE:=JSON
  in the body            gzip  false-gzip  not-utf8  bom  cut-json  padding:BYTES
                         empty-body  null  array  html
  in the headers         header:NAME=VALUE  no-content-type  sunset
  before the answer      delay:MS  hang  close  reset
  inside the answer      truncate  truncate-chunked  reset-in-body  stall  drip:MS
                         endless-body
  in the data            insert-head:ROWS  insert-tail:ROWS  delete-head:ROWS
                         delete-tail:ROWS

Conditions, joined by commas:
  first:N  after:N  nth:N  every:N  page:N  pages:FIRST-LAST  each-page  always

Token faults and revoke faults are the same, but for those of pages, rows and data.

Examples:
  mock-atlas --port 8080 --count 12345 --latency-ms 50
  mock-atlas --fault rate-limit:1@every:2 --fault reset-in-body@first:1,each-page
  mock-atlas --count 5000 --fault delete-head:1
  mock-atlas --fault 'row:3:status=\"frozen\"@page:2'
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
    let atlas = start(arguments).await?;
    println!("{}", atlas.base_url());
    io::stdout().flush()?;
    interrupted.await;
    atlas.shutdown().await;
    Ok(())
}

async fn start(arguments: Arguments) -> Result<MockAtlas, Box<dyn Error>> {
    let mut builder = MockAtlas::builder()
        .port(arguments.port)
        .snapshots(arguments.count)
        .seed(arguments.seed)
        .latency(Duration::from_millis(arguments.latency_ms))
        .project_id(arguments.project)
        .instance_name(arguments.instance)
        .kind(arguments.kind)
        .total_count(arguments.total_count)
        .links(arguments.links)
        .faults(arguments.faults);
    if let Some(sunset) = arguments.sunset {
        builder = builder.sunset(sunset);
    }
    if arguments.live {
        builder = builder.dialect(Dialect::Live);
    }
    if let Some(requests) = arguments.rate_limit {
        builder = builder.rate_limit(requests.get(), Duration::from_secs(60));
    }
    builder = arguments.sign_in.apply(builder)?;
    Ok(builder.start().await?)
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
