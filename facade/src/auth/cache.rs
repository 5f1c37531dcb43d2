//! One token for all clones of a client.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::service_account::ServiceAccount;
use super::token::{AccessToken, TokenSource};
use crate::error::{Error, ErrorKind, Result};
use crate::retry::Patience;

/// The longest a token is kept, whatever it claims: Atlas issues them for one hour.
const LONGEST_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// How long before its end a token is renewed, at most.
const EARLY: Duration = Duration::from_secs(60);

/// Where the tokens of a cache come from.
#[derive(Debug)]
pub(crate) enum Origin {
    ServiceAccount(ServiceAccount),
    Custom(Arc<dyn TokenSource>),
}

/// Keeps the current token, and gets one token for all who ask at the same time.
#[derive(Debug)]
pub(crate) struct TokenCache {
    origin: Origin,
    patience: Arc<Patience>,
    current: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    token: Option<Kept>,
    /// Counts the tokens obtained, so that a refusal can say which token it is about.
    generation: u64,
}

#[derive(Debug)]
struct Kept {
    token: AccessToken,
    header: HeaderValue,
    renew_at: Option<Instant>,
}

impl TokenCache {
    pub(crate) fn new(origin: Origin, patience: Arc<Patience>) -> Self {
        Self {
            origin,
            patience,
            current: Mutex::default(),
        }
    }

    /// The header to send and the generation of its token.
    pub(crate) async fn authorization(&self) -> Result<(HeaderValue, u64)> {
        // Held while a token is fetched: whoever waits here uses that token.
        let mut state = self.current.lock().await;
        let now = self.patience.now();
        if let Some(kept) = &state.token
            && kept.renew_at.is_none_or(|moment| now < moment)
        {
            return Ok((kept.header.clone(), state.generation));
        }
        let token = self.fetch().await?;
        let header = token.authorization().map_err(|unusable| {
            Error::new(ErrorKind::Auth)
                .with_message("the token obtained cannot be used")
                .with_source(unusable)
        })?;
        let renew_at = token.lifetime().map(|lifetime| {
            let lifetime = lifetime.min(LONGEST_LIFETIME);
            self.patience.now() + lifetime - EARLY.min(lifetime / 10)
        });
        state.generation += 1;
        state.token = Some(Kept {
            token,
            header: header.clone(),
            renew_at,
        });
        Ok((header, state.generation))
    }

    /// Forgets the token of this generation, which Atlas has refused.
    pub(crate) async fn refuse(&self, generation: u64) {
        let mut state = self.current.lock().await;
        if state.generation == generation {
            state.token = None;
        }
    }

    /// Forgets the token, and tells Atlas so where Atlas issued it.
    pub(crate) async fn sign_out(&self) -> Result<()> {
        let kept = self.current.lock().await.token.take();
        match (&self.origin, kept) {
            (Origin::ServiceAccount(account), Some(kept)) => account.revoke(&kept.token).await,
            _ => Ok(()),
        }
    }

    async fn fetch(&self) -> Result<AccessToken> {
        match &self.origin {
            Origin::ServiceAccount(account) => account.token(&self.patience).await,
            Origin::Custom(source) => source.fetch().await.map_err(|cause| {
                Error::new(ErrorKind::Auth)
                    .with_message("the token source failed")
                    .with_source(cause)
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::super::token::TokenFuture;
    use super::*;
    use crate::retry::{RetryPolicy, SystemTiming};

    /// Hands out `token-1`, `token-2`, … after a second each.
    #[derive(Debug, Default)]
    struct Numbered {
        issued: AtomicU64,
        lifetime: Option<Duration>,
    }

    impl TokenSource for Arc<Numbered> {
        fn fetch(&self) -> TokenFuture<'_> {
            Box::pin(async {
                tokio::time::sleep(Duration::from_secs(1)).await;
                let number = self.issued.fetch_add(1, Ordering::SeqCst) + 1;
                let token = AccessToken::new(format!("token-{number}"));
                Ok(match self.lifetime {
                    Some(lifetime) => token.expires_in(lifetime),
                    None => token,
                })
            })
        }
    }

    fn cache(lifetime: Option<u64>) -> (Arc<Numbered>, TokenCache) {
        let source = Arc::new(Numbered {
            lifetime: lifetime.map(Duration::from_secs),
            ..Numbered::default()
        });
        let patience = Patience::new(RetryPolicy::none(), Arc::new(SystemTiming));
        let origin = Origin::Custom(Arc::new(Arc::clone(&source)));
        (source, TokenCache::new(origin, Arc::new(patience)))
    }

    #[tokio::test(start_paused = true)]
    async fn all_who_ask_at_once_share_one_token() {
        let (source, cache) = cache(Some(3600));
        let asked = futures::future::join_all((0..64).map(|_| cache.authorization())).await;
        for answer in asked {
            assert_eq!(answer.unwrap().0, "Bearer token-1");
        }
        assert_eq!(source.issued.load(Ordering::SeqCst), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_renewed_a_little_before_its_end() {
        for (lifetime, good_for) in [(3600, 3540), (100, 90), (u64::MAX, 24 * 3600 - 60)] {
            let (_, cache) = cache(Some(lifetime));
            cache.authorization().await.unwrap();
            tokio::time::advance(Duration::from_secs(good_for - 1)).await;
            assert_eq!(cache.authorization().await.unwrap().0, "Bearer token-1");
            tokio::time::advance(Duration::from_secs(1)).await;
            assert_eq!(cache.authorization().await.unwrap().0, "Bearer token-2");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_of_unknown_lifetime_is_kept_until_it_is_refused() {
        let (source, cache) = cache(None);
        let (_, first) = cache.authorization().await.unwrap();
        tokio::time::advance(Duration::from_secs(1_000_000)).await;
        assert_eq!(cache.authorization().await.unwrap().1, first);
        // Two requests in flight learn of the refusal: the token is renewed once.
        cache.refuse(first).await;
        assert_eq!(cache.authorization().await.unwrap().0, "Bearer token-2");
        cache.refuse(first).await;
        assert_eq!(cache.authorization().await.unwrap().0, "Bearer token-2");
        assert_eq!(source.issued.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn giving_up_waiting_for_a_token_blocks_nobody() {
        let (_, cache) = cache(None);
        let impatient = tokio::time::timeout(Duration::from_millis(1), cache.authorization());
        assert!(impatient.await.is_err());
        assert_eq!(cache.authorization().await.unwrap().0, "Bearer token-1");
    }
}
