//! A reader that ends with an error after so many bytes.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

/// See the module's documentation.
pub struct Bounded<R> {
    inner: R,
    /// How many bytes may still be read.
    left: Arc<AtomicUsize>,
}

impl<R> Bounded<R> {
    /// Reads from `inner` as long as there is something left.
    pub fn new(inner: R, left: Arc<AtomicUsize>) -> Self {
        Self { inner, left }
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Bounded<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(context, buffer))?;
        let read = buffer.filled().len() - before;
        let less = |left: usize| left.checked_sub(read);
        let enough = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        Poll::Ready(enough.map(drop).map_err(|_| io::Error::other("it sends too much")))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn it_ends_when_nothing_is_left() {
        let left = Arc::new(AtomicUsize::new(10));
        let mut reader = Bounded::new(tokio::io::repeat(1), Arc::clone(&left));
        let mut bytes = [0; 8];
        assert!(reader.read_exact(&mut bytes).await.is_ok());
        assert!(reader.read_exact(&mut bytes).await.is_err());
        left.store(8, Ordering::Relaxed);
        assert!(reader.read_exact(&mut bytes).await.is_ok());
    }
}
