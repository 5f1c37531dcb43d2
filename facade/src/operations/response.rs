//! Responses that are errors.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::LOCATION;

use crate::error::{Error, ErrorBody, ErrorKind};
use crate::http::headers::retry_after;

/// Makes an error out of a response other than 200: the status decides, and the body adds.
pub(crate) fn into_error(response: &http::Response<Bytes>, now: SystemTime) -> Error {
    let status = response.status();
    let body = ErrorBody::read(response.body());
    let kind = ErrorKind::of_response(status.as_u16(), body.error_code.as_deref());
    let wait = retry_after(response.headers(), now).or_else(|| wait_in_parameters(kind, &body));
    let error = Error::new(kind)
        .with_status(status.as_u16())
        .with_retry_after(wait)
        .with_body(body);
    match response.headers().get(LOCATION) {
        Some(location) if status.is_redirection() => {
            let target = String::from_utf8_lossy(location.as_bytes());
            // A query or a fragment may contain a token for the other host.
            let target = target.split(['?', '#']).next().unwrap_or_default();
            error.with_message(format!("redirects are not followed: {target}"))
        }
        _ => error,
    }
}

/// The wait that a rate limit without `Retry-After` has among its parameters (recorded: the path,
/// the wait in seconds, and three numbers of the token bucket).
fn wait_in_parameters(kind: ErrorKind, body: &ErrorBody) -> Option<Duration> {
    let seconds = body.parameters.get(1)?.parse().ok()?;
    (kind == ErrorKind::RateLimited).then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn error_of(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Error {
        let headers = headers.iter();
        let response = headers.fold(
            http::Response::builder().status(status),
            |response, (name, value)| response.header(*name, *value),
        );
        let response = response.body(Bytes::copy_from_slice(body)).unwrap();
        into_error(&response, SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn the_status_decides_the_kind_whatever_the_body() {
        for status in [204, 302, 400, 401, 403, 404, 408, 410, 429, 500, 503] {
            let kind = ErrorKind::of_response(status, None);
            for body in [
                "",
                "null",
                "[]",
                "{",
                "<html>",
                r#"{"error":1}"#,
                r#"{"errorCode":null}"#,
            ] {
                let error = error_of(status, &[], body.as_bytes());
                let expected = (kind, Some(status));
                assert_eq!((error.kind(), error.status()), expected, "{body}");
            }
        }
    }

    #[test]
    fn the_code_refines_the_kind() {
        let body = br#"{"errorCode":"USER_UNAUTHORIZED"}"#;
        assert_eq!(error_of(401, &[], body).kind(), ErrorKind::PermissionDenied);
    }

    #[test]
    fn a_rate_limit_has_the_requested_wait() {
        let error = error_of(
            429,
            &[("retry-after", "7")],
            br#"{"errorCode":"RATE_LIMITED"}"#,
        );
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert!(error.is_retryable());
        assert_eq!(
            error.to_string(),
            "rate limited (429 RATE_LIMITED); the server requests a wait of 7 s"
        );
    }

    #[test]
    fn a_rate_limit_without_the_header_has_the_wait_among_its_parameters() {
        let wait = |status, header: &[(&str, &str)], parameters: &str| {
            let body = format!(r#"{{"errorCode":"RATE_LIMITED","parameters":{parameters}}}"#);
            error_of(status, header, body.as_bytes()).retry_after()
        };
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        let documented = r#"["/api/atlas/v2/groups",30,1200,20,1]"#;
        assert_eq!(wait(429, &[], documented), seconds(30));
        assert_eq!(wait(429, &[], r#"["path","31"]"#), seconds(31));
        assert_eq!(wait(429, &[("retry-after", "7")], documented), seconds(7));
        assert_eq!(wait(503, &[], documented), None);
        for other in [
            "[]",
            "null",
            r#"["path"]"#,
            r#"["path",-1]"#,
            r#"["path","soon"]"#,
        ] {
            assert_eq!(wait(429, &[], other), None, "{other}");
        }
    }

    #[test]
    fn a_redirect_names_its_target_without_the_query() {
        for rest in ["?token=sesame", "#access_token=sesame", "?a#token=sesame"] {
            let target = format!("https://other.example/x{rest}");
            let error = error_of(302, &[("location", &target)], b"");
            assert_eq!(
                error.to_string(),
                "invalid response (302): redirects are not followed: https://other.example/x"
            );
            assert!(!format!("{error:?}").contains("sesame"));
            assert!(!error.is_retryable());
        }
    }

    #[test]
    fn only_a_redirect_has_a_target() {
        let error = error_of(404, &[("location", "https://other.example/x")], b"");
        assert!(!error.to_string().contains("other.example"));
    }

    proptest! {
        /// For every response, the error has its status, and its message is one line.
        #[test]
        fn the_status_is_never_lost(
            status in (100..600_u16).prop_filter("200 is not an error", |status| *status != 200),
            body in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..200),
                "\\PC{0,200}".prop_map(String::into_bytes),
                odd_error_body(),
            ],
        ) {
            let error = error_of(status, &[], &body);
            prop_assert_eq!(error.status(), Some(status));
            let line = error.to_string();
            prop_assert!(line.contains(&status.to_string()));
            prop_assert!(!line.contains(char::is_control), "{:?}", line);
        }
    }

    /// The documented error with undocumented values.
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
}
