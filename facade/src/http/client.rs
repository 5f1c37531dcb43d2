//! The transport: sends one request and returns its response, whose body is read within bounds.
//!
//! [`HttpClient`] is the seam to the network. It speaks the types of the `http` crate, so that
//! nothing above it depends on the HTTP client in use.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http::header::CONTENT_LENGTH;
use http::{Request, Response, StatusCode};

use super::transport_error::TransportError;
use crate::error::{Error, ErrorKind, Result};

/// Sends HTTP requests.
pub(crate) trait HttpClient: fmt::Debug + Send + Sync {
    /// Sends `request` once, without following redirects. Dropping the future cancels it.
    fn send(&self, request: Request<Bytes>) -> ResponseFuture;
}

/// A response to come; its body is still to be read.
pub(crate) type ResponseFuture =
    Pin<Box<dyn Future<Output = Result<Response<Body>, TransportError>> + Send>>;

/// The body of a response, in chunks as they arrive.
pub(crate) struct Body(Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>);

impl Body {
    pub(crate) fn new<S, E>(chunks: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<TransportError>,
    {
        Self(Box::pin(Chunks(Box::pin(chunks))))
    }

    async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        std::future::poll_fn(|cx| self.0.as_mut().poll_next(cx))
            .await
            .transpose()
    }

    /// Reads the whole body; `None` when it is larger than `limit`.
    async fn read(
        mut self,
        limit: usize,
        announced: usize,
    ) -> Result<Option<Bytes>, TransportError> {
        if announced > limit {
            return Ok(None);
        }
        // Most bodies are one chunk, which then needs no copy.
        let Some(first) = self.chunk().await? else {
            return Ok(Some(Bytes::new()));
        };
        let mut next = self.chunk().await?;
        if next.is_none() && first.len() <= limit {
            return Ok(Some(first));
        }
        let mut body = BytesMut::with_capacity(announced.min(FIRST_ALLOCATION));
        body.extend_from_slice(&first);
        while let Some(chunk) = next {
            if body.len() + chunk.len() > limit {
                return Ok(None);
            }
            body.extend_from_slice(&chunk);
            next = self.chunk().await?;
        }
        Ok((body.len() <= limit).then(|| body.freeze()))
    }

    /// Reads the body up to `limit`, its end or a failure, whichever comes first.
    async fn read_start(mut self, limit: usize) -> Bytes {
        let mut start = BytesMut::new();
        while start.len() < limit {
            let Ok(Some(chunk)) = self.chunk().await else {
                break;
            };
            let left = limit - start.len();
            start.extend_from_slice(&chunk[..chunk.len().min(left)]);
        }
        start.freeze()
    }
}

/// A stream of chunks whose errors are converted.
struct Chunks<S>(Pin<Box<S>>);

impl<S, E> Stream for Chunks<S>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<TransportError>,
{
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let chunk = ready!(self.0.as_mut().poll_next(cx));
        Poll::Ready(chunk.map(|chunk| chunk.map_err(Into::into)))
    }
}

/// The most that is read of the body of an error, of which a few hundred bytes are documented.
const MAX_ERROR_BYTES: usize = 64 * 1024;

/// The most memory allocated for an announced length before any byte has arrived.
const FIRST_ALLOCATION: usize = 1 << 20;

/// Sends `request` and reads its whole response, whose body has at most `limit` bytes.
///
/// A response other than 200 is returned with as much of its body as can be read, at most 64 KiB
/// whatever the limit.
pub(crate) async fn fetch(
    client: &dyn HttpClient,
    request: Request<Bytes>,
    limit: usize,
) -> Result<Response<Bytes>> {
    let (parts, body) = client.send(request).await?.into_parts();
    if parts.status != StatusCode::OK {
        let body = body.read_start(MAX_ERROR_BYTES).await;
        return Ok(Response::from_parts(parts, body));
    }
    let announced = parts.headers.get(CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse().ok());
    let body = match body.read(limit, announced.unwrap_or(0)).await {
        Ok(Some(body)) => body,
        Ok(None) => {
            return Err(Error::new(ErrorKind::Protocol)
                .with_status(parts.status.as_u16())
                .with_message("the body is larger than this client accepts"));
        }
        Err(error) => return Err(Error::from(error).with_status(parts.status.as_u16())),
    };
    Ok(Response::from_parts(parts, body))
}

impl HttpClient for reqwest::Client {
    fn send(&self, request: Request<Bytes>) -> ResponseFuture {
        let request = reqwest::Request::try_from(request);
        let client = self.clone();
        Box::pin(async move {
            let mut received = client.execute(request?).await?;
            let (status, headers) = (received.status(), std::mem::take(received.headers_mut()));
            let mut response = Response::new(Body::new(received.bytes_stream()));
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            Ok(response)
        })
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;
    use crate::http::transport_error::TransportFailure;

    const LIMIT: usize = 4;

    /// Returns one response, whose body ends with an error where it has a failure.
    #[derive(Debug, Clone, Copy)]
    struct FakeClient {
        status: u16,
        content_length: Option<&'static str>,
        chunks: &'static [&'static str],
        failure: Option<TransportFailure>,
    }

    const OK: FakeClient = FakeClient {
        status: 200,
        content_length: None,
        chunks: &[],
        failure: None,
    };

    impl HttpClient for FakeClient {
        fn send(&self, _: Request<Bytes>) -> ResponseFuture {
            let Self {
                status,
                content_length,
                chunks,
                failure,
            } = *self;
            let chunks = chunks
                .iter()
                .map(|chunk| Ok(Bytes::from_static(chunk.as_bytes())));
            let failed = |failure| Err(TransportError::new(failure, "the cause"));
            let failure = failure.map(failed);
            let body = Body::new(stream::iter(chunks.chain(failure)));
            let mut response = Response::builder().status(status);
            if let Some(length) = content_length {
                response = response.header(CONTENT_LENGTH, length);
            }
            Box::pin(async move { Ok(response.body(body).unwrap()) })
        }
    }

    async fn fetch_from(client: FakeClient) -> Result<Response<Bytes>> {
        fetch(&client, Request::new(Bytes::new()), LIMIT).await
    }

    #[tokio::test]
    async fn a_body_within_the_limit_is_returned_whole() {
        for (chunks, body) in [
            (&[][..], ""),
            (&[""], ""),
            (&["abcd"], "abcd"),
            (&["ab", "", "cd"], "abcd"),
            (&["a", "b", "c"], "abc"),
        ] {
            for content_length in [None, Some("4"), Some("x"), Some("99999999999999999999")] {
                let client = FakeClient {
                    content_length,
                    chunks,
                    ..OK
                };
                assert_eq!(fetch_from(client).await.unwrap().into_body(), body);
            }
        }
    }

    #[tokio::test]
    async fn a_body_beyond_the_limit_is_refused() {
        let announced = FakeClient {
            content_length: Some("5"),
            // Not read: that would be another error.
            failure: Some(TransportFailure::Body),
            ..OK
        };
        let chunked = |chunks| FakeClient { chunks, ..OK };
        for client in [
            announced,
            chunked(&["abcde"]),
            chunked(&["abcde", ""]),
            chunked(&["ab", "cd", "e"]),
            chunked(&["ab", "cde", "f"]),
        ] {
            let error = fetch_from(client).await.unwrap_err();
            assert_eq!(
                error.to_string(),
                "invalid response (200): the body is larger than this client accepts"
            );
            assert_eq!(error.kind(), ErrorKind::Protocol);
            assert!(!error.is_retryable());
        }
    }

    #[tokio::test]
    async fn an_error_status_is_returned_with_what_can_be_read_of_its_body() {
        for status in [204, 302, 401, 503] {
            for (content_length, chunks, failure, read) in [
                (Some("5"), &[][..], None, ""),
                (None, &["ab", "cd"], None, "abcd"),
                (Some("5"), &["abcde"], None, "abcde"),
                (None, &["abcd"], Some(TransportFailure::Body), "abcd"),
                (None, &[], Some(TransportFailure::Body), ""),
                (None, &["ab"], Some(TransportFailure::Timeout), "ab"),
            ] {
                let client = FakeClient {
                    status,
                    content_length,
                    chunks,
                    failure,
                };
                let response = fetch_from(client).await.unwrap();
                assert_eq!(response.status(), status);
                assert_eq!(response.into_body(), read);
            }
        }
    }

    #[tokio::test]
    async fn at_most_64_kib_of_an_error_are_read_whatever_the_limit() {
        let chunk: &str = "x".repeat(1_000).leak();
        let client = FakeClient {
            status: 400,
            chunks: vec![chunk; 100].leak(),
            ..OK
        };
        // A small limit would cut within what is shown, and so within a secret.
        for limit in [0, LIMIT, usize::MAX] {
            let response = fetch(&client, Request::new(Bytes::new()), limit).await;
            assert_eq!(response.unwrap().into_body().len(), 64 * 1024);
        }
    }

    #[tokio::test]
    async fn a_page_that_is_cut_short_is_retryable_and_has_its_status() {
        for (failure, kind, message) in [
            (
                TransportFailure::Body,
                ErrorKind::Protocol,
                "invalid response (200): the body was cut short",
            ),
            (
                TransportFailure::Timeout,
                ErrorKind::Timeout,
                "timed out (200): no response in time",
            ),
        ] {
            for chunks in [&[][..], &["a"], &["a", "b"]] {
                let client = FakeClient {
                    chunks,
                    failure: Some(failure),
                    ..OK
                };
                let error = fetch_from(client).await.unwrap_err();
                assert_eq!((error.kind(), error.status()), (kind, Some(200)));
                assert_eq!(error.to_string(), message);
                assert!(error.is_retryable());
                let source = std::error::Error::source(&error);
                assert_eq!(source.unwrap().to_string(), "the cause");
            }
        }
    }
}
