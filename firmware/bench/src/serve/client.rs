//! A client that asks recorded questions over a WebSocket, in real time.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use sayso::{Error, Result};
use sayso_core::audio::Samples;
use serde_json::Value;
use tungstenite::{HandshakeError, Message, WebSocket};

use super::super::questions::Question;
use super::super::room;

/// The rate of the questions and of the answers, in Hz.
const RATE: usize = 16_000;
/// Samples that are sent at a time: 20 ms.
const PIECE: usize = RATE / 50;
/// How often it is reported what was played, in pieces.
const REPORT: u64 = 3;
/// A sample is audible from −50 dBFS on.
const AUDIBLE: f32 = 0.003;
/// How long a question may remain unanswered, from the end of its speech.
const UNANSWERED: Duration = Duration::from_secs(30);
/// How long the sessions of clients that have left may take to be wiped and given back.
const GIVEN_BACK: Duration = Duration::from_secs(30);
/// What is quiet between an answer and the next question.
const PAUSE: Duration = Duration::from_millis(800);

/// A question that was asked.
pub struct Asked {
    /// From the end of the speech to the first audible sample; `None` without an answer.
    pub voice_to_voice_ms: Option<f64>,
    /// Whether the answer was heard before the speech was over.
    pub cut_off: bool,
}

/// A client in a conversation.
pub struct Client {
    socket: WebSocket<TcpStream>,
    /// When the first piece was due.
    began: Instant,
    /// How many pieces were sent.
    sent: u64,
    /// The level of the room's noise.
    noise: VecDeque<f32>,
    player: Player,
    /// What the last events said.
    turns: u64,
}

/// Plays what arrives, without a loudspeaker.
struct Player {
    /// How many samples arrived, and until when they last.
    arrived: u64,
    until: Instant,
    /// How many orders to stop were carried out.
    stops: u64,
    /// The first audible sample since it was last asked for.
    audible: Option<Instant>,
    /// How often a reply had a gap.
    gaps: u64,
    speaking: bool,
}

impl Player {
    fn take(&mut self, samples: &[u8], now: Instant) {
        if now > self.until {
            self.gaps += u64::from(self.speaking && now > self.until + Duration::from_millis(5));
            self.until = now;
        }
        let loud = samples
            .as_chunks::<2>()
            .0
            .iter()
            .position(|pair| (f32::from(i16::from_le_bytes(*pair)) / 32_768.0).abs() > AUDIBLE);
        if let Some(at) = loud {
            self.audible.get_or_insert(self.until + length(at as u64));
        }
        let count = samples.len() as u64 / 2;
        self.arrived += count;
        self.until += length(count);
    }

    /// How many samples were played.
    fn played(&self, now: Instant) -> u64 {
        let left = self.until.saturating_duration_since(now).as_secs_f64() * RATE as f64;
        self.arrived.saturating_sub(left as u64)
    }

    fn stop(&mut self, at: u64, now: Instant) {
        let played = self.played(now);
        let at = at.min(self.arrived);
        self.until = now + length(at.saturating_sub(played));
        self.arrived = at;
        // What was dropped before it was played was not heard.
        self.audible = self.audible.filter(|audible| *audible <= self.until);
        self.stops += 1;
        self.speaking = false;
    }
}

fn length(samples: u64) -> Duration {
    Duration::from_secs_f64(samples as f64 / RATE as f64)
}

impl Client {
    /// Begins a conversation. Waits for the sessions of clients that have left.
    ///
    /// # Errors
    /// If the server refuses it.
    pub fn connect(port: u16, number: usize) -> Result<Self> {
        let until = Instant::now() + GIVEN_BACK;
        let socket = loop {
            if let Some(socket) = open(port, &format!("bench-{number}"))? {
                break socket;
            }
            if Instant::now() > until {
                return Err(Error::input("the server is busy: a session was not given back"));
            }
            std::thread::sleep(Duration::from_millis(100));
        };
        let now = Instant::now();
        let player =
            Player { arrived: 0, until: now, stops: 0, audible: None, gaps: 0, speaking: false };
        let noise = room::quiet(room::QUIET, Samples(RATE as u64)).collect();
        Ok(Self { socket, began: now, sent: 0, noise, player, turns: 0 })
    }

    /// Whether one more conversation is refused because the server is busy.
    ///
    /// # Errors
    /// If the server cannot be reached at all.
    pub fn is_refused(port: u16) -> Result<bool> {
        Ok(open(port, "bench-further")?.is_none())
    }

    /// How often an answer had a gap.
    pub fn gaps(&self) -> u64 {
        self.player.gaps
    }

    /// Listens for a while, in a quiet room.
    ///
    /// # Errors
    /// If the connection is lost.
    pub fn wait(&mut self, length: Duration) -> Result<()> {
        let until = Instant::now() + length;
        while Instant::now() < until {
            self.hush()?;
        }
        Ok(())
    }

    /// Asks a question, and waits until it is answered and quiet again.
    ///
    /// # Errors
    /// If the connection is lost.
    pub fn ask(&mut self, question: &Question) -> Result<Asked> {
        let turns = self.turns;
        self.player.audible = None;
        let mut end = None;
        for (at, piece) in question.samples.chunks(PIECE).enumerate() {
            let mut piece = piece.to_vec();
            piece.resize(PIECE, 0.0);
            let from = (at * PIECE) as u64;
            self.piece(&piece)?;
            if end.is_none() && from + PIECE as u64 > question.end.0 {
                // A piece is sent when its last sample was recorded.
                let left = (from + PIECE as u64).saturating_sub(question.end.0);
                end = Some(self.due() - length(left));
            }
        }
        let end = end.unwrap_or_else(|| self.due());
        loop {
            self.hush()?;
            let now = Instant::now();
            let answered = self.player.audible.is_some() && self.turns > turns;
            if answered && now > self.player.until + PAUSE || now > end + UNANSWERED {
                break;
            }
        }
        let first = self.player.audible;
        let cut_off = first.is_some_and(|first| first < end);
        let ms = |first: Instant| first.saturating_duration_since(end).as_secs_f64() * 1000.0;
        Ok(Asked { voice_to_voice_ms: first.filter(|_| !cut_off).map(ms), cut_off })
    }

    /// When the last piece that was sent had been recorded.
    fn due(&self) -> Instant {
        self.began + length(self.sent * PIECE as u64)
    }

    /// Sends a piece of the room's noise.
    fn hush(&mut self) -> Result<()> {
        self.noise.rotate_left(PIECE);
        let quiet: Vec<f32> = self.noise.iter().copied().take(PIECE).collect();
        self.piece(&quiet)
    }

    /// Sends a piece when it is due, and takes what has arrived until then.
    fn piece(&mut self, samples: &[f32]) -> Result<()> {
        self.sent += 1;
        let due = self.due();
        loop {
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let set = self.socket.get_ref().set_read_timeout(Some(left));
            set.map_err(|error| Error::io("the connection", error))?;
            match self.socket.read() {
                Ok(message) => self.take(message)?,
                Err(tungstenite::Error::Io(error)) if is_late(&error) => break,
                Err(error) => return Err(lost(&error)),
            }
        }
        if self.sent.is_multiple_of(REPORT) {
            let (samples, stops) = (self.player.played(Instant::now()), self.player.stops);
            let report = serde_json::json!({"op": "played", "samples": samples, "stops": stops});
            self.send(Message::text(report.to_string()))?;
        }
        let whole = |sample: &f32| ((sample * 32_768.0).round() as i16).to_le_bytes();
        let bytes: Vec<u8> = samples.iter().flat_map(whole).collect();
        self.send(Message::binary(bytes))
    }

    fn send(&mut self, message: Message) -> Result<()> {
        match self.socket.send(message) {
            Err(tungstenite::Error::Io(error)) if is_late(&error) => Ok(()),
            sent => sent.map_err(|error| lost(&error)),
        }
    }

    fn take(&mut self, message: Message) -> Result<()> {
        let now = Instant::now();
        let text = match message {
            Message::Binary(samples) => {
                self.player.take(&samples, now);
                return Ok(());
            }
            Message::Text(text) => text,
            Message::Close(why) => {
                let why = why.map(|why| why.reason.to_string()).unwrap_or_default();
                return Err(Error::input(format!("the server ended the conversation: {why}")));
            }
            _ => return Ok(()),
        };
        let event: Value = serde_json::from_str(&text).unwrap_or_default();
        match event["event"].as_str() {
            Some("stop_sound") => {
                self.player.stop(event["at"].as_u64().unwrap_or_default(), now);
            }
            Some("state") => self.player.speaking = event["state"] == "speaking",
            Some("turn") => self.turns += 1,
            _ => {}
        }
        Ok(())
    }
}

/// Opens a conversation; `None` if the server is busy.
fn open(port: u16, name: &str) -> Result<Option<WebSocket<TcpStream>>> {
    let failed = |error| Error::io("the server", error);
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).map_err(failed)?;
    stream.set_nodelay(true).map_err(failed)?;
    let address =
        format!("ws://127.0.0.1:{port}/api/conversation?name={name}&hears={RATE}&plays={RATE}");
    match tungstenite::client(address, stream) {
        Ok((socket, _)) => Ok(Some(socket)),
        Err(HandshakeError::Failure(tungstenite::Error::Http(answer)))
            if answer.status() == 503 =>
        {
            Ok(None)
        }
        Err(error) => Err(Error::input(format!("the server refuses a conversation: {error}"))),
    }
}

fn is_late(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn lost(error: &tungstenite::Error) -> Error {
    Error::input(format!("the connection is lost: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn player(now: Instant) -> Player {
        Player { arrived: 0, until: now, stops: 0, audible: None, gaps: 0, speaking: true }
    }

    fn sound(samples: &[i16]) -> Vec<u8> {
        samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
    }

    #[test]
    fn the_first_audible_sample_has_its_place_after_what_is_queued() {
        let now = Instant::now();
        let mut player = player(now);
        player.take(&sound(&[0; RATE / 10]), now);
        player.take(&sound(&[0, 0, 3_000]), now);
        let after = player.audible.expect("audible") - now;
        assert_eq!(after, Duration::from_millis(100) + length(2));
    }

    #[test]
    fn what_is_dropped_is_not_played() {
        let now = Instant::now();
        let mut player = player(now);
        player.take(&sound(&[0; RATE]), now);
        let later = now + Duration::from_millis(250);
        assert_eq!(player.played(later), RATE as u64 / 4);
        player.stop(RATE as u64 / 2, later);
        assert_eq!((player.arrived, player.stops), (RATE as u64 / 2, 1));
        assert_eq!(player.played(now + Duration::from_secs(1)), RATE as u64 / 2);
        // An answer that is dropped before it was played was not heard.
        player.take(&sound(&[3_000; 10]), later);
        assert!(player.audible.is_some());
        player.stop(RATE as u64 / 4, later);
        assert_eq!(player.audible, None);
    }

    #[test]
    fn a_gap_counts_only_while_an_answer_is_spoken() {
        let now = Instant::now();
        let mut player = player(now);
        player.take(&sound(&[1; RATE / 100]), now);
        player.take(&sound(&[1]), now + Duration::from_millis(50));
        assert_eq!(player.gaps, 1);
        player.speaking = false;
        player.take(&sound(&[1]), now + Duration::from_millis(90));
        assert_eq!(player.gaps, 1);
    }
}
