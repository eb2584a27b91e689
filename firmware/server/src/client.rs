//! The other end of a connection.

use std::net::IpAddr;

/// Who has sent a request.
#[derive(Clone, Copy, Debug)]
pub struct Client {
    /// The address of the other end, which may be a proxy.
    pub ip: IpAddr,
    /// The address of this machine that it has reached.
    pub reached: IpAddr,
    /// Whether the connection is encrypted up to this program.
    pub encrypted: bool,
}
