//! Why a server at an address cannot be used, and what to do. Nothing that it has sent is shown.

use std::path::PathBuf;

use reqwest::StatusCode;
use sayso_network::Failure;
use sayso_skills::Obstacle;

/// What is known of the address.
pub struct Reasons {
    /// The server, by its name in the settings.
    pub name: String,
    /// Its host and its port.
    pub place: String,
    /// The file of the key that is sent.
    pub key_file: Option<PathBuf>,
}

impl Reasons {
    /// The server answers with this status, which is no success.
    pub fn of_status(&self, status: StatusCode) -> Obstacle {
        let name = &self.name;
        let shown = status.as_u16();
        match (status, &self.key_file) {
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, Some(file)) => Obstacle::new(
                format!("it refuses the key (HTTP {shown})"),
                format!("put the right key into {}", file.display()),
            ),
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, None) => Obstacle::new(
                format!("it wants a key (HTTP {shown})"),
                format!("write its key into a file, and name the file in mcp.{name}.key_file"),
            ),
            (StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::METHOD_NOT_ALLOWED, _) => {
                Obstacle::new(
                    format!("there is no server of tools at this path (HTTP {shown})"),
                    format!("correct the path in mcp.{name}.url: often it is /mcp"),
                )
            }
            (StatusCode::TOO_MANY_REQUESTS, _) => Obstacle::new(
                format!("it is asked too often (HTTP {shown})"),
                "wait, then try again",
            ),
            _ if status.is_redirection() => Obstacle::new(
                format!("it is at another address (HTTP {shown}), and Sayso follows nobody there"),
                format!(
                    "see where it is by `curl -I` and the address, and write that into \
                     mcp.{name}.url"
                ),
            ),
            _ if status.is_server_error() => Obstacle::new(
                format!("it has failed (HTTP {shown})"),
                "look into the log of the server",
            ),
            _ => Obstacle::new(
                format!("it refuses the request (HTTP {shown})"),
                format!("check that mcp.{name}.url is that of a server of tools"),
            ),
        }
    }

    /// A request failed.
    pub fn of_request(&self, error: &reqwest::Error) -> Obstacle {
        let (name, place) = (&self.name, &self.place);
        let runs = format!("check mcp.{name}.url, and that the server runs");
        let certificate = format!("name the file of its certificate in mcp.{name}.ca_file");
        let (why, todo) = match Failure::of(error) {
            Some(Failure::Refused) => (format!("{place} refuses the connection"), runs),
            Some(Failure::NoRoute) => (
                format!("there is no way to {place}"),
                format!("check the network, and the host in mcp.{name}.url"),
            ),
            Some(Failure::Untrusted) => (
                format!("nobody who is trusted has signed the certificate of {place}"),
                certificate,
            ),
            Some(Failure::Expired) => (
                format!("the certificate of {place} is not valid now"),
                "renew it, or set the clock of this machine".into(),
            ),
            Some(Failure::OtherName) => (
                format!("the certificate of {place} is for another host"),
                format!("write the host that it is for into mcp.{name}.url"),
            ),
            Some(Failure::BadCertificate) => (
                format!("the certificate of {place} cannot be used"),
                "give the server another one".into(),
            ),
            Some(Failure::NotEncrypted) => (
                format!("{place} does not encrypt as https does"),
                format!("check the port in mcp.{name}.url, and whether it is http"),
            ),
            Some(Failure::Silent) => (format!("{place} does not answer"), runs),
            None if error.is_timeout() => (format!("{place} does not answer"), runs),
            Some(Failure::HungUp) => (format!("{place} hangs up"), runs),
            None => (format!("{place} does not answer as a web server does"), runs),
        };
        Obstacle::new(why, todo)
    }

    /// There is no such host.
    pub fn no_host(&self) -> Obstacle {
        let host = self.place.rsplit_once(':').map_or(&*self.place, |(host, _)| host);
        Obstacle::new(
            format!("there is no host called {host}"),
            format!("correct the host in mcp.{}.url, or check the network", self.name),
        )
    }

    /// It answers with a page for people.
    pub fn web_page(&self) -> Obstacle {
        Obstacle::new(
            "it answers with a web page",
            format!("correct the path in mcp.{}.url: often it is /mcp", self.name),
        )
    }

    /// It answers with something else.
    pub fn odd_answer(&self) -> Obstacle {
        Obstacle::new(
            "it does not answer as a server of tools does",
            format!("check that mcp.{}.url is that of a server of tools", self.name),
        )
    }
}
