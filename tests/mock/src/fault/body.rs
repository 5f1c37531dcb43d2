use std::io::{self, Write};

use axum::http::{HeaderValue, header};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::canned::CannedResponse;

/// A body that is not what it should be, though HTTP delivers it whole. Applies to errors too:
/// an empty 401 is [`AnswerFault::Status`](super::AnswerFault::Status) and [`Empty`](Self::Empty).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyFault {
    /// Compressed, and labelled so, whether or not the request accepts it.
    Gzip,
    /// Labelled `Content-Encoding: gzip`, but not compressed.
    FalseGzip,
    /// No content type. For a wrong one, see [`Fault::header`](super::Fault::header).
    NoContentType,
    /// A byte that is not UTF-8 inside the first string.
    NotUtf8,
    /// A byte order mark before the JSON.
    ByteOrderMark,
    /// No bytes at all.
    Empty,
    /// `null`, still labelled as JSON.
    Null,
    /// `[]`, still labelled as JSON.
    Array,
    /// HTML with the status and the content type of the page, as captive portals answer.
    Html,
    /// The first half of the JSON, in an answer that HTTP says is whole.
    CutShort,
    /// So many spaces after the JSON: still valid, but large.
    Padding(usize),
}

impl BodyFault {
    pub(super) fn apply(&self, reply: &mut CannedResponse) {
        let body = &mut reply.body;
        match self {
            Self::Gzip => {
                if let Ok(compressed) = gzip(body) {
                    *body = compressed;
                    reply.set_header(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                }
            }
            Self::FalseGzip => {
                reply.set_header(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
            Self::NoContentType => reply
                .headers
                .retain(|(name, _)| *name != header::CONTENT_TYPE),
            Self::NotUtf8 => {
                let place = body
                    .iter()
                    .position(|byte| *byte == b'"')
                    .map_or(body.len(), |quote| quote + 1);
                body.insert(place, 0xff);
            }
            Self::ByteOrderMark => {
                body.splice(..0, *b"\xef\xbb\xbf");
            }
            Self::Empty => body.clear(),
            Self::Null => *body = b"null".to_vec(),
            Self::Array => *body = b"[]".to_vec(),
            Self::Html => *body = b"<html><body><h1>Please sign in</h1></body></html>".to_vec(),
            Self::CutShort => body.truncate(body.len() / 2),
            Self::Padding(bytes) => body.resize(body.len() + bytes, b' '),
        }
    }
}

fn gzip(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}
