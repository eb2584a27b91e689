//! The names by which a request was sent.
//!
//! A web page of somebody else's, in a browser on this machine, can send requests to it. The
//! browser says where such a page comes from (`Origin`), so they are refused. A page can also
//! let a name of its own point to this machine (DNS rebinding); then `Host` has that name.

use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::uri::{Authority, Uri};
use std::net::IpAddr;

use sayso::config::Server;

/// The names of this machine, and the pages of others that may use it.
pub struct Names {
    names: Vec<String>,
    origins: Vec<String>,
}

impl Names {
    pub fn of(settings: &Server) -> Self {
        let mut names: Vec<String> =
            settings.names.iter().map(|name| name.to_ascii_lowercase()).collect();
        if let Some(own) = own_name() {
            names.push(format!("{own}.local"));
            names.push(own);
        }
        let origins = settings.origins.iter();
        let origins = origins.map(|origin| origin.trim_end_matches('/').to_ascii_lowercase());
        Self { names, origins: origins.collect() }
    }

    /// Whether a request was sent to this machine by one of its names, and by no foreign page.
    ///
    /// # Errors
    /// With the reason, for people.
    pub fn check(&self, headers: &HeaderMap, uri: &Uri) -> Result<(), String> {
        let host = match (headers.get(header::HOST), uri.authority()) {
            (Some(host), _) => authority(host).ok_or("the header Host is malformed")?,
            (None, Some(authority)) => authority.clone(),
            // No browser leaves it out; the checks of a proxy may.
            (None, None) if headers.contains_key(header::ORIGIN) => {
                return Err("the header Host is missing".into());
            }
            (None, None) => return Ok(()),
        };
        if !self.is_ours(host.host()) {
            return Err(format!(
                "this machine is not known as {}: add that name to server.names",
                host.host()
            ));
        }
        let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
        let same = origin
            .to_str()
            .ok()
            .and_then(|origin| origin.split_once("://"))
            .is_some_and(|(_, theirs)| theirs.eq_ignore_ascii_case(host.as_str()));
        if same || self.foreign(headers).is_some() {
            return Ok(());
        }
        Err(format!(
            "a page from {} may not use this server: add it to server.origins. If this server is \
             behind a proxy, let that pass on the header Host",
            origin.to_str().unwrap_or("elsewhere")
        ))
    }

    /// The origin of a request by a page on another server that may use this one.
    pub fn foreign(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        let theirs = origin.to_str().ok()?.to_ascii_lowercase();
        self.origins.contains(&theirs).then(|| origin.clone())
    }

    /// Whether a host is this machine. An address cannot be let point elsewhere.
    fn is_ours(&self, host: &str) -> bool {
        let host = host.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase();
        host == "localhost"
            || host.ends_with(".localhost")
            || host.parse::<IpAddr>().is_ok()
            || self.names.contains(&host)
    }
}

fn authority(host: &HeaderValue) -> Option<Authority> {
    let authority = Authority::try_from(host.as_bytes()).ok()?;
    (!authority.host().is_empty() && !authority.as_str().contains('@')).then_some(authority)
}

/// The name of this machine.
#[cfg(unix)]
pub fn own_name() -> Option<String> {
    let system = rustix::system::uname();
    let name = system.nodename().to_str().ok()?.to_ascii_lowercase();
    let name = name.split('.').next().unwrap_or_default();
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(not(unix))]
pub fn own_name() -> Option<String> {
    std::env::var("COMPUTERNAME").ok().map(|name| name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(host: Option<&str>, origin: Option<&str>) -> Result<(), String> {
        let settings = Server {
            names: vec!["Sayso.example.org".into()],
            origins: vec!["https://home.example.org/".into()],
            ..Server::default()
        };
        let mut headers = HeaderMap::new();
        for (name, value) in [(header::HOST, host), (header::ORIGIN, origin)] {
            if let Some(value) = value {
                headers.insert(name, HeaderValue::from_str(value).expect("a header"));
            }
        }
        Names::of(&settings).check(&headers, &Uri::from_static("/"))
    }

    #[test]
    fn only_the_names_of_this_machine_are_served() {
        for host in [
            "localhost:8765",
            "127.0.0.1:8765",
            "[::1]:8765",
            "192.168.1.2",
            "sayso.example.org",
            "SAYSO.example.org:443",
            "sayso.localhost",
        ] {
            assert_eq!(check(Some(host), None), Ok(()), "{host}");
        }
        assert_eq!(check(None, None), Ok(()));
        let own = own_name().expect("this machine has a name");
        assert_eq!(check(Some(&format!("{own}.local:1")), None), Ok(()));
        for host in
            ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8765", "a@localhost"]
        {
            assert!(check(Some(host), None).is_err(), "{host}");
        }
        assert!(check(None, Some("http://localhost")).is_err());
    }

    #[test]
    fn only_pages_of_this_server_and_those_of_the_settings_may_use_it() {
        let from = |host, origin| check(Some(host), Some(origin));
        assert_eq!(from("localhost:8765", "http://localhost:8765"), Ok(()));
        assert_eq!(from("sayso.example.org", "https://sayso.example.org"), Ok(()));
        assert_eq!(from("localhost:8765", "https://home.example.org"), Ok(()));
        for origin in
            ["http://localhost", "http://localhost:1", "null", "https://evil.example", "file://"]
        {
            assert!(from("localhost:8765", origin).is_err(), "{origin}");
        }
    }
}
