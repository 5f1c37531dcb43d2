//! No secret is shown, and no text of a server reaches a terminal raw, whatever a server repeats
//! and wherever.

#![allow(clippy::unwrap_used, missing_docs)]

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io;
use std::iter::successors;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atlas_snapshots::{
    AccessToken, Atlas, Checkpoint, Credentials, Error, RetryPolicy, TokenError,
};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use url::form_urlencoded::byte_serialize;

mod common;

use common::{request_head, with_timeout};

const ID: &str = "mdb_sa_id_0123";
/// A client secret or private key, with characters that URLs and JSON escape.
const SECRET: &str = r#"sk"/openS3same+=&\%41"#;
const TOKEN: &str = r#"t0k"/openR1ce+=&\%41"#;
const PROJECT: &str = "32b6e34b3d91647abb20e7b8";

/// Where a response repeats what it was sent: each `@` is replaced by all forms of all secrets.
#[derive(Debug, Clone, Copy)]
struct Place {
    status: u16,
    header: &'static str,
    body: &'static str,
}

const fn place(status: u16, header: &'static str, body: &'static str) -> Place {
    Place {
        status,
        header,
        body,
    }
}

const ITEM: &str = r#"{"results":[{"id":"32b6e34b3d91647abb20e7b8"}],"totalCount":1}"#;

const PLACES: &[Place] = &[
    // The headers of a page.
    place(200, "Sunset: @", ITEM),
    place(200, "Deprecation: @", ITEM),
    place(200, "RateLimit-Limit: @\r\nRateLimit-Remaining: @", ITEM),
    // Items that are read.
    place(200, "", r#"{"results":[{"id":"a @"},{"id":"b"}]}"#),
    place(200, "", r#"{"results":[{"id":"a","status":"@"}]}"#),
    place(200, "", r#"{"results":[{"id":"a","mongoDBVersion":"@"}]}"#),
    place(
        200,
        "",
        r#"{"results":[{"id":"a"}],"links":[{"rel":"@","href":"@"}],"totalCount":2}"#,
    ),
    // Items that cannot be read.
    place(
        200,
        "",
        r#"{"results":[{"id":"a @","status":7},{"id":"b"}]}"#,
    ),
    place(200, "", r#"{"results":[{"id":"a","expiration":"@"}]}"#),
    place(200, "", r#"{"results":[{"id":"a","links":"@"},"@",["@"]]}"#),
    place(
        200,
        "",
        r#"{"results":[{"id":"a","@":"@","status":{"@":7}}]}"#,
    ),
    // What is not a page.
    place(200, "", "<p>@</p>"),
    place(200, "", r#""@""#),
    place(200, "", r#"["@"]"#),
    place(200, "", r#"{"@":"@"}"#),
    place(200, "", r#"{"results":"@"}"#),
    place(200, "", r#"{"results":[],"totalCount":@}"#),
    place(200, "", r#"{"results":[{"id":"a @"#),
    place(200, "Content-Encoding: gzip", "@"),
    // Errors.
    place(302, "Location: https://other.example/@/x?token=@#@", ""),
    place(400, "Retry-After: @", r#"{"errorCode":"@"}"#),
    place(
        401,
        "WWW-Authenticate: Digest realm=\"@\", nonce=\"@\"",
        "@",
    ),
    place(401, "", r#"{"errorCode":"@","detail":"@","reason":"@"}"#),
    place(403, "", r#"{"parameters":["@",{"@":"@"},7]}"#),
    place(
        404,
        "",
        r#"{"badRequestDetail":{"fields":[{"field":"@","description":"@"},"@"]}}"#,
    ),
    place(
        410,
        "",
        r#"{"message":"@","error":"@","error_description":"@"}"#,
    ),
    place(
        429,
        "Retry-After: @",
        r#"{"errorCode":"RATE_LIMITED","detail":"@"}"#,
    ),
    place(500, "", "@"),
    place(503, "", "<html>@</html>"),
    // The message ends within the text, and so does the body.
    place(500, "", r#"{"detail":"~@"}"#),
    place(500, "", "~@"),
];

/// Every form in which a server could repeat `secret`, so that one can still read it.
fn forms(secret: &str) -> Vec<String> {
    let percent = |upper| {
        secret.bytes().fold(String::new(), |mut text, byte| {
            if upper {
                write!(text, "%{byte:02X}").unwrap();
            } else {
                write!(text, "%{byte:02x}").unwrap();
            }
            text
        })
    };
    let json = serde_json::to_string(secret).unwrap();
    vec![
        secret.to_owned(),
        byte_serialize(secret.as_bytes()).collect(),
        percent(true),
        percent(false),
        json.trim_matches('"').to_owned(),
        json.trim_matches('"').replace('/', r"\/"),
        escaped(secret),
    ]
}

/// JSON in which every character is an escape.
fn escaped(text: &str) -> String {
    text.encode_utf16().fold(String::new(), |mut json, unit| {
        write!(json, "\\u{unit:04x}").unwrap();
        json
    })
}

/// What the servers of one client repeat, in every form.
#[derive(Debug, Clone)]
struct Repeated(Arc<Vec<String>>);

impl Repeated {
    fn new(secrets: &[&str]) -> Self {
        Self(Arc::new(secrets.iter().flat_map(|it| forms(it)).collect()))
    }

    /// What of it `shown` contains. Recognized are long runs of letters and digits, without what
    /// `Debug` and further encoding add in between.
    fn found_in(&self, shown: &str) -> Option<String> {
        let shown = shown.replace(['\\', '%'], "");
        let forms = self.0.iter().map(|form| form.replace(['\\', '%'], ""));
        let runs = forms.flat_map(|form| {
            let runs = form.split(|c: char| !c.is_ascii_alphanumeric());
            let long = runs.filter(|run| run.len() >= 8);
            long.map(ToOwned::to_owned).collect::<Vec<_>>()
        });
        runs.into_iter().find(|run| shown.contains(run))
    }
}

/// A server that repeats what it was sent.
#[derive(Debug, Clone)]
struct Server {
    place: Place,
    repeated: Repeated,
    /// Whether the place is in the responses of the token endpoint, and not in those of the API.
    at_token_endpoint: bool,
    /// Whether a request without authorization is challenged.
    challenges: bool,
}

impl Server {
    /// Starts it and returns its base URL.
    async fn start(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            loop {
                let mut stream = BufReader::new(listener.accept().await.unwrap().0);
                let server = self.clone();
                tokio::spawn(async move {
                    let Some(head) = request_head(&mut stream).await else {
                        return;
                    };
                    let head = head.to_lowercase();
                    let length = head.split("content-length: ").nth(1);
                    let length = length.and_then(|rest| rest.lines().next()?.parse().ok());
                    let mut body = vec![0; length.unwrap_or(0)];
                    stream.read_exact(&mut body).await.unwrap();
                    let _ = stream.write_all(server.response(&head).as_bytes()).await;
                });
            }
        });
        base_url
    }

    fn response(&self, head: &str) -> String {
        let is_for_token = head.starts_with("post");
        if is_for_token != self.at_token_endpoint {
            let body = if is_for_token {
                serde_json::json!({ "access_token": TOKEN, "expires_in": 3600 }).to_string()
            } else {
                r#"{"results":[]}"#.to_owned()
            };
            return response("200 OK", "", &body);
        }
        if self.challenges && !head.contains("authorization:") {
            let challenge = "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"";
            return response("401 Unauthorized", challenge, "");
        }
        let (place, all) = (self.place, self.repeated.0.join(" "));
        let body = if place.body.starts_with(['{', '[', '"']) {
            // JSON of everything, and what is JSON already.
            let json = serde_json::to_string(&all).unwrap();
            let escaped = self
                .repeated
                .0
                .iter()
                .filter(|form| form.starts_with("\\u"));
            let escaped = escaped.cloned().collect::<String>();
            let json = format!("{} {escaped}", json.trim_matches('"'));
            place.body.replace('@', &json)
        } else {
            place.body.replace('@', &all)
        };
        let body = body.replace('~', &"x".repeat(490));
        let printable = all.replace(char::is_control, "");
        let status = format!("{} {printable}", place.status);
        response(&status, &place.header.replace('@', &printable), &body)
    }
}

fn response(status: &str, header: &str, body: &str) -> String {
    let separator = if header.is_empty() { "" } else { "\r\n" };
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n\
         {header}{separator}\r\n{body}"
    )
}

/// Everything that an error says.
fn texts_of(error: &Error) -> String {
    let chain = successors(Some(error as &dyn StdError), |&cause| cause.source());
    let chain = chain.fold(String::new(), |text, cause| {
        format!("{text}{cause}\n{cause:?}\n{cause:#?}\n")
    });
    let said = (error.error_code(), error.reason(), error.detail());
    let listed = (error.parameters(), error.field_violations());
    let item = serde_json::to_string(&error.invalid_item()).unwrap();
    let checkpoint = serde_json::to_string(&error.checkpoint()).unwrap();
    let excerpt = error.body_excerpt();
    format!("{chain}{said:?}\n{listed:?}\n{excerpt:?}\n{item}\n{checkpoint}\n")
}

/// Every text that a listing writes with these credentials.
async fn texts(base_url: &str, credentials: Credentials) -> String {
    let builder = Atlas::builder()
        .base_url(base_url)
        .credentials(credentials.clone())
        .retry_policy(
            RetryPolicy::default()
                .max_retries(1)
                .max_delay(Duration::ZERO)
                .max_rate_limit_wait(Duration::ZERO),
        );
    let atlas = builder.clone().build().unwrap();
    let mut text = format!("{credentials:?}\n{builder:?}\n{atlas:?}\n");
    let request = atlas.flex_snapshots(PROJECT, "Cluster0").page_limit(3);
    let mut stream = request.clone().stream();
    for _ in 0..5 {
        match with_timeout(stream.next()).await {
            None => break,
            Some(Ok(snapshot)) => {
                let json = serde_json::to_string(&snapshot).unwrap();
                writeln!(text, "{} {snapshot:?} {json}", snapshot.id()).unwrap();
            }
            Some(Err(error)) => text += &texts_of(&error),
        }
    }
    let (summary, checkpoint) = (stream.summary(), stream.checkpoint());
    let summary_json = serde_json::to_string(&summary).unwrap();
    let checkpoint_json = serde_json::to_string(&checkpoint).unwrap();
    writeln!(text, "{stream:?} {summary} {summary:?} {summary_json}").unwrap();
    writeln!(text, "{checkpoint:?} {checkpoint_json}").unwrap();
    let partial = with_timeout(request.clone().collect_partial()).await;
    writeln!(text, "{request:?} {partial:?}").unwrap();
    if let Some(page) = with_timeout(request.pages().next()).await {
        writeln!(text, "{page:?}").unwrap();
    }
    if let Err(error) = atlas.revoke_token().await {
        text += &texts_of(&error);
    }
    text
}

#[derive(Clone, Default)]
struct Traces(Arc<Mutex<Vec<u8>>>);

impl Traces {
    /// What this crate has traced since, at every level.
    fn take(&self) -> String {
        let traces = std::mem::take(&mut *self.0.lock().unwrap());
        let traces = String::from_utf8(traces).unwrap();
        let ours = traces
            .lines()
            .filter(|line| line.contains("atlas_snapshots"));
        ours.collect::<Vec<_>>().join("\n")
    }
}

impl io::Write for Traces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_secret_is_shown_wherever_and_however_a_server_repeats_it() {
    let pair = format!("{ID}:{SECRET}");
    let basic = BASE64_STANDARD.encode(&pair);
    let token_fn = || async { Ok::<_, TokenError>(AccessToken::new(TOKEN)) };
    let traces = Traces::default();
    let writer = traces.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let mut leaks = Vec::new();
    for (credentials, secrets, at_token_endpoint) in [
        (Credentials::access_token(TOKEN), &[TOKEN][..], false),
        (Credentials::token_fn(token_fn), &[TOKEN], false),
        (Credentials::api_key("public", SECRET), &[SECRET], false),
        (
            Credentials::service_account(ID, SECRET),
            &[SECRET, TOKEN, &basic],
            false,
        ),
        // No token is known where none is issued.
        (
            Credentials::service_account(ID, SECRET),
            &[SECRET, &basic],
            true,
        ),
    ] {
        for &place in PLACES {
            let server = Server {
                place,
                repeated: Repeated::new(secrets),
                at_token_endpoint,
                challenges: secrets == [SECRET],
            };
            let repeated = server.repeated.clone();
            let shown = texts(&server.start().await, credentials.clone()).await + &traces.take();
            if let Some(found) = repeated.found_in(&shown) {
                leaks.push(format!("{credentials:?}, {place:?}: {found}"));
            }
        }
    }
    assert!(leaks.is_empty(), "{} leaks: {leaks:#?}", leaks.len());
}

#[tokio::test]
async fn a_failed_token_function_that_quotes_the_rejected_token_is_reported_without_its_cause() {
    let server = Server {
        place: place(401, "", ""),
        repeated: Repeated::new(&[]),
        at_token_endpoint: false,
        challenges: false,
    };
    let calls = Arc::new(Mutex::new(0));
    let credentials = Credentials::token_fn(move || {
        let mut calls = calls.lock().unwrap();
        *calls += 1;
        let token = match *calls {
            1 => Ok(AccessToken::new(TOKEN)),
            _ => Err(TokenError::permanent(format!("{TOKEN} is still valid"))),
        };
        std::future::ready(token)
    });
    let shown = texts(&server.start().await, credentials).await;
    assert!(shown.contains("the token function failed"), "{shown}");
    assert_eq!(Repeated::new(&[TOKEN]).found_in(&shown), None);
}

/// The tests above see what is repeated: a client without secrets shows it.
#[tokio::test]
async fn what_is_no_secret_of_the_client_is_shown_as_it_was_received() {
    let mut visible = 0;
    for &place in PLACES {
        let server = Server {
            place,
            repeated: Repeated::new(&[SECRET]),
            at_token_endpoint: false,
            challenges: false,
        };
        let repeated = server.repeated.clone();
        let shown = texts(&server.start().await, Credentials::anonymous()).await;
        visible += usize::from(repeated.found_in(&shown).is_some());
    }
    // Not shown in any case: a rate limit that is no number, links, a page that breaks off, and
    // what is not gzip.
    assert_eq!((visible, PLACES.len()), (27, 31));
}

/// Ends a line, moves the cursor, reverses the text, hides in it.
const HAZARDS: &str = "a\n\u{1b}[2Jb\u{7f}\u{9b}c\u{202e}d\u{2066}\u{200f}e\u{2028}\u{2029}f\u{200b}\u{200d}\u{2060}\u{feff}g";

fn is_hazard(character: char) -> bool {
    character != 'a' && HAZARDS.contains(character) && !character.is_ascii_graphic()
}

#[tokio::test]
async fn no_text_of_a_server_reaches_a_message_with_what_a_terminal_does_not_show() {
    for &place in PLACES {
        let server = Server {
            place,
            repeated: Repeated(Arc::new(vec![HAZARDS.to_owned()])),
            at_token_endpoint: false,
            challenges: false,
        };
        let atlas = Atlas::builder().base_url(server.start().await);
        let atlas = atlas.retry_policy(RetryPolicy::none()).build().unwrap();
        let request = atlas.flex_snapshots(PROJECT, "Cluster0").page_limit(2);
        let mut stream = request.stream();
        let mut messages = Vec::new();
        for _ in 0..3 {
            if let Some(Err(error)) = with_timeout(stream.next()).await {
                messages.push(format!("{error} {error:?}"));
                messages.extend(error.source().map(ToString::to_string));
                messages.extend(error.invalid_item().map(ToString::to_string));
            }
        }
        messages.push(stream.summary().to_string());
        for message in messages {
            assert!(!message.contains(is_hazard), "{place:?}: {message:?}");
        }
    }
}

#[tokio::test]
async fn no_text_of_a_tampered_checkpoint_reaches_a_message_with_what_a_terminal_does_not_show() {
    let text = r#"{"version":2,"target":{"operation":"listFlexBackups","project":"32b6e34b3d91647abb20e7b8","cluster":"Cluster0"},"pageSize":500,"page":3,"index":17,"lastId":"a","itemsSeen":1018,"reason":"totalChanged"}"#;
    let hazards = serde_json::to_string(HAZARDS).unwrap();
    for replaced in [
        r#""listFlexBackups""#,
        r#""Cluster0""#,
        r#""cluster""#,
        "500",
        "17",
        r#""a""#,
        r#""lastId""#,
        r#""totalChanged""#,
        "2",
    ] {
        let text = text.replacen(replaced, &hazards, 1);
        let message = match serde_json::from_str::<Checkpoint>(&text) {
            Err(error) => format!("{error} {error:?}"),
            Ok(checkpoint) => {
                let atlas = Atlas::builder().base_url("http://127.0.0.1:9");
                let atlas = atlas.retry_policy(RetryPolicy::none()).build().unwrap();
                let request = atlas.flex_snapshots(PROJECT, "Cluster0");
                let request = request.resume_from(checkpoint.clone());
                let error = with_timeout(request.collect()).await.unwrap_err();
                format!("{error} {error:?} {checkpoint:?}")
            }
        };
        assert!(!message.contains(is_hazard), "{replaced}: {message:?}");
    }
}
