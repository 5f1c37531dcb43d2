//! One signal for "the mock goes away", which everything that waits listens to.

use tokio::sync::watch;

/// Raises the signal when dropped; nothing is ever sent.
#[derive(Debug)]
pub(crate) struct StopOnDrop {
    _sender: watch::Sender<()>,
}

/// Resolves once the [`StopOnDrop`] is gone.
#[derive(Debug, Clone)]
pub(crate) struct StopSignal(watch::Receiver<()>);

pub(crate) fn stop_signal() -> (StopOnDrop, StopSignal) {
    let (sender, receiver) = watch::channel(());
    (StopOnDrop { _sender: sender }, StopSignal(receiver))
}

impl StopSignal {
    pub(crate) async fn raised(mut self) {
        // An error is the news: the sender was dropped.
        let _ = self.0.changed().await;
    }
}
