//! A server for API keys, written from RFC 7616. It shares no code with the client.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use atlas_snapshots::{Atlas, Credentials, RetryPolicy};
use md5::{Digest, Md5};
use serde_json::json;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

pub(crate) const PAGES: usize = 8;
pub(crate) const PAGE_SIZE: usize = 10;

/// Which nonces a server accepts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Nonces {
    /// Each for so many requests.
    Uses(u32),
    /// Each with counts that only ever grow.
    GrowingCount,
    /// Each on the connection on which it was issued.
    OwnConnection,
    /// Only the one issued last, for two requests.
    Latest,
}

#[derive(Debug, Clone)]
pub(crate) struct Rules {
    pub(crate) nonces: Nonces,
    /// Whether the server says that a nonce is the reason.
    says_stale: bool,
    /// The value of `WWW-Authenticate`, in which `NONCE` and `STALE` are replaced.
    pub(crate) challenge: Vec<u8>,
    pub(crate) realm: Vec<u8>,
}

impl Rules {
    pub(crate) fn new(nonces: Nonces) -> Self {
        Self {
            nonces,
            says_stale: true,
            challenge: br#"Digest realm="MMS Public API", domain="", nonce="NONCE", algorithm=MD5, qop="auth", stale=STALE"#
                .to_vec(),
            realm: b"MMS Public API".to_vec(),
        }
    }

    pub(crate) fn silent(self) -> Self {
        Self {
            says_stale: false,
            ..self
        }
    }
}

#[derive(Debug)]
pub(crate) struct Nonce {
    uses: u32,
    last_count: u32,
    connection: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) issued: Vec<Nonce>,
    pub(crate) requests: usize,
    pub(crate) accepted: usize,
    pub(crate) in_flight: usize,
    pub(crate) most_in_flight: usize,
    /// Whether the key is no longer accepted.
    pub(crate) revoked: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Server {
    rules: Arc<Rules>,
    pub(crate) log: Arc<Mutex<Log>>,
    address: String,
}

impl Server {
    pub(crate) async fn start(rules: Rules) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            rules: Arc::new(rules),
            log: Arc::default(),
            address: listener.local_addr().unwrap().to_string(),
        };
        let accepting = server.clone();
        tokio::spawn(async move {
            let mut connection = 0;
            while let Ok((stream, _)) = listener.accept().await {
                connection += 1;
                let server = accepting.clone();
                tokio::spawn(async move {
                    let mut stream = BufReader::new(stream);
                    while let Some(head) = head(&mut stream).await {
                        let response = server.respond(&head, connection).await;
                        if stream.write_all(&response).await.is_err() {
                            break;
                        }
                    }
                });
            }
        });
        server
    }

    async fn respond(&self, head: &[u8], connection: usize) -> Vec<u8> {
        let number = self.with_log(|log| {
            log.requests += 1;
            log.in_flight += 1;
            log.most_in_flight = log.most_in_flight.max(log.in_flight);
            log.requests
        });
        // Some requests overtake others.
        for _ in 0..number * 7 % 5 * 10 {
            tokio::task::yield_now().await;
        }
        let outcome = self.with_log(|log| {
            log.in_flight -= 1;
            self.check(log, head, connection)
        });
        match outcome {
            Ok(()) => {
                let target = head.split(|byte| *byte == b' ').nth(1).unwrap();
                let body = page(std::str::from_utf8(target).unwrap());
                let length = body.len();
                format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}").into()
            }
            Err(stale) => {
                let nonce = self.with_log(|log| {
                    log.issued.push(Nonce {
                        uses: 0,
                        last_count: 0,
                        connection,
                    });
                    log.issued.len() - 1
                });
                let stale = if stale { "true" } else { "false" };
                let challenge = replace(&self.rules.challenge, "NONCE", &format!("n{nonce}"));
                let challenge = replace(&challenge, "STALE", stale);
                let mut response = b"HTTP/1.1 401 Unauthorized\r\nwww-authenticate: ".to_vec();
                response.extend(challenge);
                response.extend(b"\r\ncontent-length: 0\r\n\r\n");
                response
            }
        }
    }

    /// Whether the request is authorized; if not, whether that is because of its nonce.
    fn check(&self, log: &mut Log, head: &[u8], connection: usize) -> Result<(), bool> {
        let sent = directives(head).ok_or(false)?;
        let text = |name: &str| String::from_utf8(sent[name].clone()).unwrap();
        let request = String::from_utf8_lossy(head);
        let mut request_line = request.split(' ');
        let (method, target) = (request_line.next().unwrap(), request_line.next().unwrap());
        assert_eq!(text("uri"), target);
        let who = hash(&[b"public", &self.rules.realm, b"open-sesame"]);
        let what = hash(&[method.as_bytes(), target.as_bytes()]);
        let expected = hash(&[
            who.as_bytes(),
            &sent["nonce"],
            &sent["nc"],
            &sent["cnonce"],
            b"auth",
            what.as_bytes(),
        ]);
        if log.revoked || sent["realm"] != self.rules.realm || text("response") != expected {
            return Err(false);
        }
        let number: usize = text("nonce").trim_start_matches('n').parse().unwrap();
        let count = u32::from_str_radix(&text("nc"), 16).unwrap();
        let latest = log.issued.len() - 1;
        let nonce = &mut log.issued[number];
        let good = match self.rules.nonces {
            Nonces::Uses(uses) => nonce.uses < uses,
            Nonces::GrowingCount => count > nonce.last_count,
            Nonces::OwnConnection => nonce.connection == connection,
            Nonces::Latest => number == latest && nonce.uses < 2,
        };
        if !good {
            return Err(self.rules.says_stale);
        }
        nonce.uses += 1;
        nonce.last_count = count;
        log.accepted += 1;
        Ok(())
    }

    pub(crate) fn with_log<T>(&self, action: impl FnOnce(&mut Log) -> T) -> T {
        action(&mut self.log.lock().unwrap())
    }

    pub(crate) fn client(&self) -> Atlas {
        Atlas::builder()
            .base_url(format!("http://{}", self.address))
            .credentials(Credentials::api_key("public", "open-sesame"))
            .retry_policy(RetryPolicy::none())
            .build()
            .unwrap()
    }
}

/// The head of a request, which is not always UTF-8.
async fn head(stream: &mut (impl AsyncBufRead + Unpin)) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_until(b'\n', &mut head).await.ok()? == 0 {
            return None;
        }
    }
    Some(head)
}

fn replace(text: &[u8], from: &str, to: &str) -> Vec<u8> {
    let from = from.as_bytes();
    match text.windows(from.len()).position(|window| window == from) {
        Some(at) => [&text[..at], to.as_bytes(), &text[at + from.len()..]].concat(),
        None => text.to_vec(),
    }
}

fn hash(parts: &[&[u8]]) -> String {
    let digest = Md5::digest(parts.join(&b':'));
    let digits: Vec<_> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

/// The directives of the `Authorization` header.
fn directives(head: &[u8]) -> Option<HashMap<String, Vec<u8>>> {
    let mut lines = head.split(|byte| *byte == b'\n');
    let line = lines.find_map(|line| line.strip_prefix(b"authorization: Digest "))?;
    let mut directives = HashMap::new();
    for directive in line.trim_ascii().split(|byte| *byte == b',') {
        let at = directive.iter().position(|byte| *byte == b'=').unwrap();
        let name = String::from_utf8(directive[..at].trim_ascii().to_vec()).unwrap();
        let value = &directive[at + 1..];
        let unquoted = value
            .strip_prefix(b"\"")
            .and_then(|v| v.strip_suffix(b"\""));
        directives.insert(name, unquoted.unwrap_or(value).to_vec());
    }
    Some(directives)
}

fn page(target: &str) -> String {
    let number = target.split(['?', '&']).find_map(|part| {
        let number = part.strip_prefix("pageNum=")?;
        number.parse::<usize>().ok()
    });
    let first = (number.unwrap() - 1) * PAGE_SIZE;
    let last = (first + PAGE_SIZE).min(PAGES * PAGE_SIZE);
    let results: Vec<_> = (first..last)
        .map(|item| json!({ "id": format!("{item:024x}") }))
        .collect();
    json!({ "results": results, "totalCount": PAGES * PAGE_SIZE }).to_string()
}
