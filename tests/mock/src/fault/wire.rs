use std::iter;
use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use hyper::body::Bytes;

use crate::canned::CannedResponse;
use crate::paced_body::{PacedBody, Step};
use crate::stop::StopSignal;
use crate::wire::{Cut, Cutter};

/// How large a piece of an endless body is, in bytes.
const ENDLESS_PIECE: usize = 16 * 1024;

/// A connection that does not carry the answer as it should. If several apply to a request, the
/// delays add up, and the first of the others decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WireFault {
    /// The answer comes this much later. The page is read before the wait.
    Delay(Duration),
    /// The request is taken, and never answered.
    Hang,
    /// The connection is closed (FIN) in place of an answer.
    Close,
    /// The connection is reset (RST) in place of an answer.
    Reset,
    /// The connection is closed in the middle of a body whose `Content-Length` promises more.
    Truncate,
    /// The connection is closed in the middle of a chunked body.
    TruncateChunked,
    /// The connection is reset in the middle of the body.
    ResetInBody,
    /// Half of the body, then silence on an open connection.
    Stall,
    /// The body a byte at a time, with a pause after each.
    Drip(Duration),
    /// The body, then spaces without end, chunked.
    EndlessBody,
}

/// Marks a response that will never reach the client, for the request log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unsent;

impl WireFault {
    /// How much later the answer comes; `None` for faults that are no delay.
    pub(super) fn delay(self) -> Option<Duration> {
        if let Self::Delay(delay) = self {
            Some(delay)
        } else {
            None
        }
    }

    pub(super) async fn deliver(
        self,
        reply: CannedResponse,
        cutter: Cutter,
        stop: StopSignal,
    ) -> Response {
        let body = Bytes::copy_from_slice(&reply.body);
        let first = body.slice(..body.len() / 2);
        let steps: Box<dyn Iterator<Item = Step> + Send> = match self {
            Self::Delay(_) => return reply.into_response(),
            Self::Hang => {
                stop.raised().await;
                return unsent(&cutter, Cut::Close);
            }
            Self::Close => return unsent(&cutter, Cut::Close),
            Self::Reset => return unsent(&cutter, Cut::Reset),
            Self::Truncate | Self::TruncateChunked => {
                Box::new([Step::Send(first), Step::Flush, Step::Cut(Cut::Close)].into_iter())
            }
            Self::ResetInBody => {
                Box::new([Step::Send(first), Step::Flush, Step::Cut(Cut::Reset)].into_iter())
            }
            Self::Stall => Box::new([Step::Send(first), Step::Wait].into_iter()),
            Self::Drip(pause) => {
                let bytes = (0..body.len()).map(move |at| body.slice(at..=at));
                Box::new(bytes.flat_map(move |byte| [Step::Send(byte), Step::Pause(pause)]))
            }
            Self::EndlessBody => {
                let spaces = Bytes::from(vec![b' '; ENDLESS_PIECE]);
                Box::new(iter::once(body).chain(iter::repeat(spaces)).map(Step::Send))
            }
        };
        let length = reply.body.len();
        let mut response = reply.into_response();
        *response.body_mut() = Body::new(PacedBody::new(steps, cutter, stop));
        // Without a length, the body goes out in chunks.
        if !matches!(self, Self::TruncateChunked | Self::EndlessBody) {
            response
                .headers_mut()
                .insert(header::CONTENT_LENGTH, length.into());
        }
        response
    }
}

/// Cuts the connection before anything is written.
fn unsent(cutter: &Cutter, how: Cut) -> Response {
    cutter.cut(how);
    let mut response = Response::default();
    response.extensions_mut().insert(Unsent);
    response
}
