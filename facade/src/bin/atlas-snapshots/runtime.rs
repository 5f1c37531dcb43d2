//! Where the asynchronous parts run.

use std::future::Future;
use std::io;

use tokio::runtime::Builder;

/// Runs `future` with one worker beside the main thread: when writing rows blocks because their
/// reader is slow, pages in flight still arrive instead of timing out.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> io::Result<T> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let done = runtime.block_on(future);
    // Do not wait for what may hang, such as a name lookup.
    runtime.shutdown_background();
    Ok(done)
}
