//! An open wire: bytes in both directions, with only short waits.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use serial2::SerialPort;

/// The most bytes written at once, because a serial port may block the thread until all have been
/// sent.
const PIECE: usize = 1_024;

/// Carries the link's bytes.
pub trait Wire: Send {
    /// Reads what has arrived. Waits a few milliseconds for the first byte.
    ///
    /// # Errors
    /// When the wire is gone.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize>;

    /// Writes as much as possible without waiting.
    ///
    /// # Errors
    /// When the wire is gone.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// What prevents it from carrying anything, for people, if it knows.
    fn obstacle(&self) -> Option<&'static str> {
        None
    }
}

impl Wire for SerialPort {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        some(Read::read(self, buffer))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        or_nothing(Write::write(self, piece(bytes)))
    }
}

impl Wire for TcpStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        some(Read::read(self, buffer))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        or_nothing(Write::write(self, piece(bytes)))
    }
}

fn piece(bytes: &[u8]) -> &[u8] {
    bytes.get(..PIECE).unwrap_or(bytes)
}

/// A read of no bytes means the end.
fn some(read: io::Result<usize>) -> io::Result<usize> {
    match read {
        Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
        other => or_nothing(other),
    }
}

fn or_nothing(done: io::Result<usize>) -> io::Result<usize> {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    match done {
        Err(error) if matches!(error.kind(), Interrupted | TimedOut | WouldBlock) => Ok(0),
        other => other,
    }
}
