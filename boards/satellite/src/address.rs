//! Where a satellite is, and how to get there.

use std::fmt;
use std::io;
use std::net::{IpAddr, TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sayso_board::{BoardError, BoardErrorKind};
use sayso_secure::Key;
use serial2::SerialPort;

use crate::secure::Sealed;
use crate::wire::Wire;

/// The speed of a serial port of which none is named. A USB port takes any.
pub const DEFAULT_BAUD: u32 = 921_600;

/// How long a read waits for a byte, and a write for room.
const WAIT: Duration = Duration::from_millis(5);
/// How long to wait for a TCP connection.
const CONNECT: Duration = Duration::from_secs(3);
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
            BoardError::new(BoardErrorKind::Config, message)
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

/// What protects a satellite that is reached over a network. Serial ports are not: who has
/// the cable has the microphone as well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Security {
    /// Only satellites of this very machine are talked with: there is no key.
    #[default]
    LoopbackOnly,
    /// Everything is encrypted, and only a satellite with the same key is talked with.
    Key(Key),
    /// Nothing is: anyone on the network can listen in and speak for the user.
    None,
}

impl Security {
    /// Whether a satellite at `ip` may be talked with.
    pub(crate) fn allows(&self, ip: IpAddr) -> bool {
        *self != Self::LoopbackOnly || ip.to_canonical().is_loopback()
    }

    /// The wire that a connection makes, whoever dialled.
    ///
    /// # Errors
    /// When it is closed already.
    pub(crate) fn protect(&self, stream: TcpStream) -> io::Result<Box<dyn Wire>> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(WAIT))?;
        stream.set_write_timeout(Some(WAIT))?;
        Ok(match self {
            Self::Key(key) => Box::new(Sealed::new(Box::new(stream), key.clone())),
            Self::LoopbackOnly | Self::None => Box::new(stream),
        })
    }
}

impl Address {
    /// Opens the wire.
    ///
    /// # Errors
    /// [`BoardErrorKind::Config`] when `security` does not allow it,
    /// [`BoardErrorKind::NotFound`] when there is no such serial port, otherwise
    /// [`BoardErrorKind::Unavailable`] when it cannot be opened.
    pub fn open(&self, security: &Security) -> Result<Box<dyn Wire>, BoardError> {
        let opened = match self {
            Self::Serial { port, baud } => open_serial(port, *baud).map(|port| Box::new(port) as _),
            Self::Tcp { host } => {
                let addresses = host.to_socket_addrs().map(Iterator::collect::<Vec<_>>);
                if let Ok(addresses) = &addresses
                    && let Some(stranger) = addresses.iter().find(|a| !security.allows(a.ip()))
                {
                    return Err(self.refuse(stranger.ip()));
                }
                addresses
                    .and_then(|addresses| open_tcp(&addresses))
                    .and_then(|stream| security.protect(stream))
            }
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
            BoardError::new(kind, format!("{self}: {error}; {hint}")).with_source(error)
        })
    }

    fn refuse(&self, ip: IpAddr) -> BoardError {
        let message = format!(
            "{self} is on the network ({ip}) and there is no key, so anyone there could listen \
             in and speak for you. `sayso satellite-key` makes one: put it into the satellite \
             and into satellite.key. Or set satellite.insecure = true to go without"
        );
        BoardError::new(BoardErrorKind::Config, message)
    }
}

fn open_serial(port: &Path, baud: u32) -> io::Result<SerialPort> {
    let mut port = SerialPort::open(port, baud)?;
    port.set_read_timeout(WAIT)?;
    port.set_write_timeout(WAIT)?;
    Ok(port)
}

fn open_tcp(addresses: &[std::net::SocketAddr]) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "no such host");
    for address in addresses {
        match TcpStream::connect_timeout(address, CONNECT) {
            Ok(stream) => return Ok(stream),
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
            let error = wrong.parse::<Address>().expect_err(wrong);
            assert_eq!(error.kind(), BoardErrorKind::Config, "{wrong}");
        }
    }

    #[test]
    fn what_is_not_there_is_said() {
        let error = "/dev/no-such-port".parse::<Address>().unwrap();
        let error = error.open(&Security::default()).err().unwrap();
        assert_eq!(error.kind(), BoardErrorKind::NotFound);
        let cause = std::error::Error::source(&error).unwrap();
        let cause = cause.downcast_ref::<io::Error>().unwrap();
        assert_eq!(cause.kind(), io::ErrorKind::NotFound);
        assert!(error.to_string().contains("/dev/no-such-port"), "{error}");
    }

    /// An address that is documented never to be anybody's (RFC 5737): nothing is sent to it.
    #[test]
    fn without_a_key_nobody_on_the_network_is_called() {
        for stranger in ["tcp:192.0.2.1:7000", "tcp:[2001:db8::1]:7000", "tcp:[::ffff:192.0.2.1]:7"]
        {
            let address = stranger.parse::<Address>().unwrap();
            let began = std::time::Instant::now();
            let error = address.open(&Security::LoopbackOnly).err().unwrap();
            assert!(began.elapsed() < CONNECT, "it was called");
            assert_eq!(error.kind(), BoardErrorKind::Config, "{error}");
            for said in [stranger, "sayso satellite-key", "satellite.insecure = true"] {
                assert!(error.to_string().contains(said), "{error}");
            }
        }
        for own in ["127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"] {
            assert!(Security::LoopbackOnly.allows(own.parse().unwrap()), "{own}");
        }
        let stranger = "192.0.2.1".parse().unwrap();
        assert!(Security::None.allows(stranger));
        assert!(Security::Key(Key::new([1; 32])).allows(stranger));
    }
}
