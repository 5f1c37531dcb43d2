//! A client that sends exactly what it is told.

use atlas_snapshots_mock::MockAtlas;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
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
}

/// The path of the listing.
pub(crate) fn path(atlas: &MockAtlas) -> String {
    atlas.snapshots_url().replace(atlas.base_url(), "")
}

/// One request on a connection of its own.
pub(crate) async fn send(
    atlas: &MockAtlas,
    request_line: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let address = atlas.base_url().strip_prefix("http://").unwrap();
    let length = body.len().to_string();
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
    let mut bytes = Vec::new();
    // A reset is an end like any other.
    let _ = stream.read_to_end(&mut bytes).await;
    parse(bytes)
}

/// A GET of the listing with this `Authorization`.
pub(crate) async fn get(atlas: &MockAtlas, authorization: &str) -> Answer {
    let headers = [("Authorization", authorization)];
    send(atlas, &format!("GET {}", path(atlas)), &headers, "").await
}

/// A GET of the listing without credentials.
pub(crate) async fn unsigned(atlas: &MockAtlas) -> Answer {
    send(atlas, &format!("GET {}", path(atlas)), &[], "").await
}

fn parse(mut bytes: Vec<u8>) -> Answer {
    let end = bytes.windows(4).position(|end| end == b"\r\n\r\n").unwrap();
    let body = bytes.split_off(end + 4);
    let head = String::from_utf8(bytes).unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers = lines.filter_map(|line| line.split_once(": "));
    Answer {
        status: status.parse().unwrap(),
        headers: headers
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect(),
        body,
    }
}
