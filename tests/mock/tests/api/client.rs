//! A client that sends and reads exact bytes.

use std::io;

use atlas_snapshots_mock::{AuthFailure, MockAtlas, MockAtlasBuilder};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A response as far as it was received, and how the connection ended.
pub(crate) struct Reply {
    /// 0 without a status line.
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) end: io::Result<()>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(key, _)| key == name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn challenges(&self) -> Vec<&str> {
        self.all("www-authenticate")
    }

    /// Status and `errorCode`.
    pub(crate) fn error(&self) -> (u16, String) {
        let body = self.json();
        let code = body["errorCode"].as_str().unwrap_or_default();
        assert!(body["reason"].is_string() && body["detail"].is_string());
        assert_eq!(body["error"], self.status);
        (self.status, code.to_owned())
    }

    /// Values of `field` of the objects in the list `list`.
    fn fields(&self, list: &str, field: &str) -> Vec<String> {
        let body = self.json();
        let entries = body[list].as_array().unwrap().iter();
        entries
            .map(|entry| entry[field].as_str().unwrap().to_owned())
            .collect()
    }

    pub(crate) fn values(&self, field: &str) -> Vec<String> {
        self.fields("results", field)
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.values("id")
    }

    pub(crate) fn rels(&self) -> Vec<String> {
        self.fields("links", "rel")
    }

    pub(crate) fn content_length(&self) -> usize {
        self.header("content-length").unwrap().parse().unwrap()
    }
}

pub(crate) fn mock(count: usize) -> MockAtlasBuilder {
    MockAtlas::builder().snapshots(count)
}

pub(crate) async fn start(builder: MockAtlasBuilder) -> MockAtlas {
    builder.start().await.unwrap()
}

/// The path of the listing.
pub(crate) fn path(atlas: &MockAtlas) -> String {
    atlas.snapshots_url().replace(atlas.base_url(), "")
}

pub(crate) fn address(atlas: &MockAtlas) -> &str {
    atlas.base_url().strip_prefix("http://").unwrap()
}

/// A connection on which a request was sent.
pub(crate) async fn open(
    atlas: &MockAtlas,
    request_line: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> TcpStream {
    let (address, length) = (address(atlas), body.len().to_string());
    // `close`, so that a complete response ends the connection.
    let framing = [
        ("Host", address),
        ("Content-Length", &length),
        ("Connection", "close"),
    ];
    let headers = headers.iter().chain(&framing);
    let headers: Vec<_> = headers
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let request = format!("{request_line} HTTP/1.1\r\n{}\r\n{body}", headers.concat());
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

pub(crate) async fn read(mut stream: TcpStream) -> Reply {
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).await.map(|_| ());
    parse(bytes, end)
}

pub(crate) fn parse(mut bytes: Vec<u8>, end: io::Result<()>) -> Reply {
    let head_end = bytes
        .windows(4)
        .position(|end| end == b"\r\n\r\n")
        .map_or(0, |at| at + 4);
    let body = bytes.split_off(head_end);
    let head = String::from_utf8(bytes).unwrap();
    let status = head
        .split(' ')
        .nth(1)
        .map_or(0, |status| status.parse().unwrap());
    let headers = head.lines().filter_map(|line| line.split_once(": "));
    Reply {
        status,
        headers: headers
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect(),
        body,
        end,
    }
}

/// One request on a connection of its own.
pub(crate) async fn send(
    atlas: &MockAtlas,
    request_line: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Reply {
    read(open(atlas, request_line, headers, body).await).await
}

/// A GET of any target without credentials.
pub(crate) async fn get(atlas: &MockAtlas, target: &str) -> Reply {
    send(atlas, &format!("GET {target}"), &[], "").await
}

/// A GET of the listing with this query.
pub(crate) async fn list(atlas: &MockAtlas, query: &str) -> Reply {
    get(atlas, &format!("{}?{query}", path(atlas))).await
}

/// A GET of the listing with this `Authorization`.
pub(crate) async fn authorized(atlas: &MockAtlas, authorization: &str) -> Reply {
    let headers = [("Authorization", authorization)];
    send(atlas, &format!("GET {}", path(atlas)), &headers, "").await
}

/// Why the last request was rejected.
pub(crate) fn last_failure(atlas: &MockAtlas) -> Option<AuthFailure> {
    atlas.requests().last().unwrap().auth_failure
}
