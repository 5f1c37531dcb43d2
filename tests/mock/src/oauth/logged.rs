use crate::request_log::LoggedRequest;
use crate::secret::Secret;

/// Which of the two endpoints of a service account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenEndpoint {
    /// `/api/oauth/token`, which issues tokens.
    Issue,
    /// `/api/oauth/revoke`, which takes them back.
    Revoke,
}

impl TokenEndpoint {
    pub(crate) const ALL: [Self; 2] = [Self::Issue, Self::Revoke];

    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Issue => "/api/oauth/token",
            Self::Revoke => "/api/oauth/revoke",
        }
    }
}

/// One request of a service account to sign in or out; see
/// [`MockAtlas::token_requests`](crate::MockAtlas::token_requests).
///
/// Neither id nor secret nor token are shown by `Debug`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LoggedTokenRequest {
    /// Where it went.
    pub endpoint: TokenEndpoint,
    /// Method, headers, status and so on. Its `refusal` is about id and secret.
    pub request: LoggedRequest,
    /// The field `grant_type`, unless it was absent or came twice.
    pub grant_type: Option<String>,
    /// The field `token_type_hint`, likewise.
    pub token_type_hint: Option<String>,
    pub(super) token: Option<Secret>,
}

impl LoggedTokenRequest {
    pub(crate) fn new(endpoint: TokenEndpoint, request: LoggedRequest) -> Self {
        Self {
            endpoint,
            request,
            grant_type: None,
            token_type_hint: None,
            token: None,
        }
    }

    /// Whether the field `token`, of a revocation, is `expected`.
    #[must_use]
    pub fn token_is(&self, expected: &str) -> bool {
        self.token.as_ref().is_some_and(|token| token.0 == expected)
    }
}
