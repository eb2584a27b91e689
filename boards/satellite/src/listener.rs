//! Satellites that connect to us over TCP.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use sayso_board::{BoardError, BoardErrorKind};

use crate::address::{Address, Security};
use crate::wire::Wire;
use crate::{Satellite, SatelliteConfig};

/// How often it checks whether a satellite connects.
const LOOK: Duration = Duration::from_millis(20);

/// A TCP port to which satellites connect.
pub struct SatelliteListener {
    listener: TcpListener,
    address: SocketAddr,
    security: Security,
    volume: u8,
}

impl SatelliteListener {
    /// Listens at `address`, which is `HOST:PORT` with a numeric host. Satellites are protected
    /// according to `security`; `volume` is their loudness in percent.
    ///
    /// # Errors
    /// [`BoardErrorKind::Config`] when that is no address, or `security` does not allow it;
    /// [`BoardErrorKind::Unavailable`] when it is in use.
    pub fn bind(address: &str, security: Security, volume: u8) -> Result<Self, BoardError> {
        let refuse = |kind, why: String| BoardError::new(kind, format!("tcp:{address}: {why}"));
        let address: SocketAddr = address.parse().map_err(|_| {
            let why = "not a numeric address and a port, such as 127.0.0.1:7000 or [::1]:7000";
            refuse(BoardErrorKind::Config, why.into())
        })?;
        if !security.allows(address.ip()) {
            let why = "without a key, anyone on the network could listen in and speak for you, so \
                       only a loopback address such as 127.0.0.1 is allowed. Make a key with \
                       `sayso satellite-key` and put it into the satellite and into satellite.key. \
                       To use no key, set satellite.insecure = true";
            return Err(refuse(BoardErrorKind::Config, why.into()));
        }
        let bound = TcpListener::bind(address).and_then(|listener| {
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            Ok(Self { listener, address, security, volume })
        });
        bound.map_err(|error| {
            let why = format!("{error}; choose another port, or stop the program that uses it");
            refuse(BoardErrorKind::Unavailable, why).with_source(error)
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    fn wire(&self, stream: TcpStream) -> io::Result<Box<dyn Wire>> {
        // On some systems a connection inherits this from the listener.
        stream.set_nonblocking(false)?;
        self.security.protect(stream)
    }

    /// The next satellite that connects within `wait`, if any, and its address.
    /// [Identify](Satellite::identify) it, then [`start`](sayso_board::Board::start) it. Dropping
    /// it closes the connection.
    ///
    /// # Errors
    /// [`BoardErrorKind::Unavailable`] when the system cannot take in another connection now.
    /// It goes on listening.
    pub fn accept(&mut self, wait: Duration) -> Result<Option<(IpAddr, Satellite)>, BoardError> {
        let until = Instant::now() + wait;
        loop {
            match self.listener.accept() {
                Ok((stream, peer)) => match self.wire(stream) {
                    Ok(wire) => {
                        let config = SatelliteConfig {
                            address: Address::Tcp { host: peer.to_string() },
                            security: self.security.clone(),
                            volume: self.volume,
                            name: None,
                        };
                        return Ok(Some((peer.ip(), Satellite::on(wire, config))));
                    }
                    // It has closed the connection already.
                    Err(error) => log::info!("tcp:{peer}: {error}"),
                },
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Ok(None);
                    }
                    std::thread::sleep(left.min(LOOK));
                }
                // The client has given up.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    let message = format!("tcp:{}: {error}", self.address);
                    return Err(
                        BoardError::new(BoardErrorKind::Unavailable, message).with_source(error)
                    );
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_key_only_this_machine_can_connect() {
        for address in ["127.0.0.1:0", "127.9.9.9:0", "[::1]:0", "[::ffff:127.0.0.1]:0"] {
            // IPv6 may be disabled.
            if let Err(error) = SatelliteListener::bind(address, Security::LoopbackOnly, 100) {
                assert_eq!(error.kind(), BoardErrorKind::Unavailable, "{error}");
            }
        }
        for address in ["0.0.0.0:0", "192.168.1.2:0", "[::]:0", "[::ffff:10.0.0.1]:0"] {
            let error =
                SatelliteListener::bind(address, Security::LoopbackOnly, 100).err().expect(address);
            assert_eq!(error.kind(), BoardErrorKind::Config, "{error}");
            for said in ["without a key", "sayso satellite-key", "satellite.insecure = true"] {
                assert!(error.to_string().contains(said), "{error}");
            }
        }
        for address in ["", "kitchen.lan:7", "127.0.0.1", "127.0.0.1:70000"] {
            let error =
                SatelliteListener::bind(address, Security::LoopbackOnly, 100).err().expect(address);
            assert_eq!(error.kind(), BoardErrorKind::Config, "{error}");
            assert!(error.to_string().contains("numeric"), "{error}");
        }
    }

    #[test]
    fn a_port_that_is_in_use_is_reported() {
        let first =
            SatelliteListener::bind("127.0.0.1:0", Security::LoopbackOnly, 100).expect("a port");
        let error =
            SatelliteListener::bind(&first.address().to_string(), Security::LoopbackOnly, 100)
                .err();
        assert_eq!(error.expect("taken").kind(), BoardErrorKind::Unavailable);
    }
}
