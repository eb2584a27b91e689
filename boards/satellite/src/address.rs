//! The address of a satellite, and how to connect to it.

use std::ffi::OsStr;
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

/// The speed of a serial port if none is named. USB ports ignore it.
pub const DEFAULT_BAUD: u32 = 921_600;

/// How long a read waits for a byte, and a write for room.
const WAIT: Duration = Duration::from_millis(5);
/// How long to wait for a TCP connection.
const CONNECT: Duration = Duration::from_secs(3);
/// The address of a satellite. As text: `/dev/ttyACM0`, `/dev/ttyUSB0@460800`, `COM3`,
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
            let message = format!(
                "{text:?}: {why}. The address of a satellite is PORT[@BAUD] or tcp:HOST:PORT"
            );
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

/// Like the conversion from text. On Unix a serial port may have a name that is not UTF-8.
impl TryFrom<&OsStr> for Address {
    type Error = BoardError;

    fn try_from(text: &OsStr) -> Result<Self, BoardError> {
        let mut address = text.to_string_lossy().parse()?;
        match (&mut address, text.to_str()) {
            (_, Some(_)) => {}
            #[cfg(unix)]
            (Self::Serial { port, .. }, None) => {
                use std::os::unix::ffi::OsStrExt;
                let bytes = text.as_bytes();
                let end = bytes.iter().rposition(|byte| *byte == b'@').unwrap_or(bytes.len());
                *port = OsStr::from_bytes(&bytes[..end]).into();
            }
            _ => {
                let message = format!("{}: the address is not UTF-8", text.display());
                return Err(BoardError::new(BoardErrorKind::NotFound, message));
            }
        }
        Ok(address)
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

/// How a satellite on a network is protected. Serial ports are not: anyone who can reach the cable
/// can also reach the microphone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Security {
    /// Only satellites on this machine are allowed, because there is no key.
    #[default]
    LoopbackOnly,
    /// Everything is encrypted, and only satellites with the same key are allowed.
    Key(Key),
    /// Nothing is protected: anyone on the network can listen in and speak for the user.
    None,
}

impl Security {
    /// Whether a satellite at `ip` is allowed.
    pub(crate) fn allows(&self, ip: IpAddr) -> bool {
        *self != Self::LoopbackOnly || ip.to_canonical().is_loopback()
    }

    /// The wire over a connection, whichever side has connected.
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
                (io::ErrorKind::PermissionDenied, Self::Serial { .. }) => (
                    BoardErrorKind::Unavailable,
                    "add your user to the group that owns it (`ls -l` names the group)".into(),
                ),
                (_, Self::Serial { .. }) => (
                    BoardErrorKind::Unavailable,
                    "check that it is a serial port and that no other program uses it".into(),
                ),
                (_, Self::Tcp { .. }) => (
                    BoardErrorKind::Unavailable,
                    "check that the satellite is running and that this is its address".into(),
                ),
            };
            BoardError::new(kind, format!("cannot connect to {self}: {error}; {hint}"))
                .with_source(error)
        })
    }

    fn refuse(&self, ip: IpAddr) -> BoardError {
        let message = format!(
            "{self} is on the network ({ip}) and there is no key, so anyone there could listen in \
             and speak for you. Make a key with `sayso satellite-key` and put it into the \
             satellite and into satellite.key. To use no key, set satellite.insecure = true"
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

/// The serial ports of this machine, for people.
fn serial_ports() -> String {
    let ports = SerialPort::available_ports().unwrap_or_default();
    let names: Vec<String> = ports.iter().map(|port| port.display().to_string()).collect();
    match names.as_slice() {
        [] => "there is no serial port: plug the satellite in".into(),
        names => format!("the serial ports are: {}", names.join(", ")),
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

    #[cfg(unix)]
    #[test]
    fn a_serial_port_may_have_a_name_that_is_not_utf_8() {
        use std::os::unix::ffi::OsStrExt;

        let read = |text| Address::try_from(OsStr::from_bytes(text));
        let port = PathBuf::from(OsStr::from_bytes(b"/dev/p\xE9@r"));
        let serial = |baud| Address::Serial { port: port.clone(), baud };
        assert_eq!(read(b"/dev/p\xE9@r@9600").unwrap(), serial(9_600));
        let port = PathBuf::from(OsStr::from_bytes(b"/dev/p\xE9r"));
        assert_eq!(read(b"/dev/p\xE9r").unwrap(), Address::Serial { port, baud: 921_600 });
        assert_eq!(read(b"COM3").unwrap(), "COM3".parse().unwrap());
        assert!(read(b"/dev/p\xE9r@fast").is_err());
        let error = read(b"tcp:caf\xE9:7000").unwrap_err().to_string();
        assert_eq!(error, "tcp:caf\u{FFFD}:7000: the address is not UTF-8");
    }

    #[test]
    fn an_absent_port_or_host_is_reported() {
        let error = "/dev/no-such-port".parse::<Address>().unwrap();
        let error = error.open(&Security::default()).err().unwrap();
        assert_eq!(error.kind(), BoardErrorKind::NotFound);
        let cause = std::error::Error::source(&error).unwrap();
        let cause = cause.downcast_ref::<io::Error>().unwrap();
        assert_eq!(cause.kind(), io::ErrorKind::NotFound);
        assert!(error.to_string().contains("/dev/no-such-port"), "{error}");
    }

    /// An address that is never assigned (RFC 5737), so nothing is really sent to it.
    #[test]
    fn without_a_key_no_connection_is_made_to_the_network() {
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
