//! `--listen http:ADDRESS:PORT` and `https:ADDRESS:PORT`.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use sayso::internals::boards::{Guest, Listener, ListenerKind, Surroundings, Usage};
use sayso::{Error, ErrorKind, Result};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use crate::app::App;
use crate::connection::{self, Accepting};
use crate::guard::{Guard, Limits};
use crate::{health, routes, tls};

/// Where `sayso serve` listens if nothing else is said.
pub const DEFAULT: &str = "http:127.0.0.1:8765";

/// In place of an address: the sockets that systemd has opened.
const SYSTEMD: &str = "systemd";

/// Threads that carry requests and sound. What computes has others.
const THREADS: usize = 2;

/// The kinds of listeners of this crate. Those of one program share one server.
pub fn kinds() -> Vec<Box<dyn ListenerKind>> {
    let server = Arc::new(Mutex::new(Weak::new()));
    let kind = |encrypted| Box::new(Http { encrypted, server: Arc::clone(&server) }) as _;
    vec![kind(false), kind(true)]
}

struct Http {
    encrypted: bool,
    server: Arc<Mutex<Weak<Server>>>,
}

impl ListenerKind for Http {
    fn usage(&self) -> Usage {
        match self.encrypted {
            false => Usage {
                form: "http:ADDRESS:PORT",
                about: "browsers and programs on this machine; or http:systemd",
            },
            true => Usage {
                form: "https:ADDRESS:PORT",
                about: "the same on others: needs a token and a certificate; or https:systemd",
            },
        }
    }

    fn listen(&self, rest: &str, around: &Surroundings) -> Result<Box<dyn Listener>> {
        let scheme = if self.encrypted { "https" } else { "http" };
        let config = &around.config;
        let guard = Guard::new(config)?;
        #[cfg(feature = "webrtc")]
        crate::call::check(config)?;
        let mut sockets = Vec::new();
        for socket in sockets_at(scheme, rest)? {
            let place = local(scheme, &socket)?;
            guard.allows(scheme, place)?;
            sockets.push((socket, place));
        }
        let acceptor = if self.encrypted { Some(tls::acceptor(config)?) } else { None };
        let mut shared = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        let server = match shared.upgrade() {
            Some(server) => server,
            None => {
                let server = Arc::new(Server::start(around)?);
                *shared = Arc::downgrade(&server);
                server
            }
        };
        let mut places = Vec::new();
        for (socket, place) in sockets {
            places.push(format!("{scheme}://{place}"));
            server.accept(socket, acceptor.clone(), guard.clone())?;
        }
        Ok(Box::new(HttpListener { server, places: places.join(", ") }))
    }
}

/// The sockets that an address means.
fn sockets_at(scheme: &str, rest: &str) -> Result<Vec<TcpListener>> {
    if rest == SYSTEMD {
        return from_systemd(scheme);
    }
    let address: SocketAddr = rest.parse().map_err(|_| {
        Error::input(format!(
            "{scheme}:{rest}: not a numeric address and a port, such as 127.0.0.1:8765 or \
             [::1]:8765"
        ))
    })?;
    let bound = TcpListener::bind(address).map_err(|error| {
        let why = format!(
            "{scheme}:{rest}: {error}; choose another port, or stop the program that uses it"
        );
        Error::new(ErrorKind::Unavailable, why).with_source(error)
    })?;
    Ok(vec![bound])
}

/// The sockets that systemd has opened: `sd_listen_fds(3)`.
#[cfg(unix)]
fn from_systemd(scheme: &str) -> Result<Vec<TcpListener>> {
    let mut passed = listenfd::ListenFd::from_env();
    let mut sockets = Vec::new();
    for n in 0..passed.len() {
        let socket = passed.take_tcp_listener(n).map_err(|error| {
            Error::input(format!("{scheme}:{SYSTEMD}: socket {n} is not a TCP socket: {error}"))
        })?;
        sockets.extend(socket);
    }
    if sockets.is_empty() {
        return Err(Error::input(format!(
            "{scheme}:{SYSTEMD}: systemd has passed no socket. Start this program by a .socket \
             unit with ListenStream=, or name an address"
        )));
    }
    Ok(sockets)
}

#[cfg(not(unix))]
fn from_systemd(scheme: &str) -> Result<Vec<TcpListener>> {
    Err(Error::input(format!("{scheme}:{SYSTEMD}: there is no systemd on this system")))
}

/// Where a socket listens.
fn local(scheme: &str, socket: &TcpListener) -> Result<SocketAddr> {
    socket.local_addr().map_err(|error| Error::io(scheme, error))
}

/// Tokio's threads, and what they serve.
struct Server {
    app: Arc<App>,
    limits: Arc<Limits>,
    /// `None` after the end.
    runtime: Option<Runtime>,
    /// Each task has a clone of the sender, so the receiver ends with the last one.
    alive: Option<mpsc::Sender<()>>,
    gone: Mutex<mpsc::Receiver<()>>,
}

impl Server {
    fn start(around: &Surroundings) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("server")
            .enable_all()
            .build()
            .map_err(Error::no_thread)?;
        let app = App::new(around.clone());
        let limits = Arc::new(Limits::new(&app.config().server));
        runtime.spawn(health::follow(Arc::clone(&app)));
        let (alive, gone) = mpsc::channel(1);
        let (alive, gone) = (Some(alive), Mutex::new(gone));
        Ok(Self { app, limits, runtime: Some(runtime), alive, gone })
    }

    /// Serves the connections to a socket.
    fn accept(
        &self,
        socket: TcpListener,
        tls: Option<tokio_rustls::TlsAcceptor>,
        guard: Guard,
    ) -> Result<()> {
        let (Some(runtime), Some(alive)) = (&self.runtime, &self.alive) else { return Ok(()) };
        let failed = |error| Error::io("http", error);
        socket.set_nonblocking(true).map_err(failed)?;
        let socket = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(socket).map_err(failed)?
        };
        let (app, limits) = (Arc::clone(&self.app), Arc::clone(&self.limits));
        let router = routes::router(&app, guard, Arc::clone(&limits));
        let accepting = Accepting { app, limits, router, tls, alive: alive.clone() };
        runtime.spawn(connection::accept(socket, accepting));
        Ok(())
    }
}

impl Drop for Server {
    /// Lets the requests in progress end, but not for long.
    fn drop(&mut self) {
        self.app.end();
        drop(self.alive.take());
        let Some(runtime) = self.runtime.take() else { return };
        let most = Duration::from_secs(self.app.config().server.shutdown_s.into());
        let gone = self.gone.get_mut().unwrap_or_else(PoisonError::into_inner);
        // It ends without a value when nobody is left.
        runtime.block_on(async { drop(tokio::time::timeout(most, gone.recv()).await) });
        runtime.shutdown_timeout(Duration::from_millis(500));
    }
}

/// The boards that connect over HTTP.
struct HttpListener {
    server: Arc<Server>,
    places: String,
}

impl Listener for HttpListener {
    fn address(&self) -> String {
        self.places.clone()
    }

    fn serves_requests(&self) -> bool {
        true
    }

    fn accept(&mut self, wait: Duration) -> Result<Option<Box<dyn Guest>>> {
        Ok(self.server.app.welcome.recv_timeout(wait).ok())
    }
}
