//! The address of Home Assistant.

use sayso_network::is_this_machine;
use tungstenite::http::Uri;

/// Where the API is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The host: a name, or an IP address without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Whether the connection is encrypted.
    pub encrypted: bool,
    /// The address of the API.
    pub api: String,
}

impl Address {
    /// Reads an address as in a browser: `http://homeassistant.local:8123`. `ws` and `wss` mean the
    /// same as `http` and `https`.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(url: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{url:?} is no address of Home Assistant: write it as in a browser, for example \
                 http://homeassistant.local:8123"
            )
        };
        let uri: Uri = url.trim().parse().map_err(|_| wrong())?;
        let encrypted = match uri.scheme_str() {
            Some("http" | "ws") => false,
            Some("https" | "wss") => true,
            _ => return Err(wrong()),
        };
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'));
        let (host, authority) = uri.host().zip(authority).ok_or_else(wrong)?;
        if host.is_empty() {
            return Err(wrong());
        }
        let path = uri.path().trim_end_matches('/');
        let path = path.strip_suffix("/api/websocket").unwrap_or(path);
        let scheme = if encrypted { "wss" } else { "ws" };
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: uri.port_u16().unwrap_or(if encrypted { 443 } else { 80 }),
            encrypted,
            api: format!("{scheme}://{authority}{path}/api/websocket"),
        })
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
    fn addresses_are_those_of_a_browser() {
        let address = Address::parse("http://homeassistant.local:8123").expect("good");
        assert_eq!((&*address.host, address.port), ("homeassistant.local", 8123));
        assert_eq!(address.api, "ws://homeassistant.local:8123/api/websocket");
        assert!(address.is_open());
        let address = Address::parse("https://home.example/ha/").expect("good");
        assert_eq!((address.port, address.encrypted), (443, true));
        assert_eq!(address.api, "wss://home.example/ha/api/websocket");
        assert!(!address.is_open());
        let address = Address::parse("ws://[::1]:8123/api/websocket").expect("good");
        assert_eq!(address.host, "::1");
        assert_eq!(address.api, "ws://[::1]:8123/api/websocket");
        assert!(
            !address.is_open() && !Address::parse("http://127.0.0.1:1").expect("good").is_open()
        );
    }

    #[test]
    fn other_addresses_are_refused() {
        for url in ["", "homeassistant.local", "ftp://a", "http://", "http://u:p@a", "http://a b"] {
            assert!(Address::parse(url).is_err(), "{url}");
        }
    }
}
