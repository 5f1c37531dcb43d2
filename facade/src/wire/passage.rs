//! How one request crosses the network, and what came back.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use atlas_snapshots_generated::{Client, Exchange, Hooks};
use bytes::{Bytes, BytesMut};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, StatusCode};
use reqwest::{Request, Response};

use crate::base_url::BaseUrl;
use crate::retry::Timing;

/// What every request of a client shares.
#[derive(Debug)]
pub(crate) struct WireSettings {
    pub(crate) http: reqwest::Client,
    pub(crate) base_url: BaseUrl,
    pub(crate) authorization: Option<HeaderValue>,
    pub(crate) max_body_bytes: usize,
    /// Read where a header names a moment instead of a length of time.
    pub(crate) timing: Arc<dyn Timing>,
}

/// What arrived of an answer before the call ended.
#[derive(Debug, Clone)]
pub(crate) enum Arrival {
    /// No head: nothing is known of an answer.
    Nothing,
    /// A head whose body broke off, or is still on its way.
    Head(Head),
    /// A head whose body is larger than the client accepts.
    TooLarge(Head),
    /// All of it.
    Whole(Head, Bytes),
}

/// Status and headers of an answer.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
}

/// The passage of one request: signs it in, reads the whole answer within bounds, and keeps it.
///
/// The generated client forgets status and headers of bodies it cannot decode, and the bytes of
/// bodies that break off. Here nothing of an answer is lost.
pub(crate) struct Passage {
    settings: Arc<WireSettings>,
    arrival: Mutex<Arrival>,
}

impl Passage {
    pub(crate) fn new(settings: Arc<WireSettings>) -> Arc<Self> {
        Arc::new(Self {
            settings,
            arrival: Mutex::new(Arrival::Nothing),
        })
    }

    /// A generated client whose next request goes through this passage.
    pub(crate) fn client(self: &Arc<Self>) -> Client {
        Client::new_with_client(
            self.settings.base_url.as_str(),
            self.settings.http.clone(),
            Hooks::with_exchange(Arc::clone(self) as Arc<dyn Exchange>),
        )
    }

    pub(crate) fn arrival(&self) -> Arrival {
        self.arrival
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn note(&self, arrival: Arrival) {
        *self.arrival.lock().unwrap_or_else(PoisonError::into_inner) = arrival;
    }

    async fn cross(
        &self,
        client: &reqwest::Client,
        mut request: Request,
    ) -> reqwest::Result<Response> {
        if let Some(authorization) = &self.settings.authorization {
            request
                .headers_mut()
                .insert(AUTHORIZATION, authorization.clone());
        }
        let response = client.execute(request).await?;
        let head = Head {
            status: response.status(),
            headers: response.headers().clone(),
        };
        self.note(Arrival::Head(head.clone()));
        let body = read_body(response, self.settings.max_body_bytes).await?;
        self.note(match &body {
            Some(body) => Arrival::Whole(head.clone(), body.clone()),
            None => Arrival::TooLarge(head.clone()),
        });
        let body = body.unwrap_or_default();
        let mut answer = http::Response::new(body);
        *answer.status_mut() = head.status;
        *answer.headers_mut() = head.headers;
        Ok(answer.into())
    }
}

/// The most memory set aside on a mere announcement of length.
const FIRST_ALLOCATION: usize = 1 << 20;

/// The whole body, or `None` when it is larger than `limit`.
async fn read_body(mut response: Response, limit: usize) -> reqwest::Result<Option<Bytes>> {
    let announced = response.content_length().unwrap_or(0);
    if announced > limit as u64 {
        return Ok(None);
    }
    // Most answers are one chunk, which then needs no copy.
    let Some(first) = response.chunk().await? else {
        return Ok(Some(Bytes::new()));
    };
    let mut next = response.chunk().await?;
    if next.is_none() && first.len() <= limit {
        return Ok(Some(first));
    }
    // What a server announces is not yet worth memory.
    let announced = usize::try_from(announced).unwrap_or(0);
    let mut body = BytesMut::with_capacity(announced.min(FIRST_ALLOCATION));
    body.extend_from_slice(&first);
    while let Some(chunk) = next {
        if body.len() + chunk.len() > limit {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
        next = response.chunk().await?;
    }
    Ok((body.len() <= limit).then(|| body.freeze()))
}

impl Exchange for Passage {
    fn exchange<'a>(
        &'a self,
        client: &'a reqwest::Client,
        request: Request,
        _operation_id: &'static str,
    ) -> Pin<Box<dyn Future<Output = reqwest::Result<Response>> + Send + 'a>> {
        Box::pin(self.cross(client, request))
    }
}

impl fmt::Debug for Passage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An answer may hold anything; only the configuration is shown.
        f.debug_struct("Passage")
            .field("base_url", &self.settings.base_url)
            .finish_non_exhaustive()
    }
}
