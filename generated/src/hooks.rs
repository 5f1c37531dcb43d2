//! What happens around every request.
//!
//! The generator wants this in the crate that defines [`Client`]. One seam, [`Exchange`], hands the
//! way to the network to the caller: retries, rate limits, credentials and tests all live there.

use std::{
    fmt::Debug,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use progenitor_client::{ClientHooks, Error, OperationInfo};
use reqwest::{
    StatusCode,
    header::{ACCEPT, HeaderMap},
};

use crate::{Client, codegen};

/// How one request reaches the network; the seam a caller injects into.
pub trait Exchange: Debug + Send + Sync {
    /// Sends `request` and answers what came back.
    ///
    /// `client` is the one the generated [`Client`] was made with; `operation_id` is the operation in
    /// snake case, for example `list_serverless_backups`.
    fn exchange<'a>(
        &'a self,
        client: &'a reqwest::Client,
        request: reqwest::Request,
        operation_id: &'static str,
    ) -> Pin<Box<dyn Future<Output = reqwest::Result<reqwest::Response>> + Send + 'a>>;
}

/// The status line and headers of an answer.
///
/// Errors of the generated client drop them when a body does not decode, just when they matter most.
#[derive(Clone, Debug)]
pub struct ResponseHead {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
}

/// What a [`Client`] carries besides its address: the [`Exchange`], if any, and the last
/// [`ResponseHead`].
///
/// Clones share both; [`Client::observed`] makes one that shares the exchange alone.
#[derive(Clone, Debug, Default)]
pub struct Hooks {
    exchange: Option<Arc<dyn Exchange>>,
    last_head: Arc<Mutex<Option<ResponseHead>>>,
}

impl Hooks {
    /// Requests go straight to the client.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Requests go through `exchange`.
    #[must_use]
    pub fn with_exchange(exchange: Arc<dyn Exchange>) -> Self {
        Self {
            exchange: Some(exchange),
            last_head: Arc::default(),
        }
    }

    fn with_fresh_head(&self) -> Self {
        Self {
            exchange: self.exchange.clone(),
            last_head: Arc::default(),
        }
    }

    fn last_head(&self) -> MutexGuard<'_, Option<ResponseHead>> {
        // Nothing here can leave the slot half-written, so a poisoned lock is still sound.
        self.last_head
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Client {
    /// A clone that keeps its own [`response_head`](Self::response_head), apart from this one's.
    ///
    /// Take one for each call whose head matters: calls that overlap on one clone overwrite each
    /// other's.
    #[must_use]
    pub fn observed(&self) -> Client {
        Client {
            inner: self.inner.with_fresh_head(),
            ..self.clone()
        }
    }

    /// Status and headers of the last answer to this clone, whatever became of its body.
    ///
    /// `None` before the first answer and while or after a request gets none.
    #[must_use]
    pub fn response_head(&self) -> Option<ResponseHead> {
        self.inner.last_head().clone()
    }
}

impl ClientHooks<Hooks> for Client {
    async fn pre<E>(
        &self,
        request: &mut reqwest::Request,
        info: &OperationInfo,
    ) -> Result<(), Error<E>> {
        let headers = request.headers_mut();
        // The generator sends the versions of the fragments, which mean nothing to Atlas.
        headers.remove("api-version");
        // It also asks for plain JSON whatever is documented; a dated media type picks the version of
        // the resource.
        if let Some(media_type) = codegen::accept(info.operation_id) {
            headers.insert(ACCEPT, media_type);
        }
        *self.inner.last_head() = None;
        Ok(())
    }

    async fn exec(
        &self,
        request: reqwest::Request,
        info: &OperationInfo,
    ) -> reqwest::Result<reqwest::Response> {
        match &self.inner.exchange {
            Some(exchange) => {
                exchange
                    .exchange(&self.client, request, info.operation_id)
                    .await
            }
            None => self.client.execute(request).await,
        }
    }

    async fn post<E>(
        &self,
        result: &reqwest::Result<reqwest::Response>,
        _: &OperationInfo,
    ) -> Result<(), Error<E>> {
        *self.inner.last_head() = result.as_ref().ok().map(|response| ResponseHead {
            status: response.status(),
            headers: response.headers().clone(),
        });
        Ok(())
    }
}
