//! Faults as text.

use std::str::FromStr;
use std::time::Duration;

use serde_json::Value;

use super::{
    AnswerFault, BodyFault, DataChange, Fault, PageFault, RetryAfter, RowFault, WireFault,
};

/// Why a text is no fault, no condition, or no setting of the mock.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseFaultError {
    /// No fault has this name.
    #[error("no fault is called {0:?}")]
    UnknownFault(String),
    /// No condition has this name.
    #[error(
        "{0:?} is no condition: use always, first:N, after:N, nth:N, every:N, page:N, \
         pages:FIRST-LAST or each-page"
    )]
    UnknownCondition(String),
    /// The part after the colon does not fit.
    #[error("{name} takes {expected}, not {value:?}")]
    Value {
        /// The fault or the condition.
        name: String,
        /// What was given.
        value: String,
        /// What it takes.
        expected: &'static str,
    },
}

impl ParseFaultError {
    pub(crate) fn value(name: &str, value: &str, expected: &'static str) -> Self {
        Self::Value {
            name: name.to_owned(),
            value: value.to_owned(),
            expected,
        }
    }
}

/// A number, for the fault or the condition `name`.
pub(super) fn number<T: FromStr>(name: &str, value: &str) -> Result<T, ParseFaultError> {
    value
        .parse()
        .map_err(|_| ParseFaultError::value(name, value, "a number"))
}

impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            // A name that wants a value says so of the empty one.
            None => simple(text).map_or_else(|| with_value(text, ""), Ok),
            Some((name, value)) => with_value(name, value).map_err(|error| match error {
                ParseFaultError::UnknownFault(_) if simple(name).is_some() => {
                    ParseFaultError::value(name, value, "no value")
                }
                error => error,
            }),
        }
    }
}

/// A fault without a value.
fn simple(name: &str) -> Option<Fault> {
    Some(match name {
        "rate-limit" => AnswerFault::RateLimited(RetryAfter::Absent).into(),
        "token-bucket" => AnswerFault::TokenBucketEmpty(RetryAfter::Absent).into(),
        "count-timeout" => AnswerFault::CountTimeout.into(),
        "server-error-text" => AnswerFault::ServerErrorText.into(),
        "empty-page" => PageFault::Empty.into(),
        "endless-pages" => PageFault::Endless.into(),
        "no-results" => PageFault::NoResults.into(),
        "gzip" => BodyFault::Gzip.into(),
        "false-gzip" => BodyFault::FalseGzip.into(),
        "no-content-type" => BodyFault::NoContentType.into(),
        "not-utf8" => BodyFault::NotUtf8.into(),
        "bom" => BodyFault::ByteOrderMark.into(),
        "empty-body" => BodyFault::Empty.into(),
        "null" => BodyFault::Null.into(),
        "array" => BodyFault::Array.into(),
        "html" => BodyFault::Html.into(),
        "cut-json" => BodyFault::CutShort.into(),
        "sunset" => Fault::sunset(),
        "hang" => WireFault::Hang.into(),
        "close" => WireFault::Close.into(),
        "reset" => WireFault::Reset.into(),
        "truncate" => WireFault::Truncate.into(),
        "truncate-chunked" => WireFault::TruncateChunked.into(),
        "reset-in-body" => WireFault::ResetInBody.into(),
        "stall" => WireFault::Stall.into(),
        "endless-body" => WireFault::EndlessBody.into(),
        _ => AnswerFault::Status(status(name)?).into(),
    })
}

/// A fault with a value, after the colon.
fn with_value(name: &str, value: &str) -> Result<Fault, ParseFaultError> {
    let bad = |expected| ParseFaultError::value(name, value, expected);
    let rows = || number::<usize>(name, value);
    let milliseconds = || number(name, value).map(Duration::from_millis);
    Ok(match name {
        "rate-limit" => AnswerFault::RateLimited(retry_after(name, value)?).into(),
        "token-bucket" => AnswerFault::TokenBucketEmpty(retry_after(name, value)?).into(),
        "short-page" => PageFault::Short(rows()?).into(),
        "repeat-page" => PageFault::Repeat(number(name, value)?).into(),
        "total-count" => PageFault::TotalCount(value.parse()?).into(),
        "links" => PageFault::Links(value.parse()?).into(),
        "results" => PageFault::Results(json(value).ok_or_else(|| bad("JSON"))?).into(),
        "row" => row(value)
            .ok_or_else(|| bad("PLACE:FIELD=JSON, PLACE:-FIELD or PLACE:=JSON"))?
            .into(),
        "padding" => BodyFault::Padding(number(name, value)?).into(),
        "header" => match value.split_once('=') {
            Some((header, value)) => Fault::header(header, value),
            None => return Err(bad("NAME=VALUE")),
        },
        "delay" => WireFault::Delay(milliseconds()?).into(),
        "drip" => WireFault::Drip(milliseconds()?).into(),
        "insert-head" => DataChange::InsertHead(rows()?).into(),
        "insert-tail" => DataChange::InsertTail(rows()?).into(),
        "delete-head" => DataChange::DeleteHead(rows()?).into(),
        "delete-tail" => DataChange::DeleteTail(rows()?).into(),
        _ => match status(name) {
            Some(status) => AnswerFault::Error {
                status,
                code: value.to_owned(),
            }
            .into(),
            None => return Err(ParseFaultError::UnknownFault(name.to_owned())),
        },
    })
}

/// A status of three digits that can end an exchange.
fn status(name: &str) -> Option<u16> {
    name.parse()
        .ok()
        .filter(|status| (200..=599).contains(status))
}

fn retry_after(name: &str, value: &str) -> Result<RetryAfter, ParseFaultError> {
    match value.strip_prefix("date+") {
        None => number(name, value).map(RetryAfter::Seconds),
        Some(seconds) => number(name, seconds)
            .map(Duration::from_secs)
            .map(RetryAfter::Date),
    }
}

fn row(value: &str) -> Option<PageFault> {
    let (place, change) = value.split_once(':')?;
    let fault = match change.strip_prefix('-') {
        Some(field) => RowFault::remove(field),
        None => match change.split_once('=')? {
            ("", row) => RowFault::Replace(json(row)?),
            (field, value) => RowFault::set(field, json(value)?),
        },
    };
    Some(PageFault::Row {
        place: place.parse().ok()?,
        fault,
    })
}

fn json(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}
