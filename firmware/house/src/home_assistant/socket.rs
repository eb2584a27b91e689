//! The connection: a WebSocket, plain or encrypted, that neither waits for ever nor reads without
//! end.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};
use sayso_network::tls;
use serde_json::Value;
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Error, HandshakeError, Message, WebSocket};

use super::Address;

/// How long it may take to connect, and to answer before the connection is in use.
const PATIENCE: Duration = Duration::from_secs(8);

/// A message that is longer ends the connection. The states of 5,000 entities take about 4 MB.
const LONGEST: usize = 32 << 20;

/// What may wait to be sent, in bytes.
const MOST_WAITING: usize = 4 << 20;

/// Plain or encrypted.
enum Stream {
    Plain(TcpStream),
    Encrypted(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Stream {
    fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(tcp) => tcp,
            Self::Encrypted(stream) => &stream.sock,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(tcp) => tcp.read(buffer),
            Self::Encrypted(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(tcp) => tcp.write(buffer),
            Self::Encrypted(stream) => stream.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(tcp) => tcp.flush(),
            Self::Encrypted(stream) => stream.flush(),
        }
    }
}

/// A connection.
pub struct Socket {
    socket: WebSocket<Stream>,
    /// Whether something waits to be sent.
    unsent: bool,
}

impl Socket {
    /// Connects. It then waits for each message.
    pub fn open(address: &Address, authority: &Path) -> Result<Self, String> {
        let tcp = connect(address)?;
        let said = |error: io::Error| error.to_string();
        tcp.set_read_timeout(Some(PATIENCE)).map_err(said)?;
        tcp.set_write_timeout(Some(PATIENCE)).map_err(said)?;
        tcp.set_nodelay(true).map_err(said)?;
        let stream = if address.encrypted {
            let name = ServerName::try_from(address.host.clone());
            let name = name.map_err(|error| format!("{}: {error}", address.host))?;
            let client = ClientConnection::new(tls::config(authority)?, name);
            let client = client.map_err(|error| error.to_string())?;
            Stream::Encrypted(Box::new(StreamOwned::new(client, tcp)))
        } else {
            Stream::Plain(tcp)
        };
        let limits = WebSocketConfig::default()
            .max_message_size(Some(LONGEST))
            .max_frame_size(Some(LONGEST))
            .max_write_buffer_size(MOST_WAITING);
        let made = tungstenite::client::client_with_config(&address.api, stream, Some(limits));
        let (socket, _) = made.map_err(|error| match error {
            HandshakeError::Interrupted(_) => "it does not answer".to_owned(),
            HandshakeError::Failure(Error::Http(response)) => {
                format!("there is no Home Assistant: HTTP status {}", response.status().as_u16())
            }
            HandshakeError::Failure(error) => error.to_string(),
        })?;
        Ok(Self { socket, unsent: false })
    }

    /// From now on, it does not wait for messages.
    pub fn stop_waiting(&self) -> Result<(), String> {
        self.tcp().set_nonblocking(true).map_err(|error| error.to_string())
    }

    /// The socket to be waited for, and whether something waits to be sent.
    pub fn awaited(&self) -> (&TcpStream, bool) {
        (self.tcp(), self.unsent)
    }

    fn tcp(&self) -> &TcpStream {
        self.socket.get_ref().tcp()
    }

    /// Sends a message, or keeps it until it can be sent.
    pub fn send(&mut self, message: &Value) -> Result<(), String> {
        match self.socket.write(Message::text(message.to_string())) {
            Ok(()) => {}
            Err(Error::Io(error)) if is_for_later(&error) => {}
            Err(error) => return Err(error.to_string()),
        }
        self.flush()
    }

    /// Sends what waits, as far as possible.
    pub fn flush(&mut self) -> Result<(), String> {
        match self.socket.flush() {
            Ok(()) => self.unsent = false,
            Err(Error::Io(error)) if is_for_later(&error) => self.unsent = true,
            Err(error) => return Err(error.to_string()),
        }
        Ok(())
    }

    /// The next message. `None` if there is none now.
    pub fn read(&mut self) -> Result<Option<Value>, String> {
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => {
                    let message = serde_json::from_str(&text);
                    return message.map(Some).map_err(|error| format!("it sends no JSON: {error}"));
                }
                Ok(Message::Close(_)) => return Err("it has closed the connection".into()),
                // Pings are answered by the library when it writes next.
                Ok(_) => self.unsent = true,
                Err(Error::Io(error)) if is_for_later(&error) => return Ok(None),
                Err(error) => return Err(error.to_string()),
            }
        }
    }
}

fn connect(address: &Address) -> Result<TcpStream, String> {
    let all = (address.host.as_str(), address.port).to_socket_addrs();
    let all = all.map_err(|error| format!("{}: {error}", address.host))?;
    let mut why = format!("{}: there is no such host", address.host);
    for one in all {
        match TcpStream::connect_timeout(&one, PATIENCE) {
            Ok(tcp) => return Ok(tcp),
            Err(error) => why = format!("{}:{}: {error}", address.host, address.port),
        }
    }
    Err(why)
}

fn is_for_later(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), WouldBlock | TimedOut | Interrupted)
}
