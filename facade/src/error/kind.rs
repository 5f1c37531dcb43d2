use std::fmt;

/// What went wrong, in terms of what to do next.
///
/// The HTTP status decides the kind; Atlas's error code only refines it, because most real
/// error bodies carry no code. In the examples, `…` stands for what was listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A value given to this library breaks a documented rule; no request was made.
    ///
    /// **What to do:** correct the value. The message names it and the rule. Not retryable.
    ///
    /// Looks like: `invalid argument: page size "501" must be 1 to 500`
    InvalidArgument,
    /// Atlas refused the request as malformed or as not applicable to this cluster (400, and any
    /// other 4xx without a kind of its own).
    ///
    /// **What to do:** read [`error_code`](crate::Error::error_code),
    /// [`detail`](crate::Error::detail) and [`field_violations`](crate::Error::field_violations).
    /// Not retryable.
    ///
    /// Looks like: `…, page 1: request refused (400 VALIDATION_ERROR): No provider AWS exists (0 delivered before)`
    BadRequest,
    /// Atlas did not accept the credentials (401).
    ///
    /// **What to do:** check that the credentials are complete, not expired, and belong to the
    /// organization that owns the project. Not retryable; a token of a service account or token
    /// source has been renewed once already.
    ///
    /// Looks like: `…, page 1: credentials not accepted (401); check that the credentials are complete and not expired (0 delivered before)`
    Unauthenticated,
    /// Signing in failed before any page could be asked for: the client id or secret is not
    /// accepted, Atlas issues no further token, the token endpoint or a token source failed, or
    /// the server asks for no Digest sign-in.
    ///
    /// **What to do:** read the message; check the credentials and that they are of the kind the
    /// builder was given. Retryable when the token endpoint was busy or failing.
    ///
    /// Looks like: `…, page 1: signing in failed (401 invalid_client): the client id or the client secret is not accepted; check the credentials (0 delivered before)`
    Auth,
    /// The credentials are good but lack the role this call needs (403, or 401 with code
    /// `USER_UNAUTHORIZED`, which is how the live service reports a missing role).
    ///
    /// **What to do:** grant *Project Read Only* on the project. Not retryable.
    ///
    /// Looks like: `…, page 1: permission denied (401 USER_UNAUTHORIZED); grant the credentials Project Read Only on this project (0 delivered before)`
    PermissionDenied,
    /// This machine's address is not on the access list of the credentials
    /// (403 `IP_ADDRESS_NOT_ON_ACCESS_LIST`).
    ///
    /// **What to do:** add the address to the API access list of the service account or key.
    /// Not retryable.
    ///
    /// Looks like: `…, page 1: IP address not on the access list (403 IP_ADDRESS_NOT_ON_ACCESS_LIST); add this machine's IP address to the API access list (0 delivered before)`
    IpNotAllowed,
    /// The project or the instance does not exist, or the credentials cannot see it (404).
    ///
    /// **What to do:** check project id and instance name;
    /// [`error_code`](crate::Error::error_code) says which of them was not found when Atlas says
    /// so. This is not the same as an instance without snapshots, which lists successfully.
    ///
    /// Looks like: `…, page 1: not found (404 SERVERLESS_INSTANCE_NOT_FOUND); check the project id and the instance name (0 delivered before)`
    NotFound,
    /// Atlas has withdrawn this API (410 `VERSION_GONE`).
    ///
    /// **What to do:** the cluster now lives behind the Flex API; use its `listFlexBackups`
    /// operation. Not retryable.
    ///
    /// Looks like: `…, page 1: API withdrawn (410 VERSION_GONE); use the Flex operation listFlexBackups (0 delivered before)`
    Sunset,
    /// Too many requests (429).
    ///
    /// **What to do:** wait [`retry_after`](crate::Error::retry_after), or a few seconds when
    /// Atlas gave none, and poll the listing again. Retryable.
    ///
    /// Looks like: `…, page 2: rate limited (429 RATE_LIMITED); the server asks to wait 7 s (500 delivered before)`
    RateLimited,
    /// Atlas or a gateway before it failed (5xx).
    ///
    /// **What to do:** poll the listing again after a pause; report to MongoDB if it lasts.
    /// Retryable.
    ///
    /// Looks like: `…, page 2: server failure (502): <html>bad gateway</html> (500 delivered before)`
    Server,
    /// A time limit of this client passed: connecting, waiting for bytes, or the whole attempt.
    ///
    /// **What to do:** poll again; raise the limit on [`AtlasBuilder`](crate::AtlasBuilder) if
    /// the network is known to be slow. Retryable.
    ///
    /// Looks like: `…, page 2: timed out: no answer in time (500 delivered before)`
    Timeout,
    /// No connection could be made or it broke before an answer: DNS, refused, TLS, reset.
    ///
    /// **What to do:** check base URL, network, proxy and certificates, then poll again.
    /// Retryable.
    ///
    /// Looks like: `…, page 1: connection failed; check base URL, network and proxy (0 delivered before)`
    Connect,
    /// The answer was not what HTTP and this API promise: cut short, a redirect, an unexpected
    /// success status, a body beyond the size limit.
    ///
    /// **What to do:** look for a proxy or captive portal between this machine and Atlas.
    /// Retryable when the body was cut short.
    ///
    /// Looks like: `…, page 2: broken answer (200): the page was cut short (500 delivered before)`
    Protocol,
    /// A page arrived whole but is not the documented JSON.
    ///
    /// **What to do:** look at [`body_excerpt`](crate::Error::body_excerpt); an HTML page means
    /// something other than Atlas answered. Not retryable.
    ///
    /// Looks like: `…, page 1: unreadable answer (200): <html>Sign in to the Wi-Fi</html>; something other than Atlas may have answered (0 delivered before)`
    Decode,
    /// One row of a page cannot be read; its neighbours are delivered.
    ///
    /// **What to do:** [`row`](crate::Error::row) names the position and keeps the raw JSON.
    /// Keep polling: the listing continues. Not retryable.
    ///
    /// Looks like: `…, page 1: unreadable row: row 3 is not a snapshot: it has no id (3 delivered before)`
    Row,
    /// The server sent a non-empty page without a single new snapshot, or the same rows on two
    /// pages among which a resumed listing looks for its place: paging makes no progress.
    ///
    /// **What to do:** list again; if it persists, the server or a cache before it ignores
    /// `pageNum`. The rows delivered so far are good. Ends the listing.
    ///
    /// Looks like: `…, page 2: server repeats itself: all 500 rows of the page were delivered before (500 delivered before)`
    RepeatingServer,
    /// A verified listing read the set as often as it was allowed to, and no reading equalled the
    /// one before it.
    ///
    /// **What to do:** list again when fewer snapshots come and go, allow more passes, or live
    /// without verification. Everything found has been delivered. Ends the listing.
    ///
    /// Looks like: `…, page 1: cannot vouch for completeness: the set kept changing while it was read again (900 delivered before)`
    Unsettled,
    /// The listing reached its page or item limit while the server still had more.
    ///
    /// **What to do:** raise the limit on the [`Listing`](crate::Listing) if the set really is
    /// that large. Ends the listing.
    ///
    /// Looks like: `…, page 9: listing limit reached: more than 9 pages; raise the listing's limit if the set really is that large (4500 delivered before)`
    PageLimit,
    /// The time set for the whole listing is over.
    ///
    /// **What to do:** resume from [`checkpoint`](crate::Error::checkpoint), or allow more time
    /// with [`Listing::deadline`](crate::Listing::deadline). Ends the listing.
    ///
    /// Looks like: `…, page 3: the listing's deadline has passed (1000 delivered before)`
    Deadline,
    /// This library failed: TLS could not be set up, a page's task panicked, or its runtime was
    /// shut down under it.
    ///
    /// **What to do:** read the causes; keep the runtime alive while a listing is polled;
    /// otherwise report a bug.
    ///
    /// Looks like: `…, page 2: internal failure: the task of a page did not finish (500 delivered before)`
    Internal,
}

impl ErrorKind {
    /// The next step for a person reading the one-line message, where the kind alone knows it.
    pub(crate) fn remedy(self) -> Option<&'static str> {
        Some(match self {
            Self::Unauthenticated => "check that the credentials are complete and not expired",
            Self::Auth => "check the credentials",
            Self::PermissionDenied => "grant the credentials Project Read Only on this project",
            Self::IpNotAllowed => "add this machine's IP address to the API access list",
            Self::NotFound => "check the project id and the instance name",
            Self::Sunset => "use the Flex operation listFlexBackups",
            Self::Connect => "check base URL, network and proxy",
            Self::Decode => "something other than Atlas may have answered",
            Self::PageLimit => "raise the listing's limit if the set really is that large",
            _ => return None,
        })
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InvalidArgument => "invalid argument",
            Self::BadRequest => "request refused",
            Self::Unauthenticated => "credentials not accepted",
            Self::Auth => "signing in failed",
            Self::PermissionDenied => "permission denied",
            Self::IpNotAllowed => "IP address not on the access list",
            Self::NotFound => "not found",
            Self::Sunset => "API withdrawn",
            Self::RateLimited => "rate limited",
            Self::Server => "server failure",
            Self::Timeout => "timed out",
            Self::Connect => "connection failed",
            Self::Protocol => "broken answer",
            Self::Decode => "unreadable answer",
            Self::Row => "unreadable row",
            Self::RepeatingServer => "server repeats itself",
            Self::Unsettled => "cannot vouch for completeness",
            Self::PageLimit => "listing limit reached",
            Self::Deadline => "the listing's deadline has passed",
            Self::Internal => "internal failure",
        })
    }
}
