//! The connection.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::change::SdpOffer;
use str0m::channel::ChannelId;
use str0m::crypto::from_feature_flags;
use str0m::media::{Frequency, MediaData, MediaKind, MediaTime, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, IceConnectionState, Input, Output as Given, Rtc, RtcConfig};

use crate::codec::{Decoder, Encoder};
use crate::playout::{Frame, Played, Playout};
use crate::{HEARS, Refused};

/// The longest offer, in bytes. Those of browsers have 2 to 10 kB.
const LONGEST_OFFER: usize = 64 * 1024;
/// How long the other end may take to connect.
const COMING: Duration = Duration::from_secs(20);
/// Packets that are held back, and for how long, when an earlier one is missing: on a network in the
/// house, packets seldom overtake each other. The jitter buffer conceals what stays missing.
const HELD: usize = 2;
const HELD_FOR: Duration = Duration::from_millis(40);
/// The longest text, in bytes: what every browser accepts.
const LONGEST_TEXT: usize = 256 * 1024;
/// Bytes of texts that may wait because the other end does not read.
const WAITING: usize = 1024 * 1024;

/// What a call gives out.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// A datagram is to be sent.
    Send {
        /// Where to.
        to: SocketAddr,
        /// Its bytes.
        datagram: Vec<u8>,
    },
    /// The other end has sent a text.
    Text(String),
    /// Somebody was heard.
    Sound(Packet),
    /// The other end has played so much.
    Played(Played),
    /// The call is over; why, for people. Nothing else follows.
    Ended(&'static str),
    /// There is nothing until then, unless something is sent, played or received.
    Wait(Instant),
}

/// A piece of sound, mono at [`HEARS`] Hz.
#[derive(Clone, Debug, PartialEq)]
pub struct Packet {
    /// Its number. The next one has the next number.
    pub number: u16,
    /// The clock at its first sample, in samples; it wraps.
    pub at: u32,
    /// The samples: usually 20 ms.
    pub samples: Vec<f32>,
}

/// A connection, from the offer to its end.
pub struct Call {
    rtc: Rtc,
    /// Where this end is reached.
    local: SocketAddr,
    began: Instant,
    /// What is to be given out.
    given: VecDeque<Output>,
    /// When the connection wants to be looked at.
    look: Instant,
    connected: bool,
    ended: bool,
    /// The sound, once there is any.
    media: Option<(Mid, Pt)>,
    encoder: Encoder,
    decoder: Decoder,
    playout: Playout,
    /// The channel, and the texts that wait for it.
    channel: Option<ChannelId>,
    texts: VecDeque<String>,
    waiting: usize,
}

impl Call {
    /// Answers an offer (SDP, RFC 8829). `local` is the address at which the caller receives
    /// datagrams, `announced` the one at which the other end reaches it, if they differ. The second
    /// value is the answer.
    ///
    /// # Errors
    /// When the offer cannot be read, or has no sound in Opus.
    pub fn answer(
        offer: &str,
        local: SocketAddr,
        announced: Option<SocketAddr>,
        now: Instant,
    ) -> Result<(Self, String), Refused> {
        if offer.len() > LONGEST_OFFER {
            return Err(Refused(format!("an offer has at most {LONGEST_OFFER} bytes")));
        }
        let unread = |error: &dyn std::fmt::Display| Refused(format!("the offer: {error}"));
        let offer = without_names(offer);
        let offer = SdpOffer::from_sdp_string(&offer).map_err(|error| unread(&error))?;
        let mut rtc = RtcConfig::new()
            .set_crypto_provider(Arc::new(from_feature_flags()))
            // The address is known, so the other end does all the looking.
            .set_ice_lite(true)
            .clear_codecs()
            .enable_opus(true, false)
            .set_reordering_size_audio(HELD)
            .set_reordering_timeout_audio(Some(HELD_FOR))
            .set_sctp_max_buffered_amount(2 * LONGEST_TEXT)
            .build(now);
        let failed = |error: &dyn std::fmt::Display| Refused(format!("WebRTC: {error}"));
        let place = announced.unwrap_or(local);
        let candidate = Candidate::host(place, Protocol::Udp).map_err(|error| failed(&error))?;
        rtc.add_local_candidate(candidate);
        let answer = rtc.sdp_api().accept_offer(offer).map_err(|error| unread(&error))?;
        let answer = answer.to_sdp_string();
        if !has_opus(&answer) {
            return Err(Refused("the offer has no sound in Opus".into()));
        }
        let mut call = Self {
            rtc,
            local: place,
            began: now,
            given: VecDeque::new(),
            look: now,
            connected: false,
            ended: false,
            media: None,
            encoder: Encoder::new()?,
            decoder: Decoder::new()?,
            playout: Playout::default(),
            channel: None,
            texts: VecDeque::new(),
            waiting: 0,
        };
        call.drain();
        Ok((call, answer))
    }

    /// Takes a datagram.
    pub fn receive(&mut self, from: SocketAddr, datagram: &[u8], now: Instant) {
        if self.ended {
            return;
        }
        let Ok(contents) = datagram.try_into() else { return };
        let receive =
            Receive { proto: Protocol::Udp, source: from, destination: self.local, contents };
        let input = Input::Receive(now, receive);
        // Anybody can send to this address.
        if self.rtc.accepts(&input) {
            self.advance(input);
        }
    }

    /// Sends a text, as soon as the channel is there.
    pub fn say(&mut self, text: &str) {
        if self.ended {
            return;
        }
        self.waiting += text.len();
        if text.len() > LONGEST_TEXT || self.waiting > WAITING {
            return self.end("the texts were not read in time");
        }
        self.texts.push_back(text.to_owned());
        self.send_texts();
    }

    /// Plays sound at [`PLAYS`](crate::PLAYS) Hz, after all that was given before.
    pub fn play(&mut self, samples: &[f32]) {
        self.playout.add(samples);
    }

    /// Plays up to the place `at`, fades out over the `fade` samples before it, and drops what is
    /// after it. If that place is over, it fades out now. The next sound begins at `at`.
    pub fn stop(&mut self, at: u64, fade: u16) {
        self.playout.stop(at, fade);
    }

    /// Ends the call; what is then given out informs the other end.
    pub fn close(&mut self, why: &'static str) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        // If it fails, the other end notices a little later.
        let _ = self.rtc.close();
        self.drain();
        self.given.push_back(Output::Ended(why));
    }

    /// What there is next. To be called again until it is [`Wait`](Output::Wait) or
    /// [`Ended`](Output::Ended).
    pub fn poll(&mut self, now: Instant) -> Output {
        loop {
            if let Some(output) = self.given.pop_front() {
                return output;
            }
            if self.ended {
                return Output::Ended("the call is over");
            }
            if !self.connected && now.saturating_duration_since(self.began) > COMING {
                self.end("nobody has connected");
                continue;
            }
            let passed = now.saturating_duration_since(self.began);
            if let Some(frame) = self.playout.frame(passed) {
                self.send_frame(&frame, now);
                continue;
            }
            if let Some(played) = self.playout.played(passed) {
                return Output::Played(played);
            }
            if self.look <= now {
                self.advance(Input::Timeout(now));
                self.send_texts();
                continue;
            }
            let due = self.playout.due(passed).map(|due| self.began + due);
            return Output::Wait(due.map_or(self.look, |due| due.min(self.look)));
        }
    }

    /// Whether the other end has connected.
    pub fn is_connected(&self) -> bool {
        self.connected
    }

    fn end(&mut self, why: &'static str) {
        if !std::mem::replace(&mut self.ended, true) {
            self.given.push_back(Output::Ended(why));
        }
    }

    /// One change, and all that follows from it.
    fn advance(&mut self, input: Input<'_>) {
        if self.rtc.handle_input(input).is_err() {
            return self.end("the connection has failed");
        }
        self.drain();
    }

    /// Takes everything that the connection gives out.
    fn drain(&mut self) {
        loop {
            match self.rtc.poll_output() {
                Ok(Given::Timeout(look)) => {
                    self.look = look;
                    break;
                }
                Ok(Given::Transmit(transmit)) => {
                    let (to, datagram) = (transmit.destination, transmit.contents.to_vec());
                    self.given.push_back(Output::Send { to, datagram });
                }
                Ok(Given::Event(event)) => self.event(event),
                Err(_) => return self.end("the connection has failed"),
            }
        }
        if !self.rtc.is_alive() {
            self.end("the other end has closed the connection");
        }
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Connected => self.connected = true,
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) => {
                self.end("the connection is lost");
            }
            Event::MediaAdded(added) if added.kind == MediaKind::Audio && self.media.is_none() => {
                let writer = self.rtc.writer(added.mid);
                let payload = writer.and_then(|it| it.payload_params().next().map(|it| it.pt()));
                self.media = payload.map(|payload| (added.mid, payload));
            }
            Event::MediaData(data) if self.media.is_some_and(|(mid, _)| mid == data.mid) => {
                self.hear(&data)
            }
            Event::ChannelOpen(channel, _) => {
                self.channel.get_or_insert(channel);
                self.send_texts();
            }
            Event::ChannelData(data) if Some(data.id) == self.channel && !data.binary => {
                match String::from_utf8(data.data) {
                    Ok(text) => self.given.push_back(Output::Text(text)),
                    Err(_) => self.end("a text was not UTF-8"),
                }
            }
            Event::ChannelBufferedAmountLow(_) => self.send_texts(),
            Event::ChannelClose(channel) if Some(channel) == self.channel => {
                self.end("the other end has closed the connection");
            }
            Event::Closed => self.end("the other end has closed the connection"),
            _ => {}
        }
    }

    fn hear(&mut self, data: &MediaData) {
        let Some(samples) = self.decoder.decode(&data.data) else { return };
        let clock = data.time.rebase(Frequency::FORTY_EIGHT_KHZ).numer();
        // Both wrap, as in the packets.
        let (number, at) =
            (**data.seq_range.start() as u16, (clock / (48_000 / u64::from(HEARS))) as u32);
        self.given.push_back(Output::Sound(Packet { number, at, samples }));
    }

    /// Sends the texts that wait, if there is room.
    fn send_texts(&mut self) {
        let Some(id) = self.channel else { return };
        while let Some(text) = self.texts.front() {
            let Some(mut channel) = self.rtc.channel(id) else { return };
            match channel.write(false, text.as_bytes()) {
                Ok(true) => {
                    self.waiting = self.waiting.saturating_sub(text.len());
                    self.texts.pop_front();
                    self.drain();
                }
                Ok(false) => return,
                Err(_) => return self.end("the connection has failed"),
            }
        }
    }

    fn send_frame(&mut self, frame: &Frame, now: Instant) {
        let Some((mid, payload)) = self.media else { return };
        let Some(packet) = self.encoder.encode(&frame.samples) else { return };
        let Some(writer) = self.rtc.writer(mid) else { return };
        let clock = frame.time.as_micros() as u64 * 48 / 1000;
        let time = MediaTime::new(clock, Frequency::FORTY_EIGHT_KHZ);
        let writer = writer.start_of_talkspurt(frame.first);
        // Before the other end has connected there is nobody to hear it.
        if writer.write(payload, now, time, packet).is_ok() {
            self.drain();
        }
    }
}

/// Whether an answer accepts sound in Opus.
fn has_opus(answer: &str) -> bool {
    let sections = answer.split("\r\nm=").skip(1);
    sections.into_iter().any(|section| {
        // The port 0 refuses it.
        section.starts_with("audio ")
            && !section.starts_with("audio 0 ")
            && section.contains("opus/48000")
    })
}

/// The offer without the candidates whose address is a name: a browser hides its addresses by names
/// that only its own network resolves. It is found all the same, because it sends first.
fn without_names(offer: &str) -> String {
    let is_numeric = |line: &str| {
        let Some(candidate) = line.strip_prefix("a=candidate:") else { return true };
        let address = candidate.split_ascii_whitespace().nth(4);
        address.is_some_and(|address| address.parse::<std::net::IpAddr>().is_ok())
    };
    let mut kept = String::with_capacity(offer.len());
    for line in offer.lines().filter(|line| is_numeric(line)) {
        kept.push_str(line.trim_end());
        kept.push_str("\r\n");
    }
    kept
}
