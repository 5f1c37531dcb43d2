//! What the builder can be told about signing in.

use std::time::Duration;

use crate::builder::MockAtlasBuilder;
use crate::digest::{ApiKey, ChallengeFault, DigestAlgorithm};
use crate::fault::{Fault, FaultRule, When};
use crate::oauth::{ExpiresIn, ServiceAccount};
use crate::secret::Secret;

/// # Signing in
///
/// By default nothing is required. Each of [`require_token`](Self::require_token),
/// [`require_api_key`](Self::require_api_key) and [`service_account`](Self::service_account) adds
/// a way to sign in; a request that took none of them is answered 401, with the challenges of all.
/// The settings of a way do nothing without it.
impl MockAtlasBuilder {
    /// Takes requests with `Authorization: Bearer` and this token, which never expires.
    pub fn require_token(mut self, token: impl Into<String>) -> Self {
        self.sign_in.token = Some(Secret(token.into()));
        self
    }

    /// Takes requests signed with this API key: HTTP Digest (RFC 7616), `qop=auth`.
    ///
    /// Every answer is checked over method, path and query exactly as received. Its count (`nc`)
    /// must be new for the nonce, in any order; realm and opaque must be those of the challenge,
    /// and every parameter quoted, or not, as the RFC says.
    ///
    /// ```
    /// # use atlas_snapshots_mock::{MockAtlas, Refusal};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let atlas = MockAtlas::builder().require_api_key("public", "private").start().await?;
    ///
    /// let refused = reqwest::get(atlas.snapshots_url()).await?;
    /// assert_eq!(refused.status(), 401);
    /// let challenge = refused.headers()["www-authenticate"].to_str()?;
    /// assert!(challenge.starts_with("Digest realm=\"MMS Public API\", domain=\"\", nonce=\""));
    /// assert!(challenge.ends_with("\", algorithm=MD5, qop=\"auth\", stale=false"));
    /// assert_eq!(atlas.requests()[0].refusal, Some(Refusal::NoCredentials));
    /// # Ok(())
    /// # }
    /// ```
    pub fn require_api_key(
        mut self,
        public: impl Into<String>,
        private: impl Into<String>,
    ) -> Self {
        self.sign_in.api_key = Some(ApiKey {
            public: public.into(),
            private: Secret(private.into()),
        });
        self
    }

    /// The hash functions offered, one challenge each, in this order (default: MD5 alone).
    ///
    /// None at all makes one challenge that does not name its algorithm, which means MD5.
    pub fn digest_algorithms(
        mut self,
        algorithms: impl IntoIterator<Item = DigestAlgorithm>,
    ) -> Self {
        let algorithms = algorithms.into_iter().collect();
        self.sign_in.digest.algorithms(algorithms);
        self
    }

    /// Sends all Digest challenges in one `WWW-Authenticate` header, separated by commas (default:
    /// a header each).
    pub fn challenges_in_one_header(mut self) -> Self {
        self.sign_in.digest.in_one_header();
        self
    }

    /// How long a nonce is good (default: for ever). An answer to an older one is 401 with
    /// `stale=true`.
    pub fn nonce_lifetime(mut self, lifetime: Duration) -> Self {
        self.sign_in.digest.nonce_lifetime(lifetime);
        self
    }

    /// How many requests a nonce is good for (default: any number); one more is 401 with
    /// `stale=true`. With 0, no nonce is ever good enough.
    pub fn nonce_uses(mut self, uses: usize) -> Self {
        self.sign_in.digest.nonce_uses(uses);
        self
    }

    /// Adds `opaque` to the challenges, which clients must send back unchanged (default: none).
    pub fn opaque(mut self, opaque: impl Into<String>) -> Self {
        self.sign_in.digest.opaque(opaque.into());
        self
    }

    /// Adds a directive to the challenges, `charset="UTF-8"` for example; clients must ignore
    /// those they do not know. With a name or a value that HTTP does not allow, the challenge is
    /// left out.
    pub fn challenge_directive(
        mut self,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        self.sign_in.digest.directive(name.into(), value.into());
        self
    }

    /// Spoils Digest challenges: what is wrong, and with which of them. All 401s are counted;
    /// they are for no page, so no condition on one is met. If several faults apply, the first
    /// one does.
    pub fn challenge_fault(mut self, fault: ChallengeFault, when: When) -> Self {
        self.sign_in.digest.fault(fault, when);
        self
    }

    /// Lets a service account sign in: `POST /api/oauth/token`, with this id and secret as Basic
    /// credentials, issues the tokens the listing requires, `POST /api/oauth/revoke` takes one
    /// back.
    ///
    /// ```
    /// # use atlas_snapshots_mock::MockAtlas;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let atlas = MockAtlas::builder().service_account("id", "secret").start().await?;
    ///
    /// let client = reqwest::Client::new();
    /// let answer = client
    ///     .post(format!("{}/api/oauth/token", atlas.base_url()))
    ///     .basic_auth("id", Some("secret"))
    ///     .header("content-type", "application/x-www-form-urlencoded")
    ///     .body("grant_type=client_credentials")
    ///     .send()
    ///     .await?;
    /// let answer: serde_json::Value = serde_json::from_str(&answer.text().await?)?;
    /// assert_eq!((&answer["token_type"], &answer["expires_in"]), (&"Bearer".into(), &3600.into()));
    ///
    /// let token = answer["access_token"].as_str().expect("a token is text");
    /// let page = client.get(atlas.snapshots_url()).bearer_auth(token).send().await?;
    /// assert_eq!(page.status(), 200);
    /// assert_eq!((atlas.token_requests().len(), atlas.requests().len()), (1, 1));
    /// # Ok(())
    /// # }
    /// ```
    pub fn service_account(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.sign_in.service_account = Some(ServiceAccount {
            id: id.into(),
            secret: Secret(secret.into()),
        });
        self
    }

    /// How long a token really is good (default: one hour).
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.sign_in.tokens.lifetime = lifetime;
        self
    }

    /// What the token endpoint says about that in `expires_in` (default: the truth).
    pub fn expires_in(mut self, expires_in: ExpiresIn) -> Self {
        self.sign_in.tokens.expires_in = expires_in;
        self
    }

    /// How many tokens may be good at once (default: 100); one more is 403 `access_denied`.
    pub fn token_limit(mut self, limit: usize) -> Self {
        self.sign_in.tokens.limit = limit;
        self
    }

    /// Adds a fault to the answers of the token endpoint, of the stages answer, body, headers and
    /// wire; those of the page and of the data do nothing. Requests with a bad id or secret, or a
    /// bad form, do not count; no request is for a page, so no condition on one is met.
    ///
    /// Only a fault of the answer stage keeps a token from being issued.
    ///
    /// ```
    /// use atlas_snapshots_mock::{AnswerFault, BodyFault, MockAtlas, RetryAfter, When, WireFault};
    /// use std::time::Duration;
    ///
    /// let builder = MockAtlas::builder()
    ///     .service_account("id", "secret")
    ///     .token_fault(AnswerFault::RateLimited(RetryAfter::Seconds(1)), When::first(2))
    ///     .token_fault(BodyFault::Html, When::nth(3))
    ///     .token_fault(WireFault::Delay(Duration::from_millis(50)), When::always());
    /// # let _ = builder;
    /// ```
    pub fn token_fault(self, fault: impl Into<Fault>, when: When) -> Self {
        self.token_faults([FaultRule::new(fault, when)])
    }

    /// Adds several [token faults](Self::token_fault), parsed from text for example.
    pub fn token_faults(mut self, rules: impl IntoIterator<Item = FaultRule>) -> Self {
        let faults = &mut self.sign_in.tokens.faults;
        rules.into_iter().for_each(|rule| faults.add(rule));
        self
    }

    /// The same for revocations. A fault of the answer stage leaves the token good.
    pub fn revoke_fault(self, fault: impl Into<Fault>, when: When) -> Self {
        self.revoke_faults([FaultRule::new(fault, when)])
    }

    /// Adds several [revoke faults](Self::revoke_fault), parsed from text for example.
    pub fn revoke_faults(mut self, rules: impl IntoIterator<Item = FaultRule>) -> Self {
        let faults = &mut self.sign_in.tokens.revoke_faults;
        rules.into_iter().for_each(|rule| faults.add(rule));
        self
    }

    /// Answers 403 `IP_ADDRESS_NOT_ON_ACCESS_LIST` to every request whose credentials are right;
    /// tokens are issued all the same.
    pub fn block_ip(mut self) -> Self {
        self.sign_in.ip_blocked = true;
        self
    }

    /// Answers 401 `USER_UNAUTHORIZED` to every valid request for the project, as the service
    /// has been recorded to (its documentation says 403).
    pub fn missing_role(mut self) -> Self {
        self.sign_in.role_missing = true;
        self
    }
}
