//! Hooks around every request, through which a caller replaces the transport.
//!
//! The generator requires these hooks in the crate that defines [`Client`].

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use progenitor_client::{ClientHooks, Error, OperationInfo};
use reqwest::header::ACCEPT;
use reqwest::{Request, Response};

use crate::{Client, codegen};

/// Sends the requests of a [`Client`] in place of its HTTP client.
pub trait Transport: Debug + Send + Sync {
    /// Sends `request` and returns the response to it.
    ///
    /// `operation_id` is the operation in snake case, for example `list_serverless_backups`. The
    /// text of an error ends the call as [`Error::Custom`].
    fn execute<'a>(
        &'a self,
        request: &'a Request,
        operation_id: &'static str,
    ) -> Pin<Box<dyn Future<Output = Result<Response, String>> + Send + 'a>>;
}

/// The hooks of a [`Client`], with its [`Transport`] if it has one.
///
/// A client with a transport makes one call at a time: a second call at the same time on the same
/// client can end with [`Error::Custom`]. Clones share the transport and are independent
/// otherwise.
#[derive(Debug, Default)]
pub struct Hooks {
    transport: Option<Arc<dyn Transport>>,
    /// The response between the two hooks of a call.
    response: Mutex<Option<Response>>,
}

impl Hooks {
    /// Hooks with which the HTTP client sends the requests.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Hooks with which `transport` sends the requests.
    #[must_use]
    pub fn with_transport(transport: Arc<dyn Transport>) -> Self {
        Self {
            transport: Some(transport),
            response: Mutex::default(),
        }
    }

    /// Keeps a response for `exec`; returns false while the response of another call is kept.
    fn keep(&self, response: Response) -> bool {
        let mut kept = self.response();
        let is_free = kept.is_none();
        if is_free {
            *kept = Some(response);
        }
        is_free
    }

    fn response(&self) -> MutexGuard<'_, Option<Response>> {
        self.response.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clone for Hooks {
    fn clone(&self) -> Self {
        Self {
            transport: self.transport.clone(),
            response: Mutex::default(),
        }
    }
}

impl ClientHooks<Hooks> for Client {
    async fn pre<E>(&self, request: &mut Request, info: &OperationInfo) -> Result<(), Error<E>> {
        let headers = request.headers_mut();
        // The generator sends the versions of the fragments, which have no meaning for Atlas.
        headers.remove("api-version");
        // It also always requests `application/json`. A dated media type selects the version of the
        // resource.
        if let Some(media_type) = codegen::accept(info.operation_id) {
            headers.insert(ACCEPT, media_type);
        }
        // The transport runs here because `exec` can only return errors of reqwest.
        if let Some(transport) = &self.inner.transport {
            let response = transport.execute(request, info.operation_id).await;
            let response = response.map_err(Error::Custom)?;
            if !self.inner.keep(response) {
                return Err(Error::Custom(
                    "two calls at a time on one client".to_owned(),
                ));
            }
        }
        Ok(())
    }

    async fn exec(&self, request: Request, _: &OperationInfo) -> reqwest::Result<Response> {
        let kept = self.inner.response().take();
        match kept {
            Some(response) => Ok(response),
            None => self.client.execute(request).await,
        }
    }
}
