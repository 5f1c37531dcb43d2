//! The kinds of errors, each with what to do next.

use std::fmt;

use crate::model::text_enum::closed_enum;

closed_enum! {
    /// The kind of an error. Each kind says what to do next.
    ///
    /// The HTTP status decides the kind. Atlas's error code only refines it, because most error
    /// bodies of the live service have no code. In the examples, `…` stands for what was listed.
    ErrorKind {
        /// A value given to this library breaks a documented rule. No request was sent.
        ///
        /// **What to do:** correct the value. The message names it and the rule. Not retryable.
        ///
        /// Looks like: `invalid argument: page size "501" must be 1 to 500`
        InvalidArgument = "invalidArgument",
        /// Atlas rejected the request as malformed or as not applicable to this cluster (400, and
        /// any other 4xx without a kind of its own).
        ///
        /// **What to do:** read [`error_code`](crate::Error::error_code),
        /// [`detail`](crate::Error::detail) and
        /// [`field_violations`](crate::Error::field_violations). Not retryable.
        ///
        /// Looks like: `…, page 1: request rejected (400 VALIDATION_ERROR): No provider AWS exists (0 delivered before)`
        BadRequest = "badRequest",
        /// Atlas rejected the credentials, or none were sent (401 without a code, or with one that
        /// adds nothing: `UNEXPECTED_ERROR`, `NO_CURRENT_USER`, `UNAUTHORIZED`).
        ///
        /// **What to do:** check that the credentials are complete, not expired, and belong to
        /// the organization that owns the project. The message names them, and the environment
        /// variables that they came from. Not retryable; a token that can be obtained anew was
        /// already replaced once.
        ///
        /// Looks like: `…, page 1: not authenticated (401): the API key (MONGODB_ATLAS_PUBLIC_API_KEY, MONGODB_ATLAS_PRIVATE_API_KEY) was rejected; give the client credentials that are complete and not expired (0 delivered before)`
        Unauthenticated = "unauthenticated",
        /// No access token or Digest challenge could be obtained: the client id or secret was
        /// rejected, Atlas issues no further token, the response of the token endpoint is no
        /// token, a token function failed, or the server does not use Digest authentication. A
        /// token endpoint that is limited, fails or redirects is an error of the kind that a page
        /// would be, whose message names the token endpoint.
        ///
        /// **What to do:** read the message; check the credentials and that they are of the kind
        /// the builder was given. Retryable when a token function says that its failure is
        /// temporary.
        ///
        /// Looks like: `…, page 1: no access token (401 invalid_client): the client id or the client secret was rejected (0 delivered before)`
        TokenRequest = "tokenRequest",
        /// The credentials are valid but lack the role for this call (403, or 401 with a code such
        /// as `USER_UNAUTHORIZED`, which is how the live service reports a missing role).
        ///
        /// **What to do:** grant *Project Read Only* on the project. Not retryable.
        ///
        /// Looks like: `…, page 1: permission denied (401 USER_UNAUTHORIZED); grant the credentials Project Read Only on this project (0 delivered before)`
        PermissionDenied = "permissionDenied",
        /// The IP address of this machine is not on the access list of the credentials, or they
        /// have no list while their organization requires one (403 with a code such as
        /// `IP_ADDRESS_NOT_ON_ACCESS_LIST`, `ORG_REQUIRES_ACCESS_LIST` or an older `…WHITELIST`).
        ///
        /// **What to do:** add the address to the API access list of the service account or key.
        /// Not retryable.
        ///
        /// Looks like: `…, page 1: IP address not on the access list (403 IP_ADDRESS_NOT_ON_ACCESS_LIST); add this machine's IP address to the API access list (0 delivered before)`
        IpNotAllowed = "ipNotAllowed",
        /// Atlas has suspended the organization until it pays (402 `ACCOUNT_SUSPENDED`,
        /// `NO_PAYMENT_INFORMATION_FOUND`).
        ///
        /// **What to do:** check the billing of the organization in Atlas. Not retryable.
        ///
        /// Looks like: `…, page 1: payment required (402 ACCOUNT_SUSPENDED); check the billing of the organization in Atlas (0 delivered before)`
        PaymentRequired = "paymentRequired",
        /// The project or the cluster does not exist, or the credentials cannot see it (404).
        ///
        /// **What to do:** check the project id and the cluster name;
        /// [`error_code`](crate::Error::error_code) says which of them was not found when Atlas
        /// sends it. A cluster without snapshots is not an error: it lists successfully.
        ///
        /// Looks like: `…, page 1: not found (404 CLUSTER_NOT_FOUND); check the project id and the cluster name (0 delivered before)`
        NotFound = "notFound",
        /// Atlas has withdrawn this API (410 `VERSION_GONE`).
        ///
        /// **What to do:** list with [`Atlas::snapshots`](crate::Atlas::snapshots), which finds
        /// the API that lists the cluster today. Not retryable.
        ///
        /// Looks like: `…, page 1: API withdrawn (410 VERSION_GONE); use the automatic choice of API (0 delivered before)`
        Gone = "gone",
        /// Too many requests for pages or tokens (429).
        ///
        /// **What to do:** wait [`retry_after`](crate::Error::retry_after), or a few seconds when
        /// Atlas sent none, and poll the listing again. Retryable.
        ///
        /// Looks like: `…, page 2: rate limited (429 RATE_LIMITED); the server requests a wait of 7 s (500 delivered before)`
        RateLimited = "rateLimited",
        /// Atlas, or a gateway in front of it, failed (5xx).
        ///
        /// **What to do:** poll the listing again after a pause; report it to MongoDB if it
        /// persists. Retryable.
        ///
        /// Looks like: `…, page 2: server error (502): <html>bad gateway</html> (500 delivered before)`
        Server = "server",
        /// A time limit of this client passed: for connecting, for the next bytes, or for the
        /// whole attempt.
        ///
        /// **What to do:** poll again; raise the limit on [`AtlasBuilder`](crate::AtlasBuilder)
        /// if the network is known to be slow. Retryable.
        ///
        /// Looks like: `…, page 2: timed out: no response in time (500 delivered before)`
        Timeout = "timeout",
        /// No connection could be made, or it broke before a response arrived: DNS, refused, TLS,
        /// reset.
        ///
        /// **What to do:** check the base URL, network, proxy and certificates, then poll again.
        /// Retryable, unless the certificate of the server was refused, which ends the listing:
        /// see [`AtlasBuilder::root_certificate`](crate::AtlasBuilder::root_certificate).
        ///
        /// Looks like: `…, page 1: connection failed; check the base URL, network and proxy (0 delivered before)`
        Connect = "connect",
        /// The response breaks the rules of HTTP or of this API: not HTTP at all, cut short, a
        /// redirect, an unexpected success status, a body beyond the size limit.
        ///
        /// **What to do:** look for a proxy or captive portal between this machine and Atlas.
        /// Retryable when the body was cut short or cannot be decompressed.
        ///
        /// Looks like: `…, page 2: invalid response (200): the body was cut short (500 delivered before)`
        Protocol = "protocol",
        /// A page arrived whole but is not the documented JSON, or has more than 10,000 items.
        ///
        /// **What to do:** read [`body_excerpt`](crate::Error::body_excerpt); an HTML page means
        /// that something other than Atlas responded. Not retryable.
        ///
        /// Looks like: `…, page 1: unreadable response (200): <html>Wi-Fi login</html>; something other than Atlas may have responded (0 delivered before)`
        Decode = "decode",
        /// One item of a page cannot be read, or those of a page beyond the first 20 such items. The
        /// other items of the page are yielded.
        ///
        /// **What to do:** read [`invalid_item`](crate::Error::invalid_item), which has the
        /// position and the JSON text. Keep polling: the listing continues. Not retryable.
        ///
        /// Looks like: `…, page 1: unreadable item: item 3 cannot be read: it has no id (3 delivered before)`
        InvalidItem = "invalidItem",
        /// The server sent a page on which no item is new, or the same page under two numbers:
        /// paging makes no progress.
        ///
        /// **What to do:** list again; if it persists, the server or a cache in front of it
        /// ignores `pageNum`. The items delivered before are good. Ends the listing.
        ///
        /// Looks like: `…, page 2: pagination loop: all 500 items of the page were delivered before (500 delivered before)`
        PaginationLoop = "paginationLoop",
        /// The listing read the set several times, and no two passes agreed.
        ///
        /// **What to do:** list again when fewer items come and go, or choose a weaker
        /// [`Consistency`](crate::Consistency). All items found were delivered. Ends the listing.
        ///
        /// Looks like: `…, page 1: possibly incomplete: the set kept changing while it was read again (900 delivered before)`
        PossiblyIncomplete = "possiblyIncomplete",
        /// The listing reached its page limit or item limit while the server had more.
        ///
        /// **What to do:** raise the limit on the [`ListRequest`](crate::ListRequest) if the set
        /// really is that large. Ends the listing.
        ///
        /// Looks like: `…, page 9: listing limit reached: more than 9 pages; raise the limit if the set really is that large (4500 delivered before)`
        LimitExceeded = "limitExceeded",
        /// The deadline of the whole listing passed, or the timeout of a
        /// [`WaitRequest`](crate::WaitRequest). The `source` is why what was waited for had failed
        /// last, if it had.
        ///
        /// **What to do:** wait again, or resume a listing from [`checkpoint`](crate::Error::checkpoint), or allow more
        /// time with [`ListRequest::deadline`](crate::ListRequest::deadline). Ends the listing.
        ///
        /// Looks like: `…, page 3: deadline exceeded (1000 delivered before)`
        Deadline = "deadline",
        /// This library failed: TLS could not be set up, a page's task panicked, or its runtime
        /// was shut down.
        ///
        /// **What to do:** read the sources; keep the runtime alive while a listing is polled;
        /// otherwise report a bug.
        ///
        /// Looks like: `…, page 2: internal error: the task of a page did not finish (500 delivered before)`
        Internal = "internal",
    }
}

impl ErrorKind {
    /// The kind of a response by its status, refined by Atlas's code where it sent one.
    pub(crate) fn of_response(status: u16, code: Option<&str>) -> Self {
        match (status, code) {
            (401, None) => Self::Unauthenticated,
            // The live service sends 401 with a code where the role is missing, despite the
            // documented 403. These codes add nothing to the status.
            (401, Some("" | "UNAUTHORIZED" | "UNEXPECTED_ERROR" | "NO_CURRENT_USER")) => {
                Self::Unauthenticated
            }
            (402, _) => Self::PaymentRequired,
            (403, Some(code)) if code.contains("ACCESS_LIST") || code.contains("WHITELIST") => {
                Self::IpNotAllowed
            }
            (401 | 403, _) => Self::PermissionDenied,
            (404, _) => Self::NotFound,
            (408, _) => Self::Timeout,
            (410, _) => Self::Gone,
            (429, _) => Self::RateLimited,
            (400..=499, _) => Self::BadRequest,
            (500..=599, _) => Self::Server,
            _ => Self::Protocol,
        }
    }

    /// Whether an error of this kind is retryable unless something else says so.
    pub(super) fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::RateLimited | Self::Server | Self::Timeout | Self::Connect
        )
    }

    /// Whether a listing ends with an error of this kind, unless it is retryable.
    pub(super) fn ends_listing(self) -> bool {
        matches!(
            self,
            Self::InvalidArgument
                | Self::BadRequest
                | Self::Unauthenticated
                | Self::PermissionDenied
                | Self::IpNotAllowed
                | Self::PaymentRequired
                | Self::NotFound
                | Self::Gone
                | Self::TokenRequest
                | Self::Connect
                | Self::PaginationLoop
                | Self::PossiblyIncomplete
                | Self::LimitExceeded
                | Self::Deadline
        )
    }

    /// The next step for a person who reads the message, where the kind and the code decide it.
    pub(super) fn remedy(self, code: Option<&str>) -> Option<&'static str> {
        Some(match (self, code) {
            (Self::NotFound, Some("GROUP_NOT_FOUND")) => {
                "the project does not exist, or these credentials may not see it"
            }
            (Self::NotFound, Some("SNAPSHOT_NOT_FOUND")) => "check the snapshot id",
            (Self::Unauthenticated, _) => {
                "give the client credentials that are complete and not expired"
            }
            (Self::PermissionDenied, _) => {
                "grant the credentials Project Read Only on this project"
            }
            (Self::IpNotAllowed, _) => "add this machine's IP address to the API access list",
            (Self::PaymentRequired, _) => "check the billing of the organization in Atlas",
            (Self::NotFound, _) => "check the project id and the cluster name",
            (Self::Gone, _) => "use the automatic choice of API",
            (Self::Connect, _) => "check the base URL, network and proxy",
            (Self::Decode, _) => "something other than Atlas may have responded",
            (Self::LimitExceeded, _) => "raise the limit if the set really is that large",
            _ => return None,
        })
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::InvalidArgument => "invalid argument",
            Self::BadRequest => "request rejected",
            Self::Unauthenticated => "not authenticated",
            Self::TokenRequest => "no access token",
            Self::PermissionDenied => "permission denied",
            Self::IpNotAllowed => "IP address not on the access list",
            Self::PaymentRequired => "payment required",
            Self::NotFound => "not found",
            Self::Gone => "API withdrawn",
            Self::RateLimited => "rate limited",
            Self::Server => "server error",
            Self::Timeout => "timed out",
            Self::Connect => "connection failed",
            Self::Protocol => "invalid response",
            Self::Decode => "unreadable response",
            Self::InvalidItem => "unreadable item",
            Self::PaginationLoop => "pagination loop",
            Self::PossiblyIncomplete => "possibly incomplete",
            Self::LimitExceeded => "listing limit reached",
            Self::Deadline => "deadline exceeded",
            Self::Internal => "internal error",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_decides_the_kind() {
        for (status, kind) in [
            (204, ErrorKind::Protocol),
            (302, ErrorKind::Protocol),
            (400, ErrorKind::BadRequest),
            (401, ErrorKind::Unauthenticated),
            (402, ErrorKind::PaymentRequired),
            (403, ErrorKind::PermissionDenied),
            (404, ErrorKind::NotFound),
            (405, ErrorKind::BadRequest),
            (408, ErrorKind::Timeout),
            (409, ErrorKind::BadRequest),
            (410, ErrorKind::Gone),
            (429, ErrorKind::RateLimited),
            (500, ErrorKind::Server),
            (502, ErrorKind::Server),
            (503, ErrorKind::Server),
            (504, ErrorKind::Server),
        ] {
            assert_eq!(ErrorKind::of_response(status, None), kind, "{status}");
            if status != 401 {
                let other = ErrorKind::of_response(status, Some("SOMETHING_ELSE"));
                assert_eq!(other, kind, "{status}");
            }
        }
    }

    #[test]
    fn the_code_tells_missing_roles_and_blocked_addresses_apart() {
        for (status, code, kind) in [
            (401, "", ErrorKind::Unauthenticated),
            (401, "UNAUTHORIZED", ErrorKind::Unauthenticated),
            (401, "UNEXPECTED_ERROR", ErrorKind::Unauthenticated),
            (401, "NO_CURRENT_USER", ErrorKind::Unauthenticated),
            (401, "USER_UNAUTHORIZED", ErrorKind::PermissionDenied),
            (401, "NOT_IN_GROUP", ErrorKind::PermissionDenied),
            (401, "USER_CANNOT_ACCESS_ORG", ErrorKind::PermissionDenied),
            (402, "ACCOUNT_SUSPENDED", ErrorKind::PaymentRequired),
            (
                403,
                "IP_ADDRESS_NOT_ON_ACCESS_LIST",
                ErrorKind::IpNotAllowed,
            ),
            (403, "ORG_REQUIRES_ACCESS_LIST", ErrorKind::IpNotAllowed),
            (403, "IP_ADDRESS_NOT_ON_WHITELIST", ErrorKind::IpNotAllowed),
            (403, "CANNOT_CHANGE_GROUP_NAME", ErrorKind::PermissionDenied),
        ] {
            assert_eq!(ErrorKind::of_response(status, Some(code)), kind, "{code}");
        }
    }
}
