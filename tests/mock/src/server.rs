//! Accepting connections, and ending them.
//!
//! Not left to `axum::serve`: the mock must say how many connections are open, cut one in the
//! middle of an answer, and leave none behind.

use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::state::SharedState;
use crate::wire::{Cutter, Wire};

/// How long answers under way may take to finish once the mock stops.
const GRACE: Duration = Duration::from_secs(1);

/// The number of the connection a request came on; an extension of every request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConnectionNumber(pub(crate) usize);

/// Serves until the stop signal, then lets answers under way finish, within [`GRACE`].
pub(crate) async fn serve(listener: TcpListener, router: Router, state: SharedState) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = state.stop.clone().raised() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, router.clone(), Arc::clone(&state)));
                }
                // Out of file descriptors, most likely: a pause, or the loop would spin.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
        }
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(GRACE, finished).await;
    // Ends what is still open, and waits until it is closed.
    connections.shutdown().await;
}

async fn connection(stream: TcpStream, router: Router, state: SharedState) {
    let open = state.hold(|state| &state.connections);
    // Or a small answer may wait for the acknowledgement of the one before it.
    let _ = stream.set_nodelay(true);
    let cutter = Cutter::default();
    let router = router
        .layer(Extension(ConnectionNumber(open.number)))
        .layer(Extension(cutter.clone()));
    let stream = TokioIo::new(Wire::new(stream, cutter));
    let connection =
        http1::Builder::new().serve_connection(stream, TowerToHyperService::new(router));
    let mut connection = std::pin::pin!(connection);
    // Errors are the client's departure, or a fault of the script: neither is the mock's concern.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = state.stop.clone().raised() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}
