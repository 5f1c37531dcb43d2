//! A body that is sent step by step.

use std::future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame};

use crate::stop::StopSignal;
use crate::wire::{Cut, Cutter};

/// What to do next with a body.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Send(Bytes),
    /// Wait until what was sent is with the operating system.
    Flush,
    Pause(Duration),
    /// Wait until the mock stops.
    Wait,
    /// Give up the connection.
    Cut(Cut),
}

type Steps = Box<dyn Iterator<Item = Step> + Send>;
type Waiting = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Goes through its steps as the connection asks for more; cut short once the mock stops.
pub(crate) struct PacedBody {
    steps: Steps,
    waiting: Option<Waiting>,
    stopping: Waiting,
    cutter: Cutter,
}

impl PacedBody {
    pub(crate) fn new(steps: Steps, cutter: Cutter, stop: StopSignal) -> Self {
        Self {
            steps,
            waiting: None,
            stopping: Box::pin(stop.raised()),
            cutter,
        }
    }

    fn cut(&self, how: Cut) -> io::Error {
        self.cutter.cut(how);
        io::ErrorKind::ConnectionAborted.into()
    }
}

impl Body for PacedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.stopping.as_mut().poll(context).is_ready() {
            return Poll::Ready(Some(Err(self.cut(Cut::Close))));
        }
        loop {
            if let Some(waiting) = &mut self.waiting {
                ready!(waiting.as_mut().poll(context));
                self.waiting = None;
            }
            let frame = match self.steps.next() {
                None => None,
                Some(Step::Send(bytes)) => Some(Ok(Frame::data(bytes))),
                Some(Step::Cut(how)) => Some(Err(self.cut(how))),
                Some(Step::Wait) => {
                    self.waiting = Some(Box::pin(future::pending()));
                    continue;
                }
                Some(Step::Pause(pause)) => {
                    self.waiting = Some(Box::pin(tokio::time::sleep(pause)));
                    continue;
                }
                Some(Step::Flush) => {
                    let cutter = self.cutter.clone();
                    self.waiting = Some(Box::pin(async move { cutter.flushed().await }));
                    continue;
                }
            };
            return Poll::Ready(frame);
        }
    }
}
