//! Connections: how many there are, and how long each may take for what.

mod patient;

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tower_service::Service as _;

use self::patient::Patient;
use crate::app::App;
use crate::client::Client;
use crate::guard::{Limits, Permit};

/// The pause after an error in accepting, because it would occur again at once.
const PAUSE: Duration = Duration::from_millis(100);
/// The longest head of a request, in bytes, and the most lines in it.
const HEAD: usize = 32 * 1024;
const LINES: usize = 100;

/// What is needed to serve connections; clones share it.
#[derive(Clone)]
pub struct Accepting {
    pub app: Arc<App>,
    pub limits: Arc<Limits>,
    pub router: Router,
    pub tls: Option<TlsAcceptor>,
    /// Held by each task.
    pub alive: mpsc::Sender<()>,
}

/// Accepts connections until the server ends.
pub async fn accept(socket: TcpListener, accepting: Accepting) {
    loop {
        let accepted = tokio::select! {
            accepted = socket.accept() => accepted,
            () = accepting.app.ending() => return,
        };
        match accepted {
            Ok((stream, peer)) => take_in(stream, peer, &accepting),
            Err(error) => {
                log::info!("http: {error}");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Serves a connection in a task of its own, if there is a place for it.
fn take_in(stream: TcpStream, peer: SocketAddr, accepting: &Accepting) {
    let Some(permit) = accepting.limits.connect(peer.ip()) else {
        accepting.app.metrics.refused("connections");
        return;
    };
    // Sound and events are small, and must not wait for more.
    if let Err(error) = stream.set_nodelay(true) {
        log::debug!("http: {peer}: {error}");
    }
    tokio::spawn(serve(stream, peer, permit, accepting.clone()));
}

async fn serve(stream: TcpStream, peer: SocketAddr, permit: Permit, accepting: Accepting) {
    let settings = &accepting.app.config().server;
    let head = Duration::from_secs(settings.head_s.into());
    let slow = Duration::from_secs(settings.slow_reader_s.into());
    let app = Arc::clone(&accepting.app);
    let client_ip = peer.ip().to_canonical();
    let reached = stream.local_addr().map_or(client_ip, |address| address.ip().to_canonical());
    let client = Client { ip: client_ip, reached, encrypted: accepting.tls.is_some() };
    let stream = Patient::new(stream, slow, permit, move || app.metrics.slow_reader());
    let served = match accepting.tls.clone() {
        None => answer(stream, client, head, &accepting).await,
        Some(tls) => match tokio::time::timeout(head, tls.accept(stream)).await {
            Ok(Ok(stream)) => answer(stream, client, head, &accepting).await,
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("the TLS handshake took too long".into()),
        },
    };
    if let Err(error) = served {
        log::debug!("http: {peer}: {error}");
    }
}

/// Answers the requests of a connection, until one of both ends it.
async fn answer<S>(
    stream: S,
    client: Client,
    head: Duration,
    accepting: &Accepting,
) -> Result<(), String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (router, alive) = (accepting.router.clone(), accepting.alive.clone());
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(client);
        request.extensions_mut().insert(alive.clone());
        router.clone().call(request.map(Body::new))
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(head).max_header_size(HEAD);
    builder.max_headers(LINES).max_buf_size(2 * HEAD).half_close(false);
    let connection = builder.serve_connection(TokioIo::new(stream), service).with_upgrades();
    let mut connection = pin!(connection);
    tokio::select! {
        done = connection.as_mut() => return done.map_err(|error| error.to_string()),
        () = accepting.app.ending() => connection.as_mut().graceful_shutdown(),
    }
    connection.await.map_err(|error| error.to_string())
}
