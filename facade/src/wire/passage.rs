//! How one request crosses the network, and what came back.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use atlas_snapshots_generated::{Client, Exchange, Hooks};
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use reqwest::{Request, Response};

use crate::auth::{DigestSession, Pass, Signer};
use crate::base_url::BaseUrl;
use crate::error::Error;
use crate::http_client::read_body;
use crate::listing::RequestMeter;
use crate::retry::Timing;

/// What every request of a client shares.
#[derive(Debug)]
pub(crate) struct WireSettings {
    pub(crate) http: reqwest::Client,
    pub(crate) base_url: BaseUrl,
    pub(crate) signer: Signer,
    pub(crate) max_body_bytes: usize,
    /// Read where a header names a moment instead of a length of time.
    pub(crate) timing: Arc<dyn Timing>,
}

/// What arrived of an answer before the call ended.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// The request could not be signed in.
    Unsigned(Error),
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
    pass: Pass,
    meter: RequestMeter,
    arrival: Mutex<Arrival>,
}

impl Passage {
    pub(crate) fn new(settings: Arc<WireSettings>, pass: Pass, meter: RequestMeter) -> Arc<Self> {
        Arc::new(Self {
            settings,
            pass,
            meter,
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

    /// What arrived; asked once, when the call is over.
    pub(crate) fn arrival(&self) -> Arrival {
        std::mem::replace(&mut *self.lock(), Arrival::Nothing)
    }

    fn note(&self, arrival: Arrival) {
        *self.lock() = arrival;
    }

    fn lock(&self) -> MutexGuard<'_, Arrival> {
        self.arrival.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn cross(
        &self,
        client: &reqwest::Client,
        mut request: Request,
    ) -> reqwest::Result<Response> {
        let response = match &self.pass {
            Pass::None => self.execute(client, request).await?,
            Pass::Bearer { header, .. } => {
                request.headers_mut().insert(AUTHORIZATION, header.clone());
                self.execute(client, request).await?
            }
            Pass::Digest(session) => {
                match self.answer_challenges(session, client, request).await? {
                    Ok(response) => response,
                    Err(error) => {
                        self.note(Arrival::Unsigned(error));
                        return Ok(http::Response::new(Bytes::new()).into());
                    }
                }
            }
        };
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
        let mut answer = http::Response::new(body.unwrap_or_default());
        *answer.status_mut() = head.status;
        *answer.headers_mut() = head.headers;
        Ok(answer.into())
    }

    /// Sends one request, and counts it.
    async fn execute(
        &self,
        client: &reqwest::Client,
        request: Request,
    ) -> reqwest::Result<Response> {
        self.meter.count();
        client.execute(request).await
    }

    /// Sends a request that a Digest challenge may send back once.
    async fn answer_challenges(
        &self,
        session: &DigestSession,
        client: &reqwest::Client,
        mut request: Request,
    ) -> reqwest::Result<Result<Response, Error>> {
        // Without a challenge, one request goes ahead to get it; the others wait for that.
        let mut first = None;
        if !session.has_challenge() {
            let ahead = session.first.lock().await;
            first = Some(ahead).filter(|_| !session.has_challenge());
        }
        let again = request.try_clone();
        let answered = match session.sign(&mut request) {
            Ok(answered) => answered,
            Err(error) => return Ok(Err(error)),
        };
        let response = self.execute(client, request).await?;
        let Some(mut request) = again.filter(|_| response.status() == StatusCode::UNAUTHORIZED)
        else {
            return Ok(Ok(response));
        };
        match session.take_up(response.headers(), answered) {
            Ok(()) => drop(first),
            // Signed and refused without a new challenge: the refusal itself tells more.
            Err(_) if answered.is_some() => return Ok(Ok(response)),
            Err(error) => return Ok(Err(error)),
        }
        match session.sign(&mut request) {
            Ok(_) => self.execute(client, request).await.map(Ok),
            Err(error) => Ok(Err(error)),
        }
    }
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
