//! The engine without sockets: a scripted source of pages under a paused clock.

mod changing_set;
mod contract;
mod errors;
mod fake;
mod properties;
mod resume;
mod retry;
mod verification_order;
mod verified;

/// Runs a future where time passes only when everything waits.
fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(future)
}
