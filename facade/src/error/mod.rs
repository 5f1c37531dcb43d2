//! The error type of this library.

mod body;
mod kind;

use std::error::Error as StdError;
use std::fmt;
use std::iter::successors;
use std::sync::Arc;
use std::time::Duration;

pub use body::FieldViolation;
pub(crate) use body::{ErrorBody, excerpt};
pub use kind::ErrorKind;

use crate::model::checkpoint::Checkpoint;
use crate::model::completeness::IncompleteReason;
use crate::model::ids::InvalidValue;
use crate::model::invalid_item::InvalidItem;
use crate::model::text::{Shown, cut};

pub(crate) type Source = Box<dyn StdError + Send + Sync>;

/// A [`Result`](std::result::Result) with this library's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed. [`kind`](Error::kind) says what to do next, and the accessors return
/// everything that is known about the failure.
///
/// [`Display`](fmt::Display) writes one line for a person: what was listed, the page, what went
/// wrong, the status and Atlas's code, the next step, and how many items were delivered before.
/// A text of the server is cut after 500 characters, and control characters, characters without
/// width and those that change the direction of a text are spaces in it. The line never contains a
/// credential. Causes are returned by [`source`](StdError::source) and are not repeated in the line.
///
/// ```
/// use atlas_snapshots::{Error, ErrorKind, ProjectId};
///
/// let error = Error::from("not-an-id".parse::<ProjectId>().unwrap_err());
/// assert_eq!(error.kind(), ErrorKind::InvalidArgument);
/// assert_eq!(
///     error.to_string(),
///     "invalid argument: project id \"not-an-id\" must be 24 characters from a-f and 0-9",
/// );
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: ErrorKind,
    retryable: bool,
    /// How often its request was retried, where the policy permits no further retry.
    retries_done: Option<u32>,
    /// What this library adds to kind and body.
    message: Option<String>,
    status: Option<u16>,
    body: ErrorBody,
    retry_after: Option<Duration>,
    position: Option<Position>,
    invalid_item: Option<InvalidItem>,
    incomplete_reason: Option<IncompleteReason>,
    /// Shared by clones.
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// Where in a listing an error happened.
#[derive(Debug, Clone)]
pub(crate) struct Position {
    /// What is listed, for a person.
    pub(crate) target: String,
    pub(crate) page: u64,
    pub(crate) delivered: u64,
    pub(crate) attempts: u32,
    pub(crate) checkpoint: Checkpoint,
}

impl From<InvalidValue> for Error {
    fn from(invalid: InvalidValue) -> Self {
        Self::new(ErrorKind::InvalidArgument).with_message(invalid.to_string())
    }
}

impl From<InvalidItem> for Error {
    fn from(item: InvalidItem) -> Self {
        let error = Self::new(ErrorKind::InvalidItem).with_message(item.to_string());
        error.with_invalid_item(item)
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner {
            kind,
            retryable: kind.is_retryable(),
            retries_done: None,
            message: None,
            status: None,
            body: ErrorBody::default(),
            retry_after: None,
            position: None,
            invalid_item: None,
            incomplete_reason: None,
            source: None,
        }))
    }

    /// Replaces the kind, where more is known than the response alone says.
    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    pub(crate) fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.message = Some(message.into());
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    /// Adds what failed to the message, where it was not the request for a page.
    pub(crate) fn while_doing(mut self, what: &str) -> Self {
        self.0.message = Some(match self.0.message.take() {
            Some(message) => format!("while {what}: {message}"),
            None => format!("while {what}"),
        });
        self
    }

    /// Drops the source where a text in its chain is unwanted.
    pub(crate) fn without_source_if(mut self, is_unwanted: impl Fn(&str) -> bool) -> Self {
        let is_dropped = successors(self.source(), |&cause| cause.source())
            .any(|cause| is_unwanted(&cause.to_string()) || is_unwanted(&format!("{cause:?}")));
        if is_dropped {
            self.0.source = None;
        }
        self
    }

    /// Sets whether the error is retryable, where its kind does not decide that.
    pub(crate) fn with_retryable(mut self, retryable: bool) -> Self {
        self.0.retryable = retryable;
        self
    }

    /// Records that what failed was retried this often, and that the policy permits no more.
    pub(crate) fn with_retries_done(mut self, retries: u32) -> Self {
        self.0.retries_done = Some(retries);
        self
    }

    /// How often what failed was retried, where the policy permits no further retry.
    pub(crate) fn retries_done(&self) -> Option<u32> {
        self.0.retries_done
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

    fn with_invalid_item(mut self, item: InvalidItem) -> Self {
        self.0.invalid_item = Some(item);
        self
    }

    /// Adds why an item may be missing, to an error of kind `PossiblyIncomplete`.
    pub(crate) fn with_incomplete_reason(mut self, reason: IncompleteReason) -> Self {
        self.0.incomplete_reason = Some(reason);
        self.with_message(reason.to_string())
    }

    pub(crate) fn at(mut self, position: Position) -> Self {
        self.0.position = Some(position);
        self
    }

    /// Changes how far the listing had come, where the error has a place in one.
    pub(crate) fn with_progress(mut self, delivered: u64, checkpoint: Checkpoint) -> Self {
        if let Some(position) = &mut self.0.position {
            position.delivered = delivered;
            position.checkpoint = checkpoint;
        }
        self
    }

    /// The kind of the error, which says what to do next.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status, whenever a response arrived, however broken its body was.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Atlas's code, such as `CLUSTER_NOT_FOUND` (documented as required; absent from most 401
    /// responses of the live service).
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

    /// The values Atlas's sentence is about, at most 32. Documented as objects, recorded as
    /// strings and numbers; anything but a string is given as its JSON text. Empty when absent or
    /// `null`.
    #[must_use]
    pub fn parameters(&self) -> &[String] {
        &self.0.body.parameters
    }

    /// The request fields that Atlas refused, at most 32, from `badRequestDetail` (documented).
    #[must_use]
    pub fn field_violations(&self) -> &[FieldViolation] {
        &self.0.body.field_violations
    }

    /// The wait that the server requested (`Retry-After`), if any.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The page, counted from 1, that the error is about.
    #[must_use]
    pub fn page(&self) -> Option<u64> {
        self.position().map(|at| at.page)
    }

    /// How many items the listing had delivered before this error.
    #[must_use]
    pub fn delivered(&self) -> Option<u64> {
        self.position().map(|at| at.delivered)
    }

    /// How many attempts were made to read [`page`](Error::page) up to this error. An attempt is
    /// one request, two where the first one was challenged or rejected for an expired token, and up
    /// to eight where the server calls responses to its challenges stale. No request for the page
    /// is sent where no token could be obtained for it, which is an attempt, or where a rate limit
    /// held it back, which is none.
    #[must_use]
    pub fn attempts(&self) -> Option<u32> {
        self.position().map(|at| at.attempts)
    }

    /// How far the listing has come, to resume it from; see
    /// [`ListRequest::resume_from`](crate::ListRequest::resume_from).
    #[must_use]
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        self.position().map(|at| &at.checkpoint)
    }

    /// The item that could not be read; present exactly for [`ErrorKind::InvalidItem`].
    #[must_use]
    pub fn invalid_item(&self) -> Option<&InvalidItem> {
        self.0.invalid_item.as_ref()
    }

    /// Why an item may be missing; present exactly for [`ErrorKind::PossiblyIncomplete`].
    #[must_use]
    pub fn incomplete_reason(&self) -> Option<IncompleteReason> {
        self.0.incomplete_reason
    }

    pub(crate) fn into_invalid_item(self) -> Option<InvalidItem> {
        self.0.invalid_item
    }

    /// The start of a body that was not the documented JSON, with spaces for the characters that
    /// a terminal does not show; of a long one the first 511 characters and an ellipsis.
    #[must_use]
    pub fn body_excerpt(&self) -> Option<&str> {
        self.0.body.excerpt.as_deref()
    }

    /// Whether the same request may succeed later without a correction.
    ///
    /// True for rate limits, server errors, timeouts, connection failures and bodies cut short;
    /// false for everything that fails the same way again.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// Whether a listing ends with this error, because another request cannot help.
    pub(crate) fn ends_listing(&self) -> bool {
        self.0.kind.ends_listing() && !self.0.retryable
    }

    fn position(&self) -> Option<&Position> {
        self.0.position.as_ref()
    }

    fn write_status(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.status(), self.error_code()) {
            (Some(status), Some(code)) => {
                write!(f, " ({status} {})", Shown(code))
            }
            (Some(status), None) => write!(f, " ({status})"),
            (None, _) => Ok(()),
        }
    }
}

/// The longest stretch of an undocumented body in the line; the accessor has more.
pub(crate) const CHARS_IN_LINE: usize = 80;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = self.position() {
            write!(f, "{}, page {}: ", Shown(&at.target), at.page)?;
        }
        write!(f, "{}", self.0.kind)?;
        self.write_status(f)?;
        let said = self.0.message.as_deref().or(self.detail());
        if let Some(said) = said {
            write!(f, ": {}", Shown(said.trim_end_matches('.')))?;
        } else if let Some(excerpt) = self.body_excerpt() {
            write!(f, ": {}", cut(excerpt, CHARS_IN_LINE))?;
        }
        // A message of ours about a withdrawn API is of the automatic choice itself.
        let is_advised = self.0.kind == ErrorKind::Gone && self.0.message.is_some();
        let remedy = self.0.kind.remedy(self.error_code());
        if let Some(remedy) = remedy.filter(|_| !is_advised) {
            write!(f, "; {remedy}")?;
        }
        if let Some(wait) = self.0.retry_after {
            write!(f, "; the server requests a wait of {} s", wait.as_secs())?;
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
            .field("message", &self.0.message.as_deref().map(Shown))
            .field("status", &self.0.status)
            .field("body", &self.0.body)
            .field("retry_after", &self.0.retry_after)
            .field("position", &self.0.position)
            .field("invalid_item", &self.0.invalid_item)
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
        let line = format!("server error (503): <html>{}…", "ä".repeat(74));
        assert_eq!(error.to_string(), line);
        assert_eq!(error.body_excerpt(), Some(&*page));
    }

    #[test]
    fn the_line_says_what_to_do_where_the_kind_decides_it() {
        for (kind, line) in [
            (
                ErrorKind::Unauthenticated,
                "not authenticated; give the client credentials that are complete and not expired",
            ),
            (ErrorKind::TokenRequest, "no access token"),
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
                ErrorKind::PaymentRequired,
                "payment required; check the billing of the organization in Atlas",
            ),
            (
                ErrorKind::NotFound,
                "not found; check the project id and the cluster name",
            ),
            (
                ErrorKind::Gone,
                "API withdrawn; use the automatic choice of API",
            ),
            (
                ErrorKind::Connect,
                "connection failed; check the base URL, network and proxy",
            ),
            (
                ErrorKind::Decode,
                "unreadable response; something other than Atlas may have responded",
            ),
            (
                ErrorKind::LimitExceeded,
                "listing limit reached; raise the limit if the set really is that large",
            ),
            (ErrorKind::Timeout, "timed out"),
        ] {
            assert_eq!(Error::new(kind).to_string(), line);
        }
    }

    #[test]
    fn the_accessors_return_everything_in_a_documented_body() {
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
