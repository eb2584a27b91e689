//! Where a server is.

use std::net::IpAddr;

/// Whether a host is this machine: `localhost`, or an address of the loopback.
pub fn is_this_machine(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Where the server of an `http` or `https` address is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The host: a name, or an IP address without brackets.
    pub host: String,
    /// Whether the connection is encrypted.
    pub encrypted: bool,
}

impl Place {
    /// Reads an address. `None` if it is none, or names a user.
    pub fn of(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let encrypted = match scheme {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        let authority = rest.split(['/', '?', '#']).next()?;
        if url.contains(char::is_whitespace) || authority.contains('@') {
            return None;
        }
        let host = match authority.strip_prefix('[') {
            Some(address) => address.split_once(']')?.0,
            None => authority.split(':').next()?,
        };
        (!host.is_empty()).then(|| Self { host: host.to_owned(), encrypted })
    }

    /// Whether what is sent can be read on a network.
    pub fn is_open(&self) -> bool {
        !self.encrypted && !is_this_machine(&self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_connections_to_others_are_open() {
        let open = |url: &str| Place::of(url).map(|place| place.is_open());
        for url in ["http://localhost:1", "http://127.0.0.1/mcp", "http://[::1]:8/", "https://a"] {
            assert_eq!(open(url), Some(false), "{url}");
        }
        for url in ["http://a", "http://192.168.1.2:80/x", "http://[fe80::1]", "http://localhost.x"]
        {
            assert_eq!(open(url), Some(true), "{url}");
        }
        for url in ["", "a", "ftp://a", "http://", "http://u:p@a", "http://a b", "http://[::1"] {
            assert_eq!(open(url), None, "{url}");
        }
        assert_eq!(Place::of("https://[::1]:8/x").map(|place| place.host).as_deref(), Some("::1"));
    }
}
