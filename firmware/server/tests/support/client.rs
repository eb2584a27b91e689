//! Raw clients of the server: HTTP, and WebSockets as programs use them.
#![allow(dead_code)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;
use tungstenite::client::IntoClientRequest;
use tungstenite::http::HeaderValue;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

/// An answer over HTTP.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

pub fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time-out");
    stream
}

pub fn request(address: &str, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Answer {
    let mut stream = connect(address);
    let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|header| header.to_ascii_lowercase().starts_with("host:")) {
        head.push_str(&format!("Host: {address}\r\n"));
    }
    headers.iter().for_each(|header| head.push_str(&format!("{header}\r\n")));
    if !body.is_empty() {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).expect("sent");
    // It may answer before it has read everything.
    let _ = stream.write_all(body);
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text);
    parsed(&text)
}

/// An answer whose body ends with the connection.
pub fn parsed(text: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(text);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

/// A WebSocket, as a program uses it.
pub struct Client {
    pub socket: WebSocket<MaybeTlsStream<TcpStream>>,
    /// Sound that has arrived, in samples.
    pub sound: Vec<i16>,
    /// Everything else that has arrived.
    pub events: Vec<Value>,
    pub closed: Option<u16>,
}

impl Client {
    /// Connects, or returns the status of the refusal.
    pub fn connect(address: &str, path: &str, headers: &[(&str, &str)]) -> Connected<Self> {
        let url = format!("ws://{address}{path}");
        let mut request = url.into_client_request().expect("a request");
        for (name, value) in headers {
            let name = tungstenite::http::HeaderName::from_bytes(name.as_bytes()).expect("a name");
            request.headers_mut().insert(name, HeaderValue::from_str(value).expect("a value"));
        }
        match tungstenite::connect(request) {
            Ok((socket, _)) => {
                if let MaybeTlsStream::Plain(stream) = socket.get_ref() {
                    stream.set_read_timeout(Some(Duration::from_millis(10))).expect("a time-out");
                    stream.set_nodelay(true).expect("no delay");
                }
                Ok(Self { socket, sound: Vec::new(), events: Vec::new(), closed: None })
            }
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{address}{path}: {error}"),
        }
    }

    /// Takes what has arrived.
    pub fn take(&mut self) {
        loop {
            match self.socket.read() {
                Ok(Message::Binary(bytes)) => {
                    let (pairs, rest) = bytes.as_chunks::<2>();
                    assert!(rest.is_empty());
                    self.sound.extend(pairs.iter().map(|pair| i16::from_le_bytes(*pair)));
                }
                Ok(Message::Text(text)) => {
                    self.events.push(serde_json::from_str(&text).expect("JSON"));
                }
                Ok(Message::Close(frame)) => {
                    self.closed = Some(frame.map_or(1005, |frame| frame.code.into()));
                    // Answers it.
                    let _ = self.socket.flush();
                    return;
                }
                Ok(_) => {}
                Err(tungstenite::Error::Io(error))
                    if matches!(
                        error.kind(),
                        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                    ) =>
                {
                    return;
                }
                Err(_) => {
                    self.closed.get_or_insert(1006);
                    return;
                }
            }
        }
    }

    pub fn send(&mut self, text: &str) {
        self.socket.send(Message::Text(text.into())).expect("sent");
    }

    /// Sends sound at 16 kHz, in real time, and takes what arrives meanwhile.
    pub fn hear(&mut self, samples: &[f32]) {
        let began = Instant::now();
        for (n, piece) in samples.chunks(320).enumerate() {
            let due = Duration::from_millis(20 * n as u64);
            while began.elapsed() < due {
                self.take();
                std::thread::sleep(Duration::from_millis(1));
            }
            let bytes: Vec<u8> = piece
                .iter()
                .flat_map(|sample| ((sample * 32_767.0) as i16).to_le_bytes())
                .collect();
            if self.socket.send(Message::Binary(bytes.into())).is_err() {
                return;
            }
        }
    }

    /// Waits for an event, which may have arrived before.
    pub fn wait(&mut self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(event) = self.events.iter().find(|event| is(event)) {
                return event.clone();
            }
            assert!(Instant::now() < until, "{what} did not come: {:#?}", self.events);
            self.take();
        }
    }

    pub fn event(&mut self, name: &str) -> Value {
        self.wait(name, |event| event["event"] == name)
    }
}

/// A result whose error is the status of a refusal.
pub type Connected<T> = std::result::Result<T, u16>;

pub fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(60);
    while !done() {
        assert!(Instant::now() < until, "it did not happen within a minute: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
