//! One error type for everything that can go wrong.

mod body;
mod kind;

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

pub use body::FieldViolation;
pub(crate) use body::{ErrorBody, excerpt};
pub use kind::ErrorKind;

use crate::checkpoint::Checkpoint;

type Source = Box<dyn StdError + Send + Sync>;

/// Shorthand for results of this library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed: [`kind`](Error::kind) says what to do, the accessors say everything known.
///
/// `Display` is one line for a person: what was listed, the page, what went wrong, status and
/// Atlas's code, the next step, and how much had been delivered. It never contains a credential. Causes are
/// in [`source`](StdError::source) and are not repeated in the line.
///
/// ```
/// use atlas_snapshots::{ErrorKind, ProjectId};
///
/// let error = "not-an-id".parse::<ProjectId>().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidArgument);
/// assert_eq!(
///     error.to_string(),
///     "invalid argument: project id \"not-an-id\" must be 24 characters from a-f and 0-9",
/// );
/// ```
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    /// Set where the same kind is sometimes worth another try.
    retryable: bool,
    /// What this library has to say beyond kind and body.
    message: Option<String>,
    status: Option<u16>,
    body: ErrorBody,
    retry_after: Option<Duration>,
    position: Option<Position>,
    row: Option<BadRow>,
    source: Option<Source>,
}

/// Where in a listing an error happened.
#[derive(Debug, Clone)]
pub(crate) struct Position {
    pub(crate) page: u64,
    pub(crate) delivered: u64,
    pub(crate) attempts: u32,
    pub(crate) checkpoint: Checkpoint,
}

/// A row that could not be read: where it stood and what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BadRow {
    index: usize,
    raw: String,
}

impl BadRow {
    pub(crate) fn new(index: usize, raw: String) -> Self {
        Self { index, raw }
    }

    /// Position of the row on its page, counted from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The row's JSON text, as received.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner {
            kind,
            retryable: matches!(
                kind,
                ErrorKind::RateLimited
                    | ErrorKind::Server
                    | ErrorKind::Timeout
                    | ErrorKind::Connect
            ),
            message: None,
            status: None,
            body: ErrorBody::default(),
            retry_after: None,
            position: None,
            row: None,
            source: None,
        }))
    }

    /// A value that breaks `rule`. The value is quoted, so it must not be a secret.
    pub(crate) fn invalid(what: &str, value: impl fmt::Display, rule: &str) -> Self {
        let quoted = format!("{:?}", value.to_string());
        Self::new(ErrorKind::InvalidArgument).with_message(format!("{what} {quoted} {rule}"))
    }

    /// The same failure, seen in a wider context.
    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    pub(crate) fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.message = Some(message.into());
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Says what was being done, where that is not a page's own request.
    pub(crate) fn while_doing(mut self, what: &str) -> Self {
        self.0.message = Some(match self.0.message.take() {
            Some(message) => format!("while {what}: {message}"),
            None => format!("while {what}"),
        });
        self
    }

    /// Takes `secret` out of everything a server wrote: some echo what they were sent.
    pub(crate) fn without(mut self, secret: &str) -> Self {
        let inner = &mut *self.0;
        let raw = inner.row.as_mut().map(|row| &mut row.raw);
        for text in inner.body.texts_mut().chain(&mut inner.message).chain(raw) {
            if !secret.is_empty() && text.contains(secret) {
                *text = text.replace(secret, "***");
            }
        }
        self
    }

    /// Marks an error worth another try although its kind usually is not.
    pub(crate) fn retryable(mut self) -> Self {
        self.0.retryable = true;
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_body(mut self, body: ErrorBody) -> Self {
        self.0.body = body;
        self
    }

    /// Keeps the start of a body that could not be read as what it should be.
    pub(crate) fn with_excerpt_of(mut self, body: &[u8]) -> Self {
        self.0.body.excerpt = excerpt(body);
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    pub(crate) fn with_row(mut self, row: BadRow) -> Self {
        self.0.row = Some(row);
        self
    }

    pub(crate) fn at(mut self, position: Position) -> Self {
        self.0.position = Some(position);
        self
    }

    /// What went wrong, as what to do next.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status, whenever an answer arrived, however broken its body was.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Atlas's code, such as `CLUSTER_NOT_FOUND` (documented as required; absent on most real
    /// 401 answers).
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        self.0.body.error_code.as_deref()
    }

    /// The reason phrase from the error body (documented).
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.0.body.reason.as_deref()
    }

    /// Atlas's own sentence about the failure (documented).
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.0.body.detail.as_deref()
    }

    /// The values Atlas's sentence is about. Documented as objects, recorded as strings and
    /// numbers; anything but a string is given as its JSON text. Empty when absent or `null`.
    #[must_use]
    pub fn parameters(&self) -> &[String] {
        &self.0.body.parameters
    }

    /// The request fields that Atlas refused, from `badRequestDetail` (documented).
    #[must_use]
    pub fn field_violations(&self) -> &[FieldViolation] {
        &self.0.body.field_violations
    }

    /// How long the server asked to wait (`Retry-After`), if it said so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The page, counted from 1, that the error is about.
    #[must_use]
    pub fn page(&self) -> Option<u64> {
        self.position().map(|at| at.page)
    }

    /// How many snapshots the listing had delivered before this error.
    #[must_use]
    pub fn delivered(&self) -> Option<u64> {
        self.position().map(|at| at.delivered)
    }

    /// How many requests were made for [`page`](Error::page) up to this error.
    #[must_use]
    pub fn attempts(&self) -> Option<u32> {
        self.position().map(|at| at.attempts)
    }

    /// Where the listing stands, so that another can go on from here; see
    /// [`Listing::resume_from`](crate::Listing::resume_from).
    #[must_use]
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        self.position().map(|at| &at.checkpoint)
    }

    /// The row that could not be read; present exactly for [`ErrorKind::Row`].
    #[must_use]
    pub fn row(&self) -> Option<&BadRow> {
        self.0.row.as_ref()
    }

    /// At most 512 characters from the start of a body that was not the documented JSON,
    /// control characters blanked.
    #[must_use]
    pub fn body_excerpt(&self) -> Option<&str> {
        self.0.body.excerpt.as_deref()
    }

    /// Whether the same request may succeed later without anything being corrected first.
    ///
    /// True for rate limits, server failures, timeouts, connection failures and bodies cut
    /// short; false for everything that will fail the same way again.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// Whether a listing is over after this error, because asking again cannot help.
    pub(crate) fn ends_listing(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::InvalidArgument
                | ErrorKind::BadRequest
                | ErrorKind::Unauthenticated
                | ErrorKind::PermissionDenied
                | ErrorKind::IpNotAllowed
                | ErrorKind::NotFound
                | ErrorKind::Sunset
                | ErrorKind::Auth
                | ErrorKind::RepeatingServer
                | ErrorKind::Unsettled
                | ErrorKind::PageLimit
                | ErrorKind::Deadline
        )
    }

    fn position(&self) -> Option<&Position> {
        self.0.position.as_ref()
    }

    fn write_answer(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.status(), self.error_code()) {
            (Some(status), Some(code)) => {
                write!(f, " ({status} {})", code.replace(char::is_control, " "))
            }
            (Some(status), None) => write!(f, " ({status})"),
            (None, _) => Ok(()),
        }
    }
}

/// The longest stretch of an undocumented body in the line; the accessor has more.
const CHARS_IN_LINE: usize = 80;

fn write_start(f: &mut fmt::Formatter<'_>, excerpt: &str) -> fmt::Result {
    match excerpt.char_indices().nth(CHARS_IN_LINE) {
        Some((end, _)) => write!(f, ": {}…", &excerpt[..end]),
        None => write!(f, ": {excerpt}"),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = self.position() {
            write!(f, "{}, page {}: ", at.checkpoint.target(), at.page)?;
        }
        write!(f, "{}", self.0.kind)?;
        self.write_answer(f)?;
        let said = self.0.message.as_deref().or(self.detail());
        if let Some(said) = said {
            // What a server wrote shall neither break the line nor command a terminal.
            let said = said.trim_end_matches('.').replace(char::is_control, " ");
            write!(f, ": {said}")?;
        } else if let Some(excerpt) = self.body_excerpt() {
            write_start(f, excerpt)?;
        }
        if let Some(remedy) = self.0.kind.remedy() {
            write!(f, "; {remedy}")?;
        }
        if let Some(wait) = self.0.retry_after {
            write!(f, "; the server asks to wait {} s", wait.as_secs())?;
        }
        match self.position() {
            Some(at) => write!(f, " ({} delivered before)", at.delivered),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("status", &self.0.status)
            .field("body", &self.0.body)
            .field("retry_after", &self.0.retry_after)
            .field("position", &self.0.position)
            .field("row", &self.0.row)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_shows_the_start_of_a_long_body_and_the_accessor_more() {
        let page = format!("<html>{}", "ä".repeat(200));
        let error = Error::new(ErrorKind::Server)
            .with_status(503)
            .with_body(ErrorBody::read(page.as_bytes()));
        let line = format!("server failure (503): <html>{}…", "ä".repeat(74));
        assert_eq!(error.to_string(), line);
        assert_eq!(error.body_excerpt(), Some(&*page));
    }

    #[test]
    fn a_secret_that_a_server_echoes_is_taken_out_of_everything() {
        let body = br#"{"errorCode":"sesame","detail":"no sesame","reason":"sesame",
            "parameters":["sesame"],
            "badRequestDetail":{"fields":[{"field":"sesame","description":"sesame"}]}}"#;
        let whole = Error::new(ErrorKind::BadRequest).with_body(ErrorBody::read(body));
        let excerpt = Error::new(ErrorKind::Server).with_body(ErrorBody::read(b"<p>sesame</p>"));
        let row = Error::new(ErrorKind::Row)
            .with_message("row 1 with id sesame")
            .with_row(BadRow::new(1, r#"{"id":"sesame"}"#.to_owned()));
        for error in [whole, excerpt, row] {
            let error = error.without("sesame");
            assert!(
                !format!("{error} {error:?}").contains("sesame"),
                "{error:?}"
            );
            assert!(format!("{error:?}").contains("***"));
        }
        let untouched = Error::new(ErrorKind::Server).with_message("busy");
        assert_eq!(untouched.without("").to_string(), "server failure: busy");
    }

    #[test]
    fn the_line_says_what_to_do_where_the_kind_knows() {
        for (kind, line) in [
            (
                ErrorKind::Unauthenticated,
                "credentials not accepted; check that the credentials are complete and not expired",
            ),
            (ErrorKind::Auth, "signing in failed; check the credentials"),
            (
                ErrorKind::PermissionDenied,
                "permission denied; grant the credentials Project Read Only on this project",
            ),
            (
                ErrorKind::IpNotAllowed,
                "IP address not on the access list; \
                 add this machine's IP address to the API access list",
            ),
            (
                ErrorKind::NotFound,
                "not found; check the project id and the instance name",
            ),
            (
                ErrorKind::Sunset,
                "API withdrawn; use the Flex operation listFlexBackups",
            ),
            (
                ErrorKind::Connect,
                "connection failed; check base URL, network and proxy",
            ),
            (
                ErrorKind::Decode,
                "unreadable answer; something other than Atlas may have answered",
            ),
            (
                ErrorKind::PageLimit,
                "listing limit reached; \
                 raise the listing's limit if the set really is that large",
            ),
            (ErrorKind::Timeout, "timed out"),
        ] {
            assert_eq!(Error::new(kind).to_string(), line);
        }
    }

    #[test]
    fn everything_that_a_documented_body_says_can_be_asked_for() {
        let body = br#"{"error":400,"errorCode":"VALIDATION_ERROR","reason":"Bad Request",
            "detail":"No.","parameters":["a",7],
            "badRequestDetail":{"fields":[{"field":"pageNum","description":"too small"}]}}"#;
        let error = Error::new(ErrorKind::BadRequest)
            .with_status(400)
            .with_body(ErrorBody::read(body));
        assert_eq!(error.error_code(), Some("VALIDATION_ERROR"));
        assert_eq!(error.reason(), Some("Bad Request"));
        assert_eq!(error.detail(), Some("No."));
        assert_eq!(error.parameters(), ["a", "7"]);
        assert_eq!(error.field_violations()[0].field(), "pageNum");
        assert_eq!(error.body_excerpt(), None);
    }
}
