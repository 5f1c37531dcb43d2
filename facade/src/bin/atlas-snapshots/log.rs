//! The events of the library on standard error: as a log where one is requested, or else a line for
//! each wait that a person would take for a program that hangs.

use std::env;
use std::fmt::Debug;
use std::io::{self, IsTerminal, Write};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::args::Verbosity;
use crate::messages::print_line;

/// Chooses what is logged; it takes precedence over `-v`.
const RUST_LOG: &str = "RUST_LOG";

/// The target of the library's events about retries and waits.
const RETRY_TARGET: &str = "atlas_snapshots::retry";

/// How long nothing is said while a person may be waiting.
const LIMIT_ON_A_TERMINAL: Duration = Duration::from_millis(1_500);
const LIMIT: Duration = Duration::from_secs(5);

/// How often it is repeated that nothing arrives.
const REPETITION: Duration = Duration::from_secs(30);

/// Waits closer together than this are those of pages that are requested at once.
const TOGETHER: Duration = Duration::from_secs(1);

/// Says why nothing happens.
#[derive(Debug, Clone)]
pub(crate) struct Waits {
    /// `None` where nothing is to be said.
    limit: Option<Duration>,
    said: Arc<Mutex<Said>>,
}

#[derive(Debug, Default)]
struct Said {
    /// That nothing arrives.
    silence: bool,
    /// The end of a wait.
    wait_until: Option<Instant>,
}

impl Waits {
    /// Begins to report the events of the library.
    pub(crate) fn report(verbosity: Verbosity) -> Self {
        let is_quiet = verbosity.is_quiet();
        let waits = Self {
            limit: (!is_quiet).then(|| {
                if io::stderr().is_terminal() {
                    LIMIT_ON_A_TERMINAL
                } else {
                    LIMIT
                }
            }),
            said: Arc::default(),
        };
        let registry = tracing_subscriber::registry();
        // Fails only where a subscriber exists already.
        let _ = match filter(verbosity) {
            Some(filter) => {
                let log = tracing_subscriber::fmt::layer().with_writer(|| Stderr);
                registry.with(log).with(filter).try_init()
            }
            None => registry.with(waits.clone()).try_init(),
        };
        waits
    }

    /// Waits for `future`, and says so when it takes long.
    pub(crate) async fn watch<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        let Some(limit) = self.limit else {
            return future.await;
        };
        let begun = Instant::now();
        let mut next = begun + limit;
        loop {
            tokio::select! {
                biased;
                output = &mut future => {
                    if next > begun + limit {
                        self.said().silence = false;
                    }
                    return output;
                }
                () = sleep_until(next) => self.on_silence(begun),
            }
            next += REPETITION;
        }
    }

    fn on_silence(&self, begun: Instant) {
        let mut said = self.said();
        said.silence = true;
        let now = Instant::now();
        if said.wait_until.is_none_or(|end| end < now) {
            let seconds = now.duration_since(begun).as_secs_f32();
            print_line(format_args!(
                "waiting: no complete response for {seconds:.1} s"
            ));
        }
    }

    fn on_wait(&self, limit: Duration, event: &WaitEvent) {
        let mut said = self.said();
        let end = Instant::now() + event.wait;
        let is_said = said.wait_until.is_some_and(|said| end < said + TOGETHER);
        if (event.wait > limit || said.silence) && !is_said {
            said.wait_until = Some(end);
            print_line(event);
        }
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is to be logged; `None` for no log.
fn filter(verbosity: Verbosity) -> Option<EnvFilter> {
    let chosen = env::var(RUST_LOG).ok().filter(|chosen| !chosen.is_empty());
    if let Some(chosen) = chosen {
        match EnvFilter::try_new(chosen) {
            Ok(filter) => return Some(filter),
            Err(error) => print_line(format_args!("notice: {RUST_LOG} is ignored: {error}")),
        }
    }
    let level = match verbosity.verbose {
        0 => return None,
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    Some(EnvFilter::new(format!("atlas_snapshots={level}")))
}

impl<S: Subscriber> Layer<S> for Waits {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        if let (Some(limit), RETRY_TARGET) = (self.limit, event.metadata().target()) {
            let mut fields = WaitEvent::default();
            event.record(&mut fields);
            self.on_wait(limit, &fields);
        }
    }
}

/// An event of the library that says why a request waits.
#[derive(Debug, Default)]
struct WaitEvent {
    wait: Duration,
    /// The attempt that failed, and why; empty where another request is the reason.
    attempt: u64,
    error: String,
}

impl Visit for WaitEvent {
    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "wait_ms" => self.wait = Duration::from_millis(value),
            "attempt" => self.attempt = value,
            _ => {}
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "error" {
            self.error = format!("{value:?}");
        }
    }
}

impl std::fmt::Display for WaitEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            wait,
            attempt,
            error,
        } = self;
        let seconds = wait.as_secs_f32();
        match error.as_str() {
            "" => write!(f, "waiting {seconds:.1} s for the rate limit"),
            _ => write!(f, "waiting {seconds:.1} s after attempt {attempt}: {error}"),
        }
    }
}

/// Standard error, which gets whole lines.
struct Stderr;

impl Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        print_line(String::from_utf8_lossy(bytes).trim_end());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
