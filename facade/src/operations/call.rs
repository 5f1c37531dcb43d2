//! One call of a generated operation, with its response recorded.
//!
//! The generated client loses the status, headers and bytes of a body that it cannot decode.
//! A call keeps the whole response, so that nothing of it is lost.

use std::fmt;
use std::future::Future;
use std::hash::BuildHasher;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use atlas_snapshots_generated::{Client, Error as GeneratedError, Hooks, Transport};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde::de::DeserializeOwned;

use super::decode::{decode, decode_leniently, decode_object, is_object};
use super::operation::{Operation, Sent};
use super::response::into_error;
use crate::auth::authenticator::Authenticator;
use crate::error::{Error, ErrorKind, Result};
use crate::http::attempts::RequestCounter;
use crate::http::base_url::BaseUrl;
use crate::http::clock::Clock;
use crate::http::headers::ResponseNotices;
use crate::http::retry::Retrier;
use crate::paging::page::Fetched;

/// The largest page that the generated client decodes, some twenty times one of 500 snapshots. Its
/// errors repeat texts that are out of place, at up to six bytes for one.
const MAX_STRICT_BYTES: usize = 4 * 1024 * 1024;

/// What all clones of a client share.
#[derive(Debug)]
pub(crate) struct ClientInner {
    pub(crate) base_url: BaseUrl,
    /// Builds the requests of generated code, and sends none of them.
    pub(crate) request_builder: reqwest::Client,
    pub(crate) authenticator: Authenticator,
    pub(crate) retrier: Arc<Retrier>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Hashes response bodies, to compare them with later ones.
    pub(crate) body_hasher: foldhash::fast::RandomState,
}

/// The transport of one call.
pub(crate) struct Call {
    client: Arc<ClientInner>,
    counter: RequestCounter,
    /// The hash of a body that need not be decoded.
    known_body: Option<u64>,
    outcome: Mutex<Option<Result<Recorded>>>,
}

/// A response, and a hash of its body.
struct Recorded {
    response: Response<Bytes>,
    body_hash: u64,
}

impl Call {
    pub(crate) fn new(
        client: Arc<ClientInner>,
        counter: RequestCounter,
        known_body: Option<u64>,
    ) -> Arc<Self> {
        Arc::new(Self {
            client,
            counter,
            known_body,
            outcome: Mutex::default(),
        })
    }

    /// A generated client for this call.
    pub(crate) fn client(self: &Arc<Self>) -> Client {
        Client::new_with_client(
            self.client.base_url.as_str(),
            self.client.request_builder.clone(),
            Hooks::with_transport(Arc::clone(self) as Arc<dyn Transport>),
        )
    }

    /// Makes a page out of what the generated client returned and what was recorded.
    ///
    /// A page that decodes strictly is taken as it is; one that does not is read item by item, and
    /// so is one that is too large for the generated client.
    pub(crate) fn page<O: Operation>(
        &self,
        sent: Sent<O::Page>,
        page: u64,
        now: SystemTime,
    ) -> Result<Fetched<O::Item>> {
        let recorded = self.recorded(&sent)?;
        let response = &recorded.response;
        let notices = ResponseNotices::read(response.headers(), O::documented_sunset(), now);
        if self.known_body == Some(recorded.body_hash) {
            return Ok(Fetched::Unchanged(notices));
        }
        let decoded = sent.ok().map(|page| O::into_parts(page.into_inner()));
        let mut decoded = match decoded.and_then(decode::<O>) {
            Some(decoded) => decoded.in_object(response.body())?,
            None => decode_leniently::<O>(response.body(), page)?,
        };
        decoded.notices = notices;
        decoded.body_hash = recorded.body_hash;
        Ok(Fetched::Page(decoded))
    }

    /// Makes an object out of what the generated client returned and what was recorded.
    pub(crate) fn object<T: DeserializeOwned>(&self, sent: Sent<T>) -> Result<T> {
        let recorded = self.recorded(&sent)?;
        let body = recorded.response.body();
        match sent {
            Ok(object) if is_object(body) => Ok(object.into_inner()),
            _ => decode_object(body),
        }
    }

    fn recorded<T>(&self, sent: &Sent<T>) -> Result<Recorded> {
        match (self.take(), sent) {
            (Some(outcome), _) => outcome,
            // Refused before anything was sent.
            (None, Err(GeneratedError::InvalidRequest(reason))) => {
                Err(Error::new(ErrorKind::InvalidArgument).with_message(reason.as_str()))
            }
            (None, _) => Err(Error::new(ErrorKind::Internal).with_message("the response was lost")),
        }
    }

    fn take(&self) -> Option<Result<Recorded>> {
        self.outcome().take()
    }

    fn outcome(&self) -> std::sync::MutexGuard<'_, Option<Result<Recorded>>> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, request: &reqwest::Request) -> Result<Recorded> {
        let mut authorized = Request::new(Bytes::new());
        *authorized.method_mut() = request.method().clone();
        *authorized.headers_mut() = request.headers().clone();
        *authorized.uri_mut() = request.url().as_str().parse().map_err(|cause| {
            Error::new(ErrorKind::InvalidArgument)
                .with_message("the URL of the request cannot be sent")
                .with_source(cause)
        })?;
        let authenticator = &self.client.authenticator;
        let response = authenticator.execute(authorized, &self.counter).await?;
        match response.status() {
            StatusCode::OK => Ok(Recorded {
                body_hash: self.client.body_hasher.hash_one(response.body()),
                response,
            }),
            _ => Err(into_error(&response, self.client.clock.wall_clock())),
        }
    }
}

impl Transport for Call {
    fn execute<'a>(
        &'a self,
        request: &'a reqwest::Request,
        _operation_id: &'static str,
    ) -> Pin<Box<dyn Future<Output = std::result::Result<reqwest::Response, String>> + Send + 'a>>
    {
        Box::pin(async move {
            let outcome = self.send(request).await;
            // Generated code reads the body alone.
            let response = match &outcome {
                Ok(known) if self.known_body == Some(known.body_hash) => {
                    Err("the body is known".to_owned())
                }
                Ok(large) if large.response.body().len() > MAX_STRICT_BYTES => Ok(Bytes::new()),
                Ok(recorded) => Ok(recorded.response.body().clone()),
                Err(error) => Err(error.to_string()),
            };
            *self.outcome() = Some(outcome);
            response.map(|body| Response::new(body).into())
        })
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("base_url", &self.client.base_url)
            .finish_non_exhaustive()
    }
}
