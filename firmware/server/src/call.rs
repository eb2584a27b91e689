//! A WebRTC call on a socket of its own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Instant;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sayso::{Config, Error, Result};
use sayso_webrtc::{Call, Output, Packet, Played};
use tokio::net::UdpSocket;

use crate::app::App;
use crate::client::Client;

/// The kind of an offer and of an answer.
pub const SDP: &str = "application/sdp";

/// UDP ports that are tried, from `server.media_port` on.
const PORTS: u16 = 100;
/// The longest datagram that is read, in bytes: more than any network carries in one piece.
const LONGEST: usize = 2_000;

/// Something from the other end.
#[derive(Debug)]
pub enum Arrived {
    Text(String),
    Sound(Packet),
    Played(Played),
    /// The call is over; why, for people.
    Ended(&'static str),
}

/// A call, and the socket on which it is held.
pub struct CallLine {
    call: Call,
    socket: UdpSocket,
    buffer: Vec<u8>,
}

/// Why a call cannot begin.
pub enum NoCall {
    /// The offer cannot be accepted.
    Offer(String),
    /// There is no socket for it.
    Socket(String),
}

/// Answers an offer of this client's. The second value is the answer.
///
/// # Errors
/// When the offer cannot be accepted, or there is no socket.
pub async fn answer(
    app: &App,
    client: Client,
    headers: &HeaderMap,
    offer: &str,
) -> std::result::Result<(CallLine, String), NoCall> {
    let announced = announced(app.config()).map_err(|error| NoCall::Socket(error.to_string()))?;
    if announced.is_none() && client.reached.is_loopback() && !is_local(headers) {
        let why = "behind a proxy, calls need server.media_address: the address of this machine";
        return Err(NoCall::Socket(why.into()));
    }
    // If the address is announced by the settings, packets come by any.
    let at = match announced {
        None => client.reached,
        Some(IpAddr::V4(_)) => Ipv4Addr::UNSPECIFIED.into(),
        Some(IpAddr::V6(_)) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = bind(at, app.config().server.media_port).await.map_err(NoCall::Socket)?;
    let failed = |error: std::io::Error| NoCall::Socket(error.to_string());
    let local = socket.local_addr().map_err(failed)?;
    let announced = announced.map(|address| SocketAddr::new(address, local.port()));
    let (call, answer) = Call::answer(offer, local, announced, Instant::now())
        .map_err(|refused| NoCall::Offer(refused.to_string()))?;
    Ok((CallLine { call, socket, buffer: vec![0; LONGEST] }, answer))
}

/// Checks what the settings say about calls.
///
/// # Errors
/// When `server.media_address` is no numeric address.
pub fn check(config: &Config) -> Result<()> {
    announced(config).map(drop)
}

/// The address at which others reach this machine, if the settings have one.
fn announced(config: &Config) -> Result<Option<IpAddr>> {
    let address = config.server.media_address.as_str();
    if address.is_empty() {
        return Ok(None);
    }
    address.parse().map(Some).map_err(|_| {
        let why = "not a numeric address, such as 192.168.1.20 or 2001:db8::20";
        Error::input(format!("server.media_address = {address:?}: {why}"))
    })
}

/// Whether the request was sent to this machine by a name for itself.
fn is_local(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_matches(['[', ']']).parse::<IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

async fn bind(at: IpAddr, first: u32) -> std::result::Result<UdpSocket, String> {
    // The settings allow no more.
    let first = u16::try_from(first).unwrap_or(0);
    let ports = match first {
        0 => 0..=0,
        first => first..=first.saturating_add(PORTS - 1),
    };
    let mut why = String::new();
    for port in ports {
        match UdpSocket::bind((at, port)).await {
            Ok(socket) => return Ok(socket),
            Err(error) => why = format!("no UDP port at {at} for the sound: {error}"),
        }
    }
    Err(why)
}

/// The answer to an offer that was accepted. `place` is where the call is found.
pub fn created(answer: String, place: Option<&str>) -> Response {
    let mut response = (StatusCode::CREATED, [(header::CONTENT_TYPE, SDP)], answer).into_response();
    if let Some(place) = place.and_then(|place| place.parse().ok()) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

impl CallLine {
    /// Waits for something from the other end. Nothing is lost if the caller stops waiting.
    pub async fn next(&mut self) -> Arrived {
        loop {
            match self.call.poll(Instant::now()) {
                Output::Send { to, datagram } => {
                    // A datagram may be lost on any network.
                    let _ = self.socket.send_to(&datagram, to).await;
                }
                Output::Text(text) => return Arrived::Text(text),
                Output::Sound(packet) => return Arrived::Sound(packet),
                Output::Played(played) => return Arrived::Played(played),
                Output::Ended(why) => return Arrived::Ended(why),
                Output::Wait(until) => tokio::select! {
                    received = self.socket.recv_from(&mut self.buffer) => {
                        // An error is one of an earlier datagram, which did not arrive.
                        if let Ok((length, from)) = received
                            && let Some(datagram) = self.buffer.get(..length)
                        {
                            self.call.receive(from, datagram, Instant::now());
                        }
                    }
                    () = tokio::time::sleep_until(until.into()) => {}
                },
            }
        }
    }

    /// Sends a text.
    pub fn say(&mut self, text: &str) {
        self.call.say(text);
    }

    /// Plays sound after all that was given before.
    pub fn play(&mut self, samples: &[f32]) {
        self.call.play(samples);
    }

    /// Plays up to a place and drops what is after it.
    pub fn stop(&mut self, at: u64, fade: u16) {
        self.call.stop(at, fade);
    }

    /// Ends the call, and informs the other end.
    pub async fn close(mut self) {
        self.call.close("this end has closed the call");
        loop {
            match self.call.poll(Instant::now()) {
                Output::Send { to, datagram } => {
                    let _ = self.socket.send_to(&datagram, to).await;
                }
                Output::Ended(_) | Output::Wait(_) => return,
                Output::Text(_) | Output::Sound(_) | Output::Played(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_known_by_the_name_that_it_passes_on() {
        let local = |host: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().expect("a header"));
            is_local(&headers)
        };
        for host in ["localhost", "LOCALHOST:8765", "127.0.0.1:8765", "[::1]:8765", "127.1.2.3"] {
            assert!(local(host), "{host}");
        }
        for host in ["sayso.example.org", "192.168.1.2:8765", "", "localhost.example.org:443"] {
            assert!(!local(host), "{host}");
        }
    }
}
