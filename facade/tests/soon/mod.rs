//! Turns a hang into a failure.

#![allow(clippy::expect_used)]

use std::future::Future;
use std::time::Duration;

/// Nothing here takes a second, and the client's own time limits, from 30 s, shall not help it
/// along.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    let done = tokio::time::timeout(Duration::from_secs(20), future).await;
    done.expect("it does not end")
}
