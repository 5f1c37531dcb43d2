//! Reading a request, for servers that stand in where the mock knows better.

#![allow(clippy::unwrap_used)]

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// The request line and the headers; `None` where the client has left before their end.
pub(crate) async fn request_head(stream: &mut (impl AsyncBufRead + Unpin)) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await.unwrap() == 0 {
            return None;
        }
    }
    Some(head)
}
