//! A reader of lines that ends with an error if they are too long, or too many.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

use crate::meter::Meter;

/// See the module's documentation.
pub struct Bounded<R> {
    inner: R,
    meter: Arc<Meter>,
    /// How many bytes of the line were read.
    line: usize,
}

impl<R> Bounded<R> {
    /// Reads from `inner`.
    pub fn new(inner: R, meter: Arc<Meter>) -> Self {
        Self { inner, meter, line: 0 }
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
        let read = buffer.filled().get(before..).unwrap_or_default();
        let mut checked = self.meter.read(read.len());
        for part in read.split_inclusive(|byte| *byte == b'\n') {
            self.line += part.len();
            checked = checked.and(self.meter.message(self.line));
            if part.ends_with(b"\n") {
                self.line = 0;
            }
        }
        Poll::Ready(checked.map_err(io::Error::other))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;
    use crate::meter::{LONGEST, MOST};

    /// Reads this many times a line of so many bytes, its end included.
    async fn read(lines: usize, length: usize) -> (io::Result<u64>, Arc<Meter>) {
        let meter = Arc::new(Meter::default());
        let text = ("x".repeat(length - 1) + "\n").repeat(lines);
        let mut reader = Bounded::new(text.as_bytes(), Arc::clone(&meter));
        let read = tokio::io::copy(&mut reader, &mut tokio::io::sink()).await;
        (read, meter)
    }

    #[tokio::test]
    async fn long_lines_and_many_are_too_much() {
        let (read_all, _) = read(MOST / 1_024, 1_024).await;
        assert_eq!(read_all.expect("read"), MOST as u64);
        let (many, meter) = read(MOST / 1_024 + 1, 1_024).await;
        assert!(many.is_err());
        assert_eq!(meter.trouble().await.why, "it sent more than 8 MB");
        assert!(read(2, LONGEST).await.0.is_ok());
        let (long, meter) = read(1, LONGEST + 1).await;
        assert!(long.is_err());
        assert_eq!(meter.trouble().await.why, "it sent a message of more than 1 MB");
    }

    #[tokio::test]
    async fn it_may_send_more_for_the_next_use() {
        let meter = Arc::new(Meter::default());
        let mut reader = Bounded::new(tokio::io::repeat(b'\n'), Arc::clone(&meter));
        let mut bytes = vec![0; MOST];
        assert!(reader.read_exact(&mut bytes).await.is_ok());
        meter.allow_more();
        assert!(reader.read_exact(&mut bytes).await.is_ok());
        assert!(reader.read_exact(&mut bytes).await.is_err());
    }
}
