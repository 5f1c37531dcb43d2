use std::time::{Duration, SystemTime};

use axum::http::StatusCode;
use chrono::{DateTime, Utc};

use crate::canned::CannedResponse;
use crate::dialect::Dialect;
use crate::error_body::ApiError;
use crate::presentation::Presentation;
use crate::query::ListQuery;
use crate::sign_in::SignIn;

/// Something else in place of the page. If several apply to a request, the first one answers.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum AnswerFault {
    /// This status with the body it usually has: HTML for 502, 503 and 504, which come from a
    /// proxy; for the others an `ApiError` with a fitting code, such as `VALIDATION_ERROR` (400),
    /// `RESOURCE_NOT_FOUND` (404), `VERSION_GONE` (410), `RATE_LIMITED` (429) or
    /// `UNEXPECTED_ERROR` (500). A 401 carries the challenge of the sign-in required, if any.
    Status(u16),
    /// This status with an `ApiError` of this code.
    Error {
        /// The HTTP status, which is also the `error` of the body.
        status: u16,
        /// The `errorCode`.
        code: String,
    },
    /// 429 `RATE_LIMITED`.
    RateLimited(RetryAfter),
    /// 429 `RATE_LIMITED_TOKEN_BUCKET`.
    TokenBucketEmpty(RetryAfter),
    /// 500 `TIMEOUT_WHILE_PAGING`, but only for requests that want the count: the service gives
    /// up counting, and says to retry with `includeCount=false`.
    CountTimeout,
    /// 500 with the text `Server Error`.
    ServerErrorText,
    /// Anything at all.
    Canned(CannedResponse),
}

/// What a 429 says in `Retry-After`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RetryAfter {
    /// No such header (the default).
    #[default]
    Absent,
    /// Whole seconds; the service has been recorded to say `0`.
    Seconds(u64),
    /// An HTTP date this long after the answer, by the clock of the system, cut to the second.
    Date(Duration),
}

impl RetryAfter {
    fn value(self) -> Option<String> {
        match self {
            Self::Absent => None,
            Self::Seconds(seconds) => Some(seconds.to_string()),
            Self::Date(delay) => Some(http_date(SystemTime::now() + delay)),
        }
    }
}

/// The fixed-length date of RFC 9110.
fn http_date(time: SystemTime) -> String {
    DateTime::<Utc>::from(time)
        .format("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}

impl AnswerFault {
    /// The answer to this query, or `None` if the fault leaves it alone.
    pub(super) fn answer(
        &self,
        query: &ListQuery,
        dialect: Dialect,
        sign_in: &SignIn,
    ) -> Option<CannedResponse> {
        let error = |error: &ApiError| {
            let reply = Presentation::from(*query).error(error, dialect);
            sign_in.challenge(reply, error)
        };
        Some(match self {
            Self::Status(status @ 502..=504) => proxy_page(*status),
            Self::Status(status) => error(&usual_error(status_code(*status))),
            Self::Error { status, code } => error(&ApiError::new(
                status_code(*status),
                code.clone(),
                "The request failed.",
            )),
            Self::RateLimited(after) => rate_limited(error, "RATE_LIMITED", *after),
            Self::TokenBucketEmpty(after) => {
                rate_limited(error, "RATE_LIMITED_TOKEN_BUCKET", *after)
            }
            Self::CountTimeout if !query.include_count => return None,
            Self::CountTimeout => error(&ApiError::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "TIMEOUT_WHILE_PAGING",
                "Counting the results took too long. Retry with includeCount=false.",
            )),
            Self::ServerErrorText => CannedResponse::text(500, "Server Error"),
            Self::Canned(response) => response.clone(),
        })
    }
}

fn rate_limited(
    error: impl Fn(&ApiError) -> CannedResponse,
    code: &'static str,
    after: RetryAfter,
) -> CannedResponse {
    let error = error(&ApiError::rate_limited(code));
    after
        .value()
        .into_iter()
        .fold(error, |error, value| error.header("Retry-After", value))
}

fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn usual_error(status: StatusCode) -> ApiError {
    let code = match status.as_u16() {
        400 => "VALIDATION_ERROR".to_owned(),
        404 => "RESOURCE_NOT_FOUND".to_owned(),
        410 => "VERSION_GONE".to_owned(),
        429 => "RATE_LIMITED".to_owned(),
        500 => "UNEXPECTED_ERROR".to_owned(),
        _ => status
            .canonical_reason()
            .unwrap_or("UNKNOWN")
            .to_uppercase()
            .replace([' ', '-'], "_"),
    };
    ApiError::new(status, code, "The request failed.")
}

fn proxy_page(status: u16) -> CannedResponse {
    let title = status_code(status).to_string();
    let page = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n\
         <body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    );
    CannedResponse::html(status, page)
}
