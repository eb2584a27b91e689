//! The operations over a Unix socket: one request per line, one answer per line.
//!
//! Only the user who started the program, and root, are answered. A client that is slow, silent or
//! hostile takes one of a few connections for a limited time, and a buffer of limited size. It
//! never delays a conversation, which does not know of sockets.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, OpenOptionsExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::operation::{Answer, Refusal, Request};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::state::StateFolder;

/// The longest line that is accepted, in bytes, its end included. The longest text fits even if
/// each of its bytes is written as `\u0000`.
pub const LONGEST_LINE: usize = 32_768;

/// The most clients at once.
const CLIENTS: usize = 8;

/// A request must be complete within this time after the previous answer.
const IDLE: Duration = Duration::from_secs(60);

/// If an answer cannot be written within this time, the connection is closed.
const WRITE: Duration = Duration::from_secs(5);

/// The pause after an error in accepting, because it would occur again at once.
const PAUSE: Duration = Duration::from_millis(100);

/// Where the service of this machine listens.
pub const OF_THE_SERVICE: &str = "/run/sayso/control.sock";

/// Where a program of this user listens, by the settings. `None`: nowhere.
///
/// This is `sayso/control.sock` in the user's folder for running programs (`$XDG_RUNTIME_DIR`), or
/// in the state folder if there is none.
pub fn path(config: &Config) -> Option<PathBuf> {
    let socket = &config.control.socket;
    match socket.to_str() {
        Some("none") => None,
        Some("") => {
            let own = dirs::runtime_dir().map(|dir| dir.join("sayso"));
            let folder = own.unwrap_or_else(|| StateFolder::of(config).dir().to_owned());
            Some(folder.join("control.sock"))
        }
        _ => Some(socket.clone()),
    }
}

/// Carries out a request and returns the answer. Called from several threads at once.
pub type Answering = dyn Fn(Request) -> Answer + Send + Sync;

/// A socket on which requests are answered, until it is dropped.
pub struct Server {
    path: PathBuf,
    quit: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    /// Locked, which shows others that this program is running.
    _lock: fs::File,
}

impl Server {
    /// Listens at `path`. A socket that a dead program left there is replaced; the folder is
    /// created if it is missing, with access only for its owner.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) when a running program listens there (the message names
    /// it), or something other than a socket is there; [`Io`](crate::ErrorKind::Io) when the
    /// folder cannot be written.
    pub fn start(path: &Path, answering: Arc<Answering>) -> Result<Self> {
        let failed = |error| Error::io(path.display(), error);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder {
            crate::state::make_private(folder).map_err(failed)?;
        }
        let lock = lock(path)?;
        match fs::symlink_metadata(path) {
            Ok(there) if there.file_type().is_socket() => {
                // The program that made it does not hold the lock any more.
                fs::remove_file(path).map_err(failed)?;
            }
            Ok(_) => {
                let path = path.display();
                return Err(Error::input(format!(
                    "{path}: this exists and is not a socket: name another with --control"
                )));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        let listener = bind(path).map_err(failed)?;
        let quit = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&quit);
        let thread = std::thread::Builder::new()
            .name("control".into())
            .spawn(move || serve(&listener, &answering, &ends))
            .map_err(failed)?;
        Ok(Self { path: path.to_owned(), quit, thread: Some(thread), _lock: lock })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.quit.store(true, Ordering::Release);
        // Wakes the thread. If that fails, the socket was removed, and the thread ends with the
        // program.
        let woken = UnixStream::connect(&self.path).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken) {
            // The thread does not panic; if it did, it would have ended too.
            let _ = thread.join();
        }
        // It may be gone already. The lock file stays, because removing it would be a race.
        let _ = fs::remove_file(&self.path);
    }
}

/// Takes the lock beside the socket. The system releases it when the program ends, in whatever
/// way.
fn lock(path: &Path) -> Result<fs::File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let name = PathBuf::from(name);
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    let mut file = options.open(&name).map_err(|error| Error::io(name.display(), error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => {
            let mut pid = String::new();
            // The number is only used in the message.
            let _ = (&file).take(20).read_to_string(&mut pid);
            let who = match pid.trim() {
                "" => "another sayso".into(),
                pid => format!("sayso with the process ID {pid}"),
            };
            return Err(Error::input(format!(
                "{}: {who} uses this socket: stop it, or name another socket with --control",
                path.display()
            )));
        }
        Err(fs::TryLockError::Error(error)) => return Err(Error::io(name.display(), error)),
    }
    let pid = std::process::id().to_string();
    file.set_len(0)
        .and_then(|()| file.write_all(pid.as_bytes()))
        .map_err(|error| Error::io(name.display(), error))?;
    Ok(file)
}

/// Creates a socket at `path` that nobody but its owner can open at any time: it is created in a
/// private folder and then moved.
fn bind(path: &Path) -> io::Result<UnixListener> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let folder = PathBuf::from(name);
    // Left by a program that died at that moment.
    if let Err(error) = fs::remove_dir_all(&folder)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    fs::DirBuilder::new().mode(0o700).create(&folder)?;
    let inside = folder.join("s");
    let bound = UnixListener::bind(&inside).and_then(|listener| {
        fs::set_permissions(&inside, fs::Permissions::from_mode(0o600))?;
        fs::rename(&inside, path)?;
        Ok(listener)
    });
    fs::remove_dir_all(&folder)?;
    bound
}

/// Accepts connections until it must quit.
fn serve(listener: &UnixListener, answering: &Arc<Answering>, quit: &AtomicBool) {
    let clients = Arc::new(AtomicUsize::new(0));
    loop {
        let accepted = listener.accept();
        if quit.load(Ordering::Acquire) {
            return;
        }
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                log::info!("the control socket: {error}");
                std::thread::sleep(PAUSE);
                continue;
            }
        };
        if !is_ours(&stream) {
            log::warn!("the control socket: a client of another user was refused");
            continue;
        }
        let client = Client { stream, place: Place::take(&clients) };
        let answering = Arc::clone(answering);
        if client.place.is_none() {
            let why = format!("{CLIENTS} clients are connected already: try again later");
            client.refuse(Refusal::Busy, &why);
            continue;
        }
        let started = std::thread::Builder::new()
            .name("control client".into())
            .spawn(move || client.serve(&*answering));
        if let Err(error) = started {
            log::info!("the control socket: {error}");
        }
    }
}

/// Whether the other end belongs to this user or to root.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn is_ours(stream: &UnixStream) -> bool {
    let user = rustix::process::geteuid();
    rustix::net::sockopt::socket_peercred(stream)
        .is_ok_and(|peer| peer.uid == user || peer.uid.is_root())
}

/// On other systems the modes of the socket and of its folder keep others out.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn is_ours(_: &UnixStream) -> bool {
    true
}

/// One of the limited connections, released when dropped.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(clients: &Arc<AtomicUsize>) -> Option<Self> {
        let more = |taken| (taken < CLIENTS).then_some(taken + 1);
        let taken = clients.fetch_update(Ordering::AcqRel, Ordering::Acquire, more);
        taken.is_ok().then(|| Self(Arc::clone(clients)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

struct Client {
    stream: UnixStream,
    place: Option<Place>,
}

impl Client {
    /// Answers until the client closes the connection or breaks a rule.
    fn serve(mut self, answering: &Answering) {
        let mut pending = Vec::new();
        loop {
            match read_line(&mut self.stream, &mut pending, Instant::now() + IDLE) {
                Line::Whole(line) => {
                    let answer = match Request::parse(&line) {
                        Ok(request) => answering(request),
                        Err(answer) => answer,
                    };
                    if self.write(&answer).is_err() {
                        return;
                    }
                }
                Line::TooLong => {
                    let why = format!("a line is longer than {LONGEST_LINE} bytes");
                    return self.refuse(Refusal::BadRequest, &why);
                }
                Line::End => return,
            }
        }
    }

    fn write(&mut self, answer: &Answer) -> io::Result<()> {
        self.stream.set_write_timeout(Some(WRITE))?;
        write_line(&mut self.stream, &answer.to_line(), Instant::now() + WRITE)
    }

    /// Writes the reason, as far as possible without waiting, and closes the connection.
    fn refuse(mut self, refusal: Refusal, why: &str) {
        let line = Answer::refused(refusal, why).to_line();
        // It is refused in any case.
        let _ = self
            .stream
            .set_nonblocking(true)
            .and_then(|()| write_line(&mut self.stream, &line, Instant::now()));
    }
}

/// Writes a line and its end. The stream's time-out limits each piece, the deadline all of them.
fn write_line(stream: &mut UnixStream, line: &str, deadline: Instant) -> io::Result<()> {
    let line = format!("{line}\n");
    let mut left = line.as_bytes();
    while !left.is_empty() {
        let written = stream.write(left)?;
        left = left.get(written..).unwrap_or_default();
        if !left.is_empty() && Instant::now() > deadline {
            return Err(io::ErrorKind::TimedOut.into());
        }
    }
    Ok(())
}

enum Line {
    Whole(Vec<u8>),
    TooLong,
    /// The other end has closed the connection, or took too long.
    End,
}

/// Reads a line. What was received of the next one stays in `pending`.
fn read_line(stream: &mut UnixStream, pending: &mut Vec<u8>, deadline: Instant) -> Line {
    let mut piece = [0; 4_096];
    let mut looked = 0;
    loop {
        let unseen = pending.get(looked..).unwrap_or_default();
        if let Some(end) = unseen.iter().position(|byte| *byte == b'\n') {
            let rest = pending.split_off(looked + end + 1);
            let mut line = std::mem::replace(pending, rest);
            line.truncate(looked + end);
            return if looked + end < LONGEST_LINE { Line::Whole(line) } else { Line::TooLong };
        }
        looked = pending.len();
        if looked >= LONGEST_LINE {
            return Line::TooLong;
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || stream.set_read_timeout(Some(left)).is_err() {
            return Line::End;
        }
        match stream.read(&mut piece) {
            Ok(0) => return Line::End,
            Ok(n) => pending.extend_from_slice(piece.get(..n).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Line::End,
        }
    }
}

/// Sends a request to the program that listens at `path`.
///
/// # Errors
/// When nothing listens there, or no answer comes within `wait`.
pub fn ask(path: &Path, request: &Request, wait: Duration) -> io::Result<Answer> {
    let mut stream = UnixStream::connect(path)?;
    let deadline = Instant::now() + wait;
    stream.set_write_timeout(Some(wait))?;
    write_line(&mut stream, &request.to_line(), deadline)?;
    match read_line(&mut stream, &mut Vec::new(), deadline) {
        Line::Whole(line) => serde_json::from_slice(&line).map_err(io::Error::other),
        Line::TooLong => Err(io::Error::other("the answer is too long")),
        Line::End => Err(io::Error::new(io::ErrorKind::TimedOut, "no answer came")),
    }
}

#[cfg(test)]
#[path = "socket_tests.rs"]
mod tests;
