//! Waiting for a socket and for a wish of the house at the same time.

use std::io;
use std::time::Duration;

#[cfg(unix)]
pub use unix::{Sleeper, Waker};

/// A waker, and what it wakes.
///
/// # Errors
/// If the system has no more files.
#[cfg(unix)]
pub fn pair() -> io::Result<(Waker, Sleeper)> {
    let (wakes, woken) = std::os::unix::net::UnixStream::pair()?;
    wakes.set_nonblocking(true)?;
    woken.set_nonblocking(true)?;
    Ok((Waker(wakes), Sleeper(woken)))
}

#[cfg(unix)]
mod unix {
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::os::unix::net::UnixStream;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::Duration;

    /// Wakes a [`Sleeper`].
    pub struct Waker(pub(super) UnixStream);

    /// Sleeps until it is woken.
    pub struct Sleeper(pub(super) UnixStream);

    impl Waker {
        /// Wakes it. If that fails, it is being woken already.
        pub fn wake(&self) {
            let _ = (&self.0).write(&[1]);
        }
    }

    impl Sleeper {
        /// Sleeps until it is woken, the socket can be read (or written, if `writes`), or the time
        /// is over.
        pub fn sleep(&mut self, socket: Option<(&TcpStream, bool)>, time: Duration) {
            let time = Timespec::try_from(time).ok();
            let mut all = vec![PollFd::new(&self.0, PollFlags::IN)];
            if let Some((socket, writes)) = socket {
                let also = if writes { PollFlags::OUT } else { PollFlags::empty() };
                all.push(PollFd::new(socket, PollFlags::IN | also));
            }
            // A signal ends it early, which does no harm.
            let _ = poll(&mut all, time.as_ref());
            let mut bytes = [0; 64];
            while (&self.0).read(&mut bytes).is_ok_and(|read| read == bytes.len()) {}
        }
    }
}

/// Without such a call, it looks often.
#[cfg(not(unix))]
mod elsewhere {
    use std::net::TcpStream;
    use std::sync::mpsc::{Receiver, SyncSender};

    use super::Duration;

    /// Wakes a [`Sleeper`].
    pub struct Waker(pub(super) SyncSender<()>);

    /// Sleeps until it is woken.
    pub struct Sleeper(pub(super) Receiver<()>);

    impl Waker {
        /// Wakes it.
        pub fn wake(&self) {
            let _ = self.0.try_send(());
        }
    }

    impl Sleeper {
        /// Sleeps until it is woken or the time is over; with a socket, only for a moment.
        pub fn sleep(&mut self, socket: Option<(&TcpStream, bool)>, time: Duration) {
            let time = if socket.is_some() { time.min(Duration::from_millis(20)) } else { time };
            let _ = self.0.recv_timeout(time);
        }
    }
}

#[cfg(not(unix))]
pub use elsewhere::{Sleeper, Waker};

/// A waker, and what it wakes.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn pair() -> io::Result<(Waker, Sleeper)> {
    let (wakes, woken) = std::sync::mpsc::sync_channel(1);
    Ok((Waker(wakes), Sleeper(woken)))
}
