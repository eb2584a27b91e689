//! Where a satellite is, and how to get there.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use sayso_board::{BoardError, BoardErrorKind};
use serial2::SerialPort;

/// The speed of a serial port of which none is named. A USB port takes any.
pub const DEFAULT_BAUD: u32 = 921_600;

/// How long a read waits for a byte, and a write for room.
const WAIT: Duration = Duration::from_millis(5);
/// How long to wait for a TCP connection.
const CONNECT: Duration = Duration::from_secs(3);
/// The most bytes written at once: a serial port may hold up the thread until all
/// have gone.
const PIECE: usize = 1_024;

/// Where a satellite is. As text: `/dev/ttyACM0`, `/dev/ttyUSB0@460800`, `COM3`,
/// `tcp:HOST:PORT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A serial port.
    Serial {
        /// The device.
        port: PathBuf,
        /// Its speed, in baud.
        baud: u32,
    },
    /// A TCP server.
    Tcp {
        /// Name or address, and port.
        host: String,
    },
}

impl FromStr for Address {
    type Err = BoardError;

    fn from_str(text: &str) -> Result<Self, BoardError> {
        let refuse = |why: &str| {
            let message =
                format!("{text:?}: {why}; a satellite is at a PORT[@BAUD] or at tcp:HOST:PORT");
            BoardError::new(BoardErrorKind::NotFound, message)
        };
        if let Some(host) = text.strip_prefix("tcp:") {
            let Some((name, port)) = host.rsplit_once(':') else {
                return Err(refuse("the port is missing"));
            };
            if name.is_empty() || port.parse::<u16>().is_err() {
                return Err(refuse("not a host and a port number"));
            }
            return Ok(Self::Tcp { host: host.to_owned() });
        }
        let (port, baud) = match text.rsplit_once('@') {
            None => (text, DEFAULT_BAUD),
            Some((port, baud)) => match baud.parse() {
                Ok(baud) if baud > 0 => (port, baud),
                _ => return Err(refuse("not a speed in baud")),
            },
        };
        if port.is_empty() {
            return Err(refuse("the serial port is missing"));
        }
        Ok(Self::Serial { port: port.into(), baud })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Serial { port, .. } => write!(f, "{}", port.display()),
            Self::Tcp { host } => write!(f, "tcp:{host}"),
        }
    }
}

/// An open wire.
pub enum Wire {
    Serial(SerialPort),
    Tcp(TcpStream),
}

impl Address {
    /// Opens the wire.
    pub fn open(&self) -> Result<Wire, BoardError> {
        let opened = match self {
            Self::Serial { port, baud } => open_serial(port, *baud).map(Wire::Serial),
            Self::Tcp { host } => open_tcp(host).map(Wire::Tcp),
        };
        opened.map_err(|error| {
            let (kind, hint) = match (error.kind(), self) {
                (io::ErrorKind::NotFound, Self::Serial { .. }) => {
                    (BoardErrorKind::NotFound, serial_ports())
                }
                (io::ErrorKind::PermissionDenied, Self::Serial { .. }) => {
                    (BoardErrorKind::Unavailable, "join its group (`ls -l` names it)".into())
                }
                (_, Self::Serial { .. }) => {
                    (BoardErrorKind::Unavailable, "is it a serial port, and unused?".into())
                }
                (_, Self::Tcp { .. }) => (
                    BoardErrorKind::Unavailable,
                    "is the satellite running, and its address right?".into(),
                ),
            };
            BoardError::new(kind, format!("{self}: {error}; {hint}"))
        })
    }
}

fn open_serial(port: &std::path::Path, baud: u32) -> io::Result<SerialPort> {
    let mut port = SerialPort::open(port, baud)?;
    port.set_read_timeout(WAIT)?;
    port.set_write_timeout(WAIT)?;
    Ok(port)
}

fn open_tcp(host: &str) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "no such host");
    for address in host.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(WAIT))?;
                stream.set_write_timeout(Some(WAIT))?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// What ports there are, for people.
fn serial_ports() -> String {
    let ports = SerialPort::available_ports().unwrap_or_default();
    let names: Vec<String> = ports.iter().map(|port| port.display().to_string()).collect();
    match names.as_slice() {
        [] => "there is no serial port: is the satellite plugged in?".into(),
        names => format!("there is: {}", names.join(", ")),
    }
}

impl Wire {
    /// Reads what has come, waiting a little for the first byte.
    ///
    /// # Errors
    /// When the wire is gone.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match self {
            Self::Serial(port) => port.read(buffer),
            Self::Tcp(stream) => stream.read(buffer),
        };
        match read {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            other => or_nothing(other),
        }
    }

    /// Writes as much as goes at once.
    ///
    /// # Errors
    /// When the wire is gone.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = bytes.get(..PIECE).unwrap_or(bytes);
        or_nothing(match self {
            Self::Serial(port) => port.write(piece),
            Self::Tcp(stream) => stream.write(piece),
        })
    }
}

fn or_nothing(done: io::Result<usize>) -> io::Result<usize> {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    match done {
        Err(error) if matches!(error.kind(), Interrupted | TimedOut | WouldBlock) => Ok(0),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        let serial = |port: &str, baud| Address::Serial { port: port.into(), baud };
        assert_eq!("/dev/ttyACM0".parse::<Address>().unwrap(), serial("/dev/ttyACM0", 921_600));
        assert_eq!("COM3@115200".parse::<Address>().unwrap(), serial("COM3", 115_200));
        let tcp = Address::Tcp { host: "kitchen.lan:4000".into() };
        assert_eq!("tcp:kitchen.lan:4000".parse::<Address>().unwrap(), tcp);
        let six = Address::Tcp { host: "[::1]:4000".into() };
        assert_eq!("tcp:[::1]:4000".parse::<Address>().unwrap(), six);
        for wrong in ["", "tcp:", "tcp:kitchen", "tcp::80", "tcp:a:70000", "/dev/x@fast", "@9600"] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_there_is_said() {
        let error = "/dev/no-such-port".parse::<Address>().unwrap().open().err().unwrap();
        assert_eq!(error.kind(), BoardErrorKind::NotFound);
        assert!(error.to_string().contains("/dev/no-such-port"), "{error}");
    }
}
