//! Connections: accepted and counted, cut by faults, and closed when the mock stops.
//!
//! `axum::serve` does not report how many connections are open, and cannot cut one in the middle
//! of a response.

use std::future;
use std::io;
use std::iter;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::header::CONTENT_LENGTH;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use futures_util::{StreamExt, stream};
use hyper::body::Bytes;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::fault::WireFault;
use crate::mock::{SharedState, lock};
use crate::response::CannedResponse;

/// How long responses under way may take to finish once the mock stops.
const GRACE: Duration = Duration::from_secs(1);
/// The size of a piece of an endless body, in bytes.
const ENDLESS_PIECE: usize = 16 * 1024;

/// Serves until the mock stops, then lets responses under way finish, within [`GRACE`].
pub(crate) async fn serve(listener: TcpListener, router: Router, state: SharedState) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = state.stop.cancelled() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve_one(stream, router.clone(), Arc::clone(&state)));
                }
                // Most likely out of file descriptors; the pause keeps the loop from spinning.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
        }
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(GRACE, finished).await;
    // Ends the connections that are still open, and waits until they are closed.
    connections.shutdown().await;
}

async fn serve_one(stream: TcpStream, router: Router, state: SharedState) {
    let open = state.hold(|state| &state.connections);
    // Otherwise a small response may wait for the acknowledgement of the one before it.
    let _ = stream.set_nodelay(true);
    let connection = Connection {
        number: open.number,
        switch: Arc::default(),
        stop: state.stop.clone(),
    };
    let stream = TokioIo::new(CutStream {
        stream,
        connection: connection.clone(),
    });
    let service = TowerToHyperService::new(router.layer(Extension(connection)));
    let mut served = std::pin::pin!(http1::Builder::new().serve_connection(stream, service));
    // Errors are ignored: the client left, or a fault of the script cut the connection.
    tokio::select! {
        _ = served.as_mut() => {}
        () = state.stop.cancelled() => {
            served.as_mut().graceful_shutdown();
            let _ = served.await;
        }
    }
}

/// How a fault ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// An orderly end of the byte stream (FIN).
    Close,
    /// An error on the other side (RST).
    Reset,
}

/// A handle of one connection, which can cut it; an extension of every request.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    /// Counted from 0 in order of acceptance.
    pub(crate) number: usize,
    switch: Arc<Switch>,
    stop: CancellationToken,
}

#[derive(Debug, Default)]
struct Switch {
    cut: Mutex<Option<Cut>>,
    flushed: Notify,
}

/// An extension of a response that never reaches the client, for the request log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unsent;

/// One step of sending a body.
enum Step {
    Send(Bytes),
    /// Waits until the operating system has all that was sent.
    Flush,
    Pause(Duration),
    /// Waits until the mock stops.
    Hang,
    Cut(Cut),
}

impl Connection {
    /// Blocks all further writes. The HTTP layer notices at its next write, and drops the stream.
    fn cut(&self, how: Cut) -> io::Error {
        *lock(&self.switch.cut) = Some(how);
        io::ErrorKind::ConnectionAborted.into()
    }

    fn cut_by(&self) -> Option<Cut> {
        *lock(&self.switch.cut)
    }

    /// Cuts the connection before anything is written.
    fn cut_unsent(&self, how: Cut) -> Response {
        self.cut(how);
        let mut response = Response::default();
        response.extensions_mut().insert(Unsent);
        response
    }

    /// Sends `reply` as `fault` has it.
    pub(crate) async fn deliver(self, reply: CannedResponse, fault: WireFault) -> Response {
        let body = Bytes::copy_from_slice(&reply.body);
        let length = body.len();
        let half = body.slice(..length / 2);
        let half_then_cut =
            |how| [Step::Send(half.clone()), Step::Flush, Step::Cut(how)].into_iter();
        let steps: Box<dyn Iterator<Item = Step> + Send> = match fault {
            WireFault::Delay(_) => return reply.into_response(),
            WireFault::Hang => {
                self.stop.cancelled().await;
                return self.cut_unsent(Cut::Close);
            }
            WireFault::Close => return self.cut_unsent(Cut::Close),
            WireFault::Reset => return self.cut_unsent(Cut::Reset),
            WireFault::Truncate | WireFault::TruncateChunked => Box::new(half_then_cut(Cut::Close)),
            WireFault::ResetInBody => Box::new(half_then_cut(Cut::Reset)),
            WireFault::Stall => Box::new([Step::Send(half), Step::Hang].into_iter()),
            WireFault::Drip(pause) => Box::new(
                (0..length)
                    .flat_map(move |at| [Step::Send(body.slice(at..=at)), Step::Pause(pause)]),
            ),
            WireFault::EndlessBody => {
                let spaces = Bytes::from(vec![b' '; ENDLESS_PIECE]);
                Box::new(iter::once(body).chain(iter::repeat(spaces)).map(Step::Send))
            }
        };
        let mut response = reply.into_response();
        let body = stream::iter(steps).then(move |step| self.clone().perform(step));
        *response.body_mut() = Body::from_stream(body);
        // Without a length, the body is sent in chunks.
        if !matches!(fault, WireFault::TruncateChunked | WireFault::EndlessBody) {
            response.headers_mut().insert(CONTENT_LENGTH, length.into());
        }
        response
    }

    /// The next piece of a body; a step other than `Send` yields an empty one, which is not sent.
    async fn perform(self, step: Step) -> io::Result<Bytes> {
        let performed = async {
            match step {
                Step::Send(bytes) => return Ok(bytes),
                Step::Flush => self.switch.flushed.notified().await,
                Step::Pause(pause) => tokio::time::sleep(pause).await,
                Step::Hang => future::pending().await,
                Step::Cut(how) => return Err(self.cut(how)),
            }
            Ok(Bytes::new())
        };
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(self.cut(Cut::Close)),
            piece = performed => piece,
        }
    }
}

/// A TCP stream that its [`Connection`] can cut.
#[derive(Debug)]
struct CutStream {
    stream: TcpStream,
    connection: Connection,
}

impl Drop for CutStream {
    fn drop(&mut self) {
        if self.connection.cut_by() == Some(Cut::Reset) {
            // Closing a socket that does not linger discards unsent data and sends RST.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for CutStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for CutStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.connection.cut_by().is_some() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if flushed.is_ready() {
            self.connection.switch.flushed.notify_waiters();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
