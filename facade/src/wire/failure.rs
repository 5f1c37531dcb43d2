//! From what arrived to an [`Error`]: the status decides, the body adds.

use std::time::SystemTime;

use http::StatusCode;
use http::header::{LOCATION, RETRY_AFTER};

use super::passage::{Arrival, Head};
use crate::error::{Error, ErrorBody, ErrorKind};
use crate::http_client::{network_failure, retry_after};

type Failed<E> = atlas_snapshots_generated::Error<E>;

/// Explains a call that gave no page, except for a whole 200 answer, which is left to the
/// rescue of its rows.
pub(crate) fn explain<E>(failed: Failed<E>, arrival: Arrival, now: SystemTime) -> Error {
    match arrival {
        Arrival::Whole(head, body) => refused(&head, &body, now),
        // An error's status says it all, even where its body cannot be had.
        Arrival::TooLarge(head) | Arrival::Head(head) if head.status != 200 => {
            refused(&head, b"", now)
        }
        Arrival::TooLarge(head) => Error::new(ErrorKind::Protocol)
            .with_status(head.status.as_u16())
            .with_message("the body is larger than this client accepts"),
        Arrival::Head(head) => network(failed).with_status(head.status.as_u16()),
        Arrival::Nothing => network(failed),
        Arrival::Unsigned(error) => error,
    }
}

/// An answer that arrived whole and is not the documented success.
fn refused(head: &Head, body: &[u8], now: SystemTime) -> Error {
    let wait = head.headers.get(RETRY_AFTER);
    let wait = wait.and_then(|value| retry_after(value, now));
    let read = ErrorBody::read(body);
    let kind = kind_of(head.status, read.error_code.as_deref());
    let error = Error::new(kind)
        .with_status(head.status.as_u16())
        .with_retry_after(wait)
        .with_body(read);
    match (head.status.is_redirection(), head.headers.get(LOCATION)) {
        (true, Some(location)) => {
            let target = String::from_utf8_lossy(location.as_bytes());
            // A query may carry a token meant for the other host.
            let target = target.split('?').next().unwrap_or_default();
            error.with_message(format!("redirects are not followed: {target}"))
        }
        _ => error,
    }
}

/// The kind of a status, refined by Atlas's code where it sent one.
fn kind_of(status: StatusCode, code: Option<&str>) -> ErrorKind {
    match (status.as_u16(), code) {
        // The live service says 401 where the role is missing, despite the documented 403.
        (401, Some("USER_UNAUTHORIZED")) => ErrorKind::PermissionDenied,
        (401, _) => ErrorKind::Unauthenticated,
        (403, Some("IP_ADDRESS_NOT_ON_ACCESS_LIST")) => ErrorKind::IpNotAllowed,
        (403, _) => ErrorKind::PermissionDenied,
        (404, _) => ErrorKind::NotFound,
        (408, _) => ErrorKind::Timeout,
        (410, _) => ErrorKind::Sunset,
        (429, _) => ErrorKind::RateLimited,
        (400..=499, _) => ErrorKind::BadRequest,
        (500..=599, _) => ErrorKind::Server,
        _ => ErrorKind::Protocol,
    }
}

/// No answer, or one that broke off.
fn network<E>(failed: Failed<E>) -> Error {
    match failed {
        Failed::CommunicationError(cause)
        | Failed::ResponseBodyError(cause)
        | Failed::InvalidUpgrade(cause) => network_failure(cause),
        Failed::InvalidRequest(reason) => {
            Error::new(ErrorKind::InvalidArgument).with_message(reason)
        }
        _ => Error::new(ErrorKind::Internal).with_message("an answer got lost"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refusal(status: u16, headers: &[(&str, &str)], body: &str) -> Error {
        let mut head = Head {
            status: StatusCode::from_u16(status).unwrap(),
            headers: http::HeaderMap::new(),
        };
        for (name, value) in headers {
            let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
            head.headers.insert(name, value.parse().unwrap());
        }
        refused(&head, body.as_bytes(), SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn the_status_decides_the_kind_whatever_the_body() {
        let statuses = [
            (204, ErrorKind::Protocol),
            (302, ErrorKind::Protocol),
            (400, ErrorKind::BadRequest),
            (401, ErrorKind::Unauthenticated),
            (403, ErrorKind::PermissionDenied),
            (404, ErrorKind::NotFound),
            (405, ErrorKind::BadRequest),
            (408, ErrorKind::Timeout),
            (409, ErrorKind::BadRequest),
            (410, ErrorKind::Sunset),
            (429, ErrorKind::RateLimited),
            (500, ErrorKind::Server),
            (502, ErrorKind::Server),
            (503, ErrorKind::Server),
            (504, ErrorKind::Server),
        ];
        for (status, kind) in statuses {
            for body in [
                "",
                "null",
                "[]",
                "{",
                "<html>",
                r#"{"error":1}"#,
                r#"{"errorCode":null}"#,
            ] {
                let error = refusal(status, &[], body);
                assert_eq!(
                    (error.kind(), error.status()),
                    (kind, Some(status)),
                    "{body}"
                );
            }
        }
    }

    #[test]
    fn the_status_decides_where_no_body_can_be_had_too() {
        let head = |status| Head {
            status: StatusCode::from_u16(status).unwrap(),
            headers: http::HeaderMap::new(),
        };
        let told = |arrival| {
            let failed = Failed::<()>::InvalidRequest("unseen".to_owned());
            let error = explain(failed, arrival, SystemTime::UNIX_EPOCH);
            (error.kind(), error.status())
        };
        for broken_off in [Arrival::Head, Arrival::TooLarge] {
            assert_eq!(told(broken_off(head(503))), (ErrorKind::Server, Some(503)));
        }
        assert_eq!(
            told(Arrival::TooLarge(head(200))),
            (ErrorKind::Protocol, Some(200))
        );
    }

    #[test]
    fn the_code_tells_missing_roles_and_blocked_addresses_apart() {
        let with_code = |status, code: &str| {
            refusal(status, &[], &format!(r#"{{"errorCode":"{code}"}}"#)).kind()
        };
        assert_eq!(
            with_code(401, "USER_UNAUTHORIZED"),
            ErrorKind::PermissionDenied
        );
        assert_eq!(
            with_code(401, "NOT_ORG_GROUP_CREATOR"),
            ErrorKind::Unauthenticated
        );
        assert_eq!(
            with_code(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST"),
            ErrorKind::IpNotAllowed
        );
        assert_eq!(
            with_code(403, "CANNOT_CHANGE_GROUP_NAME"),
            ErrorKind::PermissionDenied
        );
    }

    proptest! {
        /// Whatever a server writes, its status arrives, and on one line.
        #[test]
        fn the_status_is_never_lost(
            status in (100..600_u16).prop_filter("success is read elsewhere", |s| *s != 200),
            body in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..200),
                "\\PC{0,200}".prop_map(String::into_bytes),
                odd_error_body(),
            ],
        ) {
            let head = Head {
                status: StatusCode::from_u16(status).unwrap(),
                headers: http::HeaderMap::new(),
            };
            let error = refused(&head, &body, SystemTime::UNIX_EPOCH);
            prop_assert_eq!(error.status(), Some(status));
            let line = error.to_string();
            prop_assert!(line.contains(&status.to_string()));
            prop_assert!(!line.contains(char::is_control), "{:?}", line);
        }
    }

    /// The documented error with values nobody documented.
    fn odd_error_body() -> impl Strategy<Value = Vec<u8>> {
        let odd = prop_oneof![
            Just("null"),
            Just("[]"),
            Just("{}"),
            Just("7"),
            Just("true"),
            Just(r#""x\ny""#),
            Just(r#"[null, 1, "a", {"k": []}]"#),
            Just(r#"{"fields": [1, {"field": 2}]}"#),
        ];
        prop::collection::vec(odd, 6).prop_map(|values| {
            let names = [
                "error",
                "errorCode",
                "detail",
                "reason",
                "parameters",
                "badRequestDetail",
            ];
            let fields: Vec<_> = names
                .iter()
                .zip(values)
                .map(|(name, value)| format!(r#""{name}": {value}"#))
                .collect();
            format!("{{{}}}", fields.join(", ")).into_bytes()
        })
    }

    #[test]
    fn a_rate_limit_carries_the_wait() {
        let error = refusal(
            429,
            &[("retry-after", "7")],
            r#"{"errorCode":"RATE_LIMITED"}"#,
        );
        assert_eq!(error.retry_after(), Some(std::time::Duration::from_secs(7)));
        assert!(error.is_retryable());
        assert_eq!(
            error.to_string(),
            "rate limited (429 RATE_LIMITED); the server asks to wait 7 s"
        );
    }

    #[test]
    fn a_redirect_names_its_target_without_the_query() {
        let error = refusal(
            302,
            &[("location", "https://other.example/x?token=sesame")],
            "",
        );
        assert_eq!(
            error.to_string(),
            "broken answer (302): redirects are not followed: https://other.example/x"
        );
        assert!(!error.is_retryable());
    }
}
