//! The access token that a client uses, and where it comes from.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::HeaderValue;
use tokio::time::Instant;

use super::secrets::Secrets;
use super::service_account::ServiceAccount;
use super::single_flight::SingleFlight;
use super::token::{AccessToken, TokenFn};
use crate::error::{Error, ErrorKind, Result};
use crate::http::attempts::Attempts;
use crate::http::bucket::BucketKey;
use crate::http::clock::Clock;
use crate::http::retry::Retrier;

/// The longest time a token is kept, even if its lifetime is longer: Atlas issues them for one hour.
const LONGEST_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// How long before it expires a token is replaced, at most.
const EXPIRY_SKEW: Duration = Duration::from_secs(60);

/// The bucket of the requests for tokens.
static BUCKET: BucketKey = BucketKey::of_endpoints("tokens");

/// Where tokens come from.
pub(super) enum TokenOrigin {
    ServiceAccount(ServiceAccount),
    Function(TokenFn),
}

impl TokenOrigin {
    async fn fetch(&self, clock: &dyn Clock) -> Result<AccessToken> {
        match self {
            Self::ServiceAccount(account) => account.request_token(clock.wall_clock()).await,
            Self::Function(function) => function().await.map_err(|failure| {
                Error::new(ErrorKind::TokenRequest)
                    .with_message("the token function failed")
                    .with_retryable(failure.is_temporary)
                    .with_source(failure.cause)
            }),
        }
    }
}

/// Keeps the current token of a client, and obtains one for all requests that wait for it.
pub(super) struct TokenProvider {
    origin: TokenOrigin,
    retrier: Arc<Retrier>,
    secrets: Arc<Secrets>,
    state: Mutex<State>,
    flight: SingleFlight<Error>,
}

#[derive(Default)]
struct State {
    current: Option<CachedToken>,
    /// The number of tokens obtained.
    generation: u64,
}

struct CachedToken {
    token: AccessToken,
    authorization: Authorization,
    replace_at: Option<Instant>,
}

/// The header to send, and which token it is from.
#[derive(Clone)]
pub(super) struct Authorization {
    pub(super) header: HeaderValue,
    generation: u64,
}

impl TokenProvider {
    pub(super) fn new(origin: TokenOrigin, retrier: Arc<Retrier>, secrets: Arc<Secrets>) -> Self {
        Self {
            origin,
            retrier,
            secrets,
            state: Mutex::default(),
            flight: SingleFlight::default(),
        }
    }

    /// The current token, or a new one where there is none or it is about to expire.
    ///
    /// A failure has been retried already, for all that waited for the token.
    pub(super) async fn authorize(&self) -> Result<Authorization> {
        self.flight.run(|| self.current(), || self.obtain()).await
    }

    fn current(&self) -> Option<Authorization> {
        let state = self.state();
        let now = self.retrier.clock().now();
        let cached = state.current.as_ref()?;
        let valid = cached.replace_at.is_none_or(|moment| now < moment);
        valid.then(|| cached.authorization.clone())
    }

    async fn obtain(&self) -> Result<Authorization> {
        let attempts = Attempts::default();
        let fetched = self.retrier.run(&BUCKET, &attempts, || async {
            let fetched = self.origin.fetch(self.retrier.clock()).await;
            // Before the retrier reports it.
            fetched.map_err(|error| self.secrets.remove_from_source(error))
        });
        let obtained = fetched.await.and_then(|token| self.keep(token));
        obtained.map_err(|error| error.with_retries_done(attempts.get().saturating_sub(1)))
    }

    fn keep(&self, token: AccessToken) -> Result<Authorization> {
        self.secrets.add_token(&token.token);
        let header = token.authorization().map_err(|unusable| {
            Error::new(ErrorKind::TokenRequest)
                .with_message("the token obtained cannot be used")
                .with_source(unusable)
        })?;
        let replace_at = token.lifetime.map(|lifetime| {
            let lifetime = lifetime.min(LONGEST_LIFETIME);
            self.retrier.clock().now() + lifetime - EXPIRY_SKEW.min(lifetime / 10)
        });
        let mut state = self.state();
        state.generation += 1;
        let authorization = Authorization {
            header,
            generation: state.generation,
        };
        state.current = Some(CachedToken {
            token,
            authorization: authorization.clone(),
            replace_at,
        });
        Ok(authorization)
    }

    /// Forgets the token that Atlas rejected, unless it has been replaced already.
    pub(super) fn invalidate(&self, rejected: &Authorization) {
        let mut state = self.state();
        if state.generation == rejected.generation {
            state.current = None;
        }
    }

    /// Forgets the current token, and revokes it where Atlas issued it.
    pub(super) async fn revoke(&self) -> Result<()> {
        let cached = self.state().current.take();
        match (&self.origin, cached) {
            (TokenOrigin::ServiceAccount(account), Some(cached)) => {
                account.revoke(&cached.token).await
            }
            _ => Ok(()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for TokenProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenProvider")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::http::clock::SystemClock;
    use crate::http::retry_policy::RetryPolicy;

    /// A provider whose function returns `token-1`, `token-2`, … after a second each, and the
    /// number of tokens issued.
    fn provider(lifetime: Option<u64>) -> (Arc<AtomicU64>, TokenProvider) {
        let issued = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&issued);
        let function: TokenFn = Arc::new(move || {
            let issued = Arc::clone(&counter);
            Box::pin(async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                let number = issued.fetch_add(1, Ordering::SeqCst) + 1;
                let token = AccessToken::new(format!("token-{number}"));
                Ok(match lifetime {
                    Some(seconds) => token.expires_in(Duration::from_secs(seconds)),
                    None => token,
                })
            })
        });
        let origin = TokenOrigin::Function(function);
        let retrier = Retrier::new(RetryPolicy::default(), Arc::new(SystemClock));
        let provider = TokenProvider::new(origin, Arc::new(retrier), Arc::default());
        (issued, provider)
    }

    async fn header(provider: &TokenProvider) -> HeaderValue {
        provider.authorize().await.unwrap().header
    }

    #[tokio::test(start_paused = true)]
    async fn all_requests_that_wait_share_one_token() {
        let (issued, provider) = provider(Some(3600));
        let headers = futures::future::join_all((0..64).map(|_| header(&provider))).await;
        assert!(headers.iter().all(|header| header == "Bearer token-1"));
        assert_eq!(issued.load(Ordering::SeqCst), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_replaced_a_little_before_it_expires() {
        for (lifetime, valid_for) in [(3600, 3540), (100, 90), (u64::MAX, 24 * 3600 - 60)] {
            let (_, provider) = provider(Some(lifetime));
            header(&provider).await;
            tokio::time::advance(Duration::from_secs(valid_for - 1)).await;
            assert_eq!(header(&provider).await, "Bearer token-1");
            tokio::time::advance(Duration::from_secs(1)).await;
            assert_eq!(header(&provider).await, "Bearer token-2");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_of_unknown_lifetime_is_kept_until_it_is_rejected() {
        let (issued, provider) = provider(None);
        let first = provider.authorize().await.unwrap();
        tokio::time::advance(Duration::from_secs(1_000_000)).await;
        assert_eq!(header(&provider).await, first.header);
        // Two requests learn of the rejection: the token is replaced once.
        provider.invalidate(&first);
        assert_eq!(header(&provider).await, "Bearer token-2");
        provider.invalidate(&first);
        assert_eq!(header(&provider).await, "Bearer token-2");
        assert_eq!(issued.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_stops_waiting_for_a_token_blocks_no_other() {
        let (_, provider) = provider(None);
        let cancelled = tokio::time::timeout(Duration::from_millis(1), header(&provider));
        assert!(cancelled.await.is_err());
        assert_eq!(header(&provider).await, "Bearer token-1");
    }
}
