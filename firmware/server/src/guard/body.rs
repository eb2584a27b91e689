//! The body of a request, bounded in size and time.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Error;
use axum::body::Body;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// A body that fails if it is longer than it may be, or takes longer.
pub struct Bounded {
    body: Body,
    left: u64,
    timer: Pin<Box<Sleep>>,
}

impl Bounded {
    pub fn new(body: Body, most: u64, time: Duration) -> Self {
        Self { body, left: most, timer: Box::pin(sleep(time)) }
    }
}

impl http_body::Body for Bounded {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                let length = frame.data_ref().map_or(0, Bytes::len) as u64;
                let Some(left) = self.left.checked_sub(length) else {
                    return Poll::Ready(Some(Err(Error::new("the body is too long"))));
                };
                self.left = left;
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Pending if self.timer.as_mut().poll(cx).is_ready() => {
                Poll::Ready(Some(Err(Error::new("the body took too long"))))
            }
            other => other,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
