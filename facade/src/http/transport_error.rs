//! Why no response arrived, or not all of it.

use std::error::Error as StdError;
use std::io;
use std::iter::successors;

use crate::error::{Error, ErrorKind};

/// Why no response arrived, or not all of it.
#[derive(Debug)]
pub(crate) struct TransportError {
    failure: TransportFailure,
    source: Box<dyn StdError + Send + Sync>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum TransportFailure {
    /// No connection in time.
    ConnectTimeout,
    /// No response, or not all of it, in time.
    Timeout,
    /// No connection, or it broke.
    Connect,
    /// The certificate of the server was refused.
    Certificate,
    /// What arrived is not HTTP.
    Malformed,
    /// The body broke off.
    Body,
    /// The body is not compressed as its headers say.
    Compression,
}

impl TransportError {
    pub(super) fn new(
        failure: TransportFailure,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self {
            failure,
            source: source.into(),
        }
    }
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        use TransportFailure as Failure;
        let (kind, message) = match error.failure {
            Failure::ConnectTimeout => (ErrorKind::Timeout, "no connection in time"),
            Failure::Timeout => (ErrorKind::Timeout, "no response in time"),
            Failure::Connect => (ErrorKind::Connect, ""),
            Failure::Certificate => (
                ErrorKind::Connect,
                "the certificate of the server was refused",
            ),
            Failure::Malformed => (ErrorKind::Protocol, "what arrived is not valid HTTP"),
            Failure::Body => (ErrorKind::Protocol, "the body was cut short"),
            Failure::Compression => (ErrorKind::Protocol, "the body cannot be decompressed"),
        };
        let permanent = matches!(error.failure, Failure::Certificate | Failure::Malformed);
        let error = Self::new(kind)
            .with_retryable(!permanent)
            .with_source(error.source);
        match message {
            "" => error,
            message => error.with_message(message),
        }
    }
}

impl From<reqwest::Error> for TransportError {
    fn from(cause: reqwest::Error) -> Self {
        let failure = match (cause.is_timeout(), cause.is_connect()) {
            (true, true) => TransportFailure::ConnectTimeout,
            (true, false) => TransportFailure::Timeout,
            (false, true) if is_about_certificate(&cause) => TransportFailure::Certificate,
            (false, true) => TransportFailure::Connect,
            (false, false) if is_malformed(&cause) => TransportFailure::Malformed,
            (false, false) if is_undecodable(&cause) => TransportFailure::Compression,
            _ if cause.is_body() || cause.is_decode() => TransportFailure::Body,
            _ => TransportFailure::Connect,
        };
        // The URL is not repeated: the message names what was listed.
        Self::new(failure, cause.without_url())
    }
}

/// Whether no connection was made because of a certificate. The types of neither TLS library are
/// those of the HTTP client, but both name the certificate.
fn is_about_certificate(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| cause.to_string().contains("certificate"))
}

/// Whether a response, or the framing of its body, is not HTTP.
fn is_malformed(error: &reqwest::Error) -> bool {
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<hyper::Error>())
        .any(|error| error.is_parse() || is_undecodable(error))
}

/// Whether bytes that arrived were refused.
fn is_undecodable(error: &(dyn StdError + 'static)) -> bool {
    let refused = [io::ErrorKind::InvalidInput, io::ErrorKind::InvalidData];
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|error| refused.contains(&error.kind()))
}

/// The causes of an error, those inside of input and output errors too.
fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    successors(error.source(), |&cause| {
        let inner = cause.downcast_ref().and_then(io::Error::get_ref);
        inner.map_or_else(|| cause.source(), |inner| Some(inner))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_without_a_response_has_no_status_and_says_what_it_is() {
        use TransportFailure as Failure;
        for (failure, retryable, message) in [
            (
                Failure::ConnectTimeout,
                true,
                "timed out: no connection in time",
            ),
            (Failure::Timeout, true, "timed out: no response in time"),
            (
                Failure::Connect,
                true,
                "connection failed; check the base URL, network and proxy",
            ),
            (
                Failure::Certificate,
                false,
                "connection failed: the certificate of the server was refused; \
                 check the base URL, network and proxy",
            ),
            (
                Failure::Malformed,
                false,
                "invalid response: what arrived is not valid HTTP",
            ),
        ] {
            let error = Error::from(TransportError::new(failure, "the cause"));
            assert_eq!(error.to_string(), message);
            assert_eq!((error.status(), error.is_retryable()), (None, retryable));
            assert!(error.source().is_some());
        }
    }
}
